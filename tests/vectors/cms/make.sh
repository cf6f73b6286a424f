#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Makes the identities, CMS objects and mails of this folder and of ../mail
# anew with the openssl command (3.0). Keys are for these tests alone. Every
# run gives other octets with the same meaning.
#
# usage: tests/vectors/cms/make.sh
set -eu
cd "$(dirname "$0")"
umask 022
days=21900	# 60 years; the tests judge by 2030

cat >pki.cnf <<'END'
[req]
distinguished_name = name
prompt = no
[name]
CN = ${ENV::NAME}
END
export OPENSSL_CONF="$PWD/pki.cnf" NAME=-
trap 'rm -f pki.cnf ext *.csr *.key *.crt' EXIT

key() {
	case $2 in
	rsa)	openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$1.key" ;;
	P-*)	openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -out "$1.key" ;;
	*)	openssl genpkey -algorithm "$2" -out "$1.key" ;;
	esac 2>/dev/null
}

# request NAME KEY: an X25519 key cannot sign its own, so the root's does.
request() {
	NAME=$1 openssl req -new -key "$2.key" -out "$1.csr"
}

# person NAME KIND USAGE: NAME.pem gets key and certificate.
person() {
	key "$1" "$2"
	if [ "$2" = X25519 ]; then
		request "$1" root
		openssl pkey -in "$1.key" -pubout -out ext.pub
		set -- "$1" "$2" "$3" -force_pubkey ext.pub
	else
		request "$1" "$1"
		set -- "$1" "$2" "$3" -CAcreateserial
	fi
	cat >ext <<-END
	keyUsage = critical, $3
	extendedKeyUsage = emailProtection
	subjectKeyIdentifier = hash
	subjectAltName = email:$1@example.org
	END
	name=$1
	shift 3
	openssl x509 -req -in "$name.csr" -days $days -sha256 -extfile ext \
	    -set_serial "0x$(openssl rand -hex 8)" -CA root.crt -CAkey root.key "$@" \
	    -out "$name.crt" 2>/dev/null
	cat "$name.key" "$name.crt" >"$name.pem"
	rm -f ext.pub
}

key root P-256
request root root
cat >ext <<'END'
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
END
openssl x509 -req -in root.csr -days $days -extfile ext -signkey root.key -set_serial 1 \
    -out root.crt 2>/dev/null
cp root.crt root.pem
person alice rsa 'digitalSignature, keyEncipherment'
person bob rsa 'digitalSignature, keyEncipherment'
person carol P-256 'digitalSignature, keyAgreement'
person dave P-384 'digitalSignature, keyAgreement'
person erin ED25519 digitalSignature
person xenia X25519 keyAgreement

# --- bare objects over content.txt ---
printf 'Content-Type: text/plain\r\n\r\nMeet me at noon.\r\n' >content.txt
cms() {
	openssl cms -binary -outform DER "$@"
}
sign() {
	out=$1 who=$2
	shift 2
	cms -sign -in content.txt -signer "$who.crt" -inkey "$who.key" -out "$out.der" "$@"
}
sign signed-rsa alice -nodetach
sign signed-rsa-indefinite alice -nodetach -stream
sign signed-pss alice -nodetach -keyopt rsa_padding_mode:pss
sign signed-p256 carol -nodetach
sign signed-p384 dave -nodetach -md sha384
sign signed-keyid carol -nodetach -keyid
sign signed-noattr carol -nodetach -noattr
sign signed-nocerts carol -nodetach -nocerts
sign signed-cades carol -nodetach -cades
sign signed-detached carol
sign signed-two carol -nodetach -signer alice.crt -inkey alice.key
cms -sign -in content.txt -signer carol.crt -inkey carol.key -nodetach -md sha256 |
    openssl cms -resign -inform DER -outform DER -binary -signer dave.crt -inkey dave.key \
	-md sha256 -out signed-resigned.der

encrypt() {
	out=$1
	shift
	cms -encrypt -in content.txt -out "$out.der" "$@"
}
encrypt env-rsa-cbc128 -aes-128-cbc bob.crt
encrypt env-rsa-cbc192 -aes-192-cbc bob.crt
encrypt env-rsa-cbc256 -aes-256-cbc bob.crt
encrypt env-rsa-indefinite -aes-256-cbc -stream bob.crt
encrypt env-rsa-keyid -aes-128-cbc -keyid bob.crt
encrypt env-oaep -aes-128-cbc -recip bob.crt -keyopt rsa_padding_mode:oaep
encrypt env-oaep-sha256 -aes-256-cbc -recip bob.crt -keyopt rsa_padding_mode:oaep \
    -keyopt rsa_oaep_md:sha256
encrypt env-p256 -aes-128-cbc carol.crt
encrypt env-p384 -aes-256-cbc -recip dave.crt -keyopt ecdh_kdf_md:sha384 -aes256-wrap
encrypt env-p256-keyid -aes-128-cbc -keyid carol.crt
encrypt env-password -aes-128-cbc -pwri_password secret
encrypt env-kek -aes-128-cbc -secretkey 000102030405060708090a0b0c0d0e0f -secretkeyid a0a1
encrypt env-several -aes-128-cbc alice.crt bob.crt carol.crt
encrypt auth-rsa-gcm128 -aes-128-gcm bob.crt
encrypt auth-rsa-gcm256 -aes-256-gcm bob.crt
encrypt auth-indefinite -aes-256-gcm -stream bob.crt
encrypt auth-p256 -aes-128-gcm carol.crt

# --- mails ---
mail=../mail
mkdir -p $mail
printf '%s\r\n' 'Content-Type: text/plain; charset=us-ascii' '' 'Dear Bob,' '' \
    'the shipment leaves on Friday; please have 4 men at the gate.' '' 'Alice' >$mail/payload.txt
# head FROM: the fields outside, before what openssl wrote.
head() {
	printf '%s@example.org\r\n' "From: $1"
	printf '%s\r\n' 'To: bob@example.org' 'Subject: Friday' \
	    'Date: Thu, 03 Jan 2030 10:00:00 +0000' 'Message-ID: <1@example.org>'
}
# sealed NAME FROM FILE: `openssl cms` wrote FILE in its SMIME form.
sealed() {
	{ head "$2"; sed 's/\r$//; s/$/\r/' "$3"; } >"$mail/$1.eml"
}
smime_sign() {
	who=$1
	shift
	openssl cms -sign -binary -signer "$who.crt" -inkey "$who.key" -nosmimecap "$@"
}
smime_encrypt() {
	openssl cms -encrypt -binary -in signed.tmp "$@"
}
plain() {
	name=$1 who=$2
	shift 2
	smime_sign "$who" -in $mail/payload.txt -out mail.tmp "$@"
	sealed "$name" "$who" mail.tmp
}
plain clear-rsa alice
plain clear-pss alice -keyopt rsa_padding_mode:pss
plain clear-p256 carol
plain clear-p384 dave -md sha384
plain clear-noattr carol -noattr
plain clear-two carol -signer alice.crt -inkey alice.key
plain opaque-rsa alice -nodetach
plain opaque-p256 carol -nodetach
plain opaque-stream carol -nodetach -stream
only() {
	name=$1
	shift
	openssl cms -encrypt -binary -in $mail/payload.txt -out mail.tmp "$@"
	sealed "$name" carol mail.tmp
}
only encrypted-cbc -aes-128-cbc bob.crt
only encrypted-gcm -aes-256-gcm bob.crt
only encrypted-p256 -aes-128-cbc carol.crt
only encrypted-p256-gcm -aes-128-gcm carol.crt
only encrypted-password -aes-128-cbc -pwri_password secret
both() {
	name=$1
	shift
	smime_sign carol -in $mail/payload.txt -out signed.tmp
	sed -i 's/\r$//; s/$/\r/' signed.tmp
	smime_encrypt -out mail.tmp "$@"
	sealed "$name" carol mail.tmp
}
both sealed-cbc -aes-128-cbc bob.crt
both sealed-gcm -aes-256-gcm bob.crt
both sealed-p256-gcm -aes-256-gcm carol.crt
both sealed-stream -aes-256-cbc -stream bob.crt
smime_sign carol -in $mail/payload.txt -nodetach -out signed.tmp
smime_encrypt -out mail.tmp -aes-128-gcm carol.crt
sealed sealed-opaque carol mail.tmp
# Header protection (RFC 9788): ../mail/protected.txt is written by hand.
smime_sign carol -in $mail/protected.txt -nodetach -out signed.tmp
sed -i 's/\r$//; s/$/\r/' signed.tmp
smime_encrypt -out mail.tmp -aes-256-gcm bob.crt
sealed sealed-headers carol mail.tmp
rm -f ./*.tmp root.srl
