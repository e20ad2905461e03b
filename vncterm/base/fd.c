/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void
fd_close(int *fd)
{
    if (*fd < 0) {
        return;
    }
    int saved = errno;

    /* Linux frees the descriptor even when close() fails, EINTR included. */
    (void)close(*fd);
    *fd = -1;
    errno = saved;
}

int
fd_set_nonblock(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0) {
        return -errno;
    }
    if ((flags & O_NONBLOCK) != 0) {
        return 0;
    }
    return fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
}

ssize_t
fd_read(int fd, void *buffer, size_t size)
{
    ssize_t count;

    do {
        count = read(fd, buffer, size);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

ssize_t
fd_write(int fd, const void *data, size_t len)
{
    ssize_t count;

    do {
        count = write(fd, data, len);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}
