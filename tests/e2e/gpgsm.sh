#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Both directions with gpgsm, which makes and reads CMS objects only; judge.py
# puts the MIME around them. The 2.2 of Debian 12 has neither OAEP, ECDH, GCM nor
# subjectKeyIdentifier, and imports no EC key.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need gpgsm gpg-connect-agent openssl python3

GNUPGHOME=$WORK/gnupg
export GNUPGHOME LC_ALL=C
if [ ${#GNUPGHOME} -gt 85 ]; then
	echo "skip gpgsm: its sockets cannot have a path as long as $GNUPGHOME"
	exit 0
fi
trap end_agent EXIT
trap 'exit 1' INT TERM HUP

# end_agent: by its own number; it says "D 1234".
end_agent() {
	pid=$(gpg-connect-agent --no-autostart 'getinfo pid' /bye 2>/dev/null |
	    sed -n 's/^D //p')
	[ -z "$pid" ] || kill "$pid"
}

fingerprint() {
	openssl x509 -in "$1.crt" -noout -fingerprint -sha1 | sed 's/.*=//; s/://g'
}

theirs() {
	echo test | gpgsm --batch --yes --pinentry-mode loopback --passphrase-fd 0 \
	    --disable-crl-checks "$@"
}

make_home() {
	mkdir -m 700 "$GNUPGHOME"
	echo "allow-loopback-pinentry" >"$GNUPGHOME/gpg-agent.conf"
	echo "$(fingerprint root) S relax" >"$GNUPGHOME/trustlist.txt"
	theirs --import root.crt issuing.crt alice-p256.crt alice-p384.crt
	for who in alice-rsa bob-rsa carol-rsa; do
		old_p12 $who && theirs --import $who.p12 || return 1
	done
}

# --- what we write ---

they_verify() {
	theirs --status-fd 1 --verify "$@" >status && grep -q 'GOODSIG' status &&
	    ! grep -Eq 'BADSIG|ERRSIG|TRUST_(NEVER|UNDEFINED)' status
}

they_decrypt() {
	rm -f got
	python3 "$judge" extract "$1" >cms && theirs --output got --decrypt cms
}

they_verify_clear() {
	python3 "$judge" split "$1" . && they_verify cms content
}

we_sign_clear() {
	ours sign mail.eml -o signed.eml --identity "$@" && they_verify_clear signed.eml &&
	    same_body content
}

we_sign_opaque() {
	rm -f got
	ours sign mail.eml -o signed.eml --opaque --identity "$@" &&
	    python3 "$judge" extract signed.eml >cms && they_verify --output got cms &&
	    same_body got
}

we_encrypt() {
	ours encrypt mail.eml --to bob-rsa.crt --key-transport pkcs1 -o encrypted.eml "$@" &&
	    they_decrypt encrypted.eml && same_body got
}

we_seal() {
	ours seal mail.eml --identity alice-rsa.pem --to bob-rsa.crt --key-transport pkcs1 \
	    --padding pkcs1 --cipher aes-256-cbc -o sealed.eml && they_decrypt sealed.eml &&
	    mv got inner && they_verify_clear inner && same_body content
}

big() {
	ours encrypt big.eml --to bob-rsa.crt --key-transport pkcs1 --cipher aes-128-cbc \
	    -o encrypted.eml && they_decrypt encrypted.eml && same_body got big.body
}

written() {
	for form in clear opaque; do
		for digest in sha256 sha384 sha512; do
			for padding in pkcs1 pss; do
				try "we sign: $form $padding $digest" we_sign_$form alice-rsa.pem \
				    --padding $padding --digest $digest
			done
		done
		try "we sign: $form p256" we_sign_$form alice-p256.pem --digest sha256
		try "we sign: $form p384" we_sign_$form alice-p384.pem --digest sha384
	done
	for cipher in aes-128-cbc aes-192-cbc aes-256-cbc; do
		try "we encrypt: $cipher" we_encrypt --cipher $cipher
	done
	try "we encrypt: two recipients" we_encrypt --cipher aes-256-cbc --to carol-rsa.crt
	try "we seal" we_seal
	try "we encrypt: big" big
}

# --- what gpgsm writes ---

they_sign() {
	rm -f cms
	theirs --local-user "$(fingerprint alice-rsa)" --output cms "$@"
}

clear_mail() {
	python3 "$judge" clear "$1" cms "$2" >theirs && cat fields theirs >theirs.eml
}

opaque_mail() {
	python3 "$judge" opaque cms "$1" >theirs && cat fields theirs >theirs.eml
}

their_clear() {
	they_sign --digest-algo "$1" --detach-sign entity && clear_mail entity "$2" &&
	    opens 0 theirs.eml summary=signed signatures.0.state=valid &&
	    same_body opened.eml &&
	    python3 "$judge" flip theirs.eml 'Line one' >changed.eml &&
	    opens 1 changed.eml signatures.0.state=invalid
}

their_opaque() {
	they_sign --digest-algo "$1" --sign entity && opaque_mail signed-data &&
	    opens 0 theirs.eml summary=signed signatures.0.state=valid && same_body opened.eml
}

# they_encrypt FILE OPTION...: to two recipients.
they_encrypt() {
	rm -f cms
	file=$1
	shift
	theirs --recipient "$(fingerprint bob-rsa)" --recipient "$(fingerprint carol-rsa)" \
	    --output cms "$@" --encrypt "$file" && opaque_mail enveloped-data
}

their_envelope() {
	they_encrypt entity --cipher-algo "$1" || return 1
	for who in bob-rsa carol-rsa; do
		opens 0 "theirs.eml --identity $who.pem" summary=encrypted "encryption.0.cipher=$2" &&
		    same_body opened.eml || return 1
	done
	opens 3 "theirs.eml --identity alice-rsa.pem" summary=broken
}

their_seal() {
	they_sign --detach-sign entity && clear_mail entity sha-256 && mv theirs inner &&
	    they_encrypt inner --cipher-algo AES256 &&
	    opens 0 "theirs.eml --identity bob-rsa.pem" summary=sealed && same_body opened.eml
}

their_big() {
	they_sign --sign big.entity && opaque_mail signed-data &&
	    opens 0 theirs.eml summary=signed && same_body opened.eml big.body
}

read_back() {
	for digest in 256 384 512; do
		try "they sign: clear SHA$digest" their_clear SHA$digest sha-$digest
		try "they sign: opaque SHA$digest" their_opaque SHA$digest
	done
	for bits in 128 192 256; do
		try "they encrypt: AES-$bits" their_envelope AES$bits aes-$bits-cbc
	done
	try "they seal" their_seal
	try "they sign: big" their_big
}

make_pki alice-rsa:2048 alice-p256:P-256 alice-p384:P-384 bob-rsa:2048 carol-rsa:2048
make_mail
big_mail 12582912
make_home >home.log 2>&1 || {
	echo "not ok gpgsm: its home cannot be made: $(tail -n 1 home.log)"
	exit 1
}
written
read_back
