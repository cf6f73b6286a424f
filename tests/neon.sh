#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The loops for another processor: the steps are compiled for aarch64 and
# compared there, under an emulator, with the portable ones. A comparison that
# cannot fail says nothing, so a loop that was broken must be found too.
#
# usage: neon.sh SCRATCH-FOLDER		(77: there is no compiler or no emulator)
set -u

tree=$(cd "$(dirname "$0")/.." && pwd)
scratch=${1:?usage: neon.sh SCRATCH-FOLDER}/neon
unset CDPATH POSTSEAL_CPU

# compiled SCRIPT-OF-SED OPTION...: ./steps, with the loops so changed.
compiled() {
	cp "$tree"/src/stream/*.[ch] src/stream/ && sed -i "$1" src/stream/wide_neon.c || return 1
	shift
	aarch64-linux-gnu-gcc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wconversion -Wshadow -Werror \
	    "$@" -Isrc -I"$tree/include" -I"$tree/src" -I"$tree/tests/support" \
	    "$tree/tests/support/wide_main.c" src/stream/base64.c src/stream/base64_loop.c \
	    src/stream/eol.c src/stream/step.c src/stream/wide.c src/stream/wide_neon.c \
	    src/stream/wide_portable.c "$tree/src/base/clock.c" "$tree/src/base/code.c" \
	    "$tree/src/base/cpu.c" "$tree/src/base/err.c" "$tree/src/base/text.c" \
	    "$tree/src/base/words.c" -o steps
}

# says TEXT: the emulated program says so in its last line.
says() {
	qemu-aarch64 -L /usr/aarch64-linux-gnu ./steps >said
	tail -n 1 said | grep -q "^$1" && return 0
	echo "wanted \"$1\", but it said:"
	tail -n 4 said
	return 1
}

# finds SCRIPT-OF-SED: loops that were so broken are found.
finds() {
	compiled "$1" -O2 && says 'neon: [1-9]'
}

for command in aarch64-linux-gnu-gcc qemu-aarch64; do
	command -v $command >/dev/null || exit 77
done
rm -rf "$scratch"
mkdir -p "$scratch/src/stream"
cd "$scratch" || exit 1
compiled '' -O0 && says 'neon: 0 ' &&
    compiled '' -O2 && says 'neon: 0 ' &&
    POSTSEAL_CPU=portable says 'portable: 0 ' &&
    finds 's/vsliq_n_u8(d, c, 6)/vsliq_n_u8(d, c, 5)/' &&
    finds 's/vshrq_n_u8(v.val\[2\], 6)/vshrq_n_u8(v.val[2], 5)/' &&
    finds 's/vcltzq_s8/vcgtzq_s8/' || exit 1
rm -rf "$scratch"
