/* SPDX-License-Identifier: ISC */
/*
 * AuthenticatedData and DigestedData: contents that anybody can read, with
 * something that finds changes.
 *
 * Neither says who wrote, so the envelope ends here and no badge is earned.
 * Yet of an authenticated content nothing leaves before its code was checked:
 * it is read twice, and the second reading checks again.
 */
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "cms/authenticated.h"
#include "cms/digested.h"
#include "crypto/words.h"
#include "smime/opening.h"
#include "smime/words.h"

struct authenticated {
	struct opening	*o;
	struct cms_authenticated a;
	ps_reader	*spool;		/* over the content, when it is needed */
	ps_reader	*source;
	struct cms_digests digests;
	struct ps_mac	*mac;
	ps_secret	*key;
	struct cms_try	 tries;
	size_t		 index;		/* into v->authentication */
};

static struct ps_encryption *
record(struct authenticated *x)
{
	return &x->o->v->authentication[x->index];
}

static ps_code
describe(struct authenticated *x, struct ps_layer *layer, ps_err *err)
{
	struct ps_verdict *v = x->o->v;
	struct ps_encryption *rec;
	ps_code code = ps_authentication_add(v, &rec, err);

	if (code != PS_OK)
		return code;
	x->index = v->nauthentication - 1;
	rec->layer = layer;
	rec->in_envelope = layer->in_envelope;
	rec->recipients = x->a.recipients;	/* moved */
	memset(&x->a.recipients, 0, sizeof x->a.recipients);
	ps_algid_text(PS_ALG_MAC, &x->a.mac_algid, rec->cipher, sizeof rec->cipher);
	layer->authentication = (int)x->index;
	layer->version = (unsigned)x->a.version;
	return opening_set_content_type(layer, &x->a.content_oid, err);
}

/* --- the readings --- */

static ps_code
choose_source(struct authenticated *x, ps_err *err)
{
	ps_code code;

	x->source = x->a.content;
	if (ps_reader_can_rewind(x->a.content))
		return PS_OK;
	/* A copy of what was decrypted would be plaintext on a disk. */
	if (x->o->nencrypted != 0)
		return ps_fail(err, PS_E_UNSUPPORTED, "smime.open", PS_NOWHERE, W_OPEN_TWICE);
	code = ps_reader_open_spool(&x->spool, x->a.content, NULL, x->o->limits->hold, err);
	if (code == PS_OK)
		x->source = x->spool;
	return code;
}

static ps_code
restart_digests(struct authenticated *x, ps_err *err)
{
	return cms_digests_look(&x->digests, (ps_slice){ NULL, SIZE_MAX }, err);
}

static ps_code
drain_through(struct authenticated *x, ps_look_fn look, void *arg, ps_err *err)
{
	ps_reader *tap;
	ps_code code = ps_reader_open_tap(&tap, x->source, look, arg, err);

	if (code != PS_OK)
		return code;
	code = ps_reader_drain(tap, NULL, err);
	ps_reader_close(tap);
	return code;
}

/* A ps_look_fn; `arg` is the code being made. */
static ps_code
look_mac(void *arg, ps_slice in, ps_err *err)
{
	if (in.p == NULL && in.n == SIZE_MAX)
		return ps_mac_restart(arg, err);
	return ps_mac_update(arg, in, err);
}

/* The first reading learns what stands behind the content. */
static ps_code
learn(struct authenticated *x, ps_err *err)
{
	ps_code code;

	if (x->a.digest != NULL &&
	    (code = cms_digests_add(&x->digests, x->a.digest, err)) != PS_OK)
		return code;
	if ((code = drain_through(x, cms_digests_look, &x->digests, err)) != PS_OK ||
	    (code = cms_authenticated_finish(&x->a, err)) != PS_OK ||
	    (code = cms_digests_final(&x->digests, err)) != PS_OK)
		return code;
	return ps_reader_rewind(x->source, err);
}

/* --- the code --- */

static ps_code
check_code(struct authenticated *x, ps_err *err)
{
	ps_slice code_said = ps_buf_get(&x->a.code);
	ps_code code;

	if (x->a.attrs.n != 0)
		code = ps_mac_update(x->mac, ps_buf_get(&x->a.attrs), err);
	else if ((code = drain_through(x, look_mac, x->mac, err)) == PS_OK)
		code = ps_reader_rewind(x->source, err);
	return code != PS_OK ? code : ps_mac_verify(x->mac, code_said, err);
}

static ps_code
next_key(struct authenticated *x, ps_err *err)
{
	ps_code code;

	ps_mac_free(x->mac);
	x->mac = NULL;
	code = opening_try_keys(x->o, record(x), &x->a.originator, x->a.mac->bits / 8, &x->tries,
	    x->key, err);
	if (code != PS_OK)
		return code;
	return ps_mac_new(&x->mac, x->a.mac, ps_secret_get(x->key), err);
}

/* Tries keys until one gives the code that is in the message. */
static ps_code
find_key(struct authenticated *x, ps_err *err)
{
	bool any = false;
	ps_code code;

	for (;;) {
		if ((code = next_key(x, err)) == PS_E_NO_KEY && any)
			return ps_fail(err, PS_E_DECRYPT, "smime.open", PS_NOWHERE,
			    W_CRYPTO_DECRYPT);
		if (code != PS_OK)
			return code;
		any = true;
		if ((code = check_code(x, err)) != PS_E_DECRYPT)
			return code;
	}
}

/* --- the content --- */

/* The content again, this time to be read; and its check again. */
static ps_code
read_content(struct authenticated *x, struct ps_layer *layer, ps_err *err)
{
	bool attrs = x->a.attrs.n != 0;
	ps_reader *tap;
	ps_code code;

	if ((code = attrs ? restart_digests(x, err) : ps_mac_restart(x->mac, err)) != PS_OK ||
	    (code = ps_reader_open_tap(&tap, x->source, attrs ? cms_digests_look : look_mac,
	    attrs ? (void *)&x->digests : (void *)x->mac, err)) != PS_OK)
		return code;
	if ((code = opening_content(x->o, tap, layer, layer->in_envelope, err)) == PS_OK)
		code = ps_reader_drain(tap, NULL, err);
	ps_reader_close(tap);
	if (code != PS_OK || (code = cms_digests_final(&x->digests, err)) != PS_OK)
		return code;
	code = attrs ? cms_authenticated_attrs(&x->a, &x->digests, err)
	    : ps_mac_verify(x->mac, ps_buf_get(&x->a.code), err);
	if (code == PS_E_DECRYPT)
		return ps_fail(err, PS_E_CHANGED, "smime.open", PS_NOWHERE, W_OPEN_CHANGED);
	return code;
}

/* What stands behind the content comes once more, unless a copy was read. */
static ps_code
read_end(struct authenticated *x, ps_err *err)
{
	return x->spool != NULL ? PS_OK : cms_authenticated_finish(&x->a, err);
}

static ps_code
pass_by(struct authenticated *x, ps_err *err)
{
	ps_code code = ps_reader_drain(x->source, NULL, err);

	return code != PS_OK ? code : read_end(x, err);
}

static ps_code
check(struct authenticated *x, ps_err *err)
{
	ps_code code;

	if ((code = cms_authenticated_usable(&x->a, err)) != PS_OK ||
	    (code = choose_source(x, err)) != PS_OK ||
	    (code = learn(x, err)) != PS_OK ||
	    (code = find_key(x, err)) != PS_OK)
		return code;
	return cms_authenticated_attrs(&x->a, &x->digests, err);
}

static ps_code
open_inside(struct authenticated *x, struct ps_layer *layer, ps_err *err)
{
	ps_code code;

	x->source = x->a.content;
	if (!layer->in_envelope)	/* an errant layer is named, not opened */
		return pass_by(x, err);
	code = check(x, err);
	if (code == PS_E_NO_KEY && x->o->inspect) {
		ps_err_clear(err);
		return pass_by(x, err);
	}
	if (code != PS_OK)
		return code;
	record(x)->opened = true;
	if ((code = read_content(x, layer, err)) != PS_OK)
		return code;
	record(x)->authenticated = true;
	ps_verdict_warn(x->o->v, "authenticated-only", W_W_AUTHENTICATED,
	    PS_TEXT("name", x->a.mac->label));
	return read_end(x, err);
}

ps_code
opening_authenticated(struct opening *o, struct cms_shell *shell, struct ps_layer *parent,
    bool in_envelope, const struct mime_entity *entity, ps_err *err)
{
	struct authenticated x = { .o = o, .tries = { .rounds = o->kdf_rounds } };
	struct ps_layer *layer;
	ps_code code = ps_layer_add(o->v, parent, PS_LAYER_AUTHENTICATED_DATA, in_envelope, &layer,
	    err);

	if (code != PS_OK)
		return code;
	if ((x.key = ps_secret_new()) == NULL)
		return ps_nomem(err, "smime.open");
	if ((entity == NULL || (code = opening_set_media(layer, entity, err)) == PS_OK) &&
	    (code = cms_authenticated_open(&x.a, &shell->ber, err)) == PS_OK &&
	    (code = describe(&x, layer, err)) == PS_OK &&
	    (code = open_inside(&x, layer, err)) == PS_OK)
		code = cms_shell_close(shell, err);
	layer->der = shell->ber.canonical;
	ps_reader_close(x.spool);
	cms_authenticated_clear(&x.a);
	cms_digests_clear(&x.digests);
	ps_mac_free(x.mac);
	ps_secret_free(x.key);
	return code;
}

/* --- DigestedData --- */

/* A digest that is wrong withholds nothing: nobody vouched for the content
 * before either. */
static void
warn_digest(struct opening *o, const struct cms_digested *d)
{
	char name[96];

	if (!d->judged)
		ps_verdict_warn(o->v, "digest-unknown", W_W_DIGEST_UNKNOWN, PS_TEXT("name",
		    ps_algid_text(PS_ALG_DIGEST, &d->algid, name, sizeof name)));
	else if (!d->right)
		ps_verdict_warn(o->v, "digest-wrong", W_W_DIGEST_WRONG);
}

static ps_code
name_digest(struct ps_layer *layer, const struct cms_digested *d, ps_err *err)
{
	char name[96];

	layer->digests = strdup(ps_algid_text(PS_ALG_DIGEST, &d->algid, name, sizeof name));
	return layer->digests == NULL ? ps_nomem(err, "smime.open") : PS_OK;
}

ps_code
opening_digested(struct opening *o, struct cms_shell *shell, struct ps_layer *parent,
    bool in_envelope, const struct mime_entity *entity, ps_err *err)
{
	struct cms_digested d = { .ber = NULL };
	struct ps_layer *layer;
	ps_code code = ps_layer_add(o->v, parent, PS_LAYER_DIGESTED_DATA, in_envelope, &layer, err);

	if (code != PS_OK)
		return code;
	if ((entity == NULL || (code = opening_set_media(layer, entity, err)) == PS_OK) &&
	    (code = cms_digested_open(&d, &shell->ber, err)) == PS_OK &&
	    (code = opening_set_content_type(layer, &d.content_oid, err)) == PS_OK &&
	    (code = name_digest(layer, &d, err)) == PS_OK &&
	    (code = opening_content(o, d.content, layer, in_envelope, err)) == PS_OK &&
	    (code = ps_reader_drain(d.content, NULL, err)) == PS_OK &&
	    (code = cms_digested_finish(&d, err)) == PS_OK)
		code = cms_shell_close(shell, err);
	layer->version = (unsigned)d.version;
	layer->der = shell->ber.canonical;
	if (code == PS_OK)
		warn_digest(o, &d);
	cms_digested_clear(&d);
	return code;
}
