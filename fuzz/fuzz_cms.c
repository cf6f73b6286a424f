/* SPDX-License-Identifier: ISC */
/*
 * The CMS readers: SignedData with every signer checked, EnvelopedData and
 * AuthEnvelopedData with every recipient taken apart.
 */
#include "cms/capabilities.h"
#include "cms/enveloped.h"
#include "cms/multiple.h"
#include "fuzz.h"
#include "../tests/support/streams.h"

FUZZ_SAID(fuzz_said)

static ps_code
check_signers(struct cms_signed *s, ps_err *err)
{
	struct cms_check_out out;
	uint64_t budget = 128;
	size_t missing;
	ps_code code = PS_OK;

	for (size_t i = 0; i < s->nsigner && code == PS_OK; i++) {
		struct cms_check_in in = { .signer = &s->signer[i], .digests = &s->digests,
		    .cert = cms_signed_find(s, i, NULL, 0),
		    .content_type = { s->content_oid.p, s->content_oid.n } };
		struct cms_caps caps;

		cms_caps_parse(&caps, s->signer[i].parsed.caps);
		for (size_t k = 0; k < s->signer[i].parsed.nshown; k++)
			cms_attr_name(s->signer[i].parsed.shown[k]);
		code = cms_multiple_missing(s->signer, s->nsigner, i, &budget, &missing, err);
		if (code != PS_OK || in.cert == NULL || !s->has_content)
			continue;
		code = cms_signer_check(&in, &out, err);
		/* Nobody but its owner can make a good signature over this. */
		CHECK(code != PS_OK || out.result != CMS_CHECK_GOOD || out.spec.sig != NULL);
	}
	return code;
}

static ps_code
read_signed(struct ber *ber, ps_err *err)
{
	struct cms_signed s;
	ps_code code;

	if ((code = cms_signed_open(&s, ber, err)) != PS_OK)
		goto out;
	if (s.has_content && (code = ps_reader_drain(s.content, NULL, err)) != PS_OK)
		goto out;
	if ((code = cms_signed_finish(&s, err)) == PS_OK)
		code = check_signers(&s, err);
out:
	cms_signed_clear(&s);
	return code;
}

static void
show_recipients(const struct cms_recipients *r)
{
	struct cms_recipient one;
	char text[64];

	for (size_t i = 0; i < r->n; i++) {
		cms_recipient_parse(r, i, &one);
		CHECK(one.nid <= CMS_KARI_IDS);
		CHECK(cms_recipient_kind_name(one.kind) != NULL);
		for (size_t k = 0; k < one.nid; k++)
			ps_name_text(one.id[k].issuer, text, sizeof text);
	}
}

static ps_code
read_enveloped(struct ber *ber, bool auth, ps_err *err)
{
	struct cms_enveloped e;
	ps_code code;

	if ((code = cms_enveloped_open(&e, ber, auth, err)) != PS_OK)
		goto out;
	show_recipients(&e.recipients);
	if ((code = ps_reader_drain(e.ciphertext, NULL, err)) != PS_OK ||
	    (code = cms_enveloped_finish(&e, err)) != PS_OK)
		goto out;
	code = cms_enveloped_usable(&e, err);
out:
	cms_enveloped_clear(&e);
	return code;
}

static ps_code
read_object(ps_slice in, size_t step, ps_err *err)
{
	struct source src;
	struct cms_shell shell;
	ps_code code = cms_shell_open(&shell, source_open(&src, in, step), &ps_limits_default,
	    err);

	if (code == PS_OK && shell.type == CMS_SIGNED)
		code = read_signed(&shell.ber, err);
	else if (code == PS_OK && (shell.type == CMS_ENVELOPED ||
	    shell.type == CMS_AUTH_ENVELOPED))
		code = read_enveloped(&shell.ber, shell.type == CMS_AUTH_ENVELOPED, err);
	if (code == PS_OK)
		code = cms_shell_close(&shell, err);
	ps_reader_close(&src.pub);
	return code;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const size_t steps[] = { 1, 7, 64 };
	ps_err err = PS_ERR_INIT, err_cut = PS_ERR_INIT;
	ps_code code = read_object((ps_slice){ p, n }, 0, &err);

	CHECK_SAID(code, &err);
	CHECK(read_object((ps_slice){ p, n }, steps[n % 3], &err_cut) == code);
	return 0;
}
