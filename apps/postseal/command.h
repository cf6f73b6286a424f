/* SPDX-License-Identifier: ISC */
#ifndef POSTSEAL_COMMAND_H
#define POSTSEAL_COMMAND_H

/* The verbs. Each returns the exit status of the program. */

#include "options.h"

struct command {
	const char	*name;
	enum verb	 verb;
	int		(*run)(const struct options *o);
	const char	*arguments;
	const char	*help;		/* one line */
	const char	*examples;	/* NULL: none */
};

/* The table of verbs, ended by a row without a name. */
extern const struct command commands[];
const struct command *command_find(const char *name);

int	cmd_open(const struct options *o);
int	cmd_verify(const struct options *o);
int	cmd_inspect(const struct options *o);
int	cmd_sign(const struct options *o);
int	cmd_encrypt(const struct options *o);
int	cmd_seal(const struct options *o);
int	cmd_receipt(const struct options *o);
int	cmd_expand(const struct options *o);
int	cmd_cert(const struct options *o);
int	cmd_id(const struct options *o);
int	cmd_doctor(const struct options *o);
int	cmd_ca(const struct options *o);
int	cert_lint(const struct options *o);
int	cmd_completion(const struct options *o);
int	cmd_version(const struct options *o);
int	cmd_help(const struct options *o);

/* help_verb writes all about one verb, help_all the overview. */
int	help_verb(const struct command *c);
int	help_all(void);
/* flush_stdout returns an exit status after saying what is wrong. */
int	flush_stdout(void);

#endif
