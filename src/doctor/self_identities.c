/* SPDX-License-Identifier: ISC */
/*
 * One's own identities: would others take them, and for how long?
 *
 * Each certificate is judged as a stranger would judge it. They are copied out of the store
 * first: judging may ask the network, and what is learnt is written into the same store.
 */
#include "doctor/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <postseal/keys.h>

#include "base/text.h"
#include "base/words.h"
#include "doctor/words.h"

enum { SOON = 30 * 86400, MANY = 256 };

struct own {
	int64_t		 id, created;
	ps_cert		*cert;		/* a reference; NULL: not there yet */
	char		*address, *uri;	/* uri NULL: in the store */
	unsigned	 purpose;
	bool		 in_order;
};
struct owns {
	struct own	 item[MANY];
	size_t		 n;
	bool		 more;
};

static ps_code
copy(void *arg, const ps_store_identity *i, ps_err *err)
{
	struct owns *all = arg;
	struct own *o = &all->item[all->n];

	if (i->retired)
		return PS_OK;
	if (all->n == MANY) {
		all->more = true;
		return PS_OK;
	}
	*o = (struct own){ .id = i->id, .created = i->created, .purpose = i->purpose,
	    .cert = i->cert == NULL ? NULL : ps_cert_ref(i->cert),
	    .address = strdup(i->address), .uri = i->uri == NULL ? NULL : strdup(i->uri) };
	all->n++;
	if (o->address == NULL || (i->uri != NULL && o->uri == NULL))
		return ps_nomem(err, DOCTOR_WHERE);
	return PS_OK;
}

static void
clear(struct owns *all)
{
	for (size_t i = 0; i < all->n; i++) {
		ps_cert_free(all->item[i].cert);
		free(all->item[i].address);
		free(all->item[i].uri);
	}
	free(all);
}

static const char *
purpose_of(unsigned purpose)
{
	static const char *const words[] = { "", "sign", "decrypt", "sign and decrypt" };

	return words[purpose & (PS_STORE_SIGNS | PS_STORE_DECRYPTS)];
}

/* --- one --- */

/* RFC 7512, 2.3: a library of one's own. */
static void
look_for_module(struct exam *x, const struct own *o)
{
	const char *p = o->uri == NULL ? NULL : strstr(o->uri, "module-path=");
	char path[1024];
	size_t n;

	if (p == NULL)
		return;
	p += strlen("module-path=");
	n = strcspn(p, "&");
	if (n >= sizeof path || memchr(p, '%', n) != NULL)
		return;
	(void)snprintf(path, sizeof path, "%.*s", (int)n, p);
	if (access(path, R_OK) != 0)
		exam_find(x, EXAM_PROBLEM, "token-module", W_SELF_ID_MODULE_DO, W_SELF_ID_MODULE,
		    PS_TEXT("who", o->address), PS_TEXT("path", path), PS_NUMBER("n", o->id));
}

/* What is against the path, each a finding. */
static ps_code
judge(struct exam *x, struct own *o, enum ps_purpose purpose, ps_err *err)
{
	struct ps_path_out path = { .good = false };
	ps_code code = ps_setup_judge(&x->pr->setup, o->cert, NULL, purpose, x->now, &path, err);

	for (size_t i = 0; code == PS_OK && i < path.nproblem; i++) {
		char name[64];

		(void)snprintf(name, sizeof name, "identity-%s",
		    ps_path_reason_name(path.problem[i].reason));
		exam_find(x, EXAM_PROBLEM, name, W_SELF_ID_RENEW, W_SELF_ID_PROBLEM,
		    PS_TEXT("who", o->address), PS_NUMBER("n", o->id),
		    PS_TEXT("what", purpose_of(o->purpose)), PS_TEXT("why", path.problem[i].text));
		o->in_order = false;
	}
	ps_path_clear(&path);
	return code;
}

static bool
is_strong(const struct exam *x, ps_cert *c)
{
	struct ps_pubkey *key;
	struct ps_key_info info;

	if (ps_cert_pubkey(c, &key, NULL) != PS_OK)
		return false;
	ps_pubkey_info(key, &info);
	return ps_policy_key(x->pr->setup.policy, &info, PS_USE_SEND, x->now) == PS_GRADE_GOOD;
}

static void
check_fit(struct exam *x, struct own *o)
{
	bool was = o->in_order;

	if ((ps_cert_purpose(o->cert) & o->purpose) != o->purpose) {
		exam_find(x, EXAM_PROBLEM, "identity-usage", NULL, W_SELF_ID_USAGE,
		    PS_TEXT("who", o->address), PS_NUMBER("n", o->id),
		    PS_TEXT("what", purpose_of(o->purpose)));
		o->in_order = false;
	}
	if (!ps_cert_names(o->cert, o->address, PS_MATCH_SENDER)) {
		exam_find(x, EXAM_PROBLEM, "identity-address", NULL, W_SELF_ID_ADDRESS,
		    PS_TEXT("who", o->address), PS_NUMBER("n", o->id));
		o->in_order = false;
	}
	if (was && !is_strong(x, o->cert)) {
		exam_find(x, EXAM_PROBLEM, "identity-weak", W_SELF_ID_RENEW, W_SELF_ID_WEAK,
		    PS_TEXT("who", o->address), PS_NUMBER("n", o->id));
		o->in_order = false;
	}
}

static void
tell_until(struct exam *x, const struct own *o)
{
	char day[SHEET_DATE];
	int64_t until = ps_cert_not_after(o->cert);

	if (until - x->now < SOON)
		exam_find(x, EXAM_WARNING, "identity-expires-soon", W_SELF_ID_RENEW,
		    W_SELF_ID_SOON, PS_TEXT("who", o->address), PS_NUMBER("n", o->id),
		    PS_TEXT("what", purpose_of(o->purpose)),
		    PS_TEXT("date", sheet_day(until, day)));
	else
		exam_find(x, EXAM_GOOD, "identity", NULL, W_SELF_ID, PS_TEXT("who", o->address),
		    PS_TEXT("what", purpose_of(o->purpose)),
		    PS_TEXT("date", sheet_day(until, day)));
}

static ps_code
examine(struct exam *x, struct own *o, ps_err *err)
{
	char day[SHEET_DATE];
	ps_code code;

	look_for_module(x, o);
	if (o->cert == NULL) {
		exam_find(x, EXAM_NOTE, "identity-waits", W_SELF_ID_WAITS_DO, W_SELF_ID_WAITS,
		    PS_TEXT("who", o->address), PS_NUMBER("n", o->id),
		    PS_TEXT("date", sheet_day(o->created, day)));
		return PS_OK;
	}
	o->in_order = true;
	code = judge(x, o, (o->purpose & PS_STORE_SIGNS) != 0 ? PS_PURPOSE_SIGN
	    : PS_PURPOSE_ENCRYPT, err);
	if (code != PS_OK)
		return code;
	check_fit(x, o);
	if (o->in_order)
		tell_until(x, o);
	return PS_OK;
}

/* --- all of an address --- */

static bool
is_first(const struct owns *all, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (ps_address_equal(all->item[i].address, all->item[at].address,
		    PS_MATCH_SENDER))
			return false;
	return true;
}

static unsigned
served(const struct owns *all, const char *address)
{
	unsigned purpose = 0;

	for (size_t i = 0; i < all->n; i++)
		if (all->item[i].in_order &&
		    ps_address_equal(all->item[i].address, address, PS_MATCH_SENDER))
			purpose |= all->item[i].purpose;
	return purpose;
}

static void
tell_served(struct exam *x, const struct owns *all)
{
	for (size_t i = 0; i < all->n; i++) {
		const char *who = all->item[i].address;
		unsigned purpose = served(all, who);

		if (!is_first(all, i))
			continue;
		if ((purpose & PS_STORE_SIGNS) == 0)
			exam_find(x, EXAM_WARNING, "identity-no-signer", W_SELF_ID_NONE_DO,
			    W_SELF_ID_SIGN, PS_TEXT("who", who));
		if ((purpose & PS_STORE_DECRYPTS) == 0)
			exam_find(x, EXAM_WARNING, "identity-no-reader", W_SELF_ID_NONE_DO,
			    W_SELF_ID_DECRYPT, PS_TEXT("who", who));
	}
}

ps_code
exam_identities(struct exam *x, ps_err *err)
{
	struct owns *all = calloc(1, sizeof *all);
	ps_code code = all == NULL ? ps_nomem(err, DOCTOR_WHERE) : PS_OK;

	if (code == PS_OK && x->store != NULL)
		code = ps_store_list_identities(x->store, NULL, 0, copy, all, err);
	for (size_t i = 0; code == PS_OK && i < all->n; i++)
		code = examine(x, &all->item[i], err);
	if (code == PS_OK && all->n == 0)
		exam_find(x, EXAM_WARNING, "identity-none", W_SELF_ID_NONE_DO, W_SELF_ID_NONE);
	if (code == PS_OK && all->more)
		exam_find(x, EXAM_NOTE, "identity-many", NULL, W_SELF_ID_MANY,
		    PS_NUMBER("max", MANY));
	if (code == PS_OK)
		tell_served(x, all);
	if (all != NULL)
		clear(all);
	return code;
}
