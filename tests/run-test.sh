#!/bin/sh
# SPDX-License-Identifier: ISC
#
# All tests, in the builds that find the most: gcc as users build it, clang and
# gcc with the address and undefined sanitizers. Each suite is one line, the
# last line is the sum. Nothing is written outside build*/.
#
# usage: run-test.sh	(by ./run test)
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/run-lib.sh

LC_ALL=C.UTF-8
ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:allocator_may_return_null=1
UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export LC_ALL ASAN_OPTIONS UBSAN_OPTIONS
unset CDPATH XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME GNUPGHOME

sanitizers='-Dbuildtype=debugoptimized -Db_sanitize=address,undefined -Dtests=enabled'

# built NAME OPTION...: true when the folder build-NAME is ready for tests.
built() {
	folder=$1
	shift
	if ! { configure "$folder" "$@" && compile "$folder"; } >"$RESULTS/$folder.log" 2>&1; then
		fail_case "$folder" "it does not build"
		sed 's/^/    | /' "$RESULTS/$folder.log"
		return 1
	fi
	link_programs "$folder"
}

# suite NAME FOLDER OPTION...: the tests that Meson knows.
suite() {
	name=$1
	shift
	tests/tap.sh "$name" timeout 1200 tests/meson-suite.py "$@"
}

# with_program FOLDER WORK COMMAND...: in a home of its own.
with_program() {
	POSTSEAL=$PWD/$1/bin/postseal BUILD=$PWD/$1 WORK=$2
	rm -rf "$WORK"
	mkdir -p "$WORK/home"
	export POSTSEAL BUILD WORK
	shift 2
	HOME=$WORK/home TMPDIR=$WORK "$@"
	status=$?
	[ $status != 0 ] || rm -rf "$WORK"
	return $status
}

# one_script LABEL FOLDER SCRIPT: an end-to-end script, its report in a file so
# that two can run at a time.
one_script() {
	name=$1.$(basename "$3" .sh)
	with_program "$2" "$PWD/build-test/work/$name" tests/tap.sh "$name" timeout 900 "$3" \
	    >"$RESULTS/$name.report"
}

# end_to_end LABEL FOLDER: every executable script of tests/e2e.
end_to_end() {
	found=$(find tests/e2e -name '*.sh' -perm -u+x | LC_ALL=C sort)
	if [ -z "$found" ]; then
		fail_case "$1" "tests/e2e has no script"
		return
	fi
	echo "$found" | xargs -P 2 -n 1 "$0" --script "$1" "$2"
	for file in $found; do
		cat "$RESULTS/$1.$(basename "$file" .sh).report"
	done
}

# whole LABEL FOLDER COMMAND...: a command that is one case.
whole() {
	label=$1 folder=$2
	shift 2
	if [ ! -x "$1" ]; then
		fail_case "$label" "$1 is missing"
		return
	fi
	with_program "$folder" "$PWD/build-test/work/$label" tests/tap.sh -1 "$label" \
	    timeout 900 "$@"
}

torture() {
	if [ ! -x tests/torture/torture.sh ]; then
		fail_case torture "tests/torture/torture.sh is missing"
		return
	fi
	SANITIZED=1 with_program "$1" "$PWD/build-test/work/torture" \
	    tests/tap.sh torture timeout 900 tests/torture/torture.sh quick
}

# levels FOLDER: the loops of src/stream/wide.h as each processor has them; what
# this machine's best are runs in all else.
levels() {
	for level in portable ssse3 avx2; do
		label=cpu-$level
		POSTSEAL_CPU=$level suite "$label" "$1" base64 eol step qp reader writer multipart \
		    canonical rewrite mbox mime_corpus property_windows property_limits
		POSTSEAL_CPU=$level SANITIZED=1 one_script "$label" "$1" tests/e2e/roundtrip.sh
		cat "$RESULTS/$label.roundtrip.report"
	done
}

# newer_openssl: where OpenSSL 3.5 is, when the system's is older. Its source
# may be out of reach, which says nothing about us.
newer_openssl() {
	pkg-config --atleast-version=3.5 libcrypto && return 1
	packaging/openssl35.sh 2>"$RESULTS/openssl35.log" && return 0
	cat "$RESULTS/openssl35.log" >&2
	skip_case openssl-3.5 "it could not be fetched and built"
	return 1
}

# parts: what the build takes in when it is there must be there.
parts() {
	for folder in apps/postseal tests/property fuzz; do
		[ -f $folder/meson.build ] || fail_case "$folder" "$folder/meson.build is missing"
	done
}

# shellcheck disable=SC2086 # $sanitizers is a list
run_all() {
	parts
	if CC=gcc built build -Dtests=enabled; then
		suite gcc build
		end_to_end e2e build
		levels build
		whole demo build examples/demo.sh
	fi
	if newer=$(newer_openssl); then
		if CC=gcc built build-35 -Dtests=enabled \
		    "-Dpkg_config_path=$newer/lib/pkgconfig"; then
			suite openssl-3.5 build-35 --no-suite tree
			end_to_end e2e-openssl-3.5 build-35
		fi
	fi
	if CC=clang built build-asan-clang $sanitizers -Db_lundef=false; then
		suite clang-sanitizers build-asan-clang --no-suite tree -t 4
		SANITIZED=1 end_to_end e2e-sanitizers build-asan-clang
		torture build-asan-clang
	fi
	if CC=gcc built build-asan-gcc $sanitizers; then
		suite gcc-sanitizers build-asan-gcc --no-suite tree -t 4
	fi
}

if [ "${1:-}" = --script ]; then
	shift
	one_script "$@"
	exit 0
fi
begin_counts build-test/results
run_all
say_counts "$RESULTS"/*.count
