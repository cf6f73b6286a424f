/* SPDX-License-Identifier: ISC */
#ifndef PS_STORE_WORDS_H
#define PS_STORE_WORDS_H

#include "base/words.h"

#define W_STORE_NO_LIBRARY PS_N_("this system has no SQLite (libsqlite3.so.0), which the store needs; install it, or use --no-store")
#define W_STORE_NO_HOME	PS_N_("neither XDG_DATA_HOME nor HOME says where the store is; name it with --store")
#define W_STORE_NONE	PS_N_("there is no store at {path}")
#define W_STORE_NO_COPY	PS_N_("there is no good copy at {path}")
#define W_STORE_FOLDER	PS_N_("cannot use the folder {path}: {reason}")
#define W_STORE_FILE	PS_N_("cannot use the store {path}: {reason}")
#define W_STORE_OPEN_TO_OTHERS PS_N_("others may change {path}, so what is in it cannot be trusted; `chmod {mode} {path}` ends that")
#define W_STORE_OWNER	PS_N_("{path} belongs to somebody else, so what is in it cannot be trusted")
#define W_STORE_NO_FILE	PS_N_("{path} is no regular file")
#define W_STORE_BUSY	PS_N_("other programs kept the store {path} busy for too long; try again")
#define W_STORE_DAMAGED	PS_N_("the store {path} is damaged; the last good copy of it, if there is one, is {path}.copy")
#define W_STORE_SOUND	PS_N_("the store {path} is not damaged")
#define W_STORE_FULL	PS_N_("there is no space left for the store {path}")
#define W_STORE_NEEDED	PS_N_("something else in the store {path} needs it")
#define W_STORE_NEWER	PS_N_("the store {path} was made by a newer version of this program; use that one")
#define W_STORE_FAILED	PS_N_("the store {path} failed (SQLite error {number})")
#define W_STORE_ASKED	PS_N_("\"{what}\" is neither an address nor the beginning of a SHA-256 in hexadecimal digits, 8 of them at least")
#define W_STORE_NO_CERT	PS_N_("the store has no certificate {what}")
#define W_STORE_USED	PS_N_("the certificate {what} is that of an identity, an anchor, or pinned")
#define W_STORE_NO_IDENTITY PS_N_("the store has no identity with the number {number}")
#define W_STORE_IDENTITY PS_N_("an identity is a key, encrypted or in a token, for an address, to sign or to decrypt")
#define W_STORE_OTHER_KEY PS_N_("the certificate of {who} is for another key")
#define W_STORE_ADDRESS	PS_N_("{address} is no mail address")
#define W_STORE_OTHER_NAME PS_N_("the certificate of {who} does not name {address}")
#define W_STORE_NO_ANCHOR PS_N_("the certificate of {who} is no anchor of the store")
#define W_STORE_BIG	PS_N_("{size} octets are too many to be kept; at most {max} are")
#define W_STORE_NO_NEWS	PS_N_("nothing of this is kept")

#endif
