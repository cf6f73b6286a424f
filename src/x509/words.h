/* SPDX-License-Identifier: ISC */
#ifndef PS_X509_WORDS_H
#define PS_X509_WORDS_H

#include "base/words.h"

/* Failures. */
#define W_X509_CERT_SIZE PS_N_("a certificate of {size} octets; at most {max} are allowed")
#define W_X509_CERT	PS_N_("this is not a certificate that can be read")
#define W_X509_ADDRESSES PS_N_("a certificate with more than {max} addresses")
#define W_X509_NO_CERTS	PS_N_("{path} holds no certificate; an anchor is a certificate in PEM or DER form")
#define W_X509_ANCHOR	PS_N_("cannot use the certificate of {who} as an anchor")
#define W_X509_ANCHORS	PS_N_("cannot take the anchors from {path}")
#define W_X509_LIBRARY	PS_N_("the crypto library failed while it checked a certificate")
#define W_X509_CRL	PS_N_("{path} holds no revocation list in PEM or DER form")
#define W_X509_CRL_FILE	PS_N_("cannot read the revocation list {path}")

/* What stands for a name that says nothing. */
#define W_X509_NO_NAME	PS_N_("a holder without a name")
#define W_X509_BAD_NAME	PS_N_("a name that cannot be read")

/* Why a path is no good. {who}: whose certificate; {issuer}: who issued it. */
#define W_PATH_EXPIRED	PS_N_("the certificate of {who} expired on {date}")
#define W_PATH_NOT_YET	PS_N_("the certificate of {who} is valid only from {date}")
#define W_PATH_CA_EXPIRED PS_N_("the certificate of the authority {who} expired on {date}")
#define W_PATH_CA_NOT_YET PS_N_("the certificate of the authority {who} is valid only from {date}")
#define W_PATH_REVOKED	PS_N_("the certificate of {who} was revoked on {date}")
#define W_PATH_CA_REVOKED PS_N_("the certificate of the authority {who} was revoked on {date}")
#define W_PATH_REVOKED_WHY PS_N_("the certificate of {who} was revoked on {date}: {reason}")
#define W_PATH_CA_REVOKED_WHY PS_N_("the certificate of the authority {who} was revoked on {date}: {reason}")
#define W_REVOKED_KEY	PS_N_("somebody else may have the key")
#define W_REVOKED_CA_KEY PS_N_("somebody else may have the key of the authority")
#define W_REVOKED_AFFILIATION PS_N_("its holder is no longer where it says")
#define W_REVOKED_SUPERSEDED PS_N_("another one has taken its place")
#define W_REVOKED_CESSATION PS_N_("it is no longer used")
#define W_REVOKED_HOLD	PS_N_("for the time being")
#define W_REVOKED_PRIVILEGE PS_N_("its holder has lost the right to it")
#define W_PATH_NO_CRL	PS_N_("it is not known whether the certificate of {who} was revoked: there is no current revocation list of {issuer}")
#define W_PATH_UNKNOWN	PS_N_("nobody that this system trusts vouches for the certificate of {who} (issuer: {issuer}); if you trust that authority, give its root certificate with --trust")
#define W_PATH_ROOT	PS_N_("the root certificate of {who} is not among those that this system trusts; if you trust that authority, give its certificate with --trust")
#define W_PATH_DISTRUSTED PS_N_("the certificate of {who} is marked as not trusted on this system")
#define W_PATH_SELF_SIGNED PS_N_("only {who} vouches for the certificate of {who}; if you know that it is genuine, give it with --trust")
#define W_PATH_ALTERED	PS_N_("the certificate of {who} was altered, or {issuer} did not issue it: its signature is wrong")
#define W_PATH_NO_ALG	PS_N_("the signature on the certificate of {who} uses the algorithm {alg}, which this program cannot check")
#define W_PATH_NOT_CA	PS_N_("{who} issued a certificate, but its own does not allow that")
#define W_PATH_LONG	PS_N_("too many certificates stand between the one that was checked and a root; the last is that of {who}")
#define W_PATH_LENGTH	PS_N_("{who} issued through more intermediate authorities than its certificate allows")
#define W_PATH_NAMES	PS_N_("the certificate of {who} carries a name that one of its issuers may not vouch for")
#define W_PATH_MAILBOX	PS_N_("the certificate of {who} names the address {reason}, for which {issuer} may not vouch")
#define W_PATH_NO_LIMITS PS_N_("the certificate of the authority {who} limits the names that it may vouch for in a way that cannot be read")
#define W_PATH_MANY_NAMES PS_N_("the certificate of {who} names more than is compared with what its issuers may vouch for")
#define W_PATH_NO_ISSUER PS_N_("the certificate of {who} does not say who issued it (RFC 5280, 4.1.2.4)")
#define W_PATH_NO_SUBJECT PS_N_("the certificate of {who} has no subject, and no critical alternative name in place of one (RFC 5280, 4.1.2.6)")
#define W_PATH_POLICY	PS_N_("the certificate of {who} lacks a certificate policy that its issuers, or the rules in force here, require")
#define W_PATH_CRITICAL	PS_N_("the certificate of {who} has a critical extension that this program does not know")
#define W_PATH_MALFORMED PS_N_("the certificate of {who} is malformed")
#define W_PATH_OTHER	PS_N_("the certificate of {who} was refused: {reason}")
#define W_PATH_UNCHECKED PS_N_("the crypto library could not check the path of {who}: a key in it is of an unknown kind, or it names too many")
#define W_PATH_NO_SIGN	PS_N_("the certificate of {who} is not meant for signing")
#define W_PATH_NO_ENCRYPT PS_N_("the certificate of {who} is not meant for encryption")
#define W_PATH_NO_MAIL	PS_N_("the certificate of {who} is not meant for mail")
#define W_PATH_CA_NO_MAIL PS_N_("the authority {who} may not issue certificates for mail")
#define W_PATH_NO_TIME	PS_N_("the certificate of {who} is not meant for time-stamps alone (RFC 3161, 2.3)")
#define W_PATH_CA_NO_TIME PS_N_("the authority {who} may not issue certificates for time-stamps")
#define W_PATH_WEAK_KEY	PS_N_("the key of {who} is too weak: {alg} with {bits} bits")
#define W_PATH_NO_KEY	PS_N_("the certificate of {who} has a key of a kind that this program does not know")
#define W_PATH_WEAK_SIG	PS_N_("the signature on the certificate of {who} is too weak: {alg}")

#define W_REQUEST_ADDRESS PS_N_("{address} is no address that a certificate can name")
#define W_REQUEST_NAME	PS_N_("the name is longer than {most} octets; give a shorter one")

#endif
