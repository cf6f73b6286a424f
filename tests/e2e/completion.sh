#!/bin/sh
# SPDX-License-Identifier: ISC
#
# What shells are given to complete command lines with: bash runs it, zsh and
# fish too where they are.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need bash
mkdir place
cd place || exit 1	# where nothing else is

for shell in bash zsh fish; do
	"$POSTSEAL" completion $shell >completion.$shell || echo "not ok completion $shell"
done
mkdir folder
: >'a mail.eml'
: >draft.eml

# offers WORD... -- GIVEN...: after GIVEN (the last is not finished) bash offers
# just these; the order does not matter.
cat >complete.bash <<'END'
. ./completion.bash
want=()
while [ "$1" != -- ]; do want+=("$1"); shift; done
shift
COMP_WORDS=(postseal "$@")
COMP_CWORD=$#
_postseal
diff <(printf '%s\n' "${want[@]}" | sort) <(printf '%s\n' "${COMPREPLY[@]}" | sort)
END
offers() {
	bash complete.bash "$@"
}

# Each option that the help of a verb lists is offered, and no other.
same_options() {
	# shellcheck disable=SC2046 # a list of options
	offers $("$POSTSEAL" help "$1" | sed -n 's/^  *\(-., \)\{0,1\}\(--[a-z0-9-]*\).*/\2/p') -- \
	    "$1" --
}

verbs=$("$POSTSEAL" help | sed -n '/^Verbs/,/^$/s/^  \([a-z]*\) .*/\1/p')
# shellcheck disable=SC2086 # a list of verbs
try 'verbs' offers $verbs -- ''
try 'a verb is finished' offers inspect -- ins
# shellcheck disable=SC2086
try 'help is about verbs' offers $verbs -- help ''
for verb in $verbs; do
	try "options of $verb" same_options "$verb"
done
try 'an option is finished' offers --passphrase-file --passphrase-fd -- open --passp
try 'words of an option' offers off soft hard -- verify --revocation ''
try 'words behind =' offers pss pkcs1 -- sign --padding = p
try 'words behind = alone' offers signed sealed -- open --require =
try 'files, blanks in their names' offers 'a mail.eml' -- open a
try 'files of an option' offers draft.eml -- seal --identity dr
try 'folders alone' offers folder -- open --out-dir ''
try 'nothing can be said of an address' offers '' -- verify --from ''
try 'words behind cert' offers export -- cert exp

if command -v zsh >/dev/null; then
	try 'zsh reads it' zsh -n completion.zsh
else
	echo 'skip completion in zsh: it is not there'
fi
if command -v fish >/dev/null; then
	fish_offers() {
		# shellcheck disable=SC2016 # fish expands it
		# shellcheck disable=SC2016 # it is the other shell that expands it
		HOME=$WORK fish --no-config -c 'source completion.fish; complete -C $argv[1]' \
		    "$1" | cut -f1 | grep -Fxq -e "$2"
	}
	try 'fish reads it' fish --no-execute completion.fish
	try 'fish offers verbs' fish_offers 'postseal ' inspect
	try 'fish offers options' fish_offers 'postseal open --req' --require
	try 'fish offers words' fish_offers 'postseal open --require ' sealed
else
	echo 'skip completion in fish: it is not there'
fi
