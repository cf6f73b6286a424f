/* SPDX-License-Identifier: ISC */
/*
 * How much is asked for recipients who are not known. Whether what is found is
 * right, tests/e2e/find.sh shows.
 */
#include "unit.h"

#include "mail.h"

struct directory {
	unsigned calls;
	size_t	 n;		/* octets of each answer */
	ps_code	 code;		/* of the last octet */
	ps_code	 fails;		/* answers this; PS_OK: octets */
};

static ps_code
answer(void *arg, int kind, const char *url, ps_slice request, ps_writer *out, ps_err *err)
{
	struct directory *d = arg;
	uint8_t octet = 'x';

	assert_int_equal(kind, PS_FETCH_LDAP);
	assert_non_null(strchr(url, '@'));
	assert_int_equal(request.n, 0);
	d->calls++;
	d->code = d->fails;
	for (size_t i = 0; i < d->n && d->code == PS_OK; i++)
		d->code = out->ops->write(out, (ps_slice){ &octet, 1 }, err);
	return d->code;
}

/* Encrypts to three addresses that nobody knows. */
static ps_code
encrypt(struct directory *d, uint64_t finds, uint64_t find_bytes)
{
	static const char *const to[] = { "a@x.example", "b@x.example", "c@x.example" };
	ps_ctx *ctx = mail_ctx();
	ps_err err = PS_ERR_INIT;
	ps_policy *policy;
	ps_protector *pr;
	ps_reader *in;
	ps_writer *out;
	ps_code code;

	must(ps_ctx_set_limit(ctx, "finds", finds, &err), &err, "limit");
	must(ps_ctx_set_limit(ctx, "find_bytes", find_bytes, &err), &err, "limit");
	must(ps_policy_new(&policy, "default", &err), &err, "policy");
	must(ps_policy_set(policy, "network", "find", "ldap", &err), &err, "find");
	must(mail_protector(ctx, "carol", NULL, &pr, &err), &err, "protector");
	must(ps_protector_set_policy(pr, policy, &err), &err, "policy");
	must(ps_protector_set_fetch(pr, answer, d, &err), &err, "fetch");
	for (size_t i = 0; i < sizeof to / sizeof to[0]; i++)
		must(ps_protector_add_recipient(pr, to[i], &err), &err, "to");
	must(ps_reader_open_memory(&in, mail_text(mail_draft), &err), &err, "in");
	must(ps_writer_open_memory(&out, 1 << 20, &err), &err, "out");
	code = ps_protect(pr, PS_ENCRYPT, in, out, &err);
	assert_int_equal(ps_writer_memory(out).n, 0);
	ps_writer_close(out);
	ps_reader_close(in);
	ps_protector_free(pr);
	ps_policy_free(policy);
	ps_ctx_free(ctx);
	return code;
}

static void
test_limits(void **state)
{
	struct directory d = { .n = 100 };

	(void)state;
	assert_code(encrypt(&d, 3, 100), PS_E_NOT_FOUND);
	assert_int_equal(d.calls, 3);
	assert_code(d.code, PS_OK);
	d.calls = 0;
	assert_code(encrypt(&d, 2, 99), PS_E_NOT_FOUND);
	assert_int_equal(d.calls, 2);
	assert_code(d.code, PS_E_LIMIT);
}

static void
test_failures(void **state)
{
	struct directory d = { .fails = PS_E_TEMPORARY };

	(void)state;
	assert_code(encrypt(&d, 100, 100), PS_E_TEMPORARY);
	assert_int_equal(d.calls, 3);
	d.fails = PS_E_REFUSED;
	assert_code(encrypt(&d, 100, 100), PS_E_NOT_FOUND);
	d = (struct directory){ .fails = PS_E_CANCELLED };
	assert_code(encrypt(&d, 100, 100), PS_E_CANCELLED);
	assert_int_equal(d.calls, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
