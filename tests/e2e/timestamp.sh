#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Time-stamps for signatures of our own (RFC 3161), by an authority on loopback
# that is made of the openssl ts command: honest, and lying in each way that it
# can. openssl judges the tokens that we put into mails.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3
[ -x "${BUILD:?}/apps/postseal/postseal-fetch" ] || {
	echo "skip timestamp: this build has no network"
	exit 0
}

make_pki alice-rsa:2048 bob-p256:P-256 carol-p256:P-256
make_mail
big_mail 6000000

# --- the authority ---

cat >>pki.cnf <<'END'
[stamping]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
authorityKeyIdentifier = keyid:always
[several]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping, emailProtection
authorityKeyIdentifier = keyid:always
END
new_key tsa-root.key P-256
certify tsa-root 'Stamp Root' root -key tsa-root.key
new_key other-root.key P-256
certify other-root 'Other Root' root -key other-root.key
for one in good other; do
	by="other-root"
	[ $one = other ] || by="tsa-root"
	new_key $one.key 2048
	certify $one "$one stamps" stamping -CA "$by.crt" -CAkey "$by.key"
	cat >>tsa.cnf <<END
[$one]
dir = .
serial = serial
signer_cert = $one.crt
signer_key = $one.key
certs = $by.crt
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
END
done
echo 01 >serial
new_key several.key 2048
certify several 'stamps and mails' several -CA tsa-root.crt -CAkey tsa-root.key

children=
serve() {
	python3 "$here/tsa.py" "$@" 2>>tsa.log &
	children="$children $!"
	i=0
	while [ ! -s "$1" ]; do
		i=$((i + 1))
		[ $i -lt 100 ] || { cat tsa.log; exit 1; }
		sleep 0.1
	done
}
# shellcheck disable=SC2086 # a list
trap 'kill $children 2>/dev/null' EXIT INT TERM
serve port tsa.cnf
tsa=http://127.0.0.1:$(cat port)

# Asked first, for the time that it takes.
ours sign --identity alice-rsa.pem --timestamp "$tsa/slow" mail.eml -o slow.eml 2>slow.said &
slow=$!

# --- honest ---

stamps() {
	from=$1 kind=$2
	shift 2
	rm -f sent.eml
	ours "$@" --identity alice-rsa.pem --timestamp "$tsa/$kind" --tsa-trust tsa-root.crt \
	    "$from" -o sent.eml
}

# The signature and its token, taken out by openssl and judged by openssl.
token_is_good() {
	openssl cms -cmsout -in "$1" -outform DER -out sent.der &&
	    python3 "$here/tokens.py" sent.der token signature || return 1
	for n in $(seq 0 $(($2 - 1))); do
		openssl ts -verify -in "token.$n" -token_in -data "signature.$n" \
		    -CAfile tsa-root.crt || return 1
	done
	[ ! -e "token.$2" ]
}
clear() { stamps mail.eml good sign && token_is_good sent.eml 1; }
opaque() { stamps mail.eml good sign --opaque && token_is_good sent.eml 1; }
streamed() { stamps big.eml good sign --opaque && token_is_good sent.eml 1; }
measured() {
	stamps big.eml good sign --opaque --der && token_is_good sent.eml 1 &&
	    openssl cms -verify -in sent.eml -CAfile root.crt -certfile issuing.crt -out out.mime
}
two_signers() {
	stamps mail.eml good sign --identity bob-p256.pem && token_is_good sent.eml 2
}
still_valid() {
	openssl cms -verify -in sent.eml -CAfile root.crt -certfile issuing.crt -out out.mime
}
judged() {
	verdict 0 "sent.eml --trust tsa-root.crt" summary=signed \
	    signatures.0.timestamps.0.state=valid signatures.0.time.source=timestamp
}
sealed() {
	stamps mail.eml good seal --to bob-p256.crt "$@" &&
	    opens 0 "sent.eml --identity bob-p256.pem --trust tsa-root.crt" summary=sealed \
		signatures.#="$signatures" signatures.0.time.source=timestamp
}
try clear clear
try clear.openssl still_valid
try clear.verdict judged
try opaque opaque
try opaque.openssl still_valid
try streamed streamed
try measured measured
try two-signers two_signers
signatures=1
try sealed sealed
signatures=2
# The author's signature alone is stamped, which is the inner one.
try sealed.triple sealed --triple
try moved stamps mail.eml moved sign
try no-anchor exits 0 ours sign --identity alice-rsa.pem --timestamp "$tsa/other" mail.eml \
    -o sent.eml

# --- lying, slow, silent: nothing is written, and the reason is told ---

# refuses STATUS KIND TEXT
refuses() {
	rm -f sent.eml
	exits "$1" ours sign --identity alice-rsa.pem --timestamp "$tsa/$2" \
	    --tsa-trust tsa-root.crt mail.eml -o sent.eml 2>said || {
		cat said
		return 1
	}
	cat said
	[ ! -e sent.eml ] && grep -q -- "$3" said
}
try lying.other-root refuses 5 other 'is not trusted'
try lying.nonce refuses 5 nonce 'its nonce is another'
try lying.imprint refuses 5 imprint 'for something else than this signature'
stamps mail.eml again sign >again.log 2>&1
# Either is told, as the signature is made with a random number or without.
try lying.again refuses 5 again 'the time-stamp is'
try lying.forged refuses 5 forged 'signature of the time-stamp is wrong'
try lying.cut refuses 5 cut 'not a time-stamp response'
try lying.denied refuses 5 denied 'not today'
try lying.type refuses 5 type 'not of type application/timestamp-reply'
try lying.missing refuses 5 missing 'status 404'
try lying.busy refuses 4 busy 'status 503'
try lying.loop refuses 5 loop 'from place to place'
try lying.file refuses 2 file 'only http and https'
try lying.endless refuses 5 endless 'too large'
tsa=http://127.0.0.1:1
try silent refuses 4 good 127.0.0.1:1
tsa=http://127.0.0.1:$(cat port)
bounded() {
	[ $slow = 4 ] && cat slow.said && grep -q 'Timeout was reached' slow.said &&
	    [ ! -e slow.eml ]
}
wait $slow
slow=$?
try bounded bounded
try usage.scheme exits 2 ours sign --identity alice-rsa.pem --timestamp file:///etc/passwd \
    mail.eml -o sent.eml
try usage.offline exits 2 ours sign --offline --identity alice-rsa.pem --timestamp "$tsa/good" \
    mail.eml -o sent.eml
try usage.alone exits 2 ours sign --identity alice-rsa.pem --tsa-trust tsa-root.crt mail.eml

try lying.purpose refuses 5 purpose 'must be its only purpose'

# --- by https, the server's certificate is checked ---

new_key server.key P-256
certify server '127.0.0.1' person -CA issuing.crt -CAkey issuing.key
serve tls-port tsa.cnf server.crt server.key
tsa=https://127.0.0.1:$(cat tls-port)
try https.unknown refuses 5 good 'certificate of the server is not trusted'
