/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One mapping holds, from its start, the offsets of the lines (a ring of
 * numbers), the packed lines (a ring of bytes; a line is always in one piece),
 * and room to pack one line. Pages that nothing has been written to cost
 * nothing.
 *
 * A packed line is its number of cells in two bytes with LINE_WRAPPED and the
 * size of its characters, then
 * UTF-8 text with the bytes of PACKED_* between, none of which is text on a
 * screen. All of them stand before the character that they are about, so that
 * the number of cells ends a line.
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
    LINE_HEADER = 2,
    LINE_WRAPPED = 1 << 15,
    LINE_SIZE_SHIFT = 13, /* two bits of enum row_size */
    LINE_SIZE = 3 << LINE_SIZE_SHIFT,
    LINE_COLS = (1 << LINE_SIZE_SHIFT) - 1,

    PEN_PACKED_MAX = 2 + 3 + 3 + 2 + 1 + 4,
    MARK_PACKED_MAX = 1 + UTF8_MAX,
    CELL_PACKED_MAX =
        PEN_PACKED_MAX + 1 + UTF8_MAX + CELL_MARKS_MAX * MARK_PACKED_MAX,
    LINE_PACKED_MAX = LINE_HEADER + SCROLLBACK_COLS_MAX * CELL_PACKED_MAX,

    /* An eighth of the bound is for offsets: one in 32 bytes, which is less
     * than most lines take. */
    INDEX_SHARE = 8,
};

static_assert((int)PACKED_BLANK == (int)CELL_BLANK, "packed as it is");
static_assert((int)SCROLLBACK_COLS_MAX <= (int)LINE_COLS,
              "the header holds the cells");
static_assert(SCROLLBACK_MAX_BYTES <= INT32_MAX, "offsets are 32 bits");

struct scrollback {
    struct marks *marks;
    void *mapping; /* NULL: keeps nothing */
    size_t mapping_size;
    uint32_t *index; /* offsets in `ring`, from the oldest line at `first` */
    uint32_t slots;  /* of the index */
    uint32_t first;  /* slot of the oldest line */
    uint32_t lines;  /* in use */
    uint8_t *ring;
    uint32_t ring_size;
    uint32_t head;   /* where the newest line ends */
    uint8_t *packed; /* LINE_PACKED_MAX bytes to pack a line in */
};

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
        sb->mapping_size = max_bytes + LINE_PACKED_MAX;
        sb->mapping = mmap(NULL, sb->mapping_size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (sb->mapping == MAP_FAILED) {
            free(sb);
            return -ENOMEM;
        }
        sb->index = sb->mapping;
        sb->slots = (uint32_t)slots;
        sb->ring = (uint8_t *)sb->mapping + index_size;
        sb->ring_size = (uint32_t)(max_bytes - index_size);
        sb->packed = sb->ring + sb->ring_size;
    }
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
    free(sb);
}

int
scrollback_lines(const struct scrollback *sb)
{
    return (int)sb->lines;
}

void
scrollback_clear(struct scrollback *sb)
{
    sb->first = 0;
    sb->lines = 0;
    sb->head = 0;
    if (sb->mapping != NULL) {
        /* A failure would only keep the memory. */
        (void)madvise(sb->mapping, sb->mapping_size, MADV_DONTNEED);
    }
}

/* The slot of a line counted from the oldest. */
static uint32_t
slot_of(const struct scrollback *sb, uint32_t age)
{
    uint32_t slot = sb->first + age;

    return slot < sb->slots ? slot : slot - sb->slots;
}

/* The packed line; index 0 is the newest. */
static const uint8_t *
packed_line(const struct scrollback *sb, int index)
{
    assert(index >= 0 && (uint32_t)index < sb->lines);

    uint32_t slot = slot_of(sb, sb->lines - 1 - (uint32_t)index);
    return sb->ring + sb->index[slot];
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
 * Packs ASCII without marks, and blanks, up to where the pen is another one;
 * returns how many cells that is. Cells are taken as two words because this is
 * where most of the time of a flood goes.
 */
static int
pack_plain(uint8_t *out, const struct cell *cells, int cols, struct cell pen)
{
    enum {
        ASCII_COUNT = '~' - ' ' + 1
    };
    uint64_t want[2];
    int col;

    memcpy(want, &pen, sizeof(want));
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

/* Packs `cols` cells and returns the end. */
static uint8_t *
pack_cells(uint8_t *out, const struct marks *table, const struct cell *cells,
           int cols)
{
    struct cell pen = cell_default();
    int col = 0;

    while (col < cols) {
        int run = pack_plain(out, cells + col, cols - col, pen);
        out += run;
        col += run;
        if (col == cols) {
            break;
        }
        struct cell cell = cells[col];
        if (!cell_equals(cell_pen(cell), pen)) {
            pen = cell_pen(cell);
            out = pack_pen(out, pen);
        }
        bool wide = col + 1 < cols && cells[col + 1].code == CELL_WIDE_TAIL;
        /* Control characters are not drawn, and their codes are ours. */
        assert(cell.code == CELL_BLANK || cell.code >= ' ');
        assert(cell.code != CELL_WIDE_TAIL);
        out = pack_cell(out, table, cell, wide);
        col += wide ? 2 : 1;
    }
    return out;
}

/* Packs a line into `packed` and returns its length. */
static uint32_t
pack_line(struct scrollback *sb, const struct cell *cells, int cols,
          bool wrapped)
{
    while (cols > 0 && cell_equals(cells[cols - 1], cell_default())) {
        cols--;
    }
    uint32_t header = (uint32_t)cols | (wrapped ? LINE_WRAPPED : 0U);
    sb->packed[0] = (uint8_t)header;
    sb->packed[1] = (uint8_t)(header >> 8);
    const uint8_t *end =
        pack_cells(sb->packed + LINE_HEADER, sb->marks, cells, cols);
    return (uint32_t)(end - sb->packed);
}

static void
drop_oldest(struct scrollback *sb)
{
    sb->first = slot_of(sb, 1);
    sb->lines--;
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
    uint32_t begin = make_room(sb, len);
    memcpy(sb->ring + begin, sb->packed, len);
    sb->index[slot_of(sb, sb->lines)] = begin;
    sb->lines++;
    sb->head = begin + len;
    return true;
}

static uint32_t
unpack_header(const uint8_t *in)
{
    return (uint32_t)in[0] | (uint32_t)in[1] << 8;
}

void
scrollback_set_size(struct scrollback *sb, enum row_size size)
{
    assert(sb->lines > 0);

    uint8_t *header = sb->ring + sb->index[slot_of(sb, sb->lines - 1)];
    uint32_t value = unpack_header(header) & ~(uint32_t)LINE_SIZE;

    header[1] = (uint8_t)((value | (uint32_t)size << LINE_SIZE_SHIFT) >> 8);
}

enum row_size
scrollback_line_size(const struct scrollback *sb, int index)
{
    uint32_t header = unpack_header(packed_line(sb, index));

    return (enum row_size)((header & LINE_SIZE) >> LINE_SIZE_SHIFT);
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
    pen->attrs = attrs & 0x3fff;
    return in;
}

/*
 * Unpacks the first `cols` cells of a line that has as many or more, and
 * returns how many they are: one less when they end in half a character.
 */
static int
unpack_cells(const uint8_t *in, struct marks *table, struct cell *cells,
             int cols)
{
    struct cell pen = cell_default();
    struct cell cell = pen;
    bool wide = false;
    int col = 0;

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
            cell.marks = marks_add(table, cell.marks, code) & 0x7fff;
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

void
scrollback_read(const struct scrollback *sb, int index, struct marks *marks,
                struct cell *cells, int cols, bool *wrapped)
{
    const uint8_t *in = packed_line(sb, index);
    uint32_t header = unpack_header(in);
    int held = (int)(header & LINE_COLS);
    int col =
        unpack_cells(in + LINE_HEADER, marks, cells, held < cols ? held : cols);

    while (col < cols) {
        cells[col++] = cell_default();
    }
    *wrapped = (header & LINE_WRAPPED) != 0;
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
    return (int)(unpack_header(packed_line(sb, index)) & LINE_COLS);
}

bool
scrollback_pop(struct scrollback *sb, struct cell *cells, int cols,
               bool *wrapped)
{
    if (sb->lines == 0) {
        return false;
    }
    scrollback_line(sb, 0, cells, cols, wrapped);
    sb->lines--;
    sb->head = sb->lines == 0 ? 0 : sb->index[slot_of(sb, sb->lines)];
    return true;
}
