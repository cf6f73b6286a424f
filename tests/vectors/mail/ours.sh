#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Makes the mails ours-*.eml of this folder with the program POSTSEAL. They
# change with every run and are kept as they once were, so that what an older
# version wrote stays readable.
#
# usage: POSTSEAL=build/bin/postseal tests/vectors/mail/ours.sh
set -eu
postseal=$(realpath "${POSTSEAL:?usage: POSTSEAL=PROGRAM $0}")
cd "$(dirname "$0")"
who=../cms

# draft FROM TO: the mail that is protected.
draft() {
	printf '%s@example.org\r\n' "From: $1" "To: $2"
	printf '%s\r\n' 'Subject: Friday' 'Date: Thu, 03 Jan 2030 10:00:00 +0000' \
	    'Message-ID: <1@example.org>' 'MIME-Version: 1.0'
	cat payload.txt
}
# make NAME FROM TO VERB OPTION...
make() {
	name=$1 from=$2 to=$3 verb=$4
	shift 4
	[ "$verb" = sign ] || set -- --trust $who/root.pem "$@"
	draft "$from" "$to" | "$postseal" "$verb" --at 2030-01-03T10:00:00Z --headers off \
	    -o "ours-$name.eml" "$@"
}
signed() {
	make "$1" "$2" bob sign --identity "$who/$2.pem" ${3+"$3"} ${4+"$4"}
}
signed clear-p256 carol
signed clear-ed25519 erin
signed opaque-pss alice --opaque --padding=pss
make encrypted-x25519 erin xenia encrypt --no-self --cert $who/xenia.pem
make sealed-rsa carol bob seal --identity $who/carol.pem --cert $who/bob.pem --no-self
make sealed-p256 dave carol seal --identity $who/dave.pem --cert $who/carol.pem --no-self
make sealed-cbc carol carol seal --identity $who/carol.pem --cert $who/carol.pem \
    --cipher aes-128-cbc
make sealed-compressed carol bob seal --identity $who/carol.pem --cert $who/bob.pem \
    --no-self --compress
