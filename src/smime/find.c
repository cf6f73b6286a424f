/* SPDX-License-Identifier: ISC */
/*
 * A recipient of whom no certificate is known is looked for: in a directory, in the
 * DNS, in the order of the policy.
 *
 * What is found is a candidate and no more: it becomes known as if it had been
 * given, and its path is judged as any other's. Only when the policy lets SMIMEA
 * vouch, a record of usage 3 (RFC 8162, RFC 6698) that names the certificate itself
 * stands for the path, for that one certificate; an authority that a domain
 * names (usage 2) never does, since it would stand for all domains.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "crypto/digest.h"
#include "smime/protecting.h"
#include "smime/words.h"

#define WHERE	"smime.find"

enum { RECORDS = 16 };
enum { USAGE_EE = 3, SELECT_KEY = 1 };	/* RFC 6698, 2.1 */

struct record {
	uint64_t	 usage, selector, matching;
	ps_slice	 data;
};

struct finding {
	struct protecting *p;
	const char	*address;
	struct record	 record[RECORDS];
	size_t		 n;
	size_t		 before;	/* certificates known then */
	uint64_t	 room;		/* for more */
};

/* --- what becomes known --- */

/* Those that name the address, and authorities that may lead to a root; the rest was not
 * asked for. Takes `c`. */
static ps_code
take(struct finding *f, ps_cert *c, ps_err *err)
{
	if (f->room == 0 ||
	    !(ps_cert_view_of(c)->ca || ps_cert_names(c, f->address, PS_MATCH_RECIPIENT))) {
		ps_cert_free(c);
		return PS_OK;
	}
	f->room--;
	return ps_setup_add_hearsay(&f->p->pr->setup, c, err);
}

/* One that cannot be read is none. */
static ps_code
take_der(struct finding *f, ps_slice der, ps_err *err)
{
	ps_cert *c;
	ps_code code = ps_cert_parse(&c, der, err);

	if (code == PS_OK)
		return take(f, c, err);
	if (code == PS_E_NOMEM)
		return code;
	ps_err_clear(err);
	return PS_OK;
}

/* A certificate, or a CMS object that holds some. */
static ps_code
take_element(struct finding *f, ps_slice element, ps_err *err)
{
	struct ps_keyfile file = { 0 };
	ps_code code = ps_keyfile_parse(&file, element, f->address, NULL, NULL, f->p->limits, err);

	for (size_t i = 0; i < file.ncert && code == PS_OK; i++)
		code = take_der(f, ps_buf_get(&file.cert[i]), err);
	ps_keyfile_clear(&file);
	if (code == PS_OK || code == PS_E_NOMEM)
		return code;
	ps_err_clear(err);
	return PS_OK;
}

static ps_code
take_directory(struct finding *f, ps_slice in, ps_err *err)
{
	ps_slice inside;
	uint32_t tag;
	size_t whole;
	ps_code code = PS_OK;

	for (; code == PS_OK && der_split(in, &tag, &inside, &whole) && whole <= in.n;
	    in.p += whole, in.n -= whole)
		code = take_element(f, (ps_slice){ in.p, whole }, err);
	return code;
}

/* --- records --- */

static void
parse_records(struct finding *f, ps_slice in)
{
	struct der_state state;
	struct der d, all, one;

	der_init(&d, &state, in, 0, false, "records");
	all = der_enter(&d, DER_SEQUENCE, "records");
	while (der_more(&all) && f->n < RECORDS) {
		struct record *r = &f->record[f->n];

		one = der_enter(&all, DER_SEQUENCE, "record");
		r->usage = der_u64(&one, "usage");
		r->selector = der_u64(&one, "selector");
		r->matching = der_u64(&one, "matching");
		r->data = der_octets(&one, "data");
		der_leave(&one);
		f->n += !der_failed(&d);
	}
}

static bool
names(const struct record *r, const ps_cert *c)
{
	static const enum ps_alg_id digests[] = { PS_ALG_NONE, PS_SHA256, PS_SHA512 };
	ps_slice of = r->selector == SELECT_KEY ? ps_cert_view_of(c)->spki : ps_cert_der(c);
	uint8_t hash[PS_DIGEST_MAX];

	if (r->selector > SELECT_KEY || r->matching >= sizeof digests / sizeof digests[0])
		return false;
	if (r->matching == 0)
		return ps_slice_equal(r->data, of);
	return ps_digest_once(ps_alg_get(digests[r->matching]), of, hash, NULL) == PS_OK &&
	    ps_slice_equal(r->data, (ps_slice){ hash,
	    ps_digest_size(ps_alg_get(digests[r->matching])) });
}

static bool
named_by_record(const struct finding *f, ps_cert *c)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->record[i].usage == USAGE_EE && names(&f->record[i], c))
			return true;
	return false;
}

/* All that are known, not only those that this message brought to light: a record often
 * holds nothing but a digest. */
static ps_code
vouch(struct finding *f, ps_err *err)
{
	struct ps_setup *s = &f->p->pr->setup;
	size_t walk = 0;
	ps_cert *c;
	ps_code code;

	while ((code = ps_setup_next_named(s, f->address, &walk, &c, err)) == PS_OK && c != NULL)
		if (named_by_record(f, c) &&
		    (code = ps_trust_add_cert(s->trust, c, err)) != PS_OK)
			break;
	return code;
}

static bool
may_vouch(const struct finding *f)
{
	return strcmp(ps_policy_network(f->p->pr->setup.policy, "smimea"), "vouch") == 0;
}

static ps_code
take_records(struct finding *f, ps_slice in, ps_err *err)
{
	ps_code code = PS_OK;

	parse_records(f, in);
	for (size_t i = 0; i < f->n && code == PS_OK; i++)
		if (f->record[i].selector == 0 && f->record[i].matching == 0)
			code = take_der(f, f->record[i].data, err);
	if (code == PS_OK && may_vouch(f))
		code = vouch(f, err);
	f->n = 0;	/* they point into the answer */
	return code;
}

/* --- asking --- */

static const struct {
	const char	*name;
	int		 kind;
	ps_code		(*take)(struct finding *f, ps_slice in, ps_err *err);
} sources[] = {
	{ "ldap", PS_FETCH_LDAP, take_directory },
	{ "smimea", PS_FETCH_SMIMEA, take_records },
};

static bool
found(const struct finding *f)
{
	const struct ps_setup *s = &f->p->pr->setup;

	for (size_t i = f->before; i < s->ncert; i++)
		if (ps_cert_names(s->cert[i], f->address, PS_MATCH_RECIPIENT) &&
		    protect_may_encrypt(s->cert[i]))
			return true;
	return false;
}

static void
note_answer(struct finding *f, size_t source, ps_code code)
{
	struct protecting *p = f->p;

	if (p->nsource < PROTECT_SOURCES)
		p->source[p->nsource++] = (struct protect_source){ sources[source].name, code,
			f->before, p->pr->setup.ncert - f->before };
}

const char *
protect_source_of(const struct protecting *p, const ps_cert *c)
{
	for (size_t i = 0; i < p->nsource; i++)
		if (ps_cert_is_in(&p->pr->setup.cert[p->source[i].first], p->source[i].n, c))
			return p->source[i].name;
	return NULL;
}

/* A source that fails is passed over; the mail can then go later. */
static ps_code
ask(struct finding *f, size_t source, ps_err *err)
{
	struct ps_setup *s = &f->p->pr->setup;
	struct ps_buf answer = { .n = 0 };
	ps_code code = ps_setup_fetch(s, sources[source].kind, f->address, (ps_slice){ NULL, 0 },
	    f->p->limits->find_bytes, &answer, err), answered = code;

	f->before = s->ncert;
	if (code == PS_OK)
		code = sources[source].take(f, ps_buf_get(&answer), err);
	else if (code != PS_E_NOMEM && code != PS_E_CANCELLED) {
		f->p->find_failed |= code == PS_E_TEMPORARY;
		ps_err_clear(err);
		code = PS_OK;
	}
	ps_buf_clear(&answer);
	note_answer(f, source, answered);
	if (code == PS_OK && found(f))
		protect_explain(f->p, W_P_X_FOUND, PS_TEXT("who", f->address),
		    PS_TEXT("name", sources[source].name));
	return code;
}

/* The sources that the policy names, in its order; *rest is moved behind the next. */
static bool
next_source(const char **rest, size_t *out)
{
	const char *p = *rest + strspn(*rest, " \t,");
	size_t n = strcspn(p, " \t,");

	*rest = p + n;
	for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
		if (strlen(sources[i].name) == n && memcmp(sources[i].name, p, n) == 0) {
			*out = i;
			return true;
		}
	return false;
}

ps_code
protect_look_for(struct protecting *p, const char *address, ps_err *err)
{
	const char *rest = ps_policy_network(p->pr->setup.policy, "find");
	struct finding f = { .p = p, .address = address, .room = p->limits->certificates };
	size_t source;
	ps_code code = PS_OK;

	if (p->pr->setup.fetch == NULL || p->finds == p->limits->finds)
		return PS_OK;
	p->finds++;
	while (code == PS_OK && next_source(&rest, &source)) {
		code = ask(&f, source, err);
		/* A record may vouch for what a directory knew. */
		if (found(&f) && !may_vouch(&f))
			break;
	}
	return code;
}
