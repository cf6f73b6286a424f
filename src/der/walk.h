/* SPDX-License-Identifier: ISC */
#ifndef PS_DER_WALK_H
#define PS_DER_WALK_H

/* The steps of which the streaming calls are made. */

#include "der/ber.h"
#include "der/head.h"

/*
 * ber_head shows the head of the next element, checked against what is around
 * it, without taking it. At the end of the level the tag is 0 and `n` counts
 * the end-of-contents octets (0 in definite levels).
 */
PS_MUST ps_code ber_head(struct ber *b, const char *name, struct der_head *out,
    ps_err *err);
/* ber_room: octets up to the nearest definite end around. */
uint64_t ber_room(const struct ber *b);
/* ber_take takes `n` octets that the last peek of the source showed. */
void	ber_take(struct ber *b, size_t n);
/* ber_take_head takes what ber_head showed. */
void	ber_take_head(struct ber *b, const struct der_head *h);
/* ber_push takes the head and goes inside; ber_pop leaves at the end, `h`
 * being what ber_head showed there. */
PS_MUST ps_code ber_push(struct ber *b, const struct der_head *h, ps_err *err);
void	ber_pop(struct ber *b, const struct der_head *h);
/* ber_window peeks and cuts to `left` (not 0); an early end is an error. */
PS_MUST ps_code ber_window(struct ber *b, size_t min, uint64_t left,
    const char *name, ps_slice *out, ps_err *err);
/* ber_wrong fails: wanted `name` as `want`, found `found`. */
ps_code	ber_wrong(const struct ber *b, const char *name, uint32_t want,
    uint32_t found, ps_err *err);

#endif
