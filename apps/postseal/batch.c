/* SPDX-License-Identifier: ISC */
/*
 * Many messages with several threads.
 *
 * Whoever reads what we print must not see how many threads there were: a message
 * says what it has to say into memory, and that is printed when it is its turn. A
 * message that says very much (an mbox of a million mails) waits for its turn in
 * the middle, and goes on from there without waiting.
 *
 * Equipment is made one after the other by one thread, so that a passphrase is
 * asked for once (secrets.c), and files are complained about once.
 */
#include "batch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output.h"
#include "say.h"
#include "text.h"

enum { KEPT_MAX = 1 << 20 };

/* What one message says. */
struct lane {
	FILE		*talk;		/* in place of standard error */
	char		*text;
	size_t		 n;
	ps_writer	*results;
	int		 status;
	struct batch	*batch;
	ps_pool		*pool;
	size_t		 job;
};

struct batch {
	struct session	*s;
	const struct batch_verb *verb;
	ps_writer	*results;	/* NULL: standard output */
	char		*worker;	/* one after the other */
	unsigned	 nworker;
	struct lane	*lane;		/* one for each message */
	int		 status;
};

static struct session *
session_of(struct batch *b, unsigned thread)
{
	return (struct session *)(void *)(b->worker + thread * b->verb->size);
}

/* --- what is kept --- */

static int
lane_open(struct lane *l)
{
	ps_err err = PS_ERR_INIT;

	if (l->results == NULL && ps_writer_open_memory(&l->results, SIZE_MAX, &err) != PS_OK)
		return say_nomem();
	l->talk = open_memstream(&l->text, &l->n);
	return l->talk == NULL ? say_nomem() : EXIT_GOOD;
}

static int
print(const struct batch *b, ps_slice octets)
{
	struct output out = { .fd = -1, .writer = b->results };
	ps_err err = PS_ERR_INIT;
	ps_code code;
	int status = EXIT_GOOD;

	if (octets.n == 0)
		return EXIT_GOOD;
	if (b->results == NULL && (status = output_open(&out, NULL)) != EXIT_GOOD)
		return status;
	code = out.writer->ops->write(out.writer, octets, &err);
	if (code == PS_OK && b->results == NULL)
		code = out.writer->ops->finish(out.writer, &err);
	if (code != PS_OK)
		status = say_chain(b->results == NULL ? out.label : "--verdict", code, &err);
	if (b->results == NULL)
		output_close(&out);
	return status;
}

/* All that was kept goes out, for it is this message's turn. */
static void
lane_flush(struct lane *l)
{
	ps_slice results = ps_writer_memory(l->results);

	say_into(NULL);
	if (l->talk != NULL && fclose(l->talk) == 0)
		(void)fwrite(l->text, 1, l->n, stderr);
	l->talk = NULL;
	free(l->text);
	l->text = NULL;
	l->n = 0;
	if (l->results != NULL)
		l->status = worse(l->status, print(l->batch, results));
	ps_writer_close(l->results);
	l->results = NULL;
}

ps_writer *
batch_results(const struct session *s)
{
	return s->lane == NULL ? NULL : s->lane->results;
}

int
batch_relieve(struct session *s)
{
	struct lane *l = s->lane;
	int status;

	if (l == NULL)
		return EXIT_GOOD;
	(void)fflush(l->talk);
	if (l->n + ps_writer_memory(l->results).n < KEPT_MAX)
		return EXIT_GOOD;
	ps_pool_wait(l->pool, l->job);
	lane_flush(l);
	status = lane_open(l);
	say_into(l->talk);
	return status;
}

/* --- the jobs --- */

static int
work(void *arg, ps_pool *pool, unsigned thread, size_t job)
{
	struct batch *b = arg;
	struct lane *l = &b->lane[job];
	struct session *s = session_of(b, thread);
	const char *path = b->s->o->message.item[job];

	if (interrupted())
		return 1;
	*l = (struct lane){ .batch = b, .pool = pool, .job = job };
	l->status = lane_open(l);
	if (l->status != EXIT_GOOD)
		return 0;
	s->lane = l;
	say_into(l->talk);
	if (strcmp(path, "-") == 0)
		path = NULL;
	l->status = b->verb->mail == NULL ? b->verb->one(s, path)
	    : session_mails(s, path, b->verb->mail, s);
	say_into(NULL);
	s->lane = NULL;
	return interrupted();
}

static int
ended(void *arg, ps_pool *pool, unsigned thread, size_t job)
{
	struct batch *b = arg;

	(void)pool;
	(void)thread;
	lane_flush(&b->lane[job]);
	b->status = worse(b->status, b->lane[job].status);
	return 0;
}

/* --- the threads --- */

static void
clear_workers(struct batch *b)
{
	for (unsigned i = 0; i < b->nworker; i++)
		b->verb->clear(session_of(b, i));
	free(b->worker);
}

static int
make_workers(struct batch *b)
{
	unsigned n = ps_pool_size((unsigned)b->s->o->threads, b->s->o->message.n);
	int status = EXIT_GOOD;

	b->worker = calloc(n, b->verb->size);
	if (b->worker == NULL)
		return say_nomem();
	for (; b->nworker < n && status == EXIT_GOOD; b->nworker++) {
		struct session *s = session_of(b, b->nworker);

		*s = *b->s;
		s->in_batch = true;
		s->asked = &b->s->typed;
		secrets_again(s->asked);
		status = b->verb->make(s);
	}
	return status;
}

/* One thread a message: the messages are enough for all. */
static int
set_threads(struct session *s)
{
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_ctx_set_threads(s->ctx, 1, &err);

	return code == PS_OK ? EXIT_GOOD : say_chain(s->o->verb_name, code, &err);
}

bool
batch_wanted(const struct session *s)
{
	return ps_pool_size((unsigned)s->o->threads, s->o->message.n) > 1;
}

int
batch_run(struct session *s, const struct batch_verb *verb, ps_writer *results)
{
	struct batch b = { .s = s, .verb = verb, .results = results };
	ps_err err = PS_ERR_INIT;
	size_t n = s->o->message.n;
	ps_code code;

	b.lane = calloc(n, sizeof *b.lane);
	if (b.lane == NULL)
		return say_nomem();
	b.status = set_threads(s);
	if (b.status == EXIT_GOOD)
		b.status = make_workers(&b);
	if (b.status == EXIT_GOOD) {
		interruption_catch();
		code = ps_pool_run(b.nworker, n, work, ended, &b, &err);
		if (code != PS_OK)
			b.status = say_chain(s->o->verb_name, code, &err);
	}
	clear_workers(&b);
	free(b.lane);
	return b.status;
}
