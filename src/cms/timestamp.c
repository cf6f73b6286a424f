/* SPDX-License-Identifier: ISC */
/*
 * Time-stamp tokens.
 *
 * A token says that a signature existed at a time, in the words of somebody
 * else than its signer. It is read whole: it stands in an attribute, whose
 * size is bounded.
 */
#include "cms/timestamp.h"

#include <string.h>

#include "base/text.h"

enum { INFO_MAX = 65536 };

/* What a token's content says. */
struct info {
	struct ps_algid	 digest;
	ps_slice	 hash, nonce;
	int64_t		 at;
};

/* RFC 3161, 2.4.2: an extension that is critical must be known; we know none. */
static void
parse_extensions(struct der *in)
{
	struct der list, one;

	if (!der_try_enter(in, DER_CTX(1), "extensions", &list))
		return;
	while (der_more(&list)) {
		one = der_enter(&list, DER_SEQUENCE, "Extension");
		(void)der_oid(&one, "extnID");
		if (der_next_tag(&one) == DER_BOOLEAN && der_bool(&one, "critical"))
			der_fail(&one, "a known extension");
		(void)der_octets(&one, "extnValue");
		der_leave(&one);
	}
	der_leave(&list);
}

static void
parse_imprint(struct info *info, struct der *in)
{
	struct der seq = der_enter(in, DER_SEQUENCE, "messageImprint");

	info->digest = ps_algid_parse(&seq, DER_SEQUENCE, "hashAlgorithm");
	info->hash = der_octets(&seq, "hashedMessage");
	der_leave(&seq);
}

/* accuracy, ordering, nonce and tsa come before the extensions. */
static void
parse_options(struct info *info, struct der *in)
{
	while (der_more(in) && der_next_tag(in) != DER_CTX(1))
		if (der_next_tag(in) == DER_INTEGER)
			info->nonce = der_integer(in, "nonce");
		else
			der_skip(in, "option");
}

static ps_code
parse_info(struct info *info, ps_slice der, ps_err *err)
{
	struct der_state state;
	struct der d, seq;

	der_init(&d, &state, der, 0, false, NULL);
	seq = der_enter(&d, DER_SEQUENCE, "TSTInfo");
	if (der_u64(&seq, "version") != 1)
		der_fail(&seq, "version 1");
	(void)der_oid(&seq, "policy");
	parse_imprint(info, &seq);
	(void)der_integer(&seq, "serialNumber");
	if (der_next_tag(&seq) != DER_GENTIME)
		der_fail(&seq, "GeneralizedTime");
	info->at = der_time(&seq, "genTime");
	parse_options(info, &seq);
	parse_extensions(&seq);
	der_leave(&seq);
	return der_finish(&d, "cms.time-stamp", err);
}

static ps_code
read_token(struct cms_stamp *t, ps_slice token, const struct ps_limits *limits, bool *out_form,
    ps_err *err)
{
	ps_slice oid;
	ps_code code;

	if ((code = ps_reader_open_memory(&t->reader, token, err)) != PS_OK ||
	    (code = cms_shell_open(&t->shell, t->reader, limits, err)) != PS_OK ||
	    t->shell.type != CMS_SIGNED ||
	    (code = cms_signed_open(&t->s, &t->shell.ber, err)) != PS_OK || !t->s.has_content)
		return code;
	if ((code = ps_reader_all(t->s.content, &t->info, err)) != PS_OK ||
	    (code = cms_signed_finish(&t->s, err)) != PS_OK ||
	    (code = cms_shell_close(&t->shell, err)) != PS_OK)
		return code;
	oid = (ps_slice){ t->s.content_oid.p, t->s.content_oid.n };
	/* RFC 3161, 2.4.2: "the signature of one signer", which names its certificate. */
	*out_form = cms_type_of(oid) == CMS_TST_INFO && t->s.nsigner == 1 &&
	    t->s.signer[0].has_attrs && t->s.signer[0].parsed.has_cert;
	return PS_OK;
}

static ps_code
stamps(struct cms_stamp *t, const struct info *info, ps_slice what, bool *out, ps_err *err)
{
	uint8_t hash[PS_DIGEST_MAX];
	ps_code code;

	*out = false;
	t->imprint = ps_alg_digest_of(&info->digest);
	if (t->imprint == NULL)
		return PS_OK;
	code = ps_digest_once(t->imprint, what, hash, err);
	if (code == PS_E_UNSUPPORTED) {
		ps_err_clear(err);
		return PS_OK;
	}
	if (code == PS_OK)
		*out = ps_slice_equal(info->hash,
		    (ps_slice){ hash, ps_digest_size(t->imprint) });
	return code;
}

static ps_code
check_signature(struct cms_stamp *t, ps_cert *const *more, size_t nmore, ps_err *err)
{
	struct cms_check_in in = { .signer = &t->s.signer[0], .digests = &t->s.digests,
	    .content_type = { t->s.content_oid.p, t->s.content_oid.n } };
	struct cms_check_out check;
	ps_code code;

	t->result = CMS_STAMP_NO_CERT;
	t->cert = in.cert = cms_signed_find(&t->s, 0, more, nmore);
	if (in.cert == NULL)
		return PS_OK;
	t->result = CMS_STAMP_SIGNATURE;
	if ((code = cms_signer_check(&in, &check, err)) != PS_OK)
		return code;
	if (check.result == CMS_CHECK_GOOD) {
		t->spec = check.spec;
		t->result = CMS_STAMP_GOOD;
	}
	return PS_OK;
}

/* What a stranger can put into an attribute. */
static bool
is_its_own(ps_code code)
{
	return code == PS_E_MALFORMED || code == PS_E_UNSUPPORTED || code == PS_E_LIMIT;
}

ps_code
cms_stamp_check(struct cms_stamp *t, ps_slice token, ps_slice what, ps_cert *const *more,
    size_t nmore, const struct ps_limits *limits, ps_err *err)
{
	struct info info = { .at = 0 };
	bool form = false, same;
	ps_code code;

	memset(t, 0, sizeof *t);
	t->result = CMS_STAMP_MALFORMED;
	t->info.max = INFO_MAX;
	code = read_token(t, token, limits, &form, err);
	if (code == PS_OK && form)
		code = parse_info(&info, ps_buf_get(&t->info), err);
	if (is_its_own(code)) {
		ps_err_clear(err);
		return PS_OK;
	}
	if (code != PS_OK || !form || (code = stamps(t, &info, what, &same, err)) != PS_OK)
		return code;
	t->at = info.at;
	t->nonce = info.nonce;
	t->result = CMS_STAMP_OTHER;
	return same ? check_signature(t, more, nmore, err) : PS_OK;
}

void
cms_stamp_clear(struct cms_stamp *t)
{
	cms_signed_clear(&t->s);
	ps_reader_close(t->reader);
	ps_buf_clear(&t->info);
	memset(t, 0, sizeof *t);
}
