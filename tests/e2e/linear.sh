#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Nothing in a message costs more than linear time (tests/property/linear.py).
# Instructions are counted by valgrind, which cannot run what is sanitized.
set -u
here=$(cd "$(dirname "$0")" && pwd)
for command in python3 openssl valgrind; do
	command -v "$command" >/dev/null || {
		echo "skip linear: there is no $command here"
		exit 0
	}
done
[ -z "${SANITIZED:-}" ] || { echo "skip linear: this build is sanitized"; exit 0; }
unset OPENSSL_CONF
PYTHONDONTWRITEBYTECODE=1 exec python3 "$here/../property/linear.py" "$@"
