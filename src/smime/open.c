/* SPDX-License-Identifier: ISC */
/*
 * One message from its first octet to its verdict.
 *
 * A writer that can be abandoned is written to at once and abandoned when
 * anything goes wrong. One that cannot (standard output, a pipe, a callback)
 * sees nothing before all is known to be good: the input is copied as it came
 * while it is read the first time; what comes out is kept in memory as long as
 * it is small, else thrown away and made again from the copy. So no plaintext
 * ever touches a disk.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/words.h"
#include "smime/helping.h"
#include "smime/opening.h"
#include "smime/remember.h"
#include "smime/words.h"

/* --- a writer that keeps what is small --- */

struct keep {
	ps_writer	 base;
	struct ps_buf	 buf;		/* secret */
	uint64_t	 max;
	bool		 lost;		/* it was more */
};

static ps_code
keep_write(ps_writer *w, ps_slice in, ps_err *err)
{
	struct keep *k = (struct keep *)w;

	if (k->lost || k->buf.n + in.n > k->max) {
		k->lost = true;
		ps_buf_clear(&k->buf);
		return PS_OK;
	}
	return ps_buf_add(&k->buf, in, err);
}

static ps_code
keep_finish(ps_writer *w, ps_err *err)
{
	(void)w;
	(void)err;
	return PS_OK;
}

static void
keep_abandon(ps_writer *w)
{
	ps_buf_clear(&((struct keep *)w)->buf);
}

static const ps_writer_ops keep_ops = {
	.size = sizeof(ps_writer_ops),
	.write = keep_write,
	.finish = keep_finish,
	.abandon = keep_abandon,
	.close = keep_abandon,
};

/* --- one run --- */

struct run {
	ps_opener	*op;
	bool		 inspect, second;
	ps_mbox		*mbox;		/* NULL: the input is no mbox */
	struct opening_memo memo;
};

/* Reads `in` to its end, writes to `dst` (NULL: nowhere), fills the verdict. */
static ps_code
run_once(struct run *run, ps_reader *in, ps_writer *dst, ps_verdict *v, ps_err *err)
{
	struct opening o = { .op = run->op, .limits = &run->op->setup.ctx->limits, .v = v,
	    .others_left = run->op->setup.ctx->limits.multiple,
	    .inspect = run->inspect, .now = ps_ctx_now(run->op->setup.ctx),
	    .memo = &run->memo, .second = run->second };
	ps_code code;

	o.out.dst = dst;
	ps_setup_begin(&run->op->setup);
	code = opening_top(&o, in, err);
	if (code == PS_OK)
		code = opening_output_finish(&o, err);
	opening_output_clear(&o);
	mime_header_clear(&o.mail);
	return code;
}

static const char *
required_word(ps_summary s)
{
	return s == PS_SUMMARY_SEALED ? "sealed" : "signed";
}

static ps_code
check_required(const ps_opener *op, ps_verdict *v, ps_err *err)
{
	bool good = op->require == PS_SUMMARY_PLAIN || v->summary == PS_SUMMARY_SEALED ||
	    (op->require == PS_SUMMARY_SIGNED && v->summary == PS_SUMMARY_SIGNED);

	if (good)
		return PS_OK;
	v->require_failed = true;
	return ps_fail(err, PS_E_REFUSED, "smime.open", PS_NOWHERE, W_OPEN_REQUIRE,
	    PS_TEXT("want", required_word(op->require)), PS_TEXT("sentence", v->sentence));
}

/* An mbox is opened when it holds a single mail: which of several would be
 * meant? */
static ps_code
is_only_mail(struct run *run, ps_reader *in, ps_err *err)
{
	ps_reader *another;
	ps_code code;

	if (run->mbox == NULL)
		return PS_OK;
	if ((code = ps_reader_drain(in, NULL, err)) != PS_OK ||
	    (code = ps_mbox_next(run->mbox, &another, err)) != PS_OK)
		return code;
	if (another == NULL)
		return PS_OK;
	return ps_fail(err, PS_E_MISUSE, "smime.open", PS_NOWHERE, W_OPEN_SEVERAL);
}

/* Runs and completes the verdict; the message is good to be shown after it. */
static ps_code
run_and_judge(struct run *run, ps_reader *in, ps_writer *dst, ps_verdict *v, ps_err *err)
{
	ps_err local = PS_ERR_INIT;
	ps_err *e = err != NULL ? err : &local;
	ps_code code = run_once(run, in, dst, v, e);

	if (code == PS_OK)
		code = is_only_mail(run, in, e);
	if (code == PS_OK && !run->inspect)
		code = opening_judge_receipt(run->op, v, e);
	if (code != PS_OK) {
		v->error = *e;
		if (v->error.n == 0)
			ps_fail(&v->error, code, "smime.open", PS_NOWHERE,
			    ps_code_info(code)->sentence);
	}
	ps_verdict_complete(v);
	if (code == PS_OK && !run->inspect)
		code = opening_remember(run->op, v, e);
	return code == PS_OK && dst != NULL ? check_required(run->op, v, e) : code;
}

/* --- the writer decides how --- */

static ps_code
open_abandonable(struct run *run, ps_reader *in, ps_writer *out, ps_verdict *v, ps_err *err)
{
	ps_code code = run_and_judge(run, in, out, v, err);

	return code == PS_OK ? ps_writer_finish(out, err) : code;
}

/* The second run writes; its verdict would be the same and is dropped. */
static ps_code
write_second(struct run *run, ps_reader *spool, ps_writer *out, ps_err *err)
{
	ps_verdict *again;
	ps_code code;

	run->second = true;
	if ((code = ps_reader_rewind(spool, err)) != PS_OK ||
	    (code = ps_verdict_new(&again, err)) != PS_OK)
		return code;
	code = run_once(run, spool, out, again, err);
	ps_verdict_free(again);
	return code;
}

static ps_code
open_held(struct run *run, ps_reader *in, ps_writer *out, ps_verdict *v, ps_err *err)
{
	struct keep keep = { .base = { .ops = &keep_ops }, .buf = { .secret = true },
	    .max = run->op->setup.ctx->limits.hold };
	ps_reader *spool;
	ps_code code;

	code = ps_reader_open_spool(&spool, in, NULL, run->op->setup.ctx->limits.hold, err);
	if (code != PS_OK)
		return code;
	if ((code = run_and_judge(run, spool, &keep.base, v, err)) == PS_OK) {
		code = keep.lost ? write_second(run, spool, out, err)
		    : ps_writer_write(out, ps_buf_get(&keep.buf), err);
		if (code == PS_OK)
			code = ps_writer_finish(out, err);
	}
	ps_buf_clear(&keep.buf);
	ps_reader_close(spool);
	return code;
}

static ps_code
open_run(struct run *run, ps_reader *in, ps_writer *out, ps_verdict *v, ps_err *err)
{
	if (out == NULL)
		return run_and_judge(run, in, NULL, v, err);
	if (ps_writer_can_abandon(out))
		return open_abandonable(run, in, out, v, err);
	return open_held(run, in, out, v, err);
}

static ps_code
open_mail(struct run *run, ps_reader *in, ps_writer *out, ps_verdict *v, ps_err *err)
{
	ps_reader *mail;
	int is_mbox;
	ps_code code = ps_mbox_look(in, &is_mbox, err);

	if (code == PS_OK && !is_mbox)
		return open_run(run, in, out, v, err);
	if (code == PS_OK && (code = ps_mbox_open(&run->mbox, in, err)) == PS_OK)
		code = ps_mbox_next(run->mbox, &mail, err);
	if (code == PS_OK)
		code = open_run(run, mail, out, v, err);
	else
		ps_writer_abandon(out);
	ps_mbox_close(run->mbox);
	return code;
}

static ps_code
open_any(ps_opener *op, bool inspect, ps_reader *in, ps_writer *out, ps_verdict **verdict,
    ps_err *err)
{
	struct run run = { .op = op, .inspect = inspect };
	ps_verdict *v;
	ps_reader *watched;
	ps_code code;

	if ((code = ps_verdict_new(&v, err)) != PS_OK)
		return code;
	if ((code = ps_setup_watch(&op->setup, &watched, in, err)) != PS_OK) {
		ps_verdict_free(v);
		return code;
	}
	code = open_mail(&run, watched, out, v, err);
	if (code != PS_OK && out != NULL && ps_writer_can_abandon(out))
		ps_writer_abandon(out);
	if (watched != in)
		ps_reader_close(watched);
	/* A failure after the verdict was complete (no space) breaks it too. */
	if (code != PS_OK && !v->require_failed && v->error.n == 0) {
		if (err != NULL)
			v->error = *err;
		ps_verdict_complete(v);
	}
	if (verdict != NULL)
		*verdict = v;
	else
		ps_verdict_free(v);
	return code;
}

ps_code
ps_open(ps_opener *op, ps_reader *in, ps_writer *out, ps_verdict **verdict, ps_err *err)
{
	struct helping helping;
	ps_code code;

	if (op == NULL || in == NULL)
		return ps_nomem(err, "smime.open");
	helping_begin(&helping, op->setup.ctx, &in, &out);
	code = open_any(op, false, in, out, verdict, err);
	helping_end(&helping);
	return code;
}

ps_code
ps_inspect(ps_opener *op, ps_reader *in, ps_verdict **verdict, ps_err *err)
{
	if (op == NULL || in == NULL)
		return ps_nomem(err, "smime.open");
	return open_any(op, true, in, NULL, verdict, err);
}

/* --- files --- */

ps_code
ps_opener_open_file(ps_opener *op, const char *from, const char *to, ps_verdict **verdict,
    ps_err *err)
{
	ps_reader *in;
	ps_writer *out;
	ps_code code;

	if ((code = ps_setup_open_input(from, &in, err)) != PS_OK)
		return code;
	code = to == NULL ? ps_writer_open_fd(&out, STDOUT_FILENO, err)
	    : ps_writer_open_file(&out, to, err);
	if (code == PS_OK) {
		code = ps_open(op, in, out, verdict, err);
		ps_writer_close(out);
	}
	ps_reader_close(in);
	return code;
}

ps_code
ps_opener_verify_file(ps_opener *op, const char *from, ps_verdict **verdict, ps_err *err)
{
	ps_reader *in;
	ps_code code;

	if ((code = ps_setup_open_input(from, &in, err)) != PS_OK)
		return code;
	code = ps_open(op, in, NULL, verdict, err);
	ps_reader_close(in);
	return code;
}
