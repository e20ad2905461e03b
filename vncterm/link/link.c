/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link/link.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/uio.h>

#include "base/fd.h"
#include "base/log.h"

/* Descriptors that there is room for: one is right, two are an error, and the
 * kernel closes those beyond. */
#define FDS_MAX 2

static_assert(sizeof(struct link_message) == 20,
              "both ends are one program, but the size is what is checked");

union control {
    struct cmsghdr header; /* for its alignment */
    char space[CMSG_SPACE(FDS_MAX * sizeof(int))];
};

int
link_pair(int out[2])
{
    int type = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;

    return socketpair(AF_UNIX, type, 0, out) < 0 ? -errno : 0;
}

static void
attach_fd(struct msghdr *header, union control *control, int fd)
{
    *control = (union control){.space = {0}};
    header->msg_control = control;
    header->msg_controllen = CMSG_SPACE(sizeof(fd));

    struct cmsghdr *part = CMSG_FIRSTHDR(header);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof(fd));
    memcpy(CMSG_DATA(part), &fd, sizeof(fd));
}

/* In one piece or not at all. Returns what the kernel does. */
static ssize_t
send_with_fd(int link, const struct link_message *message, int fd)
{
    struct link_message copy = *message;
    struct iovec data = {.iov_base = &copy, .iov_len = sizeof(copy)};
    struct msghdr header = {.msg_iov = &data, .msg_iovlen = 1};
    union control control;

    attach_fd(&header, &control, fd);
    return sendmsg(link, &header, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int
link_send(int link, const struct link_message *message, int fd)
{
    ssize_t count;

    do {
        /* The worker, which sends none, has no system call for descriptors. */
        count = fd >= 0 ? send_with_fd(link, message, fd)
                        : send(link, message, sizeof(*message),
                               MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);

    if (count < 0) {
        return errno == ECONNRESET ? -EPIPE : -errno;
    }
    return 0;
}

/* Takes all descriptors out of `header`. Returns how many there are. */
static int
take_fds(struct msghdr *header, int fds[FDS_MAX])
{
    int count = 0;
    struct cmsghdr *part;

    for (part = CMSG_FIRSTHDR(header); part != NULL;
         part = CMSG_NXTHDR(header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) {
            continue;
        }
        size_t len = part->cmsg_len - CMSG_LEN(0);
        for (size_t at = 0; at + sizeof(int) <= len; at += sizeof(int)) {
            assert(count < FDS_MAX); /* there was no space for more */
            memcpy(&fds[count++], CMSG_DATA(part) + at, sizeof(int));
        }
    }
    return count;
}

/* What a type comes with, beside itself. */
enum part {
    PART_PORTS = 1,
    PART_CONSOLE = 2,
    PART_ERROR = 4,
    PART_LOG_LEVEL = 8,
    PART_FD = 16, /* always, the others perhaps */
};

/* Returns a set of enum part, or -1 for a number that is no type. */
static int
parts_of(uint32_t type)
{
    switch (type) {
    case LINK_LOCKED:
        return PART_PORTS;
    case LINK_HANGUP:
        return PART_CONSOLE;
    case LINK_STATE_END:
        return PART_ERROR;
    case LINK_LOG_LEVEL:
        return PART_LOG_LEVEL;
    case LINK_CONSOLE:
        return PART_FD | PART_CONSOLE;
    case LINK_STATE:
        return PART_FD;
    case LINK_READY:
    case LINK_CONSOLE_END:
    case LINK_CONSOLE_STAY:
        return 0;
    default:
        return -1;
    }
}

/* Whether a message may be so, with `fd_count` descriptors. */
static bool
is_valid(const struct link_message *message, int fd_count)
{
    int parts = parts_of(message->type);
    int found =
        (message->port != 0 || message->text_port != 0 ? PART_PORTS : 0) |
        (message->console != 0 ? PART_CONSOLE : 0) |
        (message->error != 0 ? PART_ERROR : 0) |
        (message->log_level != 0 ? PART_LOG_LEVEL : 0);

    return parts >= 0 && (found & ~parts) == 0 && message->error <= INT_MAX &&
           message->log_level <= LOG_LEVEL_DEBUG &&
           fd_count == ((parts & PART_FD) != 0 ? 1 : 0);
}

int
link_receive(int link, struct link_message *out, int *out_fd)
{
    /* One byte more than a message shows that one is too long. */
    char buffer[sizeof(struct link_message) + 1];
    struct iovec data = {.iov_base = buffer, .iov_len = sizeof(buffer)};
    union control control;
    struct msghdr header = {.msg_iov = &data,
                            .msg_iovlen = 1,
                            .msg_control = &control,
                            .msg_controllen = sizeof(control)};
    ssize_t len;

    do {
        len = recvmsg(link, &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    } while (len < 0 && errno == EINTR);
    if (len < 0) {
        /* The peer closed its end with messages of ours unread. */
        return errno == ECONNRESET ? 0 : -errno;
    }

    int fds[FDS_MAX] = {-1, -1};
    int fd_count = take_fds(&header, fds);
    struct link_message message = {.type = 0};
    bool ok = len == sizeof(message) &&
              (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;

    if (ok) {
        memcpy(&message, buffer, sizeof(message));
        ok = is_valid(&message, fd_count) && (out_fd != NULL || fd_count == 0);
    }
    if (!ok) {
        bool is_end = len == 0 && header.msg_controllen == 0;
        for (int i = 0; i < fd_count; i++) {
            fd_close(&fds[i]);
        }
        return is_end ? 0 : -EBADMSG;
    }

    *out = message;
    if (out_fd != NULL) {
        *out_fd = fds[0];
    }
    return 1;
}
