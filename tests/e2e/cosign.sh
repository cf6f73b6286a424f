#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A signature beside those that a mail has, and certificates without any: openssl signs first
# and judges after.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3

make_pki alice-rsa:2048 bob-p384:P-384 carol-p256:P-256
make_mail

# signed_by PERSON FILE: by the openssl command, as a mail of alice.
signed_by() {
	{
		cat fields
		openssl cms -sign -crlfeol -in entity -signer "$1.crt" -inkey "$1.key" \
		    -certfile issuing.crt
	} >"$2"
}
both() {
	rm -f both.eml
	"$POSTSEAL" sign --add --identity bob-p384.pem "$@" -o both.eml
}
# Both signatures, or openssl says which is wrong.
they_verify() {
	openssl cms -verify -in both.eml -CAfile root.crt -certfile issuing.crt -out got \
	    -certsout signers.crt
}
count() {
	openssl cms -cmsout -print -noout -in both.eml | grep -c signatureAlgorithm >n
	[ "$(cat n)" = "$1" ] || { echo "$(cat n) SignerInfos, not $1"; return 1; }
}

signed_by alice-rsa one.eml
try add.writes both one.eml
try add.openssl they_verify
try add.two count 2
try add.verdict verdict 0 both.eml summary=signed signatures.#=2 signatures.0.state=valid
try add.micalg grep -q 'micalg="sha-256,sha-384"' both.eml
try add.same-part cmp got entity
try add.nothing-around test "$(grep -c '^Content-Type: multipart/signed' both.eml)" = 1
cp both.eml two.eml
third() {
	"$POSTSEAL" sign --add --identity carol-p256.pem two.eml -o both.eml && they_verify &&
	    count 3
}
try add.third third

stored_with_lf() {
	tr -d '\r' <one.eml >lf.eml && both lf.eml && they_verify &&
	    verdict 0 both.eml summary=signed signatures.#=2
}
try add.lf stored_with_lf
ours_first() {
	ours sign mail.eml --identity alice-rsa.pem -o ours.eml && both ours.eml && they_verify &&
	    verdict 0 both.eml summary=signed signatures.#=2
}
try add.ours ours_first
unknown_signer() {
	{
		cat fields
		openssl cms -sign -crlfeol -in entity -signer alice-rsa.crt -inkey alice-rsa.key \
		    -nocerts
	} >bare.eml && both bare.eml && count 2
}
try add.unknown-signer unknown_signer

# --- what is refused leaves nothing ---

sed 's/awkward/awkwart/' one.eml >changed.eml
try add.changed exits 5 both changed.eml
try add.changed-nothing test ! -e both.eml
try add.unsigned exits 2 both mail.eml
{
	cat fields
	openssl cms -sign -nodetach -in entity -signer alice-rsa.crt -inkey alice-rsa.key
} >opaque.eml
try add.opaque exits 2 both opaque.eml
try add.with-opaque exits 2 both one.eml --opaque
try add.with-compress exits 2 both one.eml --compress

# --- certificates alone ---

export_certs() { "$POSTSEAL" cert export --smime "$@" -o certs.eml; }
they_list() {
	openssl smime -pk7out -in certs.eml | openssl pkcs7 -print_certs -noout |
	    sed -n 's/^subject=//p' | tr -d ' ' >listed
	printf 'CN=alice-rsa\nCN=bob-p384\nCN=TestIssuingCA\n' | cmp - listed
}
try certs.export export_certs issuing.crt root.crt alice-rsa.crt bob-p384.crt alice-rsa.crt
try certs.listed they_list
try certs.read exits 1 ours verify certs.eml
used() {
	openssl smime -pk7out -in certs.eml -out certs.p7 &&
	    "$POSTSEAL" encrypt mail.eml --to bob@peers.test --no-self --cert certs.p7 \
		--trust root.crt -o sent.eml
}
try certs.used used
try certs.none exits 5 export_certs root.crt
try certs.verb exits 2 "$POSTSEAL" cert hoard
try certs.form exits 2 "$POSTSEAL" cert export alice-rsa.crt
