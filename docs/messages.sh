#!/bin/sh
# SPDX-License-Identifier: ISC
#
# One message of each class, as `inspect` and `verify` show it, for docs/messages.md; all are
# vectors of the tree. A test compares what this prints with the page.
set -eu
cd "$(dirname "$0")/.."
: "${POSTSEAL:?names the program}"

v=tests/vectors
keys="--identity $v/cms/bob.pem --identity $v/cms/carol.pem"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '\000\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017' >"$work/kek"
judged="--trust $v/cms/root.pem --at 2030-01-03"

head() {
	cat <<'END'
# One message of each class

What `inspect` and `verify` say of messages that lie in the tree; `docs/messages.sh` prints this page, and a
test compares it with what the program says. Read [reading.md](reading.md) for what the words mean.

END
}

# show TITLE WHAT-IT-IS FILE [OPTION...]
show() {
	title=$1 what=$2 file=$3
	shift 3
	printf '## %s\n\n%s\n\n' "$title" "$what"
	printf '    $ postseal inspect %s\n' "$file${*:+ }$*"
	# shellcheck disable=SC2086 # lists
	"$POSTSEAL" inspect $keys "$@" "$file" 2>&1 | sed 's/^/    /; s/ *$//' || true
	printf '\n    $ postseal verify %s\n' "$file${*:+ }$*"
	# shellcheck disable=SC2086
	{ "$POSTSEAL" verify $keys $judged "$@" "$file" 2>&1 || true; } | sed 's/^/    /; s/ *$//'
	echo
}

all() {
	head
	show 'Signed, for everybody to read' 'multipart/signed.' $v/mail/clear-p256.eml
	show 'Signed, opaque' 'One object, RSA.' $v/mail/opaque-rsa.eml
	show 'Signed without signed attributes' \
	    'It could have been made for something else (RFC 5652, 5.4).' $v/mail/clear-noattr.eml
	show 'Two signers' 'Each is judged alone.' $v/mail/clear-two.eml
	show 'With things beside the signature' \
	    'Services asked for, a counter-signature, a time-stamp.' $v/mail/beside.eml
	show 'Damaged on the way' 'A list added a footer.' $v/mail/damaged-footer.eml
	show 'Encrypted' 'EnvelopedData, AES-CBC.' $v/mail/encrypted-cbc.eml
	show 'Encrypted with authentication' 'AuthEnvelopedData, AES-GCM, by ECDH.' \
	    $v/mail/encrypted-p256-gcm.eml
	show 'Encrypted by password' 'And the password is not given.' $v/mail/encrypted-password.eml
	show 'Encrypted for somebody else' 'None of the keys given fits.' \
	    $v/mail/ours-encrypted-x25519.eml
	show 'Sealed' 'Signed, then encrypted.' $v/mail/sealed-gcm.eml
	show 'Sealed, with protected header fields' 'RFC 9788.' $v/mail/sealed-headers.eml
	show 'Compressed inside' 'RFC 3274.' $v/mail/ours-sealed-compressed.eml
	show 'AES-CCM' 'RFC 5084.' $v/cms-forms/ccm-256.der --kek "$work/kek"
	show 'AuthenticatedData' 'A code that everybody with the key can make.' \
	    $v/cms-forms/mac-sha256.der --kek "$work/kek"
	show 'DigestedData' 'A checksum, which proves nothing.' $v/cms-forms/digested.der
	show 'EncryptedData' 'Named, not opened: the key comes from elsewhere.' \
	    $v/cms-forms/encrypted.der
	show 'Certificates and lists alone' 'And what else a bag can hold.' $v/cms-forms/bag.der
	show 'An old cipher' 'RC2 with 40 bits.' $v/cms-forms/old-rc2-40.der
}
all | sed "s|$work/||g"
