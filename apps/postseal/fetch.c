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
#include <sys/resource.h>
#include <unistd.h>

#include "net/net.h"

enum {
	QUESTION_MAX	= 65536,
	LAST_SECONDS	= 20	/* whatever hangs, even a name server */
};

static int
usage(void)
{
	fputs("usage: postseal-fetch [-i ADDRESS]... KIND URL <question >answer\n", stderr);
	return NET_USAGE;
}

/* 0 octets are a question; it is too long or cannot be read: false. */
static bool
read_question(uint8_t *out, size_t *n)
{
	*n = fread(out, 1, QUESTION_MAX, stdin);
	return !ferror(stdin) && *n < QUESTION_MAX;
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
read_rules(int argc, char **argv, struct net_rules *out)
{
	int got;

	while ((got = getopt(argc, argv, "i:")) != -1) {
		if (got != 'i' || out->ninside == NET_RULES)
			return false;
		out->inside[out->ninside++] = optarg;
	}
	return argc - optind == 2;
}

int
main(int argc, char **argv)
{
	static uint8_t question[QUESTION_MAX];
	struct net_rules rules = { .ninside = 0 };
	struct net_answer answer = { .why = "" };
	const struct net_kind *kind;
	enum net_status status;
	size_t n;

	if (!read_rules(argc, argv, &rules) || (kind = net_kind_of(argv[optind])) == NULL)
		return usage();
	give_up_rights();
	if (!read_question(question, &n))
		return usage();
	status = net_http(kind, argv[optind + 1], (ps_slice){ question, n }, &rules, &answer);
	if (status == NET_GOOD && (fwrite(answer.bytes.p, 1, answer.bytes.n, stdout) !=
	    answer.bytes.n || fflush(stdout) != 0))
		status = NET_LATER;
	if (status != NET_GOOD && answer.why[0] != '\0')
		fprintf(stderr, "postseal: %s: %s\n", argv[optind + 1], answer.why);
	ps_buf_clear(&answer.bytes);
	return (int)status;
}
