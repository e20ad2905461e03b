/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clipboards: text of ours is UTF-8, on the wire it is Latin-1 (RFC 6143
 * section 7.6.4).
 */
#ifndef VNCTERM_VNC_CUT_TEXT_H
#define VNCTERM_VNC_CUT_TEXT_H

#include <stddef.h>

#include "base/bytes.h"

/*
 * Appends a ServerCutText message; what Latin-1 lacks becomes '?'. Returns 0
 * or -errno.
 */
int cut_text_push(struct bytes *out, const char *utf8, size_t len);

#endif
