/* SPDX-License-Identifier: ISC */
/*
 * Policy files.
 *
 *	[policy]
 *	base = strict
 *	[digest]
 *	sha1 = refused
 *
 * Sections and rows are the library's (ps_policy_set); here only `base` is
 * known. We bring our own line reader, because the parser tells the number of
 * a bad line but not of the line a row stands on, and cuts long lines.
 */
#include "policy_file.h"

#include <errno.h>
#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "say.h"
#include "text.h"

struct file {
	FILE		*stream;
	const char	*path;
	ps_policy	*policy;
	unsigned	 line;
	unsigned	 bad;		/* lines that we complained about */
	bool		 rows;		/* a row was set */
};

/* Only the first complaint is told: the others may follow from it. */
static int
complain(struct file *f, const char *words)
{
	if (f->bad++ == 0)
		say(T_POLICY_LINE, f->path, f->line, words);
	return 0;
}

static char *
next_line(char *line, int size, void *arg)
{
	struct file *f = arg;
	size_t n;

	if (f->bad != 0 || fgets(line, size, f->stream) == NULL)
		return NULL;
	f->line++;
	n = strlen(line);
	if (n + 1 == (size_t)size && line[n - 1] != '\n') {
		char words[80];

		(void)snprintf(words, sizeof words, T_POLICY_LONG, size - 2);
		complain(f, words);
		return NULL;
	}
	return line;
}

static int
set_base(struct file *f, const char *name, const char *value)
{
	ps_err err = PS_ERR_INIT;
	ps_policy *base;
	char words[1024];

	if (strcmp(name, "base") != 0) {
		(void)snprintf(words, sizeof words, T_POLICY_KEY, name);
		return complain(f, words);
	}
	if (f->rows)
		return complain(f, T_POLICY_BASE);
	if (ps_policy_new(&base, value, &err) != PS_OK)
		return complain(f, ps_err_format(&err, words, sizeof words));
	ps_policy_free(f->policy);
	f->policy = base;
	return 1;
}

static int
set_row(void *arg, const char *section, const char *name, const char *value)
{
	struct file *f = arg;
	ps_err err = PS_ERR_INIT;
	char words[1024];

	if (strcmp(section, "policy") == 0)
		return set_base(f, name, value);
	if (section[0] == '\0') {
		(void)snprintf(words, sizeof words, T_POLICY_SECTION, name);
		return complain(f, words);
	}
	f->rows = true;
	if (ps_policy_set(f->policy, section, name, value, &err) != PS_OK)
		return complain(f, ps_err_format(&err, words, sizeof words));
	return 1;
}

static int
read_file(struct file *f)
{
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_policy_new(&f->policy, "default", &err);
	int bad;

	if (code != PS_OK)
		return say_chain(f->path, code, &err);
	bad = ini_parse_stream(next_line, f, set_row, f);
	if (bad > 0 && f->bad == 0) {
		f->line = (unsigned)bad;
		complain(f, T_POLICY_SYNTAX);
	}
	if (bad < 0)
		return say_nomem();
	if (f->bad == 0 && ferror(f->stream)) {
		say(T_FILE, f->path, strerror(errno));
		return ps_code_info(PS_E_READ)->exit_status;
	}
	return f->bad == 0 ? EXIT_GOOD : EXIT_USAGE;
}

static int
open_file(ps_policy **out, const char *path)
{
	struct file f = { .path = path, .stream = fopen(path, "re") };
	int status;

	if (f.stream == NULL && errno == ENOENT && !file_is_meant(path)) {
		say(T_POLICY_NAME, path);
		return EXIT_USAGE;
	}
	if (f.stream == NULL) {
		say(T_FILE, path, strerror(errno));
		return ps_code_info(PS_E_READ)->exit_status;
	}
	status = read_file(&f);
	fclose(f.stream);
	if (status == EXIT_GOOD)
		*out = f.policy;
	else
		ps_policy_free(f.policy);
	return status;
}

int
policy_open(ps_policy **out, const char *name)
{
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_policy_new(out, name, &err);

	if (code == PS_OK)
		return EXIT_GOOD;
	if (code == PS_E_NOT_FOUND)
		return open_file(out, name);
	return say_chain("--policy", code, &err);
}
