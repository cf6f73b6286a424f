/* SPDX-License-Identifier: ISC */
#ifndef PS_TESTS_DER_VECTORS_H
#define PS_TESTS_DER_VECTORS_H

/*
 * Octets made by the openssl command (3.0), as hexadecimal text. The offsets
 * and values in the tests are those that `openssl asn1parse` prints for them.
 */

#include "unit.h"

/* openssl req -x509: a P-256 certificate of Ana Gray */
static const char v_certificate[] =
    "308201da30820180a003020102020900c1a2b3c4d5e6f708300a06082a8648ce3d040302"
    "3032310b30090603550406130244453110300e060355040a0c074578616d706c65311130"
    "0f06035504030c08416e612047726179301e170d3236313132333135303835365a170d33"
    "36313132303135303835365a3032310b30090603550406130244453110300e060355040a"
    "0c074578616d706c653111300f06035504030c08416e6120477261793059301306072a86"
    "48ce3d020106082a8648ce3d03010703420004c497491171e9f0d6de615a23e2bf49fc2b"
    "a30571e1d6cba458b6d88b582b4f2ff39776952422ec0df40dd99c12b291b72036f77d93"
    "938e2cebc87e0d8b31abf3a37f307d301d0603551d0e0416041409b6f0b97f4f2fede5e9"
    "73b3ce3f9d9ca2c6870a301f0603551d2304183016801409b6f0b97f4f2fede5e973b3ce"
    "3f9d9ca2c6870a300f0603551d130101ff040530030101ff300e0603551d0f0101ff0404"
    "03020388301a0603551d1104133011810f616e61406578616d706c652e6f7267300a0608"
    "2a8648ce3d0403020348003045022100ca2f8b359eabcd1282def2748506ebcd63f9b90c"
    "5bde738dfe18a22bb59df65b02202dd81d9afe5687e8948833bbfa313bf9053c03519a14"
    "88f299cf771741c1aa7c";

/* openssl cms -sign -stream -nocerts -noattr: indefinite lengths */
static const char v_signed[] =
    "308006092a864886f70d010702a0803080020101310d300b060960864801650304020130"
    "8006092a864886f70d010701a08024800435436f6e74656e742d547970653a2074657874"
    "2f706c61696e0d0a0d0a73747265616d65642c2061732073656e6465727320646f0d0a00"
    "00000000003181a93081a6020101303f3032310b30090603550406130244453110300e06"
    "0355040a0c074578616d706c653111300f06035504030c08416e612047726179020900c1"
    "a2b3c4d5e6f708300b0609608648016503040201300a06082a8648ce3d04030204473045"
    "0221009ca023cb3bcb0ee68080ae4cb5714d192cb3eedb0c69b9d5da760ab89ec1afde02"
    "2020673ae8222baa49c13803fb88cb9b158ee0b6dcac2648bc6bf60fd1e80fc2cd000000"
    "000000";

/* openssl cms -cmsout of the same: definite lengths */
static const char v_signed_der[] =
    "3082011706092a864886f70d010702a082010830820104020101310d300b060960864801"
    "6503040201304406092a864886f70d010701a0370435436f6e74656e742d547970653a20"
    "746578742f706c61696e0d0a0d0a73747265616d65642c2061732073656e646572732064"
    "6f0d0a3181a93081a6020101303f3032310b30090603550406130244453110300e060355"
    "040a0c074578616d706c653111300f06035504030c08416e612047726179020900c1a2b3"
    "c4d5e6f708300b0609608648016503040201300a06082a8648ce3d040302044730450221"
    "009ca023cb3bcb0ee68080ae4cb5714d192cb3eedb0c69b9d5da760ab89ec1afde022020"
    "673ae8222baa49c13803fb88cb9b158ee0b6dcac2648bc6bf60fd1e80fc2cd";

/* openssl cms -encrypt -stream: [0] in two segments */
static const char v_enveloped[] =
    "308006092a864886f70d010703a08030800201023131a22f0201043003040101300b0609"
    "60864801650304010504180ddb534b70329c9965fcd929252edb75801308f6c15a7cf230"
    "8006092a864886f70d010701301d06096086480165030401020410eea708943480d961c1"
    "3a692f62045e15a080043052e569d0c5b8c65faf327144e4c1d4c885ed98c082133ddb6b"
    "42f365c23579ec94cecac6cdcf44db8026d18b8bb25b430410acbd302721ebb66e285dce"
    "70c319e6f900000000000000000000";

static const char v_signed_content[] =
    "Content-Type: text/plain\r\n\r\nstreamed, as senders do\r\n";

static inline unsigned
hex_digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* unhex returns a block of exactly the needed size, so that the
 * sanitizer sees every octet read beyond; the caller frees out->p. Blanks
 * between octets are fine. */
static inline ps_slice
unhex(const char *text)
{
	uint8_t *p = malloc(strlen(text) / 2 + 1), *exact;
	size_t n = 0;

	assert_non_null(p);
	for (; *text != '\0'; text++)
		if (*text != ' ') {
			p[n++] = (uint8_t)(hex_digit(text[0]) << 4 | hex_digit(text[1]));
			text++;
		}
	exact = malloc(n == 0 ? 1 : n);
	assert_non_null(exact);
	memcpy(exact, p, n);
	free(p);
	return (ps_slice){ exact, n };
}

static inline void
unhex_free(ps_slice s)
{
	free((void *)(uintptr_t)s.p);
}

#define assert_octets(slice, hex) do {					\
	ps_slice got_ = (slice), want_ = unhex(hex);			\
	assert_int_equal(got_.n, want_.n);				\
	if (want_.n != 0)						\
		assert_memory_equal(got_.p, want_.p, want_.n);		\
	unhex_free(want_);						\
} while (0)

#endif
