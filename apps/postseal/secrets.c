/* SPDX-License-Identifier: ISC */
/*
 * Secrets.
 *
 * Never an argument, never the environment: both can be seen by others. A
 * given passphrase is read before anything else, so that a descriptor that
 * carries the message after it stands where the message begins.
 */
#include "secrets.h"

#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "text.h"

enum { KEK_MAX = 32 };

static int
finish(ps_secret **out, ps_secret *s, const char *label, ps_code code, const ps_err *err)
{
	if (code != PS_OK) {
		ps_secret_free(s);
		return say_chain(label, code, err);
	}
	*out = s;
	return EXIT_GOOD;
}

/* One of the two ways to give a passphrase; neither: NULL. */
static int
read_one(ps_secret **out, const char *file, int fd, const char *file_option,
    const char *fd_option)
{
	ps_err err = PS_ERR_INIT;
	ps_secret *s;

	if (file == NULL && fd < 0)
		return EXIT_GOOD;
	s = ps_secret_new();
	if (s == NULL)
		return say_nomem();
	if (file != NULL)
		return finish(out, s, file_option, ps_secret_read_file(s, file, &err), &err);
	return finish(out, s, fd_option, ps_secret_read_fd(s, fd, &err), &err);
}

int
secrets_passphrase(ps_secret **out, const struct options *o)
{
	return read_one(out, o->passphrase_file, o->passphrase_fd, "--passphrase-file",
	    "--passphrase-fd");
}

int
secrets_fresh(ps_secret **out, const struct options *o)
{
	return read_one(out, o->new_passphrase_file, o->new_passphrase_fd,
	    "--new-passphrase-file", "--new-passphrase-fd");
}

int
secrets_password(ps_secret **out, const char *path)
{
	ps_err err = PS_ERR_INIT;
	ps_secret *s = ps_secret_new();

	if (s == NULL)
		return say_nomem();
	return finish(out, s, "--password-file", ps_secret_read_file(s, path, &err), &err);
}

/* AES takes keys of these sizes, and a raw key is used as it is. */
static int
kek_from(ps_secret *s, ps_slice raw, const char *path)
{
	ps_err err = PS_ERR_INIT;
	ps_code code;

	if (raw.n != 16 && raw.n != 24 && raw.n != 32) {
		say(T_FILE ": " T_KEK_SIZE, "--kek", path,
		    raw.n > KEK_MAX ? T_KEK_MORE : T_KEK_FEWER);
		return EXIT_USAGE;
	}
	code = ps_secret_set(s, raw.p, raw.n, &err);
	return code == PS_OK ? EXIT_GOOD : say_chain(path, code, &err);
}

int
secrets_kek(ps_secret **out, const char *path)
{
	ps_err err = PS_ERR_INIT;
	ps_reader *in = NULL;
	ps_secret *s = ps_secret_new();
	ps_slice raw;
	ps_code code;
	int status;

	if (s == NULL)
		return say_nomem();
	code = ps_reader_open_file(&in, path, &err);
	if (code == PS_OK)
		code = in->ops->peek(in, KEK_MAX + 1, &raw, &err);
	status = code == PS_OK ? kek_from(s, raw, path) : say_chain("--kek", code, &err);
	ps_reader_close(in);
	if (status == EXIT_GOOD)
		*out = s;
	else
		ps_secret_free(s);
	return status;
}

void
secrets_again(struct typed *t)
{
	t->next = 0;
}

void
secrets_forget(struct typed *t)
{
	while (t->n > 0)
		ps_secret_free(t->answer[--t->n]);
	t->next = 0;
}

static ps_code
copy(ps_secret *out, const ps_secret *from, ps_err *err)
{
	ps_slice value = ps_secret_get(from);

	return ps_secret_set(out, value.p, value.n, err);
}

static void
remember(struct typed *t, const ps_secret *answer)
{
	ps_secret *kept = t->n < TYPED_MAX ? ps_secret_new() : NULL;

	if (kept == NULL || copy(kept, answer, NULL) != PS_OK) {
		ps_secret_free(kept);
		return;
	}
	t->answer[t->n++] = kept;
	t->next = t->n;
}

ps_code
secrets_ask(void *arg, const char *what, ps_secret *out, ps_err *err)
{
	struct typed *t = arg;
	ps_code code;

	if (t->given != NULL)
		return copy(out, t->given, err);
	if (t->next < t->n)
		return copy(out, t->answer[t->next++], err);
	code = ps_secret_read_tty(out, what, err);
	if (code == PS_OK)
		remember(t, out);
	return code;
}
