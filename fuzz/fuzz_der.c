/* SPDX-License-Identifier: ISC */
/*
 * The DER cursor, and streaming BER cut into windows in two ways.
 */
#include "der/ber.h"
#include "fuzz.h"
#include "../tests/support/streams.h"

enum { DEPTH = 70, MAX = 1 << 20 };

static void
read_value(struct der *d, uint32_t tag)
{
	char text[64];

	switch (tag) {
	case DER_BOOLEAN:
		der_bool(d, "bool");
		break;
	case DER_INTEGER:
		der_integer_compare(der_integer(d, "integer"), (ps_slice){ &(uint8_t){ 5 }, 1 });
		break;
	case DER_ENUMERATED:
		der_value(d, tag, "enumerated");
		break;
	case DER_BIT_STRING:
		der_named_bits(d, "bits");
		break;
	case DER_OCTETS:
		der_octets(d, "octets");
		break;
	case DER_OID:
		der_oid_text(der_oid(d, "oid"), text, sizeof text);
		CHECK(strlen(text) < sizeof text);
		break;
	case DER_UTCTIME:
	case DER_GENTIME:
		der_time(d, "time");
		break;
	default:
		der_skip(d, "other");
		break;
	}
}

static void
walk(struct der *d, unsigned depth)
{
	struct der inner;
	uint32_t tag;
	char name[32];

	while (der_more(d)) {
		tag = der_next_tag(d);
		CHECK(der_tag_name(tag, name, sizeof name)[0] != '\0');
		if (der_tag_constructed(tag) && depth < DEPTH) {
			inner = der_enter(d, tag, "inner");
			walk(&inner, depth + 1);
			der_leave(&inner);
		} else
			read_value(d, tag);
	}
}

FUZZ_SAID(fuzz_said)

static void
read_der(ps_slice in, bool strict)
{
	struct der_state state;
	struct der d;
	ps_err err = PS_ERR_INIT;
	ps_code code;

	der_init(&d, &state, in, 0, strict, "fuzz");
	walk(&d, 0);
	code = der_finish(&d, "fuzz", &err);
	CHECK_SAID(code, &err);
}

/* All elements of the outermost level, with definite lengths. */
static ps_code
convert(ps_slice in, size_t step, struct ps_buf *out, bool *out_canonical, ps_err *err)
{
	struct source src;
	struct ber b;
	uint32_t tag;
	ps_code code;

	ber_init(&b, source_open(&src, in, step), &ps_limits_default, "fuzz");
	while ((code = ber_peek_tag(&b, &tag, err)) == PS_OK && tag != 0)
		if ((code = ber_small(&b, MAX, "element", out, err)) != PS_OK)
			break;
	*out_canonical = b.canonical;
	ps_reader_close(&src.pub);
	return code;
}

/* What was converted is definite: converting it again changes nothing. */
static void
check_convert(ps_slice in, size_t step)
{
	struct ps_buf one = { 0 }, two = { 0 }, again = { 0 };
	ps_err err = PS_ERR_INIT, err_two = PS_ERR_INIT;
	bool canonical, canonical_two;
	ps_code code = convert(in, 0, &one, &canonical, &err);

	CHECK_SAID(code, &err);
	CHECK(convert(in, step, &two, &canonical_two, &err_two) == code);
	if (code == PS_OK) {
		CHECK(canonical == canonical_two);
		CHECK(one.n == two.n && (one.n == 0 || memcmp(one.p, two.p, one.n) == 0));
		CHECK(convert(ps_buf_get(&one), 0, &again, &canonical, &err) == PS_OK);
		CHECK(one.n == again.n && (one.n == 0 || memcmp(one.p, again.p, one.n) == 0));
	}
	ps_buf_clear(&one);
	ps_buf_clear(&two);
	ps_buf_clear(&again);
}

static ps_code
join(ps_slice in, size_t step, struct ps_buf *out, ps_err *err)
{
	struct source src;
	struct ber b;
	ps_reader *r;
	ps_code code;

	ber_init(&b, source_open(&src, in, step), &ps_limits_default, "fuzz");
	code = ber_octets(&b, DER_OCTETS, "octets", &r, err);
	if (code == PS_OK) {
		code = ps_reader_all(r, out, err);
		ps_reader_close(r);
	}
	if (code == PS_OK)
		code = ber_trailing(&b, err);
	ps_reader_close(&src.pub);
	return code;
}

/* The value of an OCTET STRING, however it was cut into segments. */
static void
check_join(ps_slice in, size_t step)
{
	struct ps_buf one = { .max = MAX }, two = { .max = MAX };
	ps_err err = PS_ERR_INIT, err_two = PS_ERR_INIT;
	ps_code code = join(in, 0, &one, &err);

	CHECK_SAID(code, &err);
	CHECK(join(in, step, &two, &err_two) == code);
	CHECK(code != PS_OK || (one.n == two.n &&
	    (one.n == 0 || memcmp(one.p, two.p, one.n) == 0)));
	ps_buf_clear(&one);
	ps_buf_clear(&two);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	static const size_t steps[] = { 1, 2, 7, 64 };
	ps_slice in = { p, n };

	read_der(in, true);
	read_der(in, false);
	der_is_canonical(in, true);
	check_convert(in, steps[n % 4]);
	check_join(in, steps[n % 4]);
	return 0;
}
