/* SPDX-License-Identifier: ISC */
/*
 * The command: verbs over the library, by its public headers alone.
 */
#include <string.h>

#include "command.h"
#include "progress.h"
#include "say.h"
#include "text.h"

const struct command commands[] = {
	{ "open", VERB_OPEN, cmd_open, " [options] [MESSAGE...]", H_OPEN, X_OPEN },
	{ "verify", VERB_VERIFY, cmd_verify, " [options] [MESSAGE...]", H_VERIFY, X_VERIFY },
	{ "inspect", VERB_INSPECT, cmd_inspect, " [options] [MESSAGE...]", H_INSPECT, X_INSPECT },
	{ "sign", VERB_SIGN, cmd_sign, " [options] [MESSAGE...]", H_SIGN, X_SIGN },
	{ "encrypt", VERB_ENCRYPT, cmd_encrypt, " [options] [MESSAGE...]", H_ENCRYPT, X_ENCRYPT },
	{ "seal", VERB_SEAL, cmd_seal, " [options] [MESSAGE...]", H_SEAL, X_SEAL },
	{ "receipt", VERB_RECEIPT, cmd_receipt, " [options] [MESSAGE]", H_RECEIPT, X_RECEIPT },
	{ "expand", VERB_EXPAND, cmd_expand, " [options] [MESSAGE]", H_EXPAND, X_EXPAND },
	{ "cert", VERB_CERT, cmd_cert,
	  " add|learn|list|people|show|find|pin|forget|export|lint [options] ...", H_CERT, X_CERT },
	{ "id", VERB_ID, cmd_id,
	  " create|import|list|show|request|install|renew|default|retire|passphrase|export|forget"
	  " [options] [WHAT]", H_ID, X_ID },
	{ "ca", VERB_CA, cmd_ca, " init|issue|revoke|crl|ocsp|publish|list [options]", H_CA, X_CA },
	{ "doctor", VERB_DOCTOR, cmd_doctor, " [options] [ADDRESS...]", H_DOCTOR, X_DOCTOR },
	{ "completion", VERB_COMPLETION, cmd_completion, " bash|zsh|fish", H_COMPLETION,
	  X_COMPLETION },
	{ "version", VERB_VERSION, cmd_version, "", H_VERSION, NULL },
	{ "help", VERB_HELP, cmd_help, " [VERB]", H_HELP, NULL },
	{ 0 },
};

/* Other programs have taught people these. */
static const char *const other_names[][2] = {
	{ "-h", "help" },
	{ "--help", "help" },
	{ "--version", "version" },
	{ "-V", "version" },
};

const struct command *
command_find(const char *name)
{
	for (size_t i = 0; i < sizeof other_names / sizeof other_names[0]; i++)
		if (strcmp(other_names[i][0], name) == 0)
			name = other_names[i][1];
	for (const struct command *c = commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static int
run(const struct command *c, int argc, char **argv)
{
	struct options o = { .verb_name = c->name, .verb = c->verb };
	int status = options_parse(&o, argc, argv);

	if (status == EXIT_GOOD)
		status = o.help ? help_verb(c) : c->run(&o);
	options_clear(&o);
	return status;
}

int
main(int argc, char **argv)
{
	const struct command *c;
	int status;

	ignore_closed_pipes();
	if (argc < 2)
		return help_all();
	c = command_find(argv[1]);
	if (c == NULL) {
		say(T_NO_VERB, argv[1]);
		return EXIT_USAGE;
	}
	status = run(c, argc - 1, argv + 1);
	interruption_raise();
	return status;
}
