/* SPDX-License-Identifier: ISC */
#ifndef PS_DER_WORDS_H
#define PS_DER_WORDS_H

/* What a person reads when an encoding is broken: see base/words.h. */

#include "base/words.h"

/* The cursor: W_DER_WANT_* fill {want}. */
#define W_DER_WANTED	PS_N_("{path}: wanted {want}")
#define W_DER_FOUND	PS_N_("{path}: wanted {want}, found {found}")
#define W_DER_WANT_END	PS_N_("the end")
#define W_DER_WANT_HEAD	PS_N_("a whole tag and length, but the octets end")
#define W_DER_WANT_TAG	PS_N_("a tag in a form that the encoding rules allow")
#define W_DER_WANT_LENGTH PS_N_("a length in a form that the encoding rules allow")
#define W_DER_WANT_FIT	PS_N_("a length that stays within the element around it")
#define W_DER_WANT_DEFINITE PS_N_("a definite length, as DER demands")
#define W_DER_WANT_MINIMAL PS_N_("the shortest form of the length, as DER demands")
#define W_DER_WANT_OID	PS_N_("a well-formed object identifier")
#define W_DER_WANT_INTEGER PS_N_("an integer of at least one octet")
#define W_DER_WANT_INT_MINIMAL PS_N_("the shortest form of the integer, as DER demands")
#define W_DER_WANT_U64	PS_N_("a number from 0 to 2^64 - 1")
#define W_DER_WANT_BOOL	PS_N_("a truth value of one octet")
#define W_DER_WANT_BOOL_DER PS_N_("the truth value 00 or ff, as DER demands")
#define W_DER_WANT_BITS	PS_N_("a bit string of whole octets")
#define W_DER_WANT_NAMED PS_N_("a bit string with a count of unused bits from 0 to 7")
#define W_DER_WANT_TIME_TAG PS_N_("UTCTime or GeneralizedTime")
#define W_DER_WANT_TIME	PS_N_("a date and time that exists")
#define W_DER_WANT_TIME_DER PS_N_("a date and time with seconds and Z, as DER demands")

/* The builder. */
#define W_DER_BUILD_MISUSE PS_N_("the DER builder was used wrongly: an element is " \
	"still open, or there is none to close, or a value cannot be encoded")
#define W_DER_BUILD_LIMIT PS_N_("what is built is longer or deeper than allowed here")

/* The streaming reader; {what} is the ASN.1 name of the element. */
#define W_DER_ENDS	PS_N_("the message ends in the middle of {what}")
#define W_DER_BAD_TAG	PS_N_("in {what}, a tag is written in a form that the encoding rules forbid")
#define W_DER_BAD_LENGTH PS_N_("in {what}, a length is written in a form that the encoding rules forbid")
#define W_DER_OVER	PS_N_("{what} is longer than the element around it")
#define W_DER_EOC	PS_N_("in {what}, an end-of-contents mark stands where none " \
	"belongs")
#define W_DER_WRONG	PS_N_("wanted {what} as {want}, found {found}")
#define W_DER_MISSING	PS_N_("wanted {what}, found the end of the element around it")
#define W_DER_NOT_END	PS_N_("wanted the end of {what}, found {found}")
#define W_DER_DEPTH	PS_N_("the elements of the message lie within each other " \
	"deeper than the {max} levels of limit der_depth")
#define W_DER_LONG	PS_N_("{what} is longer than the {max} octets that are allowed")
#define W_DER_NUMBER	PS_N_("{what} is not a number from 0 to 2^64 - 1")
#define W_DER_OID	PS_N_("{what} is not a well-formed object identifier")
#define W_DER_TRAILING	PS_N_("something else follows the end of the message (octet value {octet})")
#define W_DER_MISUSE	PS_N_("the streaming reader of BER was used wrongly")

#endif
