/* SPDX-License-Identifier: ISC */
/*
 * Small messages in one process: our time for a mail of 4 KiB through the public
 * interface, against the primitives that no program could leave out, on loaded
 * keys, in the same process and in turn. What is printed is the median of the
 * quotients.
 *
 * The primitives of an operation are its public-key operations, with ML-KEM the
 * derivation and the wrap that belong to it, and one pass of hash or cipher over
 * the content; in seal-pq that is the signed mail. Base64 and lines are not among them.
 *
 * usage: small [-c] [-n ROUNDS] [OPERATION...]
 *	output: lines "OPERATION RATIO OURS PRIMITIVES", times in microseconds
 *	-c: each operation once without a clock, to be counted by callgrind
 */
#include <postseal/postseal.h>

#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/rsa.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "small_pki.h"

enum { MAIL = 4096, SIGNED_MAX = 65536, MANY = 1000, ROUNDS = 9, WARM = 3 };
#define ROUND_SECONDS	0.02

struct bench {
	struct pki	 pki;
	int		 kind;
	ps_ctx		*ctx;
	ps_opener	*opener;
	ps_protector	*protector;
	int		 what;
	char		 mail[MAIL + 512];
	size_t		 nmail;
	ps_writer	*message;	/* what is read, made by ours */
	/* the primitives */
	EVP_MD		*sha256;
	EVP_MD_CTX	*md;
	EVP_CIPHER	*cipher;
	EVP_CIPHER_CTX	*cctx;
	EVP_PKEY_CTX	*pctx;
	EVP_PKEY	*peer;
	EVP_MD		*sha512;
	EVP_PKEY_CTX	*kctx;		/* of encapsulation */
	EVP_SIGNATURE	*mldsa;
	EVP_KDF_CTX	*hkdf;
	EVP_CIPHER	*wrap;
	EVP_CIPHER_CTX	*wctx;
	uint8_t		 sig[4096], out[SIGNED_MAX + 64], ct[2048];
	size_t		 nsig, nct, nsigned;	/* of a signed mail: what is sealed */
};

static void
stop(const char *what, const ps_err *err)
{
	char text[2048];

	(void)fprintf(stderr, "small: %s: %s\n", what,
	    err == NULL ? "the crypto library failed" : ps_err_format(err, text, sizeof text));
	exit(1);
}

static void
need(ps_code code, const char *what, const ps_err *err)
{
	if (code != PS_OK)
		stop(what, err);
}

static void
must(int good, const char *what)
{
	if (good <= 0)
		stop(what, NULL);
}

/* --- primitives --- */

static void
hash_mail(struct bench *b, uint8_t out[32])
{
	must(EVP_DigestInit_ex2(b->md, b->sha256, NULL), "hash");
	must(EVP_DigestUpdate(b->md, b->mail, b->nmail), "hash");
	must(EVP_DigestFinal_ex(b->md, out, NULL), "hash");
}

static void
cipher_mail(struct bench *b)
{
	static const uint8_t key[32] = { 1 }, iv[16] = { 2 };
	int n;

	must(EVP_EncryptInit_ex2(b->cctx, b->cipher, key, iv, NULL), "cipher");
	must(EVP_EncryptUpdate(b->cctx, b->out, &n, (const uint8_t *)b->mail, MAIL), "cipher");
}

static void
prim_sign(struct bench *b)
{
	uint8_t hash[32];

	hash_mail(b, hash);
	b->nsig = sizeof b->sig;
	must(EVP_PKEY_sign(b->pctx, b->sig, &b->nsig, hash, sizeof hash), "sign");
}

static void
prim_verify(struct bench *b)
{
	uint8_t hash[32];

	hash_mail(b, hash);
	must(EVP_PKEY_verify(b->pctx, b->sig, b->nsig, hash, sizeof hash), "verify");
}

static void
prim_encrypt(struct bench *b)
{
	uint8_t cek[32] = { 3 };

	cipher_mail(b);
	b->nsig = sizeof b->sig;
	must(EVP_PKEY_encrypt(b->pctx, b->sig, &b->nsig, cek, sizeof cek), "encrypt");
}

static void
prim_encrypt_many(struct bench *b)
{
	uint8_t cek[32] = { 3 };

	cipher_mail(b);
	for (int i = 0; i < MANY; i++) {
		b->nsig = sizeof b->sig;
		must(EVP_PKEY_encrypt(b->pctx, b->sig, &b->nsig, cek, sizeof cek), "encrypt");
	}
}

static void
prim_decrypt(struct bench *b)
{
	uint8_t cek[512];
	size_t n = sizeof cek;

	cipher_mail(b);
	if (b->kind == PKI_EC)
		must(EVP_PKEY_derive(b->pctx, cek, &n), "derive");
	else
		must(EVP_PKEY_decrypt(b->pctx, cek, &n, b->sig, b->nsig), "decrypt");
}

/* --- post-quantum: ML-DSA-65 over attributes, ML-KEM-768 --- */

#if OPENSSL_VERSION_NUMBER >= 0x30500000L
enum { ATTRIBUTES = 400 };	/* octets, as ours have */

static void
hash_mail_512(struct bench *b)
{
	uint8_t out[64];

	must(EVP_DigestInit_ex2(b->md, b->sha512, NULL), "hash");
	must(EVP_DigestUpdate(b->md, b->mail, b->nmail), "hash");
	must(EVP_DigestFinal_ex(b->md, out, NULL), "hash");
}

static void
prim_sign_pq(struct bench *b)
{
	hash_mail_512(b);
	b->nsig = sizeof b->sig;
	must(EVP_PKEY_sign(b->pctx, b->sig, &b->nsig, (const uint8_t *)b->mail, ATTRIBUTES),
	    "sign");
}

static void
prim_verify_pq(struct bench *b)
{
	hash_mail_512(b);
	must(EVP_PKEY_verify(b->pctx, b->sig, b->nsig, (const uint8_t *)b->mail, ATTRIBUTES),
	    "verify");
}

/* A signature of ML-DSA and two certificates with its keys are five times the mail. */
static void
cipher_signed(struct bench *b)
{
	static const uint8_t key[32] = { 1 }, iv[16] = { 2 };
	int n;

	must(EVP_EncryptInit_ex2(b->cctx, b->cipher, key, iv, NULL), "cipher");
	must(EVP_EncryptUpdate(b->cctx, b->out, &n, b->out, (int)b->nsigned), "cipher");
}

/* RFC 9629, 2: what is encapsulated is derived from, and wraps the content's key. */
static void
wrap_key(struct bench *b, uint8_t secret[32])
{
	static const uint8_t info[18] = { 0x30 };
	char sha256[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string("digest", sha256, 0),
		OSSL_PARAM_construct_octet_string("key", secret, 32),
		OSSL_PARAM_construct_octet_string("info", (void *)(uintptr_t)info, sizeof info),
		OSSL_PARAM_construct_end(),
	};
	uint8_t key[32], out[48];
	int n;

	must(EVP_KDF_derive(b->hkdf, key, sizeof key, params), "derive");
	must(EVP_CipherInit_ex2(b->wctx, b->wrap, key, NULL, 1, NULL), "wrap");
	must(EVP_CipherUpdate(b->wctx, out, &n, secret, 32), "wrap");
}

static void
prim_encrypt_pq(struct bench *b)
{
	uint8_t secret[32];
	size_t n = sizeof secret;

	cipher_signed(b);
	b->nct = sizeof b->ct;
	must(EVP_PKEY_encapsulate(b->kctx, b->ct, &b->nct, secret, &n), "encapsulate");
	wrap_key(b, secret);
}

static void
prim_decrypt_pq(struct bench *b)
{
	uint8_t secret[32];
	size_t n = sizeof secret;

	cipher_signed(b);
	must(EVP_PKEY_decapsulate(b->kctx, secret, &n, b->ct, b->nct), "decapsulate");
	wrap_key(b, secret);
}

static void
prim_seal_pq(struct bench *b)
{
	prim_sign_pq(b);
	prim_encrypt_pq(b);
}

static void
prim_open_pq(struct bench *b)
{
	prim_decrypt_pq(b);
	prim_verify_pq(b);
}
#endif

/* The lengths of all RecipientInfos, and nothing in them. */
static void
prim_decrypt_many(struct bench *b)
{
	static uint8_t blocks[MANY * 350];
	size_t sum = 0;

	for (size_t at = 0; at < sizeof blocks; at += 350)
		sum += blocks[at] + (size_t)blocks[at + 1] + blocks[at + 2];
	b->out[0] = (uint8_t)sum;
	prim_decrypt(b);
}

static EVP_PKEY_CTX *
context(struct bench *b)
{
	EVP_PKEY_CTX_free(b->pctx);
	b->pctx = EVP_PKEY_CTX_new_from_pkey(NULL, b->pki.key[b->kind], NULL);
	must(b->pctx != NULL, "make a context");
	return b->pctx;
}

static void
padding(struct bench *b)
{
	if (b->kind == PKI_RSA)
		must(EVP_PKEY_CTX_set_rsa_padding(b->pctx, RSA_PKCS1_PADDING), "set padding");
}

static void
begin_sign(struct bench *b)
{
	must(EVP_PKEY_sign_init(context(b)), "sign");
	padding(b);
	must(EVP_PKEY_CTX_set_signature_md(b->pctx, EVP_sha256()), "set digest");
}

static void
begin_verify(struct bench *b)
{
	begin_sign(b);
	prim_sign(b);
	must(EVP_PKEY_verify_init(context(b)), "verify");
	padding(b);
	must(EVP_PKEY_CTX_set_signature_md(b->pctx, EVP_sha256()), "set digest");
}

static void
begin_encrypt(struct bench *b)
{
	must(EVP_PKEY_encrypt_init(context(b)), "encrypt");
	padding(b);
}

static void
begin_decrypt(struct bench *b)
{
	if (b->kind == PKI_EC) {
		b->peer = EVP_EC_gen("P-256");
		must(EVP_PKEY_derive_init(context(b)), "derive");
		must(EVP_PKEY_derive_set_peer_ex(b->pctx, b->peer, 0), "derive");
		return;
	}
	begin_encrypt(b);
	prim_encrypt(b);
	must(EVP_PKEY_decrypt_init(context(b)), "decrypt");
	padding(b);
}

#if OPENSSL_VERSION_NUMBER >= 0x30500000L
static void
begin_sign_pq(struct bench *b)
{
	b->mldsa = EVP_SIGNATURE_fetch(NULL, "ML-DSA-65", NULL);
	must(EVP_PKEY_sign_message_init(context(b), b->mldsa, NULL), "sign");
}

static void
begin_verify_pq(struct bench *b)
{
	begin_sign_pq(b);
	prim_sign_pq(b);
	must(EVP_PKEY_verify_message_init(context(b), b->mldsa, NULL), "verify");
}

static void
begin_encrypt_pq(struct bench *b)
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);

	b->nsigned = MAIL;
	b->hkdf = EVP_KDF_CTX_new(kdf);
	EVP_KDF_free(kdf);
	b->wrap = EVP_CIPHER_fetch(NULL, "AES-256-WRAP", NULL);
	b->wctx = EVP_CIPHER_CTX_new();
	EVP_CIPHER_CTX_set_flags(b->wctx, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
	b->kctx = EVP_PKEY_CTX_new_from_pkey(NULL, b->pki.kem, NULL);
	must(EVP_PKEY_encapsulate_init(b->kctx, NULL), "encapsulate");
}

static void
begin_decrypt_pq(struct bench *b)
{
	begin_encrypt_pq(b);
	prim_encrypt_pq(b);
	must(EVP_PKEY_decapsulate_init(b->kctx, NULL), "decapsulate");
}
#endif

/* --- ours --- */

static void
file(struct bench *b, char out[128], const char *what)
{
	char name[64];

	(void)snprintf(name, sizeof name, "%s%s", pki_kind[b->kind], what);
	pki_path(&b->pki, out, 128, name);
}

static void
make_opener(struct bench *b)
{
	ps_err err = PS_ERR_INIT;
	char path[128];

	b->opener = ps_opener_new(b->ctx);
	file(b, path, "-root.crt");
	need(ps_opener_add_trust_file(b->opener, path, &err), path, &err);
	file(b, path, ".pem");
	need(ps_opener_add_identity_file(b->opener, path, NULL, NULL, &err), path, &err);
	if (b->kind == PKI_PQ) {
		pki_path(&b->pki, path, sizeof path, "pq-kem.pem");
		need(ps_opener_add_identity_file(b->opener, path, NULL, NULL, &err), path, &err);
	}
}

static void
trust_roots(struct bench *b)
{
	ps_err err = PS_ERR_INIT;
	char path[128], name[64];

	for (int kind = 0; kind < b->pki.kinds; kind++) {
		(void)snprintf(name, sizeof name, "%s-root.crt", pki_kind[kind]);
		pki_path(&b->pki, path, sizeof path, name);
		need(ps_protector_add_trust_file(b->protector, path, &err), path, &err);
		(void)snprintf(name, sizeof name, "%s-issuing.crt", pki_kind[kind]);
		pki_path(&b->pki, path, sizeof path, name);
		need(ps_protector_add_cert_file(b->protector, path, &err), path, &err);
	}
}

static void
make_protector(struct bench *b, unsigned recipients)
{
	ps_err err = PS_ERR_INIT;
	char path[128], name[64];

	b->protector = ps_protector_new(b->ctx);
	trust_roots(b);
	file(b, path, ".pem");
	if (recipients == 0 || b->what == PS_SEAL)
		need(ps_protector_add_identity_file(b->protector, path, NULL, NULL, &err), path,
		    &err);
	need(ps_protector_set_no_self(b->protector, 1, &err), "set_no_self", &err);
	file(b, path, b->kind == PKI_PQ ? "-kem.crt" : ".crt");
	if (recipients > 0)
		need(ps_protector_add_recipient_file(b->protector, path, &err), path, &err);
	for (unsigned i = 1; i < recipients; i++) {
		(void)snprintf(name, sizeof name, "many-%u.crt", i);
		pki_path(&b->pki, path, sizeof path, name);
		need(ps_protector_add_recipient_file(b->protector, path, &err), path, &err);
	}
}

static ps_writer *
protect(struct bench *b)
{
	ps_err err = PS_ERR_INIT;
	ps_reader *in;
	ps_writer *out;

	need(ps_reader_open_memory(&in, (ps_slice){ (const uint8_t *)b->mail, b->nmail }, &err),
	    "read", &err);
	need(ps_writer_open_memory(&out, 1 << 22, &err), "write", &err);
	need(ps_protect(b->protector, b->what, in, out, &err), "protect", &err);
	ps_reader_close(in);
	return out;
}

static void
our_protect(struct bench *b)
{
	ps_writer_close(protect(b));
}

static void
our_open(struct bench *b)
{
	ps_err err = PS_ERR_INIT;
	ps_verdict *v = NULL;
	ps_reader *in;
	ps_writer *out = NULL;

	need(ps_reader_open_memory(&in, ps_writer_memory(b->message), &err), "read", &err);
	if (b->what != PS_SIGN)
		need(ps_writer_open_memory(&out, 1 << 22, &err), "write", &err);
	need(ps_open(b->opener, in, out, &v, &err), "open", &err);
	if (b->what != PS_ENCRYPT && ps_verdict_exit_verify(v) != 0)
		stop(ps_verdict_sentence(v), &err);
	ps_verdict_free(v);
	ps_writer_close(out);
	ps_reader_close(in);
}

#if OPENSSL_VERSION_NUMBER >= 0x30500000L
static void
begin_sealed(struct bench *b, void (*then)(struct bench *))
{
	ps_writer *w;

	then(b);
	b->what = PS_SIGN;
	w = protect(b);
	b->what = PS_SEAL;
	b->nsigned = ps_writer_memory(w).n;
	must(b->nsigned <= SIGNED_MAX, "sign");
	ps_writer_close(w);
}

static void
begin_seal_pq(struct bench *b)
{
	begin_sign_pq(b);
	begin_sealed(b, begin_encrypt_pq);
}

static void
begin_open_pq(struct bench *b)
{
	begin_verify_pq(b);
	begin_sealed(b, begin_decrypt_pq);
}
#endif

/* --- the operations --- */

static const struct operation {
	const char	*name;
	int		 what, kind;
	unsigned	 recipients;
	int		 reads;
	void		(*begin)(struct bench *b);
	void		(*primitive)(struct bench *b);	/* NULL: only counted */
} operations[] = {
	{ "verify-rsa", PS_SIGN, PKI_RSA, 0, 1, begin_verify, prim_verify },
	{ "verify-p256", PS_SIGN, PKI_EC, 0, 1, begin_verify, prim_verify },
	{ "sign-rsa", PS_SIGN, PKI_RSA, 0, 0, begin_sign, prim_sign },
	{ "sign-p256", PS_SIGN, PKI_EC, 0, 0, begin_sign, prim_sign },
	{ "encrypt-rsa", PS_ENCRYPT, PKI_RSA, 1, 0, begin_encrypt, prim_encrypt },
	{ "encrypt-rsa-1000", PS_ENCRYPT, PKI_RSA, MANY, 0, begin_encrypt, prim_encrypt_many },
	{ "decrypt-rsa", PS_ENCRYPT, PKI_RSA, 1, 1, begin_decrypt, prim_decrypt },
	{ "decrypt-p256", PS_ENCRYPT, PKI_EC, 1, 1, begin_decrypt, prim_decrypt },
	{ "decrypt-rsa-1000", PS_ENCRYPT, PKI_RSA, MANY, 1, begin_decrypt, prim_decrypt_many },
	{ "decrypt-p256-1000", PS_ENCRYPT, PKI_EC, MANY, 1, begin_decrypt, prim_decrypt_many },
	{ "seal-rsa", PS_SEAL, PKI_RSA, 1, 0, NULL, NULL },
	{ "open-rsa", PS_SEAL, PKI_RSA, 1, 1, NULL, NULL },
#if OPENSSL_VERSION_NUMBER >= 0x30500000L
	{ "verify-mldsa65", PS_SIGN, PKI_PQ, 0, 1, begin_verify_pq, prim_verify_pq },
	{ "sign-mldsa65", PS_SIGN, PKI_PQ, 0, 0, begin_sign_pq, prim_sign_pq },
	{ "encrypt-mlkem768", PS_ENCRYPT, PKI_PQ, 1, 0, begin_encrypt_pq, prim_encrypt_pq },
	{ "decrypt-mlkem768", PS_ENCRYPT, PKI_PQ, 1, 1, begin_decrypt_pq, prim_decrypt_pq },
	{ "seal-pq", PS_SEAL, PKI_PQ, 1, 0, begin_seal_pq, prim_seal_pq },
	{ "open-pq", PS_SEAL, PKI_PQ, 1, 1, begin_open_pq, prim_open_pq },
#endif
};

static void
begin(struct bench *b, const struct operation *op)
{
	b->kind = op->kind;
	b->what = op->what;
	b->ctx = ps_ctx_new();
	make_protector(b, op->recipients);
	if (op->reads) {
		b->message = protect(b);
		make_opener(b);
	}
}

static void
end(struct bench *b)
{
	ps_writer_close(b->message);
	ps_opener_free(b->opener);
	ps_protector_free(b->protector);
	ps_ctx_free(b->ctx);
	EVP_PKEY_free(b->peer);
	EVP_PKEY_CTX_free(b->kctx);
	EVP_SIGNATURE_free(b->mldsa);
	EVP_KDF_CTX_free(b->hkdf);
	EVP_CIPHER_free(b->wrap);
	EVP_CIPHER_CTX_free(b->wctx);
	b->message = NULL;
	b->opener = NULL;
	b->protector = NULL;
	b->peer = NULL;
	b->kctx = NULL;
	b->mldsa = NULL;
	b->hkdf = NULL;
	b->wrap = NULL;
	b->wctx = NULL;
}

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
seconds(struct bench *b, void (*what)(struct bench *), unsigned times)
{
	double start = now();

	for (unsigned i = 0; i < times; i++)
		what(b);
	return now() - start;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *list, unsigned n)
{
	qsort(list, n, sizeof *list, compare);
	return list[n / 2];
}

enum { ROUNDS_MAX = 1001 };

static void
measure(struct bench *b, const struct operation *op, unsigned rounds)
{
	static double ratio[ROUNDS_MAX], ours[ROUNDS_MAX], floor[ROUNDS_MAX];
	void (*run)(struct bench *) = op->reads ? our_open : our_protect;
	double one;
	unsigned times;

	op->begin(b);
	(void)seconds(b, run, WARM);
	one = (seconds(b, run, WARM) + seconds(b, op->primitive, WARM)) / WARM / 2;
	times = (unsigned)(ROUND_SECONDS / one) + 1;
	for (unsigned i = 0; i < rounds; i++) {
		ours[i] = seconds(b, run, times) / times * 1e6;
		floor[i] = seconds(b, op->primitive, times) / times * 1e6;
		ratio[i] = ours[i] / floor[i];
	}
	(void)printf("%s %.3f %.1f %.1f\n", op->name, median(ratio, rounds), median(ours, rounds),
	    median(floor, rounds));
	(void)fflush(stdout);
}

static int
wanted(const struct operation *op, char **names)
{
	if (*names == NULL)
		return 1;
	for (; *names != NULL; names++)
		if (strcmp(*names, op->name) == 0)
			return 1;
	return 0;
}

static void
one(struct bench *b, const struct operation *op, unsigned rounds)
{
	begin(b, op);
	if (rounds == 0)
		for (unsigned i = 0; i <= WARM; i++)
			(op->reads ? our_open : our_protect)(b);
	else if (op->primitive != NULL)
		measure(b, op, rounds);
	end(b);
}

static void
write_mail(struct bench *b)
{
	static const char line[] =
	    "A line of a mail that somebody wrote about nothing very much.\r\n";
	int n = snprintf(b->mail, sizeof b->mail, "From: alice@example.org\r\n"
	    "To: bob@example.org\r\nSubject: small\r\nDate: Mon, 5 Jan 2026 10:00:00 +0000\r\n"
	    "Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=us-ascii\r\n\r\n");

	for (b->nmail = (size_t)n; b->nmail + strlen(line) <= MAIL; b->nmail += strlen(line))
		memcpy(b->mail + b->nmail, line, strlen(line));
}

int
main(int argc, char **argv)
{
	static struct bench b;
	unsigned rounds = ROUNDS;
	int c;

	while ((c = getopt(argc, argv, "cn:")) != -1) {
		if (c != 'c' && c != 'n')
			return 2;
		rounds = c == 'c' ? 0 : (unsigned)strtoul(optarg, NULL, 10);
	}
	if (rounds > ROUNDS_MAX)
		rounds = ROUNDS_MAX;
	write_mail(&b);
	b.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	b.sha512 = EVP_MD_fetch(NULL, "SHA512", NULL);
	b.cipher = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
	b.md = EVP_MD_CTX_new();
	b.cctx = EVP_CIPHER_CTX_new();
	pki_make(&b.pki, MANY);
	for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
		if (operations[i].kind < b.pki.kinds && wanted(&operations[i], argv + optind))
			one(&b, &operations[i], rounds);
	pki_remove(&b.pki);
	EVP_PKEY_CTX_free(b.pctx);
	EVP_CIPHER_CTX_free(b.cctx);
	EVP_MD_CTX_free(b.md);
	EVP_CIPHER_free(b.cipher);
	EVP_MD_free(b.sha256);
	EVP_MD_free(b.sha512);
	return 0;
}
