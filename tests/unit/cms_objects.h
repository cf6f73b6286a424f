/* SPDX-License-Identifier: ISC */
#ifndef PS_TESTS_CMS_OBJECTS_H
#define PS_TESTS_CMS_OBJECTS_H

/* The identities and objects of tests/vectors/cms, and what reading one gives. */

#include "base/text.h"
#include "cms/signed_data.h"
#include "drip.h"

enum { CMS_NOW = 1893664800 };	/* 2030-01-03T10:00:00Z */

static inline void
load(struct ps_buf *out, const char *name)
{
	char path[256];
	ps_reader *r;
	ps_err err = PS_ERR_INIT;

	snprintf(path, sizeof path, "tests/vectors/cms/%s", name);
	*out = (struct ps_buf){ 0 };
	assert_ok(ps_reader_open_file(&r, path, &err), &err);
	assert_ok(ps_reader_all(r, out, &err), &err);
	ps_reader_close(r);
}

struct person {
	ps_cert		*cert;
	struct ps_key	*key;
};

static inline struct person
person(const char *name)
{
	struct ps_keyfile file = { 0 };
	struct person p;
	struct ps_buf pem;
	char path[64];
	ps_err err = PS_ERR_INIT;

	snprintf(path, sizeof path, "%s.pem", name);
	load(&pem, path);
	assert_ok(ps_keyfile_parse(&file, ps_buf_get(&pem), name, NULL, NULL,
	    &ps_limits_default, &err), &err);
	assert_int_equal(file.nkey, 1);
	assert_int_equal(file.ncert, 1);
	p.key = ps_key_ref(file.key[0]);
	assert_ok(ps_cert_parse(&p.cert, ps_buf_get(&file.cert[0]), &err), &err);
	ps_keyfile_clear(&file);
	ps_buf_clear(&pem);
	return p;
}

static inline void
person_clear(struct person *p)
{
	ps_key_free(p->key);
	ps_cert_free(p->cert);
}

/* A shell over octets that come `step` at a time, 0: all at once. */
struct source {
	struct drip	 drip;
	ps_reader	*reader;
	struct cms_shell shell;
};

static inline ps_code
source_open(struct source *s, ps_slice in, size_t step, ps_err *err)
{
	s->reader = NULL;
	if (step != 0)
		s->reader = drip_open(&s->drip, in, step, true);
	else
		assert_ok(ps_reader_open_memory(&s->reader, in, err), err);
	return cms_shell_open(&s->shell, s->reader, &ps_limits_default, err);
}

static inline void
source_close(struct source *s)
{
	ps_reader_close(s->reader);
}

#endif
