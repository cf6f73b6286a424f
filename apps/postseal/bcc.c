/* SPDX-License-Identifier: ISC */
/*
 * Copies for Bcc recipients.
 *
 * The library finishes one copy after the other. A file that a finished
 * writer has put in place could not be taken back when a later one fails, so
 * each copy goes through a writer of our own, whose finish only remembers
 * that the copy is whole. The real finish comes when all of them are.
 */
#include "bcc.h"

#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "names.h"
#include "say.h"

struct bcc_copy {
	ps_writer	 writer;	/* first: what the library holds */
	struct bcc_copy	*next;
	ps_writer	*file;
	char		*path;
	bool		 new;		/* nothing had this name before */
	bool		 whole;
};

static ps_code
copy_write(ps_writer *w, ps_slice in, ps_err *err)
{
	struct bcc_copy *c = (struct bcc_copy *)w;

	return c->file->ops->write(c->file, in, err);
}

static ps_code
copy_finish(ps_writer *w, ps_err *err)
{
	(void)err;
	((struct bcc_copy *)w)->whole = true;
	return PS_OK;
}

static void
copy_abandon(ps_writer *w)
{
	struct bcc_copy *c = (struct bcc_copy *)w;

	c->whole = false;
	ps_writer_close(c->file);
	c->file = NULL;
}

/* The list owns the copy; only what is not whole ends here. */
static void
copy_close(ps_writer *w)
{
	if (!((struct bcc_copy *)w)->whole)
		copy_abandon(w);
}

static const ps_writer_ops copy_ops = {
	.size = sizeof(ps_writer_ops),
	.write = copy_write,
	.finish = copy_finish,
	.abandon = copy_abandon,
	.close = copy_close,
};

ps_code
bcc_open(void *arg, const char *address, ps_writer **out, ps_err *err)
{
	struct bcc *b = arg;
	struct bcc_copy *c = calloc(1, sizeof *c);
	char *name = mail_file_name(address);
	ps_code code = PS_E_NOMEM;

	if (c == NULL || name == NULL)
		goto out;
	c->writer.ops = &copy_ops;
	c->path = path_in(b->dir, name);
	if (c->path == NULL)
		goto out;
	c->new = access(c->path, F_OK) != 0;
	code = ps_writer_open_file(&c->file, c->path, err);
	if (code != PS_OK)
		goto out;
	c->next = b->copies;
	b->copies = c;
	*out = &c->writer;
	c = NULL;
out:
	if (c != NULL)
		free(c->path);
	free(c);
	free(name);
	return code;
}

static void
take_back(const struct bcc_copy *from, const struct bcc_copy *until)
{
	for (; from != until; from = from->next)
		if (from->whole && from->new)
			(void)unlink(from->path);
}

int
bcc_finish(struct bcc *b)
{
	ps_err err = PS_ERR_INIT;
	ps_code code;

	for (struct bcc_copy *c = b->copies; c != NULL; c = c->next) {
		if (!c->whole)
			continue;
		code = c->file->ops->finish(c->file, &err);
		if (code != PS_OK) {
			take_back(b->copies, c);
			return say_chain(c->path, code, &err);
		}
	}
	return EXIT_GOOD;
}

void
bcc_clear(struct bcc *b)
{
	struct bcc_copy *c;

	while ((c = b->copies) != NULL) {
		b->copies = c->next;
		ps_writer_close(c->file);
		free(c->path);
		free(c);
	}
}
