/* SPDX-License-Identifier: ISC */
#ifndef PS_TESTS_MAIL_H
#define PS_TESTS_MAIL_H

/* Openers and protectors with the keys of tests/vectors/cms, and mails. */

#include <stdio.h>

#include <postseal/postseal.h>

#include "streams.h"

#define VECTORS "tests/vectors/"
enum { MAIL_NOW = 1893664800 };		/* 2030-01-03T10:00:00Z */

static inline void
must(ps_code code, const ps_err *err, const char *what)
{
	char text[1024];

	if (code == PS_OK)
		return;
	fprintf(stderr, "%s: %s: %s\n", what, ps_code_info(code)->symbol,
	    ps_err_format(err, text, sizeof text));
	abort();
}

static inline struct ps_buf
mail_load(const char *path)
{
	struct ps_buf out = { 0 };
	ps_err err = PS_ERR_INIT;
	ps_reader *r;

	must(ps_reader_open_file(&r, path, &err), &err, path);
	must(ps_reader_all(r, &out, &err), &err, path);
	ps_reader_close(r);
	return out;
}

/* `names`: as "bob carol"; the anchor and the password "secret" come along. */
static inline ps_code
mail_opener(ps_ctx *ctx, const char *names, ps_opener **out, ps_err *err)
{
	ps_opener *op = ps_opener_new(ctx);
	char name[16], path[64];
	int used;
	ps_code code = PS_OK;

	for (; code == PS_OK && sscanf(names, "%15s%n", name, &used) == 1; names += used) {
		snprintf(path, sizeof path, VECTORS "cms/%s.pem", name);
		code = ps_opener_add_identity_file(op, path, NULL, NULL, err);
	}
	if (code == PS_OK)
		code = ps_opener_add_trust_file(op, VECTORS "cms/root.pem", err);
	if (code == PS_OK)
		*out = op;
	else
		ps_opener_free(op);
	return code;
}

/* Signs as `from` (NULL: nobody), encrypts to `to` (NULL: nobody). */
static inline ps_code
mail_protector(ps_ctx *ctx, const char *from, const char *to, ps_protector **out, ps_err *err)
{
	ps_protector *pr = ps_protector_new(ctx);
	char path[64];
	ps_code code = PS_OK;

	if (from != NULL) {
		snprintf(path, sizeof path, VECTORS "cms/%s.pem", from);
		code = ps_protector_add_identity_file(pr, path, NULL, NULL, err);
	}
	if (code == PS_OK && to != NULL) {
		snprintf(path, sizeof path, VECTORS "cms/%s.pem", to);
		code = ps_protector_add_recipient_file(pr, path, err);
	}
	if (code == PS_OK)
		code = ps_protector_add_trust_file(pr, VECTORS "cms/root.pem", err);
	if (code == PS_OK)
		code = ps_protector_set_no_self(pr, 1, err);
	if (code == PS_OK)
		*out = pr;
	else
		ps_protector_free(pr);
	return code;
}

static inline ps_ctx *
mail_ctx(void)
{
	ps_ctx *ctx = ps_ctx_new();

	must(ps_ctx_set_time(ctx, MAIL_NOW, NULL), NULL, "clock");
	return ctx;
}

static const char mail_draft[] =
	"From: carol@example.org\r\nTo: bob@example.org\r\n"
    "Subject: Friday\r\nDate: Thu, 03 Jan 2030 10:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/plain; charset=us-ascii\r\n\r\nMeet me at noon.\r\n";

static inline ps_slice
mail_text(const char *s)
{
	return (ps_slice){ (const uint8_t *)s, strlen(s) };
}

#endif
