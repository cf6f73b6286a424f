/* SPDX-License-Identifier: ISC */
/*
 * Key wraps that are only read: 3DES and RC2 (RFC 3217), AES with padding (RFC
 * 5649), by the examples of the RFCs.
 */
#include "unit.h"

#include "crypto/envelope.h"
#include "vector.h"

static const struct {
	unsigned	 wrap;
	const char	*kek, *wrapped, *cek;
} rows[] = {
	/* RFC 3217, 3.4 */
	{ PS_DES3_WRAP, "255e0d1c07b646dfb3134cc843ba8aa71f025b7c0838251f",
	    "690107618ef092b3b48ca1796b234ae9fa33ebb4159604037db5d6a84eb3aac2768c632775a467d4",
	    "2923bf85e06dd6ae529149f1f1bae9eab3a7da3d860d3e98" },
	/* The example of RFC 3217, 4.4 is for an effective key of 40 bits; RFC
	 * 3370, 4.3.2 wants 128. The same steps with `openssl enc -rc2-cbc`: */
	{ PS_RC2_WRAP, "fd04fd08060707fb0003fefffd02fe05",
	    "f4d8021c1ea463d217a9eb6929ffa57736d3e20386c90993835b4be4ad8d8a1bc63b25de2bf77993",
	    "b70a25fbc9d86a86050ce0d711ead4d9" },
	/* RFC 5649, 6 */
	{ PS_AES192_WRAP_PAD, "5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8",
	    "138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a",
	    "c37b7e6492584340bed12207808941155068f738" },
};

static ps_code
unwrap(size_t i, struct ps_buf *kek, struct ps_buf *wrapped, ps_secret *out, ps_err *err)
{
	return ps_wrap_decrypt(ps_alg_get(rows[i].wrap), ps_buf_get(kek), ps_buf_get(wrapped),
	    out, err);
}

static void
the_examples_unwrap(void **state)
{
	ps_secret *cek = ps_secret_new();
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ps_buf kek = vector_hex(rows[i].kek);
		struct ps_buf wrapped = vector_hex(rows[i].wrapped);

		assert_ok(unwrap(i, &kek, &wrapped, cek, &err), &err);
		vector_equal(ps_secret_get(cek), rows[i].cek);
		for (size_t k = 0; k < wrapped.n; k++) {
			wrapped.p[k] ^= 0x40;
			assert_code(unwrap(i, &kek, &wrapped, cek, &err), PS_E_DECRYPT);
			wrapped.p[k] ^= 0x40;
		}
		while (wrapped.n-- != 0)
			assert_code(unwrap(i, &kek, &wrapped, cek, &err), PS_E_DECRYPT);
		ps_buf_clear(&kek);
		ps_buf_clear(&wrapped);
	}
	ps_secret_free(cek);
}

static const struct ps_alg *
named(const char *hex)
{
	struct ps_buf b = vector_hex(hex);
	struct der_state state;
	struct der in;
	struct ps_algid a;
	const struct ps_alg *row;

	der_init(&in, &state, ps_buf_get(&b), 0, true, "test");
	a = ps_algid_parse(&in, DER_SEQUENCE, "algorithm");
	row = ps_wrap_of(&a);
	ps_buf_clear(&b);
	return row;
}

/* RFC 3217, 4.3: RC2's parameter is 58, for 128 bits; AES has none. */
static void
parameters_are_judged(void **state)
{
	(void)state;
	assert_ptr_equal(named("3010060b2a864886f70d010910030702013a"), ps_alg_get(PS_RC2_WRAP));
	assert_null(named("3010060b2a864886f70d0109100307020178"));
	assert_null(named("300d060b2a864886f70d0109100307"));
	assert_ptr_equal(named("300b060960864801650304012d"), ps_alg_get(PS_AES256_WRAP));
	assert_ptr_equal(named("300d060960864801650304012d0500"), ps_alg_get(PS_AES256_WRAP));
	assert_null(named("300e060960864801650304012d020101"));
	assert_null(named("300d060b2a864886f70d0109100309"));	/* PWRI-KEK is no wrap */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_examples_unwrap),
		cmocka_unit_test(parameters_are_judged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
