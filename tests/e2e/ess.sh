#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Enhanced security services (RFC 2634): receipts asked for, made and compared,
# security labels, three layers, mailing lists. openssl makes receipts and requests
# of its own, verifies ours, and shows the structure of what we write.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3

make_pki alice-rsa:2048 alice-p256:P-256 bob-rsa:2048 carol-p256:P-256 list-rsa:2048 \
    second-p256:P-256
make_mail

# der MAIL: the outermost CMS object of a mail. openssl shows its structure.
der() {
	if grep -qi '^Content-Type: multipart/signed' "$1"; then
		python3 "$judge" split "$1" . && mv cms object.der
	else
		python3 "$judge" extract "$1" >object.der
	fi
}
shows() {
	der "$1" || return 1
	openssl asn1parse -inform DER -in object.der -i >structure || return 1
	shift
	for text; do
		grep -q -- "$text" structure || { echo "no $text"; return 1; }
	done
}
hides() {
	der "$1" && openssl asn1parse -inform DER -in object.der >structure || return 1
	! grep -q -- "$2" structure
}
# by VERB PERSON MAIL OUT OPTION...
by() {
	verb=$1 who=$2 in=$3 out=$4
	shift 4
	rm -f "$out"
	ours "$verb" --identity "$who.pem" "$@" "$in" -o "$out"
}
refuses() {
	want=$1 text=$2
	shift 2
	exits "$want" "$@" 2>said || { cat said; return 1; }
	cat said
	grep -q -- "$text" said && [ ! -e no.eml ]
}

# --- asking ---

request=id-smime-aa-receiptRequest
asks() {
	by sign alice-rsa mail.eml asked.eml --opaque --request-receipt "$@" &&
	    shows asked.eml "$request" id-smime-aa-contentIdentifier &&
	    openssl cms -receipt_request_print -verify -in asked.eml -CAfile root.crt \
		-certfile issuing.crt -out out.mime >request 2>&1
}
asks_all() { asks && grep -A 3 'Receipts From' request | grep -q 'All'; }
asks_first() { asks --receipt-from first-tier && grep -q 'First Tier' request; }
asks_list() {
	asks --receipt-from bob@peers.test --receipt-from carol@peers.test \
	    --receipt-to office@peers.test &&
	    grep -q 'email:bob@peers.test' request &&
	    grep -q 'email:carol@peers.test' request &&
	    grep -A 2 'Receipts To' request | grep -q 'email:office@peers.test'
}
two_alike() {
	by sign alice-rsa mail.eml asked.eml --opaque --request-receipt \
	    --identity alice-p256.pem --receipt-to office@peers.test || return 1
	shows asked.eml "$request" && [ "$(grep -c $request structure)" = 2 ] &&
	    grep -A 3 $request structure | grep 'OCTET STRING' | sed 's/.*DUMP]://' | sort -u |
	    wc -l | grep -qx 1
}
try ask.all asks_all
try ask.first-tier asks_first
try ask.list asks_list
try ask.alike two_alike
try ask.bad-address refuses 2 'is not an address' ours sign mail.eml --identity alice-rsa.pem \
    --request-receipt --receipt-to 'a b' -o no.eml
try ask.newline refuses 2 'is not an address' ours sign mail.eml --identity alice-rsa.pem \
    --request-receipt --receipt-to 'a@b.test
Bcc: x@y.test' -o no.eml
try ask.alone exits 2 ours sign mail.eml --identity alice-rsa.pem --receipt-to a@b.test
by sign alice-rsa mail.eml signed.eml
try ask.outer refuses 5 'innermost signature' ours sign signed.eml --identity alice-rsa.pem \
    --request-receipt -o no.eml

# --- answering: openssl judges our receipts, and we its ---

by sign alice-rsa mail.eml sent.eml --opaque --request-receipt
by sign alice-rsa mail.eml clear.eml --request-receipt
by seal alice-rsa mail.eml sealed.eml --request-receipt --to bob-rsa.crt
sender='--identity alice-rsa.pem'

made() { by receipt bob-rsa "$1" receipt.eml && grep -q '^To: alice@peers.test' receipt.eml; }
whole_mail() {
	made sent.eml && grep -q 'smime-type=signed-receipt' receipt.eml &&
	    grep -q '^From: bob@peers.test' receipt.eml &&
	    grep -q '^In-Reply-To: <1@peers.test>' receipt.eml &&
	    python3 -c "
import email, email.utils
m = email.message_from_file(open('receipt.eml'))
assert email.utils.parsedate_to_datetime(m['Date']) and m['Message-ID']
assert not m.defects
"
}
judged_by_openssl() {
	made sent.eml && openssl cms -verify_receipt receipt.eml -in sent.eml \
	    -CAfile root.crt -certfile issuing.crt >openssl.log 2>&1
	cat openssl.log
	grep -q 'Verification successful' openssl.log
}
agrees() {
	made "$1" && verdict 0 "receipt.eml --sent $1 $sender" summary=signed \
	    receipt.state=agrees signatures.0.state=valid &&
	    python3 "$judge" json verdict.json receipt.sent_from.0=alice@peers.test &&
	    python3 -c "
import json
s = json.load(open('verdict.json'))['sentence']
assert s.startswith('bob@peers.test has received the mail of alice@peers.test ('), s"
}
theirs() {
	openssl cms -sign_receipt -in sent.eml -signer bob-rsa.crt -inkey bob-rsa.key \
	    -certfile issuing.crt -outform SMIME -out their.mime &&
	    { printf 'From: bob@peers.test\n'; cat their.mime; } >their.eml &&
	    verdict 0 'their.eml --sent sent.eml' summary=signed receipt.state=agrees
}
for_theirs() {
	openssl cms -sign -nodetach -in entity -signer alice-rsa.crt -inkey alice-rsa.key \
	    -certfile issuing.crt -receipt_request_to alice@peers.test \
	    -receipt_request_all -out asked.mime || return 1
	{ printf 'From: alice@peers.test\n'; cat asked.mime; } >asked.eml
	made asked.eml && openssl cms -verify_receipt receipt.eml -in asked.eml \
	    -CAfile root.crt -certfile issuing.crt
}
try receipt.mail whole_mail
try receipt.openssl judged_by_openssl
try receipt.agrees agrees sent.eml
try receipt.clear agrees clear.eml
try receipt.sealed agrees sealed.eml
try receipt.by-openssl theirs
try receipt.for-openssl for_theirs
made sent.eml
# Alone it says nothing of a mail.
try receipt.alone verdict 1 receipt.eml receipt.state=unchecked \
    signatures.0.reasons.0.code=content-not-mail

encrypted() {
	by receipt bob-rsa sealed.eml secret.eml --to alice-rsa.crt &&
	    shows secret.eml id-smime-aa-contentHint id-smime-ct-receipt &&
	    ! grep -q signed-receipt secret.eml &&
	    verdict 0 "secret.eml --sent sealed.eml $sender" receipt.state=agrees summary=sealed
}
try receipt.encrypted encrypted

# --- refused, and why; nothing is written ---

no_receipt() {
	text=$1
	shift
	refuses 5 "$text" ours receipt -o no.eml "$@"
}
try refused.not-asked no_receipt 'asks for no receipt' --identity bob-rsa.pem signed.eml
sed 's/awkward/awkwart/' clear.eml >changed.eml
try refused.changed no_receipt 'is not valid' --identity bob-rsa.pem changed.eml
sed 's/^From: .*/From: mallory@peers.test\r/' clear.eml >mallory.eml
try refused.other-sender no_receipt 'is not valid' --identity bob-rsa.pem mallory.eml
by sign alice-rsa mail.eml for-carol.eml --request-receipt --receipt-from carol@peers.test
try refused.not-us no_receipt 'asks others for receipts' --identity bob-rsa.pem for-carol.eml
try refused.receipt no_receipt 'asks for no receipt' --identity bob-rsa.pem receipt.eml
try refused.untrusted refuses 5 'is not valid' "$POSTSEAL" receipt --identity bob-rsa.pem \
    --trust second-p256.crt clear.eml -o no.eml
for_carol() { by receipt carol-p256 for-carol.eml carols.eml; }
try listed for_carol

# --- compared with what was sent ---

# differs MAIL SENT REASON
differs() {
	verdict 1 "$1 --sent $2 $sender" receipt.state=differs \
	    signatures.0.reasons.0.code="$3" signatures.0.state=untrusted summary=plain
}
made sent.eml
try differs.mail differs receipt.eml clear.eml receipt-other-mail
try differs.not-asked differs receipt.eml signed.eml receipt-not-asked
openssl cms -sign_receipt -in for-carol.eml -signer bob-rsa.crt -inkey bob-rsa.key \
    -certfile issuing.crt -out bobs.mime 2>/dev/null
if [ -s bobs.mime ]; then
	{ printf 'From: bob@peers.test\n'; cat bobs.mime; } >bobs.eml
	try differs.other-reader differs bobs.eml for-carol.eml receipt-not-asked
fi
# The same identifier beside another signature; another digest in the attribute.
forged() {
	python3 "$here/receipts.py" receipt.eml "$1" >forged.der &&
	    openssl cms -sign -binary -nodetach -in forged.der -outform DER -out forged.p7m \
		-econtent_type 1.2.840.113549.1.9.16.1.1 -signer bob-rsa.crt \
		-inkey bob-rsa.key -certfile issuing.crt &&
	    { printf 'From: bob@peers.test\n'; python3 "$judge" opaque forged.p7m \
		signed-receipt; } >forged.eml && differs forged.eml sent.eml "$2"
}
try differs.signature forged other-value receipt-other-signature
try differs.no-digest forged content receipt-other-content
try differs.unreadable forged cut receipt-unreadable
sed 's/^From: .*/From: carol@peers.test/' receipt.eml >renamed.eml
try differs.sender verdict 1 'renamed.eml --sent sent.eml' signatures.0.state=mismatch
try no-receipt exits 3 ours verify mail.eml --sent sent.eml
try no-sent exits 3 ours verify receipt.eml --sent missing.eml

# --- labels ---

label() {
	by sign alice-rsa mail.eml labelled.eml --opaque --label "$1" &&
	    shows labelled.eml id-smime-aa-securityLabel &&
	    verdict 0 labelled.eml signatures.0.ess.security_label.policy=1.2.3 \
		signatures.0.ess.security_label.classification="$2" \
		signatures.0.ess.security_label.privacy_mark="$3"
}
try label.policy label 1.2.3 null null
try label.word label 1.2.3:confidential 3 null
try label.number label 1.2.3:17 17 null
try label.mark label '1.2.3:secret:for Bob: only' 4 'for Bob: only'
try label.utf8 label '1.2.3::für Bob' null 'für Bob'
printable() { shows labelled.eml 'PRINTABLESTRING.*for Bob'; }
label '1.2.3:secret:for Bob' 4 'for Bob' >/dev/null
try label.printable printable
for bad in 1 3.1 1.2.3:257 1.2.3:loud 1.2.03 1..2 ''; do
	try "label.bad '$bad'" exits 2 ours sign mail.eml --identity alice-rsa.pem --label "$bad" \
	    -o no.eml
done

# --- three layers ---

triple() {
	by seal alice-rsa mail.eml triple.eml --triple --to bob-rsa.crt --request-receipt \
	    --label 1.2.3:secret
}
layers() {
	triple && opens 0 'triple.eml --identity bob-rsa.pem' summary=sealed signatures.#=2 \
	    signatures.0.state=valid signatures.1.state=valid && same_body opened.eml
}
# openssl takes the layers off one by one.
peeled() {
	triple && openssl cms -verify -in triple.eml -CAfile root.crt -certfile issuing.crt \
	    -out layer2 && openssl cms -decrypt -in layer2 -recip bob-rsa.crt \
	    -inkey bob-rsa.key -out layer1 && openssl cms -verify -in layer1 -CAfile root.crt \
	    -certfile issuing.crt -out layer0 && same_body layer0
}
# RFC 2634, 1.3.4: the request inside alone, the label on both.
places() {
	triple && hides triple.eml "$request" && shows triple.eml id-smime-aa-securityLabel
}
big_triple() {
	by seal alice-rsa big.eml triple.eml --triple --to bob-rsa.crt "$@" &&
	    opens 0 'triple.eml --identity bob-rsa.pem' summary=sealed signatures.#=2 &&
	    same_body opened.eml big.body
}
try triple.opens layers
try triple.openssl peeled
try triple.places places
big_mail 6000000
try triple.streamed big_triple
try triple.measured big_triple --der --opaque

# --- mailing lists ---

expands() {
	in=$1 out=$2
	shift 2
	by expand list-rsa "$in" "$out" --to carol-p256.crt "$@"
}
by seal alice-rsa mail.eml posted.eml --to list-rsa.crt --request-receipt
as_carol='--identity carol-p256.pem'
history=id-smime-aa-mlExpandHistory
posted() {
	expands posted.eml handed.eml && shows handed.eml $history &&
	    opens 0 "handed.eml $as_carol" summary=sealed signatures.#=2 \
		signatures.0.signer.addresses.0=alice@peers.test signatures.0.state=valid &&
	    same_body opened.eml
}
# The author's octets are the same: openssl takes them out of both.
untouched() {
	openssl cms -decrypt -in posted.eml -recip list-rsa.crt -inkey list-rsa.key -out before &&
	    openssl cms -verify -in handed.eml -CAfile root.crt -certfile issuing.crt \
		-out around &&
	    openssl cms -decrypt -in around -recip carol-p256.crt -inkey carol-p256.key \
		-out after && cmp before after
}
members_only() { exits 3 ours open handed.eml --identity list-rsa.pem -o no.eml; }
two_lists() {
	by expand list-rsa posted.eml handed.eml --to second-p256.crt &&
	    by expand second-p256 handed.eml again.eml --to carol-p256.crt &&
	    opens 0 "again.eml $as_carol" signatures.#=2 summary=sealed &&
	    python3 -c "
import json
of = [s['ess']['ml_expansion'] for s in json.load(open('verdict.json'))['signatures']]
assert sorted(map(len, of)) == [0, 2], of"
}
loop() {
	by expand list-rsa posted.eml handed.eml --to second-p256.crt &&
	    by expand second-p256 handed.eml again.eml --to list-rsa.crt &&
	    refuses 5 'came through this list already' ours expand again.eml \
		--identity list-rsa.pem --to carol-p256.crt -o no.eml
}
clear_mail() {
	by expand list-rsa clear.eml handed.eml && shows handed.eml $history &&
	    verdict 0 handed.eml summary=signed signatures.#=2 \
		signatures.0.signer.addresses.0=alice@peers.test &&
	    by expand second-p256 handed.eml again.eml &&
	    verdict 0 again.eml summary=signed signatures.#=2 &&
	    refuses 5 'came through this list already' ours expand again.eml \
		--identity list-rsa.pem -o no.eml
}
triple_mail() {
	by seal alice-rsa mail.eml posted3.eml --triple --label 1.2.3:secret --to list-rsa.crt &&
	    expands posted3.eml handed.eml &&
	    shows handed.eml $history id-smime-aa-securityLabel &&
	    opens 0 "handed.eml $as_carol" summary=sealed signatures.#=2
}
receipts_kept() {
	expands posted.eml handed.eml && by receipt carol-p256 handed.eml carols.eml &&
	    verdict 0 "carols.eml --sent posted.eml --identity list-rsa.pem" receipt.state=agrees
}
receipts_forbidden() {
	expands posted.eml quiet.eml --no-receipts &&
	    refuses 5 'wants no receipts' ours receipt quiet.eml --identity carol-p256.pem -o no.eml
}
first_tier() {
	by seal alice-rsa mail.eml tier.eml --to list-rsa.crt --request-receipt \
	    --receipt-from first-tier && expands tier.eml handed.eml &&
	    refuses 5 'wants no receipts' ours receipt handed.eml --identity carol-p256.pem -o no.eml
}
# "None" is for good: a later list that says nothing keeps it (RFC 2634, 4.3).
forbidden_for_good() {
	by expand list-rsa posted.eml quiet.eml --to second-p256.crt --no-receipts &&
	    by expand second-p256 quiet.eml again.eml --to carol-p256.crt &&
	    refuses 5 'wants no receipts' ours receipt again.eml --identity carol-p256.pem -o no.eml
}
altered() {
	by expand list-rsa clear.eml handed.eml &&
	    sed 's/awkward/awkwart/' handed.eml >altered.eml &&
	    refuses 5 'outer signature' ours expand altered.eml --identity second-p256.pem \
		-o no.eml
}
try list.encrypted posted
try list.untouched untouched
try list.members-only members_only
try list.two two_lists
try list.loop loop
try list.clear clear_mail
try list.triple triple_mail
try list.receipts receipts_kept
try list.no-receipts receipts_forbidden
try list.first-tier first_tier
try list.for-good forbidden_for_good
try list.altered altered
try list.no-members refuses 2 'name the members' ours expand posted.eml \
    --identity list-rsa.pem -o no.eml

# --- requests by other programs, when their mails lie beside the clone ---

peers=${CORPUS:-$here/../../../shared/corpus}/peers
for peer in bouncycastle openssl; do
	asked=$peers/$peer/clear-receipt.eml
	if [ -f "$asked" ]; then
		answered() {
			by receipt bob-rsa "$asked" receipt.eml --trust "$peers/pki/root.crt" \
			    --cert "$peers/pki/inter.crt" &&
			    verdict 0 "receipt.eml --sent $asked --trust $peers/pki/root.crt
				--cert $peers/pki/inter.crt" receipt.state=agrees
		}
		try "peer.$peer" answered
	else
		echo "skip peer.$peer: there is no $asked"
	fi
done
