/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/glyph_cache.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <sys/mman.h>

#include "base/mem.h"

enum {
    TABLE_BITS_MIN = 8, /* 2 KiB, and room for all of ASCII */
    TABLE_BITS_MAX = 12,
    KEY_USED = 1 << 30, /* tells the glyph 0 from a free entry */
    NO_INK = 0x7fffffff,
};

static_assert(GLYPH_CACHE_ENTRIES_MAX == (1 << TABLE_BITS_MAX) / 4 * 3,
              "three quarters full at most");

struct glyph_entry {
    uint32_t key;   /* KEY_USED | glyph id, or 0 when free */
    uint32_t place; /* offset in the arena * 2 + format, or NO_INK */
};

void
glyph_cache_init(struct glyph_cache *cache, struct pixel_size cell)
{
    *cache = (struct glyph_cache){.cell = cell};
}

void
glyph_cache_clear(struct glyph_cache *cache)
{
    free(cache->table);
    cache->table = NULL;
    cache->entries = 0;
    if (cache->arena != NULL) {
        (void)munmap(cache->arena, GLYPH_CACHE_BYTES_MAX); /* cannot fail */
    }
    cache->arena = NULL;
    cache->arena_used = 0;
}

void
glyph_cache_fini(struct glyph_cache *cache)
{
    glyph_cache_clear(cache);
}

/* The entry that has `key`, or the free one where it belongs. */
static struct glyph_entry *
probe(const struct glyph_cache *cache, uint32_t key)
{
    uint32_t last = (1u << cache->table_bits) - 1;
    /* Multiplicative hashing: 2^32 divided by the golden ratio. */
    uint32_t i = (key * 0x9e3779b1u) >> (32 - cache->table_bits);

    while (cache->table[i].key != key && cache->table[i].key != 0) {
        i = (i + 1) & last;
    }
    return &cache->table[i];
}

static void
describe(const struct glyph_cache *cache, uint32_t glyph_id, uint32_t place,
         struct glyph *out)
{
    int width = cache->cell.width;

    out->size.width = (glyph_id & GLYPH_WIDE) != 0 ? 2 * width : width;
    out->size.height = cache->cell.height;
    out->format = (place & 1) != 0 ? MASK_ALPHA : MASK_MONO;
    out->stride = mask_stride(out->format, out->size.width);
    out->bits = place == NO_INK ? NULL : cache->arena + place / 2;
}

bool
glyph_cache_find(const struct glyph_cache *cache, uint32_t glyph_id,
                 struct glyph *out)
{
    if (cache->table == NULL) {
        return false;
    }
    const struct glyph_entry *entry = probe(cache, glyph_id | KEY_USED);
    if (entry->key == 0) {
        return false;
    }
    describe(cache, glyph_id, entry->place, out);
    return true;
}

static void
grow_table(struct glyph_cache *cache)
{
    struct glyph_entry *old = cache->table;
    size_t old_count = old == NULL ? 0 : (size_t)1 << cache->table_bits;

    cache->table_bits = old == NULL ? TABLE_BITS_MIN : cache->table_bits + 1;
    cache->table = xcalloc((size_t)1 << cache->table_bits, sizeof(*old));
    for (size_t i = 0; i < old_count; i++) {
        if (old[i].key != 0) {
            *probe(cache, old[i].key) = old[i];
        }
    }
    free(old);
}

/* Makes room for one more glyph of `len` bytes; false without memory. */
static bool
make_room(struct glyph_cache *cache, size_t len)
{
    if (cache->entries >= GLYPH_CACHE_ENTRIES_MAX ||
        len > GLYPH_CACHE_BYTES_MAX - cache->arena_used) {
        glyph_cache_clear(cache);
    }
    if (cache->table == NULL ||
        cache->entries >= ((size_t)1 << cache->table_bits) / 4 * 3) {
        grow_table(cache);
    }
    if (cache->arena == NULL && len > 0) {
        /* Mapped, and not from the heap: pages come as they are used, and all
         * of them go back to the kernel. */
        void *arena = mmap(NULL, GLYPH_CACHE_BYTES_MAX, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        cache->arena = arena == MAP_FAILED ? NULL : arena;
    }
    return cache->arena != NULL || len == 0;
}

struct glyph
glyph_cache_add(struct glyph_cache *cache, uint32_t glyph_id,
                const struct mask *shape)
{
    struct glyph g = mask_glyph(shape);
    size_t len = g.bits == NULL ? 0 : g.stride * (size_t)g.size.height;

    if (!make_room(cache, len)) {
        return g;
    }
    uint32_t place = NO_INK;
    if (len > 0) {
        memcpy(cache->arena + cache->arena_used, g.bits, len);
        place =
            (uint32_t)cache->arena_used * 2 + (g.format == MASK_ALPHA ? 1 : 0);
        cache->arena_used += len;
    }

    struct glyph_entry *entry = probe(cache, glyph_id | KEY_USED);
    assert(entry->key == 0);
    *entry = (struct glyph_entry){.key = glyph_id | KEY_USED, .place = place};
    cache->entries++;
    describe(cache, glyph_id, place, &g);
    return g;
}
