/* SPDX-License-Identifier: ISC */
/*
 * postseal id import, export, passphrase: keys in and out of the store.
 */
#include <stdlib.h>
#include <string.h>

#include "id.h"
#include "output.h"
#include "say.h"
#include "text.h"

/* --- import --- */

static bool
is_uri(const char *what)
{
	return strncmp(what, "pkcs11:", 7) == 0;
}

/* What is there already is not there twice. */
static bool
known(const struct ids *ids, ps_slice spki, const ps_cert *c)
{
	for (size_t i = 0; i < ids->n; i++)
		if (ids->item[i].nspki == spki.n &&
		    memcmp(ids->item[i].spki, spki.p, spki.n) == 0 &&
		    (c == NULL) == (ids->item[i].cert == NULL) && (c == NULL ||
		    strcmp(ps_cert_sha256(c), ps_cert_sha256(ids->item[i].cert)) == 0))
			return true;
	return false;
}

static int
add(struct id_run *r, ps_store_identity *i)
{
	ps_err err = PS_ERR_INIT;
	int64_t number = 0;
	ps_code code = ps_store_add_identity(r->store, i, &number, &err);

	if (code != PS_OK)
		return say_chain(r->what, code, &err);
	say(T_ID_IMPORTED, (long long)number,
	    i->address != NULL ? i->address : ps_cert_address(i->cert, 0));
	return EXIT_GOOD;
}

static int
import_key(struct id_run *r, const ps_keys *k, size_t at, const struct ids *ids,
    const ps_secret *pass)
{
	ps_cert *c = ps_keys_cert_of(k, at);
	ps_store_identity i = { .size = sizeof i, .cert = c, .spki = ps_keys_spki(k, at),
	    .uri = is_uri(r->what) ? r->what : NULL, .address = r->o->from };
	uint8_t *der = NULL;
	int status = EXIT_GOOD;

	if (known(ids, i.spki, c)) {
		say(T_ID_KNOWN, r->what);
		return EXIT_GOOD;
	}
	i.purpose = c == NULL ? ps_spki_purpose(i.spki) : ps_cert_purpose(c);
	if (i.address == NULL && (c == NULL || ps_cert_address(c, 0) == NULL)) {
		say(T_ID_NO_ADDRESS, r->what);
		return EXIT_USAGE;
	}
	if (i.uri == NULL)
		status = id_seal(&der, &i.key.n, k, at, pass);
	i.key.p = der;
	if (status == EXIT_GOOD)
		status = add(r, &i);
	free(der);
	return status;
}

/* The other certificates are what leads to an authority. */
static int
import_chain(struct id_run *r, const ps_keys *k)
{
	ps_err err = PS_ERR_INIT;
	ps_code code = PS_OK;

	for (size_t i = 0; ps_keys_cert(k, i) != NULL && code == PS_OK; i++)
		code = ps_store_add_cert(r->store, ps_keys_cert(k, i), PS_STORE_GIVEN, &err);
	return code == PS_OK ? EXIT_GOOD : say_chain(r->what, code, &err);
}

static int
import_all(struct id_run *r, const ps_keys *k, const ps_secret *pass)
{
	struct ids ids = { 0 };
	int status = ids_find(&ids, r, NULL, 0);

	for (size_t i = 0; i < ps_keys_count(k) && status == EXIT_GOOD; i++)
		status = import_key(r, k, i, &ids, pass);
	if (status == EXIT_GOOD)
		status = import_chain(r, k);
	ids_clear(&ids);
	return status;
}

/* --cert names what the file lacks. */
static int
add_certs(struct id_run *r, ps_keys *k)
{
	ps_err err = PS_ERR_INIT;
	int status = EXIT_GOOD;

	for (size_t i = 0; i < r->o->cert.n && status == EXIT_GOOD; i++) {
		const char *path = r->o->cert.item[i];
		ps_keys *more = NULL;
		ps_code code = ps_keys_read_file(&more, r->session.ctx, path, NULL, NULL, &err);

		if (code == PS_OK)
			code = ps_keys_join(k, more, &err);
		if (code != PS_OK)
			status = say_chain(path, code, &err);
		ps_keys_free(more);
	}
	return status;
}

int
id_import(struct id_run *r)
{
	ps_secret *old = NULL, *pass = NULL;
	ps_keys *k = NULL;
	int status = id_read(&k, r, r->what, (ps_slice){ NULL, 0 }, NULL, &old);

	if (status == EXIT_GOOD)
		status = add_certs(r, k);
	if (status == EXIT_GOOD && ps_keys_count(k) == 0) {
		say(T_ID_NO_KEY, r->what);
		status = ps_code_info(PS_E_NOT_FOUND)->exit_status;
	}
	if (status == EXIT_GOOD && !is_uri(r->what))
		status = id_fresh_pass(&pass, r, ps_secret_get(old).n != 0 ? old :
		    r->session.passphrase);
	if (status == EXIT_GOOD)
		status = import_all(r, k, pass);
	if (status == EXIT_GOOD && ps_keys_weak(k) != NULL)
		say(T_ID_WEAK, r->what, ps_keys_weak(k));
	ps_keys_free(k);
	ps_secret_free(old);
	ps_secret_free(pass);
	return status;
}

/* --- export --- */

/* What leads from a certificate to an authority, as far as it is here. */
struct chain {
	struct id_run	*r;
	ps_keys		*k;
	const char	*issuer;
	size_t		 added;
};

static ps_code
add_issuer(void *arg, const ps_store_cert *c, ps_err *err)
{
	struct chain *s = arg;

	if (strcmp(ps_cert_subject(c->cert), s->issuer) != 0)
		return PS_OK;
	for (size_t i = 0; ps_keys_cert(s->k, i) != NULL; i++)
		if (strcmp(ps_cert_sha256(ps_keys_cert(s->k, i)), ps_cert_sha256(c->cert)) == 0)
			return PS_OK;
	s->added++;
	return ps_keys_add_cert(s->k, c->cert, err);
}

/* The list grows behind itself until nobody's issuer is missing. */
static int
add_chain(struct id_run *r, ps_keys *k)
{
	enum { MOST = 64 };
	ps_err err = PS_ERR_INIT;
	ps_code code = PS_OK;

	for (size_t i = 0; ps_keys_cert(k, i) != NULL && i < MOST && code == PS_OK; i++) {
		struct chain s = { .r = r, .k = k, .issuer = ps_cert_issuer(ps_keys_cert(k, i)) };

		if (strcmp(s.issuer, ps_cert_subject(ps_keys_cert(k, i))) != 0)
			code = ps_store_find_certs(r->store, NULL, 0, add_issuer, &s, &err);
	}
	return code == PS_OK ? EXIT_GOOD : say_chain(ps_store_path(r->store), code, &err);
}

static int
collect(struct id_run *r, ps_keys *all, const struct ids *ids, ps_secret **pass)
{
	ps_err err = PS_ERR_INIT;
	int status = EXIT_GOOD;

	for (size_t i = 0; i < ids->n && status == EXIT_GOOD; i++) {
		ps_secret *one = NULL;
		ps_keys *k = NULL;
		ps_code code = PS_OK;

		status = id_unlock(&k, r, &ids->item[i], &one);
		if (status == EXIT_GOOD && ids->item[i].cert != NULL)
			code = ps_keys_add_cert(k, ids->item[i].cert, &err);
		if (status == EXIT_GOOD && code == PS_OK)
			code = ps_keys_join(all, k, &err);
		if (code != PS_OK)
			status = say_chain(r->what, code, &err);
		ps_keys_free(k);
		if (*pass == NULL)
			*pass = one;
		else
			ps_secret_free(one);
	}
	return status;
}

static int
write_keys(struct id_run *r, const ps_keys *k, const char *name, const ps_secret *pass)
{
	ps_keys_form form = r->o->pem ? PS_KEYS_PEM :
	    r->o->insecure_pkcs12 ? PS_KEYS_INSECURE_PKCS12 : PS_KEYS_PKCS12;
	struct output out = { .fd = -1 };
	ps_err err = PS_ERR_INIT;
	ps_code code;
	int status = output_open(&out, r->o->output);

	if (status == EXIT_GOOD) {
		code = ps_keys_write(k, form, name, pass, out.writer, &err);
		status = code == PS_OK ? output_finish(&out) :
		    say_chain(failed_place(&out, r->what, code), code, &err);
	}
	output_close(&out);
	return status;
}

int
id_export(struct id_run *r)
{
	struct ids ids = { 0 };
	ps_secret *old = NULL, *pass = NULL;
	ps_err err = PS_ERR_INIT;
	ps_keys *all = NULL;
	ps_code code = ps_keys_new(&all, &err);
	int status = code == PS_OK ? ids_find(&ids, r, r->what, 0) : say_nomem();

	if (status == EXIT_GOOD && r->o->output == NULL && is_terminal(NULL))
		status = say_usage(r->o->verb_name, "%s", T_ID_WHERE);
	if (status == EXIT_GOOD)
		status = collect(r, all, &ids, &old);
	if (status == EXIT_GOOD)
		status = add_chain(r, all);
	if (status == EXIT_GOOD)
		status = id_fresh_pass(&pass, r, old);
	if (status == EXIT_GOOD && r->o->key_form >= 0 && ps_keys_set_private_form(all,
	    (ps_private_form)r->o->key_form, &err) != PS_OK)
		status = say_nomem();
	if (status == EXIT_GOOD && ids.n > 0)
		status = write_keys(r, all, ids.item[0].address, pass);
	ps_keys_free(all);
	ps_secret_free(old);
	ps_secret_free(pass);
	ids_clear(&ids);
	return status;
}

/* --- another passphrase --- */

/* One key under another passphrase, not written yet. */
struct sealed {
	uint8_t	*der;
	size_t	 n;
};

static int
seal_all(struct id_run *r, const struct ids *ids, struct sealed *out)
{
	ps_secret *pass = NULL;
	int status = EXIT_GOOD;

	for (size_t i = 0; i < ids->n && status == EXIT_GOOD; i++) {
		ps_keys *k = NULL;

		if (ids->item[i].nkey == 0)
			continue;
		status = id_unlock(&k, r, &ids->item[i], NULL);
		if (status == EXIT_GOOD && pass == NULL)
			status = id_fresh_pass(&pass, r, NULL);
		if (status == EXIT_GOOD)
			status = id_seal(&out[i].der, &out[i].n, k, 0, pass);
		ps_keys_free(k);
	}
	ps_secret_free(pass);
	return status;
}

static int
put_all(struct id_run *r, const struct ids *ids, const struct sealed *sealed)
{
	ps_err err = PS_ERR_INIT;
	ps_code code = PS_OK;
	unsigned long changed = 0;

	for (size_t i = 0; i < ids->n && code == PS_OK; i++)
		if (sealed[i].der != NULL) {
			code = ps_store_set_identity_key(r->store, ids->item[i].number,
			    (ps_slice){ sealed[i].der, sealed[i].n }, &err);
			changed += code == PS_OK;
		}
	if (code != PS_OK)
		return say_chain(ps_store_path(r->store), code, &err);
	say(T_ID_PASSPHRASE, changed);
	return EXIT_GOOD;
}

/* All are unlocked before the first is changed: a wrong passphrase changes
 * nothing. Retired and hidden ones too, or they would be lost with the old
 * passphrase. */
int
id_passphrase(struct id_run *r)
{
	struct ids ids = { 0 };
	struct sealed *sealed = NULL;
	int status = ids_find(&ids, r, r->what, 1);

	if (status == EXIT_GOOD) {
		sealed = calloc(ids.n + 1, sizeof *sealed);
		if (sealed == NULL)
			status = say_nomem();
		else if ((status = seal_all(r, &ids, sealed)) == EXIT_GOOD)
			status = put_all(r, &ids, sealed);
	}
	for (size_t i = 0; i < ids.n && sealed != NULL; i++)
		free(sealed[i].der);
	free(sealed);
	ids_clear(&ids);
	return status;
}
