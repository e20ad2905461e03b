/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "console/text.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/bytes.h"
#include "base/fd.h"
#include "base/listen.h"
#include "base/log.h"
#include "base/mem.h"

enum {
    /* Twice what the guest can add in one turn, so that the queue of a client
     * that reads becomes shorter even in a flood. */
    WRITE_MAX = 128 << 10,
    ACCEPT_RETRY_US = 1000 * 1000,
    /* Showing a newcomer the screen may take long. What takes less than this
     * is no matter; else newcomers get one part of so many of our time. */
    WELCOME_US = 1000,
    WELCOME_SHARE = 5,
};

struct client {
    struct text *text;
    unsigned id;
    int fd; /* -1: the place is free */
    struct loop_fd *watcher;
    unsigned wanted;
    struct bytes out;
    bool waits;        /* the guest does not take what it has sent */
    bool has_finished; /* sending; it goes when `out` is empty */
    bool has_failed;   /* to be written to; it goes when all of it is read */
};

struct text {
    struct loop *loop;
    const struct text_handler *handler;
    void *data;

    int listener; /* the caller's */
    struct loop_fd *listener_watcher;
    struct loop_timer *accepting; /* newcomers are looked for again */
    bool lacks_descriptors;       /* until then, or until somebody leaves */

    struct client clients[TEXT_CLIENTS_MAX];
    unsigned last_id;
    int next; /* the place whose client is served first when there is room */

    struct log_limit accept_limit;
    struct log_limit full_limit;
    struct log_limit arrival_limit;
    struct log_limit slow_limit;
};

static bool
is_open(const struct client *c)
{
    return c->fd >= 0;
}

static void
accept_again(void *data)
{
    struct text *t = data;

    loop_timer_disarm(t->accepting);
    t->lacks_descriptors = false;
    loop_fd_want(t->listener_watcher, LOOP_READ);
}

static void
pause_accepting(struct text *t, uint64_t us)
{
    loop_fd_want(t->listener_watcher, 0);
    loop_timer_arm(t->accepting, us);
}

static void
close_client(struct client *c)
{
    loop_fd_free(c->watcher);
    c->watcher = NULL;
    fd_close(&c->fd);
    bytes_fini(&c->out);
}

/*
 * Closes a client; whoever could not be accepted for want of a descriptor may
 * be now. May be called wherever `c` is looked at afterwards: its place stays.
 */
static void
drop_client(struct client *c)
{
    close_client(c);
    if (c->text->lacks_descriptors) {
        accept_again(c->text);
    }
}

/* Watches for what can be done next; closes a client that has done all. */
static void
settle(struct client *c)
{
    unsigned wanted = 0;

    if (!is_open(c)) {
        return;
    }
    if (c->has_finished && bytes_len(&c->out) == 0) {
        drop_client(c);
        return;
    }
    if (!c->has_finished && !c->waits) {
        wanted |= LOOP_READ;
    }
    /* A client for which nothing is wanted is out of epoll, which would go on
     * reporting a hang-up that cannot be read yet. */
    if (bytes_len(&c->out) > 0) {
        wanted |= LOOP_WRITE;
    }
    if (wanted != c->wanted) {
        c->wanted = wanted;
        loop_fd_want(c->watcher, wanted);
    }
}

/*
 * Writes what the socket takes now. Returns how much that is. When the peer is
 * gone, what waits for it is dropped; what it has sent is still there to read.
 */
static size_t
write_some(struct client *c, const void *bytes, size_t len)
{
    ssize_t count;

    do {
        count = send(c->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    if (count < 0 && errno != EAGAIN) {
        c->has_failed = true;
        bytes_clear(&c->out);
    }
    return count < 0 ? 0 : (size_t)count;
}

static void
write_queued(struct client *c)
{
    size_t len = bytes_len(&c->out);
    size_t count =
        write_some(c, bytes_peek(&c->out), len < WRITE_MAX ? len : WRITE_MAX);

    bytes_drop(&c->out, count);
}

/* Returns 0, or -errno when it does not fit and the client is dropped. */
static int
enqueue(struct client *c, const void *bytes, size_t len)
{
    struct text *t = c->text;
    int r = bytes_push(&c->out, bytes, len);

    if (r == 0) {
        return 0;
    }
    if (log_limit_allows(&t->slow_limit, loop_now_us(t->loop))) {
        log_warning("text: client %u closed: %s", c->id,
                    r == -ENOBUFS ? "it reads too slowly" : strerror(-r));
    }
    drop_client(c);
    return r;
}

void
text_send(struct text *t, const void *bytes, size_t len)
{
    for (int i = 0; i < TEXT_CLIENTS_MAX; i++) {
        struct client *c = &t->clients[i];
        size_t done = 0;
        if (!is_open(c) || c->has_finished || c->has_failed) {
            continue;
        }
        if (bytes_len(&c->out) == 0) {
            done = write_some(c, bytes, len);
        }
        if (!c->has_failed) {
            (void)enqueue(c, (const char *)bytes + done, len - done);
        }
        settle(c);
    }
}

int
text_send_to(struct text *t, unsigned client, const void *bytes, size_t len)
{
    for (int i = 0; i < TEXT_CLIENTS_MAX; i++) {
        struct client *c = &t->clients[i];
        if (!is_open(c) || c->id != client || c->has_finished ||
            c->has_failed) {
            continue;
        }
        int r = enqueue(c, bytes, len);
        settle(c);
        return r;
    }
    return 0;
}

bool
text_is_behind(const struct text *t)
{
    for (int i = 0; i < TEXT_CLIENTS_MAX; i++) {
        const struct client *c = &t->clients[i];
        if (is_open(c) && bytes_len(&c->out) > 0) {
            return true;
        }
    }
    return false;
}

/* What a read has returned when it has not returned bytes. */
static void
take_end(struct client *c, ssize_t result)
{
    if (result == -EAGAIN) {
        return;
    }
    c->has_finished = true;
    if (result < 0) { /* the connection is lost, both ways */
        c->has_failed = true;
        bytes_clear(&c->out);
    }
}

/*
 * The guest takes nothing. A client that owes it nothing can still go at once;
 * one that has sent something waits.
 */
static void
look_for_end(struct client *c)
{
    char byte;
    ssize_t count;

    do {
        count = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    c->waits = count > 0;
    if (count <= 0) {
        take_end(c, count < 0 ? -errno : 0);
    }
}

/* Hands on what a client has sent, as far as the guest takes it. */
static void
read_input(struct client *c)
{
    struct text *t = c->text;
    uint8_t buffer[TEXT_TURN_MAX];
    size_t room = t->handler->input_room(t->data);

    if (room == 0) {
        look_for_end(c);
        return;
    }
    c->waits = false;
    ssize_t count =
        fd_read(c->fd, buffer, room < sizeof(buffer) ? room : sizeof(buffer));
    if (count <= 0) {
        take_end(c, count);
        return;
    }
    t->next = (int)(c - t->clients + 1) % TEXT_CLIENTS_MAX;
    t->handler->on_input(t->data, buffer, (size_t)count);
}

static void
on_ready(void *data, unsigned events)
{
    struct client *c = data;

    if ((events & LOOP_READ) != 0) {
        read_input(c);
    }
    if ((events & LOOP_WRITE) != 0 && bytes_len(&c->out) > 0) {
        write_queued(c);
    }
    settle(c);
}

void
text_resume(struct text *t)
{
    int first = t->next;

    /* In turn, or one that never stops sending would be the only one to find
     * room. Who finds none goes on waiting. */
    for (int i = 0; i < TEXT_CLIENTS_MAX; i++) {
        struct client *c = &t->clients[(first + i) % TEXT_CLIENTS_MAX];
        if (!is_open(c) || !c->waits) {
            continue;
        }
        if (t->handler->input_room(t->data) == 0) {
            break;
        }
        read_input(c);
        settle(c);
    }
}

/*
 * Whether the peer has ended or lost its connection. For one that waits, this
 * is behind bytes that nobody reads yet.
 */
static bool
is_leaving(const struct client *c)
{
    struct pollfd p = {.fd = c->fd, .events = POLLRDHUP};

    return c->has_finished || c->has_failed || (c->waits && poll(&p, 1, 0) > 0);
}

/*
 * A free place. A client that has left but for the bytes that the guest does
 * not take keeps them for it, until somebody needs the place. Returns NULL when
 * everybody is there.
 */
static struct client *
find_place(struct text *t)
{
    struct client *leaving = NULL;

    for (int i = 0; i < TEXT_CLIENTS_MAX; i++) {
        if (!is_open(&t->clients[i])) {
            return &t->clients[i];
        }
    }
    for (int i = 0; i < TEXT_CLIENTS_MAX; i++) {
        struct client *c = &t->clients[i];
        bool is_older = leaving == NULL || c->id < leaving->id;
        if (is_older && is_leaving(c)) {
            leaving = c;
        }
    }
    if (leaving != NULL) {
        if (log_limit_allows(&t->full_limit, loop_now_us(t->loop))) {
            log_warning("text: client %u closed: it has left, and its place is "
                        "needed",
                        leaving->id);
        }
        drop_client(leaving);
    }
    return leaving;
}

/* Takes over `fd` on success. Returns 0 or -errno. */
static int
open_client(struct text *t, struct client *c, int fd)
{
    int one = 1;
    struct loop_fd *watcher;
    int r =
        loop_fd_new(&watcher, t->loop, fd, LOOP_PRIORITY_VIEWER, on_ready, c);

    if (r < 0) {
        return r;
    }
    /* Does not fail for TCP; without it, echoes of single keys come late. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    t->last_id++;
    *c = (struct client){
        .text = t, .id = t->last_id, .fd = fd, .watcher = watcher};
    bytes_init(&c->out, TEXT_QUEUE_MAX);
    return 0;
}

static void
admit(struct text *t, int fd)
{
    uint64_t now_us = loop_now_us(t->loop);
    struct client *c = find_place(t);

    if (c == NULL) {
        fd_close(&fd);
        if (log_limit_allows(&t->full_limit, now_us)) {
            log_warning("text: client refused: %d are connected",
                        TEXT_CLIENTS_MAX);
        }
        return;
    }
    int r = open_client(t, c, fd);
    if (r < 0) {
        fd_close(&fd);
        if (log_limit_allows(&t->accept_limit, now_us)) {
            log_warning_errno(-r, "text: cannot serve a client");
        }
        return;
    }
    if (log_limit_allows(&t->arrival_limit, now_us)) {
        log_info("text: client %u connected", c->id);
    }
    if (t->handler->on_client != NULL) {
        t->handler->on_client(t->data, c->id);
    }
    settle(c);
}

static void
admit_in_time(struct text *t, int fd)
{
    uint64_t begin_us = loop_now_us(t->loop);

    admit(t, fd);
    uint64_t took_us = loop_now_us(t->loop) - begin_us;
    if (took_us >= WELCOME_US) {
        pause_accepting(t, (WELCOME_SHARE - 1) * took_us);
    }
}

/* One in a turn: so everybody else is served between two newcomers. */
static void
on_connection(void *data, unsigned events)
{
    struct text *t = data;
    int fd = listen_accept(t->listener);

    (void)events; /* only reading was asked for */
    if (fd >= 0) {
        admit_in_time(t, fd);
    } else if (fd != -EAGAIN && fd != -ECONNABORTED) {
        /* A connection that waits would wake us for ever. */
        t->lacks_descriptors = true;
        pause_accepting(t, ACCEPT_RETRY_US);
        if (log_limit_allows(&t->accept_limit, loop_now_us(t->loop))) {
            log_warning_errno(-fd, "text: cannot accept a client");
        }
    }
}

int
text_new(struct text **out, struct loop *loop, int listener,
         const struct text_handler *handler, void *data)
{
    struct text *t = xcalloc(1, sizeof(*t));

    t->loop = loop;
    t->handler = handler;
    t->data = data;
    t->listener = listener;
    for (int i = 0; i < TEXT_CLIENTS_MAX; i++) {
        t->clients[i].fd = -1;
    }
    /* What is typed comes before what the guest writes, so that the guest gets
     * it in the turn in which it came, also in a flood. */
    int r = loop_fd_new(&t->listener_watcher, loop, listener,
                        LOOP_PRIORITY_VIEWER, on_connection, t);
    if (r < 0) {
        free(t);
        return r;
    }
    loop_timer_new(&t->accepting, loop, LOOP_PRIORITY_VIEWER, accept_again, t);
    loop_fd_want(t->listener_watcher, LOOP_READ);
    *out = t;
    return 0;
}

void
text_free(struct text *t)
{
    if (t == NULL) {
        return;
    }
    for (int i = 0; i < TEXT_CLIENTS_MAX; i++) {
        if (is_open(&t->clients[i])) {
            close_client(&t->clients[i]);
        }
    }
    loop_timer_free(t->accepting);
    loop_fd_free(t->listener_watcher);
    free(t);
}
