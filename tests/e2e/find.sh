#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Recipients of whom no certificate is known: from a directory (slapd) and from the DNS
# (SMIMEA in a zone that ldns signs and nsd serves), both on loopback.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/e2e/lib.sh
# shellcheck source=lib.sh
. "$here/lib.sh"
PATH=$PATH:/usr/sbin
need openssl python3 slapd slapadd nsd ldns-keygen ldns-signzone
[ -x "${BUILD:?}/apps/postseal/postseal-fetch" ] || {
	echo "skip find: this build has no network"
	exit 0
}
# shellcheck source=tests/e2e/servers/finding.sh
. "$here/servers/finding.sh"

# --- what is found ---

encrypt() { ours encrypt --policy rules --explain "$@" mail.eml -o sent.eml 2>said; }
# finds WHO FIND [ROW...]: and openssl opens with the key of WHO what we sent.
finds() {
	who=$1
	shift
	rules "$@"
	encrypt --to "$who@peers.example" || { cat said; return 1; }
	openssl cms -decrypt -in sent.eml -inkey "$who.key" -recip "$who.crt" -out opened
}
# misses STATUS TEXT WHO [OPTION...]: by the rules that were written last.
misses() {
	want=$1 text=$2 who=$3
	shift 3
	exits "$want" encrypt --to "$who" "$@"  || { cat said; return 1; }
	grep -q "$text" said || { cat said; return 1; }
}

try ldap finds bob ldap
said_where() { grep -q 'found: ldap' said; }
try ldap.explained said_where
try ldap.smime finds carol ldap
try ldap.off finds bob ldap 'ldap-tls = off'
try ldap.escaped misses 5 'no certificate to encrypt' 'od*@peers.example'
try ldap.other misses 5 'no certificate to encrypt' dave@peers.example
try ldap.nobody misses 5 'no certificate to encrypt' nobody@peers.example
try ldap.untrusted misses 5 'vouches' gina@peers.example
try ldap.flood misses 5 'too large' flood@peers.example
try ldap.offline misses 5 'no certificate to encrypt' bob@peers.example --offline
wrong_server() {
	rules ldap; sed -i 's|^ldap-trust.*|ldap-trust = '"$WORK"'/other-root.crt|' rules
	misses 5 'no certificate to encrypt' bob@peers.example
}
try ldap.wrong-server wrong_server
down() {
	rules ldap; sed -i "s|:$ldap_port/|:$(free_port)/|" rules
	misses 4 'try again later' bob@peers.example
}
try ldap.down down
nowhere() { rules none; misses 5 'no certificate to encrypt' bob@peers.example; }
try none nowhere

try smimea finds erin smimea
try smimea.usage1 finds frank smimea
try both finds erin 'ldap smimea'
try both.first finds bob 'ldap, smimea'
smimea_wrong() {
	rules smimea
	misses 5 'no certificate to encrypt' nobody@peers.example &&
	    misses 5 'no certificate to encrypt' Erin@peers.example &&
	    misses 5 'vouches' gina@peers.example
}
try smimea.wrong smimea_wrong
fetch() {
	"$BUILD/apps/postseal/postseal-fetch" -a "${anchor:-anchor.key}" -d "127.0.0.1@$dns_port" \
	    smimea "$1" </dev/null >answer 2>said
}
forged() { exits 5 fetch erin@forged.example && grep -q 'forged' said && [ ! -s answer ]; }
bare() { exits 5 fetch erin@bare.example && grep -q 'not protected by DNSSEC' said && [ ! -s answer ]; }
other_anchor() {
	grep forged anchor.key | sed 's/forged.example/peers.example/' >other.key
	anchor=other.key exits 5 fetch erin@peers.example && [ ! -s answer ]
}
try smimea.forged forged
try smimea.other-anchor other_anchor
try smimea.unsigned bare
try vouch finds gina smimea 'smimea = vouch'
try vouch.digest finds hugo 'ldap smimea' 'smimea = vouch'
