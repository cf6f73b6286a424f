/* SPDX-License-Identifier: ISC */
#ifndef PS_TESTS_KEY_VECTOR_H
#define PS_TESTS_KEY_VECTOR_H

/* The keys of tests/vectors/keys, through the interface. */

#include "base/limits.h"
#include "crypto/key.h"
#include "vector.h"

static inline struct ps_buf
key_vector(const char *name, const char *suffix)
{
	char path[128];

	snprintf(path, sizeof path, "keys/%s%s", name, suffix);
	return vector_read(path);
}

static inline struct ps_pubkey *
key_vector_public(const char *name)
{
	struct ps_buf spki = key_vector(name, ".spki");
	struct ps_pubkey *k = NULL;
	ps_err err = PS_ERR_INIT;

	assert_ok(ps_pubkey_parse(&k, ps_buf_get(&spki), &err), &err);
	ps_buf_clear(&spki);
	return k;
}

static inline struct ps_key *
key_vector_private(const char *name)
{
	struct ps_buf pem = key_vector(name, ".key");
	struct ps_keyfile f = { 0 };
	struct ps_key *k;
	ps_err err = PS_ERR_INIT;

	assert_ok(ps_keyfile_parse(&f, ps_buf_get(&pem), name, NULL, NULL, &ps_limits_default,
	    &err), &err);
	assert_int_equal(f.nkey, 1);
	k = ps_key_ref(f.key[0]);
	ps_keyfile_clear(&f);
	ps_buf_clear(&pem);
	return k;
}

#endif
