/* SPDX-License-Identifier: ISC */
/*
 * Certificates, keys and revocation lists: loaded as the command loads them,
 * then asked for everything that is made at first use only.
 */
#include "drive.h"

#include <stdlib.h>

#include "base/clock.h"
#include "crypto/key.h"
#include "stream/stream.h"
#include "x509/path.h"

static ps_code
ask(void *arg, const char *what, ps_secret *out, ps_err *err)
{
	(void)what;
	return ps_secret_set(out, arg, strlen(arg), err);
}

/* --- certificates --- */

static void
add_reasons(struct ps_json *j, const struct ps_path_out *out)
{
	ps_json_key(j, "reasons");
	ps_json_open(j, '[');
	for (size_t i = 0; i < out->nproblem; i++)
		ps_json_text(j, ps_path_reason_name(out->problem[i].reason));
	ps_json_close(j, ']');
}

/* The certificate under itself as anchor and under none, in its first second. */
static void
add_path(struct ps_json *j, ps_cert *c, bool anchored)
{
	struct ps_path_out out = { 0 };
	struct ps_trust *trust = NULL;
	ps_policy *policy = NULL;
	ps_err err = PS_ERR_INIT;
	int64_t now = ps_cert_not_before(c);
	ps_code code = ps_trust_new(&trust, &err);

	if (code == PS_OK)
		code = ps_policy_new(&policy, "legacy-read", &err);
	if (code == PS_OK && anchored)
		code = ps_trust_add_cert(trust, c, &err);
	if (code == PS_OK)
		code = ps_path_check(&(struct ps_path_in){ .trust = trust, .cert = c, .at = now,
		    .purpose = PS_PURPOSE_SIGN, .policy = policy,
		    .limits = &ps_limits_default }, &out, &err);
	ps_json_open(j, '{');
	answer_code(j, "code", code, &err);
	if (code == PS_OK) {
		add_reasons(j, &out);
		ps_path_clear(&out);
	}
	ps_json_close(j, '}');
	ps_policy_free(policy);
	ps_trust_free(trust);
}

static void
add_facts(struct ps_json *j, const ps_cert *c)
{
	const char *address;

	ps_json_key(j, "subject");
	ps_json_text(j, ps_cert_subject(c));
	ps_json_key(j, "addresses");
	ps_json_open(j, '[');
	for (size_t i = 0; (address = ps_cert_address(c, i)) != NULL; i++)
		ps_json_text(j, address);
	ps_json_close(j, ']');
}

static void
add_cert(struct ps_json *j, ps_slice der, const struct ps_keyfile *f)
{
	struct ps_pubkey *pub;
	ps_cert *c = NULL;
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_cert_parse(&c, der, &err);
	size_t keys = 0;

	ps_json_open(j, '{');
	answer_code(j, "code", code, &err);
	if (code == PS_OK) {
		add_facts(j, c);
		ps_err_clear(&err);
		answer_code(j, "key", ps_cert_pubkey(c, &pub, &err), &err);
		for (size_t i = 0; i < f->nkey; i++)
			keys += ps_key_matches(f->key[i], ps_cert_view_of(c)->spki);
		ps_json_key(j, "private");
		ps_json_number(j, keys);
		ps_json_key(j, "paths");
		ps_json_open(j, '[');
		add_path(j, c, true);
		add_path(j, c, false);
		ps_json_close(j, ']');
	}
	ps_json_close(j, '}');
	ps_cert_free(c);
}

static void
add_key(struct ps_json *j, const struct ps_key *k)
{
	struct ps_key_info info;

	ps_key_info(k, &info);
	ps_json_open(j, '{');
	ps_json_key(j, "type");
	ps_json_text(j, info.type == NULL ? NULL : info.type->name);
	ps_json_key(j, "bits");
	ps_json_number(j, info.bits);
	ps_json_close(j, '}');
}

void
drive_objects(const struct request *rq, struct ps_json *j)
{
	const char *password = request_get(rq, "password");
	char *copy = password == NULL ? NULL : strdup(password);
	struct ps_keyfile f = { 0 };
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_keyfile_load(&f, rq->path, copy == NULL ? NULL : ask, copy,
	    &ps_limits_default, &err);

	answer_code(j, "code", code, &err);
	ps_json_key(j, "keys");
	ps_json_open(j, '[');
	for (size_t i = 0; i < f.nkey; i++)
		add_key(j, f.key[i]);
	ps_json_close(j, ']');
	ps_json_key(j, "certs");
	ps_json_open(j, '[');
	for (size_t i = 0; i < f.ncert; i++)
		add_cert(j, ps_buf_get(&f.cert[i]), &f);
	ps_json_close(j, ']');
	if (code == PS_OK)
		ps_keyfile_clear(&f);
	free(copy);
}

/* --- public keys --- */

static ps_code
load_public(struct ps_buf *spki, const char *path, struct ps_pubkey **out, ps_err *err)
{
	ps_reader *r = NULL;
	ps_code code = ps_reader_open_file(&r, path, err);

	if (code == PS_OK)
		code = ps_reader_all(r, spki, err);
	if (code == PS_OK)
		code = ps_pubkey_parse(out, ps_buf_get(spki), err);
	ps_reader_close(r);
	return code;
}

/* A SubjectPublicKeyInfo (DER), and whether the private key of the file `key` is its. */
void
drive_public(const struct request *rq, struct ps_json *j)
{
	struct ps_buf spki = { .max = 1 << 20 };
	struct ps_pubkey *pub = NULL;
	struct ps_keyfile f = { 0 };
	ps_err err = PS_ERR_INIT;
	ps_code code = load_public(&spki, rq->path, &pub, &err);

	if (code == PS_OK)
		code = ps_keyfile_load(&f, request_get(rq, "key"), NULL, NULL, &ps_limits_default,
		    &err);
	answer_code(j, "code", code, &err);
	ps_json_key(j, "ours");
	ps_json_bool(j, code == PS_OK && f.nkey == 1 &&
	    ps_key_matches(f.key[0], ps_buf_get(&spki)));
	ps_keyfile_clear(&f);
	ps_pubkey_free(pub);
	ps_buf_clear(&spki);
}

/* --- revocation lists --- */

void
drive_crl(const struct request *rq, struct ps_json *j)
{
	struct ps_trust *trust = NULL;
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_trust_new(&trust, &err);

	if (code == PS_OK)
		code = ps_trust_add_crl_file(trust, rq->path, &ps_limits_default, &err);
	answer_code(j, "code", code, &err);
	ps_trust_free(trust);
}
