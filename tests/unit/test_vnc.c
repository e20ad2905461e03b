/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/log.h"
#include "fakes/fake_loop.h"
#include "unit/rfb_client.h"
#include "unit/vnc_fixture.h"
#include "vnc/vnc.h"
#include "vnc/vnc_internal.h"
#include "vnc/wire.h"

static int
open_descriptors(void)
{
    int count = 0;
    DIR *dir = opendir("/proc/self/fd");

    assert_non_null(dir);
    while (readdir(dir) != NULL) {
        count++;
    }
    closedir(dir);
    return count;
}

/* GnuTLS, if LibVNCServer has brought it, asks by this name when it is loaded:
 * the program's answer must come before the library's own. */
static void
tls_that_nobody_uses_is_not_set_up(void **state)
{
    int (*skips)(void) = NULL;
    void *found = dlsym(RTLD_DEFAULT, "_gnutls_global_init_skip");

    (void)state;
    if (found != NULL) {
        memcpy(&skips, &found, sizeof(skips));
        assert_int_equal(skips(), 1);
    }
}

static void
version_3_8_handshake_makes_a_viewer(void **state)
{
    struct fixture *f = *state;

    struct rfb_client *c = fixture_connect(f);
    assert_int_equal(c->size.width, WIDTH);
    assert_int_equal(c->size.height, HEIGHT);
    assert_string_equal(c->name, "test");
    assert_int_equal(vnc_viewers(f->vnc), 1);
    assert_int_equal(f->arrivals, 1);
    assert_int_equal(c->len, 0);
}

static void
version_3_7_has_no_security_result(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect_peer(f);

    fixture_say(f, c, "RFB 003.007\n\1\0", 14);
    rfb_client_expect(c, "RFB 003.008\n\1\1", 14);
    rfb_client_take_init(c);
    assert_int_equal(f->arrivals, 1);
}

static void
version_3_3_is_told_its_security_type(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect_peer(f);

    fixture_say(f, c, "RFB 003.003\n\1", 13);
    rfb_client_expect(c, "RFB 003.008\n\0\0\0\1", 16);
    rfb_client_take_init(c);
    assert_int_equal(f->arrivals, 1);
}

static void
handshake_in_single_bytes_works(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect_peer(f);

    for (int i = 0; i < 14; i++) {
        fixture_say(f, c, &"RFB 003.008\n\1\1"[i], 1);
    }
    rfb_client_expect(c, "RFB 003.008\n\1\1\0\0\0\0", 18);
    rfb_client_take_init(c);
    assert_int_equal(f->arrivals, 1);
}

static void
bad_handshake_is_closed(void **state)
{
    static const char *const bad[] = {
        "GET / HTTP/1.1\r\n",
        "RFB 002.001\n",
        "RFB 003.x08\n",
        "\x16\x03\x01 0123456789",
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct rfb_client *c = fixture_connect_peer(f);
        fixture_say(f, c, bad[i], strlen(bad[i]));
        assert_true(c->is_closed);
    }
    assert_int_equal(f->arrivals, 0);
}

static void
unknown_security_type_is_refused_with_a_reason(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect_peer(f);

    fixture_say(f, c, "RFB 003.008\n\2", 13);
    rfb_client_expect(
        c, "RFB 003.008\n\1\1\0\0\0\1\0\0\0\x15unknown security type", 43);
    assert_true(c->is_closed);
}

static void
handshake_deadline_closes_and_then_nothing_is_armed(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *first = fixture_connect_peer(f);

    fake_loop_advance_us(f->loop, VNC_HANDSHAKE_US / 2);
    struct rfb_client *second = fixture_connect_peer(f);
    fake_loop_advance_us(f->loop, VNC_HANDSHAKE_US / 2);
    rfb_client_read(first, SIZE_MAX);
    rfb_client_read(second, SIZE_MAX);
    assert_true(first->is_closed);
    assert_false(second->is_closed);

    fake_loop_advance_us(f->loop, VNC_HANDSHAKE_US / 2);
    rfb_client_read(second, SIZE_MAX);
    assert_true(second->is_closed);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
}

static void
idle_viewers_arm_no_timer(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_ask_for_all(f, c);
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    fixture_receive(f, c);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
}

static void
oldest_half_open_peer_makes_room(void **state)
{
    struct fixture *f = *state;
    int pair[2];
    int ends[VNC_HALF_OPEN_MAX];
    struct rfb_client *oldest = fixture_connect_peer(f);

    for (int i = 0; i < VNC_HALF_OPEN_MAX; i++) {
        assert_int_equal(
            socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
        ends[i] = pair[0];
        vnc_adopt(f->vnc, pair[1]);
    }
    fixture_run(f);
    rfb_client_read(oldest, SIZE_MAX);
    assert_true(oldest->is_closed);
    char greeting[12];
    for (int i = 0; i < VNC_HALF_OPEN_MAX; i++) {
        assert_int_equal(recv(ends[i], greeting, sizeof(greeting), 0), 12);
        assert_int_equal(recv(ends[i], greeting, 1, 0), -1);
        assert_int_equal(errno, EAGAIN);
        close(ends[i]);
    }
}

static void
viewer_beyond_the_limit_is_told_why(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < VNC_VIEWERS_MAX; i++) {
        (void)fixture_connect(f);
    }
    struct rfb_client *c = fixture_connect_peer(f);
    fixture_say(f, c, "RFB 003.008\n", 12);
    rfb_client_expect(c, "RFB 003.008\n\0\0\0\0\x10too many viewers", 33);
    assert_true(c->is_closed);
    assert_int_equal(vnc_viewers(f->vnc), VNC_VIEWERS_MAX);

    c = fixture_connect_peer(f);
    fixture_say(f, c, "RFB 003.003\n", 12);
    rfb_client_expect(c, "RFB 003.008\n\0\0\0\0\0\0\0\x10too many viewers", 36);
    assert_true(c->is_closed);
}

static void
longest_stalled_viewer_makes_room_when_full(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < VNC_VIEWERS_MAX; i++) {
        (void)fixture_connect(f);
    }
    fixture_paint(f, 1);
    fixture_stall(f, &f->clients[3]);
    fake_loop_advance_us(f->loop, VNC_STALLED_US);
    fixture_stall(f, &f->clients[5]);
    fake_loop_advance_us(f->loop, VNC_STALLED_US);
    assert_int_equal(vnc_viewers(f->vnc), VNC_VIEWERS_MAX);

    (void)fixture_connect(f);
    assert_int_equal(vnc_viewers(f->vnc), VNC_VIEWERS_MAX);
    assert_int_equal(f->arrivals, VNC_VIEWERS_MAX + 1);
    assert_int_equal(f->departures, 1);
    rfb_client_receive(&f->clients[3]);
    assert_true(f->clients[3].is_closed);
    rfb_client_receive(&f->clients[5]);
    assert_false(f->clients[5].is_closed);
}

static void
keys_and_pointers_arrive(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_say(f, c, "\4\1\0\0\0\0\xff\x0d", 8);
    assert_int_equal(f->keys, 1);
    assert_int_equal(f->keysym, 0xff0d);
    fixture_say(f, c, "\5\3\0\2\0\1", 6);
    assert_int_equal(f->pointer_x, 2);
    assert_int_equal(f->pointer_y, 1);
    assert_int_equal(f->buttons, 3);
    fixture_say(f, c, "\5\0\xff\xff\xff\xff", 6);
    assert_int_equal(f->pointer_x, WIDTH - 1);
    assert_int_equal(f->pointer_y, HEIGHT - 1);
}

static void
half_messages_wait_and_do_not_delay_another(void **state)
{
    static const char key[] = "\4\1\0\0\0\0\0z";
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);
    struct rfb_client *other = fixture_connect(f);

    for (size_t i = 0; i < 7; i++) {
        fixture_say(f, c, key + i, 1);
        fixture_say(f, other, "\4\1\0\0\0\0\0y", 8);
        assert_int_equal(f->keys, (int)i + 1);
    }
    fixture_say(f, c, key + 7, 1);
    assert_int_equal(f->keysym, 'z');
}

/* Whatever it is that takes long. */
static void
a_viewer_whose_messages_take_long_does_not_hold_up_others(void **state)
{
    static const uint8_t key_a[] = {4, 1, 0, 0, 0, 0, 0, 'a'};
    static const uint8_t key_b[] = {4, 1, 0, 0, 0, 0, 0, 'b'};
    struct fixture *f = *state;
    struct rfb_client *busy = fixture_connect(f);
    struct rfb_client *other = fixture_connect(f);
    const int said = 200;

    f->key_takes_us = 5000;
    for (int i = 0; i < said; i++) {
        fixture_say(f, busy, key_a, sizeof(key_a));
    }
    f->key_takes_us = 0;
    assert_in_range(f->keys, 1, said / 4);
    int keys = f->keys;
    fixture_say(f, other, key_b, sizeof(key_b));
    assert_int_equal(f->keysym, 'b');
    assert_int_equal(f->keys, keys + 1);

    /* What it has said waits, and is not lost. */
    fixture_advance_ms(f, 10000);
    fixture_run(f);
    assert_int_equal(f->keys, said + 1);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
}

static void
cut_text_of_a_viewer_arrives_as_it_is(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_say(f, c, "\6\0\0\0\0\0\0\4a\xe9\n\xff", 12);
    assert_int_equal(f->cut_texts, 1);
    assert_int_equal(f->cut_text_form, VNC_TEXT_LATIN1);
    assert_string_equal(f->cut_text, "a\xe9\n\xff");
    fixture_say(f, c, "\6\0\0\0\0\0\0\0", 8);
    assert_int_equal(f->cut_texts, 2);
    assert_int_equal(f->cut_text_len, 0);
}

/* Sends a message of `len` bytes in pieces that fit the socket. */
static void
say_cut_text(struct fixture *f, struct rfb_client *c, uint32_t len)
{
    uint8_t header[8] = {6};
    static uint8_t piece[32 << 10];

    wire_put_u32(header + 4, len);
    memset(piece, 'x', sizeof(piece));
    fixture_say(f, c, header, sizeof(header));
    while (len > 0) {
        size_t size = len < sizeof(piece) ? len : sizeof(piece);
        fixture_say(f, c, piece, size);
        len -= (uint32_t)size;
    }
}

static void
cut_text_at_the_limit_arrives_and_a_longer_one_clears_it(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    say_cut_text(f, c, VNC_CUT_TEXT_MAX);
    assert_int_equal(f->cut_texts, 1);
    assert_int_equal(f->cut_text_len, VNC_CUT_TEXT_MAX);
    say_cut_text(f, c, VNC_CUT_TEXT_MAX + 1);
    assert_int_equal(f->cut_text_len, 0);    /* nor is the older one pasted */
    fixture_say(f, c, "\4\1\0\0\0\0\0a", 8); /* the stream is in step */
    assert_int_equal(f->keysym, 'a');
}

static void
extended_cut_text_of_a_plain_viewer_is_swallowed(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_say(f, c, "\6\0\0\0\xff\xff\xff\xfc\1\2\3\4\4\1\0\0\0\0\0b", 20);
    assert_int_equal(f->cut_texts, 0);
    assert_int_equal(f->keysym, 'b');
}

static void
viewers_that_only_see_do_nothing_else(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);
    const int32_t list[] = {0, -308, -1063131698};

    fixture_set_encodings(f, c, list, 3);
    fixture_paint(f, 1);
    fixture_ask_for_all(f, c);
    fixture_assert_same_picture(f, c);
    fixture_say(f, c, "\4\1\0\0\0\0\0k", 8);
    fixture_say(f, c, "\5\1\0\2\0\1", 6);
    fixture_say(f, c, "\6\0\0\0\0\0\0\1x", 9);
    fixture_say(f, c, "\6\0\0\0\xff\xff\xff\xfc\x8\0\0\0", 12);
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    rfb_client_send_desktop_size(c, (struct pixel_size){80, 60});
    vnc_set_cut_text(f->vnc, 0, "ours", 4);
    fixture_receive(f, c);
    assert_int_equal(f->keys + f->pointers + f->cut_texts, 0);
    assert_int_equal(f->size_requests, 0);
    assert_int_equal(c->size_status, 1); /* prohibited */
    assert_int_equal(c->cut_texts, 0);
    assert_false(c->is_closed);
}

static void
cut_text_is_offered_as_latin1(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    vnc_set_cut_text(f->vnc, 0, "a\u00e9\u20ac", 6);
    fixture_receive(f, c);
    assert_int_equal(c->cut_texts, 1);
    assert_string_equal(c->cut_text, "a\xe9?");
    assert_int_equal(c->cut_text_len, 3);
}

static void
cut_text_is_offered_to_one_viewer(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *first = fixture_connect(f);
    struct rfb_client *second = fixture_connect(f);

    vnc_set_cut_text(f->vnc, 1, "yours", 5);
    vnc_set_cut_text(f->vnc, 2, "nobody's", 8);
    fixture_receive(f, first);
    fixture_receive(f, second);
    assert_int_equal(first->cut_texts, 0);
    assert_int_equal(second->cut_texts, 1);
    assert_string_equal(second->cut_text, "yours");
}

static void
stalled_viewer_gets_only_the_newest_cut_text(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_paint(f, 1);
    fixture_stall(f, c);
    vnc_set_cut_text(f->vnc, 0, "old", 3);
    vnc_set_cut_text(f->vnc, 0, "new", 3);
    fixture_receive(f, c);
    assert_int_equal(c->cut_texts, 1);
    assert_string_equal(c->cut_text, "new");
}

static void
bell_rings_at_most_ten_times_a_second(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    for (int i = 0; i < 1000; i++) {
        vnc_bell(f->vnc);
        fixture_advance_ms(f, 1);
    }
    fixture_receive(f, c);
    assert_int_equal(c->bells, 10);
}

static void
half_open_peers_hear_nothing(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect_peer(f);

    vnc_bell(f->vnc);
    vnc_set_cut_text(f->vnc, 0, "x", 1);
    vnc_set_name(f->vnc, "other");
    fixture_say(f, c, "RFB 003.008\n\1\1", 14);
    rfb_client_expect(c, "RFB 003.008\n\1\1\0\0\0\0", 18);
    rfb_client_take_init(c);
    assert_string_equal(c->name, "other");
    assert_int_equal(c->len, 0);
}

static void
name_is_sent_to_those_who_listed_it_and_ask(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);
    struct rfb_client *plain = fixture_connect(f);
    const int32_t list[] = {0, -307};

    fixture_set_encodings(f, c, list, 2);
    fixture_ask_for_all(f, c);
    fixture_ask_for_all(f, plain);
    assert_int_equal(c->names, 1);

    vnc_set_name(f->vnc, "caf\u00e9");
    fixture_receive(f, c);
    assert_int_equal(c->names, 1);
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    rfb_client_request(plain, RFB_CLIENT_CHANGES);
    fixture_receive(f, c);
    fixture_receive(f, plain);
    assert_int_equal(c->names, 2);
    assert_string_equal(c->name, "caf\u00e9");
    assert_int_equal(plain->names, 0);
}

static void
names_are_sent_at_most_ten_times_a_second(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);
    const int32_t list[] = {0, -307};
    char name[16];

    fixture_set_encodings(f, c, list, 2);
    fixture_ask_for_all(f, c);
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    fixture_receive(f, c);
    int before = c->names;

    for (int i = 0; i < 1000; i++) {
        (void)snprintf(name, sizeof(name), "title %d", i);
        vnc_set_name(f->vnc, name);
        fixture_advance_ms(f, 1);
    }
    fixture_advance_ms(f, 100);
    fixture_receive(f, c);
    assert_in_range(c->names - before, 10, 11);
    assert_string_equal(c->name, "title 999");
}

static void
long_name_is_cut_between_characters(void **state)
{
    struct fixture *f = *state;
    char name[200] = {0};

    /* The limit falls behind a character, and then into one. */
    for (size_t odd = 1; odd <= 2; odd++) {
        memset(name, 'a', odd);
        for (size_t i = odd; i + 2 < sizeof(name); i += 2) {
            name[i] = '\xc3';
            name[i + 1] = '\xa9';
        }
        vnc_set_name(f->vnc, name);
        struct rfb_client *c = fixture_connect(f);
        assert_int_equal(strlen(c->name), VNC_NAME_MAX + 1 - odd);
    }
}

static void
too_many_encodings_are_cut_off_and_the_stream_stays_in_step(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);
    static int32_t list[20000];

    list[0] = 5;
    list[300] = -308; /* beyond what is kept */
    fixture_set_encodings(f, c, list, 20000);
    fixture_ask_for_all(f, c);
    assert_int_equal(c->sizes, 0);
    fixture_say(f, c, "\4\1\0\0\0\0\0q", 8);
    assert_int_equal(f->keysym, 'q');
}

static void
every_message_type_with_rubbish_is_survived(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *healthy = fixture_connect(f);
    uint8_t rubbish[2000];

    srand(2);
    for (int type = 0; type < 256; type++) {
        for (int fill = 0; fill < 3; fill++) {
            struct rfb_client *c = fixture_connect(f);
            for (size_t i = 0; i < sizeof(rubbish); i++) {
                rubbish[i] = (uint8_t)(fill == 0   ? 0
                                       : fill == 1 ? 255
                                                   : rand());
            }
            rubbish[0] = (uint8_t)type;
            rfb_client_send(c, rubbish, sizeof(rubbish));
            fixture_run(f);
            rfb_client_fini(c);
            f->client_count--;
            fixture_run(f);
            assert_int_equal(vnc_viewers(f->vnc), 1);
        }
    }
    f->keys = 0;
    fixture_say(f, healthy, "\4\1\0\0\0\0\0w", 8);
    assert_int_equal(f->keys, 1);
}

static void
pixel_formats_that_the_library_cannot_serve_close(void **state)
{
    struct fixture *f = *state;
    uint8_t message[20] = {0,   0, 0,   0, 16,  24, 0, 1, 0,
                           255, 0, 255, 0, 255, 0,  0, 8};
    struct rfb_client *c = fixture_connect(f);

    fixture_say(f, c, message, sizeof(message)); /* depth 24 in 16 bits */
    assert_true(c->is_closed);
}

static int
connect_tcp(struct fixture *f)
{
    struct sockaddr_in name = {.sin_family = AF_INET,
                               .sin_port = htons(f->port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static void
listener_lets_a_viewer_in(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = &f->clients[f->client_count++];

    rfb_client_init(c, connect_tcp(f));
    fixture_run(f);
    fixture_say(f, c, "RFB 003.008\n\1\1", 14);
    rfb_client_expect(c, "RFB 003.008\n\1\1\0\0\0\0", 18);
    rfb_client_take_init(c);
    fixture_paint(f, 4);
    fixture_ask_for_all(f, c);
    fixture_assert_same_picture(f, c);
}

static void
thousand_connections_leak_no_descriptors(void **state)
{
    struct fixture *f = *state;
    int before = open_descriptors();

    for (int i = 0; i < 1000; i++) {
        int fd = connect_tcp(f);
        fixture_run(f);
        if (i % 3 > 0) { /* one greeting, one half, one viewer */
            assert_int_equal(
                send(fd, "RFB 003.003\n\1", i % 3 == 1 ? 5 : 13, 0),
                i % 3 == 1 ? 5 : 13);
            fixture_run(f);
        }
        close(fd);
        fixture_run(f);
    }
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(f->arrivals, 333);
    assert_int_equal(f->departures, 333);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
}

static void
running_out_of_descriptors_does_not_spin(void **state)
{
    struct fixture *f = *state;
    struct rlimit old;
    int fd = connect_tcp(f);

    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    struct rlimit none = {.rlim_cur = 3, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    fixture_run(f); /* would not end */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_int_equal(fake_loop_wanted(f->loop, f->listener), 0);

    fake_loop_advance_us(f->loop, VNC_ACCEPT_RETRY_US);
    fixture_run(f);
    char greeting[12];
    assert_int_equal(recv(fd, greeting, sizeof(greeting), 0), 12);
    close(fd);
    fixture_run(f);
}

static void
freeing_with_viewers_calls_no_handler(void **state)
{
    struct fixture *f = *state;

    (void)fixture_connect(f);
    (void)fixture_connect_peer(f);
    vnc_free(f->vnc);
    f->vnc = NULL;
    assert_int_equal(f->departures, 0);
}

#define VNC_TEST(name) \
    cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tls_that_nobody_uses_is_not_set_up),
        VNC_TEST(version_3_8_handshake_makes_a_viewer),
        VNC_TEST(version_3_7_has_no_security_result),
        VNC_TEST(version_3_3_is_told_its_security_type),
        VNC_TEST(handshake_in_single_bytes_works),
        VNC_TEST(bad_handshake_is_closed),
        VNC_TEST(unknown_security_type_is_refused_with_a_reason),
        VNC_TEST(handshake_deadline_closes_and_then_nothing_is_armed),
        VNC_TEST(idle_viewers_arm_no_timer),
        VNC_TEST(oldest_half_open_peer_makes_room),
        VNC_TEST(viewer_beyond_the_limit_is_told_why),
        VNC_TEST(longest_stalled_viewer_makes_room_when_full),
        VNC_TEST(keys_and_pointers_arrive),
        VNC_TEST(half_messages_wait_and_do_not_delay_another),
        VNC_TEST(a_viewer_whose_messages_take_long_does_not_hold_up_others),
        VNC_TEST(cut_text_of_a_viewer_arrives_as_it_is),
        VNC_TEST(cut_text_at_the_limit_arrives_and_a_longer_one_clears_it),
        VNC_TEST(extended_cut_text_of_a_plain_viewer_is_swallowed),
        cmocka_unit_test_setup_teardown(viewers_that_only_see_do_nothing_else,
                                        fixture_set_up_view_only,
                                        fixture_tear_down),
        VNC_TEST(cut_text_is_offered_as_latin1),
        VNC_TEST(cut_text_is_offered_to_one_viewer),
        VNC_TEST(stalled_viewer_gets_only_the_newest_cut_text),
        VNC_TEST(bell_rings_at_most_ten_times_a_second),
        VNC_TEST(half_open_peers_hear_nothing),
        VNC_TEST(name_is_sent_to_those_who_listed_it_and_ask),
        VNC_TEST(names_are_sent_at_most_ten_times_a_second),
        VNC_TEST(long_name_is_cut_between_characters),
        VNC_TEST(too_many_encodings_are_cut_off_and_the_stream_stays_in_step),
        VNC_TEST(every_message_type_with_rubbish_is_survived),
        VNC_TEST(pixel_formats_that_the_library_cannot_serve_close),
        VNC_TEST(listener_lets_a_viewer_in),
        VNC_TEST(thousand_connections_leak_no_descriptors),
        VNC_TEST(running_out_of_descriptors_does_not_spin),
        VNC_TEST(freeing_with_viewers_calls_no_handler),
    };

    log_set_level(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests_name("vnc", tests, NULL, NULL);
}
