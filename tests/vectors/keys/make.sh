#!/bin/sh
# SPDX-License-Identifier: ISC
# Makes the keys, signatures, encrypted keys and key files of this folder with
# the openssl command. They change with every run, so it is run once and the
# results are kept; see README.md.
set -eu
cd "$(dirname "$0")"
umask 022

# --- keys: NAME.key (PKCS#8, PEM), NAME.spki (DER) ---
gen() {
	name=$1
	shift
	openssl genpkey -out "$name.key" "$@" 2>/dev/null
	openssl pkey -in "$name.key" -pubout -outform DER -out "$name.spki"
}
gen rsa -algorithm RSA -pkeyopt rsa_keygen_bits:2048
gen rsa-pss -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 \
	-pkeyopt rsa_pss_keygen_md:sha384 -pkeyopt rsa_pss_keygen_mgf1_md:sha384 \
	-pkeyopt rsa_pss_keygen_saltlen:48
gen p256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256
gen p384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384
gen p521 -algorithm EC -pkeyopt ec_paramgen_curve:P-521
gen bp256 -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1
gen bp384 -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP384r1
gen bp512 -algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP512r1
gen explicit -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit
gen k256 -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1
gen ed25519 -algorithm ED25519
gen ed448 -algorithm ED448
gen x25519 -algorithm X25519
gen x448 -algorithm X448
openssl genpkey -genparam -algorithm DSA -pkeyopt dsa_paramgen_bits:2048 \
	-pkeyopt dsa_paramgen_q_bits:256 -out dsa.params 2>/dev/null
gen dsa -paramfile dsa.params
rm dsa.params
openssl pkey -in p256.key -pubout -outform DER -ec_conv_form compressed -out p256-compressed.spki
openssl pkey -in p256.key -pubout -outform DER -ec_conv_form hybrid -out p256-hybrid.spki

# --- signatures over message.txt ---
printf 'A message to be signed.\r\n' > message.txt
sign() {
	openssl dgst "-$2" -sign "$1.key" -out "$1-$2.sig" message.txt
}
for md in md5 sha1 sha224 sha256 sha384 sha512; do sign rsa $md; done
for k in p256 p384 p521 bp256 bp384 bp512; do
	for md in sha1 sha224 sha256 sha384 sha512; do sign $k $md; done
done
for md in sha1 sha224 sha256; do sign dsa $md; done
pss() {
	openssl dgst "-$2" -sign "$1.key" -sigopt rsa_padding_mode:pss \
		-sigopt rsa_mgf1_md:"$3" -sigopt rsa_pss_saltlen:"$4" \
		-out "$1-pss-$2-$3-$4.sig" message.txt
}
pss rsa sha1 sha1 20
pss rsa sha256 sha256 32
pss rsa sha256 sha1 11
pss rsa sha512 sha512 64
pss rsa sha3-256 sha3-256 32
pss rsa-pss sha384 sha384 48
for k in ed25519 ed448; do
	openssl pkeyutl -sign -rawin -inkey $k.key -in message.txt -out $k.sig
done

# --- a content-encryption key for the RSA key, in each way ---
printf '0123456789abcdef0123456789abcdef' > cek.bin
wrap() {
	out=$1
	shift
	openssl pkeyutl -encrypt -pubin -keyform DER -inkey rsa.spki -in cek.bin -out "$out" "$@"
}
wrap rsa-pkcs1.enc -pkeyopt rsa_padding_mode:pkcs1
wrap rsa-oaep-sha1.enc -pkeyopt rsa_padding_mode:oaep
wrap rsa-oaep-sha256.enc -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256
wrap rsa-oaep-sha256-sha1.enc -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 \
	-pkeyopt rsa_mgf1_md:sha1
wrap rsa-oaep-sha512-label.enc -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha512 \
	-pkeyopt rsa_oaep_label:6c6162656c

# --- certificates, for messages and key files ---
ca() {
	openssl req -x509 -new -key "$1.key" -subj "/CN=$1" -days 36500 -sha256 \
		-addext "keyUsage=digitalSignature,keyEncipherment" -out "$1.crt"
}
ca rsa
ca p256
other() {	# keys that cannot sign get a certificate from the RSA key
	openssl req -new -key rsa.key -subj "/CN=$1" -out tmp.csr
	openssl pkey -pubin -inform DER -in "$1.spki" -pubout -out tmp.pub
	openssl x509 -req -in tmp.csr -force_pubkey tmp.pub -CA rsa.crt -CAkey rsa.key \
		-days 36500 -set_serial 7 -out "$1.crt" 2>/dev/null
	rm tmp.csr tmp.pub
}
for k in p384 p521 bp256 bp384 bp512 x25519 x448; do other $k; done

# --- messages of "openssl cms", one recipient each ---
cms() {
	out=$1
	shift
	openssl cms -encrypt -binary -outform DER -in message.txt -out "$out" "$@"
}
cms ktri-pkcs1.cms -aes-256-cbc -recip rsa.crt
cms ktri-oaep.cms -aes-128-cbc -recip rsa.crt -keyopt rsa_padding_mode:oaep \
	-keyopt rsa_oaep_md:sha256
cms ktri-3des.cms -des3 -recip rsa.crt
cms ktri-gcm.cms -aes-256-gcm -recip rsa.crt
for k in p256 p384 p521 bp256 bp384 bp512; do
	cms kari-$k.cms -aes-256-cbc -recip $k.crt
done
cms kari-p256-sha1.cms -aes128 -recip p256.crt -keyopt ecdh_kdf_md:sha1
cms kari-p256-sha512.cms -aes-192-cbc -recip p256.crt -keyopt ecdh_kdf_md:sha512
cms kari-p256-cofactor.cms -aes-256-cbc -recip p256.crt -keyopt ecdh_cofactor_mode:1
cms kari-p256-3des.cms -des3 -recip p256.crt

# --- RFC 8418 by hand: this openssl command has no kari with these keys ---
hex() { od -An -v -tx1 "$@" | tr -d ' \n'; }
# SharedInfo: keyInfo aes256-wrap, entityUInfo "0123456789abcdef", 256 bits
ukm=30313233343536373839616263646566
info=3029300b060960864801650304012da0120410${ukm}a206040400000100
hkdf() {	# KEY DIGEST
	openssl genpkey -algorithm "$1" -out tmp.key
	openssl pkey -in tmp.key -pubout -outform DER -out "$1-peer.spki"
	openssl pkey -pubin -inform DER -in "$1.spki" -pubout -out tmp.pub
	openssl pkeyutl -derive -inkey tmp.key -peerkey tmp.pub -out tmp.z
	kek=$(openssl kdf -keylen 32 -kdfopt digest:"$2" -kdfopt hexkey:"$(hex tmp.z)" \
		-kdfopt hexsalt:$ukm -kdfopt hexinfo:$info -binary HKDF | hex)
	openssl enc -e -id-aes256-wrap -K "$kek" -iv a6a6a6a6a6a6a6a6 -in cek.bin -out "$1.enc"
	rm tmp.key tmp.pub tmp.z
}
hkdf x25519 SHA256
hkdf x448 SHA512
cms pwri.cms -aes-256-cbc -pwri_password secret
cms pwri-aes128.cms -aes-128-cbc -pwri_password secret
cms kekri.cms -aes-256-cbc -secretkey 000102030405060708090a0b0c0d0e0f -secretkeyid 01

# --- key files; the passphrase is "secret" ---
p12() {
	out=$1
	shift
	openssl pkcs12 -export -inkey rsa.key -in rsa.crt -certfile p256.crt -out "$out" "$@"
}
p12 modern.p12 -passout pass:secret
p12 utf8.p12 -passout "pass:ge$(printf '\303\244')heim"
p12 empty.p12 -passout pass:
p12 rc2.p12 -legacy -passout pass:secret
p12 3des.p12 -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 -passout pass:secret
p12 bare.p12 -keypbe NONE -certpbe NONE -nomac -passout pass:
p12 nomac.p12 -nomac -passout pass:secret
p12 slow.p12 -iter 20000 -passout pass:secret
openssl pkcs12 -export -nokeys -in rsa.crt -out certs.p12 -passout pass:secret
{
	echo 'text before'
	openssl pkcs8 -topk8 -in p256.key -v2 aes256 -v2prf hmacWithSHA512 -passout pass:secret
	cat p256.crt
	echo 'text between'
	cat ed25519.key
} > mixed.pem
openssl pkcs8 -topk8 -in p256.key -scrypt -passout pass:secret -out scrypt.pem
openssl pkcs8 -topk8 -in p256.key -v1 PBE-MD5-DES -provider legacy -provider default \
	-passout pass:secret -out pbes1.pem
openssl pkcs8 -topk8 -in p256.key -outform DER -passout pass:secret -out encrypted.der
openssl pkey -in p256.key -outform DER -out plain.der
openssl rsa -in rsa.key -aes128 -traditional -passout pass:secret -out dek.pem 2>/dev/null
openssl ec -in p256.key -out sec1.pem 2>/dev/null
openssl x509 -in rsa.crt -outform DER -out cert.der
openssl crl2pkcs7 -nocrl -certfile rsa.crt -certfile p256.crt -outform DER -out certs.p7c
openssl crl2pkcs7 -nocrl -certfile rsa.crt -certfile p256.crt -out certs.p7b
