/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A viewer's keys and pointer to what they mean: bytes for the guest, or a
 * local action such as moving through the scrollback.
 *
 * It holds the modifiers and buttons of one viewer and nothing else, so that a
 * stuck key of one viewer never reaches another. One table spells all keys in
 * all dialects; libxkbcommon turns the other keysyms into Unicode.
 */
#ifndef VNCTERM_INPUT_INPUT_H
#define VNCTERM_INPUT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/geom.h"
#include "base/key.h"

enum {
    /* The longest spelling of one event: mouse reports for 8 buttons. */
    INPUT_BYTES_MAX = 160,
    /* Bytes before a bracketed paste, and behind it. */
    INPUT_BRACKET_LEN = 6,
    INPUT_ACCENTS_MAX = 2, /* that can be on one character */
};

enum {
    /* A press that follows another one in the same cell by at most this is the
     * next click of a double or triple click. RFB does not count clicks. */
    INPUT_CLICK_US = 400 * 1000,
};

/* Where a viewer's pointer is, and what is pressed there. */
struct input_pointer_event {
    struct cell_pos pos; /* the cell below it, clamped to the screen */
    int edge; /* the nearest edge between two cells of its row: 0 to columns */
    int x;    /* pixels, for guests that ask for them */
    int y;
    unsigned buttons; /* RFB's mask: bit 0 left, 1 middle, 2 right, 3 and 4 the
                         wheel up and down */
    uint64_t time_us;
};

/* What one viewer holds down. Zero initialised when the viewer arrives. */
struct input_viewer {
    uint32_t modifiers;       /* private to input/ */
    uint8_t buttons;          /* RFB's mask of the last pointer event */
    uint8_t reported_buttons; /* of these, what the guest knows as pressed */
    bool is_selecting;        /* the left button is ours and held */
    struct input_pointer_event pointer; /* the last one */
    int clicks;                         /* 1 to 3, once there was one */
    struct input_pointer_event click;   /* the last one's press */
    uint8_t accents[INPUT_ACCENTS_MAX]; /* private to input/compose.c */
};

/* What the way in which vncterm is run makes of keys and pointers. */
struct input_config {
    enum key_dialect dialect;
    /* Ctrl-Up and Ctrl-Down scroll the view by a line, as in XenServer's
     * vncterm, instead of being the guest's; never on the alternate screen. */
    bool ctrl_arrows_scroll;
    /*
     * A press of the middle button alone in the first cell of the first row
     * pastes, whatever the guest's modes. That is how XenCenter says "Paste":
     * ClientCutText, then this click at 0,0, wherever its pointer is. A guest
     * with mouse tracking would take it for a click that nobody has made, and
     * the text would go nowhere. What is lost is a middle click of a person in
     * that one cell.
     */
    bool corner_click_pastes;
};

enum input_action_kind {
    INPUT_NOTHING,
    INPUT_BYTES,        /* bytes[0..len) for the guest */
    INPUT_SCROLL_LINES, /* view back by `amount` lines; forward if negative */
    INPUT_SCROLL_PAGES, /* the same in half screens */
    INPUT_PASTE,        /* the viewer's clipboard */
};

/* What a pointer does to the selection, beside the action. */
enum input_selecting {
    INPUT_SELECT_NOTHING,
    INPUT_SELECT_BEGIN,  /* at the pointer, with `clicks` and `is_block` */
    INPUT_SELECT_RESUME, /* go on to the pointer with what is selected */
    INPUT_SELECT_EXTEND, /* to the pointer */
    INPUT_SELECT_END,    /* there: the button has been released */
};

struct input_action {
    enum input_action_kind kind;
    enum input_selecting selecting;
    int clicks;    /* 1 characters, 2 words, 3 lines */
    bool is_block; /* whatever the clicks */
    int amount;
    size_t len;
    char bytes[INPUT_BYTES_MAX];
};

/*
 * A key of a viewer: `keysym` as X11 defines it, any 32 bits. Key releases and
 * modifiers give INPUT_NOTHING; so do keys without a meaning here: Pause,
 * Print, Menu, locks. Bytes for the guest are in its coding; what that lacks is
 * a question mark. A press is a press, whether or not its release has come:
 * that is how viewers repeat a key.
 *
 * A dead key waits for the character that its accent goes with; Backspace takes
 * it back, any other key that sends something does away with it. With Ctrl or
 * Alt it is the accent's own character.
 *
 * Shift-PageUp, Shift-PageDown and Shift-Insert are local actions on either
 * screen, Ctrl-Up and Ctrl-Down on the main one if `config` says so, those of
 * the keypad included. Alt and Meta prefix ESC to text and are a parameter of
 * other keys. AltGr types what the keysym says; Ctrl and Alt together mean
 * AltGr, too, except with letters, digits and the space of ASCII.
 */
void input_key(struct input_viewer *viewer, const struct input_config *config,
               const struct input_modes *modes, uint32_t keysym, bool down,
               struct input_action *out);

/*
 * The pointer of a viewer. With mouse tracking on, and Shift up, the guest gets
 * a report for every button that changed, or else for the motion to another
 * cell; those bytes need not be UTF-8 in MOUSE_ENCODING_BYTES. What the guest
 * knows as pressed it sees released, with Shift or without.
 *
 * A click that `config` has as a paste is not reported. Otherwise the left
 * button selects, with Alt a block; with Shift, if the guest has no part in
 * the mouse, a click goes on with what is selected. The middle button pastes,
 * the right one does nothing, and the wheel scrolls three lines; on the
 * alternate screen, which has no scrollback, the wheel is three cursor keys
 * unless the guest does not want that, with Shift it asks for scrollback there,
 * too, and finds none.
 */
void
input_pointer(struct input_viewer *viewer, const struct input_config *config,
              const struct input_modes *modes,
              const struct input_pointer_event *event,
              struct input_action *out);

/*
 * The viewer goes: what it holds is released. The guest gets a report of that
 * for buttons that it knows of.
 */
void
input_viewer_gone(struct input_viewer *viewer,
                  const struct input_config *config,
                  const struct input_modes *modes, struct input_action *out);

/*
 * Writes clipboard text as the guest shall get it to `out`: CR for line ends,
 * without control characters other than tabs. `utf8` may be any bytes; what is
 * not well-formed is left out. Returns 0, -ENOBUFS when `out` does not have the
 * room, or -ENOMEM; `out` is unchanged on failure.
 *
 * To be done once for a text: it takes a look at every byte, and a paste key
 * can be pressed 100 000 times a second.
 */
int input_clean(const char *utf8, size_t len, struct bytes *out);

/*
 * Writes a paste of a text from input_clean() to `out`, in the guest's coding
 * and, when it has asked for that, in brackets of INPUT_BRACKET_LEN; nothing
 * when the text is empty. Returns and fails like input_clean().
 */
int input_paste(const struct input_modes *modes, const struct bytes *cleaned,
                struct bytes *out);

#endif
