#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Was it revoked? OCSP and revocation lists, kept, given, in the message and by HTTP
# from servers on loopback, honest ones and lying ones. The answers are made by openssl.
# Loopback may be asked only because a policy file says so.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3
[ -x "${BUILD:?}/apps/postseal/postseal-fetch" ] || {
	echo "skip revocation: this build has no network"
	exit 0
}

# --- the servers, and people whose certificates lead to them ---

OPENSSL_CONF=/dev/null python3 "$here/servers/news.py" port asked.log 2>server.log &
server=$!
trap 'kill $server 2>/dev/null' EXIT INT TERM
i=0
while [ ! -s port ]; do
	i=$((i + 1))
	[ $i -lt 100 ] || { cat server.log; exit 1; }
	sleep 0.1
done
web=http://127.0.0.1:$(cat port)
printf '[network]\ninside = 127.0.0.1\n' >local.policy

pki_settings
cat >>pki.cnf <<'END'
[linked]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, keyAgreement
extendedKeyUsage = emailProtection
subjectAltName = email:${ENV::ADDRESS}
authorityKeyIdentifier = keyid:always
@AIA@ = ${ENV::AIA}
@CDP@ = ${ENV::CDP}
[linked_ca]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
crlDistributionPoints = ${ENV::CDP}
[responder]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, OCSPSigning
noCheck = ignored
authorityKeyIdentifier = keyid:always
[ca]
default_ca = authority
[authority]
database = index.txt
default_md = sha256
default_crl_days = 7
crlnumber = crlnumber
END
sed '/^@/d' pki.cnf >with-none.cnf
sed 's/^@AIA@/authorityInfoAccess/; /^@CDP@/d' pki.cnf >with-aia.cnf
sed 's/^@CDP@/crlDistributionPoints/; /^@AIA@/d' pki.cnf >with-cdp.cnf
sed 's/^@AIA@/authorityInfoAccess/; s/^@CDP@/crlDistributionPoints/' pki.cnf >with-both.cnf
cp with-none.cnf pki.cnf
export AIA=- CDP="URI:$web/root.crl"
new_key root.key P-256
certify root 'Test Root' root -key root.key
new_key issuing.key P-256
certify issuing 'Test Issuing CA' linked_ca -CA root.crt -CAkey root.key
new_key other-root.key P-256
certify other-root 'Other Root' root -key other-root.key
: >index.txt
: >root-index.txt
echo 01 >crlnumber

# linked NAME WITH AIA CDP: a person whose certificate says where news is.
linked() {
	cp "with-$2.cnf" pki.cnf
	ADDRESS=$1@peers.test AIA=$3 CDP=$4
	new_key "$1.key" P-256
	certify "$1" "$1" linked -CA issuing.crt -CAkey issuing.key
	cat "$1.key" "$1.crt" issuing.crt >"$1.pem"
	status "$1" V ''
}
# status NAME V|R WHEN,WHY: what the responder and the lists say from now on.
status() {
	serial=$(openssl x509 -in "$1.crt" -noout -serial | cut -d= -f2)
	grep -v "	$serial	" index.txt >index.new
	printf '%s\t350101000000Z\t%s\t%s\tunknown\t/CN=%s\n' "$2" "$3" "$serial" "$1" >>index.new
	mv index.new index.txt
}
# crl FILE [OPTION...]: of the issuing authority.
crl() {
	file=$1
	shift
	openssl ca -config pki.cnf -gencrl -cert issuing.crt -keyfile issuing.key "$@" \
	    -out "$file.pem" 2>>pki.log && openssl crl -in "$file.pem" -outform DER -out "$file"
}
sed 's/^database = .*/database = root-index.txt/' pki.cnf >root.cnf
openssl ca -config root.cnf -gencrl -cert root.crt -keyfile root.key -out root.pem 2>>pki.log
openssl crl -in root.pem -outform DER -out root.crl
new_key responder.key P-256
certify responder responder responder -CA issuing.crt -CAkey issuing.key
new_key root-responder.key P-256
certify root-responder 'By the root' responder -CA root.crt -CAkey root.key

for kind in good replay post direct person root-made other nonce later unauthorized junk forged \
    slow redirect endless error type; do
	linked "$kind" aia "OCSP;URI:$web/ocsp/$kind" -
done
linked bob none - -
linked listed cdp - "URI:$web/base.crl"
linked gone cdp - "URI:$web/base.crl"
linked late cdp - "URI:$web/late.crl"
linked flood cdp - "URI:$web/endless.crl"
linked elsewhere cdp - "URI:$web/elsewhere.crl"
linked foreign cdp - "URI:$web/stranger.crl"
linked both both "OCSP;URI:$web/ocsp/later" "URI:$web/base.crl"
linked taken aia "OCSP;URI:$web/ocsp/good" -
cp with-none.cnf pki.cnf
cat >>pki.cnf <<END
[with_delta]
freshestCRL = URI:$web/delta.crl
[delta]
2.5.29.27 = critical, ASN1:INTEGER:1
[elsewhere]
issuingDistributionPoint = critical, @where
[where]
fullname = URI:http://elsewhere.example/x.crl
END
crl base.crl -crlexts with_delta
status gone R 260101000000Z,superseded
status taken R 260101000000Z,keyCompromise
echo 05 >crlnumber
crl delta.crl -crlexts delta
crl elsewhere.crl -crlexts elsewhere
crl late.crl -crl_lastupdate 20240101000000Z -crl_nextupdate 20240102000000Z
openssl ca -config root.cnf -gencrl -cert other-root.crt -keyfile other-root.key \
    -out stranger.pem 2>>pki.log
openssl crl -in stranger.pem -outform DER -out stranger.crl

make_mail
# mail NAME: signed by NAME, whose address is in From.
mail() {
	sed "s/alice@peers/$1@peers/; s/^From: Alice/From: $1/" mail.eml >"$1.draft"
	ours sign --headers off --identity "$1.pem" --offline "$1.draft" -o "$1.eml"
}
for one in good replay post direct person root-made other nonce later unauthorized junk forged slow \
    redirect endless error type bob listed gone late flood elsewhere foreign both taken; do
	mail "$one" || exit 1
done

# judged STATUS NAME OPTIONS TEST...: what verify --online says of the mail of NAME.
judged() {
	want=$1 who=$2 options=$3
	shift 3
	verdict "$want" "$who.eml --online --policy local.policy $options" "$@"
}
unknown() {
	judged 0 "$1" '' signatures.0.revocation.state=unknown "signatures.0.revocation.why~$2" &&
	    judged 1 "$1" '--revocation hard' signatures.0.reasons.0.code=revocation-unknown \
		"signatures.0.reasons.0.text~$2"
}
asked() { grep -qx "$1" asked.log; }
silent() { [ ! -s asked.log ] || { cat asked.log; return 1; }; }

# --- nobody is asked ---

: >asked.log
quiet() {
	verdict 0 'good.eml --policy local.policy' signatures.0.revocation.state=not-checked && silent
}
inside() {
	verdict 0 'good.eml --online' signatures.0.revocation.state=unknown \
	    'signatures.0.revocation.why~may not be asked' 2>said && silent && grep -q inside said
}
untrusted() {
	exits 1 "$POSTSEAL" verify --online --policy local.policy --trust other-root.crt \
	    --json good.eml >verdict.json && silent
}
off() { judged 0 good '--revocation off' signatures.0.revocation.state=not-checked && silent; }
offline() {
	ours encrypt --offline --policy local.policy --to good.crt mail.eml -o sent.eml && silent
}
try quiet quiet
try inside inside
try untrusted untrusted
try off off
try offline offline

# --- honest ---

good() {
	judged 0 "$1" '' signatures.0.state=valid signatures.0.revocation.state=good \
	    signatures.0.revocation.by="$2"
}
told() {
	ours verify --online --policy local.policy good.eml >said; grep -q 'not revoked (checked 0 min ago)' said
}
revoked() {
	judged 1 taken '' signatures.0.state=untrusted signatures.0.reasons.0.code=revoked \
	    'signatures.0.reasons.0.text~2026-01-01: somebody else may have the key'
}
fresh() {
	: >asked.log
	judged 0 good '--revocation hard' signatures.0.revocation.state=good &&
	    asked 'GET ocsp/good nonce'
}
batch() {
	: >asked.log
	exits 0 ours verify --online --policy local.policy good.eml good.eml good.eml &&
	    [ "$(grep -c ocsp/good asked.log)" = 1 ]
}
try good good good ocsp
try good.get asked 'GET ocsp/good'
try told told
try post good post ocsp
try post.tried asked 'GET ocsp/post'
try post.used asked 'POST ocsp/post'
try direct good direct ocsp
try revoked revoked
try fresh fresh
try batch batch
try list good listed crl
try list.instead good both crl
delta() {
	: >asked.log
	judged 1 gone '' signatures.0.reasons.0.code=revoked \
	    'signatures.0.reasons.0.text~another one has taken its place' &&
	    asked 'GET delta.crl/'
}
try delta delta

# --- lying: the answer counts for nothing, and it is said why ---

try person unknown person 'may not answer'
try root-made unknown root-made 'may not answer'
try other unknown other 'another certificate'
try later unknown later 'try later'
try unauthorized unknown unauthorized 'does not answer for'
try junk unknown junk 'cannot be read'
try forged unknown forged 'signature of the OCSP answer is wrong'
try redirect unknown redirect 'answers something else'
try endless unknown endless 'answers something else'
try type unknown type 'answers something else'
try error unknown error 'gives no answer'
try late unknown late 'no current revocation list'
try elsewhere unknown elsewhere 'list'
try foreign unknown foreign 'no revocation list of it'
try flood unknown flood 'answers something else'
nonce() {
	judged 1 nonce '--revocation hard' signatures.0.reasons.0.code=revocation-unknown \
	    'signatures.0.reasons.0.text~for another question'
}
try nonce nonce
slow() {
	began=$(date +%s)
	judged 0 slow '' signatures.0.revocation.state=unknown || return 1
	[ $(($(date +%s) - began)) -lt 20 ]
}
try slow slow

# --- authorities that a mail leaves out ---

# Root, then upper, then lower, which nobody sends; each says where the one above it is.
# shellcheck disable=SC2016 # openssl expands it
sed 's/^crlDistributionPoints = .*/authorityInfoAccess = ${ENV::AIA}/' pki.cnf >above.cnf
sed 's/, pathlen:0//' above.cnf >pki.cnf
new_key upper.key P-256
AIA="caIssuers;URI:$web/root.crt" certify upper 'Upper CA' linked_ca -CA root.crt -CAkey root.key
new_key lower.key P-256
openssl x509 -in upper.crt -outform DER -out upper.der.crt
AIA="caIssuers;URI:$web/upper.der.crt" certify lower 'Lower CA' linked_ca -CA upper.crt \
    -CAkey upper.key
openssl crl2pkcs7 -nocrl -certfile other-root.crt -certfile lower.crt -outform DER -out lower.p7c
cp with-aia.cnf pki.cnf
# below NAME URL: a person of the lower authority.
below() {
	ADDRESS=$1@peers.test AIA="caIssuers;URI:$2"
	new_key "$1.key" P-256
	certify "$1" "$1" linked -CA lower.crt -CAkey lower.key
	cat "$1.key" "$1.crt" >"$1.pem"
	mail "$1"
}
below far "$web/lower.p7c"
below lost "$web/nothing.crt"
below misled "$web/other-root.crt"
below flooded "$web/endless.crl"
completed() { judged 0 far '' signatures.0.state=valid; }
not_online() {
	: >asked.log
	verdict 1 'far.eml --policy local.policy' signatures.0.reasons.0.code=unknown-issuer && silent
}
missing() { judged 1 "$1" '' signatures.0.reasons.0.code=unknown-issuer; }
sealed_far() {
	: >asked.log
	exits 5 encrypt --to far.crt 2>said && silent && encrypt --online --to far.crt
}
encrypt() { ours encrypt --policy local.policy "$@" mail.eml -o sent.eml; }
try issuer.completed completed
try issuer.not-online not_online
try issuer.lost missing lost
try issuer.misled missing misled
try issuer.flooded missing flooded
try issuer.encrypt sealed_far
cp with-none.cnf pki.cnf

# --- kept in a store ---

mkdir -m 700 s
export NEWS=s/news.db
fresh_store() {
	rm -f s/news.db*
	"$POSTSEAL" cert add --store $NEWS bob.crt
	: >asked.log
}
# stored STATUS NAME OPTIONS TEST...: as judged, with the store.
stored() {
	status=$1 person=$2 more=$3
	shift 3
	judged "$status" "$person" "--store $NEWS $more" "$@"
}
sql() { python3 "$here/store.py" sql $NEWS "$1"; }
tally() { [ "$(grep -c "$1" asked.log)" = "$2" ] || { cat asked.log; return 1; }; }
# kept KIND N: lists are 1, answers 2, certificates 3; of the root there always is a list.
kept() {
	found=$(sql "SELECT count(*) FROM news WHERE kind = $1 AND length(data) > 0")
	[ "$found" = "$2" ] || { echo "$found are kept"; return 1; }
}
older() { sql "UPDATE news SET fetched = fetched - $1, this_update = this_update - $1"; }

answer_kept() {
	fresh_store
	stored 0 good '' signatures.0.revocation.state=good &&
	    stored 0 good '' signatures.0.revocation.by=ocsp && tally ocsp/good 1 && kept 2 1 &&
	    verdict 0 "good.eml --store $NEWS --policy local.policy" \
		signatures.0.revocation.state=good && tally ocsp/good 1
}
age_shown() {
	ours verify --online --policy local.policy --store $NEWS \
	    --at "$(date -u -d '+3 hours' +%Y-%m-%dT%H:%M:%SZ)" good.eml >said
	grep -q 'not revoked (checked 3 h ago)' said && tally ocsp/good 1
}
asked_anew() {
	older 90000
	stored 0 good '' signatures.0.revocation.state=good && tally ocsp/good 2 &&
	    stored 0 good '' signatures.0.revocation.state=good && tally ocsp/good 2
}
list_kept() {
	fresh_store
	stored 0 listed '' signatures.0.revocation.by=crl && tally base.crl 1 && tally delta.crl 1 &&
	    stored 1 gone '' signatures.0.reasons.0.code=revoked && tally crl/ 3 && kept 1 3
}
issuers_kept() {
	fresh_store
	stored 0 far '' && tally 'GET lower.p7c' 1 && tally 'GET upper' 1 && kept 3 2 &&
	    : >asked.log && stored 0 far '' && silent &&
	    verdict 0 "far.eml --store $NEWS --policy local.policy" && silent
}
# The list of elsewhere is signed, so only it and the root's stay. "posed" has another authority of
# that name; the next time it is asked again.
lies_not_kept() {
	fresh_store
	for one in person root-made other later unauthorized junk forged elsewhere foreign; do
		stored 0 $one '' signatures.0.revocation.state=unknown || return 1
	done
	stored 1 misled '' && stored 1 posed '' signatures.0.reasons.0.code=unknown-issuer &&
	    kept 1 2 && kept 2 0 && kept 3 0 && stored 1 posed '' && tally 'GET posed.crt' 2
}
vain_kept() {
	fresh_store
	stored 0 error '' && stored 0 error '' signatures.0.revocation.state=unknown &&
	    tally 'GET ocsp/error' 1 && kept 2 0 && older 301 && stored 0 error '' && tally 'GET ocsp/error' 2
}
# The responder said "good", then "revoked"; who is between plays the first again.
replayed() {
	fresh_store
	stored 0 replay '' signatures.0.revocation.state=good || return 1
	sleep 1.1
	status replay R 260101000000Z,keyCompromise
	older 1000000
	stored 1 replay '' signatures.0.reasons.0.code=revoked || return 1
	tally ocsp/replay 2 && touch replaying || return 1
	sql 'UPDATE news SET fetched = fetched - 90000'
	stored 1 replay '' signatures.0.reasons.0.code=revoked
}
new_key posed.key P-256
cp above.cnf pki.cnf
AIA="caIssuers;URI:$web/root.crt" certify posed 'Lower CA' root -key posed.key
cp with-aia.cnf pki.cnf
below posed "$web/posed.crt"
cp with-none.cnf pki.cnf
try kept.answer answer_kept
try kept.age age_shown
try kept.anew asked_anew
try kept.list list_kept
try kept.issuers issuers_kept
try kept.lies lies_not_kept
try kept.vain vain_kept
try kept.replay replayed

# --- in the message ---

staple() {
	openssl ocsp -issuer issuing.crt -cert bob.crt -no_nonce -index index.txt -CA issuing.crt \
	    -rsigner responder.crt -rkey responder.key -ndays 1 -respout bob.ocsp >/dev/null 2>&1
	ours sign --headers off --identity bob.pem --opaque --der --offline bob.draft -o plain.eml &&
	    python3 "$here/servers/staple.py" plain.eml bob.ocsp bob.eml
}
stapled_good() {
	staple && verdict 0 "bob.eml --crl root.pem" signatures.0.revocation.state=good \
	    signatures.0.revocation.by=ocsp
}
stapled_revoked() {
	status bob R 260201000000Z,cessationOfOperation
	staple && verdict 1 bob.eml signatures.0.reasons.0.code=revoked \
	    'signatures.0.reasons.0.text~no longer used'
}
try stapled.good stapled_good
try stapled.revoked stapled_revoked

# --- encryption ---

to_revoked() { exits 5 encrypt --to taken.crt 2>said && grep -q 'was revoked' said; }
to_unknown() { encrypt --to later.crt; }
to_unknown_hard() {
	exits 5 encrypt --revocation hard --to later.crt 2>said && grep -q 'try later' said
}
try encrypt encrypt --to good.crt
try encrypt.revoked to_revoked
try encrypt.unknown to_unknown
try encrypt.hard to_unknown_hard
