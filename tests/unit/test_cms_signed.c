/* SPDX-License-Identifier: ISC */
/*
 * SignedData: what openssl wrote is read, what we wrote is read back, and what
 * a forger writes is told as what it is. Our own output of each kind was read
 * by `openssl cms -verify` (3.0.22) too, but for Ed25519, which it does not have
 * in CMS; tests/e2e does that each time.
 */
#include "cms_objects.h"

/* Everything that one reading of a SignedData gives. */
struct reading {
	struct source	 src;
	struct cms_signed s;
	struct ps_buf	 content;
};

static ps_code
read_object(struct reading *r, ps_slice in, size_t step, ps_err *err)
{
	ps_code code;

	memset(r, 0, sizeof *r);
	if ((code = source_open(&r->src, in, step, err)) != PS_OK)
		return code;
	if (r->src.shell.type != CMS_SIGNED)
		return PS_E_UNSUPPORTED;
	if ((code = cms_signed_open(&r->s, &r->src.shell.ber, err)) != PS_OK)
		return code;
	if (r->s.has_content &&
	    (code = ps_reader_all(r->s.content, &r->content, err)) != PS_OK)
		return code;
	if ((code = cms_signed_finish(&r->s, err)) != PS_OK)
		return code;
	return cms_shell_close(&r->src.shell, err);
}

static void
reading_clear(struct reading *r)
{
	cms_signed_clear(&r->s);
	ps_buf_clear(&r->content);
	source_close(&r->src);
}

static struct cms_check_out
check(struct reading *r, size_t i, ps_cert *cert, const struct cms_digests *digests)
{
	struct cms_check_in in = { .signer = &r->s.signer[i], .cert = cert,
	    .digests = digests != NULL ? digests : &r->s.digests,
	    .content_type = { r->s.content_oid.p, r->s.content_oid.n } };
	struct cms_check_out out;
	ps_err err = PS_ERR_INIT;

	if (in.cert == NULL)
		in.cert = cms_signed_find(&r->s, i, NULL, 0);
	assert_non_null(in.cert);
	assert_ok(cms_signer_check(&in, &out, &err), &err);
	return out;
}

static const size_t steps[] = { 0, 1, 7 };

/* --- what openssl writes --- */

static const struct {
	const char	*file;
	size_t		 nsigner, ncert;
	unsigned	 version;
	const char	*algorithm, *digest;
	enum cms_check	 result;
	bool		 der;
} theirs[] = {
	{ "signed-rsa.der", 1, 1, 1, "rsa-pkcs1", "sha256", CMS_CHECK_GOOD, true },
	{ "signed-rsa-indefinite.der", 1, 1, 1, "rsa-pkcs1", "sha256", CMS_CHECK_GOOD, false },
	{ "signed-pss.der", 1, 1, 1, "rsa-pss", "sha256", CMS_CHECK_GOOD, true },
	{ "signed-p256.der", 1, 1, 1, "ecdsa", "sha256", CMS_CHECK_GOOD, true },
	{ "signed-p384.der", 1, 1, 1, "ecdsa", "sha384", CMS_CHECK_GOOD, true },
	{ "signed-keyid.der", 1, 1, 3, "ecdsa", "sha256", CMS_CHECK_GOOD, true },
	{ "signed-cades.der", 1, 1, 1, "ecdsa", "sha256", CMS_CHECK_GOOD, true },
	{ "signed-noattr.der", 1, 1, 1, "ecdsa", "sha256", CMS_CHECK_GOOD_NO_ATTRS, true },
	{ "signed-two.der", 2, 2, 1, NULL, "sha256", CMS_CHECK_GOOD, true },
	{ "signed-resigned.der", 2, 2, 1, "ecdsa", "sha256", CMS_CHECK_GOOD, true },
};

static void
check_theirs(size_t i, size_t step)
{
	struct ps_buf in, want;
	struct reading r;
	struct cms_check_out out;
	ps_err err = PS_ERR_INIT;

	load(&in, theirs[i].file);
	load(&want, "content.txt");
	assert_ok(read_object(&r, ps_buf_get(&in), step, &err), &err);
	assert_int_equal(r.s.version, theirs[i].version);
	assert_int_equal(r.s.nsigner, theirs[i].nsigner);
	assert_int_equal(r.s.bag.ncert, theirs[i].ncert);
	assert_int_equal(r.s.bag.skipped, 0);
	assert_int_equal(r.s.canonical, theirs[i].der);
	assert_true(ps_slice_equal(ps_buf_get(&r.content), ps_buf_get(&want)));
	for (size_t k = 0; k < r.s.nsigner; k++) {
		out = check(&r, k, NULL, NULL);
		assert_int_equal(out.result, theirs[i].result);
		assert_string_equal(out.spec.digest->name, theirs[i].digest);
		if (theirs[i].algorithm != NULL)
			assert_string_equal(ps_sigspec_name(&out.spec), theirs[i].algorithm);
	}
	reading_clear(&r);
	ps_buf_clear(&in);
	ps_buf_clear(&want);
}

static void
test_theirs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof theirs / sizeof theirs[0]; i++)
		for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++)
			check_theirs(i, steps[k]);
}

/* The certificate comes from elsewhere; somebody else's is not the signer's. */
static void
test_no_certificate(void **state)
{
	struct person carol = person("carol"), dave = person("dave");
	ps_cert *both[] = { dave.cert, carol.cert };
	struct ps_buf in;
	struct reading r;
	ps_err err = PS_ERR_INIT;

	(void)state;
	load(&in, "signed-nocerts.der");
	assert_ok(read_object(&r, ps_buf_get(&in), 0, &err), &err);
	assert_null(cms_signed_find(&r.s, 0, NULL, 0));
	assert_null(cms_signed_find(&r.s, 0, both, 1));
	assert_ptr_equal(cms_signed_find(&r.s, 0, both, 2), carol.cert);
	assert_int_equal(check(&r, 0, carol.cert, NULL).result, CMS_CHECK_GOOD);
	assert_int_equal(check(&r, 0, dave.cert, NULL).result, CMS_CHECK_SIGNATURE_WRONG);
	reading_clear(&r);
	ps_buf_clear(&in);
	person_clear(&carol);
	person_clear(&dave);
}

static struct cms_digests
digests_of(ps_slice content, const unsigned *alg, size_t n)
{
	struct cms_digests d = { 0 };
	ps_err err = PS_ERR_INIT;

	for (size_t i = 0; i < n; i++)
		assert_ok(cms_digests_add(&d, ps_alg_get(alg[i]), &err), &err);
	assert_ok(cms_digests_look(&d, content, &err), &err);
	assert_ok(cms_digests_final(&d, &err), &err);
	return d;
}

static void
test_detached(void **state)
{
	static const unsigned sha256[] = { PS_SHA256 }, sha512[] = { PS_SHA512 };
	struct ps_buf in, content;
	struct cms_digests right, wrong, other;
	struct reading r;
	ps_err err = PS_ERR_INIT;

	(void)state;
	load(&in, "signed-detached.der");
	load(&content, "content.txt");
	assert_ok(read_object(&r, ps_buf_get(&in), 1, &err), &err);
	assert_false(r.s.has_content);
	right = digests_of(ps_buf_get(&content), sha256, 1);
	content.p[content.n - 1] ^= 1;
	wrong = digests_of(ps_buf_get(&content), sha256, 1);
	other = digests_of(ps_buf_get(&content), sha512, 1);
	assert_int_equal(check(&r, 0, NULL, &right).result, CMS_CHECK_GOOD);
	assert_int_equal(check(&r, 0, NULL, &wrong).result, CMS_CHECK_CONTENT_CHANGED);
	assert_int_equal(check(&r, 0, NULL, &other).result, CMS_CHECK_DIGEST_NOT_MADE);
	cms_digests_clear(&right);
	cms_digests_clear(&wrong);
	cms_digests_clear(&other);
	reading_clear(&r);
	ps_buf_clear(&in);
	ps_buf_clear(&content);
}

/* --- what we write --- */

struct made {
	struct person	 who[3];
	struct cms_signing signer[3];
	ps_cert		*cert[3];
	struct cms_signed_params p;
};

static void
made_add(struct made *m, const char *name, unsigned digest, bool pss, bool ski)
{
	size_t i = m->p.nsigner++;
	struct ps_key_info info;
	ps_err err = PS_ERR_INIT;

	m->who[i] = person(name);
	m->cert[i] = m->who[i].cert;
	m->signer[i] = (struct cms_signing){ .cert = m->who[i].cert, .key = m->who[i].key,
	    .by_ski = ski };
	ps_key_info(m->who[i].key, &info);
	assert_ok(ps_sigspec_choose(&m->signer[i].spec, &info,
	    digest == 0 ? NULL : ps_alg_get(digest), pss, &err), &err);
	m->p.signer = m->signer;
	m->p.cert = m->cert;
	m->p.ncert = m->p.nsigner;
	m->p.signing_time = CMS_NOW;
}

static void
made_clear(struct made *m)
{
	for (size_t i = 0; i < m->p.nsigner; i++)
		person_clear(&m->who[i]);
}

/* Writes `content`, cut into pieces of `step` octets (0: one piece). */
static ps_code
write_object(const struct made *m, ps_slice content, size_t step, const struct cms_size *size,
    struct ps_buf *out, ps_err *err)
{
	ps_writer *memory, *w = NULL;
	size_t n;
	ps_code code;

	*out = (struct ps_buf){ 0 };
	assert_ok(ps_writer_open_memory(&memory, 1 << 20, err), err);
	code = cms_signed_writer_open(&w, memory, &m->p, size, NULL, err);
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

static void
check_ours(ps_slice object, ps_slice content, size_t nsigner, bool der)
{
	struct reading r;
	ps_err err = PS_ERR_INIT;

	for (size_t k = 0; k < sizeof steps / sizeof steps[0]; k++) {
		assert_ok(read_object(&r, object, steps[k], &err), &err);
		assert_int_equal(r.s.nsigner, nsigner);
		assert_int_equal(r.s.canonical, der);
		assert_true(ps_slice_equal(ps_buf_get(&r.content), content));
		for (size_t i = 0; i < nsigner; i++) {
			assert_int_equal(check(&r, i, NULL, NULL).result, CMS_CHECK_GOOD);
			assert_true(r.s.signer[i].parsed.has_time);
			assert_int_equal(r.s.signer[i].parsed.signing_time, CMS_NOW);
			assert_true(r.s.signer[i].parsed.has_protection);
			assert_true(r.s.signer[i].parsed.has_cert);
			assert_true(r.s.signer[i].parsed.has_caps);
		}
		reading_clear(&r);
	}
}

static const struct {
	const char	*name;
	unsigned	 digest;
	bool		 pss, ski;
} ours[] = {
	{ "alice", 0, false, false }, { "alice", PS_SHA512, false, true },
	{ "alice", 0, true, false }, { "alice", PS_SHA384, true, false },
	{ "carol", 0, false, false }, { "carol", PS_SHA512, false, true },
	{ "dave", 0, false, false }, { "erin", 0, false, false },
};

static void
test_ours_each(void **state)
{
	static const ps_slice texts[] = { { NULL, 0 }, { (const uint8_t *)"x", 1 },
	    { (const uint8_t *)"some content\r\n", 14 } };
	struct cms_size plan = { .how = CMS_PLAN, .plan_max = 14 };
	struct cms_size stream = { .how = CMS_STREAM };
	struct ps_buf out;
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
		struct made m = { 0 };

		made_add(&m, ours[i].name, ours[i].digest, ours[i].pss, ours[i].ski);
		for (size_t k = 0; k < 3; k++) {
			assert_ok(write_object(&m, texts[k], 1, &plan, &out, &err), &err);
			check_ours(ps_buf_get(&out), texts[k], 1, true);
			ps_buf_clear(&out);
			assert_ok(write_object(&m, texts[k], 3, &stream, &out, &err), &err);
			check_ours(ps_buf_get(&out), texts[k], 1, false);
			ps_buf_clear(&out);
		}
		made_clear(&m);
	}
}

/* A plan that grows too large goes on as a stream; several segments. */
static void
test_plan_to_stream(void **state)
{
	enum { LARGE = 3 * CMS_PLAN + 200000 };
	uint8_t *octets = malloc(LARGE);
	ps_slice content = { octets, LARGE };
	struct made m = { 0 };
	struct ps_buf out;
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_non_null(octets);
	for (size_t i = 0; i < LARGE; i++)
		octets[i] = (uint8_t)(i * 7 + i / 251);
	made_add(&m, "carol", 0, false, false);
	made_add(&m, "erin", 0, false, false);
	made_add(&m, "alice", PS_SHA384, false, false);
	for (int over = 0; over < 2; over++) {
		struct cms_size size = { .how = CMS_PLAN,
		    .plan_max = (uint64_t)LARGE - (unsigned)over };

		assert_ok(write_object(&m, content, 7777, &size, &out, &err), &err);
		check_ours(ps_buf_get(&out), content, 3, over == 0);
		ps_buf_clear(&out);
	}
	made_clear(&m);
	free(octets);
}

static void
test_known_length(void **state)
{
	static const unsigned sha256[] = { PS_SHA256 };
	static const ps_slice text = { (const uint8_t *)"known before", 12 };
	static const ps_slice changed = { (const uint8_t *)"Known before", 12 };
	struct cms_digests d = digests_of(text, sha256, 1);
	struct cms_size size = { .how = CMS_KNOWN, .length = 12, .digests = &d };
	struct made m = { 0 };
	struct ps_buf out;
	ps_writer *w;
	uint64_t length = 0;
	ps_err err = PS_ERR_INIT;

	(void)state;
	made_add(&m, "alice", 0, false, false);
	assert_ok(write_object(&m, text, 5, &size, &out, &err), &err);
	check_ours(ps_buf_get(&out), text, 1, true);
	/* Whoever asks for the length only gives no destination. */
	assert_ok(cms_signed_writer_open(&w, NULL, &m.p, &size, &length, &err), &err);
	ps_writer_close(w);
	assert_int_equal(length, out.n);
	ps_buf_clear(&out);
	assert_code(write_object(&m, changed, 0, &size, &out, &err), PS_E_CHANGED);
	assert_code(write_object(&m, (ps_slice){ text.p, 11 }, 0, &size, &out, &err),
	    PS_E_CHANGED);
	size.length = 11;
	assert_code(write_object(&m, text, 0, &size, &out, &err), PS_E_CHANGED);
	cms_digests_clear(&d);
	made_clear(&m);
}

static void
test_write_detached(void **state)
{
	static const unsigned algs[] = { PS_SHA256, PS_SHA512 };
	static const ps_slice text = { (const uint8_t *)"a part\r\n", 8 };
	struct cms_digests d = digests_of(text, algs, 2);
	struct made m = { 0 };
	struct ps_buf out = { 0 };
	struct reading r;
	ps_err err = PS_ERR_INIT;

	(void)state;
	made_add(&m, "carol", 0, false, false);
	made_add(&m, "erin", 0, false, false);
	assert_ok(cms_sign_detached(&m.p, &d, &out, &err), &err);
	assert_true(der_is_canonical(ps_buf_get(&out), false));
	assert_ok(read_object(&r, ps_buf_get(&out), 1, &err), &err);
	assert_false(r.s.has_content);
	assert_int_equal(check(&r, 0, NULL, &d).result, CMS_CHECK_GOOD);
	assert_int_equal(check(&r, 1, NULL, &d).result, CMS_CHECK_GOOD);
	reading_clear(&r);
	ps_buf_clear(&out);
	cms_digests_clear(&d);
	made_clear(&m);
}

static void
test_certs_only(void **state)
{
	struct person alice = person("alice"), dave = person("dave");
	ps_cert *certs[] = { alice.cert, dave.cert };
	struct ps_buf out = { 0 };
	struct reading r;
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_ok(cms_certs_only(certs, 2, &out, &err), &err);
	assert_ok(read_object(&r, ps_buf_get(&out), 1, &err), &err);
	assert_int_equal(r.s.nsigner, 0);
	assert_false(r.s.has_content);
	assert_int_equal(r.s.bag.ncert, 2);
	assert_string_equal(ps_cert_sha256(r.s.bag.cert[1]), ps_cert_sha256(dave.cert));
	reading_clear(&r);
	ps_buf_clear(&out);
	person_clear(&alice);
	person_clear(&dave);
}

/* --- what forgers and bad programs write --- */

static const uint8_t aa_content_type[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 3 };
static const uint8_t aa_digest[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 4 };
static const uint8_t aa_protect[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 52 };
#define SLICE(a) ((ps_slice){ (a), sizeof(a) })

/* One attribute of a forged SignerInfo. */
struct attr {
	ps_slice	 oid;
	ps_slice	 value[2];	/* elements; n == 0: not there */
};

static void
put_attrs(struct derw *w, uint32_t tag, const struct attr *a, size_t n, bool sorted)
{
	if (sorted)
		derw_begin_set_of(w, tag);
	else
		derw_begin(w, tag);
	for (size_t i = 0; i < n; i++) {
		derw_begin(w, DER_SEQUENCE);
		derw_oid(w, a[i].oid);
		derw_begin(w, DER_SET);
		for (size_t k = 0; k < 2; k++)
			derw_raw(w, a[i].value[k]);
		derw_end(w);
		derw_end(w);
	}
	derw_end(w);
}

struct forgery {
	const struct attr *attr;	/* NULL: none */
	size_t		 n;
	bool		 unsorted;	/* both hashed and sent as given */
	bool		 no_digests;	/* digestAlgorithms is empty */
	ps_slice	 content;
	const struct cms_signer *copy;	/* its signature is taken over */
};

/* Signs what the forgery says, rightly. */
static void
forge_signature(const struct forgery *f, const struct person *by, const struct ps_sigspec *spec,
    struct ps_buf *out)
{
	struct ps_buf set = { 0 };
	struct derw w;
	ps_err err = PS_ERR_INIT;

	derw_init(&w, &set);
	if (f->attr != NULL)
		put_attrs(&w, DER_SET, f->attr, f->n, !f->unsorted);
	else
		derw_raw(&w, f->content);
	assert_ok(derw_finish(&w, &err), &err);
	assert_ok(ps_key_sign(by->key, spec, ps_buf_get(&set), out, &err), &err);
	ps_buf_clear(&set);
}

static void
forge(const struct forgery *f, const struct person *by, struct ps_buf *out)
{
	struct ps_sigspec spec;
	struct ps_key_info info;
	struct ps_buf sig = { 0 };
	struct derw w;
	ps_err err = PS_ERR_INIT;

	ps_key_info(by->key, &info);
	assert_ok(ps_sigspec_choose(&spec, &info, ps_alg_get(PS_SHA256), false, &err), &err);
	if (f->copy != NULL)
		assert_ok(ps_buf_add(&sig, f->copy->signature, &err), &err);
	else
		forge_signature(f, by, &spec, &sig);
	*out = (struct ps_buf){ 0 };
	derw_init(&w, out);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, cms_type_oid(CMS_SIGNED));
	derw_begin(&w, DER_CTX(0));
	derw_begin(&w, DER_SEQUENCE);
	derw_u64(&w, 1);
	derw_begin(&w, DER_SET);
	if (!f->no_digests)
		ps_sigspec_build_digest(&spec, &w, DER_SEQUENCE);
	derw_end(&w);
	derw_begin(&w, DER_SEQUENCE);
	derw_oid(&w, cms_type_oid(CMS_DATA));
	derw_begin(&w, DER_CTX(0));
	derw_octets(&w, f->content);
	derw_end(&w);
	derw_end(&w);
	derw_begin(&w, DER_CTX(0));
	derw_raw(&w, ps_cert_der(by->cert));
	derw_end(&w);
	derw_begin(&w, DER_SET);
	derw_begin(&w, DER_SEQUENCE);
	derw_u64(&w, 1);
	cms_id_build(&w, by->cert, false);
	ps_sigspec_build_digest(&spec, &w, DER_SEQUENCE);
	if (f->attr != NULL)
		put_attrs(&w, DER_CTX(0), f->attr, f->n, !f->unsorted);
	ps_sigspec_build_sig(&spec, &w, DER_SEQUENCE);
	derw_octets(&w, ps_buf_get(&sig));
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	derw_end(&w);
	assert_ok(derw_finish(&w, &err), &err);
	ps_buf_clear(&sig);
}

static enum cms_check
judge(const struct forgery *f, const struct person *by)
{
	struct ps_buf object;
	struct reading r;
	enum cms_check result;
	ps_err err = PS_ERR_INIT;

	forge(f, by, &object);
	assert_ok(read_object(&r, ps_buf_get(&object), 1, &err), &err);
	assert_int_equal(r.s.nsigner, 1);
	result = check(&r, 0, NULL, NULL).result;
	reading_clear(&r);
	ps_buf_clear(&object);
	return result;
}

static const ps_slice said = { (const uint8_t *)"said\r\n", 6 };

/* The attributes of an honest signature over `said`, to be bent. */
struct honest {
	uint8_t		 type[2 + 9], digest[2 + 32], other[2 + 32];
	struct attr	 attr[4];
};

static void
honest_init(struct honest *h)
{
	uint8_t hash[PS_DIGEST_MAX];
	ps_slice data = cms_type_oid(CMS_DATA);
	ps_err err = PS_ERR_INIT;

	memset(h, 0, sizeof *h);
	assert_int_equal(data.n, 9);
	h->type[0] = DER_OID;
	h->type[1] = 9;
	memcpy(h->type + 2, data.p, 9);
	assert_ok(ps_digest_once(ps_alg_get(PS_SHA256), said, hash, &err), &err);
	h->digest[0] = h->other[0] = DER_OCTETS;
	h->digest[1] = h->other[1] = 32;
	memcpy(h->digest + 2, hash, 32);
	h->attr[0] = (struct attr){ SLICE(aa_content_type), { SLICE(h->type) } };
	h->attr[1] = (struct attr){ SLICE(aa_digest), { SLICE(h->digest) } };
}

/* Each is rightly signed, so only the rule that it breaks can refuse it. */
static void
test_attributes(void **state)
{
	struct person carol = person("carol");
	struct forgery f = { .content = said };
	struct honest h;

	(void)state;
	honest_init(&h);
	f.attr = h.attr;
	f.n = 2;
	assert_int_equal(judge(&f, &carol), CMS_CHECK_GOOD);
	f.no_digests = true;		/* hashed with what is usual */
	assert_int_equal(judge(&f, &carol), CMS_CHECK_GOOD);
	f.no_digests = false;
	f.unsorted = true;
	assert_int_equal(judge(&f, &carol), CMS_CHECK_GOOD);
	h.attr[2] = h.attr[0];
	h.attr[0] = h.attr[1];		/* digest before type: not DER's order */
	h.attr[1] = h.attr[2];
	assert_int_equal(judge(&f, &carol), CMS_CHECK_GOOD);
	f.unsorted = false;

	h.attr[2] = (struct attr){ SLICE(aa_digest), { SLICE(h.other) } };
	f.n = 3;			/* messageDigest twice, one right */
	assert_int_equal(judge(&f, &carol), CMS_CHECK_ATTRIBUTES);
	honest_init(&h);
	f.n = 2;
	h.attr[1].value[1] = SLICE(h.other);	/* two values, one right */
	assert_int_equal(judge(&f, &carol), CMS_CHECK_ATTRIBUTES);
	honest_init(&h);
	h.attr[1].value[0] = (ps_slice){ NULL, 0 };	/* no value at all */
	assert_int_equal(judge(&f, &carol), CMS_CHECK_ATTRIBUTES);
	honest_init(&h);
	f.n = 1;			/* no messageDigest */
	assert_int_equal(judge(&f, &carol), CMS_CHECK_ATTRIBUTES);
	f.attr = &h.attr[1];		/* no contentType */
	assert_int_equal(judge(&f, &carol), CMS_CHECK_ATTRIBUTES);
	person_clear(&carol);
}

static void
test_attributes_that_lie(void **state)
{
	static const uint8_t no_protection[] = { 0x30, 0x1c,	/* SHA-1, [1] ecdsa-with-SHA256 */
	    0x30, 0x07, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a,
	    0xa1, 0x11, 0x06, 0x0f, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02,
	    0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01 };
	struct person carol = person("carol");
	struct forgery f = { .content = said };
	struct honest h;

	(void)state;
	honest_init(&h);
	f.attr = h.attr;
	f.n = 2;
	h.digest[5] ^= 1;
	assert_int_equal(judge(&f, &carol), CMS_CHECK_CONTENT_CHANGED);
	honest_init(&h);
	h.type[10] = 2;			/* says signedData, content is data */
	assert_int_equal(judge(&f, &carol), CMS_CHECK_CONTENT_TYPE);
	honest_init(&h);
	h.attr[2] = (struct attr){ SLICE(aa_protect), { SLICE(no_protection) } };
	f.n = 3;
	assert_int_equal(judge(&f, &carol), CMS_CHECK_ALGORITHM_CHANGED);
	person_clear(&carol);
}

/*
 * STANDARDS A1: the signed attributes of one message become the content of
 * another, without attributes, under the same signature.
 */
static void
test_confusion(void **state)
{
	struct person carol = person("carol");
	struct forgery f = { .content = said };
	struct ps_buf honest, set = { 0 };
	struct honest h;
	struct reading r;
	struct derw w;
	ps_err err = PS_ERR_INIT;

	(void)state;
	honest_init(&h);
	f.attr = h.attr;
	f.n = 2;
	forge(&f, &carol, &honest);
	assert_ok(read_object(&r, ps_buf_get(&honest), 0, &err), &err);
	derw_init(&w, &set);
	put_attrs(&w, DER_SET, h.attr, 2, true);
	assert_ok(derw_finish(&w, &err), &err);
	f = (struct forgery){ .content = ps_buf_get(&set), .copy = &r.s.signer[0] };
	assert_int_equal(judge(&f, &carol), CMS_CHECK_CONFUSION);
	reading_clear(&r);
	ps_buf_clear(&set);
	ps_buf_clear(&honest);
	person_clear(&carol);
}

/* Without attributes the signature is over the content. */
static void
test_no_attributes(void **state)
{
	struct person carol = person("carol");
	struct forgery f = { .content = said };

	(void)state;
	assert_int_equal(judge(&f, &carol), CMS_CHECK_GOOD_NO_ATTRS);
	person_clear(&carol);
}

/* --- truncation, changes, limits --- */

/* Every beginning of an object is an error with words, never a reading. */
static void
test_truncated(void **state)
{
	static const char *const files[] = { "signed-p256.der", "signed-rsa-indefinite.der",
	    "signed-detached.der" };
	struct ps_buf in;
	struct reading r;
	char text[512];
	ps_err err = PS_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		load(&in, files[i]);
		for (size_t n = 0; n < in.n; n++) {
			ps_err_clear(&err);
			assert_code(read_object(&r, (ps_slice){ in.p, n }, 0, &err),
			    PS_E_MALFORMED);
			assert_true(strlen(ps_err_format(&err, text, sizeof text)) > 0);
			reading_clear(&r);
		}
		ps_buf_clear(&in);
	}
}

/* No change of an octet leaves a good signature over another content. */
static void
test_changed(void **state)
{
	struct ps_buf in, want;
	struct reading r;
	ps_err err = PS_ERR_INIT;

	(void)state;
	load(&in, "signed-p256.der");
	load(&want, "content.txt");
	for (size_t at = 0; at < in.n; at++) {
		for (unsigned bit = 0; bit < 8; bit += 3) {
			in.p[at] ^= (uint8_t)(1u << bit);
			ps_err_clear(&err);
			if (read_object(&r, ps_buf_get(&in), 0, &err) == PS_OK &&
			    r.s.nsigner == 1 && r.s.has_content &&
			    cms_signed_find(&r.s, 0, NULL, 0) != NULL &&
			    check(&r, 0, NULL, NULL).result == CMS_CHECK_GOOD)
				assert_true(ps_slice_equal(ps_buf_get(&r.content),
				    ps_buf_get(&want)));
			reading_clear(&r);
			in.p[at] ^= (uint8_t)(1u << bit);
		}
	}
	ps_buf_clear(&in);
	ps_buf_clear(&want);
}

static ps_code
read_within(ps_slice in, const struct ps_limits *limits, ps_err *err)
{
	struct drip drip;
	struct cms_shell shell;
	struct cms_signed s = { 0 };
	ps_reader *r = drip_open(&drip, in, 0, true);
	ps_code code;

	if ((code = cms_shell_open(&shell, r, limits, err)) == PS_OK &&
	    (code = cms_signed_open(&s, &shell.ber, err)) == PS_OK &&
	    (code = ps_reader_drain(s.content, NULL, err)) == PS_OK)
		code = cms_signed_finish(&s, err);
	cms_signed_clear(&s);
	ps_reader_close(r);
	return code;
}

static void
test_limits(void **state)
{
	struct ps_buf in;
	struct ps_limits limits = ps_limits_default;
	ps_err err = PS_ERR_INIT;

	(void)state;
	load(&in, "signed-two.der");	/* two signers, two certificates, one digest */
	limits.signers = limits.certificates = 2;
	limits.digests = 1;
	assert_ok(read_within(ps_buf_get(&in), &limits, &err), &err);
	limits.signers = 1;
	assert_code(read_within(ps_buf_get(&in), &limits, &err), PS_E_LIMIT);
	limits.signers = 2;
	limits.certificates = 1;
	assert_code(read_within(ps_buf_get(&in), &limits, &err), PS_E_LIMIT);
	limits.certificates = 2;
	limits.digests = 0;
	assert_code(read_within(ps_buf_get(&in), &limits, &err), PS_E_LIMIT);
	ps_buf_clear(&in);
}

static void
test_no_signer(void **state)
{
	struct made m = { 0 };
	struct cms_size size = { .how = CMS_STREAM };
	struct ps_buf out;
	ps_err err = PS_ERR_INIT;

	(void)state;
	assert_code(write_object(&m, said, 0, &size, &out, &err), PS_E_MISUSE);
}

/* Octets: a name of a signer, and the key identifier that is read from it. */
static void
test_key_identifier_forms(void **state)
{
	static const struct { ps_slice in; bool good; } forms[] = {
		{ { (const uint8_t *)"\x80\x03" "abc", 5 }, true },
		{ { (const uint8_t *)"\xa0\x05\x04\x03" "abc", 7 }, true },
		{ { (const uint8_t *)"\xa0\x05\x02\x03" "abc", 7 }, false },
		{ { (const uint8_t *)"\xa0\x06\x04\x01" "a\x04\x01" "b", 8 }, false },
		{ { (const uint8_t *)"\xa0\x05\x04\x04" "abc", 7 }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct der_state in;
		struct der d;
		struct cms_id id;

		der_init(&d, &in, forms[i].in, 0, false, "sid");
		id = cms_id_parse(&d);
		assert_int_equal(!der_failed(&d), forms[i].good);
		if (forms[i].good)
			assert_slice(id.ski, "abc");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_theirs),
		cmocka_unit_test(test_no_certificate),
		cmocka_unit_test(test_detached),
		cmocka_unit_test(test_ours_each),
		cmocka_unit_test(test_plan_to_stream),
		cmocka_unit_test(test_known_length),
		cmocka_unit_test(test_write_detached),
		cmocka_unit_test(test_certs_only),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_attributes_that_lie),
		cmocka_unit_test(test_confusion),
		cmocka_unit_test(test_no_attributes),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_no_signer),
		cmocka_unit_test(test_key_identifier_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
