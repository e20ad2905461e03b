/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/width.h"

#include <assert.h>

#include "base/utf8.h"
#include "term/width_table.h"

static_assert(sizeof(width_pages) == (UNICODE_MAX >> 8) + 1,
              "each code point has a page");

int
width_of(uint32_t code)
{
    enum {
        COMBINING_BEGIN = 0x300
    }; /* the first that takes another width */

    if (code < COMBINING_BEGIN || code > UNICODE_MAX) {
        return 1;
    }
    const uint8_t *block = width_blocks[width_pages[code >> 8]];
    return block[(code & 0xff) / 4] >> (code % 4 * 2) & 3;
}
