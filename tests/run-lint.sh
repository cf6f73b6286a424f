#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What can be said about the sources without running them. Each check is one
# case. A finding is mended, or answered in a comment beside the line.
#
# usage: run-lint.sh [CHECK]	(by ./run lint)
set -u
cd "$(dirname "$0")/.." || exit 1
. tests/run-lib.sh

checks='layout columns spdx forbidden scripts manual gcc clang cppcheck tidy analyzer'

ours() {
	find src apps -name '*.c' | LC_ALL=C sort
}

check_layout() {
	c_files | xargs tests/format.py
}

# 100 columns; a line that holds a sentence is not broken for them.
# shellcheck disable=SC2016 # it is awk's $0
check_columns() {
	c_files | xargs awk '
		{
			line = $0
			while ((i = index(line, "\t")) > 0)
				line = substr(line, 1, i - 1) \
				    sprintf("%" (8 - (i - 1) % 8) "s", "") substr(line, i + 1)
		}
		length(line) > 100 && !/"/ {
			print FILENAME ":" FNR ": " length(line) " columns"
			n++
		}
		/[ \t]$/ { print FILENAME ":" FNR ": blanks at the end"; n++ }
		END { exit n > 0 }'
}

check_spdx() {
	{
		c_files | xargs grep -L -m 1 '^/\* SPDX-License-Identifier: ISC \*/$'
		scripts | xargs grep -L -m 1 '^# SPDX-License-Identifier: ISC$'
	} | awk '{ print $0 ": no SPDX line"; n++ } END { exit n > 0 }'
}

# Calls that end in somebody else's memory, in somebody else's locale or in a
# shell. Where one is right, the line says "allowed: why".
check_forbidden() {
	words='strcpy|stpcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atoll|atof|alloca'
	words="$words|gmtime|localtime|mktime|asctime|ctime|tmpnam|mktemp|tempnam|system|popen"
	words="$words|setlocale|rand|srand|random"
	! find src apps fuzz -name '*.[ch]' -print0 |
	    xargs -0 grep -nE "(^|[^a-zA-Z0-9_>.])($words)[ \t]*\\(" |
	    grep -vE 'allowed: |^[^:]*:[0-9]*:[ \t]*(/\*|\*)'
}

check_scripts() {
	scripts | xargs shellcheck -x
}

check_manual() {
	find man -name '*.[1-8]' | grep -q . || {
		echo "man/ has no page"
		return 1
	}
	find man -name '*.[1-8]' -print0 | xargs -0 mandoc -T lint -W warning
}

# Optimised, since some of gcc's warnings come from its optimiser.
check_gcc() {
	CC=gcc CI=true configure build-lint-gcc -Dtests=enabled && compile build-lint-gcc
}

check_clang() {
	CC=clang CI=true configure build-lint-clang -Dbuildtype=debug -Dtests=enabled &&
	    compile build-lint-clang
}

check_cppcheck() {
	cppcheck -q -j 2 --std=c11 --enable=warning,performance,portability --inline-suppr \
	    --suppress=missingIncludeSystem --suppress=unusedStructMember \
	    --error-exitcode=1 -D_GNU_SOURCE -Iinclude -Isrc src apps
}

# tidy OPTION...: names of files come on standard input, the options are the
# compiler's. One file at a time, in no build folder: what it says of a file
# depends on that file alone.
tidy() {
	xargs -r -P 2 -I '{}' clang-tidy --quiet --warnings-as-errors='*' '{}' -- -std=c11 \
	    -D_GNU_SOURCE -Iinclude -Isrc "$@" 2>&1 | grep -v 'warnings\{0,1\} generated'
}

check_tidy() {
	{
		ours | grep '^src/base/' | tidy
		ours | grep '^src/' | grep -v '^src/base/' | tidy -include tests/analyzer.h
		ours | grep -v '^src/' | tidy
	} >"$RESULTS/tidy.findings"
	cat "$RESULTS/tidy.findings"
	! grep -qE '(warning|error): ' "$RESULTS/tidy.findings"
}

# gcc 12 takes a pointer to the first member of a block for a lost block, and a
# switch over all of an enumeration for one that may fall through; leaks are
# found by the address sanitizer, what is not initialised by clang-tidy.
analyze() {
	xargs -r -P 2 -n 1 gcc -std=c11 -O1 -fanalyzer -Wno-analyzer-malloc-leak \
	    -Wno-analyzer-use-of-uninitialized-value -Werror -D_GNU_SOURCE -Iinclude -Isrc -c -o /dev/null "$@"
}

check_analyzer() {
	ours | grep '^src/base/' | analyze &&
	    ours | grep '^src/' | grep -v '^src/base/' | analyze -include tests/analyzer.h &&
	    ours | grep -v '^src/' | analyze
}

if [ "${1:-}" = --check ]; then
	"check_$2"
	exit
fi
begin_counts build-test/lint
for check in ${1:-$checks}; do
	tests/tap.sh -1 "lint-$check" "$0" --check "$check"
done
say_counts "$RESULTS"/*.count
