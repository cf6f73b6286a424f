#!/bin/sh
# SPDX-License-Identifier: ISC
#
# cert lint: what pkilint and zlint say of their own test certificates, and
# faults that `openssl x509` is told to write.
set -u
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
need openssl python3
vectors=$here/../vectors/lint

# made EXTENSIONS...: fault.pem, with these lines of openssl's settings.
made() {
	printf '[req]\ndistinguished_name = d\n[d]\n[x]\n' >x.cnf
	for line; do
		printf '%s\n' "$line" >>x.cnf
	done
	openssl req -new -x509 -key key.pem -subj "${subject-/CN=a@b.example}" -days "${days-30}" \
	    -config x.cnf -extensions x -out fault.pem
}

# finds ID: fault.pem has it; a second time, without the fault it has not.
finds() {
	id=$1
	shift
	made "$@" && "$POSTSEAL" cert lint --json --all ${profile:+--profile "$profile"} fault.pem \
	    >found.json
	grep -q "\"id\":\"$id\"" found.json || {
		"$POSTSEAL" cert lint --all fault.pem
		echo "it does not find $id"
		return 1
	}
	! "$POSTSEAL" cert lint --json --all ${profile:+--profile "$profile"} good.pem |
	    grep -q "\"id\":\"$id\""
}

san='subjectAltName = email:a@b.example'
ku='keyUsage = critical, digitalSignature'
eku='extendedKeyUsage = emailProtection'
dp='crlDistributionPoints = URI:http://b.example/c'
aia='authorityInfoAccess = caIssuers;URI:http://b.example/c'
policy='certificatePolicies = 2.23.140.1.5.1.3'
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem 2>/dev/null
made "$ku" "$eku" "$san" "$dp" "$aia" "$policy" 'basicConstraints = critical, CA:false' \
    'subjectKeyIdentifier = hash' 'authorityKeyIdentifier = keyid:always' 2>/dev/null
mv fault.pem good.pem

nothing_wrong() {
	"$POSTSEAL" cert lint good.pem >report && grep -q 'profile mailbox-strict' report &&
	    grep -q 'nothing found' report
}
try "lint: nothing is found where nothing is wrong" nothing_wrong
try "lint: as pkilint and zlint" python3 "$here/../lint/compare.py" "$POSTSEAL"

while IFS='|' read -r id lines; do
	old=$IFS
	IFS='|'
	# shellcheck disable=SC2086
	set -- $lines
	IFS=$old
	try "lint: $id" finds "$id" "$@"
done <<'END'
pkix.authority_information_access_extension_critical|authorityInfoAccess = critical,caIssuers;URI:http://b.example/c
pkix.name_constraints_in_ee_certificate|nameConstraints = critical,permitted;email:b.example
pkix.certificate_name_constraints_extension_not_critical|nameConstraints = permitted;email:b.example
pkix.basic_constraints.extension_not_critical|basicConstraints = CA:true
pkix.basic_constraints.has_pathlen_for_non_ca|basicConstraints = CA:false,pathlen:1
pkix.ca_certificate_no_ku_extension|basicConstraints = critical,CA:true
pkix.ca_certificate_keycertsign_keyusage_not_set|basicConstraints = critical,CA:true|keyUsage = cRLSign
pkix.certificate_skid_ca_missing|basicConstraints = critical,CA:true|subjectKeyIdentifier = none
pkix.certificate_skid_extension_critical|subjectKeyIdentifier = critical,DER:0402abcd
pkix.unknown_subject_key_identifier_calculation_method|subjectKeyIdentifier = DER:0402abcd
pkix.ee_certificate_keycertsign_keyusage_set|keyUsage = keyCertSign
pkix.key_usage_value_prohibited_for_rsa|keyUsage = keyAgreement
pkix.both_encipheronly_and_decipheronly_ku_set|keyUsage = keyAgreement,encipherOnly,decipherOnly
pkix.no_ku_bits_set|keyUsage = DER:030100
pkix.key_usage_extension_not_critical|keyUsage = digitalSignature
itu.invalid_asn1_syntax|keyUsage = DER:0400
smime.not_for_mail|extendedKeyUsage = serverAuth
smime.no_address|subjectAltName = DNS:b.example
pkix.invalid_domain_name_syntax|subjectAltName = DNS:-b.example
pkix.invalid_email_address_syntax|subjectAltName = email:nobody
pkix.invalid_uri_syntax|subjectAltName = URI:nowhere
pkix.san_extension_is_critical|subjectAltName = critical,email:a@b.example
pkix.smtp_utf8_mailbox_is_ascii_only|subjectAltName = otherName:1.3.6.1.5.5.7.8.9;UTF8:a@b.example
pkix.smtp_utf8_mailbox_has_uppercase|subjectAltName = otherName:1.3.6.1.5.5.7.8.9;UTF8:ä@B.example
pkix.smtp_utf8_mailbox_invalid_syntax|subjectAltName = otherName:1.3.6.1.5.5.7.8.9;IA5:a@b.example
pkix.certificate_crldp_extension_critical|crlDistributionPoints = critical,URI:http://b.example/c
pkix.duplicate_certificate_policy_oids|certificatePolicies = 1.2.3.4,1.2.3.4
pkix.certificate_policies_policy_has_qualifier|certificatePolicies = @p|[p]|policyIdentifier = 1.2.3.4|CPS.1 = http://b.example/
pkix.certificate_policies_usernotice_has_noticeRef|certificatePolicies = @p|[p]|policyIdentifier = 1.2.3.4|userNotice.1 = @n|[n]|explicitText = UTF8:a|organization = b|noticeNumbers = 1
pkix.rfc5280_certificate_policies_invalid_explicit_text_encoding|certificatePolicies = @p|[p]|policyIdentifier = 1.2.3.4|userNotice.1 = @n|[n]|explicitText = VISIBLE:a
pkix.smime_capabilities_extension_critical|1.2.840.113549.1.9.15 = critical,DER:3000
END

profile=mailbox-strict
while IFS='|' read -r id lines; do
	old=$IFS
	IFS='|'
	# shellcheck disable=SC2086
	set -- $lines
	IFS=$old
	try "lint: $id" finds "$id" "$@"
done <<'END'
cabf.smime.key_usage_extension_missing|extendedKeyUsage = emailProtection
cabf.smime.extended_key_usage_extension_missing|keyUsage = digitalSignature
cabf.smime.emailprotection_eku_missing|extendedKeyUsage = clientAuth
cabf.smime.certificate_policies_extension_missing|keyUsage = digitalSignature
cabf.smime.anypolicy_present|certificatePolicies = 2.5.29.32.0
cabf.smime.san_extension_missing|keyUsage = digitalSignature
cabf.smime.prohibited_generalname_type_present|subjectAltName = DNS:b.example
cabf.smime.prohibited_othername_type_present|subjectAltName = otherName:1.2.3.4;UTF8:a
cabf.smime.crldp_fullname_prohibited_uri_scheme|crlDistributionPoints = URI:ldap://b.example/c
cabf.no_http_crldp_uri|crlDistributionPoints = URI:ldap://b.example/c
cabf.smime.aia_prohibited_uri_scheme|authorityInfoAccess = OCSP;URI:https://b.example/
cabf.smime.qc_statements_extension_critical|1.3.6.1.5.5.7.1.3 = critical,DER:3000
cabf.smime.is_ca_certificate|basicConstraints = critical,CA:true
END

profile=
other() {
	subject=$2 days=${3-30} finds "$1" "$ku" "$eku" "$policy" "$san"
}
try "lint: pkix.subject_email_address_not_in_san" \
    other pkix.subject_email_address_not_in_san /emailAddress=c@b.example
try "lint: cabf.insignificant_attribute_value_present" \
    other cabf.insignificant_attribute_value_present /serialNumber=-
try "lint: cabf.smime.certificate_validity_period_exceeds_825_days" \
    other cabf.smime.certificate_validity_period_exceeds_825_days /CN=a@b.example 900
try "lint: pkix.san_extension_not_critical" other pkix.san_extension_not_critical /

# --- what it answers ---

try "lint: exit 0" exits 0 "$POSTSEAL" cert lint good.pem
try "lint: exit 1" exits 1 "$POSTSEAL" cert lint --profile mailbox-strict \
    "$vectors/pkilint/mailbox-legacy-invalid_ku_for_ecdsa.pem"
try "lint: no such profile" exits 2 "$POSTSEAL" cert lint --profile mailbox good.pem
try "lint: no such file" exits 3 "$POSTSEAL" cert lint nothing.pem
try "lint: no file" exits 2 "$POSTSEAL" cert lint
openssl x509 -in good.pem -outform DER -out good.der
cut_short() {
	for n in 1 20 200 500 700; do
		head -c "$n" good.der >cut.der
		exits 3 "$POSTSEAL" cert lint cut.der || return 1
	done
}
try "lint: cut short" cut_short

# Names among names must not cost their square.
many_names() {
	python3 - >many.cnf <<'END' &&
print("[req]\ndistinguished_name = d\nprompt = no\n[d]")
for i in range(700):
    print(f"{i}.emailAddress = n{i}@b.example")
print("[x]\nsubjectAltName = @s\n[s]")
for i in range(700):
    print(f"email.{i} = m{i}@b.example")
END
	openssl req -new -x509 -key key.pem -config many.cnf -extensions x -out many.pem &&
	exits 1 timeout 20 "$POSTSEAL" cert lint --profile mailbox-strict many.pem >/dev/null
}
try "lint: many names" many_names
