#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Seals a real mail, opens it, changes one byte of it, and has the system's own
# openssl read what we wrote and write what we read. Each command is shown
# before its output. Fails when a step does not do what the line above it says.
#
# usage: demo.sh	(by ./run demo; POSTSEAL names the program)
set -eu
tree=$(cd "$(dirname "$0")/.." && pwd)
program=${POSTSEAL:-$tree/build/bin/postseal}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
unset POSTSEAL

postseal() {
	"$program" "$@" --passphrase-file passphrase
}

say() {
	printf '\n# %s\n' "$*"
}

# run STATUS COMMAND [LINES]: shows it, runs it, and wants that exit status. At
# most so many lines of its output are shown.
run() {
	printf '$ %s\n' "$2"
	status=0
	if [ -z "${3:-}" ]; then
		eval "$2" 2>&1 || status=$?
	else
		eval "$2" >log 2>&1 || status=$?
		head -n "$3" log
		[ "$(wc -l <log)" -le "$3" ] || echo "  ..."
	fi
	[ "$status" = "$1" ] || {
		echo "demo.sh: exit status $status, but $1 was expected" >&2
		exit 1
	}
}

# same FILE TEXT [FILTER]: its body must be that of the draft.
same() {
	eval "${3:-cat} <draft.eml" | sed '1,/^\r*$/d' >want
	eval "${3:-cat} <$1" | sed '1,/^\r*$/d' >got
	cmp want got || exit 1
	echo "$2"
}

cd "$work"
"$tree/examples/mkpki.sh" .
cp "$tree/examples/draft.eml" .

echo "# Alice seals a mail with an attachment, to Bob (To) and Carol (Cc)."
run 0 'postseal seal draft.eml --identity alice.p12 --cert bob.pem \
    --cert carol.pem --trust root.pem -o sealed.eml'

say "Bob opens it: the mail goes to plain.eml, the verdict is shown."
run 0 'postseal open sealed.eml --identity bob.p12 --trust root.pem -o plain.eml'
same plain.eml "(the body is the draft's, octet for octet)"

say "One byte changed on the way."
sed '60s/^A/B/;t;60s/^./A/' sealed.eml >changed.eml
run 1 'postseal verify changed.eml --identity bob.p12 --trust root.pem' 2

say "OpenSSL reads what we wrote."
run 0 'openssl cms -decrypt -in sealed.eml -recip bob.pem -inkey bob.key |
    openssl cms -verify -CAfile root.pem -out inner.txt'
same inner.txt "(the attachment is the draft's)" \
    "tr -d '\\r' | sed -n '/^Content-Type: image/,\$p'"

say "It does not know hidden fields, so a copy of them heads the text."
run 0 'grep -B 3 -A 2 "^Subject: Gepr" inner.txt'

say "And we read what OpenSSL writes."
sed -n '/^Content-Type/,$p' draft.eml >entity
run 0 'openssl cms -sign -in entity -signer alice.pem -inkey alice.key \
    -certfile issuing.pem | openssl cms -encrypt -aes256 \
    -from alice@example.org -to bob@example.net bob.pem >openssl.eml'
run 0 'postseal open openssl.eml --identity bob.p12 --trust root.pem -o back.eml' 1
same back.eml "(the body is the draft's)" "tr -d '\\r'"
