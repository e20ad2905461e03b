/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Glyphs that have been made, so that a font is asked once for each. Memory
 * grows with what is used up to a bound; when that is reached the cache starts
 * again empty, which costs each glyph in use one more drawing.
 */
#ifndef VNCTERM_RENDER_GLYPH_CACHE_H
#define VNCTERM_RENDER_GLYPH_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/geom.h"
#include "render/mask.h"

/* A glyph is named by its code point and these. */
enum glyph_flag {
    GLYPH_BOLD = 1 << 21,
    GLYPH_ITALIC = 1 << 22,
    GLYPH_WIDE = 1 << 23, /* as large as two cells */
    GLYPH_MARK = 1 << 24, /* a combining mark, to be drawn over its base */
    GLYPH_CODE = 0x1fffff,
};

enum {
    /* More than a screen of Chinese has; and the largest cells hold enough for
     * a page of text in two styles. */
    GLYPH_CACHE_ENTRIES_MAX = 3072,
    GLYPH_CACHE_BYTES_MAX = 1 << 20,
};

struct glyph_cache {
    struct pixel_size cell;
    struct glyph_entry *table; /* open addressing; NULL while empty */
    unsigned table_bits;
    size_t entries;
    uint8_t *arena; /* the bits, one glyph after the other; NULL while empty */
    size_t arena_used;
};

/* Allocates nothing. `cell` is at most CELL_SIDE_MAX in each direction. */
void glyph_cache_init(struct glyph_cache *cache, struct pixel_size cell);

/* Gives all memory back; the cache stays usable. */
void glyph_cache_clear(struct glyph_cache *cache);

void glyph_cache_fini(struct glyph_cache *cache);

/* Writes `out`, valid until the next change, and returns true if it is there.
 */
bool glyph_cache_find(const struct glyph_cache *cache, uint32_t glyph_id,
                      struct glyph *out);

/*
 * Keeps the shape of `glyph_id`, which is not there yet. Returns what is to be
 * drawn, valid until the cache or the mask changes; without memory that is the
 * mask itself.
 */
struct glyph glyph_cache_add(struct glyph_cache *cache, uint32_t glyph_id,
                             const struct mask *shape);

#endif
