/* SPDX-License-Identifier: ISC */
/*
 * postseal completion: what a shell needs to finish a command line.
 *
 * Made from the tables of verbs and options, so that it cannot forget one. The
 * three shells want the same facts in three languages; each has a writer of
 * its own below.
 */
#include <string.h>

#include "command.h"
#include "say.h"
#include "text.h"

/* Which words stand behind a verb: "cert export" has them first in its
 * arguments, "a|b|c". */
static ps_slice
words_of(const struct command *c)
{
	const char *p = c->arguments + (c->arguments[0] == ' ');
	size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz|-");

	if (p[0] == '-')
		n = 0;
	return (ps_slice){ (const uint8_t *)p, p[n] == ' ' || p[n] == '\0' ? n : 0 };
}

/* Writes "a|b|c" with `between` for the bars. */
static void
put_words(const char *words, size_t n, const char *between)
{
	for (size_t i = 0; i < n; i++)
		if (words[i] == '|')
			fputs(between, stdout);
		else
			putchar(words[i]);
}

static void
put_verbs(const char *between)
{
	for (const struct command *c = commands; c->name != NULL; c++)
		printf("%s%s", c == commands ? "" : between, c->name);
}

/* What can stand for the value of an option. */
enum value { NONE, ANY, FILES, FOLDERS, WORDS };

static enum value
value_of(const struct option_fact *o)
{
	static const char *const files[] = { "FILE", "X", "MAIL", "NAME-or-FILE" };

	if (o->value == NULL)
		return NONE;
	if (strchr(o->value, '|') != NULL)
		return WORDS;
	if (strcmp(o->value, "DIR") == 0)
		return FOLDERS;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
		if (strcmp(o->value, files[i]) == 0)
			return FILES;
	return ANY;
}

/* Text between two ' of a shell; `also` are escaped by a backslash. */
static void
put_quoted(const char *text, const char *also)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			fputs("'\\'", stdout);
		else if (strchr(also, *text) != NULL)
			putchar('\\');
		putchar(*text);
	}
}

/* --- bash --- */

static void
bash_value(void *arg, const struct option_fact *o)
{
	(void)arg;
	if (value_of(o) == NONE)
		return;
	printf("\t--%s", o->name);
	if (o->letter != '\0')
		printf(" | -%c", o->letter);
	fputs(")\t", stdout);
	switch (value_of(o)) {
	case WORDS:
		fputs("words='", stdout);
		put_words(o->value, strlen(o->value), " ");
		fputs("' ;;\n", stdout);
		break;
	case FOLDERS:
		fputs("kind=-d ;;\n", stdout);
		break;
	case FILES:
		fputs("kind=-f ;;\n", stdout);
		break;
	case ANY:
	case NONE:
		fputs("return ;;\n", stdout);
		break;
	}
}

static void
bash_option(void *arg, const struct option_fact *o)
{
	(void)arg;
	printf(" --%s", o->name);
}

static const char bash_head[] =
    "# bash completion of postseal; made by `postseal completion bash`.\n"
    "_postseal() {\n"
    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
    "\tlocal words= kind= options=\n"
    "\tCOMPREPLY=()\n"
    "\t# --option=value comes in three words.\n"
    "\tif [ \"$cur\" = = ]; then\n"
    "\t\tcur=\n"
    "\telif [ \"$prev\" = = ]; then\n"
    "\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
    "\tfi\n"
    "\tif [ \"$COMP_CWORD\" = 1 ]; then\n";

static const char bash_tail[] =
    "\tif [[ -z $words && -z $kind ]]; then\n"
    "\t\tif [[ $cur == -* ]]; then words=$options; else kind=-f; fi\n"
    "\tfi\n"
    "\tif [ -n \"$kind\" ]; then\n"
    "\t\tmapfile -t COMPREPLY < <(compgen $kind -- \"$cur\")\n"
    "\telse\n"
    "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
    "\tfi\n"
    "}\n"
    "complete -o filenames -F _postseal postseal\n";

static void
bash(void)
{
	fputs(bash_head, stdout);
	fputs("\t\twords='", stdout);
	put_verbs(" ");
	fputs("'\n\telse case ${COMP_WORDS[1]} in\n", stdout);
	for (const struct command *c = commands; c->name != NULL; c++) {
		ps_slice words = words_of(c);

		printf("\t%s)\toptions='", c->name);
		options_each(c->verb, bash_option, NULL);
		fputs("'", stdout);
		if (c->verb == VERB_HELP) {
			fputs("\n\t\t[[ $cur == -* ]] || words='", stdout);
			put_verbs(" ");
			fputs("'", stdout);
		} else if (words.n != 0) {
			fputs("\n\t\t[[ $COMP_CWORD = 2 && $cur != -* ]] && words='", stdout);
			put_words((const char *)words.p, words.n, " ");
			fputs("'", stdout);
		}
		fputs(" ;;\n", stdout);
	}
	fputs("\tesac; fi\n\tcase $prev in\n", stdout);
	options_each((enum verb) ~0u, bash_value, NULL);
	fputs("\tesac\n", stdout);
	fputs(bash_tail, stdout);
}

/* --- zsh --- */

static void
zsh_option(void *arg, const struct option_fact *o)
{
	static const char *const actions[] = { [ANY] = " ", [FILES] = "_files",
		[FOLDERS] = "_files -/", [WORDS] = "", [NONE] = "" };
	enum value v = value_of(o);

	(void)arg;
	printf(" \\\n\t\t    '*--%s%s[", o->name, v == NONE ? "" : "=");
	put_quoted(o->help, "[]\\");
	putchar(']');
	if (v == WORDS) {
		fputs(":word:(", stdout);
		put_words(o->value, strlen(o->value), " ");
		putchar(')');
	} else if (v != NONE)
		printf(":%s:%s", o->value, actions[v]);
	putchar('\'');
}

static void
zsh(void)
{
	fputs("#compdef postseal\n# Made by `postseal completion zsh`.\n"
	      "local -a verbs=(\n", stdout);
	for (const struct command *c = commands; c->name != NULL; c++) {
		printf("\t'%s:", c->name);
		put_quoted(c->help, ":\\");
		fputs("'\n", stdout);
	}
	fputs(")\nif (( CURRENT == 2 )); then\n\t_describe verb verbs\n\treturn\nfi\n"
	      "shift words\n(( CURRENT-- ))\ncase $words[1] in\n", stdout);
	for (const struct command *c = commands; c->name != NULL; c++) {
		ps_slice words = words_of(c);

		printf("%s)\t_arguments", c->name);
		options_each(c->verb, zsh_option, NULL);
		if (words.n != 0) {
			fputs(" \\\n\t\t    '1:verb:(", stdout);
			put_words((const char *)words.p, words.n, " ");
			fputs(")'", stdout);
		}
		fputs(" \\\n\t\t    '*:file:_files' ;;\n", stdout);
	}
	fputs("esac\n", stdout);
}

/* --- fish --- */

static void
fish_option(void *arg, const struct option_fact *o)
{
	const struct command *c = *(const struct command *const *)arg;
	static const char *const actions[] = { [NONE] = "", [ANY] = " -x", [FILES] = " -r -F",
		[FOLDERS] = " -x -a '(__fish_complete_directories)'", [WORDS] = " -x -a '" };
	enum value v = value_of(o);

	printf("complete -c postseal -n '__fish_seen_subcommand_from %s' -l %s", c->name, o->name);
	if (o->letter != '\0')
		printf(" -s %c", o->letter);
	fputs(actions[v], stdout);
	if (v == WORDS) {
		put_words(o->value, strlen(o->value), " ");
		putchar('\'');
	}
	fputs(" -d '", stdout);
	put_quoted(o->help, "\\");
	fputs("'\n", stdout);
}

/* fish escapes ' by a backslash, where a shell closes and opens again; no help
 * text has one. */
static void
fish(void)
{
	fputs("# Made by `postseal completion fish`.\n", stdout);
	for (const struct command *c = commands; c->name != NULL; c++) {
		ps_slice words = words_of(c);

		printf("complete -c postseal -n __fish_use_subcommand -f -a %s -d '", c->name);
		put_quoted(c->help, "\\");
		fputs("'\n", stdout);
		if (words.n != 0) {
			printf("complete -c postseal -n '__fish_seen_subcommand_from %s' -a '",
			    c->name);
			put_words((const char *)words.p, words.n, " ");
			fputs("'\n", stdout);
		}
		options_each(c->verb, fish_option, &c);
	}
}

static const struct {
	const char	*name;
	void		(*write)(void);
} shells[] = {
	{ "bash", bash },
	{ "zsh", zsh },
	{ "fish", fish },
};

int
cmd_completion(const struct options *o)
{
	if (o->message.n == 1)
		for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
			if (strcmp(o->message.item[0], shells[i].name) == 0) {
				shells[i].write();
				return flush_stdout();
			}
	return say_usage(o->verb_name, "%s", T_SHELL);
}
