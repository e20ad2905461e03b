/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/listen.h"
#include "base/log.h"
#include "console/text.h"
#include "fakes/fake_loop.h"

enum {
    FDS_MAX = 256,
    TURNS_MAX = 1000000,
    WAIT_MS = 20000, /* what takes longer has failed */
    PEERS_MAX = 64,
    INPUT_MAX = 1 << 20,
    PIECE = 16 << 10, /* of output, as the stream gives it */
    NO_ROOM = 0,
    MUCH_ROOM = INPUT_MAX,
};

/* A client: a real connection over the loopback. */
struct peer {
    int fd;
    uint8_t *got;
    size_t len;
    size_t capacity;
    bool is_closed; /* by the server */
};

/* The fake loop decides what is looked at; sockets are real. */
struct fixture {
    struct loop *loop;
    struct text *text;
    int listener;
    struct sockaddr_in address;
    struct peer peers[PEERS_MAX];
    int peer_count;

    size_t room; /* that the guest has */
    uint8_t *input;
    size_t input_len;
    size_t longest_input;

    int arrivals;
    unsigned last_client;
    const char *greeting;       /* sent from within on_client, or NULL */
    uint64_t greeting_takes_us; /* of the fake loop's time */
};

static size_t
input_room(void *data)
{
    const struct fixture *f = data;

    return f->room;
}

static void
on_input(void *data, const void *bytes, size_t len)
{
    struct fixture *f = data;

    assert_true(len > 0 && len <= f->room);
    f->room -= len;
    assert_true(f->input_len + len <= INPUT_MAX);
    memcpy(f->input + f->input_len, bytes, len);
    f->input_len += len;
    f->longest_input = len > f->longest_input ? len : f->longest_input;
}

static void
on_client(void *data, unsigned client)
{
    struct fixture *f = data;

    f->arrivals++;
    f->last_client = client;
    for (size_t i = 0; f->greeting != NULL && f->greeting[i] != '\0'; i++) {
        assert_int_equal(text_send_to(f->text, client, f->greeting + i, 1), 0);
    }
    if (f->greeting_takes_us > 0) {
        fake_loop_advance_us(f->loop, f->greeting_takes_us);
    }
}

static const struct text_handler handler = {
    .input_room = input_room,
    .on_input = on_input,
    .on_client = on_client,
};

static int
set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct in_addr loopback = {.s_addr = htonl(INADDR_LOOPBACK)};
    uint16_t port = 0;

    assert_non_null(f);
    log_set_level(LOG_LEVEL_ERROR);
    f->input = malloc(INPUT_MAX);
    assert_non_null(f->input);
    f->room = MUCH_ROOM;
    f->listener = listen_tcp(loopback, 0, &port);
    assert_true(f->listener >= 0);
    f->address = (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = loopback};
    fake_loop_new(&f->loop);
    assert_int_equal(text_new(&f->text, f->loop, f->listener, &handler, f), 0);
    *state = f;
    return 0;
}

static int
tear_down(void **state)
{
    struct fixture *f = *state;

    text_free(f->text);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
    loop_free(f->loop); /* checks that nothing is watched */
    for (int i = 0; i < f->peer_count; i++) {
        fd_close(&f->peers[i].fd);
        free(f->peers[i].got);
    }
    fd_close(&f->listener);
    free(f->input);
    free(f);
    return 0;
}

/*
 * Handles what is ready now, each descriptor once, as one turn of the loop
 * does. Returns whether there was something.
 */
static bool
turn(struct fixture *f, int wait_ms)
{
    struct pollfd wanted[FDS_MAX];
    nfds_t count = 0;

    for (int fd = 3; fd < FDS_MAX; fd++) {
        unsigned events = fake_loop_wanted(f->loop, fd);
        if (events != 0) {
            wanted[count++] = (struct pollfd){
                .fd = fd,
                .events = (short)((events & LOOP_READ ? POLLIN : 0) |
                                  (events & LOOP_WRITE ? POLLOUT : 0))};
        }
    }
    bool is_busy = poll(wanted, count, wait_ms) > 0;
    for (nfds_t i = 0; i < count; i++) {
        short found = wanted[i].revents;
        bool is_broken = (found & (POLLHUP | POLLERR)) != 0;
        unsigned events = (found & POLLIN || is_broken ? LOOP_READ : 0U) |
                          (found & POLLOUT || is_broken ? LOOP_WRITE : 0U);
        if (events != 0) {
            fake_loop_ready(f->loop, wanted[i].fd, events);
        }
    }
    fake_loop_run_pending(f->loop);
    return is_busy;
}

/* Handles all that is ready, and what becomes ready by that. */
static void
run(struct fixture *f)
{
    for (int turns = 0; turn(f, 0); turns++) {
        assert_true(turns < TURNS_MAX);
    }
}

/* How many descriptors besides the listener are watched for one of `events`. */
static int
count_wanting(const struct fixture *f, unsigned events)
{
    int count = 0;

    for (int fd = 3; fd < FDS_MAX; fd++) {
        bool is_wanted = (fake_loop_wanted(f->loop, fd) & events) != 0;
        count += is_wanted && fd != f->listener ? 1 : 0;
    }
    return count;
}

static int
count_watched(const struct fixture *f)
{
    return count_wanting(f, LOOP_READ | LOOP_WRITE);
}

static struct peer *
connect_with(struct fixture *f, int receive_buffer)
{
    struct peer *p = &f->peers[f->peer_count];

    assert_true(f->peer_count < PEERS_MAX);
    f->peer_count++;
    p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(p->fd >= 0);
    if (receive_buffer > 0) {
        assert_int_equal(setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF,
                                    &receive_buffer, sizeof(receive_buffer)),
                         0);
    }
    assert_int_equal(connect(p->fd, (const struct sockaddr *)&f->address,
                             sizeof(f->address)),
                     0);
    assert_int_equal(fd_set_nonblock(p->fd), 0);
    return p;
}

/* A client that is known to be refused or accepted. */
static struct peer *
connect_peer(struct fixture *f)
{
    struct peer *p = connect_with(f, 0);

    assert_true(turn(f, WAIT_MS));
    run(f);
    return p;
}

/* Reads what is there. Returns whether there was something. */
static bool
peer_reads(struct peer *p)
{
    enum {
        READ = 64 << 10
    };

    if (p->is_closed) {
        return false;
    }
    if (p->capacity - p->len < READ) {
        p->capacity = p->capacity * 2 + READ;
        p->got = realloc(p->got, p->capacity);
        assert_non_null(p->got);
    }
    ssize_t count = fd_read(p->fd, p->got + p->len, READ);
    p->is_closed = count == 0 || count == -ECONNRESET;
    assert_true(count >= 0 || count == -EAGAIN || p->is_closed);
    p->len += count > 0 ? (size_t)count : 0;
    return count > 0;
}

static void
await_peer(struct peer *p)
{
    struct pollfd in = {.fd = p->fd, .events = POLLIN};

    assert_int_equal(poll(&in, 1, WAIT_MS), 1);
}

/* Waits for exactly these bytes. */
static void
expect_received(struct fixture *f, struct peer *p, const void *bytes,
                size_t len)
{
    while (p->len < len) {
        run(f);
        await_peer(p);
        assert_true(peer_reads(p));
    }
    run(f);
    (void)peer_reads(p);
    assert_int_equal(p->len, len);
    assert_memory_equal(p->got, bytes, len);
    p->len = 0;
}

static void
expect_closed(struct fixture *f, struct peer *p)
{
    while (!p->is_closed) {
        run(f);
        await_peer(p);
        (void)peer_reads(p);
    }
}

static void
peer_sends(const struct peer *p, const void *bytes, size_t len)
{
    assert_int_equal(send(p->fd, bytes, len, MSG_NOSIGNAL), len);
}

/* Waits until the guest has got so much. */
static void
await_input(struct fixture *f, size_t len)
{
    while (f->input_len < len) {
        assert_true(turn(f, WAIT_MS));
    }
    run(f);
    assert_int_equal(f->input_len, len);
}

/* The client wants to say no more, but listens. */
static void
peer_finishes(const struct peer *p)
{
    assert_int_equal(shutdown(p->fd, SHUT_WR), 0);
}

/* The connection is lost. */
static void
peer_resets(struct peer *p)
{
    struct linger at_once = {.l_onoff = 1};

    assert_int_equal(
        setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
    fd_close(&p->fd);
}

/* Each part differs from its neighbours. */
static uint8_t *
new_pattern(size_t len)
{
    uint8_t *bytes = malloc(len);

    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)(i ^ (i >> 8) ^ (i >> 16));
    }
    return bytes;
}

/* A client whose bytes the guest does not take: they are with the kernel. */
static struct peer *
connect_waiting_peer(struct fixture *f, const void *bytes, size_t len)
{
    size_t room = f->room;
    int watched = count_watched(f);
    struct peer *p = connect_peer(f);

    f->room = NO_ROOM;
    peer_sends(p, bytes, len);
    while (count_watched(f) > watched) {
        assert_true(turn(f, WAIT_MS));
    }
    f->room = room;
    return p;
}

static void
every_byte_passes_unchanged_both_ways(void **state)
{
    struct fixture *f = *state;
    static const uint8_t telnet[] = {0xff, 0xfd, 0x01}; /* DO ECHO */
    uint8_t all[256 + sizeof(telnet)];

    for (int i = 0; i < 256; i++) {
        all[i] = (uint8_t)i;
    }
    memcpy(all + 256, telnet, sizeof(telnet));
    struct peer *p = connect_peer(f);
    peer_sends(p, all, sizeof(all));
    await_input(f, sizeof(all));
    assert_memory_equal(f->input, all, sizeof(all));
    text_send(f->text, all, sizeof(all));
    expect_received(f, p, all, sizeof(all));
}

static void
nothing_is_sent_to_a_client_that_connects(void **state)
{
    struct fixture *f = *state;

    text_send(f->text, "before", 6);
    struct peer *p = connect_peer(f);
    assert_int_equal(f->arrivals, 1);
    text_send(f->text, "behind", 6);
    expect_received(f, p, "behind", 6);
}

static void
output_goes_to_every_client(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < TEXT_CLIENTS_MAX; i++) {
        (void)connect_peer(f);
    }
    assert_false(text_is_behind(f->text));
    text_send(f->text, "out", 3);
    for (int i = 0; i < TEXT_CLIENTS_MAX; i++) {
        expect_received(f, &f->peers[i], "out", 3);
    }
}

static void
idle_clients_are_only_read_and_arm_no_timer(void **state)
{
    struct fixture *f = *state;
    struct peer *p = connect_peer(f);

    peer_sends(p, "x", 1);
    await_input(f, 1);
    text_send(f->text, "x", 1);
    expect_received(f, p, "x", 1);
    assert_int_equal(count_watched(f), 1);
    assert_false(turn(f, 0));
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
    assert_int_equal(fake_loop_wanted(f->loop, f->listener), LOOP_READ);
}

/* The byte `i` of what client `c` sends says both. */
static uint8_t
marked_byte(int c, size_t i)
{
    return (uint8_t)(c << 6 | (int)(i % 61));
}

static void
inputs_are_mixed_without_loss(void **state)
{
    enum {
        CLIENTS = 4,
        LEN = 50000
    };
    struct fixture *f = *state;
    size_t seen[CLIENTS] = {0};

    for (int c = 0; c < CLIENTS; c++) {
        uint8_t bytes[LEN];
        for (size_t i = 0; i < LEN; i++) {
            bytes[i] = marked_byte(c, i);
        }
        peer_sends(connect_peer(f), bytes, LEN);
    }
    await_input(f, (size_t)CLIENTS * LEN);
    for (size_t i = 0; i < f->input_len; i++) {
        int c = f->input[i] >> 6;
        assert_int_equal(f->input[i], marked_byte(c, seen[c]));
        seen[c]++;
    }
    assert_true(f->longest_input <= TEXT_TURN_MAX);
}

static void
clients_wait_while_the_guest_takes_nothing(void **state)
{
    struct fixture *f = *state;
    size_t len = 60000;
    uint8_t *all = new_pattern(len);

    f->room = NO_ROOM;
    (void)connect_waiting_peer(f, all, len);
    assert_false(turn(f, 0));
    text_resume(f->text); /* there is no room yet */
    assert_false(turn(f, 0));

    while (f->input_len < len) {
        f->room = 1000;
        text_resume(f->text);
        run(f);
        assert_int_equal(f->room, 0);
    }
    assert_int_equal(f->input_len, len);
    assert_memory_equal(f->input, all, len);
    free(all);
}

static void
output_goes_on_while_a_client_waits(void **state)
{
    struct fixture *f = *state;

    f->room = NO_ROOM;
    struct peer *p = connect_waiting_peer(f, "keys", 4);
    text_send(f->text, "out", 3);
    expect_received(f, p, "out", 3);
    f->room = MUCH_ROOM;
    text_resume(f->text);
    assert_int_equal(f->input_len, 4);
}

static void
clients_that_wait_are_served_in_turn(void **state)
{
    enum {
        CLIENTS = 4,
        LEN = 50000,
        ROOM = 100,
        TURNS = 40
    };
    struct fixture *f = *state;
    size_t seen[CLIENTS] = {0};
    uint8_t bytes[LEN];

    f->room = NO_ROOM;
    for (int c = 0; c < CLIENTS; c++) {
        memset(bytes, c, sizeof(bytes));
        (void)connect_waiting_peer(f, bytes, sizeof(bytes));
    }
    for (int i = 0; i < TURNS; i++) {
        f->room = ROOM;
        text_resume(f->text);
        run(f);
    }
    for (size_t i = 0; i < f->input_len; i++) {
        seen[f->input[i]]++;
    }
    for (int c = 0; c < CLIENTS; c++) {
        assert_int_equal(seen[c], ROOM * TURNS / CLIENTS);
    }
}

static void
a_client_that_does_not_read_is_closed(void **state)
{
    struct fixture *f = *state;
    size_t bound = (size_t)32 << 20; /* its queue, and the kernel's */
    uint8_t *all = new_pattern(bound);
    size_t sent = 0;

    struct peer *slow = connect_with(f, 4096);
    struct peer *other = connect_peer(f);
    assert_int_equal(f->arrivals, 2);
    while (count_watched(f) == 2 && sent < bound) {
        text_send(f->text, all + sent, PIECE);
        sent += PIECE;
        while (turn(f, 0) || peer_reads(other)) {
        }
    }
    assert_true(sent > TEXT_QUEUE_MAX && sent < bound);
    assert_false(text_is_behind(f->text));
    expect_received(f, other, all, sent);
    expect_closed(f, slow);
    assert_memory_equal(slow->got, all, slow->len);

    peer_sends(other, "still here", 10);
    await_input(f, 10);
    free(all);
}

static void
a_client_that_reads_late_gets_every_byte(void **state)
{
    enum {
        ROUNDS = 3
    };
    struct fixture *f = *state;
    size_t len = (size_t)48 << 20;
    uint8_t *all = new_pattern(len);
    size_t sent = 0;

    struct peer *p = connect_with(f, 4096);
    assert_true(turn(f, WAIT_MS));
    for (int round = 0; round < ROUNDS; round++) {
        size_t begin = sent;
        while (!text_is_behind(f->text)) {
            text_send(f->text, all + sent, PIECE);
            sent += PIECE;
        }
        text_send(f->text, all + sent, TEXT_QUEUE_MAX - PIECE);
        sent += TEXT_QUEUE_MAX - PIECE;
        assert_true(sent < len - TEXT_QUEUE_MAX);
        expect_received(f, p, all + begin, sent - begin);
        assert_false(text_is_behind(f->text));
    }
    assert_int_equal(count_wanting(f, LOOP_READ), 1);
    assert_int_equal(count_wanting(f, LOOP_WRITE), 0);
    free(all);
}

static void
one_client_more_than_there_are_places_is_closed(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < TEXT_CLIENTS_MAX; i++) {
        (void)connect_peer(f);
    }
    struct peer *refused = connect_peer(f);
    expect_closed(f, refused);
    assert_int_equal(refused->len, 0);
    assert_int_equal(f->arrivals, TEXT_CLIENTS_MAX);

    fd_close(&f->peers[3].fd);
    while (count_watched(f) == TEXT_CLIENTS_MAX) {
        assert_true(turn(f, WAIT_MS));
    }
    struct peer *welcome = connect_peer(f);
    assert_int_equal(f->arrivals, TEXT_CLIENTS_MAX + 1);
    text_send(f->text, "out", 3);
    expect_received(f, welcome, "out", 3);
}

static void
the_end_of_a_client_comes_behind_what_it_has_sent(void **state)
{
    struct fixture *f = *state;
    uint8_t *all = new_pattern(30000);

    f->room = NO_ROOM;
    struct peer *p = connect_waiting_peer(f, all, 30000);
    peer_finishes(p);
    assert_false(turn(f, 0));
    while (f->input_len < 30000) {
        assert_false(peer_reads(p) || p->is_closed);
        f->room = 1000;
        text_resume(f->text);
        run(f);
    }
    f->room = 1000;
    text_resume(f->text);
    expect_closed(f, p);
    assert_memory_equal(f->input, all, 30000);
    assert_int_equal(count_watched(f), 0);
    free(all);
}

static void
a_client_that_ends_gets_what_was_written_before(void **state)
{
    struct fixture *f = *state;
    size_t len = (size_t)8 << 20;
    uint8_t *all = new_pattern(len);
    struct peer *p = connect_with(f, 4096);
    size_t sent = 0;

    assert_true(turn(f, WAIT_MS));
    while (!text_is_behind(f->text)) {
        assert_true(sent < len);
        text_send(f->text, all + sent, PIECE);
        sent += PIECE;
    }
    peer_finishes(p);
    while (count_wanting(f, LOOP_READ) > 0) {
        assert_true(turn(f, WAIT_MS));
    }
    text_send(f->text, "too late", 8);
    expect_closed(f, p);
    assert_int_equal(p->len, sent);
    assert_memory_equal(p->got, all, sent);
    free(all);
}

static void
a_client_that_owes_nothing_goes_while_the_guest_takes_nothing(void **state)
{
    struct fixture *f = *state;
    struct peer *ended = connect_peer(f);
    struct peer *lost = connect_peer(f);

    f->room = NO_ROOM;
    fd_close(&ended->fd);
    peer_resets(lost);
    while (count_watched(f) > 0) {
        assert_true(turn(f, WAIT_MS));
    }
    /* Nothing is left that a resume could look at. */
    f->room = MUCH_ROOM;
    text_resume(f->text);
    assert_int_equal(f->input_len, 0);
}

static void
what_a_client_has_sent_outlives_its_connection(void **state)
{
    struct fixture *f = *state;

    f->room = NO_ROOM;
    struct peer *p = connect_waiting_peer(f, "last words", 10);
    peer_resets(p);
    assert_false(turn(f, 0)); /* a hang-up that nobody looks at wakes nobody */

    /* That it is gone is met by writing; nothing is kept for it. */
    text_send(f->text, "out", 3);
    assert_false(text_is_behind(f->text));
    assert_false(turn(f, 0));

    f->room = MUCH_ROOM;
    text_resume(f->text);
    run(f);
    assert_int_equal(f->input_len, 10);
    assert_memory_equal(f->input, "last words", 10);
    assert_int_equal(count_watched(f), 0);
}

/* A client that reads nothing, with as much in its queue as it may have. */
static struct peer *
connect_behind(struct fixture *f)
{
    uint8_t *piece = new_pattern(PIECE);
    struct peer *p = connect_with(f, 4096);

    assert_true(turn(f, WAIT_MS));
    while (!text_is_behind(f->text)) {
        text_send(f->text, piece, PIECE);
        run(f);
    }
    free(piece);
    return p;
}

static void
a_client_that_is_lost_with_a_full_queue_wakes_nobody(void **state)
{
    struct fixture *f = *state;
    struct peer *p = connect_behind(f);

    f->room = NO_ROOM;
    peer_sends(p, "x", 1);
    peer_resets(p);
    while (text_is_behind(f->text)) {
        assert_true(turn(f, WAIT_MS));
    }
    run(f);
    assert_int_equal(count_watched(f), 0);
}

static void
who_has_left_gives_its_place_to_a_newcomer(void **state)
{
    struct fixture *f = *state;

    f->room = NO_ROOM;
    for (int i = 0; i < TEXT_CLIENTS_MAX; i++) {
        (void)connect_waiting_peer(f, "k", 1);
    }
    struct peer *refused = connect_peer(f);
    expect_closed(f, refused);

    peer_resets(&f->peers[5]);
    fd_close(&f->peers[2].fd);
    struct peer *first = connect_peer(f);
    struct peer *second = connect_peer(f);
    refused = connect_peer(f);
    expect_closed(f, refused);

    text_send(f->text, "out", 3);
    expect_received(f, first, "out", 3);
    expect_received(f, second, "out", 3);
    expect_received(f, &f->peers[0], "out", 3);
    f->room = MUCH_ROOM;
    text_resume(f->text);
    assert_int_equal(f->input_len, TEXT_CLIENTS_MAX - 2);
}

static void
the_oldest_of_those_who_have_left_gives_its_place(void **state)
{
    struct fixture *f = *state;

    f->room = NO_ROOM;
    for (int i = 0; i < TEXT_CLIENTS_MAX; i++) {
        char name = (char)('a' + i);
        (void)connect_waiting_peer(f, &name, 1);
    }
    peer_resets(&f->peers[5]);
    peer_resets(&f->peers[2]);
    (void)connect_peer(f);
    f->room = MUCH_ROOM;
    text_resume(f->text);
    assert_int_equal(f->input_len, TEXT_CLIENTS_MAX - 1);
    assert_null(memchr(f->input, 'c', f->input_len));
}

static void
bytes_for_one_client_come_first_and_reach_nobody_else(void **state)
{
    struct fixture *f = *state;

    struct peer *other = connect_peer(f);
    f->greeting = "the screen so far";
    struct peer *p = connect_with(f, 0);
    assert_true(turn(f, WAIT_MS));
    text_send(f->text, "out", 3);
    expect_received(f, p, "the screen so farout", 20);
    expect_received(f, other, "out", 3);
}

static void
bytes_for_one_client_have_a_bound(void **state)
{
    struct fixture *f = *state;
    uint8_t *all = new_pattern(TEXT_QUEUE_MAX);

    struct peer *p = connect_peer(f);
    assert_int_equal(text_send_to(f->text, f->last_client, all, TEXT_QUEUE_MAX),
                     0);
    expect_received(f, p, all, TEXT_QUEUE_MAX);
    assert_int_equal(text_send_to(f->text, f->last_client, all, TEXT_QUEUE_MAX),
                     0);
    assert_int_equal(text_send_to(f->text, f->last_client, all, 1), -ENOBUFS);
    expect_closed(f, p);
    assert_int_equal(count_watched(f), 0);
    free(all);
}

static void
bytes_for_a_client_that_has_gone_reach_nobody(void **state)
{
    struct fixture *f = *state;
    struct peer *gone = connect_peer(f);
    unsigned client = f->last_client;

    fd_close(&gone->fd);
    while (count_watched(f) > 0) {
        assert_true(turn(f, WAIT_MS));
    }
    struct peer *p = connect_peer(f);
    assert_true(f->last_client != client);
    assert_int_equal(text_send_to(f->text, client, "wrong", 5), 0);
    text_send(f->text, "out", 3);
    expect_received(f, p, "out", 3);
}

static void
clients_wait_outside_while_descriptors_have_run_out(void **state)
{
    struct fixture *f = *state;
    struct rlimit old;

    struct peer *inside = connect_peer(f);
    struct peer *outside = connect_with(f, 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    struct rlimit none = {.rlim_cur = 3, .rlim_max = old.rlim_max};
    struct pollfd in = {.fd = f->listener, .events = POLLIN};
    assert_int_equal(poll(&in, 1, WAIT_MS), 1);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    fake_loop_ready(f->loop, f->listener, LOOP_READ);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_int_equal(fake_loop_wanted(f->loop, f->listener), 0);
    assert_int_equal(fake_loop_count_armed(f->loop), 1);

    /* One that goes makes room; else it is tried again later. */
    fd_close(&inside->fd);
    while (f->arrivals < 2) {
        assert_true(turn(f, WAIT_MS));
    }
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
    text_send(f->text, "out", 3);
    expect_received(f, outside, "out", 3);
}

static void
accepting_is_tried_again_after_a_while(void **state)
{
    struct fixture *f = *state;
    struct rlimit old;

    struct peer *p = connect_with(f, 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    struct rlimit none = {.rlim_cur = 3, .rlim_max = old.rlim_max};
    struct pollfd in = {.fd = f->listener, .events = POLLIN};
    assert_int_equal(poll(&in, 1, WAIT_MS), 1);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    fake_loop_ready(f->loop, f->listener, LOOP_READ);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_int_equal(f->arrivals, 0);

    fake_loop_advance_us(f->loop, 1000000);
    run(f);
    assert_int_equal(f->arrivals, 1);
    text_send(f->text, "out", 3);
    expect_received(f, p, "out", 3);
}

static void
newcomers_that_cost_time_are_admitted_at_a_distance(void **state)
{
    struct fixture *f = *state;

    f->greeting_takes_us = 10000;
    struct peer *first = connect_peer(f);
    assert_int_equal(f->arrivals, 1);
    (void)connect_with(f, 0);
    fd_close(&first->fd); /* coming and going does not help */
    while (count_watched(f) > 0) {
        assert_true(turn(f, WAIT_MS));
    }
    fake_loop_advance_us(f->loop, 39999);
    assert_int_equal(fake_loop_wanted(f->loop, f->listener), 0);
    assert_int_equal(f->arrivals, 1);
    fake_loop_advance_us(f->loop, 1);
    assert_true(turn(f, WAIT_MS));
    assert_int_equal(f->arrivals, 2);
    fake_loop_advance_us(f->loop, 1000000);
    assert_int_equal(fake_loop_wanted(f->loop, f->listener), LOOP_READ);
}

static void
freeing_closes_clients_in_every_state(void **state)
{
    struct fixture *f = *state;
    struct peer *behind = connect_behind(f);
    struct peer *idle = connect_peer(f);
    f->room = NO_ROOM;
    struct peer *waiting = connect_waiting_peer(f, "k", 1);
    struct peer *lost = connect_waiting_peer(f, "k", 1);
    peer_resets(lost);

    text_free(f->text);
    f->text = NULL;
    expect_closed(f, behind);
    expect_closed(f, idle);
    expect_closed(f, waiting);
    assert_int_equal(count_watched(f), 0);
    assert_int_equal(fake_loop_wanted(f->loop, f->listener), 0);
    assert_true(fcntl(f->listener, F_GETFD) >= 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        T(every_byte_passes_unchanged_both_ways),
        T(nothing_is_sent_to_a_client_that_connects),
        T(output_goes_to_every_client),
        T(idle_clients_are_only_read_and_arm_no_timer),
        T(inputs_are_mixed_without_loss),
        T(clients_wait_while_the_guest_takes_nothing),
        T(output_goes_on_while_a_client_waits),
        T(clients_that_wait_are_served_in_turn),
        T(a_client_that_does_not_read_is_closed),
        T(a_client_that_reads_late_gets_every_byte),
        T(one_client_more_than_there_are_places_is_closed),
        T(the_end_of_a_client_comes_behind_what_it_has_sent),
        T(a_client_that_ends_gets_what_was_written_before),
        T(a_client_that_owes_nothing_goes_while_the_guest_takes_nothing),
        T(what_a_client_has_sent_outlives_its_connection),
        T(a_client_that_is_lost_with_a_full_queue_wakes_nobody),
        T(who_has_left_gives_its_place_to_a_newcomer),
        T(the_oldest_of_those_who_have_left_gives_its_place),
        T(bytes_for_one_client_come_first_and_reach_nobody_else),
        T(bytes_for_one_client_have_a_bound),
        T(bytes_for_a_client_that_has_gone_reach_nobody),
        T(clients_wait_outside_while_descriptors_have_run_out),
        T(accepting_is_tried_again_after_a_while),
        T(newcomers_that_cost_time_are_admitted_at_a_distance),
        T(freeing_closes_clients_in_every_state),
#undef T
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
