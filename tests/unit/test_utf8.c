/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

#define BAD UTF8_REPLACEMENT

/* Decodes all of `in` and compares it with `expected`. */
static void
assert_decodes(const void *in, size_t len, const uint32_t *expected,
               size_t count)
{
    const uint8_t *bytes = in;
    struct utf8_decoder d = {0};
    uint32_t out[32];
    size_t written = 0;

    for (size_t i = 0; i < len; i++) {
        enum utf8_result result;
        do {
            uint32_t code = 0;
            result = utf8_decode(&d, bytes[i], &code);
            if (result != UTF8_MORE) {
                assert_in_range(written, 0, 31);
                out[written++] = code;
            }
        } while (result == UTF8_BAD_RETRY);
    }
    assert_int_equal(d.missing, 0);
    assert_int_equal(written, count);
    assert_memory_equal(out, expected, count * sizeof(out[0]));
}

#define ASSERT_DECODES(in, ...)                                         \
    assert_decodes(in, sizeof(in) - 1, (const uint32_t[]){__VA_ARGS__}, \
                   sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static bool
is_scalar(uint32_t code)
{
    return code <= UNICODE_MAX && (code < 0xd800 || code > 0xdfff);
}

static void
every_scalar_value_survives_a_round_trip(void **state)
{
    (void)state;
    for (uint32_t code = 0; code <= UNICODE_MAX; code++) {
        char text[UTF8_MAX];
        struct utf8_decoder d = {0};
        uint32_t out = 0;
        if (!is_scalar(code)) {
            continue;
        }
        size_t len = utf8_encode(code, text);
        for (size_t i = 0; i + 1 < len; i++) {
            assert_int_equal(utf8_decode(&d, (uint8_t)text[i], &out),
                             UTF8_MORE);
        }
        assert_int_equal(utf8_decode(&d, (uint8_t)text[len - 1], &out),
                         UTF8_DONE);
        assert_int_equal(out, code);
    }
}

static void
first_and_last_character_of_each_length_decode(void **state)
{
    (void)state;
    ASSERT_DECODES("\x00\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"
                   "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
                   0x0, 0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x10000, 0x10ffff);
}

/* The Unicode standard 15.0, table 3-8. */
static void
overlong_sequences_give_one_replacement_each_byte(void **state)
{
    (void)state;
    ASSERT_DECODES("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", BAD, BAD, BAD, BAD,
                   BAD, BAD, BAD, BAD, 0x41);
}

/* The Unicode standard 15.0, table 3-9. */
static void
surrogates_give_one_replacement_each_byte(void **state)
{
    (void)state;
    ASSERT_DECODES("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", BAD, BAD, BAD, BAD,
                   BAD, BAD, BAD, BAD, 0x41);
}

/* The Unicode standard 15.0, table 3-10. */
static void
other_ill_formed_sequences_give_one_replacement_each_byte(void **state)
{
    (void)state;
    ASSERT_DECODES("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", BAD, BAD, BAD, BAD,
                   BAD, 0x41, BAD, BAD, 0x42);
}

/* The Unicode standard 15.0, table 3-11. */
static void
truncated_sequences_give_one_replacement_each(void **state)
{
    (void)state;
    ASSERT_DECODES("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", BAD, BAD, BAD, BAD,
                   0x41);
}

/* The Unicode standard 6.0, table 3-8. */
static void
maximal_subparts_between_ascii_are_replaced_once(void **state)
{
    (void)state;
    ASSERT_DECODES("\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64", 0x61,
                   BAD, BAD, BAD, 0x62, BAD, 0x63, BAD, BAD, 0x64);
}

static void
byte_after_broken_sequence_is_asked_for_again(void **state)
{
    struct utf8_decoder d = {0};
    uint32_t out = 0;

    (void)state;
    assert_int_equal(utf8_decode(&d, 0xe2, &out), UTF8_MORE);
    assert_int_equal(utf8_decode(&d, 'x', &out), UTF8_BAD_RETRY);
    assert_int_equal(out, BAD);
    assert_int_equal(utf8_decode(&d, 'x', &out), UTF8_DONE);
    assert_int_equal(out, 'x');
}

static void
encoding_of_no_scalar_value_gives_replacement(void **state)
{
    static const uint32_t codes[] = {0xd800, 0xdfff, 0x110000, UINT32_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        char text[UTF8_MAX];
        assert_int_equal(utf8_encode(codes[i], text), 3);
        assert_memory_equal(text, "\xef\xbf\xbd", 3);
    }
}

static void
well_formed_text_is_valid(void **state)
{
    static const char text[] = "a\0\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";

    (void)state;
    assert_true(utf8_is_valid(text, sizeof(text) - 1));
}

static void
nothing_is_valid(void **state)
{
    (void)state;
    assert_true(utf8_is_valid(NULL, 0));
}

static void
text_that_ends_within_a_character_is_not_valid(void **state)
{
    (void)state;
    assert_false(utf8_is_valid("a\xe2\x82", 3));
}

static void
text_with_a_stray_byte_is_not_valid(void **state)
{
    (void)state;
    assert_false(utf8_is_valid("a\x80z", 3));
}

static void
every_latin1_byte_survives_a_round_trip(void **state)
{
    uint8_t in[256];
    char utf8[2 * sizeof(in)];
    uint8_t out[sizeof(utf8)];

    (void)state;
    for (size_t i = 0; i < sizeof(in); i++) {
        in[i] = (uint8_t)i;
    }
    size_t len = latin1_to_utf8(in, sizeof(in), utf8);
    assert_int_equal(len, 128 + 2 * 128);
    assert_true(utf8_is_valid(utf8, len));
    assert_int_equal(utf8_to_latin1(utf8, len, out), sizeof(in));
    assert_memory_equal(out, in, sizeof(in));
}

static void
character_outside_latin1_becomes_a_question_mark(void **state)
{
    char out[5];

    (void)state;
    assert_int_equal(utf8_to_latin1("a\xe2\x82\xacz", 5, out), 3);
    assert_memory_equal(out, "a?z", 3);
}

static void
ill_formed_text_becomes_question_marks_in_latin1(void **state)
{
    char out[6];

    (void)state;
    assert_int_equal(utf8_to_latin1("\x80\xe2\x82z\xf0\x9f", 6, out), 4);
    assert_memory_equal(out, "??z?", 4);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_scalar_value_survives_a_round_trip),
        cmocka_unit_test(first_and_last_character_of_each_length_decode),
        cmocka_unit_test(overlong_sequences_give_one_replacement_each_byte),
        cmocka_unit_test(surrogates_give_one_replacement_each_byte),
        cmocka_unit_test(
            other_ill_formed_sequences_give_one_replacement_each_byte),
        cmocka_unit_test(truncated_sequences_give_one_replacement_each),
        cmocka_unit_test(maximal_subparts_between_ascii_are_replaced_once),
        cmocka_unit_test(byte_after_broken_sequence_is_asked_for_again),
        cmocka_unit_test(encoding_of_no_scalar_value_gives_replacement),
        cmocka_unit_test(well_formed_text_is_valid),
        cmocka_unit_test(nothing_is_valid),
        cmocka_unit_test(text_that_ends_within_a_character_is_not_valid),
        cmocka_unit_test(text_with_a_stray_byte_is_not_valid),
        cmocka_unit_test(every_latin1_byte_survives_a_round_trip),
        cmocka_unit_test(character_outside_latin1_becomes_a_question_mark),
        cmocka_unit_test(ill_formed_text_becomes_question_marks_in_latin1),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
