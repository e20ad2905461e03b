/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include "base/fd.h"
#include "loop/loop.h"

#define WATCHERS 4
#define SOON_US  UINT64_C(2000)

/* What the callbacks of one test work with. */
struct fixture {
    struct loop *loop;
    int ends[2]; /* of a pipe */
    struct loop_fd *watchers[WATCHERS];
    struct loop_timer *timers[WATCHERS];
    struct loop_signal *sig;
    int calls;
    unsigned events;
    char trace[32]; /* one letter for each callback */
};

/* How often the loop has asked the kernel. */
static int epoll_waits;

/* Stands before the C library's, which libevent would call. */
int
epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout)
{
    epoll_waits++;
    return (int)syscall(SYS_epoll_pwait, epfd, events, maxevents, timeout, NULL,
                        8);
}

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    if (f == NULL || loop_new(&f->loop) < 0 ||
        pipe2(f->ends, O_CLOEXEC | O_NONBLOCK) < 0) {
        return -1;
    }
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < WATCHERS; i++) {
        loop_fd_free(f->watchers[i]);
        loop_timer_free(f->timers[i]);
    }
    loop_signal_free(f->sig);
    fd_close(&f->ends[0]);
    fd_close(&f->ends[1]);
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
quit(void *data)
{
    struct fixture *f = data;

    loop_quit(f->loop, 0);
}

static void
count_and_quit(void *data)
{
    struct fixture *f = data;

    f->calls++;
    loop_quit(f->loop, 7);
}

static void
trace_a(void *data)
{
    trace(data, "a");
}

static void
trace_b(void *data)
{
    trace(data, "b");
}

static void
record_and_quit(void *data, unsigned events)
{
    struct fixture *f = data;

    f->calls++;
    f->events = events;
    loop_quit(f->loop, 0);
}

static void
trace_viewer(void *data, unsigned events)
{
    (void)events;
    trace(data, "v");
}

static void
trace_guest(void *data, unsigned events)
{
    (void)events;
    trace(data, "g");
}

static void
trace_render(void *data, unsigned events)
{
    (void)events;
    trace(data, "r");
}

static void
watch(struct fixture *f, int slot, int fd, enum loop_priority priority,
      loop_fd_fn *fn)
{
    assert_int_equal(
        loop_fd_new(&f->watchers[slot], f->loop, fd, priority, fn, f), 0);
}

static void
arm(struct fixture *f, int slot, uint64_t delay_us, loop_fn *fn)
{
    loop_timer_new(&f->timers[slot], f->loop, LOOP_PRIORITY_RENDER, fn, f);
    loop_timer_arm(f->timers[slot], delay_us);
}

/* Runs what is ready now. */
static void
run_ready(struct fixture *f)
{
    struct loop_timer *timer;

    loop_timer_new(&timer, f->loop, LOOP_PRIORITY_RENDER, quit, f);
    loop_timer_arm(timer, 0);
    assert_int_equal(loop_run(f->loop), 0);
    loop_timer_free(timer);
}

static void
make_readable(struct fixture *f)
{
    assert_int_equal(fd_write(f->ends[1], "x", 1), 1);
}

static void
run_returns_the_status_of_quit(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, 0, count_and_quit);
    assert_int_equal(loop_run(f->loop), 7);
}

static void
run_can_be_called_again_after_quit(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, 0, count_and_quit);
    assert_int_equal(loop_run(f->loop), 7);
    loop_timer_arm(f->timers[0], 0);
    assert_int_equal(loop_run(f->loop), 7);
    assert_int_equal(f->calls, 2);
}

static void
quit_before_run_ends_it_at_once(void **state)
{
    struct fixture *f = *state;

    loop_quit(f->loop, 3);
    assert_int_equal(loop_run(f->loop), 3);
}

static void
nothing_runs_after_quit(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, 0, count_and_quit);
    arm(f, 1, 0, trace_a);
    (void)loop_run(f->loop); /* the status is not of interest */
    assert_string_equal(f->trace, "");
}

static void
new_without_descriptors_fails(void **state)
{
    struct rlimit old;
    struct loop *loop = NULL;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int r = loop_new(&loop);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_int_equal(r, -EMFILE);
    assert_null(loop);
}

static void
environment_of_libevent_is_ignored(void **state)
{
    struct loop *loop = NULL;

    (void)state;
    assert_int_equal(setenv("EVENT_NOEPOLL", "1", 1), 0);
    int r = loop_new(&loop);
    assert_int_equal(unsetenv("EVENT_NOEPOLL"), 0);
    assert_int_equal(r, 0);
    loop_free(loop);
}

static void
readable_descriptor_calls_its_watcher(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, f->ends[0], LOOP_PRIORITY_GUEST, record_and_quit);
    loop_fd_want(f->watchers[0], LOOP_READ);
    make_readable(f);
    assert_int_equal(loop_run(f->loop), 0);
    assert_int_equal(f->events, LOOP_READ);
}

static void
writable_descriptor_calls_its_watcher(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, f->ends[1], LOOP_PRIORITY_GUEST, record_and_quit);
    loop_fd_want(f->watchers[0], LOOP_WRITE);
    assert_int_equal(loop_run(f->loop), 0);
    assert_int_equal(f->events, LOOP_WRITE);
}

static void
read_and_write_come_in_one_call(void **state)
{
    struct fixture *f = *state;
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair),
                     0);
    assert_int_equal(fd_write(pair[1], "x", 1), 1);
    watch(f, 0, pair[0], LOOP_PRIORITY_GUEST, record_and_quit);
    loop_fd_want(f->watchers[0], LOOP_READ | LOOP_WRITE);
    assert_int_equal(loop_run(f->loop), 0);
    loop_fd_want(f->watchers[0], 0);
    fd_close(&pair[0]);
    fd_close(&pair[1]);
    assert_int_equal(f->events, LOOP_READ | LOOP_WRITE);
    assert_int_equal(f->calls, 1);
}

static void
descriptor_that_stays_ready_calls_again(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, f->ends[0], LOOP_PRIORITY_GUEST, trace_guest);
    loop_fd_want(f->watchers[0], LOOP_READ);
    make_readable(f);
    run_ready(f);
    run_ready(f);
    assert_string_equal(f->trace, "gg");
}

static void
hang_up_comes_as_read(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, f->ends[0], LOOP_PRIORITY_GUEST, record_and_quit);
    loop_fd_want(f->watchers[0], LOOP_READ);
    fd_close(&f->ends[1]);
    assert_int_equal(loop_run(f->loop), 0);
    assert_int_equal(f->events, LOOP_READ);
}

static void
error_comes_as_write(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, f->ends[1], LOOP_PRIORITY_GUEST, record_and_quit);
    loop_fd_want(f->watchers[0], LOOP_WRITE);
    fd_close(&f->ends[0]);
    assert_int_equal(loop_run(f->loop), 0);
    assert_int_equal(f->events, LOOP_WRITE);
}

static void
watcher_wants_nothing_at_first(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, f->ends[0], LOOP_PRIORITY_GUEST, trace_guest);
    make_readable(f);
    run_ready(f);
    assert_string_equal(f->trace, "");
}

static void
watcher_that_wants_no_more_is_not_called(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, f->ends[0], LOOP_PRIORITY_GUEST, trace_guest);
    loop_fd_want(f->watchers[0], LOOP_READ | LOOP_WRITE);
    loop_fd_want(f->watchers[0], LOOP_WRITE);
    make_readable(f);
    run_ready(f);
    assert_string_equal(f->trace, "");
}

static void
watcher_can_change_from_write_to_read(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, f->ends[0], LOOP_PRIORITY_GUEST, record_and_quit);
    loop_fd_want(f->watchers[0], LOOP_WRITE);
    loop_fd_want(f->watchers[0], LOOP_READ);
    make_readable(f);
    assert_int_equal(loop_run(f->loop), 0);
    assert_int_equal(f->events, LOOP_READ);
}

static void
hang_up_that_nobody_wants_does_not_wake(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, f->ends[0], LOOP_PRIORITY_GUEST, trace_guest);
    loop_fd_want(f->watchers[0], LOOP_READ);
    loop_fd_want(f->watchers[0], 0);
    fd_close(&f->ends[1]);
    arm(f, 0, SOON_US, quit);
    epoll_waits = 0;
    assert_int_equal(loop_run(f->loop), 0);
    assert_int_equal(epoll_waits, 1);
}

static void
timer_takes_a_single_wakeup(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, 5 * SOON_US + 1, quit);
    epoll_waits = 0;
    assert_int_equal(loop_run(f->loop), 0);
    assert_int_equal(epoll_waits, 1);
}

static void
negative_descriptor_is_refused(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(loop_fd_new(&f->watchers[0], f->loop, -1,
                                 LOOP_PRIORITY_GUEST, trace_guest, f),
                     -EBADF);
}

static void
file_that_cannot_be_watched_is_refused(void **state)
{
    struct fixture *f = *state;
    int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

    assert_true(file >= 0);
    int r = loop_fd_new(&f->watchers[0], f->loop, file, LOOP_PRIORITY_GUEST,
                        trace_guest, f);
    fd_close(&file);
    assert_int_equal(r, -EPERM);
    assert_null(f->watchers[0]);
}

static void
descriptor_closed_by_another_is_reported_to_its_owner(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, f->ends[0], LOOP_PRIORITY_GUEST, record_and_quit);
    fd_close(&f->ends[0]);
    loop_fd_want(f->watchers[0], LOOP_READ);
    assert_int_equal(loop_run(f->loop), 0);
    assert_int_equal(f->events, LOOP_READ);
}

static void
ready_events_run_in_order_of_priority(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, f->ends[1], LOOP_PRIORITY_RENDER, trace_render);
    watch(f, 1, f->ends[1], LOOP_PRIORITY_GUEST, trace_guest);
    watch(f, 2, f->ends[1], LOOP_PRIORITY_VIEWER, trace_viewer);
    for (int i = 0; i < 3; i++) {
        loop_fd_want(f->watchers[i], LOOP_WRITE);
    }
    run_ready(f);
    assert_string_equal(f->trace, "vgr");
}

static void
flood_does_not_starve_a_lower_priority(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, f->ends[1], LOOP_PRIORITY_VIEWER, trace_viewer);
    watch(f, 1, f->ends[1], LOOP_PRIORITY_GUEST, trace_guest);
    loop_fd_want(f->watchers[0], LOOP_WRITE);
    loop_fd_want(f->watchers[1], LOOP_WRITE);
    run_ready(f);
    run_ready(f);
    assert_string_equal(f->trace, "vgvg");
}

static void
free_own_watcher(void *data, unsigned events)
{
    struct fixture *f = data;

    (void)events;
    f->calls++;
    loop_fd_free(f->watchers[0]);
    f->watchers[0] = NULL;
}

static void
watcher_freed_in_its_own_callback_is_gone(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, f->ends[1], LOOP_PRIORITY_GUEST, free_own_watcher);
    loop_fd_want(f->watchers[0], LOOP_WRITE);
    run_ready(f);
    run_ready(f);
    assert_int_equal(f->calls, 1);
}

/* Frees the watcher in slot 1, which is ready too. */
static void
free_other_watcher(void *data, unsigned events)
{
    struct fixture *f = data;

    (void)events;
    loop_fd_free(f->watchers[1]);
    f->watchers[1] = NULL;
}

static void
ready_watcher_freed_by_another_is_not_called(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, f->ends[1], LOOP_PRIORITY_VIEWER, free_other_watcher);
    watch(f, 1, f->ends[1], LOOP_PRIORITY_GUEST, trace_guest);
    loop_fd_want(f->watchers[0], LOOP_WRITE);
    loop_fd_want(f->watchers[1], LOOP_WRITE);
    run_ready(f);
    assert_string_equal(f->trace, "");
}

static void
pause_other_watcher(void *data, unsigned events)
{
    struct fixture *f = data;

    (void)events;
    loop_fd_want(f->watchers[1], 0);
}

static void
ready_watcher_paused_by_another_is_not_called(void **state)
{
    struct fixture *f = *state;

    watch(f, 0, f->ends[1], LOOP_PRIORITY_VIEWER, pause_other_watcher);
    watch(f, 1, f->ends[1], LOOP_PRIORITY_GUEST, trace_guest);
    loop_fd_want(f->watchers[0], LOOP_WRITE);
    loop_fd_want(f->watchers[1], LOOP_WRITE);
    run_ready(f);
    assert_string_equal(f->trace, "");
}

static void
timer_is_not_armed_at_first(void **state)
{
    struct fixture *f = *state;

    loop_timer_new(&f->timers[0], f->loop, LOOP_PRIORITY_RENDER, quit, f);
    assert_false(loop_timer_is_armed(f->timers[0]));
}

static void
timer_fires_not_before_its_delay(void **state)
{
    struct fixture *f = *state;

    uint64_t start_us = loop_now_us(f->loop);
    arm(f, 0, SOON_US, quit);
    assert_int_equal(loop_run(f->loop), 0);
    assert_true(loop_now_us(f->loop) - start_us >= SOON_US);
}

static void
timer_fires_once(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, SOON_US, trace_a);
    arm(f, 1, 3 * SOON_US, quit);
    assert_int_equal(loop_run(f->loop), 0);
    assert_string_equal(f->trace, "a");
    assert_false(loop_timer_is_armed(f->timers[0]));
}

static void
timers_fire_in_order_of_time(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, 2 * SOON_US, trace_b);
    arm(f, 1, SOON_US, trace_a);
    arm(f, 2, 3 * SOON_US, quit);
    assert_int_equal(loop_run(f->loop), 0);
    assert_string_equal(f->trace, "ab");
}

static void
timer_without_delay_fires_after_what_is_ready(void **state)
{
    struct fixture *f = *state;

    loop_timer_new(&f->timers[0], f->loop, LOOP_PRIORITY_GUEST, trace_a, f);
    loop_timer_arm(f->timers[0], 0);
    watch(f, 0, f->ends[1], LOOP_PRIORITY_GUEST, trace_guest);
    loop_fd_want(f->watchers[0], LOOP_WRITE);
    run_ready(f);
    assert_string_equal(f->trace, "ga");
}

static void
rearm_without_delay(void *data)
{
    struct fixture *f = data;

    trace(f, "a");
    if (strlen(f->trace) < 4) {
        loop_timer_arm(f->timers[0], 0);
    } else {
        loop_quit(f->loop, 0);
    }
}

static void
timer_that_rearms_without_delay_lets_others_run(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, 0, rearm_without_delay);
    watch(f, 0, f->ends[1], LOOP_PRIORITY_GUEST, trace_guest);
    loop_fd_want(f->watchers[0], LOOP_WRITE);
    assert_int_equal(loop_run(f->loop), 0);
    assert_string_equal(f->trace, "gaga");
}

static void
armed_timer_is_moved(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, 0, trace_a);
    loop_timer_arm(f->timers[0], 3600 * UINT64_C(1000000));
    run_ready(f);
    assert_string_equal(f->trace, "");
    assert_true(loop_timer_is_armed(f->timers[0]));
}

static void
timer_can_be_moved_to_now(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, UINT64_MAX, trace_a);
    loop_timer_arm(f->timers[0], 0);
    run_ready(f);
    assert_string_equal(f->trace, "a");
}

static void
timer_with_the_longest_delay_does_not_fire(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, UINT64_MAX, trace_a);
    arm(f, 1, SOON_US, quit);
    assert_int_equal(loop_run(f->loop), 0);
    assert_string_equal(f->trace, "");
}

static void
disarmed_timer_does_not_fire(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, 0, trace_a);
    arm(f, 1, SOON_US, trace_b);
    loop_timer_disarm(f->timers[0]);
    loop_timer_disarm(f->timers[1]);
    arm(f, 2, 2 * SOON_US, quit);
    assert_int_equal(loop_run(f->loop), 0);
    assert_string_equal(f->trace, "");
}

static void
free_own_timer(void *data)
{
    struct fixture *f = data;

    f->calls++;
    loop_timer_free(f->timers[0]);
    f->timers[0] = NULL;
}

static void
timer_freed_in_its_own_callback_is_gone(void **state)
{
    struct fixture *f = *state;

    arm(f, 0, 0, free_own_timer);
    run_ready(f);
    run_ready(f);
    assert_int_equal(f->calls, 1);
}

static void
timer_freed_by_another_in_the_same_turn_does_not_fire(void **state)
{
    struct fixture *f = *state;

    loop_timer_new(&f->timers[1], f->loop, LOOP_PRIORITY_GUEST, free_own_timer,
                   f);
    loop_timer_arm(f->timers[1], 0);
    arm(f, 0, 0, trace_a);
    run_ready(f);
    assert_string_equal(f->trace, "");
}

static void
signal_calls_its_watcher(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(
        loop_signal_new(&f->sig, f->loop, SIGUSR1, count_and_quit, f), 0);
    assert_int_equal(raise(SIGUSR1), 0);
    assert_int_equal(loop_run(f->loop), 7);
    assert_int_equal(f->calls, 1);
}

static void
free_own_signal(void *data)
{
    struct fixture *f = data;

    f->calls++;
    loop_signal_free(f->sig);
    f->sig = NULL;
    loop_quit(f->loop, 0);
}

static void
signal_freed_in_its_own_callback_is_gone(void **state)
{
    struct fixture *f = *state;
    struct sigaction action;

    assert_int_equal(
        loop_signal_new(&f->sig, f->loop, SIGUSR1, free_own_signal, f), 0);
    assert_int_equal(raise(SIGUSR1), 0);
    assert_int_equal(loop_run(f->loop), 0);
    assert_int_equal(sigaction(SIGUSR1, NULL, &action), 0);
    assert_ptr_equal(action.sa_handler, SIG_DFL);
}

static void
signal_that_does_not_exist_is_refused(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(loop_signal_new(&f->sig, f->loop, 0, quit, f), -EINVAL);
    assert_int_equal(loop_signal_new(&f->sig, f->loop, NSIG, quit, f), -EINVAL);
}

static void
signal_that_cannot_be_caught_is_refused(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(loop_signal_new(&f->sig, f->loop, SIGKILL, quit, f),
                     -EINVAL);
    assert_null(f->sig);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(run_returns_the_status_of_quit),
        CASE(run_can_be_called_again_after_quit),
        CASE(quit_before_run_ends_it_at_once),
        CASE(nothing_runs_after_quit),
        CASE(new_without_descriptors_fails),
        CASE(environment_of_libevent_is_ignored),
        CASE(readable_descriptor_calls_its_watcher),
        CASE(writable_descriptor_calls_its_watcher),
        CASE(read_and_write_come_in_one_call),
        CASE(descriptor_that_stays_ready_calls_again),
        CASE(hang_up_comes_as_read),
        CASE(error_comes_as_write),
        CASE(watcher_wants_nothing_at_first),
        CASE(watcher_that_wants_no_more_is_not_called),
        CASE(watcher_can_change_from_write_to_read),
        CASE(hang_up_that_nobody_wants_does_not_wake),
        CASE(timer_takes_a_single_wakeup),
        CASE(negative_descriptor_is_refused),
        CASE(file_that_cannot_be_watched_is_refused),
        CASE(descriptor_closed_by_another_is_reported_to_its_owner),
        CASE(ready_events_run_in_order_of_priority),
        CASE(flood_does_not_starve_a_lower_priority),
        CASE(watcher_freed_in_its_own_callback_is_gone),
        CASE(ready_watcher_freed_by_another_is_not_called),
        CASE(ready_watcher_paused_by_another_is_not_called),
        CASE(timer_is_not_armed_at_first),
        CASE(timer_fires_not_before_its_delay),
        CASE(timer_fires_once),
        CASE(timers_fire_in_order_of_time),
        CASE(timer_without_delay_fires_after_what_is_ready),
        CASE(timer_that_rearms_without_delay_lets_others_run),
        CASE(armed_timer_is_moved),
        CASE(timer_can_be_moved_to_now),
        CASE(timer_with_the_longest_delay_does_not_fire),
        CASE(disarmed_timer_does_not_fire),
        CASE(timer_freed_in_its_own_callback_is_gone),
        CASE(timer_freed_by_another_in_the_same_turn_does_not_fire),
        CASE(signal_calls_its_watcher),
        CASE(signal_freed_in_its_own_callback_is_gone),
        CASE(signal_that_does_not_exist_is_refused),
        CASE(signal_that_cannot_be_caught_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
