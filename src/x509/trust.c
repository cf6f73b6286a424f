/* SPDX-License-Identifier: ISC */
/*
 * Who is trusted.
 *
 * An anchor is a certificate that somebody gave us as one, self-signed or
 * not: a company that gives its intermediate means that one and no more. The
 * system's certificates are looked up by name when one is wanted, because
 * reading all of them costs more than checking a message.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>

#include "base/buf.h"
#include "stream/stream.h"
#include "x509/internal.h"
#include "x509/words.h"

#define WHERE	"x509.trust"

static ps_code
library(ps_err *err)
{
	if (ps_x509_nomem())
		return ps_nomem(err, WHERE);
	return ps_fail(err, PS_E_CRYPTO, WHERE, PS_NOWHERE, W_X509_LIBRARY);
}

ps_code
ps_trust_new(struct ps_trust **out, ps_err *err)
{
	struct ps_trust *t = calloc(1, sizeof *t);

	if (t == NULL)
		return ps_nomem(err, WHERE);
	t->store = X509_STORE_new();
	t->crls = sk_X509_CRL_new_null();
	if (t->store == NULL || t->crls == NULL) {
		ps_trust_free(t);
		return ps_nomem(err, WHERE);
	}
	*out = t;
	return PS_OK;
}

void
ps_trust_free(struct ps_trust *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n; i++)
		ps_cert_free(t->anchor[i].cert);
	free(t->anchor);
	sk_X509_CRL_pop_free(t->crls, X509_CRL_free);
	X509_STORE_free(t->store);
	free(t);
}

static ps_code
identify(struct ps_trust *t, const char *what, ps_slice octets, ps_err *err)
{
	ps_code code = ps_identity_add(t->identity, ps_str(what), err);

	return code == PS_OK ? ps_identity_add(t->identity, octets, err) : code;
}

/* --- anchors --- */

static ps_code
make_room(struct ps_trust *t, ps_err *err)
{
	size_t room = t->room == 0 ? 8 : 2 * t->room;
	struct ps_anchor *anchor;

	if (t->n < t->room)
		return PS_OK;
	anchor = reallocarray(t->anchor, room, sizeof *anchor);
	if (anchor == NULL)
		return ps_nomem(err, WHERE);
	t->anchor = anchor;
	t->room = room;
	return PS_OK;
}

ps_code
ps_trust_add_cert(struct ps_trust *t, ps_cert *c, ps_err *err)
{
	ps_code code;

	if (t == NULL || c == NULL)
		return ps_nomem(err, WHERE);
	code = make_room(t, err);
	if (code == PS_OK)
		code = identify(t, "anchor", ps_cert_der(c), err);
	if (code == PS_OK)
		t->anchor[t->n++] = (struct ps_anchor){ NULL, ps_cert_ref(c) };
	return code;
}

static ps_code
put_in_store(struct ps_trust *t, struct ps_anchor *a, ps_err *err)
{
	char who[128];
	X509 *x;
	ps_code code = ps_cert_x509(a->cert, &x, err);

	if (code != PS_OK)
		return ps_because(err, code, WHERE, PS_NOWHERE, W_X509_ANCHOR,
		    PS_TEXT("who", ps_cert_who(a->cert, who, sizeof who)));
	if (X509_STORE_add_cert(t->store, x) != 1)
		return library(err);
	a->x509 = x;
	return PS_OK;
}

/* Having the crypto library decode a certificate takes longer than checking a
 * small message, so it is done when a path is first asked for. */
ps_code
ps_trust_ready(struct ps_trust *t, ps_err *err)
{
	ps_code code = PS_OK;

	for (; t->nready < t->n && code == PS_OK; t->nready += code == PS_OK)
		code = put_in_store(t, &t->anchor[t->nready], err);
	return code;
}

static ps_code
add_der(struct ps_trust *t, ps_slice der, ps_err *err)
{
	ps_cert *c;
	ps_code code = ps_cert_parse(&c, der, err);

	if (code != PS_OK)
		return code;
	code = ps_trust_add_cert(t, c, err);
	ps_cert_free(c);
	return code;
}

ps_code
ps_trust_add_file(struct ps_trust *t, const char *path, const struct ps_limits *limits,
    ps_err *err)
{
	struct ps_keyfile file = { 0 };
	ps_code code = ps_keyfile_load(&file, path, NULL, NULL, limits, err);

	if (code != PS_OK)
		return ps_because(err, code, WHERE, PS_NOWHERE, W_X509_ANCHORS,
		    PS_TEXT("path", path));
	if (file.ncert == 0)
		code = ps_fail(err, PS_E_NOT_FOUND, WHERE, PS_NOWHERE, W_X509_NO_CERTS,
		    PS_TEXT("path", path));
	for (size_t i = 0; i < file.ncert && code == PS_OK; i++) {
		code = add_der(t, ps_buf_get(&file.cert[i]), err);
		if (code != PS_OK)
			ps_because(err, code, WHERE, PS_NOWHERE, W_X509_ANCHORS,
			    PS_TEXT("path", path));
	}
	ps_keyfile_clear(&file);
	return code;
}

/* --- the system --- */

/* The environment may name other places, as it may for every program that
 * uses the crypto library; not when we run with another's rights. */
static const char *
place(const char *variable, const char *otherwise)
{
	const char *value = secure_getenv(variable);

	return value != NULL ? value : otherwise;
}

/* "5f15c80c.0": the name of a certificate found by the hash of its subject. */
static bool
hashed_name(const char *name)
{
	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' &&
	    name[9] >= '0' && name[9] <= '9';
}

static bool
hashed(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	bool found = false;

	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL)
		found = hashed_name(entry->d_name);
	closedir(dir);
	return found;
}

/* A system without certificates trusts nobody: that is no failure of ours. */
static ps_code
add_lookup(struct ps_trust *t, X509_LOOKUP_METHOD *method, const char *path, bool folder,
    ps_err *err)
{
	X509_LOOKUP *lookup = X509_STORE_add_lookup(t->store, method);

	if (lookup == NULL)
		return library(err);
	if (folder)
		(void)X509_LOOKUP_add_dir(lookup, path, X509_FILETYPE_PEM);
	else
		(void)X509_LOOKUP_load_file(lookup, path, X509_FILETYPE_PEM);
	ERR_clear_error();
	return PS_OK;
}

/* A changed bundle is another one. */
static ps_code
identify_place(struct ps_trust *t, const char *path, ps_err *err)
{
	struct stat st;
	struct {
		int64_t	 device, inode, size, seconds, nanoseconds;
	} state = { 0 };
	ps_code code = identify(t, "system", ps_str(path), err);

	if (code != PS_OK || stat(path, &st) != 0)
		return code;
	state.device = (int64_t)st.st_dev;
	state.inode = (int64_t)st.st_ino;
	state.size = (int64_t)st.st_size;
	state.seconds = (int64_t)st.st_mtim.tv_sec;
	state.nanoseconds = (int64_t)st.st_mtim.tv_nsec;
	return ps_identity_add(t->identity,
	    (ps_slice){ (const uint8_t *)&state, sizeof state }, err);
}

ps_code
ps_trust_use_system(struct ps_trust *t, ps_err *err)
{
	const char *dir, *file;
	ps_code code;

	if (t == NULL)
		return ps_nomem(err, WHERE);
	if (t->system)
		return PS_OK;
	t->system = true;
	dir = place(X509_get_default_cert_dir_env(), X509_get_default_cert_dir());
	file = place(X509_get_default_cert_file_env(), X509_get_default_cert_file());
	if ((code = identify_place(t, dir, err)) != PS_OK ||
	    (code = identify_place(t, file, err)) != PS_OK)
		return code;
	if (hashed(dir))
		return add_lookup(t, X509_LOOKUP_hash_dir(), dir, true, err);
	return add_lookup(t, X509_LOOKUP_file(), file, false, err);
}

const char *
ps_trust_system_place(bool *out_there)
{
	const char *dir = place(X509_get_default_cert_dir_env(), X509_get_default_cert_dir());
	const char *file = place(X509_get_default_cert_file_env(), X509_get_default_cert_file());
	struct stat st;

	*out_there = true;
	if (hashed(dir))
		return dir;
	*out_there = stat(file, &st) == 0 && st.st_size > 0;
	return file;
}

/* --- revocation lists --- */

static ps_code
judge_crl(const X509_CRL *crl, const char *path, ps_err *err)
{
	unsigned char *der = NULL;
	int n = i2d_X509_CRL(crl, &der);
	bool one = n > 0 && ps_list_one_algorithm((ps_slice){ der, (size_t)n });

	OPENSSL_free(der);
	if (n <= 0)
		return ps_nomem(err, WHERE);
	return one ? PS_OK : ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE,
	    W_X509_CRL_ALGORITHMS, PS_TEXT("path", path));
}

static ps_code
keep_crl(struct ps_trust *t, X509_CRL *crl, const char *path, ps_err *err)
{
	ps_code code = judge_crl(crl, path, err);

	if (code == PS_OK && sk_X509_CRL_push(t->crls, crl) > 0)
		return PS_OK;
	X509_CRL_free(crl);
	return code != PS_OK ? code : ps_nomem(err, WHERE);
}

static ps_code
add_crls(struct ps_trust *t, ps_slice data, const char *path, ps_err *err)
{
	const unsigned char *p = data.p;
	X509_CRL *crl = data.n == 0 ? NULL : d2i_X509_CRL(NULL, &p, (long)data.n);
	BIO *bio;
	ps_code code = PS_OK;
	unsigned n = 0;

	if (crl != NULL)
		return keep_crl(t, crl, path, err);
	bio = BIO_new_mem_buf(data.p, (int)data.n);
	if (bio == NULL)
		return ps_nomem(err, WHERE);
	while (code == PS_OK && (crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL)) != NULL) {
		code = keep_crl(t, crl, path, err);
		n++;
	}
	BIO_free(bio);
	ERR_clear_error();
	if (code == PS_OK && n == 0)
		return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_X509_CRL,
		    PS_TEXT("path", path));
	return code;
}

/* PEM is a third longer than what it holds. */
static ps_code
read_file(const char *path, uint64_t max, struct ps_buf *out, ps_err *err)
{
	ps_reader *r;
	ps_code code = ps_reader_open_file(&r, path, err);

	if (code != PS_OK)
		return code;
	out->max = (size_t)(max > INT32_MAX / 2 ? INT32_MAX : 2 * max);
	code = ps_reader_all(r, out, err);
	ps_reader_close(r);
	return code;
}

ps_code
ps_trust_add_crl_file(struct ps_trust *t, const char *path, const struct ps_limits *limits,
    ps_err *err)
{
	struct ps_buf data = { 0 };
	ps_code code;

	if (t == NULL)
		return ps_nomem(err, WHERE);
	code = read_file(path, limits->crl_bytes, &data, err);
	if (code == PS_OK)
		code = identify(t, "list", ps_buf_get(&data), err);
	if (code == PS_OK)
		code = add_crls(t, ps_buf_get(&data), path, err);
	else
		ps_because(err, code, WHERE, PS_NOWHERE, W_X509_CRL_FILE, PS_TEXT("path", path));
	ps_buf_clear(&data);
	return code;
}
