/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fence and ContinuousUpdates: at most one update is on its way unconfirmed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "fakes/fake_loop.h"
#include "unit/rfb_client.h"
#include "unit/vnc_fixture.h"
#include "vnc/flow.h"
#include "vnc/vnc.h"

#define REQUEST (UINT32_C(1) << 31)

enum {
    BLOCK_BEFORE = 1,
    BLOCK_AFTER = 2,
    SYNC_NEXT = 4,
};

static const int32_t both[] = {0, -312, -313};
static const int32_t only_continuous[] = {0, -313};

/* Lists what a viewer understands, and receives what it is offered. */
static void
offer(struct fixture *f, struct rfb_client *c, const int32_t *list,
      unsigned count)
{
    fixture_set_encodings(f, c, list, count);
    fixture_receive(f, c);
}

/* A viewer whose updates are continuous; it has confirmed all of them. */
static struct rfb_client *
connect_continuous(struct fixture *f)
{
    struct rfb_client *c = fixture_connect(f);

    offer(f, c, both, 3);
    rfb_client_confirm(c);
    rfb_client_send_continuous(c, true);
    fixture_receive(f, c);
    rfb_client_confirm(c);
    fixture_run(f);
    return c;
}

/* Something changes. */
static void
change(struct fixture *f, uint32_t seed)
{
    fixture_paint(f, seed);
    vnc_flush(f->vnc);
}

/* The same, and the viewer receives what it is sent. */
static void
show(struct fixture *f, struct rfb_client *c, uint32_t seed)
{
    change(f, seed);
    fixture_receive(f, c);
}

static void
both_are_offered_once(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    for (int i = 0; i < 2; i++) {
        offer(f, c, both, 3);
        assert_int_equal(c->fences, 1);
        assert_true(c->fence_flags == REQUEST);
        assert_int_equal(c->fence_len, 0);
        assert_int_equal(c->continuous_ends, 1);
    }
}

static void
continuous_updates_are_not_offered_without_fences(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_set_encodings(f, c, only_continuous, 2);
    rfb_client_send_continuous(c, true);
    fixture_receive(f, c);
    show(f, c, 1);
    assert_int_equal(c->continuous_ends, 0);
    assert_int_equal(c->updates, 0);
}

static void
updates_come_without_requests(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = connect_continuous(f);
    int before = c->updates;

    for (uint32_t i = 1; i < 10; i++) {
        assert_true(vnc_wants_frame(f->vnc));
        show(f, c, i);
        assert_int_equal(c->updates, before + (int)i);
        fixture_assert_same_picture(f, c);
        rfb_client_confirm(c);
        fixture_run(f);
    }
}

static void
unconfirmed_update_holds_the_next_one_back(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = connect_continuous(f);

    show(f, c, 1);
    int before = c->updates;
    for (uint32_t i = 2; i < 100; i++) {
        assert_false(vnc_wants_frame(f->vnc));
        change(f, i);
        rfb_client_request(c, RFB_CLIENT_CHANGES);
        fixture_receive(f, c);
    }
    assert_int_equal(c->updates, before);

    rfb_client_confirm(c); /* and then the newest comes at once */
    fixture_receive(f, c);
    assert_int_equal(c->updates, before + 1);
    fixture_assert_same_picture(f, c);
}

static void
only_the_last_fence_confirms(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = connect_continuous(f);
    struct rfb_client old = *c;

    show(f, c, 1);
    change(f, 2);
    int before = c->updates;
    rfb_client_confirm(&old);
    rfb_client_send_fence(c, 0, "", 0);
    rfb_client_send_fence(c, 0, "\0\0\0\0\0", 5);
    fixture_receive(f, c);
    assert_int_equal(c->updates, before);
}

static void
repaint_is_honoured_and_confirmed_too(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = connect_continuous(f);
    int updates = c->updates;
    int fences = c->fences;

    fixture_ask_for_all(f, c);
    assert_int_equal(c->updates, updates + 1);
    assert_int_equal(c->fences, fences + 1);
    fixture_ask_for_all(f, c);
    assert_int_equal(c->updates, updates + 1);
}

static void
end_is_told_and_nothing_comes_unasked_afterwards(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = connect_continuous(f);
    int ends = c->continuous_ends;

    rfb_client_send_continuous(c, false);
    fixture_receive(f, c);
    assert_int_equal(c->continuous_ends, ends + 1);
    int before = c->updates;
    show(f, c, 1);
    assert_int_equal(c->updates, before);
    assert_false(vnc_wants_frame(f->vnc));

    int fences = c->fences;
    rfb_client_request(c, RFB_CLIENT_CHANGES);
    fixture_receive(f, c);
    assert_int_equal(c->updates, before + 1);
    assert_int_equal(c->fences, fences);
}

static void
viewer_that_no_longer_lists_them_asks_again(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = connect_continuous(f);
    int ends = c->continuous_ends;

    offer(f, c, both, 2);
    assert_int_equal(c->continuous_ends, ends + 1);
    int before = c->updates;
    show(f, c, 1);
    assert_int_equal(c->updates, before);
}

static void
fence_of_a_viewer_is_answered(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    rfb_client_send_fence(c, REQUEST, "x", 1); /* none was offered */
    fixture_receive(f, c);
    assert_int_equal(c->fences, 0);

    offer(f, c, both, 2);
    rfb_client_send_fence(c, REQUEST | BLOCK_BEFORE | BLOCK_AFTER | 0xff8,
                          "abc", 3);
    fixture_receive(f, c);
    assert_int_equal(c->fences, 2);
    assert_int_equal(c->fence_flags, BLOCK_BEFORE | BLOCK_AFTER);
    assert_int_equal(c->fence_len, 3);
    assert_memory_equal(c->fence, "abc", 3);
}

/* 16 bits a pixel: the client understands 32 only, which tells them apart. */
static const uint8_t format_16[20] = {0,  0, 0,  0, 16, 16, 0, 1, 0,
                                      31, 0, 63, 0, 31, 11, 5, 0};

static void
synchronized_answer_stands_where_the_format_changes(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = connect_continuous(f);

    rfb_client_send_fence(c, REQUEST | SYNC_NEXT, "s", 1);
    fixture_receive(f, c);
    int fences = c->fences;
    show(f, c, 1); /* the format is still the old one, and so no answer */
    assert_int_equal(c->fences, fences + 1);
    assert_int_equal(c->fence_len, 4);
    fixture_assert_same_picture(f, c);

    change(f, 2);
    rfb_client_confirm(c);
    rfb_client_send(c, format_16, sizeof(format_16));
    fixture_run(f);
    rfb_client_read(c, SIZE_MAX);
    /* The one update between may be of the old format, with its fence. */
    rfb_client_expect(c, "\xf8\0\0\0\0\0\0\4\1s", 10);
    rfb_client_expect(c, "\0\0\0\1\0\0\0\0\0\x40\0\x30\0\0\0\0", 16);
    uint8_t pixels[WIDTH * HEIGHT * 2];
    rfb_client_take(c, pixels, sizeof(pixels));
    rfb_client_expect(c, "\xf8\0\0\0\x80\0\0\1\4", 9);
}

static void
viewer_that_takes_no_answers_is_closed(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);
    uint8_t payload[FLOW_PAYLOAD_MAX] = {0};

    fixture_set_encodings(f, c, both, 3);
    fixture_paint(f, 1);
    fixture_stall(f, c);
    for (int i = 0; i < FLOW_REPLIES_MAX / (9 + FLOW_PAYLOAD_MAX); i++) {
        rfb_client_send_fence(c, REQUEST, payload, sizeof(payload));
        fixture_run(f);
    }
    assert_int_equal(vnc_viewers(f->vnc), 1);
    rfb_client_send_fence(c, REQUEST, payload, sizeof(payload));
    fixture_run(f);
    assert_int_equal(vnc_viewers(f->vnc), 0);
}

static void
resized_picture_is_told_without_a_request(void **state)
{
    static const int32_t list[] = {0, -308, -312, -313};
    struct fixture *f = *state;
    struct rfb_client *c = connect_continuous(f);
    struct pixel_size size = {.width = 80, .height = 32};

    offer(f, c, list, 4);
    assert_int_equal(vnc_resize(f->vnc, size), 0);
    show(f, c, 1);
    assert_int_equal(c->size.width, 80);
    /* It names the area anew, which only then includes all of it. */
    rfb_client_confirm(c);
    rfb_client_send_continuous(c, true);
    fixture_receive(f, c);
    fixture_assert_same_picture(f, c);
}

#define FLOW_TEST(name) \
    cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(both_are_offered_once),
        FLOW_TEST(continuous_updates_are_not_offered_without_fences),
        FLOW_TEST(updates_come_without_requests),
        FLOW_TEST(unconfirmed_update_holds_the_next_one_back),
        FLOW_TEST(only_the_last_fence_confirms),
        FLOW_TEST(repaint_is_honoured_and_confirmed_too),
        FLOW_TEST(end_is_told_and_nothing_comes_unasked_afterwards),
        FLOW_TEST(viewer_that_no_longer_lists_them_asks_again),
        FLOW_TEST(fence_of_a_viewer_is_answered),
        FLOW_TEST(synchronized_answer_stands_where_the_format_changes),
        FLOW_TEST(viewer_that_takes_no_answers_is_closed),
        FLOW_TEST(resized_picture_is_told_without_a_request),
    };

    log_set_level(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests_name("vnc_flow", tests, NULL, NULL);
}
