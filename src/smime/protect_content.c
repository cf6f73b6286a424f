/* SPDX-License-Identifier: ISC */
/*
 * The content that is signed and encrypted: the payload's section and the input's body.
 *
 * Inside all lines end in CRLF, whatever the input has. The content goes through in one
 * pass and is watched: when it turns out that it cannot travel, the pass is thrown away and
 * done again with the leaves re-encoded. Most mails can, and pay nothing.
 */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/legacy_insert.h"
#include "smime/protecting.h"
#include "smime/words.h"

/* Takes the input to the body: the header section was read before. */
static ps_code
find_body(struct protecting *p, ps_err *err)
{
	struct mime_header again = { 0 };
	ps_code code;

	if ((code = ps_reader_rewind(p->in, err)) == PS_OK &&
	    (code = mime_header_read(&again, p->in, p->limits, err)) == PS_OK &&
	    !ps_slice_equal(ps_buf_get(&again.block), ps_buf_get(&p->mail.block)))
		code = ps_fail(err, PS_E_CHANGED, "smime.protect", PS_NOWHERE, W_P_CHANGED);
	mime_header_clear(&again);
	return code;
}

/* Copies the body, and stops early once it is known to be unsafe. */
static ps_code
copy_body(ps_reader *in, ps_writer *w, const struct mime_watch *watch, ps_err *err)
{
	ps_slice s;
	ps_code code;

	for (;;) {
		if ((code = ps_reader_peek(in, 1, &s, err)) != PS_OK || s.n == 0 ||
		    watch->unsafe)
			return code;
		if ((code = ps_writer_write(w, s, err)) != PS_OK)
			return code;
		ps_reader_consume(in, s.n);
	}
}

static ps_code
write_as_it_is(struct protecting *p, ps_writer *dst, struct mime_watch *watch, ps_err *err)
{
	ps_writer *w;
	ps_code code;

	if ((code = mime_canonical_writer(&w, dst, watch, err)) != PS_OK)
		return code;
	if ((code = ps_writer_write(w, ps_buf_get(&p->payload.block), err)) == PS_OK &&
	    (code = copy_body(p->in, w, watch, err)) == PS_OK && !watch->unsafe)
		code = ps_writer_finish(w, err);
	ps_writer_close(w);
	return code;
}

/*
 * Relays and folders see a multipart/signed as it is, and change what RFC 8551, 3.1.2 warns of;
 * everything else of ours is base64 by the time it meets them.
 */
static bool
is_exposed(const struct protecting *p)
{
	return (p->what & PS_ENCRYPT) == 0 && !p->pr->opaque && !p->pr->compress;
}

/* RFC 9788, 5.2.1: only where something is hidden from those who do not know how to look. */
static bool
wants_legacy(const struct protecting *p)
{
	return p->legacy.n != 0 && !p->pr->draft && ps_policy_legacy_display(p->pr->setup.policy);
}

static ps_code
rewrite(struct protecting *p, ps_writer *dst, struct mime_watch *watch, ps_err *err)
{
	struct ps_legacy_insert legacy = { .lines = ps_buf_get(&p->legacy), .limits = p->limits };
	struct mime_edit edit = { .arg = NULL };
	const struct mime_rewrite how = { .limits = p->limits, .safe = p->safe,
	    .exposed = is_exposed(p), .watch = watch,
	    .edit = wants_legacy(p) ? &edit : NULL };
	ps_code code;

	ps_legacy_edit(&legacy, &edit);
	code = mime_rewrite(&how, &p->payload, p->in, dst, err);
	ps_legacy_insert_clear(&legacy);
	return code;
}

ps_code
protect_write_content(struct protecting *p, ps_writer *dst, bool *out_unsafe, ps_err *err)
{
	struct mime_watch watch = { .from_lf = p->mail.lf || p->safe, .exposed = is_exposed(p) };
	ps_code code;

	*out_unsafe = false;
	if ((code = find_body(p, err)) != PS_OK)
		return code;
	code = p->safe || wants_legacy(p) ? rewrite(p, dst, &watch, err)
	    : write_as_it_is(p, dst, &watch, err);
	*out_unsafe = watch.unsafe && !p->safe;
	return code;
}

/* --- a body that nobody named --- */

/* UTF-8 cut into windows. */
struct utf8_watch {
	uint8_t		 held[4];
	size_t		 n;
	bool		 high, wrong;
};

static void
take_octet(struct utf8_watch *w, uint8_t c)
{
	uint32_t code;

	if (w->n == 0 && c < 0x80)
		return;
	w->high = true;
	w->held[w->n++] = c;
	if (ps_text_utf8(w->held, w->n, &code) == w->n)
		w->n = 0;
	else if (w->n == sizeof w->held || c < 0x80)
		w->wrong = true;
}

/* RFC 2045, 5.2: us-ascii without a word, which is a lie when other octets follow. */
ps_code
protect_guess_charset(struct protecting *p, ps_err *err)
{
	struct utf8_watch w = { .n = 0 };
	ps_slice s;
	ps_code code;

	p->charset = "us-ascii";
	if (mime_header_find(&p->mail, "Content-Type", 0) != NULL ||
	    mime_header_find(&p->mail, "Content-Transfer-Encoding", 0) != NULL)
		return PS_OK;
	if ((code = find_body(p, err)) != PS_OK)
		return code;
	while ((code = ps_reader_peek(p->in, 1, &s, err)) == PS_OK && s.n != 0 && !w.wrong) {
		for (size_t i = 0; i < s.n && !w.wrong; i++)
			take_octet(&w, s.p[i]);
		ps_reader_consume(p->in, s.n);
	}
	if (w.high)		/* RFC 1428, 3: a name for what nobody knows */
		p->charset = w.wrong || w.n != 0 ? "unknown-8bit" : "utf-8";
	return code;
}
