#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Runs a script whose cases are lines "ok NAME", "not ok NAME: why" and
# "skip NAME: why", shows what is not ok and writes the numbers down. A script
# that fails or says nothing counts as a failed case, whatever it printed.
#
# usage: tap.sh [-1] SUITE COMMAND...
#	-1	the whole command is one case, judged by its exit status
#	$RESULTS/SUITE.count gets "passed failed skipped", SUITE.log the output
set -u

single=
if [ "$1" = -1 ]; then
	single=1
	shift
fi
suite=$1
shift
log=$RESULTS/$suite.log

"$@" >"$log" 2>&1
status=$?

if [ -n "$single" ]; then
	lines=$([ $status = 0 ] && echo "ok $suite" || echo "not ok $suite: exit status $status")
else
	lines=$(grep -aE '^(ok|not ok|skip) ' "$log")
	if [ $status != 0 ] && ! echo "$lines" | grep -q '^not ok'; then
		lines="$lines
not ok $suite: exit status $status"
	elif [ -z "$lines" ]; then
		lines="not ok $suite: it ran no case"
	fi
fi

count() {
	echo "$lines" | grep -c "^$1 "
}
passed=$(count ok) failed=$(count 'not ok') skipped=$(count skip)
echo "$passed $failed $skipped" >"$RESULTS/$suite.count"

if [ "$skipped" -gt 0 ]; then
	printf '%-28s %4d passed %3d failed %3d skipped\n' "$suite" "$passed" "$failed" "$skipped"
else
	printf '%-28s %4d passed %3d failed\n' "$suite" "$passed" "$failed"
fi
echo "$lines" | grep -E '^(not ok|skip) ' | sed 's/^/  /'
if [ "$failed" -gt 0 ]; then
	tail -n 20 "$log" | sed 's/^/    | /'
	echo "    the whole log: $log"
fi
exit $((failed > 0))
