/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A terminal: a guest's bytes in; a screen, replies, a title and a bell out.
 *
 * Bytes are hostile. They pass a guard (term/guard.h) that understands every
 * sequence and lets through a closed set of operations. All state is held here;
 * libvterm (term/vt.h) works out where characters, erasures, insertions and
 * scrolls fall, from operations of our making. Memory is bounded by the size
 * and the scrollback limit whatever arrives, and the same bytes in any split
 * give the same screen.
 */
#ifndef VNCTERM_TERM_TERM_H
#define VNCTERM_TERM_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/coding.h"
#include "base/colours.h"
#include "base/geom.h"
#include "base/key.h"
#include "term/selection.h"
#include "term/view.h"

struct term;

enum {
    TERM_COLS_MAX = 1000, /* as the screen's; one column or row is legal */
    TERM_ROWS_MAX = 500,
    TERM_TITLE_MAX = 127, /* bytes; what RFB clients are known to take */
    TERM_REPLY_MAX = 512, /* bytes of one reply */
    TERM_CLIPBOARD_MAX = 12 << 10, /* what fits base64 in a sequence */
};

/* What a guest may do that can annoy or spy; all off is the usual. */
struct term_allowances {
    bool checksums;    /* DECRQCRA: read the screen */
    bool title_report; /* have the title typed back */
    /* What tests of terminals want to see: where the window is and hear it
     * again, xterm's DA1, C1 controls where UTF-8 has no such byte, and nothing
     * said of the focus before it changes. */
    bool as_xterm;
    /* Give the terminal any size up to this one; none while it is 0x0. */
    struct cell_size size_max;
    bool clipboard; /* set the viewers' clipboard; see on_clipboard */
};

struct term_config {
    struct cell_size size;    /* 1x1 to TERM_COLS_MAX x TERM_ROWS_MAX */
    size_t scrollback_max;    /* bytes; 0 keeps nothing */
    enum key_dialect dialect; /* what the terminal says it is */
    enum coding coding;       /* of a guest that never says, and after RIS */
    bool backspace_sends_bs;  /* DECBKM after a reset */
    struct term_allowances allows;
    /* PALETTE_ENTRIES times 0xRRGGBB, which are copied, or NULL for those of
     * the Linux console. */
    const uint32_t *colours;
    bool bold_is_bright; /* as view.h has it */
    bool blink; /* whether text and cursors blink, the cursor from the start */
};

/*
 * What a terminal reports, from within term_feed() and term_set_focus(). The
 * handlers must not call back into the terminal; any of them may be NULL.
 */
struct term_handler {
    /* Answers to queries, for the guest; at most TERM_REPLY_MAX bytes. */
    void (*on_reply)(void *data, const void *bytes, size_t len);
    void (*on_bell)(void *data);
    /* Well-formed UTF-8 without control characters, at most TERM_TITLE_MAX. */
    void (*on_title)(void *data, const char *title);
    /* Text for the viewers' clipboard: UTF-8 without controls but TAB, LF and
     * CR, at most TERM_CLIPBOARD_MAX bytes. */
    void (*on_clipboard)(void *data, const char *utf8, size_t len);
    /* The guest has given the terminal another size, which it has already. */
    void (*on_resize)(void *data, struct cell_size size);
};

/* Returns 0, -EINVAL for a size or limit out of range, or -ENOMEM. */
int term_new(struct term **out, const struct term_config *config,
             const struct term_handler *handler, void *data);

void term_free(struct term *t);

/* Takes any bytes in any split. */
void term_feed(struct term *t, const void *bytes, size_t len);

/*
 * Another size. On the main screen lines are broken anew for another width; the
 * cursor's line is cut instead while the guest has bracketed paste on, since
 * who edits a line redraws it, from the row where it began. See term/screen.h.
 * Returns 0, -EINVAL or -ENOMEM; nothing has changed on failure.
 */
int term_resize(struct term *t, struct cell_size size);

struct cell_size term_size(const struct term *t);

/* The screen as it is to be drawn; valid until the next call on `t`. */
void term_view(const struct term *t, struct screen_view *out);

/*
 * The character that is drawn at a place of the picture: `place` counts rows of
 * the view and columns of a cell's size, and is clamped to what there is. In
 * rows of double width a column is two places.
 */
struct cell_pos term_pos_at_place(const struct term *t, struct cell_pos place);

/* How many places a character of a row of the view, one that exists, takes. */
int term_character_places(const struct term *t, int row);

/* Whether anything has changed since damage was taken. */
bool term_is_dirty(const struct term *t);

/*
 * Hands over what has changed. Returns false, and writes nothing, when
 * nothing has. Valid until the next call of this function.
 */
bool term_take_damage(struct term *t, struct damage *out);

/*
 * Whether the guest has asked to hold the picture back until it has finished
 * drawing (DEC mode 2026). The caller bounds how long it believes that.
 */
bool term_is_synchronizing(const struct term *t);

/*
 * Whether the view shows anything that blinks: text, or the cursor. Never
 * without term_config.blink. Looks at the whole view.
 */
bool term_has_blinking(const struct term *t);

/*
 * Hides or shows again what blinks, which is damaged. The cursor is not hidden
 * when anything has been fed since the last call, and is shown when it is.
 */
enum term_blink {
    TERM_BLINK_SHOW,
    TERM_BLINK_HIDE,
};
void term_set_blink(struct term *t, enum term_blink blink);

/* What keys and the mouse shall look like; valid for the life of `t`. */
const struct input_modes *term_input_modes(const struct term *t);

/*
 * Whether somebody looks; at first nobody does. A guest that has asked for
 * focus reports (DECSET 1004) is told so at once, but see as_xterm, and of each
 * change.
 */
void term_set_focus(struct term *t, bool has_focus);

/*
 * Moves the view back into the scrollback by `lines`, forward when negative.
 * Returns whether it has moved.
 */
bool term_scroll_view(struct term *t, int lines);

/* Returns the view to the newest lines. */
void term_scroll_view_to_bottom(struct term *t);

/* Text that is selected: see selection_begin() and what follows it. */
void term_select_begin(struct term *t, enum selection_unit unit,
                       struct selection_point at);
void term_select_extend(struct term *t, struct selection_point at);
void term_select_none(struct term *t);
bool term_has_selection(const struct term *t);
bool term_selection_text(const struct term *t, struct bytes *out);

/* The title that the guest has set, or "". */
const char *term_title(const struct term *t);

/*
 * Writes the whole state as a VT stream, in pieces: fed to a terminal of the
 * same size, it gives the same screen, scrollback, cursor, pen, modes,
 * charsets, margins, tab stops, palette and title. At most `max` bytes are
 * written: the oldest lines of scrollback, as few as that takes, are left out,
 * and cost no time. Returns 0; -EFBIG, with nothing written, when even without
 * scrollback it would be more, which with term_state_screens_max() of the
 * present size it never is; or the first negative return of `write`, after
 * which no more is written.
 */
typedef int term_write_fn(void *data, const void *bytes, size_t len);
int term_write_state(const struct term *t, size_t max, term_write_fn *write,
                     void *data);

/*
 * The same for somebody who looks at one screen only: if that is the main one,
 * the alternate one is left out; if that is the alternate one, the main one and
 * its scrollback are when there is no room for it. -EFBIG: the screen that is
 * shown does not fit by itself.
 */
int term_write_shown(const struct term *t, size_t max, term_write_fn *write,
                     void *data);

/*
 * The most that the state of a terminal of this valid size takes without
 * scrollback: some 300 bytes a cell, for both screens with colours of its own
 * in every cell. Real ones take a hundredth of it.
 */
size_t term_state_screens_max(struct cell_size size);

/*
 * Gives the terminal the state that term_write_state() wrote, whatever its size
 * was: it is read at that size and then resized to this terminal's, the
 * cursor's line like any other. The view returns to the bottom, and everything
 * is damaged. What was fed before is forgotten.
 *
 * The bytes are as hostile as a guest's, and pass the same guard. No handler is
 * called, not even for the title: ask term_title(). Returns 0, -EBADMSG when
 * the version is unknown or the start or the end is missing, -EINVAL for a size
 * out of range, or -ENOMEM; nothing has changed on failure. Meanwhile a second
 * terminal exists: its scrollback takes scrollback_max of address space, and of
 * memory what the state fills.
 */
int term_restore(struct term *t, const void *bytes, size_t len);

#endif
