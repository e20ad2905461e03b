/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/fd.h"

enum {
    /* UNIX98_PTY_SLAVE_MAJOR and the seven after it, in the kernel's major.h */
    SLAVE_MAJOR_FIRST = 136,
    SLAVE_MAJOR_LAST = 143,
    /* kernel.pty.max, the bound of their numbers, is rarely above 4096. */
    SLAVE_DIGITS_MAX = 7,
};

/* A slave without a look at the path, which another mount may hide. */
static int
open_slave(int master)
{
    int fd = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);

    return fd < 0 ? -errno : fd;
}

/* The kernel's modes fit but for the erase key, which deletes one byte, and
 * may be another one. */
static int
set_initial_modes(struct pty *p, cc_t erase)
{
    if (tcgetattr(p->slave, &p->initial) < 0) {
        return -errno;
    }
    p->initial.c_iflag |= IUTF8;
    p->initial.c_cc[VERASE] = erase;
    return tcsetattr(p->slave, TCSANOW, &p->initial) < 0 ? -errno : 0;
}

int
pty_init(struct pty *p, struct cell_size size, cc_t erase)
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
        r = made.slave < 0 ? made.slave : set_initial_modes(&made, erase);
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

/* With echo on, what the guest writes would come back to it. Returns 0 or
 * -errno. */
static int
make_raw(int fd)
{
    struct termios mode;

    if (tcgetattr(fd, &mode) < 0) {
        return -errno;
    }
    cfmakeraw(&mode);
    return tcsetattr(fd, TCSANOW, &mode) < 0 ? -errno : 0;
}

int
pty_open(const char *path)
{
    int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0) {
        return -errno;
    }
    int r = make_raw(fd);
    if (r < 0) {
        fd_close(&fd);
        return r;
    }
    return fd;
}

static bool
is_slave_path(const char *path)
{
    static const char folder[] = "/dev/pts/";
    size_t folder_len = sizeof(folder) - 1;

    if (strncmp(path, folder, folder_len) != 0) {
        return false;
    }
    size_t digits = strspn(path + folder_len, "0123456789");
    return digits >= 1 && digits <= SLAVE_DIGITS_MAX &&
           path[folder_len + digits] == '\0';
}

static int
check_slave(int fd)
{
    struct stat info;

    if (fstat(fd, &info) < 0) {
        return -errno;
    }
    unsigned device = major(info.st_rdev);
    bool is_slave = S_ISCHR(info.st_mode) && device >= SLAVE_MAJOR_FIRST &&
                    device <= SLAVE_MAJOR_LAST;
    return is_slave ? 0 : -ENOTTY;
}

int
pty_open_slave(const char *path)
{
    int flags = O_RDWR | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

    if (!is_slave_path(path)) {
        return -EINVAL;
    }
    int fd = open(path, flags);
    if (fd < 0) {
        return errno == ELOOP ? -ENOTTY : -errno;
    }
    int r = check_slave(fd);
    if (r == 0) {
        r = make_raw(fd);
    }
    if (r < 0) {
        fd_close(&fd);
        return r;
    }
    return fd;
}
