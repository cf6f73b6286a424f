/* SPDX-License-Identifier: ISC */
/*
 * The work that an operation cannot avoid, and nothing else: no format, no
 * certificate, no verdict. What it writes is of no use; what it costs is what
 * we are measured against, in the same run, on the same input.
 *
 * base64 is coded by our own steps (src/stream), so that both use equal coders
 * and the rest of the way between them is seen. GCM is decrypted twice, with one
 * write: nothing may leave before the tag was checked, and memory is constant.
 *
 * usage: floor [-t] OPERATION IN OUT
 *	-t	on two threads, cut where the two halves are the most even
 *	IN	the entity; for a reading operation our message (its base64
 *		begins behind the first empty line)
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "stream/stream.h"

enum { PIECE = 264 * 1024 / 6336 * 6336,	/* whole lines, groups and blocks */
	RING = 4, STAGES = 8 };

struct piece {
	uint8_t		*p, *other;	/* a stage that cannot work in place swaps them */
	size_t		 n;
	bool		 full;
};

struct floor;
typedef void (*stage_fn)(struct floor *, struct piece *);

struct floor {
	int		 in, out;
	EVP_MD_CTX	*md;
	EVP_CIPHER_CTX	*cipher;
	struct ps_b64enc enc;
	struct ps_b64dec dec;
	bool		 bare, cr;	/* line ends that are not CRLF; the last was CR */
	const stage_fn	*stage;
	size_t		 nstage, split;	/* the second thread begins at `split` */
	struct piece	 ring[RING];
	pthread_mutex_t	 lock;
	pthread_cond_t	 moved;
};

static void
die(const char *what)
{
	(void)fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
need(bool good, const char *what)
{
	if (!good)
		die(what);
}

/* --- stages --- */

typedef uint8_t octets16 __attribute__((vector_size(16)));

static octets16
load(const uint8_t *p)
{
	octets16 v;

	memcpy(&v, p, sizeof v);
	return v;
}

/* Is every CR followed by an LF, and every LF after a CR? */
static void
check_lines(struct floor *f, struct piece *b)
{
	octets16 bad = { 0 };
	uint8_t any = 0;
	size_t i = 0;

	if (b->n == 0)
		return;
	f->bare |= f->cr != (b->p[0] == '\n');
	for (; i + 17 <= b->n; i += 16)
		bad |= (octets16)((octets16)(load(b->p + i) == '\r') ^
		    (octets16)(load(b->p + i + 1) == '\n'));
	for (; i + 1 < b->n; i++)
		any |= (b->p[i] == '\r') != (b->p[i + 1] == '\n');
	for (i = 0; i < 16; i++)
		any |= bad[i];
	f->bare |= any != 0;
	f->cr = b->p[b->n - 1] == '\r';
}

static void
hash(struct floor *f, struct piece *b)
{
	need(EVP_DigestUpdate(f->md, b->p, b->n) == 1, "EVP_DigestUpdate");
}

static void
swap(struct piece *b, size_t n)
{
	uint8_t *p = b->p;

	b->p = b->other;
	b->other = p;
	b->n = n;
}

static void
apply_cipher(struct floor *f, struct piece *b)
{
	int n = 0;

	need(EVP_CipherUpdate(f->cipher, b->other, &n, b->p, (int)b->n) == 1,
	    "EVP_CipherUpdate");
	swap(b, (size_t)n);
}

static void
code(struct ps_step *step, struct piece *b)
{
	struct ps_step_io io = { .in = b->p, .in_end = b->p + b->n, .out = b->other,
	    .out_end = b->other + 2 * PIECE };

	need(step->ops->run(step, &io, NULL) == PS_OK && io.in == io.in_end, "base64");
	swap(b, (size_t)(io.out - b->other));
}

static void
encode(struct floor *f, struct piece *b)
{
	code(&f->enc.step, b);
}

static void
decode(struct floor *f, struct piece *b)
{
	code(&f->dec.step, b);
}

static void
put(struct floor *f, struct piece *b)
{
	size_t at = 0;
	ssize_t n;

	for (; at < b->n; at += (size_t)n)
		if ((n = write(f->out, b->p + at, b->n - at)) <= 0)
			die("write");
}

/* --- operations --- */

static const struct operation {
	const char	*name;
	stage_fn	 stage[STAGES];
	stage_fn	 before[STAGES];	/* a whole pass before it */
	size_t		 split;
} operations[] = {
	{ "sign-clear", { check_lines, hash, put }, { NULL }, 2 },
	{ "sign-opaque", { check_lines, hash, encode, put }, { NULL }, 2 },
	{ "verify-clear", { check_lines, hash }, { NULL }, 1 },
	{ "verify-opaque", { decode, hash }, { NULL }, 1 },
	{ "encrypt-", { apply_cipher, encode, put }, { NULL }, 1 },
	{ "seal-", { check_lines, hash, apply_cipher, encode, put }, { NULL }, 2 },
	{ "decrypt-cbc", { decode, apply_cipher, put }, { NULL }, 1 },
	{ "decrypt-gcm", { decode, apply_cipher, put }, { decode, apply_cipher }, 1 },
	{ "open-cbc", { decode, apply_cipher, hash, put }, { NULL }, 2 },
	{ "open-gcm", { decode, apply_cipher, hash, put }, { decode, apply_cipher }, 2 },
};

static const struct operation *
find(const char *name)
{
	for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++)
		if (strncmp(name, operations[i].name, strlen(operations[i].name)) == 0)
			return &operations[i];
	(void)fprintf(stderr, "floor: no operation is called %s\n", name);
	exit(2);
}

static void
fill(struct floor *f, struct piece *b)
{
	ssize_t n = 1;

	for (b->n = 0; b->n < PIECE && n > 0; b->n += (size_t)n)
		if ((n = read(f->in, b->p + b->n, PIECE - b->n)) < 0)
			die("read");
}

static void
run(struct floor *f, struct piece *b, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		f->stage[i](f, b);
}

static void
pass_alone(struct floor *f)
{
	struct piece *b = &f->ring[0];

	for (fill(f, b); b->n != 0; fill(f, b))
		run(f, b, 0, f->nstage);
}

/* Waits until the piece is full, or not. */
static void
wait_for(struct floor *f, const struct piece *b, bool full)
{
	(void)pthread_mutex_lock(&f->lock);
	while (b->full != full)
		(void)pthread_cond_wait(&f->moved, &f->lock);
	(void)pthread_mutex_unlock(&f->lock);
}

static void
hand_over(struct floor *f, struct piece *b, bool full)
{
	(void)pthread_mutex_lock(&f->lock);
	b->full = full;
	(void)pthread_cond_signal(&f->moved);
	(void)pthread_mutex_unlock(&f->lock);
}

static void *
second(void *arg)
{
	struct floor *f = arg;

	for (unsigned i = 0;; i = (i + 1) % RING) {
		struct piece *b = &f->ring[i];
		bool last;

		wait_for(f, b, true);
		last = b->n == 0;
		run(f, b, f->split, f->nstage);
		hand_over(f, b, false);
		if (last)
			return NULL;
	}
}

static void
pass_shared(struct floor *f)
{
	pthread_t other;
	bool last = false;

	need(pthread_create(&other, NULL, second, f) == 0, "pthread_create");
	for (unsigned i = 0; !last; i = (i + 1) % RING) {
		struct piece *b = &f->ring[i];

		wait_for(f, b, false);
		fill(f, b);
		last = b->n == 0;
		run(f, b, 0, f->split);
		hand_over(f, b, true);
	}
	(void)pthread_join(other, NULL);
}

/* Every pass begins anew; what the key is does not matter. */
static void
start(struct floor *f, const char *name)
{
	static const uint8_t key[32] = { 1 }, iv[16] = { 2 };
	const EVP_CIPHER *cipher = strstr(name, "-gcm") != NULL ? EVP_aes_256_gcm() :
	    EVP_aes_256_cbc();
	bool in = strncmp(name, "encrypt", 7) == 0 || strncmp(name, "seal", 4) == 0;

	need(EVP_DigestInit_ex(f->md, EVP_sha256(), NULL) == 1 &&
	    EVP_CipherInit_ex(f->cipher, cipher, NULL, key, iv, in) == 1 &&
	    EVP_CIPHER_CTX_set_padding(f->cipher, 0) == 1, "EVP_CipherInit");
	ps_b64enc_init(&f->enc, false);
	ps_b64dec_init(&f->dec);
	f->cr = f->bare = false;
}

static void
pass(struct floor *f, const char *name, const stage_fn *stage, bool shared)
{
	uint8_t head[4096] = { 0 };
	const uint8_t *body;

	f->stage = stage;
	for (f->nstage = 0; f->nstage < STAGES && stage[f->nstage] != NULL;)
		f->nstage++;
	start(f, name);
	need(pread(f->in, head, sizeof head, 0) >= 0, "read");
	body = stage[0] == decode ? memmem(head, sizeof head, "\r\n\r\n", 4) : NULL;
	need(lseek(f->in, body == NULL ? 0 : body + 4 - head, SEEK_SET) >= 0, "lseek");
	if (shared)
		pass_shared(f);
	else
		pass_alone(f);
}

static void
prepare(struct floor *f, const char *in, const char *out)
{
	f->in = open(in, O_RDONLY | O_CLOEXEC);
	f->out = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (f->in < 0 || f->out < 0)
		die(f->in < 0 ? in : out);
	f->md = EVP_MD_CTX_new();
	f->cipher = EVP_CIPHER_CTX_new();
	need(f->md != NULL && f->cipher != NULL, "memory");
	for (unsigned i = 0; i < RING; i++) {
		f->ring[i].p = malloc(2 * PIECE);
		f->ring[i].other = malloc(2 * PIECE);
		need(f->ring[i].p != NULL && f->ring[i].other != NULL, "memory");
	}
}

int
main(int argc, char **argv)
{
	bool shared = argc > 1 && strcmp(argv[1], "-t") == 0;
	const struct operation *op;
	struct floor f = { .lock = PTHREAD_MUTEX_INITIALIZER,
	    .moved = PTHREAD_COND_INITIALIZER };

	argv += shared;
	if (argc - shared != 4) {
		(void)fprintf(stderr, "usage: floor [-t] OPERATION IN OUT\n");
		return 2;
	}
	op = find(argv[1]);
	prepare(&f, argv[2], argv[3]);
	f.split = op->split;
	if (op->before[0] != NULL)
		pass(&f, argv[1], op->before, shared);
	pass(&f, argv[1], op->stage, shared);
	for (unsigned i = 0; i < RING; i++) {
		free(f.ring[i].p);
		free(f.ring[i].other);
	}
	EVP_CIPHER_CTX_free(f.cipher);
	EVP_MD_CTX_free(f.md);
	return f.bare ? 3 : 0;
}
