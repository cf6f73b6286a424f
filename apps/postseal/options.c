/* SPDX-License-Identifier: ISC */
/*
 * The options: one table.
 *
 * getopt_long's array, the help of each verb, which verb takes what, and where
 * a value is kept are all read from the table below, so that none of them can
 * forget an option.
 */
#include "options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "say.h"
#include "text.h"

enum kind {
	FLAG,		/* bool */
	TEXT,		/* const char *, once */
	LIST,		/* struct texts */
	NUMBER,		/* int, from `least` to `most` */
	CHOICE		/* int: which of the words in `value`, from 0 */
};

enum {
	READS	= VERB_OPEN | VERB_VERIFY | VERB_INSPECT,
	JUDGES	= VERB_OPEN | VERB_VERIFY,
	SEALS	= VERB_ENCRYPT | VERB_SEAL,
	SIGNS	= VERB_SIGN | VERB_SEAL,
	ANSWERS	= VERB_RECEIPT | VERB_EXPAND,	/* read a mail to write one */
	WRITES	= VERB_SIGN | SEALS | ANSWERS,
	ALL	= READS | WRITES,
	HELPS	= ALL | VERB_CERT | VERB_ID | VERB_CA | VERB_DOCTOR | VERB_VERSION | VERB_HELP |
		  VERB_COMPLETION
};

struct row {
	const char	*name;
	const char	*value;		/* NULL: takes none */
	const char	*help;
	size_t		 at;		/* in struct options */
	unsigned	 verbs;
	enum kind	 kind;
	int		 least, most;	/* of a NUMBER */
	char		 letter;
};

#define AT(member)	.at = offsetof(struct options, member)

static const struct row rows[] = {
	{ "output", "FILE", O_OUTPUT, AT(output), VERB_OPEN | VERB_CERT | VERB_ID | VERB_CA | WRITES, TEXT, .letter = 'o' },
	{ "out-dir", "DIR", O_OUT_DIR, AT(out_dir), VERB_OPEN | VERB_CA | WRITES, TEXT },
	{ "json", NULL, O_JSON, AT(json), VERB_VERIFY | VERB_INSPECT | VERB_CERT | VERB_ID |
	  VERB_CA | VERB_DOCTOR, FLAG },
	{ "verdict", "FILE", O_VERDICT, AT(verdict), VERB_OPEN, TEXT },
	{ "identity", "FILE", O_IDENTITY, AT(identity), ALL, LIST },
	{ "to", "X", O_TO, AT(to), SEALS | ANSWERS, LIST },
	{ "cert", "FILE", O_CERT, AT(cert), ALL | VERB_CERT | VERB_ID | VERB_DOCTOR, LIST },
	{ "learn", "MAIL", O_LEARN, AT(learn), SEALS | ANSWERS | VERB_DOCTOR, LIST },
	{ "trust", "FILE", O_TRUST, AT(trust), JUDGES | SEALS | ANSWERS | VERB_CERT | VERB_DOCTOR, LIST },
	{ "crl", "FILE", O_CRL, AT(crl), JUDGES | SEALS | ANSWERS | VERB_CERT | VERB_DOCTOR, LIST },
	{ "revocation", "off|soft|hard", O_REVOCATION, AT(revocation), JUDGES | SEALS | ANSWERS | VERB_CERT | VERB_DOCTOR, CHOICE },
	{ "from", "ADDRESS", O_FROM, AT(from), JUDGES | VERB_ID, TEXT },
	{ "content", "FILE", O_CONTENT, AT(content), JUDGES, TEXT },
	{ "require", "signed|sealed", O_REQUIRE, AT(require), VERB_OPEN, CHOICE },
	{ "all-parts", NULL, O_ALL_PARTS, AT(all_parts), VERB_OPEN, FLAG },
	{ "eol", "crlf|lf", O_EOL, AT(eol), VERB_OPEN | WRITES, CHOICE },
	{ "bcc-dir", "DIR", O_BCC_DIR, AT(bcc_dir), SEALS, TEXT },
	{ "no-self", NULL, O_NO_SELF, AT(no_self), SEALS, FLAG },
	{ "draft", NULL, O_DRAFT, AT(draft), VERB_ENCRYPT, FLAG },
	{ "anchor", NULL, O_ANCHOR, AT(anchor), VERB_CERT, FLAG },
	{ "smime", NULL, O_SMIME, AT(smime), VERB_CERT, FLAG },
	{ "profile", "NAME", O_PROFILE, AT(profile), VERB_CERT, TEXT },
	{ "keep", NULL, O_KEEP, AT(keep), VERB_CERT, FLAG },
	{ "repair", NULL, O_REPAIR, AT(repair), VERB_DOCTOR, FLAG },
	{ "yes", NULL, O_YES, AT(yes), VERB_DOCTOR, FLAG },
	{ "all", NULL, O_ALL, AT(all), VERB_CERT | VERB_ID, FLAG },
	{ "ca", "DIR", O_CA, AT(ca), VERB_CA, TEXT },
	{ "name", "NAME", O_NAME, AT(name), VERB_CA | VERB_ID, TEXT },
	{ "key", "KIND", O_KEY, AT(key), VERB_CA, TEXT },
	{ "crl-url", "URL", O_CRL_URL, AT(crl_url), VERB_CA, TEXT },
	{ "ocsp-url", "URL", O_OCSP_URL, AT(ocsp_url), VERB_CA, TEXT },
	{ "issuer-url", "URL", O_ISSUER_URL, AT(issuer_url), VERB_CA, TEXT },
	{ "request", "FILE", O_REQUEST, AT(request), VERB_CA, TEXT },
	{ "for", "sign|encrypt|both|split", O_FOR, AT(use), VERB_CA, CHOICE },
	{ "days", "N", O_DAYS, AT(days), VERB_CA | VERB_ID, NUMBER, 1, 3650 },
	{ "again", NULL, O_AGAIN, AT(again), VERB_CA, FLAG },
	{ "new-passphrase-file", "FILE", O_NEW_PASSPHRASE_FILE, AT(new_passphrase_file),
	  VERB_CA | VERB_ID, TEXT },
	{ "insecure-pkcs12", NULL, O_INSECURE_PKCS12, AT(insecure_pkcs12), VERB_CA | VERB_ID, FLAG },
	{ "reason", "NAME", O_REASON, AT(reason), VERB_CA, TEXT },
	{ "root", NULL, O_ROOT, AT(root), VERB_CA, FLAG },
	{ "add", NULL, O_ADD, AT(add), VERB_SIGN, FLAG },
	{ "opaque", NULL, O_OPAQUE, AT(opaque), SIGNS, FLAG },
	{ "digest", "NAME", O_DIGEST, AT(digest), SIGNS | ANSWERS, TEXT },
	{ "padding", "pss|pkcs1", O_PADDING, AT(padding), SIGNS | ANSWERS, TEXT },
	{ "cipher", "NAME", O_CIPHER, AT(cipher), SEALS | ANSWERS, TEXT },
	{ "pq", NULL, O_PQ_KEYS, AT(pq_keys), VERB_ID | VERB_CA, FLAG },
	{ "pq", "prefer|require|off", O_PQ_RULE, AT(pq_rule), SEALS | ANSWERS, CHOICE },
	{ "key-transport", "oaep|pkcs1|rsa-kem", O_KEY_TRANSPORT, AT(key_transport), SEALS | ANSWERS, TEXT },
	{ "headers", "off|none|baseline|shy", O_HEADERS, AT(headers), VERB_SIGN | SEALS, TEXT },
	{ "compress", NULL, O_COMPRESS, AT(compress), VERB_SIGN | SEALS, FLAG },
	{ "der", NULL, O_DER, AT(der), WRITES, FLAG },
	{ "key-ids", NULL, O_KEY_IDS, AT(key_ids), WRITES, FLAG },
	{ "insecure-recipients", NULL, O_INSECURE_RECIPIENTS, AT(insecure_recipients), SEALS | ANSWERS,
	  FLAG },
	{ "explain", NULL, O_EXPLAIN, AT(explain), SEALS | ANSWERS, FLAG },
	{ "request-receipt", NULL, O_REQUEST_RECEIPT, AT(request_receipt), SIGNS, FLAG },
	{ "receipt-from", "WHO", O_RECEIPT_FROM, AT(receipt_from), SIGNS, LIST },
	{ "receipt-to", "ADDRESS", O_RECEIPT_TO, AT(receipt_to), SIGNS, LIST },
	{ "label", "LABEL", O_LABEL, AT(label), SIGNS, TEXT },
	{ "sent", "MAIL", O_SENT, AT(sent), VERB_VERIFY, TEXT },
	{ "no-receipts", NULL, O_NO_RECEIPTS, AT(no_receipts), VERB_EXPAND, FLAG },
	{ "triple", NULL, O_TRIPLE, AT(triple), VERB_SEAL, FLAG },
	{ "timestamp", "URL", O_TIMESTAMP, AT(timestamp), SIGNS, TEXT },
	{ "tsa-trust", "FILE", O_TSA_TRUST, AT(tsa_trust), SIGNS, LIST },
	{ "passphrase-file", "FILE", O_PASSPHRASE_FILE, AT(passphrase_file), ALL | VERB_ID | VERB_CA, TEXT },
	{ "passphrase-fd", "N", O_PASSPHRASE_FD, AT(passphrase_fd), ALL | VERB_ID | VERB_CA, NUMBER, 0, 65535 },
	{ "password-file", "FILE", O_PASSWORD_FILE, AT(password_file), READS | SEALS | ANSWERS, LIST },
	{ "kek", "FILE", O_KEK, AT(kek), READS | SEALS | ANSWERS, LIST },
	{ "policy", "NAME-or-FILE", O_POLICY, AT(policy), ALL | VERB_CERT | VERB_DOCTOR, TEXT },
	{ "at", "TIME", O_AT, AT(at), ALL | VERB_ID | VERB_CA | VERB_CERT | VERB_DOCTOR, TEXT },
	{ "threads", "N", O_THREADS, AT(threads), ALL, NUMBER, 1, 256 },
	{ "online", NULL, O_ONLINE, AT(online), ALL | VERB_CERT | VERB_DOCTOR, FLAG },
	{ "offline", NULL, O_OFFLINE, AT(offline), ALL | VERB_CERT | VERB_DOCTOR, FLAG },
	{ "store", "FILE", O_STORE, AT(store), ALL | VERB_CERT | VERB_ID | VERB_DOCTOR, TEXT },
	{ "no-store", NULL, O_NO_STORE, AT(no_store), ALL | VERB_DOCTOR, FLAG },
	{ "new-passphrase-fd", "N", O_NEW_PASSPHRASE_FD, AT(new_passphrase_fd), VERB_ID, NUMBER, 0,
	  65535 },
	{ "rsa", NULL, O_RSA, AT(rsa), VERB_ID, FLAG },
	{ "p256", NULL, O_P256, AT(p256), VERB_ID, FLAG },
	{ "x25519", NULL, O_X25519, AT(x25519), VERB_ID, FLAG },
	{ "key-form", "seed|both|expanded", O_KEY_FORM, AT(key_form), VERB_ID, CHOICE },
	{ "self-signed", NULL, O_SELF_SIGNED, AT(self_signed), VERB_ID, FLAG },
	{ "pem", NULL, O_PEM, AT(pem), VERB_ID, FLAG },
	{ "help", NULL, O_HELP, AT(help), HELPS, FLAG, .letter = 'h' },
};

enum { ROWS = sizeof rows / sizeof rows[0], LONG = 256 };

/* --- values --- */

static int
set_text(const struct options *o, const char **at, const char *name, const char *value)
{
	if (*at != NULL)
		return say_usage(o->verb_name, T_TWICE, name);
	*at = value;
	return EXIT_GOOD;
}

static int
add_text(struct texts *list, const char *value)
{
	const char **more = reallocarray(list->item, list->n + 1, sizeof *more);

	if (more == NULL)
		return say_nomem();
	list->item = more;
	list->item[list->n++] = value;
	return EXIT_GOOD;
}

static int
set_number(const struct options *o, const struct row *row, int *at, const char *name,
    const char *value)
{
	char *end;
	long n = strtol(value, &end, 10);

	if (value[0] < '0' || value[0] > '9' || *end != '\0' || n < row->least || n > row->most)
		return say_usage(o->verb_name, T_NUMBER, name, (unsigned)row->least,
		    (unsigned)row->most, value);
	*at = (int)n;
	return EXIT_GOOD;
}

/* which returns the place of `word` in "a|b|c", -1 when it is not there. */
static int
which(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (int i = 0;; i++) {
		size_t len = strcspn(words, "|");

		if (len == n && memcmp(words, word, n) == 0)
			return i;
		if (words[len] == '\0')
			return -1;
		words += len + 1;
	}
}

static int
set_choice(const struct options *o, const struct row *row, int *at, const char *name,
    const char *value)
{
	int i = which(row->value, value);

	if (i < 0)
		return say_usage(o->verb_name, T_CHOICE, name, row->value, value);
	*at = i;
	return EXIT_GOOD;
}

static int
set_row(struct options *o, const struct row *row, const char *value)
{
	void *at = (char *)o + row->at;
	char name[40];

	(void)snprintf(name, sizeof name, "--%s", row->name);
	if ((row->verbs & (unsigned)o->verb) == 0)
		return say_usage(o->verb_name, T_WRONG_VERB, name);
	switch (row->kind) {
	case FLAG:
		*(bool *)at = true;
		return EXIT_GOOD;
	case TEXT:
		return set_text(o, at, name, value);
	case LIST:
		return add_text(at, value);
	case NUMBER:
		return set_number(o, row, at, name, value);
	case CHOICE:
		return set_choice(o, row, at, name, value);
	}
	return EXIT_USAGE;
}

/* --- the command line --- */

/* One name may be two options, of different verbs; their rows stand together. */
static bool
is_of_other_verb(int verb, size_t i)
{
	const struct row *near[2] = { i == 0 ? NULL : &rows[i - 1],
	    i + 1 == ROWS ? NULL : &rows[i + 1] };

	for (int k = 0; k < 2 && (rows[i].verbs & (unsigned)verb) == 0; k++)
		if (near[k] != NULL && (near[k]->verbs & (unsigned)verb) != 0 &&
		    strcmp(near[k]->name, rows[i].name) == 0)
			return true;
	return false;
}

static void
make_getopt(int verb, struct option *out, char *letters)
{
	*letters++ = ':';	/* tell a missing value from an unknown option */
	for (size_t i = 0; i < ROWS; i++) {
		if (is_of_other_verb(verb, i))
			continue;
		*out++ = (struct option){ .name = rows[i].name,
		    .has_arg = rows[i].value == NULL ? no_argument : required_argument,
		    .val = LONG + (int)i };
		if (rows[i].letter == '\0')
			continue;
		*letters++ = rows[i].letter;
		if (rows[i].value != NULL)
			*letters++ = ':';
	}
	*letters = '\0';
	*out = (struct option){ 0 };
}

static const struct row *
find_row(int got)
{
	if (got >= LONG)
		return &rows[got - LONG];
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].letter == (char)got)
			return &rows[i];
	return NULL;
}

/* getopt_long leaves the letter or the long option's number in optopt, and
 * nothing at all when it knows neither. */
static int
complain(const struct options *o, int got, char **argv)
{
	const struct row *row = optopt == 0 ? NULL : find_row(optopt);
	char name[40];

	if (row != NULL) {
		(void)snprintf(name, sizeof name, "--%s", row->name);
		return got == ':' ? say_usage(o->verb_name, T_NEEDS_VALUE, name) :
				    say_usage(o->verb_name, T_TAKES_NONE, name);
	}
	if (optopt == 0)
		return say_usage(o->verb_name, T_UNKNOWN_OPTION, argv[optind - 1]);
	(void)snprintf(name, sizeof name, "-%c", optopt);
	return say_usage(o->verb_name, T_UNKNOWN_OPTION, name);
}

static int
read_line(struct options *o, int argc, char **argv)
{
	struct option longs[ROWS + 1];
	char letters[2 * ROWS + 2];
	const struct row *row;
	int got, status;

	make_getopt((int)o->verb, longs, letters);
	opterr = 0;
	optind = 1;
	while ((got = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		row = got == '?' || got == ':' ? NULL : find_row(got);
		if (row == NULL)
			return complain(o, got, argv);
		status = set_row(o, row, optarg);
		if (status != EXIT_GOOD)
			return status;
	}
	for (int i = optind; i < argc; i++)
		if (add_text(&o->message, argv[i]) != EXIT_GOOD)
			return EXIT_LATER;
	return EXIT_GOOD;
}

/* --- what does not go together --- */

static int
check_messages(const struct options *o)
{
	size_t stdins = 0;

	for (size_t i = 0; i < o->message.n; i++)
		stdins += strcmp(o->message.item[i], "-") == 0;
	if (stdins > 1)
		return say_usage(o->verb_name, T_STDIN_TWICE);
	if (o->output != NULL && o->out_dir != NULL)
		return say_usage(o->verb_name, T_BOTH_OUTPUTS);
	if (o->out_dir != NULL && o->verb != VERB_CA && (stdins != 0 || o->message.n == 0))
		return say_usage(o->verb_name, T_STDIN_DIR);
	if ((o->verb & (VERB_OPEN | WRITES)) != 0 && o->message.n > 1 && o->out_dir == NULL)
		return say_usage(o->verb_name, T_SEVERAL);
	if (o->bcc_dir != NULL && o->message.n > 1)
		return say_usage(o->verb_name, T_BCC_SEVERAL);
	if (o->verb == VERB_VERSION && o->message.n != 0)
		return say_usage(o->verb_name, T_NO_MESSAGE, o->message.item[0]);
	return EXIT_GOOD;
}

/* Outputs in a folder are named by their inputs, so the names must differ. */
static int
check_names(const struct options *o)
{
	if (o->out_dir == NULL)
		return EXIT_GOOD;
	for (size_t i = 0; i < o->message.n; i++)
		for (size_t j = i + 1; j < o->message.n; j++) {
			const char *a = o->message.item[i], *b = o->message.item[j];

			if (strcmp(base_name(a), base_name(b)) == 0)
				return say_usage(o->verb_name, T_SAME_NAME, a, b,
				    base_name(a));
		}
	return EXIT_GOOD;
}

static int
check_folders(const struct options *o)
{
	if (o->out_dir != NULL && !is_folder(o->out_dir))
		return say_usage(o->verb_name, T_NO_FOLDER, "--out-dir", o->out_dir,
		    o->out_dir);
	if (o->bcc_dir != NULL && !is_folder(o->bcc_dir))
		return say_usage(o->verb_name, T_NO_FOLDER, "--bcc-dir", o->bcc_dir,
		    o->bcc_dir);
	return check_names(o);
}

static int
check_identities(const struct options *o)
{
	for (size_t i = 0; i < o->identity.n; i++) {
		const char *x = o->identity.item[i];

		if (o->no_store && is_address(x))
			return say_usage(o->verb_name, T_IDENTITY_ADDRESS, x);
	}
	if ((o->verb & (SIGNS | ANSWERS)) != 0 && o->identity.n == 0 && o->no_store)
		return say_usage(o->verb_name, T_NO_IDENTITY);
	if (o->passphrase_file != NULL && o->passphrase_fd >= 0)
		return say_usage(o->verb_name, T_TWO_PASSPHRASES);
	if (o->new_passphrase_file != NULL && o->new_passphrase_fd >= 0)
		return say_usage(o->verb_name, T_TWO_NEW_PASSPHRASES);
	return EXIT_GOOD;
}

static int
check_values(struct options *o)
{
	if (o->draft && o->identity.n == 0 && o->no_store)
		return say_usage(o->verb_name, T_DRAFT);
	if (o->from != NULL && strchr(o->from, '@') == NULL)
		return say_usage(o->verb_name, T_ADDRESS, "--from", o->from);
	if (o->at != NULL && ps_time_parse(o->at, &o->when) != PS_OK)
		return say_usage(o->verb_name, T_TIME, o->at);
	if (o->timestamp != NULL && strncmp(o->timestamp, "http://", 7) != 0 &&
	    strncmp(o->timestamp, "https://", 8) != 0)
		return say_usage(o->verb_name, T_URL, o->timestamp);
	for (size_t i = 0; i < o->to.n; i++)
		if (!file_is_meant(o->to.item[i]) && strchr(o->to.item[i], '@') == NULL)
			return say_usage(o->verb_name, T_TO, o->to.item[i]);
	return EXIT_GOOD;
}

/* An option that does nothing would be taken for one that works. */
static int
check_alone(const struct options *o)
{
	if (o->receipt_from.n != 0 && !o->request_receipt)
		return say_usage(o->verb_name, T_RECEIPT_ALONE, "--receipt-from");
	if (o->receipt_to.n != 0 && !o->request_receipt)
		return say_usage(o->verb_name, T_RECEIPT_ALONE, "--receipt-to");
	if (o->offline && o->online)
		return say_usage(o->verb_name, T_ONLINE);
	if (o->offline && o->timestamp != NULL)
		return say_usage(o->verb_name, T_OFFLINE);
	if (o->no_store && o->store != NULL)
		return say_usage(o->verb_name, "%s", T_TWO_STORES);
	if (o->tsa_trust.n != 0 && o->timestamp == NULL)
		return say_usage(o->verb_name, T_TSA_ALONE);
	return EXIT_GOOD;
}

int
options_parse(struct options *o, int argc, char **argv)
{
	int status;

	o->passphrase_fd = o->new_passphrase_fd = -1;
	o->revocation = o->pq_rule = o->eol = o->require = o->use = o->key_form = -1;
	status = read_line(o, argc, argv);
	if (status != EXIT_GOOD || o->help)
		return status;
	status = check_messages(o);
	if (status == EXIT_GOOD)
		status = check_folders(o);
	if (status == EXIT_GOOD)
		status = check_identities(o);
	if (status == EXIT_GOOD)
		status = check_values(o);
	if (status == EXIT_GOOD)
		status = check_alone(o);
	return status;
}

void
options_clear(struct options *o)
{
	for (size_t i = 0; i < ROWS; i++)
		if (rows[i].kind == LIST)
			free(((struct texts *)(void *)((char *)o + rows[i].at))->item);
	free(o->message.item);
	memset(o, 0, sizeof *o);
}

void
options_each(enum verb verbs, void (*see)(void *arg, const struct option_fact *o), void *arg)
{
	for (size_t i = 0; i < ROWS; i++)
		if ((rows[i].verbs & (unsigned)verbs) != 0)
			see(arg, &(struct option_fact){ .name = rows[i].name,
			    .help = rows[i].help, .value = rows[i].value,
			    .letter = rows[i].letter });
}

void
options_help(FILE *to, enum verb verb)
{
	char left[64];

	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];
		char letter[8] = "    ";

		if ((row->verbs & (unsigned)verb) == 0)
			continue;
		if (row->letter != '\0')
			(void)snprintf(letter, sizeof letter, "-%c, ", row->letter);
		(void)snprintf(left, sizeof left, "%s--%s%s%s", letter, row->name,
		    row->value == NULL ? "" : " ", row->value == NULL ? "" : row->value);
		fprintf(to, strlen(left) > 26 ? "  %s\n%30s%s\n" : "  %-28s%s%s\n", left, "",
		    row->help);
	}
}
