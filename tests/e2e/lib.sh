# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2154
#
# What the end-to-end scripts share: cases, a small authority made by the
# openssl command, and the mail that goes back and forth. The caller sets `here`
# to the folder of the scripts; all work is done in $WORK.
#
# The judge of every case is somebody else: openssl, gpgsm, cmsutil, Python's
# email package, cmp.

: "${POSTSEAL:?names the program to test}"
: "${WORK:?names an empty folder}"
cd "$WORK" || exit 1
judge=$here/judge.py

# try NAME COMMAND...: one case. What the command says is shown when it fails.
try() {
	name=$1
	shift
	if ("$@") >case.log 2>&1; then
		echo "ok $name"
		return
	fi
	echo "not ok $name: $(grep -av '^$' case.log | tail -n 1 | cut -c1-160)"
	sed "s~^~    | $name: ~" case.log 2>/dev/null | cut -c1-200
}

# exits STATUS COMMAND...: true when that is its exit status.
exits() {
	want=$1
	shift
	"$@"
	status=$?
	[ $status = "$want" ] || {
		echo "exit status $status, but $want was expected: $*"
		return 1
	}
}

# need COMMAND...: a script without the other program has nothing to say.
need() {
	for command; do
		command -v "$command" >/dev/null || {
			echo "skip $(basename "$0" .sh): there is no $command here"
			exit 0
		}
	done
}

# --- the authority ---

pki_settings() {
	cat >pki.cnf <<'END'
[req]
distinguished_name = name
prompt = no
[name]
CN = ${ENV::NAME}
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[issuing]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[person]
basicConstraints = critical, CA:false
keyUsage = critical, ${ENV::USAGE}
extendedKeyUsage = emailProtection
subjectAltName = email:${ENV::ADDRESS}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
END
	export OPENSSL_CONF="$WORK/pki.cnf" NAME=- ADDRESS=- USAGE=digitalSignature
}

new_key() {
	case $2 in
	P-*)	openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$2" -out "$1" ;;
	[0-9]*)	openssl genpkey -algorithm RSA -pkeyopt "rsa_keygen_bits:$2" -out "$1" ;;
	*)	openssl genpkey -algorithm "$2" -out "$1" ;;
	esac 2>>pki.log
}

# certify FILE COMMON-NAME SECTION SIGNER...: an X25519 key cannot sign the
# request, so the root's does and the certificate gets the other key.
certify() {
	file=$1 NAME=$2 section=$3
	shift 3
	openssl pkey -in "$file.key" -pubout -out "$file.pub" &&
	    openssl req -new -key root.key -out "$file.csr" &&
	    openssl x509 -req -in "$file.csr" -force_pubkey "$file.pub" -days 400 \
		-extfile pki.cnf -extensions "$section" -set_serial "0x$(openssl rand -hex 12)" \
		"$@" -out "$file.crt"
} 2>>pki.log

# person FILE ADDRESS KEY: FILE.crt, FILE.key, and FILE.pem with both and the CA.
person() {
	export ADDRESS="$2"
	case $3 in
	X25519)	USAGE=keyAgreement ;;
	P-*)	USAGE=digitalSignature,keyAgreement ;;
	ED*)	USAGE=digitalSignature ;;
	*)	USAGE=digitalSignature,keyEncipherment ;;
	esac
	new_key "$1.key" "$3"
	certify "$1" "$1" person -CA issuing.crt -CAkey issuing.key
	cat "$1.key" "$1.crt" issuing.crt >"$1.pem"
}

# make_pki [PERSON:KEY...]: root.crt, issuing.crt and these people, whose address
# is the part of their name before the dash, at peers.test. The authority's own
# keys are $AUTHORITY_KEY.
make_pki() {
	pki_settings
	new_key root.key "${AUTHORITY_KEY:-P-256}"
	certify root 'Test Root' root -key root.key
	new_key issuing.key "${AUTHORITY_KEY:-P-256}"
	certify issuing 'Test Issuing CA' issuing -CA root.crt -CAkey root.key
	for one; do
		file=${one%%:*}
		person "$file" "${file%%-*}@peers.test" "${one#*:}"
		[ -s "$file.crt" ] || { cat pki.log; exit 1; }
	done
}

# --- the mail ---

# make_mail: mail.eml with CRLF, its MIME entity (entity) and the body of that.
make_mail() {
	{
		printf 'From: Alice <alice@peers.test>\r\nTo: bob@peers.test\r\n'
		printf 'Subject: round trip\r\nMessage-ID: <1@peers.test>\r\n'
		printf 'Date: %s\r\n' "$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S +0000')"
	} >fields
	printf 'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n' >entity
	{
		printf 'Line one.\r\n\r\nFrom here on, awkward:\r\n trailing space \r\n'
		printf '.\r\n-- \r\n--=_not_a_boundary\r\nlast line\r\n'
	} >body
	cat body >>entity
	cat fields entity >mail.eml
}

# big_mail OCTETS: the same in big.eml, big.entity and big.body.
big_mail() {
	printf 'MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\n' >big.entity
	printf 'Content-Transfer-Encoding: base64\r\n\r\n' >>big.entity
	head -c "$(($1 * 3 / 4))" /dev/zero |
	    openssl enc -aes-128-ctr -K 00010203040506070809 -iv 00 2>/dev/null |
	    openssl base64 | sed 's/$/\r/' >big.body
	cat big.body >>big.entity
	cat fields big.entity >big.eml
}

# old_p12 PERSON: PERSON.p12 as old programs read it, passphrase "test".
old_p12() {
	openssl pkcs12 -export -inkey "$1.key" -in "$1.crt" -certfile issuing.crt -name "$1" \
	    -certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1 -passout pass:test \
	    -out "$1.p12"
}

# same_body FILE [BODY]: the octets below the header section are these.
same_body() {
	python3 "$judge" body "$1" >"$1.body" && cmp "$1.body" "${2:-body}"
}

# ours VERB ...: our program; the people of these scripts have their own root. No field is
# hidden unless $HEADERS says so: hidden ones would stand in the text that is compared.
ours() {
	verb=$1
	shift
	# shellcheck disable=SC2086 # a list
	case $verb in
	sign)	"$POSTSEAL" "$verb" "$@" ;;
	encrypt|seal)	"$POSTSEAL" "$verb" --trust root.crt --cert issuing.crt \
		${HEADERS---headers none} "$@" ;;
	*)	"$POSTSEAL" "$verb" --trust root.crt --cert issuing.crt "$@" ;;
	esac
}

# verdict STATUS "FILE OPTION..." TEST...: what verify --json says of FILE.
verdict() {
	status=$1 message=$2
	shift 2
	# shellcheck disable=SC2086 # a list
	exits "$status" ours verify --json $message >verdict.json &&
	    python3 "$judge" json verdict.json "$@"
}

# opens STATUS "FILE OPTION..." TEST...: opened.eml and its verdict.
opens() {
	status=$1 message=$2
	shift 2
	rm -f opened.eml verdict.json
	# shellcheck disable=SC2086
	exits "$status" ours open --eol crlf --verdict verdict.json -o opened.eml $message &&
	    python3 "$judge" json verdict.json "$@"
}
