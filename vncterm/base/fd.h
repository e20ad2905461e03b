/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Descriptors: every one we own is close-on-exec, and non-blocking when it
 * enters the event loop.
 */
#ifndef VNCTERM_BASE_FD_H
#define VNCTERM_BASE_FD_H

#include <stddef.h>

#include <sys/types.h>

/* Closes *fd unless it is negative, and sets it to -1. Keeps errno. */
void fd_close(int *fd);

/* Sets O_NONBLOCK. Returns 0 or -errno. */
int fd_set_nonblock(int fd);

/*
 * One read() or write(), again when a signal interrupts it. Returns the
 * number of bytes (0 is the end when reading) or -errno, -EAGAIN when the
 * descriptor is not ready.
 */
ssize_t fd_read(int fd, void *buffer, size_t size);
ssize_t fd_write(int fd, const void *data, size_t len);

#endif
