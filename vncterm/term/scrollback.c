/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One mapping holds, from its start, where rows of a long line break, the
 * offsets of the lines (a ring of numbers), the packed lines (a ring of bytes;
 * a line is always in one piece), and room to pack one line. Pages that nothing
 * has been written to cost nothing.
 *
 * A packed line is its number of cells in two bytes with LINE_*, then UTF-8
 * text with the bytes of PACKED_* between, none of which is text on a screen.
 * All of them stand before the character that they are about, so that the
 * number of cells ends a line.
 */
#include "term/scrollback.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sys/mman.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "term/scrollback_private.h"

enum {
    PACKED_BLANK = 0x00, /* an erased cell */
    PACKED_WIDE = 0x01,  /* the next character takes two cells */
    PACKED_MARK = 0x02,  /* the next is a mark on the character after it */
    PACKED_PEN = 0x03,   /* a byte of enum pen_part, then the parts */
};

/* What differs from cell_default(), in the order of its bytes. */
enum pen_part {
    PEN_FG_INDEX = 1 << 0, /* one byte */
    PEN_FG_RGB = 1 << 1,   /* three bytes */
    PEN_BG_INDEX = 1 << 2,
    PEN_BG_RGB = 1 << 3,
    PEN_ATTRS_LOW = 1 << 4, /* one byte */
    PEN_ATTRS_HIGH = 1 << 5,
    PEN_UNDERLINE = 1 << 6,        /* one byte of enum cell_underline */
    PEN_UNDERLINE_COLOUR = 1 << 7, /* 1 and one byte, or 3 and three */
};

enum {
    PEN_PACKED_MAX = 2 + 3 + 3 + 2 + 1 + 4,
    MARK_PACKED_MAX = 1 + UTF8_MAX,
    CELL_PACKED_MAX =
        PEN_PACKED_MAX + 1 + UTF8_MAX + CELL_MARKS_MAX * MARK_PACKED_MAX,
    LINE_PACKED_MAX = LINE_HEADER + SCROLLBACK_COLS_MAX * CELL_PACKED_MAX,

    /* An eighth of the bound is for offsets: one in 32 bytes, which is less
     * than most lines take. */
    INDEX_SHARE = 8,

    BREAKS_SIZE = SCROLLBACK_LINE_CELLS_MAX * sizeof(uint32_t),

    /*
     * A record is counted as so many cells at least, so that a chain of short
     * ones is not long to walk.
     */
    RECORD_CELLS_MIN = 16,
};

static_assert((int)PACKED_BLANK == (int)CELL_BLANK, "packed as it is");
static_assert(SCROLLBACK_MAX_BYTES <= INT32_MAX, "offsets are 32 bits");

int
scrollback_new(struct scrollback **out, size_t max_bytes, struct marks *marks)
{
    if (max_bytes > SCROLLBACK_MAX_BYTES) {
        return -EINVAL;
    }
    struct scrollback *sb = xcalloc(1, sizeof(*sb));
    size_t slots = max_bytes / INDEX_SHARE / sizeof(*sb->index);
    size_t index_size = slots * sizeof(*sb->index);

    sb->marks = marks;
    if (slots > 0) {
        sb->mapping_size = BREAKS_SIZE + max_bytes + LINE_PACKED_MAX;
        sb->mapping = mmap(NULL, sb->mapping_size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (sb->mapping == MAP_FAILED) {
            free(sb);
            return -ENOMEM;
        }
        sb->breaks = sb->mapping;
        sb->index = sb->breaks + SCROLLBACK_LINE_CELLS_MAX;
        sb->slots = (uint32_t)slots;
        sb->ring = (uint8_t *)sb->index + index_size;
        sb->ring_size = (uint32_t)(max_bytes - index_size);
        sb->packed = sb->ring + sb->ring_size;
    }
    sb->cols = SCROLLBACK_COLS_MAX;
    sb->layout = xcalloc(1, sizeof(*sb->layout));
    *out = sb;
    return 0;
}

void
scrollback_free(struct scrollback *sb)
{
    if (sb == NULL) {
        return;
    }
    if (sb->mapping != NULL) {
        (void)munmap(sb->mapping, sb->mapping_size); /* our own: cannot fail */
    }
    free(sb->layout);
    free(sb);
}

int
scrollback_lines(const struct scrollback *sb)
{
    return (int)(sb->rows_as_packed + layout_rows(sb));
}

void
scrollback_set_cols(struct scrollback *sb, int cols)
{
    assert(cols >= 1 && cols <= SCROLLBACK_COLS_MAX);

    if (sb->cols != (uint32_t)cols) {
        sb->cols = (uint32_t)cols;
        sb->rows_as_packed = 0;
        layout_reset(sb);
    }
}

void
scrollback_clear(struct scrollback *sb)
{
    sb->first = 0;
    sb->lines = 0;
    sb->head = 0;
    sb->rows_as_packed = 0;
    sb->chain_cells = 0;
    layout_reset(sb);
    if (sb->mapping != NULL) {
        /* A failure would only keep the memory. */
        (void)madvise(sb->mapping, sb->mapping_size, MADV_DONTNEED);
    }
}

static uint8_t *
pack_colour(uint8_t *out, uint32_t colour)
{
    if ((colour & COLOUR_RGB) != 0) {
        *out++ = (uint8_t)(colour >> 16);
        *out++ = (uint8_t)(colour >> 8);
    }
    *out++ = (uint8_t)colour;
    return out;
}

static uint8_t *
pack_pen(uint8_t *out, struct cell pen)
{
    uint8_t *parts = out + 1;

    *out++ = PACKED_PEN;
    *out++ = 0;
    if (pen.fg != COLOUR_DEFAULT) {
        *parts |= (pen.fg & COLOUR_RGB) != 0 ? PEN_FG_RGB : PEN_FG_INDEX;
        out = pack_colour(out, pen.fg);
    }
    if (pen.bg != COLOUR_DEFAULT) {
        *parts |= (pen.bg & COLOUR_RGB) != 0 ? PEN_BG_RGB : PEN_BG_INDEX;
        out = pack_colour(out, pen.bg);
    }
    if ((pen.attrs & 0xff) != 0) {
        *parts |= PEN_ATTRS_LOW;
        *out++ = (uint8_t)pen.attrs;
    }
    if (pen.attrs >> 8 != 0) {
        *parts |= PEN_ATTRS_HIGH;
        *out++ = (uint8_t)(pen.attrs >> 8);
    }
    if (pen.underline != CELL_UNDERLINE_NONE) {
        *parts |= PEN_UNDERLINE;
        *out++ = (uint8_t)pen.underline;
    }
    if (pen.underline_colour != COLOUR_DEFAULT) {
        *parts |= PEN_UNDERLINE_COLOUR;
        *out++ = (pen.underline_colour & COLOUR_RGB) != 0 ? 3 : 1;
        out = pack_colour(out, pen.underline_colour);
    }
    return out;
}

static uint8_t *
pack_marks(uint8_t *out, const struct marks *table, unsigned sequence)
{
    uint32_t marks[CELL_MARKS_MAX];
    int count = mark_sequence(table->table, sequence, marks);

    for (int i = 0; i < count; i++) {
        *out++ = PACKED_MARK;
        out += utf8_encode(marks[i], (char *)out);
    }
    return out;
}

/* A cell that may be more than ASCII, in the pen that is set. */
static uint8_t *
pack_cell(uint8_t *out, const struct marks *table, struct cell cell, bool wide)
{
    if (wide) {
        *out++ = PACKED_WIDE;
    }
    if (cell.marks != 0) {
        out = pack_marks(out, table, cell.marks);
    }
    return out + utf8_encode(cell.code, (char *)out);
}

/*
 * Packs ASCII without marks, and blanks, up to where the pen is another one
 * than `want`; returns how many cells that is. Cells and pen are taken as two
 * words because this is where most of the time of a flood goes.
 */
static int
pack_plain(uint8_t *out, const struct cell *cells, int cols,
           const uint64_t want[2])
{
    enum {
        ASCII_COUNT = '~' - ' ' + 1
    };
    int col;

    for (col = 0; col < cols; col++) {
        uint64_t have[2];
        memcpy(have, &cells[col], sizeof(have));
        /* The code is in the lowest bits, and 0 in a pen. */
        uint64_t code = have[0] ^ want[0];
        if (have[1] != want[1] ||
            (code - ' ' >= ASCII_COUNT && code != CELL_BLANK)) {
            break;
        }
        out[col] = (uint8_t)code; /* of a blank: PACKED_BLANK */
    }
    return col;
}

/*
 * Packs `cols` cells and returns the end; sets LINE_WIDE in `flags` if it
 * applies.
 */
static uint8_t *
pack_cells(uint8_t *out, const struct marks *table, const struct cell *cells,
           int cols, uint32_t *flags)
{
    struct cell pen = cell_default();
    uint64_t words[2];
    int col = 0;

    memcpy(words, &pen, sizeof(words));
    while (col < cols) {
        int run = pack_plain(out, cells + col, cols - col, words);
        out += run;
        col += run;
        if (col == cols) {
            break;
        }
        struct cell cell = cells[col];
        if (!cell_equals(cell_pen(cell), pen)) {
            pen = cell_pen(cell);
            memcpy(words, &pen, sizeof(words));
            out = pack_pen(out, pen);
        }
        bool wide = col + 1 < cols && cells[col + 1].code == CELL_WIDE_TAIL;
        /* Control characters are not drawn, and their codes are ours. */
        assert(cell.code == CELL_BLANK || cell.code >= ' ');
        assert(cell.code != CELL_WIDE_TAIL);
        out = pack_cell(out, table, cell, wide);
        *flags |= wide ? LINE_WIDE : 0U;
        col += wide ? 2 : 1;
    }
    return out;
}

/* Packs a line into `packed` and returns its length. */
static uint32_t
pack_line(struct scrollback *sb, const struct cell *cells, int cols,
          bool wrapped)
{
    uint32_t header = wrapped ? LINE_WRAPPED : 0;

    while (!wrapped && cols > 0 &&
           cell_equals(cells[cols - 1], cell_default())) {
        cols--;
    }
    if (cols > 0 && cells[cols - 1].code == CELL_BLANK) {
        header |= LINE_BLANK_TAIL;
    }
    header |= (uint32_t)cols;
    uint8_t *end =
        pack_cells(sb->packed + LINE_HEADER, sb->marks, cells, cols, &header);
    sb->packed[0] = (uint8_t)header;
    sb->packed[1] = (uint8_t)(header >> 8);
    return (uint32_t)(end - sb->packed);
}

static uint32_t
cells_in_chain(uint32_t header)
{
    uint32_t cols = header & LINE_COLS;

    return cols > RECORD_CELLS_MIN ? cols : RECORD_CELLS_MIN;
}

/* Of the chain that the newest line, which is wrapped, ends. */
static uint32_t
count_chain_cells(const struct scrollback *sb)
{
    uint32_t records = chain_length(sb, 0);
    uint32_t cells = 0;

    for (uint32_t i = 0; i < records; i++) {
        cells += cells_in_chain(record_header(record_at(sb, i)));
    }
    return cells;
}

/*
 * Makes the line in `packed` go on the chain of the newest one, or start one
 * where that would become too long.
 */
static void
chain_line(struct scrollback *sb)
{
    uint32_t header = record_header(sb->packed);
    uint32_t cells = cells_in_chain(header);

    if (scrollback_ends_wrapped(sb)) {
        if (sb->chain_cells == 0) {
            sb->chain_cells = count_chain_cells(sb);
        }
        if (sb->chain_cells + cells <= SCROLLBACK_LINE_CELLS_MAX) {
            cells += sb->chain_cells;
        } else {
            sb->packed[1] |= LINE_START >> 8;
        }
    }
    sb->chain_cells = cells;
}

/* A line in the middle of which the oldest rows end goes as a whole. */
static void
drop_oldest(struct scrollback *sb)
{
    uint32_t gone = 1;

    if (sb->rows_as_packed == sb->lines) {
        sb->rows_as_packed--;
    } else {
        gone = layout_forget_oldest(sb);
    }
    sb->first = slot_of(sb, gone);
    sb->lines -= gone;
}

/*
 * Makes room for `len` bytes, which fit into an empty ring, and returns where.
 * Lines behind the head are older than those in front of it.
 */
static uint32_t
make_room(struct scrollback *sb, uint32_t len)
{
    bool turn = len > sb->ring_size - sb->head;
    uint32_t begin = turn ? 0 : sb->head;

    while (sb->lines > 0) {
        uint32_t oldest = sb->index[sb->first];
        bool behind = oldest >= sb->head;
        bool in_the_way =
            turn ? behind || oldest < len : behind && oldest < begin + len;
        if (!in_the_way && sb->lines < sb->slots) {
            return begin;
        }
        drop_oldest(sb);
    }
    return 0;
}

bool
scrollback_push(struct scrollback *sb, const struct cell *cells, int cols,
                bool wrapped)
{
    assert(cols >= 0 && cols <= SCROLLBACK_COLS_MAX);

    if (sb->mapping == NULL) {
        return false;
    }
    uint32_t len = pack_line(sb, cells, cols, wrapped);
    if (len > sb->ring_size) {
        return false;
    }
    chain_line(sb);
    uint32_t begin = make_room(sb, len);
    memcpy(sb->ring + begin, sb->packed, len);
    sb->index[slot_of(sb, sb->lines)] = begin;
    sb->lines++;
    sb->rows_as_packed++;
    sb->head = begin + len;
    return true;
}

void
scrollback_set_size(struct scrollback *sb, enum row_size size)
{
    assert(sb->lines > 0);

    uint8_t *header = sb->ring + sb->index[slot_of(sb, sb->lines - 1)];
    uint32_t value = record_header(header) & ~(uint32_t)LINE_SIZE;

    header[1] = (uint8_t)((value | (uint32_t)size << LINE_SIZE_SHIFT) >> 8);
}

enum row_size
scrollback_newest_size(const struct scrollback *sb)
{
    return sb->lines == 0 ? ROW_SINGLE : record_size(record_at(sb, 0));
}

enum row_size
scrollback_line_size(const struct scrollback *sb, int index)
{
    assert(index >= 0);

    uint32_t row = (uint32_t)index;
    return row < sb->rows_as_packed
               ? record_size(record_at(sb, row))
               : layout_row_size(sb, row - sb->rows_as_packed);
}

static const uint8_t *
unpack_code(const uint8_t *in, uint32_t *code)
{
    struct utf8_decoder decoder = {0};

    while (utf8_decode(&decoder, *in++, code) == UTF8_MORE) {
        /* We wrote it: it is well formed. */
    }
    return in;
}

static const uint8_t *
unpack_rgb(const uint8_t *in, uint32_t *colour)
{
    *colour = COLOUR_RGB | (uint32_t)in[0] << 16 | (uint32_t)in[1] << 8 | in[2];
    return in + 3;
}

/* What follows PACKED_PEN. */
static const uint8_t *
unpack_pen(const uint8_t *in, struct cell *pen)
{
    uint32_t parts = *in++;
    uint32_t fg = COLOUR_DEFAULT;
    uint32_t bg = COLOUR_DEFAULT;
    uint32_t underline_colour = COLOUR_DEFAULT;
    uint32_t attrs = 0;

    *pen = cell_default();
    if ((parts & PEN_FG_INDEX) != 0) {
        fg = *in++;
    } else if ((parts & PEN_FG_RGB) != 0) {
        in = unpack_rgb(in, &fg);
    }
    if ((parts & PEN_BG_INDEX) != 0) {
        bg = *in++;
    } else if ((parts & PEN_BG_RGB) != 0) {
        in = unpack_rgb(in, &bg);
    }
    if ((parts & PEN_ATTRS_LOW) != 0) {
        attrs = *in++;
    }
    if ((parts & PEN_ATTRS_HIGH) != 0) {
        attrs |= (uint32_t)*in++ << 8;
    }
    if ((parts & PEN_UNDERLINE) != 0) {
        pen->underline = *in++ & 7U;
    }
    if ((parts & PEN_UNDERLINE_COLOUR) != 0) {
        if (*in++ == 3) {
            in = unpack_rgb(in, &underline_colour);
        } else {
            underline_colour = *in++;
        }
    }
    pen->underline_colour = underline_colour & 0x1ffffff;
    pen->fg = fg & 0x1ffffff;
    pen->bg = bg & 0x1ffffff;
    pen->attrs = attrs & CELL_ATTRS;
    return in;
}

int
record_unpack(const uint8_t *in, struct marks *table, struct cell *cells,
              int cols)
{
    struct cell pen = cell_default();
    struct cell cell = pen;
    bool wide = false;
    int col = 0;

    in += LINE_HEADER;
    while (col < cols) {
        uint32_t code;
        switch (*in) {
        case PACKED_PEN:
            in = unpack_pen(in + 1, &pen);
            cell = pen;
            continue;
        case PACKED_WIDE:
            wide = true;
            in++;
            continue;
        case PACKED_MARK:
            in = unpack_code(in + 1, &code);
            if (table != NULL) {
                cell.marks = marks_add(table, cell.marks, code) & 0x7fff;
            }
            continue;
        default:
            break;
        }
        if (*in < 0x80) { /* nearly always */
            code = *in++;
        } else {
            in = unpack_code(in, &code);
        }
        if (wide && col + 1 == cols) {
            break;
        }
        cell.code = code & 0x1fffff;
        cells[col++] = cell;
        cell = pen;
        if (wide) {
            cells[col] = pen;
            cells[col++].code = CELL_WIDE_TAIL;
            wide = false;
        }
    }
    return col;
}

/* How many bytes a character takes that begins with `lead`. */
static uint32_t
utf8_length(uint8_t lead)
{
    return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

void
record_scan(const uint8_t *in, struct record_scan *scan)
{
    uint32_t cols = record_header(in) & LINE_COLS;
    uint32_t width = 1;
    uint32_t col = 0;
    struct cell pen;

    in += LINE_HEADER;
    while (col < cols) {
        switch (*in) {
        case PACKED_PEN:
            in = unpack_pen(in + 1, &pen);
            continue;
        case PACKED_WIDE:
            width = 2;
            in++;
            continue;
        case PACKED_MARK:
            in += 1 + utf8_length(in[1]);
            continue;
        default:
            break;
        }
        if (col + width > scan->quiet_end && *in != PACKED_BLANK) {
            scan->on_character(scan, col, width);
        }
        in += utf8_length(*in);
        col += width;
        width = 1;
    }
}

bool
record_starts_wide(const uint8_t *in)
{
    struct cell pen;

    if ((record_header(in) & LINE_WIDE) == 0) {
        return false;
    }
    in += LINE_HEADER;
    if (*in == PACKED_PEN) {
        in = unpack_pen(in + 1, &pen);
    }
    return *in == PACKED_WIDE;
}

/* Reads a row, and returns how many of `cols` cells it has. */
static int
read_row(const struct scrollback *sb, int index, struct marks *marks,
         struct cell *cells, int cols, bool *wrapped)
{
    assert(index >= 0);

    uint32_t row = (uint32_t)index;
    if (row >= sb->rows_as_packed) {
        return layout_read(sb, row - sb->rows_as_packed, marks, cells, cols,
                           wrapped);
    }
    const uint8_t *in = record_at(sb, row);
    uint32_t header = record_header(in);
    int held = (int)(header & LINE_COLS);
    *wrapped = (header & LINE_WRAPPED) != 0;
    return record_unpack(in, marks, cells, held < cols ? held : cols);
}

void
scrollback_read(const struct scrollback *sb, int index, struct marks *marks,
                struct cell *cells, int cols, bool *wrapped)
{
    int col = read_row(sb, index, marks, cells, cols, wrapped);

    while (col < cols) {
        cells[col++] = cell_default();
    }
}

void
scrollback_line(const struct scrollback *sb, int index, struct cell *cells,
                int cols, bool *wrapped)
{
    scrollback_read(sb, index, sb->marks, cells, cols, wrapped);
}

int
scrollback_line_cols(const struct scrollback *sb, int index)
{
    assert(index >= 0);

    uint32_t row = (uint32_t)index;
    return row < sb->rows_as_packed
               ? (int)(record_header(record_at(sb, row)) & LINE_COLS)
               : layout_row_cols(sb, row - sb->rows_as_packed);
}

/* Takes the newest records away. */
static void
drop_newest(struct scrollback *sb, uint32_t records)
{
    sb->lines -= records;
    sb->head = sb->lines == 0 ? 0 : sb->index[slot_of(sb, sb->lines)];
    sb->chain_cells = 0;
}

bool
scrollback_pop(struct scrollback *sb, struct cell *cells, int cols,
               bool *wrapped)
{
    if (sb->rows_as_packed == 0) {
        return false;
    }
    scrollback_line(sb, 0, cells, cols, wrapped);
    sb->rows_as_packed--;
    drop_newest(sb, 1);
    return true;
}

bool
scrollback_pop_line(struct scrollback *sb, struct cell *cells, int *count,
                    bool *wrapped)
{
    if (sb->rows_as_packed > 0 || sb->lines == 0) {
        return false;
    }
    uint32_t records = chain_length(sb, 0);
    uint32_t len = 0;

    for (uint32_t i = records; i-- > 0;) {
        const uint8_t *in = record_at(sb, i);
        uint32_t cols = record_cols(sb, i);
        (void)record_unpack(in, sb->marks, cells + len,
                            (int)cols); /* all of them */
        len += cols;
    }
    *count = (int)len;
    *wrapped = record_is_wrapped(record_header(record_at(sb, 0)));
    drop_newest(sb, records);
    layout_reset(sb);
    return true;
}

bool
scrollback_ends_wrapped(const struct scrollback *sb)
{
    return sb->lines > 0 && record_is_wrapped(record_header(record_at(sb, 0)));
}
