#!/bin/sh
# SPDX-License-Identifier: ISC
#
# OpenSSL 3.5 out of Debian's own source package, for systems that have 3.0:
# fetched, unpacked and built into a cache folder, never installed. Whichever
# 3.5.x the suite holds is taken; the signature of the suite is checked by apt.
# The last line is the folder, with bin/, include/ and lib/.
#
# usage: openssl35.sh [--where]		(by ./run openssl35)
#	--where		only says the folder; fails when it was not built yet
#	OPENSSL35_DIR	the folder; default $XDG_CACHE_HOME/postseal/openssl35
set -eu
cache=${XDG_CACHE_HOME:-$HOME/.cache}/postseal
prefix=${OPENSSL35_DIR:-$cache/openssl35}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# A folder that a broken run left has no stamp.
if [ -f "$prefix/.built" ]; then
	echo "$prefix"
	exit 0
fi
[ "${1:-}" != --where ] || exit 1

work=$(mktemp -d "${TMPDIR:-/tmp}/openssl35.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

# Apt with these suites alone, and with nothing of the system's own lists.
apt() {
	tool=$1
	shift
	"$tool" -q -o "Dir::Etc::sourcelist=$work/suite.sources" -o Dir::Etc::sourceparts=/dev/null \
	    -o "Dir::State::Lists=$work/lists" -o Dir::Cache::pkgcache= \
	    -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root "$@"
}

suite() {
	cat <<-END
	Types: deb-src
	URIs: $1
	Suites: $2
	Components: main
	Signed-By: $keyring

	END
}

# A mirror's list may name what its pool has not got yet, or no longer.
source_of() {
	mirror=${DEBIAN_MIRROR:-http://deb.debian.org}
	mkdir -p "$work/lists/partial"
	{
		suite "$mirror/debian" trixie
		suite "$mirror/debian-security" trixie-security
	} >"$work/suite.sources"
	apt apt-get update
	for version in $(apt apt-cache showsrc openssl | sed -n 's/^Version: \(3\.5\.\)/\1/p' |
	    sort -Vru); do
		(cd "$work" && apt apt-get source "openssl=$version") && return 0
	done
	return 1
}

# The tests, the manual and the dynamic engines are not needed; what Debian's
# 3.0 can read (RC2, DES, CAST5) stays, as a module.
build() {
	cd "$work"/openssl-3.5.*/
	./Configure --prefix="$prefix" --openssldir=/usr/lib/ssl --libdir=lib \
	    shared no-tests no-docs enable-legacy no-ssl3 no-zlib -Wl,-rpath,"$prefix/lib"
	make -s -j"$(nproc)"
	make -s install_sw
}

echo "openssl35: fetching and building, about two minutes on two cores" >&2
rm -rf "$prefix"
{ source_of && build; } >"$work/log" 2>&1 || {
	tail -n 20 "$work/log" >&2
	echo "openssl35: it could not be built" >&2
	exit 1
}
"$prefix/bin/openssl" version >"$prefix/.built"
echo "$prefix"
