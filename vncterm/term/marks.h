/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of what is written on characters: each sequence of marks that any
 * cell of a screen has, once, so that a cell can name it in 15 bits.
 *
 * Sequences form a tree. An entry is the last mark of a sequence, and names the
 * sequence in front of it; 0 is the empty one. A number keeps its meaning until
 * a sweep finds that no cell uses it. Memory is taken as sequences come, and is
 * bounded by what 15 bits can name.
 */
#ifndef VNCTERM_TERM_MARKS_H
#define VNCTERM_TERM_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "term/cell.h"

enum {
    MARKS_MAX = (1 << 15) - 1, /* sequences; 0.3 MiB of table when full */
};

struct mark {
    uint32_t code : 21; /* 0 in an entry that is free */
    uint32_t count : 4; /* marks of the sequence, this one included */
    uint32_t kept : 1;  /* private, as `next` */
    uint16_t before;    /* the sequence in front */
    uint16_t next;      /* with the same hash, or free */
};

static_assert(CELL_MARKS_MAX < 1 << 4, "a length fits its bits");

/* Zero initialised is empty. */
struct marks {
    struct mark *table; /* by number; entry 0 holds none; NULL while empty */
    uint16_t *chains;   /* by hash, the first entry of each */
    unsigned bits;      /* of both there are 1 << bits */
    int used;           /* entries */
    uint16_t first_free;
};

/* Gives the memory back; the table is empty, and stays usable. */
void marks_clear(struct marks *m);

/*
 * The number of `sequence` with `code`, a scalar value but 0, behind it. When
 * that has no place, as it is too long or the table is full, `sequence`: the
 * mark is dropped.
 */
unsigned marks_add(struct marks *m, unsigned sequence, uint32_t code);

/* Whether three quarters of the table are in use. */
bool marks_is_nearly_full(const struct marks *m);

/*
 * Forgets all sequences but those that marks_keep() is told of between the two
 * other calls.
 */
void marks_sweep_begin(struct marks *m);
void marks_keep(struct marks *m, unsigned sequence);
void marks_sweep_end(struct marks *m);

/* Writes the marks of a sequence in order; returns how many they are. */
static inline int
mark_sequence(const struct mark *table, unsigned sequence,
              uint32_t out[CELL_MARKS_MAX])
{
    int count = sequence == 0 ? 0 : (int)table[sequence].count;

    for (int i = count; i > 0; i--) {
        out[i - 1] = table[sequence].code;
        sequence = table[sequence].before;
    }
    return count;
}

#endif
