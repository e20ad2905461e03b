/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "input/input.h"

static const struct input_modes plain = {0};
enum {
    PASTE_MAX = 1 << 20, /* as long as a cut text may be */
};

static const struct input_modes bracketed = {.bracketed_paste = true};

/* Cleans and pastes at once. */
static int
clean_and_paste(const struct input_modes *modes, const char *text, size_t len,
                struct bytes *out)
{
    struct bytes cleaned;

    bytes_init(&cleaned, PASTE_MAX);
    int r = input_clean(text, len, &cleaned);
    if (r == 0) {
        r = input_paste(modes, &cleaned, out);
    }
    bytes_fini(&cleaned);
    return r;
}

static void
assert_pastes(const struct input_modes *modes, const char *text, size_t len,
              const char *expected)
{
    struct bytes out;

    bytes_init(&out, PASTE_MAX);
    assert_int_equal(clean_and_paste(modes, text, len, &out), 0);
    assert_int_equal(bytes_len(&out), strlen(expected));
    if (bytes_len(&out) > 0) {
        assert_memory_equal(bytes_peek(&out), expected, bytes_len(&out));
    }
    bytes_fini(&out);
}

static void
assert_pastes_text(const char *text, const char *expected)
{
    assert_pastes(&plain, text, strlen(text), expected);
}

static void
text_and_tabs_arrive_as_they_are(void **state)
{
    (void)state;
    assert_pastes_text("ls -l\t# \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
                       "ls -l\t# \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

static void
line_ends_become_cr(void **state)
{
    (void)state;
    assert_pastes_text("a\nb\r\nc\rd\n\ne\r\r\nf", "a\rb\rc\rd\r\re\r\rf");
}

static void
control_characters_are_left_out(void **state)
{
    (void)state;
    assert_pastes(&plain, "a\0b\033[31mc\003\177d\b", 13, "ab[31mcd");
    assert_pastes_text("a\xc2\x9b"
                       "31m\xc2\x85",
                       "a31m");
}

static void
ill_formed_utf8_is_left_out(void **state)
{
    (void)state;
    assert_pastes_text("a\xff"
                       "b\xed\xa0\x80"
                       "c\xc0\x80"
                       "d\xe2\x82",
                       "abcd");
    assert_pastes_text("\xe2\x82\n\xe2x", "\rx");
}

static void
replacement_character_in_the_text_is_kept(void **state)
{
    (void)state;
    assert_pastes_text("\xef\xbf\xbd", "\xef\xbf\xbd");
}

static void
brackets_enclose_and_cannot_be_forged(void **state)
{
    const char *text = "a\033[201~rm\n";

    (void)state;
    assert_pastes(&bracketed, text, strlen(text),
                  "\033[200~a[201~rm\r\033[201~");
}

static void
nothing_left_sends_no_brackets(void **state)
{
    (void)state;
    assert_pastes(&bracketed, "", 0, "");
    assert_pastes(&bracketed, "\033\xff", 2, "");
}

static void
paste_without_room_changes_nothing(void **state)
{
    struct bytes out;

    (void)state;
    bytes_init(&out, 17);
    assert_int_equal(bytes_push(&out, "abc", 3), 0);
    assert_int_equal(clean_and_paste(&bracketed, "123", 3, &out), -ENOBUFS);
    assert_int_equal(bytes_len(&out), 3);
    assert_int_equal(clean_and_paste(&bracketed, "12", 2, &out), 0);
    assert_memory_equal(bytes_peek(&out), "abc\033[200~12\033[201~", 17);
    bytes_fini(&out);
}

static void
cleaning_without_room_changes_nothing(void **state)
{
    struct bytes out;

    (void)state;
    bytes_init(&out, 4);
    assert_int_equal(bytes_push(&out, "abc", 3), 0);
    assert_int_equal(input_clean("12", 2, &out), -ENOBUFS);
    assert_int_equal(bytes_len(&out), 3);
    assert_int_equal(input_clean("1", 1, &out), 0);
    assert_memory_equal(bytes_peek(&out), "abc1", 4);
    bytes_fini(&out);
}

static void
what_is_left_out_needs_no_room(void **state)
{
    struct bytes out;

    (void)state;
    bytes_init(&out, 2);
    assert_int_equal(input_clean("\033\033\033\r\nb\033", 7, &out), 0);
    assert_memory_equal(bytes_peek(&out), "\rb", 2);
    bytes_fini(&out);
}

static void
largest_paste_arrives_whole(void **state)
{
    struct bytes out;
    char *text = malloc(PASTE_MAX);

    (void)state;
    assert_non_null(text);
    memset(text, 'x', PASTE_MAX);
    bytes_init(&out, PASTE_MAX);
    assert_int_equal(clean_and_paste(&plain, text, PASTE_MAX, &out), 0);
    assert_int_equal(bytes_len(&out), PASTE_MAX);
    assert_memory_equal(bytes_peek(&out), text, PASTE_MAX);
    bytes_fini(&out);
    free(text);
}

static void
text_is_pasted_in_the_coding_of_the_guest(void **state)
{
    static const struct input_modes latin1 = {.coding = CODING_LATIN1};
    static const struct input_modes cp437 = {.coding = CODING_CP437,
                                             .bracketed_paste = true};
    static const char text[] = "\xc3\xa9\xe2\x82\xac\n.";

    (void)state;
    assert_pastes(&latin1, text, strlen(text), "\xe9?\r.");
    assert_pastes(&cp437, text, strlen(text), "\033[200~\x82?\r.\033[201~");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_tabs_arrive_as_they_are),
        cmocka_unit_test(line_ends_become_cr),
        cmocka_unit_test(control_characters_are_left_out),
        cmocka_unit_test(ill_formed_utf8_is_left_out),
        cmocka_unit_test(replacement_character_in_the_text_is_kept),
        cmocka_unit_test(brackets_enclose_and_cannot_be_forged),
        cmocka_unit_test(nothing_left_sends_no_brackets),
        cmocka_unit_test(paste_without_room_changes_nothing),
        cmocka_unit_test(cleaning_without_room_changes_nothing),
        cmocka_unit_test(what_is_left_out_needs_no_room),
        cmocka_unit_test(largest_paste_arrives_whole),
        cmocka_unit_test(text_is_pasted_in_the_coding_of_the_guest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
