/* SPDX-License-Identifier: ISC */
#ifndef PS_STREAM_WIDE_TARGET_H
#define PS_STREAM_WIDE_TARGET_H

/*
 * What stands between PS_TARGET("name") and PS_TARGET_END is compiled for a
 * processor that has that, and run only where ps_cpu() found it. No option of
 * the compiler, so that whoever compiles a file compiles it alike. Headers
 * that others share are included before.
 */

#define PS_PRAGMA(text)	_Pragma(#text)
#if defined(__clang__)
#define PS_TARGET(name)	\
	PS_PRAGMA(clang attribute push(__attribute__((target(name))), apply_to = function))
#define PS_TARGET_END	PS_PRAGMA(clang attribute pop)
#else
#define PS_TARGET(name)	PS_PRAGMA(GCC push_options) PS_PRAGMA(GCC target(name))
#define PS_TARGET_END	PS_PRAGMA(GCC pop_options)
#endif

#endif
