/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/coding.h"
#include "base/utf8.h"

static void
code_page_437_maps_both_halves(void **state)
{
    (void)state;
    assert_int_equal(cp437_code(0x04), 0x2666);
    assert_int_equal(cp437_code(0x1f), 0x25bc);
    assert_int_equal(cp437_code('A'), 'A');
    assert_int_equal(cp437_code(0x7f), 0x2302);
    assert_int_equal(cp437_code(0x80), 0xc7);
    assert_int_equal(cp437_code(0xb0), 0x2591);
    assert_int_equal(cp437_code(0xdb), 0x2588);
    assert_int_equal(cp437_code(0xe1), 0xdf);
    assert_int_equal(cp437_code(0xff), 0xa0);
}

static void
code_page_437_has_no_control_characters(void **state)
{
    (void)state;
    for (int byte = 0; byte < 0x100; byte++) {
        uint32_t code = cp437_code((uint8_t)byte);

        assert_true((code >= 0x20 && code < 0x7f) || code >= 0xa0);
    }
}

static void
assert_coded(enum coding coding, const char *utf8, const char *wanted)
{
    char out[64];

    (void)snprintf(out, sizeof(out), "%s", utf8); /* none is longer */
    assert_int_equal(coding_from_utf8(coding, out, strlen(utf8), out),
                     strlen(wanted));
    assert_memory_equal(out, wanted, strlen(wanted));
}

static void
utf8_is_written_in_other_codings(void **state)
{
    (void)state;
    assert_coded(CODING_UTF8, "a\xc3\xa9\xe2\x82\xac", "a\xc3\xa9\xe2\x82\xac");
    assert_coded(CODING_LATIN1, "a\xc3\xa9\xe2\x82\xac\033\r", "a\xe9?\033\r");
    assert_coded(CODING_CP437, "a\xc3\xa9\xe2\x82\xac\033\r", "a\x82?\033\r");
    assert_coded(CODING_CP437, "\xe2\x99\xa6\xf0\x9f\x98\x80", "??");
    assert_coded(CODING_LATIN1, "", "");
}

static void
every_byte_of_code_page_437_comes_back(void **state)
{
    (void)state;
    for (int byte = 0x80; byte < 0x100; byte++) {
        char utf8[UTF8_MAX];
        size_t len = utf8_encode(cp437_code((uint8_t)byte), utf8);
        char out[UTF8_MAX];

        assert_int_equal(coding_from_utf8(CODING_CP437, utf8, len, out), 1);
        assert_int_equal((uint8_t)out[0], byte);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_page_437_maps_both_halves),
        cmocka_unit_test(code_page_437_has_no_control_characters),
        cmocka_unit_test(utf8_is_written_in_other_codings),
        cmocka_unit_test(every_byte_of_code_page_437_comes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
