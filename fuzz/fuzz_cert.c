/* SPDX-License-Identifier: ISC */
/*
 * Certificates: the view, what they say to people, addresses, the key, and
 * a path to nowhere.
 */
#include "base/ctx.h"
#include "fuzz.h"
#include "x509/cert.h"

FUZZ_SAID(fuzz_said)

static void
check_text(const char *s)
{
	CHECK(s != NULL);
	for (; *s != '\0'; s++)
		CHECK((unsigned char)*s >= 0x20);
}

static void
look(ps_cert *c)
{
	struct ps_pubkey *key;
	ps_err err = PS_ERR_INIT;
	ps_code code;

	check_text(ps_cert_subject(c));
	check_text(ps_cert_issuer(c));
	check_text(ps_cert_serial(c));
	CHECK(strlen(ps_cert_sha256(c)) == 64);
	for (size_t i = 0; ps_cert_address(c, i) != NULL; i++) {
		check_text(ps_cert_address(c, i));
		CHECK(strlen(ps_cert_address(c, i)) != 0);
		ps_cert_names(c, ps_cert_address(c, i), PS_MATCH_SENDER);
	}
	CHECK(!ps_cert_names(c, "", PS_MATCH_RECIPIENT));
	CHECK(ps_cert_key_id(c).n != 0);
	code = ps_cert_pubkey(c, &key, &err);
	CHECK_SAID(code, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ps_err err = PS_ERR_INIT;
	ps_cert *c;
	ps_code code = ps_cert_parse(&c, (ps_slice){ p, n }, &err);

	CHECK_SAID(code, &err);
	if (code == PS_OK) {
		look(c);
		ps_cert_free(c);
	}
	return 0;
}
