#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Messages, certificates and keys that others made: expected against found.
set -u
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../corpus/corpus.sh" --tap
