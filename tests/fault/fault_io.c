/* SPDX-License-Identifier: ISC */
/*
 * Sources and targets that fail: at the n-th call for each n, by a full
 * disk, and by octets that are others when they are read again. The output is
 * whole or it is not there.
 */
#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../unit/unit.h"
#include "../support/mail.h"

struct bench {
	ps_ctx		*ctx;
	ps_opener	*op;
	ps_protector	*pr;
};

static int
set_up(void **state)
{
	static struct bench b;
	ps_err err = PS_ERR_INIT;

	b.ctx = mail_ctx();
	must(mail_opener(b.ctx, "bob carol", &b.op, &err), &err, "opener");
	must(mail_protector(b.ctx, "carol", "bob", &b.pr, &err), &err, "protector");
	*state = &b;
	return 0;
}

static int
tear_down(void **state)
{
	struct bench *b = *state;

	ps_opener_free(b->op);
	ps_protector_free(b->pr);
	ps_ctx_free(b->ctx);
	return 0;
}

static const char *const mails[] = {
	VECTORS "mail/clear-p256.eml", VECTORS "mail/opaque-stream.eml",
	VECTORS "mail/encrypted-cbc.eml", VECTORS "mail/sealed-gcm.eml",
	VECTORS "mail/ours-sealed-p256.eml",
};
enum { NMAILS = sizeof mails / sizeof mails[0] };

/* --- a source that breaks --- */

/* True when it came to that. */
static bool
break_source(struct bench *b, ps_slice in, unsigned at, bool can_abandon, bool protect)
{
	struct source src;
	struct sink sink;
	ps_verdict *v = NULL;
	ps_err err = PS_ERR_INIT;
	ps_reader *r = source_open(&src, in, 200);
	ps_writer *w = sink_open(&sink, can_abandon);
	bool broke;
	ps_code code;

	src.fail_at = at;
	code = protect ? ps_protect(b->pr, PS_SEAL, r, w, &err)
	    : ps_open(b->op, r, w, &v, &err);
	broke = src.calls >= at;
	if (broke) {
		assert_int_equal(code, PS_E_READ);
		assert_true(err.n > 0);
		assert_false(sink.finished);
		assert_int_equal(sink.abandoned, can_abandon);
		assert_true(can_abandon || !sink.written);
		if (!protect)
			assert_int_equal(ps_verdict_summary(v), PS_SUMMARY_BROKEN);
	} else
		assert_int_equal(code, PS_OK);
	ps_verdict_free(v);
	ps_writer_close(w);
	ps_reader_close(r);
	return broke;
}

static void
test_source_breaks(void **state)
{
	struct ps_buf in;

	for (size_t i = 0; i < NMAILS; i++) {
		in = mail_load(mails[i]);
		for (int held = 0; held < 2; held++)
			for (unsigned n = 1; break_source(*state, ps_buf_get(&in), n, !held,
			    false); n++)
				continue;
		ps_buf_clear(&in);
	}
	for (unsigned n = 1; break_source(*state, mail_text(mail_draft), n, true, true); n++)
		continue;
}

/* --- a target that breaks --- */

static bool
break_target(struct bench *b, ps_slice in, unsigned at, bool can_abandon, bool protect)
{
	struct source src;
	struct sink sink;
	ps_verdict *v = NULL;
	ps_err err = PS_ERR_INIT;
	ps_reader *r = source_open(&src, in, 0);
	ps_writer *w = sink_open(&sink, can_abandon);
	bool broke;
	ps_code code;

	sink.fail_at = at;
	code = protect ? ps_protect(b->pr, PS_SEAL, r, w, &err)
	    : ps_open(b->op, r, w, &v, &err);
	broke = sink.calls >= at;
	assert_int_equal(code, broke ? PS_E_FULL : PS_OK);
	assert_int_equal(sink.finished, !broke);
	assert_true(!broke || sink.abandoned || !can_abandon);
	if (broke && !protect) {
		assert_non_null(v);
		assert_int_equal(ps_verdict_summary(v), PS_SUMMARY_BROKEN);
		assert_int_equal(ps_verdict_exit(v), ps_code_info(PS_E_FULL)->exit_status);
	}
	ps_verdict_free(v);
	ps_writer_close(w);
	ps_reader_close(r);
	return broke;
}

static void
test_target_breaks(void **state)
{
	struct ps_buf in;

	for (size_t i = 0; i < NMAILS; i++) {
		in = mail_load(mails[i]);
		for (int held = 0; held < 2; held++)
			for (unsigned n = 1; break_target(*state, ps_buf_get(&in), n, !held,
			    false); n++)
				continue;
		ps_buf_clear(&in);
	}
	for (int held = 0; held < 2; held++)
		for (unsigned n = 1; break_target(*state, mail_text(mail_draft), n, !held,
		    true); n++)
			continue;
}

/* --- a full disk --- */

static char folder[256];

static unsigned
files_in_folder(void)
{
	DIR *d = opendir(folder);
	struct dirent *e;
	unsigned n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	closedir(d);
	return n;
}

/* Files may have `most` octets: like a disk that is full, but for us alone. */
static void
limit_files(rlim_t most)
{
	struct rlimit r;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &r), 0);
	r.rlim_cur = most;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

static void
try_full(struct bench *b, const char *from, rlim_t most, bool protect)
{
	char to[288];
	ps_verdict *v = NULL;
	ps_err err = PS_ERR_INIT;
	struct ps_buf got;
	ps_code code;
	FILE *f;

	snprintf(to, sizeof to, "%s/out", folder);
	f = fopen(to, "w");
	assert_non_null(f);
	assert_true(fputs("before", f) >= 0 && fclose(f) == 0);
	limit_files(most);
	code = protect ? ps_protector_seal_file(b->pr, from, to, &err)
	    : ps_opener_open_file(b->op, from, to, &v, &err);
	limit_files(RLIM_INFINITY);
	assert_true(code == PS_E_WRITE || code == PS_E_FULL);
	assert_true(err.n > 0);
	got = mail_load(to);
	assert_int_equal(got.n, 6);
	assert_memory_equal(got.p, "before", 6);
	assert_int_equal(files_in_folder(), 1);
	ps_buf_clear(&got);
	ps_verdict_free(v);
	assert_int_equal(unlink(to), 0);
}

static void
test_full(void **state)
{
	static const rlim_t sizes[] = { 0, 1, 100, 200 };

	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof folder, "%s/postseal-fault-XXXXXX", tmp != NULL ? tmp : "/tmp");
	assert_non_null(mkdtemp(folder));
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		for (size_t k = 0; k < NMAILS; k++)
			try_full(*state, mails[k], sizes[i], false);
		try_full(*state, VECTORS "mail/clear-p256.eml", sizes[i], true);
	}
	assert_int_equal(rmdir(folder), 0);
}

/* --- the input changes between two readings --- */

static ps_code
open_changing(struct bench *b, ps_slice in, ps_slice later, bool can_abandon, unsigned *out_passes)
{
	struct source src;
	struct sink sink;
	ps_verdict *v = NULL;
	ps_err err = PS_ERR_INIT;
	ps_reader *r = source_open(&src, in, 0);
	ps_writer *w = sink_open(&sink, can_abandon);
	ps_code code;

	src.later = later;
	code = ps_open(b->op, r, w, &v, &err);
	*out_passes = src.passes;
	assert_non_null(v);
	if (code != PS_OK) {
		assert_false(sink.finished);
		assert_true(can_abandon ? sink.abandoned : !sink.written);
		assert_int_equal(ps_verdict_summary(v), PS_SUMMARY_BROKEN);
		assert_true(err.n > 0);
	}
	ps_verdict_free(v);
	ps_writer_close(w);
	ps_reader_close(r);
	return code;
}

/* The first reading checks the tag of one message, the second would decrypt
 * another: the ciphertext has changed in one octet, or is cut. */
static void
test_changed_between(void **state)
{
	struct ps_buf in = mail_load(VECTORS "mail/encrypted-gcm.eml"), other = { 0 };
	unsigned passes;
	ps_code code;

	for (size_t at = in.n - 180; at < in.n; at += 3) {
		assert_int_equal(ps_buf_add(&other, ps_buf_get(&in), NULL), PS_OK);
		if (other.p[at] == 'A' || other.p[at] == '\r' || other.p[at] == '\n' ||
		    other.p[at] == '=') {
			ps_buf_clear(&other);
			continue;
		}
		other.p[at] = 'A';
		code = open_changing(*state, ps_buf_get(&in), ps_buf_get(&other), true,
		    &passes);
		assert_int_equal(passes, 2);
		assert_int_equal(code, PS_E_CHANGED);
		other.n = at;
		code = open_changing(*state, ps_buf_get(&in), ps_buf_get(&other), true,
		    &passes);
		assert_int_not_equal(code, PS_OK);
		ps_buf_clear(&other);
	}
	ps_buf_clear(&in);
}

/* A target that cannot be taken back reads the input once, into a copy. */
static void
test_changed_held(void **state)
{
	struct ps_buf in = mail_load(VECTORS "mail/encrypted-gcm.eml");
	unsigned passes;

	assert_int_equal(open_changing(*state, ps_buf_get(&in), mail_text("gone"), false,
	    &passes), PS_OK);
	assert_int_equal(passes, 1);
	ps_buf_clear(&in);
}

/* --- how often it is read --- */

static void
encrypt_again(struct bench *b, struct ps_buf *mail)
{
	struct source src;
	struct sink sink;
	ps_err err = PS_ERR_INIT;
	ps_reader *r = source_open(&src, ps_buf_get(mail), 0);
	ps_writer *w = sink_open(&sink, true);

	must(ps_protect(b->pr, PS_ENCRYPT, r, w, &err), &err, "encrypt");
	ps_reader_close(r);
	ps_buf_clear(mail);
	*mail = sink.got;
}

/* DESIGN 4: a layer once checked is not checked again, so the passes are at
 * most the layers + 1. */
static void
test_passes(void **state)
{
	struct bench *b = *state;
	struct ps_buf mail = { 0 };
	ps_err err = PS_ERR_INIT;
	unsigned passes;
	ps_code code;

	must(ps_protector_set_cipher(b->pr, "aes-256-gcm", &err), &err, "cipher");
	assert_int_equal(ps_buf_add(&mail, mail_text(mail_draft), NULL), PS_OK);
	for (unsigned layers = 1; layers <= 8; layers++) {
		encrypt_again(b, &mail);
		code = open_changing(b, ps_buf_get(&mail), (ps_slice){ NULL, 0 }, true, &passes);
		assert_int_equal(code, PS_OK);
		assert_in_range(passes, 2, layers + 1);
	}
	encrypt_again(b, &mail);	/* the ninth is above the limit */
	code = open_changing(b, ps_buf_get(&mail), (ps_slice){ NULL, 0 }, true, &passes);
	assert_int_equal(code, PS_E_LIMIT);
	ps_buf_clear(&mail);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_source_breaks),
		cmocka_unit_test(test_target_breaks),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_changed_between),
		cmocka_unit_test(test_changed_held),
		cmocka_unit_test(test_passes),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
