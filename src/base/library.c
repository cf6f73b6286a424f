/* SPDX-License-Identifier: ISC */
/*
 * Loading a shared library on first use.
 *
 * By its soname alone, so the loader's own search decides where it comes
 * from; a name with a slash, which would be a place, never stands in a table.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#include "base/library.h"

static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

/* POSIX lets a pointer to a function travel in a void pointer; ISO C does
 * not, so its octets are copied. */
static bool
find_all(struct ps_library *l, void *handle)
{
	for (size_t i = 0; i < l->n; i++) {
		void *found = dlsym(handle, l->name[i]);

		if (found == NULL)
			return false;
		memcpy((char *)l->out + i * sizeof found, &found, sizeof found);
	}
	return true;
}

static void
load(struct ps_library *l)
{
	void *handle = dlopen(l->file, RTLD_NOW | RTLD_LOCAL);
	bool found = handle != NULL && find_all(l, handle);

	if (handle != NULL && !found)
		dlclose(handle);
	atomic_store(&l->state, found ? PS_LIBRARY_LOADED : PS_LIBRARY_MISSING);
}

bool
ps_library_load(struct ps_library *l)
{
	if (atomic_load(&l->state) == PS_LIBRARY_NEW) {
		pthread_mutex_lock(&loading);
		if (atomic_load(&l->state) == PS_LIBRARY_NEW)
			load(l);
		pthread_mutex_unlock(&loading);
	}
	return atomic_load(&l->state) == PS_LIBRARY_LOADED;
}
