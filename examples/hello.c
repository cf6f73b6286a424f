/* SPDX-License-Identifier: ISC */
/*
 * The whole of a first program: opens mail.eml as Bob, writes plain.eml, and
 * says what is to be thought of it.
 *
 *	cc hello.c $(pkg-config --cflags --libs postseal)
 */
#include <postseal/postseal.h>
#include <stdio.h>

static ps_code
ask(void *arg, const char *what, ps_secret *out, ps_err *err)
{
	(void)arg;
	return ps_secret_read_tty(out, what, err);
}

int
main(void)
{
	ps_err		 err = PS_ERR_INIT;
	ps_ctx		*ctx = ps_ctx_new();
	ps_opener	*op = ps_opener_new(ctx);
	ps_verdict	*verdict = NULL;
	char		 text[1024];
	int		 status = 3;

	if (ps_opener_add_identity_file(op, "bob.p12", ask, NULL, &err) != PS_OK ||
	    ps_opener_open_file(op, "mail.eml", "plain.eml", &verdict, &err) != PS_OK)
		fputs(ps_err_format(&err, text, sizeof text), stderr);
	else {
		puts(ps_verdict_sentence(verdict));
		status = ps_verdict_exit(verdict);
	}
	ps_verdict_free(verdict);
	ps_opener_free(op);
	ps_ctx_free(ctx);
	return status;
}
