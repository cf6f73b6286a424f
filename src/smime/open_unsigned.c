/* SPDX-License-Identifier: ISC */
/*
 * What stands beside a signature: time-stamps and counter-signatures.
 *
 * Anybody may put them there, so they prove themselves or count for nothing. A
 * good time-stamp by somebody whom we trust moves the time by which the signer's
 * certificate is judged. A counter-signature is shown, and never more.
 */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "cms/timestamp.h"
#include "cms/unsigned.h"
#include "smime/opening.h"
#include "smime/words.h"

/* --- time-stamps --- */

enum { CLOCK_SKEW = 300 };	/* seconds (STANDARDS 6.4) */

static bool
is_strong(const struct opening *o, const struct cms_stamp *t)
{
	const ps_policy *p = o->op->setup.policy;

	return ps_policy_digest(p, t->imprint, PS_USE_READ, o->now) == PS_GRADE_GOOD &&
	    ps_policy_digest(p, t->spec.digest, PS_USE_READ, o->now) == PS_GRADE_GOOD &&
	    ps_policy_signature(p, &t->spec, PS_USE_READ, o->now) == PS_GRADE_GOOD;
}

/* *out_why: NULL when the token is to be believed; it lives in `path` or for ever. */
static ps_code
believe(struct opening *o, const struct cms_stamp *t, struct ps_path_out *path,
    const char **out_why, ps_err *err)
{
	ps_code code;

	*out_why = W_R_STAMP_FUTURE;
	if (t->at > o->now + CLOCK_SKEW)
		return PS_OK;
	*out_why = W_R_STAMP_WEAK;
	if (!is_strong(o, t))
		return PS_OK;
	code = ps_setup_judge_past(&o->op->setup, t->cert, &t->s.bag, PS_PURPOSE_STAMP, t->at,
	    path, err);
	if (code != PS_OK)
		return code;
	*out_why = path->good ? NULL : path->nproblem > 0 ? path->problem[0].text
	    : W_R_STAMP_PATH;
	return PS_OK;
}

/* The earliest good one: the signature existed then. */
static void
take_time(struct ps_signature *sig, int64_t at)
{
	if (!sig->stamped || at < sig->at)
		sig->at = at;
	sig->stamped = true;
}

static ps_code
judge_good(struct opening *o, struct ps_signature *sig, const struct cms_stamp *t,
    struct ps_stamp *out, ps_err *err)
{
	struct ps_path_out path = { .good = false };
	const char *why;
	ps_code code;

	if (o->inspect)
		return PS_OK;
	if ((code = believe(o, t, &path, &why, err)) != PS_OK)
		return code;
	out->state = why == NULL ? PS_STATE_VALID : PS_STATE_UNTRUSTED;
	if (why == NULL)
		take_time(sig, t->at);
	else if (sig->in_envelope)
		ps_verdict_warn(o->v, "timestamp-untrusted", W_W_STAMP_UNTRUSTED,
		    PS_TEXT("who", out->by), PS_TEXT("why", why));
	ps_path_clear(&path);
	return PS_OK;
}

static ps_code
judge_stamp(struct opening *o, struct ps_signature *sig, const struct cms_stamp *t,
    struct ps_stamp *out, ps_err *err)
{
	out->at = t->at;
	if (t->cert != NULL)
		ps_words(out->by, sizeof out->by, "{who}",
		    PS_TEXT("who", ps_cert_subject(t->cert)));
	switch (t->result) {
	case CMS_STAMP_GOOD:
		return judge_good(o, sig, t, out, err);
	case CMS_STAMP_NO_CERT:
		return PS_OK;
	case CMS_STAMP_MALFORMED:
	case CMS_STAMP_OTHER:
	case CMS_STAMP_SIGNATURE:
		break;
	}
	out->state = PS_STATE_INVALID;
	if (sig->in_envelope)
		ps_verdict_warn(o->v, "timestamp-invalid", W_W_STAMP_BAD);
	return PS_OK;
}

ps_code
opening_judge_stamps(struct opening *o, struct ps_signature *sig, const struct cms_signed *s,
    size_t i, ps_err *err)
{
	struct cms_unsigned u;
	struct cms_stamp t;
	ps_code code = PS_OK;

	cms_unsigned_parse(&u, s->signer[i].unsigned_inside);
	for (size_t k = 0; k < u.nstamp && k < PS_STAMPS_MAX && code == PS_OK; k++) {
		struct ps_stamp *one = &sig->stamp[sig->nstamp];

		if (o->beside++ >= o->limits->beside)
			break;
		sig->nstamp++;
		one->state = PS_STATE_UNKNOWN;
		code = cms_stamp_check(&t, u.stamp[k], s->signer[i].signature,
		    o->op->setup.cert, o->op->setup.ncert, o->limits, err);
		if (code == PS_OK)
			code = judge_stamp(o, sig, &t, one, err);
		cms_stamp_clear(&t);
	}
	return code;
}

/* RFC 2634, 1.3.4: services that nobody signed ask for nothing. */
static void
note_unsigned(struct ps_signature *sig, const struct cms_unsigned *u)
{
	for (size_t i = 0; i < u->nshown; i++) {
		const char *name = cms_attr_name(u->shown[i]);
		char *out = sig->unsigned_name[sig->nunsigned++];

		if (name == NULL)
			der_oid_text(u->shown[i], out, sizeof sig->unsigned_name[0]);
		else
			ps_words(out, sizeof sig->unsigned_name[0], "{name}",
			    PS_TEXT("name", name));
		if (cms_ess_signed_only(u->shown[i]))
			sig->ess_unsigned = name;
	}
}

/* --- counter-signatures --- */

static ps_code
judge_counter(struct opening *o, struct ps_signature *sig, const struct cms_signed *s,
    const struct cms_signer *c, ps_slice signature, ps_err *err)
{
	struct cms_check_out check;
	ps_code code;

	if ((code = cms_counter_check(c, sig->cert, signature, &check, err)) != PS_OK)
		return code;
	if (!o->inspect)
		return opening_judge_found(o, sig, c, &check, &s->bag, true, err);
	sig->state = check.result == CMS_CHECK_GOOD ? PS_STATE_UNKNOWN : PS_STATE_INVALID;
	return PS_OK;
}

static ps_code
one_counter(struct opening *o, struct ps_signature *sig, const struct cms_signed *s,
    const struct cms_signer *c, ps_slice signature, ps_err *err)
{
	struct ps_signature *counter;
	ps_cert *cert;
	ps_code code;

	if ((code = ps_counter_add(sig, &counter, err)) != PS_OK)
		return code;
	counter->layer = sig->layer;
	counter->state = PS_STATE_UNKNOWN;
	counter->at = o->now;
	if ((code = opening_describe_signer(counter, c, err)) != PS_OK)
		return code;
	cert = cms_signed_find_id(s, &c->sid, o->op->setup.cert, o->op->setup.ncert);
	if (cert == NULL) {
		ps_reason_add(counter, "no-certificate", W_R_NO_CERT,
		    PS_TEXT("who", counter->sid));
		return PS_OK;
	}
	counter->cert = ps_cert_ref(cert);
	return judge_counter(o, counter, s, c, signature, err);
}

ps_code
opening_judge_counters(struct opening *o, struct ps_signature *sig, const struct cms_signed *s,
    size_t i, ps_err *err)
{
	struct cms_unsigned u;
	struct cms_signer c;
	ps_code code = PS_OK;

	cms_unsigned_parse(&u, s->signer[i].unsigned_inside);
	note_unsigned(sig, &u);
	for (size_t k = 0; k < u.ncounter && code == PS_OK; k++) {
		if (o->beside++ >= o->limits->beside)
			break;
		memset(&c, 0, sizeof c);
		if ((code = ps_buf_add(&c.der, u.counter[k], err)) == PS_OK &&
		    (code = cms_counter_parse(&c, err)) == PS_OK)
			code = one_counter(o, sig, s, &c, s->signer[i].signature, err);
		if (code == PS_E_MALFORMED || code == PS_E_LIMIT) {
			ps_err_clear(err);	/* as if it were not there */
			code = PS_OK;
		}
		cms_signer_clear(&c);
	}
	return code;
}
