/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/cut_text.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "vnc/wire.h"

enum {
    TYPE_SERVER_CUT_TEXT = 3,
    HEADER_SIZE = 8,
};

int
cut_text_push(struct bytes *out, const char *utf8, size_t len)
{
    /* Latin-1 never needs more bytes than UTF-8. */
    uint8_t *room = bytes_reserve(out, HEADER_SIZE + len);

    if (room == NULL) {
        return -ENOBUFS;
    }
    size_t latin1_len =
        len > 0 ? utf8_to_latin1(utf8, len, room + HEADER_SIZE) : 0;
    memset(room, 0, HEADER_SIZE);
    room[0] = TYPE_SERVER_CUT_TEXT;
    wire_put_u32(room + 4, (uint32_t)latin1_len);
    bytes_commit(out, HEADER_SIZE + latin1_len);
    return 0;
}
