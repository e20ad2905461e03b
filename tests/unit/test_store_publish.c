/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is published, and when not. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/store_fixture.h"

static void
ports_are_published_at_once_though_the_domain_is_missing(void **state)
{
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    run_until_has(f, VNC_PORT, "5901");
    run_until_has(f, TEXT_PORT, "9501");
    assert_int_equal(fake_xs_count(FAKE_XS_WRITE), 2);
}

static void
port_zero_is_not_published(void **state)
{
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 0);
    run_until_has(f, VNC_PORT, "5901");
    settle(f);
    assert_false(fake_xs_exists(TEXT_PORT));
}

static void
ports_are_written_again_after_a_restart_once_the_domain_is_there(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    run_until_has(f, TEXT_PORT, "9501");
    restart_store(f);
    settle(f);
    assert_false(fake_xs_exists(DOMAIN));
    fake_xs_write(DOMAIN "/name", "guest");
    run_until_has(f, VNC_PORT, "5901");
    run_until_has(f, TEXT_PORT, "9501");
    assert_int_equal(fake_xs_domains_made(), 0);
}

/* As Xen's tools do, which make the console's directory after the domain's. */
static void
ports_are_written_again_when_the_console_is_made_anew(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(DOMAIN "/name", "guest");
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    run_until_has(f, TEXT_PORT, "9501");
    settle(f);
    fake_xs_remove(CONSOLE);
    run_until_has(f, VNC_PORT, "5901");
    run_until_has(f, TEXT_PORT, "9501");
    fake_xs_write(TTY, PTS);
    run_until_told(f, 1);
    assert_int_equal(f->removals, 0);
}

/* By the time that we look, the tty may be there again, and yet without a
 * name, or with one. */
static void
ports_are_written_again_whatever_the_tty_is(void **state)
{
    static const char *const ttys[] = {"", PTS};
    struct fixture *f = *state;

    fake_xs_write(DOMAIN "/name", "guest");
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    for (size_t i = 0; i < sizeof(ttys) / sizeof(ttys[0]); i++) {
        run_until_has(f, TEXT_PORT, "9501");
        settle(f);
        fake_xs_write(TTY, ttys[i]);
        settle(f);
        fake_xs_remove(VNC_PORT);
        fake_xs_remove(TEXT_PORT);
        run_until_has(f, VNC_PORT, "5901");
        run_until_has(f, TEXT_PORT, "9501");
    }
    assert_int_equal(f->removals, 0);
}

static void
ports_are_not_written_again_when_the_console_ends(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(DOMAIN "/name", "guest");
    fake_xs_write(TTY, PTS);
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    run_until_has(f, TEXT_PORT, "9501");
    fake_xs_remove(CONSOLE);
    run_until_removed(f, 1);
    settle(f);
    assert_false(fake_xs_exists(VNC_PORT));
}

/* The first connection dies when the ports have been written, and before it is
 * set up. */
static void
ports_are_not_written_as_if_for_the_first_time_twice(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(DOMAIN "/name", "guest");
    fake_xs_hang_at(FAKE_XS_WATCH, VNC_PORT);
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    run_until(f, is_hanging);
    restart_store(f);
    fake_xs_go_on();
    settle(f);
    assert_false(fake_xs_exists(DOMAIN));
    fake_xs_write(DOMAIN "/name", "guest");
    run_until_has(f, TEXT_PORT, "9501");
    assert_int_equal(fake_xs_domains_made(), 0);
}

static void
ports_that_come_while_the_store_is_away_wait_for_the_domain(void **state)
{
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    settle(f);
    fake_xs_die();
    store_set_ports(f->store, 5901, 0);
    run_until_logged(f, "connection lost", 1);
    fake_xs_restart();
    run_until(f, is_watching_domain);
    settle(f);
    assert_false(fake_xs_exists(DOMAIN));
    fake_xs_write(DOMAIN "/name", "guest");
    run_until_has(f, VNC_PORT, "5901");
}

static void
nothing_is_written_below_a_domain_that_goes_at_that_moment(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    run_until_has(f, TEXT_PORT, "9501");
    restart_store(f);
    settle(f);
    unsigned starts = fake_xs_count(FAKE_XS_TRANSACTION_START);
    fake_xs_change_before(FAKE_XS_TRANSACTION_START, DOMAIN, NULL);
    fake_xs_write(DOMAIN "/name", "guest");
    run_until_calls(f, FAKE_XS_TRANSACTION_START, starts + 1);
    settle(f);
    assert_false(fake_xs_exists(DOMAIN));
    assert_int_equal(fake_xs_domains_made(), 0);
    /* And it has not given up. */
    fake_xs_write(DOMAIN "/name", "guest");
    run_until_has(f, TEXT_PORT, "9501");
    assert_int_equal(fake_xs_domains_made(), 0);
}

static void
domain_that_goes_before_it_is_written_to_is_not_brought_back(void **state)
{
    static const char *const keys[] = {VNC_PORT, TEXT_PORT};
    struct fixture *f = *state;

    for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        fake_xs_write(TTY, PTS);
        fake_xs_hang_at(FAKE_XS_WRITE, keys[i]);
        start(f, STORE_WATCH_TTY); /* a first connection */
        store_set_ports(f->store, 5901, 9501);
        run_until(f, is_hanging);
        fake_xs_remove(DOMAIN);
        fake_xs_go_on();
        run_until_removed(f, i + 1);
        settle(f);
        assert_false(fake_xs_exists(DOMAIN));
        assert_int_equal(fake_xs_domains_made(), 0);
        (void)free_store(f); /* however long it took */
        run_until(f, has_no_connection);
    }
}

static void
domain_that_a_port_made_is_not_made_again_by_the_other(void **state)
{
    struct fixture *f = *state;

    fake_xs_hang_at(FAKE_XS_WRITE, TEXT_PORT);
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    run_until(f, is_hanging);
    fake_xs_remove(DOMAIN);
    fake_xs_go_on();
    run_until_removed(f, 1);
    settle(f);
    assert_false(fake_xs_exists(DOMAIN));
}

static void
transaction_that_conflicts_is_tried_again(void **state)
{
    struct fixture *f = *state;

    start_with_tty(f);
    fake_xs_conflict(3);
    store_set_state_file(f->store, "/state");
    run_until_has(f, STATE_FILE, "/state");
    assert_int_equal(count_in_log(f, "warning"), 0);
}

static void
transaction_that_always_conflicts_is_given_up_with_a_warning(void **state)
{
    struct fixture *f = *state;

    start_with_tty(f);
    fake_xs_conflict(1000000);
    store_set_state_file(f->store, "/state");
    run_until_calls(f, FAKE_XS_TRANSACTION_END, 1);
    settle(f);
    assert_int_equal(count_in_log(f, "cannot write " STATE_FILE), 1);
    assert_true(fake_xs_count(FAKE_XS_TRANSACTION_END) < 100);
}

static void
ports_of_a_domain_that_was_removed_are_not_written_again(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    run_until_has(f, TEXT_PORT, "9501");
    fake_xs_remove(DOMAIN);
    run_until_removed(f, 1);
    store_set_ports(f->store, 5902, 9502);
    settle(f);
    assert_false(fake_xs_exists(DOMAIN));
}

static void
state_file_is_written_for_each_call(void **state)
{
    struct fixture *f = *state;

    start_with_tty(f);
    store_set_state_file(f->store, "/state");
    run_until_has(f, STATE_FILE, "/state");
    fake_xs_remove(STATE_FILE);
    store_set_ports(f->store, 5901, 0);
    run_until_has(f, VNC_PORT, "5901");
    settle(f);
    assert_false(fake_xs_exists(STATE_FILE));
    store_set_state_file(f->store, "/state");
    run_until_has(f, STATE_FILE, "/state");
}

static void
state_file_is_not_written_below_a_missing_domain(void **state)
{
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    store_set_state_file(f->store, "/state");
    settle(f);
    assert_false(fake_xs_exists(DOMAIN));
    fake_xs_write(DOMAIN "/name", "guest");
    run_until_has(f, STATE_FILE, "/state");
}

static void
state_files_that_wait_for_a_hanging_store_end_as_the_newest(void **state)
{
    struct fixture *f = *state;
    char name[32];

    start_with_tty(f);
    fake_xs_hang(FAKE_XS_CALLS);
    fake_xs_release_domain();
    run_until(f, is_hanging);
    unsigned writes = fake_xs_count(FAKE_XS_WRITE);
    /* More than the socket takes. */
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(name, sizeof(name), "/state/%d", i);
        store_set_state_file(f->store, name);
    }
    fake_xs_go_on();
    run_until_has(f, STATE_FILE, name);
    assert_true(fake_xs_count(FAKE_XS_WRITE) <= writes + 2);
}

static void
state_file_with_a_long_name_is_refused_with_a_warning(void **state)
{
    struct fixture *f = *state;
    char name[STORE_FILE_MAX + 2];

    memset(name, 'x', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    start_with_tty(f);
    store_set_state_file(f->store, name);
    settle(f);
    assert_false(fake_xs_exists(STATE_FILE));
    assert_int_equal(count_in_log(f, "cannot write statefile: File name"), 1);
}

static void
port_that_is_refused_is_one_warning_with_key_and_cause(void **state)
{
    static const int errors[] = {EACCES, E2BIG, EINVAL};
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        char line[128];
        fake_xs_fail(FAKE_XS_WRITE, VNC_PORT, errors[i]);
        store_set_ports(f->store, 5901, 9501);
        run_until_has(f, TEXT_PORT, "9501"); /* is written all the same */
        settle(f);
        (void)snprintf(line, sizeof(line),
                       "warning: store: cannot write " VNC_PORT ": %s",
                       strerror(errors[i]));
        assert_int_equal(count_in_log(f, line), 1);
        fake_xs_remove(TEXT_PORT);
        /* What is written anew is reported anew. */
        fake_xs_fail(FAKE_XS_WRITE, VNC_PORT, 0);
        run_until_has(f, VNC_PORT, "5901");
        fake_xs_remove(VNC_PORT);
        settle(f);
    }
    assert_int_equal(count_in_log(f, "warning"), 3);
}

static void
ports_that_are_refused_are_written_later_with_one_line_each_way(void **state)
{
    static const int errors[] = {EAGAIN, ENOSPC, EINVAL};
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        fake_xs_fail(FAKE_XS_WRITE, VNC_PORT, errors[i]);
        unsigned writes = fake_xs_count(FAKE_XS_WRITE);
        uint64_t begin_us = loop_now_us(f->loop);
        store_set_ports(f->store, 5901, 0);
        run_until_calls(f, FAKE_XS_WRITE, writes + 4);
        /* 100, 200 and 400 ms. */
        assert_true(loop_now_us(f->loop) - begin_us >= 700000);
        assert_false(fake_xs_exists(VNC_PORT));
        fake_xs_fail(FAKE_XS_WRITE, VNC_PORT, 0);
        run_until_has(f, VNC_PORT, "5901");
        settle(f);
        assert_int_equal(count_in_log(f, "warning: store: cannot write"),
                         i + 1);
        assert_int_equal(count_in_log(f, "info: store: ports are published"),
                         i + 1);
        /* And that was the last. */
        assert_int_equal(fake_xs_count(FAKE_XS_WRITE), writes + 5);
        store_set_ports(f->store, 0, 0);
        settle(f);
        fake_xs_remove(VNC_PORT); /* and stays away */
        settle(f);
    }
    assert_int_equal(count_in_log(f, "\n"), 6);
}

/* An event leads to a look, and a port is an event when it is written. */
static void
refused_port_is_not_tried_at_each_event(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    fake_xs_fail(FAKE_XS_WRITE, VNC_PORT, ENOSPC);
    start(f, STORE_WATCH_TTY);
    uint64_t begin_us = loop_now_us(f->loop);
    store_set_ports(f->store, 5901, 9501);
    run_until_has(f, TEXT_PORT, "9501");
    for (int i = 0; i < 10; i++) {
        settle(f);
    }
    unsigned writes = fake_xs_count(FAKE_XS_WRITE);
    uint64_t took_us = loop_now_us(f->loop) - begin_us;
    /* The text port once, the other with each delay that has passed. */
    assert_true(writes <= 3 + took_us / STORE_RETRY_FIRST_US);
}

static void
port_that_was_taken_is_not_written_again_with_the_refused_one(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    fake_xs_fail(FAKE_XS_WRITE, TEXT_PORT, ENOSPC);
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    run_until_has(f, VNC_PORT, "5901");
    fake_xs_write(VNC_PORT, "other");
    run_until_calls(f, FAKE_XS_WRITE, 4);
    fake_xs_fail(FAKE_XS_WRITE, TEXT_PORT, 0);
    run_until_has(f, TEXT_PORT, "9501");
    assert_true(fake_xs_has(VNC_PORT, "other"));
}

static void
ports_of_a_transaction_that_conflicts_for_long_are_written(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(DOMAIN "/name", "guest");
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    run_until_has(f, TEXT_PORT, "9501");
    restart_store(f);
    settle(f);
    fake_xs_conflict(25); /* ten of each port, and again */
    fake_xs_write(DOMAIN "/name", "guest");
    run_until_has(f, VNC_PORT, "5901");
    run_until_has(f, TEXT_PORT, "9501");
    settle(f);
    assert_int_equal(count_in_log(f, "cannot write"), 1);
    assert_int_equal(count_in_log(f, "ports are published"), 1);
}

static void
refused_ports_are_due_after_a_restart(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(DOMAIN "/name", "guest");
    fake_xs_fail(FAKE_XS_WRITE, VNC_PORT, ENOSPC);
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 0);
    run_until_logged(f, "cannot write", 1);
    fake_xs_fail(FAKE_XS_WRITE, VNC_PORT, 0);
    restart_store(f);
    settle(f);
    assert_false(fake_xs_exists(DOMAIN));
    fake_xs_write(DOMAIN "/name", "guest");
    run_until_has(f, VNC_PORT, "5901");
    run_until_logged(f, "ports are published", 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ports_are_published_at_once_though_the_domain_is_missing),
        TEST(port_zero_is_not_published),
        TEST(ports_are_written_again_when_the_console_is_made_anew),
        TEST(ports_are_written_again_whatever_the_tty_is),
        TEST(ports_are_not_written_again_when_the_console_ends),
        TEST(ports_are_written_again_after_a_restart_once_the_domain_is_there),
        TEST(ports_are_not_written_as_if_for_the_first_time_twice),
        TEST(ports_that_come_while_the_store_is_away_wait_for_the_domain),
        TEST(nothing_is_written_below_a_domain_that_goes_at_that_moment),
        TEST(domain_that_goes_before_it_is_written_to_is_not_brought_back),
        TEST(domain_that_a_port_made_is_not_made_again_by_the_other),
        TEST(transaction_that_conflicts_is_tried_again),
        TEST(transaction_that_always_conflicts_is_given_up_with_a_warning),
        TEST(ports_of_a_domain_that_was_removed_are_not_written_again),
        TEST(state_file_is_written_for_each_call),
        TEST(state_file_is_not_written_below_a_missing_domain),
        TEST(state_files_that_wait_for_a_hanging_store_end_as_the_newest),
        TEST(state_file_with_a_long_name_is_refused_with_a_warning),
        TEST(port_that_is_refused_is_one_warning_with_key_and_cause),
        TEST(ports_that_are_refused_are_written_later_with_one_line_each_way),
        TEST(refused_port_is_not_tried_at_each_event),
        TEST(port_that_was_taken_is_not_written_again_with_the_refused_one),
        TEST(ports_of_a_transaction_that_conflicts_for_long_are_written),
        TEST(refused_ports_are_due_after_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
