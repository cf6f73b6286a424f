/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_LEGACY_DISPLAY_H
#define PS_SMIME_LEGACY_DISPLAY_H

/*
 * Steps that take the legacy display element out of a decoded leaf (RFC 9788,
 * 4.5.3). Both need a clear: what they hold was secret.
 */

#include "base/buf.h"
#include "stream/stream.h"

/* text/plain: the leading lines through the first blank one. When none comes
 * within `max` octets, nothing is taken out. */
struct ps_legacy_plain {
	struct ps_step	 step;
	struct ps_buf	 held;
	size_t		 max;
	size_t		 line;		/* where the present one starts in `held` */
	size_t		 gone;		/* of `held`, on its way out */
	bool		 decided;
};
void	ps_legacy_plain_init(struct ps_legacy_plain *s, size_t max);
void	ps_legacy_plain_clear(struct ps_legacy_plain *s);

/* text/html: every div of the class header-protection-legacy-display. */
enum ps_html_state {
	PS_HTML_TEXT,
	PS_HTML_TAG,		/* in `tag` from its "<" on */
	PS_HTML_LONG_TAG,	/* `tag` is full: the rest passes or drops */
	PS_HTML_COMMENT,
	PS_HTML_RAW_END		/* in `tag`: may become the end of the raw element */
};
struct ps_legacy_html {
	struct ps_step	 step;
	enum ps_html_state state;
	uint8_t		 tag[2048];	/* as far as it is needed */
	size_t		 n, going, gone;
	uint8_t		 quote;		/* the attribute value's, 0: outside */
	unsigned	 dashes;	/* of a comment's end */
	const char	*raw;		/* the element whose text is no markup; NULL: none */
	uint64_t	 depth;		/* divs since ours; 0: outside of it */
};
void	ps_legacy_html_init(struct ps_legacy_html *s);
void	ps_legacy_html_clear(struct ps_legacy_html *s);

#endif
