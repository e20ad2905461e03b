/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/marks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    BITS_MIN = 6, /* half a KiB: what most consoles ever have of them */
    BITS_MAX = 15,
};

static_assert(MARKS_MAX == (1 << BITS_MAX) - 1, "entry 0 holds no sequence");

void
marks_clear(struct marks *m)
{
    free(m->table);
    free(m->chains);
    *m = (struct marks){.table = NULL};
}

static uint16_t *
chain_of(const struct marks *m, unsigned sequence, uint32_t code)
{
    /* Multiplicative hashing: 2^32 divided by the golden ratio. */
    uint32_t hash = (code + ((uint32_t)sequence << 21 | sequence >> 11)) *
                    UINT32_C(0x9e3779b1);

    return &m->chains[hash >> (32 - m->bits)];
}

static void
link_entry(struct marks *m, unsigned entry)
{
    struct mark *mark = &m->table[entry];
    uint16_t *chain = chain_of(m, mark->before, mark->code);

    mark->next = *chain;
    *chain = (uint16_t)entry;
}

/* Chains anew all entries in use, and the others as free, the lowest first. */
static void
link_all(struct marks *m)
{
    unsigned size = 1U << m->bits;

    memset(m->chains, 0, size * sizeof(*m->chains));
    m->first_free = 0;
    m->used = 0;
    for (unsigned entry = size - 1; entry > 0; entry--) {
        if (m->table[entry].code != 0) {
            link_entry(m, entry);
            m->used++;
        } else {
            m->table[entry].next = m->first_free;
            m->first_free = (uint16_t)entry;
        }
    }
}

static void
grow(struct marks *m)
{
    size_t old_size = m->table == NULL ? 0 : (size_t)1 << m->bits;
    unsigned bits = m->table == NULL ? BITS_MIN : m->bits + 1;
    size_t size = (size_t)1 << bits;
    struct mark *table = xcalloc(size, sizeof(*table));

    if (old_size > 0) {
        memcpy(table, m->table, old_size * sizeof(*table));
    }
    free(m->table);
    free(m->chains);
    m->table = table;
    m->chains = xcalloc(size, sizeof(*m->chains));
    m->bits = bits;
    link_all(m);
}

/* The entry, or 0. */
static unsigned
find(const struct marks *m, unsigned sequence, uint32_t code)
{
    if (m->table == NULL) {
        return 0;
    }
    unsigned entry = *chain_of(m, sequence, code);

    while (entry != 0 && (m->table[entry].code != code ||
                          m->table[entry].before != sequence)) {
        entry = m->table[entry].next;
    }
    return entry;
}

unsigned
marks_add(struct marks *m, unsigned sequence, uint32_t code)
{
    unsigned entry = find(m, sequence, code);

    if (entry != 0) {
        return entry;
    }
    unsigned count = sequence == 0 ? 0 : m->table[sequence].count;

    if (count == CELL_MARKS_MAX) {
        return sequence;
    }
    if (m->first_free == 0) {
        if (m->bits == BITS_MAX) {
            return sequence;
        }
        grow(m);
    }
    entry = m->first_free;
    m->first_free = m->table[entry].next;
    m->used++;
    m->table[entry] = (struct mark){
        .code = code & 0x1fffff,
        .count = (count + 1) & 0xf,
        .before = (uint16_t)sequence,
    };
    link_entry(m, entry);
    return entry;
}

bool
marks_is_nearly_full(const struct marks *m)
{
    return m->used >= MARKS_MAX / 4 * 3;
}

void
marks_sweep_begin(struct marks *m)
{
    size_t size = m->table == NULL ? 0 : (size_t)1 << m->bits;

    for (size_t entry = 0; entry < size; entry++) {
        m->table[entry].kept = 0;
    }
}

void
marks_keep(struct marks *m, unsigned sequence)
{
    while (sequence != 0 && !m->table[sequence].kept) {
        m->table[sequence].kept = 1;
        sequence = m->table[sequence].before;
    }
}

void
marks_sweep_end(struct marks *m)
{
    size_t size = m->table == NULL ? 0 : (size_t)1 << m->bits;

    for (size_t entry = 0; entry < size; entry++) {
        if (!m->table[entry].kept) {
            m->table[entry] = (struct mark){.code = 0};
        }
    }
    if (size > 0) {
        link_all(m);
    }
}
