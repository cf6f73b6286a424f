/* SPDX-License-Identifier: ISC */
#ifndef PS_ISSUE_LINT_RULES_H
#define PS_ISSUE_LINT_RULES_H

/*
 * The findings that the lint knows: name, severity, identifier, who says so,
 * words. Where pkilint knows the same finding the identifier is the one that
 * it uses, so that reports can be compared; "smime." begins those of ours.
 * {detail} is what was found.
 *
 * BR: CA/Browser Forum, Baseline Requirements for S/MIME certificates.
 */

#include "base/words.h"

#define LINT_RULES(X) \
	/* the certificate and its fields */ \
	X(SYNTAX, FATAL, "itu.invalid_asn1_syntax", "RFC 5280, 4.1", \
	  PS_N_("cannot be read as DER of this type: {detail}")) \
	X(VERSION, ERROR, "pkix.certificate_version_is_not_v3", "RFC 5280, 4.1.2.1", \
	  PS_N_("has extensions and is not of version 3")) \
	X(SERIAL, ERROR, "pkix.certificate_serial_number_out_of_range", "RFC 5280, 4.1.2.2", \
	  PS_N_("is not a positive number of at most 20 octets")) \
	X(SERIAL_SHORT, WARNING, "smime.serial_number_too_short", "BR 7.1", \
	  PS_N_("has fewer than 64 bits, so it cannot hold that much randomness")) \
	X(SIG_MATCH, ERROR, "pkix.certificate_signature_algorithm_match", "RFC 5280, 4.1.1.2", \
	  PS_N_("differs from the signature algorithm inside the signed part")) \
	X(NEGATIVE, ERROR, "pkix.certificate_negative_validity_period", "RFC 5280, 4.1.2.5", \
	  PS_N_("ends before it begins")) \
	X(TIME_TYPE, ERROR, "pkix.wrong_time_useful_type", "RFC 5280, 4.1.2.5", \
	  PS_N_("is a {detail}; UTCTime is for the years up to 2049, GeneralizedTime for later ones")) \
	X(UTCTIME, ERROR, "pkix.utctime_incorect_syntax", "RFC 5280, 4.1.2.5.1", \
	  PS_N_("is not of the form YYMMDDHHMMSSZ")) \
	X(GENTIME, ERROR, "pkix.generalizedtime_incorect_syntax", "RFC 5280, 4.1.2.5.2", \
	  PS_N_("is not of the form YYYYMMDDHHMMSSZ")) \
	X(ISSUER_UID, ERROR, "pkix.issuer_unique_id_present", "RFC 5280, 4.1.2.8", \
	  PS_N_("must not be there")) \
	X(SUBJECT_UID, ERROR, "pkix.subject_unique_id_present", "RFC 5280, 4.1.2.8", \
	  PS_N_("must not be there")) \
	X(NAME_EMPTY, ERROR, "pkix.name_empty", "RFC 5280, 4.1.2.4", PS_N_("is empty")) \
	X(RDN_TWICE, ERROR, "pkix.rdn_contains_unique_attribute_types", "X.501, 9.3", \
	  PS_N_("has {detail} twice in one relative name")) \
	X(RDN_MULTI, NOTICE, "cabf.rdn_contains_multiple_atvs", "BR 7.1.4.2", \
	  PS_N_("has several attributes in one relative name")) \
	X(UNIQUE_EXT, ERROR, "pkix.unique_extension", "RFC 5280, 4.2", PS_N_("stands there twice")) \
	/* keys and algorithms */ \
	X(SPKI_ENCODING, ERROR, "cabf.smime.prohibited_spki_algorithm_encoding", "BR 7.1.3.1", \
	  PS_N_("is not one of the allowed encodings: {detail}")) \
	X(SIG_ENCODING, ERROR, "cabf.smime.prohibited_signature_algorithm_encoding", "BR 7.1.3.2", \
	  PS_N_("is not one of the allowed encodings: {detail}")) \
	X(RSA_SIZE, ERROR, "cabf.rsa_modulus_invalid_length", "BR 6.1.5", \
	  PS_N_("has {detail} bits; at least 2048 and a multiple of 8 are wanted")) \
	X(RSA_EXPONENT, ERROR, "cabf.rsa_exponent_prohibited_value", "BR 6.1.6", \
	  PS_N_("has a public exponent that is even or smaller than 3")) \
	X(RSA_EXPONENT_RANGE, WARNING, "cabf.rsa_exponent_not_in_recommended_range", "BR 6.1.6", \
	  PS_N_("has a public exponent that is not between 2^16+1 and 2^256-1")) \
	X(RSA_FACTOR, WARNING, "cabf.rsa_modulus_has_small_prime_factor", "BR 6.1.6", \
	  PS_N_("has a modulus that {detail} divides")) \
	X(EC_POINT, WARNING, "cabf.ecdsa_key_validation_failed", "BR 6.1.6", \
	  PS_N_("is no point of its curve")) \
	X(GMAIL_RSA, NOTICE, "googl.prohibited_rsa_modulus_length", "Gmail's profile for S/MIME", \
	  PS_N_("has {detail} bits; Gmail takes 2048, 3072 and 4096")) \
	X(WEAK_KEY, WARNING, "smime.weak_key", "RFC 8550, 4.3", \
	  PS_N_("is an RSA key of {detail} bits; fewer than 2048 are historic")) \
	X(WEAK_DIGEST, WARNING, "smime.weak_signature_digest", "RFC 8550, 4.3", \
	  PS_N_("signs with a digest that collisions are known for")) \
	/* key usage */ \
	X(KU_NONE, ERROR, "pkix.no_ku_bits_set", "RFC 5280, 4.2.1.3", PS_N_("allows nothing")) \
	X(KU_BOTH, ERROR, "pkix.both_encipheronly_and_decipheronly_ku_set", "RFC 5280, 4.2.1.3", \
	  PS_N_("says both encipherOnly and decipherOnly")) \
	X(KU_NOT_CRITICAL, WARNING, "pkix.key_usage_extension_not_critical", "RFC 5280, 4.2.1.3", \
	  PS_N_("should be critical")) \
	X(KU_CERT_SIGN, ERROR, "pkix.ee_certificate_keycertsign_keyusage_set", "RFC 5280, 4.2.1.9", \
	  PS_N_("lets an end entity sign certificates")) \
	X(CA_NO_KU, ERROR, "pkix.ca_certificate_no_ku_extension", "RFC 5280, 4.2.1.3", \
	  PS_N_("is missing; an authority must have it")) \
	X(CA_NO_CERT_SIGN, ERROR, "pkix.ca_certificate_keycertsign_keyusage_not_set", \
	  "RFC 5280, 4.2.1.9", PS_N_("does not let this authority sign certificates")) \
	X(KU_FOR_EC, ERROR, "pkix.key_usage_value_prohibited_for_ec", "RFC 8813, 3", \
	  PS_N_("says {detail}, which an EC key cannot do")) \
	X(KU_FOR_ED, ERROR, "pkix.key_usage_value_prohibited_for_edwards_curve", "RFC 9295, 3", \
	  PS_N_("says {detail}, which this key cannot do")) \
	X(KU_X_MISSING, ERROR, "pkix.key_usage_value_required_but_missing_for_edwards_curve", \
	  "RFC 9295, 3", PS_N_("does not say keyAgreement, all that this key can do")) \
	X(KU_FOR_MLKEM, ERROR, "pkix.key_usage_value_prohibited_for_mlkem", "RFC 9935, 5", \
	  PS_N_("says {detail}; an ML-KEM key does keyEncipherment alone")) \
	X(KU_FOR_SIG, ERROR, "pkix.key_usage_value_prohibited_for_signature_algorithm", \
	  "RFC 9881, 5", PS_N_("says {detail}; this key can only sign")) \
	X(KU_FOR_RSA, ERROR, "pkix.key_usage_value_prohibited_for_rsa", "RFC 3279, 2.3.1", \
	  PS_N_("says {detail}, which an RSA key cannot do")) \
	X(KU_MISSING, ERROR, "cabf.smime.key_usage_extension_missing", "BR 7.1.2.3 (e)", \
	  PS_N_("is missing")) \
	X(KU_PROHIBITED, ERROR, "cabf.smime.prohibited_ku_present", "BR 7.1.2.3 (e)", \
	  PS_N_("says {detail}, which this profile does not allow")) \
	X(KU_UNKNOWN, ERROR, "cabf.smime.unknown_certificate_key_usage_type", "BR 7.1.2.3 (e)", \
	  PS_N_("is for neither signing nor encryption")) \
	X(KU_KEY_TYPE, ERROR, "cabf.smime.unsupported_public_key_type", "BR 7.1.2.3 (e)", \
	  PS_N_("belongs to a kind of key that the profile does not know")) \
	X(KU_BR_CRITICAL, WARNING, "cabf.smime.ku_extension_not_critical", "BR 7.1.2.3 (e)", \
	  PS_N_("should be critical")) \
	/* extended key usage */ \
	X(EKU_MISSING, ERROR, "cabf.smime.extended_key_usage_extension_missing", "BR 7.1.2.3 (f)", \
	  PS_N_("is missing")) \
	X(EKU_NO_EMAIL, ERROR, "cabf.smime.emailprotection_eku_missing", "BR 7.1.2.3 (f)", \
	  PS_N_("does not say emailProtection")) \
	X(EKU_PROHIBITED, ERROR, "cabf.smime.prohibited_eku_present", "BR 7.1.2.3 (f)", \
	  PS_N_("says {detail}, which this profile does not allow")) \
	X(EKU_NOT_MAIL, ERROR, "smime.not_for_mail", "RFC 8550, 4.4.4", \
	  PS_N_("allows neither emailProtection nor everything: mail programs refuse it")) \
	/* basic constraints, name constraints */ \
	X(BC_NOT_CRITICAL, ERROR, "pkix.basic_constraints.extension_not_critical", \
	  "RFC 5280, 4.2.1.9", PS_N_("must be critical in the certificate of an authority")) \
	X(BC_PATHLEN, ERROR, "pkix.basic_constraints.has_pathlen_for_non_ca", "RFC 5280, 4.2.1.9", \
	  PS_N_("limits the path of somebody who is no authority")) \
	X(IS_CA, ERROR, "cabf.smime.is_ca_certificate", "BR 7.1.2.3 (d)", \
	  PS_N_("says that the holder of this mailbox is an authority")) \
	X(NC_CRITICAL, ERROR, "pkix.certificate_name_constraints_extension_not_critical", \
	  "RFC 5280, 4.2.1.10", PS_N_("must be critical")) \
	X(NC_EE, ERROR, "pkix.name_constraints_in_ee_certificate", "RFC 5280, 4.2.1.10", \
	  PS_N_("stands in the certificate of an end entity")) \
	X(NC_EMPTY, ERROR, "pkix.name_constraints_no_subtrees", "RFC 5280, 4.2.1.10", \
	  PS_N_("is empty")) \
	X(NC_MINIMUM, ERROR, "pkix.name_constraints_non_default_minimum", "RFC 5280, 4.2.1.10", \
	  PS_N_("has a minimum")) \
	X(NC_MAXIMUM, ERROR, "pkix.name_constraints_maximum_specified", "RFC 5280, 4.2.1.10", \
	  PS_N_("has a maximum")) \
	X(NC_IP, ERROR, "pkix.ip_address_name_constraint_wrong_length", "RFC 5280, 4.2.1.10", \
	  PS_N_("has an address range that is not of 8 or 32 octets")) \
	/* key identifiers */ \
	X(AKI_CRITICAL, ERROR, "pkix.authority_key_identifier_critical", "RFC 5280, 4.2.1.1", \
	  PS_N_("must not be critical")) \
	X(AKI_ABSENT, ERROR, "pkix.authority_key_identifier_extension_absent", "RFC 5280, 4.2.1.1", \
	  PS_N_("is missing")) \
	X(AKI_KEYID, ERROR, "pkix.authority_key_identifier_keyid_missing", "RFC 5280, 4.2.1.1", \
	  PS_N_("has no keyIdentifier")) \
	X(AKI_NO_SERIAL, ERROR, "pkix.aki_with_cert_issuer_but_serial_number_absent", \
	  "RFC 5280, 4.2.1.1", PS_N_("names an issuer without a serial number")) \
	X(AKI_NO_ISSUER, ERROR, "pkix.aki_with_serial_number_but_cert_issuer_absent", \
	  "RFC 5280, 4.2.1.1", PS_N_("has a serial number without an issuer")) \
	X(AKI_ISSUER, ERROR, "cabf.authority_key_identifier_has_issuer_cert", "BR 7.1.2.3 (g)", \
	  PS_N_("names the issuer's certificate; only a keyIdentifier is allowed")) \
	X(SKI_CRITICAL, ERROR, "pkix.certificate_skid_extension_critical", "RFC 5280, 4.2.1.2", \
	  PS_N_("must not be critical")) \
	X(SKI_CA, ERROR, "pkix.certificate_skid_ca_missing", "RFC 5280, 4.2.1.2", \
	  PS_N_("is missing; an authority must have it")) \
	X(SKI_EE, WARNING, "pkix.certificate_skid_end_entity_missing", "RFC 5280, 4.2.1.2", \
	  PS_N_("is missing")) \
	X(SKI_1, INFO, "pkix.subject_key_identifier_method_1_identified", "RFC 5280, 4.2.1.2", \
	  PS_N_("is SHA-1 of the key")) \
	X(SKI_2, INFO, "pkix.subject_key_identifier_method_2_identified", "RFC 5280, 4.2.1.2", \
	  PS_N_("is the end of SHA-1 of the key")) \
	X(SKI_7093_1, INFO, "pkix.subject_key_identifier_rfc7093_method_1_identified", "RFC 7093, 2", \
	  PS_N_("is 160 bits of SHA-256 of the key")) \
	X(SKI_7093_2, INFO, "pkix.subject_key_identifier_rfc7093_method_2_identified", "RFC 7093, 2", \
	  PS_N_("is 160 bits of SHA-384 of the key")) \
	X(SKI_7093_3, INFO, "pkix.subject_key_identifier_rfc7093_method_3_identified", "RFC 7093, 2", \
	  PS_N_("is 160 bits of SHA-512 of the key")) \
	X(SKI_UNKNOWN, NOTICE, "pkix.unknown_subject_key_identifier_calculation_method", \
	  "RFC 5280, 4.2.1.2", PS_N_("is made from the key in no way that a standard describes")) \
	/* policies */ \
	X(POLICIES_MISSING, ERROR, "cabf.smime.certificate_policies_extension_missing", \
	  "BR 7.1.2.3 (a)", PS_N_("is missing")) \
	X(POLICIES_CRITICAL, WARNING, "cabf.critical_certificate_policies_extension", \
	  "BR 7.1.2.3 (a)", PS_N_("should not be critical")) \
	X(POLICY_NONE, ERROR, "cabf.smime.no_required_reserved_policy_oid", "BR 7.1.2.3 (a)", \
	  PS_N_("lacks the policy {detail} of this profile")) \
	X(POLICY_MANY, ERROR, "cabf.smime.multiple_reserved_policy_oids", "BR 7.1.2.3 (a)", \
	  PS_N_("has several of the reserved policies; exactly one is wanted")) \
	X(POLICY_ANY, ERROR, "cabf.smime.anypolicy_present", "BR 7.1.2.3 (a)", \
	  PS_N_("says anyPolicy in the certificate of an end entity")) \
	X(POLICY_TWICE, ERROR, "pkix.duplicate_certificate_policy_oids", "RFC 5280, 4.2.1.4", \
	  PS_N_("has the policy {detail} twice")) \
	X(POLICY_ANY_QUALIFIER, ERROR, \
	  "pkix.certificate_policies_anypolicy_has_prohibited_qualifier", "RFC 5280, 4.2.1.4", \
	  PS_N_("qualifies anyPolicy in a way that is not allowed")) \
	X(POLICY_QUALIFIER, NOTICE, "pkix.certificate_policies_policy_has_qualifier", \
	  "RFC 5280, 4.2.1.4", PS_N_("qualifies the policy {detail}")) \
	X(NOTICE_REF, WARNING, "pkix.certificate_policies_usernotice_has_noticeRef", \
	  "RFC 5280, 4.2.1.4", PS_N_("has a noticeRef, which nobody reads")) \
	X(NOTICE_REF_BR, ERROR, "cabf.smime.usernotice_has_noticeref", "BR 7.1.2.3 (a)", \
	  PS_N_("has a noticeRef")) \
	X(TEXT_5280, ERROR, "pkix.rfc5280_certificate_policies_invalid_explicit_text_encoding", \
	  "RFC 5280, 4.2.1.4", PS_N_("has an explicitText as {detail}")) \
	X(TEXT_6818, ERROR, "pkix.rfc6818_certificate_policies_invalid_explicit_text_encoding", \
	  "RFC 6818, 3", PS_N_("has an explicitText as {detail}")) \
	X(TEXT_CONTROL, WARNING, "pkix.certificate_policies_explicit_text_has_control_character", \
	  "RFC 5280, 4.2.1.4", PS_N_("has a control character in an explicitText")) \
	X(CPS_URI, ERROR, "cabf.smime.cps_uri_is_not_http", "BR 7.1.2.3 (a)", \
	  PS_N_("has a pointer to its practices that is not HTTP or HTTPS: {detail}")) \
	X(LEGACY_LATE, ERROR, "cabf.smime.legacy_generation_certificate_issued_after_prohibition", \
	  "BR 7.1.6.1", PS_N_("is a Legacy profile, which ended on 2025-07-15")) \
	/* where news of it are */ \
	X(CRLDP_MISSING, ERROR, "cabf.smime.crldp_extension_missing", "BR 7.1.2.3 (b)", \
	  PS_N_("is missing")) \
	X(CRLDP_CRITICAL, WARNING, "pkix.certificate_crldp_extension_critical", \
	  "RFC 5280, 4.2.1.13", PS_N_("should not be critical")) \
	X(CRLDP_NOTHING, ERROR, "pkix.distribution_point_does_not_contain_name_or_issuer", \
	  "RFC 5280, 4.2.1.13", PS_N_("has a point with neither a name nor an issuer")) \
	X(CRLDP_NO_HTTP, ERROR, "cabf.no_http_crldp_uri", "BR 7.1.2.3 (b)", \
	  PS_N_("has no HTTP address")) \
	X(CRLDP_SCHEME, ERROR, "cabf.smime.crldp_fullname_prohibited_uri_scheme", "BR 7.1.2.3 (b)", \
	  PS_N_("has an address that is not HTTP: {detail}")) \
	X(CRLDP_TYPE, ERROR, "cabf.smime.crldp_fullname_prohibited_generalname_type", \
	  "BR 7.1.2.3 (b)", PS_N_("names a point by something that is no URI")) \
	X(AIA_MISSING, WARNING, "cabf.aia_extension_missing", "BR 7.1.2.3 (c)", \
	  PS_N_("should be there")) \
	X(AIA_CRITICAL, ERROR, "pkix.authority_information_access_extension_critical", \
	  "RFC 5280, 4.2.2.1", PS_N_("must not be critical")) \
	X(AIA_NO_ISSUERS, WARNING, "cabf.aia_ca_issuers_missing", "BR 7.1.2.3 (c)", \
	  PS_N_("should say where the issuer's certificate is")) \
	X(GMAIL_AIA, NOTICE, "googl.gmail.authority_info_access_ca_issuers_missing", \
	  "Gmail's profile for S/MIME", PS_N_("does not say where the issuer's certificate is")) \
	X(AIA_ISSUERS_HTTP, ERROR, "cabf.aia_ca_issuers_has_no_http_uri", "BR 7.1.2.3 (c)", \
	  PS_N_("has no HTTP address of the issuer's certificate")) \
	X(AIA_OCSP_HTTP, ERROR, "cabf.aia_ocsp_has_no_http_uri", "BR 7.1.2.3 (c)", \
	  PS_N_("has no HTTP address of an OCSP responder")) \
	X(AIA_SCHEME, ERROR, "cabf.smime.aia_prohibited_uri_scheme", "BR 7.1.2.3 (c)", \
	  PS_N_("has an address that is not HTTP: {detail}")) \
	X(AIA_TYPE, ERROR, "cabf.smime.aia_prohibited_generalname_type", "BR 7.1.2.3 (c)", \
	  PS_N_("gives a place by something that is no URI")) \
	X(AIA_INTERNAL, WARNING, "cabf.internal_domain_name", "BR 7.1.2.3 (c)", \
	  PS_N_("names a host that others cannot reach: {detail}")) \
	X(SIA_CRITICAL, ERROR, "pkix.subject_information_access_extension_critical", \
	  "RFC 5280, 4.2.2.2", PS_N_("must not be critical")) \
	/* other extensions */ \
	X(SDA_CRITICAL, ERROR, "pkix.subject_directory_attributes_extension_critical", \
	  "RFC 5280, 4.2.1.8", PS_N_("must not be critical")) \
	X(SDA_PROHIBITED, ERROR, "cabf.smime.subject_directory_attributes_extension_prohibited", \
	  "BR 7.1.2.3 (j)", PS_N_("is not allowed in this profile")) \
	X(CAPS_CRITICAL, ERROR, "pkix.smime_capabilities_extension_critical", "RFC 4262, 2", \
	  PS_N_("must not be critical")) \
	X(QC_CRITICAL, ERROR, "cabf.smime.qc_statements_extension_critical", "BR 7.1.2.3 (k)", \
	  PS_N_("must not be critical")) \
	X(LEI_CRITICAL, ERROR, "cabf.smime.lei_extension_critical", "BR 7.1.2.3 (l)", \
	  PS_N_("must not be critical")) \
	X(LEI_PROHIBITED, ERROR, "cabf.smime.lei_extension_prohibited", "BR 7.1.2.3 (l)", \
	  PS_N_("is not allowed in this profile")) \
	X(ROLE_CRITICAL, ERROR, "cabf.smime.lei_role_extension_critical", "BR 7.1.2.3 (l)", \
	  PS_N_("must not be critical")) \
	X(ROLE_PROHIBITED, ERROR, "cabf.smime.lei_role_extension_prohibited", "BR 7.1.2.3 (l)", \
	  PS_N_("is not allowed in this profile")) \
	X(ADOBE_TIME_CRITICAL, ERROR, "cabf.smime.adobe_timestamp_extension_critical", \
	  "BR 7.1.2.3 (m)", PS_N_("must not be critical")) \
	X(ADOBE_TIME, ERROR, "cabf.smime.adobe_timestamp_extension_prohibited", "BR 7.1.2.3 (m)", \
	  PS_N_("is not allowed in a Strict profile")) \
	X(ADOBE_INFO_CRITICAL, ERROR, "cabf.smime.adobe_archive_revinfo_extension_critical", \
	  "BR 7.1.2.3 (m)", PS_N_("must not be critical")) \
	X(ADOBE_INFO, ERROR, "cabf.smime.adobe_archive_revinfo_extension_prohibited", \
	  "BR 7.1.2.3 (m)", PS_N_("is not allowed in a Strict profile")) \
	/* alternative names */ \
	X(SAN_MISSING, ERROR, "cabf.smime.san_extension_missing", "BR 7.1.4.2.1", \
	  PS_N_("is missing")) \
	X(SAN_CRITICAL, WARNING, "pkix.san_extension_is_critical", "RFC 5280, 4.2.1.6", \
	  PS_N_("should not be critical beside a subject")) \
	X(SAN_NOT_CRITICAL, ERROR, "pkix.san_extension_not_critical", "RFC 5280, 4.2.1.6", \
	  PS_N_("must be critical where the subject is empty")) \
	X(SAN_NO_EMAIL, ERROR, "cabf.smime.san_does_not_contain_email_address", "BR 7.1.4.2.1", \
	  PS_N_("names no mailbox")) \
	X(SAN_TYPE, ERROR, "cabf.smime.prohibited_generalname_type_present", "BR 7.1.4.2.1", \
	  PS_N_("has a name of a kind that is not allowed: {detail}")) \
	X(SAN_OTHER, ERROR, "cabf.smime.prohibited_othername_type_present", "BR 7.1.4.2.1", \
	  PS_N_("has an otherName that a Strict profile does not allow: {detail}")) \
	X(SAN_EMAIL, ERROR, "pkix.invalid_email_address_syntax", "RFC 5280, 4.2.1.6", \
	  PS_N_("has an rfc822Name that is no mailbox: {detail}")) \
	X(SAN_DNS, ERROR, "pkix.invalid_domain_name_syntax", "RFC 5280, 4.2.1.6", \
	  PS_N_("has a dNSName that is no domain: {detail}")) \
	X(SAN_URI, ERROR, "pkix.invalid_uri_syntax", "RFC 5280, 4.2.1.6", \
	  PS_N_("has a URI without a scheme: {detail}")) \
	X(SAN_IP, ERROR, "pkix.ip_address_wrong_length", "RFC 5280, 4.2.1.6", \
	  PS_N_("has an address that is not of 4 or 16 octets")) \
	X(UTF8_SYNTAX, ERROR, "pkix.smtp_utf8_mailbox_invalid_syntax", "RFC 9598, 3", \
	  PS_N_("has an SmtpUTF8Mailbox that is no mailbox: {detail}")) \
	X(UTF8_BOM, ERROR, "pkix.smtp_utf8_mailbox_has_bom", "RFC 9598, 3", \
	  PS_N_("has an SmtpUTF8Mailbox with a byte order mark")) \
	X(UTF8_UPPER, ERROR, "pkix.smtp_utf8_mailbox_has_uppercase", "RFC 9598, 3", \
	  PS_N_("has an SmtpUTF8Mailbox with capitals in its domain: {detail}")) \
	X(UTF8_ASCII, ERROR, "pkix.smtp_utf8_mailbox_is_ascii_only", "RFC 9598, 3", \
	  PS_N_("has an SmtpUTF8Mailbox that should be an rfc822Name: {detail}")) \
	X(UTF8_DOMAIN, ERROR, "pkix.smtp_utf8_mailbox_domain_part_invalid_syntax", "RFC 9598, 3", \
	  PS_N_("has an SmtpUTF8Mailbox whose domain is not in A-labels: {detail}")) \
	X(NO_ADDRESS, WARNING, "smime.no_address", "RFC 8550, 3", \
	  PS_N_("names no mailbox, so no sender can be matched to it")) \
	/* the subject, and directory names among the alternative names */ \
	X(EMAIL_NOT_IN_SAN, ERROR, "pkix.subject_email_address_not_in_san", "RFC 5280, 4.1.2.6", \
	  PS_N_("has {detail}, which is not among the alternative names")) \
	X(ATTR_NOT_IN_SAN, ERROR, "cabf.smime.email_address_in_attribute_not_in_san", \
	  "BR 7.1.4.2.1", PS_N_("has {detail}, which is not among the alternative names")) \
	X(EMAIL_SEVERAL, ERROR, "smime.several_addresses_in_one_value", "BR 7.1.4.2.2 (h)", \
	  PS_N_("has several addresses where one is allowed")) \
	X(CN_SOURCE, ERROR, "cabf.smime.common_name_value_unknown_source", "BR 7.1.4.2.2 (a)", \
	  PS_N_("has a commonName that is none of what it may be: {detail}")) \
	X(ATTR_MISSING, ERROR, "cabf.smime.missing_required_attribute", "BR 7.1.4.2", \
	  PS_N_("lacks {detail}")) \
	X(ATTR_PROHIBITED, ERROR, "cabf.smime.prohibited_attribute", "BR 7.1.4.2", \
	  PS_N_("has {detail}, which this profile does not allow")) \
	X(ATTR_MIXED, ERROR, "cabf.smime.mixed_name_and_pseudonym_attributes", "BR 7.1.4.2.2 (e)", \
	  PS_N_("has a pseudonym beside a name")) \
	X(ATTR_DEPENDS, ERROR, "cabf.smime.required_attribute_missing_for_dependent_attribute", \
	  "BR 7.1.4.2.2", PS_N_("has {detail} without locality or state")) \
	X(ATTR_EMPTY, ERROR, "cabf.insignificant_attribute_value_present", "BR 7.1.4.2", \
	  PS_N_("has {detail}, which says nothing")) \
	X(COUNTRY, ERROR, "cabf.invalid_country_code", "BR 7.1.4.2.2 (n)", \
	  PS_N_("has the country {detail}, which ISO 3166 does not know")) \
	X(ORG_ID_FORMAT, ERROR, "cabf.invalid_subject_organization_identifier_format", \
	  "BR 7.1.4.2.2 (d)", PS_N_("has an organizationIdentifier of no known form: {detail}")) \
	X(ORG_ID_SCHEME, ERROR, \
	  "cabf.invalid_subject_organization_identifier_registration_scheme", \
	  "BR 7.1.4.2.2 (d)", PS_N_("has an organizationIdentifier of no known scheme: {detail}")) \
	X(ORG_ID_COUNTRY, ERROR, "cabf.invalid_organization_identifier_country", \
	  "BR 7.1.4.2.2 (d)", PS_N_("has an organizationIdentifier of a wrong country: {detail}")) \
	X(ORG_ID_STATE, ERROR, \
	  "cabf.invalid_subject_organization_identifier_state_province_for_scheme", \
	  "BR 7.1.4.2.2 (d)", PS_N_("has an organizationIdentifier with a state, which its scheme " \
	  "has not: {detail}")) \
	X(ORG_ID_LEI, ERROR, "iso.lei.invalid_lei_format", "ISO 17442", \
	  PS_N_("has an LEI that is not 20 letters and digits: {detail}")) \
	X(ORG_ID_LEI_SUM, ERROR, "iso.lei.invalid_lei_checksum", "ISO 17442", \
	  PS_N_("has an LEI whose last digits do not fit the others: {detail}")) \
	X(ORG_ID_EUID, WARNING, "cabf.smime.german_ntr_registration_reference_not_euid", \
	  "BR 7.1.4.2.2 (d)", PS_N_("has a German registration that is no EUID: {detail}")) \
	X(ORG_ID_MATCH, ERROR, \
	  "cabf.smime.org_identifier_and_country_name_attribute_inconsistent", \
	  "BR Appendix A", PS_N_("has a countryName other than that of its organizationIdentifier: " \
	  "{detail}")) \
	/* how long */ \
	X(LONG_825, ERROR, "cabf.smime.certificate_validity_period_exceeds_825_days", "BR 6.3.2", \
	  PS_N_("is longer than 825 days")) \
	X(LONG_1185, ERROR, "cabf.smime.certificate_validity_period_exceeds_1185_days", "BR 6.3.2", \
	  PS_N_("is longer than 1185 days")) \
	X(AT_MAXIMUM, WARNING, "cabf.smime.certificate_validity_period_at_maximum", "BR 6.3.2", \
	  PS_N_("is the longest that is allowed"))

enum lint_rule_id {
#define X(name, severity, id, cite, words)	L_##name,
	LINT_RULES(X)
#undef X
	LINT_COUNT
};

#endif
