#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The cases of batch.sh again, with the whole program under the thread sanitizer:
# openers and protectors of several threads share a context and what it remembers.
set -u
here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
: "${WORK:?names an empty folder}"
for command in meson ninja openssl python3; do
	command -v "$command" >/dev/null || {
		echo "skip batch-threads: there is no $command here"
		exit 0
	}
done

# Where the sanitizer cannot run, nothing is said about races.
echo 'int main(void) { return 0; }' >"$WORK/probe.c"
if ! "${CC:-cc}" -fsanitize=thread -o "$WORK/probe" "$WORK/probe.c" 2>/dev/null ||
    ! "$WORK/probe" 2>/dev/null; then
	echo "skip batch-threads: the compiler has no thread sanitizer here"
	exit 0
fi
if ! { meson setup "$WORK/build" "$tree" -Dbuildtype=debugoptimized -Db_sanitize=thread \
    -Db_lundef=false -Dtests=disabled &&
    ninja -C "$WORK/build" apps/postseal/postseal; } >"$WORK/log" 2>&1; then
	echo "not ok threads.build: $(grep -m 1 -i error "$WORK/log")"
	exit 1
fi
mkdir "$WORK/cases"
# The loader's own lock, under which iconv_close unloads, is not one that is seen.
echo 'race:_dl_close_worker' >"$WORK/known"
export POSTSEAL="$WORK/build/apps/postseal/postseal"
export TSAN_OPTIONS="halt_on_error=1 exitcode=66 suppressions=$WORK/known ${TSAN_OPTIONS:-}"
export WORK="$WORK/cases"
"$here/batch.sh" | sed 's/ok /ok threads./'
