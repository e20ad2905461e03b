/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is told of the terminal and of its end, and what is watched. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/store_fixture.h"

/* The terminal. */

static void
tty_that_is_there_is_told(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    start(f, STORE_WATCH_TTY);
    settle(f);
    assert_int_equal(f->told_count, 1);
    assert_string_equal(f->told[0], PTS);
}

static void
empty_tty_is_no_tty(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, "");
    start(f, STORE_WATCH_TTY);
    settle(f);
    assert_int_equal(f->told_count, 0);
    fake_xs_write(TTY, PTS);
    run_until_told(f, 1);
    fake_xs_write(TTY, "");
    settle(f);
    assert_int_equal(f->told_count, 1);
    assert_int_equal(f->removals, 0);
}

static void
tty_that_comes_late_is_told(void **state)
{
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    settle(f);
    fake_xs_write(TTY, PTS);
    run_until_told(f, 1);
    assert_string_equal(f->told[0], PTS);
}

static void
every_write_is_told_the_same_value_too(void **state)
{
    struct fixture *f = *state;

    start_with_tty(f);
    settle(f); /* the event that its watch begins with is no write */
    assert_int_equal(f->told_count, 1);
    fake_xs_write(TTY, PTS);
    run_until_told(f, 2);
    fake_xs_write(TTY, OTHER_PTS);
    run_until_told(f, 3);
    assert_string_equal(f->told[1], PTS);
    assert_string_equal(f->told[2], OTHER_PTS);
}

static void
writes_that_are_pending_together_are_told_as_one(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    start(f, STORE_WATCH_TTY);
    settle(f);
    fake_xs_hang(FAKE_XS_CALLS);
    fake_xs_release_domain();
    run_until(f, is_hanging);
    for (int i = 0; i < 20; i++) {
        fake_xs_write(TTY, PTS);
    }
    fake_xs_go_on();
    run_until_told(f, 2);
    settle(f);
    assert_int_equal(f->told_count, 2);
}

static void
write_that_shows_before_its_event_is_told_once(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    start(f, STORE_WATCH_TTY);
    settle(f);
    fake_xs_change_before(FAKE_XS_READ, TTY, OTHER_PTS);
    fake_xs_release_domain();
    run_until_told(f, 2);
    settle(f);
    assert_int_equal(f->told_count, 2);
    assert_string_equal(f->told[1], OTHER_PTS);
}

static void
write_between_the_watch_and_the_first_look_is_told_once(void **state)
{
    struct fixture *f = *state;

    fake_xs_hang_at(FAKE_XS_WATCH, "@releaseDomain");
    start(f, STORE_WATCH_TTY);
    run_until(f, is_hanging);
    fake_xs_write(TTY, PTS);
    fake_xs_go_on();
    settle(f);
    assert_int_equal(f->told_count, 1);
    fake_xs_write(TTY, PTS);
    run_until_told(f, 2);
}

/* By then the first look has been told. */
static void
same_value_written_while_the_ports_are_published_is_told(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    fake_xs_hang_at(FAKE_XS_WRITE, VNC_PORT);
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    run_until_told(f, 1);
    run_until(f, is_hanging);
    fake_xs_write(TTY, PTS);
    fake_xs_go_on();
    run_until_told(f, 2);
}

static void
storm_of_events_is_taken_in_parts(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    start(f, STORE_WATCH_TTY);
    settle(f);
    fake_xs_hang(FAKE_XS_CALLS);
    fake_xs_release_domain();
    run_until(f, is_hanging);
    for (int i = 0; i < 1000; i++) {
        fake_xs_write(TTY "/below", "x");
    }
    fake_xs_write(TTY, OTHER_PTS);
    fake_xs_go_on();
    run_until_told(f, 2);
    assert_string_equal(f->told[1], OTHER_PTS);
}

static void
write_below_the_tty_is_no_write_of_it(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    start(f, STORE_WATCH_TTY);
    settle(f);
    fake_xs_write(TTY "/below", "x");
    settle(f);
    assert_int_equal(f->told_count, 1);
}

static void
value_is_cut_and_cannot_hide_what_follows_a_nul(void **state)
{
    struct fixture *f = *state;
    char big[4000];

    memset(big, 'x', sizeof(big));
    start(f, STORE_WATCH_TTY);
    fake_xs_write_bytes(TTY, big, sizeof(big));
    run_until_told(f, 1);
    assert_int_equal(strlen(f->told[0]), STORE_VALUE_MAX);
    fake_xs_write_bytes(TTY, PTS "\0junk", sizeof(PTS "\0junk") - 1);
    run_until_told(f, 2);
    assert_string_equal(f->told[1], PTS "?junk");
    fake_xs_write_bytes(TTY, PTS, sizeof(PTS)); /* with its NUL */
    run_until_told(f, 3);
    assert_string_equal(f->told[2], PTS);
}

/* Removal. */

static void
removed_tty_is_told(void **state)
{
    struct fixture *f = *state;

    start_with_tty(f);
    fake_xs_remove(TTY);
    run_until_removed(f, 1);
    settle(f);
    fake_xs_remove(DOMAIN);
    settle(f);
    assert_int_equal(f->removals, 1); /* of what is gone already */
}

static void
removed_domain_is_told(void **state)
{
    struct fixture *f = *state;

    start_with_tty(f);
    fake_xs_remove(DOMAIN);
    run_until_removed(f, 1);
    settle(f);
    assert_int_equal(f->removals, 1);
}

static void
domain_without_a_tty_that_is_removed_shows_when_it_is_released(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(DOMAIN "/name", "guest");
    start(f, STORE_WATCH_TTY);
    settle(f);
    assert_int_equal(f->removals, 0);
    fake_xs_remove(DOMAIN);
    fake_xs_release_domain();
    run_until_removed(f, 1);
}

static void
removal_of_a_domain_without_a_tty_is_seen_from_its_port(void **state)
{
    static const uint16_t ports[][2] = {{5901, 9501}, {5901, 0}, {0, 9501}};
    struct fixture *f = *state;

    for (unsigned i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
        fake_xs_write(DOMAIN "/name", "guest");
        start(f, STORE_WATCH_TTY);
        store_set_ports(f->store, ports[i][0], ports[i][1]);
        settle(f);
        assert_true(
            fake_xs_is_watched(ports[i][0] != 0 ? VNC_PORT : TEXT_PORT));
        assert_false(fake_xs_is_watched(DOMAIN));
        fake_xs_remove(DOMAIN);
        run_until_removed(f, i + 1);
        settle(f);
        assert_int_equal(f->removals, i + 1);
        assert_false(fake_xs_exists(DOMAIN));
        (void)free_store(f); /* however long it took */
        run_until(f, has_no_connection);
    }
}

static void
removal_of_a_domain_that_a_port_made_is_told(void **state)
{
    struct fixture *f = *state;

    fake_xs_hang_at(FAKE_XS_WATCH, VNC_PORT);
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 0);
    run_until(f, is_hanging);
    fake_xs_remove(DOMAIN); /* before anybody has looked at it */
    fake_xs_go_on();
    run_until_removed(f, 1);
}

static void
port_is_watched_again_after_a_restart(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(DOMAIN "/name", "guest");
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 0);
    run_until_has(f, VNC_PORT, "5901");
    restart_store(f);
    fake_xs_write(DOMAIN "/name", "guest");
    settle(f);
    assert_true(fake_xs_is_watched(VNC_PORT));
    fake_xs_remove(DOMAIN);
    run_until_removed(f, 1);
}

static void
release_of_a_domain_alone_means_nothing(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    start(f, STORE_WATCH_TTY);
    settle(f);
    fake_xs_release_domain();
    settle(f);
    assert_int_equal(f->told_count, 1);
    assert_int_equal(f->removals, 0);
}

static void
tty_that_never_was_there_is_not_removed(void **state)
{
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    settle(f);
    assert_int_equal(f->removals, 0);
}

static void
tty_that_cannot_be_read_is_not_removed(void **state)
{
    struct fixture *f = *state;

    start_with_tty(f);
    fake_xs_fail(FAKE_XS_READ, TTY, EACCES);
    settle(f);
    assert_int_equal(f->removals, 0);
    assert_true(count_in_log(f, "warning: store: cannot read " TTY
                                ": Permission denied") > 0);
}

static void
tty_that_is_back_is_told_again(void **state)
{
    struct fixture *f = *state;

    start_with_tty(f);
    fake_xs_remove(TTY);
    run_until_removed(f, 1);
    fake_xs_write(TTY, PTS);
    run_until_told(f, 2);
    fake_xs_remove(TTY);
    run_until_removed(f, 2);
}

/* What is watched. */

static void
without_a_port_no_port_is_watched(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(DOMAIN "/name", "guest");
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 0, 0);
    settle(f);
    assert_int_equal(fake_xs_count(FAKE_XS_WATCH), 2); /* tty, releases */
    assert_int_equal(fake_xs_count(FAKE_XS_WRITE), 0);
}

static void
port_that_is_refused_is_not_watched(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(DOMAIN "/name", "guest");
    fake_xs_fail(FAKE_XS_WRITE, VNC_PORT, EACCES);
    start(f, STORE_WATCH_TTY);
    store_set_ports(f->store, 5901, 9501);
    settle(f);
    assert_false(fake_xs_is_watched(VNC_PORT));
    assert_true(fake_xs_is_watched(TEXT_PORT));
}

static void
domain_is_watched_only_while_it_is_missing(void **state)
{
    struct fixture *f = *state;

    start(f, STORE_WATCH_TTY);
    run_until(f, is_watching_domain);
    fake_xs_write(DOMAIN "/name", "guest");
    run_until(f, is_not_watching_domain);
    settle(f);
    /* The guest writes, and nothing comes of it. */
    fake_xs_write(DOMAIN "/data/x", "x");
    assert_int_equal(fake_xs_pending_events(), 0);
    fake_xs_remove(DOMAIN);
    fake_xs_release_domain();
    run_until(f, is_watching_domain);
}

static void
publishing_only_watches_no_tty_and_tells_nothing(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(TTY, PTS);
    start(f, STORE_PUBLISH_ONLY);
    store_set_ports(f->store, 5900, 9500);
    run_until_has(f, TEXT_PORT, "9500");
    assert_int_equal(fake_xs_count(FAKE_XS_WATCH), 0);
    fake_xs_remove(DOMAIN);
    store_set_ports(f->store, 5901, 9501);
    run_until(f, is_watching_domain);
    drain(f);
    assert_int_equal(f->told_count, 0);
    assert_int_equal(f->removals, 0);
    assert_false(fake_xs_is_watched(TTY));
}

static void
publishing_only_publishes_again_after_a_restart(void **state)
{
    struct fixture *f = *state;

    fake_xs_write(DOMAIN "/name", "host");
    start(f, STORE_PUBLISH_ONLY);
    store_set_ports(f->store, 5900, 9500);
    run_until_has(f, TEXT_PORT, "9500");
    restart_store(f);
    run_until(f, is_watching_domain);
    assert_false(fake_xs_exists(DOMAIN));
    fake_xs_write(DOMAIN "/name", "host");
    run_until_has(f, TEXT_PORT, "9500");
    assert_int_equal(fake_xs_domains_made(), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tty_that_is_there_is_told),
        TEST(empty_tty_is_no_tty),
        TEST(tty_that_comes_late_is_told),
        TEST(every_write_is_told_the_same_value_too),
        TEST(writes_that_are_pending_together_are_told_as_one),
        TEST(write_that_shows_before_its_event_is_told_once),
        TEST(write_between_the_watch_and_the_first_look_is_told_once),
        TEST(same_value_written_while_the_ports_are_published_is_told),
        TEST(storm_of_events_is_taken_in_parts),
        TEST(write_below_the_tty_is_no_write_of_it),
        TEST(value_is_cut_and_cannot_hide_what_follows_a_nul),
        TEST(removed_tty_is_told),
        TEST(removed_domain_is_told),
        TEST(domain_without_a_tty_that_is_removed_shows_when_it_is_released),
        TEST(removal_of_a_domain_without_a_tty_is_seen_from_its_port),
        TEST(removal_of_a_domain_that_a_port_made_is_told),
        TEST(port_is_watched_again_after_a_restart),
        TEST(release_of_a_domain_alone_means_nothing),
        TEST(tty_that_never_was_there_is_not_removed),
        TEST(tty_that_cannot_be_read_is_not_removed),
        TEST(tty_that_is_back_is_told_again),
        TEST(without_a_port_no_port_is_watched),
        TEST(port_that_is_refused_is_not_watched),
        TEST(domain_is_watched_only_while_it_is_missing),
        TEST(publishing_only_watches_no_tty_and_tells_nothing),
        TEST(publishing_only_publishes_again_after_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
