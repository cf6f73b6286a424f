#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Real programs read what we send, and real servers carry it: makes
# docs/interop.md. The harness that drives them lies beside the clone
# (../shared/interop); it needs root, for Postfix does.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tree=$(cd "$here/../.." && pwd)
harness=${HARNESS:-$tree/../shared/interop}
pki=${PKI:-$tree/../shared/corpus/peers/pki}
: "${POSTSEAL:?names the program to test}"
[ -d "$harness" ] || { echo "interop: there is no harness in $harness" >&2; exit 1; }

cache=${XDG_CACHE_HOME:-$HOME/.cache}/postseal-interop
export NEWER="$cache/newer" NODE_MODULES=/tmp/smime-node/node_modules
mkdir -p "$cache"
if [ ! -x "$NEWER/bin/openssl35" ] || [ ! -d "$NODE_MODULES" ]; then
	"$harness/install.sh"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 711 "$work"	# Postfix goes through it
status=0
python3 "$here/interop.py" "$harness" "$pki" "$POSTSEAL" "$work/mail" "$work/interop.md" || status=1
python3 "$here/relays.py" "$harness" "$pki" "$POSTSEAL" "$work/relay" "$work/interop.md" || status=1
cp "$work/interop.md" "$tree/docs/interop.md"
exit $status
