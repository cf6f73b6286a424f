#!/bin/sh
# SPDX-License-Identifier: ISC
#
# open(seal(mail)) is the mail: its own awkward mails, and those of the collection
# when that lies beside the clone (../shared/corpus).
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3

make_pki alice-p256:P-256 alice-ed25519:ED25519 bob-rsa:2048 bob-x25519:X25519
export SANITIZED="${SANITIZED:-}"
exec python3 "$here/roundtrip.py" "${CORPUS:-$here/../../../shared/corpus}"
