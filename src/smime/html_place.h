/* SPDX-License-Identifier: ISC */
#ifndef PS_SMIME_HTML_PLACE_H
#define PS_SMIME_HTML_PLACE_H

#include <stdbool.h>

#include <postseal/base.h>

/* ps_html_body_place finds the first place in the body of an HTML text of which
 * `html` is the beginning; false: it does not lie in there. */
bool	ps_html_body_place(ps_slice html, size_t *out);

#endif
