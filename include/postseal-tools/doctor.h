/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_TOOLS_DOCTOR_H
#define POSTSEAL_TOOLS_DOCTOR_H

/*
 * Can one write to somebody, and is all well here? For our programs; not
 * installed. Reports are text for people, or with `json` one JSON object on one line,
 * by docs/doctor.schema.json, which only grows.
 */

#include <postseal/smime.h>
#include <postseal/store.h>

/*
 * ps_doctor_address tells whether a mail to `address` could be encrypted now, by the steps
 * of ps_protect with this protector: with which certificate and algorithms, who was asked,
 * and if not, why and what to do. `store` (NULL: none) is the protector's. *out_answer:
 * PS_OK, or what ps_protect would fail with.
 */
PS_MUST ps_code ps_doctor_address(ps_protector *pr, ps_store *store, const char *address, int json,
    ps_writer *w, ps_code *out_answer, ps_err *err);

/* What only the program knows of the place where it runs. */
typedef struct ps_doctor_place {
	size_t		 size;		/* of this structure */
	const char	*program;	/* its own file, for the clock; NULL: not known */
	const char	*helper;	/* what asks the network... */
	int		 helper_runs;	/* ...and can it be run? */
	ps_code		 store_code;	/* why `store` is NULL; PS_OK: there is none */
	const char	*store_why;	/* in words */
} ps_doctor_place;
/*
 * ps_doctor_self examines one's own set-up: clock, store and its copy, identities, anchors,
 * libraries. `pr` (NULL with a store that cannot be used) judges identities; with
 * ps_protector_set_fetch it asks whether they were revoked. *out_bad: something does not
 * work.
 */
PS_MUST ps_code ps_doctor_self(ps_protector *pr, ps_store *store, const ps_doctor_place *place,
    int json, ps_writer *w, int *out_bad, ps_err *err);

/* A certificate that a directory or the DNS gave; all borrowed. */
typedef struct ps_found {
	ps_cert		*cert;
	const char	*source;	/* "ldap", "smimea" */
	const char	*why;		/* it is not fit to encrypt to; "": it is */
	int		 known;		/* to the store, before */
} ps_found;
typedef ps_code (*ps_found_fn)(void *arg, const ps_found *f, ps_err *err);

/*
 * ps_find_elsewhere asks where the protector's policy says for certificates of an address, and
 * calls `each` for those that name it. What is fit is kept when the protector keeps
 * (ps_protector_set_keep_found). PS_E_TEMPORARY: nothing was found, and somebody did not
 * answer.
 */
PS_MUST ps_code ps_find_elsewhere(ps_protector *pr, ps_store *store, const char *address,
    ps_found_fn each, void *arg, ps_err *err);

#endif
