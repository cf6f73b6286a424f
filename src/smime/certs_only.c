/* SPDX-License-Identifier: ISC */
/*
 * A message that carries certificates and nothing else (RFC 8551, 3.8): how
 * somebody is given what to encrypt to.
 */
#include <stdlib.h>

#include "base/text.h"
#include "cms/signed_data.h"
#include "smime/pieces.h"
#include "smime/words.h"

/* People first, then authorities; a root is for its reader to choose. */
static size_t
sort_certs(const struct ps_setup *s, ps_cert **out)
{
	size_t n = 0;

	for (int authority = 0; authority < 2; authority++)
		for (size_t i = 0; i < s->ncert; i++) {
			ps_cert *c = s->cert[i];

			if (ps_cert_view_of(c)->ca == (authority != 0) &&
			    !(authority != 0 && ps_cert_self_issued(c)) &&
			    !ps_cert_is_in(out, n, c))
				out[n++] = c;
		}
	return n;
}

static ps_code
write_message(ps_slice der, ps_writer *out, ps_err *err)
{
	ps_code code;

	if ((code = ps_writer_text(out, "MIME-Version: 1.0\r\n", err)) != PS_OK ||
	    (code = pieces_cms_header(out, "certs-only", "smime.p7c", err)) != PS_OK)
		return code;
	return pieces_base64_body(out, der, err);
}

ps_code
ps_protector_write_certs(ps_protector *pr, ps_writer *out, ps_err *err)
{
	struct ps_buf der = { 0 };
	ps_cert **list;
	size_t n;
	ps_code code;

	if (pr == NULL || out == NULL ||
	    (list = calloc(pr->setup.ncert + 1, sizeof(ps_cert *))) == NULL)
		return ps_nomem(err, "smime.certs-only");
	n = sort_certs(&pr->setup, list);
	code = n == 0 ? ps_fail(err, PS_E_NOT_FOUND, "smime.certs-only", PS_NOWHERE, W_P_NO_CERTS)
	    : cms_certs_only(list, n, &der, err);
	if (code == PS_OK && (code = write_message(ps_buf_get(&der), out, err)) == PS_OK)
		code = ps_writer_finish(out, err);
	if (code != PS_OK)
		ps_writer_abandon(out);
	ps_buf_clear(&der);
	free(list);
	return code;
}
