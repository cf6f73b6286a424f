#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What we promise to export stands in three places: PS_API in the headers, the
# version map, the library as built. They must name the same symbols, or a
# program links on one machine and not on another.
#
# usage: symbols.sh LIBRARY SCRATCH-FOLDER	compare the three
#        symbols.sh --write			write the map from the headers
set -eu

tree=$(cd "$(dirname "$0")/.." && pwd)
map=$tree/src/postseal.map
LC_ALL=C
export LC_ALL

# declared FILE...: the names behind PS_API, comments aside.
declared() {
	cat "$@" | tr '\n' ' ' | sed 's|/\*|\n&|g; s|\*/|&\n|g' | sed '/^\/\*/d' |
	    tr '\n' ' ' | tr ';' '\n' | sed -n 's/^.*PS_API[ \t]//p' |
	    sed 's/[ \t]*[([].*$//; s/^.*[ \t*]//' | sort -u
}

mapped() {
	sed -n 's/^[ \t]*\(ps_[a-z0-9_]*\);.*$/\1/p' "$map" | sort
}

built() {
	nm -D --defined-only "$1" | sed -n 's/^[0-9a-f]* [A-Z] \(ps_[a-z0-9_]*\).*$/\1/p' | sort -u
	nm -D --defined-only "$1" | awk '$2 != "A" && $3 !~ /^ps_/ { print $3 " (not ours to export)" }'
}

write_map() {
	{
		sed '/^PS_1/,$d' "$map"
		echo 'PS_1 {'
		echo 'global:'
		declared "$tree"/include/postseal/*.h | sed 's/.*/	&;/'
		echo 'local:'
		echo '	*;'
		echo '};'
	} >"$map.new"
	mv "$map.new" "$map"
}

# differ NAME-A LIST-A NAME-B LIST-B: says what one has and the other lacks.
differ() {
	comm -23 "$2" "$4" | sed "s/.*/in the $1, not in the $3: &/"
	comm -13 "$2" "$4" | sed "s/.*/in the $3, not in the $1: &/"
	cmp -s "$2" "$4"
}

compare() {
	status=0
	declared "$tree"/include/postseal/*.h >"$2/symbols.headers"
	mapped >"$2/symbols.map"
	built "$1" >"$2/symbols.library"
	differ headers "$2/symbols.headers" map "$2/symbols.map" || status=1
	differ headers "$2/symbols.headers" library "$2/symbols.library" || status=1
	if ! [ -s "$2/symbols.headers" ]; then
		echo "no PS_API in include/postseal: the test reads the wrong folder"
		status=1
	fi
	[ $status = 0 ] || echo "(./run symbols writes the map from the headers)"
	return $status
}

if [ "${1:-}" = --write ]; then
	write_map
else
	compare "$1" "${2:?usage: symbols.sh LIBRARY SCRATCH-FOLDER}"
fi
