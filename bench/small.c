/* SPDX-License-Identifier: ISC */
/*
 * Small messages in one process: our time for a mail of 4 KiB through the public
 * interface, against the primitives that no program could leave out, on loaded
 * keys, in the same process and in turn. What is printed is the median of the
 * quotients.
 *
 * The primitives of an operation are its public-key operations and one pass of
 * hash or cipher over the content. Base64 and lines are not among them.
 *
 * usage: small [-c] [-n ROUNDS] [OPERATION...]
 *	output: lines "OPERATION RATIO OURS PRIMITIVES", times in microseconds
 *	-c: each operation once without a clock, to be counted by callgrind
 */
#include <postseal/postseal.h>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "small_pki.h"

enum { MAIL = 4096, MANY = 1000, ROUNDS = 9, WARM = 3 };
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
	uint8_t		 sig[512], out[MAIL + 64];
	size_t		 nsig;
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
}

static void
trust_roots(struct bench *b)
{
	ps_err err = PS_ERR_INIT;
	char path[128], name[64];

	for (int kind = 0; kind < 2; kind++) {
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
	file(b, path, ".crt");
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
	b->message = NULL;
	b->opener = NULL;
	b->protector = NULL;
	b->peer = NULL;
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
	int n = snprintf(b->mail, sizeof b->mail, "From: alice@example.org\r\n"
	    "To: bob@example.org\r\nSubject: small\r\nDate: Mon, 5 Jan 2026 10:00:00 +0000\r\n"
	    "Message-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=us-ascii\r\n\r\n");

	for (b->nmail = (size_t)n; b->nmail + 64 <= MAIL; b->nmail += 64)
		memcpy(b->mail + b->nmail,
		    "A line of a mail that somebody wrote about nothing very much.\r\n", 64);
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
	b.cipher = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
	b.md = EVP_MD_CTX_new();
	b.cctx = EVP_CIPHER_CTX_new();
	pki_make(&b.pki, MANY);
	for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
		if (wanted(&operations[i], argv + optind))
			one(&b, &operations[i], rounds);
	pki_remove(&b.pki);
	EVP_PKEY_CTX_free(b.pctx);
	EVP_CIPHER_CTX_free(b.cctx);
	EVP_MD_CTX_free(b.md);
	EVP_CIPHER_free(b.cipher);
	EVP_MD_free(b.sha256);
	return 0;
}
