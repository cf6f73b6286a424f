/* SPDX-License-Identifier: ISC */
/*
 * Who can read it. A recipient without a fit certificate is an error that
 * names the address, never a silent skip (DESIGN 2); all that are missing are
 * named at once.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "smime/protecting.h"
#include "smime/words.h"

static bool
is_rsa(const struct ps_key_info *info)
{
	return info->type->id == PS_KEY_RSA || info->type->id == PS_KEY_RSA_OAEP;
}

static bool
agrees(const struct ps_key_info *info)
{
	return info->type->id == PS_KEY_EC || info->type->id == PS_KEY_X25519 ||
	    info->type->id == PS_KEY_X448;
}

bool
protect_may_encrypt(ps_cert *c)
{
	const struct ps_cert_view *v = ps_cert_view_of(c);
	struct ps_pubkey *key;
	struct ps_key_info info;

	if (v->ca || ps_cert_pubkey(c, &key, NULL) != PS_OK)
		return false;
	ps_pubkey_info(key, &info);
	if (is_rsa(&info))
		return !v->has_ku || (v->ku & PS_KU_KEY_ENCIPHERMENT) != 0;
	return agrees(&info) && (!v->has_ku || (v->ku & PS_KU_KEY_AGREEMENT) != 0);
}

/* Of the certificates for an address the newest that is in date, then the newest. */
static ps_code
find_newest(const struct protecting *p, const char *address, ps_cert **out, ps_err *err)
{
	bool best_dated = false;
	size_t walk = 0;
	ps_cert *c;
	ps_code code;

	*out = NULL;
	while ((code = ps_setup_next_named(&p->pr->setup, address, &walk, &c, err)) == PS_OK &&
	    c != NULL) {
		bool dated = ps_cert_not_before(c) <= p->now && p->now <= ps_cert_not_after(c);

		if (!protect_may_encrypt(c))
			continue;
		if (*out == NULL || (dated && !best_dated) || (dated == best_dated &&
		    ps_cert_not_before(c) > ps_cert_not_before(*out))) {
			*out = c;
			best_dated = dated;
		}
	}
	return code;
}

/* RFC 8551, 2.5.3.1: the one that the correspondent asks for, as long as it is
 * in date, goes before what we would choose. NULL: there is none. */
static ps_code
find_by_address(const struct protecting *p, const char *address, ps_cert **out, ps_err *err)
{
	*out = protect_preferred(p->pr, address);
	if (*out != NULL && protect_may_encrypt(*out) && ps_cert_not_before(*out) <= p->now &&
	    p->now <= ps_cert_not_after(*out) &&
	    ps_cert_names(*out, address, PS_MATCH_RECIPIENT))
		return PS_OK;
	return find_newest(p, address, out, err);
}

static uint64_t
hash_of(const ps_cert *c)
{
	const struct ps_cert_view *v = ps_cert_view_of(c);

	return ps_hash(v->serial);
}

static bool
listed(const struct protect_list *l, const ps_cert *c)
{
	size_t walk = 0, at;

	while (ps_index_next(&l->by_serial, hash_of(c), &walk, &at))
		if (ps_slice_equal(ps_cert_der(l->to[at].cert), ps_cert_der(c)))
			return true;
	return false;
}

static ps_code
grow(struct protect_list *l, ps_err *err)
{
	size_t room = l->room == 0 ? 4 : 2 * l->room;
	struct cms_to *grown;

	if (l->n < l->room)
		return PS_OK;
	if ((grown = realloc(l->to, room * sizeof *grown)) == NULL)
		return ps_nomem(err, "smime.protect");
	memset(&grown[l->n], 0, (room - l->n) * sizeof *grown);
	l->to = grown;
	l->room = room;
	return PS_OK;
}

static ps_code
add_cert(struct protecting *p, struct protect_list *l, ps_cert *c, bool own, ps_err *err)
{
	struct cms_to to = { .cert = c, .by_ski = p->pr->key_ids };
	struct ps_pubkey *key;
	struct ps_key_info info;
	ps_code code;

	if (listed(l, c))
		return PS_OK;
	if ((code = grow(l, err)) != PS_OK || (code = ps_cert_pubkey(c, &key, err)) != PS_OK)
		return code;
	ps_pubkey_info(key, &info);
	if (ps_policy_key(p->pr->setup.policy, &info, PS_USE_SEND, p->now) != PS_GRADE_GOOD &&
	    !p->pr->insecure_recipients)
		return ps_fail(err, PS_E_REFUSED, "smime.protect", PS_NOWHERE, W_P_WEAK_KEY,
		    PS_TEXT("who", ps_cert_holder(c)));
	if ((code = protect_choose_key(p, l, &to, own, err)) != PS_OK ||
	    (code = ps_index_add(&l->by_serial, hash_of(c), l->n, err)) != PS_OK)
		return code;
	l->to[l->n++] = to;
	return PS_OK;
}

/* Refuses a certificate that is expired, untrusted, revoked or not for mail. */
static ps_code
judge(struct protecting *p, ps_cert *c, const char *name, ps_err *err)
{
	struct ps_path_out path = { .good = false };
	ps_code code;

	code = ps_setup_judge(&p->pr->setup, c, NULL, PS_PURPOSE_ENCRYPT, p->now, &path, err);
	if (code != PS_OK)
		return code;
	if (!path.good && path.nproblem > 0) {
		if (p->pr->insecure_recipients)
			protect_warn(p, W_P_UNFIT_OVER, PS_TEXT("who", name),
			    PS_TEXT("why", path.problem[0].text));
		else
			code = ps_fail(err, PS_E_REFUSED, "smime.protect", PS_NOWHERE,
			    W_P_UNFIT, PS_TEXT("who", name),
			    PS_TEXT("why", path.problem[0].text));
	}
	ps_path_clear(&path);
	return code;
}

static ps_code
add_judged(struct protecting *p, struct protect_list *l, ps_cert *c, const char *name,
    ps_err *err)
{
	ps_code code = listed(l, c) ? PS_OK : judge(p, c, name, err);

	return code != PS_OK ? code : add_cert(p, l, c, false, err);
}

/* Addresses without a certificate, "a, b, c". */
static ps_code
add_missing(struct ps_buf *missing, const char *address, ps_err *err)
{
	ps_code code = PS_OK;

	if (missing->n != 0)
		code = ps_buf_add_text(missing, ", ", err);
	return code == PS_OK ? ps_buf_add_text(missing, address, err) : code;
}

static ps_code
add_address(struct protecting *p, struct protect_list *l, const char *address,
    struct ps_buf *missing, ps_err *err)
{
	ps_cert *c;
	ps_code code = find_by_address(p, address, &c, err);

	if (code != PS_OK)
		return code;
	return c == NULL ? add_missing(missing, address, err)
	    : add_judged(p, l, c, address, err);
}

static ps_code
add_file(struct protecting *p, struct protect_list *l, const struct protect_to *to,
    struct ps_buf *missing, ps_err *err)
{
	for (size_t i = to->first; i < to->first + to->n; i++) {
		ps_cert *c = p->pr->setup.cert[i];

		if (protect_may_encrypt(c))
			return add_judged(p, l, c, ps_cert_holder(c), err);
	}
	return add_missing(missing, ps_cert_holder(p->pr->setup.cert[to->first]), err);
}

static ps_code
add_secrets(struct protecting *p, struct protect_list *l, ps_err *err)
{
	const struct ps_setup *s = &p->pr->setup;
	ps_code code;

	for (size_t i = 0; i < s->npassword; i++) {
		if ((code = grow(l, err)) != PS_OK)
			return code;
		l->to[l->n++].password = s->password[i];
		protect_choose_secret(p, l, "password");
	}
	for (size_t i = 0; i < s->nkek; i++) {
		if ((code = grow(l, err)) != PS_OK)
			return code;
		l->to[l->n++].kek = s->kek[i];
		protect_choose_secret(p, l, "key-encryption key");
	}
	return PS_OK;
}

/* A copy that oneself cannot read is lost (RFC 8551, 3.3). */
static ps_code
add_self(struct protecting *p, struct protect_list *l, ps_err *err)
{
	const struct ps_setup *s = &p->pr->setup;
	ps_code code = PS_OK;

	if (p->pr->no_self)
		return PS_OK;
	for (size_t i = 0; i < s->nidentity && code == PS_OK; i++)
		if (protect_may_encrypt(s->identity[i].cert))
			code = add_cert(p, l, s->identity[i].cert, true, err);
	return code;
}

static ps_code
missing_error(const struct ps_buf *missing, ps_err *err)
{
	if (missing->n == 0)
		return PS_OK;
	return ps_fail(err, PS_E_NOT_FOUND, "smime.protect", PS_NOWHERE, W_P_MISSING,
	    PS_OCTETS("who", ps_buf_get(missing)));
}

/* Those that were asked for, a secret included, else the mail's To and Cc. */
static ps_code
add_main(struct protecting *p, struct protect_list *l, struct ps_buf *missing, ps_err *err)
{
	const struct ps_protector *pr = p->pr;
	ps_code code = PS_OK;

	for (size_t i = 0; i < pr->nasked && code == PS_OK; i++)
		code = pr->asked[i].address != NULL
		    ? add_address(p, l, pr->asked[i].address, missing, err)
		    : add_file(p, l, &pr->asked[i], missing, err);
	if (pr->nasked != 0 || pr->setup.npassword != 0 || pr->setup.nkek != 0 || code != PS_OK)
		return code;
	for (size_t i = 0; i < p->recipients.n && code == PS_OK; i++)
		code = add_address(p, l, p->recipients.box[i].address, missing, err);
	return code;
}

/* A key that memory was too short for must not look like a certificate that
 * is unfit. Once made, a key is kept. */
static ps_code
load_keys(const struct ps_setup *s, ps_err *err)
{
	struct ps_pubkey *key;

	for (size_t i = 0; i < s->ncert; i++)
		if (ps_cert_pubkey(s->cert[i], &key, NULL) == PS_E_NOMEM)
			return ps_nomem(err, "smime.protect");
	return PS_OK;
}

ps_code
protect_choose_recipients(struct protecting *p, struct protect_list *out, ps_err *err)
{
	struct ps_buf missing = { 0 };
	ps_cert *c;
	ps_code code;

	*out = (struct protect_list){ .n = 0 };
	if ((code = load_keys(&p->pr->setup, err)) == PS_OK &&
	    (code = add_main(p, out, &missing, err)) == PS_OK)
		code = add_secrets(p, out, err);
	/* Of the Bcc recipients only whether they have a certificate. */
	for (size_t i = 0; i < p->bcc.n && code == PS_OK; i++) {
		code = find_by_address(p, p->bcc.box[i].address, &c, err);
		if (code == PS_OK && c == NULL)
			code = add_missing(&missing, p->bcc.box[i].address, err);
	}
	if (code == PS_OK && (code = missing_error(&missing, err)) == PS_OK && out->n == 0 &&
	    p->bcc.n == 0)
		code = ps_fail(err, PS_E_NOT_FOUND, "smime.protect", PS_NOWHERE, W_P_NO_TO);
	if (code == PS_OK)
		code = add_self(p, out, err);
	if (code == PS_OK && out->n == 0)
		code = ps_fail(err, PS_E_NOT_FOUND, "smime.protect", PS_NOWHERE, W_P_NO_TO);
	ps_buf_clear(&missing);
	if (code != PS_OK)
		protect_list_clear(out);
	return code;
}

ps_code
protect_choose_bcc(struct protecting *p, const char *address, struct protect_list *out,
    ps_err *err)
{
	struct ps_buf missing = { 0 };
	ps_code code;

	*out = (struct protect_list){ .n = 0 };
	if ((code = add_address(p, out, address, &missing, err)) == PS_OK &&
	    (code = missing_error(&missing, err)) == PS_OK)
		code = add_self(p, out, err);
	ps_buf_clear(&missing);
	if (code != PS_OK)
		protect_list_clear(out);
	return code;
}

void
protect_list_clear(struct protect_list *l)
{
	free(l->to);
	ps_index_clear(&l->by_serial);
	*l = (struct protect_list){ .n = 0 };
}
