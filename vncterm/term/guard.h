/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard: a complete, bounded parser of what a guest sends.
 *
 * Any bytes in, in any split; a closed set of typed operations out. Each is
 * bounded by its type: an enum, a count of arguments that are clamped, a string
 * with a maximum. Whatever is unknown, too long or ill-formed is consumed and
 * ignored as a real terminal does. The guard holds no state of the terminal but
 * how bytes are coded, and never allocates.
 *
 * After Paul Williams' state machine for DEC's terminals (vt100.net/emu), with
 * the additions of xterm (ctlseqs) and of the Linux console (console_codes(4)).
 */
#ifndef VNCTERM_TERM_GUARD_H
#define VNCTERM_TERM_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/utf8.h"

enum {
    GUARD_ARGS_MAX = 32,    /* xterm takes 30; further ones are ignored */
    GUARD_ARG_LIMIT = 9999, /* larger arguments become this */
    GUARD_MISSING = -1,     /* an argument that was left out */
    /* Bytes of an OSC or DCS; the rest is ignored. Clipboards want this much.
     */
    GUARD_STRING_MAX = 16 << 10,
};

/* How bytes from 0x80 are to be read. */
enum guard_coding {
    GUARD_UTF8,
    GUARD_UTF8_C1,        /* and 0x80 to 0x9f by themselves are C1 controls */
    GUARD_8BIT,           /* 0x80 to 0x9f are C1 controls */
    GUARD_8BIT_GLYPHS,    /* they are characters, but for 0x9b, which is CSI */
    GUARD_8BIT_ALL_GLYPHS /* and so are most C0 controls, as for the Linux
                             console's ESC [ 11 m */
};

/* What ESC ( and its like can designate. */
enum guard_charset {
    GUARD_CHARSET_ASCII,
    GUARD_CHARSET_UK,
    GUARD_CHARSET_DEC_GRAPHICS,
    GUARD_CHARSET_DEC_SUPPLEMENTAL,
    GUARD_CHARSET_LATIN1, /* its upper half */
    GUARD_CHARSET_CP437,
    GUARD_CHARSET_DEC_TECHNICAL,
    GUARD_CHARSET_DUTCH, /* national replacement sets, from here on */
    GUARD_CHARSET_FINNISH,
    GUARD_CHARSET_FRENCH,
    GUARD_CHARSET_FRENCH_CANADIAN,
    GUARD_CHARSET_GERMAN,
    GUARD_CHARSET_ITALIAN,
    GUARD_CHARSET_NORWEGIAN, /* and Danish */
    GUARD_CHARSET_PORTUGUESE,
    GUARD_CHARSET_SPANISH,
    GUARD_CHARSET_SWEDISH,
    GUARD_CHARSET_SWISS,
    GUARD_CHARSETS,
};

/*
 * The operations, by the names that ECMA-48, DEC and xterm give them. Arguments
 * are those of the sequence unless said otherwise.
 */
enum guard_kind {
    GUARD_NONE, /* never handed out */
    GUARD_CUU,  /* cursor: up, down, forward, backward */
    GUARD_CUD,
    GUARD_CUF,
    GUARD_CUB,
    GUARD_CNL, /* to the start of a line below, above */
    GUARD_CPL,
    GUARD_CHA, /* to a column; HPA */
    GUARD_HPR,
    GUARD_VPA, /* to a row */
    GUARD_VPR,
    GUARD_CUP, /* to a row and column; HVP */
    GUARD_CHT, /* to tab stops forward, backward */
    GUARD_CBT,
    GUARD_ED, /* erase: in display, in line, characters */
    GUARD_EL,
    GUARD_ECH,
    GUARD_DECSED, /* the same, only what is not protected */
    GUARD_DECSEL,
    GUARD_ICH, /* insert and delete characters, lines, columns */
    GUARD_DCH,
    GUARD_IL,
    GUARD_DL,
    GUARD_DECIC,
    GUARD_DECDC,
    GUARD_SU, /* scroll up, down, left, right */
    GUARD_SD,
    GUARD_SL,
    GUARD_SR,
    GUARD_DECBI, /* move a column, scrolling at the margin: back, forward */
    GUARD_DECFI,
    GUARD_DECCRA, /* rectangles: copy, fill, erase, change, sum up */
    GUARD_DECFRA,
    GUARD_DECERA,
    GUARD_DECSERA,
    GUARD_DECCARA,
    GUARD_DECRARA,
    GUARD_DECSACE,
    GUARD_DECRQCRA,
    GUARD_XTCHECKSUM,
    GUARD_REP,
    GUARD_IND,
    GUARD_NEL,
    GUARD_RI,
    GUARD_HTS,
    GUARD_TBC,
    GUARD_SM, /* modes: set, reset, ask; DEC's private ones */
    GUARD_RM,
    GUARD_DECSET,
    GUARD_DECRST,
    GUARD_DECRQM_ANSI,
    GUARD_DECRQM,
    GUARD_SGR,
    GUARD_XTPUSHSGR, /* attributes: kept, put back, those of a rectangle */
    GUARD_XTPOPSGR,
    GUARD_XTREPORTSGR,
    GUARD_DECSCA,
    GUARD_DECSTBM,
    GUARD_DECSLRM, /* or, without DECLRMM, to save the cursor (SCOSC) */
    GUARD_SCORC,
    GUARD_DECSC,
    GUARD_DECRC,
    GUARD_DECKPAM,
    GUARD_DECKPNM,
    GUARD_XTMODKEYS, /* how modified keys are said: set or reset, disable, ask
                      */
    GUARD_XTMODKEYS_OFF,
    GUARD_XTQMODKEYS,
    GUARD_DECSCUSR,
    GUARD_DECALN,
    GUARD_DECSWL, /* lines: single, double width, halves of double height */
    GUARD_DECDWL,
    GUARD_DECDHL_TOP,
    GUARD_DECDHL_BOTTOM,
    GUARD_DECSTR,
    GUARD_RIS,
    GUARD_DECSCL,
    GUARD_S7C1T,
    GUARD_S8C1T,
    GUARD_SPA, /* ECMA-48's protection */
    GUARD_EPA,
    GUARD_XTSAVE, /* DEC's private modes */
    GUARD_XTRESTORE,
    GUARD_DECST8C, /* tab stops as at start */
    GUARD_XTSMTITLE,
    GUARD_XTRMTITLE,
    GUARD_DECSNLS,
    GUARD_DECSCPP,
    GUARD_DA1, /* reports */
    GUARD_DA2,
    GUARD_DA3,
    GUARD_DSR,
    GUARD_DECDSR,
    GUARD_DECREQTPARM,
    GUARD_DECRQPSR,
    GUARD_XTVERSION,
    GUARD_XTWINOPS,
    GUARD_DESIGNATE,      /* args: which of G0 to G3, enum guard_charset */
    GUARD_SHIFT,          /* locking shift of GL; args: which of G0 to G3 */
    GUARD_SHIFT_RIGHT,    /* the same of GR */
    GUARD_SINGLE_SHIFT,   /* for one character; args: 2 or 3 */
    GUARD_CODING_UTF8,    /* ESC % G */
    GUARD_CODING_DEFAULT, /* ESC % @ */
    GUARD_LINUX_PALETTE,  /* ESC ] P; args: entry, red, green, blue */
    GUARD_LINUX_RESET,    /* ESC ] R */
};

struct guard_op {
    enum guard_kind kind;
    int argc;                     /* 0 to GUARD_ARGS_MAX */
    uint32_t sub_args;            /* bit n: args[n] came after a colon */
    int16_t args[GUARD_ARGS_MAX]; /* 0 to GUARD_ARG_LIMIT, or GUARD_MISSING */
};

/* The argument, or `missing` when there is none. */
static inline int
guard_arg(const struct guard_op *op, int index, int missing)
{
    if (index >= op->argc || op->args[index] == GUARD_MISSING) {
        return missing;
    }
    return op->args[index];
}

/* An argument where 0 and none both mean 1. */
static inline int
guard_count(const struct guard_op *op, int index)
{
    int count = guard_arg(op, index, 1);

    return count > 0 ? count : 1;
}

/* All must be set. They must not call guard_feed(). */
struct guard_handler {
    /* Bytes from 0x20 to 0x7e. */
    void (*on_ascii)(void *data, const uint8_t *text, size_t len);
    /* A scalar value from U+00A0. */
    void (*on_code)(void *data, uint32_t code);
    /* In the 8-bit codings: a byte outside ASCII that is a character. In all:
     * DEL, which is one where the character set in use has 96. */
    void (*on_byte)(void *data, uint8_t byte);
    /* A C0 control that does something: BEL to SI, or ENQ. */
    void (*on_control)(void *data, uint8_t control);
    void (*on_op)(void *data, const struct guard_op *op);
    /*
     * ESC ] number ; text. Bytes from 0x20 but DEL, not checked further; at
     * most GUARD_STRING_MAX, and then it may have been cut.
     */
    void (*on_osc)(void *data, int number, const char *text, size_t len);
    /* ESC P text, with its arguments. The same holds for it. */
    void (*on_dcs)(void *data, const char *text, size_t len);
};

struct guard {
    const struct guard_handler *handler;
    void *data;
    enum guard_coding coding;
    struct utf8_decoder utf8;
    int state;             /* private to guard.c, like all that follows */
    uint8_t leader;        /* of < = > ?, or 0 */
    uint8_t middle;        /* the intermediate byte, or 0 */
    uint8_t second;        /* of the intermediates of ESC, or 0 */
    bool args_overflow;    /* further arguments are ignored */
    bool osc_ended_by_bel; /* while on_osc(): not by ST */
    uint8_t string_more;   /* bytes that a character of a string lacks */
    int string_open;       /* the state that the ESC just seen may end, or 0 */
    struct guard_op op;
    size_t string_len;
    char string[GUARD_STRING_MAX];
};

/* `handler` is borrowed for the guard's life. The coding at start is UTF-8. */
void
guard_init(struct guard *g, const struct guard_handler *handler, void *data);

/* May be called by a handler. */
void guard_set_coding(struct guard *g, enum guard_coding coding);

/* Takes any bytes in any split. */
void guard_feed(struct guard *g, const uint8_t *bytes, size_t len);

#endif
