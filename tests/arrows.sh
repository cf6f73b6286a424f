#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Reads every #include line of src/, include/ and the programs, and fails on
# an arrow that tests/arrows.txt does not allow. A test that cannot fail says
# nothing, so first it must find the faults planted in a small tree of its own.
#
# usage: arrows.sh SCRATCH-FOLDER
set -eu

tree=$(cd "$(dirname "$0")/.." && pwd)
scratch=${1:?usage: arrows.sh SCRATCH-FOLDER}
unset CDPATH

# check TREE: one line for each arrow that is not allowed.
check() {
	(
		cd "$1"
		find src include apps examples -name '*.[ch]' 2>/dev/null | LC_ALL=C sort |
		    xargs awk -f "$tree/tests/arrows.awk" "$tree/tests/arrows.txt"
	)
}

# plant FILE LINE...: a file of the planted tree.
plant() {
	mkdir -p "$scratch/arrows/$(dirname "$1")"
	file=$scratch/arrows/$1
	shift
	printf '%s\n' "$@" >"$file"
}

# The left column is right, the others must each be found.
self_test() {
	rm -rf "$scratch/arrows"
	plant src/cms/good.c '#include <postseal/base.h>' '#include "x509/cert.h"' \
	    '#include <stdio.h>' '/* #include "mime/field.h" */' '#include "cms/a.h"'
	plant src/crypto/good.c '#include <openssl/evp.h>'
	plant include/postseal/cms.h '#include <postseal/stream.h>'
	plant include/postseal/postseal.h '#include <postseal/smime.h>'
	plant apps/x/good.c '#include <postseal/postseal.h>' '#include "x.h"'
	plant apps/x/x.h '#include <stdio.h>'
	if ! check "$scratch/arrows"; then
		echo "self test: a right arrow was refused"
		return 1
	fi
	plant src/base/bad1.c '#include "der/der.h"'
	plant src/cms/bad2.c '  #  include   "mime/field.h"'
	plant src/mime/bad3.c '#include "cms/signed.h"'
	plant src/smime/bad4.c '#include <openssl/evp.h>'
	plant src/cms/bad5.c '#include "good.h"'
	plant src/stream/bad6.c '#include <postseal/cms.h>'
	plant src/mime/bad7.c '#include <postseal/postseal.h>'
	plant src/nolayer/bad8.c '#include <stdio.h>'
	plant include/postseal/stream.h '#include <postseal/bad9.h>'
	plant include/postseal/mime.h '#include "mime/bad10.h"'
	plant apps/x/bad11.c '#include "base/err.h"'
	plant apps/x/bad12.c '#include <openssl/evp.h>'
	plant src/der/bad13.c '#include "../crypto/alg.h"'
	n=$(check "$scratch/arrows" | tee "$scratch/arrows/found" | grep -c . || :)
	if [ "$n" -ne 13 ]; then
		echo "self test: 13 wrong arrows were planted, $n found"
		cat "$scratch/arrows/found"
		return 1
	fi
	rm -rf "$scratch/arrows"
}

self_test
check "$tree"
