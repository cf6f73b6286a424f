#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The corpus of other people's messages, certificates and keys against the
# product, when it lies beside the clone (../shared/corpus): one table, source by
# source, and what differs. docs/corpus.md says how to read it.
#
# usage: corpus.sh [--tap] [PATH...]
#	--tap	a line for each case, for tests/tap.sh
#	PATH	only what begins so ("thunderbird/smime"), each with what was found
# BUILD (a folder that meson made; default: build), POSTSEAL and WORK may be set.
set -u
here=$(cd "$(dirname "$0")" && pwd)
corpus=${CORPUS:-$here/../../../shared/corpus}
for command in python3 openssl; do
	command -v "$command" >/dev/null || { echo "skip corpus: there is no $command here"; exit 0; }
done
[ -d "$corpus" ] || { echo "skip corpus: there is no $corpus"; exit 0; }
: "${BUILD:=$here/../../build}"
BUILD=$(cd "$BUILD" && pwd) || exit 1
: "${POSTSEAL:=$BUILD/apps/postseal/postseal}"
[ -x "$BUILD/tests/corpus/corpus-drive" ] || {
	echo "not ok corpus: $BUILD has no tests/corpus/corpus-drive"
	exit 1
}
made=
[ -n "${WORK:-}" ] || { WORK=$(mktemp -d) made=$WORK; }
export BUILD POSTSEAL WORK PYTHONDONTWRITEBYTECODE=1
unset OPENSSL_CONF
tap=
[ "${1:-}" != --tap ] || { tap=--tap; shift; }
# shellcheck disable=SC2086 # nothing, when it is not given
python3 "$here/corpus.py" $tap "$corpus" "$@"
status=$?
# Path validation has a runner of its own; it is part of the table, not of the cases.
if [ -z "$tap" ] && [ $# = 0 ] && [ -x "$here/../e2e/paths.sh" ]; then
	echo
	"$here/../e2e/paths.sh" | grep -v '^ok '
fi
[ -z "$made" ] || rm -rf "$made"
exit $status
