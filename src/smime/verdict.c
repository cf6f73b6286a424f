/* SPDX-License-Identifier: ISC */
/*
 * The verdict's storage: the tree, the lists, their ends.
 */
#include "smime/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/words.h"

enum { WARNINGS_MAX = 32 };

const char *
ps_layer_kind_name(enum ps_layer_kind k)
{
	static const char *const names[] = {
#define X(id, name)	[PS_LAYER_##id] = name,
		PS_LAYERS(X)
#undef X
	};

	return names[k];
}

const char *
ps_seen_name(enum ps_seen s)
{
	static const char *const name[] = {
		[PS_SEEN_UNKNOWN] = NULL,
		[PS_SEEN_FIRST] = "first",
		[PS_SEEN_BEFORE] = "before",
		[PS_SEEN_CHANGED] = "changed",
	};

	return name[s];
}

const char *
ps_state_name(enum ps_state s)
{
	static const char *const names[] = {
		[PS_STATE_VALID] = "valid", [PS_STATE_MISMATCH] = "mismatch",
		[PS_STATE_UNTRUSTED] = "untrusted", [PS_STATE_INVALID] = "invalid",
		[PS_STATE_UNKNOWN] = "unknown",
	};

	return names[s];
}

ps_code
ps_verdict_new(ps_verdict **out, ps_err *err)
{
	ps_verdict *v = calloc(1, sizeof *v);

	if (v == NULL)
		return ps_nomem(err, "smime.verdict");
	*out = v;
	return PS_OK;
}

static char *
child_path(const struct ps_layer *parent, unsigned index)
{
	char *path;

	if (parent == NULL)
		return strdup("0");
	return asprintf(&path, "%s.%u", parent->path, index) < 0 ? NULL : path;
}

static void
link_child(struct ps_layer *parent, struct ps_layer *l)
{
	if (parent->last == NULL)
		parent->child = l;
	else
		parent->last->next = l;
	parent->last = l;
}

ps_code
ps_layer_add(ps_verdict *v, struct ps_layer *parent, enum ps_layer_kind kind, bool in_envelope,
    struct ps_layer **out, ps_err *err)
{
	struct ps_layer *l = calloc(1, sizeof *l);

	if (l == NULL)
		return ps_nomem(err, "smime.verdict");
	l->parent = parent;
	l->index = parent == NULL || parent->last == NULL ? 0 : parent->last->index + 1;
	l->kind = kind;
	l->in_envelope = in_envelope;
	l->octets = UINT64_MAX;
	l->encryption = -1;
	l->authentication = -1;
	l->path = child_path(parent, l->index);
	if (l->path == NULL) {
		free(l);
		return ps_nomem(err, "smime.verdict");
	}
	if (parent == NULL)
		v->root = l;
	else
		link_child(parent, l);
	*out = l;
	return PS_OK;
}

const struct ps_senders *
ps_layer_senders(const struct ps_layer *l)
{
	for (; l != NULL; l = l->parent)
		if (l->senders != NULL)
			return l->senders;
	return NULL;
}

ps_code
ps_signature_add(ps_verdict *v, struct ps_signature **out, ps_err *err)
{
	struct ps_signature *grown = realloc(v->signature,
	    (v->nsignature + 1) * sizeof *grown);

	if (grown == NULL)
		return ps_nomem(err, "smime.verdict");
	v->signature = grown;
	*out = &grown[v->nsignature++];
	memset(*out, 0, sizeof **out);
	return PS_OK;
}

ps_code
ps_counter_add(struct ps_signature *s, struct ps_signature **out, ps_err *err)
{
	struct ps_signature *grown = realloc(s->counter, (s->ncounter + 1) * sizeof *grown);

	if (grown == NULL)
		return ps_nomem(err, "smime.verdict");
	s->counter = grown;
	*out = &grown[s->ncounter++];
	memset(*out, 0, sizeof **out);
	return PS_OK;
}

/* Counter-signatures have none of their own here. */
void
ps_signature_clear(struct ps_signature *s)
{
	for (size_t i = 0; i < s->ncounter; i++) {
		ps_cert_free(s->counter[i].cert);
		ps_buf_clear(&s->counter[i].attrs);
		ps_buf_clear(&s->counter[i].value);
	}
	free(s->counter);
	ps_cert_free(s->cert);
	ps_buf_clear(&s->attrs);
	ps_buf_clear(&s->value);
}

static ps_code
add_encryption(struct ps_encryption **list, size_t *n, struct ps_encryption **out, ps_err *err)
{
	struct ps_encryption *grown = realloc(*list, (*n + 1) * sizeof *grown);

	if (grown == NULL)
		return ps_nomem(err, "smime.verdict");
	*list = grown;
	*out = &grown[(*n)++];
	memset(*out, 0, sizeof **out);
	return PS_OK;
}

ps_code
ps_encryption_add(ps_verdict *v, struct ps_encryption **out, ps_err *err)
{
	return add_encryption(&v->encryption, &v->nencryption, out, err);
}

ps_code
ps_authentication_add(ps_verdict *v, struct ps_encryption **out, ps_err *err)
{
	return add_encryption(&v->authentication, &v->nauthentication, out, err);
}

void
ps_reason_add_values(struct ps_signature *s, const char *code, const char *words, ...)
{
	struct ps_reason *r;
	va_list ap;

	for (size_t i = 0; i < s->nreason; i++)
		if (strcmp(s->reason[i].code, code) == 0)
			return;
	if (s->nreason == PS_REASONS_MAX)
		return;
	r = &s->reason[s->nreason++];
	r->code = code;
	va_start(ap, words);
	ps_words_vexpand(r->text, sizeof r->text, words, ap);
	va_end(ap);
}

void
ps_verdict_warn_values(ps_verdict *v, const char *code, const char *words, ...)
{
	struct ps_warning *grown;
	va_list ap;

	for (size_t i = 0; i < v->nwarning; i++)
		if (strcmp(v->warning[i].code, code) == 0)
			return;
	if (v->nwarning == WARNINGS_MAX)
		return;
	grown = realloc(v->warning, (v->nwarning + 1) * sizeof *grown);
	if (grown == NULL)
		return;
	v->warning = grown;
	grown += v->nwarning++;
	grown->code = code;
	va_start(ap, words);
	ps_words_vexpand(grown->text, sizeof grown->text, words, ap);
	va_end(ap);
}

static void
free_layer(struct ps_layer *l)
{
	for (size_t i = 0; i < l->ncert; i++)
		ps_cert_free(l->cert[i]);
	free(l->cert);
	free(l->path);
	free(l->media);
	free(l->filename);
	free(l->content_type);
	free(l->digests);
	if (l->senders != NULL) {
		mime_mailboxes_clear(&l->senders->from);
		mime_mailboxes_clear(&l->senders->sender);
		free(l->senders);
	}
	free(l);
}

/* Without recursion: a stranger decides how deep the tree is. */
static void
free_tree(struct ps_layer *l)
{
	struct ps_layer *next;

	while (l != NULL) {
		if (l->child != NULL) {
			next = l->child;
			l->child = NULL;
		} else {
			next = l->next != NULL ? l->next : l->parent;
			free_layer(l);
		}
		l = next;
	}
}

void
ps_verdict_free(ps_verdict *v)
{
	if (v == NULL)
		return;
	free_tree(v->root);
	for (size_t i = 0; i < v->nsignature; i++)
		ps_signature_clear(&v->signature[i]);
	for (size_t i = 0; i < v->nencryption; i++) {
		cms_recipients_clear(&v->encryption[i].recipients);
		ps_cert_free(v->encryption[i].reader);
	}
	for (size_t i = 0; i < v->nauthentication; i++)
		cms_recipients_clear(&v->authentication[i].recipients);
	free(v->signature);
	free(v->encryption);
	free(v->authentication);
	free(v->warning);
	mime_mailboxes_clear(&v->from);
	mime_mailboxes_clear(&v->sender);
	mime_mailboxes_clear(&v->reply_to);
	mime_mailboxes_clear(&v->to);
	ps_headers_clear(&v->headers);
	mime_mailboxes_clear(&v->receipt.from);
	ps_buf_clear(&v->receipt.der);
	free(v->given_from);
	free(v);
}
