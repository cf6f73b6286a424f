#!/bin/sh
# SPDX-License-Identifier: ISC
# Makes the certificates of this folder anew, with the openssl command (3.0 or
# later). Keys are made, used and forgotten, so every run gives other
# certificates with the same meaning; the tests know only what they mean, but
# for the values in README.md. Usage: cd tests/vectors/certs && sh make.sh
set -eu
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export RANDFILE=/dev/null

START=20250101000000Z
END=20500101000000Z

cat > ca.cnf <<'CNF'
[ca]
default_ca = any
[any]
database = $ENV::DB
new_certs_dir = new
policy = anything
default_md = sha256
default_crl_days = 30
unique_subject = no
crlnumber = crlnumber
rand_serial = yes
[anything]
commonName = optional
CNF
cat > req.cnf <<'CNF'
[req]
distinguished_name = dn
[dn]
CNF
mkdir new
echo 1000 > crlnumber

# key NAME KIND
key() {
	case $2 in
	ec)	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" ;;
	rsa*)	openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:${2#rsa}" -out "$1.key" ;;
	*)	openssl genpkey -algorithm "$2" -out "$1.key" ;;
	esac 2>/dev/null
}

# cert NAME ISSUER KIND SUBJECT EXTENSIONS [openssl ca options]; ISSUER "-":
# self-signed. Extensions are separated by "|".
cert() {
	name=$1 issuer=$2 kind=$3 subject=$4 ext=$5
	shift 5
	[ -f "$name.key" ] || key "$name" "$kind"
	{ echo "[ext]"; printf '%s\n' "$ext" | tr '|' '\n'; } > ext.cnf
	openssl req -new -utf8 -key "$name.key" -subj "$subject" -config req.cnf -out request
	if [ "$issuer" = - ]; then
		set -- -selfsign -keyfile "$name.key" "$@"
		export DB="db-$name"
	else
		set -- -cert "$issuer.pem" -keyfile "$issuer.key" "$@"
		export DB="db-$issuer"
	fi
	[ -f "$DB" ] || : > "$DB"
	case " $* " in
	*" -startdate "*) ;;
	*) set -- -startdate $START -enddate $END "$@" ;;
	esac
	openssl ca -config ca.cnf -batch -notext -preserveDN -in request \
	    -extfile ext.cnf -extensions ext -out "$name.pem" "$@" 2>log || { cat log; exit 1; }
}

CA='basicConstraints=critical,CA:true|keyUsage=critical,keyCertSign,cRLSign|subjectKeyIdentifier=hash|authorityKeyIdentifier=keyid'
SIGN='keyUsage=critical,digitalSignature|extendedKeyUsage=emailProtection'
ENC='keyUsage=critical,keyEncipherment|extendedKeyUsage=emailProtection'

cert root - ec '/C=DE/O=Example/CN=Example Root' "${CA%|authority*}"
cert issuing root ec '/C=DE/O=Example/CN=Example Issuing CA' "$CA"
AKI='authorityKeyIdentifier=keyid|subjectKeyIdentifier=hash'

# Ends of good and bad paths.
cert alice issuing ec '/C=DE/O=Example/CN=Alice Gray' "$SIGN|$AKI|subjectAltName=email:alice@example.org"
cert bob issuing rsa2048 '/CN=Bob' "$ENC|$AKI|subjectAltName=email:Bob@Example.ORG"
cert expired issuing ec '/CN=Expired' "$SIGN|subjectAltName=email:expired@example.org" \
    -startdate $START -enddate 20250601000000Z
cert future issuing ec '/CN=Future' "$SIGN|subjectAltName=email:future@example.org" \
    -startdate 20400101000000Z -enddate $END
cert any issuing ec '/CN=Any' "keyUsage=nonRepudiation|extendedKeyUsage=anyExtendedKeyUsage|subjectAltName=email:any@example.org"
cert server issuing ec '/CN=Server' "keyUsage=digitalSignature|extendedKeyUsage=serverAuth|subjectAltName=email:server@example.org"
cert bare issuing rsa2048 '/CN=Bare/emailAddress=bare@example.org' 'basicConstraints=CA:false'
cert ed25519 issuing ED25519 '/CN=Ed' "$SIGN|subjectAltName=email:ed@example.org"
cert agree issuing ec '/CN=Agree' 'keyUsage=critical,keyAgreement|subjectAltName=email:agree@example.org'
cert weak issuing rsa1024 '/CN=Weak' "$SIGN|subjectAltName=email:weak@example.org"
cert sha1 issuing ec '/CN=Old Digest' "$SIGN|subjectAltName=email:sha1@example.org" -md sha1
cert critical issuing ec '/CN=Critical' "$SIGN|1.2.3.4=critical,ASN1:NULL|subjectAltName=email:critical@example.org"
cert revoked issuing ec '/CN=Revoked' "$SIGN|$AKI|subjectAltName=email:revoked@example.org"
cert self - ec '/CN=Self' "$SIGN|subjectAltName=email:self@example.org"

# Authorities that may not, and what they issued.
cert oldca root ec '/CN=Old CA' "$CA" -startdate $START -enddate 20250601000000Z
cert under_oldca oldca ec '/CN=Under Old CA' "$SIGN|subjectAltName=email:old@example.org"
cert notca root ec '/CN=Not A CA' 'keyUsage=critical,keyCertSign'
cert under_notca notca ec '/CN=Under Not A CA' "$SIGN|subjectAltName=email:notca@example.org"
cert nosign root ec '/CN=No Sign CA' 'basicConstraints=critical,CA:true|keyUsage=critical,cRLSign'
cert under_nosign nosign ec '/CN=Under No Sign' "$SIGN|subjectAltName=email:nosign@example.org"
cert tlsca root ec '/CN=TLS CA' "$CA|extendedKeyUsage=serverAuth"
cert under_tlsca tlsca ec '/CN=Under TLS CA' "$SIGN|subjectAltName=email:tls@example.org"
cert weakca root rsa1024 '/CN=Weak CA' "$CA"
cert under_weakca weakca ec '/CN=Under Weak CA' "$SIGN|subjectAltName=email:weakca@example.org"
cert zero root ec '/CN=Zero CA' "$(echo "$CA" | sed 's/CA:true/CA:true,pathlen:0/')"
cert below zero ec '/CN=Below Zero CA' "$CA"
cert under_below below ec '/CN=Under Below' "$SIGN|subjectAltName=email:below@example.org"

# Names that an authority may and may not vouch for.
cert ncca root ec '/CN=Limited CA' "$CA|nameConstraints=critical,permitted;email:example.org"
cert nc_good ncca ec '/CN=NC Good' "$SIGN|subjectAltName=email:good@example.org"
cert nc_bad ncca ec '/CN=NC Bad' "$SIGN|subjectAltName=email:bad@example.net"
cert nc_subject ncca ec '/CN=NC Subject/emailAddress=bad@example.net' "$SIGN"
cert nc_utf8 ncca ec '/CN=NC UTF8' "$SIGN|subjectAltName=@alt|[alt]|otherName.1=1.3.6.1.5.5.7.8.9;FORMAT:UTF8,UTF8:пётр@example.net"

# One name twice: the issuing authority certified by another root with the
# same key, and somebody else under its name.
cert stranger - ec '/CN=Stranger Root' "${CA%|authority*}"
cp issuing.key cross.key
cert cross stranger ec '/C=DE/O=Example/CN=Example Issuing CA' "$CA"
cert impostor stranger ec '/C=DE/O=Example/CN=Example Issuing CA' 'basicConstraints=critical,CA:true|keyUsage=critical,keyCertSign,cRLSign'
cert plain issuing ec '/CN=Plain' "$SIGN|authorityKeyIdentifier=none|subjectAltName=email:plain@example.org"

# A long path: ten authorities between signer and root, then eleven.
previous=root
for i in 01 02 03 04 05 06 07 08 09 10 11; do
	cert "long$i" $previous ec "/CN=Long CA $i" "$CA"
	previous=long$i
done
cert under_long10 long10 ec '/CN=Under Ten' "$SIGN|subjectAltName=email:ten@example.org"
cert under_long11 long11 ec '/CN=Under Eleven' "$SIGN|subjectAltName=email:eleven@example.org"

# Names of all sorts.
cert names issuing ec '/C=DE/ST=Bayern/L=München/street=Am Markt 1/O=Gray\, S\"ons/OU=# one/DC=org/UID=u1/serialNumber=42/GN=Ana+SN=Gray/CN=Ana Gray /emailAddress=ana@example.org' \
    'basicConstraints=CA:false'
cert addresses issuing ec '/CN=Many/emailAddress=hidden@example.org' \
    'subjectAltName=@alt|[alt]|email.1=first@example.org|email.2=\"second one\"@example.org|DNS.1=example.org|otherName.1=1.3.6.1.5.5.7.8.9;FORMAT:UTF8,UTF8:пётр@xn--e1afmkfd.example|otherName.2=1.3.6.1.5.5.7.8.9;UTF8:ascii@example.org|otherName.3=1.2.3.4;UTF8:other|email.3=third@xn--bcher-kva.example'

# Lists: current, old, empty. openssl ca writes the time of making as
# thisUpdate unless told.
crl() {
	name=$1 issuer=$2
	shift 2
	export DB="db-$issuer"
	openssl ca -config ca.cnf -gencrl -cert "$issuer.pem" -keyfile "$issuer.key" \
	    -out "$name.crl.pem" "$@" 2>log || { cat log; exit 1; }
}
openssl version | grep -q '^OpenSSL 3' || exit 1
crl empty issuing -crl_lastupdate 20250201000000Z -crl_nextupdate 20490101000000Z
crl root root -crl_lastupdate 20250201000000Z -crl_nextupdate 20490101000000Z
export DB=db-issuing
openssl ca -config ca.cnf -cert issuing.pem -keyfile issuing.key -revoke revoked.pem 2>log ||
    { cat log; exit 1; }
sed 's/^\(R	[^	]*	\)[0-9]*Z/\1250301120000Z/' db-issuing > db && mv db db-issuing
crl issuing issuing -crl_lastupdate 20250401000000Z -crl_nextupdate 20490101000000Z
crl old issuing -crl_lastupdate 20250401000000Z -crl_nextupdate 20250501000000Z
# A list under the name of the authority, by somebody else, newer than its own.
export DB=db-impostor
: > db-impostor
crl forged impostor -crl_lastupdate 20250901000000Z -crl_nextupdate 20490101000000Z

# One octet of alice's name is another.
openssl x509 -in alice.pem -outform DER -out alice.der
sed 's/Alice Gray/Alice Bray/' alice.der > altered.der
openssl x509 -inform DER -in altered.der -out altered.pem

# What the openssl command says of them: name, serial, SHA-256, key identifier.
hex() { tr -d ':\n ' | tr 'A-F' 'a-f'; }
for name in alice bob bare names; do
	printf '%s\t%s\t%s\t%s\n' $name \
	    "$(openssl x509 -in $name.pem -noout -serial | sed 's/.*=//' | hex)" \
	    "$(openssl x509 -in $name.pem -noout -fingerprint -sha256 | sed 's/.*=//' | hex)" \
	    "$(openssl x509 -in $name.pem -noout -ext subjectKeyIdentifier | sed 1d | hex)"
done > values.tsv

rm -f "$here"/*.pem
cp ./*.pem values.tsv "$here"
