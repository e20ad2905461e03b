/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which bytes mean which operation. What is in no table is swallowed, so these
 * tables are the whole of what a guest can say. For the guard, and for reports
 * that name sets as these do.
 */
#ifndef VNCTERM_TERM_GUARD_TABLE_H
#define VNCTERM_TERM_GUARD_TABLE_H

#include <stdint.h>

#include "term/guard.h"

/* CSI `leader` ... `middle` `final`, 0 for none; GUARD_NONE if unknown. */
enum guard_kind guard_csi_kind(uint8_t leader, uint8_t middle, uint8_t final);

/* ESC `final`, without arguments; GUARD_NONE if unknown. */
enum guard_kind guard_escape_kind(uint8_t final);

/* ESC # `final`; GUARD_NONE if unknown. */
enum guard_kind guard_line_kind(uint8_t final);

/*
 * The set of 94 characters that ESC ( `second` `final` designates, `second`
 * being 0 for none, or GUARD_CHARSETS.
 */
enum guard_charset guard_charset_94(uint8_t second, uint8_t final);

/* The same of 96, as ESC - and its like designate. */
enum guard_charset guard_charset_96(uint8_t second, uint8_t final);

#endif
