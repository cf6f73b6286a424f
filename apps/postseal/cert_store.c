/* SPDX-License-Identifier: ISC */
/*
 * postseal cert add, learn, list, show, find, pin, forget: the certificates
 * of others in the store.
 */
#include "cert_store.h"

#include <string.h>

#include <postseal-tools/doctor.h>

#include "opener.h"
#include "output.h"
#include "protector.h"
#include "say.h"
#include "session.h"
#include "text.h"

/* --- what is shown --- */

struct showing {
	ps_store	*store;
	ps_writer	*w;
	int		 json;
	size_t		 n;
};

static ps_code
show_cert(void *arg, const ps_store_cert *c, ps_err *err)
{
	struct showing *p = arg;

	p->n++;
	return ps_store_write_cert(c, p->json, p->w, err);
}

static ps_code
show_person(void *arg, const ps_store_person *who, ps_err *err)
{
	struct showing *p = arg;

	p->n++;
	return ps_store_write_person(who, p->json, p->w, err);
}

static int
finish(struct output *out, const struct options *o, ps_code code, const ps_err *err)
{
	int status = code == PS_OK ? output_finish(out) : say_chain(o->verb_name, code, err);

	output_close(out);
	return status;
}

/* Without a store there is nothing to show, which is no fault. */
static int
show(struct session *s, bool people, const char *what, bool all, size_t *out_n)
{
	struct output out = { .fd = -1 };
	struct showing p = { .store = s->store, .json = s->o->json };
	ps_err err = PS_ERR_INIT;
	ps_code code = PS_OK;
	int status = output_open(&out, s->o->output);

	if (status != EXIT_GOOD)
		return status;
	p.w = out.writer;
	if (s->store != NULL)
		code = people ? ps_store_list_people(s->store, what, show_person, &p, &err)
		    : ps_store_find_certs(s->store, what, all, show_cert, &p, &err);
	*out_n = p.n;
	return finish(&out, s->o, code, &err);
}

static int
cert_list(struct session *s, const struct texts *what)
{
	size_t n;

	(void)what;
	return show(s, false, NULL, true, &n);
}

static int
cert_people(struct session *s, const struct texts *what)
{
	size_t n;

	return show(s, true, what->n > 1 ? what->item[1] : NULL, true, &n);
}

/* --- beyond the store --- */

struct looking {
	struct showing	 show;
	const char	*address;
};

static ps_store_how
how_of(const char *source)
{
	return strcmp(source, "ldap") == 0 ? PS_STORE_LDAP : PS_STORE_SMIMEA;
}

/* What the store has was shown already, if it was there before. */
static ps_code
show_found(void *arg, const ps_found *f, ps_err *err)
{
	struct looking *l = arg;
	ps_store_cert c = { .size = sizeof c, .cert = f->cert, .how = how_of(f->source),
	    .added = INT64_MIN, .forgotten = INT64_MIN };

	if (f->why[0] != '\0')
		say(T_CERT_UNFIT, l->address, f->source, f->why);
	return f->known ? PS_OK : show_cert(&l->show, &c, err);
}

static ps_code
look_in_store(const struct session *s, struct looking *l, ps_err *err)
{
	return s->store == NULL ? PS_OK
	    : ps_store_find_certs(s->store, l->address, 0, show_cert, &l->show, err);
}

/* PS_OK with a status that was said already. */
static ps_code
look_elsewhere(struct session *s, struct looking *l, int *out_status, ps_err *err)
{
	ps_protector *pr = NULL;
	ps_code code = PS_OK;

	if (!s->o->online || strchr(l->address, '@') == NULL)
		return PS_OK;
	if ((*out_status = protector_make(&pr, s)) == EXIT_GOOD)
		code = ps_find_elsewhere(pr, s->store, l->address, show_found, l, err);
	ps_protector_free(pr);
	return code;
}

/* One that is not there is said, for a script that looks. */
static int
cert_find(struct session *s, const struct texts *what)
{
	struct output out = { .fd = -1 };
	struct looking l = { .show = { .json = s->o->json }, .address = what->item[1] };
	ps_err err = PS_ERR_INIT;
	ps_code code;
	int said = EXIT_GOOD, status = output_open(&out, s->o->output);

	if (status != EXIT_GOOD)
		return status;
	l.show.w = out.writer;
	if ((code = look_in_store(s, &l, &err)) == PS_OK)
		code = look_elsewhere(s, &l, &said, &err);
	status = worse(said, finish(&out, s->o, code, &err));
	if (status == EXIT_GOOD && l.show.n == 0) {
		say(T_CERT_NONE, what->item[1]);
		return ps_code_info(PS_E_NOT_FOUND)->exit_status;
	}
	return status;
}

/* --- what changes --- */

static int
told(const char *what, ps_code code, const ps_err *err)
{
	return code == PS_OK ? EXIT_GOOD : say_chain(what, code, err);
}

struct adding {
	const struct options *o;
	ps_store	*store;
};

static ps_code
add_one(void *arg, ps_cert *c, ps_err *err)
{
	const struct adding *p = arg;

	return p->o->anchor ? ps_store_add_anchor(p->store, c, err)
	    : ps_store_add_cert(p->store, c, PS_STORE_GIVEN, err);
}

static int
cert_add(struct session *s, const struct texts *what)
{
	struct adding p = { s->o, s->store };
	int status = EXIT_GOOD;

	for (size_t i = 1; i < what->n && status == EXIT_GOOD; i++) {
		ps_err err = PS_ERR_INIT;

		status = told(what->item[i], ps_cert_each_of_file(what->item[i], add_one, &p,
		    &err), &err);
	}
	return status;
}

static int
learn_one(ps_opener *op, const char *path)
{
	ps_err err = PS_ERR_INIT;
	ps_verdict *v = NULL;
	ps_code code = ps_opener_verify_file(op, path, &v, &err);
	int status = told(path, code, &err);

	if (status == EXIT_GOOD && (status = ps_verdict_exit_verify(v)) != EXIT_GOOD)
		say(T_CERT_LEARN, path, ps_verdict_sentence(v));
	ps_verdict_free(v);
	return status;
}

/* Reading a mail teaches by itself, once there is a store. */
static int
cert_learn(struct session *s, const struct texts *what)
{
	ps_opener *op = NULL;
	int status = opener_make(&op, s);

	for (size_t i = 1; i < what->n && status == EXIT_GOOD; i++)
		status = learn_one(op, what->item[i]);
	ps_opener_free(op);
	return status;
}

/* The one certificate that is meant. */
struct choice {
	ps_cert	*cert;
	size_t	 n;
};

static ps_code
choose(void *arg, const ps_store_cert *c, ps_err *err)
{
	struct choice *x = arg;

	(void)err;
	if (x->n++ == 0)
		x->cert = ps_cert_ref(c->cert);
	return PS_OK;
}

/* Returns EXIT_GOOD with *out, which is freed by the caller. */
static int
find_one(struct session *s, const char *what, ps_cert **out)
{
	struct choice x = { .n = 0 };
	ps_err err = PS_ERR_INIT;
	int status = EXIT_GOOD;

	if (s->store != NULL)
		status = told(what, ps_store_find_certs(s->store, what, 1, choose, &x, &err),
		    &err);
	if (status == EXIT_GOOD && x.n != 1) {
		say(x.n == 0 ? T_CERT_NONE : T_CERT_SEVERAL, what);
		status = ps_code_info(PS_E_NOT_FOUND)->exit_status;
	}
	if (status == EXIT_GOOD)
		*out = x.cert;
	else
		ps_cert_free(x.cert);
	return status;
}

static int
cert_pin(struct session *s, const struct texts *what)
{
	ps_err err = PS_ERR_INIT;
	ps_cert *c = NULL;
	bool none = strcmp(what->item[2], "none") == 0;
	int status = none ? EXIT_GOOD : find_one(s, what->item[2], &c);

	if (status == EXIT_GOOD && s->store != NULL)
		status = told(what->item[1], ps_store_pin(s->store, what->item[1], c, &err), &err);
	ps_cert_free(c);
	return status;
}

static int
cert_forget(struct session *s, const struct texts *what)
{
	ps_err err = PS_ERR_INIT;
	ps_cert *c = NULL;
	int gone = 0, status = find_one(s, what->item[1], &c);

	if (status == EXIT_GOOD && s->o->anchor)
		status = told(what->item[1], ps_store_drop_anchor(s->store, c, &err), &err);
	else if (status == EXIT_GOOD)
		status = told(what->item[1], ps_store_forget_cert(s->store, c, &gone, &err), &err);
	if (status == EXIT_GOOD && !s->o->anchor)
		say(gone ? T_CERT_GONE : T_CERT_HIDDEN, what->item[1]);
	ps_cert_free(c);
	return status;
}

/* --- the verbs --- */

static const struct {
	const char	*name;
	int		(*run)(struct session *s, const struct texts *what);
	bool		 makes;		/* a store where there is none */
	size_t		 least, most;	/* arguments; most 0: any number */
} verbs[] = {
	{ "add", cert_add, true, 1, 0 },
	{ "learn", cert_learn, true, 1, 0 },
	{ "list", cert_list, false, 0, 1 },
	{ "people", cert_people, false, 0, 1 },
	{ "show", cert_find, false, 1, 1 },
	{ "find", cert_find, false, 1, 1 },
	{ "pin", cert_pin, false, 2, 2 },
	{ "forget", cert_forget, false, 1, 1 },
};

int
cert_store(const struct options *o)
{
	struct session s = { .o = o };
	size_t i = 0, n = o->message.n - 1;
	int status;

	while (i < sizeof verbs / sizeof verbs[0] && strcmp(verbs[i].name, o->message.item[0]) != 0)
		i++;
	if (i == sizeof verbs / sizeof verbs[0])
		return say_usage(o->verb_name, T_CERT_VERB, o->message.item[0]);
	if (n < verbs[i].least || (verbs[i].most != 0 && n > verbs[i].most))
		return say_usage(o->verb_name, T_CERT_ARGUMENTS, verbs[i].name);
	if (o->keep && !o->online)
		return say_usage(o->verb_name, "%s", T_CERT_KEEP);
	status = session_open(&s, o);
	if (status == EXIT_GOOD)
		status = session_store(&s, verbs[i].makes || o->keep);
	if (status == EXIT_GOOD)
		status = verbs[i].run(&s, &o->message);
	session_close(&s);
	return status;
}
