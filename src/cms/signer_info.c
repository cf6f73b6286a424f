/* SPDX-License-Identifier: ISC */
/*
 * SignerInfo: reading, checking, making.
 *
 * What is verified is what was received: the signed attributes only change
 * their outer identifier to SET OF (RFC 5652, 5.4). Senders that did not sort
 * them hashed what they sent; for them the DER order is tried and then theirs.
 */
#include "cms/signer_info.h"

#include <string.h>

#include "base/text.h"
#include "cms/words.h"

ps_code
cms_signer_parse(struct cms_signer *s, ps_err *err)
{
	struct der_state state;
	struct der d, seq;
	uint32_t tag;
	size_t whole;
	ps_code code;

	der_init(&d, &state, ps_buf_get(&s->der), 0, false, "SignerInfos");
	seq = der_enter(&d, DER_SEQUENCE, "SignerInfo");
	s->version = der_u64(&seq, "version");
	s->sid = cms_id_parse(&seq);
	s->digest = ps_algid_parse(&seq, DER_SEQUENCE, "digestAlgorithm");
	s->has_attrs = der_optional_element(&seq, DER_CTX(0), "signedAttrs", &s->attrs);
	s->sig = ps_algid_parse(&seq, DER_SEQUENCE, "signatureAlgorithm");
	s->signature = der_octets(&seq, "signature");
	der_optional(&seq, DER_CTX(1), "unsignedAttrs", &s->unsigned_inside);
	der_leave(&seq);
	if ((code = der_finish(&d, "cms.signer-info", err)) != PS_OK)
		return code;
	if (!s->has_attrs)
		return PS_OK;
	der_split(s->attrs, &tag, &s->attrs_inside, &whole);
	return cms_attrs_parse(&s->parsed, s->attrs_inside, err);
}

void
cms_signer_clear(struct cms_signer *s)
{
	ps_buf_clear(&s->der);
	memset(s, 0, sizeof *s);
}

/* --- checking --- */

/* RFC 6211, 3: the attribute's identifiers equal the SignerInfo's. */
static bool
protection_holds(const struct cms_signer *s)
{
	const struct cms_attrs *a = &s->parsed;

	return !a->has_protection || (!a->protect_mac &&
	    ps_algid_equal(&a->protect_digest, &s->digest) &&
	    ps_algid_equal(&a->protect_sig, &s->sig));
}

/* RFC 5035, 5.4: the first certificate of the attribute is the signer's. */
static ps_code
has_hash(const struct ps_alg *digest, ps_slice want, ps_cert *cert, bool *out, ps_err *err)
{
	uint8_t hash[PS_DIGEST_MAX];
	ps_code code;

	*out = false;
	if (digest == NULL)
		return PS_OK;
	if ((code = ps_cert_hash(cert, digest, hash, err)) == PS_OK)
		*out = ps_slice_equal(want, (ps_slice){ hash, ps_digest_size(digest) });
	return code;
}

/* Both attributes may be there; then both must name it. */
static ps_code
names_cert(const struct cms_attrs *a, ps_cert *cert, bool *out, ps_err *err)
{
	ps_code code = PS_OK;

	*out = true;
	for (size_t i = 0; i < 2 && code == PS_OK && *out && a->has_cert; i++)
		if (a->cert_hash[i].p != NULL)
			code = has_hash(a->cert_digest[i], a->cert_hash[i], cert, out, err);
	return code;
}

/* The rules about attributes that need no key. */
static ps_code
check_attrs(const struct cms_check_in *in, ps_slice digest, enum cms_check *out, ps_err *err)
{
	const struct cms_attrs *a = &in->signer->parsed;
	bool same;
	ps_code code;

	*out = CMS_CHECK_GOOD;
	if ((code = names_cert(a, in->cert, &same, err)) != PS_OK)
		return code;
	if (a->broken != NULL)
		*out = CMS_CHECK_ATTRIBUTES;
	else if (!ps_slice_equal(a->message_digest, digest))
		*out = CMS_CHECK_CONTENT_CHANGED;
	else if (!ps_slice_equal(a->content_type, in->content_type))
		*out = CMS_CHECK_CONTENT_TYPE;
	else if (!protection_holds(in->signer))
		*out = CMS_CHECK_ALGORITHM_CHANGED;
	else if (!same)
		*out = CMS_CHECK_OTHER_CERT;
	return PS_OK;
}

/* The attributes with the identifier under which they are hashed. */
static ps_code
set_of(ps_slice inside, bool sort, struct ps_buf *out, ps_err *err)
{
	struct derw w;

	derw_init(&w, out);
	if (sort)
		derw_begin_set_of(&w, DER_SET);
	else
		derw_begin(&w, DER_SET);
	derw_raw(&w, inside);
	derw_end(&w);
	return derw_finish(&w, err);
}

static ps_code
verify_attrs(const struct cms_check_in *in, struct ps_pubkey *key, struct cms_check_out *out,
    ps_err *err)
{
	const struct cms_signer *s = in->signer;
	struct ps_buf sent = { 0 }, sorted = { 0 };
	bool good = false;
	ps_code code;

	if ((code = set_of(s->attrs_inside, false, &sent, err)) != PS_OK ||
	    (code = set_of(s->attrs_inside, true, &sorted, err)) != PS_OK)
		goto out;
	out->not_der = !der_is_canonical(ps_buf_get(&sent), true);
	code = ps_pubkey_verify(key, &out->spec, ps_buf_get(&sorted), s->signature, &good, err);
	if (code == PS_OK && !good && out->not_der)
		code = ps_pubkey_verify(key, &out->spec, ps_buf_get(&sent), s->signature,
		    &good, err);
	if (code == PS_OK && !good)
		out->result = CMS_CHECK_SIGNATURE_WRONG;
out:
	ps_buf_clear(&sent);
	ps_buf_clear(&sorted);
	return code;
}

/*
 * Without signed attributes the signature is over the content itself. Content
 * that begins like a SET OF may be the signed attributes of another message
 * (STANDARDS A1): never good.
 */
static ps_code
verify_content(const struct cms_check_in *in, struct ps_pubkey *key, ps_slice digest,
    struct cms_check_out *out, ps_err *err)
{
	bool good = false;
	ps_slice whole;
	ps_code code;

	if (in->digests->length > 0 && in->digests->first == DER_SET) {
		out->result = CMS_CHECK_CONFUSION;
		return PS_OK;
	}
	if (!out->spec.sig->pure)
		code = ps_pubkey_verify_digest(key, &out->spec, digest,
		    in->signer->signature, &good, err);
	else if (cms_digests_whole(in->digests, &whole))
		code = ps_pubkey_verify(key, &out->spec, whole, in->signer->signature, &good,
		    err);
	else {
		out->result = CMS_CHECK_TOO_LARGE;
		return PS_OK;
	}
	if (code == PS_OK)
		out->result = good ? CMS_CHECK_GOOD_NO_ATTRS : CMS_CHECK_SIGNATURE_WRONG;
	return code;
}

/* RFC 9882, 3.3: "if no signed attributes are present, implementations MUST ignore the
 * content of the digestAlgorithm field"; RFC 9814 has no use for it either. */
static bool
ignores_digest(const struct cms_signer *s)
{
	const struct ps_alg *sig = ps_alg_by_oid(PS_ALG_SIGNATURE, s->sig.oid);

	return !s->has_attrs && sig != NULL && ps_alg_post_quantum(sig);
}

/* Sets out->spec, or a result that ends the check. */
static ps_code
read_algorithms(const struct cms_signer *s, struct cms_check_out *out, ps_err *err)
{
	bool ignored = ignores_digest(s);
	ps_code code;

	if (!ignored && ps_alg_digest_of(&s->digest) == NULL) {
		out->result = CMS_CHECK_UNKNOWN_DIGEST;
		return PS_OK;
	}
	code = ps_sigspec_parse(&out->spec, &s->sig, ignored ? NULL : &s->digest, err);
	if (code == PS_E_UNSUPPORTED || code == PS_E_MALFORMED) {
		ps_err_clear(err);
		memset(&out->spec, 0, sizeof out->spec);
		out->spec.digest = ps_alg_digest_of(&s->digest);
		out->result = CMS_CHECK_UNKNOWN_SIGNATURE;
		return PS_OK;
	}
	if (code == PS_OK && !ps_alg_offered(out->spec.sig))
		out->result = CMS_CHECK_OLD_LIBRARY;
	return code;
}

bool
cms_signer_signs_content(const struct cms_signer *s)
{
	const struct ps_alg *sig = ps_alg_by_oid(PS_ALG_SIGNATURE, s->sig.oid);

	return !s->has_attrs && sig != NULL && sig->pure;
}

ps_code
cms_signer_check(const struct cms_check_in *in, struct cms_check_out *out, ps_err *err)
{
	const struct cms_signer *s = in->signer;
	struct ps_pubkey *key;
	ps_slice digest;
	ps_code code;

	memset(out, 0, sizeof *out);
	if ((code = read_algorithms(s, out, err)) != PS_OK || out->result != CMS_CHECK_GOOD)
		return code;
	digest = cms_digests_get(in->digests, out->spec.digest);
	if (digest.n == 0 && !cms_signer_signs_content(s)) {
		out->result = CMS_CHECK_DIGEST_NOT_MADE;
		return PS_OK;
	}
	if (s->has_attrs &&
	    ((code = check_attrs(in, digest, &out->result, err)) != PS_OK ||
	    out->result != CMS_CHECK_GOOD))
		return code;
	code = ps_cert_pubkey(in->cert, &key, err);
	if (code != PS_OK && code != PS_E_NOMEM) {
		ps_err_clear(err);
		out->result = CMS_CHECK_KEY_UNREADABLE;
		return PS_OK;
	}
	if (code != PS_OK)
		return code;
	return s->has_attrs ? verify_attrs(in, key, out, err)
	    : verify_content(in, key, digest, out, err);
}

ps_code
cms_signer_octets(ps_slice attrs_inside, struct ps_buf *out, ps_err *err)
{
	return set_of(attrs_inside, true, out, err);
}

/* --- making --- */

/* RFC 3161, appendix A: the token stands in an unsigned attribute. */
static void
build_token(struct derw *w, ps_slice token)
{
	if (token.n == 0)
		return;
	derw_begin_set_of(w, DER_CTX(1));
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, cms_attr_oid("signatureTimeStampToken"));
	derw_begin(w, DER_SET);
	derw_raw(w, token);
	derw_end(w);
	derw_end(w);
	derw_end(w);
}

ps_code
cms_signer_attrs(const struct cms_signing *by, const struct cms_signing_of *of,
    struct ps_buf *set, ps_err *err)
{
	struct cms_attrs_in in = { .content_type = of->content_type,
	    .message_digest = cms_digests_get(of->digests, by->spec.digest),
	    .signing_time = of->signing_time, .spec = &by->spec, .cert = by->cert,
	    .prefer = by->prefer, .more = of->attrs };

	return cms_attrs_build(&in, set, err);
}

static ps_code
sign_attrs(const struct cms_signing *by, const struct cms_signing_of *of, struct ps_buf *set,
    struct ps_buf *sig, ps_err *err)
{
	ps_code code = cms_signer_attrs(by, of, set, err);

	return code != PS_OK ? code
	    : ps_key_sign(by->key, &by->spec, ps_buf_get(set), sig, err);
}

ps_code
cms_signer_build(const struct cms_signing *by, const struct cms_signing_of *of,
    struct ps_buf *out, ps_err *err)
{
	bool ski = by->by_ski && ps_cert_view_of(by->cert)->ski.n != 0;
	struct ps_buf set = { 0 }, sig = { 0 }, token = { 0 };
	ps_slice inside;
	uint32_t tag;
	size_t whole;
	struct derw w;
	ps_code code;

	if ((code = sign_attrs(by, of, &set, &sig, err)) != PS_OK ||
	    (of->stamp != NULL && (code = of->stamp(of->stamp_arg, ps_buf_get(&sig), &token,
	    err)) != PS_OK))
		goto out;
	der_split(ps_buf_get(&set), &tag, &inside, &whole);
	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_u64(&w, ski ? 3 : 1);	/* RFC 5652, 5.3: the version follows the form */
	cms_id_build(&w, by->cert, ski);
	ps_sigspec_build_digest(&by->spec, &w, DER_SEQUENCE);
	derw_value(&w, DER_CTX(0), inside);
	ps_sigspec_build_sig(&by->spec, &w, DER_SEQUENCE);
	derw_octets(&w, ps_buf_get(&sig));
	build_token(&w, ps_buf_get(&token));
	derw_end(&w);
	code = derw_finish(&w, err);
out:
	ps_buf_clear(&set);
	ps_buf_clear(&sig);
	ps_buf_clear(&token);
	return code;
}
