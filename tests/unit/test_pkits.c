/* SPDX-License-Identifier: ISC */
/*
 * NIST's path validation suite. Revocation is hard, as the suite demands.
 * Where our answer is another, it stands in a table with its reason.
 */
#include "unit.h"

#include <errno.h>

#include "base/buf.h"
#include "base/clock.h"
#include "x509/path.h"

#define DIR_	"tests/vectors/pkits/"

enum { FIELDS = 9, CERTS = 16, LINE = 2048 };
enum { NUMBER, TITLE, CHAIN, LISTS, POLICIES, EXPLICIT, MAPPING, ANY, EXPECTED };

/* The cases in which we differ, and why. */
static const struct {
	const char	*number;
	const char	*why;
} ours[] = {
	{ "4.1.4", "DSA is weak in every policy" },
	{ "4.1.5", "DSA, which has its parameters from its issuer (RFC 5280, 6.1.4 (f))" },
	{ "4.14.30", "the list's issuer is vouched for by the list alone; the suite's notes "
	    "leave it to the implementation" },
};

/* What the lists say, by openssl crl -text: keyCompromise, on these days. */
static const struct {
	const char	*number;
	const char	*ends;
} told[] = {
	{ "4.14.2", "was revoked on 2010-01-01: somebody else may have the key" },
	{ "4.15.4", "was revoked on 2010-06-01: somebody else may have the key" },
};

static void
check_sentence(const char *number, const struct ps_path_out *out)
{
	for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
		if (strcmp(told[i].number, number) == 0) {
			assert_int_equal(out->nproblem, 1);
			assert_non_null(strstr(out->problem[0].text, told[i].ends));
		}
}

static bool
differs(const char *number)
{
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		if (strcmp(ours[i].number, number) == 0)
			return true;
	return false;
}

static struct ps_buf
load(const char *folder, const char *name, const char *suffix)
{
	struct ps_buf out = { 0 };
	char path[256];
	uint8_t chunk[4096];
	size_t n;
	FILE *f;

	snprintf(path, sizeof path, DIR_ "%s/%s.%s", folder, name, suffix);
	f = fopen(path, "rb");
	if (f == NULL)
		fail_msg("%s: %s", path, strerror(errno));
	while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
		assert_int_equal(ps_buf_add(&out, (ps_slice){ chunk, n }, NULL), PS_OK);
	fclose(f);
	return out;
}

/* Splits in place; returns the number of pieces. */
static size_t
split(char *text, char at, char *out[], size_t max)
{
	size_t n = 0;

	while (text != NULL && *text != '\0' && n < max) {
		out[n++] = text;
		text = strchr(text, at);
		if (text != NULL)
			*text++ = '\0';
	}
	return n;
}

static ps_cert *
cert(const char *name)
{
	struct ps_buf der = load("certs", name, "crt");
	ps_cert *c = NULL;
	ps_err err = PS_ERR_INIT;

	assert_ok(ps_cert_parse(&c, ps_buf_get(&der), &err), &err);
	ps_buf_clear(&der);
	return c;
}

static void
set_rule(ps_policy *p, const char *name, const char *value)
{
	ps_err err = PS_ERR_INIT;

	assert_ok(ps_policy_set(p, "rules", name, value, &err), &err);
}

/* What the case asks for. "NIST-test-policy-1,NIST-test-policy-2": PKITS,
 * section 3 says which object identifiers these are. */
static ps_policy *
policy_of(char *const field[FIELDS])
{
	char *name[8], oids[256] = "";
	size_t n = split(field[POLICIES], ',', name, 8);
	ps_policy *p = NULL;
	ps_err err = PS_ERR_INIT;

	assert_ok(ps_policy_new(&p, "default", &err), &err);
	for (size_t i = 0; i < n && strcmp(name[i], "anyPolicy") != 0; i++)
		snprintf(oids + strlen(oids), sizeof oids - strlen(oids),
		    " 2.16.840.1.101.3.2.1.48.%s", strrchr(name[i], '-') + 1);
	if (oids[0] != '\0')
		set_rule(p, "certificate-policies", oids);
	set_rule(p, "explicit-policy", strcmp(field[EXPLICIT], "true") == 0 ? "required"
	    : "optional");
	set_rule(p, "policy-mapping", strcmp(field[MAPPING], "true") == 0 ? "refused" : "allowed");
	set_rule(p, "any-policy", strcmp(field[ANY], "true") == 0 ? "refused" : "allowed");
	return p;
}

static void
judge(char *chain, char *lists, const ps_policy *policy, struct ps_path_out *out)
{
	char *names[CERTS], path[256];
	size_t n = split(chain, ' ', names, CERTS);
	ps_cert *c[CERTS];
	struct ps_trust *trust = NULL;
	ps_err err = PS_ERR_INIT;
	int64_t at = 0;

	assert_true(ps_clock_parse("2011-04-15", &at));
	assert_ok(ps_trust_new(&trust, &err), &err);
	for (size_t i = 0; i < n; i++)
		c[i] = cert(names[i]);
	assert_ok(ps_trust_add_cert(trust, c[0], &err), &err);
	for (size_t i = 0, k = split(lists, ' ', names, CERTS); i < k; i++) {
		snprintf(path, sizeof path, DIR_ "crls/%s.crl", names[i]);
		assert_ok(ps_trust_add_crl_file(trust, path, &ps_limits_default, &err), &err);
	}
	assert_ok(ps_path_check(&(struct ps_path_in){ .trust = trust, .cert = c[n - 1],
	    .extra = c, .nextra = n, .at = at, .purpose = PS_PURPOSE_SIGN,
	    .revocation = PS_REVOCATION_HARD, .policy = policy,
	    .limits = &ps_limits_default }, out, &err), &err);
	for (size_t i = 0; i < n; i++)
		ps_cert_free(c[i]);
	ps_trust_free(trust);
}

static void
every_case(void **state)
{
	FILE *f = fopen(DIR_ "cases.tsv", "r");
	char line[LINE], *field[FIELDS];
	struct ps_path_out out;
	ps_policy *policy;
	bool wanted;
	unsigned run = 0, wrong = 0;

	(void)state;
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof line, f));
	while (fgets(line, sizeof line, f) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		assert_int_equal(split(line, '\t', field, FIELDS), FIELDS);
		run++;
		policy = policy_of(field);
		judge(field[CHAIN], field[LISTS], policy, &out);
		ps_policy_free(policy);
		wanted = strcmp(field[EXPECTED], "ok") == 0;
		if (out.good != (wanted != differs(field[NUMBER]))) {
			print_message("%s %s: wanted %s, found %s\n", field[NUMBER], field[TITLE],
			    field[EXPECTED], out.nproblem == 0 ? "ok" : out.problem[0].text);
			wrong++;
		}
		check_sentence(field[NUMBER], &out);
		ps_path_clear(&out);
	}
	fclose(f);
	assert_int_equal(wrong, 0);
	assert_int_equal(run, 139);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
