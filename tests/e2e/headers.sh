#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Header protection on receipt (RFC 9788): mails that openssl signed and encrypted, their
# payloads written here by hand; what we say of them, and every octet of what we write.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3

# --- making mails ---

crlf() {
	sed 's/$/\r/'
}

# sign_it FILE PERSON: an opaque entity of it, on stdout.
sign_it() {
	openssl cms -sign -binary -nodetach -in "$1" -signer "$2.crt" -inkey "$2.key" \
	    -certfile issuing.crt -outform DER -out signed.der 2>>openssl.log &&
	    python3 "$judge" opaque signed.der signed-data
}

seal_it() {
	openssl cms -encrypt -binary -aes-256-gcm -in "$1" -outform DER -out sealed.der \
	    bob.crt 2>>openssl.log &&
	    python3 "$judge" opaque sealed.der authEnveloped-data
}

# mail HOW PAYLOAD OUTER: mail.eml; HOW is signed, sealed, encrypted or clear, each by alice
# unless it has another name behind a colon.
mail() {
	who=${1#*:}
	[ "$who" != "$1" ] || who=alice
	rm -f mail.eml
	case $1 in
	signed*)	sign_it "$2" "$who" >entity.one ;;
	sealed*)	sign_it "$2" "$who" >inner.one && seal_it inner.one >entity.one ;;
	encrypted*)	seal_it "$2" >entity.one ;;
	clear*)
		openssl cms -sign -binary -in "$2" -signer "$who.crt" -inkey "$who.key" \
		    -certfile issuing.crt -outform DER -out signed.der 2>>openssl.log &&
		    python3 "$judge" clear "$2" signed.der sha-256 >entity.one ;;
	esac && cat "$3" entity.one >mail.eml
}

# payload FIELDS [TYPE]: payload.one with these fields, the type and a body.
payload() {
	{
		[ -z "$1" ] || echo "$1"
		printf 'Content-Type: %s\n\n' "${2:-text/plain; charset=us-ascii; hp=\"cipher\"}"
		printf 'The body.\n'
	} | crlf >payload.one
}

outer() {
	echo "$1" | crlf >outer.one
}

# --- asking ---

# A verdict of mail.eml, then tests of it.
judged() {
	verdict "$@"
}

warned() {
	grep -q "\"code\":\"$1\"" verdict.json || grep -q "\"code\": \"$1\"" verdict.json
}

quiet() {
	! warned "$1"
}

# opened_is FILE: what `open` writes of mail.eml is this.
opened_is() {
	rm -f opened.eml
	"$POSTSEAL" open --trust root.crt --cert issuing.crt --identity bob.pem -o opened.eml \
	    mail.eml 2>open.err
	diff "$1" opened.eml
}

# --- From: STANDARDS 4.5, line by line ---

# from_case WARNED STATUS SUMMARY HOW INNER OUTER
from_case() {
	payload "From: $5
Subject: real
HP-Outer: From: $6
HP-Outer: Subject: [...]" && outer "From: $6
Subject: [...]" && mail "$4" payload.one outer.one &&
	    judged "$2" "mail.eml --identity bob.pem" "summary=$3" \
	    "headers.protected=[\"From\", \"Subject\"]" || return 1
	if [ "$1" = yes ]; then
		warned from-differs
	else
		quiet from-differs
	fi
}

addresses_are_both_told() {
	from_case yes 1 encrypted encrypted mallory@peers.test alice@peers.test &&
	    python3 "$judge" json verdict.json 'from=["mallory@peers.test"]' \
	    'from_outer=["alice@peers.test"]' &&
	    grep -q 'mallory@peers.test but was sent as alice@peers.test' verdict.json
}

bad_signature_binds_nobody() {
	from_case no 0 sealed sealed alice@peers.test mallory@peers.test || return 1
	python3 "$judge" flip64 inner.one 0.05 >flipped && seal_it flipped >entity.one &&
	    cat outer.one entity.one >mail.eml &&
	    judged 1 "mail.eml --identity bob.pem" summary=encrypted && warned from-differs
}

# --- who the sender is ---

# sender_case STATE REASON FIELDS
sender_case() {
	payload "$3" 'text/plain; hp="clear"' && outer "From: alice@peers.test
Sender: alice@peers.test" && mail signed payload.one outer.one || return 1
	if [ "$1" = valid ]; then
		judged 0 mail.eml signatures.0.state=valid
	else
		judged 1 mail.eml "signatures.0.state=$1" "signatures.0.reasons.0.code=$2"
	fi
}

# --- which form ---

# form_case FORM HOW TYPE: what header protection this type at the root is.
form_case() {
	payload "From: alice@peers.test
Subject: inside" "$3" && outer "From: alice@peers.test
Subject: outside" && mail "$2" payload.one outer.one &&
	    judged 0 "mail.eml --identity bob.pem" "headers.protection=$1" || return 1
	if [ "$1" = none ]; then
		python3 "$judge" json verdict.json 'headers.protected=[]' && warned subject-outside
	else
		python3 "$judge" json verdict.json 'headers.protected=["From", "Subject"]' &&
		    quiet subject-outside
	fi
}

two_types_are_none() {
	printf 'From: x@peers.test\r\nContent-Type: text/plain; hp="clear"\r\n' >payload.one
	printf 'Content-Type: text/plain\r\n\r\nbody\r\n' >>payload.one
	outer "From: alice@peers.test" && mail signed payload.one outer.one &&
	    judged 0 mail.eml headers.protection=none 'from=["alice@peers.test"]'
}

hp_inside_is_nothing() {
	{
		printf 'From: mallory@peers.test\nSubject: x\n'
		printf 'Content-Type: multipart/mixed; boundary=b\n\n--b\n'
		printf 'From: mallory@peers.test\nContent-Type: text/plain; hp="clear"\n\nx\n'
		printf -- '--b--\n'
	} | crlf >payload.one
	outer "From: alice@peers.test" && mail signed payload.one outer.one &&
	    judged 0 mail.eml headers.protection=none 'from=["alice@peers.test"]' || return 1
	{
		printf 'From: alice@peers.test\nMIME-Version: 1.0\n'
		sed -n '3,$p' payload.one | tr -d '\r'
	} | crlf >want
	opened_is want
}

# Nothing protects it, so the mail is as it came.
hp_without_envelope_is_nothing() {
	outer "From: alice@peers.test"
	payload "Subject: x" 'text/plain; hp="clear"'
	cat outer.one payload.one >mail.eml
	judged 1 mail.eml headers.protection=none && opened_is mail.eml
}

# --- what is hidden ---

hidden_by_hp_outer() {
	payload "From: alice@peers.test
Subject: real
Keywords: a, b
HP-Outer: from: alice@peers.test
HP-Outer: Subject: [...]" && outer "From: alice@peers.test
Subject: [list] [...]" && mail sealed payload.one outer.one &&
	    judged 0 "mail.eml --identity bob.pem" 'headers.protection=cipher' \
	    'headers.confidential=["Subject", "Keywords"]' 'headers.outer_differs=["Subject"]'
}

cipher_without_encryption_hides_nothing() {
	payload "From: alice@peers.test
Subject: real
HP-Outer: Subject: [...]" && outer "From: alice@peers.test
Subject: real" && mail clear payload.one outer.one &&
	    judged 0 mail.eml headers.protection=clear 'headers.confidential=[]' \
	    'headers.outer_differs=[]'
}

clear_under_encryption_hides_nothing() {
	payload "From: alice@peers.test
Subject: real" 'text/plain; hp="clear"' && outer "From: alice@peers.test
Subject: else" && mail sealed payload.one outer.one &&
	    judged 0 "mail.eml --identity bob.pem" headers.protection=clear \
	    'headers.confidential=[]' 'headers.outer_differs=["Subject"]'
}

injected_hp_outer() {
	printf 'From: alice@peers.test\r\nSubject: real\r\nTo: bob@peers.test\r\n' >payload.one
	printf 'HP-Outer: Subject: x\rTo: mallory@peers.test\r\n' >>payload.one
	printf 'Content-Type: text/plain; hp="cipher"\r\n\r\nbody\r\n' >>payload.one
	outer "From: alice@peers.test" && mail sealed payload.one outer.one &&
	    judged 0 "mail.eml --identity bob.pem" 'headers.protected=["From", "Subject", "To"]' \
	    'headers.confidential=["From", "To"]' || return 1
	printf 'MIME-Version: 1.0\r\nFrom: alice@peers.test\r\nSubject: real\r\n' >want
	printf 'To: bob@peers.test\r\nContent-Type: text/plain\r\n\r\nbody\r\n' >>want
	opened_is want
}

# --- what is written ---

fields_are_the_protected_ones() {
	outer "Received: from a by b; Mon, 23 Nov 2026 10:00:00 +0000
DKIM-Signature: v=1; d=peers.test
List-Id: <outer.peers.test>
ARC-Seal: i=1
X-Spam-Status: No
From: alice@peers.test
To: mallory@peers.test
Cc: eve@peers.test
Reply-To: eve@peers.test
Resent-From: eve@peers.test
X-Other: x
Subject: [...]"
	payload "From: Alice <alice@peers.test>
To: bob@peers.test
Subject: real
 folded
X-Mailer: y
HP-Outer: From: alice@peers.test
HP-Outer: Subject: [...]
MIME-Version: 1.0"
	crlf >want <<-'END'
	Received: from a by b; Mon, 23 Nov 2026 10:00:00 +0000
	DKIM-Signature: v=1; d=peers.test
	List-Id: <outer.peers.test>
	ARC-Seal: i=1
	X-Spam-Status: No
	From: Alice <alice@peers.test>
	To: bob@peers.test
	Subject: real
	 folded
	X-Mailer: y
	MIME-Version: 1.0
	Content-Type: text/plain; charset=us-ascii

	The body.
	END
	mail sealed payload.one outer.one && opened_is want || return 1
	# stored with LF
	tr -d '\r' <want >want.lf
	tr -d '\r' <mail.eml >mail.lf && mv mail.lf mail.eml && opened_is want.lf
}

# The sender's List-Id is the mail's, so the one outside is not looked at.
protected_transit_fields_win() {
	outer "List-Id: <forged.peers.test>
From: alice@peers.test"
	payload "List-Id: <true.peers.test>
From: alice@peers.test" 'text/plain; hp=clear'
	printf 'MIME-Version: 1.0\nList-Id: <true.peers.test>\nFrom: alice@peers.test\n%s' \
	    'Content-Type: text/plain' >want.lf
	printf '\n\nThe body.\n' >>want.lf
	crlf <want.lf >want
	mail signed payload.one outer.one && opened_is want
}

# legacy_case HOW TYPE ENCODING BEFORE AFTER: one leaf at the root.
legacy_case() {
	outer "From: alice@peers.test"
	printf 'MIME-Version: 1.0\nFrom: alice@peers.test\n' >head.one
	{
		cat head.one
		printf 'Content-Type: %s; hp-legacy-display="1"; hp="cipher"\n' "$2"
		printf 'Content-Transfer-Encoding: %s\n\n' "$3"
		cat "$4"
	} | crlf >payload.one
	{
		cat head.one
		printf 'Content-Type: %s\nContent-Transfer-Encoding: %s\n\n' "$2" "$3"
		cat "$5"
	} | crlf >want
	mail "$1" payload.one outer.one && opened_is want
}

legacy_texts() {
	printf 'Subject: real\n\nHello\n\nBye\n' >plain.full
	printf 'Hello\n\nBye\n' >plain.less
	sed 's/$/\r/' plain.full | openssl base64 >base64.full
	sed 's/$/\r/' plain.less | openssl base64 >base64.less
	printf 'Subject: caf=C3=A9\n=20\nHello=3D =\nyou\n' >qp.full
	printf 'Hello=3D you\n' >qp.less
	{
		printf '<html><body><div class="header-protection-legacy-display">\n'
		printf '<pre>Subject: real</pre>\n</div>\n<p>Hello</p></body></html>\n'
	} >html.full
	printf '<html><body>\n<p>Hello</p></body></html>\n' >html.less
}

# An alternative: both texts lose it; the attachment, the message that was forwarded, the signed
# part and the second text stay as they are.
legacy_in_parts() {
	{
		printf 'MIME-Version: 1.0\nFrom: alice@peers.test\n'
		printf 'Content-Type: multipart/mixed; boundary=m%s\n' "$MARK_ROOT"
		printf '\npreamble\n--m\nContent-Type: multipart/alternative; boundary=a\n\n'
		printf -- '--a \nContent-Type: text/plain%s\n\n' "$MARK"
		[ -z "$MARK" ] || printf 'Subject: real\n\n'
		printf 'Hello\n--a\nContent-Type: text/html%s\n\n' "$MARK"
		[ -z "$MARK" ] || printf '<div class=header-protection-legacy-display>x</div>'
		printf '<p>Hello</p>\n--a--\n\n--m\nContent-Type: text/plain%s\n\n' "$MARK"
		printf 'Subject: second\n\nnot the main part\n'
		printf -- '--m\nContent-Type: message/rfc822\n\nFrom: x@peers.test\n'
		printf 'Content-Type: text/plain; hp=cipher; hp-legacy-display=1\n\nA: b\n\nmail\n'
		printf -- '--m\n'
		cat part.signed
		printf -- '--m--\nepilogue\n'
	} | crlf
}

legacy_walk() {
	outer "From: alice@peers.test"
	printf 'Content-Type: text/plain; hp-legacy-display=1\r\n\r\nSubject: x\r\n\r\nsigned\r\n' \
	    >part
	openssl cms -sign -binary -in part -signer mallory.crt -inkey mallory.key -outform DER \
	    -out part.der 2>>openssl.log
	python3 "$judge" clear part part.der sha-256 | tr -d '\r' >part.signed
	MARK='; hp-legacy-display=1' MARK_ROOT='; hp="cipher"' legacy_in_parts >payload.one
	MARK='' MARK_ROOT='' legacy_in_parts >want
	mail sealed payload.one outer.one && opened_is want &&
	    judged 0 "mail.eml --identity bob.pem" 'signatures.#=2' 'signatures.1.state=valid' \
	    'signatures.0.in_envelope=false'
}

# --- older forms ---

# wrapped FORM INNER-FROM TYPE [WRAPPER-PARAMETER]
wrapped() {
	{
		printf 'Content-Type: message/rfc822%s\n\n' "${4:-}"
		printf 'From: %s\nSubject: inside\nMIME-Version: 1.0\n' "$2"
		printf 'Content-Type: %s\n\nbody\n' "$3"
	} | crlf >payload.one
	outer "From: alice@peers.test
Subject: outside" && mail sealed payload.one outer.one &&
	    judged 0 "mail.eml --identity bob.pem" "headers.protection=$1" \
	    'from=["alice@peers.test"]' || return 1
	if [ "$1" = rfc8551 ]; then
		sed '1,2d' payload.one >want
		python3 "$judge" json verdict.json 'headers.confidential=["Subject"]'
	else
		{
			printf 'From: alice@peers.test\nSubject: outside\nMIME-Version: 1.0\n'
			tr -d '\r' <payload.one
		} | crlf >want
	fi && opened_is want
}

draft_subject_alone() {
	payload "Subject: inside" 'text/plain; protected-headers="v1"' &&
	    outer "From: alice@peers.test
To: bob@peers.test
Subject: ..." && mail sealed payload.one outer.one &&
	    judged 0 "mail.eml --identity bob.pem" headers.protection=draft \
	    'from=["alice@peers.test"]' 'headers.protected=["Subject"]' \
	    'headers.confidential=["Subject"]' || return 1
	{
		printf 'From: alice@peers.test\nTo: bob@peers.test\nMIME-Version: 1.0\n'
		printf 'Subject: inside\nContent-Type: text/plain\n\nThe body.\n'
	} | crlf >want
	opened_is want
}

# --- a bare object, and a person ---

bare_object() {
	payload "From: alice@peers.test" 'text/plain; hp=clear'
	sign_it payload.one alice >/dev/null &&
	    verdict 0 signed.der signatures.0.state=valid 'from=["alice@peers.test"]' &&
	    verdict 1 "signed.der --from mallory@peers.test" signatures.0.state=mismatch
}

shown_to_people() {
	hidden_by_hp_outer &&
	    "$POSTSEAL" verify --trust root.crt --identity bob.pem mail.eml >text &&
	    grep -q 'protected: From, Subject, Keywords' text &&
	    grep -q 'hidden outside: Subject, Keywords' text &&
	    "$POSTSEAL" inspect --identity bob.pem mail.eml >tree &&
	    grep -q 'header protection: cipher' tree &&
	    "$POSTSEAL" inspect --json --identity bob.pem mail.eml >tree.json &&
	    python3 "$judge" json tree.json headers.protection=cipher \
	    'headers.confidential=["Subject", "Keywords"]'
}

undecryptable_is_as_outside() {
	hidden_by_hp_outer && judged 3 "mail.eml" 'headers.protected=[]' \
	    'from=["alice@peers.test"]'
}

make_pki alice:P-256 bob:2048 mallory:P-256
A=alice@peers.test M=mallory@peers.test

try from.same-sealed from_case no 0 sealed sealed $A $A
try from.case-only from_case no 1 encrypted encrypted $A ALICE@Peers.Test
try from.international-domain from_case no 1 encrypted encrypted x@bücher.test \
    x@xn--bcher-kva.test
try from.name-only from_case no 1 encrypted encrypted "Alice <$A>" "Bob <$A>"
try from.differs-encrypted addresses_are_both_told
try from.differs-bound from_case no 0 sealed sealed $A $M
try from.differs-signed-bound from_case no 0 signed signed $A $M
try from.differs-bound-to-outer from_case yes 1 encrypted sealed $M $A
try from.differs-signed-by-outer from_case yes 1 plain signed $M $A
try from.differs-bad-signature bad_signature_binds_nobody

try sender.inner-counts sender_case mismatch sender-mismatch "From: $M"
try sender.twice sender_case mismatch from-twice "From: $A
From: $A"
try sender.none sender_case mismatch from-missing "Subject: x"
try sender.several sender_case mismatch from-not-covered "From: $A, $M"
try sender.several-with-sender sender_case valid '' "From: $A, $M
Sender: $A"

try form.clear form_case clear signed 'text/plain; hp=clear'
try form.cipher form_case cipher sealed 'text/plain; hp=cipher'
try form.cipher-unencrypted form_case clear clear 'text/plain; hp=cipher'
try form.clear-encrypted form_case clear sealed 'text/plain; hp=clear'
try form.draft form_case draft signed 'text/plain; protected-headers=v1'
try form.both form_case cipher sealed 'text/plain; protected-headers=v1; hp=cipher'
try form.none form_case none signed 'text/plain'
try form.unknown form_case none signed 'text/plain; hp=yes'
try form.unknown-and-draft form_case none signed 'text/plain; hp=yes; protected-headers=v1'
try form.draft-unknown form_case none signed 'text/plain; protected-headers=v2'
try form.two-types two_types_are_none
try form.not-the-root hp_inside_is_nothing
try form.no-envelope hp_without_envelope_is_nothing

try hidden.hp-outer hidden_by_hp_outer
try hidden.cipher-unencrypted cipher_without_encryption_hides_nothing
try hidden.clear-encrypted clear_under_encryption_hides_nothing
try hidden.injected injected_hp_outer

legacy_texts
try written.fields fields_are_the_protected_ones
try written.protected-transit protected_transit_fields_win
try legacy.plain legacy_case sealed text/plain 7bit plain.full plain.less
try legacy.encrypted-only legacy_case encrypted text/plain 7bit plain.full plain.less
try legacy.base64 legacy_case sealed text/plain base64 base64.full base64.less
try legacy.quoted-printable legacy_case sealed text/plain quoted-printable qp.full qp.less
try legacy.html legacy_case sealed text/html 8bit html.full html.less
try legacy.signed-only legacy_case signed text/plain 7bit plain.full plain.full
try legacy.other-type legacy_case sealed text/calendar 7bit plain.full plain.full
try legacy.parts legacy_walk

try wrapped.read wrapped rfc8551 $A text/plain
try wrapped.somebody-else wrapped none $M text/plain
try wrapped.with-hp-inside wrapped none $A 'text/plain; hp=clear'
try wrapped.with-hp-outside wrapped none $A text/plain '; hp=no'
try wrapped.layer-inside wrapped none $A 'multipart/signed; boundary=x'
try draft.subject-alone draft_subject_alone
try bare.object bare_object
try shown.people shown_to_people
try shown.undecryptable undecryptable_is_as_outside
