/* SPDX-License-Identifier: ISC */
/*
 * The product as a service for corpus.py: thousands of files in one process.
 *
 * A request is a line "verb TAB path TAB name=value ...", the answer one line
 * of JSON. Nothing is judged here: what is right stands in the tables that the
 * script reads. A file that kills this process is known by its last request.
 */
#include "drive.h"

#include <stdio.h>
#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <postseal/postseal.h>

#include "base/err.h"

enum { LINE_MAX_ = 65536, WORDS = 2048, NAMES = 16384 };

const char *
request_next(const struct request *rq, const char *name, size_t *at)
{
	while (*at < rq->n) {
		size_t i = (*at)++;

		if (strcmp(rq->option[i].name, name) == 0)
			return rq->option[i].value;
	}
	return NULL;
}

const char *
request_get(const struct request *rq, const char *name)
{
	size_t at = 0;

	return request_next(rq, name, &at);
}

void
answer_code(struct ps_json *j, const char *key, ps_code code, const ps_err *err)
{
	char words[WORDS];

	ps_json_key(j, key);
	ps_json_text(j, ps_code_info(code)->name);
	if (code == PS_OK)
		return;
	ps_json_key(j, "why");
	ps_json_text(j, ps_err_format(err, words, sizeof words));
}

static bool
library_has(const char *type)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	bool has = ctx != NULL;

	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return has;
}

/* What the crypto library and we ourselves can do decides what is expected. */
static void
drive_library(const struct request *rq, struct ps_json *j)
{
	char names[NAMES];
	bool can = library_has("ML-DSA-44") && library_has("ML-KEM-768") &&
	    library_has("SLH-DSA-SHA2-128s");

	(void)rq;
	(void)ps_alg_names(names, sizeof names);
	ps_json_key(j, "library");
	ps_json_text(j, OpenSSL_version(OPENSSL_VERSION));
	ps_json_key(j, "post-quantum");
	ps_json_bool(j, can && strstr(names, "ml-dsa") != NULL);
	ps_json_key(j, "diffie-hellman");
	ps_json_bool(j, strstr(names, "dh-ephemeral-static") != NULL);
	ps_json_key(j, "composite");
	ps_json_bool(j, can && strstr(names, "composite") != NULL);
}

static const struct {
	const char	*verb;
	void		 (*answer)(const struct request *rq, struct ps_json *j);
} verbs[] = {
	{ "open",	drive_message },
	{ "inspect",	drive_message },
	{ "objects",	drive_objects },
	{ "public",	drive_public },
	{ "crl",	drive_crl },
	{ "mime",	drive_mime },
	{ "mbox",	drive_mbox },
	{ "library",	drive_library },
};

static bool
request_parse(struct request *rq, char *line)
{
	char *at = line, *word, *equal;

	*rq = (struct request){ .verb = strsep(&at, "\t"), .path = strsep(&at, "\t") };
	while ((word = strsep(&at, "\t")) != NULL) {
		equal = strchr(word, '=');
		if (equal == NULL || rq->n == DRIVE_OPTIONS)
			return false;
		*equal = '\0';
		rq->option[rq->n].name = word;
		rq->option[rq->n++].value = equal + 1;
	}
	return rq->path != NULL;
}

static bool
answer(const struct request *rq)
{
	struct ps_buf out = { 0 };
	struct ps_json j;
	bool good = false;

	ps_json_init(&j, &out);
	ps_json_open(&j, '{');
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(rq->verb, verbs[i].verb) == 0) {
			verbs[i].answer(rq, &j);
			good = true;
		}
	ps_json_close(&j, '}');
	good = good && ps_json_finish(&j, NULL) == PS_OK &&
	    fwrite(out.p, 1, out.n, stdout) == out.n && putchar('\n') != EOF &&
	    fflush(stdout) == 0;
	ps_buf_clear(&out);
	return good;
}

int
main(void)
{
	struct request rq;
	char *line = malloc(LINE_MAX_);
	int status = line == NULL;

	while (status == 0 && fgets(line, LINE_MAX_, stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (!request_parse(&rq, line) || !answer(&rq)) {
			fprintf(stderr, "drive: no answer to %s %s\n", rq.verb, rq.path);
			status = 2;
		}
	}
	free(line);
	return status;
}
