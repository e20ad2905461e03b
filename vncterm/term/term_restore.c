/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A terminal of a state that term_state.c has written, or that somebody else
 * has: the bytes are hostile.
 *
 * They pass the guard, as a guest's do, and of what it lets through only that
 * is carried out which a state is made of, where a state has it; the rest is
 * ignored. So nothing is answered, rung or told, and no few bytes, like those
 * of a reset, make us touch a whole screen. Of all that was tried, at 1000x500
 * and 1x500 and to a 1 MiB scrollback, 64 MiB of characters on a screen of one
 * column take longest, 2.1 s, since each of them scrolls; line feeds take
 * 1.6 s, erased characters 1.1 s, log lines 0.3 s.
 */
#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "term/term_internal.h"

/* Both screens' blanks, and tab stops, are the lesser part. */
#define BLANKS_MAX                                     \
    (2 * ((size_t)SCROLLBACK_MAX_BYTES +               \
          2 * (size_t)TERM_COLS_MAX * TERM_ROWS_MAX) + \
     (size_t)TERM_COLS_MAX * TERM_COLS_MAX)

/* The start of a state. */
struct header {
    const char *at;
    const char *end;
};

static bool
take_text(struct header *h, const char *text)
{
    size_t len = strlen(text);

    if ((size_t)(h->end - h->at) < len || memcmp(h->at, text, len) != 0) {
        return false;
    }
    h->at += len;
    return true;
}

/* A decimal number, or -1; what is too large becomes GUARD_ARG_LIMIT. */
static int
take_number(struct header *h)
{
    int value = -1;

    while (h->at < h->end && *h->at >= '0' && *h->at <= '9') {
        value = (value < 0 ? 0 : value) * 10 + (*h->at - '0');
        value = value < GUARD_ARG_LIMIT ? value : GUARD_ARG_LIMIT;
        h->at++;
    }
    return value;
}

/* Whether the bytes are a whole state of our version, and of which size. */
static bool
read_header(const char *bytes, size_t len, struct cell_size *out)
{
    struct header h = {.at = bytes, .end = bytes + len};
    size_t end_len = sizeof(STATE_END) - 1;

    if (!take_text(&h, "\033]7717;") || take_number(&h) != STATE_VERSION ||
        !take_text(&h, ";")) {
        return false;
    }
    int cols = take_number(&h);
    if (!take_text(&h, ";")) {
        return false;
    }
    int rows = take_number(&h);
    if (cols < 0 || rows < 0 || !take_text(&h, "\033\\") ||
        (size_t)(h.end - h.at) < end_len ||
        memcmp(h.end - end_len, STATE_END, end_len) != 0) {
        return false;
    }
    *out = (struct cell_size){.cols = cols, .rows = rows};
    return true;
}

/* A state being read. */
struct reader {
    struct term *term;
    size_t blanks; /* cells that CUF, ECH and CUP have passed over until now */
};

/*
 * Whether the text has not ended. A state is written in insert mode off and
 * without margins, and says at its end how they were.
 */
static bool
is_in_text(const struct term *t)
{
    return !t->modes.insert && t->margins.top == 0 &&
           t->margins.bottom == t->size.rows && !t->modes.column_margins;
}

static void
on_ascii(void *data, const uint8_t *text, size_t len)
{
    const struct reader *r = data;

    if (is_in_text(r->term)) {
        term_guard_handler.on_ascii(r->term, text, len);
    }
}

static void
on_code(void *data, uint32_t code)
{
    const struct reader *r = data;

    if (is_in_text(r->term)) {
        term_guard_handler.on_code(r->term, code);
    }
}

static void
on_byte(void *data, uint8_t byte)
{
    /* A state is UTF-8 up to its last sequences. */
    (void)data;
    (void)byte;
}

/*
 * A line of a state ends in the default pen, and CR is in front of LF: no byte
 * fills a line with colour, or makes one that is long.
 */
static void
feed_line(struct term *t)
{
    struct cell pen = t->cursor.pen;

    if (is_in_text(t) && t->cursor.pos.col == 0 && !t->cursor.pending_wrap) {
        t->cursor.pen.bg = COLOUR_DEFAULT;
        term_guard_handler.on_control(t, '\n');
        t->cursor.pen = pen;
    }
}

static void
on_control(void *data, uint8_t control)
{
    const struct reader *r = data;
    struct term *t = r->term;

    switch (control) {
    case '\n':
        feed_line(t);
        break;
    case '\r':
    case 0x0e: /* SO, SI */
    case 0x0f:
        term_guard_handler.on_control(t, control);
        break;
    default:
        break;
    }
}

/*
 * Those that are carried out as they come; on_op() knows the others. Not RIS,
 * which stands at the start: the terminal is as good as reset.
 */
static bool
is_kind_of_state(enum guard_kind kind)
{
    static const bool kinds[] = {
        [GUARD_SM] = true,
        [GUARD_SGR] = true,
        [GUARD_XTPUSHSGR] = true,
        [GUARD_DECSCA] = true,
        [GUARD_DECSTBM] = true,
        [GUARD_DECSLRM] = true,
        [GUARD_DECSC] = true,
        [GUARD_DECKPAM] = true,
        [GUARD_XTMODKEYS] = true,
        [GUARD_XTMODKEYS_OFF] = true,
        [GUARD_DECSACE] = true,
        [GUARD_XTCHECKSUM] = true,
        [GUARD_S8C1T] = true,
        [GUARD_XTSMTITLE] = true,
        [GUARD_SPA] = true,
        [GUARD_EPA] = true,
        [GUARD_DECSCUSR] = true,
        [GUARD_DESIGNATE] = true,
        [GUARD_SHIFT] = true,
        [GUARD_SINGLE_SHIFT] = true,
        [GUARD_SHIFT_RIGHT] = true,
        [GUARD_CODING_UTF8] = true,
        [GUARD_CODING_DEFAULT] = true,
        [GUARD_DECDWL] = true,
        [GUARD_DECDHL_TOP] = true,
        [GUARD_DECDHL_BOTTOM] = true,
    };

    return kind < sizeof(kinds) / sizeof(kinds[0]) && kinds[kind];
}

/* Others clear screens, or can be said by one of these. */
static bool
is_mode_of_state(int mode)
{
    static const int modes[] = {4,    18,   19,   40,   41,   42,   45,   95,
                                1045, 1,    5,    6,    7,    9,    25,   47,
                                67,   69,   1000, 1002, 1003, 1004, 1005, 1006,
                                1007, 1015, 1016, 1035, 1037, 2004, 2026};

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        if (modes[i] == mode) {
            return true;
        }
    }
    return false;
}

/*
 * Whether there may be so many blanks in a state. No few bytes stand for many
 * cells more often than in the state of the largest terminal: its scrollback
 * takes a byte for each cell at least, and each is erased and passed over.
 */
static bool
take_blanks(struct reader *r, int count)
{
    size_t cells = (size_t)min_int(count, r->term->size.cols);

    if (cells > BLANKS_MAX - r->blanks) {
        return false;
    }
    r->blanks += cells;
    return true;
}

static void
on_op(void *data, const struct guard_op *op)
{
    struct reader *r = data;
    struct term *t = r->term;
    bool carry_out = is_kind_of_state(op->kind);

    switch (op->kind) {
    case GUARD_HTS: /* libvterm is told when all is read */
        tab_stops_add(&t->tabs, t->cursor.pos.col);
        return;
    case GUARD_TBC:
        if (guard_arg(op, 0, 0) == 3) {
            tab_stops_clear(&t->tabs);
        }
        return;
    case GUARD_DECSET:
    case GUARD_DECRST:
        carry_out = op->argc == 1 && is_mode_of_state(guard_arg(op, 0, 0));
        break;
    case GUARD_XTWINOPS: /* titles are pushed, the window has a place */
        carry_out = guard_arg(op, 0, 0) == 22 || guard_arg(op, 0, 0) == 2 ||
                    guard_arg(op, 0, 0) == 3;
        break;
    case GUARD_CUF:
    case GUARD_ECH:
        carry_out = take_blanks(r, guard_count(op, 0));
        break;
    case GUARD_CUP:
        carry_out = take_blanks(r, guard_count(op, 1));
        break;
    default:
        break;
    }
    if (carry_out) {
        term_guard_handler.on_op(t, op);
    }
}

static void
on_osc(void *data, int number, const char *text, size_t len)
{
    const struct reader *r = data;

    switch (number) {
    case 1: /* the titles */
    case 2:
    case 4: /* colours */
    case 5:
    case 10:
    case 11:
    case 12:
    case 13:
    case 14:
    case 15:
    case 16:
    case 17:
    case 18:
    case 19:
    case OSC_STATE:
        term_guard_handler.on_osc(r->term, number, text, len);
        break;
    default:
        break;
    }
}

static void
on_dcs(void *data, const char *text, size_t len)
{
    /* A state has none. */
    (void)data;
    (void)text;
    (void)len;
}

static const struct guard_handler state_handler = {
    .on_ascii = on_ascii,
    .on_code = on_code,
    .on_byte = on_byte,
    .on_control = on_control,
    .on_op = on_op,
    .on_osc = on_osc,
    .on_dcs = on_dcs,
};

/* Gives `t` what `made` holds, and the other way round. */
static void
swap_content(struct term *t, struct term *made)
{
    struct term old = *t;

    *t = *made;
    *made = old;
    t->handler = old.handler;
    t->data = old.data;
    t->fast_path = old.fast_path;
    t->has_focus = old.has_focus;
    guard_init(&t->guard, &term_guard_handler, t);
    term_update_coding(t);
    term_renew_vt(t); /* its callbacks are for the other one */
}

int
term_restore(struct term *t, const void *bytes, size_t len)
{
    static const struct term_handler nobody = {.on_reply = NULL};
    struct term_config config = {.scrollback_max = t->scrollback_max,
                                 .dialect = t->dialect,
                                 .allows = t->allows,
                                 .coding = t->first_coding,
                                 .backspace_sends_bs = t->backspace_sends_bs,
                                 .colours = t->colours,
                                 .bold_is_bright = t->bold_is_bright,
                                 .blink = t->blink};
    struct reader reader = {.blanks = 0};
    struct term *made;

    if (!read_header(bytes, len, &config.size)) {
        return -EBADMSG;
    }
    int error = term_new(&made, &config, &nobody, NULL);
    if (error < 0) {
        return error;
    }
    reader.term = made;
    guard_init(&made->guard, &state_handler, &reader);
    term_feed(made, bytes, len);
    /* At its own size it is left alone: a resize resets the margins. */
    if (made->size.cols != t->size.cols || made->size.rows != t->size.rows) {
        /* Nobody is there yet to redraw a line that is being edited. */
        error = term_set_size(made, t->size, SCREEN_REFLOW_CURSOR_LINE);
    }
    if (error == 0) {
        swap_content(t, made);
        screen_damage_all(t->screen);
        term_show_cursor(t);
    }
    term_free(made);
    return error;
}
