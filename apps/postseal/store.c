/* SPDX-License-Identifier: ISC */
/*
 * Which store.
 */
#include "store.h"

#include "say.h"

int
store_open(ps_store **out, const struct options *o, int create)
{
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_store_open(out, o->store, create, &err);

	return code == PS_OK ? EXIT_GOOD :
	    say_chain(o->store == NULL ? o->verb_name : o->store, code, &err);
}
