/* SPDX-License-Identifier: ISC */
#ifndef PS_BASE_LIMITS_H
#define PS_BASE_LIMITS_H

/*
 * Every quantity that a stranger controls has its limit here: name, default,
 * reason. A test stands at each limit and at limit + 1.
 */

#include <stdint.h>

#define PS_LIMITS(X) \
	X(header_bytes,	262144,	"header section of an entity; real ones stay under 64 KiB") \
	X(header_fields, 4096,	"fields of one header section") \
	X(parameters,	100,	"parameters of one field, RFC 2231 segments included") \
	X(boundary_bytes, 250,	"RFC 2046 says 70; some senders write more") \
	X(mime_depth,	100,	"entities within entities") \
	X(parts,	10000,	"entities in one message") \
	X(crypto_depth,	8,	"cryptographic layers within each other") \
	X(der_depth,	64,	"elements within elements") \
	X(element_bytes, 1048576, "one ASN.1 element read whole") \
	X(digests,	8,	"digest algorithms of one SignedData") \
	X(signers,	64,	"SignerInfos of one SignedData") \
	X(multiple,	128,	"digests made to find the other signatures that signers say they made") \
	X(beside,	32,	"time-stamps and counter-signatures looked at in one message") \
	X(rehashes,	8,	"signed parts of one message read again because micalg was wrong") \
	X(signer_bytes,	1048576, "one SignerInfo, signed and unsigned attributes included") \
	X(certificates,	100,	"certificates in one message") \
	X(certificate_bytes, 65536, "one certificate") \
	X(crls,		32,	"revocation lists in one message") \
	X(crl_bytes,	4194304, "one revocation list") \
	X(recipients,	10000,	"RecipientInfos of one message") \
	X(recipient_bytes, 65536, "one RecipientInfo") \
	X(key_tries,	8,	"RecipientInfos tried for each of our keys") \
	X(name_checks,	262144, "names compared with what issuers may vouch for, in one path") \
	X(path_signatures, 64,	"signatures checked while one path is looked for") \
	X(path_length,	10,	"certificates between signer and root") \
	X(kdf_iterations, 10000000, "PBKDF2 rounds that a message (all of it) or key file may ask for") \
	X(inflate_ratio, 100,	"decompressed to compressed, after the first MiB") \
	X(inflate_bytes, 1099511627776, "decompressed content") \
	X(inflate_depth, 2, "compressed contents within each other") \
	X(oneshot,	16777216, "content held whole because its algorithm cannot stream") \
	X(plan_max,	4194304, "content planned in memory so that DER can be written") \
	X(hold,		262144,	"octets held in memory before a file without a name is used") \
	X(diagnosis_bytes, 33554432, "signed content read again to find out what transit did to it") \
	X(diagnosis_work, 536870912, "octets read for that in all, in one message") \
	X(diagnoses,	4,	"signed contents looked at for that in one message") \
	X(questions,	24,	"asked of the network for one message") \
	X(finds,	100,	"addresses of one message whose certificates are looked for") \
	X(find_bytes,	262144,	"what a directory or the DNS says of one address") \
	X(news_bytes,	65536,	"the answer of an OCSP responder, certificates of an authority") \
	X(stamp_bytes,	262144,	"the answer of a time-stamping authority") \
	X(known_certificates, 4096, "certificates with a trusted path that a context remembers") \
	X(addresses,	1000,	"mailboxes in the address fields of a message")

struct ps_limits {
#define X(name, value, reason)	uint64_t name;
	PS_LIMITS(X)
#undef X
};

extern const struct ps_limits ps_limits_default;

#endif
