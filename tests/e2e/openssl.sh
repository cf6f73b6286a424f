#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Both directions with the openssl command: what we write it reads, what it
# writes we read, over the algorithms, forms and recipients that both have.
# OpenSSL 3.0 signs no EdDSA, has no X25519 recipient, writes no password
# recipient with GCM, and cannot write RSA-PSS with -stream.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3

digests='sha256 sha384 sha512'
[ "${SANITIZED:-}" != 1 ] || digests=sha256
signers='alice-rsa:pkcs1 alice-rsa:pss alice-p256: alice-p384: alice-p521:'
ciphers='aes-128-cbc aes-192-cbc aes-256-cbc aes-128-gcm aes-192-gcm aes-256-gcm'
bobs='bob-rsa:pkcs1 bob-rsa:oaep bob-p256: bob-p384: bob-p521:'

make_pki alice-rsa:2048 alice-p256:P-256 alice-p384:P-384 alice-p521:P-521 \
    bob-rsa:2048 bob-p256:P-256 bob-p384:P-384 bob-p521:P-521 carol-rsa:2048
make_mail
printf 'correct horse\n' >password

# algorithm PERSON:FORM: the algorithm as the verdict names it.
algorithm() {
	case $1 in
	*:pkcs1) echo rsa-pkcs1 ;;
	*:pss)	echo rsa-pss ;;
	*)	echo ecdsa ;;
	esac
}

# --- what we write ---

they_verify() {
	rm -f got
	openssl cms -verify -in "$1" -CAfile root.crt -out got && same_body got "${2:-body}"
}

they_decrypt() {
	rm -f got
	openssl cms -decrypt -in "$1" -recip "$2.crt" -inkey "$2.key" -out got
}

we_sign() {
	who=$1 digest=$2
	shift 2
	padding=${who#*:}
	ours sign mail.eml --identity "${who%%:*}.pem" --digest "$digest" \
	    ${padding:+--padding "$padding"} "$@" -o signed.eml &&
	    they_verify signed.eml &&
	    verdict 0 signed.eml summary=signed signatures.0.state=valid \
		"signatures.0.algorithm=$(algorithm "$who")" "signatures.0.digest=$digest" \
		error=null
}

we_encrypt() {
	who=$1 cipher=$2
	shift 2
	transport=${who#*:}
	ours encrypt mail.eml --to "${who%%:*}.crt" --cipher "$cipher" \
	    ${transport:+--key-transport "$transport"} "$@" -o encrypted.eml &&
	    they_decrypt encrypted.eml "${who%%:*}" && same_body got
}

written() {
	for digest in $digests; do
		for who in $signers; do
			try "we sign: clear $who $digest" we_sign "$who" "$digest"
			try "we sign: opaque $who $digest" we_sign "$who" "$digest" --opaque
		done
	done
	for cipher in $ciphers; do
		for who in $bobs; do
			try "we encrypt: $who $cipher" we_encrypt "$who" "$cipher"
		done
	done
}

several_signers() {
	ours sign mail.eml --identity alice-rsa.pem --identity alice-p384.pem "$@" \
	    -o signed.eml && they_verify signed.eml &&
	    verdict 0 signed.eml summary=signed signatures.#=2 signatures.0.state=valid \
		signatures.1.state=valid
}

several_recipients() {
	ours encrypt mail.eml --to bob-rsa.crt --to bob-p384.crt --to carol-rsa.crt \
	    -o encrypted.eml || return 1
	for who in bob-rsa bob-p384 carol-rsa; do
		they_decrypt encrypted.eml $who && same_body got || return 1
	done
}

by_key_id() {
	we_sign alice-p256: sha256 --key-ids &&
	    openssl cms -cmsout -print -in signed.eml | grep -q 'd.subjectKeyIdentifier' &&
	    we_encrypt "$1" aes-256-cbc --key-ids &&
	    openssl cms -cmsout -print -in encrypted.eml | grep -Eq 'subjectKeyIdentifier|rKeyId'
}

to_password() {
	ours encrypt mail.eml --password-file password --cipher "$1" -o encrypted.eml &&
	    openssl cms -decrypt -in encrypted.eml -pwri_password 'correct horse' -out got &&
	    same_body got
}

we_seal() {
	ours seal "$1" --identity alice-p256.pem --to bob-rsa.crt --cipher "$2" \
	    ${3:+"$3"} -o sealed.eml && they_decrypt sealed.eml bob-rsa && mv got inner &&
	    they_verify inner "${4:-body}"
}

# lengths FILE HEX: how the outermost length is written.
lengths() {
	python3 "$judge" extract "$1" | head -c 2 | od -An -tx1 | grep -q "$2" || {
		echo "$1 does not begin with $2"
		return 1
	}
}

big() {
	we_seal big.eml "$1" "$2" big.body && lengths sealed.eml "$3"
}

written_otherwise() {
	try "we sign: two signers, clear" several_signers
	try "we sign: two signers, opaque" several_signers --opaque
	try "we encrypt: three recipients" several_recipients
	for who in bob-rsa:oaep bob-p256:; do
		try "we write: by key identifier, $who" by_key_id $who
	done
	for cipher in aes-128-cbc aes-256-gcm; do
		try "we encrypt: password, $cipher" to_password $cipher
		try "we seal: $cipher" we_seal mail.eml $cipher ''
		try "we seal: $cipher, opaque" we_seal mail.eml $cipher --opaque
	done
	try "we write: small is DER" lengths sealed.eml '30 82'
	try "we write: big is BER, aes-256-cbc" big aes-256-cbc '' '30 80'
	try "we write: big is BER, aes-256-gcm" big aes-256-gcm --opaque '30 80'
	try "we write: big as DER" big aes-256-gcm --der '30 8[34]'
}

# --- what openssl writes ---

# addressed FILE: a mail needs its From and To.
addressed() {
	cat fields "$1" >"$1.eml"
}

they_sign() {
	signer=${1%%:*} pss='' digest=$2
	[ "${1#*:}" != pss ] ||
	    pss='-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest'
	shift 2
	# shellcheck disable=SC2086
	openssl cms -sign -in entity -signer "$signer.crt" -inkey "$signer.key" \
	    -certfile issuing.crt -md "$digest" $pss "$@" -out theirs
}

we_verify() {
	who=$1 digest=$2
	they_sign "$@" && addressed theirs &&
	    opens 0 theirs.eml summary=signed signatures.0.state=valid \
		"signatures.0.algorithm=$(algorithm "$who")" "signatures.0.digest=$digest" \
		signatures.0.signer.addresses.0=alice@peers.test error=null &&
	    same_body opened.eml
}

# recipient PERSON:FORM: options of openssl cms -encrypt.
recipient() {
	printf '%s ' "-recip ${1%%:*}.crt"
	[ "${1#*:}" != oaep ] ||
	    echo '-keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256'
}

they_encrypt() {
	who=$1 cipher=$2
	shift 2
	# shellcheck disable=SC2046
	openssl cms -encrypt -in entity "-$cipher" "$@" $(recipient "$who") -out theirs
}

we_decrypt() {
	who=$1 cipher=$2
	confidentiality=encrypted authenticated=false
	case $cipher in
	*gcm)	confidentiality=intact authenticated=true ;;
	esac
	they_encrypt "$@" && addressed theirs &&
	    opens 0 "theirs.eml --identity ${who%%:*}.pem" summary=encrypted \
		"encryption.0.cipher=$cipher" "encryption.0.authenticated=$authenticated" \
		confidentiality=$confidentiality error=null &&
	    same_body opened.eml
}

read_back() {
	for digest in $digests; do
		for who in $signers; do
			try "they sign: clear $who $digest" we_verify "$who" "$digest"
			try "they sign: opaque $who $digest" we_verify "$who" "$digest" -nodetach
		done
	done
	for cipher in $ciphers; do
		for who in $bobs; do
			try "they encrypt: $who $cipher" we_decrypt "$who" "$cipher"
		done
	done
}

no_attributes() {
	they_sign alice-rsa:pkcs1 sha256 -noattr "$@" && addressed theirs &&
	    opens 1 theirs.eml summary=plain signatures.0.state=untrusted && same_body opened.eml
}

no_certificates() {
	they_sign alice-p256: sha256 -nocerts && addressed theirs &&
	    verdict 1 theirs.eml summary=plain &&
	    verdict 0 "theirs.eml --cert alice-p256.crt" summary=signed
}

bare_detached() {
	they_sign alice-p256: sha256 -outform "$1" -binary &&
	    verdict 0 "theirs --content entity --from alice@peers.test" summary=signed &&
	    verdict 1 "theirs --content entity --from eve@peers.test" \
		signatures.0.state=mismatch &&
	    verdict 1 "theirs --content mail.eml --from alice@peers.test" \
		signatures.0.state=invalid
}

bare_opaque() {
	they_sign alice-p256: sha256 -outform "$1" -binary -nodetach &&
	    verdict 0 "theirs --from alice@peers.test" summary=signed signatures.0.state=valid
}

bare_encrypted() {
	they_encrypt bob-rsa:oaep "$2" -outform "$1" &&
	    opens 0 "theirs --identity bob-rsa.pem" summary=encrypted && same_body opened.eml
}

they_encrypt_three() {
	openssl cms -encrypt -in entity -aes-256-gcm -out theirs bob-rsa.crt bob-p521.crt \
	    carol-rsa.crt && addressed theirs || return 1
	for who in bob-rsa bob-p521 carol-rsa; do
		opens 0 "theirs.eml --identity $who.pem" summary=encrypted \
		    encryption.0.recipients.#=3 && same_body opened.eml || return 1
	done
}

# wrong_key CIPHER: nothing is written, and the reason told.
wrong_key() {
	they_encrypt bob-rsa:pkcs1 "$1" && addressed theirs &&
	    opens 3 "theirs.eml --identity carol-rsa.pem" summary=broken &&
	    [ ! -e opened.eml ]
}

from_password() {
	openssl cms -encrypt -in entity "-$1" -pwri_password 'correct horse' -out theirs &&
	    addressed theirs &&
	    opens 0 "theirs.eml --password-file password" summary=encrypted \
		encryption.0.recipients.0.type=password && same_body opened.eml &&
	    echo wrong >wrong && opens 3 "theirs.eml --password-file wrong" summary=broken &&
	    [ ! -e opened.eml ]
}

they_seal() {
	they_sign alice-p256: sha256 ${2:+"$2"} && mv theirs inner &&
	    openssl cms -encrypt -in inner "-$1" -recip bob-p256.crt -out theirs &&
	    addressed theirs &&
	    opens 0 "theirs.eml --identity bob-p256.pem" summary=sealed confidentiality=intact &&
	    same_body opened.eml
}

they_write_big() {
	openssl cms -sign -in big.entity -signer alice-rsa.crt -inkey alice-rsa.key -binary \
	    -certfile issuing.crt -stream ${2:+"$2"} -out inner &&
	    openssl cms -encrypt -in inner "-$1" -stream -binary -recip bob-rsa.crt \
		-out theirs && addressed theirs && rm inner &&
	    opens 0 "theirs.eml --identity bob-rsa.pem" summary=sealed &&
	    same_body opened.eml big.body
}

two_signers() {
	openssl cms -sign -in entity -signer alice-rsa.crt -inkey alice-rsa.key \
	    -signer alice-p521.crt -inkey alice-p521.key -certfile issuing.crt "$@" \
	    -out theirs && addressed theirs &&
	    verdict 0 theirs.eml summary=signed signatures.#=2 signatures.0.state=valid \
		signatures.1.state=valid
}

read_back_otherwise() {
	try "they sign: -binary" we_verify alice-p256: sha256 -binary
	try "they sign: -stream" we_verify alice-p256: sha256 -stream
	try "they sign: -binary -stream -nodetach" we_verify alice-rsa:pkcs1 sha512 \
	    -binary -stream -nodetach
	try "they sign: -keyid" we_verify alice-rsa:pkcs1 sha256 -keyid
	try "they sign: -cades" we_verify alice-p384: sha384 -cades
	try "they sign: -crlfeol" we_verify alice-p256: sha256 -crlfeol
	try "they sign: -noattr is not trusted" no_attributes
	try "they sign: -noattr -nodetach is not trusted" no_attributes -nodetach
	try "they sign: -nocerts, with --cert" no_certificates
	try "they sign: two signers, clear" two_signers
	try "they sign: two signers, opaque" two_signers -nodetach
	for form in DER PEM; do
		try "they sign: detached $form" bare_detached $form
		try "they sign: opaque $form" bare_opaque $form
		for cipher in aes-128-cbc aes-256-gcm; do
			try "they encrypt: $form $cipher" bare_encrypted $form $cipher
		done
	done
	try "they encrypt: -keyid" we_decrypt bob-rsa:pkcs1 aes-256-cbc -keyid
	try "they encrypt: -keyid, ECDH" we_decrypt bob-p256: aes-256-gcm -keyid
	try "they encrypt: -stream" we_decrypt bob-rsa:oaep aes-128-cbc -stream
	try "they encrypt: -stream, GCM" we_decrypt bob-rsa:oaep aes-128-gcm -stream
	try "they encrypt: three recipients" they_encrypt_three
	try "they encrypt: password" from_password aes-256-cbc
	for cipher in aes-128-cbc aes-256-gcm; do
		try "they encrypt: not to us, $cipher" wrong_key $cipher
		try "they seal: $cipher" they_seal $cipher ''
		try "they seal: $cipher, opaque" they_seal $cipher -nodetach
		try "they seal: big, $cipher" they_write_big $cipher ''
		try "they seal: big, opaque, $cipher" they_write_big $cipher -nodetach
	done
}

# --- one octet changed ---

changed_clear() {
	they_sign alice-p256: sha256 && addressed theirs &&
	    python3 "$judge" flip theirs.eml 'Line one' >changed.eml &&
	    opens 1 changed.eml summary=plain signatures.0.state=invalid
}

changed_opaque() {
	they_sign alice-p256: sha256 -nodetach -outform DER &&
	    python3 "$judge" flip theirs 'Line one' >changed &&
	    verdict 1 "changed --from alice@peers.test" summary=plain \
		signatures.0.state=invalid
}

# A change of authenticated ciphertext is never opened.
changed_gcm() {
	they_encrypt bob-rsa:oaep aes-256-gcm && addressed theirs &&
	    python3 "$judge" flip64 theirs.eml "$1" >changed.eml &&
	    opens 3 "changed.eml --identity bob-rsa.pem" summary=broken && [ ! -e opened.eml ]
}

changed() {
	try "changed: clear signed" changed_clear
	try "changed: opaque signed" changed_opaque
	for place in 0.5 0.8 0.99; do
		try "changed: GCM at $place" changed_gcm $place
	done
}

big_mail 12582912
written
written_otherwise
read_back
read_back_otherwise
changed
