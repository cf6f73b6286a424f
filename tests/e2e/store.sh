#!/bin/sh
# SPDX-License-Identifier: ISC
#
# The store in every verb: two people who hold nothing but a store each write
# to each other; what is learnt, pinned, remembered and forgotten; many writers,
# writers that are killed, and a damaged store. SQLite's own library, by
# Python, looks at the file; openssl makes and reads what is compared.
set -u

here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
need openssl python3
look=$here/store.py

# holds PERSON ADDRESS: a store with this person's key, PERSON.db.
holds() {
	openssl x509 -in "$1.crt" -outform DER -out "$1.der" &&
	    openssl pkcs8 -topk8 -in "$1.key" -outform DER -out "$1.p8" -passout pass:secret &&
	    openssl pkey -in "$1.key" -pubout -outform DER -out "$1.spki" &&
	    "$POSTSEAL" cert add --store "$WORK/s/$1.db" "$1.crt" issuing.crt &&
	    "$POSTSEAL" cert add --anchor --store "$WORK/s/$1.db" root.crt &&
	    python3 "$look" identity "$WORK/s/$1.db" "$1.der" "$1.p8" "$1.spki" "$2" 3
}

# as PERSON VERB...: with that store and nothing else.
as() {
	person=$1 verb=$2
	shift 2
	"$POSTSEAL" "$verb" --store "$WORK/s/$person.db" "$@"
}

unlocked() {
	as "$@" --passphrase-file secret
}

says() {
	grep -q "$1" "$2" || { cat "$2"; return 1; }
}

# judged PERSON STATUS "FILE OPTION..." TEST...
judged() {
	person=$1 status=$2 message=$3
	shift 3
	# shellcheck disable=SC2086 # a list
	exits "$status" as "$person" verify --json $message >verdict.json &&
	    python3 "$judge" json verdict.json "$@"
}

serial() {
	openssl x509 -in "$1.crt" -noout -serial | sed 's/.*=//' | tr A-F a-f
}

# --- between two people ---

signs() {
	unlocked alice sign mail.eml -o signed.eml &&
	    openssl cms -verify -in signed.eml -CAfile root.crt -out /dev/null
}

teaches() {
	judged bob 0 signed.eml summary=signed \
	    signatures.0.seen.state=first &&
	    judged bob 0 signed.eml signatures.0.seen.state=before warnings.#=0 &&
	    as bob cert people --json alice@peers.test >people.json &&
	    python3 "$judge" json people.json how=mail capabilities=true \
		certificate.addresses.0=alice@peers.test
}

# What alice's program reads came with her signature.
seals_back() {
	sed 's/^From: .*/From: bob@peers.test\r/; s/^To: .*/To: alice@peers.test\r/' mail.eml >back.eml &&
	    unlocked bob seal --headers none back.eml -o sealed.eml &&
	    "$POSTSEAL" inspect --no-store sealed.eml >log && says aes-256-gcm log &&
	    says "ktri.*$(serial alice)" log && says "kari.*$(serial bob)" log
}

opens_back() {
	unlocked alice open --eol crlf --verdict verdict.json -o opened.eml sealed.eml &&
	    python3 "$judge" json verdict.json summary=sealed &&
	    same_body opened.eml
}

# The passphrase is asked for when a key is needed, and not before.
wants_passphrase() {
	judged alice 0 signed.eml summary=signed &&
	    exits 3 as alice open sealed.eml -o closed.eml 2>log </dev/null &&
	    says 'passphrase of the key of alice@peers.test' log &&
	    ! [ -e closed.eml ]
}

retired_opens() {
	python3 -c "import sqlite3
with sqlite3.connect('s/alice.db') as db: db.execute('UPDATE identity SET retired = 1')" &&
	    opens_back && exits 2 unlocked alice sign mail.eml -o x.eml 2>log
	status=$?
	python3 -c "import sqlite3
with sqlite3.connect('s/alice.db') as db: db.execute('UPDATE identity SET retired = 0')"
	return $status
}

by_address() {
	unlocked alice sign --identity alice@peers.test mail.eml -o named.eml &&
	    exits 2 unlocked alice sign --identity nobody@peers.test mail.eml -o x.eml 2>log &&
	    unlocked bob encrypt --to alice@peers.test --headers none back.eml -o to.eml &&
	    exits 5 unlocked bob encrypt --to nobody@peers.test back.eml -o x.eml 2>log &&
	    says 'nobody@peers.test' log
}

# --- trust and memory ---

# An authority is found by the store alone: the mail brings no intermediate.
finds_issuer() {
	openssl cms -sign -in entity -signer alice.crt -inkey alice.key -binary -crlfeol \
	    -outform SMIME -from alice@peers.test -to bob@peers.test -subject x -out lean.eml &&
	    judged bob 0 lean.eml summary=signed &&
	    exits 1 "$POSTSEAL" verify --no-store --trust root.crt lean.eml >log
}

# C14: the same address, another certificate of the same authority.
changed() {
	"$POSTSEAL" sign --no-store --identity alice-two.pem mail.eml -o two.eml &&
	    judged bob 0 two.eml signatures.0.seen.state=changed \
		warnings.#=1 warnings.0.code=signer-changed &&
	    "$POSTSEAL" verify --no-store --trust root.crt --json two.eml >verdict.json &&
	    python3 "$judge" json verdict.json signatures.0.seen=null warnings.#=0
}

pinned() {
	sha=$(openssl x509 -in alice.crt -outform DER | openssl sha256 -r | cut -d' ' -f1)
	as bob cert pin alice@peers.test "$sha" &&
	    judged bob 0 two.eml warnings.0.code=signer-not-pinned &&
	    unlocked bob encrypt --headers none --to alice@peers.test --no-self back.eml -o to.eml &&
	    "$POSTSEAL" inspect --no-store to.eml >log && says "$(serial alice)" log &&
	    ! grep -q "$(serial alice-two)" log &&
	    as bob cert pin alice@peers.test none &&
	    judged bob 0 two.eml warnings.#=0
}

# The mail was good when it came; its certificate expires in 400 days.
stays_good() {
	judged bob 0 'signed.eml --at 2035-01-01' signatures.0.time.source=received &&
	    { cat mail.eml && printf 'One line more.\r\n'; } >later.eml &&
	    "$POSTSEAL" sign --no-store --identity alice.pem later.eml -o late.eml &&
	    judged bob 1 'late.eml --at 2035-01-01' signatures.0.time.source=now \
		signatures.0.state=untrusted &&
	    says '"code":"expired-since"' verdict.json
}

# revoke REASON: a list of the authority, revoked.pem, on which alice is.
revoke() {
	rm -f index.txt* && : >index.txt && echo 01 >crlnumber &&
	    cat >ca.cnf <<END &&
[ca]
default_ca = x
[x]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 4000
END
	    openssl ca -config ca.cnf -cert issuing.crt -keyfile issuing.key -revoke alice.crt \
		-crl_reason "$1" &&
	    openssl ca -config ca.cnf -cert issuing.crt -keyfile issuing.key -gencrl -out revoked.pem
}

revoked_later() {
	revoke superseded &&
	    judged bob 0 'signed.eml --crl revoked.pem' signatures.0.time.source=received &&
	    revoke keyCompromise &&
	    judged bob 1 'signed.eml --crl revoked.pem' \
		signatures.0.reasons.0.code=revoked
}

forgets() {
	as bob cert forget alice@peers.test 2>log
	says 'several' log || return 1
	sha=$(openssl x509 -in alice-two.crt -outform DER | openssl sha256 -r | cut -d' ' -f1)
	as bob cert forget "$sha" 2>log && says 'once more' log &&
	    exits 5 as bob cert find "$sha" 2>log &&
	    as bob cert list | grep -q forgotten &&
	    as bob cert forget "$sha" 2>log && says 'deleted' log &&
	    exits 5 as bob cert forget "$sha" 2>log
}

# --- no store ---

none() {
	mkdir -p home &&
	    HOME=$WORK/home "$POSTSEAL" verify --trust root.crt --cert issuing.crt signed.eml >log &&
	    HOME=$WORK/home "$POSTSEAL" cert list >log && ! [ -s log ] &&
	    [ -z "$(ls -A home)" ] &&
	    HOME=$WORK/home "$POSTSEAL" cert learn --trust root.crt --cert issuing.crt signed.eml &&
	    python3 "$look" count home/.local/share/postseal/store.db seen 1 &&
	    [ "$(stat -c %a home/.local/share/postseal)" = 700 ] &&
	    exits 5 "$POSTSEAL" verify --store "$WORK/s/none.db" signed.eml 2>log &&
	    exits 2 "$POSTSEAL" verify --store x --no-store signed.eml 2>log
}

teaches_nothing() {
	sed 's/^Line one/Line two/' signed.eml >bad.eml
	rm -f s/none.db
	exits 1 as none cert learn --trust root.crt --cert issuing.crt bad.eml 2>log &&
	    ! [ -e s/none.db ]
}

others_write() {
	chmod 660 s/bob.db
	exits 5 as bob verify signed.eml 2>log
	status=$?
	chmod 600 s/bob.db
	[ $status = 0 ] && says 'chmod 600' log
}

# --- many at once ---

# people N: N certificates, N1.crt...
many() {
	i=0
	while [ $i -lt "$1" ]; do
		i=$((i + 1))
		openssl x509 -new -force_pubkey alice.pub -subj "/CN=many $i" -CA root.crt \
		    -CAkey root.key -days 9 -out "many$i.crt" 2>>pki.log || return 1
	done
}

concurrent() {
	rm -f s/many.db* failed
	for i in $(seq "$1"); do
		as many cert add "many$i.crt" || echo "$i" >>failed &
	done
	wait
	! [ -e failed ] && python3 "$look" count s/many.db cert "$1" && python3 "$look" sound s/many.db
}

# What was said to be written is there, whoever was killed meanwhile.
killed() {
	rm -f s/killed.db* kept
	for i in $(seq "$1"); do
		( as killed cert add "many$i.crt" && echo "$i" >>kept ) 2>/dev/null &
		victim=$!
		sleep "0.0$((i % 7))"
		[ $((i % 2)) = 0 ] || kill -9 "$victim" 2>/dev/null
	done
	wait
	python3 "$look" sound s/killed.db || return 1
	while read -r i; do
		as killed cert find "$(openssl x509 -in "many$i.crt" -outform DER | openssl sha256 -r |
		    cut -d' ' -f1)" >/dev/null || return 1
	done <kept
}

# --- damage ---

damaged() {
	cp s/bob.db s/hurt.db
	rm -f s/hurt.db.copy
	as hurt cert add many1.crt && [ -s s/hurt.db.copy ] && python3 "$look" damage s/hurt.db &&
	    exits 3 as hurt cert list 2>log && says 'hurt.db.copy' log &&
	    judged hurt 0 'signed.eml --trust root.crt --cert issuing.crt' summary=signed \
		warnings.0.code=store-unavailable
}

# A look-up among 20,000 takes what it takes among two.
scales() {
	cp s/bob.db s/full.db
	python3 "$look" fill s/full.db alice.der 20000 || return 1
	python3 - "$POSTSEAL" "$WORK" <<'END'
import os, subprocess, sys, time

def cost(store):
    def once():
        before = os.times()
        subprocess.run([sys.argv[1], "cert", "people", "--store", f"{sys.argv[2]}/s/{store}.db",
                        "alice@peers.test"], check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        return after.children_user + after.children_system - before.children_user \
            - before.children_system
    return min(once() for i in range(7))

few, many = cost("bob"), cost("full")
if many > 2 * few + 0.05:
    sys.exit(f"{few:.3f} s among few, {many:.3f} s among many")
END
}

make_pki alice:3072 bob:P-256 alice-two:P-256
make_mail
echo secret >secret
mkdir -m 700 s
try store.hold.alice holds alice alice@peers.test
try store.hold.bob holds bob bob@peers.test
try store.sign signs
try store.teach teaches
try store.seal seals_back
try store.open opens_back
try store.passphrase wants_passphrase
try store.retired retired_opens
try store.address by_address
try store.issuer finds_issuer
try store.changed changed
try store.pin pinned
try store.received stays_good
try store.revoked revoked_later
try store.forget forgets
try store.none none
try store.bad-teacher teaches_nothing
try store.rights others_write
many 40
try store.concurrent concurrent 40
try store.killed killed 40
try store.damaged damaged
try store.scales scales
