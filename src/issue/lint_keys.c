/* SPDX-License-Identifier: ISC */
/*
 * Lint: the key, its algorithm, the algorithm of the signature, and what the
 * key may be used for.
 *
 * The profile allows encodings, octet for octet, and not algorithms, because
 * readers have refused what was written in another way (BR 7.1.3).
 */
#include "issue/lint.h"

#include <string.h>

#include "crypto/key.h"

enum {
	DS = PS_KU_DIGITAL_SIGNATURE, NR = PS_KU_NON_REPUDIATION, KE = PS_KU_KEY_ENCIPHERMENT,
	DE = PS_KU_DATA_ENCIPHERMENT, KA = PS_KU_KEY_AGREEMENT, CS = PS_KU_CERT_SIGN,
	CR = PS_KU_CRL_SIGN, EO = 0x0100, DO = 0x0080
};

/* --- encodings --- */

#define PSS(hash, salt) \
	"\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\xa0\x0f\x30\x0d\x06\x09" \
	"\x60\x86\x48\x01\x65\x03\x04\x02" hash "\x05\x00\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48" \
	"\x86\xf7\x0d\x01\x01\x08\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02" hash \
	"\x05\x00\xa2\x03\x02\x01" salt
#define NIST(last)	"\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04" last
#define RSA(last)	"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01" last "\x05\x00"

static const ps_slice key_encodings[] = {
	LINT_OID(RSA("\x01")),
	LINT_OID("\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"),
	LINT_OID("\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22"),
	LINT_OID("\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23"),
	LINT_OID("\x30\x05\x06\x03\x2b\x65\x70"),
	LINT_OID("\x30\x05\x06\x03\x2b\x65\x71"),
	LINT_OID(NIST("\x03\x11")), LINT_OID(NIST("\x03\x12")), LINT_OID(NIST("\x03\x13")),
	LINT_OID(NIST("\x04\x01")), LINT_OID(NIST("\x04\x02")), LINT_OID(NIST("\x04\x03")),
};

static const ps_slice sig_encodings[] = {
	LINT_OID(RSA("\x0b")), LINT_OID(RSA("\x0c")), LINT_OID(RSA("\x0d")),
	LINT_OID(PSS("\x01", "\x20")), LINT_OID(PSS("\x02", "\x30")), LINT_OID(PSS("\x03", "\x40")),
	LINT_OID("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"),
	LINT_OID("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03"),
	LINT_OID("\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04"),
	LINT_OID("\x30\x05\x06\x03\x2b\x65\x70"),
	LINT_OID("\x30\x05\x06\x03\x2b\x65\x71"),
	LINT_OID(NIST("\x03\x11")), LINT_OID(NIST("\x03\x12")), LINT_OID(NIST("\x03\x13")),
};

static void
one_of(struct lint *l, ps_slice element, const ps_slice *list, size_t n)
{
	char hex[161];
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		if (ps_slice_equal(element, list[i]))
			return;
	for (size_t i = 0; i < element.n && at + 3 < sizeof hex; i++, at += 2) {
		hex[at] = "0123456789abcdef"[element.p[i] >> 4];
		hex[at + 1] = "0123456789abcdef"[element.p[i] & 15];
	}
	hex[at] = '\0';
	lint_found_text(l, hex);
}

static void
key_encoding(struct lint *l)
{
	one_of(l, l->spki_alg, key_encodings, sizeof key_encodings / sizeof key_encodings[0]);
}

static void
sig_encoding(struct lint *l)
{
	one_of(l, l->sig_inner, sig_encodings, sizeof sig_encodings / sizeof sig_encodings[0]);
}

/* RFC 3279, 2.3.1: NULL, and not nothing. */
static void
rsa_params(struct lint *l)
{
	if (l->spki_params.n == 0)
		lint_found_text(l, "rsaEncryption without its NULL");
}

static void
weak_digest(struct lint *l)
{
	static const ps_slice weak[] = {
		LINT_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x02"),	/* md2 */
		LINT_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"),	/* md5 */
		LINT_OID("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"),	/* sha1, RSA */
		LINT_OID("\x2a\x86\x48\xce\x3d\x04\x01"),		/* sha1, ECDSA */
		LINT_OID("\x2a\x86\x48\xce\x38\x04\x03"),		/* sha1, DSA */
	};
	struct lint_cursor c;
	ps_slice oid;

	lint_enter(&c, l->sig_inner, DER_SEQUENCE);
	oid = der_oid(&c.list, "algorithm");
	for (size_t i = 0; i < sizeof weak / sizeof weak[0]; i++)
		if (ps_slice_equal(oid, weak[i]))
			lint_found(l);
}

/* --- RSA --- */

/* false: cannot be read. Without leading zeros. */
static bool
rsa_numbers(const struct lint *l, ps_slice *modulus, ps_slice *exponent)
{
	struct lint_cursor c;
	ps_slice *each[] = { modulus, exponent };

	lint_enter(&c, l->key_bits, DER_SEQUENCE);
	*modulus = der_value(&c.list, DER_INTEGER, "modulus");
	*exponent = der_value(&c.list, DER_INTEGER, "publicExponent");
	for (size_t i = 0; i < 2; i++)
		while (each[i]->n > 0 && each[i]->p[0] == 0) {
			each[i]->p++;
			each[i]->n--;
		}
	return !der_failed(&c.list) && modulus->n > 0;
}

static uint64_t
bits(ps_slice n)
{
	uint64_t have = n.n * 8;

	for (unsigned top = n.n == 0 ? 0 : n.p[0]; top != 0 && (top & 0x80) == 0; top <<= 1)
		have--;
	return have;
}

static void
rsa_size(struct lint *l)
{
	ps_slice n, e;

	if (rsa_numbers(l, &n, &e) && (bits(n) < 2048 || bits(n) % 8 != 0))
		lint_found_number(l, bits(n));
}

static void
gmail_size(struct lint *l)
{
	ps_slice n, e;

	if (rsa_numbers(l, &n, &e) && bits(n) != 2048 && bits(n) != 3072 && bits(n) != 4096)
		lint_found_number(l, bits(n));
}

static void
weak_key(struct lint *l)
{
	ps_slice n, e;

	if (rsa_numbers(l, &n, &e) && bits(n) < 2048)
		lint_found_number(l, bits(n));
}

static void
rsa_exponent(struct lint *l)
{
	ps_slice n, e;

	if (rsa_numbers(l, &n, &e) && (e.n == 0 || (e.p[e.n - 1] & 1) == 0 ||
	    (e.n == 1 && e.p[0] < 3)))
		lint_found(l);
}

static void
rsa_exponent_range(struct lint *l)
{
	ps_slice n, e;

	if (rsa_numbers(l, &n, &e) && (bits(e) < 17 || bits(e) > 256))
		lint_found(l);
}

static unsigned
remainder_of(ps_slice n, unsigned by)
{
	unsigned r = 0;

	for (size_t i = 0; i < n.n; i++)
		r = (r << 8 | n.p[i]) % by;
	return r;
}

/* No factor below 752; a number that a composite divides has its factors too. */
static void
rsa_factor(struct lint *l)
{
	ps_slice n, e;

	if (!rsa_numbers(l, &n, &e))
		return;
	for (unsigned by = 2; by < 752; by++)
		if (remainder_of(n, by) == 0) {
			lint_found_number(l, by);
			return;
		}
}

static void
ec_point(struct lint *l)
{
	struct ps_pubkey *key = NULL;

	if (ps_pubkey_parse(&key, l->spki, NULL) == PS_E_MALFORMED)
		lint_found(l);
	ps_pubkey_free(key);
}

/* --- key usage --- */

static void
say_usages(struct lint *l, unsigned wrong)
{
	static const struct {
		unsigned	 bit;
		const char	*name;
	} names[] = {
		{ DS, "digitalSignature" }, { NR, "nonRepudiation" }, { KE, "keyEncipherment" },
		{ DE, "dataEncipherment" }, { KA, "keyAgreement" }, { CS, "keyCertSign" },
		{ CR, "cRLSign" }, { EO, "encipherOnly" }, { DO, "decipherOnly" },
	};
	char text[160] = "";
	size_t at = 0;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t n = strlen(names[i].name);

		if ((wrong & names[i].bit) == 0)
			continue;
		if (at > 0) {
			memcpy(text + at, ", ", 3);
			at += 2;
		}
		memcpy(text + at, names[i].name, n + 1);
		at += n;
	}
	if (at > 0)
		lint_found_text(l, text);
}

static void
usages_outside(struct lint *l, unsigned allowed)
{
	say_usages(l, l->ku & (0xff80 & ~allowed));
}

static void
for_rsa(struct lint *l)
{
	usages_outside(l, DS | NR | KE | DE | CS | CR);
}

static void
for_ec(struct lint *l)
{
	usages_outside(l, DS | NR | KA | CS | CR | EO | DO);
}

static void
for_ed(struct lint *l)
{
	usages_outside(l, DS | NR | CS | CR);
}

static void
for_x(struct lint *l)
{
	usages_outside(l, KA | EO | DO);
}

static void
x_missing(struct lint *l)
{
	if (l->ext[E_KU].present && (l->ku & KA) == 0)
		lint_found(l);
}

static void
for_mlkem(struct lint *l)
{
	usages_outside(l, KE);
}

static void
ku_none(struct lint *l)
{
	if (l->ext[E_KU].present && (l->ku & 0xff80) == 0)
		lint_found(l);
}

static void
ku_both(struct lint *l)
{
	if ((l->ku & EO) != 0 && (l->ku & DO) != 0)
		lint_found(l);
}

static void
ku_not_critical(struct lint *l)
{
	if (l->ext[E_KU].present && !l->ext[E_KU].critical)
		lint_found(l);
}

static void
ku_cert_sign(struct lint *l)
{
	if ((l->ku & CS) != 0)
		lint_found(l);
}

static void
ca_no_ku(struct lint *l)
{
	if (!l->ext[E_KU].present)
		lint_found(l);
}

static void
ca_no_cert_sign(struct lint *l)
{
	if (l->ext[E_KU].present && (l->ku & CS) == 0)
		lint_found(l);
}

/* What makes a key one for encryption. */
static unsigned
encryption_use(const struct lint *l)
{
	switch (l->key) {
	case K_RSA:
	case K_MLKEM:
		return KE;
	case K_EC:
		return KA;
	case K_ED:
	case K_X:
	case K_MLDSA:
	case K_OTHER:
		break;
	}
	return 0;
}

static bool
signs(const struct lint *l)
{
	return (l->ku & DS) != 0 && l->key != K_MLKEM;
}

static bool
encrypts(const struct lint *l)
{
	return (l->ku & encryption_use(l)) != 0;
}

static void
ku_unknown(struct lint *l)
{
	if (l->ext[E_KU].present && !signs(l) && !encrypts(l))
		lint_found(l);
}

static void
ku_key_type(struct lint *l)
{
	if (l->ext[E_KU].present)
		lint_found(l);
}

/* The table of BR 7.1.2.3 (e). */
static void
ku_prohibited(struct lint *l)
{
	unsigned allowed = 0;

	if (!l->ext[E_KU].present || (!signs(l) && !encrypts(l)))
		return;
	if (signs(l))
		allowed |= DS | NR;
	if (encrypts(l))
		allowed |= encryption_use(l);
	if (encrypts(l) && l->key == K_RSA && l->generation != G_STRICT)
		allowed |= DE;
	if (encrypts(l) && l->key == K_EC)
		allowed |= EO | DO;
	usages_outside(l, allowed);
}

#define KU	"keyUsage"
#define SPKI	"subjectPublicKeyInfo"
#define PROFILE	.who = W_EE, .type = T_ANY
#define KNOWN	(K_RSA | K_EC | K_ED | K_MLDSA | K_MLKEM)

static const struct lint_check rows[] = {
	{ L_SYNTAX, rsa_params, SPKI, .key = K_RSA },
	{ L_SPKI_ENCODING, key_encoding, SPKI, "e_invalid_legacy_spki_algoid", PROFILE,
	  .until = 1755820800 },
	{ L_SPKI_ENCODING, key_encoding, SPKI, "e_invalid_spki_algoid", PROFILE,
	  .since = 1755820800 },	/* 2025-08-22, BR 1.0.11 */
	{ L_SIG_ENCODING, sig_encoding, "signature", .type = T_ANY },
	{ L_RSA_SIZE, rsa_size, SPKI, .type = T_ANY, .key = K_RSA },
	{ L_RSA_EXPONENT, rsa_exponent, SPKI, .key = K_RSA },
	{ L_RSA_EXPONENT_RANGE, rsa_exponent_range, SPKI, .key = K_RSA },
	{ L_RSA_FACTOR, rsa_factor, SPKI, .key = K_RSA },
	{ L_GMAIL_RSA, gmail_size, SPKI, PROFILE, .key = K_RSA },
	{ L_EC_POINT, ec_point, SPKI, .key = K_EC },
	{ L_WEAK_KEY, weak_key, SPKI, .key = K_RSA },
	{ L_WEAK_DIGEST, weak_digest, "signature", ALWAYS },
	{ L_KU_NONE, ku_none, KU, ALWAYS },
	{ L_KU_BOTH, ku_both, KU, ALWAYS },
	{ L_KU_NOT_CRITICAL, ku_not_critical, KU, "w_key_usage_criticality", ALWAYS },
	{ L_KU_CERT_SIGN, ku_cert_sign, KU, .who = W_EE },
	{ L_CA_NO_KU, ca_no_ku, KU, .who = W_CA },
	{ L_CA_NO_CERT_SIGN, ca_no_cert_sign, KU, .who = W_CA },
	{ L_KU_FOR_RSA, for_rsa, KU, .key = K_RSA },
	{ L_KU_FOR_EC, for_ec, KU, .key = K_EC },
	{ L_KU_FOR_ED, for_ed, KU, .key = K_ED },
	{ L_KU_FOR_ED, for_x, KU, .key = K_X },
	{ L_KU_X_MISSING, x_missing, KU, .key = K_X },
	{ L_KU_FOR_SIG, for_ed, KU, .key = K_MLDSA },
	{ L_KU_FOR_MLKEM, for_mlkem, KU, .key = K_MLKEM },
	{ L_KU_PROHIBITED, ku_prohibited, KU, "e_rsa_key_usage_strict", PROFILE,
	  .generation = G_STRICT, .key = K_RSA },
	{ L_KU_PROHIBITED, ku_prohibited, KU, "e_rsa_key_usage_legacy_multipurpose", PROFILE,
	  .generation = G_LEGACY | G_MULTIPURPOSE, .key = K_RSA },
	{ L_KU_PROHIBITED, ku_prohibited, KU, "e_ecpublickey_key_usages", PROFILE, .key = K_EC },
	{ L_KU_PROHIBITED, ku_prohibited, KU, "e_edwardspublickey_key_usages", PROFILE,
	  .key = K_ED },
	{ L_KU_PROHIBITED, ku_prohibited, KU, PROFILE, .key = K_MLDSA | K_MLKEM },
	{ L_KU_UNKNOWN, ku_unknown, KU, "e_rsa_other_key_usages", PROFILE, .key = K_RSA },
	{ L_KU_UNKNOWN, ku_unknown, KU, "e_ec_other_key_usages", PROFILE, .key = K_EC },
	{ L_KU_UNKNOWN, ku_unknown, KU, "e_edwardspublickey_key_usages", PROFILE, .key = K_ED },
	{ L_KU_UNKNOWN, ku_unknown, KU, PROFILE, .key = K_MLDSA | K_MLKEM },
	{ L_KU_KEY_TYPE, ku_key_type, KU, PROFILE, .key = K_X | K_OTHER },
};
const struct lint_table lint_keys = LINT_TABLE(rows, false);
