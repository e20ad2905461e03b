/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/pen.h"
#include "term/term_internal.h"

/* The numbers of modes: ECMA-48 7.2, DEC STD 070, xterm's ctlseqs. */
enum {
    MODE_KAM = 2,
    MODE_IRM = 4,
    MODE_SRM = 12,
    MODE_LNM = 20,

    MODE_DECCKM = 1,
    MODE_DECANM = 2,
    MODE_DECCOLM = 3,
    MODE_DECSCLM = 4,
    MODE_DECSCNM = 5,
    MODE_DECOM = 6,
    MODE_DECAWM = 7,
    MODE_DECARM = 8,
    MODE_X10_MOUSE = 9,
    MODE_CURSOR_BLINK = 12,
    MODE_DECPFF = 18,
    MODE_DECPEX = 19,
    MODE_DECTCEM = 25,
    MODE_ALLOW_COLUMNS = 40,
    MODE_MORE_FIX = 41,
    MODE_DECNRCM = 42,
    MODE_REVERSE_WRAP = 45,
    MODE_ALTERNATE = 47,
    MODE_DECNKM = 66,
    MODE_DECBKM = 67,
    MODE_DECLRMM = 69,
    MODE_DECNCSM = 95,
    MODE_NORMAL_MOUSE = 1000,
    MODE_DRAG_MOUSE = 1002,
    MODE_ANY_MOUSE = 1003,
    MODE_FOCUS = 1004,
    MODE_UTF8_MOUSE = 1005,
    MODE_SGR_MOUSE = 1006,
    MODE_ALTERNATE_SCROLL = 1007,
    MODE_URXVT_MOUSE = 1015,
    MODE_SGR_PIXELS_MOUSE = 1016,
    MODE_META_EIGHTH_BIT = 1034,
    MODE_NUMLOCK = 1035,
    MODE_META_ESCAPE = 1036,
    MODE_DELETE_IS_DEL = 1037,
    MODE_ALT_ESCAPE = 1039,
    MODE_REVERSE_WRAP_MORE = 1045,
    MODE_ALTERNATE_CLEAR = 1047,
    MODE_SAVE_CURSOR = 1048,
    MODE_ALTERNATE_SAVE_CURSOR = 1049,
    MODE_BRACKETED_PASTE = 2004,
    MODE_SYNCHRONIZED = 2026,
};

/* What DECRQM answers (DEC STD 070). */
enum mode_report {
    MODE_UNKNOWN = 0,
    MODE_SET = 1,
    MODE_RESET = 2,
    MODE_ALWAYS_SET = 3,
    MODE_ALWAYS_RESET = 4,
};

/* Those that XTSAVE saves; struct saved_modes counts them in this order. */
static const int kept_modes[] = {
    MODE_DECCKM,
    MODE_DECCOLM,
    MODE_DECSCLM,
    MODE_DECSCNM,
    MODE_DECOM,
    MODE_DECAWM,
    MODE_X10_MOUSE,
    MODE_CURSOR_BLINK,
    MODE_DECPFF,
    MODE_DECPEX,
    MODE_DECTCEM,
    MODE_ALLOW_COLUMNS,
    MODE_MORE_FIX,
    MODE_REVERSE_WRAP,
    MODE_ALTERNATE,
    MODE_DECNKM,
    MODE_DECBKM,
    MODE_DECLRMM,
    MODE_DECNCSM,
    MODE_NORMAL_MOUSE,
    MODE_DRAG_MOUSE,
    MODE_ANY_MOUSE,
    MODE_FOCUS,
    MODE_UTF8_MOUSE,
    MODE_SGR_MOUSE,
    MODE_URXVT_MOUSE,
    MODE_ALTERNATE_CLEAR,
    MODE_ALTERNATE_SAVE_CURSOR,
    MODE_BRACKETED_PASTE,
    MODE_REVERSE_WRAP_MORE,
    MODE_DECNRCM,
    MODE_ALTERNATE_SCROLL,
    MODE_SGR_PIXELS_MOUSE,
    MODE_NUMLOCK,
    MODE_DELETE_IS_DEL,
};

enum {
    KEPT_MODES = sizeof(kept_modes) / sizeof(kept_modes[0]),
};

static_assert((int)KEPT_MODES <= (int)MODES_SAVED_MAX,
              "fits what a state can say");

void
modes_reset(struct term *t)
{
    if (t->modes.reverse_screen) {
        screen_damage_all(t->screen);
    }
    t->modes = (struct term_modes){
        .autowrap = true,
        .no_echo = true,
        .cursor_visible = true,
        .cursor_blink = t->blink,
        .cursor_shape = CURSOR_BLOCK,
        .level = TERM_LEVEL,
    };
    t->saved_modes = (struct saved_modes){.known = 0};
    t->input = (struct input_modes){
        .coding = t->first_coding,
        .alternate_scroll = true,
        .backspace_sends_bs = t->backspace_sends_bs,
        .alternate_screen = screen_is_alternate(t->screen),
    };
}

static void
use_alternate(struct term *t, bool alternate, enum screen_clear clear)
{
    screen_use_alternate(t->screen, alternate, clear, pen_blank(t->cursor.pen));
    t->input.alternate_screen = screen_is_alternate(t->screen);
    t->cursor.pending_wrap = false;
}

static void
set_alternate_clear(struct term *t, bool on)
{
    if (!on && screen_is_alternate(t->screen)) {
        edit_clear_screen(t, pen_blank(t->cursor.pen));
    }
    use_alternate(t, on, SCREEN_KEEP);
}

static void
set_alternate_save_cursor(struct term *t, bool on)
{
    if (!on) {
        use_alternate(t, false, SCREEN_KEEP);
        cursor_restore(t); /* as xterm: of who never switched, too */
        return;
    }
    cursor_save(t);
    if (screen_is_alternate(t->screen)) {
        edit_clear_screen(t, pen_blank(t->cursor.pen));
    }
    use_alternate(t, true, SCREEN_CLEAR);
}

static void
set_reverse_screen(struct term *t, bool on)
{
    if (t->modes.reverse_screen != on) {
        t->modes.reverse_screen = on;
        screen_damage_all(t->screen);
    }
}

static void
set_tracking(struct term *t, enum mouse_tracking tracking, bool on)
{
    t->input.mouse_tracking = on ? tracking : MOUSE_TRACKING_OFF;
}

static void
set_encoding(struct term *t, enum mouse_encoding encoding, bool on)
{
    if (on) {
        t->input.mouse_encoding = encoding;
    } else if (t->input.mouse_encoding == encoding) {
        t->input.mouse_encoding = MOUSE_ENCODING_BYTES;
    }
}

/* Modes that are a flag and nothing else; NULL for the others. */
static bool *
private_flag(struct term *t, int mode)
{
    switch (mode) {
    case MODE_DECCKM:
        return &t->input.cursor_application;
    case MODE_DECAWM: /* what waits to wrap goes on waiting, as in xterm */
        return &t->modes.autowrap;
    case MODE_CURSOR_BLINK:
        return &t->modes.cursor_blink;
    case MODE_DECTCEM:
        return &t->modes.cursor_visible;
    case MODE_DECSCLM:
        return &t->modes.smooth_scroll;
    case MODE_DECPFF:
        return &t->modes.print_form_feed;
    case MODE_DECPEX:
        return &t->modes.print_screen;
    case MODE_ALLOW_COLUMNS:
        return &t->modes.allow_columns;
    case MODE_MORE_FIX:
        return &t->modes.more_fix;
    case MODE_REVERSE_WRAP:
        return &t->modes.reverse_wrap;
    case MODE_REVERSE_WRAP_MORE:
        return &t->modes.reverse_wrap_more;
    case MODE_DECNCSM:
        return &t->modes.keep_on_columns;
    case MODE_DECNRCM:
        return &t->modes.national;
    case MODE_DECNKM:
        return &t->input.keypad_application;
    case MODE_DECBKM:
        return &t->input.backspace_sends_bs;
    case MODE_DELETE_IS_DEL:
        return &t->input.delete_sends_del;
    case MODE_FOCUS:
        return &t->input.focus_reports;
    case MODE_ALTERNATE_SCROLL:
        return &t->input.alternate_scroll;
    case MODE_BRACKETED_PASTE:
        return &t->input.bracketed_paste;
    case MODE_SYNCHRONIZED:
        return &t->modes.synchronizing;
    default:
        return NULL;
    }
}

static bool *
ansi_flag(struct term *t, int mode)
{
    switch (mode) {
    case MODE_IRM:
        return &t->modes.insert;
    case MODE_LNM:
        return &t->input.newline;
    case MODE_KAM:
        return &t->modes.keyboard_locked;
    case MODE_SRM:
        return &t->modes.no_echo;
    default:
        return NULL;
    }
}

static void
set_private(struct term *t, int mode, bool on)
{
    bool *flag = private_flag(t, mode);

    if (flag != NULL) {
        *flag = on;
        if (mode == MODE_FOCUS && on && !t->allows.as_xterm) {
            report_focus(t);
        }
        return;
    }
    switch (mode) {
    case MODE_DECSCNM:
        set_reverse_screen(t, on);
        break;
    case MODE_DECOM:
        cursor_set_origin(t, on);
        break;
    case MODE_DECLRMM:
        if (t->modes.level >= 4) {
            margins_allow_cols(t, on);
        }
        break;
    case MODE_DECCOLM:
        window_set_columns(t, on);
        break;
    case MODE_X10_MOUSE:
        set_tracking(t, MOUSE_TRACKING_X10, on);
        break;
    case MODE_NORMAL_MOUSE:
        set_tracking(t, MOUSE_TRACKING_NORMAL, on);
        break;
    case MODE_DRAG_MOUSE:
        set_tracking(t, MOUSE_TRACKING_DRAG, on);
        break;
    case MODE_ANY_MOUSE:
        set_tracking(t, MOUSE_TRACKING_ANY, on);
        break;
    case MODE_UTF8_MOUSE:
        set_encoding(t, MOUSE_ENCODING_UTF8, on);
        break;
    case MODE_SGR_MOUSE:
        set_encoding(t, MOUSE_ENCODING_SGR, on);
        break;
    case MODE_URXVT_MOUSE:
        set_encoding(t, MOUSE_ENCODING_URXVT, on);
        break;
    case MODE_SGR_PIXELS_MOUSE:
        set_encoding(t, MOUSE_ENCODING_SGR_PIXELS, on);
        break;
    case MODE_NUMLOCK:
        t->input.numlock_ignored = !on;
        break;
    case MODE_ALTERNATE:
        use_alternate(t, on, SCREEN_KEEP);
        break;
    case MODE_ALTERNATE_CLEAR:
        set_alternate_clear(t, on);
        break;
    case MODE_SAVE_CURSOR:
        if (on) {
            cursor_save(t);
        } else {
            cursor_restore(t);
        }
        break;
    case MODE_ALTERNATE_SAVE_CURSOR:
        set_alternate_save_cursor(t, on);
        break;
    default:
        break;
    }
}

static void
set_ansi(struct term *t, int mode, bool on)
{
    bool *flag = ansi_flag(t, mode);

    if (flag != NULL) {
        *flag = on;
    }
}

void
modes_apply(struct term *t, const struct guard_op *op)
{
    bool private = op->kind == GUARD_DECSET || op->kind == GUARD_DECRST;
    bool on = op->kind == GUARD_DECSET || op->kind == GUARD_SM;

    for (int i = 0; i < op->argc; i++) {
        int mode = guard_arg(op, i, 0);

        if (private) {
            set_private(t, mode, on);
        } else {
            set_ansi(t, mode, on);
        }
    }
}

static enum mode_report
report_of(bool on)
{
    return on ? MODE_SET : MODE_RESET;
}

static enum mode_report
private_report(struct term *t, int mode)
{
    const bool *flag = private_flag(t, mode);
    const struct input_modes *input = &t->input;

    if (flag != NULL) {
        return report_of(*flag);
    }
    switch (mode) {
    case MODE_DECSCNM:
        return report_of(t->modes.reverse_screen);
    case MODE_DECOM:
        return report_of(t->cursor.origin);
    case MODE_DECLRMM:
        return t->modes.level >= 4 ? report_of(t->modes.column_margins)
                                   : MODE_UNKNOWN;
    case MODE_DECCOLM:
        return report_of(t->modes.columns_132);
    case MODE_DECANM: /* no VT52 */
    case MODE_DECARM: /* keys repeat as a viewer has them do */
        return MODE_ALWAYS_SET;
    case MODE_X10_MOUSE:
        return report_of(input->mouse_tracking == MOUSE_TRACKING_X10);
    case MODE_NORMAL_MOUSE:
        return report_of(input->mouse_tracking == MOUSE_TRACKING_NORMAL);
    case MODE_DRAG_MOUSE:
        return report_of(input->mouse_tracking == MOUSE_TRACKING_DRAG);
    case MODE_ANY_MOUSE:
        return report_of(input->mouse_tracking == MOUSE_TRACKING_ANY);
    case MODE_UTF8_MOUSE:
        return report_of(input->mouse_encoding == MOUSE_ENCODING_UTF8);
    case MODE_SGR_MOUSE:
        return report_of(input->mouse_encoding == MOUSE_ENCODING_SGR);
    case MODE_URXVT_MOUSE:
        return report_of(input->mouse_encoding == MOUSE_ENCODING_URXVT);
    case MODE_SGR_PIXELS_MOUSE:
        return report_of(input->mouse_encoding == MOUSE_ENCODING_SGR_PIXELS);
    case MODE_ALTERNATE:
    case MODE_ALTERNATE_CLEAR:
    case MODE_ALTERNATE_SAVE_CURSOR:
        return report_of(screen_is_alternate(t->screen));
    case MODE_NUMLOCK:
        return report_of(!input->numlock_ignored);
    case MODE_META_ESCAPE: /* Alt and Meta are ESC, which UTF-8 leaves alone */
    case MODE_ALT_ESCAPE:
        return MODE_ALWAYS_SET;
    case MODE_META_EIGHTH_BIT:
        return MODE_ALWAYS_RESET;
    case MODE_SAVE_CURSOR:
        return MODE_SET; /* as xterm: there is always one to restore */
    default:
        return MODE_UNKNOWN;
    }
}

/* What ECMA-48 has besides: guarded areas, edit extents and their like. */
static enum mode_report
ansi_report(struct term *t, int mode)
{
    const bool *flag = ansi_flag(t, mode);

    if (flag != NULL) {
        return report_of(*flag);
    }
    switch (mode) {
    case 1:  /* GATM */
    case 3:  /* CRM */
    case 5:  /* SRTM */
    case 7:  /* VEM */
    case 10: /* HEM */
    case 11: /* PUM */
    case 13: /* FEAM and, to 19, FETM, MATM, TTM, SATM, TSM, EBM */
    case 14:
    case 15:
    case 16:
    case 17:
    case 18:
    case 19:
        return MODE_ALWAYS_RESET;
    default:
        return MODE_UNKNOWN;
    }
}

void
modes_report(struct term *t, const struct guard_op *op)
{
    int mode = guard_arg(op, 0, 0);

    if (op->kind == GUARD_DECRQM) {
        report(t, "\033[?%d;%d$y", mode, (int)private_report(t, mode));
    } else {
        report(t, "\033[%d;%d$y", mode, (int)ansi_report(t, mode));
    }
}

/* Where XTSAVE has a mode, or -1. */
static int
place_of_saved(int mode)
{
    for (int i = 0; i < KEPT_MODES; i++) {
        if (kept_modes[i] == mode) {
            return i;
        }
    }
    return -1;
}

void
modes_save(struct term *t, const struct guard_op *op)
{
    struct saved_modes *saved = &t->saved_modes;

    for (int i = 0; i < op->argc; i++) {
        int mode = guard_arg(op, i, 0);
        int place = place_of_saved(mode);

        if (place >= 0) {
            uint64_t bit = UINT64_C(1) << place;

            saved->known |= bit;
            saved->on &= ~bit;
            saved->on |= private_report(t, mode) == MODE_SET ? bit : 0;
        }
    }
}

void
modes_restore(struct term *t, const struct guard_op *op)
{
    const struct saved_modes *saved = &t->saved_modes;

    for (int i = 0; i < op->argc; i++) {
        int mode = guard_arg(op, i, 0);
        int place = place_of_saved(mode);

        if (place >= 0 && (saved->known >> place & 1) != 0) {
            set_private(t, mode, (saved->on >> place & 1) != 0);
        }
    }
}

bool
modes_are_saved_modes(struct saved_modes saved)
{
    return saved.known >> KEPT_MODES == 0 && (saved.on & ~saved.known) == 0;
}

/* DECSCL: a level from 1 to 4, and from 2 on whether C1 controls are 7 bits. */
void
modes_set_level(struct term *t, const struct guard_op *op)
{
    int level = guard_arg(op, 0, 0) - 60;

    if (level < 1 || level > TERM_LEVEL) {
        return;
    }
    term_reset_soft(t);
    t->modes.level = level;
    t->modes.eight_bit_controls = level > 1 && guard_arg(op, 1, 0) != 1;
}

/* DECSCUSR: odd ones blink, and 0 is as at first. */
void
modes_set_cursor_style(struct term *t, int style)
{
    static const enum cursor_shape shapes[] = {
        CURSOR_BLOCK,     CURSOR_BLOCK, CURSOR_BLOCK, CURSOR_UNDERLINE,
        CURSOR_UNDERLINE, CURSOR_BAR,   CURSOR_BAR,
    };

    if (style < (int)(sizeof(shapes) / sizeof(shapes[0]))) {
        t->modes.cursor_shape = shapes[style];
        t->modes.cursor_blink = style == 0 ? t->blink : style % 2 == 1;
    }
}
