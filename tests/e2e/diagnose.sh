#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What transit does to a signed mail is named, with its place; the state stays
# invalid. openssl and our own program sign, a script does what relays, lists and
# folders do. What a forger does gets no name.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
. "$here/lib.sh"
need openssl python3

# sign KIND [OPTION...]: KIND.eml, signed by openssl octet for octet.
sign() {
	kind=$1
	shift
	[ -s "$kind.entity" ] || python3 "$here/diagnose.py" entity "$kind" >"$kind.entity"
	openssl cms -sign -binary -in "$kind.entity" -outform DER -signer alice.crt \
	    -inkey alice.key -certfile issuing.crt -md sha256 "$@" -out "$kind.der" &&
	    { cat fields && python3 "$judge" clear "$kind.entity" "$kind.der" sha-256; } >"$kind.eml"
}

damage() {
	python3 "$here/diagnose.py" damage "$2" "$1.eml" >"$1-$2.eml"
}

# says KIND DAMAGE CODE LINE [TEST...]: what is said of a mail that was damaged.
says() {
	kind=$1 done=$2 code=$3 line=$4
	shift 4
	damage "$kind" "$done" && verdict 1 "$kind-$done.eml" summary=plain \
	    signatures.0.state=invalid signatures.0.diagnosis.code="$code" \
	    signatures.0.diagnosis.line="$line" "$@"
}

# silent KIND DAMAGE
silent() {
	damage "$1" "$2" && verdict 1 "$1-$2.eml" summary=plain signatures.0.state=invalid \
	    signatures.0.diagnosis=null
}

# undamaged KIND: the mail as it was signed says nothing.
undamaged() {
	damage "$1" none && cmp "$1.eml" "$1-none.eml" && verdict 0 "$1.eml" summary=signed \
	    signatures.0.state=valid signatures.0.diagnosis=null
}

# one KIND DAMAGE CODE LINE [TEST...]
one() {
	try "$1, $2: $3" says "$@"
}

lines() {
	one plain lf line-ends 1
	one lf crlf line-ends 1
	one cr crlf line-ends 1
	one crlf-lf crlf line-ends 4
	one plain final-added final-line-end 12 signatures.0.diagnosis.also=null
	one empty-lines final-removed final-line-end 11
	one plain strip trailing-space-removed 10
	one flowed strip trailing-space-removed 4
	one plain pad trailing-space-added 8
	one from escape from-escaped 6
	one plain escape-all from-escaped 6
	one escaped unescape from-escaped 6
}

footers() {
	one plain footer footer 12 signatures.0.diagnosis.also=null \
	    'signatures.0.diagnosis.text=a footer of 3 lines was added at the end of the signed part (line 12)'
	one plain footer-crlf footer 12
	one plain footer-lf footer 12 signatures.0.diagnosis.also=line-ends
	one plain footer-pad footer 12 signatures.0.diagnosis.also=trailing-space-added
	one plain escape-footer footer 12 signatures.0.diagnosis.also=from-escaped
	one long footer footer 3004
	one mixed footer-text footer 9
	one plain banner banner 4
	one mixed banner-text banner 7
	one plain list-inside footer-part 1
}

headers() {
	one plain field header-added 3
	one plain fields header-added 1
	one bare section header-added 1
	one no-encoding adds-encoding header-added 2
	one folded unfold header-folded 1
	one folded refold header-folded 1
	one plain fold header-folded 1
	one mixed boundary-head boundary-changed 1
	one mixed boundary-lines boundary-changed 3
}

encodings() {
	one 8bit to-quoted encoding-changed 1
	one 8bit to-base64 encoding-changed 1
	one plain 7bit-to-base64 encoding-changed 1
	one plain says-8bit encoding-changed 1
	one quoted to-8bit encoding-changed 1
	one quoted quoted-to-base64 encoding-changed 1
	one base64 base64-to-8bit encoding-changed 1
	one mixed leaf-to-quoted encoding-changed 4
	one mixed leaf-to-base64 encoding-changed 4
	one mixed-quoted leaf-to-8bit encoding-changed 4
	one base64 wrap-60 base64-wrapped 1
	one base64 wrap-72-crlf base64-wrapped 1
	one mixed wrap-attachment base64-wrapped 10
	one mixed-64 wrap-attachment base64-wrapped 10
	one latin1 to-utf8 charset-changed 1
	one 8bit to-cp1252 charset-changed 1
	one 8bit to-latin9 charset-changed 1
}

forgeries() {
	try 'a changed word gets no diagnosis' silent plain word
	try 'nor do a changed word and a footer' silent plain word-and-footer
	try 'nor do two damages' silent plain escape-and-field
	try 'nor does a forged messageDigest' forged_digest
}

# Content and messageDigest by the forger, the signature by Alice for another one:
# without the footer the digest is right, and proves nothing.
forged_digest() {
	mkdir forged && python3 "$here/diagnose.py" damage word plain.eml >word.eml &&
	    python3 "$judge" split word.eml forged &&
	    new=$(openssl dgst -sha256 -binary forged/content | od -An -tx1 | tr -d ' \n') &&
	    old=$(openssl dgst -sha256 -binary plain.entity | od -An -tx1 | tr -d ' \n') &&
	    od -An -v -tx1 plain.der | tr -d ' \n' | sed "s/$old/$new/" >forged.hex &&
	    python3 -c 'import sys; sys.stdout.buffer.write(bytes.fromhex(sys.stdin.read()))' \
		<forged.hex >forged.der &&
	    ! cmp -s plain.der forged.der &&
	    { cat forged/content && printf '\r\nfooter'; } >forged.entity &&
	    { cat fields && python3 "$judge" clear forged.entity forged.der sha-256; } >forged.eml &&
	    verdict 1 forged.eml signatures.0.state=invalid signatures.0.diagnosis=null
}

list_around() {
	damage plain list-around && verdict 1 plain-list-around.eml summary=plain \
	    signatures.0.in_envelope=false signatures.0.path=0.0.1 \
	    signatures.0.diagnosis.code=footer-part signatures.0.diagnosis.line=null \
	    warnings.0.code=errant-layer
}

# Without signed attributes only the key can tell.
without_attributes() {
	rm -f noattr.eml && cp plain.entity noattr.entity && sign noattr -noattr &&
	    says noattr footer footer 12 && says noattr lf line-ends 1 && silent noattr word
}

two_signers() {
	cp plain.entity two.entity && sign two -signer bob.crt -inkey bob.key -certfile issuing.crt &&
	    damage two footer && verdict 1 two-footer.eml signatures.#=2 \
	    signatures.0.diagnosis.code=footer signatures.1.diagnosis.code=footer
}

ours_signed() {
	ours sign --headers off --identity alice.pem -o ours.eml mail.eml &&
	    says ours footer footer 12 && says ours lf line-ends 1
}

opaque() {
	openssl cms -sign -binary -nodetach -in plain.entity -outform DER -signer alice.crt \
	    -inkey alice.key -certfile issuing.crt -out opaque.der &&
	    python3 -c 'import sys
d = open("opaque.der", "rb").read()
sys.stdout.buffer.write(d.replace(b"second line", b"second  ine"))' >opaque.p7m &&
	    verdict 1 opaque.p7m signatures.0.state=invalid signatures.0.diagnosis=null
}

# A content in a file of its own, as another system stores it.
detached() {
	sed 's/\r$//' plain.entity >plain.lf &&
	    verdict 1 'plain.der --content plain.lf' signatures.0.state=invalid \
	    signatures.0.diagnosis.code=line-ends signatures.0.diagnosis.line=1
}

stored_with_lf() {
	damage plain footer && sed 's/\r$//' plain-footer.eml >plain-stored.eml &&
	    verdict 1 plain-stored.eml signatures.0.diagnosis.code=footer \
	    signatures.0.diagnosis.line=12 signatures.0.diagnosis.also=null
}

encrypted_around() {
	damage plain footer && openssl cms -encrypt -binary -in plain-footer.eml -aes256 \
	    -recip bob.crt -out around.eml &&
	    verdict 1 'around.eml --identity bob.pem' summary=encrypted \
	    signatures.0.diagnosis.code=footer signatures.0.diagnosis.line=12
}

# What is too large to be kept is decrypted again; what is written is written once,
# and the tag is checked to the end.
decrypted_again() {
	big_mail 1000000 && cp big.entity again.entity && sign again && damage again footer &&
	    openssl cms -encrypt -binary -in again-footer.eml -aes-256-gcm -outform DER \
		-recip bob.crt -out again.p7m &&
	    opens 1 'again.p7m --identity bob.pem' summary=encrypted \
		signatures.0.diagnosis.code=footer signatures.0.state=invalid &&
	    { cat big.body && printf '\r\n%s\r\nstaff mailing list\r\n%s' \
		_______________________________________________ \
		https://lists.example/staff; } >again.body && same_body opened.eml again.body
}

written_once() {
	damage plain footer && opens 1 plain-footer.eml signatures.0.diagnosis.code=footer &&
	    python3 "$here/diagnose.py" damage none plain-footer.eml >same.eml &&
	    cmp same.eml plain-footer.eml && python3 "$judge" split same.eml split &&
	    python3 "$judge" body split/content >split.body && same_body opened.eml split.body
}

from_pipe() {
	damage plain footer
	# shellcheck disable=SC2002 # a file on standard input could be read again
	cat plain-footer.eml | ours verify --json >verdict.json
	python3 "$judge" json verdict.json signatures.0.state=invalid \
	    signatures.0.diagnosis.code=not-tried signatures.0.diagnosis.line=null
}

# The limit is 32 MiB: a footer is found in less, and nothing is tried above.
large() {
	big_mail $((3 * 1048576)) && cp big.entity big-3.entity && sign big-3 &&
	    says big-3 footer footer "$(($(wc -l <big.entity) + 1))" &&
	    big_mail $((33 * 1048576)) && cp big.entity big-33.entity && sign big-33 &&
	    says big-33 footer not-tried null
	status=$?
	rm -f big*
	return $status
}

text_output() {
	damage plain footer && exits 1 ours verify plain-footer.eml >text &&
	    grep -q '^  transit      a footer of 3 lines was added' text
}

# Many bad signatures in one mail: four are looked at.
many() {
	{
		cat fields
		printf 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=many\r\n\r\n'
		for boundary in many many many many many many; do
			printf -- '--%s\r\n' $boundary
			sed '1,/^Date/d' plain-footer.eml
			printf '\r\n'
		done
		printf -- '--many--\r\n'
	} >many.eml
	verdict 1 many.eml signatures.#=6 signatures.3.diagnosis.code=footer \
	    signatures.4.diagnosis.code=not-tried signatures.5.diagnosis.code=not-tried
}

make_pki alice:P-256 bob:2048
make_mail
for kind in plain flowed from escaped no-encoding 8bit latin1 quoted base64 mixed mixed-64 mixed-quoted \
    folded bare long empty-lines; do
	sign "$kind"
	try "undamaged: $kind" undamaged "$kind"
done
for kind in lf cr crlf-lf; do
	sign "$kind"
done
lines
footers
headers
encodings
forgeries
try 'a list around the signed mail' list_around
try 'without signed attributes' without_attributes
try 'two signers' two_signers
try 'signed by our own program' ours_signed
try 'opaque' opaque
try 'a content in a file' detached
try 'stored with LF' stored_with_lf
try 'encrypted around it' encrypted_around
try 'decrypted again' decrypted_again
mkdir split
try 'written once' written_once
try 'from a pipe nothing is tried' from_pipe
try 'in words' text_output
try 'many bad ones' many
try 'large' large
