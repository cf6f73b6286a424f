/* SPDX-License-Identifier: ISC */
/*
 * Paths whose certificates are not all at hand.
 *
 * Some senders leave their authorities out, but a certificate may say where that of
 * its issuer is (RFC 5280, 4.2.2.1). What comes from there is a helper like any
 * other, worth nothing by itself. A stranger's certificate chooses who is asked
 * here, so it is for the caller to allow it, a path is completed a few steps
 * and no more, and a server that gives nothing new ends it.
 */
#include <stdlib.h>

#include <openssl/err.h>

#include "x509/internal.h"

#define WHERE	"x509.complete"

enum { STEPS = 4, ADDRESSES = 2, TAKEN = 16 };	/* TAKEN: keys that are tried */

struct completing {
	struct ps_path_in in;
	ps_cert		**extra;	/* the caller's, then those that were fetched: refs */
	size_t		 room;
	unsigned	 tries;
	ps_err		*err;
};

static bool
lacks_issuer(const struct ps_path_out *out)
{
	for (size_t i = 0; i < out->nproblem; i++)
		if (out->problem[i].reason == PS_PATH_UNKNOWN_ISSUER)
			return out->nchain > 0;
	return false;
}

/* Of this name there may be several; one that is kept and did not sign would be in the way of
 * the one that did. */
static bool
signed_by(struct completing *c, ps_cert *child, ps_cert *issuer)
{
	X509 *x, *above;
	EVP_PKEY *key;
	bool good;

	if (c->tries == TAKEN || ps_cert_x509(child, &x, NULL) != PS_OK ||
	    ps_cert_x509(issuer, &above, NULL) != PS_OK)
		return false;
	c->tries++;
	key = X509_get0_pubkey(above);
	good = key != NULL && X509_verify(x, key) == 1;
	ERR_clear_error();
	return good;
}

static void
take(struct completing *c, ps_cert *child, ps_slice der, bool *out_any)
{
	ps_cert *cert;

	if (c->in.nextra == c->room || ps_cert_parse(&cert, der, NULL) != PS_OK)
		return;
	if (!ps_name_equal(ps_cert_view_of(cert)->subject, ps_cert_view_of(child)->issuer) ||
	    ps_cert_is_in(c->extra, c->in.nextra, cert) || !signed_by(c, child, cert)) {
		ps_cert_free(cert);
		return;
	}
	c->extra[c->in.nextra++] = cert;
	*out_any = true;
}

/* One certificate, or a CMS object with several (RFC 5280, 4.2.2.1). */
static ps_code
read_answer(struct completing *c, ps_cert *child, const struct ps_question *q,
    struct ps_answer *n, bool *out_any)
{
	struct ps_keyfile file = { 0 };
	ps_code code = ps_keyfile_parse(&file, ps_buf_get(&n->bytes), q->url, NULL, NULL,
	    c->in.limits, c->err);

	for (size_t i = 0; i < file.ncert && code == PS_OK; i++)
		take(c, child, ps_buf_get(&file.cert[i]), out_any);
	ps_keyfile_clear(&file);
	if (code != PS_OK && code != PS_E_NOMEM) {
		ps_err_clear(c->err);
		return PS_OK;
	}
	if (code == PS_OK && *out_any && n->this_update == 0) {
		n->this_update = n->fetched;
		code = ps_news_keep(c->in.news, q, n, c->err);
	}
	return code;
}

static ps_code
fetch(struct completing *c, ps_cert *child, bool *out_any)
{
	struct ps_question q = { .kind = PS_ANSWER_CERTS, .may_ask = true };
	char url[PS_URL_MAX];
	const char *why;
	ps_code code = PS_OK;
	struct ps_answer n;
	X509 *x;

	if (ps_cert_x509(child, &x, NULL) != PS_OK)
		return PS_OK;
	q.url = q.key = url;
	for (size_t i = 0; i < ADDRESSES && code == PS_OK && !*out_any &&
	    ps_point_of(x, PS_POINT_ISSUER, i, url); i++) {
		code = ps_news_find(c->in.news, &q, &n, &why, c->err);
		if (code == PS_OK && n.bytes.n != 0)
			code = read_answer(c, child, &q, &n, out_any);
		ps_news_done(c->in.news, &q);
		ps_answer_clear(&n);
	}
	return code;
}

static ps_code
complete(struct completing *c, struct ps_path_out *out)
{
	ps_code code = PS_OK;
	bool any = true;

	for (unsigned i = 0; i < STEPS && code == PS_OK && any && lacks_issuer(out); i++) {
		any = false;
		code = fetch(c, out->chain[out->nchain - 1], &any);
		if (code != PS_OK || !any)
			break;
		ps_path_clear(out);
		code = ps_path_check(&c->in, out, c->err);
	}
	return code;
}

ps_code
ps_path_complete(const struct ps_path_in *in, struct ps_path_out *out, ps_err *err)
{
	struct completing c = { .in = *in, .room = in->nextra + TAKEN, .err = err };
	ps_code code = ps_path_check(in, out, err);

	if (code != PS_OK || in->news == NULL || !lacks_issuer(out))
		return code;
	c.in.extra = c.extra = calloc(c.room, sizeof *c.extra);
	if (c.extra == NULL) {
		ps_path_clear(out);
		return ps_nomem(err, WHERE);
	}
	for (size_t i = 0; i < in->nextra; i++)
		c.extra[i] = in->extra[i];
	code = complete(&c, out);
	for (size_t i = in->nextra; i < c.in.nextra; i++)
		ps_cert_free(c.extra[i]);
	free(c.extra);
	if (code != PS_OK)
		ps_path_clear(out);
	return code;
}
