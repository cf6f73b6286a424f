/* SPDX-License-Identifier: ISC */
/*
 * Runs postseal-fetch, which stands beside this program in a build tree and in
 * the folder of helpers once it is installed. It gets the question and two
 * pipes, and nothing else that is open here: no key, no mail.
 */
#include "network.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "progress.h"
#include "say.h"
#include "text.h"

#ifndef POSTSEAL_HELPERS		/* the build says where it installs */
#define POSTSEAL_HELPERS "/usr/local/libexec/postseal"
#endif
#define HELPER		"postseal-fetch"

enum { FIRST_FREE = 3, LAST_OPEN = 1024, CANNOT_RUN = 127, WORDS = 80, TEXT = 4096 };

/* What the helper is run with: the rules of the policy, what to ask and whom. */
struct line {
	const char	*word[WORDS];
	size_t		 n;
	char		 text[TEXT];	/* of the rules */
	size_t		 used;
	bool		 quiet;		/* nobody waits for the reason of a failure */
};

struct child {
	pid_t	 pid;
	int	 to, from;	/* pipes */
};

/* --- finding it --- */

/* In the folder of our own program; false when that is not known. */
static bool
beside_us(char *out, size_t size)
{
	ssize_t n = readlink("/proc/self/exe", out, size);
	char *slash;

	if (n <= 0 || (size_t)n == size)
		return false;
	out[n] = '\0';
	slash = strrchr(out, '/');
	if (slash == NULL || (size_t)(slash + 1 - out) + sizeof HELPER > size)
		return false;
	memcpy(slash + 1, HELPER, sizeof HELPER);
	return access(out, X_OK) == 0;
}

static void
find_helper(char *out, size_t size)
{
	if (!beside_us(out, size))
		(void)snprintf(out, size, "%s/%s", POSTSEAL_HELPERS, HELPER);
}

bool
network_helper(char *out, size_t size)
{
	find_helper(out, size);
	return access(out, X_OK) == 0;
}

/* --- running it --- */

/* In the new process. */
static void
become(const char *program, const struct line *line, int in, int out)
{
	int nowhere = line->quiet ? open("/dev/null", O_WRONLY) : -1;

	if (nowhere >= 0)
		(void)dup2(nowhere, STDERR_FILENO);
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(CANNOT_RUN);
	for (int fd = FIRST_FREE; fd < LAST_OPEN; fd++)
		(void)close(fd);
	/* The words are not changed; execv has no const for reasons of history. */
	(void)execv(program, (char *const *)(uintptr_t)line->word);
	_exit(CANNOT_RUN);
}

static void
close_both(const int fd[2])
{
	(void)close(fd[0]);
	(void)close(fd[1]);
}

static ps_code
start(struct child *c, const char *program, const struct line *line)
{
	int question[2], answer[2];

	if (pipe(question) != 0)
		return PS_E_TEMPORARY;
	if (pipe(answer) != 0) {
		close_both(question);
		return PS_E_TEMPORARY;
	}
	c->pid = fork();
	if (c->pid == 0)
		become(program, line, question[0], answer[1]);
	(void)close(question[0]);
	(void)close(answer[1]);
	c->to = question[1];
	c->from = answer[0];
	return c->pid < 0 ? PS_E_TEMPORARY : PS_OK;
}

/* A question is far shorter than what a pipe holds. */
static ps_code
put_question(struct child *c, ps_slice request)
{
	ssize_t n = request.n == 0 ? 0 : write(c->to, request.p, request.n);

	(void)close(c->to);
	c->to = -1;
	return n == (ssize_t)request.n ? PS_OK : PS_E_TEMPORARY;
}

static ps_code
get_answer(const struct child *c, ps_writer *answer, ps_err *err)
{
	uint8_t buf[8192];
	ps_code code = PS_OK;
	ssize_t n;

	while (code == PS_OK) {
		n = read(c->from, buf, sizeof buf);
		if (n == 0)
			return PS_OK;
		if (n > 0)
			code = answer->ops->write(answer, (ps_slice){ buf, (size_t)n }, err);
		else if (errno != EINTR)
			code = PS_E_TEMPORARY;
		else if (interrupted())
			code = PS_E_CANCELLED;
	}
	return code;
}

/* What became of it, as a code. */
static ps_code
ended(const char *program, bool quiet, int status)
{
	if (!WIFEXITED(status))
		return PS_E_TEMPORARY;
	switch (WEXITSTATUS(status)) {
	case 0:
		return PS_OK;
	case 2:
		return PS_E_MISUSE;
	case 5:
		return PS_E_REFUSED;
	case CANNOT_RUN:
		if (!quiet)
			say(T_NO_HELPER, program);
		return PS_E_TEMPORARY;
	default:
		return PS_E_TEMPORARY;
	}
}

static ps_code
finish(struct child *c, const char *program, bool quiet, ps_code code)
{
	int status = 0;
	pid_t pid;

	if (c->to >= 0)
		(void)close(c->to);
	if (c->from >= 0)
		(void)close(c->from);
	if (c->pid < 0)
		return code;
	if (code != PS_OK)
		(void)kill(c->pid, SIGTERM);
	do
		pid = waitpid(c->pid, &status, 0);
	while (pid < 0 && errno == EINTR);
	if (code == PS_OK || code == PS_E_TEMPORARY)
		code = pid == c->pid ? ended(program, quiet, status) : PS_E_TEMPORARY;
	return code;
}

/* --- what it is run with --- */

static const struct {
	const char	*name;
	int		 kind;
	bool		 online;	/* asked only when --online says so */
} kinds[] = {
	{ "ocsp", PS_FETCH_OCSP, false },
	{ "crl", PS_FETCH_CRL, false },
	{ "certificates", PS_FETCH_CERTIFICATES, true },
	{ "stamp", PS_FETCH_STAMP, false },
	{ "ldap", PS_FETCH_LDAP, false },
	{ "smimea", PS_FETCH_SMIMEA, false },
};

/* Rules that are handed on as they are. */
static const struct {
	const char	*option, *rule;
} rules[] = {
	{ "-l", "ldap-server" },
	{ "-t", "ldap-tls" },
	{ "-c", "ldap-trust" },
	{ "-a", "dns-anchor" },
	{ "-d", "dns-server" },
};

static void
add_word(struct line *l, const char *word)
{
	if (l->n + 1 < WORDS)
		l->word[l->n++] = word;
}

/* Each word of a rule's value behind an option of its own. */
static void
add_list(struct line *l, const char *option, const char *value)
{
	char *word = l->text + l->used;
	size_t n = strlen(value);

	if (n + 1 > sizeof l->text - l->used)
		return;
	memcpy(word, value, n + 1);
	l->used += n + 1;
	for (;;) {
		word += strspn(word, " \t,");
		if (*word == '\0')
			break;
		add_word(l, option);
		add_word(l, word);
		word += strcspn(word, " \t,");
		if (*word != '\0')
			*word++ = '\0';
	}
}

static void
add_rules(struct line *l, const ps_policy *p)
{
	if (p == NULL)
		return;
	add_list(l, "-i", ps_policy_network(p, "inside"));
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (ps_policy_network(p, rules[i].rule)[0] != '\0') {
			add_word(l, rules[i].option);
			add_word(l, ps_policy_network(p, rules[i].rule));
		}
}

/* False: this is not asked. */
static bool
make_line(struct line *l, const struct session *s, int kind, const char *url)
{
	size_t i = 0, n = sizeof kinds / sizeof kinds[0];

	while (i < n && kinds[i].kind != kind)
		i++;
	if (i == n || (kinds[i].online && !s->o->online))
		return false;
	/* A look at a certificate that fails is told by the verdict. */
	*l = (struct line){ .quiet = kind != PS_FETCH_STAMP && !s->o->online && !s->o->explain };
	add_word(l, HELPER);
	add_rules(l, s->policy);
	add_word(l, "--");
	add_word(l, kinds[i].name);
	add_word(l, url);
	return true;
}

ps_code
network_fetch(void *arg, int kind, const char *url, ps_slice request, ps_writer *answer,
    ps_err *err)
{
	struct line line;
	char program[PATH_MAX];
	struct child c = { .pid = -1, .to = -1, .from = -1 };
	ps_code code;

	if (!make_line(&line, arg, kind, url))
		return PS_E_NOT_FOUND;
	find_helper(program, sizeof program);
	if ((code = start(&c, program, &line)) == PS_OK &&
	    (code = put_question(&c, request)) == PS_OK)
		code = get_answer(&c, answer, err);
	return finish(&c, program, line.quiet, code);
}
