/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_TNEF_H
#define PS_SMIME_TNEF_H

/*
 * TNEF, the winmail.dat of Outlook and Exchange: a run of attributes in which
 * attachments stand one after the other. Pulled item by item, so nothing of
 * it is ever held and no length in it is believed before its octets came.
 */

#include "stream/stream.h"

enum tnef_kind {
	TNEF_END,
	TNEF_CLASS,	/* text: of the message, "IPM.Note.SMIME" */
	TNEF_BEGIN,	/* an attachment begins */
	TNEF_NAME,	/* text: of the attachment; the longer name comes later */
	TNEF_TYPE,	/* text: its media type */
	TNEF_DATA,	/* data: its octets */
	TNEF_MESSAGE	/* data: a message within, as TNEF again */
};
struct tnef_item {
	enum tnef_kind	 kind;
	char		 text[256];	/* UTF-8; what is longer is cut */
	ps_reader	*data;		/* dies with the next call */
};

struct tnef;
/* tnef_open wants the signature at the start: else PS_E_MALFORMED. */
PS_MUST ps_code tnef_open(struct tnef **out, ps_reader *src, ps_err *err);
void	tnef_close(struct tnef *t);
/* tnef_next: PS_E_MALFORMED where it ends too early or makes no sense. */
PS_MUST ps_code tnef_next(struct tnef *t, struct tnef_item *out, ps_err *err);
/* tnef_damaged: a checksum was wrong, or a value of a kind that is not known
 * ended what could be read of an attribute. */
bool	tnef_damaged(const struct tnef *t);

#endif
