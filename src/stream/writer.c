/* SPDX-License-Identifier: ISC */
/*
 * Calls on any writer.
 */
#include "stream/writer.h"

#include "stream/words.h"

ps_code
ps_writer_write(ps_writer *w, ps_slice in, ps_err *err)
{
	if (w == NULL)
		return ps_nomem(err, "stream.writer");
	return in.n == 0 ? PS_OK : w->ops->write(w, in, err);
}

ps_code
ps_writer_text(ps_writer *w, const char *s, ps_err *err)
{
	return ps_writer_write(w, ps_str(s), err);
}

ps_code
ps_writer_finish(ps_writer *w, ps_err *err)
{
	return w == NULL ? ps_nomem(err, "stream.writer") : w->ops->finish(w, err);
}

bool
ps_writer_can_abandon(const ps_writer *w)
{
	return w != NULL && w->ops->abandon != NULL;
}

void
ps_writer_abandon(ps_writer *w)
{
	if (ps_writer_can_abandon(w))
		w->ops->abandon(w);
}

/* A table of an older program ends before this member. */
bool
ps_writer_can_restart(const ps_writer *w)
{
	return w != NULL && w->ops->size > offsetof(ps_writer_ops, restart) &&
	    w->ops->restart != NULL;
}

ps_code
ps_writer_restart(ps_writer *w, ps_err *err)
{
	if (!ps_writer_can_restart(w))
		return ps_fail(err, PS_E_MISUSE, "stream.writer", PS_NOWHERE,
		    W_STREAM_RESTART);
	return w->ops->restart(w, err);
}

void
ps_writer_close(ps_writer *w)
{
	if (w != NULL)
		w->ops->close(w);
}

ps_code
ps_own_ready(const struct ps_own_writer *w, ps_err *err)
{
	static const char *const words[] = {
		[PS_WRITING] = "",
		[PS_WRITING_FINISHED] = W_STREAM_FINISHED,
		[PS_WRITING_ABANDONED] = W_STREAM_ABANDONED,
		[PS_WRITING_BROKEN] = W_STREAM_BROKEN,
	};

	if (w->state == PS_WRITING)
		return PS_OK;
	return ps_fail(err, PS_E_MISUSE, "stream.writer", PS_NOWHERE,
	    words[w->state]);
}

ps_code
ps_own_wrote(struct ps_own_writer *w, ps_code code)
{
	if (code != PS_OK)
		w->state = PS_WRITING_BROKEN;
	return code;
}

ps_code
ps_own_finished(struct ps_own_writer *w, ps_code code)
{
	w->state = code == PS_OK ? PS_WRITING_FINISHED : PS_WRITING_BROKEN;
	return code;
}
