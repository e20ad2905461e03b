/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only file that knows libvterm. It uses what 0.1.4 and 0.3 have in common,
 * so that nothing here depends on the version.
 */
#include "term/vt.h"

#include <assert.h>
#include <stdlib.h>

#include <vterm.h>

#include "base/mem.h"

enum {
    SEQUENCE_MAX = 32,
    WRITE_MAX = 4096, /* libvterm puts four bytes for each on the stack */
};

struct vt {
    VTermAllocatorFunctions allocator; /* libvterm keeps a pointer to it */
    VTerm *vterm;
    VTermState *state;
    struct cell_size size;
    const struct vt_handler *handler;
    void *data;
    struct cell_pos cursor; /* libvterm's */
    bool muted;
};

/* A sequence being made. */
struct sequence {
    char text[SEQUENCE_MAX];
    size_t len;
};

static void
add_text(struct sequence *s, const char *text)
{
    while (*text != '\0') {
        assert(s->len < SEQUENCE_MAX);
        s->text[s->len++] = *text++;
    }
}

static void
add_number(struct sequence *s, int number)
{
    char digits[12];
    size_t at = sizeof(digits);

    assert(number >= 0 && number <= VT_COUNT_MAX);
    digits[--at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    add_text(s, digits + at);
}

static struct cell_pos
clamp_pos(const struct vt *vt, int row, int col)
{
    return (struct cell_pos){
        .row = clamp_int(row, 0, vt->size.rows - 1),
        .col = clamp_int(col, 0, vt->size.cols - 1),
    };
}

/* What of libvterm's rectangle is on the screen; may be empty. */
static struct vt_area
clamp_area(const struct vt *vt, VTermRect rect)
{
    return (struct vt_area){
        .top = max_int(rect.start_row, 0),
        .bottom = min_int(rect.end_row, vt->size.rows),
        .left = max_int(rect.start_col, 0),
        .right = min_int(rect.end_col, vt->size.cols),
    };
}

static bool
is_empty(struct vt_area area)
{
    return area.top >= area.bottom || area.left >= area.right;
}

static int
on_putglyph(VTermGlyphInfo *info, VTermPos pos, void *data)
{
    struct vt *vt = data;

    (void)info; /* a stand-in */
    if (!vt->muted) {
        vt->handler->on_put(vt->data, clamp_pos(vt, pos.row, pos.col));
    }
    return 1;
}

static int
on_scrollrect(VTermRect rect, int downward, int rightward, void *data)
{
    struct vt *vt = data;
    struct vt_area area = clamp_area(vt, rect);

    if (!vt->muted && !is_empty(area)) {
        vt->handler->on_scroll(vt->data, area, downward, rightward);
    }
    return 1;
}

static int
on_erase(VTermRect rect, int selective, void *data)
{
    struct vt *vt = data;
    struct vt_area area = clamp_area(vt, rect);

    (void)selective; /* who asked knows */
    if (!vt->muted && !is_empty(area)) {
        vt->handler->on_erase(vt->data, area);
    }
    return 1;
}

static const VTermStateCallbacks callbacks = {
    .putglyph = on_putglyph,
    .scrollrect = on_scrollrect,
    .erase = on_erase,
};

/* No operation of ours makes libvterm answer. */
static void
drop_output(const char *bytes, size_t len, void *data)
{
    (void)bytes;
    (void)len;
    (void)data;
}

/* libvterm does not check its allocations, which are small and ours to fail. */
static void *
allocate(size_t size, void *data)
{
    (void)data;
    return xcalloc(1, size);
}

static void
release(void *memory, void *data)
{
    (void)data;
    free(memory);
}

static void
write_bytes(struct vt *vt, const char *bytes, size_t len)
{
    while (len > 0) {
        size_t part = len < WRITE_MAX ? len : WRITE_MAX;
        VTermPos pos;

        (void)vterm_input_write(vt->vterm, bytes, part); /* takes all */
        vterm_state_get_cursorpos(vt->state, &pos);
        vt->cursor = clamp_pos(vt, pos.row, pos.col);
        bytes += part;
        len -= part;
    }
}

static void
write_sequence(struct vt *vt, const struct sequence *s)
{
    write_bytes(vt, s->text, s->len);
}

struct vt *
vt_new(struct cell_size size, const struct vt_handler *handler, void *data)
{
    static const char no_autowrap[] = "\033[?7l";
    struct vt *vt = xcalloc(1, sizeof(*vt));

    vt->allocator = (VTermAllocatorFunctions){allocate, release};
    vt->size = size;
    vt->handler = handler;
    vt->data = data;
    vt->vterm =
        vterm_new_with_allocator(size.rows, size.cols, &vt->allocator, vt);
    vterm_set_utf8(vt->vterm, 1);
    vterm_output_set_callback(vt->vterm, drop_output, vt);
    vt->state = vterm_obtain_state(vt->vterm);
    vterm_state_reset(vt->state, 1);
    vterm_state_set_callbacks(vt->state, &callbacks, vt);
    write_bytes(vt, no_autowrap, sizeof(no_autowrap) - 1);
    return vt;
}

void
vt_free(struct vt *vt)
{
    if (vt == NULL) {
        return;
    }
    vterm_free(vt->vterm);
    free(vt);
}

/* How an operation is spelled; the others are CSI, n, and a final byte. */
static const struct {
    const char *text;
    const char *final;
} spellings[] = {
    [VT_INDEX] = {"\033D", NULL},
    [VT_REVERSE_INDEX] = {"\033M", NULL},
    [VT_CARRIAGE_RETURN] = {"\r", NULL},
    [VT_BACKSPACE] = {"\b", NULL},
    [VT_TABS] = {NULL, "I"},
    [VT_BACK_TABS] = {NULL, "Z"},
    [VT_SET_TAB] = {"\033H", NULL},
    [VT_CLEAR_TAB] = {"\033[g", NULL},
    [VT_CLEAR_TABS] = {"\033[3g", NULL},
    [VT_ERASE_DISPLAY] = {NULL, "J"},
    [VT_ERASE_LINE] = {NULL, "K"},
    [VT_ERASE_CHARS] = {NULL, "X"},
    [VT_INSERT_CHARS] = {NULL, "@"},
    [VT_DELETE_CHARS] = {NULL, "P"},
    [VT_INSERT_LINES] = {NULL, "L"},
    [VT_DELETE_LINES] = {NULL, "M"},
    [VT_SCROLL_UP] = {NULL, "S"},
    [VT_SCROLL_DOWN] = {NULL, "T"},
    [VT_PUT_NARROW] = {"x", NULL},
    [VT_PUT_WIDE] = {"\xe4\xb8\x80", NULL}, /* U+4E00, wide in all versions */
};

static void
add_cursor_move(struct sequence *s, struct cell_pos pos)
{
    add_text(s, "\033[");
    add_number(s, pos.row + 1);
    add_text(s, ";");
    add_number(s, pos.col + 1);
    add_text(s, "H");
}

void
vt_do(struct vt *vt, enum vt_op op, int n, struct cell_pos *cursor)
{
    struct sequence s = {.len = 0};

    assert(op != VT_PUT_WIDE || cursor->col + 2 <= vt->size.cols);
    if (vt->cursor.row != cursor->row || vt->cursor.col != cursor->col) {
        add_cursor_move(&s, *cursor);
    }
    if (spellings[op].text != NULL) {
        add_text(&s, spellings[op].text);
    } else {
        add_text(&s, "\033[");
        add_number(&s, n);
        add_text(&s, spellings[op].final);
    }
    write_sequence(vt, &s);
    *cursor = vt->cursor;
}

void
vt_set_margins(struct vt *vt, int top, int bottom)
{
    struct sequence s = {.len = 0};

    add_text(&s, "\033[");
    if (top > 0 || bottom < vt->size.rows) {
        assert(top >= 0 && top + 1 < bottom && bottom <= vt->size.rows);
        add_number(&s, top + 1);
        add_text(&s, ";");
        add_number(&s, bottom);
    }
    add_text(&s, "r");
    write_sequence(vt, &s);
}

void
vt_load(struct vt *vt, const void *bytes, size_t len)
{
    vt->muted = true;
    write_bytes(vt, bytes, len);
    vt->muted = false;
}
