/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lock-down of the worker: what it parses is hostile, so that by the first
 * byte it has nothing left to gain on the host.
 *
 * As root: user and group ids of its own without supplementary groups, an empty
 * root directory that exists nowhere any more, and an empty network namespace.
 * As anybody: no descriptors 0 and 1 that lead anywhere, a stderr that takes
 * lines and nothing else, limits, no capabilities, no core, no new privileges,
 * and a list of system calls, of which any other ends the process by SIGSYS.
 * What is open stays open: sockets go on listening, descriptors that arrive can
 * be used.
 */
#ifndef VNCTERM_SANDBOX_SANDBOX_H
#define VNCTERM_SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>

enum {
    /* Ids of the worker are this and the TCP port, unless the user
     * SANDBOX_BASE_USER has another id: it is above what container managers
     * and subordinate ids use. */
    SANDBOX_BASE_ID = 0x70000000,
    SANDBOX_NO_PORT_ID = 65535, /* added to the base without a TCP port */
    /* A base below would give away ids of people and services. */
    SANDBOX_BASE_ID_MIN = 65536,
};

/* Looked up in /etc/passwd and nowhere else. */
#define SANDBOX_BASE_USER "vncterm_base"

enum sandbox_mode {
    SANDBOX_ON,
    SANDBOX_LOG, /* a system call that would end the process fails with EPERM
                    instead, and its name is logged as a warning */
    SANDBOX_OFF, /* only the standard descriptors are given up */
};

struct sandbox_config {
    enum sandbox_mode mode;
    /* Root must get all of it, or sandbox_lock() fails. Else a network
     * namespace that cannot be had (in a container) is a warning. */
    bool is_strict;
    bool stays_root;   /* the ids and the root directory are kept: a warning */
    uint16_t port;     /* TCP port of viewers, 0 without one */
    pid_t parent;      /* the process ends when this one does */
    size_t memory_max; /* bytes of address space, mapped files included */
    size_t file_size_max; /* bytes of any file, memory files too; if stderr is
                             a file, beyond the size that it has */
    int memory_file;      /* the only file that can be truncated, positioned and
                             duplicated afterwards; it has to stay open */
};

/*
 * Locks this process down, for good. It must have one thread, and SIGSYS must
 * not be blocked. In every mode descriptors 0 and 1 become /dev/null, and a log
 * with a descriptor of its own moves to number 2: what stderr was is closed,
 * and so is log_get_fd(). A user without root gets what the kernel grants, and
 * one line of the log at level info names the rest. SIGXFSZ is ignored; limits
 * that are lower already stay.
 *
 * The process can open nothing afterwards: memory files, event loops and timers
 * have to be there, and an exit handler must not want a file.
 *
 * Returns 0 or -errno after logging what failed; the process must then end.
 * -ESRCH, which is not logged: the parent has gone.
 */
int sandbox_lock(const struct sandbox_config *config);

#endif
