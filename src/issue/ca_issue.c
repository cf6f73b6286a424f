/* SPDX-License-Identifier: ISC */
/*
 * Issuing.
 *
 * Two certificates for one mailbox and one use are a way to read or sign
 * another's mail, so the second is refused unless it is asked for by name; it
 * is what one does when a key was lost. Everything is recorded before it is
 * given away.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/keymake.h"
#include "issue/armour.h"
#include "issue/ca.h"
#include "issue/request.h"
#include "issue/words.h"
#include "stream/stream.h"

#define WHERE	"issue.authority"

enum { DAY = 86400, EARLIER = 600, DAYS = 730, DAYS_MOST = 825 /* BR 6.3.2 */, KIND = 64 };

/* One certificate on its way, with the key when it is ours. */
struct product {
	struct ps_key	*key;
	struct ps_buf	 der;
};

struct job {
	ps_ca		*ca;
	const ps_ca_wish *wish;
	struct issue_request request;
	char		*address[ISSUE_ADDRESSES];	/* as certificates have them */
	size_t		 naddress;
	struct ps_buf	 url[3];
	struct product	 product[2];
	size_t		 n;
};

/* --- whom it is for --- */

/* The local part as it is, the domain in A-labels. */
static ps_code
normal(const char *address, char **out, ps_err *err)
{
	char key[PS_ADDRESS_KEY];
	const char *at = strrchr(address, '@');
	char *s;
	size_t local, n;

	if (at == NULL || !ps_address_key(address, key))
		return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_ISSUE_ADDRESS,
		    PS_TEXT("address", address));
	local = (size_t)(at - address);
	n = strlen(strrchr(key, '@')) + 1;
	s = malloc(local + n);
	if (s == NULL)
		return ps_nomem(err, WHERE);
	memcpy(s, address, local);
	memcpy(s + local, strrchr(key, '@'), n);
	*out = s;
	return PS_OK;
}

static bool
asked_for(const struct job *j, const char *address)
{
	for (size_t i = 0; i < j->request.naddress; i++)
		if (ps_address_equal(j->request.address[i], address, PS_MATCH_RECIPIENT))
			return true;
	return j->request.naddress == 0;
}

/* What the command line names counts; of a request it may take less, not more. */
static ps_code
choose_addresses(struct job *j, ps_err *err)
{
	bool named = j->wish->naddress > 0;
	size_t n = named ? j->wish->naddress : j->request.naddress;
	ps_code code = PS_OK;

	if (n == 0 || n > ISSUE_ADDRESSES)
		return ps_fail(err, PS_E_MALFORMED, WHERE, PS_NOWHERE, W_ISSUE_NOBODY,
		    PS_NUMBER("max", ISSUE_ADDRESSES));
	for (size_t i = 0; i < n && code == PS_OK; i++) {
		const char *a = named ? j->wish->address[i] : j->request.address[i];

		if (!asked_for(j, a))
			return ps_fail(err, PS_E_REFUSED, WHERE, PS_NOWHERE, W_ISSUE_NOT_ASKED,
			    PS_TEXT("address", a));
		code = normal(a, &j->address[i], err);
		if (code == PS_OK)
			j->naddress++;
	}
	return code;
}

/* --- what is there already --- */

struct overlap {
	ps_ca		*ca;
	unsigned	 ku;
	bool		 found;
};

static ps_code
look_for_overlap(void *arg, ps_cert *c, ps_err *err)
{
	struct overlap *o = arg;
	struct revocation v;
	bool revoked = false;
	ps_code code = PS_OK;

	if (ps_cert_not_after(c) >= o->ca->now && (ps_cert_view_of(c)->ku & o->ku) != 0) {
		code = record_revoked(&o->ca->record, ps_cert_serial(c), &v, &revoked, err);
		o->found |= code == PS_OK && !revoked;
	}
	return code;
}

static ps_code
check_new(struct job *j, unsigned ku, ps_err *err)
{
	struct overlap o = { .ca = j->ca, .ku = ku };
	ps_code code = PS_OK;

	if (j->wish->again)
		return PS_OK;
	for (size_t i = 0; i < j->naddress && code == PS_OK; i++) {
		code = record_each_of(&j->ca->record, j->address[i], look_for_overlap, &o, err);
		if (code == PS_OK && o.found)
			return ps_fail(err, PS_E_REFUSED, WHERE, PS_NOWHERE, W_ISSUE_TWICE,
			    PS_TEXT("address", j->address[i]));
	}
	return code;
}

/* --- one certificate --- */

/* BR 7.1.2.3 (e): what each kind of key can do; 0: nothing of what is wanted. */
static unsigned
usage(unsigned key, int use)
{
	const struct ps_alg *type = ps_alg_get(key);

	/* Those of yesterday, and keys bound to one padding, which few programs read. */
	if (key == PS_KEY_DSA || key == PS_KEY_DH || key == PS_KEY_RSA_PSS ||
	    key == PS_KEY_RSA_OAEP)
		return 0;
	return ((use & PS_CA_SIGN) != 0 ? ps_ku_sign(type) : 0) |
	    ((use & PS_CA_ENCRYPT) != 0 ? ps_ku_encrypt(type) : 0);
}

static const char *
url(const struct ps_buf *b)
{
	return b->n == 0 ? NULL : (const char *)b->p;
}

static ps_code
load_urls(struct job *j, ps_err *err)
{
	static const char *const names[] = { "crl-url", "ocsp-url", "issuer-url" };
	ps_code code = PS_OK;

	for (size_t i = 0; i < 3 && code == PS_OK; i++) {
		code = record_get(&j->ca->record, names[i], &j->url[i], err);
		if (code == PS_OK && j->url[i].n > 0)
			code = ps_buf_add(&j->url[i], (ps_slice){ (const uint8_t *)"", 1 }, err);
	}
	return code;
}

/* Not longer than the authority itself (RFC 5280 allows it; paths then break). */
static int64_t
until(const struct job *j)
{
	unsigned days = j->wish->days == 0 ? DAYS : j->wish->days;
	int64_t to = j->ca->now - EARLIER + (int64_t)days * DAY - 1;
	int64_t end = ps_cert_not_after(j->ca->issuing);

	return to < end ? to : end;
}

static ps_code
put_down(struct job *j, const struct product *p, ps_err *err)
{
	ps_cert *c = NULL;
	ps_code code = ps_cert_parse(&c, ps_buf_get(&p->der), err);

	if (code == PS_OK)
		code = record_cert(&j->ca->record, c, err);
	ps_cert_free(c);
	return code;
}

static ps_code
certify(struct job *j, ps_slice spki, unsigned key, int use, struct product *p, ps_err *err)
{
	struct issue_signer signer;
	struct issue_wish w = { .kind = ISSUE_MAILBOX,
	    .address = (const char *const *)j->address, .naddress = j->naddress, .spki = spki,
	    .ku = usage(key, use), .from = j->ca->now - EARLIER, .to = until(j),
	    .places = { url(&j->url[0]), url(&j->url[1]), url(&j->url[2]) } };
	ps_code code = PS_OK;

	if (w.ku == 0)
		code = ps_fail(err, PS_E_REFUSED, WHERE, PS_NOWHERE, W_ISSUE_USE);
	if (code == PS_OK)
		code = check_new(j, w.ku, err);
	if (code == PS_OK)
		code = ca_signer(j->ca, false, &signer, err);
	if (code == PS_OK)
		code = issue_cert_build(&p->der, &w, &signer, err);
	if (code == PS_OK)
		code = put_down(j, p, err);
	if (code == PS_OK)
		j->n++;
	return code;
}

/* --- from a request --- */

static int
use_of(const struct job *j)
{
	int use = 0;

	if (j->wish->use != 0)
		return j->wish->use == PS_CA_SPLIT ? PS_CA_BOTH : j->wish->use;
	if ((j->request.ku & (PS_KU_DIGITAL_SIGNATURE | PS_KU_NON_REPUDIATION)) != 0)
		use |= PS_CA_SIGN;
	if ((j->request.ku & (PS_KU_KEY_ENCIPHERMENT | PS_KU_KEY_AGREEMENT)) != 0)
		use |= PS_CA_ENCRYPT;
	return use == 0 ? PS_CA_BOTH : use;
}

static ps_code
write_chain(struct job *j, ps_writer *out, ps_err *err)
{
	struct ps_buf pem = { 0 };
	ps_code code = ps_pem_build(&pem, "CERTIFICATE", ps_buf_get(&j->product[0].der), err);

	if (code == PS_OK)
		code = ps_pem_build(&pem, "CERTIFICATE", ps_cert_der(j->ca->issuing), err);
	if (code == PS_OK)
		code = ps_writer_write(out, ps_buf_get(&pem), err);
	ps_buf_clear(&pem);
	return code;
}

static ps_code
for_request(struct job *j, ps_writer *out, ps_err *err)
{
	ps_code code = issue_request_read(&j->request, j->wish->request, err);

	if (code == PS_OK)
		code = choose_addresses(j, err);
	if (code == PS_OK)
		code = certify(j, j->request.spki, j->request.key.type->id, use_of(j),
		    &j->product[0], err);
	return code == PS_OK ? write_chain(j, out, err) : code;
}

/* --- with keys of our making --- */

/* "A,B": A signs, B is encrypted to. */
static void
kind_of(const struct job *j, int use, char out[KIND])
{
	const char *kinds = j->wish->key == NULL ? "rsa-3072" : j->wish->key;
	const char *comma = strchr(kinds, ',');
	size_t n = comma == NULL ? strlen(kinds) : (size_t)(comma - kinds);

	if (comma != NULL && use == PS_CA_ENCRYPT) {
		kinds = comma + 1;
		n = strlen(kinds);
	}
	(void)snprintf(out, KIND, "%.*s", (int)(n < KIND ? n : KIND - 1), kinds);
}

static ps_code
make_one(struct job *j, int use, ps_err *err)
{
	struct product *p = &j->product[j->n];
	struct ps_key_info info;
	char kind[KIND];
	ps_code code;

	kind_of(j, use, kind);
	code = ps_key_generate(&p->key, kind, err);

	if (code != PS_OK)
		return code;
	ps_key_info(p->key, &info);
	return certify(j, ps_key_spki(p->key), info.type->id, use, p, err);
}

static ps_code
write_pkcs12(struct job *j, ps_writer *out, ps_err *err)
{
	struct ps_pkcs12_entry entry[4];
	struct ps_buf file = { .secret = true };
	size_t n = 0;
	ps_code code;

	for (; n < j->n; n++)
		entry[n] = (struct ps_pkcs12_entry){ .key = j->product[n].key,
		    .cert = ps_buf_get(&j->product[n].der) };
	entry[n++] = (struct ps_pkcs12_entry){ .cert = ps_cert_der(j->ca->issuing) };
	entry[n++] = (struct ps_pkcs12_entry){ .cert = ps_cert_der(j->ca->root) };
	code = ps_pkcs12_build(&file, entry, n, j->address[0], j->wish->passphrase,
	    j->wish->old_form ? PS_PKCS12_INSECURE_OLD : PS_PKCS12_NEW, err);
	if (code == PS_OK)
		code = ps_writer_write(out, ps_buf_get(&file), err);
	ps_buf_clear(&file);
	return code;
}

/* Signing keys and encryption keys live differently long (RFC 9787, 9.1): two
 * unless one is asked for. */
static ps_code
with_keys(struct job *j, ps_writer *out, ps_err *err)
{
	bool split = j->wish->use == 0 || j->wish->use == PS_CA_SPLIT;
	ps_code code = choose_addresses(j, err);

	if (code == PS_OK)
		code = make_one(j, split ? PS_CA_SIGN : j->wish->use, err);
	if (code == PS_OK && split)
		code = make_one(j, PS_CA_ENCRYPT, err);
	return code == PS_OK ? write_pkcs12(j, out, err) : code;
}

static void
job_clear(struct job *j)
{
	issue_request_clear(&j->request);
	for (size_t i = 0; i < j->naddress; i++)
		free(j->address[i]);
	for (size_t i = 0; i < 3; i++)
		ps_buf_clear(&j->url[i]);
	for (size_t i = 0; i < 2; i++) {
		ps_key_free(j->product[i].key);
		ps_buf_clear(&j->product[i].der);
	}
}

ps_code
ps_ca_issue(ps_ca *ca, const ps_ca_wish *wish, ps_writer *out, ps_err *err)
{
	struct job j = { .ca = ca, .wish = wish };
	ps_code code;

	if (wish->days > DAYS_MOST)
		return ps_fail(err, PS_E_REFUSED, WHERE, PS_NOWHERE, W_ISSUE_DAYS,
		    PS_NUMBER("most", DAYS_MOST));
	code = load_urls(&j, err);
	if (code == PS_OK)
		code = wish->request != NULL ? for_request(&j, out, err) : with_keys(&j, out, err);
	job_clear(&j);
	return code;
}
