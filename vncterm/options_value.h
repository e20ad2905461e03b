/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the values of options are written. Each function reads all of the text,
 * or says that it is something else; outputs are written only on success.
 */
#ifndef VNCTERM_OPTIONS_VALUE_H
#define VNCTERM_OPTIONS_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netinet/in.h>

#include "base/geom.h"

/* Decimal digits, with a minus sign if `low` is negative, from `low` to `high`,
 * which are within 32 bits. */
bool options_value_number(const char *text, long low, long high, long *out);

/* COLSxROWS, from 1x1 to OPTIONS_COLS_MAX x OPTIONS_ROWS_MAX. */
bool options_value_size(const char *text, struct cell_size *out);

/* A number of bytes up to `max`, or of KiB or MiB with k or M behind it. */
bool options_value_bytes(const char *text, long max, size_t *out);

/* An IPv4 address, the first `len` bytes of `text`, also in the short forms of
 * inet_aton(3), as 127.1. */
bool options_value_address(const char *text, size_t len, struct in_addr *out);

/* #RRGGBB in hexadecimal digits, to 0xRRGGBB. */
bool options_value_colour(const char *text, int32_t *out);

/* Returns the index of `text` in `names`, which end with NULL, or -1. */
int options_value_name(const char *text, const char *const names[]);

/* Returns what is wrong with the path of a console in the store, or NULL. */
const char *options_value_store_path_fault(const char *path);

#endif
