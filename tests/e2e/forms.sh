#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Every form that mail has: what openssl signed and encrypted, written as other
# programs, gateways and folders write it. The octets decide what it is, the
# place in the mail what it is worth.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/lib.sh"
need openssl python3

# form NAME: NAME.eml
form() {
	python3 "$here/forms.py" "$1" "$1.eml"
}

make_all() {
	openssl cms -sign -in entity -signer alice.crt -inkey alice.key -certfile issuing.crt \
	    -md sha256 -out signed &&
	    openssl cms -sign -nodetach -in entity -signer alice.crt -inkey alice.key \
		-certfile issuing.crt -md sha256 -out opaque &&
	    openssl cms -encrypt -in entity -aes256 -recip bob.crt -out enveloped
}

# good FORM TEST...: a valid signature of the whole.
good() {
	name=$1
	shift
	form "$name" && opens 0 "$name.eml" summary=signed signatures.0.state=valid error=null \
	    signatures.0.in_envelope=true "$@" && same_body opened.eml
}

warns() {
	good "$1" warnings.0.code="$2"
}

# judged FORM STATUS TEST...
judged() {
	name=$1 want=$2
	shift 2
	form "$name" && verdict "$want" "$name.eml" "$@"
}

# errant FORM TEST...: signed somewhere inside; worth nothing for the whole,
# which is written as it came.
errant() {
	name=$1
	shift
	form "$name" && opens 0 "$name.eml" summary=plain signatures.0.in_envelope=false \
	    warnings.0.code=errant-layer error=null "$@"
}

decrypts() {
	form "$1" && opens 0 "$1.eml --identity bob.pem" summary=encrypted error=null &&
	    same_body opened.eml
}

# pgp FORM: named, nothing judged.
pgp() {
	judged "$1" 1 summary=plain signatures.#=0 warnings.0.code=pgp
}

names_and_types() {
	for one in x-type no-smime-type odd-smime-type by-name by-filename by-name-2231 \
	    by-content by-content-binary by-content-pem; do
		try "type: $one" good $one warnings.0.code=subject-outside
	done
	try 'type: wrong smime-type' warns wrong-smime-type smime-type
	form says-signed
	try 'type: encrypted that says signed' opens 0 "says-signed.eml --identity bob.pem" \
	    summary=encrypted warnings.0.code=smime-type
	try 'type: octets that are no CMS' judged bare-octets 1 summary=plain layers.0.type=part
	try 'type: CMS without a name, inside' judged by-content-inside 1 summary=plain \
	    signatures.#=0
}

encodings() {
	for one in binary 8bit no-encoding quoted-printable pem pem-cms pem-called-base64 \
	    binary-called-base64 base64-twice junk unknown-encoding; do
		try "encoding: $one" good $one warnings.0.code=subject-outside
	done
}

clear_signed() {
	try 'clear: signature first' warns swapped parts-swapped
	try 'clear: signature first, wrong micalg' good swapped-micalg \
	    warnings.0.code=parts-swapped warnings.1.code=micalg
	try 'clear: wrong micalg' warns wrong-micalg micalg
	try 'clear: x-pkcs7-signature' good x-signature
	try 'clear: whole entity as smime.p7m' good whole-in-p7m
	try 'clear: three parts' judged three-parts 1 summary=plain signatures.0.state=invalid \
	    signatures.0.reasons.0.code=not-two-parts
	try 'clear: signature alone' judged only-signature 3 summary=broken
	try 'clear: signature beside' judged beside 1 summary=plain signatures.#=0 error=null
	try 'clear: signature beside, by name' judged beside-by-name 1 summary=plain \
	    signatures.#=0 error=null
}

# unpacks: others read the TNEF that is made here.
unpacks() {
	form tnef-file && mkdir -p unpacked && tnef -C unpacked tnef-file.eml &&
	    printf 'abc\n' | cmp - 'unpacked/long name.txt' && [ -s unpacked/second.bin ]
}

tnef_mails() {
	for one in winmail winmail-clear winmail-by-name winmail-vnd; do
		try "tnef: $one" good $one layers.0.type=tnef \
		    layers.0.children.0.filename=smime.p7m
	done
	try 'tnef: encrypted' decrypts winmail-enveloped
	try 'tnef: checksum' warns winmail-checksum tnef-damaged
	try 'tnef: cut' judged winmail-cut 3 summary=broken error.code=malformed
	try 'tnef: class of a note' judged winmail-note 1 summary=plain \
	    signatures.0.in_envelope=false signatures.0.state=valid
	try 'tnef: more than the mail' good winmail-more warnings.0.code=outside-text
	try 'tnef: attached' errant winmail-attached layers.0.children.1.type=tnef \
	    'layers.0.children.1.children.0.filename=a file €.txt' \
	    layers.0.children.1.children.0.media=text/plain \
	    layers.0.children.1.children.0.octets=300
	try 'tnef: none at all' judged winmail-junk 1 summary=plain error=null
	try 'tnef: nothing in it' judged winmail-empty 3 summary=broken
	command -v tnef >/dev/null && try 'tnef: others read ours' unpacks
}

within() {
	inner=layers.0.children.1
	for one in forwarded forwarded-base64; do
		try "within: $one" errant $one signatures.0.state=valid $inner.type=message \
		    $inner.from.0=alice@peers.test from.0=mallory@peers.test
	done
	try 'within: the whole mail' errant forwarded-root signatures.0.state=valid \
	    layers.0.type=message layers.0.from.0=alice@peers.test
	try 'within: another From' errant forwarded-lie signatures.0.state=mismatch \
	    signatures.0.reasons.0.code=sender-mismatch from.0=alice@peers.test
	try 'within: no From' errant forwarded-from-none signatures.0.state=mismatch \
	    signatures.0.reasons.0.code=from-missing
	try 'within: encrypted' judged forwarded-enveloped 1 summary=plain \
	    encryption.0.in_envelope=false encryption.0.opened=false
	try 'within: digest' errant digest signatures.0.state=valid \
	    layers.0.children.0.type=message layers.0.children.1.from.0=alice@peers.test
	try 'pgp: whole' pgp pgp
	try 'pgp: inside' pgp pgp-inside
}

line_ends() {
	try 'lines: LF' good lf
	try 'lines: CR' warns cr line-ends-cr
	try 'lines: CR, opaque' warns cr-opaque line-ends-cr
	try 'lines: mixed' judged mixed 0 summary=signed warnings.0.code=line-ends-mixed
	try 'lines: Maildir' good maildir
}

# mbox_lines: one verdict a mail, each named.
mbox_lines() {
	form mbox && exits 3 ours verify --json mbox.eml >lines.json &&
	    python3 - lines.json <<'END'
import json, sys
found = [(v["file"], v["summary"]) for v in map(json.loads, open(sys.argv[1]))]
want = [("mbox.eml#1", "signed"), ("mbox.eml#2", "plain"), ("mbox.eml#3", "plain"),
        ("mbox.eml#4", "broken"), ("mbox.eml#5", "signed")]
sys.exit(0 if found == want else "found %r" % found)
END
}

mbox_text() {
	exits 1 ours verify --identity bob.pem mbox.eml >text && grep -q '^mbox.eml#3:$' text
}

mbox_stdin() {
	exits 1 ours verify --json --identity bob.pem - <mbox.eml >lines.json &&
	    grep -q '"file":"-#5"' lines.json
}

mbox_open() {
	rm -rf outbox && mkdir outbox &&
	    exits 2 ours open mbox.eml -o outbox/one 2>said && grep -q -e --out-dir said &&
	    [ ! -e outbox/one ] &&
	    exits 1 ours open --identity bob.pem --out-dir outbox mbox.eml 2>said &&
	    [ "$(cd outbox && printf '%s ' *)" = \
		'mbox.eml#1 mbox.eml#2 mbox.eml#3 mbox.eml#4 mbox.eml#5 ' ] &&
	    grep -q '^>From now on$' 'outbox/mbox.eml#2' && grep -q '^Line one' 'outbox/mbox.eml#4'
}

mbox_inspect() {
	ours_inspect mbox.eml >text && [ "$(grep -c '^mbox.eml#' text)" = 5 ]
}

ours_inspect() {
	"$POSTSEAL" inspect "$@"
}

folders() {
	try 'mbox: one mail' good one-mbox
	try 'mbox: CRLF below an LF line' good crlf-in-mbox
	try 'mbox: JSON lines' mbox_lines
	try 'mbox: text' mbox_text
	try 'mbox: standard input' mbox_stdin
	try 'mbox: open' mbox_open
	try 'mbox: inspect' mbox_inspect
}

# --- keys that do not fit ---

serial_of() {
	openssl x509 -in "$1.crt" -noout -serial | cut -d= -f2 | tr A-F a-f
}

says() {
	grep -qF -e "$1" said || {
		cat said
		echo "it does not say: $1"
		return 1
	}
}

wrong_key() {
	openssl cms -encrypt -in entity -aes256 -recip bob.crt -out theirs && addressed theirs &&
	    exits 3 ours open theirs.eml --identity carol.pem 2>said &&
	    says 'cannot decrypt it with carol@peers.test' && says "$(serial_of carol)" &&
	    says 'it is encrypted to the certificate' && says "$(serial_of bob)" &&
	    says 'CN=Test Issuing CA' && says --identity
}

addressed() {
	cat fields "$1" >"$1.eml"
}

no_key() {
	exits 3 ours open theirs.eml 2>said && says 'cannot decrypt it without a key'
}

many_recipients() {
	openssl cms -encrypt -in entity -aes256 -out theirs bob.crt bob.crt bob.crt bob.crt \
	    bob.crt bob.crt bob.crt && addressed theirs &&
	    exits 3 ours open theirs.eml --identity carol.pem 2>said &&
	    says 'it is encrypted to 2 more' &&
	    [ "$(grep -c 'encrypted to the certificate' said)" = 5 ] &&
	    exits 3 ours verify --json theirs.eml --identity carol.pem >verdict.json 2>said &&
	    python3 "$judge" json verdict.json error.code=no-key error.causes.#=8 \
		encryption.0.recipients.#=7 &&
	    ours_inspect theirs.eml >text && [ "$(grep -c 'recipient: ktri' text)" = 7 ]
}

other_kinds() {
	openssl cms -encrypt -in entity -aes256 -pwri_password secret -keyid -recip bob.crt \
	    -secretkey 000102030405060708090a0b0c0d0e0f -secretkeyid c0ffee -out theirs &&
	    addressed theirs && exits 3 ours open theirs.eml --identity carol.pem 2>said &&
	    says 'a password (--password-file)' && says 'the key-encryption key named c0ffee' &&
	    says 'the certificate with the key identifier'
}

wrong_keys() {
	try 'keys: another' wrong_key
	try 'keys: none' no_key
	try 'keys: seven recipients' many_recipients
	try 'keys: of every kind' other_kinds
}

make_pki alice:2048 bob:2048 carol:P-256
make_mail
make_all >make.log 2>&1 || { cat make.log; exit 1; }
names_and_types
encodings
clear_signed
tnef_mails
within
line_ends
folders
wrong_keys
