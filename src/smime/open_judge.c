/* SPDX-License-Identifier: ISC */
/*
 * One signer at a time: what the octets say, what the policy says of the
 * algorithms, what the path says of the certificate. Each finding is a reason
 * with its own sentence; the state starts as untrusted, and becomes valid at
 * one place. Whether the certificate names the sender is judged when all is
 * read (judge.c).
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "cms/multiple.h"
#include "smime/opening.h"
#include "smime/recall.h"
#include "smime/remember.h"
#include "smime/words.h"

/* What each result of the check means. NULL words: no reason. */
static const struct {
	enum ps_state	 state;
	const char	*code;
	const char	*words;
} meaning[] = {
	[CMS_CHECK_GOOD] = { PS_STATE_UNTRUSTED, NULL, NULL },
	[CMS_CHECK_GOOD_NO_ATTRS] = { PS_STATE_UNTRUSTED, "no-signed-attributes",
	    W_R_NO_ATTRS },
	[CMS_CHECK_CONTENT_CHANGED] = { PS_STATE_INVALID, "content-changed",
	    W_R_CONTENT_CHANGED },
	[CMS_CHECK_SIGNATURE_WRONG] = { PS_STATE_INVALID, "signature-wrong",
	    W_R_SIGNATURE_WRONG },
	[CMS_CHECK_ATTRIBUTES] = { PS_STATE_INVALID, "attributes", W_R_ATTRIBUTES },
	[CMS_CHECK_CONTENT_TYPE] = { PS_STATE_INVALID, "content-type", W_R_CONTENT_TYPE },
	[CMS_CHECK_ALGORITHM_CHANGED] = { PS_STATE_INVALID, "algorithm-changed",
	    W_R_ALGORITHM_CHANGED },
	[CMS_CHECK_OTHER_CERT] = { PS_STATE_INVALID, "other-certificate", W_R_OTHER_CERT },
	[CMS_CHECK_CONFUSION] = { PS_STATE_INVALID, "attribute-confusion", W_R_CONFUSION },
	[CMS_CHECK_UNKNOWN_DIGEST] = { PS_STATE_UNKNOWN, "unknown-digest",
	    W_R_UNKNOWN_DIGEST },
	[CMS_CHECK_UNKNOWN_SIGNATURE] = { PS_STATE_UNKNOWN, "unknown-signature",
	    W_R_UNKNOWN_SIGNATURE },
	[CMS_CHECK_DIGEST_NOT_MADE] = { PS_STATE_UNKNOWN, "digest-not-made",
	    W_R_DIGEST_NOT_MADE },
	[CMS_CHECK_TOO_LARGE] = { PS_STATE_UNKNOWN, "too-large", W_R_TOO_LARGE },
	[CMS_CHECK_OLD_LIBRARY] = { PS_STATE_UNKNOWN, "old-library", W_R_OLD_LIBRARY },
	[CMS_CHECK_KEY_UNREADABLE] = { PS_STATE_UNKNOWN, "key-unreadable", W_R_KEY },
};

static void
name_signer(struct ps_signature *sig, const struct cms_signer *s)
{
	char issuer[160], serial[64];
	ps_slice number = s->sid.serial;

	if (s->sid.serial.n != 0) {
		if (number.n > sizeof serial / 2 - 1)
			number.n = sizeof serial / 2 - 1;
		ps_text_hex(serial, number);
		ps_words(sig->sid, sizeof sig->sid, "{issuer}, serial {serial}",
		    PS_TEXT("issuer", ps_name_text(s->sid.issuer, issuer, sizeof issuer)),
		    PS_TEXT("serial", serial));
		return;
	}
	number = s->sid.ski;
	if (number.n > sizeof serial / 2 - 1)
		number.n = sizeof serial / 2 - 1;
	ps_text_hex(serial, number);
	ps_words(sig->sid, sizeof sig->sid, "key {id}", PS_TEXT("id", serial));
}

static void
copy_text(char *out, size_t size, const char *s)
{
	size_t n = strlen(s);

	if (n >= size)
		n = size - 1;
	memcpy(out, s, n);
	out[n] = '\0';
}

/* A place in the signed attributes, in the copy of them. */
static ps_slice
in_attrs(const struct ps_signature *sig, const struct cms_signer *s, ps_slice place)
{
	if (place.n == 0)
		return place;
	return (ps_slice){ sig->attrs.p + (place.p - s->attrs.p), place.n };
}

/* What the SignerInfo says of itself. */
ps_code
opening_describe_signer(struct ps_signature *sig, const struct cms_signer *s, ps_err *err)
{
	const struct cms_attrs *a = &s->parsed;
	const struct ps_alg *digest = ps_alg_digest_of(&s->digest);
	struct ps_sigspec spec;
	ps_slice inside;
	uint32_t tag;
	size_t whole;
	char name[96];
	ps_code code;

	name_signer(sig, s);
	copy_text(sig->digest, sizeof sig->digest, digest != NULL ? digest->name
	    : ps_algid_text(PS_ALG_DIGEST, &s->digest, name, sizeof name));
	copy_text(sig->algorithm, sizeof sig->algorithm,
	    ps_sigspec_parse(&spec, &s->sig, &s->digest, NULL) == PS_OK
	    ? ps_sigspec_name(&spec)
	    : ps_algid_text(PS_ALG_SIGNATURE, &s->sig, name, sizeof name));
	if (!s->has_attrs)
		return PS_OK;
	sig->has_time = a->has_time || a->has_binary_time;
	sig->signing_time = a->has_time ? a->signing_time : a->binary_time;
	if ((code = ps_buf_add(&sig->attrs, s->attrs, err)) != PS_OK)
		return code;
	sig->nshown = a->nshown;
	if (der_split(ps_buf_get(&sig->attrs), &tag, &inside, &whole))
		cms_ess_parse(&sig->ess, inside);
	if (sig->ess.receipt.n != 0) {
		sig->digest_alg = digest;
		sig->content_type = in_attrs(sig, s, a->content_type);
		if ((code = ps_buf_add(&sig->value, s->signature, err)) != PS_OK)
			return code;
	}
	for (size_t i = 0; i < a->nshown; i++)
		sig->shown[i] = in_attrs(sig, s, a->shown[i]);
	return PS_OK;
}

static void
add_meaning(struct ps_signature *sig, const struct cms_signer *s, enum cms_check result)
{
	const struct ps_alg *alg = ps_alg_by_oid(PS_ALG_SIGNATURE, s->sig.oid);
	const char *name = sig->digest;

	if (result == CMS_CHECK_UNKNOWN_SIGNATURE || result == CMS_CHECK_TOO_LARGE)
		name = sig->algorithm;
	if (result == CMS_CHECK_OLD_LIBRARY && alg != NULL)
		name = alg->label;
	sig->state = meaning[result].state;
	if (meaning[result].words != NULL)
		ps_reason_add_values(sig, meaning[result].code, meaning[result].words,
		    PS_TEXT("name", name), PS_TEXT("what", s->parsed.broken),
		    PS_TEXT("since", alg == NULL ? NULL : ps_alg_get(alg->key)->since),
		    (const struct ps_value *)NULL);
}

/* An algorithm that proves nothing cannot be made good by a path. */
static bool
judge_strength(struct opening *o, struct ps_signature *sig, const struct ps_sigspec *spec)
{
	const ps_policy *p = o->op->setup.policy;

	if (ps_policy_digest(p, spec->digest, PS_USE_READ, o->now) != PS_GRADE_GOOD) {
		sig->weak_digest = true;
		ps_reason_add(sig, "weak-digest", W_R_WEAK_DIGEST,
		    PS_TEXT("name", spec->digest->label));
		return false;
	}
	if (ps_policy_signature(p, spec, PS_USE_READ, o->now) != PS_GRADE_GOOD) {
		ps_reason_add(sig, "weak-signature", W_R_WEAK_SIGNATURE,
		    PS_TEXT("name", sig->algorithm));
		return false;
	}
	return true;
}

static void
name_issuer(struct ps_signature *sig, const struct ps_path_out *path)
{
	const char *subject = ps_cert_issuer(sig->cert);

	if (path->nchain > 1)
		subject = ps_cert_subject(path->chain[1]);
	copy_text(sig->issuer_name, sizeof sig->issuer_name, subject);
}

/* A mail that was good when it came stays good (DESIGN 5), unless the key was somebody
 * else's: then whoever has it could have made the mail since, and could not now. */
static bool
only_time_passed(const struct ps_path_out *path)
{
	for (size_t i = 0; i < path->nproblem; i++) {
		enum ps_path_reason r = path->problem[i].reason;

		if (r != PS_PATH_EXPIRED && r != PS_PATH_CA_EXPIRED && r != PS_PATH_REVOKED &&
		    r != PS_PATH_CA_REVOKED)
			return false;
	}
	return !path->good && !path->key_lost;
}

/* By the store's own record of when it first found this signature good. */
static ps_code
judge_received(struct opening *o, struct ps_signature *sig, const struct cms_bag *bag,
    struct ps_path_out *path, ps_err *err)
{
	struct ps_path_out then = { .good = false };
	int64_t at;
	ps_code code = opening_received(o, sig, &at, err);

	if (code != PS_OK || at == INT64_MIN)
		return code;
	code = ps_setup_judge_past(&o->op->setup, sig->cert, bag, PS_PURPOSE_SIGN, at, &then, err);
	if (code == PS_OK && then.good) {
		struct ps_path_out now = *path;

		*path = then;
		then = now;
		sig->received = true;
		sig->at = at;
	}
	ps_path_clear(&then);
	return code;
}

static void
note_expired(struct ps_signature *sig)
{
	if (sig->has_mark && sig->has_time && ps_cert_not_after(sig->cert) < sig->at &&
	    sig->signing_time <= ps_cert_not_after(sig->cert))
		ps_reason_add(sig, "expired-since", W_R_EXPIRED_SINCE);
}

static bool
is_revoked(const struct ps_path_out *path)
{
	for (size_t i = 0; i < path->nproblem; i++)
		if (path->problem[i].reason == PS_PATH_REVOKED ||
		    path->problem[i].reason == PS_PATH_CA_REVOKED)
			return true;
	return false;
}

static ps_code
judge_path(struct opening *o, struct ps_signature *sig, const struct cms_bag *bag, bool *out_good,
    ps_err *err)
{
	struct ps_path_out path = { .good = false };
	ps_code code;

	/* A proven time counts, and only that: the signer's own claim never does. */
	code = sig->stamped
	    ? ps_setup_judge_past(&o->op->setup, sig->cert, bag, PS_PURPOSE_SIGN, sig->at, &path,
	    err)
	    : ps_setup_judge(&o->op->setup, sig->cert, bag, PS_PURPOSE_SIGN, o->now, &path, err);
	if (code == PS_OK && !sig->stamped && only_time_passed(&path))
		code = judge_received(o, sig, bag, &path, err);
	if (code != PS_OK) {
		ps_path_clear(&path);
		return code;
	}
	for (size_t i = 0; i < path.nproblem; i++)
		ps_reason_add(sig, ps_path_reason_name(path.problem[i].reason), "{text}",
		    PS_TEXT("text", path.problem[i].text));
	if (!path.good)
		note_expired(sig);
	name_issuer(sig, &path);
	sig->revocation_checked = path.revocation_checked;
	sig->revocation_at = path.revocation_at;
	sig->revocation_age = o->now - path.revocation_at;
	sig->revoked = is_revoked(&path);
	sig->revocation_by = path.revocation_by;
	sig->revocation_why = path.revocation_why;
	*out_good = path.good;
	ps_path_clear(&path);
	return PS_OK;
}

/* RFC 8551, 2.4.2: the content of a signed mail is id-data. A time-stamp or a
 * receipt that is sent as a mail was signed for something else. */
static bool
is_mail_content(struct opening *o, struct ps_signature *sig, const struct cms_signed *s)
{
	enum cms_type type = cms_type_of((ps_slice){ s->content_oid.p, s->content_oid.n });
	char name[96];

	if (!o->is_mail || type == CMS_DATA || opening_is_layer_type(type))
		return true;
	/* With the mail that it is for, a receipt says something. */
	if (type == CMS_RECEIPT && o->op->sent_path != NULL)
		return true;
	ps_reason_add(sig, "content-not-mail", W_R_NOT_MAIL,
	    PS_TEXT("name", cms_type_text(&s->content_oid, name, sizeof name)));
	return false;
}

ps_code
opening_judge_found(struct opening *o, struct ps_signature *sig, const struct cms_signer *s,
    const struct cms_check_out *check, const struct cms_bag *bag, bool sound, ps_err *err)
{
	bool strong, good;
	ps_code code;

	add_meaning(sig, s, check->result);
	if (check->result != CMS_CHECK_GOOD && check->result != CMS_CHECK_GOOD_NO_ATTRS)
		return PS_OK;
	strong = judge_strength(o, sig, &check->spec);
	if (check->result == CMS_CHECK_GOOD_NO_ATTRS)
		strong = strong && !ps_policy_wants_signed_attrs(o->op->setup.policy);
	if ((code = judge_path(o, sig, bag, &good, err)) != PS_OK)
		return code;
	if (strong && good && sound)
		sig->state = PS_STATE_VALID;
	return PS_OK;
}

/* RFC 5752, 2: of two signatures the one that he cannot attack is what an attacker takes
 * away. What is left says itself that it was not meant to stand alone. */
static ps_code
judge_others(struct opening *o, struct ps_signature *sig, const struct cms_signed *s, size_t i,
    bool *sound, ps_err *err)
{
	size_t missing;
	ps_code code = cms_multiple_missing(s->signer, s->nsigner, i, &o->others_left, &missing,
	    err);

	if (code != PS_OK || missing == 0)
		return code;
	ps_reason_add(sig, "signature-removed", W_R_REMOVED, PS_NUMBER("count", missing));
	*sound = false;
	return PS_OK;
}

static ps_code
judge_signer(struct opening *o, struct ps_signature *sig, const struct cms_signed *s, size_t i,
    const struct cms_digests *digests, ps_err *err)
{
	struct cms_check_in in = { .signer = &s->signer[i], .cert = sig->cert,
	    .digests = digests,
	    .content_type = { s->content_oid.p, s->content_oid.n } };
	struct cms_check_out check;
	bool sound;
	ps_code code;

	if ((code = cms_signer_check(&in, &check, err)) != PS_OK)
		return code;
	if (check.not_der && sig->in_envelope)
		ps_verdict_warn(o->v, "attributes-not-der", W_W_NOT_DER);
	sound = (check.result != CMS_CHECK_GOOD && check.result != CMS_CHECK_GOOD_NO_ATTRS) ||
	    is_mail_content(o, sig, s);
	if (check.result == CMS_CHECK_GOOD && (code = judge_others(o, sig, s, i, &sound, err)) !=
	    PS_OK)
		return code;
	return opening_judge_found(o, sig, &s->signer[i], &check, &s->bag, sound, err);
}

/* What the message does not bring the store may have. */
static ps_code
find_cert(struct opening *o, struct cms_signed *s, size_t i, ps_cert **out, ps_err *err)
{
	struct ps_setup *setup = &o->op->setup;
	ps_code code;

	*out = cms_signed_find(s, i, setup->cert, setup->ncert);
	if (*out != NULL || setup->store == NULL)
		return PS_OK;
	if ((code = ps_recall_signer(setup, &s->signer[i].sid, err)) == PS_OK)
		*out = cms_signed_find(s, i, setup->cert, setup->ncert);
	return code;
}

static ps_code
one_signer(struct opening *o, struct ps_layer *layer, struct cms_signed *s, size_t i,
    const struct cms_digests *digests, ps_err *err)
{
	struct ps_signature *sig;
	ps_cert *cert;
	ps_code code;

	if ((code = ps_signature_add(o->v, &sig, err)) != PS_OK)
		return code;
	sig->layer = layer;
	sig->in_envelope = layer->in_envelope;
	sig->state = PS_STATE_UNKNOWN;
	sig->at = o->now;
	if ((code = opening_describe_signer(sig, &s->signer[i], err)) != PS_OK ||
	    (code = opening_judge_stamps(o, sig, s, i, err)) != PS_OK ||
	    (code = opening_judge_counters(o, sig, s, i, err)) != PS_OK)
		return code;
	if ((code = find_cert(o, s, i, &cert, err)) != PS_OK)
		return code;
	if (cert == NULL) {
		ps_reason_add(sig, "no-certificate", W_R_NO_CERT, PS_TEXT("who", sig->sid));
		return PS_OK;
	}
	sig->cert = ps_cert_ref(cert);
	if ((code = opening_mark(o, sig, &s->signer[i], err)) != PS_OK)
		return code;
	return o->inspect ? PS_OK : judge_signer(o, sig, s, i, digests, err);
}

ps_code
opening_judge_signers(struct opening *o, struct ps_layer *layer, struct cms_signed *s,
    const struct cms_digests *digests, const struct opening_again *again, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < s->nsigner && code == PS_OK; i++)
		code = one_signer(o, layer, s, i, digests, err);
	return code == PS_OK ? opening_diagnose(o, layer, s, again, err) : code;
}

/* --- what inspect shows of a SignedData --- */

static ps_code
name_digests(struct ps_layer *layer, const struct cms_signed *s, ps_err *err)
{
	struct der_state state;
	struct ps_algid id;
	struct ps_buf text = { .max = 1024 };
	char name[96];
	struct der d;
	ps_code code = PS_OK;

	der_init(&d, &state, ps_buf_get(&s->digest_algs), 0, false, "digestAlgorithms");
	while (der_more(&d) && code == PS_OK) {
		id = ps_algid_parse(&d, DER_SEQUENCE, "digestAlgorithm");
		ps_algid_text(PS_ALG_DIGEST, &id, name, sizeof name);
		if (text.n != 0)
			code = ps_buf_add_text(&text, ", ", err);
		if (code == PS_OK)
			code = ps_buf_add_text(&text, name, err);
	}
	if (code == PS_OK && (layer->digests = ps_strdup_slice(ps_buf_get(&text))) == NULL)
		code = ps_nomem(err, "smime.open");
	ps_buf_clear(&text);
	return code;
}

ps_code
opening_describe_signed(struct ps_layer *layer, struct cms_signed *s, ps_err *err)
{
	ps_code code;

	layer->version = (unsigned)s->version;
	layer->der = s->canonical;
	layer->ncrl = s->bag.ncrl;
	layer->nattribute = s->bag.nattribute;
	layer->nocsp = (unsigned)s->bag.nocsp;
	if ((code = opening_set_content_type(layer, &s->content_oid, err)) != PS_OK)
		return code;
	if ((code = name_digests(layer, s, err)) != PS_OK || s->bag.ncert == 0)
		return code;
	layer->cert = calloc(s->bag.ncert, sizeof *layer->cert);
	if (layer->cert == NULL)
		return ps_nomem(err, "smime.open");
	for (size_t i = 0; i < s->bag.ncert; i++)
		layer->cert[i] = ps_cert_ref(s->bag.cert[i]);
	layer->ncert = s->bag.ncert;
	return PS_OK;
}
