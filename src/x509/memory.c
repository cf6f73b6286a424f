/* SPDX-License-Identifier: ISC */
/*
 * What is remembered: its values.
 */
#include "x509/memory.h"

void
ps_memory_person_clear(struct ps_memory_person *p)
{
	for (size_t i = 0; i < p->nseen; i++)
		ps_cert_free(p->seen[i].cert);
	ps_cert_free(p->prefer);
	ps_cert_free(p->pinned);
	ps_buf_clear(&p->caps);
	*p = (struct ps_memory_person){ .nseen = 0 };
}
