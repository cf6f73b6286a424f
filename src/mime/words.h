/* SPDX-License-Identifier: ISC */
#ifndef PS_MIME_WORDS_H
#define PS_MIME_WORDS_H

#include "base/words.h"

#define W_MIME_HEADER_BYTES PS_N_("the header section is longer than {max} octets; raise the limit header_bytes if the message is to be trusted")
#define W_MIME_HEADER_FIELDS PS_N_("the header section has more than {max} fields; raise the limit header_fields if the message is to be trusted")
#define W_MIME_PARAMETERS PS_N_("the field has more than {max} parameters; raise the limit parameters if the message is to be trusted")
#define W_MIME_BOUNDARY_EMPTY PS_N_("the multipart names no boundary, so its parts cannot be told apart")
#define W_MIME_BOUNDARY_BYTES PS_N_("the boundary of the multipart has {found} octets, more than the {max} that are allowed")
#define W_MIME_PARTS PS_N_("the message has more than {max} parts; raise the limit parts if it is to be trusted")
#define W_MIME_DEPTH PS_N_("the parts of the message lie more than {max} deep in each other; raise the limit mime_depth if it is to be trusted")
#define W_MIME_ADDRESSES PS_N_("the address fields hold more than {max} mailboxes; raise the limit addresses if the message is to be trusted")

#endif
