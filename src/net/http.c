/* SPDX-License-Identifier: ISC */
/*
 * One question by HTTP.
 *
 * Everything that a server could do is bounded: how long it may take, how much it may send,
 * what it may call its answer, where it may lead. A table says so for each kind of
 * question. What stands in a certificate is asked without redirects and only on the
 * open internet (guard.c), and no proxy of the environment carries it, since a proxy
 * would connect for us to where we must not; the address of a time-stamping
 * authority was given by the user himself.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <curl/curl.h>

#include "net/net.h"
#include "stream/base64.h"

enum { TYPES = 8, GET_MOST = 255 };

struct net_kind {
	const char	*name;
	const char	*question;	/* media type; NULL: none is sent */
	bool		 by_get;	/* a short question goes into the address (RFC 6960, A.1) */
	bool		 chosen;	/* by the user: redirects, proxies, inside */
	long		 seconds, connect;
	size_t		 most;		/* octets */
	const char	*answer[TYPES];
};

static const struct net_kind kinds[] = {
	{ "ocsp", "application/ocsp-request", true, false, 10, 5, 65536,
	  { "application/ocsp-response" } },
	{ "crl", NULL, true, false, 15, 5, 4194304,
	  { "application/pkix-crl", "application/x-pkcs7-crl", "application/octet-stream",
	    "binary/octet-stream" } },
	{ "certificates", NULL, true, false, 10, 5, 65536,
	  { "application/pkix-cert", "application/x-x509-ca-cert", "application/pkcs7-mime",
	    "application/x-pkcs7-certificates", "application/octet-stream",
	    "binary/octet-stream" } },
	{ "stamp", "application/timestamp-query", false, true, 15, 10, 262144,
	  { "application/timestamp-reply" } },
};

struct transfer {
	CURL		*curl;
	const struct net_kind *kind;
	const char	*url;
	const struct net_rules *rules;
	struct net_answer *out;
	bool		 large, barred;
};

const struct net_kind *
net_kind_of(const char *name)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

static enum net_status
complain(struct transfer *t, enum net_status status, const char *why)
{
	(void)snprintf(t->out->why, sizeof t->out->why, "%s", why);
	return status;
}

/* --- what curl calls --- */

static size_t
take(char *p, size_t size, size_t n, void *arg)
{
	struct transfer *t = arg;

	n *= size;
	if (n > t->kind->most - t->out->bytes.n ||
	    ps_buf_add(&t->out->bytes, (ps_slice){ (const uint8_t *)p, n }, NULL) != PS_OK) {
		t->large = true;
		return 0;
	}
	return n;
}

/* Each address that a connection is tried to. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *t = arg;

	if (purpose != CURLSOCKTYPE_IPCXN ||
	    (!t->kind->chosen && !net_may_connect(&to->addr, t->rules))) {
		t->barred = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* --- setting up --- */

/* A redirect never leaves encryption, and never http and https. */
static bool
limit_protocols(CURL *c, const char *url)
{
	const char *later = curl_strnequal(url, "https://", 8) != 0 ? "https" : "http,https";
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
set_limits(CURL *c, const struct net_kind *kind)
{
	const struct {
		CURLoption option;
		long value;
	} limits[] = {
		{ CURLOPT_CONNECTTIMEOUT, kind->connect },
		{ CURLOPT_TIMEOUT, kind->seconds },
		{ CURLOPT_FOLLOWLOCATION, kind->chosen },
		{ CURLOPT_MAXREDIRS, 3 },
		{ CURLOPT_POSTREDIR, CURL_REDIR_POST_ALL },
		{ CURLOPT_MAXFILESIZE, (long)kind->most },
		{ CURLOPT_SSL_VERIFYPEER, 1 },
		{ CURLOPT_SSL_VERIFYHOST, 2 },
		{ CURLOPT_NOSIGNAL, 1 },
	};

	for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++)
		if (curl_easy_setopt(c, limits[i].option, limits[i].value) != CURLE_OK)
			return false;
	return kind->chosen || curl_easy_setopt(c, CURLOPT_PROXY, "") == CURLE_OK;
}

static bool
set_calls(CURL *c, struct transfer *t)
{
	return curl_easy_setopt(c, CURLOPT_USERAGENT, "postseal") == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open_socket) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, t) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take) == CURLE_OK &&
	    curl_easy_setopt(c, CURLOPT_WRITEDATA, t) == CURLE_OK;
}

/* --- the answer --- */

/* The media type without its parameters. */
static bool
is_type(const char *found, const char *want)
{
	size_t n = found == NULL ? 0 : strcspn(found, "; \t");

	return n == strlen(want) && curl_strnequal(found, want, n) != 0;
}

static enum net_status
judge_answer(struct transfer *t, long *out_http)
{
	char text[128];
	char *found = NULL;

	(void)curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, out_http);
	(void)curl_easy_getinfo(t->curl, CURLINFO_CONTENT_TYPE, &found);
	if (*out_http != 200) {
		(void)snprintf(text, sizeof text, "the server answers with status %ld", *out_http);
		return complain(t, *out_http >= 500 || *out_http == 429 ? NET_LATER : NET_REFUSED,
		    text);
	}
	for (size_t i = 0; i < TYPES && t->kind->answer[i] != NULL; i++)
		if (is_type(found, t->kind->answer[i]))
			return NET_GOOD;
	(void)snprintf(text, sizeof text, "the answer is not of type %s", t->kind->answer[0]);
	return complain(t, NET_REFUSED, text);
}

/* What the network does is for later; what the server says is final. */
static enum net_status
judge_failure(CURLcode code, struct transfer *t)
{
	if (t->barred)
		return complain(t, NET_REFUSED, "this server is inside a network; "
		    "the rule \"inside\" of a policy can allow its address");
	if (t->large || code == CURLE_FILESIZE_EXCEEDED)
		return complain(t, NET_REFUSED, "the answer is too large");
	if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT)
		return complain(t, NET_USAGE, "only http and https addresses can be asked");
	if (code == CURLE_TOO_MANY_REDIRECTS)
		return complain(t, NET_REFUSED, "the server sends from place to place");
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return complain(t, NET_REFUSED, "the certificate of the server is not trusted");
	return complain(t, NET_LATER, curl_easy_strerror(code));
}

static enum net_status
run(struct transfer *t, const char *url, long *out_http)
{
	CURLcode code = curl_easy_setopt(t->curl, CURLOPT_URL, url);

	t->out->bytes.n = 0;
	if (code == CURLE_OK)
		code = curl_easy_perform(t->curl);
	return code != CURLE_OK ? judge_failure(code, t) : judge_answer(t, out_http);
}

/* --- the question --- */

/* RFC 6960, A.1.1: base64, of which three digits mean something in an address. */
static ps_code
add_digit(struct ps_buf *out, unsigned digit)
{
	char c = digit == 64 ? '=' : ps_b64_digits[digit];
	const char *escaped = c == '+' ? "%2B" : c == '/' ? "%2F" : c == '=' ? "%3D" : NULL;

	return escaped != NULL ? ps_buf_add_text(out, escaped, NULL)
	    : ps_buf_add(out, (ps_slice){ (const uint8_t *)&c, 1 }, NULL);
}

static ps_code
add_question(struct ps_buf *out, ps_slice in)
{
	ps_code code = PS_OK;

	for (size_t i = 0; i < in.n && code == PS_OK; i += 3) {
		size_t n = in.n - i < 3 ? in.n - i : 3;
		uint32_t bits = (uint32_t)in.p[i] << 16 |
		    (n > 1 ? (uint32_t)in.p[i + 1] << 8 : 0) | (n > 2 ? in.p[i + 2] : 0u);

		for (unsigned k = 0; k < 4 && code == PS_OK; k++)
			code = add_digit(out, k > n ? 64 : bits >> (18 - 6 * k) & 63);
	}
	return code;
}

/* The address with the question in it. */
static ps_code
get_address(const char *url, ps_slice question, struct ps_buf *out)
{
	size_t n = strlen(url);
	ps_code code = ps_buf_add(out, (ps_slice){ (const uint8_t *)url, n }, NULL);

	if (code == PS_OK && (n == 0 || url[n - 1] != '/'))
		code = ps_buf_add_text(out, "/", NULL);
	if (code == PS_OK)
		code = add_question(out, question);
	return code == PS_OK ? ps_buf_add(out, (ps_slice){ (const uint8_t *)"", 1 }, NULL) : code;
}

static enum net_status
by_get(struct transfer *t, ps_slice question, long *out_http)
{
	struct ps_buf url = { .n = 0 };
	enum net_status status = NET_LATER;

	if (question.n == 0)
		return run(t, t->url, out_http);
	if (get_address(t->url, question, &url) == PS_OK)
		status = run(t, (const char *)url.p, out_http);
	ps_buf_clear(&url);
	return status;
}

static enum net_status
by_post(struct transfer *t, ps_slice question, long *out_http)
{
	enum net_status status = NET_LATER;
	struct curl_slist *fields;
	char line[128];

	(void)snprintf(line, sizeof line, "Content-Type: %s", t->kind->question);
	fields = curl_slist_append(NULL, line);
	if (fields != NULL &&
	    curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, fields) == CURLE_OK &&
	    curl_easy_setopt(t->curl, CURLOPT_POST, 1L) == CURLE_OK &&
	    curl_easy_setopt(t->curl, CURLOPT_POSTFIELDS, question.p) == CURLE_OK &&
	    curl_easy_setopt(t->curl, CURLOPT_POSTFIELDSIZE, (long)question.n) == CURLE_OK)
		status = run(t, t->url, out_http);
	(void)curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(fields);
	return status;
}

/* Short questions by GET, which caches can answer (RFC 5019, 5); whoever does not know
 * that gets it by POST. */
static enum net_status
ask(struct transfer *t, ps_slice question)
{
	enum net_status status;
	long http = 0;

	if (t->kind->by_get && question.n / 3 * 4 < GET_MOST) {
		status = by_get(t, question, &http);
		if (question.n == 0 || http < 400)
			return status;
	}
	return by_post(t, question, &http);
}

enum net_status
net_http(const struct net_kind *kind, const char *url, ps_slice question,
    const struct net_rules *rules, struct net_answer *out)
{
	struct transfer t = { .kind = kind, .url = url, .rules = rules, .out = out };
	enum net_status status = NET_LATER;

	if ((kind->question != NULL) != (question.n != 0))
		return complain(&t, NET_USAGE, "the question cannot be read");
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return NET_LATER;
	t.curl = curl_easy_init();
	if (t.curl != NULL && limit_protocols(t.curl, url) && set_limits(t.curl, kind) &&
	    set_calls(t.curl, &t))
		status = ask(&t, question);
	curl_easy_cleanup(t.curl);
	curl_global_cleanup();
	return status;
}
