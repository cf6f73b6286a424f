#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Key agreement over a prime (RFC 2631) as openssl and we read it from each other:
# sent only when --insecure-recipients insists.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
need openssl cmp
vectors=$here/../vectors
at=--at=2030-01-03T10:00:00Z

# openssl 3.0 writes to certificates of the vectors; bob issued the one of dora.
from_openssl() {
	openssl cms -encrypt -binary "-$1" -in draft.eml -outform DER -out "$1.der" \
	    "$vectors/cms-forms/dora.pem" &&
	    "$POSTSEAL" open --identity "$vectors/cms-forms/dora.pem" "$1.der" -o "$1.out" &&
	    cmp draft.eml "$1.out"
}

refused() {
	exits 5 "$POSTSEAL" encrypt $at --no-self --to "$vectors/cms-forms/dora.pem" draft.eml \
	    -o refused.eml && [ ! -e refused.eml ]
}

to_openssl() {
	"$POSTSEAL" encrypt $at --no-self --insecure-recipients --cipher "$1" \
	    --to "$vectors/cms-forms/dora.pem" --to "$vectors/cms/carol.pem" draft.eml -o "$1.eml" &&
	    openssl cms -decrypt -in "$1.eml" -inkey "$vectors/cms-forms/dora.pem" \
		-recip "$vectors/cms-forms/dora.pem" -out "$1.plain" &&
	    grep -q 'Meet me at noon' "$1.plain" &&
	    openssl cms -decrypt -in "$1.eml" -inkey "$vectors/cms/carol.pem" \
		-recip "$vectors/cms/carol.pem" -out "$1.carol" && cmp "$1.plain" "$1.carol"
}

printf 'From: a@example.org\r\nTo: dora@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nMeet me at noon.\r\n' >draft.eml
for cipher in aes-128-cbc aes-256-cbc aes-256-gcm des3; do
	try "openssl encrypts with DH and $cipher, we read it" from_openssl $cipher
done
try "a DH certificate is refused unless one insists" refused
for cipher in aes-128-cbc aes-256-cbc aes-256-gcm; do
	try "we encrypt with DH and $cipher, openssl reads it" to_openssl $cipher
done
