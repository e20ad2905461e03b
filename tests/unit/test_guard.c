/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "term/guard.h"

enum {
    LOG_MAX = 1 << 16,
};

/* Writes down what comes out, one word for each call. */
enum {
    LOGGED_OSC_MAX = 1024, /* longer ones have a length only */
};

struct fixture {
    size_t osc_len; /* of the last */
    struct guard guard;
    size_t len;
    char log[LOG_MAX];
    /* What on_op() shall switch to, if it is not the coding at start. */
    enum guard_coding switch_to;
};

__attribute__((format(printf, 2, 3))) static void
note(struct fixture *f, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    f->len += (size_t)vsnprintf(f->log + f->len, sizeof(f->log) - f->len,
                                format, args);
    va_end(args);
    assert_true(f->len < sizeof(f->log));
}

static void
on_ascii(void *data, const uint8_t *text, size_t len)
{
    assert_true(len > 0);
    note(data, "'%.*s' ", (int)len, (const char *)text);
}

static void
on_code(void *data, uint32_t code)
{
    note(data, "U+%04X ", (unsigned)code);
}

static void
on_byte(void *data, uint8_t byte)
{
    note(data, "byte:%02x ", (unsigned)byte);
}

static void
on_control(void *data, uint8_t control)
{
    note(data, "^%c ", control + '@');
}

static void
on_op(void *data, const struct guard_op *op)
{
    struct fixture *f = data;

    assert_in_range(op->argc, 0, GUARD_ARGS_MAX);
    note(f, "%d(", (int)op->kind);
    for (int i = 0; i < op->argc; i++) {
        assert_true(op->args[i] >= GUARD_MISSING &&
                    op->args[i] <= GUARD_ARG_LIMIT);
        if (i > 0) {
            note(f, (op->sub_args >> i & 1) != 0 ? ":" : ";");
        }
        if (op->args[i] != GUARD_MISSING) {
            note(f, "%d", op->args[i]);
        }
    }
    note(f, ") ");
    if (f->switch_to != GUARD_UTF8) {
        guard_set_coding(&f->guard, f->switch_to);
    }
}

static void
on_osc(void *data, int number, const char *text, size_t len)
{
    struct fixture *f = data;

    assert_true(len <= GUARD_STRING_MAX);
    f->osc_len = len;
    if (len < LOGGED_OSC_MAX) {
        note(f, "osc:%d:%.*s ", number, (int)len, text);
    }
}

static void
on_dcs(void *data, const char *text, size_t len)
{
    assert_true(len <= GUARD_STRING_MAX);
    note(data, "dcs:%.*s ", (int)len, text);
}

static const struct guard_handler handler = {
    .on_ascii = on_ascii,
    .on_code = on_code,
    .on_byte = on_byte,
    .on_control = on_control,
    .on_op = on_op,
    .on_osc = on_osc,
    .on_dcs = on_dcs,
};

static void
begin(struct fixture *f)
{
    *f = (struct fixture){.switch_to = GUARD_UTF8};
    guard_init(&f->guard, &handler, f);
}

/* Feeds bytes that may hold NUL. */
#define FEED(f, text) \
    guard_feed(&(f)->guard, (const uint8_t *)(text), sizeof(text) - 1)

/* "kind(args) " as on_op() writes it. */
#define OP(kind, args) op_text(kind, "(" args ") ")

static const char *
op_text(enum guard_kind kind, const char *args)
{
    static char text[8][64];
    static int next;
    char *out = text[next++ % 8];

    (void)snprintf(out, sizeof(text[0]), "%d%s", (int)kind, args);
    return out;
}

/* Feeds a text from the start and compares what comes out. */
#define ASSERT_GIVES(text, expected)           \
    do {                                       \
        struct fixture f_;                     \
        begin(&f_);                            \
        FEED(&f_, text);                       \
        assert_string_equal(f_.log, expected); \
    } while (0)

static void
printable_ascii_comes_in_runs(void **state)
{
    (void)state;
    ASSERT_GIVES("hello ~", "'hello ~' ");
    ASSERT_GIVES("a\rb", "'a' ^M 'b' ");
}

static void
utf8_comes_as_scalar_values(void **state)
{
    (void)state;
    ASSERT_GIVES("\xc3\xa9\xe4\xbd\xa0\xf0\x9f\x98\x80",
                 "U+00E9 U+4F60 U+1F600 ");
}

static void
ill_formed_utf8_gives_one_replacement_for_each_maximal_part(void **state)
{
    (void)state;
    ASSERT_GIVES("\xff", "U+FFFD ");
    ASSERT_GIVES("\xe4\xbd"
                 "a",
                 "U+FFFD 'a' ");
    ASSERT_GIVES("\xc0\x80", "U+FFFD U+FFFD ");            /* overlong */
    ASSERT_GIVES("\xed\xa0\x80", "U+FFFD U+FFFD U+FFFD "); /* surrogate */
    ASSERT_GIVES("\xf4\x90\x80\x80", "U+FFFD U+FFFD U+FFFD U+FFFD ");
    ASSERT_GIVES("\xe4\r", "U+FFFD ^M ");
}

static void
controls_are_handed_out_and_others_dropped(void **state)
{
    (void)state;
    ASSERT_GIVES("\a\b\t\n\v\f\r\016\017\005",
                 "^G ^H ^I ^J ^K ^L ^M ^N ^O ^E ");
    ASSERT_GIVES("\0\001\002\003\004\006\020\021\023\031\034\037", "");
    /* DEL is a character to some sets. */
    ASSERT_GIVES("\177", "byte:7f ");
}

static void
csi_arguments_may_be_missing(void **state)
{
    (void)state;
    ASSERT_GIVES("\033[H", OP(GUARD_CUP, ""));
    ASSERT_GIVES("\033[5H", OP(GUARD_CUP, "5"));
    ASSERT_GIVES("\033[;7H", OP(GUARD_CUP, ";7"));
    ASSERT_GIVES("\033[3;H", OP(GUARD_CUP, "3;"));
}

static void
arguments_are_clamped(void **state)
{
    (void)state;
    ASSERT_GIVES("\033[9999A", OP(GUARD_CUU, "9999"));
    ASSERT_GIVES("\033[10000A", OP(GUARD_CUU, "9999"));
    ASSERT_GIVES("\033[99999999999999999999A", OP(GUARD_CUU, "9999"));
}

/* Input G1 of the study: libvterm writes past its 16 arguments. */
static void
arguments_past_the_maximum_are_ignored(void **state)
{
    struct fixture f;
    char text[256] = "\033[";

    (void)state;
    memset(text + 2, ';', 100);
    memcpy(text + 102, "4702111234474983745m", sizeof("4702111234474983745m"));
    begin(&f);
    guard_feed(&f.guard, (const uint8_t *)text, strlen(text));

    assert_int_equal(f.guard.op.argc, GUARD_ARGS_MAX);
    assert_int_equal(f.guard.op.kind, GUARD_SGR);
    assert_int_equal(f.guard.op.args[GUARD_ARGS_MAX - 1], GUARD_MISSING);
}

static void
sub_arguments_are_told_apart(void **state)
{
    (void)state;
    ASSERT_GIVES("\033[38:2::1:2:3;4:3m", OP(GUARD_SGR, "38:2::1:2:3;4:3"));
}

static void
private_sequences_are_told_apart(void **state)
{
    (void)state;
    ASSERT_GIVES("\033[?25;7h", OP(GUARD_DECSET, "25;7"));
    ASSERT_GIVES("\033[4h", OP(GUARD_SM, "4"));
    ASSERT_GIVES("\033[?2026$p", OP(GUARD_DECRQM, "2026"));
    ASSERT_GIVES("\033[4$p", OP(GUARD_DECRQM_ANSI, "4"));
    ASSERT_GIVES("\033[!p", OP(GUARD_DECSTR, ""));
    ASSERT_GIVES("\033[5 q", OP(GUARD_DECSCUSR, "5"));
    ASSERT_GIVES("\033[1\"q", OP(GUARD_DECSCA, "1"));
    ASSERT_GIVES("\033[>c", OP(GUARD_DA2, ""));
    ASSERT_GIVES("\033[>4;2m", OP(GUARD_XTMODKEYS, "4;2"));
    ASSERT_GIVES("\033[>4n", OP(GUARD_XTMODKEYS_OFF, "4"));
    ASSERT_GIVES("\033[?4m", OP(GUARD_XTQMODKEYS, "4"));
}

static void
sizes_of_lines_are_known(void **state)
{
    (void)state;
    ASSERT_GIVES("\033#3", OP(GUARD_DECDHL_TOP, ""));
    ASSERT_GIVES("\033#4", OP(GUARD_DECDHL_BOTTOM, ""));
    ASSERT_GIVES("\033#5", OP(GUARD_DECSWL, ""));
    ASSERT_GIVES("\033#6", OP(GUARD_DECDWL, ""));
    ASSERT_GIVES("\033#8", OP(GUARD_DECALN, ""));
}

static void
unknown_sequences_are_swallowed(void **state)
{
    (void)state;
    ASSERT_GIVES("\033[?1;2c\033[=5h\033[<u\033[>4;2f\033[1y\033[2]x", "'x' ");
    ASSERT_GIVES("\033[1$s\033[ B\033[\"s\033[ !qx", "'x' ");
    ASSERT_GIVES("\033[1?5h\033[??5h\033[?1<hx", "'x' ");
    ASSERT_GIVES("\033[1!5px", "'x' ");
    ASSERT_GIVES("\033Fx\033lx\033 0x\033#1x\033(?x", "'x' 'x' 'x' 'x' 'x' ");
}

static void
linux_function_key_echo_is_swallowed(void **state)
{
    (void)state;
    ASSERT_GIVES("\033[[Ax", "'x' ");
}

static void
cancel_and_substitute_end_a_sequence(void **state)
{
    (void)state;
    ASSERT_GIVES("\033[3\030A", "'A' ");
    ASSERT_GIVES("\033[3\032A", "'A' ");
    ASSERT_GIVES("\033]0;t\030A", "'A' ");
    ASSERT_GIVES("\033P1$r\032A", "'A' ");
}

static void
escape_begins_another_sequence_anywhere(void **state)
{
    (void)state;
    ASSERT_GIVES("\033[3\033[4A", OP(GUARD_CUU, "4"));
    ASSERT_GIVES("\033\033[4A", OP(GUARD_CUU, "4"));
    ASSERT_GIVES("\033]0;title\033[4A", OP(GUARD_CUU, "4"));
    ASSERT_GIVES("\033Pdata\033[4A", OP(GUARD_CUU, "4"));
}

static void
controls_inside_a_sequence_are_executed(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    FEED(&f, "\033[2\r;\n3\bH");
    assert_true(strncmp(f.log, "^M ^J ^H ", 9) == 0);
    assert_string_equal(f.log + 9, OP(GUARD_CUP, "2;3"));
}

static void
delete_is_ignored_everywhere(void **state)
{
    (void)state;
    ASSERT_GIVES("\033[\1772\177A", OP(GUARD_CUU, "2"));
    ASSERT_GIVES("\033\177D", OP(GUARD_IND, ""));
    ASSERT_GIVES("\033]0;a\177b\a", "osc:0:ab ");
}

/* Input G5 of the study: libvterm writes past its buffer. */
static void
delete_inside_utf8_is_harmless(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    FEED(&f, "a\xde");
    FEED(&f, "\x7f"
             "5");
    assert_string_equal(f.log, "'a' U+FFFD byte:7f '5' ");
}

/* Input G4 of the study: libvterm takes the cursor to column -1. */
static void
encoded_c1_controls_are_dropped(void **state)
{
    (void)state;
    ASSERT_GIVES("\xc2\x9b\xc2\x9bX", "'X' ");
    ASSERT_GIVES("\xc2\x80\xc2\x85\xc2\xa0", "U+00A0 ");
}

static void
raw_c1_controls_are_ill_formed_in_utf8(void **state)
{
    (void)state;
    ASSERT_GIVES("\x9b"
                 "31m",
                 "U+FFFD '31m' ");
}

static void
raw_c1_controls_are_obeyed_in_8_bit(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    guard_set_coding(&f.guard, GUARD_8BIT);
    FEED(&f, "\x9b"
             "4A");
    assert_string_equal(f.log, OP(GUARD_CUU, "4"));

    begin(&f);
    guard_set_coding(&f.guard, GUARD_8BIT);
    FEED(&f, "\x9d"
             "2;\xe9\x9cx\xe9");
    assert_string_equal(f.log, "osc:2:\xe9 'x' byte:e9 ");
}

static void
glyph_codings_show_controls(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    guard_set_coding(&f.guard, GUARD_8BIT_GLYPHS);
    FEED(&f, "\x80\x9a\xff\004");
    assert_string_equal(f.log, "byte:80 byte:9a byte:ff ");

    begin(&f);
    guard_set_coding(&f.guard, GUARD_8BIT_ALL_GLYPHS);
    FEED(&f, "\x80\004\007\t\177\b\r\n");
    assert_string_equal(f.log, "byte:80 byte:04 byte:07 byte:09 byte:7f "
                               "^H ^M ^J ");
}

static void
coding_switches_in_the_middle_of_a_feed(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    f.switch_to = GUARD_8BIT;
    FEED(&f, "\xc3\xa9\033%@\xc3\xa9");
    assert_true(strncmp(f.log, "U+00E9 ", 7) == 0);
    assert_non_null(strstr(f.log, ") byte:c3 byte:a9 "));
}

static void
osc_ends_with_bel_or_st(void **state)
{
    (void)state;
    ASSERT_GIVES("\033]0;a title\ax", "osc:0:a title 'x' ");
    ASSERT_GIVES("\033]2;\xc3\xa9\033\\x", "osc:2:\xc3\xa9 'x' ");
    ASSERT_GIVES("\033]104\a", "osc:104: ");
}

static void
osc_without_a_number_is_swallowed(void **state)
{
    (void)state;
    ASSERT_GIVES("\033]l;title\ax", "'x' ");
    ASSERT_GIVES("\033];title\ax", "'x' ");
    ASSERT_GIVES("\033]99999;t\ax", "'x' ");
    ASSERT_GIVES("\033]\ax", "'x' ");
    ASSERT_GIVES("\033]\xff;x\ay", "'y' ");
}

static void
osc_is_cut_at_its_maximum(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    FEED(&f, "\033]0;");
    for (int i = 0; i < GUARD_STRING_MAX + 5000; i++) {
        FEED(&f, "y");
    }
    assert_string_equal(f.log, "");
    FEED(&f, "\ax");
    assert_int_equal(f.osc_len, GUARD_STRING_MAX - 2);
}

/* Input G6 of the study: libvterm reads past its buffer. */
static void
osc_with_controls_in_its_terminator_is_harmless(void **state)
{
    (void)state;
    ASSERT_GIVES("\033]\033\r\\x", "^M 'x' ");
}

static void
linux_palette_has_no_terminator(void **state)
{
    (void)state;
    ASSERT_GIVES("\033]Pf10aB0cx",
                 op_text(GUARD_LINUX_PALETTE, "(15;16;171;12) 'x' "));
    ASSERT_GIVES("\033]Rx", op_text(GUARD_LINUX_RESET, "() 'x' "));
    ASSERT_GIVES("\033]P1zx", "'x' ");
}

static void
other_strings_are_swallowed(void **state)
{
    (void)state;
    ASSERT_GIVES("\033_apc\033\\x", "'x' ");
    ASSERT_GIVES("\033^pm\033\\x", "'x' ");
    ASSERT_GIVES("\033Xsos\033\\x", "'x' ");
}

static void
device_control_strings_are_handed_out(void **state)
{
    (void)state;
    ASSERT_GIVES("\033P$qm\033\\x", "dcs:$qm 'x' ");
    ASSERT_GIVES("\033P\033\\x", "dcs: 'x' ");
    ASSERT_GIVES("\033P1;2$t\a3/\r\n\t4\033\\x", "dcs:1;2$t3/4 'x' ");
    ASSERT_GIVES("\033Pq\033\033\\x", "'x' ");
    ASSERT_GIVES("\033Pq\030\033\\x", "'x' ");
    ASSERT_GIVES("\033]0;t\030\033P\030\033\\x", "'x' ");
}

static void
charsets_are_designated(void **state)
{
    (void)state;
    ASSERT_GIVES("\033(0", OP(GUARD_DESIGNATE, "0;2"));
    ASSERT_GIVES("\033)B", OP(GUARD_DESIGNATE, "1;0"));
    ASSERT_GIVES("\033-A", OP(GUARD_DESIGNATE, "1;4"));
    ASSERT_GIVES("\033(U", OP(GUARD_DESIGNATE, "0;5"));
    ASSERT_GIVES("\033*%5", OP(GUARD_DESIGNATE, "2;3"));
    ASSERT_GIVES("\033+>", OP(GUARD_DESIGNATE, "3;6"));
    ASSERT_GIVES("\033*%x", "");
    ASSERT_GIVES("\033*%%5x", "'x' ");
    ASSERT_GIVES("\033-%Ax", "'x' ");
    ASSERT_GIVES("\033#%8x", "'x' ");
    ASSERT_GIVES("\033~", OP(GUARD_SHIFT_RIGHT, "1"));
    ASSERT_GIVES("\033}", OP(GUARD_SHIFT_RIGHT, "2"));
    ASSERT_GIVES("\033|", OP(GUARD_SHIFT_RIGHT, "3"));
    ASSERT_GIVES("\033%G", OP(GUARD_CODING_UTF8, ""));
    ASSERT_GIVES("\033%8", OP(GUARD_CODING_UTF8, ""));
    ASSERT_GIVES("\033%@", OP(GUARD_CODING_DEFAULT, ""));
}

static void
utf8_inside_a_sequence_ends_it(void **state)
{
    (void)state;
    ASSERT_GIVES("\033[3\xc3\xa9", "U+00E9 ");
    ASSERT_GIVES("\033\xc3\xa9", "U+00E9 ");
}

static void
state_survives_any_split(void **state)
{
    static const char text[] =
        "a\xe4\xbd\xa0\033[1;2:3m\033]0;t\xc3\xa9\033\\\033Pq\033\\"
        "\033]P1abcdefz\033(0\033#8\xff\xe4\033[?25h\r\n";
    struct fixture whole;
    struct fixture split;

    (void)state;
    begin(&whole);
    begin(&split);
    FEED(&whole, text);
    for (size_t i = 0; i + 1 < sizeof(text); i++) {
        guard_feed(&split.guard, (const uint8_t *)text + i, 1);
    }
    assert_string_equal(whole.log, split.log);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printable_ascii_comes_in_runs),
        cmocka_unit_test(utf8_comes_as_scalar_values),
        cmocka_unit_test(
            ill_formed_utf8_gives_one_replacement_for_each_maximal_part),
        cmocka_unit_test(controls_are_handed_out_and_others_dropped),
        cmocka_unit_test(csi_arguments_may_be_missing),
        cmocka_unit_test(arguments_are_clamped),
        cmocka_unit_test(arguments_past_the_maximum_are_ignored),
        cmocka_unit_test(sub_arguments_are_told_apart),
        cmocka_unit_test(private_sequences_are_told_apart),
        cmocka_unit_test(sizes_of_lines_are_known),
        cmocka_unit_test(unknown_sequences_are_swallowed),
        cmocka_unit_test(linux_function_key_echo_is_swallowed),
        cmocka_unit_test(cancel_and_substitute_end_a_sequence),
        cmocka_unit_test(escape_begins_another_sequence_anywhere),
        cmocka_unit_test(controls_inside_a_sequence_are_executed),
        cmocka_unit_test(delete_is_ignored_everywhere),
        cmocka_unit_test(delete_inside_utf8_is_harmless),
        cmocka_unit_test(encoded_c1_controls_are_dropped),
        cmocka_unit_test(raw_c1_controls_are_ill_formed_in_utf8),
        cmocka_unit_test(raw_c1_controls_are_obeyed_in_8_bit),
        cmocka_unit_test(glyph_codings_show_controls),
        cmocka_unit_test(coding_switches_in_the_middle_of_a_feed),
        cmocka_unit_test(osc_ends_with_bel_or_st),
        cmocka_unit_test(osc_without_a_number_is_swallowed),
        cmocka_unit_test(osc_is_cut_at_its_maximum),
        cmocka_unit_test(osc_with_controls_in_its_terminator_is_harmless),
        cmocka_unit_test(linux_palette_has_no_terminator),
        cmocka_unit_test(other_strings_are_swallowed),
        cmocka_unit_test(device_control_strings_are_handed_out),
        cmocka_unit_test(charsets_are_designated),
        cmocka_unit_test(utf8_inside_a_sequence_ends_it),
        cmocka_unit_test(state_survives_any_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
