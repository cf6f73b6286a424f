/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_MIME_H
#define POSTSEAL_MIME_H

/*
 * Mail folders in one file (mbox, RFC 4155 and its older relatives). A Maildir
 * needs nothing of its own: each of its files is a mail.
 */

#include <postseal/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ps_mbox ps_mbox;

/* ps_mbox_look tells whether `in` begins like an mbox, with "From "; it takes
 * nothing. A single mail with such a line looks like that too. */
PS_API PS_MUST ps_code ps_mbox_look(ps_reader *in, int *out_is, ps_err *err);

/*
 * ps_mbox_open reads an mbox from `in`, which it borrows. Messages are told
 * apart by an empty line and a line "From " with a date; a Content-Length is
 * not believed, and ">From " stays as it is, for it may have been signed so.
 * Input that does not begin with "From " is one message, whatever is in it.
 */
PS_API PS_MUST ps_code ps_mbox_open(ps_mbox **out, ps_reader *in, ps_err *err);
PS_API void ps_mbox_close(ps_mbox *m);
/*
 * ps_mbox_next skips what is left of the present message and gives a reader
 * of the next, its "From " line included and the empty line behind it not;
 * NULL after the last. The reader belongs to `m`, dies with the next call, and
 * can be rewound when `in` can.
 */
PS_API PS_MUST ps_code ps_mbox_next(ps_mbox *m, ps_reader **out, ps_err *err);

#ifdef __cplusplus
}
#endif

#endif
