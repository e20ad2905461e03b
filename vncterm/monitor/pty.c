/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include <sys/ioctl.h>

#include "base/fd.h"

/* A slave without a look at the path, which another mount may hide. */
static int
open_slave(int master)
{
    int fd = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

/* The kernel's modes fit but for the erase key, which deletes one byte. */
static int
set_initial_modes(struct pty *p)
{
    if (tcgetattr(p->slave, &p->initial) < 0) {
        return -errno;
    }
    p->initial.c_iflag |= IUTF8;
    return tcsetattr(p->slave, TCSANOW, &p->initial) < 0 ? -errno : 0;
}

int
pty_init(struct pty *p, struct cell_size size)
{
    struct winsize ws = {.ws_row = (unsigned short)size.rows,
                         .ws_col = (unsigned short)size.cols};
    struct pty made = {.master = -1, .slave = -1};
    int unlock = 0;
    int r = 0;

    made.master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (made.master < 0 || ioctl(made.master, TIOCSPTLCK, &unlock) < 0 ||
        ioctl(made.master, TIOCSWINSZ, &ws) < 0) {
        r = -errno;
    }
    if (r == 0) {
        made.slave = open_slave(made.master);
        r = made.slave < 0 ? made.slave : set_initial_modes(&made);
    }
    if (r < 0) {
        pty_fini(&made);
        return r;
    }
    *p = made;
    return 0;
}

void
pty_fini(struct pty *p)
{
    fd_close(&p->slave);
    fd_close(&p->master);
}

int
pty_reopen(struct pty *p)
{
    int fd = open_slave(p->master);

    if (fd < 0) {
        return fd;
    }
    fd_close(&p->slave);
    p->slave = fd;
    return 0;
}

void
pty_reset_modes(const struct pty *p)
{
    /* It fails only when the slave was hung up, which has reset them. */
    (void)tcsetattr(p->slave, TCSANOW, &p->initial);
}

int
pty_open(const char *path)
{
    struct termios mode;
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0) {
        return -errno;
    }
    if (tcgetattr(fd, &mode) == 0) {
        cfmakeraw(&mode);
        if (tcsetattr(fd, TCSANOW, &mode) == 0) {
            return fd;
        }
    }
    int r = -errno;
    fd_close(&fd);
    return r;
}
