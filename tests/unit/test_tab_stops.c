/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "term/tab_stops.h"

static void
default_stops_are_every_eight_columns(void **state)
{
    struct tab_stops tabs = {0};

    (void)state;
    tab_stops_set_default(&tabs, 0, SCREEN_COLS_MAX);
    assert_true(tab_stops_are_default(&tabs, SCREEN_COLS_MAX));
    assert_int_equal(tab_stops_next(&tabs, 0, 80), 8);
    assert_int_equal(tab_stops_next(&tabs, 8, 80), 16);
    assert_int_equal(tab_stops_next(&tabs, 991, SCREEN_COLS_MAX), 992);
    assert_int_equal(tab_stops_next(&tabs, 992, SCREEN_COLS_MAX),
                     SCREEN_COLS_MAX - 1);
}

static void
without_a_stop_the_last_column_is_next(void **state)
{
    struct tab_stops tabs = {0};

    (void)state;
    assert_int_equal(tab_stops_next(&tabs, 0, 80), 79);
    assert_int_equal(tab_stops_next(&tabs, 79, 80), 79);
    assert_int_equal(tab_stops_next(&tabs, 0, 1), 0);
}

static void
stops_are_added_and_removed(void **state)
{
    struct tab_stops tabs = {0};

    (void)state;
    tab_stops_add(&tabs, 63);
    tab_stops_add(&tabs, 64);
    assert_true(tab_stops_has(&tabs, 63));
    assert_int_equal(tab_stops_next(&tabs, 63, 80), 64);
    tab_stops_remove(&tabs, 64);
    assert_false(tab_stops_has(&tabs, 64));
    assert_true(tab_stops_has(&tabs, 63));
    tab_stops_clear(&tabs);
    assert_false(tab_stops_has(&tabs, 63));
}

static void
new_columns_get_default_stops(void **state)
{
    struct tab_stops tabs = {0};

    (void)state;
    tab_stops_add(&tabs, 3);
    tab_stops_set_default(&tabs, 10, 20);
    assert_int_equal(tab_stops_next(&tabs, 0, 20), 3);
    assert_int_equal(tab_stops_next(&tabs, 3, 20), 16);
    assert_false(tab_stops_are_default(&tabs, 20));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(default_stops_are_every_eight_columns),
        cmocka_unit_test(without_a_stop_the_last_column_is_next),
        cmocka_unit_test(stops_are_added_and_removed),
        cmocka_unit_test(new_columns_get_default_stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
