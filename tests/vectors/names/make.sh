#!/bin/sh
# SPDX-License-Identifier: ISC
# Makes the certificates of this folder anew, with the openssl command (3.0 or
# later). Keys are made, used and forgotten. Usage: cd tests/vectors/names && sh make.sh
set -eu
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# issue NAME ISSUER SUBJECT EXTENSIONS: valid from 2025 to 2050; extensions are
# separated by "|".
issue() {
	name=$1 issuer=$2 subject=$3
	[ -f "$name.key" ] ||
	    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$name.key"
	{
		printf '[ca]\ndefault_ca=any\n[any]\ndatabase=index\nnew_certs_dir=.\n'
		printf 'default_md=sha256\nrand_serial=yes\nunique_subject=no\npolicy=all\n'
		printf '[all]\ncommonName=optional\nemailAddress=optional\n[ext]\n'
		printf '%s\n' "$4" | tr '|' '\n'
	} >ca.cnf
	: >index
	printf '[req]\ndistinguished_name=dn\n[dn]\n' >req.cnf
	openssl req -new -utf8 -key "$name.key" -subj "$subject" -config req.cnf -out request
	if [ "$issuer" = - ]; then
		set -- -selfsign -keyfile "$name.key"
	else
		set -- -cert "$issuer.pem" -keyfile "$issuer.key"
	fi
	openssl ca -config ca.cnf -batch -notext -preserveDN -in request -extensions ext \
	    -startdate 20250101000000Z -enddate 20500101000000Z -out "$name.pem" "$@" 2>log ||
	    { cat log; exit 1; }
}

CA='basicConstraints=critical,CA:true|keyUsage=critical,keyCertSign,cRLSign|subjectKeyIdentifier=hash'
MAIL='keyUsage=critical,digitalSignature|extendedKeyUsage=emailProtection'

# authority NAME CONSTRAINTS
authority() {
	issue "$1" root "/CN=$1" "$CA|$2"
}

# person NAME ISSUER ALTERNATIVE-NAMES [SUBJECT]; names are separated by "|".
person() {
	issue "$1" "$2" "${4:-/CN=$1}" "$MAIL|subjectAltName=@alt|[alt]|$3"
}

utf8() {
	echo "otherName.1=1.3.6.1.5.5.7.8.9;FORMAT:UTF8,UTF8:$1"
}

NC=nameConstraints=critical
issue root - /CN=Root "$CA"
authority excluded "$NC,excluded;email:xn--bcher-kva.example"
authority permitted "$NC,permitted;email:xn--bcher-kva.example"
authority domain "$NC,permitted;email:.example"
authority mixed "$NC,permitted;email:xn--bcher-kva.example,permitted;DNS:host.example"
authority mailbox "$NC,permitted;email:bob@host.example"
authority notbob "$NC,excluded;email:bob@host.example"
authority nothing '2.5.29.30=critical,DER:30:00'
authority nolist '2.5.29.30=critical,DER:30:04:a0:00:a1:00'
authority loose 'nameConstraints=permitted;email:host.example'
authority distance '2.5.29.30=critical,DER:30:15:a0:13:30:11:81:0c:68:6f:73:74:2e:65:78:61:6d:70:6c:65:80:01:01'
authority empty '2.5.29.30=critical,DER:30:06:a1:04:30:02:81:00'
authority other "$NC,excluded;otherName:1.3.6.1.5.5.7.8.9;UTF8:host.example"

for ca in excluded permitted domain; do
	person ${ca}_alabel $ca "$(utf8 'пётр@xn--bcher-kva.example')"
	person ${ca}_case $ca "$(utf8 'пётр@XN--Bcher-KVA.example')"
	person ${ca}_ulabel $ca "$(utf8 'пётр@bücher.example')"
	person ${ca}_else $ca "$(utf8 'пётр@xn--caf-dma.example')"
	person ${ca}_ascii $ca 'email.1=peter@xn--bcher-kva.example'
	person ${ca}_below $ca "$(utf8 'пётр@mail.xn--bcher-kva.example')"
done
person permitted_two permitted "$(utf8 'пётр@xn--bcher-kva.example')|email.1=peter@else.example"
person permitted_subject permitted "$(utf8 'пётр@xn--bcher-kva.example')" \
    '/CN=Subject/emailAddress=peter@else.example'
person permitted_ia5 permitted 'otherName.1=1.3.6.1.5.5.7.8.9;IA5:peter@xn--bcher-kva.example'
person permitted_plain permitted "$(utf8 'peter@xn--bcher-kva.example')"
person mixed_good mixed "$(utf8 'пётр@xn--bcher-kva.example')|DNS.1=host.example"
person mixed_bad mixed "$(utf8 'пётр@xn--bcher-kva.example')|DNS.1=else.example"
person mailbox_bob mailbox 'email.1=bob@HOST.example'
person mailbox_case mailbox 'email.1=Bob@host.example'
person mailbox_utf8 mailbox "$(utf8 'пётр@host.example')"
person notbob_bob notbob 'email.1=bob@host.example'
person notbob_eve notbob 'email.1=eve@host.example'
person nothing_any nothing 'DNS.1=host.example'
person nolist_any nolist 'DNS.1=host.example'
person loose_bad loose 'email.1=eve@else.example'
person distance_any distance 'email.1=eve@host.example'
person empty_any empty 'email.1=eve@host.example'
person other_utf8 other "$(utf8 'пётр@host.example')"
person other_ascii other 'email.1=eve@host.example'

# An authority that renews its own certificate may have another name of mail;
# what it issues may not (RFC 5280, 6.1.3 (b)).
issue renewed permitted /CN=permitted "$CA|authorityKeyIdentifier=keyid|subjectAltName=email:ca@else.example"
person renewed_good renewed 'email.1=peter@xn--bcher-kva.example'
person renewed_bad renewed 'email.1=peter@else.example'
# A holder without a name, and a policy with a qualifier that nobody knows.
issue nameless root / "$MAIL|subjectAltName=email:eve@host.example"
issue nameless_critical root / "$MAIL|subjectAltName=critical,email:eve@host.example"
QUALIFIED='30:0f:30:0d:06:02:2a:03:30:07:30:05:06:01:2a:05:00'
issue qualified root /CN=Qualified "$MAIL|2.5.29.32=critical,DER:$QUALIFIED|subjectAltName=email:eve@host.example"
issue qualified_loose root /CN=Qualified "$MAIL|2.5.29.32=DER:$QUALIFIED|subjectAltName=email:eve@host.example"

for file in *.pem; do
	case $file in
	[0-9A-F]*.pem) ;;
	*) openssl x509 -in "$file" -out "$here/$file" ;;
	esac
done
