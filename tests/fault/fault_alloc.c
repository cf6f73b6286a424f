/* SPDX-License-Identifier: ISC */
/*
 * The n-th allocation fails, for each n, in every life of a message: never a
 * crash, a leak or a finished output that is not whole.
 *
 * Our own allocations are reached by the linker (--wrap); with "all", those of
 * the crypto library are counted too. It hides some behind other reasons, so
 * there any code will do, but a verdict never gets better by it.
 *
 * usage: fault_alloc ours|all
 */
#include <stdarg.h>

#include <openssl/crypto.h>

#include "../support/mail.h"

/* --- the allocator --- */

static unsigned long counted, fail_at;		/* 0: never */

static bool
fails(void)
{
	return fail_at != 0 && ++counted == fail_at;
}

void	*__real_malloc(size_t n);
void	*__real_calloc(size_t n, size_t m);
void	*__real_realloc(void *p, size_t n);
void	*__real_reallocarray(void *p, size_t n, size_t m);
char	*__real_strdup(const char *s);
void	*__wrap_malloc(size_t n);
void	*__wrap_calloc(size_t n, size_t m);
void	*__wrap_realloc(void *p, size_t n);
void	*__wrap_reallocarray(void *p, size_t n, size_t m);
char	*__wrap_strdup(const char *s);
int	__wrap_asprintf(char **out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void *
__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t m)
{
	return fails() ? NULL : __real_calloc(n, m);
}

void *
__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

void *
__wrap_reallocarray(void *p, size_t n, size_t m)
{
	return fails() ? NULL : __real_reallocarray(p, n, m);
}

char *
__wrap_strdup(const char *s)
{
	return fails() ? NULL : __real_strdup(s);
}

int
__wrap_asprintf(char **out, const char *format, ...)
{
	va_list ap;
	int n;

	if (fails())
		return -1;
	va_start(ap, format);
	n = vasprintf(out, format, ap);
	va_end(ap);
	return n;
}

static void *
crypto_malloc(size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails() ? NULL : __real_malloc(n);
}

static void *
crypto_realloc(void *p, size_t n, const char *file, int line)
{
	(void)file;
	(void)line;
	return fails() ? NULL : __real_realloc(p, n);
}

static void
crypto_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/* --- what is done --- */

struct job {
	const char	*name;
	const char	*mail;		/* to open; NULL: the draft is protected */
	int		 what;		/* PS_SIGN, ... */
	bool		 fresh;		/* the set-up is part of it */
	bool		 held;		/* into a writer that cannot be abandoned */
	bool		 ours;		/* only our own allocations fail */
};

static const struct job jobs[] = {
	{ "open clear", VECTORS "mail/clear-two.eml", 0, false, false, false },
	{ "open beside", VECTORS "mail/beside.eml", 0, false, false, false },
	{ "open opaque", VECTORS "mail/opaque-stream.eml", 0, false, false, false },
	{ "open damaged", VECTORS "mail/damaged-footer.eml", 0, false, false, false },
	{ "open sealed", VECTORS "mail/sealed-gcm.eml", 0, false, false, false },
	{ "open headers", VECTORS "mail/sealed-headers.eml", 0, false, false, false },
	{ "open sealed, held", VECTORS "mail/sealed-stream.eml", 0, false, true, false },
	/* OpenSSL 3.0's X9.63 key derivation writes through NULL. */
	{ "open p256", VECTORS "mail/sealed-p256-gcm.eml", 0, false, true, true },
	{ "open, set-up too", VECTORS "mail/sealed-cbc.eml", 0, true, false, false },
	{ "sign", NULL, PS_SIGN, false, false, false },
	{ "encrypt", NULL, PS_ENCRYPT, false, false, false },
	{ "seal", NULL, PS_SEAL, false, false, false },
	{ "seal, set-up too", NULL, PS_SEAL, true, true, false },
};

struct bench {
	ps_ctx		*ctx;
	ps_opener	*op;
	ps_protector	*pr;
	struct ps_buf	 mail;
	bool		 all;
};

struct result {
	ps_code		 code;
	ps_summary	 summary;
	struct sink	 sink;
	bool		 verdict;
};

static ps_code
report(const ps_verdict *v, ps_err *err)
{
	struct sink sink;
	ps_writer *w = sink_open(&sink, true);
	ps_code code;

	if ((code = ps_verdict_write_json(v, "file", w, err)) == PS_OK &&
	    (code = ps_verdict_write_inspect_json(v, NULL, w, err)) == PS_OK &&
	    (code = ps_verdict_write_text(v, 1, w, err)) == PS_OK)
		code = ps_verdict_write_tree(v, 0, w, err);
	ps_writer_close(w);
	return code;
}

static ps_code
do_open(struct bench *b, const struct job *job, ps_reader *in, struct result *r, ps_err *err)
{
	ps_opener *op = b->op;
	ps_verdict *v = NULL;
	ps_code code = PS_OK, told;

	if (job->fresh && (code = mail_opener(b->ctx, "bob carol", &op, err)) != PS_OK)
		return code;
	code = ps_open(op, in, &r->sink.pub, &v, err);
	r->verdict = v != NULL;
	if (v != NULL) {
		r->summary = ps_verdict_summary(v);
		if ((told = report(v, NULL)) != PS_OK && code == PS_OK)
			code = told;
	}
	ps_verdict_free(v);
	if (job->fresh)
		ps_opener_free(op);
	return code;
}

static ps_code
do_protect(struct bench *b, const struct job *job, ps_reader *in, struct result *r, ps_err *err)
{
	ps_protector *pr = b->pr;
	ps_code code = PS_OK;

	if (job->fresh && (code = mail_protector(b->ctx, "carol", "bob", &pr, err)) != PS_OK)
		return code;
	code = ps_protect(pr, job->what, in, &r->sink.pub, err);
	if (job->fresh)
		ps_protector_free(pr);
	return code;
}

/* One run in which allocation `n` fails (0: none); true when it came to that. */
static bool
run(struct bench *b, const struct job *job, unsigned long n, struct result *r, ps_err *err)
{
	struct source src;
	ps_slice in = job->mail != NULL ? ps_buf_get(&b->mail) : mail_text(mail_draft);
	ps_reader *reader = source_open(&src, in, 0);

	*r = (struct result){ .code = PS_OK };
	sink_open(&r->sink, !job->held);
	ps_err_clear(err);
	counted = 0;
	fail_at = n;
	r->code = job->mail != NULL ? do_open(b, job, reader, r, err)
	    : do_protect(b, job, reader, r, err);
	fail_at = 0;
	ps_reader_close(reader);
	return n != 0 && counted >= n;
}

static bool
same(const struct result *a, const struct result *b)
{
	return a->sink.got.n == b->sink.got.n &&
	    memcmp(a->sink.got.p, b->sink.got.p, a->sink.got.n) == 0;
}

/* NULL: as it must be. */
static const char *
judge(const struct bench *b, const struct job *job, const struct result *good,
    const struct result *r, const ps_err *err)
{
	if (r->code == PS_OK) {
		if (!r->sink.finished)
			return "succeeded without finishing the output";
		if (job->mail != NULL && !same(good, r))
			return "succeeded with another output";
		if (job->mail != NULL && !b->all && r->summary != good->summary)
			return "succeeded with another verdict";
		return NULL;
	}
	/* Reporting comes after the output was finished. */
	if (r->sink.finished && job->mail != NULL && same(good, r))
		return NULL;
	if (r->sink.finished)
		return "failed, but finished the output";
	if (job->held && r->sink.written && job->mail != NULL)
		return "failed, but wrote what cannot be taken back";
	if (!b->all && r->code != PS_E_NOMEM)
		return "failed with a code other than PS_E_NOMEM";
	return err->n == 0 ? "failed without words" : NULL;
}

static int
fault(struct bench *b, const struct job *job)
{
	struct result good, r;
	ps_err err = PS_ERR_INIT;
	const char *wrong = NULL;
	unsigned long n = 1;
	char text[1024];

	if (job->mail != NULL)
		b->mail = mail_load(job->mail);
	run(b, job, 0, &good, &err);
	must(good.code, &err, job->name);
	/* The crypto library allocates thousands of times: a sample of them. */
	for (; wrong == NULL && run(b, job, n, &r, &err); n += b->all ? 1 + n / 32 : 1) {
		wrong = judge(b, job, &good, &r, &err);
		ps_writer_close(&r.sink.pub);
	}
	if (wrong == NULL)
		ps_writer_close(&r.sink.pub);
	if (wrong != NULL)
		printf("not ok %s: up to allocation %lu: %s (%s: %s)\n", job->name, n, wrong,
		    ps_code_info(r.code)->symbol, ps_err_format(&err, text, sizeof text));
	else
		printf("ok %s: %lu allocations\n", job->name, n - 1);
	fflush(stdout);
	ps_writer_close(&good.sink.pub);
	ps_buf_clear(&b->mail);
	return wrong != NULL;
}

int
main(int argc, char **argv)
{
	struct bench b = { .all = argc > 1 && strcmp(argv[1], "all") == 0 };
	ps_err err = PS_ERR_INIT;
	int bad = 0;

	if (b.all && CRYPTO_set_mem_functions(crypto_malloc, crypto_realloc, crypto_free) != 1)
		return 2;
	b.ctx = mail_ctx();
	must(mail_opener(b.ctx, "bob carol", &b.op, &err), &err, "opener");
	must(mail_protector(b.ctx, "carol", "bob", &b.pr, &err), &err, "protector");
	for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++)
		if (!b.all || !jobs[i].ours)
			bad |= fault(&b, &jobs[i]);
	ps_opener_free(b.op);
	ps_protector_free(b.pr);
	ps_ctx_free(b.ctx);
	return bad;
}
