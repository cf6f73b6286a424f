#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Both directions with the cmsutil of NSS, which makes and reads CMS objects
# only; judge.py puts the MIME around them. The 3.87 of Debian 12 has neither
# OAEP, ECDH nor GCM, reads nothing that has such a recipient among others, and
# picks its own content cipher.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need cmsutil certutil pk12util openssl python3

db=sql:$WORK/nssdb

make_database() {
	mkdir nssdb && certutil -N -d "$db" --empty-password &&
	    certutil -A -d "$db" -n root -t CT,CT,CT -i root.crt &&
	    certutil -A -d "$db" -n issuing -t ,, -i issuing.crt || return 1
	for who in alice-rsa alice-p256 alice-p384 bob-rsa carol-rsa; do
		old_p12 $who && pk12util -d "$db" -i $who.p12 -W test -K '' || return 1
	done
}

# --- what we write ---

# they_verify OPTION...: cmsutil leaves with 0 whatever it finds.
they_verify() {
	cmsutil -D -d "$db" -n -h 1 "$@" >status && cat status &&
	    grep -q 'status=GoodSignature' status &&
	    ! grep 'signer[0-9]*\.status=' status | grep -v 'status=GoodSignature'
}

they_verify_clear() {
	python3 "$judge" split "$1" . && they_verify -i cms -c content
}

they_decrypt() {
	rm -f got
	python3 "$judge" extract "$1" >cms && cmsutil -D -d "$db" -p '' -i cms -o got
}

we_sign_clear() {
	ours sign mail.eml -o signed.eml --identity "$@" && they_verify_clear signed.eml &&
	    same_body content
}

we_sign_opaque() {
	ours sign mail.eml -o signed.eml --opaque --identity "$@" &&
	    they_decrypt signed.eml && same_body got && they_verify -i cms
}

we_encrypt() {
	ours encrypt mail.eml --to bob-rsa.crt --key-transport pkcs1 -o encrypted.eml "$@" &&
	    they_decrypt encrypted.eml && same_body got
}

we_seal() {
	ours seal "$1" --identity alice-rsa.pem --to bob-rsa.crt --key-transport pkcs1 \
	    --cipher aes-256-cbc -o sealed.eml && they_decrypt sealed.eml &&
	    mv got inner && they_verify_clear inner && same_body content "$2"
}

written() {
	for form in clear opaque; do
		for digest in sha256 sha384 sha512; do
			for padding in pkcs1 pss; do
				try "we sign: $form $padding $digest" we_sign_$form alice-rsa.pem \
				    --padding $padding --digest $digest
			done
			try "we sign: $form p256 $digest" we_sign_$form alice-p256.pem \
			    --digest $digest
		done
		try "we sign: $form p384" we_sign_$form alice-p384.pem --digest sha384
		try "we sign: $form by key identifier" we_sign_$form alice-p256.pem --key-ids
	done
	for cipher in aes-128-cbc aes-192-cbc aes-256-cbc; do
		try "we encrypt: $cipher" we_encrypt --cipher $cipher
	done
	try "we encrypt: two recipients" we_encrypt --cipher aes-256-cbc --to carol-rsa.crt
	try "we encrypt: by key identifier" we_encrypt --cipher aes-256-cbc --key-ids
	try "we seal" we_seal mail.eml body
	try "we seal: big" we_seal big.eml big.body
}

# --- what NSS writes ---

# they_sign WHO DIGEST OPTION...: with time, capabilities and key preference.
they_sign() {
	who=$1 digest=$2
	shift 2
	cmsutil -S -d "$db" -p '' -N "$who" -H "$digest" -G -P -Y "$who" "$@" -i entity -o cms
}

clear_mail() {
	python3 "$judge" clear "$1" cms "$2" >theirs && cat fields theirs >theirs.eml
}

opaque_mail() {
	python3 "$judge" opaque cms "$1" >theirs && cat fields theirs >theirs.eml
}

their_clear() {
	they_sign "$1" "SHA$2" -T && clear_mail entity "sha-$2" &&
	    opens 0 theirs.eml summary=signed signatures.0.state=valid &&
	    same_body opened.eml &&
	    python3 "$judge" flip theirs.eml 'Line one' >changed.eml &&
	    opens 1 changed.eml signatures.0.state=invalid
}

their_opaque() {
	they_sign "$1" "SHA$2" && opaque_mail signed-data &&
	    opens 0 theirs.eml summary=signed signatures.0.state=valid && same_body opened.eml
}

they_encrypt() {
	cmsutil -E -d "$db" -p '' -r bob-rsa,carol-rsa -i "$1" -o cms &&
	    opaque_mail enveloped-data
}

their_envelope() {
	they_encrypt "$1" || return 1
	for who in bob-rsa carol-rsa; do
		opens 0 "theirs.eml --identity $who.pem" summary=encrypted \
		    encryption.0.recipients.#=2 && same_body opened.eml "$2" || return 1
	done
	opens 3 "theirs.eml --identity alice-rsa.pem" summary=broken
}

their_seal() {
	they_sign alice-p256 SHA256 -T && clear_mail entity sha-256 && mv theirs inner &&
	    they_encrypt inner &&
	    opens 0 "theirs.eml --identity bob-rsa.pem" summary=sealed && same_body opened.eml
}

read_back() {
	for digest in 256 384 512; do
		for who in alice-rsa alice-p256; do
			try "they sign: clear $who SHA$digest" their_clear $who $digest
			try "they sign: opaque $who SHA$digest" their_opaque $who $digest
		done
	done
	try "they encrypt" their_envelope entity body
	try "they encrypt: 2 MiB" their_envelope big.entity big.body
	try "they seal" their_seal
}

make_pki alice-rsa:2048 alice-p256:P-256 alice-p384:P-384 bob-rsa:2048 carol-rsa:2048
make_mail
big_mail 2097152
make_database >database.log 2>&1 || {
	echo "not ok nss: its database cannot be made: $(tail -n 1 database.log)"
	exit 1
}
written
read_back
