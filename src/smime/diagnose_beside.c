/* SPDX-License-Identifier: ISC */
/*
 * A signed mail that is no longer the whole: mailing lists put it into a
 * multipart with a part of their own beside it. What was signed is unchanged,
 * but it is a part now, and worth nothing for the whole (RFC 9787); whoever
 * wonders why is told.
 */
#include "base/words.h"
#include "smime/verdict.h"
#include "smime/words.h"

/* One part beside the signed one, a text or the like; NULL: the multipart is not of
 * that shape. */
static const struct ps_layer *
beside(const struct ps_layer *root, const struct ps_layer *is_signed)
{
	const struct ps_layer *other = NULL;

	for (const struct ps_layer *l = root->child; l != NULL; l = l->next) {
		if (l == is_signed)
			continue;
		if (l->kind != PS_LAYER_PART)
			return NULL;
		other = other == NULL ? l : other;
	}
	return other;
}

static bool
is_unchanged(const struct ps_signature *s)
{
	return s->state != PS_STATE_INVALID && s->state != PS_STATE_UNKNOWN;
}

void
ps_verdict_note_beside(ps_verdict *v)
{
	const struct ps_layer *root = v->root, *l, *other;

	if (root == NULL || root->kind != PS_LAYER_MULTIPART || root->media == NULL)
		return;
	for (size_t i = 0; i < v->nsignature; i++) {
		struct ps_diagnosis *d = &v->signature[i].diagnosis;

		l = ps_verdict_signs(&v->signature[i]);
		if (l->parent != root || !is_unchanged(&v->signature[i]) ||
		    (other = beside(root, l)) == NULL)
			continue;
		d->code = "footer-part";
		ps_words(d->text, sizeof d->text, W_D_FOOTER_BESIDE,
		    PS_TEXT("name", root->media), PS_TEXT("path", other->path));
	}
}
