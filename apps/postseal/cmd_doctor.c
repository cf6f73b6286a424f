/* SPDX-License-Identifier: ISC */
/*
 * postseal doctor: can one write to an address, and is all well here?
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <postseal-tools/doctor.h>

#include "command.h"
#include "json.h"
#include "network.h"
#include "output.h"
#include "protector.h"
#include "say.h"
#include "text.h"

/* --- an address --- */

static int
visit(struct session *s, ps_protector *pr, const char *address, ps_writer *w)
{
	ps_err err = PS_ERR_INIT;
	ps_code answer = PS_OK, code;

	code = ps_doctor_address(pr, s->store, address, s->o->json, w, &answer, &err);
	return code == PS_OK ? ps_code_info(answer)->exit_status : say_chain(address, code, &err);
}

static int
addresses(struct session *s, ps_protector *pr)
{
	const struct texts *list = &s->o->message;
	struct output out = { .fd = -1 };
	int status = output_open(&out, NULL);

	for (size_t i = 0; status != EXIT_USAGE && out.writer != NULL && i < list->n; i++)
		status = worse(status, visit(s, pr, list->item[i], out.writer));
	if (out.writer != NULL)
		status = worse(status, output_finish(&out));
	output_close(&out);
	return status;
}

static int
with_protector(const struct options *o, int (*run)(struct session *s, ps_protector *pr))
{
	struct session s = { .o = o };
	ps_protector *pr = NULL;
	int status = session_open(&s, o);

	if (status == EXIT_GOOD)
		status = protector_make(&pr, &s);
	if (status == EXIT_GOOD)
		status = run(&s, pr);
	ps_protector_free(pr);
	session_close(&s);
	return status;
}

/* --- our own set-up --- */

enum { WHY = 1024 };

/* No store is no fault; else why it cannot be used. */
static ps_code
open_store(struct session *s, char why[WHY])
{
	ps_err err = PS_ERR_INIT;
	ps_code code = ps_store_open(&s->store, s->o->store, 0, &err);

	if (code == PS_E_NOT_FOUND && s->o->store == NULL)
		return PS_OK;
	if (code == PS_OK && (code = ps_store_check(s->store, &err)) != PS_OK) {
		ps_store_close(s->store);
		s->store = NULL;
	}
	if (code != PS_OK)
		ps_err_format(&err, why, WHY);
	return code;
}

/* A store that cannot be used is a finding, and the rest is looked at all the same. */
static int
self(const struct options *o)
{
	char program[PATH_MAX], helper[PATH_MAX], why[WHY] = "";
	ps_doctor_place place = { .size = sizeof place, .helper = helper, .store_why = why };
	struct session s = { .o = o };
	struct output out = { .fd = -1 };
	ps_protector *pr = NULL;
	ps_err err = PS_ERR_INIT;
	ps_code code = PS_OK;
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
	int bad = 0, status = session_open(&s, o);

	if (n > 0) {
		program[n] = '\0';
		place.program = program;
	}
	place.helper_runs = network_helper(helper, sizeof helper);
	if (status == EXIT_GOOD && !o->no_store)
		place.store_code = open_store(&s, why);
	if (status == EXIT_GOOD && place.store_code == PS_OK)
		status = protector_make(&pr, &s);
	if (status == EXIT_GOOD)
		status = output_open(&out, NULL);
	if (status == EXIT_GOOD) {
		code = ps_doctor_self(pr, s.store, &place, o->json, out.writer, &bad, &err);
		status = code == PS_OK ? output_finish(&out) : say_chain(o->verb_name, code, &err);
	}
	output_close(&out);
	ps_protector_free(pr);
	session_close(&s);
	return worse(status, bad);
}

/* --- the store --- */

static bool
says_yes(void)
{
	char line[16] = "";

	fputs(T_DOCTOR_ASK, stderr);
	return fgets(line, sizeof line, stdin) != NULL && (line[0] == 'y' || line[0] == 'Y');
}

/* PS_OK: it is sound. */
static ps_code
look_at_store(const struct options *o, ps_err *err)
{
	ps_store *s = NULL;
	ps_code code = ps_store_open(&s, o->store, 0, err);

	if (code == PS_OK)
		code = ps_store_check(s, err);
	ps_store_close(s);
	return code;
}

static int
put_back(const struct options *o)
{
	ps_err err = PS_ERR_INIT;
	ps_store *s = NULL;
	int64_t when = 0;
	char text[32];
	ps_code code = ps_store_repair(o->store, &when, &err);

	if (code == PS_OK)
		code = ps_store_open(&s, o->store, 0, &err);
	if (code != PS_OK)
		return say_chain(o->verb_name, code, &err);
	say(T_DOCTOR_DONE, time_text(when, 0, text), ps_store_path(s));
	ps_store_close(s);
	return EXIT_GOOD;
}

static int
repair(const struct options *o)
{
	ps_err err = PS_ERR_INIT;
	ps_code code = look_at_store(o, &err);

	if (code == PS_OK) {
		say("%s", T_DOCTOR_SOUND);
		return EXIT_GOOD;
	}
	if (code != PS_E_MALFORMED && code != PS_E_NOT_FOUND)
		return say_chain(o->verb_name, code, &err);
	if (!o->yes && !isatty(STDIN_FILENO))
		return say_usage(o->verb_name, "%s", T_DOCTOR_TTY);
	if (!o->yes && !says_yes()) {
		say("%s", T_DOCTOR_LEFT);
		return ps_code_info(PS_E_REFUSED)->exit_status;
	}
	return put_back(o);
}

int
cmd_doctor(const struct options *o)
{
	if (o->repair && o->message.n != 0)
		return say_usage(o->verb_name, "%s", T_DOCTOR_ALONE);
	if (o->yes && !o->repair)
		return say_usage(o->verb_name, "%s", T_DOCTOR_YES);
	for (size_t i = 0; i < o->message.n; i++)
		if (strchr(o->message.item[i], '@') == NULL)
			return say_usage(o->verb_name, T_DOCTOR_ADDRESS, o->message.item[i]);
	if (o->repair)
		return repair(o);
	return o->message.n == 0 ? self(o) : with_protector(o, addresses);
}
