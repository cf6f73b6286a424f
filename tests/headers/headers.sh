#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Each public header compiles alone, first in its file, as C11 and as C++17,
# by every compiler that is here; each private one as C11. A header that needs
# another one included before it works for its author only.
#
# usage: headers.sh SCRATCH-FOLDER [OpenSSL's compiler flags]
set -eu

tree=$(cd "$(dirname "$0")/../.." && pwd)
scratch=${1:?usage: headers.sh SCRATCH-FOLDER [FLAGS]}
shift
warnings='-Wall -Wextra -Wpedantic -Werror -fsyntax-only'
status=0
compiled=

# alone COMPILER LANGUAGE HEADER FLAGS...: a file of one line, twice included.
alone() {
	compiler=$1 language=$2 header=$3
	shift 3
	printf '#include "%s"\n#include "%s"\ntypedef int ps_alone;\n' "$header" "$header" >"$scratch/alone.c"
	# shellcheck disable=SC2086 # a list of options
	"$compiler" -x "$language" $warnings "$@" "$scratch/alone.c" || {
		echo "$header does not compile alone ($compiler, $language)"
		status=1
	}
}

public() {
	for header in "$tree"/include/postseal/*.h; do
		alone "$1" "$2" "postseal/${header##*/}" "$3" -I"$tree/include"
	done
	compiled="$compiled $1"
}

for compiler in gcc clang; do
	command -v $compiler >/dev/null && public $compiler c -std=c11
done
for compiler in g++ clang++; do
	command -v $compiler >/dev/null && public $compiler c++ -std=c++17
done
for header in "$tree"/src/*/*.h; do
	alone cc c "${header#"$tree/src/"}" -std=c11 -D_GNU_SOURCE -I"$tree/include" \
	    -I"$tree/src" "$@"
done
rm -f "$scratch/alone.c"
echo "compiled by:$compiled"
case "$compiled " in
*'++ '*) ;;
*)	echo "no C++ compiler is here: install g++" && status=1 ;;
esac
exit $status
