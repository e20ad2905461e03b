/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#define BOUND 1000

static struct bytes queue;

static int
set_up(void **state)
{
    (void)state;
    bytes_init(&queue, BOUND);
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    bytes_fini(&queue);
    return 0;
}

static void
push(const char *text)
{
    assert_int_equal(bytes_push(&queue, text, strlen(text)), 0);
}

static void
assert_holds(const char *text)
{
    assert_int_equal(bytes_len(&queue), strlen(text));
    assert_memory_equal(bytes_peek(&queue), text, strlen(text));
}

static void
empty_queue_has_nothing_to_peek(void **state)
{
    (void)state;
    assert_null(bytes_peek(&queue));
    assert_int_equal(bytes_len(&queue), 0);
}

static void
empty_queue_has_space_for_its_bound(void **state)
{
    (void)state;
    assert_int_equal(bytes_space(&queue), BOUND);
}

static void
pushes_come_out_in_order_and_in_one_piece(void **state)
{
    (void)state;
    push("one ");
    push("two");
    assert_holds("one two");
}

static void
drop_takes_from_the_front(void **state)
{
    (void)state;
    push("abcdef");
    bytes_drop(&queue, 4);
    assert_holds("ef");
}

static void
push_up_to_bound_succeeds(void **state)
{
    static const uint8_t data[BOUND];

    (void)state;
    assert_int_equal(bytes_push(&queue, data, BOUND), 0);
    assert_int_equal(bytes_space(&queue), 0);
}

static void
push_beyond_bound_changes_nothing(void **state)
{
    static const uint8_t data[BOUND];

    (void)state;
    push("abc");
    assert_int_equal(bytes_push(&queue, data, BOUND - 2), -ENOBUFS);
    assert_holds("abc");
}

static void
push_of_a_length_that_would_wrap_is_refused(void **state)
{
    (void)state;
    push("abc");
    assert_int_equal(bytes_push(&queue, "", SIZE_MAX), -ENOBUFS);
    assert_holds("abc");
}

static void
push_of_nothing_takes_no_memory(void **state)
{
    (void)state;
    assert_int_equal(bytes_push(&queue, NULL, 0), 0);
    assert_int_equal(queue.capacity, 0);
}

static void
queue_that_runs_empty_gives_memory_back(void **state)
{
    (void)state;
    push("abc");
    bytes_drop(&queue, 3);
    assert_null(queue.data);
    assert_int_equal(queue.capacity, 0);
}

static void
cleared_queue_can_be_used_again(void **state)
{
    (void)state;
    push("abc");
    bytes_clear(&queue);
    push("def");
    assert_holds("def");
    assert_int_equal(bytes_space(&queue), BOUND - 3);
}

static void
capacity_never_passes_the_bound(void **state)
{
    static const uint8_t data[BOUND];

    (void)state;
    for (int i = 0; i < 100; i++) {
        assert_int_equal(bytes_push(&queue, data, 501), 0);
        assert_true(queue.capacity <= BOUND);
        bytes_drop(&queue, i == 0 ? 2 : 501);
    }
}

static void
full_queue_that_slides_keeps_its_bytes(void **state)
{
    uint8_t next_in = 0;
    uint8_t next_out = 0;

    (void)state;
    while (bytes_space(&queue) > 0) {
        assert_int_equal(bytes_push(&queue, &next_in, 1), 0);
        next_in++;
    }
    for (int i = 0; i < 3 * BOUND; i++) {
        assert_int_equal(*bytes_peek(&queue), next_out);
        bytes_drop(&queue, 1);
        next_out++;
        assert_int_equal(bytes_push(&queue, &next_in, 1), 0);
        next_in++;
    }
}

static void
reserved_bytes_count_only_when_committed(void **state)
{
    static const uint8_t data[] = {'c', 'd', 'e', 'f'};

    (void)state;
    push("ab");
    uint8_t *room = bytes_reserve(&queue, 100);
    assert_non_null(room);
    memcpy(room, data, sizeof(data));
    assert_holds("ab");
    bytes_commit(&queue, 2);
    assert_holds("abcd");
}

static void
reserve_beyond_bound_is_refused(void **state)
{
    (void)state;
    push("abc");
    assert_null(bytes_reserve(&queue, BOUND - 2));
    assert_holds("abc");
}

static void
reserve_of_nothing_is_refused(void **state)
{
    (void)state;
    assert_null(bytes_reserve(&queue, 0));
}

static void
commit_of_nothing_to_empty_queue_gives_memory_back(void **state)
{
    (void)state;
    assert_non_null(bytes_reserve(&queue, 100));
    bytes_commit(&queue, 0);
    assert_int_equal(queue.capacity, 0);
}

static void
queue_with_bound_zero_takes_nothing(void **state)
{
    struct bytes none;

    (void)state;
    bytes_init(&none, 0);
    assert_int_equal(bytes_push(&none, "a", 1), -ENOBUFS);
    bytes_fini(&none);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(empty_queue_has_nothing_to_peek),
        CASE(empty_queue_has_space_for_its_bound),
        CASE(pushes_come_out_in_order_and_in_one_piece),
        CASE(drop_takes_from_the_front),
        CASE(push_up_to_bound_succeeds),
        CASE(push_beyond_bound_changes_nothing),
        CASE(push_of_a_length_that_would_wrap_is_refused),
        CASE(push_of_nothing_takes_no_memory),
        CASE(queue_that_runs_empty_gives_memory_back),
        CASE(cleared_queue_can_be_used_again),
        CASE(capacity_never_passes_the_bound),
        CASE(full_queue_that_slides_keeps_its_bytes),
        CASE(reserved_bytes_count_only_when_committed),
        CASE(reserve_beyond_bound_is_refused),
        CASE(reserve_of_nothing_is_refused),
        CASE(commit_of_nothing_to_empty_queue_gives_memory_back),
        CASE(queue_with_bound_zero_takes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
