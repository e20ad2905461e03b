/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A store on the real loop and in its real thread, with a library and daemon
 * that are told what to do, and a handler that writes down what it is told.
 * Nothing waits for time to pass, but for back-off.
 */
#ifndef VNCTERM_TESTS_UNIT_STORE_FIXTURE_H
#define VNCTERM_TESTS_UNIT_STORE_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "fakes/fake_xs.h"
#include "loop/loop.h"
#include "monitor/store.h"
#include "unit/store_paths.h"

#define LAST_PTS "/dev/pts/99"

enum {
    TOLD_MAX = 16,
};

struct fixture;
typedef bool condition_fn(const struct fixture *f);

struct fixture {
    struct loop *loop;
    struct loop_fd *activity;
    struct loop_timer *late;
    struct loop_timer *turn;
    struct store *store;
    int log;
    bool frees_in_handler;

    char told[TOLD_MAX][STORE_VALUE_MAX + 1];
    unsigned told_count;
    unsigned removals;

    /* What run_until_...() waits for. */
    condition_fn *condition;
    const char *path;
    const char *value;
    enum fake_xs_call call;
    unsigned count;
    unsigned drain;
};

/* For cmocka. Lines of the log go to the fixture. */
int set_up(void **state);
int tear_down(void **state);

/* Connects to the store of the fake, for CONSOLE. */
void start(struct fixture *f, enum store_watch watch);

/* The same with a tty, PTS, that is there and has been told. */
void start_with_tty(struct fixture *f);

/* Runs the loop until it is true, at most for a while. */
void run_until(struct fixture *f, condition_fn *condition);

/* Until so many, and not more, were told in all. */
void run_until_told(struct fixture *f, unsigned count);
void run_until_removed(struct fixture *f, unsigned count);

/* Until the node has that value; until so many calls were made. */
void run_until_has(struct fixture *f, const char *path, const char *value);
void run_until_calls(struct fixture *f, enum fake_xs_call call, unsigned count);

/* Until the text is in the log so often. */
void run_until_logged(struct fixture *f, const char *text, unsigned count);
unsigned count_in_log(const struct fixture *f, const char *text);

/* What the thread has reported by now has come to us then. */
void drain(struct fixture *f);

/* What has happened in the store or was asked for by now has had its
 * consequences then, and these theirs; what waits for time to pass has not. Not
 * for STORE_PUBLISH_ONLY, which hears of nothing. */
void settle(struct fixture *f);

/* Kills the daemon and starts it again, empty. */
void restart_store(struct fixture *f);

/* Frees it. Its thread has ended then, or STORE_FREE_MS have passed. Returns
 * the time that this took. */
uint64_t free_store(struct fixture *f);

/* Conditions. */
bool is_watching_domain(const struct fixture *f);
bool is_not_watching_domain(const struct fixture *f);
bool is_hanging(const struct fixture *f);
bool has_no_connection(const struct fixture *f);

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

#endif
