/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/composite.h"

static void
letters_and_marks_are_composed(void **state)
{
    (void)state;
    assert_int_equal(composite_of('e', 0x301), 0xe9);
    assert_int_equal(composite_of(0xea, 0x301), 0x1ebf);
    assert_int_equal(composite_of('<', 0x338), 0x226e);
    assert_int_equal(composite_of(0x3b1, 0x301), 0x3ac);
    assert_int_equal(composite_of(0x438, 0x306), 0x439);
    assert_int_equal(composite_of(0x304b, 0x3099), 0x304c);
    assert_int_equal(composite_of(0x30fd, 0x3099), 0x30fe);
}

static void
what_nfc_leaves_apart_is_left_apart(void **state)
{
    (void)state;
    assert_int_equal(composite_of('q', 0x301), 0);
    assert_int_equal(composite_of(0x301, 'e'), 0);
    assert_int_equal(composite_of(0x5e9, 0x5c1), 0); /* an exclusion */
    assert_int_equal(composite_of(0x915, 0x93c), 0); /* another */
    assert_int_equal(composite_of(0x10ffff, 0x10ffff), 0);
    assert_int_equal(composite_of(0x10065, 0x301), 0); /* not an e */
    assert_int_equal(composite_of(0, 0), 0);
}

static void
hangul_is_composed(void **state)
{
    (void)state;
    assert_int_equal(composite_of(0x1100, 0x1161), 0xac00);
    assert_int_equal(composite_of(0xac00, 0x11a8), 0xac01);
    assert_int_equal(composite_of(0x1112, 0x1175), 0xd788);
    assert_int_equal(composite_of(0xd788, 0x11c2), 0xd7a3);
    assert_int_equal(composite_of(0xac01, 0x11a8), 0); /* has a final */
    assert_int_equal(composite_of(0xac00, 0x11a7), 0);
    assert_int_equal(composite_of(0xac00, 0x11c3), 0);
    assert_int_equal(composite_of(0x1113, 0x1161), 0);
    assert_int_equal(composite_of(0x1100, 0x1176), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_and_marks_are_composed),
        cmocka_unit_test(what_nfc_leaves_apart_is_left_apart),
        cmocka_unit_test(hangul_is_composed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
