#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The forms of PKCS #7 1.5, and parameters that are rare: written by `openssl smime`
# (its PKCS #7 code is another than its CMS code) and `openssl cms`, read by us.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3
make_pki alice-rsa:2048 bob-rsa:2048
make_mail

# --- PKCS #7 ---

# signed_by_smime OPTION...: version 1, with what the options say.
signed_by_smime() {
	openssl smime -sign -in entity -signer alice-rsa.crt -inkey alice-rsa.key \
	    -certfile issuing.crt -md sha256 "$@" -out theirs &&
	    cat fields theirs >theirs.eml
}

reads_signed() {
	signed_by_smime "$@" && opens 0 theirs.eml summary=signed signatures.0.state=valid &&
	    same_body opened.eml
}

# RFC 9787 and STANDARDS A1: without signed attributes the octets are right, no more.
without_attributes() {
	signed_by_smime -nodetach -noattr &&
	    verdict 1 theirs.eml summary=plain signatures.0.state=untrusted
}

reads_enveloped() {
	openssl smime -encrypt "-$1" -in entity -out theirs bob-rsa.crt &&
	    cat fields theirs >theirs.eml &&
	    opens 0 "theirs.eml --identity bob-rsa.pem" summary=encrypted "encryption.0.cipher=$2" &&
	    same_body opened.eml &&
	    "$POSTSEAL" inspect theirs.eml >tree && grep -q 'form: version 0' tree
}

reads_certificates() {
	openssl crl2pkcs7 -nocrl -certfile issuing.crt -certfile alice-rsa.crt -outform DER \
	    -out certs.p7c && "$POSTSEAL" inspect certs.p7c >tree &&
	    grep -q 'peers.test' tree && verdict 1 certs.p7c summary=plain
}

try "PKCS #7: clear-signed" reads_signed
try "PKCS #7: opaque" reads_signed -nodetach
try "PKCS #7: opaque, its lines as they are" reads_signed -nodetach -binary
try "PKCS #7: without signed attributes" without_attributes
for cipher in "aes-128-cbc aes-128-cbc" "des3 des-ede3-cbc"; do
	# shellcheck disable=SC2086 # two words
	try "PKCS #7: enveloped, version 0, ${cipher%% *}" reads_enveloped $cipher
done
try "PKCS #7: certificates alone" reads_certificates

# --- parameters ---

pss() {
	openssl cms -sign -in entity -signer alice-rsa.crt -inkey alice-rsa.key -md "$1" \
	    -certfile issuing.crt -keyopt rsa_padding_mode:pss -keyopt "rsa_pss_saltlen:$3" \
	    -keyopt "rsa_mgf1_md:$2" -out theirs && cat fields theirs >theirs.eml &&
	    verdict "$4" theirs.eml "summary=$5" "signatures.0.algorithm=rsa-pss" \
		"signatures.0.digest=$1"
}
for row in "sha256 sha256 0" "sha256 sha256 11" "sha256 sha512 20" "sha512 sha256 190" \
    "sha384 sha384 max" "sha256 sha384 33"; do
	# shellcheck disable=SC2086
	try "PSS: digest, mask, salt $row" pss $row 0 signed
done

oaep() {
	openssl cms -encrypt -aes-128-cbc -in entity -out theirs -recip bob-rsa.crt \
	    -keyopt rsa_padding_mode:oaep -keyopt "rsa_oaep_md:$1" -keyopt "rsa_mgf1_md:$2" \
	    ${3:+-keyopt "rsa_oaep_label:$3"} && cat fields theirs >theirs.eml &&
	    opens 0 "theirs.eml --identity bob-rsa.pem" summary=encrypted && same_body opened.eml
}
for row in "sha1 sha1" "sha256 sha256" "sha256 sha1" "sha512 sha384" "sha224 sha512"; do
	# shellcheck disable=SC2086
	try "OAEP: digest and mask $row" oaep $row
done
try "OAEP: with a label" oaep sha256 sha256 0102030405060708
