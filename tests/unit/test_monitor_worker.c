/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the monitor asks of its worker, and what it makes of the answers. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/log.h"
#include "unit/monitor_fixture.h"

static void
expect_log_level(struct fixture *f, enum log_level level)
{
    struct link_message message;
    int fd = -1;

    await(f->link);
    assert_int_equal(link_receive(f->link, &message, &fd), 1);
    assert_int_equal(message.type, LINK_LOG_LEVEL);
    assert_int_equal(message.log_level, level);
}

static void
usr2_toggles_debug_lines_in_both(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    assert_int_equal(kill(f->monitor, SIGUSR2), 0);
    expect_log_level(f, LOG_LEVEL_DEBUG);
    assert_int_equal(kill(f->monitor, SIGUSR2), 0);
    expect_log_level(f, LOG_LEVEL_INFO);
    terminate(f);
    expect_status(f, 0);
    expect_log(f, "debug: log: debug lines are on");
}

/* Asks for the state, and is the worker that writes `text`. */
static void
save(struct fixture *f, const char *text)
{
    assert_int_equal(kill(f->monitor, SIGUSR1), 0);
    expect_message(f, LINK_STATE);
    assert_int_equal(write(f->state, text, strlen(text)), strlen(text));
}

static void
end_save(struct fixture *f, int err)
{
    struct link_message message = {.type = LINK_STATE_END,
                                   .error = (uint32_t)err};

    assert_int_equal(link_send(f->link, &message, -1), 0);
}

static void
remove_state(struct fixture *f, const char *text)
{
    char path[128];
    char content[64] = "";

    (void)snprintf(path, sizeof(path), "%s/%d/vncterm.statefile", f->state_dir,
                   (int)f->monitor);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_true(read(fd, content, sizeof(content) - 1) >= 0);
    close(fd);
    assert_string_equal(content, text);
    assert_int_equal(unlink(path), 0);
}

static void
usr1_has_the_worker_write_its_state(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    save(f, "a screen");
    /* What comes meanwhile is one more, whose start shows the first done. */
    assert_int_equal(kill(f->monitor, SIGUSR1), 0);
    assert_int_equal(kill(f->monitor, SIGUSR1), 0);
    assert_int_equal(kill(f->monitor, SIGUSR2), 0);
    expect_log_level(f, LOG_LEVEL_DEBUG);
    end_save(f, 0);
    expect_message(f, LINK_STATE);
    remove_state(f, "a screen");
    terminate(f);
    expect_status(f, 0);
    expect_log(f, "info: state: written to");
}

static void
a_state_that_fails_is_a_warning_and_the_old_file_stays(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    save(f, "old");
    end_save(f, 0);
    save(f, "half");
    end_save(f, ENOSPC);
    save(f, "shows that the one before has ended");
    remove_state(f, "old");
    terminate(f);
    expect_status(f, 0);
    expect_log(f, "warning: state: cannot write");
    expect_log(f, "No space left on device");
}

static void
a_state_that_is_asked_for_during_the_start_is_written_after_it(void **state)
{
    struct fixture *f = *state;
    sigset_t all;
    sigset_t before;

    /* The program holds signals from its first moment. */
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, &before);
    run_command(f, quiet_command);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    say(f, LINK_LOCKED);
    assert_int_equal(kill(f->monitor, SIGUSR1), 0);
    /* Handled in this order by now, or both are pending. */
    assert_int_equal(kill(f->monitor, SIGUSR2), 0);
    expect_log_level(f, LOG_LEVEL_DEBUG);
    say(f, LINK_READY);
    expect_message(f, LINK_CONSOLE);
    expect_message(f, LINK_STATE);
    terminate(f);
    expect_status(f, 0);
}

static void
a_worker_says_each_thing_in_its_time_or_is_killed(void **state)
{
    static const enum link_type early[] = {LINK_READY, LINK_HANGUP};
    static const enum link_type late[] = {LINK_LOCKED, LINK_READY};
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(early) / sizeof(early[0]); i++) {
        run_command(f, quiet_command);
        say(f, early[i]);
        expect_status(f, 3);
        (void)tear_down_monitor(state);
        (void)set_up_monitor(state);
        f = *state;
    }
    for (size_t i = 0; i < sizeof(late) / sizeof(late[0]); i++) {
        run_quiet(f);
        say(f, late[i]);
        expect_status(f, 3);
        (void)tear_down_monitor(state);
        (void)set_up_monitor(state);
        f = *state;
    }
    run_quiet(f);
    f->consoles++; /* one that it was never sent */
    say(f, LINK_HANGUP);
    expect_status(f, 3);
}

static void
a_worker_that_does_not_read_is_told_the_newest_later(void **state)
{
    struct fixture *f = *state;
    struct link_message message = {.type = 0};
    int fd = -1;

    run_quiet(f);
    for (int i = 0; i < 2001; i++) {
        assert_int_equal(kill(f->monitor, SIGUSR2), 0);
        (void)usleep(50); /* signals that come together are one */
    }
    assert_int_equal(kill(f->monitor, SIGUSR1), 0);
    while (message.type != LINK_STATE) {
        await(f->link);
        assert_int_equal(link_receive(f->link, &message, &fd), 1);
    }
    fd_close(&fd);

    /* The newest level may be behind it. */
    assert_int_equal(kill(f->monitor, SIGTERM), 0);
    do {
        await(f->link);
    } while (link_receive(f->link, &message, &fd) != 0);
    order_worker(f, (struct order){.status = 0});
    expect_status(f, 0);
}

static void
a_worker_that_reports_a_state_unasked_is_killed(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    end_save(f, 0);
    expect_status(f, 3);
}

static void
a_worker_that_stays_after_the_end_is_killed(void **state)
{
    const char *const argv[] = {"/bin/true", NULL};
    struct fixture *f = *state;

    run_command(f, argv);
    say_ready(f);
    expect_message(f, LINK_CONSOLE);
    expect_message(f, LINK_CONSOLE_END);
    expect_status(f, 3);
    expect_log(f, "error: worker: it does not end");
}

static void
a_worker_that_does_not_leave_is_killed(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    assert_int_equal(kill(f->monitor, SIGTERM), 0);
    expect_link_end(f);
    expect_status(f, 0);
}

static void
a_worker_that_crashes_is_status_3(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    order_worker(f, (struct order){.signo = SIGSYS});
    expect_status(f, 3);
    expect_log(f, "error: worker: ended by signal 31 (Bad system call)");
}

static void
a_worker_that_crashes_while_leaving_is_status_3(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    assert_int_equal(kill(f->monitor, SIGTERM), 0);
    expect_link_end(f);
    order_worker(f, (struct order){.signo = SIGABRT});
    expect_status(f, 3);
}

static void
a_worker_that_is_asked_to_end_is_status_0(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    order_worker(f, (struct order){.signo = SIGTERM});
    expect_status(f, 0);
}

static void
a_worker_that_ends_by_itself_is_status_3(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    order_worker(f, (struct order){.status = 0});
    expect_status(f, 3);
    expect_log(f, "error: worker: ended with status 0");
}

static void
a_worker_that_fails_later_is_status_3(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    order_worker(f, (struct order){.status = 1});
    expect_status(f, 3);
    assert_null(strstr(f->log_text, "worker:")); /* it has said why */
}

static void
a_worker_that_closes_the_link_is_killed(void **state)
{
    struct fixture *f = *state;

    run_quiet(f);
    fd_close(&f->link);
    expect_status(f, 3);
}

static void
a_worker_that_sends_anything_else_is_killed(void **state)
{
    struct link_message end = {.type = LINK_CONSOLE_END};
    const struct {
        const void *bytes;
        size_t len;
    } messages[] = {{"x", 1}, {&end, sizeof(end)}};

    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        struct fixture *f = *state;
        run_quiet(f);
        assert_int_equal(send(f->link, messages[i].bytes, messages[i].len, 0),
                         messages[i].len);
        expect_status(f, 3);
        expect_log(f, "error: worker: it sent what it may not send");
        (void)tear_down_monitor(state);
        (void)set_up_monitor(state);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) \
    cmocka_unit_test_setup_teardown(name, set_up_monitor, tear_down_monitor)
        T(usr2_toggles_debug_lines_in_both),
        T(usr1_has_the_worker_write_its_state),
        T(a_state_that_fails_is_a_warning_and_the_old_file_stays),
        T(a_state_that_is_asked_for_during_the_start_is_written_after_it),
        T(a_worker_says_each_thing_in_its_time_or_is_killed),
        T(a_worker_that_does_not_read_is_told_the_newest_later),
        T(a_worker_that_reports_a_state_unasked_is_killed),
        T(a_worker_that_stays_after_the_end_is_killed),
        T(a_worker_that_does_not_leave_is_killed),
        T(a_worker_that_crashes_is_status_3),
        T(a_worker_that_crashes_while_leaving_is_status_3),
        T(a_worker_that_is_asked_to_end_is_status_0),
        T(a_worker_that_ends_by_itself_is_status_3),
        T(a_worker_that_fails_later_is_status_3),
        T(a_worker_that_closes_the_link_is_killed),
        T(a_worker_that_sends_anything_else_is_killed),
#undef T
    };
    return cmocka_run_group_tests_name("monitor_worker", tests, NULL, NULL);
}
