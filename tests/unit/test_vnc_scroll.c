/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scrolls: what a viewer is sent of them, whenever it takes it, and that its
 * picture is right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "fakes/fake_loop.h"
#include "unit/rfb_client.h"
#include "unit/vnc_fixture.h"
#include "vnc/owed.h"
#include "vnc/vnc.h"
#include "vnc/wire.h"

static const struct rect all = {.width = WIDTH, .height = HEIGHT};

static uint32_t
some_pixel(void)
{
    return (uint32_t)rand() & 0xffffff;
}

/* Draws over an area of the picture. */
static void
change(struct fixture *f, struct rect area)
{
    for (int y = area.y; y < area.y + area.height; y++) {
        for (int x = area.x; x < area.x + area.width; x++) {
            vnc_pixels(f->vnc)[y * WIDTH + x] = some_pixel();
        }
    }
    vnc_mark(f->vnc, area);
}

/* Scrolls, and draws what comes in. */
static void
scroll(struct fixture *f, struct rect area, int dy)
{
    struct rect bare = area;

    bare.height = abs(dy) < area.height ? abs(dy) : area.height;
    if (dy > 0) {
        bare.y += area.height - bare.height;
    }
    vnc_scroll(f->vnc, area, dy);
    if (bare.height > 0) {
        change(f, bare);
    }
}

/* A viewer that knows CopyRect, with the picture. */
static struct rfb_client *
connect_copying(struct fixture *f)
{
    struct rfb_client *c = fixture_connect(f);
    const int32_t list[] = {5, 1};

    fixture_set_encodings(f, c, list, 2);
    fixture_ask_for_all(f, c);
    return c;
}

/* Has it take what there is, and counts that only. */
static void
take_changes(struct fixture *f, struct rfb_client *c)
{
    c->copies = 0;
    c->pixel_rects = 0;
    c->pixel_area = 0;
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    fixture_receive(f, c);
    fixture_assert_same_picture(f, c);
}

/* The frames go to another viewer, one by one. */
static void
show(struct fixture *f, struct rfb_client *other)
{
    vnc_flush(f->vnc);
    take_changes(f, other);
}

static void
scroll_is_sent_as_one_copy(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);
    const int32_t list[] = {5, 1, -239};

    fixture_set_encodings(f, c, list, 3);
    fixture_paint(f, 1);
    fixture_ask_for_all(f, c);
    for (int dy = -16; dy <= 16; dy += 32) {
        c->copies = 0;
        c->pixel_rects = 0;
        rfb_client_request(c, RFB_CLIENT_CHANGES);
        fixture_run(f);
        struct rect bare = {
            .y = dy > 0 ? HEIGHT - dy : 0, .width = WIDTH, .height = 16};
        vnc_scroll(f->vnc, all, dy);
        memset(&vnc_pixels(f->vnc)[(size_t)bare.y * WIDTH], 0,
               (size_t)16 * WIDTH * 4);
        vnc_mark(f->vnc, bare);
        vnc_flush(f->vnc);
        rfb_client_receive(c);
        fixture_assert_same_picture(f, c);
        assert_int_equal(c->copies, 1);
        assert_int_equal(c->pixel_rects, 1);
    }
}

static void
scroll_by_all_of_it_is_damage(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);
    const int32_t list[] = {0, 1};

    fixture_set_encodings(f, c, list, 2);
    fixture_ask_for_all(f, c);
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    fixture_run(f);
    vnc_scroll(f->vnc, (struct rect){.width = WIDTH, .height = 16}, 99);
    vnc_flush(f->vnc);
    rfb_client_receive(c);
    assert_int_equal(c->copies, 0);
    assert_int_equal(c->pixel_rects, 2);
}

static void
scrolls_that_wait_are_one_copy(void **state)
{
    struct fixture *f = *state;

    (void)fixture_connect(f); /* the picture is there */
    fixture_paint(f, 1);
    struct rfb_client *fast = connect_copying(f);
    struct rfb_client *slow = connect_copying(f);
    for (int i = 0; i < 3; i++) {
        scroll(f, all, 8);
        show(f, fast);
        assert_int_equal(fast->copies, 1);
    }
    take_changes(f, slow);
    assert_int_equal(slow->copies, 1);
    assert_int_equal(slow->pixel_area, 3 * 8 * WIDTH);
}

static void
scrolls_of_a_region_wait_while_a_row_beside_it_changes(void **state)
{
    struct fixture *f = *state;
    struct rect region = {.width = WIDTH, .height = HEIGHT - 8};
    struct rect status = {.y = HEIGHT - 8, .width = WIDTH, .height = 8};

    (void)fixture_connect(f);
    fixture_paint(f, 1);
    struct rfb_client *fast = connect_copying(f);
    struct rfb_client *slow = connect_copying(f);
    for (int i = 0; i < 3; i++) {
        scroll(f, region, 8);
        change(f, status);
        show(f, fast);
    }
    take_changes(f, slow);
    assert_int_equal(slow->copies, 1);
    assert_int_equal(slow->pixel_area, (3 * 8 + 8) * WIDTH);
}

static void
change_moves_along_with_scrolls(void **state)
{
    struct fixture *f = *state;

    (void)fixture_connect(f);
    fixture_paint(f, 1);
    struct rfb_client *c = connect_copying(f);
    scroll(f, all, 8);
    vnc_flush(f->vnc);
    change(f, (struct rect){.x = 8, .y = 24, .width = 8, .height = 8});
    vnc_flush(f->vnc);
    scroll(f, all, 8);
    vnc_flush(f->vnc);
    take_changes(f, c);
    assert_true(c->copies >= 1);
    assert_int_equal(c->pixel_area, 2 * 8 * WIDTH + 8 * 8);
}

static void
what_scrolls_back_is_not_sent(void **state)
{
    struct fixture *f = *state;

    (void)fixture_connect(f);
    fixture_paint(f, 1);
    struct rfb_client *c = connect_copying(f);
    scroll(f, all, 16);
    vnc_flush(f->vnc);
    scroll(f, all, -16);
    vnc_flush(f->vnc);
    take_changes(f, c);
    assert_int_equal(c->copies, 0);
    assert_int_equal(c->pixel_area, 16 * WIDTH);
}

static void
copy_that_spares_most_is_kept(void **state)
{
    struct fixture *f = *state;
    struct rect small = {.width = WIDTH, .height = 16};

    (void)fixture_connect(f);
    fixture_paint(f, 1);
    struct rfb_client *c = connect_copying(f);
    scroll(f, all, 8);
    vnc_flush(f->vnc);
    scroll(f, small, 4);
    vnc_flush(f->vnc);
    take_changes(f, c);
    assert_int_equal(c->copies, 1);
    assert_int_equal(c->pixel_area, (16 + 8) * WIDTH);

    scroll(f, small, 4);
    vnc_flush(f->vnc);
    scroll(f, all, 8);
    vnc_flush(f->vnc);
    take_changes(f, c);
    assert_int_equal(c->copies, 1);
    assert_int_equal(c->pixel_area, (16 - 8 + 8) * WIDTH);
}

static void
regions_that_scroll_alike_are_both_copied(void **state)
{
    struct fixture *f = *state;
    struct rect upper = {.width = WIDTH, .height = 24};
    struct rect lower = {.y = 24, .width = WIDTH, .height = 24};

    (void)fixture_connect(f);
    fixture_paint(f, 1);
    struct rfb_client *c = connect_copying(f);
    scroll(f, upper, 8);
    vnc_flush(f->vnc);
    scroll(f, lower, 8);
    vnc_flush(f->vnc);
    take_changes(f, c);
    assert_int_equal(c->copies, 2);
    assert_int_equal(c->pixel_area, 2 * 8 * WIDTH);
}

/* A guest can draw so that what waits is in many pieces. */
static void
copies_of_an_update_are_bounded(void **state)
{
    struct fixture *f = *state;

    (void)fixture_connect(f);
    fixture_paint(f, 1);
    struct rfb_client *c = connect_copying(f);
    for (int i = 0; i < 20; i++) {
        for (int n = 0; n < OWED_RECTS_MAX; n++) {
            change(f, (struct rect){.x = n % 16 * 4 + i % 2,
                                    .y = n / 16 * 3 + i % 2,
                                    .width = 1,
                                    .height = 1});
        }
        scroll(f, all, i % 5 - 2);
        vnc_flush(f->vnc);
    }
    take_changes(f, c);
    assert_in_range(c->copies, 0, OWED_RECTS_MAX);
}

static struct rect
some_area(void)
{
    struct rect area = {.x = 8 * (rand() % 4), .y = 4 * (rand() % 10)};

    /* Most scrolls are of whole rows. */
    area.x = rand() % 4 == 0 ? area.x : 0;
    area.width = area.x == 0 && rand() % 4 != 0
                     ? WIDTH
                     : 8 * (1 + rand() % ((WIDTH - area.x) / 8));
    area.height = 4 * (1 + rand() % ((HEIGHT - area.y) / 4));
    return area;
}

static void
do_something(struct fixture *f)
{
    static const struct rect usual = {.width = WIDTH, .height = HEIGHT - 8};

    switch (rand() % 5) {
    case 0:
    case 1:
        scroll(f, usual, 4 * (1 + rand() % 2));
        break;
    case 2:
        scroll(f, usual, -4);
        break;
    case 3:
        scroll(f, some_area(), 4 * (rand() % 7 - 3));
        break;
    default:
        change(f, some_area());
        break;
    }
}

static void
request_area(struct rfb_client *c, struct rect area)
{
    uint8_t message[10] = {3, 1};

    wire_put_u16(message + 2, (uint16_t)area.x);
    wire_put_u16(message + 4, (uint16_t)area.y);
    wire_put_u16(message + 6, (uint16_t)area.width);
    wire_put_u16(message + 8, (uint16_t)area.height);
    rfb_client_send(c, message, sizeof(message));
}

/* Viewers that take updates whenever they like, some only parts of them, or
 * know CopyRect only at times. */
static void
any_scrolls_and_changes_give_the_same_picture(void **state)
{
    enum {
        OFTEN,
        SELDOM,
        IN_PARTS,
        NOT_ALWAYS_COPYING,
        COPYING_COUNT,
    };
    struct fixture *f = *state;
    struct rfb_client *viewers[COPYING_COUNT];
    struct rfb_client *plain = fixture_connect(f);
    const int32_t list[] = {0, 1};
    int copies = 0;

    fixture_paint(f, 1);
    fixture_ask_for_all(f, plain);
    for (int i = 0; i < COPYING_COUNT; i++) {
        viewers[i] = connect_copying(f);
    }
    srand(1);
    for (int i = 0; i < 2000; i++) {
        for (int n = rand() % 4; n > 0; n--) {
            do_something(f);
        }
        vnc_flush(f->vnc);
        take_changes(f, plain);
        if (rand() % 2 == 0) {
            take_changes(f, viewers[OFTEN]);
        }
        if (rand() % 10 == 0) {
            take_changes(f, viewers[SELDOM]);
            copies += viewers[SELDOM]->copies;
        }
        if (rand() % 3 == 0) {
            request_area(viewers[IN_PARTS], some_area());
            fixture_receive(f, viewers[IN_PARTS]);
        }
        if (rand() % 4 == 0) {
            fixture_set_encodings(f, viewers[NOT_ALWAYS_COPYING], list,
                                  1 + (unsigned)rand() % 2);
            take_changes(f, viewers[NOT_ALWAYS_COPYING]);
        }
        if (rand() % 20 == 0) {
            take_changes(f, viewers[IN_PARTS]);
        }
    }
    for (int i = 0; i < COPYING_COUNT; i++) {
        take_changes(f, viewers[i]);
    }
    assert_true(copies > 0);
}

#define VNC_TEST(name) \
    cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        VNC_TEST(scroll_is_sent_as_one_copy),
        VNC_TEST(scroll_by_all_of_it_is_damage),
        VNC_TEST(scrolls_that_wait_are_one_copy),
        VNC_TEST(scrolls_of_a_region_wait_while_a_row_beside_it_changes),
        VNC_TEST(change_moves_along_with_scrolls),
        VNC_TEST(what_scrolls_back_is_not_sent),
        VNC_TEST(copy_that_spares_most_is_kept),
        VNC_TEST(regions_that_scroll_alike_are_both_copied),
        VNC_TEST(copies_of_an_update_are_bounded),
        VNC_TEST(any_scrolls_and_changes_give_the_same_picture),
    };

    log_set_level(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests_name("vnc_scroll", tests, NULL, NULL);
}
