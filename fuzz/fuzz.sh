#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Runs each fuzz target for a while with libFuzzer, from its seeds and our test
# vectors. What is new is kept in build-fuzz/new/TARGET for the next time;
# what fails is named at the end and left in build-fuzz/found/TARGET.
#
# usage: fuzz/fuzz.sh [SECONDS] [TARGET...]	(60 seconds, all targets)
set -eu
cd "$(dirname "$0")/.."
. tests/run-lib.sh

seconds=60
case ${1:-} in
[0-9]*)	seconds=$1 && shift ;;
esac
[ $# -gt 0 ] || set -- wide mime mbox tnef der cms open protect keyfile cert

# seeds TARGET: folders that exist.
seeds() {
	case $1 in
	mime | wide)	set -- "fuzz/corpus/$1" tests/vectors/mail ;;
	open)		set -- fuzz/corpus/open tests/vectors/mail tests/vectors/cms \
			    tests/vectors/cms-forms tests/vectors/rfc9788 ;;
	der | cms)	set -- "fuzz/corpus/$1" tests/vectors/cms tests/vectors/cms-forms ;;
	keyfile)	set -- fuzz/corpus/keyfile tests/vectors/keys ;;
	*)		set -- "fuzz/corpus/$1" ;;
	esac
	echo "$@"
}

ASAN_OPTIONS=detect_stack_use_after_return=1:allocator_may_return_null=1
UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export ASAN_OPTIONS UBSAN_OPTIONS

CC=clang configure build-fuzz -Dbuildtype=debugoptimized -Db_sanitize=address,undefined \
    -Db_lundef=false -Dfuzzing=true -Dc_args=-fsanitize=fuzzer-no-link
programs=
for target; do
	programs="$programs fuzz/fuzz_$target"
done
# shellcheck disable=SC2086 # lists
ninja -C build-fuzz $programs >build-fuzz/ninja.log 2>&1 || {
	tail -n 20 build-fuzz/ninja.log >&2
	exit 1
}

bad=
for target; do
	new=build-fuzz/new/$target found=build-fuzz/found/$target
	mkdir -p "$new" "$found"
	words=
	[ ! -f "fuzz/$target.dict" ] || words=-dict=fuzz/$target.dict
	# shellcheck disable=SC2046,SC2086 # lists
	if build-fuzz/fuzz/fuzz_$target $words -max_total_time="$seconds" -timeout=10 \
	    -rss_limit_mb=1024 -max_len=65536 -artifact_prefix="$found/" -print_final_stats=1 \
	    "$new" $(seeds "$target") >"build-fuzz/$target.log" 2>&1; then
		echo "$target: $(awk '/number_of_executed_units/ { print $2 }' \
		    "build-fuzz/$target.log") inputs in $seconds s, nothing found"
	else
		bad="$bad $target"
		echo "$target: FOUND, see build-fuzz/$target.log and $found"
	fi
done
[ -z "$bad" ]
