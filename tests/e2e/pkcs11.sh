#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Keys that never leave their token: SoftHSM2, by the engine of libp11 and by
# pkcs11-provider, whichever this system has. The openssl command judges what
# is signed, and encrypts what is opened.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3 softhsm2-util pkcs11-tool
module=$(find /usr/lib /usr/local/lib -name libsofthsm2.so 2>/dev/null | head -n 1)
[ -n "$module" ] || {
	echo 'skip pkcs11: SoftHSM2 has no module here'
	exit 0
}

make_pki alice-rsa:2048 alice-p256:P-256
make_mail
echo 1234 >pin
echo 4321 >wrong

# --- the token ---

token() {
	mkdir "$1.d"
	printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n%s\n' \
	    "$PWD/$1.d" "${2:-}" >"$1.conf"
	export SOFTHSM2_CONF="$PWD/$1.conf"
	softhsm2-util --init-token --free --label "$1" --pin 1234 --so-pin 5678
} >>token.log 2>&1

tool() {
	pkcs11-tool --module "$module" --token-label "$token" --pin 1234 --login "$@" \
	    >>token.log 2>&1
}

# keep PERSON ID: key and certificate go into the token.
keep() {
	openssl pkey -in "$1.key" -outform DER -out one.der
	openssl pkey -in "$1.key" -pubout -outform DER -out two.der
	openssl x509 -in "$1.crt" -outform DER -out three.der
	tool --write-object one.der --type privkey --label "$1" --id "$2" --usage-sign \
	    --usage-decrypt --usage-derive
	tool --write-object two.der --type pubkey --label "$1" --id "$2"
	tool --write-object three.der --type cert --label "$1" --id "$2"
	rm one.der
}

# The second token cannot do RSA without padding.
for token in good poor; do
	token $token "$([ $token = good ] || echo 'slots.mechanisms = -CKM_RSA_X_509')"
	keep alice-rsa 01
	keep alice-p256 02
done
use() {
	token=$1
	export SOFTHSM2_CONF="$PWD/$1.conf"
}
use good

# --- what is tried ---

uri() {
	echo "pkcs11:token=$token;object=$1?module-path=$module"
}

signs() {
	rm -f signed.eml
	"$POSTSEAL" sign mail.eml --identity "$(uri "$1")" --passphrase-file pin \
	    --cert issuing.crt -o signed.eml "${2:---digest=sha256}" &&
	    openssl cms -verify -in signed.eml -CAfile root.crt -out signed.entity &&
	    same_body signed.entity
}

# The certificate of the token may be named beside: the key finds it.
decrypts() {
	recipient=$1
	shift
	openssl cms -encrypt -binary -aes256 -in entity -out encrypted.eml \
	    -recip "$recipient.crt" "$@" &&
	    ours open --eol crlf encrypted.eml --identity "$(uri "$recipient")" \
		--passphrase-file pin -o opened.eml &&
	    same_body opened.eml
}

seals() {
	ours seal mail.eml --identity "$(uri alice-rsa)" --passphrase-file pin \
	    --to alice-p256.crt -o sealed.eml &&
	    opens 0 "sealed.eml --identity $(uri alice-p256) --passphrase-file pin" \
		summary=sealed
}

# refuses STATUS WORDS OPTION...: and says so in these words.
refuses() {
	status=$1 words=$2
	shift 2
	exits "$status" "$POSTSEAL" sign mail.eml -o refused.eml "$@" 2>refused.log
	good=$?
	cat refused.log
	[ $good = 0 ] && [ ! -e refused.eml ] && grep -q "$words" refused.log
}

# A wrong PIN is tried once: the token, which locks after some, tells.
wrong_pin_once() {
	refuses 3 'PIN is wrong' --identity "$(uri alice-rsa)" --passphrase-file wrong &&
	    refuses 3 'PIN is wrong' --identity "$(uri alice-rsa)" --passphrase-file wrong &&
	    signs alice-rsa
}

# One octet of the wrapped key changed: the same words as for a changed content.
damaged() {
	openssl cms -encrypt -binary -aes256 -in entity -outform DER -out damaged.der \
	    -recip alice-rsa.crt &&
	    python3 - damaged.der <<'END' && exits 3 ours open damaged.der \
		--identity "$(uri alice-rsa)" --passphrase-file pin -o opened.eml 2>damaged.log
import sys
data = bytearray(open(sys.argv[1], "rb").read())
at = data.index(bytes.fromhex("04820100")) + 40
data[at] ^= 1
open(sys.argv[1], "wb").write(data)
END
	good=$?
	cat damaged.log
	[ $good = 0 ] && grep -q 'the key does not fit or the message was changed' damaged.log
}

tries() {
	use good
	try "$1: RSA signature" signs alice-rsa
	try "$1: RSA-PSS signature" signs alice-rsa --padding=pss
	try "$1: ECDSA signature" signs alice-p256
	try "$1: RSA key transport" decrypts alice-rsa
	try "$1: RSA-OAEP key transport" decrypts alice-rsa -keyopt rsa_padding_mode:oaep \
	    -keyopt "rsa_oaep_md:$2"
	try "$1: ECDH key agreement" decrypts alice-p256
	try "$1: sealed by one key, opened by another" seals
	try "$1: a wrong PIN is told and tried once" wrong_pin_once
	try "$1: no such key" refuses 3 'no such key' --identity "$(uri nobody)" \
	    --passphrase-file pin
	try "$1: a damaged wrapped key" damaged
	use poor
	# Answers of SoftHSM to what it lacks are exceptions of C++, which the address
	# sanitizer cannot pass on in a program that is none.
	if [ -n "${SANITIZED:-}" ]; then
		echo "skip $1: padding undone by the token: this build is sanitized"
		use good
		return
	fi
	try "$1: padding undone by the token" decrypts alice-rsa
	try "$1: a damaged wrapped key, padding undone by the token" damaged
	use good
}

# --- the ways ---

folder=$(openssl version -m | sed 's/.*"\(.*\)".*/\1/')
engines=$(openssl version -e | sed 's/.*"\(.*\)".*/\1/')
provider=
for one in "${PKCS11_PROVIDER_DIR:-}" "$folder"; do
	[ -n "$one" ] && [ -e "$one/pkcs11.so" ] && provider=$one && break
done

# Another OpenSSL than the command's has its engines in a folder of its own.
has_engine() {
	[ -e "$engines/pkcs11.so" ] || return 1
	theirs=$(ldd "$(command -v openssl)" | sed -n 's/.*libcrypto[^ ]* => \([^ ]*\).*/\1/p')
	ours=$(ldd "$POSTSEAL" | sed -n 's/.*libcrypto[^ ]* => \([^ ]*\).*/\1/p')
	[ "$theirs" = "$ours" ]
}

if has_engine; then
	export OPENSSL_MODULES="$WORK/nowhere"
	tries engine sha256
	unset OPENSSL_MODULES
else
	echo 'skip pkcs11 by the engine: this OpenSSL has none (libengine-pkcs11-openssl)'
fi
export OPENSSL_ENGINES="$WORK/nowhere"
# The provider leaves OAEP to the token, and SoftHSM2 has it with SHA-1 alone.
# It loads modules in a way (RTLD_DEEPBIND) that the address sanitizer forbids.
if [ -n "$provider" ] && grep -q __asan_init "$POSTSEAL"; then
	echo 'skip pkcs11 by the provider: not with the address sanitizer'
elif [ -n "$provider" ]; then
	export OPENSSL_MODULES="$provider"
	tries provider sha1
else
	echo 'skip pkcs11 by the provider: pkcs11-provider is not there'
fi

export OPENSSL_MODULES="$WORK/nowhere"
try 'no way to tokens is told' refuses 3 'install pkcs11-provider' \
    --identity "$(uri alice-rsa)" --passphrase-file pin
try 'a PIN in the URI is refused' refuses 5 'can be seen by everybody' \
    --identity "$(uri alice-rsa)&pin-value=1234"
