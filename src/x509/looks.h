/* SPDX-License-Identifier: ISC */
#ifndef PS_X509_LOOKS_H
#define PS_X509_LOOKS_H

/*
 * What an address looks like. Two that people take for each other have the
 * same looks (the skeleton of Unicode Technical Standard 39, 4, without regard
 * to case); looks are compared and never shown.
 */

#include <stdbool.h>

#include <postseal/base.h>

enum { PS_LOOKS = 4096 };
struct ps_looks {
	char	 address[PS_LOOKS], domain[PS_LOOKS];
};
/* ps_looks_of: `key` is a ps_address_key. false: it is none, or its looks are too long. */
bool	ps_looks_of(const char *key, struct ps_looks *out);
/* ps_looks_mixed: does a word mix scripts as no honest one does (UTS 39, 5.2)? false where
 * ICU is missing, which alone knows all scripts. */
bool	ps_looks_mixed(ps_slice word);
/* ps_looks_source: the library that says so, "ICU 72"; NULL: the small table of our own. */
const char *ps_looks_source(void);

/* The looks of one word, by the library (false: it is missing) and by the table. */
bool	ps_looks_by_library(ps_slice word, char *out, size_t size);
bool	ps_looks_by_table(ps_slice word, char *out, size_t size);

#endif
