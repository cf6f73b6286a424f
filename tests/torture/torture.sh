#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Truncates and changes the test mails octet by octet (see torture.c).
#
# usage: torture.sh quick|full
#	quick	two seeded changes a position, mails up to 8 KiB, by the
#		program that stands in $BUILD: minutes
#	full	all 255 changes, the mails of other programs too where they lie
#		beside this tree, in a build of its own: hours
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top"
. tests/run-lib.sh
how=${1:-quick}
work=${WORK:-$top/build-torture/work}
jobs=$(nproc)

ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1:allocator_may_return_null=1}
UBSAN_OPTIONS=${UBSAN_OPTIONS:-halt_on_error=1:print_stacktrace=1}
export ASAN_OPTIONS UBSAN_OPTIONS

build_own() {
	BUILD=build-torture
	CC=clang configure $BUILD -Dbuildtype=debugoptimized -Db_sanitize=address,undefined \
	    -Db_lundef=false -Dtests=enabled
	compile $BUILD
}

# mails SIZE: at most 24 of our own, none larger, that hold payload.txt.
mails() {
	find tests/vectors/mail -name '*.eml' ! -name 'beside*' ! -name 'damaged*' \
	    -size "-$1" | LC_ALL=C sort | head -n "$2"
}

# own_keys: options for the keys of tests/vectors/cms.
own_keys() {
	for name in alice bob carol dave erin xenia; do
		echo "-i tests/vectors/cms/$name.pem"
	done
	echo "-r tests/vectors/cms/root.pem"
}

# peer_keys: the same for the mails of other programs.
peers=../shared/corpus/peers
peer_keys() {
	mkdir -p "$work/keys"
	for name in alice bob carol alice-p256 bob-p384 alice-x25519; do
		cat "$peers/pki/u/$name.key" "$peers/pki/u/$name.crt" >"$work/keys/$name.pem"
		echo "-i $work/keys/$name.pem"
	done
	echo "-r $peers/pki/root.crt"
}

# torture LABEL OPTION... PAYLOAD MAIL...: one process a core, each with its
# part of the mails.
torture() {
	label=$1
	shift
	part=0 pids=
	while [ $part -lt "$jobs" ]; do
		folder=$work/$label-$part
		rm -rf "$folder"
		mkdir -p "$folder/files"
		"$BUILD"/tests/torture/torture -p $part/"$jobs" -w "$folder/files" "$@" \
		    >"$folder/report" 2>"$folder/errors" &
		pids="$pids $!"
		part=$((part + 1))
	done
	bad=0
	for pid in $pids; do
		wait "$pid" || bad=1
	done
	cat "$work/$label"-*/report
	cat "$work/$label"-*/errors >&2
	return $bad
}

# shellcheck disable=SC2046 # lists of names
case $how in
quick)
	: "${BUILD:?torture.sh quick is started by ./run test}"
	torture quick $(own_keys) tests/vectors/mail/payload.txt $(mails 17 24)
	;;
full)
	build_own
	status=0
	torture own -a $(own_keys) tests/vectors/mail/payload.txt $(mails 1000 1000) || status=1
	if [ -d $peers ]; then
		torture peers -a $(peer_keys) - \
		    $(find $peers -name '*.eml' -size -17 | LC_ALL=C sort) || status=1
	fi
	exit $status
	;;
*)
	echo "usage: torture.sh quick|full" >&2
	exit 2
	;;
esac
