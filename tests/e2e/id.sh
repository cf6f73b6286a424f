#!/bin/sh
# SPDX-License-Identifier: ISC
#
# One's own keys in the store: made, asked certificates for, imported, exported,
# renewed, retired, under another passphrase. The openssl command is the
# authority, and judges all that leaves the store.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3

make_pki alice-rsa:2048 bob-p256:P-256
make_mail
echo secret >pass
echo other >pass2
echo wrong >wrong
: >empty

id() {
	verb=$1
	shift
	"$POSTSEAL" id "$verb" --store "$store" "$@"
}

# shows EXPRESSION [WHAT...]: Python about `rows`, what `id list --json` says.
shows() {
	expression=$1
	shift
	id list --json --all "$@" >list.json || return
	python3 - "$expression" <<'END'
import json, sys
rows = [json.loads(line) for line in open("list.json")]
if not eval(sys.argv[1]):
    sys.exit("not so: %s\n%s" % (sys.argv[1], rows))
END
}

# --- made, and asked for ---

creates() {
	kind=$1 sign=$2 decrypt=$3
	id create carol@peers.test --name 'Carol Gray' "--$kind" --passphrase-file pass \
	    -o request.pem &&
	    shows "[r['key'] for r in rows] == ['$sign', '$decrypt']" &&
	    shows "[r['purpose'] for r in rows] == [['sign'], ['decrypt']]" &&
	    shows "all(r['state'] == 'requested' and r['sha256'] is None for r in rows)"
}

# split FILE: its PEM blocks as 1.pem, 2.pem...
split() {
	awk '/-----BEGIN/ { n++ } { print >(n ".pem") }' "$1"
}

# An authority that believes the request: subject and extensions are taken.
requests_hold() {
	split request.pem && for one in 1 2; do
		openssl req -in $one.pem -noout -verify -text >request.txt 2>&1 &&
		    grep -q 'verify OK' request.txt &&
		    grep -q 'email:carol@peers.test' request.txt &&
		    grep -q 'Subject: CN = Carol Gray' request.txt &&
		    openssl x509 -req -in $one.pem -CA issuing.crt -CAkey issuing.key \
			-days 100 -copy_extensions copyall -out $one.crt || return
	done
	openssl x509 -in 1.crt -noout -ext keyUsage | grep -q 'Digital Signature$' &&
	    openssl x509 -in 2.crt -noout -ext keyUsage | grep -q "$1\$"
}

installs() {
	cat 1.crt 2.crt issuing.crt >answer.pem
	id install answer.pem && shows "len(rows) == 2" &&
	    shows "all(r['state'] == 'current' for r in rows)" &&
	    shows "all(r['subject'] == 'CN=Carol Gray' for r in rows)" &&
	    id install answer.pem && shows "len(rows) == 2"
}

# What leaves the store, openssl reads, and it fits what the authority signed.
exports() {
	id export carol@peers.test --passphrase-file pass -o carol.p12 &&
	    openssl pkcs12 -in carol.p12 -passin pass:secret -nodes -out carol.pem &&
	    [ "$(grep -c 'BEGIN PRIVATE KEY' carol.pem)" = 2 ] &&
	    [ "$(grep -c 'BEGIN CERTIFICATE' carol.pem)" = 3 ] &&
	    openssl pkcs12 -in carol.p12 -passin pass:secret -nodes -noout -info 2>&1 |
		grep -q 'MAC: sha256'
}

# And our own verbs work with it.
works() {
	sed 's/^From: .*\r/From: carol@peers.test\r/' mail.eml >carol.eml
	ours seal carol.eml --identity carol.p12 --passphrase-file pass --to 2.crt -o sealed.eml &&
	    opens 0 'sealed.eml --identity carol.p12 --passphrase-file pass' summary=sealed
}

for kind in rsa p256; do
	if [ $kind = rsa ]; then
		usage='Key Encipherment' key='RSA, 3072 bits'
	else
		usage='Key Agreement' key='EC P-256'
	fi
	store=$kind.db
	try "$kind: create" creates $kind "$key" "$key"
	try "$kind: the requests hold" requests_hold "$usage"
	try "$kind: install" installs
	try "$kind: export" exports
	try "$kind: seal and open" works
done

x25519() {
	creates x25519 'EC P-256' X25519 && split request.pem &&
	    openssl req -in 1.pem -noout -verify && openssl pkey -pubin -in 2.pem -noout &&
	    openssl x509 -req -in 1.pem -CA issuing.crt -CAkey issuing.key -days 100 \
		-copy_extensions copyall -out 1.crt &&
	    ADDRESS=carol@peers.test USAGE=keyAgreement openssl x509 -req -in 1.pem \
		-force_pubkey 2.pem -CA issuing.crt -CAkey issuing.key -days 100 \
		-extfile pki.cnf -extensions person -out 2.crt &&
	    cat 1.crt 2.crt >answer.pem && id install answer.pem &&
	    shows "all(r['state'] == 'current' for r in rows)" && exports_two && works
}
exports_two() {
	id export carol@peers.test --passphrase-file pass -o carol.p12 &&
	    openssl pkcs12 -in carol.p12 -passin pass:secret -nodes -out carol.pem &&
	    [ "$(grep -c 'BEGIN PRIVATE KEY' carol.pem)" = 2 ]
}
store=x25519.db
try 'x25519: request, public key, install, seal, open' x25519

self_signed() {
	store=self.db
	id create dora@peers.test --self-signed --p256 --days 10 --passphrase-file pass &&
	    shows "all(r['state'] == 'current' and r['issuer'] == r['subject'] for r in rows)" &&
	    id export dora@peers.test --pem --passphrase-file pass -o dora.pem &&
	    openssl x509 -in dora.pem -out dora.crt && openssl verify -CAfile dora.crt dora.crt &&
	    "$POSTSEAL" sign mail.eml --identity dora.pem --passphrase-file pass -o signed.eml &&
	    openssl cms -verify -in signed.eml -CAfile dora.crt -out /dev/null
}
try 'self-signed' self_signed

fails() {
	store=none.db
	status=$1 words=$2
	shift 2
	exits "$status" id "$@" 2>fails.log
	good=$?
	cat fails.log
	[ $good = 0 ] && grep -q -e "$words" fails.log
}
try 'no address' fails 3 'no address' create carol --passphrase-file pass
try 'nothing is made for it' test ! -e none.db
try 'an empty passphrase' fails 3 'terminal\|passphrase' create e@peers.test \
    --passphrase-file empty
try 'two kinds' fails 2 'exclude' create carol@peers.test --rsa --p256
try 'X25519 cannot sign for itself' fails 2 'cannot sign its own' create c@peers.test \
    --x25519 --self-signed
try 'no word' fails 2 'say what' ''
try 'no store' fails 5 'no' list

# --- import ---

# imports KEYS COMMAND-FILE [OPTION...]
imports() {
	want=$1 file=$2
	shift 2
	store=import-$file.db
	rm -f "$store"
	id import "$file" "$@" && shows "len(rows) == $want" &&
	    shows "all(r['state'] == 'current' for r in rows)" && {
		id import "$file" "$@"
		shows "len(rows) == $want"
	}
}

forms() {
	p12='openssl pkcs12 -export -inkey alice-rsa.key -in alice-rsa.crt -certfile issuing.crt'
	$p12 -passout pass:secret -out new.p12 &&
	    $p12 -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1 \
		-passout pass:secret -out old.p12 &&
	    $p12 -macalg md5 -passout pass:secret -out md5.p12 &&
	    $p12 -passout pass: -out empty.p12 &&
	    $p12 -keypbe NONE -certpbe NONE -nomac -passout pass: -out bare.p12 &&
	    cat alice-rsa.crt alice-rsa.key >plain.pem &&
	    { cat alice-rsa.crt && openssl rsa -in alice-rsa.key -aes128 -traditional \
		-passout pass:secret; } >dek.pem &&
	    { cat bob-p256.crt && openssl pkcs8 -topk8 -in bob-p256.key -scrypt \
		-passout pass:secret; } >scrypt.pem &&
	    cat plain.pem bob-p256.pem >two.pem
}
forms 2>forms.log || cat forms.log
for file in new.p12 old.p12 md5.p12 dek.pem scrypt.pem; do
	try "import $file" imports 1 $file --passphrase-file pass
done
for file in empty.p12 bare.p12 plain.pem; do
	try "import $file" imports 1 $file --new-passphrase-file pass
done
try 'import several keys' imports 2 two.pem --new-passphrase-file pass
warns() {
	grep -h 'badly protected' "$@" | sort -u >warns.log
	cat warns.log
	grep -q '3DES' warns.log && grep -q "old PEM" warns.log && grep -q 'no encryption' warns.log
}
store=warns.db
for file in old.p12 dek.pem plain.pem new.p12; do
	id import $file --passphrase-file pass --new-passphrase-file pass 2>$file.log
done
try 'weak files are named' warns old.p12.log dek.pem.log plain.pem.log
try 'and others not' exits 1 grep 'badly protected' new.p12.log
cp alice-rsa.key lone.key
try 'import a key, its certificate beside' imports 1 lone.key --cert alice-rsa.crt \
    --new-passphrase-file pass
if openssl pkcs12 -export -inkey alice-rsa.key -in alice-rsa.crt -legacy -passout pass:secret \
    -out rc2.p12 2>>forms.log; then
	try 'import RC2-40' imports 1 rc2.p12 --passphrase-file pass
fi

# What was imported is opened with the passphrase that it came under.
imported_opens() {
	store=import-old.p12.db
	id export alice-rsa@peers.test --passphrase-file pass -o again.p12 2>/dev/null ||
	    id export alice@peers.test --passphrase-file pass -o again.p12
	openssl pkcs12 -in again.p12 -passin pass:secret -nodes -nocerts -out again.key &&
	    openssl pkey -in again.key -pubout -out again.pub &&
	    openssl pkey -in alice-rsa.key -pubout | cmp - again.pub
}
try 'what was imported can be had back' imported_opens
store=import-new.p12.db
old_form() {
	id export alice@peers.test --insecure-pkcs12 --passphrase-file pass \
	    --new-passphrase-file pass2 -o phone.p12 &&
	    openssl pkcs12 -in phone.p12 -passin pass:other -nodes -info -noout >phone.txt 2>&1
	cat phone.txt
	grep -q 'MAC: sha1' phone.txt && grep -q 'pbeWithSHA1And3-KeyTripleDES' phone.txt
}
try 'export for a telephone' old_form

# --- life ---

wrong_changes_nothing() {
	before=$(openssl dgst -sha256 <"$store")
	exits 3 id passphrase --passphrase-file wrong --new-passphrase-file pass2 || return
	[ "$before" = "$(openssl dgst -sha256 <"$store")" ] &&
	    id export alice@peers.test --passphrase-file pass -o again.p12
}
changes() {
	id passphrase --passphrase-file pass --new-passphrase-file pass2 &&
	    exits 3 id export alice@peers.test --passphrase-file pass -o no.p12 &&
	    [ ! -e no.p12 ] && id export alice@peers.test --passphrase-file pass2 -o again.p12
}
renews() {
	id renew alice@peers.test --self-signed --passphrase-file pass2 &&
	    shows "[r['state'] for r in rows] == ['current'] * 3" &&
	    shows "rows[1]['key'] == 'RSA, 3072 bits'" && id retire 1 &&
	    shows "[r['state'] for r in rows] == ['retired', 'current', 'current']"
}
defaults() {
	id default alice@peers.test && shows "[r['default'] for r in rows] == [0, 1, 0]" &&
	    exits 5 id default 1
}
forgets() {
	exits 2 id forget alice@peers.test && id forget 1 &&
	    shows "[r['state'] for r in rows][0] == 'forgotten'" &&
	    [ "$(id list | wc -l)" = 2 ] && id forget 1 && shows "len(rows) == 2"
}
try 'a wrong passphrase changes nothing' wrong_changes_nothing
try 'another passphrase' changes
try 'renew and retire' renews
try 'default' defaults
try 'forget is told twice' forgets
try 'show' id show alice@peers.test
try 'nobody' exits 5 id show nobody@peers.test
