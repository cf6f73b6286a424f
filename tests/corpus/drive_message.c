/* SPDX-License-Identifier: ISC */
/* Messages and bare CMS objects: through the public interface, as a program would. */
#include "drive.h"

#include <stdlib.h>
#include <time.h>

#include <postseal/postseal.h>

struct setting {
	const char	*name;
	ps_code		 (*set)(ps_opener *op, const char *value, ps_err *err);
};

/* "path" or "path|passphrase" */
static ps_code
ask(void *arg, const char *what, ps_secret *out, ps_err *err)
{
	(void)what;
	return ps_secret_set(out, arg, strlen(arg), err);
}

static ps_code
identity(ps_opener *op, const char *value, ps_err *err)
{
	char *path = strdup(value), *bar;
	ps_code code = PS_E_NOMEM;

	if (path == NULL)
		return code;
	bar = strchr(path, '|');
	if (bar != NULL)
		*bar++ = '\0';
	code = ps_opener_add_identity_file(op, path, bar == NULL ? NULL : ask, bar, err);
	free(path);
	return code;
}

static int
nibble(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* Secrets are told in lower-case hex. */
static ps_code
secret(ps_opener *op, const char *hex, ps_err *err,
    ps_code (*add)(ps_opener *op, const ps_secret *s, ps_err *err))
{
	uint8_t octets[256];
	size_t n = strlen(hex) / 2;
	ps_secret *s = ps_secret_new();
	ps_code code = PS_E_MISUSE;

	for (size_t i = 0; i < n && n <= sizeof octets; i++)
		octets[i] = (uint8_t)(nibble(hex[2 * i]) << 4 | nibble(hex[2 * i + 1]));
	if (n <= sizeof octets && (code = ps_secret_set(s, octets, n, err)) == PS_OK)
		code = add(op, s, err);
	ps_secret_free(s);
	return code;
}

static ps_code
password(ps_opener *op, const char *value, ps_err *err)
{
	return secret(op, value, err, ps_opener_add_password);
}

static ps_code
kek(ps_opener *op, const char *value, ps_err *err)
{
	return secret(op, value, err, ps_opener_add_kek);
}

static ps_code
revocation(ps_opener *op, const char *value, ps_err *err)
{
	return ps_opener_set_revocation(op, value[0] - '0', err);
}

static const struct setting settings[] = {
	{ "identity",	identity },
	{ "cert",	ps_opener_add_cert_file },
	{ "trust",	ps_opener_add_trust_file },
	{ "crl",	ps_opener_add_crl_file },
	{ "from",	ps_opener_set_from },
	{ "content",	ps_opener_set_content_file },
	{ "password",	password },
	{ "kek",	kek },
	{ "revocation",	revocation },
};

static ps_code
set_all(ps_opener *op, const struct request *rq, ps_err *err)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		const char *value;
		size_t at = 0;

		while (code == PS_OK && (value = request_next(rq, settings[i].name, &at)) != NULL)
			code = settings[i].set(op, value, err);
	}
	return code;
}

static void
tell(const struct request *rq, struct ps_json *j, const ps_verdict *v, bool inspected)
{
	ps_writer *w = NULL;
	ps_slice text;
	ps_code code = ps_writer_open_memory(&w, SIZE_MAX, NULL);

	if (code == PS_OK)
		code = inspected ? ps_verdict_write_inspect_json(v, rq->path, w, NULL)
		    : ps_verdict_write_json(v, rq->path, w, NULL);
	if (code == PS_OK)
		code = w->ops->finish(w, NULL);
	ps_json_key(j, "verdict");
	if (code == PS_OK) {
		text = ps_writer_memory(w);
		while (text.n > 0 && text.p[text.n - 1] == '\n')
			text.n--;
		j->comma = true;
		if (j->code == PS_OK)
			j->code = ps_buf_add(j->out, text, NULL);
	} else
		ps_json_null(j);
	ps_writer_close(w);
}

/* The text forms are written too, for whoever would crash on a strange name. */
static void
tell_people(const ps_verdict *v)
{
	ps_writer *w = NULL;

	if (ps_writer_open_memory(&w, SIZE_MAX, NULL) == PS_OK) {
		(void)!ps_verdict_write_text(v, 1, w, NULL);
		(void)!ps_verdict_write_tree(v, 1, w, NULL);
	}
	ps_writer_close(w);
}

/* The output goes to the file `to`, NULL: to memory. */
static ps_code
open_it(ps_opener *op, const struct request *rq, const char *to, ps_verdict **v, ps_err *err)
{
	ps_reader *in = NULL;
	ps_writer *out = NULL;
	ps_code code = ps_reader_open_file(&in, rq->path, err);

	if (code == PS_OK && strcmp(rq->verb, "inspect") == 0)
		code = ps_inspect(op, in, v, err);
	else if (code == PS_OK) {
		code = to == NULL ? ps_writer_open_memory(&out, SIZE_MAX, err)
		    : ps_writer_open_file(&out, to, err);
		if (code == PS_OK)
			code = ps_open(op, in, out, v, err);
	}
	ps_writer_close(out);
	ps_reader_close(in);
	return code;
}

static ps_writer *
json_of(const struct request *rq, const ps_verdict *v)
{
	ps_writer *w = NULL;

	if (ps_writer_open_memory(&w, SIZE_MAX, NULL) == PS_OK)
		(void)!ps_verdict_write_json(v, rq->path, w, NULL);
	return w;
}

/* What the context remembers of the first time changes nothing the second time:
 * `first` is one verdict, and the next must be the same. */
static void
tell_again(ps_opener *op, const struct request *rq, struct ps_json *j, const ps_verdict *first)
{
	ps_err err = PS_ERR_INIT;
	ps_verdict *second = NULL;
	ps_writer *a = json_of(rq, first), *b;
	ps_slice x, y;

	(void)!open_it(op, rq, NULL, &second, &err);
	b = json_of(rq, second);
	x = ps_writer_memory(a);
	y = ps_writer_memory(b);
	ps_json_key(j, "again");
	ps_json_bool(j, x.n > 0 && x.n == y.n && memcmp(x.p, y.p, x.n) == 0);
	ps_writer_close(a);
	ps_writer_close(b);
	ps_verdict_free(second);
}

void
drive_message(const struct request *rq, struct ps_json *j)
{
	ps_ctx *ctx = ps_ctx_new();
	ps_opener *op = ps_opener_new(ctx);
	ps_verdict *v = NULL;
	ps_err err = PS_ERR_INIT;
	const char *at = request_get(rq, "at");
	int64_t now = (int64_t)time(NULL);	/* held, so that two readings tell the same */
	ps_code code = at != NULL ? ps_time_parse(at, &now) : PS_OK;

	if (code == PS_OK)
		code = ps_ctx_set_time(ctx, now, &err);
	if (code == PS_OK)
		code = set_all(op, rq, &err);
	answer_code(j, "setup", code, &err);
	if (code == PS_OK) {
		code = open_it(op, rq, request_get(rq, "out"), &v, &err);
		answer_code(j, "code", code, &err);
	}
	if (v != NULL) {
		tell(rq, j, v, strcmp(rq->verb, "inspect") == 0);
		tell_people(v);
		if (strcmp(rq->verb, "inspect") != 0)
			tell_again(op, rq, j, v);
	}
	ps_verdict_free(v);
	ps_opener_free(op);
	ps_ctx_free(ctx);
}
