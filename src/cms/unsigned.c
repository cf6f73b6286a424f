/* SPDX-License-Identifier: ISC */
/*
 * Unsigned attributes, and the counter-signature among them.
 *
 * A counter-signature shows that its signer saw a signature, not that the
 * signature is good: what is checked here never makes the other valid.
 */
#include "cms/unsigned.h"

#include <string.h>

#include "base/text.h"

static void
keep(ps_slice *list, size_t *n, size_t max, ps_slice one)
{
	if (*n < max)
		list[(*n)++] = one;
}

static bool
is(ps_slice oid, const char *name)
{
	const char *found = cms_attr_name(oid);

	return found != NULL && strcmp(found, name) == 0;
}

static void
parse_attribute(struct cms_unsigned *u, struct der *in)
{
	struct der seq = der_enter(in, DER_SEQUENCE, "Attribute");
	ps_slice oid = der_oid(&seq, "attrType"), value;
	struct der values = der_enter(&seq, DER_SET, "attrValues");

	if (!der_failed(in))
		keep(u->shown, &u->nshown, CMS_UNSIGNED_SHOWN, oid);
	while (der_more(&values)) {
		value = der_any(&values, "AttributeValue");
		if (der_failed(&values))
			break;
		if (is(oid, "countersignature"))
			keep(u->counter, &u->ncounter, CMS_COUNTERS, value);
		else if (is(oid, "signatureTimeStampToken"))
			keep(u->stamp, &u->nstamp, CMS_STAMPS, value);
	}
	der_leave(&values);
	der_leave(&seq);
}

void
cms_unsigned_parse(struct cms_unsigned *out, ps_slice inside)
{
	struct der_state state;
	struct der d;

	memset(out, 0, sizeof *out);
	der_init(&d, &state, inside, 0, false, "unsignedAttrs");
	while (der_more(&d))
		parse_attribute(out, &d);
}

ps_code
cms_counter_parse(struct cms_signer *s, ps_err *err)
{
	struct cms_attrs *a = &s->parsed;
	ps_code code = cms_signer_parse(s, err);

	if (code != PS_OK || !s->has_attrs)
		return code;
	/* RFC 5652, 11.4: "The signedAttributes field MUST NOT contain a content-type". */
	if (a->content_type.n != 0)
		a->broken = "content-type";
	else if (a->broken != NULL && strcmp(a->broken, "no-content-type") == 0)
		a->broken = a->message_digest.n != 0 ? NULL : "no-message-digest";
	return PS_OK;
}

ps_code
cms_counter_check(const struct cms_signer *s, ps_cert *cert, ps_slice signature,
    struct cms_check_out *out, ps_err *err)
{
	const struct ps_alg *alg = ps_alg_digest_of(&s->digest);
	struct cms_digests digests = { .n = 0 };
	struct cms_check_in in = { .signer = s, .cert = cert, .digests = &digests };
	ps_code code = PS_OK;

	if (alg != NULL)
		code = cms_digests_add(&digests, alg, err);
	if (code == PS_E_UNSUPPORTED) {
		ps_err_clear(err);
		code = PS_OK;
	}
	if (code == PS_OK && (code = cms_digests_look(&digests, signature, err)) == PS_OK &&
	    (code = cms_digests_final(&digests, err)) == PS_OK) {
		digests.length = 0;	/* a signature is never taken for attributes */
		code = cms_signer_check(&in, out, err);
	}
	cms_digests_clear(&digests);
	return code;
}
