/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include <openssl/err.h>

#include "base/limits.h"
#include "crypto/key.h"
#include "key_vector.h"
#include "vector.h"

/* Somebody who answers, and remembers what he was asked. */
struct person {
	const char	*answer;	/* NULL: refuses */
	unsigned	 asked;
	char		 what[256];
};

static ps_code
answer(void *arg, const char *what, ps_secret *out, ps_err *err)
{
	struct person *p = arg;

	p->asked++;
	snprintf(p->what, sizeof p->what, "%s", what);
	if (p->answer == NULL)
		return ps_fail(err, PS_E_CANCELLED, "test", PS_NOWHERE, "no");
	return ps_secret_set(out, p->answer, strlen(p->answer), err);
}

static ps_code
load(const char *name, struct person *p, struct ps_keyfile *out, ps_err *err)
{
	char path[128];

	snprintf(path, sizeof path, "tests/vectors/keys/%s", name);
	return ps_keyfile_load(out, path, p == NULL ? NULL : answer, p, &ps_limits_default, err);
}

static const struct {
	const char	*file, *passphrase;	/* NULL: not needed */
	size_t		 keys, certs;
	const char	*first;			/* whose key is the first */
} files[] = {
	{ "modern.p12", "secret", 1, 2, "rsa" },
	{ "utf8.p12", "ge\xc3\xa4heim", 1, 2, "rsa" },
	{ "empty.p12", NULL, 1, 2, "rsa" },
	{ "3des.p12", "secret", 1, 2, "rsa" },
	{ "bare.p12", NULL, 1, 2, "rsa" },
	{ "nomac.p12", "secret", 1, 2, "rsa" },
	{ "slow.p12", "secret", 1, 2, "rsa" },
	{ "pbmac1-sha512.p12", "1234", 1, 1, NULL },
	{ "pbmac1-sha1.p12", "1234", 1, 1, NULL },
	{ "pbmac1-bc.p12", "xxxxxx", 1, 1, NULL },
	{ "certs.p12", "secret", 0, 1, NULL },
	{ "mixed.pem", "secret", 2, 1, "p256" },
	{ "scrypt.pem", "secret", 1, 0, "p256" },
	{ "encrypted.der", "secret", 1, 0, "p256" },
	{ "plain.der", NULL, 1, 0, "p256" },
	{ "dek.pem", "secret", 1, 0, "rsa" },
	{ "sec1.pem", NULL, 1, 0, "p256" },
	{ "cert.der", NULL, 0, 1, NULL },
	{ "rsa.crt", NULL, 0, 1, NULL },
	{ "certs.p7c", NULL, 0, 2, NULL },
	{ "certs.p7b", NULL, 0, 2, NULL },
	{ "rsa.key", NULL, 1, 0, "rsa" },
	{ "ed448.key", NULL, 1, 0, "ed448" },
	{ "dsa.key", NULL, 1, 0, "dsa" },
};
enum { NFILES = sizeof files / sizeof files[0] };

static void
check(size_t i, const struct ps_keyfile *f)
{
	struct ps_buf spki;

	assert_int_equal(f->nkey, files[i].keys);
	assert_int_equal(f->ncert, files[i].certs);
	for (size_t k = 0; k < f->ncert; k++)
		assert_int_equal(f->cert[k].p[0], DER_SEQUENCE);
	if (files[i].first == NULL)
		return;
	spki = key_vector(files[i].first, ".spki");
	assert_true(ps_key_matches(f->key[0], ps_buf_get(&spki)));
	ps_buf_clear(&spki);
}

static void
each_form_is_read(void **state)
{
	char want[128];

	(void)state;
	for (size_t i = 0; i < NFILES; i++) {
		struct person p = { .answer = files[i].passphrase };
		struct ps_keyfile f = { 0 };
		ps_err err = PS_ERR_INIT;

		if (load(files[i].file, &p, &f, &err) != PS_OK) {
			char text[512];

			fail_msg("%s: %s", files[i].file, ps_err_format(&err, text, sizeof text));
		}
		check(i, &f);
		assert_int_equal(p.asked, files[i].passphrase != NULL);
		snprintf(want, sizeof want, "passphrase of %s", files[i].file);
		if (p.asked != 0)
			assert_string_equal(p.what, want);
		ps_keyfile_clear(&f);
	}
	assert_int_equal(ERR_peek_error(), 0);
}

static void
a_wrong_passphrase_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < NFILES; i++) {
		static const char *const wrong[] = { "Secret", "", "secret " };

		for (size_t k = 0; files[i].passphrase != NULL && k < 3; k++) {
			struct person p = { .answer = wrong[k] };
			struct ps_keyfile f = { 0 };

			if (strcmp(files[i].file, "slow.p12") == 0)
				continue;
			assert_code(load(files[i].file, &p, &f, NULL), PS_E_PASSPHRASE);
			assert_int_equal(p.asked, 1);
			assert_int_equal(f.nkey + f.ncert, 0);
		}
	}
	assert_int_equal(ERR_peek_error(), 0);
}

static void
nobody_to_ask_and_a_refusal_are_told(void **state)
{
	struct person refuses = { .answer = NULL };
	struct ps_keyfile f = { 0 };
	ps_err err = PS_ERR_INIT;
	char text[512];

	(void)state;
	assert_code(load("modern.p12", NULL, &f, &err), PS_E_PASSPHRASE);
	assert_string_equal(ps_err_format(&err, text, sizeof text), "the passphrase of modern.p12 "
	    "is needed; give it with --passphrase-file or --passphrase-fd");
	assert_code(load("mixed.pem", NULL, &f, NULL), PS_E_PASSPHRASE);
	assert_code(load("dek.pem", NULL, &f, NULL), PS_E_PASSPHRASE);
	assert_code(load("modern.p12", &refuses, &f, NULL), PS_E_CANCELLED);
	assert_code(load("encrypted.der", &refuses, &f, NULL), PS_E_CANCELLED);
}

/* RFC 9579, 6: CVE-2025-11187 and CVE-2026-34181 of OpenSSL. */
static void
bad_parameters_of_pbmac1_are_refused(void **state)
{
	static const char *const bad[] = { "pbmac1-bad-len.p12", "pbmac1-bad-salt.p12",
		"pbmac1-no-salt.p12" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct person p = { .answer = "1234" };
		struct ps_keyfile f = { 0 };

		assert_int_not_equal(load(bad[i], &p, &f, NULL), PS_OK);
		assert_int_equal(f.nkey + f.ncert, 0);
	}
}

static void
weak_protection_is_named(void **state)
{
	static const struct {
		const char	*file, *weak;
	} cases[] = {
		{ "modern.p12", NULL }, { "scrypt.pem", NULL }, { "rsa.crt", NULL },
		{ "3des.p12", "3DES" }, { "dek.pem", "OpenSSL's old PEM encryption" },
		{ "plain.der", "no encryption" }, { "rsa.key", "no encryption" },
		{ "bare.p12", "no encryption" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct person p = { .answer = "secret" };
		struct ps_keyfile f = { 0 };
		ps_err err = PS_ERR_INIT;

		assert_ok(load(cases[i].file, &p, &f, &err), &err);
		if (cases[i].weak == NULL)
			assert_null(f.weak);
		else
			assert_string_equal(f.weak, cases[i].weak);
		ps_keyfile_clear(&f);
	}
}

/* Both answers are right: the provider is a package of its own on some
 * systems. Without it the error must say so, and before anybody is asked. */
static void
old_ciphers_open_or_say_what_is_missing(void **state)
{
	static const char *const names[] = { "rc2.p12", "pbes1.pem" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct person p = { .answer = "secret" };
		struct ps_keyfile f = { 0 };
		ps_err err = PS_ERR_INIT;
		char text[512];
		ps_code code = load(names[i], &p, &f, &err);

		if (code != PS_OK) {
			assert_code(code, PS_E_UNSUPPORTED);
			ps_err_format(&err, text, sizeof text);
			assert_non_null(strstr(text, "legacy provider"));
		} else
			assert_int_equal(f.nkey, 1);
		ps_keyfile_clear(&f);
	}
}

static void
rounds_above_the_limit_are_refused(void **state)
{
	static const struct { const char *file; uint64_t rounds; } rows[] = {
		{ "slow.p12", 20000 }, { "3des.p12", 2048 }, { "encrypted.der", 2048 },
	};
	struct ps_limits limits = ps_limits_default;
	struct person p = { .answer = "secret" };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct ps_buf in = key_vector(rows[i].file, "");
		struct ps_keyfile f = { 0 };
		ps_err err = PS_ERR_INIT;

		limits.kdf_iterations = rows[i].rounds - 1;
		assert_code(ps_keyfile_parse(&f, ps_buf_get(&in), "x", answer, &p, &limits, NULL),
		    PS_E_LIMIT);
		assert_int_equal(p.asked, i);
		limits.kdf_iterations = rows[i].rounds;
		assert_ok(ps_keyfile_parse(&f, ps_buf_get(&in), "x", answer, &p, &limits, &err),
		    &err);
		ps_keyfile_clear(&f);
		ps_buf_clear(&in);
	}
}

static void
what_is_no_key_file_is_told(void **state)
{
	struct ps_keyfile f = { 0 };
	const struct ps_limits *l = &ps_limits_default;

	(void)state;
	assert_code(load("message.txt", NULL, &f, NULL), PS_E_MALFORMED);
	assert_code(load("no such file", NULL, &f, NULL), PS_E_READ);
	assert_code(ps_keyfile_parse(&f, ps_str(""), "x", NULL, NULL, l, NULL), PS_E_MALFORMED);
	assert_code(ps_keyfile_parse(&f, ps_str("\x30\x03\x02\x01"), "x", NULL, NULL, l, NULL),
	    PS_E_MALFORMED);
	assert_code(ps_keyfile_parse(&f, ps_str("-----BEGIN SOMETHING-----\nAAAA\n"
	    "-----END SOMETHING-----\n"), "x", NULL, NULL, l, NULL), PS_E_NOT_FOUND);
	assert_code(ps_keyfile_parse(&f, ps_str("-----BEGIN PRIVATE KEY-----\nAA\n"), "x", NULL,
	    NULL, l, NULL), PS_E_MALFORMED);
	assert_code(load("k256.key", NULL, &f, NULL), PS_E_UNSUPPORTED);
	assert_int_equal(ERR_peek_error(), 0);
}

/* RFC 8410, 10.3: with an attribute and the public key (version 2 of PKCS#8),
 * and section 10.1 for what the public key is. */
static void
the_example_of_rfc_8410_is_read(void **state)
{
	static const char pem[] = "-----BEGIN PRIVATE KEY-----\n"
				  "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n"
				  "oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB\n"
				  "Z9w7lshQhqowtrbLDFw4rXAxZuE=\n"
				  "-----END PRIVATE KEY-----\n";
	struct ps_buf spki = vector_hex("302a300506032b6570032100"
	    "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1");
	struct ps_keyfile f = { 0 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(ps_keyfile_parse(&f, ps_str(pem), "x", NULL, NULL, &ps_limits_default, &err),
	    &err);
	assert_true(ps_key_matches(f.key[0], ps_buf_get(&spki)));
	ps_keyfile_clear(&f);
	ps_buf_clear(&spki);
}

/* A key of one's own whose curve is written out is on the curve that it is. */
static void
an_own_key_may_write_its_curve_out(void **state)
{
	struct ps_keyfile f = { 0 };
	struct ps_key_info info;
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(load("explicit.key", NULL, &f, &err), &err);
	ps_key_info(f.key[0], &info);
	assert_int_equal(info.curve->id, PS_P256);
	ps_keyfile_clear(&f);
}

/* Cut anywhere, a file is refused, never half read. */
static void
every_truncation_fails_cleanly(void **state)
{
	static const char *const names[] = { "bare.p12", "certs.p7c", "plain.der" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct ps_buf in = key_vector(names[i], "");
		struct ps_keyfile f = { 0 };

		for (size_t n = 0; n < in.n; n += 1 + in.n / 200) {
			uint8_t *part = ps_memdup(in.p, n);

			assert_true(ps_keyfile_parse(&f, (ps_slice){ part, n }, "x", NULL, NULL,
			    &ps_limits_default, NULL) != PS_OK);
			free(part);
		}
		ps_buf_clear(&in);
	}
	assert_int_equal(ERR_peek_error(), 0);
}

/* Octets changed one at a time: an answer, whatever it is, and no leak. */
static void
damage_is_survived(void **state)
{
	static const char *const names[] = { "bare.p12", "certs.p7c", "plain.der", "encrypted.der" };
	struct ps_limits limits = ps_limits_default;

	(void)state;
	limits.kdf_iterations = 5000;
	for (size_t i = 0; i < 4; i++) {
		struct ps_buf in = key_vector(names[i], "");

		for (size_t at = 0; at < in.n; at += at < 100 ? 1 : 1 + in.n / 100) {
			struct person p = { .answer = "secret" };
			struct ps_keyfile f = { 0 };

			in.p[at] ^= 0x81;
			if (ps_keyfile_parse(&f, ps_buf_get(&in), "x", answer, &p, &limits, NULL)
			    == PS_OK)
				ps_keyfile_clear(&f);
			in.p[at] ^= 0x81;
		}
		ps_buf_clear(&in);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_read),
		cmocka_unit_test(a_wrong_passphrase_is_told),
		cmocka_unit_test(bad_parameters_of_pbmac1_are_refused),
		cmocka_unit_test(weak_protection_is_named),
		cmocka_unit_test(nobody_to_ask_and_a_refusal_are_told),
		cmocka_unit_test(old_ciphers_open_or_say_what_is_missing),
		cmocka_unit_test(rounds_above_the_limit_are_refused),
		cmocka_unit_test(what_is_no_key_file_is_told),
		cmocka_unit_test(the_example_of_rfc_8410_is_read),
		cmocka_unit_test(an_own_key_may_write_its_curve_out),
		cmocka_unit_test(every_truncation_fails_cleanly),
		cmocka_unit_test(damage_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
