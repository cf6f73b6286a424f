# SPDX-License-Identifier: ISC
#
# Reads arrows.txt first, then C files by their paths in the tree; prints the
# includes that are not allowed and exits with 1 when there was one.

function fault(why) {
	print FILENAME ":" FNR ": " why
	faults++
}

# The layers that `layer` reaches, itself included: reach[layer, other].
function climb(layer, from,	i, n, below) {
	if ((layer, from) in reach)
		return
	reach[layer, from] = 1
	n = split(under[from], below, " ")
	for (i = 1; i <= n; i++)
		climb(layer, below[i])
}

function arrow(layer, other, name) {
	if (!(other in under))
		fault("\"" name "\" belongs to no layer of arrows.txt")
	else if (!((layer, other) in reach))
		fault("layer " layer " may not include " name)
}

# A public header belongs to the layer of its name unless arrows.txt has a line
# for it; postseal.h is above all of them.
function public_name(path) {
	sub(/^.*postseal(-tools)?\//, "", path)
	if (path in home)
		return home[path]
	sub(/\.h$/, "", path)
	return path
}

function outside(layer, name,	p) {
	for (p in owners)
		if (index(name, p) == 1 && index(" " owners[p] " ", " " layer " ") == 0)
			fault("layer " layer " may not include <" name ">")
}

function from_layer(layer, quoted, name,	slash) {
	slash = index(name, "/")
	if (quoted && slash == 0)
		fault("write \"layer/" name "\"")
	else if (quoted)
		arrow(layer, substr(name, 1, slash - 1), name)
	else if (name ~ /^postseal(-tools)?\//)
		arrow(layer, public_name(name), name)
	else
		outside(layer, name)
}

function from_program(quoted, name,	top) {
	top = name
	sub(/\/.*/, "", top)
	if (quoted && name ~ /\// && index(tools " ", " " top " ") == 0)
		fault("a program includes <postseal/...> and its own files alone")
	else if (!quoted)
		outside("program", name)
}

function from_public(layer, quoted, name) {
	if (quoted)
		fault("a public header includes public headers alone")
	else if (layer != "postseal" || name !~ /^postseal\//)
		from_layer(layer, quoted, name)
}

FILENAME == ARGV[1] && /^<.*>:/ {
	name = $1
	gsub(/[<>:]/, "", name)
	$1 = ""
	owners[name] = $0
	next
}
FILENAME == ARGV[1] && /^postseal(-tools)?\/.*:/ {
	name = $1
	gsub(/postseal(-tools)?\/|:/, "", name)
	home[name] = $2
	next
}
FILENAME == ARGV[1] && /^\(programs\):/ {
	$1 = ""
	tools = $0
	next
}
FILENAME == ARGV[1] && /^[a-z0-9_]+:/ {
	name = $1
	sub(/:/, "", name)
	$1 = ""
	under[name] = $0
	next
}
FILENAME == ARGV[1] { next }

FNR == 1 {
	for (name in under)
		climb(name, name)
	split(FILENAME, path, "/")
	layer = path[1] == "include" ? public_name(FILENAME) : path[2]
	if (path[1] == "src" && !(layer in under))
		fault("layer " layer " is not in arrows.txt")
}

/^[ \t]*#[ \t]*include[ \t]*["<]/ {
	quoted = ($0 ~ /include[ \t]*"/)
	name = $0
	sub(/^[^"<]*["<]/, "", name)
	sub(/[">].*$/, "", name)
	if (path[1] == "src" && layer in under)
		from_layer(layer, quoted, name)
	else if (path[1] == "include")
		from_public(layer, quoted, name)
	else if (path[1] != "src")
		from_program(quoted, name)
}

END { exit faults > 0 }
