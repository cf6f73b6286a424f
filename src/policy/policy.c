/* SPDX-License-Identifier: ISC */
/*
 * Answers of a policy.
 *
 * Everything here is a look-up: what is allowed stands in builtin.c as data,
 * so that one can read a policy without reading code, and a file can change
 * a row without a word of it being special. Whatever consists of several
 * algorithms is as good as the worst of them.
 */
#include "policy/table.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "policy/words.h"

static const struct ps_policy_row unknown = {
	.grade = { PS_GRADE_REFUSED, PS_GRADE_REFUSED },
	.until = INT64_MAX,
};

const struct ps_policy_row *
ps_policy_row_of(const struct ps_policy *p, const struct ps_alg *alg)
{
	if (p == NULL || alg == NULL || alg->id >= PS_ALG_COUNT)
		return &unknown;
	return &p->row[alg->id];
}

static enum ps_grade
worse(enum ps_grade a, enum ps_grade b)
{
	return a > b ? a : b;
}

/* An algorithm past its date is read as weak and no longer sent. */
static enum ps_grade
row_grade(const struct ps_policy_row *row, enum ps_use use, int64_t at)
{
	if (at <= row->until)
		return row->grade[use];
	return worse(row->grade[use],
	    use == PS_USE_SEND ? PS_GRADE_REFUSED : PS_GRADE_WEAK);
}

static enum ps_grade
bits_grade(const struct ps_policy_row *row, enum ps_use use, unsigned bits)
{
	if (bits < row->refused_below[use])
		return PS_GRADE_REFUSED;
	return bits < row->weak_below[use] ? PS_GRADE_WEAK : PS_GRADE_GOOD;
}

static enum ps_grade
alg_grade(const struct ps_policy *p, const struct ps_alg *alg, enum ps_use use, int64_t at)
{
	return row_grade(ps_policy_row_of(p, alg), use, at);
}

enum ps_grade
ps_policy_digest(const ps_policy *p, const struct ps_alg *digest, enum ps_use use, int64_t at)
{
	return alg_grade(p, digest, use, at);
}

enum ps_grade
ps_policy_cipher(const ps_policy *p, const struct ps_alg *cipher, enum ps_use use, int64_t at)
{
	return alg_grade(p, cipher, use, at);
}

/* The digest of the row counts beside the one that was named: a
 * sha1WithRSAEncryption is SHA-1 whatever else is said. */
enum ps_grade
ps_policy_signature(const ps_policy *p, const struct ps_sigspec *s, enum ps_use use, int64_t at)
{
	enum ps_grade grade = alg_grade(p, s->sig, use, at);

	if (s->sig != NULL && s->sig->digest != PS_ALG_NONE)
		grade = worse(grade, alg_grade(p, ps_alg_get(s->sig->digest), use, at));
	if (s->digest != NULL)
		grade = worse(grade, alg_grade(p, s->digest, use, at));
	if (s->mgf != NULL)
		grade = worse(grade, alg_grade(p, s->mgf, use, at));
	return grade;
}

enum ps_grade
ps_policy_recipient(const ps_policy *p, const struct ps_alg *alg, enum ps_use use, int64_t at)
{
	return alg_grade(p, alg, use, at);
}

enum ps_grade
ps_policy_key(const ps_policy *p, const struct ps_key_info *key, enum ps_use use, int64_t at)
{
	const struct ps_policy_row *row = ps_policy_row_of(p, key->type);
	enum ps_grade grade = worse(row_grade(row, use, at), bits_grade(row, use, key->bits));

	if (key->curve != NULL)
		grade = worse(grade, alg_grade(p, key->curve, use, at));
	return grade;
}

bool
ps_policy_wants_signed_attrs(const ps_policy *p)
{
	return p == NULL || p->signed_attrs;
}

const struct ps_policy_certs *
ps_policy_certs_of(const ps_policy *p)
{
	static const struct ps_policy_certs none;

	return p == NULL ? &none : &p->certs;
}

static unsigned
default_id(const ps_policy *p, enum ps_alg_kind kind)
{
	if (p == NULL)
		return PS_ALG_NONE;
	if (kind == PS_ALG_CIPHER)
		return p->cipher;
	if (kind == PS_ALG_TRANSPORT)
		return p->transport;
	return kind == PS_ALG_DIGEST ? p->digest : PS_ALG_NONE;
}

const struct ps_alg *
ps_policy_default(const ps_policy *p, enum ps_alg_kind kind)
{
	unsigned id = default_id(p, kind);

	return id == PS_ALG_NONE ? NULL : ps_alg_get(id);
}

const struct ps_alg *
ps_policy_choice(const ps_policy *p, size_t i)
{
	unsigned id = i < PS_CHOICE_MAX ? p->choice[i] : PS_ALG_NONE;

	return id == PS_ALG_NONE ? NULL : ps_alg_get(id);
}

static const char *const pq_names[] = {
	[PS_PQ_PREFER] = "prefer",
	[PS_PQ_REQUIRE] = "require",
	[PS_PQ_OFF] = "off",
};

enum ps_pq
ps_policy_pq(const ps_policy *p)
{
	return p == NULL ? PS_PQ_PREFER : p->pq;
}

const char *
ps_pq_name(enum ps_pq pq)
{
	return pq_names[pq];
}

bool
ps_pq_by_name(const char *name, enum ps_pq *out)
{
	for (size_t i = 0; i < sizeof pq_names / sizeof pq_names[0]; i++)
		if (strcmp(pq_names[i], name) == 0) {
			*out = (enum ps_pq)i;
			return true;
		}
	return false;
}

const uint8_t *
ps_policy_identity(const ps_policy *p)
{
	static const uint8_t none[PS_IDENTITY];

	return p == NULL ? none : p->identity;
}

ps_code
ps_policy_identify(struct ps_policy *p, ps_err *err)
{
	const size_t skip = offsetof(struct ps_policy, row);

	memset(p->identity, 0, sizeof p->identity);
	return ps_identity_add(p->identity,
	    (ps_slice){ (const uint8_t *)p + skip, sizeof *p - skip }, err);
}

bool
ps_policy_next_date(const ps_policy *p, size_t *walk, int64_t *out)
{
	while (p != NULL && *walk < PS_ALG_COUNT) {
		*out = p->row[(*walk)++].until;
		if (*out != INT64_MAX)
			return true;
	}
	return false;
}

ps_code
ps_policy_new(ps_policy **out, const char *name, ps_err *err)
{
	struct ps_policy *p = calloc(1, sizeof *p);
	ps_code code;

	if (p == NULL)
		return ps_nomem(err, "policy");
	if (!ps_policy_builtin(p, name)) {
		free(p);
		return ps_fail(err, PS_E_NOT_FOUND, "policy", PS_NOWHERE, W_POLICY_NAME,
		    PS_TEXT("name", name));
	}
	code = ps_policy_identify(p, err);
	if (code != PS_OK) {
		free(p);
		return code;
	}
	*out = p;
	return PS_OK;
}

void
ps_policy_free(ps_policy *p)
{
	free(p);
}
