/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/ioctl.h>

#include <cmocka.h>

#include "base/fd.h"
#include "base/log.h"
#include "fakes/fake_loop.h"
#include "unit/rfb_client.h"
#include "unit/vnc_fixture.h"
#include "vnc/vnc.h"

static void
stalled_viewer_stays_while_there_is_room(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_paint(f, 1);
    fixture_stall(f, c);
    fake_loop_advance_us(f->loop, 10 * (uint64_t)VNC_STALLED_US);
    (void)fixture_connect(f);
    assert_int_equal(vnc_viewers(f->vnc), 2);
    assert_true(vnc_is_behind(f->vnc));

    /* And when it reads at last, it gets what is there then. */
    fixture_paint(f, 2);
    vnc_flush(f->vnc);
    fixture_receive(f, c);
    fixture_ask_for_all(f, c);
    fixture_assert_same_picture(f, c);
}

static void
stalled_viewer_does_not_delay_another(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *stalled = fixture_connect(f);
    struct rfb_client *other = fixture_connect(f);

    fixture_paint(f, 1);
    fixture_ask_for_all(f, other);
    fixture_stall(f, stalled);
    for (uint32_t i = 0; i < 10; i++) {
        rfb_client_request(other, RFB_CLIENT_CHANGES);
        fixture_run(f);
        assert_true(vnc_wants_frame(f->vnc));
        fixture_paint(f, i);
        vnc_flush(f->vnc);
        rfb_client_receive(other);
        fixture_assert_same_picture(f, other);
    }
    fixture_say(f, stalled, "\4\1\0\0\0\0\0a", 8); /* its keys still arrive */
    assert_int_equal(f->keysym, 'a');
}

/* Handles, once, each descriptor that has something to be read. */
static void
handle_input_once(struct fixture *f)
{
    for (int fd = 3; fd < 64; fd++) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if ((fake_loop_wanted(f->loop, fd) & LOOP_READ) != 0 &&
            poll(&p, 1, 0) > 0) {
            fake_loop_ready(f->loop, fd, LOOP_READ);
        }
    }
}

/* Sixteen viewers with megabytes each would make the next key wait. */
static void
one_turn_writes_a_bounded_part_of_an_update(void **state)
{
    struct fixture *f = *state;
    int sent = 0;

    assert_int_equal(vnc_resize(f->vnc, (struct pixel_size){200, 200}), 0);
    struct rfb_client *c = fixture_connect(f);
    fixture_paint(f, 1);
    vnc_flush(f->vnc);
    rfb_client_request(c, RFB_CLIENT_ALL);
    handle_input_once(f);
    assert_int_equal(ioctl(c->fd, FIONREAD, &sent), 0);
    assert_in_range(sent, 1, 64 << 10);

    fixture_ask_for_all(f, c);
    fixture_assert_same_picture(f, c);
}

static void
raw_picture_equals_framebuffer(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_paint(f, 1);
    fixture_ask_for_all(f, c);
    fixture_assert_same_picture(f, c);
    assert_int_equal(c->updates, 1);
    assert_false(vnc_is_behind(f->vnc));
}

static void
hextile_picture_equals_framebuffer(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);
    const int32_t list[] = {5, 0};

    fixture_set_encodings(f, c, list, 2);
    fixture_paint(f, 1);
    for (int i = 0; i < 500; i++) {
        vnc_pixels(f->vnc)[i] = i % 16 < 8 ? 0xff0000 : 0x00ff00;
    }
    fixture_ask_for_all(f, c);
    fixture_assert_same_picture(f, c);
}

static void
incremental_request_waits_for_a_change(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_ask_for_all(f, c);
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    fixture_receive(f, c);
    assert_int_equal(c->updates, 1);
    assert_true(vnc_wants_frame(f->vnc));

    vnc_pixels(f->vnc)[0] = 0x123456;
    vnc_mark(f->vnc, (struct rect){.width = 8, .height = 16});
    assert_true(vnc_is_behind(f->vnc));
    vnc_flush(f->vnc);
    rfb_client_receive(c);
    assert_int_equal(c->updates, 2);
    fixture_assert_same_picture(f, c);
    assert_false(vnc_wants_frame(f->vnc));
    assert_false(vnc_is_behind(f->vnc));
}

static void
frame_is_announced_as_wanted_once_per_request(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_ask_for_all(f, c);
    int before = f->frames_wanted;
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    fixture_run(f);
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    fixture_run(f);
    assert_int_equal(f->frames_wanted, before + 1);

    fixture_paint(f, 3);
    vnc_flush(f->vnc);
    fixture_run(f);
    assert_int_equal(f->frames_wanted, before + 1);
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    fixture_run(f);
    assert_int_equal(f->frames_wanted, before + 2);
}

static void
repaints_are_limited_and_merged(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_ask_for_all(f, c);
    fixture_advance_ms(f, 1000);
    c->updates = 0;
    for (int i = 0; i < 1000; i++) { /* 1 s */
        rfb_client_request(c, RFB_CLIENT_ALL);
        fixture_receive(f, c);
        fixture_advance_ms(f, 1);
    }
    assert_in_range(c->updates, 30, 70);

    /* None is lost. */
    fixture_paint(f, 5);
    rfb_client_request(c, RFB_CLIENT_ALL);
    fixture_run(f);
    fixture_advance_ms(f, 20);
    fixture_receive(f, c);
    fixture_assert_same_picture(f, c);
}

static void
coming_back_buys_no_repaint(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_ask_for_all(f, c);
    rfb_client_request(c, RFB_CLIENT_ALL);
    fixture_run(f);
    int before = f->repaints;
    fd_close(&c->fd);
    fixture_run(f);

    c = fixture_connect(f);
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    fixture_run(f);
    assert_int_equal(f->repaints, before);
    fixture_advance_ms(f, 20);
    assert_int_equal(f->repaints, before + 1);
    fixture_receive(f, c);
    fixture_assert_same_picture(f, c);
}

static void
repaint_shows_what_is_drawn_when_it_is_made(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_ask_for_all(f, c);
    int before = f->repaints;
    f->paint_before_repaint = 7;
    fixture_ask_for_all(f, c);
    assert_int_equal(f->repaints, before + 1);
    fixture_assert_same_picture(f, c);
}

static void
no_viewer_no_picture(void **state)
{
    struct fixture *f = *state;

    assert_null(vnc_pixels(f->vnc));
    vnc_mark(f->vnc, (struct rect){.width = 8, .height = 8});
    vnc_scroll(f->vnc, (struct rect){.width = 8, .height = 8}, 1);
    vnc_flush(f->vnc);
    struct rfb_client *c = fixture_connect(f);
    assert_non_null(vnc_pixels(f->vnc));
    assert_int_equal(vnc_pixels(f->vnc)[0], 0);

    close(c->fd);
    c->fd = -1;
    fixture_run(f);
    assert_null(vnc_pixels(f->vnc));
    assert_int_equal(vnc_viewers(f->vnc), 0);
    assert_int_equal(f->departures, 1);
}

static void
cursor_is_sent_to_those_who_listed_it(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);
    const int32_t list[] = {0, -239, -232};

    fixture_set_encodings(f, c, list, 3);
    fixture_paint(f, 9);
    fixture_ask_for_all(f, c);
    assert_int_equal(c->cursors, 1);
    fixture_assert_same_picture(f, c);
}

static void
resize_reaches_viewers_as_they_can_take_it(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *plain = fixture_connect(f);
    struct rfb_client *able = fixture_connect(f);
    struct rfb_client *extended = fixture_connect(f);
    const int32_t able_list[] = {5, 1, -223};
    const int32_t extended_list[] = {0, -223, -308};
    const struct pixel_size sizes[] = {{100, 30}, {32, 80}, {WIDTH, HEIGHT}};

    fixture_set_encodings(f, able, able_list, 3);
    fixture_set_encodings(f, extended, extended_list, 3);
    fixture_paint(f, 1);
    fixture_ask_for_all(f, plain);
    fixture_ask_for_all(f, able);
    fixture_ask_for_all(f, extended);
    assert_int_equal(extended->sizes, 1);
    for (int i = 0; i < 3; i++) {
        rfb_client_request(plain, RFB_CLIENT_CHANGES);
        rfb_client_request(able, RFB_CLIENT_CHANGES);
        rfb_client_request(extended, RFB_CLIENT_CHANGES);
        fixture_run(f);
        assert_int_equal(vnc_resize(f->vnc, sizes[i]), 0);
        fixture_run(f);
        rfb_client_receive(able);
        assert_int_equal(able->sizes, i); /* undrawn pixels stay here */
        fixture_paint(f, (uint32_t)i);
        vnc_flush(f->vnc);
        for (int n = 0; n < 2; n++) {
            fixture_receive(f, plain);
            fixture_receive(f, able);
            fixture_receive(f, extended);
            rfb_client_request(able, RFB_CLIENT_CHANGES);
            rfb_client_request(extended, RFB_CLIENT_CHANGES);
            fixture_run(f);
        }
        fixture_assert_same_picture(f, able);
        fixture_assert_same_picture(f, extended);
        assert_int_equal(able->sizes, i + 1);
        assert_int_equal(extended->size_reason, 0);

        assert_int_equal(plain->sizes, 0);
        int width = sizes[i].width < WIDTH ? sizes[i].width : WIDTH;
        int height = sizes[i].height < HEIGHT ? sizes[i].height : HEIGHT;
        for (int y = 0; y < height; y++) {
            assert_memory_equal(
                &plain->pixels[(size_t)y * WIDTH],
                &vnc_pixels(f->vnc)[(size_t)y * (size_t)sizes[i].width],
                (size_t)width * 4);
        }
    }
    assert_false(vnc_is_behind(f->vnc));
}

static void
size_out_of_range_is_refused(void **state)
{
    const struct pixel_size bad[] = {
        {0, 10}, {10, -1}, {8001, 1}, {4096, 4096}};
    struct fixture *f = *state;

    (void)fixture_connect(f);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(vnc_resize(f->vnc, bad[i]), -EINVAL);
    }
    assert_int_equal(vnc_size(f->vnc).width, WIDTH);
    assert_int_equal(vnc_resize(f->vnc, (struct pixel_size){8000, 1}), 0);
}

static void
widest_picture_can_be_sent(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);
    const int32_t list[] = {0, -223};

    fixture_set_encodings(f, c, list, 2);
    assert_int_equal(vnc_resize(f->vnc, (struct pixel_size){8000, 2}), 0);
    fixture_paint(f, 6);
    vnc_flush(f->vnc);
    fixture_ask_for_all(f, c);
    assert_int_equal(c->size.width, 8000);
    fixture_ask_for_all(f, c);
    fixture_assert_same_picture(f, c);
}

/* A viewer that understands ExtendedDesktopSize. */
static struct rfb_client *
connect_resizing(struct fixture *f)
{
    static const int32_t list[] = {0, -308};
    struct rfb_client *c = fixture_connect(f);

    fixture_set_encodings(f, c, list, 2);
    return c;
}

static void
size_request_is_carried_out_and_answered(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *asker = connect_resizing(f);
    struct rfb_client *other = connect_resizing(f);

    fixture_ask_for_all(f, asker);
    fixture_ask_for_all(f, other);
    rfb_client_request(asker, RFB_CLIENT_CHANGES);
    rfb_client_request(other, RFB_CLIENT_CHANGES);
    rfb_client_send_desktop_size(asker, (struct pixel_size){80, 60});
    fixture_run(f);
    assert_int_equal(f->size_requests, 1);
    vnc_flush(f->vnc);
    fixture_receive(f, asker);
    fixture_receive(f, other);
    assert_int_equal(asker->size.width, 80);
    assert_int_equal(asker->size_reason, 1);
    assert_int_equal(asker->size_status, 0);
    assert_int_equal(other->size.height, 60);
    assert_int_equal(other->size_reason, 2);
}

static void
refused_size_request_is_answered(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = connect_resizing(f);

    fixture_ask_for_all(f, c);
    f->refuses_sizes = true;
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    rfb_client_send_desktop_size(c, (struct pixel_size){80, 60});
    fixture_receive(f, c);
    assert_int_equal(f->size_requests, 1);
    assert_int_equal(c->size_reason, 1);
    assert_int_equal(c->size_status, 1);
    assert_int_equal(c->size.width, WIDTH);

    fixture_advance_ms(f, 1000);
    f->refuses_sizes = false;
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    rfb_client_send_desktop_size(c, (struct pixel_size){65535, 65535});
    fixture_receive(f, c);
    assert_int_equal(f->size_asked.width, 65535);
    assert_int_equal(c->size_status, 2); /* out of resources */
    assert_int_equal(c->size_reason, 1);
    assert_int_equal(c->size.width, WIDTH);

    fixture_advance_ms(f, 1000);
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    rfb_client_send_desktop_size(c, (struct pixel_size){0, 60});
    fixture_receive(f, c);
    assert_int_equal(f->size_requests, 2);
    assert_int_equal(c->size_status, 3); /* invalid layout */
}

static void
newest_size_request_of_all_viewers_wins(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *first = connect_resizing(f);
    struct rfb_client *second = connect_resizing(f);

    fixture_ask_for_all(f, first);
    fixture_ask_for_all(f, second);
    rfb_client_send_desktop_size(second, (struct pixel_size){70, 50});
    fixture_run(f); /* the next ones have to wait */
    vnc_flush(f->vnc);
    for (int i = 0; i < 2; i++) { /* the size, and its pixels */
        rfb_client_request(first, RFB_CLIENT_CHANGES);
        rfb_client_request(second, RFB_CLIENT_CHANGES);
        fixture_receive(f, first);
        fixture_receive(f, second);
    }

    rfb_client_request(first, RFB_CLIENT_CHANGES);
    rfb_client_request(second, RFB_CLIENT_CHANGES);
    rfb_client_send_desktop_size(first, (struct pixel_size){80, 60});
    fixture_run(f);
    rfb_client_send_desktop_size(second, (struct pixel_size){90, 40});
    fixture_receive(f, first);
    assert_int_equal(first->size_status, 1); /* overtaken */
    assert_int_equal(f->size_requests, 1);

    rfb_client_request(first, RFB_CLIENT_CHANGES);
    fixture_advance_ms(f, 100);
    vnc_flush(f->vnc);
    fixture_receive(f, first);
    fixture_receive(f, second);
    assert_int_equal(f->size_requests, 2);
    assert_int_equal(first->size.width, 90);
    assert_int_equal(first->size_status, 0);
    assert_int_equal(first->size_reason, 2);
    assert_int_equal(second->size.width, 90);
    assert_int_equal(second->size_reason, 1);
}

static void
size_request_for_the_present_size_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = connect_resizing(f);

    fixture_paint(f, 1);
    fixture_ask_for_all(f, c);
    uint32_t *pixels = vnc_pixels(f->vnc);
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    rfb_client_send_desktop_size(c, vnc_size(f->vnc));
    fixture_receive(f, c);
    assert_int_equal(f->size_requests, 1);
    assert_int_equal(c->size_status, 0);
    assert_int_equal(c->size_reason, 1);
    assert_ptr_equal(vnc_pixels(f->vnc), pixels);
}

static void
pointer_is_shown_to_others_only(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *mover = fixture_connect(f);
    struct rfb_client *other = fixture_connect(f);
    const int32_t list[] = {0, -239, -232};

    fixture_set_encodings(f, mover, list, 3);
    fixture_set_encodings(f, other, list, 3);
    fixture_ask_for_all(f, mover);
    fixture_ask_for_all(f, other);
    assert_int_equal(other->pointer_moves, 0);
    rfb_client_request(mover, RFB_CLIENT_CHANGES);
    rfb_client_request(other, RFB_CLIENT_CHANGES);
    fixture_run(f);
    fixture_say(f, mover, "\5\0\0\2\0\3", 6);
    fixture_receive(f, mover);
    fixture_receive(f, other);
    assert_int_equal(mover->pointer_moves, 0);
    assert_int_equal(other->pointer_moves, 1);
    assert_int_equal(other->pixel_rects, 1);
}

static void
size_requests_are_limited_and_the_newest_counts(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = connect_resizing(f);

    for (int i = 0; i < 100; i++) {
        rfb_client_send_desktop_size(c, (struct pixel_size){50 + i, 60});
        fixture_run(f);
        fixture_advance_ms(f, 5);
    }
    assert_in_range(f->size_requests, 5, 6);
    fixture_advance_ms(f, 1000);
    assert_int_equal(f->size_asked.width, 149);
    assert_int_equal(vnc_size(f->vnc).width, 149);
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
}

static void
sizes_that_take_long_are_further_apart(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);
    const int32_t list[] = {0, -308};

    fixture_set_encodings(f, c, list, 2);
    f->size_takes_us = 50000;
    for (int i = 0; i < 200; i++) {
        rfb_client_send_desktop_size(c, (struct pixel_size){50 + i, 60});
        fixture_run(f);
        fixture_advance_ms(f, 5);
    }
    /* A second has gone by, and what they took. */
    assert_in_range(f->size_requests, 4, 6);
    fixture_advance_ms(f, 1000);
    fixture_run(f);
    assert_int_equal(vnc_size(f->vnc).width, 249);
}

static void
every_encoding_and_format_is_served(void **state)
{
    static const int32_t encodings[] = {0, 2, 4, 5, 6, 7, 9, 16, 17};
    static const uint8_t formats[][16] = {
        {32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0},
        {32, 24, 1, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16},
        {32, 32, 0, 1, 0, 255, 0, 255, 0, 255, 24, 16, 8},
        {16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0},
        {16, 15, 1, 1, 0, 31, 0, 31, 0, 31, 10, 5, 0},
        {8, 8, 0, 1, 0, 7, 0, 7, 0, 3, 0, 3, 6},
        {8, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    };
    struct fixture *f = *state;

    for (size_t e = 0; e < sizeof(encodings) / sizeof(encodings[0]); e++) {
        for (size_t n = 0; n < sizeof(formats) / sizeof(formats[0]); n++) {
            struct rfb_client *c = fixture_connect(f);
            int32_t list[] = {encodings[e], 1, -239, -224, -247, -32};
            uint8_t message[20] = {0};
            memcpy(message + 4, formats[n], 16);
            fixture_paint(f, (uint32_t)n);
            fixture_say(f, c, message, sizeof(message));
            fixture_set_encodings(f, c, list, 6);
            rfb_client_request(c, RFB_CLIENT_ALL);
            fixture_run(f);
            fixture_advance_ms(f, 1000); /* a repaint is to be had again */
            fixture_run(f);
            rfb_client_read(c, SIZE_MAX);
            assert_false(c->is_closed);
            assert_true(c->len > 16);
            assert_true(c->data[0] == 0 || c->data[0] == 1);
            rfb_client_fini(c);
            f->client_count--;
            fixture_run(f);
        }
    }
}

static void
extreme_sizes_are_served_in_every_encoding(void **state)
{
    static const int32_t encodings[] = {0, 2, 4, 5, 6, 7, 9, 16, 17};
    static const struct pixel_size sizes[] = {
        {1, 1}, {3, 1}, {VNC_SIDE_MAX, 1}, {1, VNC_SIDE_MAX}, {2049, 33}};
    struct fixture *f = *state;

    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        assert_int_equal(vnc_resize(f->vnc, sizes[s]), 0);
        for (size_t e = 0; e < sizeof(encodings) / sizeof(encodings[0]); e++) {
            struct rfb_client *c = fixture_connect(f);
            fixture_paint(f, (uint32_t)e);
            fixture_set_encodings(f, c, &encodings[e], 1);
            rfb_client_request(c, RFB_CLIENT_ALL);
            fixture_run(f);
            fixture_advance_ms(f, 1000); /* a repaint is to be had again */
            fixture_run(f);
            rfb_client_read(c, SIZE_MAX);
            assert_false(c->is_closed);
            assert_true(c->len > 16);
            rfb_client_fini(c);
            f->client_count--;
            fixture_run(f);
        }
    }
}

#define VNC_TEST(name) \
    cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        VNC_TEST(stalled_viewer_stays_while_there_is_room),
        VNC_TEST(stalled_viewer_does_not_delay_another),
        VNC_TEST(one_turn_writes_a_bounded_part_of_an_update),
        VNC_TEST(raw_picture_equals_framebuffer),
        VNC_TEST(hextile_picture_equals_framebuffer),
        VNC_TEST(incremental_request_waits_for_a_change),
        VNC_TEST(frame_is_announced_as_wanted_once_per_request),
        VNC_TEST(repaints_are_limited_and_merged),
        VNC_TEST(coming_back_buys_no_repaint),
        VNC_TEST(repaint_shows_what_is_drawn_when_it_is_made),
        VNC_TEST(no_viewer_no_picture),
        VNC_TEST(cursor_is_sent_to_those_who_listed_it),
        VNC_TEST(resize_reaches_viewers_as_they_can_take_it),
        VNC_TEST(size_out_of_range_is_refused),
        VNC_TEST(widest_picture_can_be_sent),
        VNC_TEST(size_request_is_carried_out_and_answered),
        VNC_TEST(refused_size_request_is_answered),
        VNC_TEST(newest_size_request_of_all_viewers_wins),
        VNC_TEST(size_request_for_the_present_size_changes_nothing),
        VNC_TEST(pointer_is_shown_to_others_only),
        VNC_TEST(size_requests_are_limited_and_the_newest_counts),
        VNC_TEST(sizes_that_take_long_are_further_apart),
        VNC_TEST(every_encoding_and_format_is_served),
        VNC_TEST(extreme_sizes_are_served_in_every_encoding),
    };

    log_set_level(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests_name("vnc_picture", tests, NULL, NULL);
}
