/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <cmocka.h>

#include "base/log.h"
#include "link/link.h"

enum {
    MONITOR,
    WORKER,
};

struct fixture {
    int ends[2];
    int file; /* something to send */
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    assert_int_equal(link_pair(f->ends), 0);
    f->file = open("/dev/null", O_RDWR | O_CLOEXEC);
    assert_true(f->file >= 0);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 2; i++) {
        if (f->ends[i] >= 0) {
            close(f->ends[i]);
        }
    }
    close(f->file);
    free(f);
    return 0;
}

static int
count_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int count = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL) {
        count++;
    }
    closedir(dir);
    return count;
}

static void
close_end(struct fixture *f, int end)
{
    close(f->ends[end]);
    f->ends[end] = -1;
}

/* Sends what link_send() would not: any bytes, any number of descriptors. */
static void
send_raw(int end, const void *bytes, size_t len, int fd, int fd_count)
{
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(8 * sizeof(int))];
    } control = {.space = {0}};
    char copy[64];
    struct iovec data = {.iov_base = copy, .iov_len = len};
    struct msghdr header = {.msg_iov = &data, .msg_iovlen = 1};

    assert_true(len <= sizeof(copy));
    memcpy(copy, bytes, len);
    if (fd_count > 0) {
        size_t size = (size_t)fd_count * sizeof(int);
        header.msg_control = &control;
        header.msg_controllen = CMSG_SPACE(size);
        struct cmsghdr *part = CMSG_FIRSTHDR(&header);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(size);
        for (int i = 0; i < fd_count; i++) {
            memcpy(CMSG_DATA(part) + (size_t)i * sizeof(int), &fd, sizeof(fd));
        }
    }
    assert_int_equal(sendmsg(end, &header, MSG_NOSIGNAL), len);
}

/* Sends a raw message to the worker's end and expects that it is refused, that
 * nothing stays open, and that the next message is received. */
static void
expect_refused(struct fixture *f, const void *bytes, size_t len, int fd_count)
{
    struct link_message good = {.type = LINK_CONSOLE_END};
    struct link_message got = {.type = 77};
    int got_fd = 77;
    int before = count_fds();

    send_raw(f->ends[MONITOR], bytes, len, f->file, fd_count);
    assert_int_equal(link_receive(f->ends[WORKER], &got, &got_fd), -EBADMSG);
    assert_int_equal(got.type, 77);
    assert_int_equal(got_fd, 77);
    assert_int_equal(count_fds(), before);

    assert_int_equal(link_send(f->ends[MONITOR], &good, -1), 0);
    assert_int_equal(link_receive(f->ends[WORKER], &got, &got_fd), 1);
    assert_int_equal(got.type, LINK_CONSOLE_END);
    assert_int_equal(got_fd, -1);
}

static void
both_ends_are_nonblocking_and_close_on_exec(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 2; i++) {
        assert_true((fcntl(f->ends[i], F_GETFL) & O_NONBLOCK) != 0);
        assert_true((fcntl(f->ends[i], F_GETFD) & FD_CLOEXEC) != 0);
    }
}

static void
messages_arrive_whole_and_in_order(void **state)
{
    struct fixture *f = *state;
    struct link_message locked = {.type = LINK_LOCKED, .port = 65535};
    struct link_message hangup = {.type = LINK_HANGUP};
    struct link_message got;

    assert_int_equal(link_send(f->ends[WORKER], &locked, -1), 0);
    assert_int_equal(link_send(f->ends[WORKER], &hangup, -1), 0);

    assert_int_equal(link_receive(f->ends[MONITOR], &got, NULL), 1);
    assert_int_equal(got.type, LINK_LOCKED);
    assert_int_equal(got.port, 65535);
    assert_int_equal(link_receive(f->ends[MONITOR], &got, NULL), 1);
    assert_int_equal(got.type, LINK_HANGUP);
    assert_int_equal(link_receive(f->ends[MONITOR], &got, NULL), -EAGAIN);
}

static void
a_descriptor_arrives_close_on_exec(void **state)
{
    struct fixture *f = *state;
    struct link_message console = {.type = LINK_CONSOLE};
    struct link_message got;
    struct stat sent;
    struct stat received;
    int fd = -1;

    assert_int_equal(link_send(f->ends[MONITOR], &console, f->file), 0);
    assert_int_equal(link_receive(f->ends[WORKER], &got, &fd), 1);
    assert_int_equal(got.type, LINK_CONSOLE);
    assert_true(fd >= 0 && fd != f->file);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_int_equal(fstat(f->file, &sent), 0);
    assert_int_equal(fstat(fd, &received), 0);
    assert_true(sent.st_rdev == received.st_rdev);
    close(fd);
}

static void
any_other_size_is_refused(void **state)
{
    struct fixture *f = *state;
    struct link_message messages[3] = {{.type = LINK_HANGUP}};

    for (size_t len = 1; len <= sizeof(messages); len++) {
        if (len != sizeof(messages[0])) {
            expect_refused(f, messages, len, 0);
            expect_refused(f, messages, len, 1);
        }
    }
}

static void
unknown_types_are_refused(void **state)
{
    struct fixture *f = *state;
    const uint32_t types[] = {0, LINK_LOG_LEVEL + 1, 1U << 31, UINT32_MAX};

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct link_message message = {.type = types[i]};
        expect_refused(f, &message, sizeof(message), 0);
        expect_refused(f, &message, sizeof(message), 1);
    }
}

static void
what_a_type_does_not_come_with_is_refused(void **state)
{
    struct fixture *f = *state;
    struct link_message messages[] = {
        {.type = LINK_HANGUP, .port = 1},
        {.type = LINK_HANGUP, .text_port = 1},
        {.type = LINK_CONSOLE_END, .port = 1},
        {.type = LINK_CONSOLE_STAY, .console = 1},
        {.type = LINK_READY, .port = 1},
        {.type = LINK_LOCKED, .error = 1},
        {.type = LINK_LOCKED, .log_level = 1},
        {.type = LINK_LOG_LEVEL, .error = 1},
        {.type = LINK_STATE_END, .console = 1},
    };

    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        expect_refused(f, &messages[i], sizeof(messages[i]), 0);
    }
}

static void
values_out_of_range_are_refused(void **state)
{
    struct fixture *f = *state;
    struct link_message messages[] = {
        {.type = LINK_STATE_END, .error = (uint32_t)INT_MAX + 1},
        {.type = LINK_LOG_LEVEL, .log_level = LOG_LEVEL_DEBUG + 1},
    };

    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        expect_refused(f, &messages[i], sizeof(messages[i]), 0);
    }
}

static void
a_missing_descriptor_is_refused(void **state)
{
    struct link_message console = {.type = LINK_CONSOLE};
    struct link_message save = {.type = LINK_STATE};

    expect_refused(*state, &console, sizeof(console), 0);
    expect_refused(*state, &save, sizeof(save), 0);
}

static void
superfluous_descriptors_are_closed(void **state)
{
    struct link_message console = {.type = LINK_CONSOLE};
    struct link_message end = {.type = LINK_CONSOLE_END};

    expect_refused(*state, &end, sizeof(end), 1);
    for (int count = 2; count <= 8; count++) {
        expect_refused(*state, &console, sizeof(console), count);
    }
}

static void
a_side_that_takes_no_descriptor_closes_it(void **state)
{
    struct fixture *f = *state;
    const uint32_t types[] = {LINK_READY, LINK_HANGUP, LINK_CONSOLE};
    int before = count_fds();

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct link_message message = {.type = types[i]};
        struct link_message got;
        send_raw(f->ends[WORKER], &message, sizeof(message), f->file, 1);
        assert_int_equal(link_receive(f->ends[MONITOR], &got, NULL), -EBADMSG);
        assert_int_equal(count_fds(), before);
    }
}

static void
an_empty_message_with_a_descriptor_is_refused(void **state)
{
    struct fixture *f = *state;
    struct link_message got;
    int before = count_fds();

    send_raw(f->ends[WORKER], "", 0, f->file, 1);
    assert_int_equal(link_receive(f->ends[MONITOR], &got, NULL), -EBADMSG);
    assert_int_equal(count_fds(), before);
}

static void
a_descriptor_that_cannot_be_received_is_refused(void **state)
{
    struct fixture *f = *state;
    struct link_message console = {.type = LINK_CONSOLE};
    struct link_message got;
    struct rlimit limit;
    int fd = 77;

    assert_int_equal(link_send(f->ends[MONITOR], &console, f->file), 0);

    /* With no number left below the limit the kernel drops it. */
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    struct rlimit none = {.rlim_cur = 0, .rlim_max = limit.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    int r = link_receive(f->ends[WORKER], &got, &fd);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);

    assert_int_equal(r, -EBADMSG);
    assert_int_equal(fd, 77);
}

static void
a_closed_peer_reads_as_the_end(void **state)
{
    struct fixture *f = *state;
    struct link_message got;

    close_end(f, WORKER);
    assert_int_equal(link_receive(f->ends[MONITOR], &got, NULL), 0);
    assert_int_equal(link_receive(f->ends[MONITOR], &got, NULL), 0);
}

static void
a_peer_that_left_messages_unread_reads_as_the_end(void **state)
{
    struct fixture *f = *state;
    struct link_message message = {.type = LINK_CONSOLE};
    struct link_message got;

    assert_int_equal(link_send(f->ends[MONITOR], &message, f->file), 0);
    close_end(f, WORKER);
    assert_int_equal(link_receive(f->ends[MONITOR], &got, NULL), 0);
}

static void
sending_to_a_closed_peer_fails_without_a_signal(void **state)
{
    struct fixture *f = *state;
    struct link_message message = {.type = LINK_CONSOLE};

    close_end(f, WORKER);
    assert_int_equal(link_send(f->ends[MONITOR], &message, f->file), -EPIPE);
    assert_int_equal(link_send(f->ends[MONITOR], &message, -1), -EPIPE);
}

static void
a_peer_that_does_not_read_fills_up(void **state)
{
    struct fixture *f = *state;
    struct link_message message = {.type = LINK_HANGUP};
    int r = 0;

    for (int i = 0; r == 0 && i < 1000000; i++) {
        r = link_send(f->ends[WORKER], &message, -1);
    }
    assert_int_equal(r, -EAGAIN);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(both_ends_are_nonblocking_and_close_on_exec),
        T(messages_arrive_whole_and_in_order),
        T(a_descriptor_arrives_close_on_exec),
        T(any_other_size_is_refused),
        T(unknown_types_are_refused),
        T(what_a_type_does_not_come_with_is_refused),
        T(values_out_of_range_are_refused),
        T(a_missing_descriptor_is_refused),
        T(superfluous_descriptors_are_closed),
        T(a_side_that_takes_no_descriptor_closes_it),
        T(an_empty_message_with_a_descriptor_is_refused),
        T(a_descriptor_that_cannot_be_received_is_refused),
        T(a_closed_peer_reads_as_the_end),
        T(a_peer_that_left_messages_unread_reads_as_the_end),
        T(sending_to_a_closed_peer_fails_without_a_signal),
        T(a_peer_that_does_not_read_fills_up),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
