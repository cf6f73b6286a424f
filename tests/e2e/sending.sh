#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What we send: header fields by RFC 9788, copies and drafts, signatures that survive
# relays, the certificates that go along, and who is refused. openssl takes the
# mails apart, Python compares.
# shellcheck disable=SC2086 # options are lists
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3
sending=$here/sending.py
corpus=${CORPUS:-$here/../../../shared/corpus}

make_pki alice-p256:P-256 alice-rsa:2048 bob-rsa:2048 carol-p256:P-256 dave-rsa:2048 \
    erin-ed25519:ED25519
as_alice='--identity alice-p256.pem'
all='--cert bob-rsa.crt --cert carol-p256.crt --cert dave-rsa.crt'
HEADERS=	# as a user has it

crlf() {
	sed 's/$/\r/'
}

now=$(LC_ALL=C date '+%a, %d %b %Y %H:%M:%S %z')

# draft FIELDS [TYPE] <BODY: draft.eml, CRLF.
draft() {
	{
		printf 'From: Alice Example <alice@peers.test>\nTo: "Bob, too" <bob@peers.test>\n'
		[ -z "$1" ] || echo "$1"
		printf 'MIME-Version: 1.0\nContent-Type: %s\n\n' \
		    "${2:-text/plain; charset=us-ascii}"
		cat
	} | crlf >draft.eml
}

# taken_apart MAIL: payload.eml, by openssl; a signature in it is verified.
taken_apart() {
	openssl cms -decrypt -in "$1" -recip bob-rsa.crt -inkey bob-rsa.key -out inside.eml &&
	    { ! grep -q 'multipart/signed\|signed-data' inside.eml || openssl cms -verify \
		-in inside.eml -CAfile root.crt -out payload.eml; } && { [ -s payload.eml ] ||
	    cp inside.eml payload.eml; }
}

# by_the_book POLICY VERB OPTION...: draft.eml is sent as RFC 9788 says, and comes back.
by_the_book() {
	policy=$1 verb=$2
	shift 2
	rm -f payload.eml
	ours "$verb" draft.eml $as_alice -o sent.eml "$@" || return 1
	case $verb in
	sign)	openssl cms -verify -in sent.eml -CAfile root.crt -out payload.eml ;;
	*)	taken_apart sent.eml ;;
	esac && python3 "$sending" payload draft.eml sent.eml payload.eml "$policy" &&
	    exits 0 ours open --eol crlf --identity bob-rsa.pem -o opened.eml sent.eml &&
	    python3 "$sending" leaf draft.eml 0 >want && python3 "$sending" leaf opened.eml 0 >got &&
	    cmp want got
}

# --- header fields ---

fields="Cc: Carol <carol@peers.test>,
 =?utf-8?q?D=C3=A4ve?= <dave@peers.test>
Subject: =?utf-8?q?caf=C3=A9?= and a long
	second line
Keywords: one, two
Date: $now
Message-ID: <1@peers.test>
X-Own: kept"

alternative() {
	printf -- '--b\nContent-Type: text/plain; charset=iso-8859-1\n\nplain\n'
	printf -- '--b\nContent-Type: text/html; charset=us-ascii\n\n'
	printf '<!DOCTYPE html><html><head><style>p > a {}</style></head>\n<body class="x">'
	printf '<p>rich</p></body></html>\n--b--\n'
}

with_attachment() {
	printf -- '--a\nContent-Type: text/plain; charset=utf-8\n\nsee there\n'
	printf -- '--a\nContent-Type: text/plain\nContent-Disposition: attachment\n\nnotes\n--a--\n'
}

header_cases() {
	for policy in none baseline shy; do
		for verb in encrypt seal; do
			option="--headers $policy --cert bob-rsa.crt --cert carol-p256.crt"
			option="$option --cert dave-rsa.crt"
			echo plain text | draft "$fields"
			try "headers: $verb, $policy" by_the_book $policy $verb $option
			alternative | draft "$fields" 'multipart/alternative; boundary=b'
			try "headers: $verb, $policy, alternative" by_the_book $policy $verb $option
			with_attachment | draft "$fields" 'multipart/mixed; boundary="a"'
			try "headers: $verb, $policy, attachment" by_the_book $policy $verb $option
		done
	done
	echo plain text | draft "$fields"
	try "headers: baseline is the default" by_the_book baseline seal $all
	try "headers: signed, in the clear" by_the_book clear sign
	try "headers: signed, opaque" by_the_book clear sign --opaque
	try "headers: signed, shy hides nothing" by_the_book clear sign --headers shy
	echo no date | draft "Subject: when?"
	try "headers: a date is added" by_the_book baseline seal --to bob-rsa.crt
	printf 'From: alice@peers.test\nSubject: nothing\n\nbody\n' | crlf >draft.eml
	try "headers: a type is added" by_the_book baseline seal --to bob-rsa.crt
	echo text | draft "Subject: x" 'text/plain; charset=us-ascii; x="a;'
	try "headers: a type that is broken" by_the_book baseline seal --to bob-rsa.crt
	echo group | draft "Cc: people: Dave <dave@peers.test>;
Subject: x"
	try "headers: a group stays" by_the_book shy seal $all --headers shy
	python3 -c 'print("x" * 1500)' | draft "Subject: $(python3 -c 'print("y" * 950)')"
	try "headers: long lines" by_the_book baseline seal --to bob-rsa.crt
}

# The policy's own rule, and a file that changes it.
by_policy() {
	printf '[rules]\ndefault-headers = none\n' >none.policy
	printf '[rules]\nlegacy-display = off\n' >quiet.policy
	echo text | draft "$fields" && by_the_book none seal $all --policy none.policy &&
	    ours seal draft.eml $as_alice $all --policy quiet.policy -o sent.eml &&
	    rm -f payload.eml && taken_apart sent.eml && ! grep -q legacy payload.eml &&
	    grep -q '^Subject: \[\.\.\.\]' sent.eml
}

off_is_off() {
	echo text | draft "$fields" && ours seal draft.eml $as_alice $all --headers off -o sent.eml &&
	    rm -f payload.eml && taken_apart sent.eml && ! grep -q 'hp=\|HP-Outer\|Subject' payload.eml &&
	    grep -q '^Subject: =?utf-8' sent.eml
}

# The RFC's own example, composed anew: the same fields, HP-Outer and hp.
of_the_rfc() {
	example=$corpus/rfc9788/smime-signed-enc-hp-baseline.payload.txt
	[ -f "$example" ] || { echo "skip the RFC's example: there is no $example"; return 0; }
	sed '/^HP-Outer/d; s/; hp="cipher"//' "$example" >example.eml
	"$POSTSEAL" seal example.eml $as_alice --to bob-rsa.crt --trust root.crt --cert issuing.crt \
	    -o sent.eml && rm -f payload.eml && taken_apart sent.eml &&
	    python3 "$sending" names payload.eml "$example"
}

# What transport added is not the author's, and comes back all the same.
with_trace() {
	{ printf 'Received: from a by b\r\nDKIM-Signature: v=1\r\n'; echo x | draft "Subject: s"; cat draft.eml; } \
	    >traced.eml
	ours seal traced.eml $as_alice --to bob-rsa.crt -o sent.eml && grep -q '^Received' sent.eml &&
	    rm -f payload.eml && taken_apart sent.eml && ! grep -q 'Received\|DKIM' payload.eml &&
	    ours open --identity bob-rsa.pem sent.eml -o opened.eml 2>err &&
	    grep -q '^DKIM-Signature: v=1' opened.eml
}

# Somebody's HP-Outer and hp in a draft are not what we say.
forged_marks() {
	echo x | draft "Subject: s
HP-Outer: Subject: s" 'text/plain; hp="clear"; hp-legacy-display=1'
	ours seal draft.eml $as_alice --to bob-rsa.crt -o sent.eml && rm -f payload.eml &&
	    taken_apart sent.eml && [ "$(grep -c '^HP-Outer: Subject: ' payload.eml)" = 1 ] &&
	    [ "$(grep -c 'hp=' payload.eml)" = 1 ] && grep -q 'HP-Outer: Subject: \[' payload.eml
}

says() {
	want=$1 pattern=$2
	shift 2
	exits "$want" "$@" 2>err || { cat err; return 1; }
	grep -q -- "$pattern" err || { cat err; echo "it does not say: $pattern"; return 1; }
}

already() {
	echo x | draft "Subject: s" && ours sign draft.eml $as_alice -o signed.eml &&
	    says 0 'already signed' ours seal signed.eml --identity alice-rsa.pem --to bob-rsa.crt \
		-o sent.eml && grep -q 'everybody on the way can read' err &&
	    verdict 0 "sent.eml --identity bob-rsa.pem" summary=sealed signatures.#=2 \
		signatures.0.state=valid signatures.1.state=valid || return 1
	rm -f sent.eml
	says 2 'cannot be given to this mail' ours seal signed.eml $as_alice --to bob-rsa.crt \
	    --headers baseline -o sent.eml && [ ! -e sent.eml ]
}

answers() {
	echo x | draft "Subject: Re: secret
In-Reply-To: <0@peers.test>" &&
	    says 0 'answers another mail' ours seal draft.eml $as_alice --to bob-rsa.crt \
		--headers none -o sent.eml &&
	    ours seal draft.eml $as_alice --to bob-rsa.crt -o sent.eml 2>err && [ ! -s err ] &&
	    grep -q '^In-Reply-To: <0@peers.test>' sent.eml
}

dates() {
	echo x | draft "Date: Thu, 01 Jan 2015 00:00:00 +0000" &&
	    says 0 'is dated 2015-01-01' ours sign draft.eml $as_alice -o sent.eml &&
	    echo x | draft "Date: $now" && ours sign draft.eml $as_alice -o sent.eml 2>err &&
	    [ ! -s err ] && verdict 0 sent.eml warnings=[]
}

# --- copies and drafts ---

recipients_of() {
	python3 "$here/judge.py" extract "$1" >cms.der && python3 "$sending" recipients cms.der
}

# opened_by PERSON MAIL
opened_by() {
	"$POSTSEAL" open --trust root.crt --cert issuing.crt --identity "$1.pem" "$2" \
	    -o opened.eml 2>err
}

copies() {
	rm -rf copies && mkdir copies && echo hidden guests | draft "Bcc: Carol <carol@peers.test>,
 dave@peers.test
Subject: party" && ours seal draft.eml --identity alice-rsa.pem $all --bcc-dir copies -o sent.eml &&
	    [ "$(cd copies && echo ./*)" = './carol@peers.test.eml ./dave@peers.test.eml' ] &&
	    for mail in sent.eml copies/*.eml; do
		# the one and the author
		[ "$(recipients_of "$mail")" = 2 ] && opened_by alice-rsa "$mail" &&
		    ! grep -qi '^bcc\|carol@\|dave@' "$mail" opened.eml || return 1
	    done &&
	    opened_by bob-rsa sent.eml && ! opened_by carol-p256 sent.eml &&
	    opened_by carol-p256 copies/carol@peers.test.eml &&
	    ! opened_by dave-rsa copies/carol@peers.test.eml &&
	    ! opened_by bob-rsa copies/carol@peers.test.eml &&
	    opened_by dave-rsa copies/dave@peers.test.eml && grep -q '^Subject: party' opened.eml
}

own_draft() {
	echo half a thought | draft "Bcc: carol@peers.test
Subject: unfinished" && ours encrypt --draft draft.eml --identity alice-rsa.pem -o sent.eml 2>err &&
	    [ ! -s err ] && [ "$(recipients_of sent.eml)" = 1 ] && ! grep -qi '^bcc\|unfinished' sent.eml &&
	    ! opened_by bob-rsa sent.eml && opened_by alice-rsa sent.eml &&
	    diff draft.eml opened.eml && ours verify --json --identity alice-rsa.pem sent.eml >verdict.json
	python3 "$here/judge.py" json verdict.json signatures.#=0 summary=encrypted
}

draft_refusals() {
	says 2 'recipients cannot be given' ours encrypt --draft draft.eml --identity alice-rsa.pem \
	    --to bob-rsa.crt -o no.eml &&
	    says 2 'needs the certificate of its author' ours encrypt --draft draft.eml \
		--identity erin-ed25519.pem -o no.eml &&
	    says 2 'certificate of its author' ours encrypt --draft --no-self draft.eml \
		--identity alice-rsa.pem -o no.eml && [ ! -e no.eml ]
}

copy_cases() {
	try "copies: one for each Bcc, of whom nobody sees the others" copies
	echo x | draft "Bcc: carol@peers.test, dave@peers.test"
	try "copies: Bcc without --bcc-dir" says 2 \
	    'carol@peers.test, dave@peers.test.*--bcc-dir' ours seal draft.eml $as_alice $all -o no.eml
	try "draft: for the author alone, Bcc inside" own_draft
	try "draft: what is refused" draft_refusals
}

# --- on the way ---

# survives [LEAF...]: the same leaves, and a good signature, after each relay.
survives() {
	ours sign draft.eml $as_alice -o sent.eml || return 1
	openssl cms -verify -in sent.eml -CAfile root.crt -out payload.eml 2>>openssl.log || return 1
	python3 "$sending" safe payload.eml && rm -rf relayed && mkdir relayed &&
	    python3 "$sending" relays sent.eml relayed && exits 0 ours verify relayed/*.eml &&
	    ours open sent.eml --eol crlf -o opened.eml 2>err || return 1
	for n in 0 "$@"; do
		python3 "$sending" leaf draft.eml "$n" >want &&
		    python3 "$sending" leaf opened.eml "$n" >got && cmp want got || return 1
	done
}

way_cases() {
	printf 'trailing \nFrom me\n.dot\n..\n-- \nend' | draft "Subject: s"
	try "survives: white space, From, dots" survives
	printf 'From the start\n' | draft "Subject: s"
	try "survives: From as the first word" survives
	printf 'no end ' | draft "Subject: s"
	try "survives: white space at the very end" survives
	printf 'a line that \nflows on \n> quoted\n -- \n' |
	    draft "Subject: s" 'text/plain; format=flowed; delsp=yes'
	try "survives: format=flowed" survives
	python3 -c 'print("x" * 998); print("y" * 5000)' | draft "Subject: s"
	try "survives: long lines" survives
	printf 'gr\303\274\303\237e\n' | draft "Subject: s" 'text/plain; charset=utf-8'
	try "survives: 8bit" survives
	printf '\320\237\321\200\320\270\320\262\320\265\321\202, %s\n' \
	    "$(python3 -c 'print("\u043c\u0438\u0440 " * 40)')" |
	    draft "Subject: s" 'text/plain; charset=utf-8'
	try "survives: another script" survives
	try "survives: another script is base64" grep -q 'Encoding: base64' payload.eml
	printf 'Fields are missing, gr\303\274\303\237e\n' | draft "Subject: s"
	sed -i '/^MIME\|^Content/d' draft.eml
	try "survives: no MIME fields" survives
	try "survives: its charset was seen" grep -q 'charset="utf-8"' payload.eml
	{
		printf -- '--b\n\nplain \n--b\nContent-Type: application/octet-stream;\n'
		printf " name*=utf-8''gr%%C3%%BC%%C3%%9Fe.bin\n"
		printf 'Content-Transfer-Encoding: binary\n\n\001\377\000\n--b\n'
		printf 'Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n'
		printf 'From here=20\n--b--\n'
	} >parts
	draft "Subject: s" 'multipart/mixed; boundary=b' <parts
	try "survives: a multipart, binary, RFC 2231" survives 1 2
	draft "Subject: s" 'multipart/mixed; boundary=b' <parts
	tr -d '\r' <draft.eml >lf.eml && mv lf.eml draft.eml
	try "survives: stored with LF" survives
	echo text | draft "Comments: gr\303\274n
Subject: gr$(printf '\303\274')n" && printf 'x' >/dev/null
	try "UTF-8 in fields is said" says 0 SMTPUTF8 ours sign draft.eml $as_alice -o sent.eml
	try "UTF-8 in fields: signed and right" verdict 0 sent.eml summary=signed
}

# --- certificates that go along ---

bag_of() {
	python3 "$here/judge.py" extract "$1" >bag.der &&
	    python3 "$sending" certs bag.der
}

bag_is() {
	want=$1
	shift
	ours sign draft.eml -o sent.eml --opaque "$@" || return 1
	found=$(bag_of sent.eml)
	[ "$found" = "$want" ] || { echo "the bag: $found"; return 1; }
}

bag_cases() {
	echo x | draft "Subject: s"
	try "bag: leaf first, its chain, no root" \
	    bag_is "alice-p256 Test Issuing CA" $as_alice --cert root.crt
	USAGE=keyEncipherment ADDRESS=alice@peers.test
	new_key alice-enc.key 2048 && certify alice-enc alice-enc person -CA issuing.crt \
	    -CAkey issuing.key
	USAGE=digitalSignature
	certify alice-p256 alice-sig person -CA issuing.crt -CAkey issuing.key
	cat alice-p256.key alice-p256.crt issuing.crt >alice-sig.pem
	try "bag: one's certificate to encrypt to goes along" \
	    bag_is "alice-sig Test Issuing CA alice-enc" --identity alice-sig.pem \
	    --cert alice-enc.crt --cert bob-rsa.crt
	cat alice-enc.key alice-enc.crt >alice-enc.pem
	try "bag: an identity of two" bag_is "alice-sig Test Issuing CA alice-enc" \
	    --identity alice-sig.pem --identity alice-enc.pem
}

# --- who is refused ---

refuse() {
	rm -f no.eml
	says "$@" -o no.eml && [ ! -e no.eml ]
}

# unfit FILE USAGE [-days -1...]: a certificate of bob's.
unfit() {
	file=$1
	USAGE=$2 ADDRESS=bob@peers.test
	shift 2
	cp bob-rsa.key "$file.key"
	certify "$file" "$file" person -CA issuing.crt -CAkey issuing.key "$@"
}

refusal_cases() {
	echo x | draft "Cc: frank@peers.test, carol@peers.test, grace@peers.test"
	try "refused: all without a certificate, at once" refuse 5 \
	    'encrypt to frank@peers.test, grace@peers.test' ours seal draft.eml $as_alice $all
	unfit expired keyEncipherment -not_before 20200101000000Z -not_after 20210101000000Z \
	    2>/dev/null || openssl x509 -req -in expired.csr -force_pubkey expired.pub \
	    -days -1 -extfile pki.cnf -extensions person -set_serial 7 -CA issuing.crt \
	    -CAkey issuing.key -out expired.crt 2>>pki.log
	unfit signing digitalSignature
	echo x | draft ''
	try "refused: expired" refuse 5 'bob@peers.test.*expired' ours seal draft.eml $as_alice \
	    --cert expired.crt
	try "refused: for signatures" refuse 5 'bob@peers.test.*not meant for encryption' \
	    ours seal draft.eml $as_alice --cert signing.crt
	try "refused: a key for signatures" refuse 5 'erin.*for signatures alone' \
	    ours seal draft.eml $as_alice --to erin-ed25519.crt --insecure-recipients
	try "refused: untrusted" refuse 5 'bob@peers.test is not fit' "$POSTSEAL" seal draft.eml \
	    $as_alice --cert bob-rsa.crt --trust carol-p256.crt
	echo x | draft 'Cc: dave@peers.test'
	try "refused: both named" refuse 5 'bob@peers.test (.*), dave@peers.test (' "$POSTSEAL" \
	    seal draft.eml $as_alice --cert bob-rsa.crt --cert dave-rsa.crt --trust carol-p256.crt
	try "overridden, and said" says 0 'bob@peers.test.*not fit.*but --insecure' ours seal \
	    draft.eml $as_alice --cert signing.crt --cert dave-rsa.crt --insecure-recipients -o yes.eml
	cat bob-rsa.key signing.crt >signing.pem
	try "overridden, and read" opened_by signing yes.eml
	mixed=$(printf '\320\260lice@peers.test')
	echo x | draft "Cc: $mixed"
	try "refused: letters that look alike" refuse 5 'scripts that look alike' \
	    ours seal draft.eml $as_alice $all
	echo x | draft "Cc: bo$(printf '\342\200\213')b@peers.test"
	try "refused: what cannot be seen" refuse 5 'cannot be seen' \
	    ours seal draft.eml $as_alice $all
	echo x | draft "Cc: b$(printf '\001')ob@peers.test, carol@peers.test"
	try "refused: control characters" refuse 5 'cannot be read for sure' \
	    ours seal draft.eml $as_alice $all
	try "refused: in --to too" refuse 5 'scripts that look alike' \
	    ours seal draft.eml $as_alice $all --to "$mixed"
}

header_cases
try "headers: by policy" by_policy
try "headers: off" off_is_off
try "headers: the RFC's example" of_the_rfc
try "headers: what transport added" with_trace
try "headers: forged marks" forged_marks
try "headers: signed already" already
try "headers: answers" answers
try "dates" dates
copy_cases
way_cases
bag_cases
refusal_cases
