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
#include "unit/rfb_client.h"
#include "unit/vnc_fixture.h"
#include "vnc/vnc.h"

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
        struct rect all = {.width = WIDTH, .height = HEIGHT};
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
scrolls_and_marks_give_the_same_picture_everywhere(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *copying = fixture_connect(f);
    struct rfb_client *plain = fixture_connect(f);
    const int32_t list[] = {5, 1};

    fixture_set_encodings(f, copying, list, 2);
    fixture_set_encodings(f, plain, list, 1);
    fixture_paint(f, 1);
    fixture_ask_for_all(f, copying);
    fixture_ask_for_all(f, plain);
    srand(1);
    for (int i = 0; i < 300; i++) {
        for (int n = rand() % 4; n > 0; n--) {
            int top = 8 * (rand() % 5);
            struct rect area = {
                .y = top, .width = WIDTH, .height = HEIGHT - top};
            int dy = 8 * (rand() % 5 - 2);
            vnc_scroll(f->vnc, area, dy);
            struct rect bare = area;
            bare.height = dy < 0 ? -dy : dy;
            bare.y = dy > 0 ? HEIGHT - dy : top;
            for (int p = bare.y * WIDTH; p < (bare.y + bare.height) * WIDTH;
                 p++) {
                vnc_pixels(f->vnc)[p] = (uint32_t)rand() & 0xffffff;
            }
            vnc_mark(f->vnc, bare);
        }
        vnc_flush(f->vnc);
        if (rand() % 2 == 0) {
            rfb_client_request(copying, RFB_CLIENT_CHANGES);
        }
        rfb_client_request(plain, RFB_CLIENT_CHANGES);
        fixture_receive(f, copying);
        fixture_receive(f, plain);
        fixture_assert_same_picture(f, plain);
    }
    rfb_client_request(copying, RFB_CLIENT_CHANGES);
    fixture_receive(f, copying);
    fixture_assert_same_picture(f, copying);
    assert_true(copying->copies > 0);
    assert_int_equal(plain->copies, 0);
}

#define VNC_TEST(name) \
    cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        VNC_TEST(scroll_is_sent_as_one_copy),
        VNC_TEST(scroll_by_all_of_it_is_damage),
        VNC_TEST(scrolls_and_marks_give_the_same_picture_everywhere),
    };

    log_set_level(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests_name("vnc_scroll", tests, NULL, NULL);
}
