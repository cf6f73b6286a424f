#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Reads the messages that other programs and RFCs made, when the collection lies
# beside the clone (../shared/corpus): expected against found, message by message.
set -u
here=$(cd "$(dirname "$0")" && pwd)
corpus=${CORPUS:-$here/../../../shared/corpus}
command -v python3 >/dev/null || { echo "skip corpus: there is no python3 here"; exit 0; }
[ -d "$corpus" ] || { echo "skip corpus: there is no $corpus"; exit 0; }
exec python3 "$here/corpus.py" "$corpus"
