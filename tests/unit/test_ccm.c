/* SPDX-License-Identifier: ISC */
/*
 * AES-CCM: NIST SP 800-38C, example 4 (a tag of 14 octets, 65536 octets of
 * additional data), in all cuttings, and what must not verify.
 */
#include "unit.h"

#include "base/buf.h"
#include "crypto/cipher.h"
#include "cuts.h"
#include "vector.h"

#define KEY	"404142434445464748494a4b4c4d4e4f"
#define NONCE	"101112131415161718191a1b1c"
#define TEXT	"202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
#define SEALED	"69915dad1e84c6376a68c2967e4dab615ae0fd1faec44cc484828529463ccf72"
#define TAG	"b4ac6bec93e8598e7f0dadbcea5b"

struct example {
	struct ps_buf	 key, nonce, sealed, tag, id;
	uint8_t		 aad[65536];
	struct ps_algid	 algid;
	struct ps_cipher *c;
};

static void
example_open(struct example *x, uint64_t tag)
{
	struct der_state state;
	struct der in;
	struct derw w;
	ps_err err = PS_ERR_INIT;

	*x = (struct example){ vector_hex(KEY), vector_hex(NONCE), vector_hex(SEALED),
	    vector_hex(TAG), { 0 }, { 0 }, { .whole = { NULL, 0 } }, NULL };
	for (size_t i = 0; i < sizeof x->aad; i++)
		x->aad[i] = (uint8_t)i;
	derw_init(&w, &x->id);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, ps_alg_get(PS_AES128_CCM)->oid);
	derw_begin(&w, DER_SEQUENCE);
	derw_octets(&w, ps_buf_get(&x->nonce));
	derw_u64(&w, tag);
	derw_end(&w);
	derw_end(&w);
	assert_ok(derw_finish(&w, &err), &err);
	der_init(&in, &state, ps_buf_get(&x->id), 0, true, "test");
	x->algid = ps_algid_parse(&in, DER_SEQUENCE, "algorithm");
}

static void
example_start(struct example *x)
{
	ps_err err = PS_ERR_INIT;

	assert_ok(ps_cipher_new_decrypt(&x->c, &x->algid, ps_buf_get(&x->key), &err), &err);
	assert_true(ps_cipher_wants_length(x->c->alg));
	assert_ok(ps_cipher_set_aad(x->c, (ps_slice){ x->aad, sizeof x->aad }, &err), &err);
}

static void
example_clear(struct example *x)
{
	ps_cipher_free(x->c);
	ps_buf_clear(&x->key);
	ps_buf_clear(&x->nonce);
	ps_buf_clear(&x->sealed);
	ps_buf_clear(&x->tag);
	ps_buf_clear(&x->id);
}

static ps_code
run(struct example *x, struct cuts cut, struct ps_buf *out)
{
	ps_err err = PS_ERR_INIT;

	out->n = 0;
	assert_ok(cuts_run(&x->c->step, ps_buf_get(&x->sealed), cut, out, &err), &err);
	return ps_cipher_verify(x->c, ps_buf_get(&x->tag), &err);
}

static void
the_example_opens_in_any_cutting(void **state)
{
	static const struct cuts cuts[] = { { 1, 1, 0 }, { 2, 100, 0 }, { 7, 3, 0 },
	    { 15, 17, 0 }, { 16, 16, 0 }, { 17, 15, 0 }, { 100, 100, 0 }, { 0, 0, 5 } };
	static struct example x;
	struct ps_buf out = { 0 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	example_open(&x, 14);
	example_start(&x);
	assert_ok(ps_cipher_set_length(x.c, x.sealed.n, &err), &err);
	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		assert_code(run(&x, cuts[i], &out), PS_OK);
		vector_equal(ps_buf_get(&out), TEXT);
	}
	ps_buf_clear(&out);
	example_clear(&x);
}

static void
what_differs_does_not_verify(void **state)
{
	static const struct cuts whole = { 100, 100, 0 };
	static struct example x;
	struct ps_buf out = { 0 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	example_open(&x, 14);
	example_start(&x);
	/* no length, a wrong one, then the right one */
	assert_code(run(&x, whole, &out), PS_E_DECRYPT);
	assert_ok(ps_cipher_set_length(x.c, x.sealed.n - 1, &err), &err);
	assert_code(run(&x, whole, &out), PS_E_DECRYPT);
	assert_ok(ps_cipher_set_length(x.c, x.sealed.n + 1, &err), &err);
	assert_code(run(&x, whole, &out), PS_E_DECRYPT);
	assert_ok(ps_cipher_set_length(x.c, x.sealed.n, &err), &err);
	assert_code(run(&x, whole, &out), PS_OK);
	x.sealed.p[31] ^= 1;
	assert_code(run(&x, whole, &out), PS_E_DECRYPT);
	x.sealed.p[31] ^= 1;
	x.tag.p[13] ^= 1;
	assert_code(run(&x, whole, &out), PS_E_DECRYPT);
	x.tag.p[13] ^= 1;
	x.tag.n = 12;			/* B10 */
	assert_code(run(&x, whole, &out), PS_E_DECRYPT);
	ps_buf_clear(&out);
	example_clear(&x);
}

/* RFC 3610, 2.1: 13 octets of nonce leave two for the length. */
static void
a_length_must_fit_the_nonce(void **state)
{
	static struct example x;
	ps_err err = PS_ERR_INIT;

	(void)state;
	example_open(&x, 14);
	example_start(&x);
	assert_ok(ps_cipher_set_length(x.c, 65535, &err), &err);
	assert_code(ps_cipher_set_length(x.c, 65536, &err), PS_E_MALFORMED);
	example_clear(&x);
}

static void
tags_and_nonces_have_limits(void **state)
{
	static const struct { uint64_t tag; size_t nonce; ps_code want; } rows[] = {
		{ 4, 13, PS_E_MALFORMED }, { 10, 13, PS_E_MALFORMED }, { 12, 13, PS_OK },
		{ 13, 13, PS_E_MALFORMED }, { 14, 13, PS_OK }, { 16, 13, PS_OK },
		{ 18, 13, PS_E_MALFORMED }, { 16, 6, PS_E_MALFORMED }, { 16, 7, PS_OK },
		{ 16, 14, PS_E_MALFORMED }, { 16, 0, PS_E_MALFORMED },
	};
	static struct example x;
	struct ps_cipher_spec spec;
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint8_t id[] = { 0x30, 0, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 7, 0x30, 0,
		    4, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17 };
		size_t n = rows[i].nonce;
		struct der_state st;
		struct der in;

		id[1] = (uint8_t)(18 + n);
		id[14] = (uint8_t)(5 + n);
		id[16] = (uint8_t)n;
		id[17 + n] = 2;
		id[18 + n] = 1;
		id[19 + n] = (uint8_t)rows[i].tag;
		der_init(&in, &st, (ps_slice){ id, 20 + n }, 0, true, "test");
		x.algid = ps_algid_parse(&in, DER_SEQUENCE, "algorithm");
		assert_ok(der_finish(&in, "test", &err), &err);
		assert_code(ps_cipher_parse(&spec, &x.algid, &err), rows[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_opens_in_any_cutting),
		cmocka_unit_test(what_differs_does_not_verify),
		cmocka_unit_test(a_length_must_fit_the_nonce),
		cmocka_unit_test(tags_and_nonces_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
