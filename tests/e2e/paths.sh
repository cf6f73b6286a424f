#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Judges the certificate paths that other projects collected, when the collection
# lies beside the clone (../shared/corpus): expected against found.
set -u
here=$(cd "$(dirname "$0")" && pwd)
corpus=${CORPUS:-$here/../../../shared/corpus}
paths=$here/../corpus/paths
for command in python3 openssl; do
	command -v $command >/dev/null || { echo "skip paths: there is no $command here"; exit 0; }
done
[ -d "$corpus" ] || { echo "skip paths: there is no $corpus"; exit 0; }
PYTHONDONTWRITEBYTECODE=1 exec python3 "$paths/paths.py" "$corpus" \
    "$BUILD/tests/corpus/paths/drive" "$WORK"
