#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Many messages at once: with any number of threads the same is printed, in the order
# of the command line, with the same exit status, and the same is written.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3

make_pki alice:2048 bob:P-256 carol:P-256
trust="--trust root.crt --at $(date -u +%Y-%m-%dT%H:%M:%SZ)"

# One mail of four is altered, one is missing, one is large, one is an mbox.
make_inputs() {
	mkdir drafts signed
	i=100
	while [ $i -lt 140 ]; do
		printf 'From: alice@peers.test\nTo: bob@peers.test\nSubject: %s\n\nMail %s.\n' $i $i \
		    >drafts/$i.eml
		i=$((i + 1))
	done
	head -c 3000000 /dev/zero | tr '\0' 'x' | fold -w 60 >>drafts/120.eml
}

signed_ok() {
	for mail in drafts/*.eml; do
		openssl cms -verify -in "signed/${mail##*/}" -CAfile root.crt -out plain \
		    -purpose smimesign || return 1
	done
}

alter() {
	for i in 103 107 111 115 119; do
		sed "s/^Mail $i/Mail 0/" signed/$i.eml >altered && mv altered signed/$i.eml || return 1
	done
	rm signed/105.eml
	for i in 101 102 103; do
		echo 'From alice@peers.test Thu Jan  1 00:00:00 2026'
		cat signed/$i.eml
		echo
	done >signed/104.eml
}

# names FOLDER: the command line, in an order of its own, the missing one too.
names() {
	for i in 120 $(seq 139 -1 121) $(seq 100 119); do
		echo "$1/$i.eml"
	done
}

# same NAME STATUS COMMAND...: printed, said and left alike with 1, 2 and 7 threads.
same() {
	name=$1 want=$2
	shift 2
	for threads in 1 2 7; do
		rm -rf to && mkdir to
		"$@" --threads $threads >"$name.$threads.out" 2>"$name.$threads.err"
		status=$?
		[ $status = "$want" ] || { echo "status $status with $threads threads"; return 1; }
		rm -rf "$name.$threads.to" && cp -r to "$name.$threads.to"
		cmp "$name.1.out" "$name.$threads.out" && cmp "$name.1.err" "$name.$threads.err" &&
		    diff -r "$name.1.to" "$name.$threads.to" || return 1
	done
}

in_order() {
	python3 -c '
import json, sys
want = [n for n in sys.argv[2:] if "105" not in n]
found = [json.loads(line)["file"] for line in open(sys.argv[1])]
i = want.index("signed/104.eml")
want[i:i + 1] = ["signed/104.eml#%d" % k for k in (1, 2, 3)]
sys.exit(found != want and "%s is not %s" % (found, want))' "$@"
}

make_inputs
# shellcheck disable=SC2046,SC2086 # lists
{
	try sign "$POSTSEAL" sign --identity alice.pem --out-dir signed drafts/*.eml
	try sign.openssl signed_ok
	try alter alter
	try verify same text 3 "$POSTSEAL" verify $trust $(names signed)
	try verify.json same json 3 "$POSTSEAL" verify --json $trust $(names signed)
	try verify.order in_order json.7.out $(names signed)
	try verify.good exits 0 "$POSTSEAL" verify $trust signed/12*.eml
	mkdir sealed
	try seal "$POSTSEAL" seal --identity alice.pem --to bob.pem --cert alice.pem $trust \
	    --out-dir sealed drafts/*.eml
	rm sealed/113.eml
	try open same open 3 "$POSTSEAL" open $trust --identity bob.pem --out-dir to \
	    --verdict to/verdict.jsonl $(names sealed)
	try open.all test "$(find open.7.to -name '*.eml' | wc -l)" = 39
	try open.body grep -q '^Mail 138' open.7.to/138.eml
	try open.no-key same nokey 3 "$POSTSEAL" open $trust --identity carol.pem \
	    --out-dir to $(names sealed)
	try open.nothing test -z "$(ls nokey.7.to)"
}
