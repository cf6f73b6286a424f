#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What is sent to whom: the algorithms follow from what the recipients announce,
# in certificates (octets of RFC 8551, 3560, 5753, 9709) and in mails that the
# openssl command signed. The judge is what openssl sees in the message.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3

make_pki alice-rsa:2048 alice-p384:P-384 stranger-rsa:2048 stranger-p256:P-256 writer-rsa:2048
make_mail

# --- people whose certificates announce something (RFC 4262) ---

cat >>pki.cnf <<'END'
[announce]
basicConstraints = critical, CA:false
keyUsage = critical, ${ENV::USAGE}
extendedKeyUsage = emailProtection
subjectAltName = email:${ENV::ADDRESS}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
1.2.840.113549.1.9.15 = DER:${ENV::CAPS}
END
export CAPS=3000

gcm=300b060960864801650304012e
cbc128=300b0609608648016503040102
cbc256=300b060960864801650304012a
des3=300a06082a864886f70d0307
hkdf=300d060b2a864886f70d010910031f
oaep_sha1=300d06092a864886f70d0101073000
# RFC 3560, 5, as printed; and with the tags of RFC 4055, 4.1.
oaep_printed=303806092a864886f70d010107302b300d06096086480165030402010500301a
oaep_printed=${oaep_printed}06092a864886f70d010108300d06096086480165030402010500
oaep=303c06092a864886f70d010107302fa00f300d06096086480165030402010500a11c301a
oaep=${oaep}06092a864886f70d010108300d06096086480165030402010500
ecdh512=301506062b8104010b03300b060960864801650304012d
rsa256=300d06092a864886f70d01010b0500

# announcing FILE KEY CAPABILITY...: a person of that name.
announcing() {
	file=$1 key=$2
	shift 2
	list=$(printf %s "$@")
	n=$((${#list} / 2))
	if [ $n -lt 128 ]; then
		CAPS=$(printf '30%02x%s' $n "$list")
	else
		CAPS=$(printf '3081%02x%s' $n "$list")
	fi
	export ADDRESS="${file%%-*}@peers.test"
	case $key in
	P-*)	USAGE=digitalSignature,keyAgreement ;;
	*)	USAGE=digitalSignature,keyEncipherment ;;
	esac
	new_key "$file.key" "$key"
	certify "$file" "$file" announce -CA issuing.crt -CAkey issuing.key
	[ -s "$file.crt" ] || { cat pki.log; exit 1; }
	cat "$file.key" "$file.crt" issuing.crt >"$file.pem"
}

announcing gina-rsa 2048 $gcm $cbc256 $oaep
announcing greg-rsa 2048 $gcm $cbc256
announcing pia-rsa 2048 $cbc256 $oaep_printed
announcing otto-rsa 2048 $cbc256 $oaep_sha1
announcing dora-rsa 2048 $des3
announcing lena-rsa 2048 $cbc128
announcing emil-p256 P-256 $gcm $ecdh512
announcing hugo-rsa 2048 $gcm $hkdf
announcing hans-rsa 2048 $gcm $hkdf
announcing sven-rsa 2048 $cbc256 $rsa256

# --- what openssl sees ---

# shows FILE TEXT...: all of these stand in what openssl prints of the object.
shows() {
	file=$1
	shift
	openssl cms -cmsout -print -noout -in "$file" >printed || return 1
	for text; do
		grep -q -- "$text" printed || {
			echo "$file does not show $text"
			return 1
		}
	done
}

# sends "PERSON..." "OPTION..." TEXT...: a mail to these.
sends() {
	people=$1 options=$2
	shift 2
	rm -f sent.eml
	# shellcheck disable=SC2086,SC2046 # lists
	ours encrypt mail.eml $(for one in $people; do echo "--to $one.crt"; done) \
	    --no-self --explain $options -o sent.eml 2>explained && shows sent.eml "$@"
}

# explains "PERSON..." "OPTION..." TEXT: the explanation says so.
explains() {
	sends "$1" "$2" . || return 1
	grep -q -- "$3" explained || {
		cat explained
		return 1
	}
}

cipher_is() { sed -n '/contentEncryptionAlgorithm/{n;p;}' printed | grep -q "$1"; }
sends_cipher() {
	sends "$1" "$2" . || return 1
	cipher_is "$3" || {
		grep -A 1 contentEncryptionAlgorithm printed
		return 1
	}
}

try stranger.cipher sends_cipher stranger-rsa '' aes-256-cbc
try stranger.transport sends stranger-rsa '' 'algorithm: rsaEncryption'
try stranger.explained explains stranger-rsa '' 'nothing is known of that of stranger@'
try stranger.agreement sends stranger-p256 '' dhSinglePass-stdDH-sha256kdf-scheme
try gcm.cipher sends_cipher gina-rsa '' aes-256-gcm
try gcm.transport sends gina-rsa '' 'algorithm: rsaesOaep'
try gcm.no-oaep sends greg-rsa '' 'algorithm: rsaEncryption'
try gcm.explained explains 'gina-rsa greg-rsa' '' 'cipher aes-256-gcm: all recipients announce it'
try gcm.opens opens 0 "sent.eml --identity greg-rsa.pem" encryption.0.cipher=aes-256-gcm
try mixed.cipher sends_cipher 'gina-rsa stranger-rsa' '' aes-256-cbc
try mixed.explained explains 'gina-rsa pia-rsa' '' 'pia@peers.test does not announce aes-256-gcm'
try oaep.printed sends pia-rsa '' 'algorithm: rsaesOaep'
try oaep.sha1-is-other sends otto-rsa '' 'algorithm: rsaEncryption'
try floor.cipher sends_cipher dora-rsa '' aes-128-cbc
try floor.common sends_cipher 'gina-rsa lena-rsa' '' aes-128-cbc
try agreement.announced sends emil-p256 '' dhSinglePass-stdDH-sha512kdf-scheme
try agreement.cipher sends_cipher emil-p256 '' aes-256-gcm
try hkdf.all sends_cipher 'hugo-rsa hans-rsa' '' 1.2.840.113549.1.9.16.3.31
try hkdf.opens opens 0 "sent.eml --identity hans-rsa.pem" encryption.0.cipher=aes-256-gcm
try hkdf.not-all sends_cipher 'hugo-rsa greg-rsa' '' aes-256-gcm
try asked.cipher sends_cipher gina-rsa '--cipher aes-128-cbc' aes-128-cbc
try asked.transport sends gina-rsa '--key-transport pkcs1' 'algorithm: rsaEncryption'

# --- oneself reads what this program writes ---

self() {
	ours encrypt mail.eml --to gina-rsa.crt --identity alice-rsa.pem -o sent.eml &&
	    shows sent.eml . && cipher_is aes-256-gcm &&
	    opens 0 'sent.eml --identity alice-rsa.pem' encryption.0.cipher=aes-256-gcm
}
try self.no-limit self

# --- a password: nothing is known of who has it ---

printf 'correct horse\n' >password
try password.limits sends_cipher gina-rsa '--password-file password' aes-256-cbc

# --- policy data ---

printf '[rules]\nciphers = aes-192-cbc aes-128-cbc\n' >ciphers.ini
try policy.ciphers sends_cipher 'gina-rsa' '--policy ciphers.ini' aes-128-cbc
printf '[rules]\ndefault-cipher = aes-128-cbc\n' >default.ini
try policy.default sends_cipher 'stranger-rsa' '--policy default.ini' aes-128-cbc
printf '[rules]\nciphers = des-ede3-cbc\n' >bad.ini
try policy.bad exits 2 ours encrypt mail.eml --to gina-rsa.crt --policy bad.ini -o no.eml

# --- the digest of a signature ---

digest() {
	ours seal mail.eml --to "$1.crt" --identity alice-p384.pem --no-self -o sent.eml &&
	    opens 0 "sent.eml --identity $1.pem" signatures.0.digest="$2" summary=sealed
}
try digest.natural digest stranger-rsa sha384
try digest.announced digest sven-rsa sha256

# --- mails to learn from ---

# signed_by PERSON FILE: by the openssl command, with what that announces.
signed_by() {
	printf 'From: %s@peers.test\nTo: alice@peers.test\n' "${1%%-*}" >"$2"
	openssl cms -sign -in entity -signer "$1.crt" -inkey "$1.key" -certfile issuing.crt >>"$2"
}
# signs_gcm PERSON FILE OPTION...: by us, who announce AES-GCM and OAEP.
signs_gcm() {
	who=$1 out=$2
	shift 2
	sed "s/^From: .*/From: ${who%%-*}@peers.test\\r/" mail.eml >own.eml
	ours sign own.eml --identity "$who.pem" "$@" -o "$out"
}
to_writer='mail.eml --to writer@peers.test --no-self'
learns() {
	want=$1
	shift
	# shellcheck disable=SC2086
	ours encrypt $to_writer --explain "$@" -o sent.eml 2>explained &&
	    shows sent.eml . && cipher_is "$want"
}
bound=1.2.840.113549.1.9.16.3.31	# CEK-HKDF around AES-256-GCM
signed_by writer-rsa old.eml
sleep 1
signs_gcm writer-rsa new.eml
try learn.openssl learns aes-256-cbc --learn old.eml
try learn.says grep -q 'a mail signed on .* announces' explained
try learn.gcm learns $bound --learn new.eml
try learn.opens opens 0 'sent.eml --identity writer-rsa.pem' encryption.0.cipher=aes-256-gcm
# B9: an old mail played again takes nothing back.
try learn.newest-counts learns $bound --learn new.eml --learn old.eml
try learn.order-does-not learns $bound --learn old.eml --learn new.eml

sed 's/awkward/awkwart/' new.eml >forged.eml
rm -f sent.eml
# shellcheck disable=SC2086
try learn.forged exits 5 ours encrypt $to_writer --learn forged.eml -o sent.eml
try learn.forged-nothing test ! -e sent.eml
sed 's/^From: writer/From: stranger/' new.eml >other.eml
# shellcheck disable=SC2086
try learn.other-sender exits 5 ours encrypt $to_writer --learn other.eml -o sent.eml
# shellcheck disable=SC2086
try learn.unsigned exits 5 ours encrypt $to_writer --learn mail.eml -o sent.eml

# --- which certificate a correspondent asks for (RFC 8551, 2.5.3) ---

export ADDRESS=pref@peers.test USAGE=digitalSignature
new_key pref-sign.key 2048
certify pref-sign pref-sign person -CA issuing.crt -CAkey issuing.key
cat pref-sign.key pref-sign.crt issuing.crt >pref-sign.pem
export USAGE=keyEncipherment
for n in 1 2; do
	new_key pref-enc$n.key 2048
	certify pref-enc$n pref-enc$n person -CA issuing.crt -CAkey issuing.key
	cat pref-enc$n.key pref-enc$n.crt >pref-enc$n.pem
	sleep 1
done
prefers() {
	signs_gcm pref-sign pref.eml --identity pref-enc1.pem &&
	    openssl cms -verify -in pref.eml -CAfile root.crt -certfile issuing.crt \
		-out /dev/null &&
	    openssl smime -pk7out -in pref.eml | openssl asn1parse |
	    grep -q id-smime-aa-encrypKeyPref
}
try preference.said prefers
preferred() {
	ours encrypt mail.eml --to pref@peers.test --no-self "$@" -o sent.eml
}
# reader_is PERSON: the message names the serial number of that certificate.
reader_is() {
	serial=$(openssl x509 -in "$1.crt" -noout -serial | sed 's/.*=/0x/')
	shows sent.eml "serialNumber: $(python3 -c "print($serial)")"
}
try preference.none preferred --cert pref-enc1.crt --cert pref-enc2.crt
try preference.newest reader_is pref-enc2
try preference.learnt preferred --cert pref-enc2.crt --learn pref.eml
try preference.obeyed reader_is pref-enc1
