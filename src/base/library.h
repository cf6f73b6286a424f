/* SPDX-License-Identifier: ISC */
#ifndef PS_BASE_LIBRARY_H
#define PS_BASE_LIBRARY_H

/*
 * A shared library that is loaded when its first function is needed, since
 * few messages need it and each one linked costs every start. It stays until
 * the process ends. Headers are those of the library; its functions stand in
 * a struct that has nothing but pointers, in the order of their names:
 *
 *	#define CALLS(X) X(idn2_to_ascii_8z) X(idn2_free)
 *	#define CALL(name) __typeof__(name) *name;
 *	static struct { CALLS(CALL) } idn2;
 *	static const char *const names[] = { CALLS(PS_LIBRARY_NAME) };
 *	static struct ps_library library = PS_LIBRARY("libidn2.so.0", names, &idn2);
 *
 *	if (ps_library_load(&library))
 *		idn2.idn2_free(...);
 */

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum ps_library_state { PS_LIBRARY_NEW, PS_LIBRARY_LOADED, PS_LIBRARY_MISSING };

struct ps_library {
	const char	*file;		/* its soname */
	const char *const *name;	/* of n functions */
	size_t		 n;
	void		*out;		/* n pointers to functions */
	atomic_int	 state;
};

#define PS_LIBRARY_NAME(name) #name,
#define PS_LIBRARY(file, names, out) \
	{ (file), (names), sizeof(names) / sizeof *(names), (out), PS_LIBRARY_NEW }

/* ps_library_load is for any number of threads. false: not on this system, or
 * without one of the functions; asked again, it does not look again. */
bool	ps_library_load(struct ps_library *l);

#endif
