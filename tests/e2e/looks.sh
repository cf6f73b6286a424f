#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Addresses that look like known ones: a warning when such a mail is read, a refusal when one
# is written to, and nothing once the user said that he means it.
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
need openssl python3

bob() {
	verb=$1
	shift
	"$POSTSEAL" "$verb" --store "$WORK/s/bob.db" "$@"
}
# wrote FILE ADDRESS: FILE.eml, signed.
wrote() {
	sed "s/^From: .*/From: $2\r/" mail.eml >draft.eml
	"$POSTSEAL" sign --no-store --identity "$1.pem" draft.eml -o "$1.eml"
}
# reads FILE TEST...
reads() {
	file=$1
	shift
	bob verify --json "$file.eml" >verdict.json
	python3 "$judge" json verdict.json "$@"
}
refuses() {
	exits 5 bob encrypt --to "$1" mail.eml -o out.eml 2>said && grep -q "$2" said &&
	    [ ! -e out.eml ]
}

knows() { reads alice summary=signed warnings.#=0 && reads alice warnings.#=0; }
domain() {
	reads other summary=signed warnings.#=1 warnings.0.code=lookalike-domain &&
	    grep -q 'looks like peers.test' verdict.json
}
# Its mails were read, and still it is the second.
again() { domain && reads alice warnings.#=0; }
local_part() {
	reads twin warnings.#=1 warnings.0.code=look-alike &&
	    grep -q 'looks like alice@peers.test' verdict.json
}
unsigned() {
	sed 's/^From: .*/From: Alice <alice@peer5.test>\r/' mail.eml >none.eml
	reads none summary=plain warnings.#=0 || return 1
	sed 's/^From: .*/From: Alice <alice@p\xd0\xb5\xd0\xb5rs.test>\r/' mail.eml >none.eml
	reads none summary=plain warnings.0.code=lookalike-domain
}
sending() {
	refuses alice@rneers.test 'there is no certificate' &&
	    refuses alice@xn--prs-rdda.test 'not what it looks like' &&
	    refuses a1ice@peers.test 'looks like alice@peers.test' &&
	    bob encrypt --to alice@peers.test mail.eml -o out.eml
}
meant() {
	rm -f out.eml
	bob cert add twin.crt && reads twin warnings.#=0 &&
	    bob encrypt --to a1ice@peers.test mail.eml -o out.eml && [ -s out.eml ]
}
own() {
	cp s/bob.db s/own.db && echo secret >secret &&
	    openssl pkcs12 -export -inkey bob.key -in bob.crt -passout pass:secret -out bob.p12 &&
	    "$POSTSEAL" id import --store s/own.db bob.p12 --passphrase-file secret \
		--new-passphrase-file secret &&
	    sed 's/^From: .*/From: Bob <b0b@peers.test>\r/' mail.eml >none.eml &&
	    "$POSTSEAL" verify --json --store s/own.db none.eml >verdict.json
	python3 "$judge" json verdict.json warnings.0.code=look-alike
}
no_store() {
	"$POSTSEAL" verify --no-store --trust root.crt --json other.eml >verdict.json
	python3 "$judge" json verdict.json summary=signed warnings.#=0
}

make_pki alice:P-256 bob:P-256
person other alice@xn--prs-rdda.test P-256
person twin a1ice@peers.test P-256
make_mail
mkdir -m 700 s
wrote alice alice@peers.test
wrote other alice@xn--prs-rdda.test
wrote twin a1ice@peers.test
bob cert add --anchor root.crt
bob cert add issuing.crt
try looks.known knows
try looks.domain domain
try looks.second again
try looks.local local_part
try looks.unsigned unsigned
try looks.sending sending
try looks.meant meant
try looks.own own
try looks.no-store no_store
