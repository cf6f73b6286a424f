/* SPDX-License-Identifier: ISC */
/*
 * postseal id create, renew, request, install: from an address to a
 * certificate.
 *
 * Keys for signing and for decryption are apart (RFC 9787, 6.1): one is kept for
 * ever, so that old mail can be read, the other need not be. An authority is
 * asked by requests (PKCS#10); what it answers is told apart by its public key.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "id.h"
#include "output.h"
#include "say.h"
#include "text.h"

enum { DAY = 86400, DAYS = 730, KIND = 64 };

/* One key pair to be made. */
struct plan {
	char		 kind[KIND];
	unsigned	 purpose;
};

/* What most programs read comes first. */
static const struct {
	size_t		 at;		/* the flag, in struct options */
	struct plan	 plan[2];
} kinds[] = {
	{ offsetof(struct options, rsa),
	  { { "rsa-3072", PS_KEY_SIGNS }, { "rsa-3072", PS_KEY_DECRYPTS } } },
	{ offsetof(struct options, p256),
	  { { "p-256", PS_KEY_SIGNS }, { "p-256", PS_KEY_DECRYPTS } } },
	{ offsetof(struct options, x25519),
	  { { "p-256", PS_KEY_SIGNS }, { "x25519", PS_KEY_DECRYPTS } } },
	{ offsetof(struct options, pq_keys),
	  { { "ml-dsa-65", PS_KEY_SIGNS }, { "ml-kem-768", PS_KEY_DECRYPTS } } },
};

static const struct plan *
choose(const struct options *o)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (*(const bool *)(const void *)((const char *)o + kinds[i].at))
			return kinds[i].plan;
	return kinds[0].plan;
}

/* --- asking --- */

/* A key that cannot sign is handed in as it is. */
static int
write_request(struct id_run *r, const ps_keys *k, const ps_applicant *a, ps_writer *w)
{
	bool signs = (ps_spki_purpose(ps_keys_spki(k, 0)) & PS_KEY_SIGNS) != 0;
	ps_err err = PS_ERR_INIT;
	ps_code code = signs ? ps_keys_request(k, 0, a, w, &err) : ps_keys_public(k, 0, w, &err);

	if (!signs && code == PS_OK)
		say(T_ID_NO_REQUEST, a->address);
	return code == PS_OK ? EXIT_GOOD : say_chain(r->what, code, &err);
}

static int
finish_output(struct output *out, int status)
{
	if (status == EXIT_GOOD)
		status = output_finish(out);
	output_close(out);
	return status;
}

int
id_request(struct id_run *r)
{
	struct ids ids = { 0 };
	struct output out = { .fd = -1 };
	int status = ids_find(&ids, r, r->what, 0);

	if (status == EXIT_GOOD)
		status = output_open(&out, r->o->output);
	for (size_t i = 0; i < ids.n && status == EXIT_GOOD; i++) {
		ps_applicant a = { .size = sizeof a, .address = ids.item[i].address,
		    .name = r->o->name, .purpose = ids.item[i].purpose };
		ps_keys *k = NULL;

		if (ids.item[i].retired)
			continue;
		status = id_unlock(&k, r, &ids.item[i], NULL);
		if (status == EXIT_GOOD)
			status = write_request(r, k, &a, out.writer);
		ps_keys_free(k);
	}
	status = finish_output(&out, status);
	ids_clear(&ids);
	return status;
}

/* --- making --- */

static int64_t
now_of(const struct options *o)
{
	return o->at != NULL ? o->when : (int64_t)time(NULL);
}

static int
self_sign(struct id_run *r, ps_keys *k, const ps_applicant *a)
{
	int64_t from = now_of(r->o), days = r->o->days > 0 ? r->o->days : DAYS;
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_keys_self_sign(k, 0, a, from, from + days * DAY, &err);

	return code == PS_OK ? EXIT_GOOD : say_chain(a->address, code, &err);
}

static int
keep(struct id_run *r, const ps_keys *k, const ps_applicant *a, const ps_secret *pass)
{
	ps_store_identity i = { .size = sizeof i, .cert = ps_keys_cert_of(k, 0),
	    .spki = ps_keys_spki(k, 0), .address = a->address, .purpose = a->purpose };
	ps_err err = PS_ERR_INIT;
	uint8_t *der = NULL;
	int64_t number = 0;
	ps_code code;
	int status = id_seal(&der, &i.key.n, k, 0, pass);

	if (status != EXIT_GOOD)
		return status;
	i.key.p = der;
	code = ps_store_add_identity(r->store, &i, &number, &err);
	free(der);
	if (code != PS_OK)
		return say_chain(ps_store_path(r->store), code, &err);
	say(T_ID_MADE, (long long)number, a->address,
	    (a->purpose & PS_KEY_SIGNS) != 0 ? "sign" : "decrypt");
	return EXIT_GOOD;
}

static int
make_one(struct id_run *r, const struct plan *p, const char *address, const ps_secret *pass,
    ps_writer *w)
{
	ps_applicant a = { .size = sizeof a, .address = address, .name = r->o->name,
	    .purpose = p->purpose };
	ps_err err = PS_ERR_INIT;
	ps_keys *k = NULL;
	ps_code code = ps_keys_generate(&k, p->kind, &err);
	int status = code == PS_OK ? EXIT_GOOD : say_chain(p->kind, code, &err);

	if (status == EXIT_GOOD)
		status = r->o->self_signed ? self_sign(r, k, &a) : write_request(r, k, &a, w);
	if (status == EXIT_GOOD)
		status = keep(r, k, &a, pass);
	ps_keys_free(k);
	return status;
}

/* Nothing is kept before all of the request could be written, but for the
 * renaming of its file; it can be written again by `id request`. */
static int
make_all(struct id_run *r, const struct plan *p, size_t n, const char *address)
{
	struct output out = { .fd = -1 };
	ps_secret *pass = NULL;
	int status = id_fresh_pass(&pass, r, r->session.passphrase);

	if (status == EXIT_GOOD && !r->o->self_signed)
		status = output_open(&out, r->o->output);
	for (size_t i = 0; i < n && status == EXIT_GOOD; i++)
		status = make_one(r, &p[i], address, pass, out.writer);
	if (!r->o->self_signed)
		status = finish_output(&out, status);
	if (status == EXIT_GOOD && !r->o->self_signed)
		say(T_ID_SEND);
	ps_secret_free(pass);
	return status;
}

static int
check_create(const struct id_run *r)
{
	const struct options *o = r->o;

	if (o->rsa + o->p256 + o->x25519 + o->pq_keys > 1)
		return say_usage(o->verb_name, "%s", T_ID_KINDS);
	if (o->self_signed && (o->x25519 || o->pq_keys))
		return say_usage(o->verb_name, "%s", T_ID_SELF_DECRYPTS);
	return EXIT_GOOD;
}

/* An address that no certificate can name is told before keys are made for
 * it: a request for a throw-away key says so. */
static int
check_address(struct id_run *r)
{
	ps_applicant a = { .size = sizeof a, .address = r->what, .name = r->o->name };
	ps_err err = PS_ERR_INIT;
	ps_keys *k = NULL;
	ps_writer *w = NULL;
	ps_code code = ps_keys_generate(&k, "p-256", &err);

	if (code == PS_OK)
		code = ps_writer_open_memory(&w, 1 << 16, &err);
	if (code == PS_OK)
		code = ps_keys_request(k, 0, &a, w, &err);
	ps_writer_close(w);
	ps_keys_free(k);
	return code == PS_OK ? EXIT_GOOD : say_chain(r->what, code, &err);
}

int
id_create(struct id_run *r)
{
	int status = check_create(r);

	if (status == EXIT_GOOD)
		status = check_address(r);
	return status == EXIT_GOOD ? make_all(r, choose(r->o), 2, r->what) : status;
}

/* --- renewing --- */

/* Is it one of the words of ps_keys_kinds? */
static bool
is_made(const char *kind)
{
	const char *list = ps_keys_kinds();
	size_t n = strlen(kind);

	for (;; list += strcspn(list, "|") + 1) {
		size_t len = strcspn(list, "|");

		if (len == n && memcmp(list, kind, n) == 0)
			return true;
		if (list[len] == '\0')
			return false;
	}
}

/* The kind that is made today for a key of yesterday: "EC P-256" is p-256,
 * "ML-DSA-65" ml-dsa-65, and what is made no more RSA. */
static struct plan
plan_like(const struct id *i, unsigned purpose)
{
	struct plan p = { .purpose = purpose };
	char text[KIND];
	const char *from = ps_spki_describe(id_spki(i), text, sizeof text);

	from += strncmp(from, "EC ", 3) == 0 ? 3 : 0;
	for (size_t k = 0; from[k] != '\0'; k++)
		p.kind[k] = (char)(from[k] >= 'A' && from[k] <= 'Z' ? from[k] + 32 : from[k]);
	if (!is_made(p.kind))
		(void)snprintf(p.kind, sizeof p.kind, "rsa-3072");
	return p;
}

/* A key for each purpose that the address has one for now; the elder ones
 * stay until they are retired. */
int
id_renew(struct id_run *r)
{
	struct plan plan[2];
	struct ids ids = { 0 };
	unsigned done = 0;
	size_t n = 0;
	int status = ids_find(&ids, r, r->what, 0);

	for (size_t i = ids.n; i > 0 && status == EXIT_GOOD; i--) {
		const struct id *one = &ids.item[i - 1];

		for (unsigned p = PS_KEY_SIGNS; p <= PS_KEY_DECRYPTS; p <<= 1)
			if (!one->retired && (one->purpose & p & ~done) != 0) {
				done |= p;
				plan[n++] = plan_like(one, p);
			}
	}
	if (status == EXIT_GOOD && n == 0) {
		say(T_ID_ALL_RETIRED, r->what);
		status = ps_code_info(PS_E_NOT_FOUND)->exit_status;
	}
	if (status == EXIT_GOOD)
		status = make_all(r, plan, n, ids.item[0].address);
	ids_clear(&ids);
	return status;
}

/* --- installing --- */

/* A second certificate for a key is one more identity: old mail names the
 * first one. */
static ps_code
give_cert(struct id_run *r, const struct id *i, ps_cert *c, ps_err *err)
{
	ps_store_identity more = { .size = sizeof more, .cert = c, .spki = id_spki(i),
	    .key = { i->key, i->nkey }, .uri = i->uri, .address = i->address };
	int64_t number;

	if (i->cert == NULL)
		return ps_store_set_identity_cert(r->store, i->number, c, err);
	more.purpose = i->purpose & ps_cert_purpose(c);
	return ps_store_add_identity(r->store, &more, &number, err);
}

static const struct id *
find_key(const struct ids *ids, const ps_cert *c)
{
	const struct id *found = NULL;

	for (size_t i = 0; i < ids->n; i++) {
		const struct id *one = &ids->item[i];

		if (!ps_cert_is_for(c, id_spki(one)))
			continue;
		if (one->cert != NULL &&
		    strcmp(ps_cert_sha256(one->cert), ps_cert_sha256(c)) == 0)
			return one;
		found = one;
	}
	return found;
}

static int
install_one(struct id_run *r, const struct ids *ids, ps_cert *c, size_t *given)
{
	const struct id *i = find_key(ids, c);
	ps_err err = PS_ERR_INIT;
	ps_code code;

	if (i != NULL && i->cert != NULL &&
	    strcmp(ps_cert_sha256(i->cert), ps_cert_sha256(c)) == 0) {
		++*given;	/* it is there already */
		return EXIT_GOOD;
	}
	code = i == NULL ? ps_store_add_cert(r->store, c, PS_STORE_GIVEN, &err) :
	    give_cert(r, i, c, &err);
	if (code != PS_OK)
		return say_chain(ps_cert_subject(c), code, &err);
	if (i == NULL)
		return EXIT_GOOD;
	++*given;
	say(T_ID_INSTALLED, (long long)i->number, i->address, ps_cert_issuer(c));
	return EXIT_GOOD;
}

int
id_install(struct id_run *r)
{
	struct ids ids = { 0 };
	ps_keys *file = NULL;
	size_t given = 0;
	int status = id_read(&file, r, r->what, (ps_slice){ NULL, 0 }, NULL, NULL);

	if (status == EXIT_GOOD)
		status = ids_find(&ids, r, NULL, 0);
	for (size_t i = 0; ps_keys_cert(file, i) != NULL && status == EXIT_GOOD; i++)
		status = install_one(r, &ids, ps_keys_cert(file, i), &given);
	if (status == EXIT_GOOD && given == 0) {
		say(T_ID_NOT_OURS, r->what);
		status = ps_code_info(PS_E_NOT_FOUND)->exit_status;
	}
	ps_keys_free(file);
	ids_clear(&ids);
	return status;
}
