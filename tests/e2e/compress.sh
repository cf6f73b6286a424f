#!/bin/sh
# SPDX-License-Identifier: ISC
#
# --compress, and compressed mails: round trips, what the openssl command and
# Python's zlib find in ours, and what is refused: damage, cuts and bombs.
# shellcheck disable=SC2086 # options are lists
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
HEADERS=	# compressed content has no fields that could be protected
need openssl python3

make_pki alice-p256:P-256 bob-rsa:2048
make_mail
as_alice='--identity alice-p256.pem'
as_bob='--identity bob-rsa.pem'

zlib_tool() {
	python3 "$here/compress.py" "$@"
}

# a_mail ENTITY...: a mail that is this entity, on stdout.
a_mail() {
	cat fields "$@"
}

# unpacks FILE [MAIL]: Python finds the entity of the mail in it.
unpacks() {
	zlib_tool unpack "$1" ${3:+"$3"} >unpacked && same_body unpacked "${2:-body}"
}

# --- what we write ---

# protect VERB OPTION...: sent.eml from mail.eml.
protect() {
	case $1 in
	sign)	ours "$@" $as_alice --compress mail.eml -o sent.eml ;;
	encrypt) ours "$@" --to bob-rsa.crt --compress mail.eml -o sent.eml ;;
	seal)	ours "$@" $as_alice --to bob-rsa.crt --compress mail.eml -o sent.eml ;;
	esac
}

they_verify() {
	openssl cms -verify -in "$1" -CAfile root.crt -out verified
}

they_decrypt() {
	openssl cms -decrypt -in "$1" -recip bob-rsa.crt -inkey bob-rsa.key -out decrypted
}

round_trip() {
	protect "$1" $3 && opens 0 "sent.eml $as_bob" "summary=$2" error=null &&
	    same_body opened.eml
}

signed_inside() {
	protect sign "$@" && they_verify sent.eml && unpacks verified
}

encrypted_inside() {
	protect encrypt "$@" && they_decrypt sent.eml && unpacks decrypted
}

sealed_inside() {
	protect seal "$@" && they_decrypt sent.eml && they_verify decrypted && unpacks verified
}

# The layers as the verdict names them: the signature counts, it is outside.
places() {
	protect seal && verdict 0 "sent.eml $as_bob" summary=sealed \
	    layers.0.children.0.type=multipart-signed \
	    layers.0.children.0.children.0.type=compressed-data \
	    layers.0.children.0.children.0.in_envelope=true \
	    layers.0.children.0.children.0.filename=smime.p7z \
	    layers.0.children.0.children.0.children.0.media=text/plain \
	    signatures.0.in_envelope=true
}

# Text that cannot travel as 7bit is begun anew, as without compression.
eight_bit() {
	sed 's/us-ascii/utf-8/; s/Line one/L\xc3\xafne \xc3\xb6ne/' mail.eml >eight.eml
	ours seal eight.eml $as_alice --to bob-rsa.crt --compress -o sent.eml &&
	    opens 0 "sent.eml $as_bob" summary=sealed &&
	    grep -aq 'Content-Transfer-Encoding: quoted-printable' opened.eml &&
	    python3 -c 'import email, sys
a, b = (email.message_from_binary_file(open(f, "rb")).get_payload(decode=True)
    for f in sys.argv[1:])
sys.exit(a.replace(b"\r\n", b"\n") != b.replace(b"\r\n", b"\n"))' eight.eml opened.eml
}

# Larger than what is planned in memory: streamed, or measured for --der.
large() {
	cp mail.eml kept.eml
	cp big.eml mail.eml
	"$@"
	status=$?
	cp kept.eml mail.eml
	return $status
}

large_round_trip() {
	protect "$@" && opens 0 "sent.eml $as_bob" error=null && same_body opened.eml big.body
}

large_definite() {
	protect sign --der && they_verify sent.eml && unpacks verified big.body der &&
	    protect seal --der && they_decrypt sent.eml && they_verify decrypted &&
	    unpacks verified big.body der
}

written() {
	for how in '' --opaque --der; do
		try "sign $how" round_trip sign signed "$how"
		try "seal $how" round_trip seal sealed "$how"
	done
	try 'encrypt' round_trip encrypt encrypted ''
	try 'they verify and unpack' signed_inside
	try 'they verify and unpack: opaque' signed_inside --opaque
	try 'they decrypt and unpack' encrypted_inside
	try 'they decrypt, verify and unpack' sealed_inside
	try 'the layers' places
	try 'what is not 7bit' eight_bit
	big_mail 6000000
	try 'large: sign' large large_round_trip sign
	try 'large: seal' large large_round_trip seal
	try 'large: seal --opaque --der' large large_round_trip seal --opaque --der
	try 'large: --der has definite lengths' large large_definite
}

# --- what others write ---

# refuses MAIL CODE [OPTION...]: nothing comes out, not even on standard output.
refuses() {
	rm -f opened.eml
	exits 3 ours open $3 -o opened.eml "$1" && [ ! -e opened.eml ] &&
	    exits 3 ours open $3 "$1" >stdout && [ ! -s stdout ] &&
	    verdict 3 "$1 $3" summary=broken "error.code=$2"
}

plain_compressed() {
	zlib_tool pack entity >packed && a_mail packed >sent.eml &&
	    opens 0 sent.eml summary=plain layers.0.type=compressed-data error=null &&
	    same_body opened.eml
}

damaged() {
	zlib_tool pack entity "$1" >packed && a_mail packed >sent.eml &&
	    refuses sent.eml "$2" ''
}

damaged_inside() {
	zlib_tool pack entity cut >packed && a_mail packed >cut.eml &&
	    ours encrypt cut.eml --to bob-rsa.crt -o sent.eml && refuses sent.eml malformed "$as_bob"
}

# Compressed data are no layer: a signature inside says nothing about the mail,
# and what comes out is the signed mail, whose own signature is judged then.
signed_before() {
	ours sign mail.eml $as_alice -o signed.eml &&
	    sed -n '/^MIME-Version/,$p' signed.eml >signed.entity &&
	    zlib_tool pack signed.entity >packed && a_mail packed >sent.eml &&
	    opens 0 sent.eml summary=plain signatures.0.in_envelope=false \
		signatures.0.state=valid warnings.0.code=errant-layer &&
	    mv opened.eml again.eml && opens 0 again.eml summary=signed && same_body opened.eml
}

# An encrypted mail inside is named and not decrypted.
encrypted_before() {
	ours encrypt mail.eml --to bob-rsa.crt -o encrypted.eml &&
	    sed -n '/^MIME-Version/,$p' encrypted.eml >encrypted.entity &&
	    zlib_tool pack encrypted.entity >packed && a_mail packed >sent.eml &&
	    opens 0 "sent.eml $as_bob" summary=plain encryption.0.in_envelope=false \
		warnings.0.code=errant-layer &&
	    mv opened.eml again.eml && opens 0 "again.eml $as_bob" summary=encrypted &&
	    same_body opened.eml
}

# Inside of each other: one is taken off, the rest are looked at and bounded.
within_each_other() {
	cp entity inner
	for _ in 1 2 3 4; do
		zlib_tool pack inner >packed && cp packed inner
	done
	a_mail packed >sent.eml && opens 0 sent.eml summary=plain \
	    layers.0.children.0.type=compressed-data
}

# peak_of MAIL OPTION...: KiB that opening it takes at most.
peak_of() {
	mail=$1
	shift
	zlib_tool peak "$POSTSEAL" verify "$@" "$mail" 2>/dev/null | tail -n 1
}

# A MiB or two more than a small mail takes, whatever comes.
takes_no_memory() {
	[ -z "${SANITIZED:-}" ] || return 0
	small=$(peak_of small.eml)
	found=$(peak_of "$@")
	[ "$found" -le $((small + 2048)) ] || {
		echo "$found KiB, but a small mail takes $small KiB"
		return 1
	}
}

bomb() {
	zlib_tool bomb 200 >packed && a_mail packed >sent.eml &&
	    refuses sent.eml limit '' && takes_no_memory sent.eml
}

sealed_bomb() {
	zlib_tool bomb 200 >packed && a_mail packed >bomb.eml &&
	    ours seal bomb.eml $as_alice --to bob-rsa.crt -o sent.eml &&
	    refuses sent.eml limit "$as_bob" && takes_no_memory sent.eml $as_bob
}

# One below another: the outer is small, the inner is a bomb, which is looked at
# in vain and comes out as it came.
nested_bomb() {
	zlib_tool bomb 200 >inner && zlib_tool pack inner >packed && a_mail packed >sent.eml &&
	    opens 0 sent.eml summary=plain && python3 "$judge" body inner >inner.body &&
	    same_body opened.eml inner.body && takes_no_memory sent.eml
}

# What grows little grows to any size in the same memory.
large_takes_no_memory() {
	big_mail 40000000
	zlib_tool pack big.entity >packed && a_mail packed >sent.eml &&
	    opens 0 sent.eml summary=plain && same_body opened.eml big.body &&
	    takes_no_memory sent.eml
}

read_by_us() {
	zlib_tool pack entity >packed
	a_mail packed >small.eml
	try 'compressed alone' plain_compressed
	try 'a stream without its end' damaged cut malformed
	try 'a wrong Adler-32' damaged adler malformed
	try 'an octet behind the stream' damaged more malformed
	try 'gzip for zlib' damaged gzip malformed
	try 'version 1' damaged version unsupported
	try 'a stream without its end, encrypted' damaged_inside
	try 'signed, then compressed' signed_before
	try 'encrypted, then compressed' encrypted_before
	try 'compressed four times' within_each_other
	try 'a bomb' bomb
	try 'a bomb, sealed' sealed_bomb
	try 'a bomb within' nested_bomb
	[ -n "${SANITIZED:-}" ] || try 'large, in little memory' large_takes_no_memory
}

written
read_by_us
