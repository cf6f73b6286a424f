/* SPDX-License-Identifier: ISC */
/*
 * Truncates and changes mails, octet by octet, and opens each.
 *
 * Whatever comes: a verdict, or an error with words; a signature that is
 * `valid`, or an encryption that is `intact`, only over the payload as it was;
 * and an output that is whole or is not there. The octets that a change may
 * not touch unpunished are known from outside: they are the payload that the
 * mail was made from, and for a clear signature its first part as it lies in the
 * mail.
 *
 * usage: torture [-a] [-p PART/PARTS] [-w WORK] -i IDENTITY... -r ROOT PAYLOAD MAIL...
 *	-a	all 255 changes of each octet, not two
 *	-p	only every PARTS-th mail, from PART
 *	-w	an empty folder, where some outputs are files
 *	PAYLOAD	the entity inside; "-": the body that the mail gives when whole;
 *		one that does not open then is skipped
 */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "smime/verdict.h"
#include "../support/streams.h"

enum { FILE_EVERY = 61, NOW = 1893664800 };	/* 2030-01-03T10:00:00Z */

struct torture {
	ps_ctx		*ctx;
	ps_opener	*opener;
	bool		 all;
	unsigned	 part, parts;
	const char	*work, *payload_path;
	/* the mail at hand */
	const char	*name;
	struct ps_buf	 mail, payload;	/* the payload with LF lines */
	struct ps_buf	 work_copy;
	size_t		 first, end;	/* of the part that is signed in the clear */
	ps_summary	 summary;
	unsigned long	 tries, opened;
	unsigned	 failures;
};

static int
fail(struct torture *t, const char *what, size_t at, int value)
{
	printf("not ok torture-%s: %s, octet %zu %s %d\n", t->name, what, at,
	    value < 0 ? "cut" : "xor", value);
	return t->failures++ > 10;
}

/* --- set-up --- */

static void
die(const char *what, const ps_err *err)
{
	char text[1024];

	fprintf(stderr, "torture: %s: %s\n", what, ps_err_format(err, text, sizeof text));
	exit(2);
}

static void
read_file(const char *path, struct ps_buf *out)
{
	ps_err err = PS_ERR_INIT;
	ps_reader *r;

	ps_buf_clear(out);
	if (ps_reader_open_file(&r, path, &err) != PS_OK ||
	    ps_reader_all(r, out, &err) != PS_OK)
		die(path, &err);
	ps_reader_close(r);
}

static void
add_secret(struct torture *t)
{
	ps_secret *s = ps_secret_new();
	ps_err err = PS_ERR_INIT;

	if (ps_secret_set(s, "secret", 6, &err) != PS_OK ||
	    ps_opener_add_password(t->opener, s, &err) != PS_OK)
		die("password", &err);
	ps_secret_free(s);
}

static void
make_opener(struct torture *t)
{
	ps_err err = PS_ERR_INIT;

	t->ctx = ps_ctx_new();
	t->opener = ps_opener_new(t->ctx);
	/* A changed message may ask for ten million rounds, each time. */
	if (ps_ctx_set_time(t->ctx, NOW, &err) != PS_OK ||
	    ps_ctx_set_limit(t->ctx, "kdf_iterations", 5000, &err) != PS_OK)
		die("context", &err);
	add_secret(t);
}

/* --- facts of a mail --- */

/* Line ends are no part of what is compared: a signature is over CRLF, and
 * the output has those of the input. */
static void
without_cr(ps_slice in, struct ps_buf *out)
{
	ps_buf_clear(out);
	for (size_t i = 0; i < in.n; i++)
		if (!(in.p[i] == '\r' && i + 1 < in.n && in.p[i + 1] == '\n') &&
		    ps_buf_add(out, (ps_slice){ in.p + i, 1 }, NULL) != PS_OK)
			abort();
}

static size_t
find(const struct ps_buf *in, ps_slice what)
{
	const uint8_t *p = in->n == 0 || what.n == 0 ? NULL
	    : memmem(in->p, in->n, what.p, what.n);

	return p == NULL ? SIZE_MAX : (size_t)(p - in->p);
}

/* --- one try --- */

static bool
ends_with_payload(const struct torture *t, ps_slice out)
{
	struct ps_buf lf = { 0 };
	bool same;

	without_cr(out, &lf);
	same = lf.n >= t->payload.n &&
	    memcmp(lf.p + lf.n - t->payload.n, t->payload.p, t->payload.n) == 0;
	ps_buf_clear(&lf);
	return same;
}

static bool
vouches(const ps_verdict *v)
{
	for (size_t i = 0; i < v->nsignature; i++)
		if (v->signature[i].state == PS_STATE_VALID)
			return true;
	return strcmp(ps_verdict_confidentiality(v), "intact") == 0;
}

static bool
has_words(ps_code code, const ps_err *err)
{
	char text[4096];

	ps_err_format(err, text, sizeof text);
	return err->n > 0 && text[0] != '\0' && err->cause[0].where != NULL &&
	    err->cause[err->n - 1].text != NULL && code == ps_err_code(err);
}

/* NULL: all is as it must be. */
static const char *
judge(struct torture *t, ps_code code, const ps_err *err, const ps_verdict *v, ps_slice out,
    size_t at, int value)
{
	bool touched = value > 0 && at >= t->first && at < t->end;

	if (v == NULL)
		return "no verdict";
	if (ps_verdict_sentence(v)[0] == '\0')
		return "no sentence";
	if (code != PS_OK) {
		if (ps_verdict_summary(v) != PS_SUMMARY_BROKEN)
			return "failed, but not broken";
		return has_words(code, err) ? NULL : "failed without words";
	}
	t->opened++;
	if (ps_verdict_summary(v) == PS_SUMMARY_BROKEN)
		return "broken, but no error";
	if (!vouches(v))
		return NULL;
	if (!ends_with_payload(t, out))
		return "vouches for another content";
	return touched && v->nsignature > 0 ? "a signed octet was changed" : NULL;
}

static const char *
try_memory(struct torture *t, ps_slice in, size_t at, int value)
{
	struct source src;
	struct sink sink;
	ps_verdict *v = NULL;
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_open(t->opener, source_open(&src, in, 0), sink_open(&sink, true), &v,
	    &err);
	const char *wrong = judge(t, code, &err, v, ps_buf_get(&sink.got), at, value);

	if (wrong == NULL && sink.finished != (code == PS_OK))
		wrong = "finished an output that is not whole";
	if (wrong == NULL && sink.abandoned != (code != PS_OK))
		wrong = "did not abandon the output";
	ps_verdict_free(v);
	ps_writer_close(&sink.pub);
	ps_reader_close(&src.pub);
	return wrong;
}

/* The folder holds the target and nothing else. */
static const char *
look_at_folder(const char *work)
{
	DIR *d = opendir(work);
	struct dirent *e;
	unsigned n = 0;

	if (d == NULL)
		return "the folder is gone";
	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.' || (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0);
	closedir(d);
	return n == 1 ? NULL : "a temporary file remained";
}

static void
write_before(const char *path)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fputs("before", f) == EOF || fclose(f) != 0) {
		perror(path);
		exit(2);
	}
}

/* To a file that held something before. */
static const char *
try_file(struct torture *t, ps_slice in, size_t at, int value)
{
	char path[PATH_MAX];
	struct source src;
	struct ps_buf got = { 0 };
	ps_writer *w;
	ps_verdict *v = NULL;
	ps_err err = PS_ERR_INIT;
	const char *wrong;
	ps_code code;

	snprintf(path, sizeof path, "%s/out", t->work);
	write_before(path);
	if (ps_writer_open_file(&w, path, &err) != PS_OK)
		die(path, &err);
	code = ps_open(t->opener, source_open_once(&src, in, 100), w, &v, &err);
	ps_writer_close(w);
	read_file(path, &got);
	wrong = judge(t, code, &err, v, ps_buf_get(&got), at, value);
	if (wrong == NULL && code != PS_OK && (got.n != 6 || memcmp(got.p, "before", 6) != 0))
		wrong = "touched the file and failed";
	if (wrong == NULL)
		wrong = look_at_folder(t->work);
	ps_verdict_free(v);
	ps_buf_clear(&got);
	ps_reader_close(&src.pub);
	return wrong;
}

/* False: too much is wrong to go on. */
static bool
try_one(struct torture *t, ps_slice in, size_t at, int value)
{
	const char *wrong = t->tries++ % FILE_EVERY == 0 && t->work != NULL
	    ? try_file(t, in, at, value) : try_memory(t, in, at, value);

	return wrong == NULL || !fail(t, wrong, at, value);
}

/* --- one mail --- */

/* Seeded by place and mail, so that a run is repeated exactly. */
static uint8_t
seeded(const char *name, size_t at, unsigned k)
{
	uint64_t x = at * UINT64_C(0x9e3779b97f4a7c15) + k * UINT64_C(0xbf58476d1ce4e5b9);

	for (; *name != '\0'; name++)
		x = (x ^ (uint8_t)*name) * UINT64_C(1099511628211);
	x ^= x >> 29;
	return (uint8_t)(1 + x % 255);
}

static bool
change(struct torture *t, size_t at)
{
	uint8_t *p = t->work_copy.p;
	ps_slice in = ps_buf_get(&t->work_copy);
	bool go = true;

	for (unsigned k = 0; go && k < (t->all ? 255 : 2); k++) {
		uint8_t value = t->all ? (uint8_t)(k + 1) : seeded(t->name, at, k);

		p[at] ^= value;
		go = try_one(t, in, at, value);
		p[at] ^= value;
	}
	return go;
}

/* What stands behind the header section. */
static void
take_body(struct torture *t, ps_slice out)
{
	struct ps_buf all = { 0 };
	size_t at;

	without_cr(out, &all);
	ps_buf_clear(&t->payload);
	at = find(&all, ps_str("\n\n"));
	if (at != SIZE_MAX && ps_buf_add(&t->payload, (ps_slice){ all.p + at + 2,
	    all.n - at - 2 }, NULL) != PS_OK)
		abort();
	ps_buf_clear(&all);
}

/* What the mail gives when nobody touched it. */
static const char *
read_facts(struct torture *t)
{
	struct source src;
	struct sink sink;
	struct ps_buf file = { 0 };
	ps_verdict *v = NULL;
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_open(t->opener, source_open(&src, ps_buf_get(&t->mail), 0),
	    sink_open(&sink, true), &v, &err);

	if (strcmp(t->payload_path, "-") == 0)
		take_body(t, ps_buf_get(&sink.got));
	else {
		read_file(t->payload_path, &file);
		without_cr(ps_buf_get(&file), &t->payload);
	}
	/* Only a clear signature shows the payload as it is. */
	t->first = find(&t->mail, ps_buf_get(&file));
	t->end = t->first == SIZE_MAX ? 0 : t->first + file.n;
	t->summary = v == NULL ? PS_SUMMARY_BROKEN : ps_verdict_summary(v);
	ps_buf_clear(&file);
	ps_verdict_free(v);
	if (code == PS_OK && !ends_with_payload(t, ps_buf_get(&sink.got)))
		code = PS_E_CHANGED;
	ps_writer_close(&sink.pub);
	ps_reader_close(&src.pub);
	return code == PS_OK ? NULL : "does not open when it is whole";
}

/* The name says what a mail is when it is whole. */
static bool
as_named(const char *name, ps_summary s)
{
	static const struct { const char *in; ps_summary s; } rows[] = {
		{ "noattr", PS_SUMMARY_PLAIN }, { "clear-", PS_SUMMARY_SIGNED },
		{ "opaque-", PS_SUMMARY_SIGNED }, { "encrypted-", PS_SUMMARY_ENCRYPTED },
		{ "sealed-", PS_SUMMARY_SEALED },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strstr(name, rows[i].in) != NULL)
			return rows[i].s == s;
	return true;
}

static void
torture_mail(struct torture *t, const char *path)
{
	const char *slash = strrchr(path, '/'), *wrong;
	unsigned before = t->failures;
	bool go = true;

	t->name = slash == NULL ? path : slash + 1;
	read_file(path, &t->mail);
	if ((wrong = read_facts(t)) == NULL && strcmp(t->payload_path, "-") != 0 &&
	    !as_named(t->name, t->summary))
		wrong = "is not what its name says";
	if (wrong != NULL && strcmp(t->payload_path, "-") == 0) {
		printf("skip torture-%s: %s\n", t->name, wrong);
		return;
	}
	if (wrong != NULL) {
		fail(t, wrong, t->mail.n, -1);
		return;
	}
	ps_buf_clear(&t->work_copy);
	if (ps_buf_add(&t->work_copy, ps_buf_get(&t->mail), NULL) != PS_OK)
		abort();
	for (size_t n = 0; go && n < t->mail.n; n++)
		go = try_one(t, (ps_slice){ t->mail.p, n }, n, -1);
	for (size_t at = 0; go && at < t->mail.n; at++)
		go = change(t, at);
	if (t->failures == before)
		printf("ok torture-%s\n", t->name);
	fflush(stdout);
}

static bool
read_option(struct torture *t, int c)
{
	ps_err err = PS_ERR_INIT;

	switch (c) {
	case 'a':
		t->all = true;
		return true;
	case 'i':
		if (ps_opener_add_identity_file(t->opener, optarg, NULL, NULL, &err) != PS_OK)
			die(optarg, &err);
		return true;
	case 'r':
		if (ps_opener_add_trust_file(t->opener, optarg, &err) != PS_OK)
			die(optarg, &err);
		return true;
	case 'w':
		t->work = optarg;
		return true;
	case 'p':
		return sscanf(optarg, "%u/%u", &t->part, &t->parts) == 2 && t->parts != 0;
	default:
		return false;
	}
}

int
main(int argc, char **argv)
{
	struct torture t = { .parts = 1 };
	int c;

	make_opener(&t);
	while ((c = getopt(argc, argv, "ai:p:r:w:")) != -1)
		if (!read_option(&t, c))
			return 2;
	if (optind + 1 >= argc)
		return 2;
	t.payload_path = argv[optind];
	for (int i = optind + 1; i < argc; i++)
		if ((unsigned)i % t.parts == t.part)
			torture_mail(&t, argv[i]);
	fprintf(stderr, "%lu tries, %lu opened\n", t.tries, t.opened);
	ps_buf_clear(&t.mail);
	ps_buf_clear(&t.payload);
	ps_buf_clear(&t.work_copy);
	ps_opener_free(t.opener);
	ps_ctx_free(t.ctx);
	return t.failures != 0;
}
