/* SPDX-License-Identifier: ISC */
/*
 * What others need, in one folder: certificates and revocation lists for a web
 * server, SMIMEA records for a zone (RFC 8162), entries for a directory (RFC
 * 4523 and RFC 2798).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "crypto/keymake.h"
#include "issue/ca.h"
#include "issue/words.h"
#include "stream/stream.h"

#define OID(s)	{ (const uint8_t *)(s), sizeof(s) - 1 }

struct publisher {
	ps_ca		*ca;
	const char	*dir;
	struct ps_buf	 zone, ldif;
};

/* --- SMIMEA --- */

static ps_code
add_hex(struct ps_buf *b, ps_slice s, ps_err *err)
{
	static const char digits[] = "0123456789abcdef";
	ps_code code = ps_buf_reserve(b, 2 * s.n, err);

	if (code != PS_OK)
		return code;
	for (size_t i = 0; i < s.n; i++) {
		b->p[b->n++] = (uint8_t)digits[s.p[i] >> 4];
		b->p[b->n++] = (uint8_t)digits[s.p[i] & 15];
	}
	return PS_OK;
}

static ps_code
add_texts(struct ps_buf *b, const char *const *texts, ps_err *err)
{
	ps_code code = PS_OK;

	for (; *texts != NULL && code == PS_OK; texts++)
		code = ps_buf_add_text(b, *texts, err);
	return code;
}

/* RFC 8162, 3: 28 octets of SHA-256 of the local part. 3 0 0: the certificate
 * itself, whole, so that who asks needs nothing else (RFC 6698, 2.1). */
static ps_code
add_record(struct ps_buf *b, const char *address, ps_slice der, ps_err *err)
{
	uint8_t hash[PS_DIGEST_MAX];
	const char *at = strrchr(address, '@');
	ps_slice local = { (const uint8_t *)address, (size_t)(at - address) };
	ps_code code = ps_digest_once(ps_alg_get(PS_SHA256), local, hash, err);

	if (code == PS_OK)
		code = add_hex(b, (ps_slice){ hash, 28 }, err);
	if (code == PS_OK)
		code = add_texts(b, (const char *const[]){ "._smimecert.", at + 1,
		    ". IN SMIMEA 3 0 0 ", NULL }, err);
	if (code == PS_OK)
		code = add_hex(b, der, err);
	return code == PS_OK ? ps_buf_add_text(b, "\n", err) : code;
}

/* --- LDIF (RFC 2849) --- */

/* The next line without its end; n == 0: none. */
static ps_slice
cut_line(ps_slice *rest)
{
	const uint8_t *end = rest->n == 0 ? NULL : memchr(rest->p, '\n', rest->n);
	ps_slice line = *rest;

	if (end == NULL) {
		rest->n = 0;
		return line;
	}
	line.n = (size_t)(end - rest->p);
	rest->p += line.n + 1;
	rest->n -= line.n + 1;
	return line;
}

/* base64 with a blank before each line, which continues the one above. */
static ps_code
add_folded(struct ps_buf *b, ps_slice der, ps_err *err)
{
	struct ps_buf pem = { 0 };
	ps_code code = ps_pem_build(&pem, "X", der, err);
	ps_slice rest = ps_buf_get(&pem), line;
	bool inside = false;		/* of its first and last line */

	while (code == PS_OK && (line = cut_line(&rest)).n != 0) {
		bool edge = line.p[0] == '-';

		if (inside && edge)
			break;
		inside = true;
		if (!edge && (code = ps_buf_add_text(b, "\n ", err)) == PS_OK)
			code = ps_buf_add(b, line, err);
	}
	ps_buf_clear(&pem);
	return code == PS_OK ? ps_buf_add_text(b, "\n", err) : code;
}

/* A SignedData without signers (RFC 5652, 5.2), as userSMIMECertificate wants it. */
static ps_code
certs_only(const struct publisher *p, ps_slice der, struct ps_buf *out, ps_err *err)
{
	static const ps_slice signed_data = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02");
	static const ps_slice data = OID("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01");
	struct derw w;

	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, signed_data);
	derw_begin(&w, DER_CTX(0));
	derw_begin(&w, DER_SEQUENCE);
	derw_u64(&w, 1);
	derw_begin(&w, DER_SET);
	derw_end(&w);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, data);
	derw_end(&w);
	derw_begin_set_of(&w, DER_CTX(0));
	derw_raw(&w, der);
	derw_raw(&w, ps_cert_der(p->ca->issuing));
	derw_end(&w);
	derw_begin(&w, DER_SET);
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	return derw_finish(&w, err);
}

/* The folder's name of a domain: RFC 2247. */
static ps_code
add_domain(struct ps_buf *b, const char *domain, ps_err *err)
{
	ps_code code = PS_OK;

	while (*domain != '\0' && code == PS_OK) {
		size_t n = strcspn(domain, ".");

		code = ps_buf_add_text(b, ",dc=", err);
		if (code == PS_OK)
			code = ps_buf_add(b, (ps_slice){ (const uint8_t *)domain, n }, err);
		domain += n + (domain[n] == '.');
	}
	return code;
}

/* What would need escapes in a name (RFC 4514, 2.4) or base64 in LDIF is left
 * out; an administrator has such people's entries already. */
static bool
simple(const char *address)
{
	for (; *address != '\0'; address++)
		if ((unsigned char)*address >= 0x7f || strchr(" \"#+,;<=>\\", *address) != NULL ||
		    *address < ' ')
			return false;
	return true;
}

static ps_code
add_entry(struct publisher *p, const char *address, ps_slice der, ps_err *err)
{
	struct ps_buf *b = &p->ldif, pkcs7 = { 0 };
	ps_code code = add_texts(b, (const char *const[]){ "dn: mail=", address, NULL }, err);

	if (code == PS_OK)
		code = add_domain(b, strrchr(address, '@') + 1, err);
	if (code == PS_OK)
		code = add_texts(b, (const char *const[]){ "\nobjectClass: inetOrgPerson\ncn: ",
		    address, "\nsn: ", address, "\nmail: ", address,
		    "\nuserCertificate;binary::", NULL }, err);
	if (code == PS_OK)
		code = add_folded(b, der, err);
	if (code == PS_OK)
		code = certs_only(p, der, &pkcs7, err);
	if (code == PS_OK)
		code = ps_buf_add_text(b, "userSMIMECertificate;binary::", err);
	if (code == PS_OK)
		code = add_folded(b, ps_buf_get(&pkcs7), err);
	ps_buf_clear(&pkcs7);
	return code == PS_OK ? ps_buf_add_text(b, "\n", err) : code;
}

/* --- the folder --- */

/* Others look for a certificate to encrypt to; one for signatures comes with them. */
static ps_code
publish_names(struct publisher *p, const ps_cert *c, ps_err *err)
{
	const unsigned encrypts = PS_KU_KEY_ENCIPHERMENT | PS_KU_KEY_AGREEMENT;
	const char *address;
	ps_code code = PS_OK;

	if ((ps_cert_view_of(c)->ku & encrypts) == 0)
		return PS_OK;
	for (size_t i = 0; code == PS_OK && (address = ps_cert_address(c, i)) != NULL; i++) {
		if (address[0] == '"')	/* RFC 8162, 3 would have the quotes undone */
			continue;
		code = add_record(&p->zone, address, ps_cert_der(c), err);
		if (code == PS_OK && simple(address))
			code = add_entry(p, address, ps_cert_der(c), err);
	}
	return code;
}

static ps_code
publish_one(void *arg, ps_cert *c, ps_err *err)
{
	struct publisher *p = arg;
	struct revocation v;
	bool revoked = false;
	char name[64];
	ps_code code = record_revoked(&p->ca->record, ps_cert_serial(c), &v, &revoked, err);

	if (code != PS_OK || revoked || ps_cert_not_after(c) < p->ca->now)
		return code;
	(void)snprintf(name, sizeof name, "%s.crt", ps_cert_serial(c));
	code = ca_write_file(p->dir, name, ps_cert_der(c), err);
	return code == PS_OK ? publish_names(p, c, err) : code;
}

static ps_code
publish_list(struct publisher *p, bool root, const char *name, ps_err *err)
{
	struct ps_buf der = { 0 };
	ps_code code = ca_crl_build(p->ca, root, 0, &der, err);

	if (code == PS_OK)
		code = ca_write_file(p->dir, name, ps_buf_get(&der), err);
	ps_buf_clear(&der);
	return code;
}

ps_code
ps_ca_publish(ps_ca *ca, const char *dir, ps_err *err)
{
	struct publisher p = { .ca = ca, .dir = dir };
	ps_code code = record_each_cert(&ca->record, publish_one, &p, err);

	if (code == PS_OK)
		code = ca_write_file(dir, "root.crt", ps_cert_der(ca->root), err);
	if (code == PS_OK)
		code = ca_write_file(dir, "issuing.crt", ps_cert_der(ca->issuing), err);
	if (code == PS_OK)
		code = publish_list(&p, true, "root.crl", err);
	if (code == PS_OK)
		code = publish_list(&p, false, "issuing.crl", err);
	if (code == PS_OK)
		code = ca_write_file(dir, "smimea.zone", ps_buf_get(&p.zone), err);
	if (code == PS_OK)
		code = ca_write_file(dir, "people.ldif", ps_buf_get(&p.ldif), err);
	ps_buf_clear(&p.zone);
	ps_buf_clear(&p.ldif);
	return code;
}
