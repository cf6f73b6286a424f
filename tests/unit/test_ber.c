/* SPDX-License-Identifier: ISC */
#include "unit.h"

#include "base/buf.h"
#include "der/ber.h"
#include "der_vectors.h"

/*
 * A source that shows windows of `window` octets, each a block of its own that
 * dies at the next call, so that the sanitizer sees whoever reads beyond or
 * keeps an old window. It fails behind octet `bad`.
 */
struct source {
	ps_reader	 pub;
	ps_slice	 all;
	size_t		 at, window, bad;
	uint8_t		*shown;
	size_t		 shown_n;
};

static ps_code
source_peek(ps_reader *r, size_t min, ps_slice *out, ps_err *err)
{
	struct source *s = (struct source *)r;
	size_t n = min > s->window ? min : s->window;
	size_t end = s->bad < s->all.n ? s->bad : s->all.n;

	if (n > end - s->at)
		n = end - s->at;
	if (n < min && s->bad < s->all.n)
		return ps_fail(err, PS_E_READ, "test.source", s->bad, "the disk is broken");
	free(s->shown);
	s->shown = ps_memdup(s->all.p + s->at, n);
	s->shown_n = n;
	*out = (ps_slice){ s->shown, n };
	return PS_OK;
}

static void
source_consume(ps_reader *r, size_t n)
{
	struct source *s = (struct source *)r;

	assert_true(n <= s->shown_n);
	s->at += n;
	s->shown_n = 0;
	free(s->shown);
	s->shown = NULL;
}

static ps_code
source_rewind(ps_reader *r, ps_err *err)
{
	(void)err;
	source_consume(r, 0);
	((struct source *)r)->at = 0;
	return PS_OK;
}

static uint64_t
source_offset(const ps_reader *r)
{
	return ((const struct source *)r)->at;
}

static void
source_close(ps_reader *r)
{
	source_consume(r, 0);
}

static const ps_reader_ops source_ops = {
	.size = sizeof source_ops,
	.peek = source_peek,
	.consume = source_consume,
	.rewind = source_rewind,
	.close = source_close,
	.offset = source_offset,
};

static const ps_reader_ops source_once_ops = {
	.size = sizeof source_once_ops,
	.peek = source_peek,
	.consume = source_consume,
	.close = source_close,
	.offset = source_offset,
};

static void
source_begin(struct source *s, ps_slice all, size_t window)
{
	*s = (struct source){ .pub.ops = &source_ops, .all = all,
	    .window = window, .bad = SIZE_MAX };
}

struct in {
	struct source	 src;
	struct ber	 b;
	ps_slice	 octets;
	ps_err		 err;
};

static void
begin(struct in *in, const char *hex, size_t window)
{
	*in = (struct in){ .octets = unhex(hex) };
	source_begin(&in->src, in->octets, window);
	ber_init(&in->b, &in->src.pub, &ps_limits_default, "test");
}

static void
end(struct in *in)
{
	source_close(&in->src.pub);
	unhex_free(in->octets);
}

static const char *
words(const ps_err *err)
{
	static char text[512];

	return ps_err_format(err, text, sizeof text);
}

static const size_t windows[] = { 1, 2, 3, 7, 64, 65536 };
#define EACH_WINDOW(w) (size_t w##_i = 0, w = 1; w##_i < 6 && \
	((w = windows[w##_i]) != 0); w##_i++)

/* Reads the octets reader to its end with peeks of `min`. */
static ps_code
read_all(ps_reader *r, size_t min, struct ps_buf *out, ps_err *err)
{
	ps_slice in;
	ps_code code;

	while ((code = ps_reader_peek(r, min, &in, err)) == PS_OK && in.n != 0) {
		size_t n = in.n > min ? min : in.n;
		assert_ok(ps_buf_add(out, (ps_slice){ in.p, n }, NULL), NULL);
		ps_reader_consume(r, n);
		assert_int_equal(ps_reader_offset(r), out->n);
	}
	return code;
}

/* The shell of SignedData or EnvelopedData as far as its content. */
static ps_code
read_content(struct ber *b, uint32_t tag, size_t min, struct ps_buf *content, ps_err *err)
{
	uint8_t oid[32];
	size_t n = 0;
	uint64_t version;
	ps_reader *r = NULL;
	ps_code code;
	bool enveloped = tag != DER_OCTETS;
	struct ps_buf alg = { 0 };

	if ((code = ber_enter(b, DER_SEQUENCE, "ContentInfo", err)) != PS_OK ||
	    (code = ber_oid(b, "contentType", oid, &n, err)) != PS_OK ||
	    (code = ber_enter(b, DER_CTX(0), "content", err)) != PS_OK ||
	    (code = ber_enter(b, DER_SEQUENCE, "SignedData", err)) != PS_OK ||
	    (code = ber_u64(b, "version", &version, err)) != PS_OK ||
	    (code = ber_skip(b, "digestAlgorithms", err)) != PS_OK ||
	    (code = ber_enter(b, DER_SEQUENCE, "encapContentInfo", err)) != PS_OK ||
	    (code = ber_oid(b, "eContentType", oid, &n, err)) != PS_OK)
		return code;
	if (enveloped)
		code = ber_small(b, 100, "algorithm", &alg, err);
	else
		code = ber_enter(b, DER_CTX(0), "eContent", err);
	ps_buf_clear(&alg);
	if (code == PS_OK)
		code = ber_octets(b, tag, "eContent", &r, err);
	if (code == PS_OK)
		code = read_all(r, min, content, err);
	ps_reader_close(r);
	if (code == PS_OK && !enveloped)
		code = ber_leave(b, "eContent", err);
	return code;
}

static ps_code
read_message(struct ber *b, uint32_t tag, size_t min, struct ps_buf *content, ps_err *err)
{
	ps_code code = read_content(b, tag, min, content, err);
	uint32_t next;

	if (code != PS_OK || (code = ber_leave(b, "encapContentInfo", err)) != PS_OK)
		return code;
	while ((code = ber_peek_tag(b, &next, err)) == PS_OK && next != 0)
		if ((code = ber_skip(b, "signerInfos", err)) != PS_OK)
			return code;
	if (code != PS_OK || (code = ber_leave(b, "SignedData", err)) != PS_OK ||
	    (code = ber_leave(b, "content", err)) != PS_OK ||
	    (code = ber_leave(b, "ContentInfo", err)) != PS_OK)
		return code;
	return ber_trailing(b, err);
}

static void
what_openssl_streams_is_read(void **state)
{
	static const size_t mins[] = { 1, 2, 5, 53, 54, 4096 };

	(void)state;
	for EACH_WINDOW(w)
		for (size_t i = 0; i < 6; i++) {
			struct ps_buf content = { 0 };
			struct in in;
			begin(&in, v_signed, w);
			assert_ok(read_message(&in.b, DER_OCTETS, mins[i], &content, &in.err),
			    &in.err);
			assert_slice(ps_buf_get(&content), v_signed_content);
			assert_false(in.b.canonical);
			assert_int_equal(in.b.offset, in.octets.n);
			ps_buf_clear(&content);
			end(&in);
			begin(&in, v_signed_der, w);
			assert_ok(read_message(&in.b, DER_OCTETS, mins[i], &content, &in.err),
			    &in.err);
			assert_slice(ps_buf_get(&content), v_signed_content);
			assert_true(in.b.canonical);
			ps_buf_clear(&content);
			end(&in);
			begin(&in, v_enveloped, w);
			assert_ok(read_message(&in.b, DER_CTX_PRIM(0), mins[i], &content,
			    &in.err), &in.err);
			/* openssl asn1parse: two segments of 48 and 16 */
			assert_int_equal(content.n, 64);
			assert_octets(((ps_slice){ content.p + 47, 2 }), "43ac");
			ps_buf_clear(&content);
			end(&in);
		}
}

static void
every_truncation_fails_cleanly(void **state)
{
	static const char *const inputs[] = { v_signed, v_signed_der, v_enveloped };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		ps_slice all = unhex(inputs[i]);
		uint32_t tag = i == 2 ? DER_CTX_PRIM(0) : DER_OCTETS;
		for (size_t n = 0; n < all.n; n++)
			for (size_t w = 1; w < 100; w += 98) {
				struct ps_buf content = { 0 };
				ps_err err = PS_ERR_INIT;
				struct source s;
				struct ber b;
				ps_slice cut = { ps_memdup(all.p, n), n };
				source_begin(&s, cut, w);
				ber_init(&b, &s.pub, &ps_limits_default, "test");
				assert_code(read_message(&b, tag, 16, &content, &err),
				    PS_E_MALFORMED);
				if (n > 0 && strstr(words(&err), "the message ends in the middle of") == NULL)
					fail_msg("%zu: %s", n, words(&err));
				ps_buf_clear(&content);
				source_close(&s.pub);
				unhex_free(cut);
			}
		unhex_free(all);
	}
}

static ps_code
small_whole(ps_slice in, size_t window, uint64_t max, struct ps_buf *out, ps_err *err)
{
	struct source s;
	struct ber b;
	ps_code code;

	source_begin(&s, in, window);
	ber_init(&b, &s.pub, &ps_limits_default, "test");
	code = ber_small(&b, max, "Message", out, err);
	if (code == PS_OK) {
		assert_int_equal(b.depth, 0);
		assert_int_equal(b.offset, s.at);
	}
	source_close(&s.pub);
	return code;
}

/* Whatever the octets say: no crash, and windows change nothing. */
static void
every_change_is_survived(void **state)
{
	static const char *const inputs[] = { v_signed, v_enveloped };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		ps_slice all = unhex(inputs[i]);
		uint8_t *p = ps_memdup(all.p, all.n);
		for (size_t at = 0; at < all.n; at++) {
			for (unsigned v = 0; v < 256; v += 23) {
				struct ps_buf out[2] = { { 0 }, { 0 } }, content = { 0 };
				ps_code code[2];
				ps_err err[2] = { PS_ERR_INIT, PS_ERR_INIT };
				struct source s;
				struct ber b;
				p[at] = (uint8_t)(all.p[at] + v);
				for (size_t w = 0; w < 2; w++)
					code[w] = small_whole((ps_slice){ p, all.n },
					    w ? 4096 : 1, 1000, &out[w], &err[w]);
				assert_int_equal(code[0], code[1]);
				assert_int_equal(out[0].n, out[1].n);
				if (out[0].n != 0)
					assert_memory_equal(out[0].p, out[1].p, out[0].n);
				assert_string_equal(words(&err[0]), words(&err[1]));
				source_begin(&s, (ps_slice){ p, all.n }, 64);
				ber_init(&b, &s.pub, &ps_limits_default, "test");
				(void)!read_message(&b, i ? DER_CTX_PRIM(0) : DER_OCTETS, 8,
				    &content, NULL);
				source_close(&s.pub);
				ps_buf_clear(&content);
				ps_buf_clear(&out[0]);
				ps_buf_clear(&out[1]);
			}
			p[at] = all.p[at];
		}
		free(p);
		unhex_free(all);
	}
}

static void
small_makes_lengths_definite(void **state)
{
	/* X.690, 8.1.3.6 and 8.7.3, by hand; the last by openssl cms -cmsout. */
	const char *const rows[][2] = {
		{ "020105", "020105" },
		{ "3080 0000", "3000" },
		{ "3080 020105 0000", "3003 020105" },
		{ "3080 3080 3080 0500 0000 0000 0000", "3006 3004 3002 0500" },
		{ "bf814880 0500 0000", "bf814802 0500" },
		/* definite: octet for octet, whatever the form of the length */
		{ "30820003 020105", "30820003 020105" },
		{ "308104 02810105", "308104 02810105" },
		/* not so around what changes; a sibling stays as it is */
		{ "3082000b 3080 0000 308104 02810105", "3009 3000 308104 02810105" },
		/* strings in segments */
		{ "2480 0000", "0400" },
		{ "2400", "0400" },
		{ "2480 040161 0400 04026263 0000", "0403616263" },
		{ "2407 040161 04026263", "0403616263" },
		{ "2480 2480 040161 2403 040162 0000 2480 0000 040163 0000", "0403616263" },
		{ "3009 2407 040161 04026263", "3005 0403616263" },
		/* an implicit tag hides the type: it stays constructed */
		{ "a080 040161 040162 0000", "a006 040161 040162" },
		{ "2380 0303000a3b 0305045f291cd0 0000", "230c 0303000a3b 0305045f291cd0" },
		{ v_signed, v_signed_der },
		{ v_signed_der, v_signed_der },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for EACH_WINDOW(w) {
			struct ps_buf out = { 0 };
			ps_err err = PS_ERR_INIT;
			ps_slice in = unhex(rows[i][0]);
			assert_ok(ps_buf_add_text(&out, "#", NULL), NULL);
			assert_ok(small_whole(in, w, 1000, &out, &err), &err);
			assert_int_equal(out.p[0], '#');
			assert_octets(((ps_slice){ out.p + 1, out.n - 1 }), rows[i][1]);
			ps_buf_clear(&out);
			unhex_free(in);
		}
}

static void
repeat(struct ps_buf *out, const char *hex, unsigned times)
{
	ps_slice one = unhex(hex);

	for (unsigned i = 0; i < times; i++)
		assert_ok(ps_buf_add(out, one, NULL), NULL);
	unhex_free(one);
}

/* Larger than any window: runs of plain elements with others between, within a
 * level of either form. By hand, as above. */
static void
large_elements_in_any_cutting(void **state)
{
	(void)state;
	for EACH_WINDOW(w) {
		struct ps_buf in = { 0 }, want = { 0 }, out = { 0 };
		ps_err err = PS_ERR_INIT;

		repeat(&in, "3080 a080", 1);
		repeat(&want, "3083011d2d a083011d28", 1);
		for (unsigned k = 0; k < 1000; k++) {
			repeat(&in, "3007 020105 a002 0500", 5);
			repeat(&in, "3080 0500 0000 2403 040162 3003 020107", 1);
			repeat(&in, "3006 308103 020101", 2);
			repeat(&want, "3007 020105 a002 0500", 5);
			repeat(&want, "3002 0500 040162 3003 020107", 1);
			repeat(&want, "3006 308103 020101", 2);
		}
		repeat(&in, "0000 0000", 1);
		assert_ok(small_whole(ps_buf_get(&in), w, 100000, &out, &err), &err);
		assert_int_equal(out.n, want.n);
		assert_memory_equal(out.p, want.p, want.n);
		ps_buf_clear(&in);
		ps_buf_clear(&want);
		ps_buf_clear(&out);
	}
}

static void
broken_elements_are_named(void **state)
{
	static const char *const rows[][2] = {
		{ "", "wanted Message, found the end" },
		{ "0000", "end-of-contents mark stands where none belongs (test, octet 0)" },
		{ "3002 0000", "end-of-contents mark stands where none belongs (test, octet 2)" },
		{ "3080 0001 00", "end-of-contents mark stands where none belongs (test, octet 2)" },
		{ "3080 008100 00", "end-of-contents mark" },
		{ "3003 0402 61", "Message is longer than the element around it (test, octet 2)" },
		{ "3001 04", "the message ends in the middle of Message" },
		{ "3004 3080 0500 0000", "longer than the element around it" },
		{ "3005 3080 0500 0000", "the element around it" },
		{ "0480 0000", "a length is written in a form" },
		{ "0589 00", "a length is written in a form" },
		{ "30ff 00", "a length is written in a form" },
		{ "2000", "a tag is written in a form" },
		{ "1f01 00", "a tag is written in a form" },
		{ "2480 0500 0000", "wanted Message as OCTET STRING, found NULL (test, octet 2)" },
		{ "2480 a400 0000", "found [4]" },
		{ "3080 0500", "the message ends in the middle of Message (test, octet 4)" },
		{ "3080 0500 00", "the message ends in the middle of Message (test, octet 4)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for EACH_WINDOW(w) {
			struct ps_buf out = { 0 };
			ps_err err = PS_ERR_INIT;
			ps_slice in = unhex(rows[i][0]);
			assert_code(small_whole(in, w, 1000, &out, &err), PS_E_MALFORMED);
			if (strstr(words(&err), rows[i][1]) == NULL)
				fail_msg("%s: %s", rows[i][0], words(&err));
			assert_int_equal(out.n, 0);
			ps_buf_clear(&out);
			unhex_free(in);
		}
}

/* A claimed length costs nothing before its octets came. */
static void
claims_are_not_believed(void **state)
{
	static const char *const rows[] = { "04847fffffff", "0488 00ffffffffffffff",
	    "3088 7fffffffffffffff 0488 7ffffffffffffff0", "0488 fffffffffffffff5" };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct ps_buf out = { 0 };
		ps_slice in = unhex(rows[i]);
		assert_code(small_whole(in, 1, 1000, &out, NULL),
		    i == 3 ? PS_E_MALFORMED : PS_E_LIMIT);
		assert_code(small_whole(in, 1, UINT64_MAX, &out, NULL), PS_E_MALFORMED);
		assert_true(out.room <= 256);
		ps_buf_clear(&out);
		unhex_free(in);
	}
}

static void
small_has_a_limit(void **state)
{
	static const char *const rows[] = { "0403616263", "3003 020105",
	    "3080 0500 0000", "2480 040161 040162 0000", "0500" };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ps_slice in = unhex(rows[i]);
		struct ps_buf out = { 0 };
		ps_err err = PS_ERR_INIT;
		assert_ok(small_whole(in, 7, in.n, &out, &err), &err);
		assert_code(small_whole(in, 7, in.n - 1, &out, &err), PS_E_LIMIT);
		assert_non_null(strstr(words(&err), "Message is longer than the"));
		ps_buf_clear(&out);
		unhex_free(in);
	}
}

/* Octets with `depth` levels around a NULL. */
static ps_slice
nest(unsigned depth, const char *open)
{
	size_t n = 0;
	uint8_t *p = malloc(depth * 4 + 2);

	assert_non_null(p);
	for (unsigned i = 0; i < depth; i++) {
		p[n++] = (uint8_t)open[0];
		p[n++] = 0x80;
	}
	p[n++] = open[0] == 0x24 ? 0x04 : 0x05;
	p[n++] = 0x00;
	memset(p + n, 0, depth * 2);
	return (ps_slice){ p, n + depth * 2 };
}

static void
depth_ends_at_the_limit(void **state)
{
	struct ps_limits limits = ps_limits_default;

	(void)state;
	for (unsigned limit = 8; limit <= 72; limit += 8) {
		unsigned most = limit > 64 ? 64 : limit;
		limits.der_depth = limit;
		for (unsigned over = 0; over < 2; over++) {
			ps_slice in = nest(most + over, "\x30"), string = nest(most + over, "\x24");
			ps_code want = over ? PS_E_LIMIT : PS_OK;
			struct ps_buf out = { 0 };
			ps_reader *r = NULL;
			struct source s;
			struct ber b;
			ps_slice seen;
			source_begin(&s, in, 4096);
			ber_init(&b, &s.pub, &limits, "test");
			assert_code(ber_skip(&b, "deep", NULL), want);
			assert_ok(ps_reader_rewind(&s.pub, NULL), NULL);
			ber_init(&b, &s.pub, &limits, "test");
			assert_code(ber_small(&b, 1000, "deep", &out, NULL), want);
			source_close(&s.pub);
			source_begin(&s, string, 4096);
			ber_init(&b, &s.pub, &limits, "test");
			assert_ok(ber_octets(&b, DER_OCTETS, "deep", &r, NULL), NULL);
			for (int again = 0; again < 3; again++)
				assert_code(ps_reader_peek(r, 1, &seen, NULL), want);
			ps_reader_close(r);
			source_close(&s.pub);
			ps_buf_clear(&out);
			unhex_free(in);
			unhex_free(string);
		}
	}
}

static void
skip_and_leave(void **state)
{
	(void)state;
	for EACH_WINDOW(w) {
		struct in in;
		uint32_t tag;
		begin(&in, "3080 3080 0500 3003 020101 0000 3005 0403616263 020107 0500 0000", w);
		assert_ok(ber_enter(&in.b, DER_SEQUENCE, "Outer", &in.err), &in.err);
		assert_ok(ber_skip(&in.b, "first", &in.err), &in.err);
		assert_int_equal(in.b.offset, 13);
		assert_ok(ber_enter(&in.b, DER_SEQUENCE, "Second", &in.err), &in.err);
		assert_code(ber_leave(&in.b, "Second", &in.err), PS_E_MALFORMED);
		assert_string_equal(words(&in.err),
		    "wanted the end of Second, found OCTET STRING (test, octet 15)");
		assert_ok(ber_leave_skip(&in.b, "Second", &in.err), &in.err);
		assert_ok(ber_peek_tag(&in.b, &tag, &in.err), &in.err);
		assert_int_equal(tag, DER_INTEGER);
		assert_ok(ber_leave_skip(&in.b, "Outer", &in.err), &in.err);
		assert_int_equal(in.b.offset, in.octets.n);
		assert_ok(ber_peek_tag(&in.b, &tag, &in.err), &in.err);
		assert_int_equal(tag, 0);
		assert_code(ber_leave(&in.b, "nothing", &in.err), PS_E_MISUSE);
		end(&in);
	}
}

static void
small_values(void **state)
{
	struct in in;
	uint64_t v = 5;
	uint8_t oid[32];
	size_t n = 0;

	(void)state;
	begin(&in, "020100 020900ffffffffffffffff 02020001 06092a864886f70d010702", 1);
	assert_ok(ber_u64(&in.b, "v", &v, &in.err), &in.err);
	assert_true(v == 0);
	assert_ok(ber_u64(&in.b, "v", &v, &in.err), &in.err);
	assert_true(v == UINT64_MAX);
	assert_ok(ber_u64(&in.b, "v", &v, &in.err), &in.err);
	assert_true(v == 1);
	assert_code(ber_u64(&in.b, "v", &v, &in.err), PS_E_MALFORMED);
	assert_string_equal(words(&in.err),
	    "wanted v as INTEGER, found OBJECT IDENTIFIER (test, octet 18)");
	assert_ok(ber_oid(&in.b, "type", oid, &n, &in.err), &in.err);
	assert_octets(((ps_slice){ oid, n }), "2a864886f70d010702");
	assert_code(ber_oid(&in.b, "type", oid, &n, &in.err), PS_E_MALFORMED);
	assert_non_null(strstr(words(&in.err), "wanted type, found the end"));
	end(&in);
	begin(&in, "020180", 1);
	assert_code(ber_u64(&in.b, "v", &v, NULL), PS_E_MALFORMED);
	end(&in);
	begin(&in, "0602 2a80", 1);
	assert_code(ber_oid(&in.b, "v", oid, &n, NULL), PS_E_MALFORMED);
	end(&in);
	/* 32 octets fit, 33 do not. */
	begin(&in, "0620 0101010101010101 0101010101010101 0101010101010101 0101010101010101"
	    "0621 0101010101010101 0101010101010101 0101010101010101 0101010101010101 01", 1);
	assert_ok(ber_oid(&in.b, "v", oid, &n, &in.err), &in.err);
	assert_int_equal(n, 32);
	assert_code(ber_oid(&in.b, "v", oid, &n, NULL), PS_E_LIMIT);
	end(&in);
}

static void
strings_of_all_forms(void **state)
{
	static const struct { uint32_t tag; const char *hex, *value; } rows[] = {
		{ DER_OCTETS, "0403616263", "616263" },
		{ DER_OCTETS, "0400", "" },
		{ DER_OCTETS, "2400", "" },
		{ DER_OCTETS, "2480 0000", "" },
		{ DER_OCTETS, "2480 0400 0400 0000", "" },
		{ DER_OCTETS, "2480 0400 040161 0400 04026263 0400 0000", "616263" },
		{ DER_OCTETS, "2407 040161 04026263", "616263" },
		{ DER_OCTETS, "240d 2480 040161 0000 2480 0000 2400", "61" },
		{ DER_OCTETS, "2480 2480 2480 040161 0000 040162 0000 2403 040163 0000", "616263" },
		{ DER_CTX_PRIM(0), "8003616263", "616263" },
		{ DER_CTX_PRIM(0), "a080 0403616263 0000", "616263" },
		{ DER_CTX_PRIM(0), "a005 0403616263", "616263" },
		{ DER_CTX_PRIM(0), "a080 2405 0403616263 0000", "616263" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for EACH_WINDOW(w)
			for (size_t min = 1; min < 5; min++) {
				struct ps_buf out = { 0 };
				char hex[128];
				ps_reader *r = NULL;
				struct in in;
				uint64_t v = 0;
				snprintf(hex, sizeof hex, "%s 020107", rows[i].hex);
				begin(&in, hex, w);
				assert_ok(ber_octets(&in.b, rows[i].tag, "string", &r, &in.err), &in.err);
				assert_ok(read_all(r, min, &out, &in.err), &in.err);
				assert_octets(ps_buf_get(&out), rows[i].value);
				/* The end stays the end, and b stands behind it. */
				ps_slice more = { NULL, 1 };
				assert_ok(ps_reader_peek(r, 1, &more, &in.err), &in.err);
				assert_int_equal(more.n, 0);
				ps_reader_close(r);
				assert_int_equal(in.b.depth, 0);
				assert_ok(ber_u64(&in.b, "after", &v, &in.err), &in.err);
				assert_int_equal(v, 7);
				ps_buf_clear(&out);
				end(&in);
			}
}

static void
broken_strings(void **state)
{
	static const char *const rows[][2] = {
		{ "0500", "wanted string as OCTET STRING, found NULL" },
		{ "a080 0000", "wanted string as OCTET STRING, found [0]" },
		{ "0480 0000", "a length is written" },
		{ "0403 6162", "the message ends in the middle of string (test, octet 4)" },
		{ "2480 040161 0500 0000", "wanted string as OCTET STRING, found NULL" },
		{ "2480 040361", "the message ends in the middle of string" },
		{ "2480 040161", "the message ends in the middle of string" },
		{ "2480 040161 00", "the message ends in the middle of string" },
		{ "2403 040261", "longer than the element around it" },
		{ "2405 2480 040161 0000", "longer than the element around it" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for EACH_WINDOW(w) {
			struct ps_buf out = { 0 };
			ps_reader *r = NULL;
			struct in in;
			begin(&in, rows[i][0], w);
			ps_code code = ber_octets(&in.b, DER_OCTETS, "string", &r, &in.err);
			if (code == PS_OK)
				code = read_all(r, 1, &out, &in.err);
			assert_code(code, PS_E_MALFORMED);
			if (strstr(words(&in.err), rows[i][1]) == NULL)
				fail_msg("%s: %s", rows[i][0], words(&in.err));
			/* An error repeats, after the octets before it. */
			if (r != NULL) {
				ps_slice seen;
				assert_code(ps_reader_peek(r, 1, &seen, NULL), PS_E_MALFORMED);
			}
			ps_reader_close(r);
			ps_buf_clear(&out);
			end(&in);
		}
}

/* A string of `n` octets in segments of sizes 1, 2, ... `most`, 1, 2, ... or
 * all of `most`; some empty and some nested on the way. */
static void
add_segments(struct ps_buf *out, const uint8_t *p, size_t n, size_t most, bool rising)
{
	uint8_t head[16];

	for (size_t at = 0, i = 1; at < n; i++) {
		size_t k = rising ? i % most + 1 : most;
		bool nested = i % 5 == 0;
		if (k > n - at)
			k = n - at;
		if (nested)
			assert_ok(ps_buf_add(out, (ps_slice){ (const uint8_t *)"\x24\x80\x04", 4 }, NULL), NULL);
		size_t h = derw_header(head, DER_OCTETS, k);
		assert_ok(ps_buf_add(out, (ps_slice){ head, h }, NULL), NULL);
		assert_ok(ps_buf_add(out, (ps_slice){ p + at, k }, NULL), NULL);
		if (nested)
			assert_ok(ps_buf_add(out, (ps_slice){ (const uint8_t *)"\0", 2 }, NULL), NULL);
		at += k;
	}
}

static uint8_t *
pattern(size_t n)
{
	uint8_t *p = malloc(n);
	uint32_t x = 1;

	assert_non_null(p);
	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		p[i] = (uint8_t)(x >> 24);
	}
	return p;
}

/* A string of `n` octets in such segments reads as it was, in peeks of `min`. */
static void
cut_and_read(ps_slice want, size_t most, bool rising, size_t min, size_t window)
{
	struct ps_buf all = { 0 }, out = { 0 };
	ps_err err = PS_ERR_INIT;
	ps_reader *r = NULL;
	struct source s;
	struct ber b;

	assert_ok(ps_buf_add_text(&all, "\x24\x80", NULL), NULL);
	add_segments(&all, want.p, want.n, most, rising);
	assert_ok(ps_buf_add(&all, (ps_slice){ (const uint8_t *)"\0", 2 }, NULL), NULL);
	source_begin(&s, ps_buf_get(&all), window);
	ber_init(&b, &s.pub, &ps_limits_default, "test");
	assert_ok(ber_octets(&b, DER_OCTETS, "string", &r, &err), &err);
	assert_ok(read_all(r, min, &out, &err), &err);
	assert_int_equal(out.n, want.n);
	assert_memory_equal(out.p, want.p, want.n);
	assert_int_equal(b.offset, all.n);
	ps_reader_close(r);
	source_close(&s.pub);
	ps_buf_clear(&all);
	ps_buf_clear(&out);
}

static void
long_strings_in_any_cutting(void **state)
{
	static const struct { size_t most, n; } rows[] = { { 3, 5000 },
	    { 300, 80000 }, { 1024, 150000 }, { 16383, 150000 },
	    { 16384, 150000 }, { 20000, 150000 }, { 65536, 150000 } };
	static const size_t mins[] = { 97, 1000, PS_PEEK_MAX }, seen[] = { 499, 9000 };
	uint8_t *p = pattern(150000);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t j = 0; j < 12; j++)
			cut_and_read((ps_slice){ p, rows[i].n }, rows[i].most,
			    i < 3 && j >= 6, mins[j % 3], seen[j / 3 % 2]);
	free(p);
}

static void
large_segments_are_not_copied(void **state)
{
	uint8_t *p = pattern(100000);
	struct ps_buf all = { 0 };
	ps_reader *src = NULL, *r = NULL;
	struct ber b;
	ps_slice seen;

	(void)state;
	assert_ok(ps_buf_add(&all, (ps_slice){ (const uint8_t *)"\x24\x80", 2 }, NULL), NULL);
	add_segments(&all, p, 100000, 50000, false);
	assert_ok(ps_buf_add(&all, (ps_slice){ (const uint8_t *)"\0", 2 }, NULL), NULL);
	assert_ok(ps_reader_open_memory(&src, ps_buf_get(&all), NULL), NULL);
	ber_init(&b, src, &ps_limits_default, "test");
	assert_ok(ber_octets(&b, DER_OCTETS, "string", &r, NULL), NULL);
	assert_ok(ps_reader_peek(r, 1, &seen, NULL), NULL);
	assert_ptr_equal(seen.p, all.p + 2 + 4);
	assert_int_equal(seen.n, 50000);
	ps_reader_close(r);
	ps_reader_close(src);
	ps_buf_clear(&all);
	free(p);
}

static void
small_segments_are_collected(void **state)
{
	uint8_t *p = pattern(100000);
	struct ps_buf all = { 0 };
	ps_reader *src = NULL, *r = NULL;
	struct ber b;
	ps_slice seen;

	(void)state;
	assert_ok(ps_buf_add(&all, (ps_slice){ (const uint8_t *)"\x24\x80", 2 }, NULL), NULL);
	add_segments(&all, p, 100000, 1024, false);
	assert_ok(ps_buf_add(&all, (ps_slice){ (const uint8_t *)"\0", 2 }, NULL), NULL);
	assert_ok(ps_reader_open_memory(&src, ps_buf_get(&all), NULL), NULL);
	ber_init(&b, src, &ps_limits_default, "test");
	assert_ok(ber_octets(&b, DER_OCTETS, "string", &r, NULL), NULL);
	assert_ok(ps_reader_peek(r, 1, &seen, NULL), NULL);
	assert_int_equal(seen.n, PS_WINDOW);
	assert_memory_equal(seen.p, p, PS_WINDOW);
	ps_reader_close(r);
	ps_reader_close(src);
	ps_buf_clear(&all);
	free(p);
}

static void
rewinding_in_the_middle(void **state)
{
	static const char *const rows[] = { "020109 3080 0406616263646566 0500 0000",
	    "020109 3080 2480 0402 6162 2480 0401 63 0000 0403 646566 0000 0500 0000" };

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for EACH_WINDOW(w)
			for (size_t taken = 0; taken <= 6; taken++) {
				struct ps_buf out = { 0 };
				ps_reader *r = NULL;
				struct in in;
				ps_slice seen;
				begin(&in, rows[i], w);
				/* b begins where the source is, not at its start */
				assert_ok(ps_reader_skip(&in.src.pub, 3, NULL), NULL);
				assert_ok(ber_enter(&in.b, DER_SEQUENCE, "Outer", &in.err), &in.err);
				assert_ok(ber_octets(&in.b, DER_OCTETS, "string", &r, &in.err), &in.err);
				assert_true(ps_reader_can_rewind(r));
				for (size_t n = 0; n < taken; n++) {
					assert_ok(ps_reader_peek(r, 1, &seen, &in.err), &in.err);
					ps_reader_consume(r, 1);
				}
				assert_ok(ps_reader_rewind(r, &in.err), &in.err);
				assert_ok(read_all(r, 1, &out, &in.err), &in.err);
				assert_slice(ps_buf_get(&out), "abcdef");
				out.n = 0;
				assert_ok(ps_reader_rewind(r, &in.err), &in.err);
				assert_ok(read_all(r, 4, &out, &in.err), &in.err);
				assert_slice(ps_buf_get(&out), "abcdef");
				ps_reader_close(r);
				assert_ok(ber_skip(&in.b, "null", &in.err), &in.err);
				assert_ok(ber_leave(&in.b, "Outer", &in.err), &in.err);
				ps_buf_clear(&out);
				end(&in);
			}
}

static void
no_rewind_when_the_source_cannot(void **state)
{
	struct in in;
	ps_reader *r = NULL;

	(void)state;
	begin(&in, "0403616263", 7);
	in.src.pub.ops = &source_once_ops;
	assert_ok(ber_octets(&in.b, DER_OCTETS, "string", &r, NULL), NULL);
	assert_false(ps_reader_can_rewind(r));
	assert_int_equal(ps_reader_length(r), 3);
	ps_reader_close(r);
	end(&in);
}

/* The source's own error comes through, and not before its time. */
static void
a_broken_source_is_told_as_it_is(void **state)
{
	ps_slice all = unhex(v_signed);

	(void)state;
	for (size_t bad = 0; bad < all.n; bad++)
		for (size_t w = 1; w < 100; w += 98) {
			struct ps_buf content = { 0 }, out = { 0 };
			ps_err err = PS_ERR_INIT;
			struct source s;
			struct ber b;
			source_begin(&s, all, w);
			s.bad = bad;
			ber_init(&b, &s.pub, &ps_limits_default, "test");
			assert_code(read_message(&b, DER_OCTETS, 1, &content, &err), PS_E_READ);
			assert_int_equal(err.n, 1);
			assert_string_equal(err.cause[0].where, "test.source");
			/* openssl asn1parse: the value is at 54 to 107 */
			assert_int_equal(content.n, bad < 54 ? 0 : bad > 107 ? 53 : bad - 54);
			ps_buf_clear(&content);
			source_close(&s.pub);
			source_begin(&s, all, w);
			s.bad = bad;
			ber_init(&b, &s.pub, &ps_limits_default, "test");
			assert_code(ber_small(&b, 1000, "all", &out, &err), PS_E_READ);
			assert_int_equal(out.n, 0);
			ps_buf_clear(&out);
			source_close(&s.pub);
		}
	unhex_free(all);
}

static void
trailing_octets(void **state)
{
	static const struct { const char *hex; bool ok; } rows[] = {
		{ "0500", true }, { "0500 0d0a", true }, { "0500 20090a0d", true },
		{ "0500 0000000000000000 0000000000000000", true },
		{ "0500 0000000000000000 0000000000000000 00", false },
		{ "0500 0d0a 3000", false }, { "0500 41", false }, { "0500 0500", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for EACH_WINDOW(w) {
			struct in in;
			begin(&in, rows[i].hex, w);
			assert_ok(ber_skip(&in.b, "null", &in.err), &in.err);
			assert_code(ber_trailing(&in.b, &in.err),
			    rows[i].ok ? PS_OK : PS_E_MALFORMED);
			end(&in);
		}
}

static void
segments_have_one_size_whatever_the_writes(void **state)
{
	uint8_t *p = pattern(1000);

	(void)state;
	for (size_t step = 1; step <= 1000; step = step * 3 + 1) {
		ps_writer *mem = NULL, *w = NULL;
		ps_err err = PS_ERR_INIT;
		size_t at = 0;
		assert_ok(ps_writer_open_memory(&mem, 5000, &err), &err);
		assert_ok(ber_writer_open_segments(&w, mem, 300, &err), &err);
		for (size_t n; at < 1000; at += n) {
			n = step > 1000 - at ? 1000 - at : step;
			assert_ok(ps_writer_write(w, (ps_slice){ p + at, n }, &err), &err);
		}
		assert_ok(ps_writer_finish(w, &err), &err);
		assert_code(ps_writer_write(w, (ps_slice){ p, 1 }, NULL), PS_E_MISUSE);
		ps_writer_close(w);
		ps_slice got = ps_writer_memory(mem);
		/* 300 is 0x012c: three of them, then 100 */
		assert_int_equal(got.n, 3 * (4 + 300) + 2 + 100);
		for (size_t i = 0; i < 3; i++) {
			assert_octets(((ps_slice){ got.p + i * 304, 4 }), "0482012c");
			assert_memory_equal(got.p + i * 304 + 4, p + i * 300, 300);
		}
		assert_octets(((ps_slice){ got.p + 912, 2 }), "0464");
		assert_memory_equal(got.p + 914, p + 900, 100);
		ps_writer_close(mem);
	}
	free(p);
}

static void
segments_of_nothing(void **state)
{
	ps_writer *mem = NULL, *w = NULL;

	(void)state;
	assert_ok(ps_writer_open_memory(&mem, 10, NULL), NULL);
	assert_code(ber_writer_open_segments(&w, mem, 0, NULL), PS_E_MISUSE);
	assert_ok(ber_writer_open_segments(&w, mem, 4, NULL), NULL);
	assert_ok(ps_writer_finish(w, NULL), NULL);
	assert_int_equal(ps_writer_memory(mem).n, 0);
	ps_writer_close(w);
	/* A write that failed makes finish fail too. */
	assert_ok(ber_writer_open_segments(&w, mem, 4, NULL), NULL);
	assert_code(ps_writer_write(w, ps_str("12345678"), NULL), PS_E_LIMIT);
	assert_code(ps_writer_finish(w, NULL), PS_E_MISUSE);
	ps_writer_close(w);
	ps_writer_close(mem);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_openssl_streams_is_read),
		cmocka_unit_test(every_truncation_fails_cleanly),
		cmocka_unit_test(every_change_is_survived),
		cmocka_unit_test(small_makes_lengths_definite),
		cmocka_unit_test(large_elements_in_any_cutting),
		cmocka_unit_test(broken_elements_are_named),
		cmocka_unit_test(claims_are_not_believed),
		cmocka_unit_test(small_has_a_limit),
		cmocka_unit_test(depth_ends_at_the_limit),
		cmocka_unit_test(skip_and_leave),
		cmocka_unit_test(small_values),
		cmocka_unit_test(strings_of_all_forms),
		cmocka_unit_test(broken_strings),
		cmocka_unit_test(long_strings_in_any_cutting),
		cmocka_unit_test(large_segments_are_not_copied),
		cmocka_unit_test(small_segments_are_collected),
		cmocka_unit_test(rewinding_in_the_middle),
		cmocka_unit_test(no_rewind_when_the_source_cannot),
		cmocka_unit_test(a_broken_source_is_told_as_it_is),
		cmocka_unit_test(trailing_octets),
		cmocka_unit_test(segments_have_one_size_whatever_the_writes),
		cmocka_unit_test(segments_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
