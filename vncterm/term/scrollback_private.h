/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the scrollback share: scrollback.c packs lines and holds
 * them in the ring, scrollback_layout.c breaks those anew that were packed for
 * another width. For these files only.
 *
 * A record is a packed row as it left a screen. Records are counted from the
 * newest one, which is 0. The newest `rows_as_packed` of them have the present
 * width and are shown as they are, one for each row; all older ones are laid
 * out when they are looked at. A chain is the records of one such line: each
 * but the last is wrapped, and none but the first has LINE_START. A record of
 * double width is a chain, and a row, of its own at any width.
 */
#ifndef VNCTERM_TERM_SCROLLBACK_PRIVATE_H
#define VNCTERM_TERM_SCROLLBACK_PRIVATE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "term/cell.h"
#include "term/marks.h"
#include "term/row_size.h"
#include "term/scrollback.h"

/* The two bytes in front of a record's cells. */
enum {
    LINE_HEADER = 2,
    LINE_WRAPPED = 1 << 15,
    LINE_START = 1 << 14,      /* a layout starts here whatever is before */
    LINE_WIDE = 1 << 13,       /* has a wide character */
    LINE_BLANK_TAIL = 1 << 12, /* ends in a blank */
    LINE_SIZE_SHIFT = 10,      /* two bits of enum row_size */
    LINE_SIZE = 3 << LINE_SIZE_SHIFT,
    LINE_COLS = (1 << LINE_SIZE_SHIFT) - 1,
};

static_assert((int)SCROLLBACK_COLS_MAX <= (int)LINE_COLS,
              "the header holds the cells");

/* A chain as it is laid out. */
struct chain {
    uint32_t newest; /* the record that ends it */
    uint32_t records;
    uint32_t text; /* cells without the blanks at its end */
    uint32_t cells;
    uint32_t rows;
    bool broken; /* where rows begin is in `breaks`, else at each width */
};

/* What is known of the layout of the lines that are not as packed. */
struct layout {
    bool is_counted; /* `rows` holds */
    uint32_t rows;
    bool has_chain; /* `chain` holds, and `row`, its last row from the newest */
    struct chain chain;
    uint32_t row;
};

struct scrollback {
    struct marks *marks;
    void *mapping; /* NULL: keeps nothing */
    size_t mapping_size;
    uint32_t *index; /* offsets in `ring`, from the oldest line at `first` */
    uint32_t slots;  /* of the index */
    uint32_t first;  /* slot of the oldest line */
    uint32_t lines;  /* records in use */
    uint8_t *ring;
    uint32_t ring_size;
    uint32_t head;   /* where the newest line ends */
    uint8_t *packed; /* LINE_PACKED_MAX bytes to pack a line in */

    uint32_t cols;           /* the present width */
    uint32_t rows_as_packed; /* how many of the newest records have it */
    /* Cells of the chain that the next line would go on, or 0: not known. */
    uint32_t chain_cells;
    struct layout *layout; /* changes when a line is looked at */
    uint32_t *breaks;      /* SCROLLBACK_LINE_CELLS_MAX of the layout's chain */
};

/* The slot of a line counted from the oldest. */
static inline uint32_t
slot_of(const struct scrollback *sb, uint32_t age)
{
    uint32_t slot = sb->first + age;

    return slot < sb->slots ? slot : slot - sb->slots;
}

static inline const uint8_t *
record_at(const struct scrollback *sb, uint32_t record)
{
    assert(record < sb->lines);

    return sb->ring + sb->index[slot_of(sb, sb->lines - 1 - record)];
}

static inline uint32_t
record_header(const uint8_t *in)
{
    return (uint32_t)in[0] | (uint32_t)in[1] << 8;
}

static inline enum row_size
record_size(const uint8_t *in)
{
    return (enum row_size)((record_header(in) & LINE_SIZE) >> LINE_SIZE_SHIFT);
}

/* Whether a record with that header goes on in the next one at any width. */
static inline bool
record_is_wrapped(uint32_t header)
{
    return (header & (LINE_WRAPPED | LINE_SIZE)) == LINE_WRAPPED;
}

/* scrollback.c */

/*
 * Unpacks the first `cols` cells of a record that has as many or more, and
 * returns how many they are: one less when they end in half a character. Marks
 * go into `table`, or are left out if that is NULL.
 */
int record_unpack(const uint8_t *in, struct marks *table, struct cell *cells,
                  int cols);

/*
 * Goes through a record and calls `on_character` for each character, not blank
 * and of 1 or 2 columns, that ends behind column `quiet_end` of the record.
 */
struct record_scan {
    uint32_t quiet_end;
    void (*on_character)(struct record_scan *scan, uint32_t col,
                         uint32_t width);
};
void record_scan(const uint8_t *in, struct record_scan *scan);

/* Whether the first character is a wide one. */
bool record_starts_wide(const uint8_t *in);

/* scrollback_layout.c */

/*
 * Cells of a record that belong to its line: all, or without the blank that a
 * wide character which did not fit has left at the end.
 */
uint32_t record_cols(const struct scrollback *sb, uint32_t record);

/* How many records the chain has that `newest` ends. */
uint32_t chain_length(const struct scrollback *sb, uint32_t newest);

/* How many rows the lines take that are not as packed. */
uint32_t layout_rows(const struct scrollback *sb);

/* Their row `row` from the newest: fills at most `cols` cells, returns how
 * many, and sets `wrapped`. */
int layout_read(const struct scrollback *sb, uint32_t row, struct marks *marks,
                struct cell *cells, int cols, bool *wrapped);

/* The size of that row. */
enum row_size layout_row_size(const struct scrollback *sb, uint32_t row);

/* How many cells that row has, trailing blanks in default colours left out. */
int layout_row_cols(const struct scrollback *sb, uint32_t row);

/* The oldest chain, which is not as packed, is about to go: its records. */
uint32_t layout_forget_oldest(struct scrollback *sb);

/* Nothing is known any more. */
void layout_reset(struct scrollback *sb);

#endif
