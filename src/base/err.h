/* SPDX-License-Identifier: ISC */
#ifndef PS_BASE_ERR_H
#define PS_BASE_ERR_H

/*
 * How the library fails: `return ps_fail(err, CODE, where, offset, words,
 * arguments...)` starts a chain, ps_because() adds the caller's view.
 *
 *	return ps_fail(err, PS_E_MALFORMED, "cms.content-info", off,
 *	    W_CMS_TYPE, PS_TEXT("type", oid));
 *
 * `words` is a static template from the layer's words.h, its {names} filled
 * from the arguments when somebody asks. Arguments are escaped copies, so
 * they may come from a stranger and may die at once.
 */

#include <postseal/base.h>

#define PS_NOWHERE	UINT64_MAX	/* an offset that means nothing */

/* One argument on its way into a chain. */
struct ps_value {
	const char	*name;
	uint32_t	 kind;
	ps_slice	 text;
	uint64_t	 value;
};
enum { PS_ARG_NONE, PS_ARG_TEXT, PS_ARG_NUMBER, PS_ARG_TIME };

#define PS_TEXT(n, s)	(&(const struct ps_value){ .name = (n), \
	.kind = PS_ARG_TEXT, .text = ps_str(s) })
#define PS_OCTETS(n, sl) (&(const struct ps_value){ .name = (n), \
	.kind = PS_ARG_TEXT, .text = (sl) })
#define PS_NUMBER(n, v)	(&(const struct ps_value){ .name = (n), \
	.kind = PS_ARG_NUMBER, .value = (uint64_t)(v) })
#define PS_TIME(n, t)	(&(const struct ps_value){ .name = (n), \
	.kind = PS_ARG_TIME, .value = (uint64_t)(int64_t)(t) })

/* ps_str makes a slice of a C string; NULL gives an empty one. */
ps_slice ps_str(const char *s);

/* Both return `code`, in sight of the compiler: a constant that is not PS_OK
 * tells it that outputs were not written. Variable arguments: up to four
 * struct ps_value *. */
#define ps_fail(err, code, ...) \
	(ps_fail_values((err), (code), __VA_ARGS__, (const struct ps_value *)NULL), \
	ps_code_itself(code))
#define ps_because(err, code, ...) \
	(ps_because_values((err), (code), __VA_ARGS__, (const struct ps_value *)NULL), \
	ps_code_itself(code))

static inline ps_code
ps_code_itself(ps_code code)
{
	return code;
}

void	ps_fail_values(ps_err *err, ps_code code, const char *where,
    uint64_t offset, const char *words, ...);
void	ps_because_values(ps_err *err, ps_code code, const char *where,
    uint64_t offset, const char *words, ...);

/* ps_nomem fails with PS_E_NOMEM and its one sentence. */
void	ps_nomem_chain(ps_err *err, const char *where);
static inline ps_code
ps_nomem(ps_err *err, const char *where)
{
	ps_nomem_chain(err, where);
	return PS_E_NOMEM;
}
/*
 * ps_fail_errno fails with the class that `no` belongs to: ENOSPC and EDQUOT
 * PS_E_FULL, ENOMEM PS_E_NOMEM, EAGAIN PS_E_TEMPORARY, else `otherwise`.
 * The words get {path} and {reason}.
 */
ps_code ps_fail_errno(ps_err *err, ps_code otherwise, int no, const char *where,
    const char *words, const char *path);

#endif
