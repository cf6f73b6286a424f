# SPDX-License-Identifier: ISC
# shellcheck shell=sh
#
# What ./run and its longer verbs share. The caller stands at the top of the
# tree.

# configure FOLDER OPTION...: sets a build folder up, or changes its options
# when they are not those of the last time. CC names the compiler, once.
configure() {
	folder=$1
	shift
	werror=false
	[ "${CI:-}" != true ] || werror=true
	set -- -Dwerror=$werror "$@"
	verb=setup
	if configured "$folder"; then
		[ "$(cat "$folder/options" 2>/dev/null)" != "$*" ] || return 0
		verb=configure
	fi
	mkdir -p "$folder"
	if ! meson $verb "$folder" "$@" >"$folder/setup.log" 2>&1; then
		grep -a ERROR "$folder/setup.log" >&2
		echo "./run: $folder cannot be set up; the whole log: $folder/setup.log" >&2
		return 1
	fi
	echo "$*" >"$folder/options"
}

configured() {
	[ -f "$1/build.ninja" ]
}

# compile FOLDER: silent when all is well, else all findings at once.
compile() {
	ninja -k 0 -C "$1" >"$1/ninja.log" 2>&1 || {
		grep -aE 'ERROR|error|warning|undefined|FAILED' "$1/ninja.log" | head -n 20 >&2
		echo "./run: $1 does not build; the whole log: $1/ninja.log" >&2
		return 1
	}
}

# link_programs FOLDER: its programs under FOLDER/bin.
link_programs() {
	mkdir -p "$1/bin"
	for program in "$1"/apps/*/*; do
		if [ -f "$program" ] && [ -x "$program" ]; then
			ln -sf "../${program#"$1"/}" "$1/bin/"
		fi
	done
}

# c_files, scripts: what we wrote, in any state of the working tree.
c_files() {
	find apps bench examples fuzz include src tests -name '*.[ch]' 2>/dev/null | LC_ALL=C sort
}

scripts() {
	echo run
	echo .ci/run
	find apps bench examples fuzz man packaging tests -name '*.sh' 2>/dev/null | LC_ALL=C sort
}

# begin_counts FOLDER: forgets the numbers of the last time.
begin_counts() {
	RESULTS=$PWD/$1
	export RESULTS
	rm -rf "$RESULTS"
	mkdir -p "$RESULTS"
}

# fail_case SUITE WHY: a case that could not even start.
fail_case() {
	echo "0 1 0" >"$RESULTS/$(echo "$1" | tr / -).count"
	printf '%-28s    0 passed   1 failed\n  not ok %s: %s\n' "$1" "$1" "$2"
}

# skip_case SUITE WHY: a case that this machine cannot run.
skip_case() {
	echo "0 0 1" >"$RESULTS/$(echo "$1" | tr / -).count"
	printf '%-28s    0 passed   0 failed   1 skipped\n  skip %s: %s\n' "$1" "$1" "$2"
}

# say_counts COUNT-FILE...: the last line; fails when a case did.
say_counts() {
	cat "$@" 2>/dev/null | awk '
		{ passed += $1; failed += $2; skipped += $3 }
		END {
			if (NR == 0)
				failed = 1
			line = (passed + 0) " passed, " (failed + 0) " failed"
			print line (skipped ? ", " skipped " skipped" : "")
			exit failed > 0
		}'
}

# no_tools: the tests cannot run without them, which is a failure too.
no_tools() {
	echo "not ok deps: the packages could not be installed"
	echo "0 passed, 1 failed"
	exit 1
}
