/* SPDX-License-Identifier: ISC */
/*
 * Identities of the store, and their passphrases.
 *
 * A list of the store may not be written to while it runs, so what is to be
 * changed is copied first; people have few identities.
 */
#include "id.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"
#include "secrets.h"
#include "text.h"

const char *const purpose_words[] = { "sign", "decrypt" };

ps_slice
id_spki(const struct id *i)
{
	return (ps_slice){ i->spki, i->nspki };
}

const char *
id_state(const struct id *i)
{
	if (i->forgotten != INT64_MIN)
		return "forgotten";
	if (i->retired)
		return "retired";
	return i->cert == NULL ? "requested" : "current";
}

static void
id_clear(struct id *i)
{
	ps_cert_free(i->cert);
	free(i->spki);
	free(i->key);
	free(i->uri);
	free(i->address);
}

void
ids_clear(struct ids *ids)
{
	for (size_t i = 0; i < ids->n; i++)
		id_clear(&ids->item[i]);
	free(ids->item);
	*ids = (struct ids){ 0 };
}

/* --- finding --- */

struct search {
	struct ids	*out;
	int64_t		 number;	/* -1: any */
	const char	*sha256;	/* NULL: any */
};

static uint8_t *
copy_octets(ps_slice s)
{
	uint8_t *out = malloc(s.n + 1);

	if (out != NULL && s.n != 0)
		memcpy(out, s.p, s.n);
	return out;
}

static ps_code
add(void *arg, const ps_store_identity *from, ps_err *err)
{
	struct search *s = arg;
	struct ids *ids = s->out;
	struct id *grown, *i;

	(void)err;
	if ((s->number >= 0 && from->id != s->number) || (s->sha256 != NULL &&
	    (from->cert == NULL ||
	    strncmp(ps_cert_sha256(from->cert), s->sha256, strlen(s->sha256)) != 0)))
		return PS_OK;
	grown = reallocarray(ids->item, ids->n + 1, sizeof *grown);
	if (grown == NULL)
		return PS_E_NOMEM;
	ids->item = grown;
	i = &ids->item[ids->n++];
	*i = (struct id){ .number = from->id, .cert = ps_cert_ref(from->cert),
	    .spki = copy_octets(from->spki), .nspki = from->spki.n,
	    .key = copy_octets(from->key), .nkey = from->key.n,
	    .uri = from->uri == NULL ? NULL : strdup(from->uri),
	    .address = strdup(from->address), .purpose = from->purpose,
	    .retired = from->retired, .chosen = from->chosen, .created = from->created,
	    .forgotten = from->forgotten };
	return i->spki == NULL || i->key == NULL || i->address == NULL ||
	    (from->uri != NULL && i->uri == NULL) ? PS_E_NOMEM : PS_OK;
}

static bool
all_of(const char *text, int (*test)(int))
{
	for (const char *c = text; *c != '\0'; c++)
		if (!test((unsigned char)*c))
			return false;
	return *text != '\0';
}

int
ids_find(struct ids *out, struct id_run *r, const char *what, int forgotten)
{
	struct search s = { .out = out, .number = -1 };
	const char *address = NULL;
	ps_err err = PS_ERR_INIT;
	ps_code code;

	if (what != NULL && strchr(what, '@') != NULL)
		address = what;
	else if (what != NULL && all_of(what, isdigit) && strlen(what) < 8)
		s.number = strtoll(what, NULL, 10);
	else if (what != NULL && all_of(what, isxdigit) && strlen(what) >= 8)
		s.sha256 = what;
	else if (what != NULL)
		return say_usage(r->o->verb_name, T_ID_WHAT, what);
	code = ps_store_list_identities(r->store, address, forgotten, add, &s, &err);
	if (code != PS_OK)
		return say_chain(ps_store_path(r->store), code, &err);
	if (what != NULL && out->n == 0) {
		say(T_ID_NONE, what);
		return ps_code_info(PS_E_NOT_FOUND)->exit_status;
	}
	return EXIT_GOOD;
}

/* --- passphrases --- */

/* Answers with what was given, and remembers what was answered. */
struct answer {
	struct typed	*given;
	ps_secret	*last;
};

static ps_code
ask(void *arg, const char *what, ps_secret *out, ps_err *err)
{
	struct answer *a = arg;
	ps_code code = secrets_ask(a->given, what, out, err);
	ps_slice value;

	if (code != PS_OK || a->last == NULL)
		return code;
	value = ps_secret_get(out);
	return ps_secret_set(a->last, value.p, value.n, err);
}

int
id_read(ps_keys **out, struct id_run *r, const char *path, ps_slice octets, const char *name,
    ps_secret **out_pass)
{
	struct answer a = { .given = r->session.asked, .last = ps_secret_new() };
	ps_err err = PS_ERR_INIT;
	ps_code code;

	if (a.last == NULL)
		return say_nomem();
	code = path != NULL ? ps_keys_read_file(out, r->session.ctx, path, ask, &a, &err) :
	    ps_keys_read(out, r->session.ctx, octets, name, ask, &a, &err);
	if (code == PS_OK && out_pass != NULL)
		*out_pass = a.last;
	else
		ps_secret_free(a.last);
	return code == PS_OK ? EXIT_GOOD : say_chain(path == NULL ? name : path, code, &err);
}

int
id_unlock(ps_keys **out, struct id_run *r, const struct id *i, ps_secret **out_pass)
{
	char name[512];

	(void)snprintf(name, sizeof name, T_ID_NAME, (long long)i->number, i->address);
	return id_read(out, r, i->nkey == 0 ? i->uri : NULL, (ps_slice){ i->key, i->nkey }, name,
	    out_pass);
}

static int
ask_twice(ps_secret *out, ps_secret *again)
{
	ps_err err = PS_ERR_INIT;
	ps_slice a, b;
	ps_code code = ps_secret_read_tty(out, T_NEW_PASSPHRASE, &err);

	if (code == PS_OK)
		code = ps_secret_read_tty(again, T_SAME_AGAIN, &err);
	if (code != PS_OK)
		return say_chain("--new-passphrase-file", code, &err);
	a = ps_secret_get(out);
	b = ps_secret_get(again);
	if (a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0))
		return EXIT_GOOD;
	say(T_NOT_SAME);
	return EXIT_USAGE;
}

static int
copy_pass(ps_secret *out, const ps_secret *from)
{
	ps_slice value = ps_secret_get(from);
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_secret_set(out, value.p, value.n, &err);

	return code == PS_OK ? EXIT_GOOD : say_chain("passphrase", code, &err);
}

int
id_fresh_pass(ps_secret **out, struct id_run *r, const ps_secret *else_use)
{
	const ps_secret *use = r->fresh != NULL ? r->fresh : else_use;
	ps_secret *s = ps_secret_new(), *again = ps_secret_new();
	int status = EXIT_GOOD;

	if (s == NULL || again == NULL)
		status = say_nomem();
	else if (use != NULL && ps_secret_get(use).n != 0)
		status = copy_pass(s, use);
	else
		status = ask_twice(s, again);
	ps_secret_free(again);
	if (status == EXIT_GOOD)
		*out = s;
	else
		ps_secret_free(s);
	return status;
}

int
id_seal(uint8_t **out, size_t *out_n, const ps_keys *k, size_t i, const ps_secret *pass)
{
	enum { MOST = 64 << 10 };
	ps_err err = PS_ERR_INIT;
	ps_writer *w = NULL;
	ps_code code = ps_writer_open_memory(&w, MOST, &err);
	ps_slice der;
	uint8_t *copy;

	if (code == PS_OK)
		code = ps_keys_seal(k, i, pass, w, &err);
	if (code != PS_OK) {
		ps_writer_close(w);
		return say_chain("passphrase", code, &err);
	}
	der = ps_writer_memory(w);
	copy = copy_octets(der);
	if (copy != NULL) {
		*out = copy;
		*out_n = der.n;
	}
	ps_writer_close(w);
	return copy == NULL ? say_nomem() : EXIT_GOOD;
}
