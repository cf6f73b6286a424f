#!/bin/sh
# SPDX-License-Identifier: ISC
# Makes the post-quantum keys of this folder with the openssl command, which
# must be 3.5 or later: OPENSSL=$(packaging/openssl35.sh)/bin/openssl. They are
# made once and kept; see README.md.
set -eu
cd "$(dirname "$0")"
umask 022
: "${OPENSSL:=openssl}"

for name in ml-dsa-44 ml-dsa-65 ml-dsa-87 ml-kem-512 ml-kem-768 ml-kem-1024; do
	kind=$(echo "$name" | tr '[:lower:]' '[:upper:]')
	family=${name%-*}
	"$OPENSSL" genpkey -algorithm "$kind" -provparam "$family.output_formats=seed-only" \
		-outform DER -out "$name-seed.der"
	"$OPENSSL" pkey -in "$name-seed.der" -provparam "$family.output_formats=priv-only" \
		-outform DER -out "$name-expanded.der"
	"$OPENSSL" pkey -in "$name-seed.der" -pubout -outform DER -out "$name.spki"
done
"$OPENSSL" pkey -in ml-dsa-65-seed.der -provparam ml-dsa.output_formats=seed-priv \
	-out ml-dsa-65-both.pem
"$OPENSSL" pkey -in ml-kem-768-seed.der -provparam ml-kem.output_formats=seed-priv \
	-out ml-kem-768-both.pem
"$OPENSSL" genpkey -algorithm SLH-DSA-SHA2-128f -out slh-dsa-sha2-128f.pem
"$OPENSSL" pkey -in slh-dsa-sha2-128f.pem -pubout -outform DER -out slh-dsa-sha2-128f.spki

# Signatures over message.txt; those of SLH-DSA are long, so the shortest alone.
printf 'A message to be signed.\r\n' >message.txt
for name in ml-dsa-44 ml-dsa-65 ml-dsa-87; do
	"$OPENSSL" pkeyutl -sign -rawin -in message.txt -inkey "$name-seed.der" -out "$name.sig"
done
"$OPENSSL" genpkey -algorithm SLH-DSA-SHA2-128s -out s.pem
"$OPENSSL" pkeyutl -sign -rawin -in message.txt -inkey s.pem -out slh-dsa-sha2-128s.sig
"$OPENSSL" pkey -in s.pem -pubout -outform DER -out slh-dsa-sha2-128s.spki
rm s.pem

# A key beside the public key of another (RFC 5958, 2), and one beside its own.
"$OPENSSL" genpkey -algorithm ML-DSA-44 | "$OPENSSL" pkey -pubout -outform DER -out other.spki
python3 - <<'PY'
def tlv(tag, value):
    n = len(value)
    size = bytes([n]) if n < 128 else bytes([0x82, n >> 8, n & 255])
    return bytes([tag]) + size + value

def read(name):
    with open(name, "rb") as f:
        return f.read()

seed = read("ml-dsa-44-seed.der")
inside = b"\x02\x01\x01" + seed[5:]	# SEQUENCE, its length, version 0
for name, spki in (("own", "ml-dsa-44.spki"), ("other", "other.spki")):
    with open("ml-dsa-44-beside-%s.der" % name, "wb") as f:
        f.write(tlv(0x30, inside + tlv(0x81, b"\0" + read(spki)[-1312:])))
PY
rm other.spki

# PKCS#12, with either kind of MAC; the passphrase is "secret".
"$OPENSSL" req -new -x509 -key ml-dsa-65-seed.der -subj /CN=Ana -days 7300 -out s.pem \
	-addext subjectAltName=email:ana@example.org -addext keyUsage=critical,digitalSignature
"$OPENSSL" pkcs12 -export -inkey ml-dsa-65-both.pem -in s.pem -passout pass:secret \
	-out ml-dsa-65.p12
"$OPENSSL" pkcs12 -export -inkey ml-dsa-65-both.pem -in s.pem -passout pass:secret \
	-pbmac1_pbkdf2 -out ml-dsa-65-pbmac1.p12
rm s.pem
