#!/bin/sh
# SPDX-License-Identifier: ISC
#
# A second thread is never seen in a result: what was made with --threads 2 is
# opened by openssl, what is opened, refused and said is the same with one thread
# and two, whole, cut and damaged. The unit tests of the helper run once more
# under the thread sanitizer.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3
tree=$(dirname "$(dirname "$here")")

make_pki alice:2048 bob:2048
make_mail
big_mail 1500000
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)

# both STATUS ARGUMENTS...: with one thread and two the same status, standard
# output and error, and the same file `out` or none.
both() {
	want=$1
	shift
	for n in 1 2; do
		rm -f out
		exits "$want" ours "$@" --at "$now" --threads $n >said.$n 2>&1 || { cat said.$n; return 1; }
		mv out out.$n 2>/dev/null || : >out.$n
	done
	cmp said.1 said.2 && cmp out.1 out.2
}

made_for_openssl() {
	ours seal --threads 2 --cipher aes-256-cbc --identity alice.pem --to bob.crt -o made \
	    big.eml &&
	    openssl cms -decrypt -recip bob.crt -inkey bob.key -in made -out inner &&
	    openssl cms -verify -CAfile root.crt -in inner -out shown 2>/dev/null &&
	    same_body shown big.body
}

signed_for_openssl() {
	ours sign --threads 2 "$@" --identity alice.pem -o made big.eml &&
	    openssl cms -verify -CAfile root.crt -in made -out shown 2>/dev/null &&
	    same_body shown big.body
}

# What must be begun anew (8bit text at the very end) is, and right.
begun_anew() {
	{ cat big.eml && printf 'gr\303\274n\r\n'; } | sed 's/^Content-Transfer.*/X-None: x\r/' >odd.eml
	for threads in 1 2; do
		ours sign --threads $threads --identity alice.pem -o made odd.eml &&
		    openssl cms -verify -CAfile root.crt -in made -out shown.$threads \
			2>/dev/null || return 1
	done
	cmp shown.1 shown.2
}

spoil() {
	python3 - "$@" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
at = len(data) * int(sys.argv[3]) // 100
if sys.argv[4] == "cut":
    del data[at:]
else:
    at += data[at] in b"\r\n" and 2
    data[at] = ord("A") if data[at] != ord("A") else ord("B")
open(sys.argv[2], "wb").write(data)
END
}

# the same of a message that was cut or damaged, whatever it is
spoiled() {
	spoil "$1" spoiled "$2" "$3" || return 1
	rm -f out
	ours open --identity bob.pem -o out spoiled >/dev/null 2>&1
	both $? open --identity bob.pem -o out spoiled
}

sanitized() {
	"${CC:-cc}" -fsanitize=thread -g -O1 -D_GNU_SOURCE -std=c11 -I"$tree/include" \
	    -I"$tree/src" -o helper "$tree/tests/unit/test_helper.c" "$tree"/src/stream/*.c \
	    "$tree"/src/base/*.c -lcmocka -lz -lcrypto -ldl -pthread && ./helper
}

try threads-sealed-for-openssl made_for_openssl
try threads-signed-for-openssl signed_for_openssl
try threads-opaque-for-openssl signed_for_openssl --opaque
try threads-begun-anew begun_anew

ours sign --identity alice.pem -o clear big.eml
ours sign --opaque --identity alice.pem -o opaque big.eml
for cipher in cbc gcm; do
	ours seal --cipher aes-256-$cipher --identity alice.pem --to bob.crt -o "$cipher" big.eml
done
for kind in clear opaque cbc gcm; do
	try "threads-$kind-open" both 0 open --identity bob.pem -o out "$kind"
	try "threads-$kind-verify" both 0 verify --json --identity bob.pem "$kind"
	try "threads-$kind-cut" spoiled "$kind" 60 cut
	try "threads-$kind-cut-end" spoiled "$kind" 99 cut
	try "threads-$kind-damaged" spoiled "$kind" 60 bad
done
# where the sanitizer cannot run, nothing is said about races
echo 'int main(void) { return 0; }' >probe.c
if "${CC:-cc}" -fsanitize=thread -o probe probe.c 2>/dev/null && ./probe 2>/dev/null; then
	try threads-sanitizer sanitized
else
	echo "skip threads-sanitizer: the compiler has none here"
fi
