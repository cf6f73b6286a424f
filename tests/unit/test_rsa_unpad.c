/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "crypto/internal.h"

enum { K = 64, N = 16 };

struct em {
	uint8_t	 em[K], substitute[N], out[N];
};

static void
fill(struct em *e)
{
	memset(e->em, 0x5a, K);
	e->em[0] = 0;
	e->em[1] = 2;
	e->em[K - N - 1] = 0;
	memset(e->em + K - N, 0xab, N);
	memset(e->substitute, 0xcd, N);
}

/* Whether unpadding gave the key (true) or the substitute (false); nothing
 * between the two is allowed. */
static bool
gives_key(struct em *e)
{
	rsa_unpad(e->em, K, e->substitute, e->out, N);
	if (memcmp(e->out, e->em + K - N, N) == 0)
		return true;
	assert_memory_equal(e->out, e->substitute, N);
	return false;
}

static void
a_good_padding_gives_the_key(void **state)
{
	struct em e;

	(void)state;
	fill(&e);
	assert_true(gives_key(&e));
	memset(e.em + K - N, 0, N);	/* zeros are a key like any other */
	assert_true(gives_key(&e));
}

/* Every octet of the padding counts, with every value. */
static void
any_wrong_octet_gives_the_substitute(void **state)
{
	struct em e;

	(void)state;
	for (unsigned v = 0; v < 256; v++) {
		fill(&e);
		e.em[0] = (uint8_t)v;
		assert_int_equal(gives_key(&e), v == 0);
		fill(&e);
		e.em[1] = (uint8_t)v;
		assert_int_equal(gives_key(&e), v == 2);
		fill(&e);
		e.em[K - N - 1] = (uint8_t)v;
		assert_int_equal(gives_key(&e), v == 0);
		fill(&e);
		e.em[2] = (uint8_t)v;
		assert_int_equal(gives_key(&e), v != 0);
	}
	for (size_t i = 2; i < K - N - 1; i++) {
		fill(&e);
		e.em[i] = 0;		/* the key is longer than expected */
		assert_false(gives_key(&e));
	}
}

static void
a_shorter_key_gives_the_substitute(void **state)
{
	struct em e;

	(void)state;
	fill(&e);
	e.em[K - N - 1] = 1;
	e.em[K - N] = 0;
	assert_false(gives_key(&e));
}

static void
the_least_padding_is_eight_octets(void **state)
{
	uint8_t em[11] = { 0, 2, 1, 1, 1, 1, 1, 1, 1, 1, 0 }, none[1] = { 7 }, out[1] = { 9 };

	(void)state;
	rsa_unpad(em, sizeof em, none, out, 0);
	assert_int_equal(out[0], 9);	/* no octet, nothing written */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_padding_gives_the_key),
		cmocka_unit_test(any_wrong_octet_gives_the_substitute),
		cmocka_unit_test(a_shorter_key_gives_the_substitute),
		cmocka_unit_test(the_least_padding_is_eight_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
