#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Installs into a folder of its own, then builds a program as a stranger would:
# by pkg-config alone, with the shared library and with the static one. The
# example programs are built the same way.
#
# usage: install.sh BUILD-FOLDER SCRATCH-FOLDER
set -eu

tree=$(cd "$(dirname "$0")/.." && pwd)
stage=$(cd "${2:?usage: install.sh BUILD-FOLDER SCRATCH-FOLDER}" && pwd)/stage

rm -rf "$stage"
DESTDIR=$stage meson install -C "$1" --no-rebuild --quiet
pc=$(find "$stage" -name postseal.pc)
lib=$(dirname "$(dirname "$pc")")
prefix=${lib%/lib*}
export PKG_CONFIG_PATH="$lib/pkgconfig"

# by FLAG: how the linker finds the installed library.
by() {
	pkg-config "$@" --define-variable=prefix="$prefix" --cflags --libs postseal
}

cat >"$stage/version.c" <<'END'
#include <postseal/base.h>

int
main(void)
{
	return ps_version() == PS_VERSION_NUMBER ? 0 : 1;
}
END
for source in "$stage/version.c" "$tree"/examples/*.c; do
	[ -f "$source" ] || continue
	program=$stage/$(basename "$source" .c)
	# shellcheck disable=SC2046 # a list of options
	cc -std=c11 -Wall -Werror "$source" -o "$program-shared" $(by)
	# shellcheck disable=SC2046
	cc -std=c11 -Wall -Werror "$source" -o "$program-static" -Wl,-Bstatic \
	    $(by --static | sed 's/-lpostseal/& -Wl,-Bdynamic/')
done
LD_LIBRARY_PATH=$lib "$stage/version-shared"
"$stage/version-static"
rm -rf "$stage"
