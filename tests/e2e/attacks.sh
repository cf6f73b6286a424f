#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The attacks of tests/attacks, each against the program: state, summary, reasons,
# and what `open` writes.
set -u
here=$(cd "$(dirname "$0")" && pwd)
for command in python3 openssl; do
	command -v "$command" >/dev/null || {
		echo "skip attacks: there is no $command here"
		exit 0
	}
done
unset OPENSSL_CONF
PYTHONDONTWRITEBYTECODE=1 exec python3 "$here/../attacks/attacks.py" "$@"
