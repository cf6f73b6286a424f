/* SPDX-License-Identifier: ISC */
/*
 * Messages of other projects, cut as Python's email package cuts them
 * (tests/vectors/mime/leaves.py says how the list was made), at different
 * window sizes and under small limits. Without the corpus there is nothing
 * to do: POSTSEAL_CORPUS names its folder.
 */
#include "drip.h"
#include "mime/mime.h"

/* open_at opens a reader that shows `cut` octets at a time, 0: all. */
static ps_reader *
open_at(struct drip *d, ps_slice message, size_t cut)
{
	ps_reader *r;

	if (cut != 0)
		return drip_open(d, message, cut, true);
	assert_code(ps_reader_open_memory(&r, message, NULL), PS_OK);
	return r;
}

struct walk {
	struct ps_limits limits;
	struct ps_buf	 types;
	uint64_t	 leaves;
};

static ps_code walk(struct walk *w, ps_reader *r, uint64_t depth, bool digest);

static void
add_leaf(struct walk *w, const char *type, const char *subtype)
{
	char text[512];

	snprintf(text, sizeof text, "%s%s%s%s", w->types.n == 0 ? "" : " ", type,
	    subtype[0] == '\0' ? "" : "/", subtype);
	assert_code(ps_buf_add_text(&w->types, text, NULL), PS_OK);
	w->leaves++;
}

static ps_code
walk_multipart(struct walk *w, const struct mime_entity *e, ps_reader *r, uint64_t depth)
{
	struct mime_multipart *m;
	ps_reader *part;
	ps_code code = mime_multipart_open(&m, r, mime_type_param(&e->type, "boundary"),
	    &w->limits, NULL);
	uint64_t n = 0;

	if (code != PS_OK)
		return code;
	while ((code = mime_multipart_next(m, &part, NULL)) == PS_OK && part != NULL) {
		n++;
		code = walk(w, part, depth + 1, strcmp(e->type.subtype, "digest") == 0);
		if (code != PS_OK)
			break;
	}
	mime_multipart_close(m);
	if (code == PS_OK && n == 0)
		add_leaf(w, e->type.type, e->type.subtype);
	return code;
}

/* walk_leaf decodes the body; that it is broken is no concern here. */
static ps_code
walk_leaf(struct walk *w, const struct mime_entity *e, ps_reader *r)
{
	struct mime_decoder dec = { .reader = NULL };
	ps_reader *in;
	ps_code code = mime_decode(&dec, r, e->encoding, &in, NULL);

	(void)mime_entity_filename(e);
	if (code == PS_OK)
		code = ps_reader_drain(in, NULL, NULL);
	mime_decoder_clear(&dec);
	add_leaf(w, e->type.type, e->type.subtype);
	return code == PS_E_MALFORMED ? PS_OK : code;
}

static void
read_fields(const struct mime_header *h, const struct ps_limits *limits)
{
	struct mime_mailboxes boxes = { .n = 0 };
	struct ps_buf text = { 0 }, words = { 0 };
	int64_t t;

	for (size_t i = 0; i < h->n; i++) {
		(void)mime_date_parse(h->field[i].body, &t);
		(void)!mime_mailboxes_parse(&boxes, h->field[i].body, limits, NULL);
		text.n = words.n = 0;
		assert_code(mime_unfold(h->field[i].body, &text, NULL), PS_OK);
		assert_code(mime_decode_words(ps_buf_get(&text), &words, NULL), PS_OK);
	}
	mime_mailboxes_clear(&boxes);
	ps_buf_clear(&text);
	ps_buf_clear(&words);
}

static ps_code
walk_entity(struct walk *w, const struct mime_entity *e, ps_reader *r, uint64_t depth, bool digest)
{
	bool message = mime_type_is(&e->type, "message", "rfc822") ||
	    mime_type_is(&e->type, "message", "global") || (digest && !e->type.present);

	if (strcmp(e->type.type, "multipart") == 0 &&
	    mime_type_param(&e->type, "boundary") != NULL)
		return walk_multipart(w, e, r, depth);
	if (message)
		return walk(w, r, depth + 1, false);
	return walk_leaf(w, e, r);
}

static ps_code
walk(struct walk *w, ps_reader *r, uint64_t depth, bool digest)
{
	struct mime_header h;
	struct mime_entity e;
	ps_code code;

	if (depth > w->limits.mime_depth)
		return PS_E_LIMIT;
	code = mime_header_read(&h, r, &w->limits, NULL);
	if (code != PS_OK)
		return code;
	read_fields(&h, &w->limits);
	code = mime_entity_parse(&e, &h, &w->limits, NULL);
	if (code == PS_OK) {
		code = walk_entity(w, &e, r, depth, digest);
		mime_entity_clear(&e);
	}
	mime_header_clear(&h);
	return code;
}

static void
check_leaves(const char *path, ps_slice message, const char *want)
{
	static const size_t cuts[] = { 0, 61, 4096 };

	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		struct walk w = { .limits = ps_limits_default };
		struct drip d;
		ps_reader *r = open_at(&d, message, cuts[i]);

		assert_code(walk(&w, r, 0, false), PS_OK);
		if (want[0] != '*' && (w.types.n != strlen(want) ||
		    memcmp(w.types.p, want, w.types.n) != 0)) {
			print_message("%s: %.*s\n  wanted %s\n", path, (int)w.types.n,
			    (const char *)w.types.p, want);
			fail();
		}
		ps_buf_clear(&w.types);
		ps_reader_close(r);
	}
}

/* Each limit of ours small in turn: an answer, and no failure but the limit. */
static void
check_limits(ps_slice message)
{
	static const size_t at[] = {
		offsetof(struct ps_limits, header_bytes), offsetof(struct ps_limits, header_fields),
		offsetof(struct ps_limits, parameters), offsetof(struct ps_limits, boundary_bytes),
		offsetof(struct ps_limits, mime_depth), offsetof(struct ps_limits, parts),
		offsetof(struct ps_limits, addresses),
	};

	for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
		for (uint64_t value = 0; value < 3; value++) {
			struct walk w = { .limits = ps_limits_default };
			struct drip d;
			ps_reader *r = open_at(&d, message, 0);
			ps_code code;

			memcpy((uint8_t *)&w.limits + at[i], &value, sizeof value);
			code = walk(&w, r, 0, false);
			assert_true(code == PS_OK || code == PS_E_LIMIT);
			ps_buf_clear(&w.types);
			ps_reader_close(r);
		}
}

/* What was made safe has the same leaves, and is the same when made again. */
static void
check_safe(const char *path, ps_slice message, const char *want)
{
	const struct mime_rewrite how = { .limits = &ps_limits_default, .safe = true };
	ps_slice in = message;
	ps_writer *w[2];

	for (size_t i = 0; i < 2; i++) {
		struct mime_header h;
		struct drip d;
		ps_reader *r = open_at(&d, in, 0);
		ps_err err = PS_ERR_INIT;

		assert_ok(mime_header_read(&h, r, &ps_limits_default, &err), &err);
		assert_ok(ps_writer_open_memory(&w[i], SIZE_MAX, &err), &err);
		assert_ok(mime_rewrite(&how, &h, r, w[i], &err), &err);
		assert_ok(ps_writer_finish(w[i], &err), &err);
		mime_header_clear(&h);
		ps_reader_close(r);
		in = ps_writer_memory(w[i]);
		check_leaves(path, in, want);
	}
	assert_int_equal(in.n, ps_writer_memory(w[0]).n);
	assert_memory_equal(in.p, ps_writer_memory(w[0]).p, in.n);
	ps_writer_close(w[0]);
	ps_writer_close(w[1]);
}

static bool
read_message(const char *name, struct ps_buf *out)
{
	const char *corpus = getenv("POSTSEAL_CORPUS");
	char path[16384];
	ps_reader *r;

	snprintf(path, sizeof path, "%s/%s", corpus == NULL ? "../shared/corpus" : corpus, name);
	if (ps_reader_open_file(&r, path, NULL) != PS_OK)
		return false;
	out->n = 0;
	assert_code(ps_reader_all(r, out, NULL), PS_OK);
	ps_reader_close(r);
	return true;
}

static void
leaves_are_those_that_python_finds(void **state)
{
	FILE *list = fopen("tests/vectors/mime/leaves.txt", "r");
	struct ps_buf message = { 0 };
	char line[8192];
	size_t n = 0;

	(void)state;
	assert_non_null(list);
	while (fgets(line, sizeof line, list) != NULL) {
		char *tab = strchr(line, '\t');

		assert_non_null(tab);
		*tab++ = '\0';
		tab[strcspn(tab, "\n")] = '\0';
		if (!read_message(line, &message))
			continue;
		check_leaves(line, ps_buf_get(&message), tab);
		check_limits(ps_buf_get(&message));
		check_safe(line, ps_buf_get(&message), tab);
		n++;
	}
	fclose(list);
	ps_buf_clear(&message);
	print_message("%zu messages\n", n);
	if (n == 0)
		skip();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_are_those_that_python_finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
