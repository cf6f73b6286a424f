/* SPDX-License-Identifier: ISC */
/*
 * postseal-fetch: one question to the network, and its answer.
 *
 * A program of its own, for two reasons. What a server answers is read by a
 * process that holds no key and no mail; and libcurl with all that it brings
 * is loaded when a question is asked, not at each start of postseal.
 *
 * The question is standard input and the answer standard output, written only
 * when it is whole. Exit status: 0, 2 usage, 4 the network, 5 the server refuses
 * or answers something else.
 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "net/net.h"

enum {
	QUESTION_MAX	= 65536,
	MEMORY_MAX	= 1 << 27,
	LAST_SECONDS	= 20	/* whatever hangs, even a name server */
};

static int
usage(void)
{
	fputs("usage: postseal-fetch [-i ADDRESS]... [-l URL] [-t TLS] [-c FILE] [-a FILE] [-d SERVER]\n"
	    "\tKIND URL-or-ADDRESS <question >answer\n", stderr);
	return NET_USAGE;
}

/* 0 octets are a question; it is too long or cannot be read: false. */
static bool
read_question(uint8_t *out, size_t *n)
{
	*n = fread(out, 1, QUESTION_MAX, stdin);
	return !ferror(stdin) && *n < QUESTION_MAX;
}

#if defined(__SANITIZE_ADDRESS__)	/* gcc */
#define WATCHED
#elif defined(__has_feature)		/* clang */
#if __has_feature(address_sanitizer)
#define WATCHED
#endif
#endif

/* A library that collects an answer before we see it takes what a server sends. The
 * address sanitizer needs more than any answer. */
static void
limit_memory(void)
{
#ifndef WATCHED
	const struct rlimit most = { MEMORY_MAX, MEMORY_MAX };

	(void)setrlimit(RLIMIT_DATA, &most);
#endif
}

/* What a process that only talks can do without. */
static void
give_up_rights(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	limit_memory();
	(void)alarm(LAST_SECONDS);
}

static bool
read_rules(int argc, char **argv, struct net_rules *out)
{
	int got;

	while ((got = getopt(argc, argv, "i:l:t:c:a:d:")) != -1)
		switch (got) {
		case 'i':
			if (out->ninside == NET_RULES)
				return false;
			out->inside[out->ninside++] = optarg;
			break;
		case 'l':
			out->ldap_server = optarg;
			break;
		case 't':
			out->ldap_tls = optarg;
			break;
		case 'c':
			out->ldap_trust = optarg;
			break;
		case 'a':
			out->dns_anchor = optarg;
			break;
		case 'd':
			out->dns_server = optarg;
			break;
		default:
			return false;
		}
	return argc - optind == 2;
}

static enum net_status
ask(const char *kind, const char *whom, ps_slice question, const struct net_rules *rules,
    struct net_answer *out)
{
	const struct net_kind *http = net_kind_of(kind);

	if (http != NULL)
		return net_http(http, whom, question, rules, out);
	if (strcmp(kind, "ldap") == 0)
		return net_ldap(whom, rules, out);
	if (strcmp(kind, "smimea") == 0)
		return net_smimea(whom, rules, out);
	return (enum net_status)usage();
}

int
main(int argc, char **argv)
{
	static uint8_t question[QUESTION_MAX];
	struct net_rules rules = { .dns_anchor = "/usr/share/dns/root.key" };
	struct net_answer answer = { .why = "" };
	enum net_status status;
	size_t n;

	if (!read_rules(argc, argv, &rules))
		return usage();
	give_up_rights();
	if (!read_question(question, &n))
		return usage();
	status = ask(argv[optind], argv[optind + 1], (ps_slice){ question, n }, &rules, &answer);
	if (status == NET_GOOD && (fwrite(answer.bytes.p, 1, answer.bytes.n, stdout) !=
	    answer.bytes.n || fflush(stdout) != 0))
		status = NET_LATER;
	if (status != NET_GOOD && answer.why[0] != '\0')
		fprintf(stderr, "postseal: %s: %s\n", argv[optind + 1], answer.why);
	ps_buf_clear(&answer.bytes);
	return (int)status;
}
