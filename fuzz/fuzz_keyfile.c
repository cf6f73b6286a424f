/* SPDX-License-Identifier: ISC */
/*
 * Key files of every kind, with a passphrase that may fit.
 */
#include "crypto/key.h"
#include "base/buf.h"
#include "fuzz.h"

FUZZ_SAID(fuzz_said)

static ps_code
ask(void *arg, const char *what, ps_secret *out, ps_err *err)
{
	(void)what;
	++*(unsigned *)arg;
	return ps_secret_set(out, "secret", 6, err);
}

static void
use_key(const struct ps_key *key)
{
	struct ps_key_info info;

	ps_key_info(key, &info);
	CHECK(info.type != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct ps_limits limits = ps_limits_default;
	struct ps_keyfile file = { 0 };
	unsigned asked = 0;
	ps_err err = PS_ERR_INIT;
	ps_code code;

	limits.kdf_iterations = 3000;
	code = ps_keyfile_parse(&file, (ps_slice){ p, n }, "fuzz", ask, &asked, &limits, &err);
	CHECK_SAID(code, &err);
	CHECK(code == PS_OK || (file.nkey == 0 && file.ncert == 0));
	CHECK(code != PS_OK || file.nkey + file.ncert != 0);
	for (size_t i = 0; i < file.nkey; i++)
		use_key(file.key[i]);
	ps_keyfile_clear(&file);
	return 0;
}
