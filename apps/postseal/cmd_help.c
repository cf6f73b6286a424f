/* SPDX-License-Identifier: ISC */
/*
 * postseal help: made from the tables of verbs and options.
 */
#include <errno.h>
#include <string.h>

#include "command.h"
#include "say.h"
#include "text.h"

int
flush_stdout(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_GOOD;
	say(T_STDOUT, strerror(errno));
	return ps_code_info(PS_E_WRITE)->exit_status;
}

int
help_verb(const struct command *c)
{
	printf("postseal %s%s\n  %s\n", c->name, c->arguments, c->help);
	fputs(H_OPTIONS, stdout);
	options_help(stdout, c->verb);
	if (strstr(c->arguments, "MESSAGE") != NULL)
		fputs(H_MESSAGE H_EXIT, stdout);
	if (c->examples != NULL)
		printf("%s%s", H_EXAMPLES, c->examples);
	fputs(H_TAIL, stdout);
	return flush_stdout();
}

int
help_all(void)
{
	fputs(H_OVERVIEW H_VERBS, stdout);
	for (const struct command *c = commands; c->name != NULL; c++)
		printf("  %-10s %s\n", c->name, c->help);
	fputs(H_MESSAGE H_EXIT H_MORE, stdout);
	return flush_stdout();
}

int
cmd_help(const struct options *o)
{
	const struct command *c;

	if (o->message.n == 0)
		return help_all();
	c = command_find(o->message.item[0]);
	if (c == NULL) {
		say(T_NO_VERB, o->message.item[0]);
		return EXIT_USAGE;
	}
	return help_verb(c);
}
