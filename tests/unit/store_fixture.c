/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit/store_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/log.h"

enum {
    QUIT_DONE,
    QUIT_LATE,
    LATE_US = 20 * 1000 * 1000, /* a test that takes longer has failed */
    LOG_SIZE = 8192,
    DRAIN_TURNS = 16,
};

static void
quit_if_true(struct fixture *f)
{
    if (f->condition != NULL && f->condition(f)) {
        loop_quit(f->loop, QUIT_DONE);
    }
}

static void
on_tty(void *data, const char *value)
{
    struct fixture *f = data;

    assert_true(f->told_count < TOLD_MAX);
    (void)snprintf(f->told[f->told_count], sizeof(f->told[0]), "%s", value);
    f->told_count++;
    if (f->frees_in_handler) {
        (void)free_store(f); /* however long it took */
    }
    quit_if_true(f);
}

static void
on_removed(void *data)
{
    struct fixture *f = data;

    f->removals++;
    quit_if_true(f);
}

static const struct store_handler handler = {on_tty, on_removed};

static void
on_activity(void *data, unsigned events)
{
    struct fixture *f = data;

    (void)events;
    fake_xs_take_activity();
    quit_if_true(f);
}

static void
on_late(void *data)
{
    struct fixture *f = data;

    loop_quit(f->loop, QUIT_LATE);
}

static void
on_turn(void *data)
{
    struct fixture *f = data;

    loop_quit(f->loop, QUIT_DONE);
}

void
run_until(struct fixture *f, condition_fn *condition)
{
    if (condition(f)) {
        return;
    }
    f->condition = condition;
    loop_timer_arm(f->late, LATE_US);
    assert_int_equal(loop_run(f->loop), QUIT_DONE);
    loop_timer_disarm(f->late);
    f->condition = NULL;
}

void
drain(struct fixture *f)
{
    for (int i = 0; i < DRAIN_TURNS; i++) {
        loop_timer_arm(f->turn, 0);
        assert_int_equal(loop_run(f->loop), QUIT_DONE);
    }
}

static bool
has_told_count(const struct fixture *f)
{
    return f->told_count >= f->count;
}

void
run_until_told(struct fixture *f, unsigned count)
{
    f->count = count;
    run_until(f, has_told_count);
    assert_int_equal(f->told_count, count);
}

void
start_with_tty(struct fixture *f)
{
    fake_xs_write(TTY, PTS);
    start(f, STORE_WATCH_TTY);
    run_until_told(f, 1);
}

static bool
has_removals(const struct fixture *f)
{
    return f->removals >= f->count;
}

void
run_until_removed(struct fixture *f, unsigned count)
{
    f->count = count;
    run_until(f, has_removals);
    assert_int_equal(f->removals, count);
}

static bool
has_value(const struct fixture *f)
{
    return fake_xs_has(f->path, f->value);
}

void
run_until_has(struct fixture *f, const char *path, const char *value)
{
    f->path = path;
    f->value = value;
    run_until(f, has_value);
}

static bool
has_calls(const struct fixture *f)
{
    return fake_xs_count(f->call) >= f->count;
}

void
run_until_calls(struct fixture *f, enum fake_xs_call call, unsigned count)
{
    f->call = call;
    f->count = count;
    run_until(f, has_calls);
}

static bool
is_watching_releases(const struct fixture *f)
{
    (void)f;
    return fake_xs_is_watched("@releaseDomain");
}

static bool
has_drained(const struct fixture *f)
{
    return fake_xs_has_drained(f->drain);
}

/*
 * All events of before have been taken, and what was asked for before them is
 * done, but not what comes of them: the thread takes events until there are no
 * more, and acts then.
 */
static void
run_until_drained(struct fixture *f)
{
    f->drain = fake_xs_begin_drain();
    run_until(f, has_drained);
}

/*
 * When it has taken further events it has acted upon the first. That is the end
 * if nothing but these two drains was an event meanwhile.
 */
void
settle(struct fixture *f)
{
    unsigned events = 0;

    run_until(f, is_watching_releases); /* connecting is a request, too */
    do {
        events = fake_xs_events();
        run_until_drained(f);
        run_until_drained(f);
    } while (fake_xs_events() != events + 2);
    drain(f);
}

bool
is_watching_domain(const struct fixture *f)
{
    (void)f;
    return fake_xs_is_watched(DOMAIN);
}

bool
is_not_watching_domain(const struct fixture *f)
{
    (void)f;
    return !fake_xs_is_watched(DOMAIN);
}

bool
is_hanging(const struct fixture *f)
{
    (void)f;
    return fake_xs_hanging() > 0;
}

bool
has_no_connection(const struct fixture *f)
{
    (void)f;
    return fake_xs_connections() == 0;
}

unsigned
count_in_log(const struct fixture *f, const char *text)
{
    char log[LOG_SIZE] = "";
    unsigned count = 0;

    ssize_t size = pread(f->log, log, sizeof(log) - 1, 0);
    assert_true(size >= 0);
    for (const char *at = strstr(log, text); at != NULL;
         at = strstr(at + 1, text)) {
        count++;
    }
    return count;
}

void
start(struct fixture *f, enum store_watch watch)
{
    assert_int_equal(store_new(&f->store, f->loop, CONSOLE, watch, &handler, f),
                     0);
}

/* The log is no descriptor that could be waited for. */
void
run_until_logged(struct fixture *f, const char *text, unsigned count)
{
    uint64_t late_us = loop_now_us(f->loop) + LATE_US;

    while (count_in_log(f, text) < count) {
        assert_true(loop_now_us(f->loop) < late_us);
        drain(f);
    }
}

uint64_t
free_store(struct fixture *f)
{
    uint64_t begin_us = loop_now_us(f->loop);

    store_free(f->store);
    uint64_t took_us = loop_now_us(f->loop) - begin_us;
    f->store = NULL;
    /* Neither giving up early nor waiting for what has ended. */
    if (took_us < (uint64_t)STORE_FREE_MS * 1000) {
        assert_int_equal(fake_xs_connections(), 0);
    }
    return took_us;
}

void
restart_store(struct fixture *f)
{
    unsigned before = count_in_log(f, "connected again");

    fake_xs_die();
    fake_xs_restart();
    run_until_logged(f, "connected again", before + 1);
}

int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    *state = f;
    fake_xs_init();
    f->log = memfd_create("log", MFD_CLOEXEC);
    log_set_fd(f->log);
    assert_int_equal(loop_new(&f->loop), 0);
    assert_int_equal(loop_fd_new(&f->activity, f->loop, fake_xs_activity(),
                                 LOOP_PRIORITY_RENDER, on_activity, f),
                     0);
    loop_fd_want(f->activity, LOOP_READ);
    loop_timer_new(&f->late, f->loop, LOOP_PRIORITY_RENDER, on_late, f);
    loop_timer_new(&f->turn, f->loop, LOOP_PRIORITY_RENDER, on_turn, f);
    return 0;
}

int
tear_down(void **state)
{
    struct fixture *f = *state;

    store_free(f->store);
    fake_xs_go_on();
    run_until(f, has_no_connection); /* of a thread that was left, too */
    loop_timer_free(f->turn);
    loop_timer_free(f->late);
    loop_fd_free(f->activity);
    loop_free(f->loop);
    fake_xs_fini();
    log_set_fd(STDERR_FILENO);
    fd_close(&f->log);
    free(f);
    return 0;
}
