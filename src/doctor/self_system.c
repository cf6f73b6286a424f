/* SPDX-License-Identifier: ISC */
/*
 * What is around us: the clock, trusted roots, libraries.
 */
#include "doctor/doctor.h"

#include <sys/stat.h>

#include "base/library.h"
#include "base/text.h"
#include "base/words.h"
#include "crypto/about.h"
#include "doctor/words.h"
#include "x509/looks.h"

enum { DAY = 86400 };
static const int64_t made = 1767225600;	/* 2026-01-01: no clock was right before */

/* --- the clock --- */

/* A file of tomorrow: a clock that was set back, or a battery that is empty. */
static bool
is_from_later(struct exam *x, const char *path)
{
	char day[SHEET_DATE], other[SHEET_DATE];
	struct stat st;

	if (path == NULL || stat(path, &st) != 0 || (int64_t)st.st_mtime <= x->now + DAY)
		return false;
	exam_find(x, EXAM_WARNING, "clock", W_SELF_CLOCK_DO, W_SELF_CLOCK_FILE,
	    PS_TEXT("date", sheet_day(x->now, day)), PS_TEXT("path", path),
	    PS_TEXT("other", sheet_day((int64_t)st.st_mtime, other)));
	return true;
}

void
exam_clock(struct exam *x)
{
	char day[SHEET_DATE];

	if (x->now < made)
		exam_find(x, EXAM_PROBLEM, "clock", W_SELF_CLOCK_DO, W_SELF_CLOCK_OLD,
		    PS_TEXT("date", sheet_day(x->now, day)));
	else if (!is_from_later(x, x->place->program) &&
	    !is_from_later(x, x->store == NULL ? NULL : ps_store_path(x->store)))
		exam_find(x, EXAM_GOOD, "clock", NULL, W_SELF_CLOCK,
		    PS_TEXT("date", sheet_day(x->now, day)));
}

/* --- trusted roots --- */

struct anchors {
	struct exam	*x;
	size_t		 n;
};

static ps_code
see_anchor(void *arg, const ps_store_cert *c, ps_err *err)
{
	struct anchors *a = arg;
	char day[SHEET_DATE];

	(void)err;
	a->n++;
	if (ps_cert_not_after(c->cert) < a->x->now)
		exam_find(a->x, EXAM_WARNING, "anchor-expired", W_SELF_ANCHOR_DO, W_SELF_ANCHOR,
		    PS_TEXT("who", ps_cert_holder(c->cert)),
		    PS_TEXT("date", sheet_day(ps_cert_not_after(c->cert), day)));
	return PS_OK;
}

ps_code
exam_trust(struct exam *x, ps_err *err)
{
	struct anchors a = { x, 0 };
	bool there;
	const char *path = ps_trust_system_place(&there);
	ps_code code = x->store == NULL ? PS_OK
	    : ps_store_list_anchors(x->store, see_anchor, &a, err);

	if (code != PS_OK)
		return code;
	if (a.n != 0)
		exam_find(x, EXAM_GOOD, "trust", NULL, W_SELF_TRUST_OWN, PS_NUMBER("n", a.n),
		    PS_TEXT("path", path));
	else if (there)
		exam_find(x, EXAM_GOOD, "trust", NULL, W_SELF_TRUST, PS_TEXT("path", path));
	else
		exam_find(x, EXAM_PROBLEM, "trust-none", W_SELF_TRUST_DO, W_SELF_TRUST_NONE,
		    PS_TEXT("path", path));
	return PS_OK;
}

/* --- libraries --- */

static void
tell(struct exam *x, bool there, bool needed, const char *name, const char *what)
{
	exam_find(x, there ? EXAM_GOOD : needed ? EXAM_PROBLEM : EXAM_NOTE, "library",
	    there ? NULL : W_SELF_LIBRARY_DO, there ? W_SELF_LIBRARY : W_SELF_LIBRARY_NO,
	    PS_TEXT("name", name), PS_TEXT("what", what));
}

/* One function of each shows that it is there; it is not called. */
static bool
can_load(const char *file, const char *function)
{
	void (*out)(void) = NULL;
	struct ps_library l = { .file = file, .name = &function, .n = 1, .out = &out };

	return ps_library_load(&l);
}

static void
exam_crypto(struct exam *x)
{
	char lacks[256];

	if (ps_crypto_lacks(lacks, sizeof lacks)[0] == '\0')
		exam_find(x, EXAM_GOOD, "openssl", NULL, W_SELF_CRYPTO,
		    PS_TEXT("name", ps_crypto_version()));
	else
		exam_find(x, EXAM_NOTE, "openssl", W_SELF_CRYPTO_DO, W_SELF_CRYPTO_NO,
		    PS_TEXT("name", ps_crypto_version()), PS_TEXT("list", lacks));
}

void
exam_libraries(struct exam *x)
{
	static const struct {
		const char	*name, *file, *other, *function, *what;
		bool		 needed;
	} rows[] = {
		{ "SQLite", "libsqlite3.so.0", NULL, "sqlite3_open_v2", W_SELF_LIB_SQLITE, true },
		{ "libidn2", "libidn2.so.0", NULL, "idn2_free", W_SELF_LIB_IDN, false },
		{ "libldap", "libldap.so.2", "libldap-2.5.so.0", "ldap_initialize",
		  W_SELF_LIB_LDAP, false },
		{ "libunbound", "libunbound.so.8", NULL, "ub_ctx_create", W_SELF_LIB_UNBOUND,
		  false },
	};
	const char *icu = ps_looks_source();

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		tell(x, can_load(rows[i].file, rows[i].function) || (rows[i].other != NULL &&
		    can_load(rows[i].other, rows[i].function)), rows[i].needed, rows[i].name,
		    rows[i].what);
	tell(x, icu != NULL, false, icu != NULL ? icu : "ICU", W_SELF_LIB_ICU);
	tell(x, x->place->helper_runs != 0, false, x->place->helper, W_SELF_LIB_HELPER);
	tell(x, ps_crypto_has_tokens(), false, "PKCS#11", W_SELF_LIB_TOKENS);
	exam_crypto(x);
}
