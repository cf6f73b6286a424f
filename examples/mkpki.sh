#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Makes a small authority and three people by the openssl command (3.0 or
# later), to try things with: a root, an issuing CA, and
#
#	alice@example.org	P-256
#	bob@example.net		RSA 2048
#	carol@example.com	RSA 3072
#
# usage: mkpki.sh DIR
#	DIR/root.pem		the root, for --trust
#	DIR/issuing.pem		the issuing CA
#	DIR/NAME.pem		a certificate and the issuing CA, for --to and --cert
#	DIR/NAME.key		its private key, not encrypted
#	DIR/NAME.p12		key, certificate and issuing CA, for --identity
#	DIR/passphrase		the passphrase of the .p12 files
set -eu
umask 077

mkdir -p "${1:?usage: mkpki.sh DIR}"
cd "$1"
openssl=${OPENSSL:-openssl}

# The settings of the system's openssl.cnf have no say here.
cat >pki.cnf <<'END'
[req]
distinguished_name = name
prompt = no
string_mask = utf8only
[name]
CN = ${ENV::NAME}
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[issuing]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[rsa]
keyUsage = critical, digitalSignature, keyEncipherment
[ec]
keyUsage = critical, digitalSignature, keyAgreement
[person]
basicConstraints = critical, CA:false
extendedKeyUsage = emailProtection
subjectAltName = email:${ENV::ADDRESS}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
END
export OPENSSL_CONF="$PWD/pki.cnf" NAME=- ADDRESS=-

key() {
	case $2 in
	P-*)	$openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -out "$1.key" ;;
	*)	$openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:$2" -out "$1.key" ;;
	esac 2>>log
}

# certificate FILE COMMON-NAME DAYS SIGNER-OPTION...: the extensions come in
# the file "extensions".
certificate() {
	file=$1 NAME=$2 days=$3
	shift 3
	$openssl req -new -key "$file.key" -out "$file.csr" 2>>log
	$openssl x509 -req -in "$file.csr" -days "$days" -sha256 -extfile extensions \
	    -set_serial "0x$($openssl rand -hex 15)" "$@" -out "$file.pem" 2>>log
	rm "$file.csr"
}

section() {
	sed -n "/^\[$1\]/,/^\[/p" pki.cnf | grep -v '^\['
}

# person NAME ADDRESS KEY KIND
person() {
	export ADDRESS="$2"
	key "$1" "$3"
	{ section person && section "$4"; } >extensions
	certificate "$1" "$2" 800 -CA issuing.pem -CAkey issuing.key
	$openssl pkcs12 -export -inkey "$1.key" -in "$1.pem" -certfile issuing.pem \
	    -name "$2" -passout file:passphrase -out "$1.p12"
	cat issuing.pem >>"$1.pem"
}

: >log
trap '[ $? = 0 ] || cat log >&2' EXIT
echo 'correct horse battery staple' >passphrase
key root P-384
section root >extensions
certificate root 'Example Root' 7300 -signkey root.key
key issuing P-256
section issuing >extensions
certificate issuing 'Example Issuing CA' 3650 -CA root.pem -CAkey root.key
person alice alice@example.org P-256 ec
person bob bob@example.net 2048 rsa
person carol carol@example.com 3072 rsa
rm -f extensions log pki.cnf
