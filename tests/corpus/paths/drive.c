/* SPDX-License-Identifier: ISC */
/*
 * Asks the path layer what it thinks of the cases of other projects.
 *
 * A case is a line of words with tabs between them, NAME=VALUE, so that the
 * many forms in which such cases are kept are read by a script and only the
 * question comes here:
 *
 *	id=	what the answer is called
 *	cert=	a file; its first certificate is judged
 *	trust=	a file with anchors; may stand several times, as may the next two
 *	extra=	a file with certificates that may help
 *	crl=	a file with one revocation list
 *	at=	seconds since 1970
 *	purpose=	sign, encrypt or stamp
 *	revocation=	off, soft or hard
 *	depth=	certificates between the end and the anchor
 *	rule=	SECTION/KEY/VALUE of the policy; several
 *	name=	an address that the certificate must name
 *
 * The answer: id, "ok" or "reject", and the reasons.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "x509/path.h"

enum { LINE = 65536, CERTS = 512 };

struct question {
	struct ps_trust	*trust;
	ps_policy	*policy;
	struct ps_limits limits;
	ps_cert		*cert;
	ps_cert		*extra[CERTS];
	size_t		 nextra;
	int64_t		 at;
	enum ps_purpose	 purpose;
	enum ps_revocation revocation;
	const char	*id, *name;
	ps_err		 err;
};

/* Which of the words it is; the last when it is none. */
static unsigned
one_of(const char *word, const char *const list[3])
{
	unsigned i = 0;

	while (i < 2 && strcmp(word, list[i]) != 0)
		i++;
	return i;
}

static ps_code
take_certs(struct question *q, const char *path, bool only_first)
{
	struct ps_keyfile file = { 0 };
	ps_code code = ps_keyfile_load(&file, path, NULL, NULL, &q->limits, &q->err);
	ps_cert *c;

	for (size_t i = 0; i < file.ncert && code == PS_OK && q->nextra < CERTS; i++) {
		code = ps_cert_parse(&c, ps_buf_get(&file.cert[i]), &q->err);
		if (code != PS_OK && !only_first)
			code = PS_OK;	/* what cannot be read cannot help */
		else if (code == PS_OK && only_first)
			q->cert = c;
		else if (code == PS_OK)
			q->extra[q->nextra++] = c;
		if (only_first)
			break;
	}
	ps_keyfile_clear(&file);
	return code;
}

static ps_code
take_rule(struct question *q, char *rule)
{
	char *key = strchr(rule, '/'), *value = key == NULL ? NULL : strchr(key + 1, '/');

	if (value == NULL)
		return PS_E_MISUSE;
	*key++ = '\0';
	*value++ = '\0';
	return ps_policy_set(q->policy, rule, key, value, &q->err);
}

static ps_code
take_word(struct question *q, const char *name, char *value)
{
	static const char *const purposes[] = { "sign", "encrypt", "stamp" };
	static const char *const strictness[] = { "off", "soft", "hard" };

	if (strcmp(name, "id") == 0)
		q->id = value;
	else if (strcmp(name, "cert") == 0)
		return take_certs(q, value, true);
	else if (strcmp(name, "trust") == 0)
		return ps_trust_add_file(q->trust, value, &q->limits, &q->err);
	else if (strcmp(name, "extra") == 0)
		return take_certs(q, value, false);
	else if (strcmp(name, "crl") == 0)
		return ps_trust_add_crl_file(q->trust, value, &q->limits, &q->err);
	else if (strcmp(name, "at") == 0)
		q->at = strtoll(value, NULL, 10);
	else if (strcmp(name, "purpose") == 0)
		q->purpose = (enum ps_purpose)one_of(value, purposes);
	else if (strcmp(name, "revocation") == 0)
		q->revocation = (enum ps_revocation)one_of(value, strictness);
	else if (strcmp(name, "depth") == 0)
		q->limits.path_length = strtoull(value, NULL, 10);
	else if (strcmp(name, "rule") == 0)
		return take_rule(q, value);
	else if (strcmp(name, "name") == 0)
		q->name = value;
	else
		return PS_E_MISUSE;
	return PS_OK;
}

/* A list or a certificate that cannot be read is as if it were not there; the
 * certificate in question, an anchor or a rule must be read. */
static ps_code
read_question(struct question *q, char *line)
{
	ps_code code = PS_OK;
	char *next, *value;

	for (; line != NULL && code == PS_OK; line = next) {
		next = strchr(line, '\t');
		if (next != NULL)
			*next++ = '\0';
		value = strchr(line, '=');
		if (value == NULL)
			return PS_E_MISUSE;
		*value++ = '\0';
		code = take_word(q, line, value);
		if (code != PS_OK && (strcmp(line, "crl") == 0 || strcmp(line, "extra") == 0)) {
			ps_err_clear(&q->err);
			code = PS_OK;
		}
	}
	return code == PS_OK && q->cert == NULL ? PS_E_NOT_FOUND : code;
}

static void
say(const struct question *q, const struct ps_path_out *out)
{
	bool named = q->name == NULL || ps_cert_names(q->cert, q->name, PS_MATCH_SENDER);

	printf("%s\t%s\t", q->id, out->good && named ? "ok" : "reject");
	for (size_t i = 0; i < out->nproblem; i++)
		printf("%s%s", i == 0 ? "" : " ", ps_path_reason_name(out->problem[i].reason));
	if (!named)
		printf("%saddress", out->nproblem == 0 ? "" : " ");
	printf("\t%s\n", out->nproblem == 0 ? "" : out->problem[0].text);
}

static void
refuse(const struct question *q, ps_code code)
{
	char text[1024];

	printf("%s\treject\tunreadable\t%s: %s\n", q->id == NULL ? "?" : q->id,
	    ps_code_info(code)->symbol, ps_err_format(&q->err, text, sizeof text));
}

static void
answer(char *line)
{
	struct question q = { .limits = ps_limits_default, .err = PS_ERR_INIT };
	struct ps_path_out out;
	ps_code code = ps_trust_new(&q.trust, &q.err);

	if (code == PS_OK)
		code = ps_policy_new(&q.policy, "default", &q.err);
	if (code == PS_OK)
		code = read_question(&q, line);
	if (code == PS_OK)
		code = ps_path_check(&(struct ps_path_in){ .trust = q.trust, .cert = q.cert,
		    .extra = q.extra, .nextra = q.nextra, .at = q.at, .purpose = q.purpose,
		    .revocation = q.revocation, .policy = q.policy, .limits = &q.limits },
		    &out, &q.err);
	if (code == PS_OK) {
		say(&q, &out);
		ps_path_clear(&out);
	} else
		refuse(&q, code);
	for (size_t i = 0; i < q.nextra; i++)
		ps_cert_free(q.extra[i]);
	ps_cert_free(q.cert);
	ps_policy_free(q.policy);
	ps_trust_free(q.trust);
}

int
main(void)
{
	static char line[LINE];

	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		answer(line);
	}
	return 0;
}
