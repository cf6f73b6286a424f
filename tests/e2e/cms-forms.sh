#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Forms of CMS from the test vectors through the program: from pipes and to
# them, with the legacy provider and without, and on one screen of `inspect`.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
forms=$here/../vectors/cms-forms
bob=$here/../vectors/cms/bob.pem
printf '\000\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017' >kek

# piped FORM OPTION...: through standard input and output.
piped() {
	form=$1
	shift
	# A pipe, not a file: it cannot be read twice.
	# shellcheck disable=SC2002
	cat "$forms/$form.der" | "$POSTSEAL" open "$@" - >out && cmp out "$forms/payload.txt"
}
try "CCM from a pipe to a pipe" piped ccm-192 --kek kek
try "CEK-HKDF from a pipe to a pipe" piped cek-hkdf-gcm --identity "$bob"
try "authenticated data with attributes from a pipe" piped mac-sha256-attrs --identity "$bob"
try "authenticated data without them from a pipe" piped mac-sha512 --kek kek

# gives_nothing FORM STATUS WORDS OPTION...: that exit status, no octet, these words.
gives_nothing() {
	form=$1 status=$2 words=$3
	shift 3
	exits "$status" "$POSTSEAL" open "$@" - <"$forms/$form.der" >out 2>said
	[ ! -s out ] && grep -q "$words" said
}
try "a short CCM tag gives nothing" gives_nothing ccm-short-tag 3 'tag of AES-128-CCM' --kek kek
try "a changed authenticated content gives nothing" \
    gives_nothing mac-changed 3 'content was changed' --identity "$bob"
try "EncryptedData is named" gives_nothing encrypted 3 'encrypted-data' --kek kek
try "signedAndEnvelopedData is named" \
    gives_nothing signed-and-enveloped 3 'signed-and-enveloped-data' --identity "$bob"
try "a content that is no OCTET STRING is named" \
    gives_nothing not-octets 3 'not an OCTET STRING'

mkdir -p empty
without_legacy() {
	OPENSSL_MODULES=$PWD/empty gives_nothing old-rc2-40 3 'legacy provider' --identity "$bob"
}
try "a missing legacy provider is said" without_legacy
weakly() {
	"$POSTSEAL" open --identity "$bob" "$forms/old-rc2-40.der" >out 2>said
	grep -q 'legacy provider' said && return
	cmp out "$forms/payload.txt" && grep -q 'weakly' said
}
try "RC2 opens as weak where the provider is" weakly

# shows FORM WORDS...: `inspect` says all of them.
shows() {
	"$POSTSEAL" inspect "$forms/$1.der" >tree || return
	shift
	for words; do
		grep -q -- "$words" tree || { echo "inspect does not say: $words"; return 1; }
	done
}
try "inspect shows the bag" shows bag 'attribute certificates: 2' 'OCSP responses: 1'
try "inspect shows RSA-KEM" shows rsakem-ukm 'recipient: kem kem-rsa'
try "inspect shows CEK-HKDF" shows cek-hkdf-cbc 'aes-256-cbc' 'cek-hkdf-sha256'
try "inspect shows authenticated data" shows mac-sha256 'authentication code: hmac-sha256'

# A cipher that we do not have: its recipients are shown all the same.
unknown_cipher() {
	openssl cms -encrypt -aria-128-cbc -binary -in "$forms/payload.txt" -outform DER \
	    -out aria.der "$bob" &&
	    exits 0 "$POSTSEAL" inspect aria.der >tree && grep -q '1\.2\.410\.200046' tree &&
	    grep -q 'recipient: ktri' tree && exits 3 "$POSTSEAL" open --identity "$bob" aria.der
}
try "inspect shows a cipher that is not known" unknown_cipher

# data TAIL: a ContentInfo of type data, which ends in these octets.
data() {
	printf '\060\017\006\011\052\206\110\206\367\015\001\007\001\240%b' "$1" >data.der
	"$POSTSEAL" inspect data.der >tree 2>said
}
try "inspect reads data" data '\002\004\000'
try "inspect reads data to their end" exits 3 data '\003\004\000'
try "inspect finds what stands behind data" exits 3 data '\\002\\004\\000x'
