/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The monitor runs in a child of the test, and its worker is a child of that
 * which does nothing but end as it is told. The test itself plays the worker
 * on the link.
 */
#ifndef VNCTERM_TESTS_UNIT_MONITOR_FIXTURE_H
#define VNCTERM_TESTS_UNIT_MONITOR_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

#include "link/link.h"
#include "monitor/monitor.h"
#include "monitor/pty.h"

enum {
    TEXT_MAX = 16384,
    WAIT_MS = 20000,
    WORDS_MAX = 4,
};

/* How the worker shall end. */
struct order {
    int status;
    int signo; /* 0, or what it dies of */
};

struct fixture {
    struct monitor_config config;
    char *argv[WORDS_MAX + 1];
    int link;       /* the worker's end */
    int orders;     /* to the worker, of struct order */
    int worker_end; /* reads as the end of the file when the worker is gone */
    pid_t monitor;
    int log;
    int console; /* what came with LINK_CONSOLE */
    uint32_t consoles;
    int state; /* what came with LINK_STATE */
    char output[TEXT_MAX];
    size_t output_len;
    char log_text[TEXT_MAX];
    struct pty pty; /* for -p */
    char pty_name[64];
    char dir[64];
    char socket_path[96];
    char state_dir[64];
};

/* A shell that says "up" and then nothing. */
extern const char *const quiet_command[];

int set_up_monitor(void **state);
int tear_down_monitor(void **state);

/* Runs what f->config says, a command, or a pty of the test. */
void run_monitor(struct fixture *f);
void run_command(struct fixture *f, const char *const *argv);
void run_pty(struct fixture *f);

/* Brings a command to where it runs and its console is joined. */
void run_quiet(struct fixture *f);

/* Waits until `fd` can be read. */
void await(int fd);

/* As the worker. A hang-up is that of the console that came last. */
void say(struct fixture *f, enum link_type type);

/* What a worker says at its start. */
void say_ready(struct fixture *f);

void order_worker(struct fixture *f, struct order order);

/* Receives a message of `type`, with what belongs to it. */
void expect_message(struct fixture *f, enum link_type type);

/* The monitor wants the worker to leave. */
void expect_link_end(struct fixture *f);

void expect_worker_is_gone(struct fixture *f);

/* Of the monitor, whose worker is gone then. */
void expect_status(struct fixture *f, int expected);

/* After expect_status(). */
void expect_log(const struct fixture *f, const char *text);

/* Reads the console until it has shown `mark`, asking for it again when it
 * hangs up. */
void await_output(struct fixture *f, const char *mark);

/* Asks both to end, and the worker does. */
void terminate(struct fixture *f);

#endif
