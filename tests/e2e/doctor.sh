#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Can one write to somebody: `postseal doctor ADDRESS` says what `encrypt` then does, asked of the
# same directory and name server; `cert find` beyond the store, and what is kept of it. Is
# all well: `postseal doctor` over a good set-up, and over one fault after the other.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
PATH=$PATH:/usr/sbin
need openssl python3 slapd slapadd nsd ldns-keygen ldns-signzone
[ -x "${BUILD:?}/apps/postseal/postseal-fetch" ] || {
	echo "skip doctor: this build has no network"
	exit 0
}
schema=$here/../../docs/doctor.schema.json
. "$here/servers/finding.sh"

me() {
	verb=$1
	shift
	"$POSTSEAL" "$verb" --store "$WORK/s/me.db" "$@"
}
# visit STATUS "ADDRESS OPTION..." TEST...: what the doctor says, in JSON by its schema.
visit() {
	want=$1 what=$2
	shift 2
	# shellcheck disable=SC2086 # a list
	exits "$want" me doctor --json $what >said.json && valid said.json &&
	    python3 "$judge" json said.json "$@"
}
valid() {
	python3 - "$schema" "$1" <<'END'
import json, sys
try:
    import jsonschema
except ImportError:
    sys.exit(0)
schema = json.load(open(sys.argv[1]))
for line in open(sys.argv[2]):
    jsonschema.validate(json.loads(line), schema)
END
}
# finding LEVEL CODE: one of the set-up.
finding() {
	python3 - "$1" "$2" <<'END'
import json, sys
found = [(f["level"], f["code"]) for f in json.load(open("said.json"))["findings"]]
sys.exit(None if (sys.argv[1], sys.argv[2]) in found else str(found))
END
}
sha() { openssl x509 -in "$1.crt" -outform DER | openssl sha256 -r | cut -d' ' -f1; }
count() {
	python3 -c 'import sqlite3, sys
print(sqlite3.connect("s/me.db").execute("SELECT count(*) FROM cert").fetchone()[0])'
}

# --- addresses ---

known() {
	me cert add bob.crt && visit 0 bob@peers.example encrypts=true code=ok \
	    certificate.how=given "certificate.sha256=$(sha bob)" asked.#=0 why=null &&
	    me doctor bob@peers.example >said && grep -q 'mail can be encrypted' said &&
	    grep -q 'given by you' said && grep -q 'cipher ' said
}
unknown() {
	visit 5 nobody@peers.example encrypts=false code=not-found certificate=null &&
	    grep -q 'signed mail' said.json
}
directory() {
	rules 'ldap smimea'
	visit 0 'carol@peers.example --policy rules' certificate.how=ldap asked.#=1 \
	    asked.0.source=ldap asked.0.answer=found "certificate.sha256=$(sha carol)"
}
# In the order of the rules, until one has it.
order() {
	visit 0 'erin@peers.example --policy rules' certificate.how=smimea asked.#=2 \
	    asked.0.answer=nothing asked.1.source=smimea asked.1.answer=found
}
offline() {
	visit 5 'carol@peers.example --policy rules --offline' asked.#=0 code=not-found &&
	    grep -q 'without --offline' said.json
}
untrusted() {
	visit 5 'gina@peers.example --policy rules' code=refused not_taken.#=1 not_taken.0.fit=false \
	    not_taken.0.how=ldap && grep -q 'vouches' said.json
}
expired() {
	visit 5 'bob@peers.example --at 2040-01-01' code=refused not_taken.0.how=given &&
	    grep -q 'expired on' said.json && grep -q 'newer certificate' said.json
}
silent() {
	rules ldap; sed -i "s|:$ldap_port/|:$(free_port)/|" rules
	visit 4 'carol@peers.example --policy rules' code=temporary asked.0.answer=later &&
	    rules 'ldap smimea'
}
looks() {
	visit 5 b0b@peers.example code=refused && grep -q 'looks like bob@peers.example' said.json
}
usage() {
	exits 2 me doctor nobody && exits 2 me doctor --yes && exits 2 me doctor --repair a@b.test &&
	    exits 2 me cert find --keep bob@peers.example
}
# What sending then does.
agrees() {
	for who in bob carol dave erin gina hugo nobody; do
		me doctor --policy rules "$who@peers.example" >said
		told=$?
		rm -f sent.eml
		exits $told me encrypt --policy rules --to "$who@peers.example" mail.eml -o sent.eml ||
		    return 1
		[ $told != 0 ] || openssl cms -decrypt -in sent.eml -inkey $who.key -recip $who.crt \
		    -out opened || return 1
	done
}
several() {
	exits 5 me doctor --json bob@peers.example nobody@peers.example >said.json && valid said.json &&
	    [ "$(wc -l <said.json)" = 2 ]
}
changes_nothing() {
	before=$(count)
	me doctor --online --policy rules carol@peers.example >said && [ "$(count)" = "$before" ]
}

# --- certificates beyond the store ---

find_online() {
	exits 5 me cert find --policy rules frank@peers.example >said 2>&1 &&
	    me cert find --json --online --policy rules frank@peers.example >found.json &&
	    python3 "$judge" json found.json how=smimea "certificate.sha256=$(sha frank)" &&
	    exits 5 me cert find frank@peers.example >said 2>&1
}
find_unfit() {
	me cert find --online --policy rules --keep gina@peers.example >said 2>why &&
	    grep -q 'not fit to encrypt to' why &&
	    exits 5 me cert find gina@peers.example >said 2>&1
}
find_keeps() {
	me cert find --online --policy rules --keep frank@peers.example >said &&
	    me cert find --json --online --policy rules frank@peers.example -o found.json &&
	    [ "$(wc -l <found.json)" = 1 ] && python3 "$judge" json found.json how=smimea &&
	    me encrypt --offline --to frank@peers.example mail.eml -o sent.eml
}
# Sending keeps what it found when it is told to go online, the issuer included.
sending_keeps() {
	cp rules with.rules
	me encrypt --policy rules --to carol@peers.example mail.eml -o sent.eml || return 1
	exits 5 me cert find carol@peers.example >said 2>&1 || return 1
	me encrypt --online --policy rules --to carol@peers.example mail.eml -o sent.eml &&
	    me cert find --json carol@peers.example >found.json &&
	    python3 "$judge" json found.json how=ldap &&
	    me encrypt --offline --to carol@peers.example mail.eml -o sent.eml &&
	    "$POSTSEAL" cert add --store s/bare.db --anchor root.crt &&
	    "$POSTSEAL" encrypt --store s/bare.db --online --policy rules --to carol@peers.example \
		mail.eml -o sent.eml &&
	    "$POSTSEAL" encrypt --store s/bare.db --offline --to carol@peers.example mail.eml \
		-o sent.eml
}
# Only the record spoke for it, and it must be asked again.
vouched() {
	rules smimea 'smimea = vouch'
	me encrypt --online --policy rules --to gina@peers.example mail.eml -o sent.eml &&
	    exits 5 me cert find gina@peers.example >said 2>&1
}
# A newer certificate that only a directory knows does not replace what she signed with.
weaker() {
	sed 's/^From: .*/From: carol@peers.example\r/' mail.eml >draft.eml
	"$POSTSEAL" sign --no-store --identity carol.pem draft.eml -o hers.eml &&
	    me cert learn hers.eml && me cert find --json carol@peers.example >found.json &&
	    python3 "$judge" json found.json how=mail || return 1
	person carol-new carol@peers.example P-256
	openssl x509 -in carol-new.crt -noout -dates
	me cert add carol-new.crt && python3 -c 'import sqlite3
with sqlite3.connect("s/me.db") as db:
    db.execute("UPDATE cert SET how = 2 WHERE id = (SELECT max(id) FROM cert)")' &&
	    visit 0 'carol@peers.example --offline' "certificate.sha256=$(sha carol)" \
		not_taken.0.how=ldap not_taken.0.fit=true
}

# --- our own set-up ---

good() {
	echo secret >secret
	openssl pkcs12 -export -inkey bob.key -in bob.crt -certfile issuing.crt -passout pass:secret \
	    -out bob.p12 && me id import bob.p12 --passphrase-file secret \
	    --new-passphrase-file secret && visit 0 '' good=true && finding good identity &&
	    finding good store && finding good copy && finding good clock && finding good trust &&
	    me doctor >said && grep -q 'bob@peers.example: sign and decrypt, until' said
}
nothing() {
	exits 0 "$POSTSEAL" doctor --no-store --json >said.json && valid said.json &&
	    finding warning identity-none && finding note store-none
}
fault() { visit "$1" "$2" && finding "$3" "$4"; }
id_expired() { fault 1 '--at 2040-01-01' problem identity-expired; }
id_soon() {
	soon=$(date -u -d '+390 days' +%Y-%m-%d)
	fault 0 "--at $soon" warning identity-expires-soon
}
id_untrusted() { fault 1 '--trust other-root.crt' problem identity-unknown-issuer; }
id_revoked() {
	: >index.txt && echo 01 >crlnumber && cat >ca.cnf <<END &&
[ca]
default_ca = x
[x]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 30
END
	    openssl ca -config ca.cnf -cert issuing.crt -keyfile issuing.key -revoke bob.crt &&
	    openssl ca -config ca.cnf -cert issuing.crt -keyfile issuing.key -gencrl -out revoked.pem &&
	    fault 1 '--crl revoked.pem' problem identity-revoked
}
id_waits() {
	cp s/me.db s/spare.db && me id create dan@peers.example --p256 --passphrase-file secret \
	    --new-passphrase-file secret -o request.pem && fault 0 '' note identity-waits
	status=$?
	finding warning identity-no-signer || status=1
	mv s/spare.db s/me.db
	rm -f s/me.db-wal s/me.db-shm
	return $status
}
clock() { fault 1 '--at 2020-01-01' problem clock && fault 1 '--at 2026-02-01' warning clock; }
rights() {
	chmod 660 s/me.db
	fault 1 '' problem store
	status=$?
	chmod 600 s/me.db
	return $status
}
old_copy() {
	touch -d '30 days ago' s/me.db.copy && fault 0 '' warning copy-old
	status=$?
	touch s/me.db.copy
	return $status
}
library() {
	cp "$BUILD/apps/postseal/postseal" alone && exits 0 ./alone doctor --no-store --json >said.json &&
	    valid said.json && { finding note library || finding good library; }
}
repair() {
	me doctor --repair --yes 2>said && grep -q 'not damaged' said || return 1
	me cert add other-root.crt && me cert find "$(sha other-root)" >said || return 1
	python3 "$here/store.py" damage s/me.db
	fault 1 '' problem store-damaged && grep -q -e '--repair' said.json &&
	    exits 2 me doctor --repair 2>said </dev/null && grep -q -e '--yes' said &&
	    me doctor --repair --yes 2>said && grep -q 'me.db.damaged' said &&
	    [ -s s/me.db.damaged ] && visit 0 '' good=true && me cert find "$(sha root)" >said &&
	    exits 5 me cert find "$(sha other-root)" >said 2>&1
}
no_copy() {
	python3 "$here/store.py" damage s/me.db
	rm -f s/me.db.copy
	exits 5 me doctor --repair --yes 2>said && grep -q 'no good copy' said && [ -s s/me.db ]
}

mkdir -m 700 s
me cert add --anchor root.crt
me cert add issuing.crt
for one in known unknown directory order offline untrusted expired silent looks usage agrees \
    several changes_nothing; do
	try "doctor.$one" $one
done
for one in find_online find_unfit find_keeps sending_keeps vouched weaker; do
	try "doctor.$one" $one
done
for one in good nothing id_expired id_soon id_untrusted id_revoked id_waits clock rights old_copy \
    library repair no_copy; do
	try "doctor.self.$one" $one
done
