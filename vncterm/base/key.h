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

/*
 * How the modifiers of a cursor or function key are said: xterm's
 * modifyCursorKeys and modifyFunctionKeys. Without modifiers all are the same.
 */
enum key_modify {
    KEY_MODIFY_SECOND,  /* 2: the second parameter, CSI 1 ; m x; at start */
    KEY_MODIFY_FIRST,   /* 1: the first one if there is none, CSI m x */
    KEY_MODIFY_LEGACY,  /* 0: the same, behind SS3 where that is the prefix */
    KEY_MODIFY_PRIVATE, /* 3: as 2, but marked by CSI > */
    KEY_MODIFY_NEVER,   /* -1: not at all */
};

/* Which modified keys that type a character are said by CSI 27 ; m ; code ~:
 * xterm's modifyOtherKeys. */
enum key_modify_other {
    KEY_MODIFY_OTHER_NONE,      /* 0 */
    KEY_MODIFY_OTHER_AMBIGUOUS, /* 1: those that are like another without it */
    KEY_MODIFY_OTHER_ALL,       /* 2 */
};

/* What the guest has asked of input. Owned by term/, read by input/. */
struct input_modes {
    bool cursor_application; /* DECCKM */
    bool keypad_application; /* DECKPAM */
    bool newline;            /* LNM: Return sends CR LF */
    bool backspace_sends_bs; /* DECBKM: BackSpace sends BS instead of DEL */
    bool bracketed_paste;    /* DECSET 2004 */
    bool focus_reports;      /* DECSET 1004 */
    bool numlock_ignored;    /* 1035 reset: DECKPAM is for digits, too */
    bool delete_sends_del;   /* 1037: Delete sends DEL */
    enum key_modify modify_cursor;
    enum key_modify modify_function;
    enum key_modify_other modify_other;
    enum mouse_tracking mouse_tracking;
    enum mouse_encoding mouse_encoding;
    enum coding coding;    /* ESC % G, ESC % @; what is printed is in it, too */
    bool alternate_scroll; /* DECSET 1007: on the alternate screen the wheel is
                              cursor keys; on at first */
    bool alternate_screen; /* scrollback keys belong to the guest there */
};

#endif
