/* SPDX-License-Identifier: ISC */
/*
 * Each limit of base/limits.h, at the limit and one above: an input is built
 * that needs exactly `n`, and opened with the limit at n and at n - 1. The
 * table names every limit, so a new one without a row fails here.
 */
#include "../unit/unit.h"
#include "../support/mail.h"
#include "base/limits.h"
#include "cms/compressed.h"
#include "cms/enveloped.h"
#include "smime/verdict.h"

static void
add(struct ps_buf *b, const char *s)
{
	must(ps_buf_add_text(b, s, NULL), NULL, "text");
}

static void
add_many(struct ps_buf *b, const char *s, size_t n)
{
	while (n-- > 0)
		add(b, s);
}

/* --- mails that need n --- */

static void
need_header_bytes(struct ps_buf *b, size_t n)
{
	add(b, "Subject: ");
	add_many(b, "x", n - 9 - 2 - 2);
	add(b, "\r\n\r\nbody\r\n");
}

static void
need_header_fields(struct ps_buf *b, size_t n)
{
	add_many(b, "X: y\r\n", n);
	add(b, "\r\nbody\r\n");
}

static void
need_parameters(struct ps_buf *b, size_t n)
{
	char text[32];

	add(b, "Content-Type: text/plain");
	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof text, "; p%zu=v", i);
		add(b, text);
	}
	add(b, "\r\n\r\nbody\r\n");
}

static void
need_boundary_bytes(struct ps_buf *b, size_t n)
{
	add(b, "Content-Type: multipart/mixed; boundary=");
	add_many(b, "b", n);
	add(b, "\r\n\r\n--");
	add_many(b, "b", n);
	add(b, "\r\n\r\nbody\r\n--");
	add_many(b, "b", n);
	add(b, "--\r\n");
}

/* A leaf within n - 1 multiparts. */
static void
need_mime_depth(struct ps_buf *b, size_t n)
{
	char text[96];

	for (size_t i = 1; i < n; i++) {
		snprintf(text, sizeof text,
		    "Content-Type: multipart/mixed; boundary=b%03zu\r\n\r\n--b%03zu\r\n", i, i);
		add(b, text);
	}
	add(b, "\r\nbody\r\n");
	for (size_t i = n - 1; i > 0; i--) {
		snprintf(text, sizeof text, "--b%03zu--\r\n", i);
		add(b, text);
	}
}

/* The mail itself and n - 1 parts. */
static void
need_parts(struct ps_buf *b, size_t n)
{
	add(b, "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
	add_many(b, "--b\r\n\r\nbody\r\n", n - 1);
	add(b, "--b--\r\n");
}

static void
need_addresses(struct ps_buf *b, size_t n)
{
	char text[64];

	add(b, "From: ");
	for (size_t i = 0; i < n; i++) {
		snprintf(text, sizeof text, "%sa%zu@example.org", i == 0 ? "" : ",\r\n ", i);
		add(b, text);
	}
	add(b, "\r\n\r\nbody\r\n");
}

/* n encryptions within each other. */
static void
need_crypto_depth(struct ps_buf *b, size_t n)
{
	ps_ctx *ctx = mail_ctx();
	ps_protector *pr;
	ps_err err = PS_ERR_INIT;

	must(mail_protector(ctx, NULL, "bob", &pr, &err), &err, "protector");
	add(b, mail_draft);
	while (n-- > 0) {
		struct source src;
		struct sink sink;
		ps_reader *r = source_open(&src, ps_buf_get(b), 0);

		must(ps_protect(pr, PS_ENCRYPT, r, sink_open(&sink, true), &err), &err,
		    "encrypt");
		ps_reader_close(r);
		ps_buf_clear(b);
		*b = sink.got;
	}
	ps_protector_free(pr);
	ps_ctx_free(ctx);
}

/* n compressions within each other, each a part of a multipart. */
static void
need_inflate_depth(struct ps_buf *b, size_t n)
{
	static const char header[] =
	    "Content-Type: multipart/mixed; boundary=%zu\r\n\r\n"
	    "--%zu\r\nContent-Type: application/pkcs7-mime; smime-type=compressed-data\r\n"
	    "Content-Transfer-Encoding: binary\r\n\r\n";
	char text[256];
	struct cms_size size = { .how = CMS_PLAN, .plan_max = 1 << 20 };
	ps_err err = PS_ERR_INIT;

	add(b, "Content-Type: text/plain\r\n\r\nbody\r\n");
	while (n-- > 0) {
		struct sink sink;
		ps_writer *to = sink_open(&sink, true), *w;

		snprintf(text, sizeof text, header, n, n);
		must(ps_writer_text(to, text, &err), &err, "header");
		must(cms_compress_writer_open(&w, to, 6, &size, &err), &err, "compress");
		must(ps_writer_write(w, ps_buf_get(b), &err), &err, "compress");
		must(ps_writer_finish(w, &err), &err, "compress");
		ps_writer_close(w);
		snprintf(text, sizeof text, "\r\n--%zu--\r\n", n);
		must(ps_writer_text(to, text, &err), &err, "delimiter");
		ps_buf_clear(b);
		*b = sink.got;
	}
}

/* --- CMS objects that need n --- */

static const uint8_t zeros[70000];
static const ps_slice null = { (const uint8_t *)"\5", 2 };

/* An element of exactly n octets, n > 300; a constructed one holds a string. */
static void
element(struct derw *w, uint32_t tag, size_t n)
{
	if (der_tag_constructed(tag)) {
		derw_begin(w, tag);
		derw_value(w, DER_OCTETS, (ps_slice){ zeros, n - 8 });
		derw_end(w);
	} else
		derw_value(w, tag, (ps_slice){ zeros, n - 4 });
}

static void
begin_object(struct derw *w, struct ps_buf *b, enum cms_type type)
{
	derw_init(w, b);
	derw_begin(w, DER_SEQUENCE);
	derw_oid(w, cms_type_oid(type));
	derw_begin(w, DER_CTX(0));
	derw_begin(w, DER_SEQUENCE);
	derw_u64(w, 1);
}

static void
end_object(struct derw *w)
{
	derw_end(w);
	derw_end(w);
	derw_end(w);
	must(derw_finish(w, NULL), NULL, "object");
}

enum { OF_DIGESTS, OF_CERTS, OF_CERT_BYTES, OF_CRLS, OF_CRL_BYTES, OF_SIGNERS, OF_SIGNER_BYTES };

static size_t
count(int what, int wanted, size_t n)
{
	return what == wanted ? n : 0;
}

/* A SignerInfo of exactly n octets (0: small): the signature is padded. */
static void
put_signer(struct derw *w, size_t n)
{
	struct ps_buf inside = { 0 };
	struct derw d;

	derw_init(&d, &inside);
	derw_u64(&d, 3);
	derw_value(&d, DER_CTX_PRIM(0), (ps_slice){ zeros, 20 });
	ps_algid_build(&d, ps_alg_get(PS_SHA256));
	ps_algid_build(&d, ps_alg_get(PS_SIG_ECDSA_SHA256));
	must(derw_finish(&d, NULL), NULL, "signer");
	derw_begin(w, DER_SEQUENCE);
	derw_raw(w, ps_buf_get(&inside));
	if (n == 0)
		derw_octets(w, (ps_slice){ zeros, 64 });
	else
		element(w, DER_OCTETS, n - 4 - inside.n);
	derw_end(w);
	ps_buf_clear(&inside);
}

static void
put_elements(struct derw *w, uint32_t tag, size_t n, size_t bytes)
{
	if (n == 0 && bytes == 0)
		return;
	derw_begin(w, tag);
	for (size_t i = 0; i < n; i++)
		derw_value(w, DER_SEQUENCE, null);
	if (bytes != 0)
		element(w, DER_SEQUENCE, bytes);
	derw_end(w);
}

static void
need_in_signed(struct ps_buf *b, int what, size_t n)
{
	struct derw w;
	size_t signers = count(what, OF_SIGNERS, n), bytes = count(what, OF_SIGNER_BYTES, n);

	begin_object(&w, b, CMS_SIGNED);
	derw_begin(&w, DER_SET);
	for (size_t i = 0; i < count(what, OF_DIGESTS, n); i++)
		ps_algid_build(&w, ps_alg_get(PS_SHA256));
	derw_end(&w);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, cms_type_oid(CMS_DATA));
	derw_begin(&w, DER_CTX(0));
	derw_octets(&w, (ps_slice){ (const uint8_t *)"content", 7 });
	derw_end(&w);
	derw_end(&w);
	put_elements(&w, DER_CTX(0), count(what, OF_CERTS, n), count(what, OF_CERT_BYTES, n));
	put_elements(&w, DER_CTX(1), count(what, OF_CRLS, n), count(what, OF_CRL_BYTES, n));
	derw_begin(&w, DER_SET);
	for (size_t i = 0; i < signers; i++)
		put_signer(&w, 0);
	if (bytes != 0)
		put_signer(&w, bytes);
	derw_end(&w);
	end_object(&w);
}

static void
need_digests(struct ps_buf *b, size_t n)
{
	need_in_signed(b, OF_DIGESTS, n);
}

static void
need_certificates(struct ps_buf *b, size_t n)
{
	need_in_signed(b, OF_CERTS, n);
}

static void
need_certificate_bytes(struct ps_buf *b, size_t n)
{
	need_in_signed(b, OF_CERT_BYTES, n);
}

static void
need_crls(struct ps_buf *b, size_t n)
{
	need_in_signed(b, OF_CRLS, n);
}

static void
need_crl_bytes(struct ps_buf *b, size_t n)
{
	need_in_signed(b, OF_CRL_BYTES, n);
}

static void
need_signers(struct ps_buf *b, size_t n)
{
	need_in_signed(b, OF_SIGNERS, n);
}

static void
need_signer_bytes(struct ps_buf *b, size_t n)
{
	need_in_signed(b, OF_SIGNER_BYTES, n);
}

/* An AuthEnvelopedData; `recipients` of them, one of `bytes`, attributes of
 * `attrs` octets. */
static void
need_in_enveloped(struct ps_buf *b, size_t recipients, size_t bytes, size_t attrs)
{
	struct derw w;

	begin_object(&w, b, CMS_AUTH_ENVELOPED);
	derw_begin(&w, DER_SET);
	for (size_t i = 0; i < recipients; i++)
		derw_value(&w, DER_CTX(4), null);
	if (bytes != 0)
		element(&w, DER_CTX(4), bytes);
	derw_end(&w);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, cms_type_oid(CMS_DATA));
	ps_algid_build(&w, ps_alg_get(PS_AES128_CBC));
	derw_value(&w, DER_CTX_PRIM(0), (ps_slice){ zeros, 16 });
	derw_end(&w);
	if (attrs != 0)
		element(&w, DER_CTX(1), attrs);
	derw_octets(&w, (ps_slice){ zeros, 16 });
	end_object(&w);
}

static void
need_recipients(struct ps_buf *b, size_t n)
{
	need_in_enveloped(b, n, 0, 0);
}

static void
need_recipient_bytes(struct ps_buf *b, size_t n)
{
	need_in_enveloped(b, 0, n, 0);
}

static void
need_element_bytes(struct ps_buf *b, size_t n)
{
	need_in_enveloped(b, 1, 0, n);
}

/* ContentInfo, [0], SignedData, encapContentInfo, [0] and n - 5 strings. */
static void
need_der_depth(struct ps_buf *b, size_t n)
{
	struct derw w;

	begin_object(&w, b, CMS_SIGNED);
	derw_value(&w, DER_SET, (ps_slice){ zeros, 0 });
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, cms_type_oid(CMS_DATA));
	derw_begin(&w, DER_CTX(0));
	for (size_t i = 5; i < n; i++)
		derw_begin(&w, 0x24);
	derw_octets(&w, (ps_slice){ zeros, 3 });
	for (size_t i = 5; i < n; i++)
		derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	derw_value(&w, DER_SET, (ps_slice){ zeros, 0 });
	end_object(&w);
}

/* --- reading with a limit --- */

static ps_code
open_mail(ps_ctx *ctx, ps_slice in)
{
	struct source src;
	struct sink sink;
	ps_opener *op;
	ps_err err = PS_ERR_INIT;
	ps_reader *r = source_open(&src, in, 0);
	ps_code code;

	must(mail_opener(ctx, "bob", &op, &err), &err, "opener");
	code = ps_open(op, r, sink_open(&sink, true), NULL, &err);
	assert_int_equal(sink.finished, code == PS_OK);
	ps_writer_close(&sink.pub);
	ps_reader_close(r);
	ps_opener_free(op);
	return code;
}

static ps_code
read_signed(struct cms_shell *shell, ps_err *err)
{
	struct cms_signed s;
	ps_code code = cms_signed_open(&s, &shell->ber, err);

	if (code == PS_OK)
		code = ps_reader_drain(s.content, NULL, err);
	if (code == PS_OK)
		code = cms_signed_finish(&s, err);
	cms_signed_clear(&s);
	return code;
}

static ps_code
read_enveloped(struct cms_shell *shell, ps_err *err)
{
	struct cms_enveloped e;
	ps_code code = cms_enveloped_open(&e, &shell->ber, true, err);

	if (code == PS_OK)
		code = ps_reader_drain(e.ciphertext, NULL, err);
	if (code == PS_OK)
		code = cms_enveloped_finish(&e, err);
	cms_enveloped_clear(&e);
	return code;
}

static ps_code
read_object(ps_ctx *ctx, ps_slice in)
{
	struct source src;
	struct cms_shell shell;
	ps_err err = PS_ERR_INIT;
	ps_reader *r = source_open(&src, in, 0);
	ps_code code = cms_shell_open(&shell, r, &ctx->limits, &err);

	if (code == PS_OK)
		code = shell.type == CMS_SIGNED ? read_signed(&shell, &err)
		    : read_enveloped(&shell, &err);
	ps_reader_close(r);
	return code;
}

/* --- the table --- */

typedef void (*need_fn)(struct ps_buf *b, size_t n);

static const struct row {
	const char	*name;
	need_fn		 need;		/* NULL: see `elsewhere` */
	size_t		 n;		/* 0: the default */
	bool		 object;	/* a CMS object, else a mail */
	const char	*elsewhere;
} rows[] = {
	{ "header_bytes", need_header_bytes, 0, false, NULL },
	{ "header_fields", need_header_fields, 0, false, NULL },
	{ "parameters", need_parameters, 0, false, NULL },
	{ "boundary_bytes", need_boundary_bytes, 0, false, NULL },
	{ "mime_depth", need_mime_depth, 0, false, NULL },
	{ "parts", need_parts, 0, false, NULL },
	{ "addresses", need_addresses, 0, false, NULL },
	{ "crypto_depth", need_crypto_depth, 0, false, NULL },
	{ "der_depth", need_der_depth, 30, true, NULL },
	{ "element_bytes", need_element_bytes, 3000, true, NULL },
	{ "digests", need_digests, 0, true, NULL },
	{ "signers", need_signers, 0, true, NULL },
	{ "signer_bytes", need_signer_bytes, 3000, true, NULL },
	{ "certificates", need_certificates, 0, true, NULL },
	{ "certificate_bytes", need_certificate_bytes, 0, true, NULL },
	{ "crls", need_crls, 0, true, NULL },
	{ "crl_bytes", need_crl_bytes, 3000, true, NULL },
	{ "recipients", need_recipients, 0, true, NULL },
	{ "recipient_bytes", need_recipient_bytes, 0, true, NULL },
	{ "key_tries", NULL, 0, false, "unit/test_cms_enveloped.c" },
	{ "path_length", NULL, 0, false, "unit/test_path.c" },
	{ "path_signatures", NULL, 0, false, "unit/test_search.c" },
	{ "name_checks", NULL, 0, false, "unit/test_constraints.c" },
	{ "kdf_iterations", NULL, 0, false, "test_kdf below" },
	{ "inflate_depth", NULL, 0, false, "test_inflate_depth below" },
	{ "inflate_ratio", NULL, 0, false, "unit/test_zlib.c" },
	{ "inflate_bytes", NULL, 0, false, "unit/test_zlib.c" },
	{ "diagnosis_bytes", NULL, 0, false, "test_diagnosis below" },
	{ "diagnosis_work", NULL, 0, false, "test_diagnosis below" },
	{ "diagnoses", NULL, 0, false, "test_diagnosis below" },
	{ "multiple", NULL, 0, false, "no refusal: unit/test_quantum.c" },
	{ "beside", NULL, 0, false, "test_beside below" },
	{ "rehashes", NULL, 0, false, "test_rehashes below" },
	{ "questions", NULL, 0, false, "unit/test_news.c" },
	{ "finds", NULL, 0, false, "unit/test_find.c" },
	{ "find_bytes", NULL, 0, false, "unit/test_find.c" },
	{ "news_bytes", NULL, 0, false, "unit/test_news.c" },
	{ "stamp_bytes", NULL, 0, false, "unit/test_stamp.c" },
	{ "known_certificates", NULL, 0, false, "no refusal: unit/test_recall.c" },
	{ "oneshot", NULL, 0, false, "no refusal: the state is unknown, reason too-large" },
	{ "plan_max", NULL, 0, false, "no refusal: property/windows.c" },
	{ "hold", NULL, 0, false, "no refusal: property/windows.c" },
};
enum { NROWS = sizeof rows / sizeof rows[0] };

static const struct row *
find_row(const char *name)
{
	for (size_t i = 0; i < NROWS; i++)
		if (strcmp(rows[i].name, name) == 0)
			return &rows[i];
	fail_msg("the limit %s has no row in this test", name);
	return NULL;
}

static void
test_every_limit_has_a_row(void **state)
{
	(void)state;
	for (unsigned i = 0; ps_limit_name(i) != NULL; i++)
		assert_non_null(find_row(ps_limit_name(i)));
}

static ps_code
read_with(const struct row *row, ps_slice in, uint64_t limit)
{
	ps_ctx *ctx = mail_ctx();
	ps_err err = PS_ERR_INIT;
	ps_code code;

	must(ps_ctx_set_limit(ctx, row->name, limit, &err), &err, row->name);
	code = row->object ? read_object(ctx, in) : open_mail(ctx, in);
	ps_ctx_free(ctx);
	return code;
}

static uint64_t
default_of(const char *name)
{
#define X(id, value, reason)	if (strcmp(name, #id) == 0) return ps_limits_default.id;
	PS_LIMITS(X)
#undef X
	return 0;
}

static void
check_row(const struct row *row)
{
	uint64_t whole = default_of(row->name);
	size_t n = row->n != 0 ? row->n : (size_t)whole;
	struct ps_buf at = { 0 }, above = { 0 };
	ps_code code[3];

	row->need(&at, n);
	row->need(&above, n + 1);
	code[0] = read_with(row, ps_buf_get(&at), n);
	code[1] = read_with(row, ps_buf_get(&above), n);
	code[2] = read_with(row, ps_buf_get(&above), n + 1);
	if (code[0] != PS_OK || code[1] != PS_E_LIMIT || code[2] != PS_OK)
		fail_msg("%s: at the limit %s, above it %s, with one more allowed %s", row->name,
		    ps_code_info(code[0])->name, ps_code_info(code[1])->name,
		    ps_code_info(code[2])->name);
	ps_buf_clear(&at);
	ps_buf_clear(&above);
}

static void
test_at_and_above(void **state)
{
	(void)state;
	for (size_t i = 0; i < NROWS; i++)
		if (rows[i].need != NULL)
			check_row(&rows[i]);
}

/* openssl asks for 2048 rounds for its password recipients. */
static void
test_kdf(void **state)
{
	static const struct { uint64_t limit; bool opens; } tries[] = { { 2048, true },
	    { 2047, false } };
	struct ps_buf in = mail_load(VECTORS "cms/env-password.der");
	ps_secret *password = ps_secret_new();
	ps_err err = PS_ERR_INIT;

	(void)state;
	must(ps_secret_set(password, "secret", 6, &err), &err, "secret");
	for (size_t i = 0; i < 2; i++) {
		ps_ctx *ctx = mail_ctx();
		ps_opener *op = ps_opener_new(ctx);
		struct source src;
		struct sink sink;
		ps_reader *r = source_open(&src, ps_buf_get(&in), 0);
		ps_code code;

		must(ps_opener_add_password(op, password, &err), &err, "secret");
		must(ps_ctx_set_limit(ctx, "kdf_iterations", tries[i].limit, &err), &err,
		    "limit");
		code = ps_open(op, r, sink_open(&sink, true), NULL, &err);
		assert_int_equal(code == PS_OK, tries[i].opens);
		ps_writer_close(&sink.pub);
		ps_reader_close(r);
		ps_opener_free(op);
		ps_ctx_free(ctx);
	}
	ps_secret_free(password);
	ps_buf_clear(&in);
}

static unsigned
count_compressed(const struct ps_layer *l)
{
	unsigned n = 0;

	for (; l != NULL; l = l->next)
		n += (l->kind == PS_LAYER_COMPRESSED_DATA) + count_compressed(l->child);
	return n;
}

/* What lies within a payload is no layer, so too many of them is no failure:
 * they are looked at no deeper. */
static void
test_inflate_depth(void **state)
{
	struct ps_buf in = { 0 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	need_inflate_depth(&in, 5);
	for (unsigned most = 0; most < 7; most++) {
		ps_ctx *ctx = mail_ctx();
		ps_opener *op = ps_opener_new(ctx);
		ps_verdict *v = NULL;
		struct source src;
		ps_reader *r = source_open(&src, ps_buf_get(&in), 0);

		must(ps_ctx_set_limit(ctx, "inflate_depth", most, &err), &err, "limit");
		must(ps_open(op, r, NULL, &v, &err), &err, "open");
		assert_int_equal(count_compressed(v->root), most < 5 ? most : 5);
		ps_verdict_free(v);
		ps_reader_close(r);
		ps_opener_free(op);
		ps_ctx_free(ctx);
	}
	ps_buf_clear(&in);
}

/* Who puts too much beside a signature is not looked at so long, and the
 * signature is no worse for it. The mail has one time-stamp and one
 * counter-signature. */
static void
test_beside(void **state)
{
	struct ps_buf in = mail_load(VECTORS "mail/beside.eml");
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (unsigned most = 0; most < 4; most++) {
		ps_ctx *ctx = mail_ctx();
		ps_opener *op;
		ps_verdict *v = NULL;
		struct source src;
		ps_reader *r = source_open(&src, ps_buf_get(&in), 0);

		must(ps_ctx_set_limit(ctx, "beside", most, &err), &err, "limit");
		must(mail_opener(ctx, "bob", &op, &err), &err, "opener");
		must(ps_open(op, r, NULL, &v, &err), &err, "open");
		assert_int_equal(ps_verdict_summary(v), PS_SUMMARY_SIGNED);
		assert_int_equal(v->nsignature, 1);
		assert_int_equal(v->signature[0].nstamp + v->signature[0].ncounter,
		    most < 2 ? most : 2);
		ps_verdict_free(v);
		ps_reader_close(r);
		ps_opener_free(op);
		ps_ctx_free(ctx);
	}
	ps_buf_clear(&in);
}

/* The signed part of a mail with a footer in it: it is looked at, and then the
 * footer is found in the first attempt. No refusal: the verdict says so. */
static void
test_diagnosis(void **state)
{
	enum { OCTETS = 155 };
	static const struct { const char *name; uint64_t enough; } tries[] = {
	    { "diagnosis_bytes", OCTETS }, { "diagnosis_work", 2 * OCTETS }, { "diagnoses", 1 } };
	struct ps_buf in = mail_load(VECTORS "mail/damaged-footer.eml");
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		ps_ctx *ctx = mail_ctx();
		ps_opener *op = ps_opener_new(ctx);
		ps_verdict *v = NULL;
		struct source src;
		ps_reader *r = source_open(&src, ps_buf_get(&in), 0);

		must(ps_ctx_set_limit(ctx, tries[i / 2].name, tries[i / 2].enough - i % 2, &err),
		    &err, "limit");
		must(ps_open(op, r, NULL, &v, &err), &err, "open");
		assert_int_equal(v->nsignature, 1);
		assert_int_equal(v->signature[0].state, PS_STATE_INVALID);
		assert_string_equal(v->signature[0].diagnosis.code,
		    i % 2 == 0 ? "footer" : "not-tried");
		ps_verdict_free(v);
		ps_reader_close(r);
		ps_opener_free(op);
		ps_ctx_free(ctx);
	}
	ps_buf_clear(&in);
}

/* A signed part whose micalg is wrong is hashed once more, or not: then nothing is known
 * of its signature. */
static void
test_rehashes(void **state)
{
	struct ps_buf mail = mail_load(VECTORS "mail/clear-p256.eml");
	ps_err err = PS_ERR_INIT;
	uint8_t *at;

	(void)state;
	at = memmem(mail.p, mail.n, "micalg=\"sha-256\"", 16);
	assert_non_null(at);
	memcpy(at, "micalg=\"sha-512\"", 16);
	for (unsigned most = 0; most < 2; most++) {
		ps_ctx *ctx = mail_ctx();
		ps_opener *op;
		ps_verdict *v = NULL;
		struct source src;
		ps_reader *r = source_open(&src, ps_buf_get(&mail), 0);

		must(ps_ctx_set_limit(ctx, "rehashes", most, &err), &err, "limit");
		must(mail_opener(ctx, "bob", &op, &err), &err, "opener");
		must(ps_open(op, r, NULL, &v, &err), &err, "open");
		assert_int_equal(v->nsignature, 1);
		assert_int_equal(v->signature[0].state, most == 0 ? PS_STATE_UNKNOWN
		    : PS_STATE_VALID);
		ps_verdict_free(v);
		ps_reader_close(r);
		ps_opener_free(op);
		ps_ctx_free(ctx);
	}
	ps_buf_clear(&mail);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_limit_has_a_row),
		cmocka_unit_test(test_at_and_above),
		cmocka_unit_test(test_kdf),
		cmocka_unit_test(test_inflate_depth),
		cmocka_unit_test(test_beside),
		cmocka_unit_test(test_rehashes),
		cmocka_unit_test(test_diagnosis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
