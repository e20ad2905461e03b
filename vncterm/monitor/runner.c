/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor/runner.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/wait.h>

#include "base/log.h"
#include "base/mem.h"
#include "monitor/command.h"
#include "monitor/pty.h"

#define US_PER_S 1000000U

struct runner {
    struct loop *loop;
    const struct runner_config *config;
    const struct runner_handler *handler;
    void *data;

    struct pty pty;
    struct command *command;
    struct backoff backoff;
    bool is_over;        /* stopped, or ended and not to run again */
    uint64_t started_us; /* the last run */
    uint64_t joined_us;
    struct loop_timer *respawn_timer;
    struct loop_timer *rejoin_timer;
    struct log_limit end_limit;
    struct log_limit rejoin_limit;
};

static void
join(struct runner *r)
{
    r->joined_us = loop_now_us(r->loop);
    r->handler->on_join(r->data, r->pty.master);
}

static void
rejoin(void *data)
{
    struct runner *r = data;
    int result = pty_reopen(&r->pty);

    if (result == 0) {
        join(r);
        return;
    }
    if (log_limit_allows(&r->rejoin_limit, loop_now_us(r->loop))) {
        log_warning_errno(-result, "command: cannot open its pty again");
    }
    loop_timer_arm(r->rejoin_timer, RUNNER_REJOIN_US);
}

void
runner_hung_up(struct runner *r)
{
    uint64_t held_us = loop_now_us(r->loop) - r->joined_us;

    if (r->is_over) {
        return;
    }
    if (held_us >= RUNNER_REJOIN_US) {
        rejoin(r);
    } else if (!loop_timer_is_armed(r->rejoin_timer)) {
        loop_timer_arm(r->rejoin_timer, RUNNER_REJOIN_US);
    }
}

static void
stop_timers(struct runner *r)
{
    r->is_over = true;
    loop_timer_disarm(r->respawn_timer);
    loop_timer_disarm(r->rejoin_timer);
}

/* `how` is what the log says. */
static void
has_ended(struct runner *r, enum runner_end end, const char *how)
{
    uint64_t now_us = loop_now_us(r->loop);
    char next[64] = "";
    uint64_t delay_us = 0;

    if (r->config->restart) {
        delay_us = backoff_next(&r->backoff, now_us - r->started_us);
    }
    if (r->config->restart && delay_us == 0) {
        (void)snprintf(next, sizeof(next), "; again at once");
    } else if (r->config->restart) {
        (void)snprintf(next, sizeof(next), "; again in %u s",
                       (unsigned)(delay_us / US_PER_S));
    }
    if (log_limit_allows(&r->end_limit, now_us)) {
        if (end == RUNNER_NOT_STARTED) {
            log_error("command: %s%s", how, next);
        } else {
            log_info("command: %s%s", how, next);
        }
    }
    if (r->config->restart) {
        loop_timer_arm(r->respawn_timer, delay_us);
    } else {
        stop_timers(r);
        r->handler->on_end(r->data, end);
    }
}

/* It could not be started, or not be executed. */
static void
has_failed(struct runner *r, int err)
{
    char how[LOG_LINE_MAX];

    (void)snprintf(how, sizeof(how), "cannot run %s: %s", r->config->file,
                   strerror(err)); /* may be cut */
    has_ended(r, RUNNER_NOT_STARTED, how);
}

/* Each run gets a slave that no other has hung up, and the first modes. */
static void
start_run(void *data)
{
    struct runner *r = data;
    int result = pty_reopen(&r->pty);

    r->started_us = loop_now_us(r->loop);
    if (result == 0) {
        pty_reset_modes(&r->pty);
        result = command_start(r->command, r->pty.slave);
    }
    if (result < 0) {
        has_failed(r, -result);
    }
}

void
runner_start(struct runner *r)
{
    join(r);
    if (!r->is_over) {
        start_run(r);
    }
}

void
runner_reap(struct runner *r)
{
    struct command_end end;
    char how[64];

    if (!command_reap(r->command, &end) || r->is_over) {
        return; /* when it is over we have hung it up */
    }
    if (end.exec_errno != 0) {
        has_failed(r, end.exec_errno);
        return;
    }
    if (WIFSIGNALED(end.status)) {
        int signo = WTERMSIG(end.status);
        (void)snprintf(how, sizeof(how), "ended by signal %d (%s)", signo,
                       strsignal(signo));
    } else {
        (void)snprintf(how, sizeof(how), "ended with status %d",
                       WEXITSTATUS(end.status));
    }
    has_ended(r, RUNNER_ENDED, how);
}

void
runner_stop(struct runner *r)
{
    stop_timers(r);
    command_hang_up(r->command);
}

int
runner_new(struct runner **out, struct loop *loop,
           const struct runner_config *config,
           const struct runner_handler *handler, void *data)
{
    struct runner *r = xcalloc(1, sizeof(*r));

    r->loop = loop;
    r->config = config;
    r->handler = handler;
    r->data = data;
    int result = pty_init(&r->pty, config->size, (cc_t)config->erase);
    if (result < 0) {
        free(r);
        return result;
    }
    command_new(&r->command, config->file, config->argv, config->term);
    loop_timer_new(&r->respawn_timer, loop, LOOP_PRIORITY_GUEST, start_run, r);
    loop_timer_new(&r->rejoin_timer, loop, LOOP_PRIORITY_GUEST, rejoin, r);
    *out = r;
    return 0;
}

void
runner_free(struct runner *r)
{
    if (r == NULL) {
        return;
    }
    command_hang_up(r->command);
    command_free(r->command);
    pty_fini(&r->pty);
    loop_timer_free(r->rejoin_timer);
    loop_timer_free(r->respawn_timer);
    free(r);
}
