/* SPDX-License-Identifier: ISC */
/*
 * postseal ca: an authority of one's own.
 */
#include <stdlib.h>
#include <string.h>

#include <postseal-tools/ca.h>

#include "command.h"
#include "output.h"
#include "say.h"
#include "secrets.h"
#include "session.h"
#include "text.h"

/* What the words behind `ca` have in common. */
struct ca {
	const struct options *o;
	struct session	 session;
	char		*dir;
	ps_ca		*ca;
};

struct word {
	const char	*name;
	int		(*run)(struct ca *c);
	bool		 fresh;		/* there is no authority yet */
	bool		 argument;	/* takes some behind it */
};

static int
tell(const struct ca *c, ps_code code, const ps_err *err)
{
	return code == PS_OK ? EXIT_GOOD : say_chain(c->dir, code, err);
}

/* --- secrets --- */

static int
new_secret(ps_secret **out, const char *file, const char *what)
{
	ps_err err = PS_ERR_INIT;
	ps_secret *s = ps_secret_new();
	ps_code code;

	if (s == NULL)
		return say_nomem();
	code = file != NULL ? ps_secret_read_file(s, file, &err) :
	    ps_secret_read_tty(s, what, &err);
	if (code != PS_OK) {
		ps_secret_free(s);
		return say_chain(file != NULL ? file : what, code, &err);
	}
	*out = s;
	return EXIT_GOOD;
}

/* --- the words --- */

static int
init(struct ca *c)
{
	const ps_ca_plan plan = { .name = c->o->name,
		.key = c->o->pq_keys ? "ml-dsa-65" : c->o->key,
		.crl_url = c->o->crl_url, .ocsp_url = c->o->ocsp_url,
		.issuer_url = c->o->issuer_url };
	ps_secret *asked = NULL;
	ps_err err = PS_ERR_INIT;
	int status = EXIT_GOOD;

	if (c->o->name == NULL)
		return say_usage(c->o->verb_name, "%s", T_CA_NAME);
	if (c->session.passphrase == NULL)
		status = new_secret(&asked, NULL, T_CA_PASSPHRASE);
	if (status == EXIT_GOOD)
		status = tell(c, ps_ca_init(c->dir, &plan, asked != NULL ? asked :
		    c->session.passphrase, c->o->at != NULL ? c->o->when : INT64_MIN, &err), &err);
	ps_secret_free(asked);
	return status;
}

/* To an output that appears only when all of it is there. */
static int
write_by(struct ca *c, ps_code (*write)(struct ca *c, ps_writer *out, ps_err *err))
{
	struct output out = { .fd = -1 };
	ps_err err = PS_ERR_INIT;
	int status = output_open(&out, c->o->output);

	if (status == EXIT_GOOD)
		status = tell(c, write(c, out.writer, &err), &err);
	if (status == EXIT_GOOD)
		status = output_finish(&out);
	output_close(&out);
	return status;
}

struct issuing {
	struct ca	 ca;		/* first: write_by hands it on */
	ps_secret	*passphrase;
};

static ps_code
write_issued(struct ca *c, ps_writer *out, ps_err *err)
{
	const struct options *o = c->o;
	const ps_ca_wish wish = { .request = o->request, .address = o->message.item + 1,
		.naddress = o->message.n - 1,
		.key = o->pq_keys ? "ml-dsa-65,ml-kem-768" : o->key, .use = o->use + 1,
		.days = (unsigned)o->days, .again = o->again, .old_form = o->insecure_pkcs12,
		.passphrase = ((struct issuing *)(void *)c)->passphrase };

	return ps_ca_issue(c->ca, &wish, out, err);
}

static int
issue(struct ca *c)
{
	struct issuing i = { .ca = *c };
	int status = EXIT_GOOD;

	if (c->o->request == NULL && c->o->message.n < 2)
		return say_usage(c->o->verb_name, "%s", T_CA_ADDRESS);
	if (c->o->request == NULL && c->o->output == NULL)
		return say_usage(c->o->verb_name, "%s", T_CA_P12);
	if (c->o->request == NULL)
		status = new_secret(&i.passphrase, c->o->new_passphrase_file, T_CA_NEW);
	if (status == EXIT_GOOD)
		status = write_by(&i.ca, write_issued);
	ps_secret_free(i.passphrase);
	return status;
}

static int
revoke(struct ca *c)
{
	ps_err err = PS_ERR_INIT;
	ps_code code;

	if (c->o->message.n != 2)
		return say_usage(c->o->verb_name, "%s", T_CA_WHICH);
	code = ps_ca_revoke(c->ca, c->o->message.item[1], c->o->reason, &err);
	if (code == PS_E_NOT_FOUND && c->o->reason != NULL && strstr(ps_ca_reasons(),
	    c->o->reason) == NULL)
		return option_status("--reason", code, &err);
	return tell(c, code, &err);
}

static ps_code
write_crl(struct ca *c, ps_writer *out, ps_err *err)
{
	return ps_ca_crl(c->ca, c->o->root, (unsigned)c->o->days, out, err);
}

static int
crl(struct ca *c)
{
	return write_by(c, write_crl);
}

static ps_code
write_answer(struct ca *c, ps_writer *out, ps_err *err)
{
	return ps_ca_ocsp(c->ca, c->o->request, (unsigned)c->o->days, out, err);
}

static int
ocsp(struct ca *c)
{
	ps_err err = PS_ERR_INIT;

	if (c->o->request != NULL)
		return write_by(c, write_answer);
	if (c->o->out_dir == NULL)
		return say_usage(c->o->verb_name, "%s", T_CA_OCSP);
	return tell(c, ps_ca_ocsp_all(c->ca, c->o->out_dir, (unsigned)c->o->days, &err), &err);
}

static int
publish(struct ca *c)
{
	ps_err err = PS_ERR_INIT;

	if (c->o->out_dir == NULL)
		return say_usage(c->o->verb_name, "%s", T_CA_PUBLISH);
	return tell(c, ps_ca_publish(c->ca, c->o->out_dir, &err), &err);
}

static ps_code
write_list(struct ca *c, ps_writer *out, ps_err *err)
{
	return ps_ca_list(c->ca, c->o->json, out, err);
}

static int
list(struct ca *c)
{
	return write_by(c, write_list);
}

static const struct word words[] = {
	{ "init", init, true, false },
	{ "issue", issue, false, true },
	{ "revoke", revoke, false, true },
	{ "crl", crl, false, false },
	{ "ocsp", ocsp, false, false },
	{ "publish", publish, false, false },
	{ "list", list, false, false },
};

/* --- the verb --- */

static const struct word *
find_word(const struct options *o)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (o->message.n > 0 && strcmp(o->message.item[0], words[i].name) == 0)
			return &words[i];
	return NULL;
}

static int
find_folder(struct ca *c)
{
	ps_err err = PS_ERR_INIT;
	ps_code code;

	if (c->o->ca != NULL) {
		c->dir = strdup(c->o->ca);
		return c->dir == NULL ? say_nomem() : EXIT_GOOD;
	}
	code = ps_ca_place(&c->dir, &err);
	return code == PS_OK ? EXIT_GOOD : say_chain(c->o->verb_name, code, &err);
}

static int
open_authority(struct ca *c)
{
	ps_err err = PS_ERR_INIT;

	return tell(c, ps_ca_open(&c->ca, c->dir, c->o->at != NULL ? c->o->when : INT64_MIN,
	    secrets_ask, c->session.asked, &err), &err);
}

int
cmd_ca(const struct options *o)
{
	struct ca c = { .o = o };
	const struct word *word = find_word(o);
	int status;

	if (word == NULL)
		return say_usage(o->verb_name, "%s", T_CA_WORD);
	if (!word->argument && o->message.n > 1)
		return say_usage(o->verb_name, T_CA_MORE, word->name, o->message.item[1]);
	if (o->pq_keys && o->key != NULL)
		return say_usage(o->verb_name, "%s", T_CA_KINDS);
	status = session_open(&c.session, o);
	if (status == EXIT_GOOD)
		status = find_folder(&c);
	if (status == EXIT_GOOD && !word->fresh)
		status = open_authority(&c);
	if (status == EXIT_GOOD)
		status = word->run(&c);
	ps_ca_close(c.ca);
	free(c.dir);
	session_close(&c.session);
	return status;
}
