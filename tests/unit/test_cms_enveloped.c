/* SPDX-License-Identifier: ISC */
/*
 * EnvelopedData and AuthEnvelopedData: what openssl wrote is decrypted, what we
 * wrote is read back, and what was changed or forged is refused. Our own
 * output of each kind was decrypted by `openssl cms -decrypt` (3.0.22) too,
 * but for X25519, which it does not know; tests/e2e does that each time.
 */
#include "cms/enveloped.h"
#include "cms_objects.h"

enum { NPEOPLE = 5 };

/* Everybody who can decrypt. */
struct keyring {
	struct person	 who[NPEOPLE];
	struct cms_identity id[NPEOPLE];
	ps_secret	*password, *kek;
	struct cms_keys	 keys;
};

static ps_secret *
secret(const char *p, size_t n)
{
	ps_secret *s = ps_secret_new();
	ps_err err = PS_ERR_INIT;

	assert_non_null(s);
	assert_ok(ps_secret_set(s, p, n, &err), &err);
	return s;
}

/* `names` ends with NULL; "password" and "kek" give those. */
static void
keyring_init(struct keyring *k, const char *const *names)
{
	memset(k, 0, sizeof *k);
	k->keys.identity = k->id;
	for (; *names != NULL; names++) {
		size_t i = k->keys.nidentity;

		if (strcmp(*names, "password") == 0)
			k->password = secret("secret", 6);
		else if (strcmp(*names, "kek") == 0)
			k->kek = secret("\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17", 16);
		else {
			k->who[i] = person(*names);
			k->id[i] = (struct cms_identity){ k->who[i].cert, k->who[i].key };
			k->keys.nidentity++;
		}
	}
	k->keys.password = &k->password;
	k->keys.npassword = k->password != NULL;
	k->keys.kek = &k->kek;
	k->keys.nkek = k->kek != NULL;
}

static void
keyring_clear(struct keyring *k)
{
	for (size_t i = 0; i < k->keys.nidentity; i++)
		person_clear(&k->who[i]);
	ps_secret_free(k->password);
	ps_secret_free(k->kek);
}

/* One object being decrypted. */
struct reading {
	struct source	 src;
	struct cms_enveloped e;
	struct ps_cipher *cipher;
	ps_reader	*plain;
	ps_secret	*cek;
	struct cms_try	 tries;
	size_t		 which;
	struct ps_buf	 content;
};

/* Authenticated attributes stand behind the ciphertext: a first pass over it
 * learns them and the tag, and comes back. */
static ps_code
learn_tag(struct reading *r, ps_err *err)
{
	ps_code code;

	if (!r->e.auth)
		return PS_OK;
	if ((code = ps_reader_drain(r->e.ciphertext, NULL, err)) != PS_OK ||
	    (code = cms_enveloped_finish(&r->e, err)) != PS_OK ||
	    (code = ps_cipher_set_aad(r->cipher, ps_buf_get(&r->e.auth_attrs), err)) != PS_OK)
		return code;
	return ps_reader_rewind(r->e.ciphertext, err);
}

static ps_code
decrypt(struct reading *r, const struct cms_keys *keys, ps_err *err)
{
	ps_code code;

	if ((code = cms_enveloped_usable(&r->e, err)) != PS_OK)
		return code;
	code = cms_recipients_try(&r->e.recipients, keys, r->e.cipher->bits / 8,
	    &ps_limits_default, &r->tries, r->cek, &r->which, err);
	if (code != PS_OK ||
	    (code = ps_cipher_new_decrypt(&r->cipher, &r->e.algid, ps_secret_get(r->cek),
	    err)) != PS_OK ||
	    (code = learn_tag(r, err)) != PS_OK ||
	    (code = ps_reader_open_step(&r->plain, r->e.ciphertext, &r->cipher->step,
	    err)) != PS_OK ||
	    (code = ps_reader_all(r->plain, &r->content, err)) != PS_OK ||
	    (code = cms_enveloped_finish(&r->e, err)) != PS_OK)
		return code;
	if (r->e.auth && (code = ps_cipher_verify(r->cipher, ps_buf_get(&r->e.mac),
	    err)) != PS_OK)
		return code;
	return cms_shell_close(&r->src.shell, err);
}

static ps_code
read_object(struct reading *r, ps_slice in, size_t step, const struct cms_keys *keys, ps_err *err)
{
	ps_code code;

	memset(r, 0, sizeof *r);
	r->cek = ps_secret_new();
	assert_non_null(r->cek);
	if ((code = source_open(&r->src, in, step, err)) != PS_OK)
		return code;
	if (r->src.shell.type != CMS_ENVELOPED && r->src.shell.type != CMS_AUTH_ENVELOPED)
		return PS_E_UNSUPPORTED;
	code = cms_enveloped_open(&r->e, &r->src.shell.ber,
	    r->src.shell.type == CMS_AUTH_ENVELOPED, err);
	return code != PS_OK ? code : decrypt(r, keys, err);
}

static void
reading_clear(struct reading *r)
{
	ps_reader_close(r->plain);
	ps_cipher_free(r->cipher);
	cms_enveloped_clear(&r->e);
	ps_secret_free(r->cek);
	ps_buf_clear(&r->content);
	source_close(&r->src);
}

static ps_code
try_read(ps_slice in, const struct cms_keys *keys, ps_err *err)
{
	struct reading r;
	ps_code code = read_object(&r, in, 0, keys, err);

	reading_clear(&r);
	return code;
}

static const size_t steps[] = { 0, 1, 7 };
static const char *const everybody[] = { "alice", "bob", "carol", "dave", "xenia", "password",
	"kek", NULL };
static const char *const strangers[] = { "alice", "dave", "xenia", NULL };

/* --- what openssl writes --- */

static const struct {
	const char	*file;
	enum cms_recipient_kind kind;
	const char	*cipher;
	unsigned	 version;
	size_t		 nrecipient;
} theirs[] = {
	{ "env-rsa-cbc128.der", CMS_KTRI, "aes-128-cbc", 0, 1 },
	{ "env-rsa-cbc192.der", CMS_KTRI, "aes-192-cbc", 0, 1 },
	{ "env-rsa-cbc256.der", CMS_KTRI, "aes-256-cbc", 0, 1 },
	{ "env-rsa-indefinite.der", CMS_KTRI, "aes-256-cbc", 0, 1 },
	{ "env-rsa-keyid.der", CMS_KTRI, "aes-128-cbc", 2, 1 },
	{ "env-oaep.der", CMS_KTRI, "aes-128-cbc", 0, 1 },
	{ "env-oaep-sha256.der", CMS_KTRI, "aes-256-cbc", 0, 1 },
	{ "env-p256.der", CMS_KARI, "aes-128-cbc", 2, 1 },
	{ "env-p384.der", CMS_KARI, "aes-256-cbc", 2, 1 },
	{ "env-p256-keyid.der", CMS_KARI, "aes-128-cbc", 2, 1 },
	{ "env-password.der", CMS_PASSWORD, "aes-128-cbc", 3, 1 },
	{ "env-kek.der", CMS_KEK, "aes-128-cbc", 2, 1 },
	{ "env-several.der", CMS_KTRI, "aes-128-cbc", 2, 3 },
	{ "auth-rsa-gcm128.der", CMS_KTRI, "aes-128-gcm", 0, 1 },
	{ "auth-rsa-gcm256.der", CMS_KTRI, "aes-256-gcm", 0, 1 },
	{ "auth-indefinite.der", CMS_KTRI, "aes-256-gcm", 0, 1 },
	{ "auth-p256.der", CMS_KARI, "aes-128-gcm", 0, 1 },
};

static void
check_theirs(size_t i, size_t step, const struct keyring *ring)
{
	struct cms_recipient ri;
	struct ps_buf in, want;
	struct reading r;
	ps_err err = PS_ERR_INIT;

	load(&in, theirs[i].file);
	load(&want, "content.txt");
	assert_ok(read_object(&r, ps_buf_get(&in), step, &ring->keys, &err), &err);
	assert_true(ps_slice_equal(ps_buf_get(&r.content), ps_buf_get(&want)));
	assert_int_equal(r.e.version, theirs[i].version);
	assert_string_equal(r.e.cipher->name, theirs[i].cipher);
	assert_int_equal(r.e.recipients.n, theirs[i].nrecipient);
	cms_recipient_parse(&r.e.recipients, r.which, &ri);
	assert_int_equal(ri.kind, theirs[i].kind);
	reading_clear(&r);
	ps_buf_clear(&in);
	ps_buf_clear(&want);
}

static void
test_theirs(void **state)
{
	struct keyring ring;

	(void)state;
	keyring_init(&ring, everybody);
	for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++)
		for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++)
			check_theirs(i, steps[k], &ring);
	keyring_clear(&ring);
}

static void
test_no_key(void **state)
{
	static const char *const files[] = { "env-rsa-cbc128.der", "env-p256.der",
	    "env-password.der", "env-kek.der", "auth-rsa-gcm128.der" };
	struct keyring ring;
	struct ps_buf in;
	ps_err err = PS_ERR_INIT;

	(void)state;
	keyring_init(&ring, strangers);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		load(&in, files[i]);
		assert_code(try_read(ps_buf_get(&in), &ring.keys, &err), PS_E_NO_KEY);
		ps_buf_clear(&in);
	}
	keyring_clear(&ring);
}

/* The certificate is named, the key is another: one answer for all kinds. */
static void
test_wrong_key(void **state)
{
	static const char *const files[] = { "env-rsa-cbc128.der", "env-oaep.der",
	    "env-p256.der", "auth-rsa-gcm128.der", "env-password.der", "env-kek.der" };
	struct person alice = person("alice"), bob = person("bob"), carol = person("carol");
	struct person dave = person("dave");
	ps_secret *bad = secret("Secret", 6), *kek = secret("0123456789abcdef", 16);
	const struct cms_identity id[] = { { bob.cert, alice.key }, { carol.cert, dave.key } };
	const struct cms_keys keys = { id, 2, &bad, 1, &kek, 1, NULL, 0, NULL };
	struct ps_buf in;
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		load(&in, files[i]);
		ps_err_clear(&err);
		assert_code(try_read(ps_buf_get(&in), &keys, &err), PS_E_DECRYPT);
		ps_buf_clear(&in);
	}
	ps_secret_free(bad);
	ps_secret_free(kek);
	person_clear(&alice);
	person_clear(&bob);
	person_clear(&carol);
	person_clear(&dave);
}

/* Each of several can read it alone. */
static void
test_several(void **state)
{
	static const char *const alone[][2] = { { "alice", NULL }, { "bob", NULL },
	    { "carol", NULL } };
	struct keyring ring;
	struct ps_buf in;
	ps_err err = PS_ERR_INIT;

	(void)state;
	load(&in, "env-several.der");
	for (size_t i = 0; i < 3; i++) {
		keyring_init(&ring, alone[i]);
		assert_ok(try_read(ps_buf_get(&in), &ring.keys, &err), &err);
		keyring_clear(&ring);
	}
	ps_buf_clear(&in);
}

/* --- what we write --- */

static ps_code
write_object(const struct cms_envelope_params *p, ps_slice content, size_t step,
    const struct cms_size *size, struct ps_buf *out, ps_err *err)
{
	ps_writer *memory, *w = NULL;
	size_t n;
	ps_code code;

	*out = (struct ps_buf){ 0 };
	assert_ok(ps_writer_open_memory(&memory, 1 << 20, err), err);
	code = cms_envelope_writer_open(&w, memory, p, size, err);
	while (code == PS_OK && content.n > 0) {
		n = step != 0 && step < content.n ? step : content.n;
		code = ps_writer_write(w, (ps_slice){ content.p, n }, err);
		content.p += n;
		content.n -= n;
	}
	if (code == PS_OK)
		code = ps_writer_finish(w, err);
	if (code == PS_OK)
		assert_ok(ps_buf_add(out, ps_writer_memory(memory), err), err);
	ps_writer_close(w);
	ps_writer_close(memory);
	return code;
}

static const char *const ciphers[] = { "aes-128-cbc", "aes-192-cbc", "aes-256-cbc",
	"aes-128-gcm", "aes-192-gcm", "aes-256-gcm" };

/* All recipient kinds at once; then each reads it alone. */
struct round_trip {
	struct keyring	 all;
	struct cms_to	 to[8];
	size_t		 nto;
};

static void
round_trip_init(struct round_trip *t, bool by_ski)
{
	keyring_init(&t->all, everybody);
	t->nto = 0;
	for (size_t i = 0; i < NPEOPLE; i++)
		t->to[t->nto++] = (struct cms_to){ .cert = t->all.who[i].cert, .by_ski = by_ski,
		    .transport = ps_alg_get(i == 0 ? PS_RSA_OAEP : PS_RSA_PKCS1) };
	t->to[t->nto++] = (struct cms_to){ .password = t->all.password };
	t->to[t->nto++] = (struct cms_to){ .kek = t->all.kek };
}

static void
check_ours(ps_slice object, ps_slice content, const struct cms_keys *keys, size_t want)
{
	struct reading r;
	ps_err err = PS_ERR_INIT;

	for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
		assert_ok(read_object(&r, object, steps[k], keys, &err), &err);
		assert_true(ps_slice_equal(ps_buf_get(&r.content), content));
		if (want != SIZE_MAX)
			assert_int_equal(r.e.recipients.n, want);
		reading_clear(&r);
	}
}

static void
test_ours(void **state)
{
	static const ps_slice text = { (const uint8_t *)"sixteen octets..and more", 24 };
	struct cms_size sizes[] = { { .how = CMS_PLAN, .plan_max = 1000 },
	    { .how = CMS_STREAM }, { .how = CMS_KNOWN, .length = 24 } };
	struct round_trip t;
	struct ps_buf out;
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++) {
		struct cms_envelope_params p = { .to = t.to,
		    .cipher = ps_alg_by_name(PS_ALG_CIPHER, ciphers[i]) };

		round_trip_init(&t, i % 2 == 1);
		p.nto = t.nto - 2;	/* a password costs time: once below */
		for (size_t k = 0; k < 3; k++) {
			assert_ok(write_object(&p, text, 5, &sizes[k], &out, &err), &err);
			assert_int_equal(der_is_canonical(ps_buf_get(&out), true), k != 1);
			check_ours(ps_buf_get(&out), text, &t.all.keys, p.nto);
			ps_buf_clear(&out);
		}
		keyring_clear(&t.all);
	}
}

static void
test_ours_each(void **state)
{
	static const ps_slice text = { (const uint8_t *)"", 0 };
	struct cms_size plan = { .how = CMS_PLAN, .plan_max = 1000 };
	struct round_trip t;
	struct keyring one;
	struct ps_buf out;
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (int ski = 0; ski < 2; ski++) {
		struct cms_envelope_params p = { .to = t.to,
		    .cipher = ps_alg_get(ski ? PS_AES256_CBC : PS_AES256_GCM) };

		round_trip_init(&t, ski);
		p.nto = t.nto;
		assert_ok(write_object(&p, text, 5, &plan, &out, &err), &err);
		for (size_t i = 0; everybody[i] != NULL; i++) {
			const char *const alone[] = { everybody[i], NULL };

			keyring_init(&one, alone);
			check_ours(ps_buf_get(&out), text, &one.keys, t.nto);
			keyring_clear(&one);
		}
		ps_buf_clear(&out);
		keyring_clear(&t.all);
	}
}

static void
test_plan_to_stream(void **state)
{
	enum { LARGE = 200000 };
	static const char *const bob[] = { "bob", NULL };
	uint8_t *octets = malloc(LARGE);
	struct keyring ring;
	struct ps_buf out;
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_non_null(octets);
	for (size_t i = 0; i < LARGE; i++)
		octets[i] = (uint8_t)(i * 11 + i / 253);
	keyring_init(&ring, bob);
	for (int over = 0; over < 2; over++) {
		struct cms_to to = { .cert = ring.who[0].cert,
		    .transport = ps_alg_get(PS_RSA_OAEP) };
		struct cms_envelope_params p = { .to = &to, .nto = 1,
		    .cipher = ps_alg_get(PS_AES128_GCM) };
		struct cms_size size = { .how = CMS_PLAN,
		    .plan_max = (uint64_t)LARGE - (unsigned)over };

		assert_ok(write_object(&p, (ps_slice){ octets, LARGE }, 0, &size, &out, &err),
		    &err);
		assert_int_equal(der_is_canonical(ps_buf_get(&out), true), over == 0);
		check_ours(ps_buf_get(&out), (ps_slice){ octets, LARGE }, &ring.keys, 1);
		ps_buf_clear(&out);
	}
	keyring_clear(&ring);
	free(octets);
}

static void
test_write_refused(void **state)
{
	static const char *const bob[] = { "bob", NULL };
	static const ps_slice text = { (const uint8_t *)"text", 4 };
	struct keyring ring;
	struct cms_to to = { 0 };
	struct cms_envelope_params p = { .to = &to,
	    .cipher = ps_alg_get(PS_AES128_CBC) };
	struct cms_size size = { .how = CMS_STREAM };
	ps_secret *bad = secret("0123456789abcde", 15);
	struct ps_buf out;
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_code(write_object(&p, text, 0, &size, &out, &err), PS_E_NOT_FOUND);
	p.nto = 1;
	to.kek = bad;
	assert_code(write_object(&p, text, 0, &size, &out, &err), PS_E_MISUSE);
	keyring_init(&ring, bob);
	to = (struct cms_to){ .cert = ring.who[0].cert, .transport = ps_alg_get(PS_RSA_OAEP) };
	size = (struct cms_size){ .how = CMS_KNOWN, .length = 3 };
	/* CBC pads 3 and 4 octets alike, GCM does not. */
	p.cipher = ps_alg_get(PS_AES128_GCM);
	assert_code(write_object(&p, text, 0, &size, &out, &err), PS_E_CHANGED);
	size.length = 5;
	assert_code(write_object(&p, text, 0, &size, &out, &err), PS_E_CHANGED);
	keyring_clear(&ring);
	ps_secret_free(bad);
}

/* --- changed and forged --- */

/* Finds `needle` in the object. */
static size_t
find(const struct ps_buf *b, ps_slice needle)
{
	for (size_t i = 0; i + needle.n <= b->n; i++)
		if (memcmp(b->p + i, needle.p, needle.n) == 0)
			return i;
	fail_msg("not in the object");
	return 0;
}

/* Authenticated encryption says that it is, but the cipher is CBC. */
static void
test_forged_cipher(void **state)
{
	const struct ps_alg *cbc = ps_alg_get(PS_AES128_CBC), *gcm = ps_alg_get(PS_AES128_GCM);
	struct keyring ring;
	struct ps_buf in;
	ps_err err = PS_ERR_INIT;

	(void)state;
	keyring_init(&ring, everybody);
	load(&in, "auth-rsa-gcm128.der");
	assert_int_equal(cbc->oid.n, gcm->oid.n);
	memcpy(in.p + find(&in, gcm->oid), cbc->oid.p, cbc->oid.n);
	assert_code(try_read(ps_buf_get(&in), &ring.keys, &err), PS_E_UNSUPPORTED);
	ps_buf_clear(&in);
	/* The other way round: a tag that nobody checks. */
	load(&in, "env-rsa-cbc128.der");
	memcpy(in.p + find(&in, cbc->oid), gcm->oid.p, gcm->oid.n);
	assert_code(try_read(ps_buf_get(&in), &ring.keys, &err), PS_E_UNSUPPORTED);
	ps_buf_clear(&in);
	keyring_clear(&ring);
}

/* Gives the tag of an object another length: it stands at the end, and every
 * length before it is in its long form of two octets. */
static void
cut_tag(struct ps_buf *b, size_t cut)
{
	static const size_t outer[] = { 0, 17, 21 };	/* ContentInfo, [0], the object */

	assert_int_equal(b->p[b->n - 18], DER_OCTETS);
	for (size_t i = 0; i < 3; i++) {
		size_t at = outer[i], length;

		assert_int_equal(b->p[at + 1], 0x82);
		length = (size_t)b->p[at + 2] << 8 | b->p[at + 3];
		length -= cut;
		b->p[at + 2] = (uint8_t)(length >> 8);
		b->p[at + 3] = (uint8_t)length;
	}
	b->p[b->n - 17] = (uint8_t)(16 - cut);
	b->n -= cut;
}

/* The parameters say 16 octets: no shorter tag will do, whatever its start. */
static void
test_short_tag(void **state)
{
	static const size_t cuts[] = { 1, 4, 5, 12, 15, 16 };
	struct keyring ring;
	struct ps_buf in;
	ps_err err = PS_ERR_INIT;

	(void)state;
	keyring_init(&ring, everybody);
	for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
		load(&in, "auth-rsa-gcm128.der");
		cut_tag(&in, cuts[i]);
		ps_err_clear(&err);
		assert_code(try_read(ps_buf_get(&in), &ring.keys, &err), PS_E_DECRYPT);
		ps_buf_clear(&in);
	}
	keyring_clear(&ring);
}

/* A parameter that asks for a tag of 4 octets, and the tag cut to them. */
static void
test_short_tag_asked(void **state)
{
	static const uint8_t icv16[] = { 0x02, 0x01, 0x10 };
	struct keyring ring;
	struct ps_buf in;
	ps_err err = PS_ERR_INIT;
	ps_code code;

	(void)state;
	keyring_init(&ring, everybody);
	load(&in, "auth-rsa-gcm128.der");
	in.p[find(&in, (ps_slice){ icv16, 3 }) + 2] = 4;
	cut_tag(&in, 12);
	code = try_read(ps_buf_get(&in), &ring.keys, &err);
	assert_true(code == PS_E_DECRYPT || code == PS_E_MALFORMED ||
	    code == PS_E_UNSUPPORTED);
	ps_buf_clear(&in);
	keyring_clear(&ring);
}

/* Any octet of an authenticated object that matters is noticed. */
static void
test_changed_auth(void **state)
{
	static const char *const bob[] = { "bob", NULL };
	struct keyring ring;
	struct ps_buf in, want;
	struct reading r;
	ps_err err = PS_ERR_INIT;

	(void)state;
	keyring_init(&ring, bob);
	load(&in, "auth-rsa-gcm256.der");
	load(&want, "content.txt");
	for (size_t at = 0; at < in.n; at++) {
		in.p[at] ^= 0x11;
		ps_err_clear(&err);
		if (read_object(&r, ps_buf_get(&in), 0, &ring.keys, &err) == PS_OK)
			assert_true(ps_slice_equal(ps_buf_get(&r.content), ps_buf_get(&want)));
		else if (at >= in.n - 16)	/* the tag itself */
			assert_int_equal(ps_err_code(&err), PS_E_DECRYPT);
		assert_true(at < in.n - 16 || err.n != 0);
		reading_clear(&r);
		in.p[at] ^= 0x11;
	}
	ps_buf_clear(&in);
	ps_buf_clear(&want);
	keyring_clear(&ring);
}

static void
test_truncated(void **state)
{
	static const char *const files[] = { "auth-p256.der", "env-rsa-indefinite.der",
	    "env-p256.der" };
	struct keyring ring;
	struct ps_buf in;
	char text[512];
	ps_err err = PS_ERR_INIT;

	(void)state;
	keyring_init(&ring, everybody);
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		load(&in, files[i]);
		for (size_t n = 0; n < in.n; n++) {
			ps_err_clear(&err);
			assert_code(try_read((ps_slice){ in.p, n }, &ring.keys, &err),
			    PS_E_MALFORMED);
			assert_true(strlen(ps_err_format(&err, text, sizeof text)) > 0);
		}
		ps_buf_clear(&in);
	}
	keyring_clear(&ring);
}

/* --- many recipients --- */

/* An object with `n` RecipientInfos of a form that nobody knows. */
static void
crowd(size_t n, struct ps_buf *out)
{
	static const uint8_t oid[] = { 0x2a, 0x03 }, iv[16];
	struct derw w;
	ps_err err = PS_ERR_INIT;

	*out = (struct ps_buf){ 0 };
	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, cms_type_oid(CMS_ENVELOPED));
	derw_begin(&w, DER_CTX(0));
	derw_begin(&w, DER_SEQUENCE);
	derw_u64(&w, 2);
	derw_begin(&w, DER_SET);
	for (size_t i = 0; i < n; i++) {
		derw_begin(&w, DER_CTX(4));
		derw_oid(&w, (ps_slice){ oid, 2 });
		derw_null(&w);
		derw_end(&w);
	}
	derw_end(&w);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, cms_type_oid(CMS_DATA));
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, ps_alg_get(PS_AES128_CBC)->oid);
	derw_octets(&w, (ps_slice){ iv, sizeof iv });
	derw_end(&w);
	derw_value(&w, DER_CTX_PRIM(0), (ps_slice){ oid, 2 });
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	assert_ok(derw_finish(&w, &err), &err);
}

static void
test_recipient_limit(void **state)
{
	static const struct { size_t n; ps_code want; } rows[] = { { 0, PS_E_MALFORMED },
	    { 1, PS_E_NO_KEY }, { 10000, PS_E_NO_KEY }, { 10001, PS_E_LIMIT } };
	struct keyring ring;
	struct ps_buf object;
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_int_equal(ps_limits_default.recipients, 10000);
	keyring_init(&ring, everybody);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		crowd(rows[i].n, &object);
		assert_code(try_read(ps_buf_get(&object), &ring.keys, &err), rows[i].want);
		ps_buf_clear(&object);
	}
	keyring_clear(&ring);
}

/* STANDARDS B7: a recipient that is named often is tried a few times only. */
static void
test_key_tries(void **state)
{
	static const char *const bob[] = { "bob", NULL };
	struct keyring ring;
	struct cms_to to[12] = { { .cert = NULL } };
	struct cms_recipients r = { 0 };
	struct cms_try t = { 0 };
	ps_secret *cek = ps_secret_new();
	unsigned version;
	size_t which, opened = 0;
	uint8_t key[16] = { 7 };
	ps_err err = PS_ERR_INIT;

	(void)state;
	keyring_init(&ring, bob);
	for (size_t i = 0; i < 12; i++)
		to[i] = (struct cms_to){ .cert = ring.who[0].cert,
		    .transport = ps_alg_get(PS_RSA_PKCS1) };
	assert_ok(cms_recipients_build(to, 12, (ps_slice){ key, 16 }, &r.der, &version, &err),
	    &err);
	r.at = calloc(12, sizeof *r.at);
	assert_non_null(r.at);
	for (r.n = 0; r.n < 12; r.n++)
		r.at[r.n] = r.n * (r.der.n / 12);
	while (cms_recipients_try(&r, &ring.keys, 16, &ps_limits_default, &t, cek, &which,
	    &err) == PS_OK)
		opened++;
	assert_int_equal(opened, ps_limits_default.key_tries);
	cms_recipients_clear(&r);
	ps_secret_free(cek);
	keyring_clear(&ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_theirs),
		cmocka_unit_test(test_no_key),
		cmocka_unit_test(test_wrong_key),
		cmocka_unit_test(test_several),
		cmocka_unit_test(test_ours),
		cmocka_unit_test(test_ours_each),
		cmocka_unit_test(test_plan_to_stream),
		cmocka_unit_test(test_write_refused),
		cmocka_unit_test(test_forged_cipher),
		cmocka_unit_test(test_short_tag),
		cmocka_unit_test(test_short_tag_asked),
		cmocka_unit_test(test_changed_auth),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_recipient_limit),
		cmocka_unit_test(test_key_tries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
