/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ptys: the one that a command runs on, the one that -p names, and those that
 * the store names.
 *
 * A command's pty serves the life of the process. We hold a slave, so that the
 * master does not hang up between two runs of the command, and the master, so
 * that a slave that vhangup() took away (login and agetty call it) can be
 * opened again without a path, and the master handed out again.
 */
#ifndef VNCTERM_MONITOR_PTY_H
#define VNCTERM_MONITOR_PTY_H

#include <termios.h>

#include "base/geom.h"

struct pty {
    int master; /* non-blocking, which all who share it see */
    int slave;  /* blocking: it becomes the command's standard input */
    struct termios initial;
};

/* Makes a pty of that size that erases with the character `erase`. Returns 0
 * or -errno. */
int pty_init(struct pty *p, struct cell_size size, cc_t erase);

/* Closes both sides. Nothing happens when they are -1. */
void pty_fini(struct pty *p);

/*
 * Opens the slave afresh, in place of the one held. Returns 0, or -errno when
 * the old one is still held.
 */
int pty_reopen(struct pty *p);

/* Undoes what a program did to the terminal's modes; its size stays. */
void pty_reset_modes(const struct pty *p);

/*
 * Opens the terminal at `path`, sets it to raw mode (with echo on, what the
 * guest writes would come back to it) and returns a non-blocking descriptor,
 * or -errno: -ENOTTY for anything but a terminal.
 */
int pty_open(const char *path);

/*
 * The same for a path that is not to be trusted, while this process has all
 * rights: it must be spelled "/dev/pts/N", and be a pty and no link to one.
 * Returns -EINVAL for another spelling, -ENOTTY for what is no pty; nothing is
 * done to that.
 */
int pty_open_slave(const char *path);

#endif
