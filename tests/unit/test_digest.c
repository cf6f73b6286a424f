/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "crypto/digest.h"
#include "vector.h"

/* Of "abc": FIPS 180-4 and FIPS 202 examples, as `openssl dgst` prints them. */
static const struct { unsigned id; const char *hex; } abc[] = {
	{ PS_MD5, "900150983cd24fb0d6963f7d28e17f72" },
	{ PS_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
	{ PS_SHA224, "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7" },
	{ PS_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ PS_SHA384, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"
	    "1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7" },
	{ PS_SHA512, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
	{ PS_SHA3_224, "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf" },
	{ PS_SHA3_256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532" },
	{ PS_SHA3_384, "ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c25"
	    "96da7cf0e49be4b298d88cea927ac7f539f1edf228376d25" },
	{ PS_SHA3_512, "b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e"
	    "10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0" },
	{ PS_SHAKE128, "5881092dd818bf5cf8a3ddb793fbcba74097d5c526a6d35f97b83351940f2cc8" },
	{ PS_SHAKE256, "483366601360a8771c6863080cc4114d8db44530f8f1e1ee4f94ea37e78b5739"
	    "d5a15bef186a5386c75744c0527e1faa9f8726e462a12a4feb06bd8801e751e4" },
};

static void
known_answers(void **state)
{
	uint8_t out[PS_DIGEST_MAX];
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof abc / sizeof abc[0]; i++) {
		const struct ps_alg *alg = ps_alg_get(abc[i].id);

		assert_ok(ps_digest_once(alg, ps_str("abc"), out, &err), &err);
		vector_equal((ps_slice){ out, ps_digest_size(alg) }, abc[i].hex);
	}
}

static void
octet_by_octet_and_again(void **state)
{
	uint8_t out[PS_DIGEST_MAX];
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof abc / sizeof abc[0]; i++) {
		const struct ps_alg *alg = ps_alg_get(abc[i].id);
		struct ps_digest *d = NULL;

		assert_ok(ps_digest_new(&d, alg, &err), &err);
		assert_ptr_equal(ps_digest_alg(d), alg);
		for (int again = 0; again < 2; again++) {
			for (int k = 0; k < 3; k++) {
				ps_slice one = ps_str(k == 0 ? "a" : k == 1 ? "b" : "c");

				assert_ok(ps_digest_update(d, one, &err), &err);
				assert_ok(ps_digest_update(d, ps_str(""), &err), &err);
			}
			assert_ok(ps_digest_final(d, out, &err), &err);
			vector_equal((ps_slice){ out, ps_digest_size(alg) }, abc[i].hex);
			assert_code(ps_digest_final(d, out, NULL), PS_E_MISUSE);
			assert_code(ps_digest_update(d, ps_str("x"), NULL), PS_E_MISUSE);
			assert_ok(ps_digest_reset(d, &err), &err);
		}
		ps_digest_free(d);
	}
	ps_digest_free(NULL);
}

/* Its value on the way is that of what was hashed so far, and it goes on. */
static void
the_value_on_the_way(void **state)
{
	uint8_t now[PS_DIGEST_MAX], want[PS_DIGEST_MAX], end[PS_DIGEST_MAX];
	struct ps_digest *d;
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof abc / sizeof abc[0]; i++) {
		const struct ps_alg *alg = ps_alg_get(abc[i].id);

		assert_ok(ps_digest_new(&d, alg, &err), &err);
		assert_ok(ps_digest_update(d, ps_str("abc"), &err), &err);
		for (int twice = 0; twice < 2; twice++) {
			assert_ok(ps_digest_now(d, now, &err), &err);
			vector_equal((ps_slice){ now, ps_digest_size(alg) }, abc[i].hex);
		}
		assert_ok(ps_digest_update(d, ps_str("d"), &err), &err);
		assert_ok(ps_digest_final(d, end, &err), &err);
		assert_ok(ps_digest_once(alg, ps_str("abcd"), want, &err), &err);
		assert_memory_equal(end, want, ps_digest_size(alg));
		assert_code(ps_digest_now(d, now, &err), PS_E_MISUSE);
		ps_digest_free(d);
	}
}

static void
secrets_compare_by_all_octets(void **state)
{
	(void)state;
	assert_true(ps_equal_secret(ps_str("abc"), ps_str("abc")));
	assert_false(ps_equal_secret(ps_str("abc"), ps_str("abd")));
	assert_false(ps_equal_secret(ps_str("abc"), ps_str("ab")));
	assert_true(ps_equal_secret(ps_str(""), (ps_slice){ NULL, 0 }));
}

static void
random_octets_differ(void **state)
{
	uint8_t a[32] = { 0 }, b[32] = { 0 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(ps_random(a, sizeof a, &err), &err);
	assert_ok(ps_random(b, sizeof b, &err), &err);
	assert_true(memcmp(a, b, sizeof a) != 0);
	assert_ok(ps_random(a, 0, &err), &err);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers),
		cmocka_unit_test(octet_by_octet_and_again),
		cmocka_unit_test(the_value_on_the_way),
		cmocka_unit_test(secrets_compare_by_all_octets),
		cmocka_unit_test(random_octets_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
