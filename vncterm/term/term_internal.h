/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of the terminal share, and hooks for their tests. The files:
 *
 *   term.c          the public interface, reset, resize
 *   term_ops.c      the guard's operations to the functions below
 *   term_print.c    characters: charsets, wrap, marks, repetition
 *   term_cursor.c   moves, tab stops, save and restore
 *   term_margins.c  margins and what scrolls in them
 *   term_edit.c     erase, insert, delete, scroll
 *   term_rect.c     rectangles
 *   term_pens.c     attributes kept and put back
 *   term_modes.c    modes: set, reset, ask
 *   term_reports.c  answers to queries
 *   term_window.c   sizes, titles of the window
 *   term_dcs.c      settings asked for
 *   term_osc.c      titles, and the next two
 *   term_colours.c  colours set, asked for and reset
 *   term_clipboard.c  the viewers' clipboard
 *   term_state.c    the state as a VT stream, also for libvterm
 *   term_restore.c  a terminal of such a stream
 *
 * For these files and tests only.
 */
#ifndef VNCTERM_TERM_TERM_INTERNAL_H
#define VNCTERM_TERM_TERM_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/colours.h"
#include "base/geom.h"
#include "base/key.h"
#include "term/cell.h"
#include "term/charset.h"
#include "term/guard.h"
#include "term/palette.h"
#include "term/screen.h"
#include "term/tab_stops.h"
#include "term/term.h"
#include "term/view.h"
#include "term/vt.h"

/* What DECSC saves. */
struct cursor {
    struct cell_pos pos;
    /*
     * A character has been written in the last column and the cursor stands on
     * it: with autowrap the next one goes to the next line. libvterm has no
     * part in this: its own flag can neither be read nor, in place, cleared.
     */
    bool pending_wrap;
    bool origin;     /* DECOM: rows count from the top margin; then the cursor
                        is within the margins */
    struct cell pen; /* colours, attributes and DECSCA; no character */
    struct charsets charsets;
};

/*
 * What scrolls: rows [top, bottom), all or at least two of them; and columns
 * [left, right), likewise, which are all of them without DECLRMM.
 */
struct margins {
    int top;
    int bottom;
    int left;
    int right;
};

/* Modes that are neither input's nor saved with the cursor. */
struct term_modes {
    bool autowrap;           /* DECAWM */
    bool insert;             /* IRM */
    bool reverse_screen;     /* DECSCNM */
    bool cursor_visible;     /* DECTCEM */
    bool cursor_blink;       /* DECSCUSR and mode 12 */
    bool synchronizing;      /* mode 2026 */
    bool column_margins;     /* DECLRMM */
    bool reverse_wrap;       /* mode 45 */
    bool reverse_wrap_more;  /* mode 1045, which is as free here */
    bool more_fix;           /* mode 41: a tab does not swallow a wrap */
    bool allow_columns;      /* mode 40: DECCOLM is obeyed */
    bool columns_132;        /* DECCOLM */
    bool keep_on_columns;    /* DECNCSM */
    bool eight_bit_controls; /* S8C1T: answers have C1 controls in a byte */
    bool iso_protection; /* what is protected is so from ED, EL and ECH, too */
    bool exact_rectangles; /* DECSACE 2 */
    bool title_set_hex;    /* XTSMTITLE 0 */
    bool title_query_hex;  /* XTSMTITLE 1 */
    bool smooth_scroll;    /* DECSCLM, and DEC's printer modes DECPFF and */
    bool print_form_feed;  /* DECPEX: remembered, and nothing else */
    bool print_screen;
    bool keyboard_locked; /* KAM and SRM: likewise */
    bool no_echo;
    bool national;          /* DECNRCM: national sets can be designated */
    bool cp437_font;        /* ESC [ 11 m */
    int level;              /* DECSCL, 1 to TERM_LEVEL */
    int checksum_extension; /* XTCHECKSUM; 6 bits */
    enum cursor_shape cursor_shape;
};

/* Colours that are remembered and not drawn: those of OSC 5, then of OSC 13 to
 * 19. */
enum {
    SPECIAL_COLOURS = 5,
    IDLE_COLOURS = SPECIAL_COLOURS + 7,
};

/* XTWINOPS 22 and 23. */
enum {
    TITLE_STACK_MAX = 10, /* as xterm's; the oldest is dropped */
};

struct title_stack {
    int count;
    struct titles {
        char title[TERM_TITLE_MAX + 1];
        char icon[TERM_TITLE_MAX + 1];
    } entries[TITLE_STACK_MAX];
};

/* XTPUSHSGR. */
enum {
    PEN_STACK_MAX = 10, /* as xterm's; what comes on top is not kept */
};

struct pen_stack {
    int count;
    struct kept_pen {
        struct cell pen;
        uint32_t which; /* bits of term_pens.c */
    } entries[PEN_STACK_MAX];
};

enum {
    TERM_LEVEL = 4, /* DECSCL's highest, and at start: a VT420's */
    MODES_SAVED_MAX = 48,
};

/* What XTSAVE has saved: bits by the order of a table in term_modes.c. */
struct saved_modes {
    uint64_t known; /* which have been */
    uint64_t on;
};

struct term {
    struct screen *screen;
    struct vt *vt;
    struct guard guard;
    struct term_handler handler;
    void *data;
    enum key_dialect dialect;
    struct term_allowances allows;
    enum coding first_coding; /* input.coding at start and after a reset */
    bool backspace_sends_bs;  /* DECBKM after a reset */
    size_t scrollback_max;
    struct cell_size size;

    struct cursor cursor;
    struct cursor saved[2]; /* of the main and of the alternate screen */
    struct margins margins;
    struct tab_stops tabs;
    struct term_modes modes;
    struct saved_modes saved_modes;
    struct input_modes input;
    uint32_t colours[PALETTE_ENTRIES]; /* those that the guest has not set */
    uint32_t palette[PALETTE_ENTRIES];
    bool bold_is_bright;
    bool blink;         /* things blink at all */
    bool blink_hidden;  /* what blinks is hidden */
    bool cursor_hidden; /* the cursor is, which comes back earlier */
    bool cursor_busy;   /* something has been fed since it was decided */
    int palette_set;    /* how many entries are */
    uint32_t idle_colours[IDLE_COLOURS]; /* each 0 or as in the palette */
    char title[TERM_TITLE_MAX + 1];
    bool has_focus;                /* somebody looks */
    char icon[TERM_TITLE_MAX + 1]; /* of an icon that nobody has */
    struct title_stack title_stack;
    struct pen_stack pen_stack;
    struct {
        int x; /* where a guest has moved it */
        int y;
        bool is_icon; /* or has made it one */
    } window;
    struct cell_size unzoomed; /* what XTWINOPS 9 goes back to, or 0x0 */
    uint32_t last_code; /* what REP repeats; 0 after any control function */

    /* For what libvterm's callbacks write and erase on our behalf. */
    struct cell stand_in_for;
    int stand_in_width;
    enum screen_protection erase_protection;

    /*
     * Whether text, line feeds and tabs, which make up nearly all output, are
     * done without asking libvterm. Off in tests that compare the two.
     */
    bool fast_path;

    bool doubled_lines; /* some line has been of double width */
};

/* term.c */

/* RIS and DECSTR. */
void term_reset_hard(struct term *t);
void term_reset_soft(struct term *t);

/* Tells the guard how bytes are coded, after what that depends on changed. */
void term_update_coding(struct term *t);

/* Makes libvterm anew from our state; nothing that follows may differ. */
void term_renew_vt(struct term *t);

/* Shows the cursor where it is; between two feeds nobody looks. */
void term_show_cursor(struct term *t);

/* term_resize(), with what becomes of the cursor's line. */
int term_set_size(struct term *t, struct cell_size size,
                  enum screen_cursor_line cursor_line);

void term_set_fast_path(struct term *t, bool on);

/* How many columns a row has: fewer when its characters are of double width. */
static inline int
line_cols(const struct term *t, int row)
{
    if (!t->doubled_lines) {
        return t->size.cols;
    }
    return row_size_cols(screen_row_size(t->screen, row), t->size.cols);
}

/* term_ops.c */

extern const struct guard_handler term_guard_handler;

/* term_print.c */

void print_ascii(struct term *t, const uint8_t *text, size_t len);
void print_code(struct term *t, uint32_t code);
void print_byte(struct term *t, uint8_t byte);
void print_again(struct term *t, int count);

/* Where libvterm puts the stand-in. */
void print_stand_in(struct term *t, struct cell_pos pos);

/* term_cursor.c: arguments of any size are clamped. */

void cursor_move_to(struct term *t, int row, int col);
void cursor_up(struct term *t, int rows);
void cursor_down(struct term *t, int rows);
void cursor_left(struct term *t, int cols);
void cursor_backward(struct term *t, int cols); /* with reverse wrap, if on */
void cursor_right(struct term *t, int cols);

/* The row, the column or both, counted from the origin. */
void cursor_address_row(struct term *t, int row);
void cursor_address_col(struct term *t, int col);
void cursor_address(struct term *t, int row, int col);
int cursor_row_from_origin(const struct term *t);
int cursor_col_from_origin(const struct term *t);

void cursor_carriage_return(struct term *t);
void cursor_index(struct term *t);
void cursor_reverse_index(struct term *t);
void cursor_tabs(struct term *t, int count);
void cursor_back_tabs(struct term *t, int count);
void cursor_set_tab(struct term *t);
void cursor_reset_tabs(struct term *t);
void cursor_clear_tabs(struct term *t, int which);
void cursor_save(struct term *t);
void cursor_restore(struct term *t);
void cursor_set_origin(struct term *t, bool on);
void cursor_reset_saved(struct cursor *cursor);

/* Where a line ends for the cursor: the right margin, or behind it the edge. */
static inline int
cursor_line_end(const struct term *t)
{
    int cols = line_cols(t, t->cursor.pos.row);

    return t->cursor.pos.col < t->margins.right
               ? min_int(t->margins.right, cols)
               : cols;
}

/* Whether it stands where a character can wait to wrap. */
static inline bool
cursor_is_at_end(const struct term *t)
{
    return t->cursor.pos.col == cursor_line_end(t) - 1;
}

/* term_margins.c */

/* [top, bottom) and [left, right), any integers; what is no region is ignored,
 * else the cursor goes home. */
void margins_set_rows(struct term *t, int top, int bottom);
void margins_set_cols(struct term *t, int left, int right);

/* DECLRMM: without it the columns are all of them. */
void margins_allow_cols(struct term *t, bool on);

/* The whole screen; libvterm is not told. */
void margins_reset(struct term *t);

/* Whether not all columns are within them. */
static inline bool
margins_are_narrow(const struct term *t)
{
    return t->margins.left > 0 || t->margins.right < t->size.cols;
}

/* Whether the cursor's row, column, or both are within them. */
bool margins_hold_row(const struct term *t);
bool margins_hold_cursor(const struct term *t);
static inline bool
margins_hold_col(const struct term *t)
{
    return t->cursor.pos.col >= t->margins.left &&
           t->cursor.pos.col < t->margins.right;
}

/* Moves what is within them up by `lines` (down when negative). */
void margins_scroll(struct term *t, int lines, struct cell blank);

/* Puts the cursor on a column that its row has. */
void cursor_fit_line(struct term *t);

/* term_edit.c */

/* What ED, EL and ECH have to leave. */
enum screen_protection edit_protection(const struct term *t);

void edit_erase_display(struct term *t, int which,
                        enum screen_protection protection);
void
edit_erase_line(struct term *t, int which, enum screen_protection protection);
void edit_erase_chars(struct term *t, int count);
void edit_insert_chars(struct term *t, int count);
void edit_delete_chars(struct term *t, int count);
void edit_insert_cols(struct term *t, int count);
void edit_delete_cols(struct term *t, int count);
void edit_shift_cols(struct term *t, int left);
void edit_back_index(struct term *t);
void edit_forward_index(struct term *t);
void edit_insert_lines(struct term *t, int count);
void edit_delete_lines(struct term *t, int count);
void edit_scroll(struct term *t, enum vt_op up_or_down, int count);
void edit_alignment_test(struct term *t);

/* Of the cursor's line; and of rows [top, bottom), to single. */
void edit_set_line_size(struct term *t, enum row_size size);
void edit_make_lines_single(struct term *t, int top, int bottom);
void edit_clear_screen(struct term *t, struct cell blank);

extern const struct vt_handler edit_vt_handler;

/* term_rect.c: returns whether the operation is one on rectangles. */
bool rect_apply(struct term *t, const struct guard_op *op);

/* term_pens.c */

void pens_push(struct term *t, const struct guard_op *op);
void pens_pop(struct term *t);
void pens_report(struct term *t, struct screen_area area);
struct state_writer;
void pens_write(struct state_writer *w, const struct pen_stack *stack);

/* term_modes.c */

void modes_reset(struct term *t);
void modes_apply(struct term *t, const struct guard_op *op);
void modes_report(struct term *t, const struct guard_op *op);
void modes_save(struct term *t, const struct guard_op *op);
void modes_restore(struct term *t, const struct guard_op *op);
void modes_set_level(struct term *t, const struct guard_op *op);

/* The masks of what XTSAVE may have saved. */
bool modes_are_saved_modes(struct saved_modes saved);
void modes_set_cursor_style(struct term *t, int style);

/* term_keys.c */

/* XTMODKEYS: reset all, set one, answer, and what a state says of them. */
void key_modes_reset(struct term *t);
void key_modes_apply(struct term *t, const struct guard_op *op);
void key_modes_report(struct term *t, const struct guard_op *op);
void key_modes_write(struct state_writer *w, const struct input_modes *input);

/* term_reports.c */

__attribute__((format(printf, 2, 3))) void
report(struct term *t, const char *format, ...);
void report_attributes(struct term *t, const struct guard_op *op);
void report_status(struct term *t, const struct guard_op *op);
void report_version(struct term *t, const struct guard_op *op);

void report_parameters(struct term *t, const struct guard_op *op);
void report_presentation(struct term *t, const struct guard_op *op);
void report_focus(struct term *t);

/* term_window.c */

void window_apply(struct term *t, const struct guard_op *op);
void window_set_title_modes(struct term *t, const struct guard_op *op);
void window_set_columns(struct term *t, bool wide);
void window_set_lines(struct term *t, const struct guard_op *op);
void window_set_page_columns(struct term *t, const struct guard_op *op);

/* Another size for the guest, clamped; nothing where that is not allowed. */
void window_resize(struct term *t, int cols, int rows);

/* term_dcs.c */

void dcs_apply(struct term *t, const char *bytes, size_t len);

/* term_osc.c */

enum {
    /* Ours: marks a state, and says what no other sequence can; see
     * term_state.c. Other terminals ignore it. */
    OSC_STATE = 7717,
    /* What OSC_STATE says at the start of a state, in front of the size. */
    STATE_VERSION = 1,
};

/* The last bytes of a state: one that has been cut short lacks them. */
#define STATE_END "\033]7717;end\033\\"

/* A title that has been cleaned. */
void title_set(struct term *t, const char *title);

void osc_apply(struct term *t, int number, const char *bytes, size_t len);
/* Takes the text up to the next semicolon off the front of `text`. */
struct osc_text osc_take_field(struct osc_text *text);

/* term_colours.c */

void palette_set(struct term *t, int entry, uint32_t rgb);
void palette_reset_all(struct term *t);

/* Returns whether the OSC is one for colours. */
bool colours_apply(struct term *t, int osc, struct osc_text text);

/* term_clipboard.c */

void clipboard_apply(struct term *t, struct osc_text text);

/* term_state.c; the rest of it is in term.h. */

/* Writes what libvterm holds of the state; see vt_load(). */
void state_load_vt(struct term *t);

#endif
