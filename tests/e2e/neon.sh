#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The loops for another processor: the steps are compiled for aarch64 and
# compared there, under an emulator, with the portable ones. A comparison that
# cannot fail says nothing, so a broken copy must be found too.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
[ -z "${SANITIZED:-}" ] || { echo "skip neon: it has a compiler of its own"; exit 0; }
need aarch64-linux-gnu-gcc qemu-aarch64

tree=$here/../..

# compiled OPTION...: ./steps, from the tree and from this folder's src/.
compiled() {
	mkdir -p src/stream
	cp "$tree"/src/stream/*.[ch] src/stream/
	[ -z "${BREAK:-}" ] || sed -i "$BREAK" src/stream/wide_neon.c
	aarch64-linux-gnu-gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wconversion -Wshadow -Werror \
	    "$@" -Isrc -I"$tree/include" -I"$tree/src" -I"$tree/tests/support" \
	    "$tree/tests/support/wide_main.c" src/stream/base64.c src/stream/base64_loop.c \
	    src/stream/eol.c src/stream/step.c src/stream/wide.c src/stream/wide_neon.c \
	    src/stream/wide_portable.c "$tree/src/base/clock.c" "$tree/src/base/code.c" \
	    "$tree/src/base/cpu.c" "$tree/src/base/err.c" "$tree/src/base/text.c" \
	    "$tree/src/base/words.c" -o steps
}

emulated() {
	qemu-aarch64 -L /usr/aarch64-linux-gnu ./steps
}

as_portable() {
	compiled "$@" && emulated >said && grep -q '^neon: 0 ' said
}

# finds SCRIPT-OF-SED: the loops so broken are found.
finds() {
	BREAK=$1
	compiled -O2 && ! emulated >said && grep -q '^neon: [1-9]' said
}

limited() {
	compiled -O2 && POSTSEAL_CPU=portable emulated | grep -q '^portable: 0 '
}

try 'the loops are as the portable ones' as_portable -O2
try 'and without the optimiser' as_portable -O0
try 'POSTSEAL_CPU takes them away' limited
try 'a wrong decoder is found' finds 's/vsliq_n_u8(d, c, 6)/vsliq_n_u8(d, c, 5)/'
try 'a wrong encoder is found' finds 's/vsliq_n_u8(vshrq_n_u8(v.val\[2\], 6)/vsliq_n_u8(vshrq_n_u8(v.val[2], 5)/'
try 'a wrong mask is found' finds 's/vcltzq_s8/vcgtzq_s8/'
