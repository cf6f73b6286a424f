/* SPDX-License-Identifier: ISC */
/*
 * The multipleSignatures attribute (RFC 5752).
 *
 * Whoever signs with an old and with a new algorithm wants readers of either to be
 * content, but nobody to take the better signature away unseen. So each of the
 * signatures says, signed, which others there are, by the digest of what those
 * sign. The two would have to hold each other's digest: that is why the digests are
 * made with the places for digests left empty (RFC 5752, 4.4.1).
 */
#include "cms/multiple.h"

#include <stdlib.h>

#include "base/text.h"

/* --- one value --- */

struct value {
	struct ps_algid	 body, sig, own;
	ps_slice	 hash;
	ps_slice	 cert;		/* ESSCertIDv2, n == 0: none */
};

static struct value
parse_value(struct der *in)
{
	struct value v = { .hash = { NULL, 0 } };
	struct der seq = der_enter(in, DER_SEQUENCE, "MultipleSignatures"), hash;

	v.body = ps_algid_parse(&seq, DER_SEQUENCE, "bodyHashAlg");
	v.sig = ps_algid_parse(&seq, DER_SEQUENCE, "signAlg");
	hash = der_enter(&seq, DER_SEQUENCE, "signAttrsHash");
	v.own = ps_algid_parse(&hash, DER_SEQUENCE, "algID");
	v.hash = der_octets(&hash, "hash");
	der_leave(&hash);
	if (der_more(&seq))
		v.cert = der_any(&seq, "cert");
	der_leave(&seq);
	return v;
}

/* As it is, with the place of the digest empty. */
static void
build_blank(struct derw *w, const struct value *v)
{
	derw_begin(w, DER_SEQUENCE);
	derw_raw(w, v->body.whole);
	derw_raw(w, v->sig.whole);
	derw_begin(w, DER_SEQUENCE);
	derw_raw(w, v->own.whole);
	derw_octets(w, (ps_slice){ NULL, 0 });
	derw_end(w);
	derw_raw(w, v->cert);
	derw_end(w);
}

/* --- what was signed, blank --- */

static void
begin_attr(struct derw *w)
{
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, cms_attr_oid("multipleSignatures"));
	derw_begin_set_of(w, DER_SET);
}

static void
end_attr(struct derw *w)
{
	derw_end(w);
	derw_end(w);
}

static void
copy_blank(struct der *in, struct derw *w)
{
	const uint8_t *start = in->p;
	struct der seq = der_enter(in, DER_SEQUENCE, "Attribute");
	ps_slice oid = der_oid(&seq, "attrType");
	struct der values = der_enter(&seq, DER_SET, "attrValues");
	bool ours = ps_slice_equal(oid, cms_attr_oid("multipleSignatures"));

	if (ours)
		begin_attr(w);
	while (der_more(&values)) {
		struct value v = { .hash = { NULL, 0 } };

		if (ours)
			v = parse_value(&values);
		else
			der_skip(&values, "AttributeValue");
		if (ours && !der_failed(in))
			build_blank(w, &v);
	}
	der_leave(&values);
	der_leave(&seq);
	if (ours)
		end_attr(w);
	else if (!der_failed(in))
		derw_raw(w, (ps_slice){ start, (size_t)(in->p - start) });
}

/* A set that cannot be read is no other signature: *out stays empty. */
static ps_code
blank_set(ps_slice inside, struct ps_buf *out, ps_err *err)
{
	struct der_state state;
	struct der d;
	struct derw w;
	ps_code code;

	der_init(&d, &state, inside, 0, false, "signedAttrs");
	derw_init(&w, out);
	derw_begin_set_of(&w, DER_SET);
	while (der_more(&d))
		copy_blank(&d, &w);
	derw_end(&w);
	code = derw_finish(&w, err);
	if (der_finish(&d, "cms.multiple", NULL) != PS_OK)
		ps_buf_clear(out);
	return code;
}

/* --- reading --- */

/* The others as the one who speaks of them sees them: the digest of what each signs, made
 * when it is first asked for, so that a thousand values cost no more than one. */
struct others {
	const struct cms_signer *signer;
	size_t		 n, self;
	const struct ps_alg *digest;	/* NULL: not one that we know */
	struct seen {
		bool	 made;
		uint8_t	 hash[PS_DIGEST_MAX];
	}		*seen;
	uint64_t	*budget;
};

static ps_code
see(struct others *o, size_t k, ps_err *err)
{
	struct ps_buf set = { 0 };
	ps_code code;

	--*o->budget;
	if ((code = blank_set(o->signer[k].attrs_inside, &set, err)) == PS_OK && set.n != 0) {
		code = ps_digest_once(o->digest, ps_buf_get(&set), o->seen[k].hash, err);
		o->seen[k].made = code == PS_OK;
	}
	ps_buf_clear(&set);
	return code;
}

static bool
may_be_meant(const struct others *o, const struct value *v, size_t k)
{
	const struct cms_signer *s = &o->signer[k];

	return k != o->self && s->has_attrs && ps_algid_equal(&v->body, &s->digest) &&
	    ps_algid_equal(&v->sig, &s->sig) && (o->seen[k].made || *o->budget > 0);
}

static ps_code
find_meant(struct others *o, const struct value *v, bool *out, ps_err *err)
{
	ps_code code = PS_OK;

	*out = false;
	/* RFC 5752, 3: algID is that of the signer in whose attribute it stands. */
	if (o->digest == NULL || !ps_algid_equal(&v->own, &o->signer[o->self].digest))
		return PS_OK;
	for (size_t k = 0; k < o->n && code == PS_OK && !*out; k++)
		if (may_be_meant(o, v, k) &&
		    (o->seen[k].made || (code = see(o, k, err)) == PS_OK))
			*out = o->seen[k].made && ps_slice_equal(v->hash,
			    (ps_slice){ o->seen[k].hash, ps_digest_size(o->digest) });
	return code;
}

static ps_code
count_missing(struct others *o, size_t *out, ps_err *err)
{
	struct der_state state;
	struct der d;
	struct value v;
	bool found;
	ps_code code = PS_OK;

	der_init(&d, &state, o->signer[o->self].parsed.multiple, 0, false, "multipleSignatures");
	for (*out = 0; code == PS_OK && der_more(&d); *out += !found) {
		v = parse_value(&d);
		found = false;
		if (!der_failed(&d))
			code = find_meant(o, &v, &found, err);
	}
	return code;
}

ps_code
cms_multiple_missing(const struct cms_signer *signer, size_t n, size_t i, uint64_t *budget,
    size_t *out, ps_err *err)
{
	struct others o = { .signer = signer, .n = n, .self = i,
	    .digest = ps_alg_digest_of(&signer[i].digest), .budget = budget };
	size_t missing = 0;
	ps_code code;

	*out = 0;
	if (!signer[i].has_attrs || signer[i].parsed.multiple.n == 0)
		return PS_OK;
	if ((o.seen = calloc(n, sizeof *o.seen)) == NULL)
		return ps_nomem(err, "cms.multiple");
	code = count_missing(&o, &missing, err);
	free(o.seen);
	if (code == PS_OK)
		*out = missing;
	return code;
}

/* --- writing --- */

static bool
same_person(const struct cms_signing *a, const struct cms_signing *b)
{
	return a->who != 0 && a->who == b->who;
}

/* RFC 5035, 3: SHA-256 is the default and left out. */
static ps_code
build_cert(struct derw *w, ps_cert *cert, ps_err *err)
{
	const struct ps_alg *sha256 = ps_alg_get(PS_SHA256);
	uint8_t hash[PS_DIGEST_MAX];
	ps_code code = ps_cert_hash(cert, sha256, hash, err);

	derw_begin(w, DER_SEQUENCE);
	derw_octets(w, (ps_slice){ hash, ps_digest_size(sha256) });
	derw_end(w);
	return code;
}

static ps_code
build_value(struct derw *w, const struct cms_signing *own, const struct cms_signing *other,
    ps_slice hash, ps_err *err)
{
	ps_code code;

	derw_begin(w, DER_SEQUENCE);
	ps_sigspec_build_digest(&other->spec, w, DER_SEQUENCE);
	ps_sigspec_build_sig(&other->spec, w, DER_SEQUENCE);
	derw_begin(w, DER_SEQUENCE);
	ps_sigspec_build_digest(&own->spec, w, DER_SEQUENCE);
	derw_octets(w, hash);
	derw_end(w);
	code = build_cert(w, other->cert, err);
	derw_end(w);
	return code;
}

/* The attributes of signer `k` with a blank one of these, appended to of->attrs. */
static ps_code
hash_blank(const struct cms_signing *signer, size_t n, size_t k, const struct cms_signing_of *of,
    const struct ps_alg *digest, uint8_t hash[PS_DIGEST_MAX], ps_err *err)
{
	struct cms_signing_of blank = *of;
	struct ps_buf more = { 0 }, set = { 0 };
	struct derw w;
	ps_code code = PS_OK;

	derw_init(&w, &more);
	derw_raw(&w, of->attrs);
	begin_attr(&w);
	for (size_t i = 0; i < n && code == PS_OK; i++)
		if (i != k && same_person(&signer[i], &signer[k]))
			code = build_value(&w, &signer[k], &signer[i], (ps_slice){ NULL, 0 }, err);
	end_attr(&w);
	if (code == PS_OK && (code = derw_finish(&w, err)) == PS_OK) {
		blank.attrs = ps_buf_get(&more);
		if ((code = cms_signer_attrs(&signer[k], &blank, &set, err)) == PS_OK)
			code = ps_digest_once(digest, ps_buf_get(&set), hash, err);
	}
	ps_buf_clear(&more);
	ps_buf_clear(&set);
	return code;
}

static bool
signs_once(const struct cms_signing *signer, size_t n, size_t i)
{
	for (size_t k = 0; k < n; k++)
		if (k != i && same_person(&signer[k], &signer[i]))
			return false;
	return true;
}

ps_code
cms_multiple_attr(const struct cms_signing *signer, size_t n, size_t i,
    const struct cms_signing_of *of, struct ps_buf *out, ps_err *err)
{
	const struct ps_alg *digest = signer[i].spec.digest;
	uint8_t hash[PS_DIGEST_MAX];
	struct derw w;
	ps_code code = PS_OK;

	if (signs_once(signer, n, i))
		return PS_OK;
	derw_init(&w, out);
	begin_attr(&w);
	for (size_t k = 0; k < n && code == PS_OK; k++)
		if (k != i && same_person(&signer[k], &signer[i]) &&
		    (code = hash_blank(signer, n, k, of, digest, hash, err)) == PS_OK)
			code = build_value(&w, &signer[i], &signer[k],
			    (ps_slice){ hash, ps_digest_size(digest) }, err);
	end_attr(&w);
	return code == PS_OK ? derw_finish(&w, err) : code;
}
