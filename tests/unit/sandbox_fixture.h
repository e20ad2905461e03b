/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child that is locked, and then makes system calls when it is told to. */
#ifndef VNCTERM_TESTS_UNIT_SANDBOX_FIXTURE_H
#define VNCTERM_TESTS_UNIT_SANDBOX_FIXTURE_H

#include <stdbool.h>

#include <sys/types.h>

#include "sandbox/sandbox.h"

#define TEXT_MAX 4096

enum {
    PORT = 5901,
    WAIT_MS = 20000,
    MEMORY_MAX = 256 << 20,
    FILE_SIZE_MAX = 1 << 20,
    OTHER_ID = 65534,
};

/* A call that the locked child makes; returns its result or -errno. */
typedef long call_fn(void);

struct child {
    pid_t pid;
    int orders;  /* a call_fn pointer each: the child is our own fork */
    int answers; /* a long each: of sandbox_lock(), then of the calls */
    int log;
    long result; /* of sandbox_lock() */
};

struct setting {
    struct sandbox_config config;
    void (*prepare)(void); /* in the child, before the lock; NULL for none */
};

/* The descriptors that the child has before it is locked. */
struct held {
    int memory_file;
    int listener;
    int epoll;
    int timer;
    int pair[2];
};

extern struct held held;

/* The result of a call, or -errno. */
long result_of(long result);

/* What a child does, until nobody gives orders any more. */
void be_child(const struct setting *setting, int orders, int answers, int log);

/* Returns whether it answered; if not, it has ended. */
bool await_answer(const struct child *child, long *out);

/* Starts a child; `result` says what sandbox_lock() returned. */
void start_child(struct child *child, const struct setting *setting);

/* The same, and asserts that it is locked. */
void start_locked(struct child *child, const struct setting *setting);

/* Returns whether the child answered; if not, it has ended. */
bool tell_child(struct child *child, call_fn *call, long *out);

/* Ends the child; returns its status as from waitpid(). */
int end_child(struct child *child, char log[TEXT_MAX]);

/* The same, and asserts that the status is good. */
void end_well(struct child *child, char log[TEXT_MAX]);

/* A child of this process that gives up everything, but for the memory file
 * that it holds. */
struct setting usual_setting(void);

/* Skips the test for others. */
void require_root(void);

/* Whether it is root in a container, who may not do what root usually may: then
 * it prints why these tests are skipped. */
bool is_root_in_container(void);

/* A file of the process in /proc. */
void read_proc(pid_t pid, const char *name, char out[TEXT_MAX]);

/* Where a link of the process in /proc leads. */
void read_proc_link(pid_t pid, const char *name, char out[TEXT_MAX]);

void assert_contains(const char *text, const char *part);

#endif
