/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vnc/share.h"

/* Not 0, which would hide mistakes. */
#define START_US UINT64_C(1000000000)

static void
nothing_owed_is_no_reason_to_wait(void **state)
{
    struct share s = {0};

    (void)state;
    assert_int_equal(share_from_us(&s), 0);
}

static void
little_at_a_time_is_paid_for_meanwhile(void **state)
{
    struct share s = {0};
    uint64_t now_us = START_US;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        share_spend(&s, now_us, now_us + 100, 16);
        now_us += UINT64_C(100) * 16 * SHARE_FACTOR;
        assert_true(share_from_us(&s) <= now_us);
    }
}

static void
a_flood_gets_its_share_of_the_time(void **state)
{
    struct share s = {0};
    uint64_t now_us = START_US;
    uint64_t used_us = 0;

    (void)state;
    while (now_us < START_US + UINT64_C(10000000)) {
        share_spend(&s, now_us, now_us + 1000, 2);
        used_us += 1000;
        now_us += 1000;
        if (share_from_us(&s) > now_us) {
            now_us = share_from_us(&s);
        }
    }
    /* An eighth, and what it had credit for. */
    assert_in_range(used_us, 1250 * 1000, 1300 * 1000);
}

static void
it_is_scarce_before_it_is_used_up(void **state)
{
    struct share s = {0};
    uint64_t now_us = START_US;

    (void)state;
    while (!share_is_scarce(&s, now_us)) {
        assert_true(share_from_us(&s) <= now_us);
        share_spend(&s, now_us, now_us + 1000, 16);
        now_us += 1000;
    }
    assert_true(share_from_us(&s) <= now_us);
    assert_false(share_is_scarce(&s, now_us + SHARE_CREDIT_US / 2));
}

static void
time_that_goes_by_elsewhere_is_not_owed(void **state)
{
    struct share s = {0};

    (void)state;
    /* The process was stopped for an hour. */
    share_spend(&s, START_US, START_US + UINT64_C(3600) * 1000 * 1000, 1);
    assert_true(share_from_us(&s) <= START_US);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_owed_is_no_reason_to_wait),
        cmocka_unit_test(little_at_a_time_is_paid_for_meanwhile),
        cmocka_unit_test(a_flood_gets_its_share_of_the_time),
        cmocka_unit_test(it_is_scarce_before_it_is_used_up),
        cmocka_unit_test(time_that_goes_by_elsewhere_is_not_owed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
