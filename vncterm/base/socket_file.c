/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/socket_file.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "base/fd.h"

/* Returns 0 when nobody listens, -EADDRINUSE when somebody may, or -errno. */
static int
check_refused(const struct sockaddr_un *name)
{
    int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    int fd = socket(AF_UNIX, type, 0);

    if (fd < 0) {
        return -errno;
    }
    int r = connect(fd, (const struct sockaddr *)name, sizeof(*name));
    bool is_refused = r < 0 && errno == ECONNREFUSED;
    fd_close(&fd);
    return is_refused ? 0 : -EADDRINUSE;
}

int
socket_file_remove_stale(const char *path)
{
    struct sockaddr_un name = {.sun_family = AF_UNIX};
    size_t len = strlen(path);
    struct stat info;

    if (len >= sizeof(name.sun_path)) {
        return -ENAMETOOLONG;
    }
    memcpy(name.sun_path, path, len);
    if (lstat(path, &info) < 0) {
        return -errno;
    }
    if (!S_ISSOCK(info.st_mode) || info.st_uid != geteuid()) {
        return -EADDRINUSE;
    }
    int r = check_refused(&name);
    if (r < 0) {
        return r;
    }
    return unlink(path) < 0 ? -errno : 0;
}
