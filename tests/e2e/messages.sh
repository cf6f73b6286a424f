#!/bin/sh
# SPDX-License-Identifier: ISC
#
# docs/messages.md is what the program says today.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$WORK" || exit 1
if "$top/docs/messages.sh" >messages.md && diff "$top/docs/messages.md" messages.md >differs; then
	echo "ok docs/messages.md"
else
	echo "not ok docs/messages.md: $(head -n 2 differs | tail -n 1 | cut -c 1-150)"
	head -n 20 differs
fi
