/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Traps of libxenstore (4.17, and the same since), and what is done about them:
 *
 * - The first watch makes the library start a thread of its own, which reads
 *   the socket and feeds a pipe. When the daemon dies the pipe stays silent.
 *   Hence the heartbeat: an idle connection of ours to the same socket, which
 *   hangs up with the daemon.
 * - xs_read_watch() waits, and xs_check_watch() fails at once on a dead
 *   connection, for ever: only the latter is used, and failing ends it.
 * - EINVAL means a bad path, or that the daemon died during the call. Only a
 *   further call tells: on a dead connection it gives EBADF.
 * - A request sets SIGPIPE to ignored for the whole process for as long as it
 *   takes. The process is to ignore it anyway.
 * - xs_close() cancels the library's thread and waits for it. That sits in
 *   read(), where it can be cancelled, and so a daemon that hangs does not
 *   hold it up. (Cancelling loads libgcc_s.so.1.)
 */
#include "monitor/store_connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <xenstore.h>

#include "base/fd.h"

enum {
    /* Transactions that others disturb, one after the other. */
    TRANSACTION_TRIES = 10,
};

/* Connects `fd` to the daemon's socket. Returns 0 or -errno. */
static int
connect_to_daemon(int fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = xs_daemon_socket();

    if (path == NULL || strlen(path) >= sizeof(address.sun_path)) {
        return -ENOENT; /* the library cannot reach such a socket either */
    }
    memcpy(address.sun_path, path, strlen(path));
    int r = connect(fd, (const struct sockaddr *)&address, sizeof(address));
    return r < 0 ? -errno : 0;
}

/*
 * When nobody listens, the store is reached through a device of the kernel,
 * which does not die; or it has died since xs_open(), which the next request is
 * going to show.
 */
static void
open_heartbeat(struct store_connection *c)
{
    c->heartbeat = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->heartbeat < 0) {
        c->is_lost = true; /* no descriptors, perhaps later */
    } else if (connect_to_daemon(c->heartbeat) < 0) {
        fd_close(&c->heartbeat);
    }
}

/*
 * Whether there is the device that xs_open() opens when there is no socket. It
 * would take any file for it, and write requests there; the kernel's own names
 * for it are beyond doubt.
 */
static bool
has_device(void)
{
    const char *set = getenv("XENSTORED_PATH");
    struct stat info;

    if (set != NULL) {
        return stat(set, &info) == 0 && S_ISCHR(info.st_mode);
    }
    /* The second is that of old kernels. */
    return access("/dev/xen/xenbus", F_OK) == 0 ||
           access("/proc/xen/xenbus", F_OK) == 0;
}

/* xs_open() would wait for a daemon that hangs once its backlog is full. */
int
store_connection_check(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        return -errno;
    }
    int r = connect_to_daemon(fd);
    fd_close(&fd);
    if (r == -EAGAIN) {
        return 0; /* the backlog is full, and so there is one */
    }
    return r < 0 && has_device() ? 0 : r;
}

int
store_connection_open(struct store_connection *c)
{
    *c = STORE_NOT_CONNECTED;
    errno = 0;
    c->xs = xs_open(0);
    if (c->xs == NULL) {
        return errno != 0 ? -errno : -EIO;
    }
    open_heartbeat(c);
    return 0;
}

void
store_connection_close(struct store_connection *c)
{
    xs_close(c->xs);
    fd_close(&c->heartbeat);
    *c = STORE_NOT_CONNECTED; /* events were the library's to close */
}

/* For a request that has failed. Returns -errno. */
static int
fail(struct store_connection *c)
{
    int err = errno != 0 ? errno : EIO; /* some failures say nothing */

    if (err == ENOENT) {
        return -err; /* only the daemon says that */
    }
    errno = 0;
    char *value = xs_read(c->xs, XBT_NULL, "/", NULL);
    if (value == NULL && (errno == EBADF || errno == EPIPE)) {
        c->is_lost = true;
    }
    free(value);
    return -err;
}

/*
 * Nobody who means us well writes a NUL, but some write the one behind the
 * text. Within the text it must not end what is going to be checked.
 */
static void
copy_value(char out[STORE_VALUE_MAX + 1], const char *value, size_t len)
{
    while (len > 0 && value[len - 1] == '\0') {
        len--;
    }
    if (len > STORE_VALUE_MAX) {
        len = STORE_VALUE_MAX;
    }
    for (size_t i = 0; i < len; i++) {
        out[i] = value[i];
        if (value[i] == '\0') {
            out[i] = '?';
        }
    }
    out[len] = '\0';
}

int
store_connection_read(struct store_connection *c, const char *key,
                      char out[STORE_VALUE_MAX + 1])
{
    unsigned len = 0;

    errno = 0;
    char *value = xs_read(c->xs, XBT_NULL, key, &len);
    if (value == NULL) {
        return fail(c);
    }
    copy_value(out, value, len);
    free(value);
    return 0;
}

static int
write_in(struct store_connection *c, xs_transaction_t transaction,
         const char *key, const char *value)
{
    errno = 0;
    bool is_written =
        xs_write(c->xs, transaction, key, value, (unsigned)strlen(value));
    return is_written ? 0 : fail(c);
}

int
store_connection_write(struct store_connection *c, const char *key,
                       const char *value)
{
    return write_in(c, XBT_NULL, key, value);
}

/* A directory that is there has a value, "" for most. */
static int
find_in(struct store_connection *c, xs_transaction_t transaction,
        const char *key)
{
    errno = 0;
    char *value = xs_read(c->xs, transaction, key, NULL);
    int r = value != NULL ? 0 : fail(c);

    free(value);
    return r;
}

int
store_connection_write_below(struct store_connection *c, const char *top,
                             const char *key, const char *value)
{
    for (int i = 0; i < TRANSACTION_TRIES; i++) {
        errno = 0;
        xs_transaction_t transaction = xs_transaction_start(c->xs);
        if (transaction == XBT_NULL) {
            return fail(c);
        }
        int r = find_in(c, transaction, top);
        if (r == 0) {
            r = write_in(c, transaction, key, value);
        }
        errno = 0;
        if (!xs_transaction_end(c->xs, transaction, r < 0) && r == 0) {
            r = fail(c);
        }
        if (r != -EAGAIN) {
            return r;
        }
    }
    return -EAGAIN;
}

int
store_connection_watch(struct store_connection *c, const char *key,
                       const char *token)
{
    errno = 0;
    if (!xs_watch(c->xs, key, token)) {
        return fail(c);
    }
    if (c->events < 0) {
        c->events = xs_fileno(c->xs);
    }
    if (c->events < 0) {
        c->is_lost = true; /* no descriptors, perhaps later */
        return -EMFILE;
    }
    return 0;
}

int
store_connection_unwatch(struct store_connection *c, const char *key,
                         const char *token)
{
    errno = 0;
    return xs_unwatch(c->xs, key, token) ? 0 : fail(c);
}

bool
store_connection_take_event(struct store_connection *c,
                            const struct store_event *known, size_t count,
                            size_t *which)
{
    errno = 0;
    char **event = xs_check_watch(c->xs);

    if (event == NULL) {
        if (errno != EAGAIN) {
            c->is_lost = true;
        }
        return false;
    }
    size_t i = 0;
    while (i < count && (strcmp(event[XS_WATCH_TOKEN], known[i].token) != 0 ||
                         strcmp(event[XS_WATCH_PATH], known[i].key) != 0)) {
        i++;
    }
    free(event);
    *which = i;
    return true;
}
