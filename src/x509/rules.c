/* SPDX-License-Identifier: ISC */
/*
 * Our own rules about a path.
 *
 * The crypto library knows a purpose "S/MIME", but it refuses
 * anyExtendedKeyUsage, which RFC 8550, 4.4.4 accepts, and it cannot be asked
 * for one use of the key. And its security levels are one number for all
 * algorithms, where a policy has a row for each. So both are judged here.
 */
#include "x509/internal.h"
#include "x509/words.h"

enum { KU_SIGN = PS_KU_DIGITAL_SIGNATURE | PS_KU_NON_REPUDIATION };

/* --- what keys are for --- */

/* RFC 8551, 2.3 with RFC 5280, 4.2.1.3; RFC 9935, 5 for the keys of ML-KEM. */
unsigned
ps_ku_sign(const struct ps_alg *key)
{
	return (key->does & PS_DOES_SIGN) != 0 ? PS_KU_DIGITAL_SIGNATURE : 0;
}

unsigned
ps_ku_encrypt(const struct ps_alg *key)
{
	return ((key->does & PS_DOES_ENCIPHER) != 0 ? PS_KU_KEY_ENCIPHERMENT : 0) |
	    ((key->does & PS_DOES_AGREE) != 0 ? PS_KU_KEY_AGREEMENT : 0);
}

static bool
fit(const struct ps_cert_view *v, const struct ps_alg *key, enum ps_purpose purpose)
{
	if (purpose != PS_PURPOSE_ENCRYPT)
		/* RFC 8550, 4.4.2: either bit; both when there is none. */
		return ps_ku_sign(key) != 0 && (!v->has_ku || (v->ku & KU_SIGN) != 0);
	return ps_ku_encrypt(key) != 0 && (!v->has_ku || (v->ku & ps_ku_encrypt(key)) != 0);
}

static void
check_usage(const struct ps_path_in *in, const struct ps_key_info *key, struct ps_path_out *out)
{
	ps_cert *leaf = out->chain[0];
	bool sign = in->purpose != PS_PURPOSE_ENCRYPT;

	if (!fit(ps_cert_view_of(leaf), key->type, in->purpose))
		ps_problem_add(out, &(struct ps_problem){ .reason = PS_PATH_KEY_USAGE,
		    .cert = leaf, .words = sign ? W_PATH_NO_SIGN : W_PATH_NO_ENCRYPT });
}

/* RFC 8550, 4.4.4: emailProtection or anyExtendedKeyUsage, or no extension;
 * in an authority the same, as is common practice: it may give no more than
 * it has. */
static void
check_mail(ps_cert *c, bool leaf, struct ps_path_out *out)
{
	const struct ps_cert_view *v = ps_cert_view_of(c);

	if (v->has_eku && !v->eku_email && !v->eku_any)
		ps_problem_add(out, &(struct ps_problem){ .reason = PS_PATH_NOT_FOR_MAIL,
		    .cert = c, .words = leaf ? W_PATH_NO_MAIL : W_PATH_CA_NO_MAIL });
}

/* RFC 3161, 2.3: the purpose is critical and alone; of an authority it is
 * asked no more than for mail. */
static void
check_stamping(ps_cert *c, bool leaf, struct ps_path_out *out)
{
	const struct ps_cert_view *v = ps_cert_view_of(c);
	bool fit = leaf ? v->eku_time_stamping && v->eku_critical && !v->eku_several
	    : !v->has_eku || v->eku_time_stamping || v->eku_any;

	if (!fit)
		ps_problem_add(out, &(struct ps_problem){ .reason = PS_PATH_NOT_FOR_TIME,
		    .cert = c, .words = leaf ? W_PATH_NO_TIME : W_PATH_CA_NO_TIME });
}

/* RFC 5280, 6.1.4 (k), (n). An anchor is trusted as it is: old roots have no
 * extensions. */
static void
check_authority(ps_cert *c, struct ps_path_out *out)
{
	const struct ps_cert_view *v = ps_cert_view_of(c);

	if (!v->ca || (v->has_ku && (v->ku & PS_KU_CERT_SIGN) == 0))
		ps_problem_add(out, &(struct ps_problem){ .reason = PS_PATH_NOT_CA,
		    .cert = c, .words = W_PATH_NOT_CA });
}

static bool
nameless(ps_slice name)
{
	uint32_t tag;
	ps_slice value;
	size_t used;

	return der_split(name, &tag, &value, &used) && value.n == 0;
}

/* RFC 5280, 4.1.2.4 and 4.1.2.6: who issued it always has a name, whom it is
 * for has one there or in a critical extension. */
static void
check_names(ps_cert *c, struct ps_path_out *out)
{
	const struct ps_cert_view *v = ps_cert_view_of(c);

	if (nameless(v->issuer))
		ps_problem_add(out, &(struct ps_problem){ .reason = PS_PATH_MALFORMED_CERT,
		    .cert = c, .words = W_PATH_NO_ISSUER });
	if (nameless(v->subject) && !v->san_critical)
		ps_problem_add(out, &(struct ps_problem){ .reason = PS_PATH_MALFORMED_CERT,
		    .cert = c, .words = W_PATH_NO_SUBJECT });
}

/* --- strength --- */

static void
check_key(const struct ps_path_in *in, ps_cert *c, const struct ps_key_info *key,
    enum ps_use use, struct ps_path_out *out)
{
	if (ps_policy_key(in->policy, key, use, in->at) != PS_GRADE_GOOD)
		ps_problem_add(out, &(struct ps_problem){ .reason = PS_PATH_WEAK_KEY,
		    .cert = c, .words = W_PATH_WEAK_KEY, .alg = key->type->label,
		    .bits = key->bits });
}

static void
check_signature(const struct ps_path_in *in, ps_cert *c, struct ps_path_out *out)
{
	const struct ps_algid *alg = &ps_cert_view_of(c)->signature;
	struct ps_sigspec spec;
	char text[128];
	bool known = ps_sigspec_parse(&spec, alg, NULL, NULL) == PS_OK;

	if (known && ps_policy_signature(in->policy, &spec, PS_USE_READ, in->at) == PS_GRADE_GOOD)
		return;
	ps_problem_add(out, &(struct ps_problem){
		.reason = known ? PS_PATH_WEAK_SIGNATURE : PS_PATH_PATH_OTHER,
		.cert = c,
		.words = known ? W_PATH_WEAK_SIG : W_PATH_NO_ALG,
		.alg = ps_algid_text(PS_ALG_SIGNATURE, alg, text, sizeof text),
	});
}

/* --- one certificate --- */

/* False, with a problem, when the key is none that we know. */
static ps_code
key_info(ps_cert *c, struct ps_key_info *out, bool *out_known, struct ps_path_out *path,
    ps_err *err)
{
	struct ps_pubkey *key;
	ps_code code = ps_cert_pubkey(c, &key, err);

	if (code == PS_E_NOMEM)
		return code;
	*out_known = code == PS_OK;
	if (*out_known)
		ps_pubkey_info(key, out);
	else
		ps_problem_add(path, &(struct ps_problem){ .reason = PS_PATH_PATH_OTHER,
		    .cert = c, .words = W_PATH_NO_KEY });
	ps_err_clear(err);
	return PS_OK;
}

static ps_code
check_one(const struct ps_path_in *in, size_t i, bool anchor, struct ps_path_out *out, ps_err *err)
{
	ps_cert *c = out->chain[i];
	bool leaf = i == 0, known;
	/* Encrypting to a key is sending with it; the rest is reading. */
	enum ps_use use = leaf && in->purpose == PS_PURPOSE_ENCRYPT ? PS_USE_SEND : PS_USE_READ;
	struct ps_key_info key;
	ps_code code = key_info(c, &key, &known, out, err);

	if (code != PS_OK)
		return code;
	if (known && leaf)
		check_usage(in, &key, out);
	if (in->purpose == PS_PURPOSE_STAMP)
		check_stamping(c, leaf, out);
	else
		check_mail(c, leaf, out);
	if (!leaf && !anchor)
		check_authority(c, out);
	if (ps_cert_view_of(c)->critical_unknown)
		ps_problem_add(out, &(struct ps_problem){ .reason = PS_PATH_CRITICAL_EXTENSION,
		    .cert = c, .words = W_PATH_CRITICAL });
	if (known)
		check_key(in, c, &key, use, out);
	/* RFC 5280, 6.1: nothing depends on the signature of an anchor, nor on
	 * who is said to have issued it. */
	if (!anchor) {
		check_signature(in, c, out);
		check_names(c, out);
	}
	return PS_OK;
}

ps_code
ps_path_rules(const struct ps_path_in *in, bool anchored, struct ps_path_out *out, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < out->nchain && code == PS_OK; i++)
		code = check_one(in, i, anchored && i + 1 == out->nchain, out, err);
	return code;
}
