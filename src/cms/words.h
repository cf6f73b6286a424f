/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_WORDS_H
#define PS_CMS_WORDS_H

/* What the CMS layer says. */

#include "base/words.h"

#define W_CMS_TYPE	PS_N_("the CMS content type {type} is not one that can be opened")
#define W_CMS_OBSOLETE	PS_N_("the message is a PKCS #7 signedAndEnvelopedData, which is obsolete and unsafe; ask for it to be sent anew")
#define W_CMS_DIGESTS	PS_N_("the message names more than {max} digest algorithms")
#define W_CMS_SIGNERS	PS_N_("the message has more than {max} signers")
#define W_CMS_CERTS	PS_N_("the message carries more than {max} certificates")
#define W_CMS_CRLS	PS_N_("the message carries more than {max} revocation lists")
#define W_CMS_RECIPIENTS PS_N_("the message names more than {max} recipients")
#define W_CMS_NO_RECIPIENT PS_N_("the message names no recipient at all")
#define W_CMS_NO_CONTENT PS_N_("the encrypted content is not in the message")
#define W_CMS_NO_PLAIN	PS_N_("the content is not in the message")
#define W_CMS_NOT_OCTETS PS_N_("the signed content is not an OCTET STRING, as RFC 5652, 5.2 wants")
#define W_CMS_COMPRESSION PS_N_("the message is compressed with {name}, which cannot be read here; zlib can")
#define W_CMS_COMPRESSED_VERSION PS_N_("the compressed message has version {found}; RFC 3274 knows 0")
#define W_CMS_COMPRESSED_EMPTY PS_N_("the compressed message has no content to expand")
#define W_CMS_NO_KEY	PS_N_("none of the given keys is among the recipients that the message names; `postseal inspect` shows them, give yours with --identity")
#define W_CMS_ORIGINATOR PS_N_("the key agreement names the sender's certificate, which is neither in the message nor known; give it with --cert")
#define W_CMS_MAC	PS_N_("the message is authenticated with {name}, which cannot be checked here")
#define W_CMS_MAC_ATTRS	PS_N_("the authenticated attributes break their rules ({what}, RFC 5652 section 11)")
#define W_CMS_MAC_CONTENT PS_N_("the content was changed after its authentication code was made")
#define W_CMS_MAC_CONFUSION PS_N_("the content could be the authenticated attributes of another message")
#define W_CMS_KEK	PS_N_("a raw key-encryption key has 16, 24 or 32 octets, not {found}")
#define W_CMS_CIPHER	PS_N_("the message is encrypted with {name}, which cannot be read here")
#define W_CMS_NOT_AEAD	PS_N_("the message claims authenticated encryption with {name}, which does not authenticate (RFC 5083)")
#define W_CMS_AEAD_IN_ED PS_N_("the message uses {name} without its authentication tag (RFC 5083 wants AuthEnvelopedData)")
#define W_CMS_CHANGED	PS_N_("the content changed between two readings; nothing was written")
#define W_CMS_NO_SIGNER	PS_N_("no identity was given to sign with; add one with --identity")
#define W_CMS_LENGTH	PS_N_("the content is {found} octets long, {want} were announced")

#endif
