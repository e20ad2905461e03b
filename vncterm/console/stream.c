/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "console/stream.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sys/ioctl.h>

#include "base/fd.h"
#include "base/mem.h"
#include "console/paste_feed.h"

/* N_TTY_BUF_SIZE in the kernel's n_tty.c: more does not come at once. */
#define PTY_READ_MAX ((size_t)4 << 10)

/* A few reads share one call of on_output. */
#define BUFFER_SIZE (4 * PTY_READ_MAX)

/* A flood gives whole buffers of the pty, echo and prompts far less. */
#define SHORT_READ 1024

/*
 * What a guest sends may cost time in proportion to the screen (two bytes
 * can erase all of it), so a turn ends early when it has taken this long, and
 * larger screens are fed in smaller pieces: on 80x25 and a 2 GHz machine the
 * worst piece takes some 10 ms.
 */
#define TURN_US     4000
#define PIECE_CELLS ((size_t)80 * 25)
#define PIECE_MIN   ((size_t)256)

/* What waits for the guest, besides a paste, by where it came from. */
enum source {
    SOURCE_KEYS,
    SOURCE_REPLY,
    SOURCE_TEXT,
    SOURCES,
};

/* So many bytes of one source lie next to each other on their way. */
struct run {
    uint32_t source;
    uint32_t len;
};

/*
 * Neighbours are of different sources. So there is at most one run of keys more
 * than there are others: each byte of a reply or a text client, alone in its
 * run.
 */
#define RUNS_OF_OTHERS_MAX ((size_t)STREAM_REPLY_MAX + STREAM_TEXT_MAX)
#define RUNS_MAX           (2 * RUNS_OF_OTHERS_MAX + 1)

struct stream {
    struct loop *loop;
    const struct stream_handler *handler;
    void *data;

    int fd; /* -1 between two consoles */
    struct loop_fd *watcher;
    bool wants_write;
    struct cell_size size; /* 0x0 until it is known */

    /* A queue for each source, and the order in which they were accepted:
     * `runs`, of struct run, and after those `last`. */
    struct bytes queues[SOURCES];
    struct bytes runs;
    struct run last;

    struct paste_feed paste;
    struct loop_timer *paste_timer; /* its next piece, while it is paced */
    size_t ahead;     /* bytes of the runs that go before the paste goes on */
    bool was_pasting; /* and nobody was told of its end */

    bool has_failed;       /* to be written to; a hang-up will follow */
    bool was_without_room; /* for text clients, and nobody was told of more */

    uint8_t buffer[BUFFER_SIZE];
};

static void on_ready(void *data, unsigned events);
static void on_paste_time(void *data);

void
stream_new(struct stream **out, struct loop *loop,
           const struct stream_handler *handler, void *data)
{
    struct stream *s = xcalloc(1, sizeof(*s));

    s->loop = loop;
    s->handler = handler;
    s->data = data;
    s->fd = -1;
    bytes_init(&s->queues[SOURCE_KEYS], STREAM_KEYS_MAX);
    bytes_init(&s->queues[SOURCE_REPLY], STREAM_REPLY_MAX);
    bytes_init(&s->queues[SOURCE_TEXT], STREAM_TEXT_MAX);
    paste_feed_init(&s->paste);
    loop_timer_new(&s->paste_timer, loop, LOOP_PRIORITY_GUEST, on_paste_time,
                   s);
    s->was_without_room = true;
    bytes_init(&s->runs, RUNS_MAX * sizeof(struct run));
    *out = s;
}

static void
drop_queues(struct stream *s)
{
    for (int i = 0; i < SOURCES; i++) {
        bytes_clear(&s->queues[i]);
    }
    bytes_clear(&s->runs);
    s->last = (struct run){.len = 0};
    paste_feed_clear(&s->paste);
    loop_timer_disarm(s->paste_timer);
    s->ahead = 0;
}

static void
close_console(struct stream *s)
{
    drop_queues(s);
    /* The watcher goes first: the monitor's copy keeps the pty open, and
     * epoll would go on reporting it. */
    loop_fd_free(s->watcher);
    s->watcher = NULL;
    s->wants_write = false;
    s->has_failed = false;
    s->was_without_room = true;
    fd_close(&s->fd);
}

void
stream_free(struct stream *s)
{
    if (s == NULL) {
        return;
    }
    close_console(s);
    loop_timer_free(s->paste_timer);
    free(s);
}

/* A pty that has hung up, or a descriptor that is no terminal, has no size;
 * what matters of that is found by reading. */
static void
apply_size(const struct stream *s)
{
    struct winsize size = {.ws_row = (unsigned short)s->size.rows,
                           .ws_col = (unsigned short)s->size.cols};

    if (s->fd >= 0 && s->size.rows > 0) {
        (void)ioctl(s->fd, TIOCSWINSZ, &size);
    }
}

size_t
stream_text_room(const struct stream *s)
{
    /* Keys would be dropped; text clients keep theirs for the next console. */
    if (s->fd < 0 || s->has_failed) {
        return 0;
    }
    return bytes_space(&s->queues[SOURCE_TEXT]);
}

static void
tell_text_room(struct stream *s)
{
    if (!s->was_without_room || stream_text_room(s) == 0) {
        return;
    }
    s->was_without_room = false;
    if (s->handler->on_text_room != NULL) {
        s->handler->on_text_room(s->data);
    }
}

static void
tell_paste_end(struct stream *s)
{
    if (!s->was_pasting || !paste_feed_is_empty(&s->paste)) {
        return;
    }
    s->was_pasting = false;
    if (s->handler->on_paste_end != NULL) {
        s->handler->on_paste_end(s->data);
    }
}

int
stream_open(struct stream *s, int fd)
{
    struct loop_fd *watcher = NULL;
    int r = fd_set_nonblock(fd);

    if (r == 0) {
        r = loop_fd_new(&watcher, s->loop, fd, LOOP_PRIORITY_GUEST, on_ready,
                        s);
    }
    if (r < 0) {
        fd_close(&fd);
        return r;
    }

    close_console(s);
    tell_paste_end(s);
    s->fd = fd;
    s->watcher = watcher;
    apply_size(s);
    loop_fd_want(watcher, LOOP_READ);
    tell_text_room(s);
    return 0;
}

bool
stream_is_open(const struct stream *s)
{
    return s->fd >= 0;
}

void
stream_set_size(struct stream *s, struct cell_size size)
{
    assert(size.rows >= 1 && size.rows <= UINT16_MAX);
    assert(size.cols >= 1 && size.cols <= UINT16_MAX);
    s->size = size;
    apply_size(s);
}

/* What is written next; its length is 0 when nothing waits. */
static struct run
first_run(const struct stream *s)
{
    const uint8_t *first = bytes_peek(&s->runs);
    struct run run = s->last;

    if (first != NULL) {
        memcpy(&run, first, sizeof(run));
    }
    return run;
}

/* `len` bytes of the first run have been written. */
static void
shorten_first_run(struct stream *s, size_t len)
{
    struct run run = first_run(s);

    assert(len <= run.len);
    run.len -= (uint32_t)len;
    bytes_drop(&s->queues[run.source], len);
    if (bytes_len(&s->runs) == 0) {
        s->last = run;
    } else if (run.len == 0) {
        bytes_drop(&s->runs, sizeof(run));
    } else {
        memcpy(s->runs.data + s->runs.head, &run, sizeof(run));
    }
}

/* Makes `last` a run of `source`. Returns 0 or -ENOMEM. */
static int
begin_run(struct stream *s, enum source source)
{
    if (s->last.source == (uint32_t)source) {
        return 0;
    }
    if (s->last.len > 0) {
        int r = bytes_push(&s->runs, &s->last, sizeof(s->last));
        if (r < 0) {
            return r;
        }
    }
    s->last = (struct run){.source = (uint32_t)source};
    return 0;
}

static void
want_write(struct stream *s, bool wanted)
{
    if (wanted != s->wants_write) {
        s->wants_write = wanted;
        loop_fd_want(s->watcher, LOOP_READ | (wanted ? LOOP_WRITE : 0U));
    }
}

static size_t
queued(const struct stream *s)
{
    size_t len = 0;

    for (int i = 0; i < SOURCES; i++) {
        len += bytes_len(&s->queues[i]);
    }
    return len;
}

/* What is written next. */
struct output {
    const void *bytes;
    size_t len; /* 0 when nothing waits */
    bool is_paste;
};

/* How long the next piece of a paste still has time, when nothing else is to
 * be written; 0 if not at all. */
static uint64_t
spare_us(const struct stream *s)
{
    if (queued(s) > 0 || paste_feed_is_empty(&s->paste)) {
        return 0;
    }
    uint64_t now_us = loop_now_us(s->loop);
    uint64_t from_us = paste_feed_from_us(&s->paste);

    return from_us > now_us ? from_us - now_us : 0;
}

/*
 * The paste and all the rest take turns: what has been accepted until the paste
 * makes way is written then, and no more, since a turn must not end within a
 * key.
 */
static struct output
next_output(struct stream *s)
{
    if (!paste_feed_is_empty(&s->paste) && s->ahead == 0) {
        struct output paste = {.is_paste = true};
        if (spare_us(s) > 0) {
            return paste;
        }
        paste.bytes = paste_feed_next(&s->paste, queued(s) > 0, &paste.len);
        if (paste.bytes != NULL) {
            return paste;
        }
        s->ahead = queued(s);
    }
    struct run run = first_run(s);
    bool is_limited = s->ahead > 0 && s->ahead < run.len;

    return (struct output){.bytes = bytes_peek(&s->queues[run.source]),
                           .len = is_limited ? s->ahead : run.len};
}

static void
take_written(struct stream *s, const struct output *output, size_t len)
{
    if (output->is_paste) {
        paste_feed_written(&s->paste, len, loop_now_us(s->loop));
        return;
    }
    shorten_first_run(s, len);
    s->ahead -= s->ahead > 0 ? len : 0;
}

/* Writes what the guest takes, at most one turn's worth. */
static void
write_queued(struct stream *s)
{
    size_t budget = STREAM_TURN_MAX;

    while (budget > 0) {
        struct output output = next_output(s);
        size_t len = output.len < budget ? output.len : budget;
        if (len == 0) {
            break;
        }
        ssize_t count = fd_write(s->fd, output.bytes, len);
        if (count == 0 || count == -EAGAIN) {
            break;
        }
        if (count < 0) {
            /* Nobody will read it. That the console is gone, and how, is
             * told by reading, after its last output. */
            drop_queues(s);
            s->has_failed = true;
            s->was_without_room = true;
            break;
        }
        take_written(s, &output, (size_t)count);
        budget -= (size_t)count;
    }
    bool has_more = queued(s) > 0 || !paste_feed_is_empty(&s->paste);
    uint64_t pause_us = spare_us(s);

    want_write(s, has_more && pause_us == 0);
    if (pause_us > 0) {
        loop_timer_arm(s->paste_timer, pause_us);
    }
}

/* What came before is still waiting, and a write would not do more now. */
static void
write_unless_waiting(struct stream *s)
{
    if (!s->wants_write) {
        write_queued(s);
    }
}

static int
send_from(struct stream *s, enum source source, const void *bytes, size_t len)
{
    if (s->fd < 0) {
        return -ENOTCONN;
    }
    if (len == 0) {
        return 0;
    }
    if (len > bytes_space(&s->queues[source])) {
        return -ENOBUFS;
    }
    int r = begin_run(s, source);
    if (r == 0) {
        r = bytes_push(&s->queues[source], bytes, len);
    }
    if (r < 0) {
        return r;
    }
    s->last.len += (uint32_t)len;
    if (source != SOURCE_REPLY && !paste_feed_is_empty(&s->paste)) {
        paste_feed_pace(&s->paste, loop_now_us(s->loop));
    }
    write_unless_waiting(s);
    return 0;
}

int
stream_send_keys(struct stream *s, const void *bytes, size_t len)
{
    return send_from(s, SOURCE_KEYS, bytes, len);
}

int
stream_send_reply(struct stream *s, const void *bytes, size_t len)
{
    return send_from(s, SOURCE_REPLY, bytes, len);
}

int
stream_send_text(struct stream *s, const void *bytes, size_t len)
{
    int r = send_from(s, SOURCE_TEXT, bytes, len);

    if (stream_text_room(s) == 0) {
        s->was_without_room = true;
    }
    return r;
}

bool
stream_takes_paste(const struct stream *s)
{
    return s->fd >= 0 && !s->was_pasting;
}

int
stream_send_paste(struct stream *s, struct bytes *paste, size_t bracket_len)
{
    if (s->fd < 0) {
        return -ENOTCONN;
    }
    if (!stream_takes_paste(s) || bytes_len(paste) > STREAM_PASTE_MAX) {
        return -ENOBUFS;
    }
    if (bytes_len(paste) == 0) {
        return 0;
    }
    paste_feed_begin(&s->paste, paste, bracket_len);
    s->ahead = queued(s);
    write_unless_waiting(s);
    s->was_pasting = !paste_feed_is_empty(&s->paste);
    return 0;
}

/* How many bytes on_output is given at once. */
static size_t
piece_size(const struct stream *s)
{
    size_t cells = (size_t)s->size.cols * (size_t)s->size.rows;

    if (cells <= PIECE_CELLS) {
        return BUFFER_SIZE;
    }
    size_t piece = BUFFER_SIZE * PIECE_CELLS / cells;
    return piece > PIECE_MIN ? piece : PIECE_MIN;
}

struct piece {
    size_t len;    /* bytes read and handed on */
    ssize_t last;  /* what the last read has returned */
    bool is_short; /* it was: there is probably nothing more */
};

static struct piece
read_piece(struct stream *s, size_t max)
{
    struct piece piece = {0};

    do {
        size_t room = max - piece.len;
        piece.last = fd_read(s->fd, s->buffer + piece.len, room);
        piece.len += piece.last > 0 ? (size_t)piece.last : 0;
        piece.is_short = piece.last < SHORT_READ && piece.last < (ssize_t)room;
    } while (!piece.is_short && max - piece.len >= PTY_READ_MAX);
    if (piece.len > 0) {
        s->handler->on_output(s->data, s->buffer, piece.len);
    }
    return piece;
}

enum read_until {
    UNTIL_TURN_ENDS, /* or a read is short: the next turn reads on */
    UNTIL_EMPTY,
};

/*
 * Reads what is there now, at most `max` bytes. A pty gives the last output
 * of a program before it tells of its end; only then on_hangup is called, and
 * `s` is not touched any more.
 */
static void
read_available(struct stream *s, size_t max, enum read_until until)
{
    uint64_t end_us = loop_now_us(s->loop) + TURN_US;
    size_t size = piece_size(s);
    struct piece piece = {.last = 1};
    bool is_over = false;

    for (size_t left = max; piece.last > 0 && !is_over && left > 0;
         left -= piece.len) {
        piece = read_piece(s, left < size ? left : size);
        is_over = until == UNTIL_TURN_ENDS &&
                  (piece.is_short || loop_now_us(s->loop) >= end_us);
    }
    if (piece.last > 0 || piece.last == -EAGAIN) {
        return;
    }
    close_console(s);
    tell_paste_end(s);
    s->handler->on_hangup(s->data, piece.last == 0 ? 0 : (int)-piece.last);
}

void
stream_drain(struct stream *s, size_t max)
{
    if (s->fd >= 0) {
        read_available(s, max, UNTIL_EMPTY);
    }
}

/* It also tells of the end of a paste that a key has pushed on. */
static void
on_paste_time(void *data)
{
    struct stream *s = data;

    write_queued(s);
    tell_paste_end(s);
}

static void
on_ready(void *data, unsigned events)
{
    struct stream *s = data;

    if ((events & LOOP_WRITE) != 0) {
        write_queued(s);
        tell_paste_end(s);
        tell_text_room(s);
    }
    if ((events & LOOP_READ) != 0) {
        read_available(s, STREAM_TURN_MAX, UNTIL_TURN_ENDS);
    }
}
