/* SPDX-License-Identifier: ISC */
#ifndef PS_ISSUE_WORDS_H
#define PS_ISSUE_WORDS_H

#include "base/words.h"

/* --- lint (what it finds stands in lint_rules.h) --- */
#define W_ISSUE_LINT_READ PS_N_("this is no certificate that could be judged")
#define W_ISSUE_LINT_PROFILE PS_N_("there is no profile {name}; it is none, or one of mailbox, organization, sponsor and individual, a hyphen, and legacy, multipurpose or strict")
#define W_ISSUE_LINT_EMPTY PS_N_("{path} holds no certificate")

/* --- the authority --- */
#define W_ISSUE_FILE	PS_N_("{path} does not hold what is wanted, in PEM or DER form")
#define W_ISSUE_FOLDER	PS_N_("the path of the authority's folder is too long: {path}")
#define W_ISSUE_MAKE	PS_N_("cannot make the folder {path}: {reason}")
#define W_ISSUE_LOCK	PS_N_("cannot lock {path}: {reason}")
#define W_ISSUE_BUSY	PS_N_("another process works for the authority in {path}; try again")
#define W_ISSUE_NONE	PS_N_("there is no authority in {path}; make one: postseal ca init")
#define W_ISSUE_THERE	PS_N_("there is an authority in {path}, which is not replaced")
#define W_ISSUE_NAME	PS_N_("the authority wants a name of 1 to {most} octets: --name")
#define W_ISSUE_KEY	PS_N_("{path} is not the key of the certificate beside it")
#define W_ISSUE_ENTRY	PS_N_("the record about {about} cannot be read")
#define W_ISSUE_ADDRESS	PS_N_("{address} is no address that a certificate can name")
#define W_ISSUE_NOBODY	PS_N_("a certificate is for 1 to {max} addresses; name them, or let the request do so")
#define W_ISSUE_NOT_ASKED PS_N_("the request does not ask for {address}")
#define W_ISSUE_TWICE	PS_N_("{address} has a certificate for this use; revoke it first, or say --again")
#define W_ISSUE_USE	PS_N_("a key of this kind cannot do what it is to be for")
#define W_ISSUE_DAYS	PS_N_("a certificate for a mailbox lasts {most} days at most (BR 6.3.2)")
#define W_ISSUE_REQUEST	PS_N_("cannot take the request {path}")
#define W_ISSUE_REQUEST_MANY PS_N_("it asks for more than {max} addresses")
#define W_ISSUE_REQUEST_PROOF PS_N_("its signature is wrong, so nothing proves that who asks has the key (RFC 2986)")
#define W_ISSUE_REQUEST_KEY PS_N_("a public key alone proves nothing; have a request made with it (PKCS#10)")
#define W_ISSUE_REASON	PS_N_("{name} is no reason to revoke; it is one of {list}")
#define W_ISSUE_NOT_OURS PS_N_("this authority issued no certificate {serial}")
#define W_ISSUE_REVOKED	PS_N_("the certificate {serial} was revoked on {date}")
#define W_ISSUE_QUESTION PS_N_("a question in the request cannot be read")
#define W_ISSUE_QUESTIONS PS_N_("a request about more than {max} certificates")

#endif
