#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Post-quantum keys and certificates: made, asked for, issued, exported in each
# form, judged. The openssl command of 3.5 is the peer; without it, or where
# postseal itself is built with an elder OpenSSL, what is missing is said.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3

says_what_is_missing() {
	"$POSTSEAL" version | grep -q 'no ML-KEM, ML-DSA and SLH-DSA: 3.5 or later is needed' &&
	    ! "$POSTSEAL" ca init --ca old --name X --pq --passphrase-file pass 2>why &&
	    grep -q 'this OpenSSL has no ML-DSA-65: 3.5 or later is needed' why
}

echo secret >pass
echo ours >pass2
if ! "$POSTSEAL" version | grep -q ml-kem-768; then
	try "pq-keys: an old OpenSSL is named" says_what_is_missing
	exit 0
fi
peer=openssl
openssl list -kem-algorithms 2>/dev/null | grep -q ML-KEM-768 ||
    peer=$("$here/../../packaging/openssl35.sh" --where)/bin/openssl || {
	echo "skip pq-keys: there is no openssl 3.5 here"
	exit 0
}

# --- files of keys ---

# forms KIND: the same key comes back from an export in each form.
forms() {
	kind=$1 seed=$2
	"$peer" genpkey -algorithm "$kind" -out key.pem &&
	    "$peer" pkey -in key.pem -pubout -outform DER -out want.spki || return
	rm -f forms.db
	"$POSTSEAL" id import key.pem --store forms.db --from ana@pq.example \
	    --new-passphrase-file pass || return
	for form in seed both expanded; do
		"$POSTSEAL" id export 1 --store forms.db --key-form $form --passphrase-file pass \
		    --new-passphrase-file pass2 -o $form.p12 &&
		    "$peer" pkcs12 -in $form.p12 -passin file:pass2 -nodes -nocerts >$form.pem &&
		    "$peer" pkey -in $form.pem -pubout -outform DER -out found.spki &&
		    cmp want.spki found.spki || return
	done
	# OpenSSL has kept what the file said: the seed alone is a few octets.
	"$POSTSEAL" id export 1 --store forms.db --pem --passphrase-file pass \
	    --new-passphrase-file pass2 -o sealed.pem || return
	"$peer" pkey -in sealed.pem -passin file:pass2 -pubout -outform DER -out found.spki &&
	    cmp want.spki found.spki &&
	    [ "$(wc -c <sealed.pem)" -lt "$seed" ] && [ "$(wc -c <both.p12)" -gt "$(wc -c <seed.p12)" ]
}
for kind in ML-DSA-44 ML-DSA-87 ML-KEM-512 ML-KEM-1024; do
	try "pq-keys: $kind in each form" forms $kind 800
done

# --- an authority ---

authority() {
	"$POSTSEAL" ca init --ca ca --name 'PQ' --pq --passphrase-file pass \
	    --crl-url http://pki.example/i.crl --issuer-url http://pki.example/i.crt &&
	    "$peer" x509 -in ca/root.pem -noout -text >root.txt &&
	    grep -q 'Public Key Algorithm: ML-DSA-65' root.txt &&
	    grep -q 'Signature Algorithm: ML-DSA-65' root.txt
}
verified() {
	"$peer" verify -x509_strict -CAfile ca/root.pem -untrusted ca/issuing.pem "$@"
}
issues_two() {
	"$POSTSEAL" ca issue --ca ca ana@pq.example --pq -o ana.p12 --passphrase-file pass \
	    --new-passphrase-file pass2 &&
	    "$peer" pkcs12 -in ana.p12 -passin file:pass2 -nokeys -clcerts >ana.certs &&
	    awk '/-----BEGIN/ { n++ } { print >("ana" n ".pem") }' ana.certs &&
	    verified ana1.pem && verified ana2.pem &&
	    "$peer" x509 -in ana1.pem -noout -text >one.txt &&
	    "$peer" x509 -in ana2.pem -noout -text >two.txt &&
	    grep -q 'Public Key Algorithm: ML-DSA-65' one.txt &&
	    grep -A1 'Key Usage: critical' one.txt | grep -q '^ *Digital Signature$' &&
	    grep -q 'Public Key Algorithm: ML-KEM-768' two.txt &&
	    grep -A1 'Key Usage: critical' two.txt | grep -q '^ *Key Encipherment$'
}
lint_finds_nothing() {
	"$POSTSEAL" cert lint ca/issuing.pem ana1.pem ana2.pem >lint.txt
	cat lint.txt
	! grep -q 'error\|warning' lint.txt
}
# RFC 9935, 5: "keyEncipherment MUST be the only key usage set"; RFC 9881, 5.
lint_finds_usages() {
	"$peer" pkey -pubin -in "$1.pub" -out /dev/null || return
	printf '[x]\nkeyUsage=critical,%s\nextendedKeyUsage=emailProtection\n' "$2" >x.cnf
	printf 'subjectAltName=email:ana@pq.example\n' >>x.cnf
	"$peer" x509 -new -subj /CN=Ana -force_pubkey "$1.pub" -CA ca.pem -CAkey ca.key \
	    -extfile x.cnf -extensions x -days 365 -out bad.pem || return
	"$POSTSEAL" cert lint bad.pem >lint.txt
	cat lint.txt
	grep -q "error.*$3" lint.txt
}
requests() {
	"$POSTSEAL" id create ben@pq.example --pq --store ben.db --new-passphrase-file pass2 \
	    -o ben.csr &&
	    awk '/-----BEGIN/ { n++ } { print >("ben" n ".csr") }' ben.csr &&
	    "$peer" req -in ben1.csr -noout -verify && grep -q 'PUBLIC KEY' ben2.csr || return
	for n in 1 2; do
		"$POSTSEAL" ca issue --ca ca --request ben$n.csr ben@pq.example -o ben$n.pem \
		    --for "$(echo sign encrypt | cut -d' ' -f$n)" --passphrase-file pass &&
		    verified ben$n.pem &&
		    "$POSTSEAL" id install ben$n.pem --store ben.db || return
	done
	"$POSTSEAL" id list --store ben.db --json >list.json &&
	    grep -q '"ML-DSA-65"' list.json && grep -q '"ML-KEM-768"' list.json
}
renews() {
	"$POSTSEAL" id renew ben@pq.example --store ben.db --passphrase-file pass2 \
	    --new-passphrase-file pass2 -o again.csr &&
	    "$POSTSEAL" id list --store ben.db --json >list.json &&
	    [ "$(grep -c '"ML-DSA-65"' list.json)" = 2 ] &&
	    [ "$(grep -c '"ML-KEM-768"' list.json)" = 2 ]
}
revokes() {
	"$POSTSEAL" ca revoke --ca ca ben1.pem &&
	    "$POSTSEAL" ca crl --ca ca -o i.crl --passphrase-file pass &&
	    "$POSTSEAL" ca crl --ca ca --root -o r.crl --passphrase-file pass &&
	    "$peer" crl -in i.crl -inform DER -CAfile ca/issuing.pem -verify -noout 2>&1 |
	    grep -q 'verify OK' &&
	    "$peer" ocsp -issuer ca/issuing.pem -cert ben1.pem -reqout q.der &&
	    "$POSTSEAL" ca ocsp --ca ca --request q.der -o a.der --passphrase-file pass &&
	    "$peer" ocsp -respin a.der -no_nonce -issuer ca/issuing.pem -cert ben1.pem -CAfile ca/root.pem \
	    -verify_other ca/issuing.pem >answer 2>&1 &&
	    grep -q 'Response verify OK' answer && grep -q 'ben1.pem: revoked' answer
}
refuses_to_sign_itself() {
	exits 2 "$POSTSEAL" id create eve@pq.example --pq --self-signed --store eve.db \
	    --new-passphrase-file pass2 &&
	    "$POSTSEAL" id list --store eve.db >list.txt; [ ! -s list.txt ]
}
"$peer" genpkey -algorithm ML-DSA-44 -out ca.key
"$peer" req -new -x509 -key ca.key -subj /CN=Root -days 3650 -out ca.pem \
    -addext basicConstraints=critical,CA:true -addext keyUsage=critical,keyCertSign,cRLSign
for kind in ML-KEM-512 ML-DSA-44; do
	"$peer" genpkey -algorithm $kind | "$peer" pkey -pubout -out $kind.pub
done
try "pq-keys: an authority of ML-DSA" authority
try "pq-keys: two keys, two certificates" issues_two
try "pq-keys: lint finds nothing" lint_finds_nothing
try "pq-keys: lint finds what ML-KEM cannot do" lint_finds_usages ML-KEM-512 \
    keyEncipherment,digitalSignature 'RFC 9935'
try "pq-keys: lint finds what ML-DSA cannot do" lint_finds_usages ML-DSA-44 \
    keyEncipherment,digitalSignature 'RFC 9881'
try "pq-keys: requested, issued, installed" requests
try "pq-keys: renewed with keys of their kinds" renews
try "pq-keys: revoked by list and answer" revokes
try "pq-keys: ML-KEM signs no certificate of its own" refuses_to_sign_itself

# --- paths that openssl made ---

# path KIND: a leaf of this kind under the root of ML-DSA-44 signs, and is revoked.
path() {
	"$peer" genpkey -algorithm "$1" -out leaf.key &&
	    "$peer" req -new -key leaf.key -subj /CN=Cleo -out leaf.csr || return
	printf '[x]\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=emailProtection\n' >x.cnf
	printf 'subjectAltName=email:cleo@pq.example\n' >>x.cnf
	"$peer" x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -extfile x.cnf -extensions x \
	    -days 365 -set_serial "0x$2" -out leaf.pem &&
	    cat leaf.key leaf.pem >cleo.pem || return
	printf 'From: cleo@pq.example\r\nTo: ana@pq.example\r\nSubject: x\r\n\r\nhello\r\n' >m.eml
	"$POSTSEAL" sign m.eml --no-store --identity cleo.pem -o signed.eml &&
	    exits 0 "$POSTSEAL" verify signed.eml --no-store --trust ca.pem --offline &&
	    exits 1 "$POSTSEAL" verify signed.eml --no-store --trust ca/root.pem --offline &&
	    exits 1 "$POSTSEAL" verify signed.eml --no-store --trust ca.pem --crl leaf.crl
}
revoking_list() {
	echo 01 >number
	printf 'R\t361231235959Z\t260101000000Z\t77\tunknown\t/CN=Cleo\n' >index.txt
	printf '[ca]\ndefault_ca=c\n[c]\ndatabase=index.txt\ncrlnumber=number\n' >crl.cnf
	printf 'default_md=default\ndefault_crl_days=3650\n' >>crl.cnf
	"$peer" ca -config crl.cnf -gencrl -cert ca.pem -keyfile ca.key -out leaf.crl
}
try "pq-keys: a list by ML-DSA" revoking_list
for kind in ML-DSA-65 SLH-DSA-SHA2-128f SLH-DSA-SHAKE-128f; do
	try "pq-keys: a path with $kind" path $kind 77
done
