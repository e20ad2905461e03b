/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines that were packed for another width. A row ends where the next character
 * does not fit any more, and blanks at the end of a line need no place: of a
 * background that is there, the last row shows what fits.
 */
#include <string.h>

#include "term/scrollback_private.h"

static uint32_t
min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Finds the last character of a record. */
struct end_scan {
    struct record_scan scan;
    uint32_t end;
};

static void
note_end(struct record_scan *scan, uint32_t col, uint32_t width)
{
    ((struct end_scan *)scan)->end = col + width;
}

/* Cells of a record without blanks at its end that are no text. */
static uint32_t
record_text(const uint8_t *in)
{
    uint32_t header = record_header(in);
    struct end_scan last = {.scan = {.on_character = note_end}};

    if ((header & LINE_BLANK_TAIL) == 0 || (header & LINE_WRAPPED) != 0) {
        return header & LINE_COLS;
    }
    record_scan(in, &last.scan);
    return last.end;
}

uint32_t
record_cols(const struct scrollback *sb, uint32_t record)
{
    const uint32_t filled = LINE_WRAPPED | LINE_BLANK_TAIL;
    uint32_t header = record_header(record_at(sb, record));
    uint32_t cols = header & LINE_COLS;

    if ((header & (filled | LINE_SIZE)) != filled || record == 0) {
        return cols;
    }
    const uint8_t *next = record_at(sb, record - 1);
    return record_size(next) == ROW_SINGLE && record_starts_wide(next)
               ? cols - 1
               : cols;
}

/* Whether a record carries on in the next newer one, in one layout. */
static bool
goes_on(const struct scrollback *sb, uint32_t record)
{
    return record_is_wrapped(record_header(record_at(sb, record))) &&
           (record_header(record_at(sb, record - 1)) &
            (LINE_START | LINE_SIZE)) == 0;
}

uint32_t
chain_length(const struct scrollback *sb, uint32_t newest)
{
    uint32_t records = 1;

    while (newest + records < sb->lines && goes_on(sb, newest + records)) {
        records++;
    }
    return records;
}

/* The same for the chain that `oldest` starts. */
static uint32_t
chain_length_from(const struct scrollback *sb, uint32_t oldest)
{
    uint32_t records = 1;

    while (oldest + 1 - records > sb->rows_as_packed &&
           goes_on(sb, oldest + 1 - records)) {
        records++;
    }
    return records;
}

/* Finds where the rows of a chain begin. */
struct breaker {
    struct record_scan scan; /* of a record: quiet to the end of the row */
    uint32_t *breaks;
    uint32_t cols;
    uint32_t record_begin;
    uint32_t row_begin;
    uint32_t row_end;
    uint32_t rows;
};

static void
end_row_at(struct breaker *b, uint32_t end)
{
    b->row_end = end;
    b->scan.quiet_end = end > b->record_begin ? end - b->record_begin : 0;
}

static void
begin_row(struct breaker *b, uint32_t begin)
{
    b->breaks[b->rows++] = begin;
    b->row_begin = begin;
    end_row_at(b, begin + b->cols);
}

static void
break_before(struct record_scan *scan, uint32_t col, uint32_t width)
{
    struct breaker *b = (struct breaker *)scan;
    uint32_t begin = b->record_begin + col;
    uint32_t end = begin + width;

    while (begin >= b->row_end) {
        begin_row(b, b->row_end);
    }
    if (end > b->row_end && begin > b->row_begin) {
        begin_row(b, begin);
    }
    if (end > b->row_end) {
        end_row_at(b, end); /* in one column */
    }
}

static uint32_t
break_chain(const struct scrollback *sb, const struct chain *chain)
{
    struct breaker b = {.scan = {.on_character = break_before},
                        .breaks = sb->breaks,
                        .cols = sb->cols};

    begin_row(&b, 0);
    for (uint32_t i = chain->records; i-- > 0;) {
        record_scan(record_at(sb, chain->newest + i), &b.scan);
        b.record_begin += record_cols(sb, chain->newest + i);
        end_row_at(&b, b.row_end);
    }
    return b.rows;
}

/* A row of double width shows what fits. */
static struct chain
lay_out_doubled(const struct scrollback *sb, uint32_t record)
{
    const uint8_t *in = record_at(sb, record);
    uint32_t held = record_header(in) & LINE_COLS;
    int cols = row_size_cols(record_size(in), (int)sb->cols);
    uint32_t cells = min_u32(held, (uint32_t)cols);

    return (struct chain){.newest = record,
                          .records = 1,
                          .text = cells,
                          .cells = cells,
                          .rows = 1};
}

static struct chain
lay_out(const struct scrollback *sb, uint32_t newest, uint32_t records)
{
    struct chain chain = {.newest = newest, .records = records};
    uint32_t flags = 0;

    if (record_size(record_at(sb, newest)) != ROW_SINGLE) {
        return lay_out_doubled(sb, newest);
    }
    for (uint32_t i = 0; i < records; i++) {
        flags |= record_header(record_at(sb, newest + i));
        chain.cells += record_cols(sb, newest + i);
    }
    const uint8_t *last = record_at(sb, newest);
    uint32_t held = record_header(last) & LINE_COLS;
    chain.text = chain.cells - (held - record_text(last));
    chain.broken = (flags & LINE_WIDE) != 0 && chain.text > sb->cols;
    chain.rows = chain.broken      ? break_chain(sb, &chain)
                 : chain.text == 0 ? 1
                                   : (chain.text - 1) / sb->cols + 1;
    return chain;
}

void
layout_reset(struct scrollback *sb)
{
    *sb->layout = (struct layout){0};
}

/*
 * All rows. From the oldest record on, as they lie in memory, and ahead of what
 * is read: there may be millions.
 */
static uint32_t
count_rows(const struct scrollback *sb)
{
    enum {
        AHEAD = 16
    };
    uint32_t rows = 0;
    uint32_t cells = 0;
    uint32_t records = 0;
    uint32_t flags = 0;

    for (uint32_t i = sb->lines; i-- > sb->rows_as_packed;) {
        if (i >= AHEAD) {
            __builtin_prefetch(record_at(sb, i - AHEAD));
        }
        uint32_t header = record_header(record_at(sb, i));
        cells += header & LINE_COLS;
        flags |= header;
        records++;
        if (i > sb->rows_as_packed && goes_on(sb, i)) {
            continue;
        }
        if (cells <= sb->cols || (flags & LINE_SIZE) != 0) {
            rows++;
        } else if ((flags & (LINE_WIDE | LINE_BLANK_TAIL)) == 0) {
            rows += (cells - 1) / sb->cols + 1;
        } else {
            rows += lay_out(sb, i, records).rows;
        }
        cells = 0;
        records = 0;
        flags = 0;
    }
    return rows;
}

uint32_t
layout_rows(const struct scrollback *sb)
{
    struct layout *layout = sb->layout;

    if (!layout->is_counted) {
        /* This takes the place of the breaks that are known. */
        *layout = (struct layout){.is_counted = true, .rows = count_rows(sb)};
    }
    return layout->rows;
}

uint32_t
layout_forget_oldest(struct scrollback *sb)
{
    struct layout *layout = sb->layout;
    uint32_t oldest = sb->lines - 1;
    uint32_t records = chain_length_from(sb, oldest);

    if (layout->is_counted) {
        uint32_t newest = oldest + 1 - records;
        /* This takes the place of the breaks that are known. */
        layout->has_chain = false;
        layout->rows -= lay_out(sb, newest, records).rows;
    }
    return records;
}

/*
 * Makes the chain of a row the known one. Its records are noted from the newest
 * that is not as packed, so that pushing leaves them as they are.
 */
static struct chain
find_row(const struct scrollback *sb, uint32_t row)
{
    struct layout *layout = sb->layout;
    uint32_t base = sb->rows_as_packed;
    struct chain chain = layout->chain;
    uint32_t begin = layout->row;

    chain.newest += base;
    if (!layout->has_chain || row < begin / 2) {
        chain = lay_out(sb, base, chain_length(sb, base));
        begin = 0;
    }
    while (row >= begin + chain.rows) {
        uint32_t next = chain.newest + chain.records;
        begin += chain.rows;
        chain = lay_out(sb, next, chain_length(sb, next));
    }
    while (row < begin) {
        uint32_t oldest = chain.newest - 1;
        uint32_t records = chain_length_from(sb, oldest);
        chain = lay_out(sb, oldest + 1 - records, records);
        begin -= chain.rows;
    }
    layout->chain = chain;
    layout->chain.newest -= base;
    layout->row = begin;
    layout->has_chain = true;
    return chain;
}

/* Cells of a chain that a row shows. */
struct span {
    uint32_t begin;
    uint32_t end;
    bool last; /* of the chain */
};

static struct span
span_of_row(const struct scrollback *sb, const struct chain *chain,
            uint32_t row)
{
    uint32_t number = chain->rows - 1 - (row - sb->layout->row);
    bool last = number == chain->rows - 1;
    uint32_t begin = chain->broken ? sb->breaks[number] : number * sb->cols;
    uint32_t end = last            ? chain->cells
                   : chain->broken ? sb->breaks[number + 1]
                                   : begin + sb->cols;

    return (struct span){
        .begin = begin, .end = min_u32(end, begin + sb->cols), .last = last};
}

/* Cells [begin, end) of a record; returns how many there are. */
static int
unpack_part(const uint8_t *in, uint32_t begin, uint32_t end,
            struct marks *marks, struct cell *out)
{
    struct cell cells[SCROLLBACK_COLS_MAX];

    if (begin == 0) {
        return record_unpack(in, marks, out, (int)end);
    }
    int count = record_unpack(in, marks, cells, (int)end) - (int)begin;
    if (count > 0) {
        memcpy(out, cells + begin, (size_t)count * sizeof(*out));
    }
    return count;
}

int
layout_read(const struct scrollback *sb, uint32_t row, struct marks *marks,
            struct cell *cells, int cols, bool *wrapped)
{
    struct chain chain = find_row(sb, row);
    struct span span = span_of_row(sb, &chain, row);
    uint32_t end = min_u32(span.end, span.begin + (uint32_t)cols);
    uint32_t record_begin = 0;
    int count = 0;

    for (uint32_t i = chain.records; i-- > 0;) {
        const uint8_t *in = record_at(sb, chain.newest + i);
        uint32_t record_end = record_begin + record_cols(sb, chain.newest + i);
        if (record_end > span.begin && record_begin < end) {
            uint32_t from =
                span.begin > record_begin ? span.begin - record_begin : 0;
            count +=
                unpack_part(in, from, min_u32(end, record_end) - record_begin,
                            marks, cells + count);
        }
        record_begin = record_end;
    }
    *wrapped = !span.last ||
               record_is_wrapped(record_header(record_at(sb, chain.newest)));
    return count;
}

enum row_size
layout_row_size(const struct scrollback *sb, uint32_t row)
{
    return record_size(record_at(sb, find_row(sb, row).newest));
}

int
layout_row_cols(const struct scrollback *sb, uint32_t row)
{
    struct cell cells[SCROLLBACK_COLS_MAX];
    bool wrapped;
    int cols = layout_read(sb, row, NULL, cells, SCROLLBACK_COLS_MAX, &wrapped);

    while (cols > 0 && cell_equals(cells[cols - 1], cell_default())) {
        cols--;
    }
    return cols;
}
