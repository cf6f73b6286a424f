#!/bin/sh
# SPDX-License-Identifier: ISC
#
# An authority of one's own: every command of docs/authority.md, then what
# openssl, gpgsm and certutil make of what came out.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3
mkdir bin && ln -s "$POSTSEAL" bin/postseal
[ ! -x "$(dirname "$POSTSEAL")/postseal-fetch" ] ||
    ln -s "$(dirname "$POSTSEAL")/postseal-fetch" bin/postseal-fetch
PATH=$PWD/bin:$PATH
export PATH
a='--ca authority --passphrase-file authority.pw'

grep '^    \$ ' "$here/../../docs/authority.md" | sed 's/^    \$ //' >commands
n=0
while IFS= read -r command; do
	n=$((n + 1))
	printf '%s\n' "$command" >command.sh
	try "authority: command $n of the page" sh -e command.sh
done <commands

# --- openssl ---

extract() {
	openssl pkcs12 -in "$1.p12" -passin "file:$1.pw" -nodes -nokeys -clcerts >"$1.certs" &&
	    openssl pkcs12 -in "$1.p12" -passin "file:$1.pw" -nodes -nocerts >"$1.keys" &&
	    [ "$(grep -c 'BEGIN CERT' "$1.certs")" = 2 ] && [ "$(grep -c 'BEGIN PRIV' "$1.keys")" = 2 ]
}
verified() {
	openssl verify -x509_strict -CAfile authority/root.pem -untrusted authority/issuing.pem \
	    -purpose "$1" "$2"
}
revoked() {
	openssl crl -in issuing.crl -inform DER -out crl.pem -CAfile authority/issuing.pem -verify 2>&1 |
	    grep 'verify OK' && openssl crl -in crl.pem -noout -text | grep 'Key Compromise' &&
	! openssl verify -crl_check -CAfile authority/root.pem -untrusted authority/issuing.pem \
	    -CRLfile crl.pem cleo.pem 2>verify.log && grep -q 'certificate revoked' verify.log
}
answered() {
	openssl ocsp -respin "$1" -no_nonce -issuer authority/issuing.pem -cert cleo.pem \
	    -CAfile authority/root.pem -verify_other authority/issuing.pem >answer 2>&1
	cat answer
	grep -q 'Response verify OK' answer && grep -q "cleo.pem: $2" answer
}
nonce_is_repeated() {
	[ "$(openssl ocsp -reqin question.der -req_text | grep -A1 Nonce | tail -n 1)" = \
	    "$(openssl ocsp -respin answer.der -resp_text -noverify | grep -A1 Nonce | tail -n 1)" ]
}
cleo_serial() {
	openssl x509 -in cleo.pem -noout -serial | sed 's/.*=//' | tr A-F a-f
}
nothing_to_lint() {
	"$POSTSEAL" cert lint public/*.crt >lint.txt
	cat lint.txt
	! grep -q 'error\|warning' lint.txt
}
opened_body() {
	grep -q 'At one?' opened.eml
}

try "authority: what was sealed opens" opened_body
try "authority: a PKCS#12 file with two keys" extract ana
try "authority: openssl verify, signing" verified smimesign ana.certs
try "authority: openssl verify, a request" verified smimesign cleo.pem
try "authority: lint finds nothing" nothing_to_lint
try "authority: revoked in the list" revoked
try "authority: an answer" answered answer.der revoked
try "authority: its nonce" nonce_is_repeated
try "authority: an answer made before" answered "answers/$(cleo_serial).ors" revoked

# --- what is refused ---

refused() {
	want=$1
	shift
	# shellcheck disable=SC2086
	exits "$want" "$POSTSEAL" ca "$@" $a
}
try "authority: no second init" refused 5 init --name Other
try "authority: no second certificate" \
    refused 5 issue ana@gray.example -o again.p12 --new-passphrase-file ana.pw
[ ! -e again.p12 ] || echo "not ok authority: what was refused was written"
try "authority: another use is no second" \
    refused 5 issue --for sign ANA@gray.example -o again.p12 --new-passphrase-file ana.pw
try "authority: unless told" \
    refused 0 issue --again --for sign --key p-256 ana@gray.example -o again.p12 \
    --new-passphrase-file ana.pw
try "authority: a revoked one leaves room" refused 0 issue --request cleo.csr -o cleo2.pem
try "authority: an address not asked for" \
    refused 5 issue --request cleo.csr eve@gray.example -o eve.pem
try "authority: too long" refused 5 issue --days 826 dan@gray.example -o dan.p12 \
    --new-passphrase-file ana.pw
try "authority: no address" refused 3 issue nobody -o nobody.p12 --new-passphrase-file ana.pw
try "authority: revoked twice" refused 5 revoke cleo.pem
try "authority: revoked by nobody" refused 5 revoke 00ff
try "authority: a wrong reason" refused 2 revoke cleo2.pem --reason boredom
try "authority: no such word" refused 2 unissue
printf 'wrong\n' >wrong.pw
try "authority: a wrong passphrase" exits 3 "$POSTSEAL" ca crl --ca authority \
    --passphrase-file wrong.pw -o wrong.crl
try "authority: none there" exits 5 "$POSTSEAL" ca list --ca nowhere

# A request whose key or names were changed after it was signed.
forged() {
	openssl req -in cleo.csr -outform DER -out cleo.der &&
	    python3 -c "
import sys
d = open('cleo.der', 'rb').read()
sys.stdout.buffer.write(d.replace(b'cleo@gray', b'olec@gray'))" >forged.der &&
	    refused 5 issue --request forged.der -o forged.pem && [ ! -e forged.pem ]
}
cut_short() {
	for n in 0 1 30 200 400; do
		head -c "$n" cleo.der >cut.der
		refused 3 issue --request cut.der -o cut.pem || return 1
		head -c "$n" question.der >cut.der
		[ "$n" -ge 60 ] || refused 3 ocsp --request cut.der -o cut.ors || return 1
	done
}
try "authority: a forged request" forged
try "authority: requests cut short" cut_short

# X25519 cannot sign a request, so the key alone is taken; of others it proves nothing.
# shellcheck disable=SC2086
bare_keys() {
	openssl genpkey -algorithm X25519 -out x.key && openssl pkey -in x.key -pubout -out x.pub &&
	    refused 5 issue --request x.pub --for sign dora@gray.example -o dora.pem &&
	    refused 3 issue --request x.pub -o dora.pem &&
	    "$POSTSEAL" ca issue $a --request x.pub dora@gray.example -o dora.pem &&
	    openssl x509 -in dora.pem -noout -ext keyUsage | grep -q 'Key Agreement' &&
	    openssl rsa -in cleo.key -pubout -out rsa.pub &&
	    refused 5 issue --request rsa.pub dora@gray.example -o rsa.pem
}
try "authority: keys that cannot sign" bare_keys

# --- lists grow, and nobody gives a number twice ---

number() {
	openssl crl -in "$1" -inform DER -noout -crlnumber | sed 's/.*=//'
}
numbers() {
	for i in 1 2 3 4; do
		# shellcheck disable=SC2086
		"$POSTSEAL" ca crl $a -o "n$i.crl" &
	done
	wait
	[ "$(for i in 1 2 3 4; do number "n$i.crl"; done | sort -u | wc -l)" = 4 ]
}
try "authority: four lists at once" numbers

# --- other forms ---

# shellcheck disable=SC2086
forms() {
	"$POSTSEAL" ca issue $a --for both --insecure-pkcs12 fay@gray.example -o fay.p12 \
	    --new-passphrase-file ana.pw &&
	openssl pkcs12 -in fay.p12 -passin file:ana.pw -nodes -info -noout 2>&1 |
	    grep -qi 'pbeWithSHA1And3-KeyTripleDES-CBC'
}
international() {
	# shellcheck disable=SC2086
	"$POSTSEAL" ca issue $a --key p-256 --for both 'gräte@bücher.example' -o intl.p12 \
	    --new-passphrase-file ana.pw &&
	openssl pkcs12 -in intl.p12 -passin file:ana.pw -nokeys -clcerts >intl.pem &&
	openssl x509 -in intl.pem -noout -ext subjectAltName | grep 'xn--bcher-kva.example' &&
	"$POSTSEAL" cert lint intl.pem | grep 'nothing found'
}
# RFC 8162, 3 has this name as its example.
smimea() {
	# shellcheck disable=SC2086
	"$POSTSEAL" ca issue $a --key p-256 --for both hugh@example.com -o hugh.p12 \
	    --new-passphrase-file ana.pw && "$POSTSEAL" ca publish $a --out-dir public &&
	grep -q '^c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._smimecert.example.com. ' \
	    public/smimea.zone
}
ldif() {
	python3 - public <<'END'
import base64, re, subprocess, sys
text = open(sys.argv[1] + "/people.ldif").read().replace("\n ", "")
entries = [e for e in text.split("\n\n") if e]
assert len(entries) >= 4
for e in entries:
    row = dict(line.split(":", 1) for line in e.splitlines())
    der = base64.b64decode(row["userCertificate;binary"][1:])
    out = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-email"], input=der,
                         capture_output=True, check=True).stdout.decode().strip()
    assert out == row["mail"].strip(), (out, row["mail"])
    p7 = base64.b64decode(row["userSMIMECertificate;binary"][1:])
    out = subprocess.run(["openssl", "pkcs7", "-inform", "DER", "-print_certs"], input=p7,
                         capture_output=True, check=True).stdout.decode()
    assert out.count("BEGIN CERTIFICATE") == 2
END
}
listed() {
	"$POSTSEAL" ca list --ca authority --json >list.json && python3 -c "
import json
rows = [json.loads(line) for line in open('list.json')]
assert len({r['serial'] for r in rows}) == len(rows)
gone = [r for r in rows if r['revoked']]
assert len(gone) == 1 and gone[0]['reason'] == 'key-compromise'
assert gone[0]['addresses'] == ['cleo@gray.example']"
}
try "authority: PKCS#12 in the old form" forms
try "authority: an international mailbox" international
try "authority: SMIMEA records" smimea
try "authority: LDIF" ldif
try "authority: the list of what was issued" listed

# --- other readers ---

if command -v gpgsm >/dev/null; then
	by_gpgsm() {
		GNUPGHOME=$PWD/gnupg
		export GNUPGHOME
		mkdir -p -m 700 gnupg && echo disable-crl-checks >gnupg/gpgsm.conf &&
		    gpgsm --batch --import authority/root.pem authority/issuing.pem cleo2.pem 2>&1 &&
		    openssl x509 -in authority/root.pem -noout -fingerprint -sha1 |
		    sed 's/.*=\(.*\)/\1 S/' >gnupg/trustlist.txt &&
		    gpgsm --batch --with-validation --disable-dirmngr -k cleo@gray.example >gpgsm.txt 2>&1
		gpgconf --kill all
		cat gpgsm.txt
		grep -q 'certificate is good' gpgsm.txt
	}
	try "authority: gpgsm" by_gpgsm
else
	echo "skip authority: there is no gpgsm here"
fi
if command -v certutil >/dev/null; then
	by_nss() {
		mkdir nss && certutil -N -d nss --empty-password &&
		    certutil -A -d nss -n root -t ,C, -i authority/root.pem &&
		    pk12util -i ana.p12 -d nss -w ana.pw -K '' &&
		    pk12util -i fay.p12 -d nss -w ana.pw -K '' && certutil -L -d nss &&
		    certutil -V -d nss -n fay@gray.example -u S &&
		    certutil -V -d nss -n fay@gray.example -u R
	}
	try "authority: NSS" by_nss
else
	echo "skip authority: there is no certutil here"
fi
