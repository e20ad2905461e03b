/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a key is, between the viewer's keysym and the guest's bytes, and what
 * the guest has asked keys to look like. input/ makes the bytes; term/ knows
 * the modes; neither knows the other.
 */
#ifndef VNCTERM_BASE_KEY_H
#define VNCTERM_BASE_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/coding.h"

/* How function, editing and keypad keys are spelled. */
enum key_dialect {
    KEY_DIALECT_LINUX, /* console_codes(4), terminfo linux */
    KEY_DIALECT_VT220, /* DEC VT220, terminfo vt220 */
    KEY_DIALECT_XTERM, /* xterm's ctlseqs, terminfo xterm-256color */
};

enum mouse_tracking {
    MOUSE_TRACKING_OFF,
    MOUSE_TRACKING_X10,    /* DECSET 9: presses only */
    MOUSE_TRACKING_NORMAL, /* DECSET 1000: presses and releases */
    MOUSE_TRACKING_DRAG,   /* DECSET 1002: and motion with a button */
    MOUSE_TRACKING_ANY,    /* DECSET 1003: and motion without */
};

enum mouse_encoding {
    MOUSE_ENCODING_BYTES,      /* ESC [ M and three bytes */
    MOUSE_ENCODING_UTF8,       /* DECSET 1005 */
    MOUSE_ENCODING_SGR,        /* DECSET 1006 */
    MOUSE_ENCODING_URXVT,      /* DECSET 1015 */
    MOUSE_ENCODING_SGR_PIXELS, /* DECSET 1016 */
};

/* What the guest has asked of input. Owned by term/, read by input/. */
struct input_modes {
    bool cursor_application; /* DECCKM */
    bool keypad_application; /* DECKPAM */
    bool newline;            /* LNM: Return sends CR LF */
    bool backspace_sends_bs; /* DECBKM: BackSpace sends BS instead of DEL */
    bool bracketed_paste;    /* DECSET 2004 */
    bool focus_reports;      /* DECSET 1004 */
    enum mouse_tracking mouse_tracking;
    enum mouse_encoding mouse_encoding;
    enum coding coding;    /* ESC % G, ESC % @; what is printed is in it, too */
    bool alternate_scroll; /* DECSET 1007: on the alternate screen the wheel is
                              cursor keys; on at first */
    bool alternate_screen; /* scrollback keys belong to the guest there */
};

#endif
