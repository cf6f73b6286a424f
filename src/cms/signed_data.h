/* SPDX-License-Identifier: ISC */
#ifndef PS_CMS_SIGNED_DATA_H
#define PS_CMS_SIGNED_DATA_H

/* SignedData (RFC 5652, 5): read by pull, written by push. */

#include "cms/signer_info.h"

/* --- reading --- */
struct cms_signed {
	struct ber	*ber;		/* borrowed: the shell's */
	uint64_t	 version;
	struct cms_digests digests;	/* what digestAlgorithms names */
	struct ps_buf	 digest_algs;	/* the SET's inside, for a person */
	struct cms_oid	 content_oid;
	bool		 has_content;
	bool		 not_octets;	/* PKCS #7 1.5: a content of another type, skipped */
	ps_reader	*raw;		/* the content's octets */
	ps_reader	*content;	/* the same, watched by the digests */
	struct cms_bag	 bag;
	struct cms_signer *signer;
	size_t		 nsigner;
	bool		 canonical;	/* DER all along */
};
/*
 * cms_signed_open reads up to the content. When has_content, the caller reads
 * s->content to its end; then cms_signed_finish reads the rest.
 */
PS_MUST ps_code cms_signed_open(struct cms_signed *s, struct ber *ber, ps_err *err);
PS_MUST ps_code cms_signed_finish(struct cms_signed *s, ps_err *err);
void	cms_signed_clear(struct cms_signed *s);
/* cms_signed_usable: PS_E_UNSUPPORTED when the content is not an OCTET STRING. */
PS_MUST ps_code cms_signed_usable(const struct cms_signed *s, ps_err *err);
/* cms_signed_find looks for the certificate of signer `i` in the bag and in `more`. */
ps_cert	*cms_signed_find(const struct cms_signed *s, size_t i, ps_cert *const *more,
    size_t nmore);
/* cms_signed_find_id: that of anybody whom it names. */
ps_cert	*cms_signed_find_id(const struct cms_signed *s, const struct cms_id *id,
    ps_cert *const *more, size_t nmore);

/* --- writing --- */
struct cms_signed_params {
	const struct cms_signing *signer;
	size_t		 nsigner;
	ps_cert *const	*cert;		/* the bag, in order */
	size_t		 ncert;
	int64_t		 signing_time;
	ps_slice	 content_type;	/* OID's value octets; n == 0: id-data */
	ps_slice	 attrs;		/* more signed attributes, of every signer alike */
	cms_stamp_fn	 stamp;		/* NULL: no time-stamps */
	void		*stamp_arg;
	/* The object that is signed once more: its signers stay as they are, and its
	 * certificates and lists with them. NULL: a new one. */
	const struct cms_signed *before;
};
/* cms_sign_detached builds a whole ContentInfo without content, in DER. */
PS_MUST ps_code cms_sign_detached(const struct cms_signed_params *p,
    const struct cms_digests *digests, struct ps_buf *out, ps_err *err);
/* cms_certs_only builds the degenerate form that carries certificates. */
PS_MUST ps_code cms_certs_only(ps_cert *const *cert, size_t ncert, struct ps_buf *out,
    ps_err *err);
/* cms_signing_digests adds the digests that the signers want. */
PS_MUST ps_code cms_signing_digests(const struct cms_signed_params *p,
    struct cms_digests *digests, ps_err *err);

/* How long a content is and how the object around it is written. */
struct cms_size {
	enum { CMS_PLAN, CMS_STREAM, CMS_KNOWN } how;
	uint64_t	 plan_max;	/* CMS_PLAN: DER up to here, then streamed */
	uint64_t	 length;	/* CMS_KNOWN: of the content, exactly */
	/* CMS_KNOWN for a SignedData: made in a pass before this one. */
	const struct cms_digests *digests;
	const struct ps_buf *tail;	/* n != 0: cms_signed_tail of that pass */
};
/*
 * cms_signed_writer_open writes an opaque ContentInfo to `dst` (not finished).
 * With CMS_KNOWN a content that differs from the first pass is PS_E_CHANGED.
 * `p` outlives the writer. `out_length` (CMS_KNOWN only, may be NULL): octets
 * that will be written; who wants only that gives a NULL `dst`.
 */
PS_MUST ps_code cms_signed_writer_open(ps_writer **out, ps_writer *dst,
    const struct cms_signed_params *p, const struct cms_size *size, uint64_t *out_length,
    ps_err *err);

#endif
