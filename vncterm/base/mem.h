/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The allocation policy. Sizes that the code fixes use these functions, which
 * log an error and end the process with status 1 when memory is gone; sizes
 * that come from outside have a named maximum and use malloc() with an error
 * path.
 */
#ifndef VNCTERM_BASE_MEM_H
#define VNCTERM_BASE_MEM_H

#include <stddef.h>

/* Zeroed memory for `count` objects of `size` bytes. Never NULL. */
__attribute__((malloc, alloc_size(1, 2), returns_nonnull)) void *
xcalloc(size_t count, size_t size);

/* A copy of `text`. Never NULL. */
__attribute__((malloc, returns_nonnull)) char *xstrdup(const char *text);

#endif
