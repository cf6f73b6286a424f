# SPDX-License-Identifier: ISC
# shellcheck shell=sh disable=SC2154
#
# Who is asked for certificates, on loopback: a directory (slapd) and two name servers' zones
# (nsd), one signed by ldns, one with forged signatures, one without any. Sourced behind
# lib.sh; whoever it starts ends with the script.

# shellcheck disable=SC2034 # of lib.sh
AUTHORITY_KEY=P-256
make_pki alice-p256:P-256
make_mail

# free_port: one of loopback that nobody listens on.
free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}
# waits PORT: until somebody listens there.
waits() {
	python3 - "$1" <<'END'
import socket, sys, time
for _ in range(100):
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1).close()
        sys.exit(0)
    except OSError:
        time.sleep(0.1)
sys.exit("nobody listens on port " + sys.argv[1])
END
}
for one in bob carol dave erin frank; do
	person "$one" "$one@peers.example" P-256
done
person odd 'od*@peers.example' P-256
# Nobody that we trust vouches for these.
new_key other-root.key P-256
certify other-root 'Other Root' root -key other-root.key
for one in gina hugo; do
	export ADDRESS="$one@peers.example" USAGE=digitalSignature,keyAgreement
	new_key "$one.key" P-256
	certify "$one" "$one" person -CA other-root.crt -CAkey other-root.key
	cat "$one.key" "$one.crt" >"$one.pem"
done
der64() { openssl x509 -in "$1.crt" -outform DER | base64 -w 0; }

# --- the directory ---

cat >>pki.cnf <<'END'
[server]
subjectAltName = DNS:localhost, IP:127.0.0.1
END
new_key slapd.key 2048
certify slapd localhost server -CA root.crt -CAkey root.key
mkdir db
cat >slapd.conf <<END
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCertificateFile $WORK/slapd.crt
TLSCertificateKeyFile $WORK/slapd.key
database mdb
maxsize 33554432
suffix "dc=peers,dc=example"
directory $WORK/db
access to * by * read
END
# entry NAME ADDRESS ATTRIBUTE BASE64
entry() {
	printf 'dn: cn=%s,dc=peers,dc=example\nobjectClass: inetOrgPerson\ncn: %s\nsn: %s\n' \
	    "$1" "$1" "$1"
	printf 'mail: %s\n%s:: %s\n\n' "$2" "$3" "$4"
}
{
	printf 'dn: dc=peers,dc=example\nobjectClass: dcObject\nobjectClass: organization\n'
	printf 'o: Peers\ndc: peers\n\n'
	entry bob bob@peers.example 'userCertificate;binary' "$(der64 bob)"
	entry carol carol@peers.example userSMIMECertificate "$(openssl crl2pkcs7 -nocrl \
	    -certfile carol.crt -certfile issuing.crt -outform DER | base64 -w 0)"
	# Somebody else's certificate stands with this address.
	entry dave dave@peers.example 'userCertificate;binary' "$(der64 bob)"
	entry gina gina@peers.example 'userCertificate;binary' "$(der64 gina)"
	entry hugo hugo@peers.example 'userCertificate;binary' "$(der64 hugo)"
	# An address is no pattern.
	entry odd odd@peers.example 'userCertificate;binary' "$(der64 odd)"
	entry flood flood@peers.example userSMIMECertificate \
	    "$(head -c 300000 /dev/zero | python3 -c 'import sys
v = sys.stdin.buffer.read()
sys.stdout.buffer.write(b"\x30\x83" + len(v).to_bytes(3, "big") + v)' | base64 -w 0)"
} >people.ldif
slapadd -f slapd.conf -l people.ldif >slapd.log 2>&1 || { cat slapd.log; exit 1; }
ldap_port=$(free_port)
slapd -d 0 -h "ldap://127.0.0.1:$ldap_port" -f slapd.conf >>slapd.log 2>&1 &
children=$!

# --- the zones ---

hex() { od -An -v -tx1 | tr -d ' \n'; }
# record LOCAL USAGE SELECTOR MATCHING HEX, in the form that every server reads
record() {
	owner=$(printf %s "$1" | openssl dgst -sha256 -r | cut -c1-56)
	echo "$owner._smimecert IN TYPE53 \\# $((${#5} / 2 + 3)) 0${2}0${3}0${4}$5"
}
spki() { openssl x509 -in "$1.crt" -noout -pubkey | openssl pkey -pubin -outform DER; }
zone() {
	# shellcheck disable=SC2016 # the zone's own signs
	printf '$ORIGIN %s.\n$TTL 300\n@ IN SOA ns hostmaster 1 3600 900 604800 300\n' "$1"
	printf '@ IN NS ns\nns IN A 127.0.0.1\n'
	record erin 3 0 0 "$(openssl x509 -in erin.crt -outform DER | hex)"
	record frank 1 0 0 "$(openssl x509 -in frank.crt -outform DER | hex)"
	record gina 3 0 0 "$(openssl x509 -in gina.crt -outform DER | hex)"
	record hugo 3 1 2 "$(spki hugo | openssl dgst -sha512 -binary | hex)"
	record carol 3 0 1 "$(openssl x509 -in carol.crt -outform DER | openssl dgst -sha256 -binary | hex)"
	record carol 9 9 9 00
}
sign_zone() {
	zone "$1" >"$1.zone"
	k=$(ldns-keygen -a ECDSAP256SHA256 -r /dev/urandom -k "$1")
	ldns-signzone -n -e "$(date -u -d '+1 year' +%Y%m%d)" -o "$1" -f "$1.signed" "$1.zone" "$k" \
	    && cat "$k.key" >>anchor.key
}
{
	sign_zone peers.example
	sign_zone forged.example
} >ldns.log 2>&1 || { cat ldns.log; exit 1; }
zone bare.example >bare.example.signed
# One octet of each signature over a certificate.
awk '$4 == "RRSIG" && ($5 == "TYPE53" || $5 == "SMIMEA") {
	s = $NF; c = substr(s, 10, 1)
	$NF = substr(s, 1, 9) (c == "A" ? "B" : "A") substr(s, 11)
} { print }' forged.example.signed >forged.new && mv forged.new forged.example.signed
dns_port=$(free_port)
{
	printf 'server:\n ip-address: 127.0.0.1@%s\n username: ""\n chroot: ""\n' "$dns_port"
	printf ' zonesdir: "%s"\n database: ""\n pidfile: "%s/nsd.pid"\n' "$WORK" "$WORK"
	printf ' logfile: "%s/nsd.log"\n xfrdfile: "%s/xfrd"\n zonelistfile: "%s/zones"\n' \
	    "$WORK" "$WORK" "$WORK"
	printf ' xfrdir: "%s"\n server-count: 1\nremote-control:\n control-enable: no\n' "$WORK"
	for one in peers forged bare; do
		printf 'zone:\n name: %s.example\n zonefile: %s.example.signed\n' $one $one
	done
} >nsd.conf
nsd -d -c nsd.conf >>nsd.out 2>&1 &
children="$children $!"
# shellcheck disable=SC2086 # a list
trap 'kill $children 2>/dev/null' EXIT INT TERM
if ! waits "$ldap_port" || ! waits "$dns_port"; then
	cat slapd.log nsd.out nsd.log
	exit 1
fi

# rules FIND [ROW...]
rules() {
	{
		printf '[network]\nfind = %s\n' "$1"
		printf 'ldap-server = ldap://127.0.0.1:%s/dc=peers,dc%%3dexample\n' "$ldap_port"
		printf 'ldap-trust = %s/root.crt\ndns-anchor = %s/anchor.key\n' "$WORK" "$WORK"
		printf 'dns-server = 127.0.0.1@%s\n' "$dns_port"
		shift
		for row; do echo "$row"; done
	} >rules
}
