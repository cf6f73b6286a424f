#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The command as its users meet it: every verb, every option, every exit
# status, and every sentence that tells what to do when something is wrong.
#
# usage: command.sh	(POSTSEAL: the program, WORK: an empty folder)
# shellcheck disable=SC2016,SC2086,SC2317 # lists of options; functions by name
set -u
tree=$(cd "$(dirname "$0")/../.." && pwd)
program=${POSTSEAL:-$tree/build/bin/postseal}
unset POSTSEAL NO_COLOR
work=${WORK:-$(mktemp -d)}/command
mkdir -p "$work" && cd "$work" || exit 1
PATH=$work/bin:$PATH
mkdir -p bin && ln -sf "$program" bin/postseal
failures=0

pass() {
	echo "ok $1"
}

fail() {
	echo "not ok $1: $2"
	failures=$((failures + 1))
	sed 's/^/# out: /' out | head -n 5
	sed 's/^/# err: /' err | head -n 8
}

# expect NAME STATUS PATTERN COMMAND...: runs it without a terminal; PATTERN
# (extended, "" for none) must show in what it says.
expect() {
	name=$1 want=$2 pattern=$3
	shift 3
	setsid -w "$@" >out 2>err
	got=$?
	if [ $got != "$want" ]; then
		fail "$name" "exit status $got, not $want"
	elif [ -n "$pattern" ] && ! cat out err | grep -qE -e "$pattern"; then
		fail "$name" "it does not say: $pattern"
	else
		pass "$name"
		return 0
	fi
	return 1
}

# check NAME COMMAND...: a fact about what is there now.
check() {
	name=$1
	shift
	if "$@"; then pass "$name"; else fail "$name" "$*"; fi
}

absent() {
	for file in "$@"; do
		[ ! -e "$file" ] || return 1
	done
}

# body FILE: what follows the header section, whatever its line ends.
body() {
	tr -d '\r' <"$1" | sed '1,/^$/d'
}

same_body() {
	[ "$(body "$1" | cksum)" = "$(body "$2" | cksum)" ]
}

# json FILE EXPRESSION: a fact about each line of JSON, v in Python.
json() {
	python3 -c '
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
sys.exit(0 if lines and all(eval("(" + sys.argv[2] + ")", {"v": v}) for v in lines) else 1)' "$1" "$2"
}

# leaves a folder of one file, to see that nothing else appears in it.
only() {
	[ "$(ls -A "$1")" = "$2" ]
}

# --- what the cases need ---

prepare() {
	make_seal && "$tree/examples/mkpki.sh" pki && cp pki/* . && cp "$tree/examples/draft.eml" . &&
	    sed 's/^Cc:.*/Cc: <dora@example.org>\r/' draft.eml >dora.eml &&
	    sed 's/^Cc:.*/Bcc: Carol <carol@example.com>\r/' draft.eml >bcc.eml &&
	    printf 'wrong\n' >wrong && printf 'open sesame\n' >password &&
	    head -c 16 pki/root.key >kek && head -c 15 pki/root.key >shortkek
}

# seal: a program of its own, because a function is not one to setsid.
make_seal() {
	cat >bin/seal <<'END'
#!/bin/sh
exec postseal seal --identity alice.p12 --passphrase-file passphrase --trust root.pem \
    --cert bob.pem --cert carol.pem "$@"
END
	chmod +x bin/seal
}

bob='--identity bob.p12 --passphrase-file passphrase --trust root.pem'

make_messages() {
	seal draft.eml -o sealed.eml 2>err &&
	    seal --cipher aes-256-gcm draft.eml -o gcm.eml 2>err &&
	    postseal sign --identity alice.p12 --passphrase-file passphrase draft.eml \
		-o signed.eml 2>err &&
	    postseal encrypt --trust root.pem --to bob.pem draft.eml -o encrypted.eml 2>err &&
	    sed 's/numbers are/numb3rs are/' signed.eml >bad.eml &&
	    sed '60s/^A/B/;t;60s/^./A/' gcm.eml >changed.eml &&
	    head -c 3000 sealed.eml >short.eml
}

# crl NAME...: crl.pem revokes the certificates of these people.
make_crl() {
	: >index.txt
	for name in "$@"; do
		serial=$(openssl x509 -in "$name.pem" -noout -serial | cut -d= -f2)
		printf 'R\t301231235959Z\t260101000000Z,keyCompromise\t%s\tunknown\t/CN=%s\n' \
		    "$serial" "$name" >>index.txt
	done
	printf '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=sha256\ncrl_extensions=e\n' \
	    >crl.cnf
	printf '[e]\nauthorityKeyIdentifier=keyid:always\n' >>crl.cnf
	openssl ca -gencrl -config crl.cnf -cert issuing.pem -keyfile issuing.key -crldays 30 \
	    -out crl.pem 2>err
}

# --- the cases ---

help_cases() {
	expect help.alone 0 '^Verbs:' postseal
	expect help.option 0 '^Verbs:' postseal --help
	expect help.letter 0 '^Verbs:' postseal -h
	expect help.verb 0 '--bcc-dir DIR' postseal help seal
	expect help.verb-option 0 '--require signed' postseal open --help
	expect help.unknown 2 'there is no verb bogus' postseal help bogus
	expect version 0 'store +SQLite' postseal version
	expect version.algorithms 0 'aes-256-gcm' postseal version
	expect version.option 0 '^postseal [0-9]+\.[0-9]+\.[0-9]+$' postseal --version
	for verb in open verify inspect sign encrypt seal version; do
		postseal help $verb
	done | grep -oE -e '--[a-z][a-z-]+' | sort -u >options
	missing=
	while read -r option; do
		grep -qE "Fl Fl ${option#--}( |\$)" "$tree/man/postseal.1" || missing="$missing $option"
	done <options
	[ "$missing" = ' --help' ] && missing=
	check "help.manual knows all options$missing" test -z "$missing"
}

usage_cases() {
	expect usage.verb 2 'there is no verb frobnicate' postseal frobnicate
	expect usage.option 2 'open: --frob is not an option .*postseal help open' \
	    postseal open --frob
	expect usage.letter 2 '-z is not an option' postseal open -z
	expect usage.wrong-verb 2 '--json does not go with this verb' postseal open --json
	expect usage.value 2 '--require needs a value' postseal open --require
	expect usage.no-value 2 '--json takes no value' postseal verify --json=1
	expect usage.choice 2 'wants one of signed\|sealed, not good' postseal open --require good
	expect usage.number 2 'wants a number from 1 to 256, not 0' postseal open --threads 0
	expect usage.twice 2 '--output may be given once' postseal open -o a -o b draft.eml
	expect usage.time 2 '--at wants a time like' postseal verify --at yesterday draft.eml
	expect usage.from 2 '--from wants an address' postseal verify --from bob draft.eml
	expect usage.to 2 '--to wants a certificate file or an address' \
	    postseal encrypt --to bob draft.eml
	expect usage.several 2 'several messages need --out-dir' postseal open draft.eml bcc.eml
	expect usage.both 2 'exclude each other' postseal open -o a --out-dir . draft.eml
	expect usage.stdin-twice 2 'standard input can be read once' postseal verify - -
	expect usage.out-dir-stdin 2 'standard input has no name' postseal open --out-dir . -
	expect usage.same-name 2 'would both be written to draft.eml' \
	    postseal open --out-dir pki draft.eml ../command/draft.eml
	expect usage.no-folder 2 'mkdir -p nowhere' postseal open --out-dir nowhere draft.eml
	expect usage.online 2 'exclude each other' postseal open --online --offline draft.eml
	expect usage.identity-address 2 'looked for in the store, and there is none' \
	    postseal open --identity bob@example.net draft.eml
	expect usage.no-identity 2 'signing needs --identity FILE' postseal seal draft.eml
	expect usage.headers 2 'not one of: off, none, baseline, shy' \
	    postseal encrypt --headers bold draft.eml
	expect usage.draft 2 'needs --identity' postseal encrypt --draft draft.eml
	expect usage.draft-signed 2 'does not go with this verb' \
	    postseal seal --draft --identity alice.p12 draft.eml
	expect usage.passphrases 2 'exclude each other' postseal open \
	    --passphrase-file passphrase --passphrase-fd 3 draft.eml
	expect usage.kek 2 '16, 24 or 32 raw octets' postseal open --kek shortkek sealed.eml
	expect usage.algorithm 2 'postseal version' postseal encrypt --to bob.pem \
	    --trust root.pem --cipher rot13 draft.eml
	expect usage.digest 2 'md9' postseal sign --identity alice.p12 \
	    --passphrase-file passphrase --digest md9 draft.eml
	expect usage.version 2 'takes no message' postseal version draft.eml
}

open_cases() {
	{
	expect open.sealed 0 'Signed by .*alice@example.org' postseal open $bob sealed.eml
	check open.stdout same_body out draft.eml
	expect open.file 0 '' postseal open $bob sealed.eml -o plain.eml
	check open.file-body same_body plain.eml draft.eml
	check open.file-quiet test ! -s out
	grep -ivE '^(content-|mime-version)' draft.eml | sed '/^\r*$/q' >want
	grep -ivE '^(content-|mime-version|date)' plain.eml | sed '/^\r*$/q' >got
	check open.fields cmp -s want got
	expect open.stdin 0 '' sh -c "postseal open $bob <sealed.eml >plain2.eml"
	check open.stdin-body same_body plain2.eml draft.eml
	expect open.pipes 0 '' sh -c "cat sealed.eml | postseal open $bob - -o - | cat >plain3.eml"
	check open.pipes-body same_body plain3.eml draft.eml
	expect open.signed 0 '' postseal open --trust root.pem signed.eml -o plain4.eml
	check open.signed-body same_body plain4.eml draft.eml
	expect open.plain 0 '' postseal open draft.eml -o plain5.eml
	check open.plain-body same_body plain5.eml draft.eml
	expect open.encrypted 0 'nothing proves who wrote it' postseal open $bob encrypted.eml \
	    -o plain6.eml
	check open.encrypted-body same_body plain6.eml draft.eml
	expect open.bad-signature 1 'changed' postseal open --trust root.pem bad.eml -o got.eml
	check open.bad-signature-body grep -q 'numb3rs are' got.eml
	expect open.untrusted 1 '' postseal open signed.eml -o got.eml
	expect open.eol-lf 0 '' postseal open $bob --eol lf sealed.eml -o lf.eml
	check open.eol-lf-octets sh -c '! grep -q "$(printf "\r")" lf.eml'
	expect open.eol-crlf 0 '' postseal open $bob --eol crlf sealed.eml -o crlf.eml
	check open.eol-crlf-octets test "$(grep -c "$(printf '\r')\$" crlf.eml)" = \
	    "$(wc -l <crlf.eml)"
	expect open.require-sealed 0 '' postseal open $bob --require sealed sealed.eml -o r1.eml
	expect open.require-signed 0 '' postseal open $bob --require signed sealed.eml -o r2.eml
	expect open.require-refuses 5 'not sealed, so nothing was written' postseal open \
	    --trust root.pem --require sealed signed.eml -o r3.eml
	check open.require-nothing absent r3.eml
	expect open.require-stdout 5 '' postseal open --require signed bad.eml
	check open.require-stdout-nothing test ! -s out
	expect open.all-parts 0 '' postseal open $bob --all-parts sealed.eml -o all.eml
	expect open.verdict 0 '' postseal open $bob sealed.eml -o x.eml --verdict v.json
	check open.verdict-json json v.json 'v["summary"] == "sealed" and v["error"] is None'
	expect open.verdict-broken 3 '' postseal open $bob changed.eml -o y.eml --verdict v.json
	check open.verdict-broken-json json v.json 'v["summary"] == "broken" and v["error"]["code"]'
	expect open.verdict-nowhere 4 'nowhere/v' postseal open $bob sealed.eml -o z.eml \
	    --verdict nowhere/v.json
	check open.verdict-nowhere-nothing absent z.eml
	for option in --offline --no-store '--threads 2' '--policy default' '--revocation soft'; do
		expect "open.accepts $option" 0 '' postseal open $bob $option sealed.eml -o x.eml
	done
	}
}

several_cases() {
	mkdir -p many
	{
	expect several.open 3 'changed.eml: ' postseal open $bob --out-dir many --verdict all.jsonl \
	    sealed.eml changed.eml bad.eml
	check several.open-written same_body many/sealed.eml draft.eml
	check several.open-bad-written test -s many/bad.eml
	check several.open-broken-not absent many/changed.eml
	check several.open-verdicts test "$(wc -l <all.jsonl)" = 3
	expect several.verify 1 '^bad.eml:$' postseal verify --trust root.pem signed.eml bad.eml
	expect several.json 3 '' postseal verify --json $bob sealed.eml changed.eml nofile.eml
	check several.json-lines json out 'v["file"] in ("sealed.eml", "changed.eml")'
	expect several.inspect 0 '^encrypted.eml:$' postseal inspect sealed.eml encrypted.eml
	expect several.seal 0 '' postseal seal --identity alice.p12 --passphrase-file passphrase \
	    --trust root.pem --to bob.pem --out-dir many draft.eml dora.eml
	expect several.seal-opens 0 '' postseal open $bob many/dora.eml -o x.eml
	}
}

verify_cases() {
	{
	expect verify.sealed 0 'Signed by' postseal verify $bob sealed.eml
	expect verify.signed 0 'Signed by' postseal verify --trust root.pem signed.eml
	expect verify.plain 1 'nothing proves' postseal verify draft.eml
	expect verify.encrypted 1 'nothing proves' postseal verify $bob encrypted.eml
	expect verify.bad 1 'changed' postseal verify --trust root.pem bad.eml
	expect verify.changed 3 'changed.eml: ' postseal verify $bob changed.eml
	expect verify.truncated 3 'short.eml: ' postseal verify $bob short.eml
	expect verify.no-trust 1 '' postseal verify signed.eml
	expect verify.later 1 'expired' postseal verify --trust root.pem --at 2099-01-01 signed.eml
	expect verify.earlier 1 '' postseal verify --trust root.pem --at 2000-01-01T00:00:00Z signed.eml
	expect verify.json 0 '' postseal verify --json $bob sealed.eml
	check verify.json-fields json out 'v["summary"] == "sealed" and v["file"] == "sealed.eml"
	    and v["signatures"][0]["state"] == "valid" and v["confidentiality"] == "intact"'
	expect verify.json-broken 3 '' postseal verify --json $bob changed.eml
	check verify.json-broken-fields json out 'v["summary"] == "broken" and v["error"]'
	expect verify.json-stdin 0 '' sh -c 'postseal verify --json --trust root.pem <signed.eml'
	check verify.json-stdin-file json out 'v["file"] is None'
	expect verify.policy-strict 0 '' postseal verify --policy strict --trust root.pem signed.eml
	expect verify.policy-old 0 '' postseal verify --policy legacy-read --trust root.pem signed.eml
	}
	check verify.schema validated
}

# validated: every kind of answer against the written schema.
validated() {
	python3 -c 'import jsonschema' 2>/dev/null || {
		echo "skip verify.schema.validator: python3-jsonschema is not here"
		[ -f "$tree/docs/verdict.schema.json" ]
		return
	}
	postseal verify --json $bob sealed.eml signed.eml encrypted.eml bad.eml changed.eml \
	    draft.eml >answers 2>err
	python3 - "$tree/docs/verdict.schema.json" answers <<'END' >out 2>err
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
lines = open(sys.argv[2]).read().splitlines()
assert len(lines) == 6, lines
for line in lines:
    jsonschema.validate(json.loads(line), schema)
END
}

trust_cases() {
	make_crl alice || { fail crl.make "openssl ca -gencrl"; return; }
	expect crl.revoked 1 'revoked' postseal verify --trust root.pem --crl crl.pem signed.eml
	expect crl.off 0 '' postseal verify --trust root.pem --crl crl.pem --revocation off signed.eml
	expect crl.hard-unknown 1 '' postseal verify --trust root.pem --revocation hard signed.eml
	make_crl bob
	expect crl.other 0 '' postseal verify --trust root.pem --crl crl.pem signed.eml
	expect crl.recipient 5 'bob@example.net.*not fit.*revoked' postseal encrypt --to bob.pem \
	    --trust root.pem --crl crl.pem draft.eml
	mkdir -p roots
	cp root.pem "roots/$(openssl x509 -in root.pem -noout -hash).0"
	expect trust.system 0 '' env SSL_CERT_DIR=roots postseal verify signed.eml
	expect crl.none 3 'nocrl' postseal verify --crl nocrl.pem signed.eml
	expect trust.none 3 'noroot' postseal verify --trust noroot.pem signed.eml
	expect cert.none 3 'nocert' postseal verify --cert nocert.pem signed.eml
	expect crl.not-one 3 'passphrase' postseal verify --crl passphrase signed.eml
}

# Bare objects, as openssl writes them.
bare_cases() {
	printf 'Content-Type: text/plain\r\n\r\nA note.\r\n' >note
	openssl cms -sign -binary -nodetach -in note -signer alice.pem -inkey alice.key \
	    -certfile issuing.pem -outform DER -out bare.der 2>err
	openssl cms -sign -binary -in note -signer alice.pem -inkey alice.key \
	    -certfile issuing.pem -outform PEM -out detached.pem 2>err
	openssl cms -sign -binary -nodetach -nocerts -in note -signer alice.pem \
	    -inkey alice.key -outform DER -out nocerts.der 2>err
	openssl cms -encrypt -binary -aes128 -in note -outform DER -out kek.der \
	    -secretkey "$(od -An -tx1 kek | tr -d ' \n')" -secretkeyid 0102 2>err
	expect bare.no-sender 0 'use --from' postseal verify --trust root.pem bare.der
	expect bare.from 0 '' postseal verify --trust root.pem --from alice@example.org bare.der
	expect bare.from-other 1 '' postseal verify --trust root.pem --from eve@example.org bare.der
	expect bare.open 0 '' postseal open --trust root.pem bare.der -o bare.out
	check bare.open-octets cmp -s bare.out note
	expect bare.detached 3 '--content' postseal verify --trust root.pem detached.pem
	expect bare.content 0 '' postseal verify --trust root.pem --content note detached.pem
	expect bare.content-other 1 'changed' postseal verify --trust root.pem --content bcc.eml \
	    detached.pem
	expect bare.no-certificate 1 'give it with --cert' postseal verify --trust root.pem nocerts.der
	expect bare.certificate 0 '' postseal verify --trust root.pem --cert alice.pem \
	    --cert issuing.pem nocerts.der
	expect bare.kek 0 '' postseal open --kek kek kek.der -o kek.out
	check bare.kek-octets cmp -s kek.out note
	expect bare.no-kek 3 '' postseal open kek.der -o kek2.out
	check bare.no-kek-nothing absent kek2.out
}

inspect_cases() {
	expect inspect.closed 0 'ktri|rsa' postseal inspect sealed.eml
	expect inspect.open 0 'image/png' postseal inspect --identity bob.p12 \
	    --passphrase-file passphrase sealed.eml
	expect inspect.plain 0 'multipart/alternative' postseal inspect draft.eml
	expect inspect.json 0 '' postseal inspect --json sealed.eml
	check inspect.json-form json out 'v["layers"]'
	expect inspect.bad 0 '' postseal inspect bad.eml
	expect inspect.truncated 3 'short.eml: ' postseal inspect short.eml
}

# told FILE EXPRESSION: the verdict of FILE by bob, as JSON.
told() {
	postseal verify --json $bob "$1" >told.json 2>err
	json told.json "$2"
}

protect_cases() {
	for file in sealed signed encrypted; do
		for field in From To Cc Subject Date Message-ID Reply-To X-Ticket-Number; do
			grep -q "^$field:" $file.eml || echo "$file: $field"
		done
	done >lost
	check protect.fields test ! -s lost
	expect protect.stdout 0 '' seal draft.eml
	check protect.stdout-mail grep -q '^Message-ID: <20260302' out
	sign='postseal sign --identity bob.p12 --passphrase-file passphrase draft.eml -o s.eml'
	{
	expect sign.opaque 0 '' $sign --opaque
	check sign.opaque-type grep -qi 'smime-type="*signed-data' s.eml
	expect sign.sha512 0 '' $sign --digest sha512
	check sign.sha512-told told s.eml 'v["signatures"][0]["digest"] == "sha512"'
	expect sign.pss 0 '' $sign --padding pss
	check sign.pss-told told s.eml 'v["signatures"][0]["algorithm"] == "rsa-pss"'
	expect sign.pkcs1 0 '' $sign --padding pkcs1
	check sign.pkcs1-told told s.eml '"pss" not in v["signatures"][0]["algorithm"]'
	expect sign.mismatch 1 'bob@example.net' postseal verify --trust root.pem s.eml
	expect sign.key-ids 0 '' $sign --key-ids
	expect sign.key-ids-openssl 0 '' openssl cms -verify -in s.eml -CAfile root.pem -out x
	expect sign.two 0 '' $sign --identity alice.p12
	check sign.two-told told s.eml 'len(v["signatures"]) == 2'
	expect sign.compress 0 '' $sign --compress
	expect sign.compress-opens 1 '' postseal open --trust root.pem s.eml -o x.eml
	check sign.compress-body same_body x.eml draft.eml
	encrypt="postseal encrypt --trust root.pem --to bob.pem draft.eml -o e.eml"
	expect encrypt.cbc 0 '' $encrypt --cipher aes-128-cbc
	check encrypt.cbc-told told e.eml 'v["encryption"][0]["cipher"] == "aes-128-cbc"'
	expect encrypt.gcm 0 '' $encrypt --cipher aes-256-gcm
	check encrypt.gcm-told told e.eml 'v["encryption"][0]["authenticated"]'
	expect encrypt.oaep 0 '' $encrypt --key-transport oaep
	check encrypt.oaep-told told e.eml \
	    'v["encryption"][0]["recipients"][0]["algorithm"] == "rsa-oaep"'
	expect encrypt.pkcs1 0 '' $encrypt --key-transport pkcs1
	check encrypt.pkcs1-told told e.eml \
	    'v["encryption"][0]["recipients"][0]["algorithm"] != "rsa-oaep"'
	expect encrypt.key-ids 0 '' $encrypt --key-ids
	check encrypt.key-ids-told told e.eml 'v["encryption"][0]["recipients"][0]["id"]["ski"]'
	expect encrypt.compress 0 '' $encrypt --compress
	expect encrypt.compress-opens 0 '' postseal open $bob e.eml -o x.eml
	check encrypt.compress-body same_body x.eml draft.eml
	expect encrypt.explain 0 'aes-' $encrypt --explain
	check encrypt.explain-stdout test ! -s out
	expect encrypt.headers-off 0 '' $encrypt --headers off
	expect encrypt.unsigned-warning 0 'warning: .*not signed' $encrypt
	expect encrypt.eol 0 '' $encrypt --eol lf
	check encrypt.eol-octets sh -c '! grep -q "$(printf "\r")" e.eml'
	expect encrypt.address 0 '' postseal encrypt --trust root.pem --cert bob.pem \
	    --cert carol.pem --to bob@example.net draft.eml -o e.eml
	check encrypt.address-told told e.eml 'len(v["encryption"][0]["recipients"]) == 1'
	expect encrypt.password 0 '' postseal encrypt --password-file password draft.eml -o e.eml
	expect encrypt.password-opens 0 '' postseal open --password-file password e.eml -o x.eml
	check encrypt.password-body same_body x.eml draft.eml
	expect encrypt.password-wrong 3 '' postseal open --password-file wrong e.eml -o y2.eml
	expect encrypt.kek 0 '' postseal encrypt --kek kek draft.eml -o e.eml
	expect encrypt.kek-opens 0 '' postseal open --kek kek e.eml -o x.eml
	check encrypt.kek-body same_body x.eml draft.eml
	}
	expect seal.self 0 '' postseal open --identity alice.p12 --passphrase-file passphrase \
	    --trust root.pem sealed.eml -o x.eml
	expect seal.no-self 0 '' seal draft.eml --no-self -o s.eml
	expect seal.no-self-shut 3 'none of the given keys' postseal open \
	    --identity alice.p12 --passphrase-file passphrase s.eml -o x2.eml
	expect seal.untrusted 5 'not fit.*bob|bob.*not fit' postseal seal --identity alice.p12 \
	    --passphrase-file passphrase --to bob.pem draft.eml
	expect seal.insecure 0 'warning: --insecure-recipients' postseal seal \
	    --identity alice.p12 --passphrase-file passphrase --to bob.pem \
	    --insecure-recipients draft.eml -o s.eml
	head -c 6291456 /dev/zero | tr '\0' x | fold -w 70 >long
	{ sed '/^\r*$/q' draft.eml | grep -v '^Content-\|^MIME\|^.$' && echo && cat long; } >long.eml
	expect seal.der 0 '' seal long.eml --der -o s.eml
	check seal.der-form test "$(body s.eml | base64 -d | od -An -tx1 -N2)" != ' 30 80'
	expect seal.ber 0 '' seal long.eml -o s.eml
	check seal.ber-form test "$(body s.eml | base64 -d | od -An -tx1 -N2)" = ' 30 80'
}

bcc_cases() {
	mkdir -p copies
	expect bcc.refused 2 'carol@example.com.*--bcc-dir' seal bcc.eml -o b.eml
	check bcc.refused-nothing absent b.eml
	expect bcc.copies 0 '' seal bcc.eml -o b.eml --bcc-dir copies
	check bcc.copy-name only copies carol@example.com.eml
	check bcc.removed sh -c '! grep -i "^bcc:" b.eml copies/*.eml'
	expect bcc.main 0 '' postseal open $bob b.eml -o x.eml
	check bcc.hidden told b.eml 'len(v["encryption"][0]["recipients"]) == 2'
	expect bcc.main-shut 3 '' postseal open --identity carol.p12 --passphrase-file passphrase \
	    b.eml -o x3.eml
	expect bcc.copy 0 '' postseal open --identity carol.p12 --passphrase-file passphrase \
	    --trust root.pem copies/carol@example.com.eml -o x4.eml
	check bcc.copy-body same_body x4.eml draft.eml
	rm -f copies/* b.eml
	sed 's/^Bcc:.*/Bcc: <carol@example.com>, <dora@example.org>\r/' bcc.eml >bcc2.eml
	expect bcc.half 5 'dora@example.org' seal bcc2.eml -o b.eml --bcc-dir copies
	check bcc.half-nothing only copies ''
	check bcc.half-no-main absent b.eml
	expect bcc.several 2 'one message at a time' seal bcc.eml draft.eml --out-dir many \
	    --bcc-dir copies
}

policy_cases() {
	printf '[policy]\nbase = strict\n[digest]\nsha1 = refused\n' >good.ini
	printf '[digest]\nsha1 = refused\n[policy]\nbase = strict\n' >late.ini
	printf '# a comment\n[digest]\nmd9 = good\n' >name.ini
	printf '[digest]\nnonsense\n' >syntax.ini
	printf '[cipher]\naes-256-gcm = refused\n' >nogcm.ini
	printf '[rules]\ncertificate-policies = 1.2.3.4\nexplicit-policy = required\n' >certs.ini
	expect policy.file 0 '' postseal verify --policy good.ini --trust root.pem signed.eml
	expect policy.base-late 2 'late.ini: line 4: base stands before' postseal verify \
	    --policy late.ini signed.eml
	expect policy.name 2 'name.ini: line 3: .*md9' postseal verify --policy name.ini signed.eml
	expect policy.certificates 1 'lacks a certificate policy' postseal verify \
	    --policy certs.ini --trust root.pem signed.eml
	expect policy.syntax 2 'syntax.ini: line 2: ' postseal verify --policy syntax.ini signed.eml
	expect policy.unknown 2 'neither a policy' postseal verify --policy lax signed.eml
	expect policy.refuses 5 'does not send AES-256-GCM' postseal encrypt --policy nogcm.ini --to bob.pem \
	    --trust root.pem --cipher aes-256-gcm draft.eml
}

# "Bad input": each has its own sentence that tells the next step.
bad_cases() {
	mkdir -p out.d
	echo old >out.d/keep
	{
	expect bad.key 3 'none of the given keys .*postseal inspect' \
	    postseal open --identity carol.p12 --passphrase-file passphrase encrypted.eml -o out.d/keep
	check bad.key-untouched grep -qx old out.d/keep
	expect bad.no-key 3 '--identity' postseal open sealed.eml -o out.d/new
	expect bad.passphrase 3 'passphrase of .*bob.p12 is wrong' postseal open --identity bob.p12 \
	    --passphrase-file wrong sealed.eml -o out.d/keep
	expect bad.no-passphrase 3 'use --passphrase-file or --passphrase-fd' \
	    postseal open --identity bob.p12 sealed.eml -o out.d/keep
	expect bad.passphrase-file 3 'cannot read the passphrase from nopass' \
	    postseal open --identity bob.p12 --passphrase-file nopass sealed.eml
	expect bad.identity-file 3 'nobody.p12' postseal open --identity nobody.p12 sealed.eml
	expect bad.identity-kind 3 'draft.eml' postseal open --identity draft.eml sealed.eml
	expect bad.recipient 5 'no certificate to encrypt to dora@example.org.*--cert' \
	    seal dora.eml -o out.d/keep
	expect bad.to-address 5 'no certificate to encrypt to dora@example.org' \
	    seal draft.eml --to dora@example.org -o out.d/keep
	expect bad.to-file 3 'dora.pem' seal draft.eml --to dora.pem
	expect bad.no-recipient 5 'names no recipient|--to' sh -c \
	    'grep -v "^To:\|^Cc:" draft.eml | postseal encrypt --trust root.pem'
	expect bad.no-file 3 'nofile.eml: .*No such file' postseal open nofile.eml
	expect bad.folder 3 'Is a directory' postseal open .
	expect bad.changed 3 'changed.eml: .*decrypt' postseal open $bob changed.eml -o out.d/keep
	expect bad.truncated 3 'short.eml: ' postseal open $bob short.eml -o out.d/keep
	expect bad.empty 3 'empty' postseal open /dev/null
	expect bad.stdout-nothing 3 '' postseal open $bob changed.eml
	check bad.stdout-empty test ! -s out
	check bad.all-untouched grep -qx old out.d/keep
	check bad.nothing-left only out.d keep
	expect bad.out-folder 2 'not a regular file' postseal open $bob sealed.eml -o out.d
	expect bad.out-nowhere 4 'nowhere/x' postseal open $bob sealed.eml -o nowhere/x
	expect bad.full-device 4 'No space left' postseal open $bob sealed.eml -o /dev/full
	expect bad.full-stdout 4 'No space left' sh -c "postseal open $bob sealed.eml >/dev/full"
	expect bad.help-full 4 'No space left' sh -c 'postseal help >/dev/full'
	}
	unreadable
	full_disk
}

unreadable() {
	if [ "$(id -u)" = 0 ]; then
		echo "skip bad.unreadable: root may read everything"
		return
	fi
	cp sealed.eml secret.eml && chmod 0 secret.eml
	expect bad.unreadable 3 'secret.eml: .*Permission denied' postseal open secret.eml
}

full_disk() {
	mkdir -p small
	if ! mount -t tmpfs -o size=64k tmpfs small 2>err; then
		echo "skip bad.full-disk: no right to mount a small disk"
		return
	fi
	echo old >small/keep
	expect bad.full-disk 4 'No space left' seal long.eml -o small/keep
	check bad.full-disk-untouched grep -qx old small/keep
	check bad.full-disk-nothing-left only small keep
	umount small
}

stream_cases() {
	mkfifo fifo
	cat fifo >through.eml &
	expect stream.fifo 0 '' postseal open $bob sealed.eml -o fifo
	wait
	check stream.fifo-body same_body through.eml draft.eml
	check stream.fifo-stays test -p fifo
	cat fifo >through.eml &
	expect stream.fifo-changed 3 '' postseal open $bob changed.eml -o fifo
	wait
	check stream.fifo-nothing test ! -s through.eml
	{ sleep 1 && postseal open $bob sealed.eml; echo $? >status; } 2>err | (exec <&-; sleep 0)
	sleep 1
	while [ ! -s status ]; do sleep 1; done
	check stream.closed-pipe test "$(cat status)" = 4
	{ cat passphrase sealed.eml; } >both
	expect stream.passphrase-fd 0 '' sh -c \
	    'postseal open --identity bob.p12 --trust root.pem --passphrase-fd 0 - <both >x.eml'
	check stream.passphrase-fd-body same_body x.eml draft.eml
	expect stream.passphrase-fd3 0 '' sh -c \
	    'postseal open --identity bob.p12 --trust root.pem --passphrase-fd 3 sealed.eml \
	     3<passphrase >x.eml'
	echo old >plain.eml
	ln -sf plain.eml link.eml
	expect stream.link 0 '' postseal open $bob sealed.eml -o link.eml
	check stream.link-body same_body plain.eml draft.eml
	check stream.link-stays test -L link.eml
	stopped
}

# A program that is told to stop leaves nothing, or the whole when it was as
# good as done.
stopped() {
	mkdir -p stop.d stop.e
	mkfifo slow
	postseal open $bob slow -o stop.d/x.eml 2>err &
	pid=$!
	{ head -c 2000 sealed.eml; sleep 1; kill -TERM $pid; sleep 1; tail -c +2001 sealed.eml; } \
	    >slow 2>/dev/null
	wait $pid
	check stream.stopped test $? = 143
	check stream.stopped-nothing-half nothing_half
	sleep 9 >slow &
	postseal open $bob slow -o stop.e/x.eml 2>err &
	pid=$!
	sleep 2 && kill -TERM $pid && wait $pid
	check stream.stopped-standing-still test $? = 143
	check stream.stopped-says grep -q 'slow: .*stopped' err
	check stream.stopped-nothing-left only stop.e ''
}

nothing_half() {
	only stop.d '' || { only stop.d x.eml && same_body stop.d/x.eml draft.eml; }
}

# tty COMMAND: on a terminal of its own; what it shows goes to `out`.
tty() {
	script -qec "$1" /dev/null >out 2>err
}

escapes() {
	grep -q "$(printf '\033')" out
}

terminal_cases() {
	if ! command -v script >/dev/null; then
		echo "skip terminal: the command script is not here"
		return
	fi
	TERM=xterm tty 'postseal verify --trust root.pem signed.eml' </dev/null
	check terminal.colour escapes
	NO_COLOR=1 TERM=xterm tty 'postseal verify --trust root.pem signed.eml' </dev/null
	check terminal.no-color sh -c '! grep -q "$(printf "\033")" out'
	postseal verify --trust root.pem signed.eml >out 2>err
	check terminal.pipe-plain sh -c '! grep -q "$(printf "\033")" out'
	{ sleep 2; cat passphrase; sleep 1; } |
	    tty 'postseal open --identity bob.p12 --trust root.pem sealed.eml -o asked.eml'
	check terminal.passphrase same_body asked.eml draft.eml
	check terminal.passphrase-hidden sh -c '! grep -q "$(cat passphrase)" out'
	[ -z "${SANITIZED:-}" ] || return 0
	cat long long long long long long long long long long long long >body12
	{ sed '/^\r*$/q' draft.eml | grep -v '^Content-\|^MIME\|^.$' && echo && cat body12; } >big.eml
	tty 'postseal sign --identity alice.p12 --passphrase-file passphrase big.eml -o big.out' \
	    </dev/null
	check terminal.bar grep -q '% .*MB/s' out
	postseal sign --identity alice.p12 --passphrase-file passphrase big.eml -o big.out 2>out
	check terminal.no-bar test ! -s out
}

# The program that the design prints, as the build made it.
hello_case() {
	hello=${BUILD:-$tree/build}/examples/hello
	if [ ! -x "$hello" ] || ! command -v script >/dev/null; then
		echo "skip hello: no examples/hello, or no command script"
		return
	fi
	mkdir -p hello.d && cp bob.p12 hello.d && cp sealed.eml hello.d/mail.eml
	{ sleep 2; cat passphrase; sleep 1; } |
	    tty "cd hello.d && SSL_CERT_DIR=../roots $hello"
	check hello.status test $? = 0
	check hello.sentence grep -q 'Signed by alice@example.org' out
	check hello.body same_body hello.d/plain.eml draft.eml
}

# The examples of the manual page, with the roots and the passphrase that the
# test's people have.
example_cases() {
	mkdir -p examples && cp sealed.eml examples/mail.eml
	cp draft.eml alice.p12 bob.p12 bob.pem carol.pem root.pem passphrase examples
	cp issuing.pem issuing.key examples
	cat >examples/run <<'END'
postseal() {
	case " $* " in
	*' --passphrase-file '*) ;;
	*)	set -- "$@" --passphrase-file passphrase ;;
	esac
	case " $* " in
	' id '*)	set -- "$@" --store store.db ;;
	' inspect '* | ' sign '* | *' --trust '*) ;;
	*)	set -- "$@" --trust root.pem ;;
	esac
	case " $* " in
	' verify '*) set -- "$@" --identity bob.p12 ;;
	' id install '*) # the authority's part
		openssl x509 -req -in request.pem -CA issuing.pem -CAkey issuing.key \
		    -copy_extensions copy -out answer.pem 2>/dev/null ;;
	esac
	command postseal "$@"
}
END
	sed -n 's/^\.Dl //p' "$tree/man/postseal.1" | sed 's/\\e$/\\/; s/\\ / /g; s/^\$ //' >lines
	number=0
	command=
	while IFS= read -r line; do
		case $line in
		*\\)	command="$command${line%\\}" && continue ;;
		esac
		number=$((number + 1))
		{ cat examples/run; echo "$command$line"; } >examples/one
		sed -i 's/--at 2026-03-02T10:00:00Z/--at "$(date -u +%Y-%m-%dT%H:%M:%SZ)"/
		    s/verify --json \*.eml/verify --json mail.eml/' examples/one
		expect "manual.example-$number" 0 '' sh -c 'cd examples && . ./one'
		command=
	done <lines
	check manual.examples-found test $number -ge 5
}

: >out
: >err
prepare || { fail prepare "the test's people could not be made"; exit 1; }
make_messages || { fail prepare.messages "the messages could not be made"; exit 1; }
pass prepare
help_cases
usage_cases
open_cases
several_cases
verify_cases
trust_cases
bare_cases
inspect_cases
protect_cases
bcc_cases
policy_cases
bad_cases
stream_cases
terminal_cases
hello_case
example_cases
exit $((failures > 0))
