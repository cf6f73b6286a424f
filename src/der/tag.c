/* SPDX-License-Identifier: ISC */
/*
 * Names of tags, for people who read errors.
 */
#include <stdio.h>

#include "der/der.h"

static const char *const universal[] = {
	[1] = "BOOLEAN", [2] = "INTEGER", [3] = "BIT STRING",
	[4] = "OCTET STRING", [5] = "NULL", [6] = "OBJECT IDENTIFIER",
	[7] = "ObjectDescriptor", [8] = "EXTERNAL", [9] = "REAL",
	[10] = "ENUMERATED", [11] = "EMBEDDED PDV", [12] = "UTF8String",
	[13] = "RELATIVE-OID", [14] = "TIME", [16] = "SEQUENCE", [17] = "SET",
	[18] = "NumericString", [19] = "PrintableString", [20] = "T61String",
	[21] = "VideotexString", [22] = "IA5String", [23] = "UTCTime",
	[24] = "GeneralizedTime", [25] = "GraphicString",
	[26] = "VisibleString", [27] = "GeneralString",
	[28] = "UniversalString", [29] = "CHARACTER STRING", [30] = "BMPString",
};

/* The universal types that are made of elements. */
static const uint32_t made_of_elements =
    1u << 8 | 1u << 11 | 1u << 16 | 1u << 17 | 1u << 29;

static const char *
form(uint32_t number, bool constructed)
{
	bool natural = number < 32 && (made_of_elements >> number & 1);

	if (natural == constructed)
		return "";
	return constructed ? "constructed " : "primitive ";
}

const char *
der_tag_name(uint32_t tag, char *out, size_t size)
{
	static const char *const class_name[] = { "UNIVERSAL ", "APPLICATION ",
	    "", "PRIVATE " };
	bool high = (tag & DER_HIGH) != 0;
	uint32_t class = (high ? tag >> 21 : tag) >> 6 & 3;
	uint32_t number = high ? tag & 0x1fffff : tag & 0x1f;

	if (tag == 0)
		snprintf(out, size, "the end");
	else if (class != 0 || number >= sizeof universal / sizeof *universal ||
	    universal[number] == NULL)
		snprintf(out, size, "[%s%u]", class_name[class],
		    (unsigned)number);
	else
		snprintf(out, size, "%s%s",
		    form(number, der_tag_constructed(tag)), universal[number]);
	return out;
}
