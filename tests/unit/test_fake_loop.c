/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fakes/fake_loop.h"

#define FD 5

struct fixture {
    struct loop *loop;
    struct loop_fd *watchers[2];
    struct loop_timer *timers[2];
    struct loop_signal *sig;
    unsigned events;
    uint64_t fired_us;
    char trace[32]; /* one letter for each callback */
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    if (f == NULL) {
        return -1;
    }
    fake_loop_new(&f->loop);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 2; i++) {
        loop_fd_free(f->watchers[i]);
        loop_timer_free(f->timers[i]);
    }
    loop_signal_free(f->sig);
    loop_free(f->loop);
    free(f);
    return 0;
}

static void
trace(struct fixture *f, const char *letter)
{
    assert_true(strlen(f->trace) + 1 < sizeof(f->trace));
    strncat(f->trace, letter, sizeof(f->trace) - strlen(f->trace) - 1);
}

static void
trace_a(void *data)
{
    struct fixture *f = data;

    trace(f, "a");
    f->fired_us = loop_now_us(f->loop);
}

static void
trace_b(void *data)
{
    trace(data, "b");
}

static void
quit(void *data)
{
    struct fixture *f = data;

    loop_quit(f->loop, 4);
}

static void
record(void *data, unsigned events)
{
    struct fixture *f = data;

    trace(f, "g");
    f->events = events;
}

static void
free_both_watchers(void *data, unsigned events)
{
    struct fixture *f = data;

    (void)events;
    trace(f, "f");
    for (int i = 0; i < 2; i++) {
        loop_fd_free(f->watchers[i]);
        f->watchers[i] = NULL;
    }
}

static void
watch(struct fixture *f, int slot, enum loop_priority priority, loop_fd_fn *fn)
{
    assert_int_equal(
        loop_fd_new(&f->watchers[slot], f->loop, FD, priority, fn, f), 0);
}

static void
arm(struct fixture *f, int slot, uint64_t delay_us, loop_fn *fn)
{
    loop_timer_new(&f->timers[slot], f->loop, LOOP_PRIORITY_RENDER, fn, f);
    loop_timer_arm(f->timers[slot], delay_us);
}

static void
time_stands_still_until_it_is_advanced(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(loop_now_us(f->loop), FAKE_LOOP_START_US);
    fake_loop_advance_us(f->loop, 10);
    assert_int_equal(loop_now_us(f->loop), FAKE_LOOP_START_US + 10);
}

static void
timer_fires_at_its_own_time(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, 30, trace_a);
    fake_loop_advance_us(f->loop, 100);
    assert_int_equal(f->fired_us, FAKE_LOOP_START_US + 30);
}

static void
timer_does_not_fire_early(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, 30, trace_a);
    fake_loop_advance_us(f->loop, 29);
    assert_string_equal(f->trace, "");
    assert_int_equal(fake_loop_count_armed(f->loop), 1);
}

static void
timers_fire_in_order(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, 30, trace_b);
    arm(f, 1, 20, trace_a);
    fake_loop_advance_us(f->loop, 30);
    assert_string_equal(f->trace, "ab");
}

static void
timer_without_delay_fires_without_time(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, 0, trace_a);
    arm(f, 1, 1, trace_b);
    fake_loop_run_pending(f->loop);
    assert_string_equal(f->trace, "a");
    assert_int_equal(loop_now_us(f->loop), FAKE_LOOP_START_US);
}

static void
ready_calls_with_what_is_wanted(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, LOOP_PRIORITY_GUEST, record);
    loop_fd_want(f->watchers[0], LOOP_READ);
    fake_loop_ready(f->loop, FD, LOOP_READ | LOOP_WRITE);
    assert_int_equal(f->events, LOOP_READ);
    assert_int_equal(fake_loop_wanted(f->loop, FD), LOOP_READ);
}

static void
ready_does_not_call_what_wants_something_else(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, LOOP_PRIORITY_GUEST, record);
    loop_fd_want(f->watchers[0], LOOP_READ);
    fake_loop_ready(f->loop, FD, LOOP_WRITE);
    fake_loop_ready(f->loop, FD + 1, LOOP_READ);
    assert_string_equal(f->trace, "");
}

static void
watchers_freed_in_a_callback_are_not_called(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, LOOP_PRIORITY_GUEST, record);
    watch(f, 1, LOOP_PRIORITY_VIEWER, free_both_watchers);
    loop_fd_want(f->watchers[0], LOOP_READ);
    loop_fd_want(f->watchers[1], LOOP_READ);
    fake_loop_ready(f->loop, FD, LOOP_READ);
    assert_string_equal(f->trace, "f");
}

static void
signal_calls_its_watcher(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(loop_signal_new(&f->sig, f->loop, SIGUSR1, trace_a, f), 0);
    fake_loop_signal(f->loop, SIGUSR2);
    fake_loop_signal(f->loop, SIGUSR1);
    assert_string_equal(f->trace, "a");
}

static void
run_fires_timers_until_quit(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, 10, trace_a);
    arm(f, 1, 20, quit);
    assert_int_equal(loop_run(f->loop), 4);
    assert_string_equal(f->trace, "a");
}

static void
run_with_nothing_to_wait_for_fails(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(loop_run(f->loop), -EDEADLK);
}

static void
quit_is_remembered(void **state)
{
    struct fixture *f = *state;
    int status = 0;

    assert_false(fake_loop_has_quit(f->loop, &status));
    loop_quit(f->loop, 4);
    assert_true(fake_loop_has_quit(f->loop, &status));
    assert_int_equal(status, 4);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(time_stands_still_until_it_is_advanced),
        CASE(timer_fires_at_its_own_time),
        CASE(timer_does_not_fire_early),
        CASE(timers_fire_in_order),
        CASE(timer_without_delay_fires_without_time),
        CASE(ready_calls_with_what_is_wanted),
        CASE(ready_does_not_call_what_wants_something_else),
        CASE(watchers_freed_in_a_callback_are_not_called),
        CASE(signal_calls_its_watcher),
        CASE(run_fires_timers_until_quit),
        CASE(run_with_nothing_to_wait_for_fails),
        CASE(quit_is_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
