/* SPDX-License-Identifier: ISC */
/*
 * An authority: its folder, its keys, and how both come to be.
 *
 * The root signs the issuing authority and then rests: its key is asked for
 * again only for its own revocation list, so it may be kept elsewhere. All
 * certificates of people come from the issuing authority, which can be
 * replaced without anybody having to trust something new.
 */
#include "issue/ca.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/keymake.h"
#include "issue/words.h"
#include "store/store.h"
#include "stream/stream.h"

#define WHERE	"issue.authority"

enum {
	DAY = 86400, EARLIER = 600,	/* clocks differ */
	ROOT_DAYS = 7300, ISSUING_DAYS = 3650, PATH_MOST = 4096, NAME_MOST = 48
};

#define ROOT_CERT	"root.pem"
#define ROOT_KEY	"root.key"
#define ISSUING_CERT	"issuing.pem"
#define ISSUING_KEY	"issuing.key"

/* --- files --- */

ps_code
ca_write_file(const char *dir, const char *name, ps_slice data, ps_err *err)
{
	char path[PATH_MOST];
	ps_writer *w = NULL;
	int n = snprintf(path, sizeof path, "%s/%s", dir, name);
	ps_code code;

	if (n < 0 || n >= PATH_MOST)
		return ps_fail(err, PS_E_MISUSE, WHERE, PS_NOWHERE, W_ISSUE_FOLDER,
		    PS_TEXT("path", dir));
	code = ps_writer_open_file(&w, path, err);
	if (code == PS_OK)
		code = ps_writer_write(w, data, err);
	if (code == PS_OK)
		code = ps_writer_finish(w, err);
	ps_writer_close(w);
	return code;
}

static ps_code
write_pem(const char *dir, const char *name, const char *label, ps_slice der, ps_err *err)
{
	struct ps_buf pem = { 0 };
	ps_code code = ps_pem_build(&pem, label, der, err);

	if (code == PS_OK)
		code = ca_write_file(dir, name, ps_buf_get(&pem), err);
	ps_buf_clear(&pem);
	return code;
}

static ps_code
load(struct ps_keyfile *out, const ps_ca *ca, const char *name, ps_ask_fn ask, void *arg,
    ps_err *err)
{
	char path[PATH_MOST];
	int n = snprintf(path, sizeof path, "%s/%s", ca->dir, name);

	if (n < 0 || n >= PATH_MOST)
		return ps_fail(err, PS_E_MISUSE, WHERE, PS_NOWHERE, W_ISSUE_FOLDER,
		    PS_TEXT("path", ca->dir));
	return ps_keyfile_load(out, path, ask, arg, &ps_limits_default, err);
}

ps_code
ps_ca_place(char **out, ps_err *err)
{
	char *store = NULL, *slash;
	ps_code code = store_place(&store, err);

	if (code != PS_OK)
		return code;
	slash = strrchr(store, '/');
	if (slash != NULL)
		memcpy(slash, "/ca", 4);	/* "/store.db" is longer */
	*out = store;
	return PS_OK;
}

/* --- making one --- */

/* One of the two: its key is sealed and written, its certificate too. */
struct half {
	const char	*cert_file, *key_file;
	struct ps_key	*key;
	struct ps_buf	 cert;
	struct issue_wish wish;
};

static ps_code
write_half(struct half *h, const char *dir, const struct issue_signer *signer,
    const ps_secret *passphrase, ps_err *err)
{
	struct ps_buf sealed = { 0 };
	ps_code code;

	h->wish.spki = ps_key_spki(h->key);
	code = issue_cert_build(&h->cert, &h->wish, signer, err);
	if (code == PS_OK)
		code = ps_key_seal(h->key, PS_KEY_FORM_SEED, passphrase, &sealed, err);
	if (code == PS_OK)
		code = write_pem(dir, h->key_file, "ENCRYPTED PRIVATE KEY", ps_buf_get(&sealed),
		    err);
	if (code == PS_OK)
		code = write_pem(dir, h->cert_file, "CERTIFICATE", ps_buf_get(&h->cert), err);
	ps_buf_clear(&sealed);
	return code;
}

static ps_code
write_settings(struct record *r, const ps_ca_plan *plan, ps_err *err)
{
	const char *const rows[][2] = { { "crl-url", plan->crl_url },
		{ "ocsp-url", plan->ocsp_url }, { "issuer-url", plan->issuer_url } };
	ps_code code = PS_OK;

	for (size_t i = 0; i < 3 && code == PS_OK; i++)
		if (rows[i][1] != NULL)
			code = record_set(r, rows[i][0], rows[i][1], err);
	return code;
}

static ps_code
sign_issuing(struct half *issuing, const struct half *root, const char *dir,
    const ps_secret *passphrase, ps_err *err)
{
	struct issue_signer signer = { .key = root->key };
	uint8_t id[20];
	ps_cert *c = NULL;
	ps_code code = ps_cert_parse(&c, ps_buf_get(&root->cert), err);

	if (code == PS_OK)
		code = issue_key_id(ps_key_spki(root->key), id, err);
	if (code == PS_OK) {
		signer.name = ps_cert_view_of(c)->subject;
		signer.key_id = (ps_slice){ id, sizeof id };
		code = write_half(issuing, dir, &signer, passphrase, err);
	}
	ps_cert_free(c);
	return code;
}

static ps_code
make_both(const char *dir, const ps_ca_plan *plan, const ps_secret *passphrase, int64_t now,
    ps_err *err)
{
	const unsigned ca = PS_KU_CERT_SIGN | PS_KU_CRL_SIGN;
	const char *kind = plan->key == NULL ? "p-384" : plan->key;
	struct half root = { ROOT_CERT, ROOT_KEY, .wish = { .kind = ISSUE_ROOT,
	    .name = plan->name, .ku = ca, .from = now - EARLIER,
	    .to = now + (int64_t)ROOT_DAYS * DAY } };
	/* RFC 6960, 4.2.2.2: it signs answers itself, so digitalSignature too. */
	struct half issuing = { ISSUING_CERT, ISSUING_KEY, .wish = { .kind = ISSUE_AUTHORITY,
	    .name = plan->name, .ku = ca | PS_KU_DIGITAL_SIGNATURE, .from = now - EARLIER,
	    .to = now + (int64_t)ISSUING_DAYS * DAY } };
	ps_code code = ps_key_generate(&root.key, kind, err);

	if (code == PS_OK)
		code = ps_key_generate(&issuing.key, kind, err);
	if (code == PS_OK)
		code = write_half(&root, dir, &(struct issue_signer){ .key = root.key },
		    passphrase, err);
	if (code == PS_OK)
		code = sign_issuing(&issuing, &root, dir, passphrase, err);
	ps_key_free(root.key);
	ps_key_free(issuing.key);
	ps_buf_clear(&root.cert);
	ps_buf_clear(&issuing.cert);
	return code;
}

static bool
exists(const char *dir, const char *name)
{
	char path[PATH_MOST];

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

ps_code
ps_ca_init(const char *dir, const ps_ca_plan *plan, const ps_secret *passphrase, int64_t now,
    ps_err *err)
{
	struct record r = { .lock = -1 };
	ps_code code;

	if (now == INT64_MIN)
		now = ps_clock_system();
	if (strlen(plan->name) == 0 || strlen(plan->name) > NAME_MOST)
		return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_ISSUE_NAME,
		    PS_NUMBER("most", NAME_MOST));
	code = record_open(&r, dir, true, true, err);
	if (code == PS_OK && (exists(dir, ISSUING_CERT) || exists(dir, ROOT_KEY)))
		code = ps_fail(err, PS_E_REFUSED, WHERE, PS_NOWHERE, W_ISSUE_THERE,
		    PS_TEXT("path", dir));
	if (code == PS_OK)
		code = write_settings(&r, plan, err);
	if (code == PS_OK)
		code = record_set(&r, "name", plan->name, err);
	if (code == PS_OK)
		code = make_both(dir, plan, passphrase, now, err);
	record_close(&r);
	return code;
}

/* --- opening one --- */

static ps_code
no_secret(void *arg, const char *what, ps_secret *out, ps_err *err)
{
	(void)arg;
	(void)out;
	return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_ISSUE_FILE,
	    PS_TEXT("path", what));
}

static ps_code
load_cert(const ps_ca *ca, const char *name, ps_cert **out, ps_err *err)
{
	struct ps_keyfile f = { 0 };
	ps_code code = load(&f, ca, name, no_secret, NULL, err);

	if (code == PS_OK && f.ncert != 1)
		code = ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_ISSUE_FILE,
		    PS_TEXT("path", name));
	if (code == PS_OK)
		code = ps_cert_parse(out, ps_buf_get(&f.cert[0]), err);
	ps_keyfile_clear(&f);
	return code;
}

ps_code
ps_ca_open(ps_ca **out, const char *dir, int64_t now, ps_ask_fn ask, void *arg, ps_err *err)
{
	ps_ca *ca = calloc(1, sizeof *ca);
	ps_code code = PS_OK;

	if (ca == NULL)
		return ps_nomem(err, WHERE);
	*ca = (ps_ca){ .dir = strdup(dir), .record = { .lock = -1 }, .ask = ask, .arg = arg,
	    .now = now == INT64_MIN ? ps_clock_system() : now };
	if (ca->dir == NULL)
		code = ps_nomem(err, WHERE);
	if (code == PS_OK)
		code = record_open(&ca->record, dir, true, false, err);
	if (code == PS_OK)
		code = load_cert(ca, ROOT_CERT, &ca->root, err);
	if (code == PS_OK)
		code = load_cert(ca, ISSUING_CERT, &ca->issuing, err);
	if (code == PS_OK)
		*out = ca;
	else
		ps_ca_close(ca);
	return code;
}

void
ps_ca_close(ps_ca *ca)
{
	if (ca == NULL)
		return;
	record_close(&ca->record);
	ps_cert_free(ca->root);
	ps_cert_free(ca->issuing);
	ps_key_free(ca->root_key);
	ps_key_free(ca->issuing_key);
	free(ca->dir);
	free(ca);
}

/* --- keys --- */

static ps_code
unlock(ps_ca *ca, const char *name, const ps_cert *cert, struct ps_key **out, ps_err *err)
{
	struct ps_keyfile f = { 0 };
	ps_code code = load(&f, ca, name, ca->ask, ca->arg, err);

	if (code == PS_OK && (f.nkey != 1 || !ps_key_matches(f.key[0],
	    ps_cert_view_of(cert)->spki)))
		code = ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_ISSUE_KEY,
		    PS_TEXT("path", name));
	if (code == PS_OK)
		*out = ps_key_ref(f.key[0]);
	ps_keyfile_clear(&f);
	return code;
}

ps_code
ca_signer(ps_ca *ca, bool root, struct issue_signer *out, ps_err *err)
{
	ps_cert *cert = root ? ca->root : ca->issuing;
	struct ps_key **key = root ? &ca->root_key : &ca->issuing_key;
	ps_code code = PS_OK;

	if (*key == NULL)
		code = unlock(ca, root ? ROOT_KEY : ISSUING_KEY, cert, key, err);
	if (code == PS_OK)
		*out = (struct issue_signer){ .key = *key,
		    .name = ps_cert_view_of(cert)->subject, .key_id = ps_cert_key_id(cert) };
	return code;
}

struct issue_span
ca_span(const ps_ca *ca, bool root, unsigned days)
{
	int64_t end = ps_cert_not_after(root ? ca->root : ca->issuing);
	struct issue_span s = { ca->now, ca->now + (int64_t)days * DAY };

	if (s.to > end)
		s.to = end;
	return s;
}
