#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Post-quantum messages: ML-KEM, RSA-KEM, ML-DSA, SLH-DSA, the choice between both worlds,
# two signatures. Keys and certificates are openssl's (tests/vectors/pq); signatures are
# judged by the openssl command of the library that the build is on. Where that
# has none of it, it must say so.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3
unset OPENSSL_CONF
vectors=$here/../vectors/pq

cp "$vectors"/*.pem "$vectors"/*.der .
for one in alice-rsa alice-mldsa65 bob-rsa bob-mlkem512 bob-mlkem768 bob-mlkem1024; do
	sed -n '/BEGIN CERT/,/END CERT/p' $one.pem >$one.crt
done
{
	printf 'From: Alice <alice@pq.test>\r\nTo: bob@pq.test\r\nSubject: quantum\r\n'
	printf 'Message-ID: <1@pq.test>\r\nDate: '
	printf '%s\r\n' "$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S +0000')"
	printf 'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n'
} >head.txt
printf 'Nobody reads this,\r\nnot later either.\r\n' >body
cat head.txt body >mail.eml

# ours VERB ...: with the root of the vectors.
ours() {
	verb=$1
	shift
	case $verb in
	sign)	"$POSTSEAL" sign --no-store "$@" ;;
	encrypt|seal)	"$POSTSEAL" "$verb" --no-store --trust root.pem --headers none "$@" ;;
	*)	"$POSTSEAL" "$verb" --no-store --trust root.pem "$@" ;;
	esac
}
# says STATUS TEXT COMMAND...: it ends so, and says this.
says() {
	status=$1 text=$2
	shift 2
	exits "$status" "$@" 2>said.txt || return 1
	tr '\n' ' ' <said.txt | grep -qF "$text" || { cat said.txt; return 1; }
}

# --- a reader that knows none of it ---

GNUPGHOME=$WORK/gnupg
export GNUPGHOME
# end_agent: by its own number; it says "D 1234".
end_agent() {
	pid=$(gpg-connect-agent --no-autostart 'getinfo pid' /bye 2>/dev/null |
	    sed -n 's/^D //p')
	[ -z "$pid" ] || kill "$pid"
}
has_gpgsm() {
	command -v gpgsm >/dev/null && command -v gpg-connect-agent >/dev/null &&
	    [ ${#GNUPGHOME} -le 85 ]
}
# old_reader FILE: gpgsm finds the RSA signature of it good.
old_reader() {
	gpgsm --batch --disable-crl-checks --status-fd 1 --verify "$1" >status
	grep -q '^\[GNUPG:\] GOODSIG' status && ! grep -q BADSIG status
}
if has_gpgsm; then
	trap end_agent EXIT
	trap 'exit 1' INT TERM HUP
	mkdir -m 700 "$GNUPGHOME"
	openssl x509 -in root.pem -noout -fingerprint -sha1 |
	    sed 's/.*=//; s/://g; s/$/ S relax/' >"$GNUPGHOME/trustlist.txt"
	gpgsm --batch --import root.pem 2>/dev/null
	try old-reader.vector old_reader two.der
fi

# --- without OpenSSL 3.5 ---

has() {
	ours encrypt mail.eml --to bob-mlkem768.crt -o has.eml 2>has.txt
	! grep -q 'this OpenSSL has no' has.txt
}
if ! has; then
	no="this OpenSSL has no"
	try old.encrypt says 5 "$no ML-KEM-768: 3.5 or later is needed" \
	    ours encrypt mail.eml --to bob-mlkem768.crt -o no.eml
	try old.nothing test ! -e no.eml
	try old.open says 3 "$no ML-KEM-768: 3.5 or later is needed" ours open kem-768.der
	try old.verify verdict 1 signed-mldsa65.der signatures.0.state=unknown \
	    signatures.0.reasons.0.code=old-library \
	    "signatures.0.reasons.0.text=$no ML-DSA-65: 3.5 or later is needed"
	try old.slh verdict 1 signed-slh.der signatures.0.reasons.0.code=old-library
	# whoever signed with RSA too is read here
	try old.two verdict 0 two.der summary=signed signatures.#=2 signatures.0.state=valid \
	    signatures.1.reasons.0.code=old-library
	try old.removed verdict 1 two-rsa-left.der signatures.0.state=untrusted \
	    signatures.0.reasons.0.code=signature-removed
	# of a correspondent with both the old one is taken, and it is said why
	try old.choice says 0 "for this OpenSSL has no ML-KEM-768" ours encrypt mail.eml \
	    --cert bob-rsa.crt --cert bob-mlkem768.crt --explain -o old.eml
	try old.rsa-kem ours encrypt mail.eml --to bob-rsa.crt --key-transport rsa-kem -o kem.eml
	try old.rsa-kem.opens opens 0 "kem.eml --identity bob-rsa.pem" summary=encrypted
	exit 0
fi

library=$(ldd "$POSTSEAL" | sed -n 's/.*libcrypto[^>]*=> \([^ ]*\) .*/\1/p' | head -n 1)
newer=$(dirname "$library")/../bin/openssl
[ -x "$newer" ] || newer=openssl

# --- encapsulation ---

# kinds FILE KTRI ORI: how many RecipientInfos there are of either.
kinds() {
	"$newer" cms -cmsout -print -noout -in "$1" >printed.txt || return 1
	[ "$(grep -c 'd\.ktri:' printed.txt) $(grep -c 'd\.ori:' printed.txt)" = "$2 $3" ] || {
		grep 'd\.' printed.txt
		return 1
	}
}
for size in 512 768 1024; do
	kem=bob-mlkem$size
	try kem-$size ours seal mail.eml --identity alice-mldsa65.pem --to $kem.crt --no-self \
	    -o $kem.eml
	try kem-$size.kind kinds $kem.eml 0 1
	try kem-$size.opens opens 0 "$kem.eml --identity $kem.pem" summary=sealed \
	    encryption.0.recipients.0.type=kem \
	    encryption.0.recipients.0.algorithm=ml-kem-$size \
	    signatures.0.algorithm=ml-dsa-65 signatures.0.digest=sha512
	try kem-$size.body same_body opened.eml
done
try kem.other says 3 'none of the given keys' ours open bob-mlkem768.eml \
    --identity bob-mlkem512.pem
try kem.key-id ours encrypt mail.eml --to bob-mlkem768.crt --key-ids -o id.eml
try kem.key-id.opens opens 0 "id.eml --identity bob-mlkem768.pem" summary=encrypted
try kem.signing-key says 5 'for signatures alone' ours encrypt mail.eml \
    --to alice-mldsa65.crt -o no.eml
try rsa-kem ours encrypt mail.eml --to bob-rsa.crt --key-transport rsa-kem -o rsa.eml
try rsa-kem.kind kinds rsa.eml 0 1
try rsa-kem.opens opens 0 "rsa.eml --identity bob-rsa.pem" summary=encrypted \
    encryption.0.recipients.0.algorithm=kem-rsa

# --- one of two worlds ---

both='encrypt mail.eml --cert bob-rsa.crt --cert bob-mlkem768.crt'
# shellcheck disable=SC2086 # a list
choice() {
	rm -f choice.eml
	ours $both --explain -o choice.eml "$@" 2>said.txt
}
chosen() {
	text=$1 ktri=$2 ori=$3
	shift 3
	choice "$@" && kinds choice.eml "$ktri" "$ori" && grep -qF "$text" said.txt
}
names='bob@pq.test has certificates of'
try pq.default chosen "$names ML-KEM-768 and of RSA: ML-KEM-768, by policy (pq = prefer)" 0 1
try pq.off chosen "$names RSA and of ML-KEM-768: RSA, by policy (pq = off)" 1 0 --pq off
try pq.require chosen "ML-KEM-768, by policy (pq = require)" 0 1 --pq require
printf '[rules]\npq = off\n' >off.policy
try pq.file chosen 'by policy (pq = off)' 1 0 --policy off.policy
try pq.before-file chosen 'by policy (pq = prefer)' 0 1 --policy off.policy --pq prefer
try pq.word exits 2 ours encrypt mail.eml --to bob-rsa.crt --pq maybe -o no.eml
try pq.none says 5 'the policy wants one that it does not (pq = require)' \
    ours encrypt mail.eml --to bob-rsa.crt --pq require -o no.eml
try pq.self says 5 'the copy for oneself cannot be made' ours encrypt mail.eml \
    --to bob-mlkem768.crt --identity alice-rsa.pem --pq require -o no.eml
try pq.no-self ours encrypt mail.eml --to bob-mlkem768.crt --identity alice-rsa.pem \
    --pq require --no-self -o yes.eml
try pq.off-only says 5 '(pq = off)' ours encrypt mail.eml --to bob-mlkem768.crt --pq off \
    -o no.eml
try pq.nothing test ! -e no.eml
try pq.mixed says 0 'which opens the mail for all' ours encrypt mail.eml \
    --to bob-mlkem768.crt --identity alice-rsa.pem -o mixed.eml
try pq.mixed.kinds kinds mixed.eml 1 1
own() {
	says 0 '' ours encrypt mail.eml --to bob-mlkem1024.crt --identity alice-rsa.pem \
	    --identity bob-mlkem768.pem -o own.eml && kinds own.eml 0 2 &&
	    ! grep -q 'opens the mail' said.txt
}
try pq.own-keys own
printf '[recipient]\nml-kem-768 = refused\n' >no-kem.policy
try pq.row says 5 'does not send ML-KEM-768' ours encrypt mail.eml --to bob-mlkem768.crt \
    --policy no-kem.policy -o no.eml

# --- signatures ---

# they_verify FILE: the openssl command of the same library, every signature.
they_verify() {
	"$newer" cms -verify -in "$1" -CAfile root.pem -out got 2>>they.log
}
for one in alice-mldsa44 alice-mldsa65 carol-slh; do
	sed "s/alice@/${one%%-*}@/" mail.eml >from.eml
	try sign.$one ours sign from.eml --identity $one.pem -o $one.eml
	try sign.$one.openssl they_verify $one.eml
	try sign.$one.ours verdict 0 $one.eml summary=signed signatures.0.state=valid
	try sign.$one.opaque ours sign from.eml --opaque --identity $one.pem -o $one-o.eml
	try sign.$one.opaque.openssl they_verify $one-o.eml
done
announces() {
	"$newer" cms -cmsout -in alice-mldsa65.eml -outform DER -out caps.der &&
	    "$newer" asn1parse -inform DER -in caps.der >printed.txt &&
	    for n in 512 768 1024; do
		grep -qi "OBJECT.*ML-KEM-$n" printed.txt || return 1
	    done
}
try sign.capabilities announces
try sign.short-digest says 5 'cannot sign with SHA-256' ours sign mail.eml \
    --identity alice-mldsa65.pem --digest sha256 -o no.eml
changed() {
	sed 's/later/sooner/' alice-mldsa65.eml >changed.eml
	verdict 1 changed.eml signatures.0.state=invalid \
	    signatures.0.reasons.0.code=content-changed
}
try sign.changed changed
# the last octet of the signature
forged() {
	"$newer" cms -cmsout -in alice-mldsa65-o.eml -outform DER -out forged.der || return 1
	python3 - <<'END' &&
data = bytearray(open("forged.der", "rb").read())
data[-1] ^= 1
open("forged.der", "wb").write(data)
END
	verdict 1 "forged.der --from alice@pq.test" signatures.0.state=invalid \
	    signatures.0.reasons.0.code=signature-wrong
}
try sign.forged forged

# --- two signatures ---

try two ours sign mail.eml --identity alice-rsa.pem --identity alice-mldsa65.pem -o two.eml
try two.openssl they_verify two.eml
try two.ours verdict 0 two.eml summary=signed signatures.#=2 signatures.0.state=valid \
    signatures.1.state=valid
try two.opaque ours sign mail.eml --opaque --identity alice-mldsa65.pem \
    --identity alice-rsa.pem -o two-o.eml
"$newer" cms -cmsout -in two-o.eml -outform DER -out ours.der
look=$here/quantum.py
try two.attribute python3 "$look" holds ours.der
try two.vector python3 "$look" holds two.der
try two.classical python3 "$look" classical ours.der alice-rsa.crt
! has_gpgsm || try two.old-reader old_reader ours.der
removed() {
	python3 "$look" without ours.der "$1" left.der &&
	    verdict 1 "left.der --from alice@pq.test" signatures.#=1 \
		signatures.0.state=untrusted signatures.0.reasons.0.code=signature-removed
}
try two.without-mldsa removed 2.16.840.1.101.3.4.3.18
try two.without-rsa removed 1.2.840.113549.1.1.11
sealed_twice() {
	ours seal mail.eml --identity alice-rsa.pem --identity alice-mldsa65.pem \
	    --to bob-mlkem768.crt --no-self -o both.eml &&
	    opens 0 "both.eml --identity bob-mlkem768.pem" summary=sealed signatures.#=2 &&
	    same_body opened.eml
}
try two.sealed sealed_twice
# two people sign, each once: neither speaks of the other
two_people() {
	ours sign mail.eml --opaque --identity alice-rsa.pem --identity carol-slh.pem \
	    -o people.eml &&
	    "$newer" cms -cmsout -print -noout -in people.eml >printed.txt &&
	    ! grep -q '1.2.840.113549.1.9.16.2.51\|multipleSignatures' printed.txt
}
try two.people two_people

# --- what a correspondent says ---

# Dora has two keys of each world, and says which she prefers with each signature.
PATH=$(dirname "$newer"):$PATH
export PATH
make_pki dora-p256:P-256 dora-dsa:ML-DSA-44 dora-rsa:2048
new_person() {
	export ADDRESS=dora@peers.test USAGE="$3"
	[ -z "$2" ] || openssl genpkey -algorithm "$2" -out "$1.key" 2>>pki.log
	certify "$1" "$1" person -CA issuing.crt -CAkey issuing.key
	cat "$1.key" "$1.crt" issuing.crt >"$1.pem"
}
new_person dora-kem ML-KEM-768 keyEncipherment
new_person dora-rsa '' keyEncipherment
new_person dora-p256 '' digitalSignature
unset OPENSSL_CONF
sed 's/Alice <alice@pq.test>/dora@peers.test/' mail.eml >from-dora.eml
sed 's/bob@pq.test/dora@peers.test/' mail.eml >to-dora.eml
dora_signs() {
	to=$1
	shift
	"$POSTSEAL" sign --no-store from-dora.eml -o "$to" "$@"
}
# to_dora KTRI ORI MAIL OPTION...: what she gets after this mail.
to_dora() {
	ktri=$1 ori=$2 learn=$3
	shift 3
	"$POSTSEAL" encrypt --no-store to-dora.eml --trust root.crt --cert issuing.crt \
	    --cert dora-rsa.crt --cert dora-kem.crt --learn "$learn" -o to.eml "$@" &&
	    kinds to.eml "$ktri" "$ori"
}
try prefers.old dora_signs old.eml --identity dora-p256.pem --identity dora-rsa.pem
try prefers.both dora_signs both.eml --identity dora-p256.pem --identity dora-dsa.pem \
    --identity dora-rsa.pem --identity dora-kem.pem
try prefers.both.verdict exits 0 "$POSTSEAL" verify --no-store --trust root.crt both.eml
# her program announces ML-KEM, whatever she prefers
try prefers.announced to_dora 0 1 both.eml
try prefers.off to_dora 1 0 both.eml --pq off
