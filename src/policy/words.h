/* SPDX-License-Identifier: ISC */
#ifndef PS_POLICY_WORDS_H
#define PS_POLICY_WORDS_H

#include "base/words.h"

#define W_POLICY_NAME	PS_N_("there is no policy named {name}; choose default, strict or legacy-read")
#define W_POLICY_SECTION PS_N_("a policy has no section {section}; it has digest, signature, cipher, recipient, key, rules and network")
#define W_POLICY_ALG	PS_N_("no {section} is named {name}")
#define W_POLICY_RULE	PS_N_("there is no rule named {name}")
#define W_POLICY_EMPTY	PS_N_("{name} needs a value, such as good, weak or refused")
#define W_POLICY_VALUE	PS_N_("{value} says nothing about {name}; write good, weak, refused, read=, send=, until=, bits= or read-bits=")
#define W_POLICY_GRADE	PS_N_("{value} is not a grade; write good, weak or refused")
#define W_POLICY_DATE	PS_N_("{value} is not a date such as 2030-12-31")
#define W_POLICY_BITS	PS_N_("{value} is not a number of bits from 1 to 16384")
#define W_POLICY_NO_BITS PS_N_("{name} has no length of key that could be set")
#define W_POLICY_BROKEN	PS_N_("{name} is broken, so nothing may be sent with it; write read=weak to read what others sent")
#define W_POLICY_SHORT	PS_N_("keys of {name} shorter than {least} bits are too weak to send with; write read-bits= to read what others sent")
#define W_POLICY_RULE_VALUE PS_N_("{value} is not a value of the rule {name}; it takes {choice}")
#define W_POLICY_RULE_REFUSED PS_N_("this policy refuses to send with {value}, so it cannot be the {name}")
#define W_POLICY_NETWORK	PS_N_("the section network has no rule {name}")

#endif
