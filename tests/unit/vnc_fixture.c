/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit/vnc_fixture.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/listen.h"
#include "base/mem.h"
#include "fakes/fake_loop.h"
#include "vnc/vnc_internal.h"

enum {
    FDS_MAX = 256,
    TURNS_MAX = 100000,
};

static void
on_viewer(void *data, unsigned viewer)
{
    struct fixture *f = data;

    assert_true(viewer < VNC_VIEWERS_MAX);
    f->arrivals++;
}

static void
on_viewer_gone(void *data, unsigned viewer)
{
    struct fixture *f = data;

    assert_true(viewer < VNC_VIEWERS_MAX);
    f->departures++;
}

static void
on_key(void *data, unsigned viewer, uint32_t keysym, bool down)
{
    struct fixture *f = data;

    (void)viewer;
    (void)down;
    f->keys++;
    f->keysym = keysym;
    fake_loop_advance_us(f->loop, f->key_takes_us);
}

static void
on_pointer(void *data, unsigned viewer, int x, int y, unsigned buttons)
{
    struct fixture *f = data;

    (void)viewer;
    f->pointers++;
    f->pointer_x = x;
    f->pointer_y = y;
    f->buttons = buttons;
}

static void
on_cut_text(void *data, unsigned viewer, enum vnc_text form, const void *text,
            size_t len)
{
    struct fixture *f = data;

    (void)viewer;
    free(f->cut_text);
    f->cut_text = malloc(len + 1);
    assert_non_null(f->cut_text);
    memcpy(f->cut_text, text, len);
    f->cut_text[len] = '\0';
    f->cut_text_len = len;
    f->cut_text_form = form;
    f->cut_texts++;
}

static int
on_size_request(void *data, unsigned viewer, struct pixel_size size)
{
    struct fixture *f = data;

    (void)viewer;
    f->size_requests++;
    f->size_asked = size;
    fake_loop_advance_us(f->loop, f->size_takes_us);
    return f->refuses_sizes ? -EPERM : vnc_resize(f->vnc, size);
}

static void
on_frame_wanted(void *data)
{
    struct fixture *f = data;

    f->frames_wanted++;
}

static void
on_repaint(void *data)
{
    struct fixture *f = data;

    f->repaints++;
    if (f->paint_before_repaint != 0) {
        fixture_paint(f, f->paint_before_repaint);
    }
}

static const struct vnc_handler handler = {
    .on_viewer = on_viewer,
    .on_viewer_gone = on_viewer_gone,
    .on_key = on_key,
    .on_pointer = on_pointer,
    .on_cut_text = on_cut_text,
    .on_size_request = on_size_request,
    .on_frame_wanted = on_frame_wanted,
    .on_repaint = on_repaint,
};

void
fixture_run(struct fixture *f)
{
    bool is_busy = true;

    for (int turn = 0; is_busy; turn++) {
        assert_true(turn < TURNS_MAX);
        is_busy = false;
        for (int fd = 3; fd < FDS_MAX; fd++) {
            unsigned wanted = fake_loop_wanted(f->loop, fd);
            struct pollfd p = {
                .fd = fd,
                .events = (short)((wanted & LOOP_READ ? POLLIN : 0) |
                                  (wanted & LOOP_WRITE ? POLLOUT : 0)),
            };
            if (wanted == 0 || poll(&p, 1, 0) <= 0) {
                continue;
            }
            bool is_broken = (p.revents & (POLLHUP | POLLERR)) != 0;
            bool can_read = (p.revents & POLLIN) != 0 || is_broken;
            bool can_write = (p.revents & POLLOUT) != 0 || is_broken;
            fake_loop_ready(f->loop, fd,
                            (can_read ? LOOP_READ : 0U) |
                                (can_write ? LOOP_WRITE : 0U));
            is_busy = true;
        }
        fake_loop_run_pending(f->loop);
    }
}

void
fixture_advance_ms(struct fixture *f, uint64_t ms)
{
    fake_loop_advance_us(f->loop, ms * 1000);
}

static void
start(struct fixture *f, struct vnc_config *config)
{
    struct in_addr loopback = {.s_addr = htonl(INADDR_LOOPBACK)};

    f->listener = listen_tcp(loopback, 0, &f->port);
    assert_true(f->listener >= 0);
    f->memory_file = vnc_open_memory_file();
    assert_true(f->memory_file >= 0);
    config->memory_file = f->memory_file;
    config->listeners[0] = f->listener;
    config->listener_count = 1;
    config->size = (struct pixel_size){.width = WIDTH, .height = HEIGHT};
    config->name = "test";
    assert_int_equal(vnc_new(&f->vnc, f->loop, config, &handler, f), 0);
}

static int
set_up(void **state, struct vnc_config config)
{
    struct fixture *f = xcalloc(1, sizeof(*f));

    fake_loop_new(&f->loop);
    start(f, &config);
    *state = f;
    return 0;
}

int
fixture_set_up(void **state)
{
    return set_up(state, (struct vnc_config){.rfb = VNC_RFB_3_8,
                                             .dialect = VNC_DIALECT_FULL});
}

int
fixture_set_up_password(void **state)
{
    return set_up(state, (struct vnc_config){.rfb = VNC_RFB_3_8,
                                             .dialect = VNC_DIALECT_FULL,
                                             .password = "secret"});
}

int
fixture_set_up_view_only(void **state)
{
    return set_up(state, (struct vnc_config){.rfb = VNC_RFB_3_8,
                                             .dialect = VNC_DIALECT_FULL,
                                             .is_view_only = true});
}

int
fixture_set_up_agent(void **state)
{
    return set_up(state, (struct vnc_config){.rfb = VNC_RFB_3_3,
                                             .dialect = VNC_DIALECT_AGENT});
}

int
fixture_tear_down(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < f->client_count; i++) {
        rfb_client_fini(&f->clients[i]);
    }
    vnc_free(f->vnc);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
    loop_free(f->loop);
    close(f->listener);
    close(f->memory_file);
    free(f->cut_text);
    free(f);
    return 0;
}

struct rfb_client *
fixture_connect_peer(struct fixture *f)
{
    int pair[2];

    assert_true(f->client_count < FIXTURE_CLIENTS_MAX);
    assert_int_equal(socketpair(AF_UNIX,
                                SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
                                pair),
                     0);
    struct rfb_client *c = &f->clients[f->client_count];
    f->client_count++;
    rfb_client_init(c, pair[0]);
    vnc_adopt(f->vnc, pair[1]);
    fixture_run(f);
    return c;
}

void
fixture_say(struct fixture *f, struct rfb_client *c, const void *data,
            size_t len)
{
    rfb_client_send(c, data, len);
    fixture_run(f);
    rfb_client_read(c, SIZE_MAX);
}

struct rfb_client *
fixture_connect(struct fixture *f)
{
    struct rfb_client *c = fixture_connect_peer(f);

    fixture_say(f, c, "RFB 003.008\n\1\1", 14);
    rfb_client_expect(c, "RFB 003.008\n\1\1\0\0\0\0", 18);
    rfb_client_take_init(c);
    return c;
}

void
fixture_receive(struct fixture *f, struct rfb_client *c)
{
    fixture_run(f);
    rfb_client_receive(c);
    fixture_run(f);
    rfb_client_receive(c);
}

void
fixture_set_encodings(struct fixture *f, struct rfb_client *c,
                      const int32_t *list, unsigned count)
{
    rfb_client_send_encodings(c, list, count);
    fixture_run(f);
}

void
fixture_paint(struct fixture *f, uint32_t seed)
{
    struct pixel_size size = vnc_size(f->vnc);
    uint32_t *pixels = vnc_pixels(f->vnc);

    for (int i = 0; i < size.width * size.height; i++) {
        seed = seed * 1103515245 + 12345;
        pixels[i] = i % 5 == 0 ? 0 : seed & 0xffffff;
    }
    vnc_mark(f->vnc, (struct rect){.width = size.width, .height = size.height});
}

void
fixture_assert_same_picture(struct fixture *f, const struct rfb_client *c)
{
    struct pixel_size size = vnc_size(f->vnc);

    assert_int_equal(c->size.width, size.width);
    assert_int_equal(c->size.height, size.height);
    assert_memory_equal(c->pixels, vnc_pixels(f->vnc),
                        (size_t)size.width * (size_t)size.height * 4);
}

void
fixture_ask_for_all(struct fixture *f, struct rfb_client *c)
{
    /* Repaints have a distance. */
    fixture_advance_ms(f, 1000);
    rfb_client_request(c, RFB_CLIENT_ALL);
    fixture_receive(f, c);
}

void
fixture_stall(struct fixture *f, struct rfb_client *c)
{
    for (int i = 0; i < 200; i++) {
        rfb_client_request(c, RFB_CLIENT_ALL);
        fixture_run(f);
        fixture_advance_ms(f, 20);
        fixture_run(f);
    }
}
