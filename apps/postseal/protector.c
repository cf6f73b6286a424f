/* SPDX-License-Identifier: ISC */
/*
 * From options to a protector. What is plain to hand on stands in tables.
 */
#include "protector.h"

#include "names.h"
#include "network.h"
#include "say.h"
#include "secrets.h"
#include "text.h"

#define AT(member)	offsetof(struct options, member)

static const struct {
	size_t	 at;
	ps_code	(*add)(ps_protector *, const char *, ps_err *);
} files[] = {
	{ AT(cert), ps_protector_add_cert_file },
	{ AT(learn), ps_protector_learn_file },
	{ AT(trust), ps_protector_add_trust_file },
	{ AT(crl), ps_protector_add_crl_file },
	{ AT(tsa_trust), ps_protector_add_stamp_trust_file },
	{ AT(receipt_from), ps_protector_request_receipt },
	{ AT(receipt_to), ps_protector_add_receipt_to },
};

static const struct {
	const char *option;
	size_t	 at;
	ps_code	(*set)(ps_protector *, const char *, ps_err *);
} names[] = {
	{ "--digest", AT(digest), ps_protector_set_digest },
	{ "--padding", AT(padding), ps_protector_set_padding },
	{ "--cipher", AT(cipher), ps_protector_set_cipher },
	{ "--key-transport", AT(key_transport), ps_protector_set_key_transport },
	{ "--headers", AT(headers), ps_protector_set_headers },
	{ "--label", AT(label), ps_protector_set_label },
};

static const struct {
	const char *option;
	size_t	 at;
	ps_code	(*set)(ps_protector *, int, ps_err *);
} flags[] = {
	{ "--add", AT(add), ps_protector_set_add },
	{ "--opaque", AT(opaque), ps_protector_set_opaque },
	{ "--key-ids", AT(key_ids), ps_protector_set_key_ids },
	{ "--der", AT(der), ps_protector_set_der },
	{ "--compress", AT(compress), ps_protector_set_compress },
	{ "--no-self", AT(no_self), ps_protector_set_no_self },
	{ "--draft", AT(draft), ps_protector_set_draft },
	{ "--triple", AT(triple), ps_protector_set_triple },
	{ "--insecure-recipients", AT(insecure_recipients),
	  ps_protector_set_insecure_recipients },
};

static int
add_files(ps_protector *pr, const struct options *o)
{
	ps_err err = PS_ERR_INIT;
	ps_code code;

	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		const struct texts *list = (const void *)((const char *)o + files[i].at);

		for (size_t j = 0; j < list->n; j++) {
			code = files[i].add(pr, list->item[j], &err);
			if (code != PS_OK)
				return say_chain(list->item[j], code, &err);
		}
	}
	return EXIT_GOOD;
}

static int
set_names(ps_protector *pr, const struct options *o)
{
	ps_err err = PS_ERR_INIT;
	int status = EXIT_GOOD;

	for (size_t i = 0; i < sizeof names / sizeof names[0] && status == EXIT_GOOD; i++) {
		const char *value = *(const char *const *)(const void *)((const char *)o +
		    names[i].at);

		if (value != NULL)
			status = option_status(names[i].option, names[i].set(pr, value, &err),
			    &err);
	}
	return status;
}

static int
set_flags(ps_protector *pr, const struct options *o)
{
	ps_err err = PS_ERR_INIT;
	int status = EXIT_GOOD;

	for (size_t i = 0; i < sizeof flags / sizeof flags[0] && status == EXIT_GOOD; i++)
		if (*(const bool *)((const char *)o + flags[i].at))
			status = option_status(flags[i].option, flags[i].set(pr, 1, &err),
			    &err);
	return status;
}

/* Sending asks unless it may not; looking at what there is only when it is told to. */
static bool
may_ask(const struct options *o)
{
	if (o->verb == VERB_CERT || (o->verb == VERB_DOCTOR && o->message.n == 0))
		return o->online;
	return !o->offline;
}

static bool
keeps(const struct options *o)
{
	return o->keep || (o->online && (o->verb & (VERB_CERT | VERB_DOCTOR)) == 0);
}

static int
set_values(ps_protector *pr, struct session *s)
{
	ps_err err = PS_ERR_INIT;
	const struct options *o = s->o;
	ps_code code = PS_OK;

	if (o->revocation >= 0)
		code = ps_protector_set_revocation(pr, o->revocation, &err);
	if (code == PS_OK && o->eol >= 0)
		code = ps_protector_set_eol(pr, o->eol + 1, &err);
	if (code == PS_OK && s->policy != NULL)
		code = ps_protector_set_policy(pr, s->policy, &err);
	if (code == PS_OK && o->request_receipt && o->receipt_from.n == 0)
		code = ps_protector_request_receipt(pr, "all", &err);
	if (code == PS_OK && o->timestamp != NULL)
		code = ps_protector_set_timestamp(pr, o->timestamp, &err);
	if (code == PS_OK && may_ask(o))
		code = ps_protector_set_fetch(pr, network_fetch, s, &err);
	if (code == PS_OK && keeps(o))
		code = ps_protector_set_keep_found(pr, 1, &err);
	if (code == PS_OK)
		code = ps_protector_set_progress(pr, progress_tick, &s->progress, &err);
	return code == PS_OK ? EXIT_GOOD : say_chain(o->verb_name, code, &err);
}

static int
add_identities(ps_protector *pr, struct session *s)
{
	ps_err err = PS_ERR_INIT;
	ps_code code;

	for (size_t i = 0; i < s->o->identity.n; i++) {
		const char *x = s->o->identity.item[i];

		code = is_address(x) ? ps_protector_add_identity(pr, x, &err) :
		    ps_protector_add_identity_file(pr, x, secrets_ask, s->asked, &err);
		if (code != PS_OK)
			return say_chain(x, code, &err);
	}
	return EXIT_GOOD;
}

/* After add_files: an address is looked for among the certificates there. */
static int
add_recipients(ps_protector *pr, const struct options *o)
{
	ps_err err = PS_ERR_INIT;
	ps_code code;

	for (size_t i = 0; i < o->to.n; i++) {
		const char *x = o->to.item[i];

		code = file_is_meant(x) ? ps_protector_add_recipient_file(pr, x, &err) :
		    ps_protector_add_recipient(pr, x, &err);
		if (code != PS_OK)
			return say_chain(x, code, &err);
	}
	return EXIT_GOOD;
}

static int
add_secrets(ps_protector *pr, const struct texts *list, int (*get)(ps_secret **, const char *),
    ps_code (*add)(ps_protector *, const ps_secret *, ps_err *))
{
	ps_err err = PS_ERR_INIT;
	int status = EXIT_GOOD;

	for (size_t i = 0; i < list->n && status == EXIT_GOOD; i++) {
		ps_secret *secret = NULL;
		ps_code code = PS_OK;

		status = get(&secret, list->item[i]);
		if (status == EXIT_GOOD)
			code = add(pr, secret, &err);
		if (code != PS_OK)
			status = say_chain(list->item[i], code, &err);
		ps_secret_free(secret);
	}
	return status;
}

static int
add_store(ps_protector *pr, struct session *s)
{
	const struct options *o = s->o;
	ps_err err = PS_ERR_INIT;
	ps_code code = PS_OK;
	int status = session_store(s, false);

	if (status != EXIT_GOOD)
		return status;
	if (s->store != NULL)
		code = ps_protector_set_store(pr, s->store, secrets_ask, s->asked, &err);
	else if (o->draft && o->identity.n == 0)
		return say_usage(o->verb_name, T_DRAFT);
	else if (o->identity.n == 0 && o->verb != VERB_ENCRYPT &&
	    o->verb != VERB_CERT && o->verb != VERB_DOCTOR)
		return say_usage(o->verb_name, T_NO_IDENTITY);
	return code == PS_OK ? EXIT_GOOD : say_chain(o->verb_name, code, &err);
}

static int
add_all(ps_protector *pr, struct session *s)
{
	const struct options *o = s->o;
	int status = add_store(pr, s);

	if (status == EXIT_GOOD)
		status = add_files(pr, o);
	if (status == EXIT_GOOD)
		status = add_identities(pr, s);
	if (status == EXIT_GOOD)
		status = add_recipients(pr, o);
	if (status == EXIT_GOOD)
		status = add_secrets(pr, &o->password_file, secrets_password,
		    ps_protector_add_password);
	if (status == EXIT_GOOD)
		status = add_secrets(pr, &o->kek, secrets_kek, ps_protector_add_kek);
	return status;
}

int
protector_make(ps_protector **out, struct session *s)
{
	ps_protector *pr = ps_protector_new(s->ctx);
	int status;

	if (pr == NULL)
		return say_nomem();
	*out = pr;
	status = set_values(pr, s);
	if (status == EXIT_GOOD)
		status = set_names(pr, s->o);
	if (status == EXIT_GOOD)
		status = set_flags(pr, s->o);
	if (status == EXIT_GOOD)
		status = add_all(pr, s);
	return status;
}
