/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/guard.h"

#include "term/guard_table.h"

enum state {
    STATE_GROUND,
    STATE_ESCAPE,
    STATE_ESCAPE_MIDDLE, /* after an intermediate byte */
    STATE_CSI,
    STATE_CSI_MIDDLE,
    STATE_CSI_IGNORE,
    STATE_LINUX_KEY, /* after ESC [ [, which takes one byte more */
    STATE_OSC_START,
    STATE_OSC,
    STATE_LINUX_PALETTE,
    STATE_DCS,
    STATE_IGNORED_STRING, /* SOS, PM, APC */
};

enum {
    BYTE_BEL = 0x07,
    BYTE_CAN = 0x18,
    BYTE_SUB = 0x1a,
    BYTE_ESC = 0x1b,
    BYTE_DEL = 0x7f,
    BYTE_CSI = 0x9b,
    BYTE_ST = 0x9c,
    C1_TO_ESCAPE = 0x40, /* ECMA-48 5.3: C1 as ESC Fe */
    LINUX_PALETTE_DIGITS = 7,
};

/*
 * What the Linux console obeys even while it shows controls: CTRL_ALWAYS of
 * its vt.c. NUL, BS, LF, FF, CR, SO, SI, ESC.
 */
#define ALWAYS_CONTROLS 0x0800f501U

/* ENQ, BEL to SI: the controls that are handed out. */
#define HANDED_CONTROLS 0x0000ffa0U

void
guard_init(struct guard *g, const struct guard_handler *handler, void *data)
{
    *g = (struct guard){
        .handler = handler,
        .data = data,
        .coding = GUARD_UTF8,
        .state = STATE_GROUND,
    };
}

void
guard_set_coding(struct guard *g, enum guard_coding coding)
{
    if (g->coding != coding) {
        g->coding = coding;
        g->utf8 = (struct utf8_decoder){0};
    }
}

static void
emit(struct guard *g, enum guard_kind kind)
{
    g->op.kind = kind;
    g->handler->on_op(g->data, &g->op);
}

static void
emit_arg(struct guard *g, enum guard_kind kind, int arg)
{
    g->op.argc = 1;
    g->op.args[0] = (int16_t)arg;
    emit(g, kind);
}

static void
clear_args(struct guard *g)
{
    g->op.argc = 0;
    g->op.sub_args = 0;
    g->args_overflow = false;
    g->leader = 0;
    g->middle = 0;
    g->second = 0;
}

/* A C0 control that is not part of a sequence, wherever it came. */
static void
execute(struct guard *g, uint8_t byte)
{
    if (HANDED_CONTROLS >> byte & 1) {
        g->handler->on_control(g->data, byte);
    }
}

/* Starts what ESC `byte` starts; false when it is complete by itself. */
static bool
enter_sequence(struct guard *g, uint8_t byte)
{
    g->string_more = 0;
    switch (byte) {
    case '[':
        clear_args(g);
        g->state = STATE_CSI;
        return true;
    case ']':
        g->string_len = 0;
        g->state = STATE_OSC_START;
        return true;
    case 'P':
        g->string_len = 0;
        g->state = STATE_DCS;
        return true;
    case 'X':
    case '^':
    case '_':
        g->state = STATE_IGNORED_STRING;
        return true;
    default:
        return false;
    }
}

/* ESC and a byte that ends the sequence. */
static void
dispatch_escape(struct guard *g, uint8_t byte)
{
    g->state = STATE_GROUND;
    clear_args(g);
    switch (byte) {
    case 'N':
        emit_arg(g, GUARD_SINGLE_SHIFT, 2);
        return;
    case 'O':
        emit_arg(g, GUARD_SINGLE_SHIFT, 3);
        return;
    case 'n':
        emit_arg(g, GUARD_SHIFT, 2);
        return;
    case 'o':
        emit_arg(g, GUARD_SHIFT, 3);
        return;
    case '~':
        emit_arg(g, GUARD_SHIFT_RIGHT, 1);
        return;
    case '}':
        emit_arg(g, GUARD_SHIFT_RIGHT, 2);
        return;
    case '|':
        emit_arg(g, GUARD_SHIFT_RIGHT, 3);
        return;
    default:
        break;
    }
    enum guard_kind kind = guard_escape_kind(byte);

    if (kind != GUARD_NONE) {
        emit(g, kind);
    }
}

static void
designate(struct guard *g, int set, enum guard_charset charset)
{
    if (charset == GUARD_CHARSETS) {
        return;
    }
    g->op.argc = 2;
    g->op.args[0] = (int16_t)set;
    g->op.args[1] = (int16_t)charset;
    emit(g, GUARD_DESIGNATE);
}

/* ESC, intermediate bytes (g->middle and g->second) and a final one. */
static void
dispatch_escape_middle(struct guard *g, uint8_t final)
{
    uint8_t middle = g->middle;
    uint8_t second = g->second;

    g->state = STATE_GROUND;
    clear_args(g);
    switch (middle) {
    case '(':
    case ')':
    case '*':
    case '+':
        designate(g, middle - '(', guard_charset_94(second, final));
        break;
    case '-':
    case '.':
    case '/':
        designate(g, middle - '-' + 1, guard_charset_96(second, final));
        break;
    case '%':
        if (final == 'G' || final == '8') { /* 8: obsolete, Linux */
            emit(g, GUARD_CODING_UTF8);
        } else if (final == '@') {
            emit(g, GUARD_CODING_DEFAULT);
        }
        break;
    case '#':
        if (guard_line_kind(final) != GUARD_NONE) {
            emit(g, guard_line_kind(final));
        }
        break;
    case ' ':
        if (final == 'F' || final == 'G') {
            emit(g, final == 'F' ? GUARD_S7C1T : GUARD_S8C1T);
        }
        break;
    default:
        break;
    }
}

static void
dispatch_csi(struct guard *g, uint8_t final)
{
    enum guard_kind kind = guard_csi_kind(g->leader, g->middle, final);

    g->state = STATE_GROUND;
    /* Colons are SGR's; xterm takes others that have them for ill-formed. */
    if (kind != GUARD_NONE && (g->op.sub_args == 0 || kind == GUARD_SGR)) {
        emit(g, kind);
    }
}

static void
add_digit(struct guard *g, uint8_t byte)
{
    if (g->args_overflow) {
        return;
    }
    if (g->op.argc == 0) {
        g->op.argc = 1;
        g->op.args[0] = GUARD_MISSING;
    }
    int16_t *arg = &g->op.args[g->op.argc - 1];
    int value = (*arg == GUARD_MISSING ? 0 : *arg) * 10 + (byte - '0');

    *arg = (int16_t)(value > GUARD_ARG_LIMIT ? GUARD_ARG_LIMIT : value);
}

static void
add_separator(struct guard *g, uint8_t byte)
{
    if (g->op.argc == 0) {
        g->op.argc = 1;
        g->op.args[0] = GUARD_MISSING;
    }
    if (g->op.argc == GUARD_ARGS_MAX) {
        g->args_overflow = true;
        return;
    }
    if (byte == ':') {
        g->op.sub_args |= UINT32_C(1) << g->op.argc;
    }
    g->op.args[g->op.argc++] = GUARD_MISSING;
}

/* `byte` is 0x20 to 0x7e. */
static void
feed_csi(struct guard *g, uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        add_digit(g, byte);
    } else if (byte == ';' || byte == ':') {
        add_separator(g, byte);
    } else if (byte == '[' && g->op.argc == 0 && g->leader == 0) {
        g->state = STATE_LINUX_KEY; /* its F1 to F5, echoed by a program */
    } else if (byte >= '@') {
        dispatch_csi(g, byte);
    } else if (byte >= '<') {
        if (g->op.argc > 0 || g->leader != 0) {
            g->state = STATE_CSI_IGNORE;
        }
        g->leader = byte;
    } else {
        g->middle = byte;
        g->state = STATE_CSI_MIDDLE;
    }
}

static void
feed_csi_middle(struct guard *g, uint8_t byte)
{
    if (byte >= '@') {
        dispatch_csi(g, byte);
    } else {
        g->state = STATE_CSI_IGNORE; /* no sequence of ours has two */
    }
}

static void
end_osc(struct guard *g)
{
    size_t at = 0;
    int number = 0;

    g->state = STATE_GROUND;
    while (at < g->string_len && g->string[at] >= '0' && g->string[at] <= '9') {
        number = number * 10 + (g->string[at] - '0');
        if (number > GUARD_ARG_LIMIT) {
            return;
        }
        at++;
    }
    if (at == 0 || (at < g->string_len && g->string[at] != ';')) {
        return;
    }
    at += at < g->string_len;
    g->handler->on_osc(g->data, number, g->string + at, g->string_len - at);
}

static void
end_dcs(struct guard *g)
{
    g->state = STATE_GROUND;
    g->handler->on_dcs(g->data, g->string, g->string_len);
}

/* ST behind a string that began in state `open`, if one did. */
static void
end_string(struct guard *g, int open)
{
    g->osc_ended_by_bel = false;
    if (open == STATE_OSC) {
        end_osc(g);
    } else if (open == STATE_DCS) {
        end_dcs(g);
    }
}

static void
feed_escape(struct guard *g, uint8_t byte)
{
    if (byte == '\\' && g->string_open != STATE_GROUND) {
        end_string(g, g->string_open);
    } else if (byte < '0') {
        g->middle = byte;
        g->second = 0;
        g->state = STATE_ESCAPE_MIDDLE;
    } else if (!enter_sequence(g, byte)) {
        dispatch_escape(g, byte);
    }
}

static void
feed_escape_middle(struct guard *g, uint8_t byte)
{
    if (byte >= '0') {
        dispatch_escape_middle(g, byte);
    } else if (g->second == 0 && g->middle >= '(' && g->middle <= '/') {
        g->second = byte; /* of a set of characters; nothing else has two */
    } else {
        g->middle = '!'; /* no sequence of ours has two: matches nothing */
    }
}

/* The first byte of an OSC: the Linux console's have no terminator. */
static void
feed_osc_start(struct guard *g, uint8_t byte)
{
    if (byte == 'P') {
        clear_args(g);
        g->state = STATE_LINUX_PALETTE;
    } else if (byte == 'R') {
        clear_args(g);
        g->state = STATE_GROUND;
        emit(g, GUARD_LINUX_RESET);
    } else {
        g->string[0] = (char)byte;
        g->string_len = 1;
        g->state = STATE_OSC;
    }
}

static int
hex_value(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    if (byte >= 'a' && byte <= 'f') {
        return byte - 'a' + 10;
    }
    if (byte >= 'A' && byte <= 'F') {
        return byte - 'A' + 10;
    }
    return -1;
}

/* ESC ] P nrrggbb: the digits gather in args, one each. */
static void
feed_linux_palette(struct guard *g, uint8_t byte)
{
    int value = hex_value(byte);

    if (value < 0) {
        g->state = STATE_GROUND; /* as the Linux console does */
        return;
    }
    g->op.args[g->op.argc++] = (int16_t)value;
    if (g->op.argc < LINUX_PALETTE_DIGITS) {
        return;
    }
    for (size_t i = 1; i <= 3; i++) {
        const int16_t *digits = &g->op.args[2 * i - 1];

        g->op.args[i] = (int16_t)(digits[0] << 4 | digits[1]);
    }
    g->op.argc = 4;
    g->state = STATE_GROUND;
    emit(g, GUARD_LINUX_PALETTE);
}

static void
feed_c1(struct guard *g, uint8_t byte)
{
    uint8_t escape = (uint8_t)(byte - C1_TO_ESCAPE);

    if (!enter_sequence(g, escape)) {
        dispatch_escape(g, escape);
    }
}

static bool
is_utf8(const struct guard *g)
{
    return g->coding == GUARD_UTF8 || g->coding == GUARD_UTF8_C1;
}

static void
emit_code(struct guard *g, uint32_t code)
{
    /* C1 controls in UTF-8 are dropped: no program means them. */
    if (code >= 0xa0) {
        g->handler->on_code(g->data, code);
    }
}

/* A byte from 0x80 between sequences, or one that continues a character. */
static void
feed_high(struct guard *g, uint8_t byte)
{
    if (is_utf8(g) && (g->coding == GUARD_UTF8 || byte >= 0xa0)) {
        uint32_t code;

        if (utf8_decode_multibyte(&g->utf8, byte, &code) == UTF8_MORE) {
            return;
        }
        emit_code(g, code);
        return;
    }
    if (byte == BYTE_CSI ||
        ((g->coding == GUARD_8BIT || is_utf8(g)) && byte < 0xa0)) {
        feed_c1(g, byte);
        return;
    }
    g->handler->on_byte(g->data, byte);
}

static bool
is_in_string(const struct guard *g)
{
    return g->state == STATE_OSC_START || g->state == STATE_OSC ||
           g->state == STATE_DCS || g->state == STATE_IGNORED_STRING;
}

/* A C0 control, wherever it comes. */
static void
feed_control(struct guard *g, uint8_t byte)
{
    bool in_osc = g->state == STATE_OSC || g->state == STATE_OSC_START;

    if (g->state == STATE_GROUND && g->coding == GUARD_8BIT_ALL_GLYPHS &&
        !(ALWAYS_CONTROLS >> byte & 1)) {
        g->handler->on_byte(g->data, byte);
    } else if (byte == BYTE_CAN || byte == BYTE_SUB) {
        g->state = STATE_GROUND;
    } else if (byte == BYTE_ESC) {
        /* A string ends here; whether well (ST) the next byte tells. */
        bool known = g->state == STATE_OSC || g->state == STATE_DCS;
        g->string_open = known ? g->state : STATE_GROUND;
        g->state = STATE_ESCAPE;
    } else if (byte == BYTE_BEL && in_osc) {
        g->osc_ended_by_bel = true;
        end_osc(g);
    } else if (!is_in_string(g)) {
        execute(g, byte);
    }
}

/* A byte from 0x20 in a state other than ground. */
static void
feed_sequence(struct guard *g, uint8_t byte)
{
    switch ((enum state)g->state) {
    case STATE_GROUND:
        break;
    case STATE_ESCAPE:
        feed_escape(g, byte);
        break;
    case STATE_ESCAPE_MIDDLE:
        feed_escape_middle(g, byte);
        break;
    case STATE_CSI:
        feed_csi(g, byte);
        break;
    case STATE_CSI_MIDDLE:
        feed_csi_middle(g, byte);
        break;
    case STATE_CSI_IGNORE:
        if (byte >= '@') {
            g->state = STATE_GROUND;
        }
        break;
    case STATE_LINUX_KEY:
        g->state = STATE_GROUND;
        break;
    case STATE_OSC_START:
        feed_osc_start(g, byte);
        break;
    case STATE_OSC:
    case STATE_DCS:
        if (g->string_len < GUARD_STRING_MAX) {
            g->string[g->string_len++] = (char)byte;
        }
        break;
    case STATE_LINUX_PALETTE:
        feed_linux_palette(g, byte);
        break;
    case STATE_IGNORED_STRING:
        break;
    }
}

/* Whether a byte from 0x80 of a string goes on with a character of UTF-8. */
static bool
is_inside_character(struct guard *g, uint8_t byte)
{
    if (!is_utf8(g)) {
        return false;
    }
    if (byte < 0xc0) {
        bool inside = g->string_more > 0;

        g->string_more -= inside;
        return inside;
    }
    g->string_more = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    return true;
}

/* A byte from 0x80 in a state other than ground. */
static void
feed_high_in_sequence(struct guard *g, uint8_t byte)
{
    if (!is_in_string(g)) {
        g->state = STATE_GROUND; /* the sequence is given up */
        feed_high(g, byte);
        return;
    }
    bool inside = is_inside_character(g, byte);

    if (byte != BYTE_ST || inside ||
        (g->coding != GUARD_8BIT && g->coding != GUARD_UTF8_C1)) {
        feed_sequence(g, byte);
        return;
    }
    int open = g->state;

    g->state = STATE_GROUND;
    end_string(g, open);
}

/* A byte while in a sequence or a string. */
static void
feed_state(struct guard *g, uint8_t byte)
{
    if (byte < 0x20) {
        feed_control(g, byte);
    } else if (byte >= 0x80) {
        feed_high_in_sequence(g, byte);
    } else if (byte != BYTE_DEL) {
        feed_sequence(g, byte);
    }
}

static size_t
ascii_run(const uint8_t *bytes, size_t len)
{
    size_t run = 0;

    while (run < len && (uint8_t)(bytes[run] - 0x20) < BYTE_DEL - 0x20) {
        run++;
    }
    return run;
}

void
guard_feed(struct guard *g, const uint8_t *bytes, size_t len)
{
    size_t at = 0;

    while (at < len) {
        uint8_t byte = bytes[at];

        if (g->state != STATE_GROUND) {
            feed_state(g, byte);
            at++;
            continue;
        }
        if (g->utf8.missing > 0) {
            uint32_t code;
            enum utf8_result result =
                utf8_decode_multibyte(&g->utf8, byte, &code);

            if (result != UTF8_MORE) {
                emit_code(g, code);
            }
            at += result != UTF8_BAD_RETRY;
            continue;
        }
        size_t run = ascii_run(bytes + at, len - at);

        if (run > 0) {
            g->handler->on_ascii(g->data, bytes + at, run);
            at += run;
            continue;
        }
        if (byte < 0x20) {
            feed_control(g, byte);
        } else if (byte >= 0x80) {
            feed_high(g, byte);
        } else {
            g->handler->on_byte(g->data, BYTE_DEL);
        }
        at++;
    }
}
