/* SPDX-License-Identifier: ISC */
/*
 * postseal-fetch: one question by HTTP, and its answer.
 *
 * A program of its own, for two reasons. What a server answers is read by a
 * process that holds no key and no mail; and libcurl with all that it brings
 * is loaded when a question is asked, not at each start of postseal.
 *
 * The question is standard input and the answer standard output, written only
 * when it is whole. Exit status: 0, 2 usage, 4 the network, 5 the server refuses
 * or answers something else.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <curl/curl.h>

enum { STATUS_GOOD, STATUS_USAGE = 2, STATUS_LATER = 4, STATUS_REFUSED = 5 };

enum {
	QUESTION_MAX	= 65536,
	ANSWER_MAX	= 262144,
	CONNECT_SECONDS	= 10,
	WHOLE_SECONDS	= 15,
	LAST_SECONDS	= 20,	/* whatever hangs, even a name server */
	REDIRECTS	= 3
};

struct answer {
	char	*p;
	size_t	 n;
	bool	 large;
};

static int
complain(int status, const char *url, const char *what)
{
	fprintf(stderr, "postseal: %s: %s\n", url, what);
	return status;
}

static size_t
take(char *p, size_t size, size_t n, void *arg)
{
	struct answer *a = arg;

	n *= size;
	if (n > ANSWER_MAX - a->n) {
		a->large = true;
		return 0;
	}
	memcpy(a->p + a->n, p, n);
	a->n += n;
	return n;
}

/* 0: it cannot be read, or is too long. */
static size_t
read_question(char *out)
{
	size_t n = fread(out, 1, QUESTION_MAX, stdin);

	return ferror(stdin) || n == QUESTION_MAX ? 0 : n;
}

/* What a process that only talks can do without. */
static void
give_up_rights(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)alarm(LAST_SECONDS);
}

static bool
is_https(const char *url)
{
	return curl_strnequal(url, "https://", 8) != 0;
}

/* A redirect never leaves encryption, and never http and https. */
static bool
limit_protocols(CURL *c, const char *url)
{
	const char *later = is_https(url) ? "https" : "http,https";
#if LIBCURL_VERSION_NUM >= 0x075500
	return curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, later) == CURLE_OK;
#else
	long either = CURLPROTO_HTTP | CURLPROTO_HTTPS;
	long then = strcmp(later, "https") == 0 ? CURLPROTO_HTTPS : either;

	return curl_easy_setopt(c, CURLOPT_PROTOCOLS, either) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS, then) == CURLE_OK;
#endif
}

static bool
set_limits(CURL *c)
{
	const struct {
		CURLoption option;
		long value;
	} limits[] = {
		{ CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS },
		{ CURLOPT_TIMEOUT, WHOLE_SECONDS },
		{ CURLOPT_FOLLOWLOCATION, 1 },
		{ CURLOPT_MAXREDIRS, REDIRECTS },
		{ CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL },
		{ CURLOPT_MAXFILESIZE, ANSWER_MAX },
		{ CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_NOSIGNAL, 1 },
	};

	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
		if (curl_easy_setopt(c, limits[i].option, limits[i].value) != CURLE_OK)
			return false;
	return true;
}

static bool
set_question(CURL *c, struct curl_slist *fields, const char *question, size_t n,
    struct answer *a)
{
	return curl_easy_setopt(c, CURLOPT_USERAGENT, "postseal") == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_HTTPHEADER, fields) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_POST, 1L) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_POSTFIELDS, question) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)n) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_WRITEDATA, a) == CURLE_OK;
}

/* The media type without its parameters. */
static bool
is_type(const char *found, const char *want)
{
	size_t n = found == NULL ? 0 : strcspn(found, "; \t");

	return n == strlen(want) && curl_strnequal(found, want, n) != 0;
}

static int
judge_answer(CURL *c, const char *url, const char *type)
{
	char text[128];
	char *found = NULL;
	long status = 0;

	(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &found);
	if (status != 200) {
		(void)snprintf(text, sizeof text, "the server answers with status %ld", status);
		return complain(status >= 500 || status == 429 ? STATUS_LATER : STATUS_REFUSED,
		    url, text);
	}
	if (!is_type(found, type)) {
		(void)snprintf(text, sizeof text, "the answer is not of type %s", type);
		return complain(STATUS_REFUSED, url, text);
	}
	return STATUS_GOOD;
}

/* What the network does is for later; what the server says is final. */
static int
judge_failure(CURLcode code, const struct answer *a, const char *url)
{
	if (a->large || code == CURLE_FILESIZE_EXCEEDED)
		return complain(STATUS_REFUSED, url, "the answer is too large");
	if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT)
		return complain(STATUS_USAGE, url, "only http and https addresses can be asked");
	if (code == CURLE_TOO_MANY_REDIRECTS)
		return complain(STATUS_REFUSED, url, "the server sends from place to place");
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return complain(STATUS_REFUSED, url, "the certificate of the server is not trusted");
	return complain(STATUS_LATER, url, curl_easy_strerror(code));
}

static int
ask(CURL *c, const char *url, const char *type, const struct answer *a)
{
	CURLcode code = curl_easy_setopt(c, CURLOPT_URL, url);

	if (code == CURLE_OK)
		code = curl_easy_perform(c);
	return code != CURLE_OK ? judge_failure(code, a, url) : judge_answer(c, url, type);
}

static int
fetch(const char *type, const char *want, const char *url, const char *question, size_t n,
    struct answer *a)
{
	char line[128];
	struct curl_slist *fields;
	CURL *c = curl_easy_init();
	int status = STATUS_LATER;

	(void)snprintf(line, sizeof line, "Content-Type: %s", type);
	fields = curl_slist_append(NULL, line);
	if (c != NULL && fields != NULL && limit_protocols(c, url) && set_limits(c) &&
	    set_question(c, fields, question, n, a))
		status = ask(c, url, want, a);
	curl_slist_free_all(fields);
	curl_easy_cleanup(c);
	return status;
}

int
main(int argc, char **argv)
{
	static char question[QUESTION_MAX], room[ANSWER_MAX];
	struct answer a = { .p = room };
	size_t n;
	int status;

	if (argc != 4) {
		fputs("usage: postseal-fetch TYPE ANSWER-TYPE URL <question >answer\n", stderr);
		return STATUS_USAGE;
	}
	give_up_rights();
	if ((n = read_question(question)) == 0)
		return complain(STATUS_USAGE, argv[3], "the question cannot be read");
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return STATUS_LATER;
	status = fetch(argv[1], argv[2], argv[3], question, n, &a);
	curl_global_cleanup();
	if (status == STATUS_GOOD && (fwrite(a.p, 1, a.n, stdout) != a.n || fflush(stdout) != 0))
		status = STATUS_LATER;
	return status;
}
