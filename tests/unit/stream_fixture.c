/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit/stream_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "console/paste_feed.h"
#include "fakes/fake_loop.h"

static void
on_output(void *data, const void *bytes, size_t len)
{
    struct fixture *f = data;

    f->output = realloc(f->output, f->output_len + len);
    assert_non_null(f->output);
    memcpy(f->output + f->output_len, bytes, len);
    f->output_len += len;
    f->outputs++;
    f->longest_output = len > f->longest_output ? len : f->longest_output;
    if (f->output_takes_us > 0) {
        fake_loop_advance_us(f->loop, f->output_takes_us);
    }
    assert_int_equal(f->hangups, 0);
    if (f->answer != NULL) {
        assert_int_equal(
            stream_send_reply(f->stream, f->answer, strlen(f->answer)), 0);
    }
}

static void
on_hangup(void *data, int err)
{
    struct fixture *f = data;

    assert_false(stream_is_open(f->stream));
    f->hangups++;
    f->hangup_err = err;
    f->output_at_hangup = f->output_len;
}

static void
on_text_room(void *data)
{
    struct fixture *f = data;

    assert_false(f->is_sending);
    assert_true(stream_text_room(f->stream) > 0);
    f->text_rooms++;
}

static void
on_paste_end(void *data)
{
    struct fixture *f = data;

    assert_false(f->is_sending);
    f->paste_ends++;
}

static const struct stream_handler handler = {
    .on_output = on_output,
    .on_hangup = on_hangup,
    .on_text_room = on_text_room,
    .on_paste_end = on_paste_end,
};

int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->fd = -1;
    f->guest = -1;
    fake_loop_new(&f->loop);
    stream_new(&f->stream, f->loop, &handler, f);
    *state = f;
    return 0;
}

int
tear_down(void **state)
{
    struct fixture *f = *state;

    stream_free(f->stream);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
    loop_free(f->loop);
    fd_close(&f->guest);
    free(f->output);
    free(f);
    return 0;
}

/* A pty in raw mode. */
static void
open_pty(int *master, int *slave)
{
    struct termios mode;
    int unlock = 0;

    *master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    assert_true(*master >= 0);
    assert_int_equal(ioctl(*master, TIOCSPTLCK, &unlock), 0);
    *slave =
        ioctl(*master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    assert_true(*slave >= 0);
    assert_int_equal(tcgetattr(*slave, &mode), 0);
    cfmakeraw(&mode);
    assert_int_equal(tcsetattr(*slave, TCSANOW, &mode), 0);
}

static void
join(struct fixture *f, int fd, int guest)
{
    f->fd = fd;
    fd_close(&f->guest);
    f->guest = guest;
    assert_int_equal(stream_open(f->stream, fd), 0);
}

void
join_master(struct fixture *f)
{
    int master;
    int slave;

    open_pty(&master, &slave);
    join(f, master, slave);
}

void
join_slave(struct fixture *f)
{
    int master;
    int slave;

    open_pty(&master, &slave);
    join(f, slave, master);
}

void
join_socket(struct fixture *f)
{
    int ends[2];
    int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;

    assert_int_equal(socketpair(AF_UNIX, type, 0, ends), 0);
    join(f, ends[0], ends[1]);
}

void
await(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};

    assert_int_equal(poll(&p, 1, 5000), 1);
}

void
guest_writes(struct fixture *f, const void *bytes, size_t len)
{
    assert_int_equal(write(f->guest, bytes, len), len);
    await(f->fd, POLLIN);
}

void
expect_output(const struct fixture *f, const void *bytes, size_t len)
{
    assert_int_equal(f->output_len, len);
    assert_memory_equal(f->output, bytes, len);
}

size_t
guest_reads(struct fixture *f, uint8_t *out, size_t size, size_t piece)
{
    size_t total = 0;
    bool is_writing = true;

    while (total < size) {
        size_t room = size - total < piece ? size - total : piece;
        ssize_t count = fd_read(f->guest, out + total, room);
        if (count > 0) {
            total += (size_t)count;
        } else {
            assert_int_equal(count, -EAGAIN);
            if (!is_writing) {
                break;
            }
        }
        is_writing = (fake_loop_wanted(f->loop, f->fd) & LOOP_WRITE) != 0;
        if (is_writing) {
            fake_loop_ready(f->loop, f->fd, LOOP_WRITE);
        } else if (fake_loop_count_armed(f->loop) > 0) {
            is_writing = true;
            fake_loop_advance_us(f->loop, PASTE_PACED_US);
        }
    }
    return total;
}

void
expect_guest_reads(struct fixture *f, const void *bytes, size_t len)
{
    /* One more would show that there is too much. */
    uint8_t *got = malloc(len + 1);

    assert_non_null(got);
    if (len > 0) {
        await(f->guest, POLLIN);
    }
    assert_int_equal(guest_reads(f, got, len + 1, 4096), len);
    assert_memory_equal(got, bytes, len);
    free(got);
}

/* Byte `i` of a text in which each part differs from its neighbours. */
static uint8_t
pattern(size_t i)
{
    return (uint8_t)(i ^ (i >> 8) ^ (i >> 16));
}

uint8_t *
new_pattern(size_t len)
{
    uint8_t *bytes = malloc(len);

    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = pattern(i);
    }
    return bytes;
}

void
send_text(struct fixture *f, const void *bytes, size_t len)
{
    f->is_sending = true;
    assert_int_equal(stream_send_text(f->stream, bytes, len), 0);
    f->is_sending = false;
}

int
send_paste(struct fixture *f, const void *text, size_t len, size_t bracket_len)
{
    struct bytes paste;

    bytes_init(&paste, STREAM_PASTE_MAX);
    assert_int_equal(bytes_push(&paste, text, len), 0);
    f->is_sending = true;
    int r = stream_send_paste(f->stream, &paste, bracket_len);
    f->is_sending = false;
    assert_int_equal(bytes_len(&paste), r == 0 ? 0 : len);
    bytes_fini(&paste);
    return r;
}

size_t
type_until_blocked(struct fixture *f)
{
    for (size_t i = 0; i < (1U << 20); i++) {
        uint8_t byte = pattern(i);
        assert_int_equal(stream_send_keys(f->stream, &byte, 1), 0);
        if ((fake_loop_wanted(f->loop, f->fd) & LOOP_WRITE) != 0) {
            return i + 1;
        }
    }
    fail_msg("the kernel never said EAGAIN");
    return 0;
}
