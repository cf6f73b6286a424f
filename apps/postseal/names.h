/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_NAMES_H
#define POSTSEAL_NAMES_H

/* What names on the command line mean, and names for files that we make. */

#include <stdbool.h>

/* file_is_meant: does `x` name a file (it exists, has a slash or the ending of
 * a certificate or key) rather than an address? */
bool	file_is_meant(const char *x);
/* is_address: neither a file nor the URI of a token. */
bool	is_address(const char *x);
/* is_folder: is there a folder at `path`? */
bool	is_folder(const char *path);
/* base_name borrows what follows the last slash of `path`. */
const char *base_name(const char *path);
/* path_in makes "dir/name" on the heap, NULL when memory is out. */
char	*path_in(const char *dir, const char *name);
/*
 * mail_file_name makes a file name for `address` on the heap, NULL when memory
 * is out. Everything but letters, digits and @._+- is percent-encoded, a first
 * dot too, so that an address from a mail cannot leave a folder or hide in it,
 * and no two addresses share a name.
 */
char	*mail_file_name(const char *address);

#endif
