/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The privileged half: the process that was started and that the host knows.
 *
 * It runs the command, opens the pty, or asks the store for the guest's pty;
 * hands consoles to the worker; publishes ports; puts the state file in its
 * place; reaps; and ends with the worker's fate in its exit status. It never
 * parses a byte of a guest or a viewer.
 */
#ifndef VNCTERM_MONITOR_MONITOR_H
#define VNCTERM_MONITOR_MONITOR_H

#include <stdbool.h>

#include <sys/types.h>

#include "base/geom.h"

struct monitor_config {
    int link;     /* to the worker; the caller's */
    pid_t worker; /* a child of this process */

    /* The console: a command (the file to execute, found before the fork, with
     * its arguments and the TERM it shall have), or the path of a pty, or, with
     * neither, the tty that the store names. */
    const char *file;
    char *const *argv;
    const char *term;
    const char *pty;

    const char *store_path; /* ports are published below it; or NULL */
    const char *state_dir;  /* absolute; folders of state files go there */
    struct cell_size size;  /* that the command's pty starts with */
    char erase;             /* the character that it erases with */
    bool restart;           /* run the command again when it ends */
    bool stay;             /* keep the last screen when the console has ended */
    const char *unix_path; /* socket file of the worker, or NULL */
};

/*
 * Serves until the worker has ended. Once the worker is ready its ports are
 * published, and the command is started or the console joined. SIGTERM and
 * SIGINT end both processes; SIGUSR1 has the state written; SIGUSR2 toggles
 * debug logging in both; SIGHUP and SIGPIPE are ignored; SIGCHLD is waited for,
 * and nobody else may reap children. Returns the exit status of the program:
 * see EXIT STATUS in the man page. It has logged what went wrong, unless the
 * worker has ended with status 1, which means that it did. The socket file is
 * removed when nobody listens on it any more.
 */
int monitor_run(const struct monitor_config *config);

#endif
