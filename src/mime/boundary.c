/* SPDX-License-Identifier: ISC */
/*
 * Boundaries that nothing we write can hold: "=_" stands neither in
 * quoted-printable (RFC 2045, 6.7 suggests it) nor in base64, and 128 random
 * bits keep out what was written before us.
 */
#include "mime/mime.h"

#include "base/text.h"

void
mime_boundary(char out[48], const uint8_t random[16])
{
	out[0] = '=';
	out[1] = '_';
	ps_text_hex(out + 2, (ps_slice){ random, 16 });
}
