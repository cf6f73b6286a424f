/* SPDX-License-Identifier: ISC */
/*
 * What looks alike. The pairs are those that Unicode Technical Standard 39 and reports of
 * fraud name; where ICU is, what stands in our table is compared with it.
 */
#include "unit.h"

#include "x509/cert.h"
#include "x509/looks.h"

static bool
alike(const char *a, const char *b)
{
	struct ps_looks x, y;
	char ka[PS_ADDRESS_KEY], kb[PS_ADDRESS_KEY];

	assert_true(ps_address_key(a, ka) && ps_address_key(b, kb));
	assert_true(ps_looks_of(ka, &x) && ps_looks_of(kb, &y));
	return strcmp(x.address, y.address) == 0;
}

static void
test_pairs(void **state)
{
	static const char *const same[][2] = {
		{ "bob@paypal.example", "bob@paypa1.example" },
		{ "bob@modern.example", "bob@rnodern.example" },
		{ "bob@google.example", "BOB@g00gle.example" },
		{ "bob@paypal.example", "bob@p\xd0\xb0ypal.example" },	/* Cyrillic a */
		{ "bob@paypal.example", "bob@xn--pypal-4ve.example" },	/* the same */
		{ "bob@peers.example", "b\xd0\xbe" "b@peers.example" },	/* Cyrillic o */
		{ "scope@peers.example",	/* all of it Cyrillic */
		  "\xd1\x95\xd1\x81\xd0\xbe\xd1\x80\xd0\xb5@peers.example" },
	};
	static const char *const others[][2] = {
		{ "bob@paypal.example", "bob@paypall.example" },
		{ "bob@peers.example", "rob@peers.example" },
		{ "bob@peers.example", "bob.peers@example" },
		{ "\xe6\x9d\x8e@peers.example", "\xe6\x9c\xa8@peers.example" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		if (!alike(same[i][0], same[i][1]))
			fail_msg("%s and %s look alike", same[i][0], same[i][1]);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (alike(others[i][0], others[i][1]))
			fail_msg("%s and %s do not look alike", others[i][0], others[i][1]);
}

/* Looks of ASCII are the same with ICU and without: they stand in stores. "%" alone is
 * another sign there. */
static void
test_ascii(void **state)
{
	char ours[8], theirs[8];

	(void)state;
	if (ps_looks_source() == NULL)
		skip();
	for (uint8_t c = '!'; c < 0x7f; c++) {
		ps_slice word = { &c, 1 };

		assert_true(ps_looks_by_table(word, ours, sizeof ours));
		if (c == '%' || c == 'I')	/* an address is in lower case */
			continue;
		assert_true(ps_looks_by_library(word, theirs, sizeof theirs));
		assert_string_equal(ours, theirs);
	}
}

static const char *
utf8(uint32_t c, char out[4])
{
	out[0] = (char)(0xc0 | c >> 6);
	out[1] = (char)(0x80 | (c & 0x3f));
	out[2] = '\0';
	return out;
}

/* Whatever our table says of a letter, the consortium says. */
static void
test_table(void **state)
{
	char word[4], ours[32], theirs[32];
	unsigned n = 0;

	(void)state;
	if (ps_looks_source() == NULL)
		skip();
	for (uint32_t c = 0x80; c < 0x600; c++) {
		ps_slice w = ps_str(utf8(c, word));

		assert_true(ps_looks_by_table(w, ours, sizeof ours));
		if (strcmp(ours, word) == 0)
			continue;
		assert_true(ps_looks_by_library(w, theirs, sizeof theirs));
		if (strcmp(ours, theirs) != 0)
			fail_msg("U+%04X: %s, and ICU says %s", (unsigned)c, ours, theirs);
		n++;
	}
	assert_true(n > 50);
}

static void
test_mixed(void **state)
{
	(void)state;
	if (ps_looks_source() == NULL)
		skip();
	assert_true(ps_looks_mixed(ps_str("p\xd0\xb0ypal")));
	assert_false(ps_looks_mixed(ps_str("b\xc3\xbc" "cher")));
	assert_false(ps_looks_mixed(ps_str("\xe6\x9d\x8e" "abc")));	/* Han beside Latin */
}

/* No room is an answer, not an overrun. */
static void
test_room(void **state)
{
	char key[PS_ADDRESS_KEY], out[4];
	struct ps_looks looks;

	(void)state;
	assert_true(ps_looks_by_table(ps_str("mo"), out, sizeof out));
	assert_string_equal(out, "rno");
	assert_false(ps_looks_by_table(ps_str("moo"), out, sizeof out));
	assert_false(ps_looks_by_table(ps_str("\xff"), out, sizeof out));
	memset(key, 'm', sizeof key);
	memcpy(key + 1024, "@b.example", 11);
	assert_true(ps_looks_of(key, &looks));
	assert_false(ps_looks_of("nobody", &looks));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_ascii),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
