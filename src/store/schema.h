/* SPDX-License-Identifier: ISC */
#ifndef PS_STORE_SCHEMA_H
#define PS_STORE_SCHEMA_H

/* The steps from an empty database to ours: step i leads from version i to
 * i + 1. A step that was released never changes. */

#include <stddef.h>

extern const char *const ps_schema_step[];
extern const size_t ps_schema_version;

#endif
