/* SPDX-License-Identifier: ISC */
/*
 * postseal id list and show.
 */
#include <stdio.h>

#include "command.h"
#include "id.h"
#include "json.h"
#include "say.h"
#include "text.h"

enum { KEY_TEXT = 64 };

static void
show_json(const struct id *i)
{
	char key[KEY_TEXT];
	struct json j;

	json_begin(&j);
	json_number(&j, "id", i->number);
	json_text(&j, "address", i->address);
	json_words(&j, "purpose", purpose_words, i->purpose);
	json_text(&j, "state", id_state(i));
	json_flag(&j, "default", i->chosen);
	json_text(&j, "key", ps_spki_describe(id_spki(i), key, sizeof key));
	json_text(&j, "token", i->uri);
	json_time(&j, "created", i->created);
	json_text(&j, "subject", i->cert == NULL ? NULL : ps_cert_subject(i->cert));
	json_text(&j, "issuer", i->cert == NULL ? NULL : ps_cert_issuer(i->cert));
	json_text(&j, "serial", i->cert == NULL ? NULL : ps_cert_serial(i->cert));
	json_text(&j, "sha256", i->cert == NULL ? NULL : ps_cert_sha256(i->cert));
	json_time(&j, "not_before", i->cert == NULL ? INT64_MIN : ps_cert_not_before(i->cert));
	json_time(&j, "not_after", i->cert == NULL ? INT64_MIN : ps_cert_not_after(i->cert));
	json_end(&j);
}

static void
put_purpose(const struct id *i)
{
	fputs((i->purpose & PS_KEY_SIGNS) != 0 ? "sign" : "", stdout);
	fputs(i->purpose == (PS_KEY_SIGNS | PS_KEY_DECRYPTS) ? ", " : "", stdout);
	fputs((i->purpose & PS_KEY_DECRYPTS) != 0 ? "decrypt" : "", stdout);
}

static void
show_line(const struct id *i)
{
	char key[KEY_TEXT], day[24];

	printf("%4lld  %s  (", (long long)i->number, i->address);
	put_purpose(i);
	printf(")  %s%s  %s", id_state(i), i->chosen ? ", default" : "",
	    ps_spki_describe(id_spki(i), key, sizeof key));
	if (i->cert != NULL)
		printf("  until %s", time_text(ps_cert_not_after(i->cert), 1, day));
	fputs(i->uri == NULL ? "\n" : "  in a token\n", stdout);
}

static void
show_all(const struct id *i)
{
	char from[24], to[24];

	show_line(i);
	if (i->cert != NULL)
		printf("      subject  %s\n      issuer   %s\n      serial   %s\n"
		       "      sha256   %s\n      valid    %s to %s\n",
		    ps_cert_subject(i->cert), ps_cert_issuer(i->cert),
		    ps_cert_serial(i->cert), ps_cert_sha256(i->cert),
		    time_text(ps_cert_not_before(i->cert), 0, from),
		    time_text(ps_cert_not_after(i->cert), 0, to));
	if (i->uri != NULL)
		printf("      token    %s\n", i->uri);
}

static int
each(struct id_run *r, int forgotten, void (*show)(const struct id *i))
{
	struct ids ids = { 0 };
	int status = ids_find(&ids, r, r->what, forgotten);

	for (size_t i = 0; i < ids.n && status == EXIT_GOOD; i++)
		(r->o->json ? show_json : show)(&ids.item[i]);
	ids_clear(&ids);
	return status == EXIT_GOOD ? flush_stdout() : status;
}

int
id_list(struct id_run *r)
{
	return each(r, r->o->all, show_line);
}

int
id_show(struct id_run *r)
{
	return each(r, 1, show_all);
}
