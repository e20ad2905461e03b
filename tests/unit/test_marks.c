/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "term/marks.h"

static struct marks marks;

static int
tear_down(void **state)
{
    (void)state;
    marks_clear(&marks);
    return 0;
}

static unsigned
sequence_of(const uint32_t *codes, int count)
{
    unsigned sequence = 0;

    for (int i = 0; i < count; i++) {
        sequence = marks_add(&marks, sequence, codes[i]);
    }
    return sequence;
}

static void
assert_sequence(unsigned sequence, const uint32_t *codes, int count)
{
    uint32_t have[CELL_MARKS_MAX] = {0};

    assert_int_equal(mark_sequence(marks.table, sequence, have), count);
    for (int i = 0; i < count; i++) {
        assert_int_equal(have[i], codes[i]);
    }
}

/* As many sequences of two as have place; returns how many were added. */
static int
fill(void)
{
    unsigned acute = marks_add(&marks, 0, 0x301);
    int count = 0;

    for (uint32_t code = 0x1000; marks_add(&marks, acute, code) != acute;
         code++) {
        count++;
    }
    return count;
}

static void
empty_sequence_is_zero(void **state)
{
    uint32_t none[CELL_MARKS_MAX];

    (void)state;
    assert_int_equal(mark_sequence(NULL, 0, none), 0);
}

static void
same_sequence_has_the_same_number(void **state)
{
    static const uint32_t one[] = {0x301};
    static const uint32_t two[] = {0x301, 0x323};
    static const uint32_t other[] = {0x323, 0x301};

    (void)state;
    unsigned a = sequence_of(one, 1);
    unsigned b = sequence_of(two, 2);
    unsigned c = sequence_of(other, 2);
    assert_true(a != b && b != c && a != c);
    assert_int_equal(sequence_of(one, 1), a);
    assert_int_equal(sequence_of(two, 2), b);
    assert_int_equal(sequence_of(other, 2), c);
    assert_sequence(a, one, 1);
    assert_sequence(b, two, 2);
    assert_sequence(c, other, 2);
}

static void
longest_sequence_takes_no_more(void **state)
{
    uint32_t codes[CELL_MARKS_MAX];

    (void)state;
    for (int i = 0; i < CELL_MARKS_MAX; i++) {
        codes[i] = 0x10ffff - (uint32_t)i;
    }
    unsigned longest = sequence_of(codes, CELL_MARKS_MAX);
    assert_int_equal(marks_add(&marks, longest, 0x301), longest);
    assert_sequence(longest, codes, CELL_MARKS_MAX);
}

static void
full_table_drops_marks_and_keeps_what_it_has(void **state)
{
    static const uint32_t first[] = {0x301, 0x1000};
    static const uint32_t last[] = {0x301, 0x1000 + MARKS_MAX - 2};

    (void)state;
    assert_false(marks_is_nearly_full(&marks));
    assert_int_equal(fill(), MARKS_MAX - 1);
    assert_true(marks_is_nearly_full(&marks));
    assert_int_equal(marks_add(&marks, 0, 0x302), 0);
    assert_sequence(sequence_of(first, 2), first, 2);
    assert_sequence(sequence_of(last, 2), last, 2);
}

static void
sweep_keeps_sequences_with_what_is_in_front_of_them(void **state)
{
    static const uint32_t kept[] = {0x301, 0x2000};
    static const uint32_t gone[] = {0x301, 0x2001};

    (void)state;
    assert_int_equal(fill(), MARKS_MAX - 1);
    unsigned number = sequence_of(kept, 2);
    marks_sweep_begin(&marks);
    marks_keep(&marks, number);
    marks_sweep_end(&marks);
    assert_false(marks_is_nearly_full(&marks));
    assert_sequence(number, kept, 2);
    assert_int_equal(sequence_of(kept, 2), number);
    assert_sequence(sequence_of(gone, 2), gone, 2);

    /* All but those two have place again. */
    marks_sweep_begin(&marks);
    marks_keep(&marks, number);
    marks_sweep_end(&marks);
    assert_int_equal(fill(), MARKS_MAX - 1);
}

static void
sweep_of_an_empty_table_is_harmless(void **state)
{
    (void)state;
    marks_sweep_begin(&marks);
    marks_keep(&marks, 0);
    marks_sweep_end(&marks);
    assert_int_not_equal(marks_add(&marks, 0, 0x301), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_sequence_is_zero),
        cmocka_unit_test_teardown(same_sequence_has_the_same_number, tear_down),
        cmocka_unit_test_teardown(longest_sequence_takes_no_more, tear_down),
        cmocka_unit_test_teardown(full_table_drops_marks_and_keeps_what_it_has,
                                  tear_down),
        cmocka_unit_test_teardown(
            sweep_keeps_sequences_with_what_is_in_front_of_them, tear_down),
        cmocka_unit_test_teardown(sweep_of_an_empty_table_is_harmless,
                                  tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
