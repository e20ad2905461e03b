/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The dialect of the host agent. Its console proxy follows what viewers say and
 * knows RFB 003.003, ClientInit and the messages 0, 2 to 6 and 255; with any
 * other it gives up, and no idle console is closed any more. So nothing that is
 * sent here may make a viewer say something else. And XenCenter closes when it
 * gets a rectangle in an encoding that it has not listed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "unit/rfb_client.h"
#include "unit/vnc_fixture.h"
#include "vnc/vnc.h"
#include "vnc/wire.h"

enum {
    RAW = 0,
    COPY_RECT = 1,
    RRE = 2,
    CORRE = 4,
    CURSOR = -239,
    KINDS_MAX = 16,
    PIXEL = 4,
};

/* XenCenter's, in its order; -254 and -258 are marks of its own and of QEMU. */
static const int32_t xencenter[] = {CORRE,  RRE,  COPY_RECT, RAW,
                                    CURSOR, -223, -254,      -258};

/* Every encoding that a server could take for an invitation to say more. */
static const int32_t everything[] = {
    COPY_RECT,   RAW,    CURSOR, -223, /* DesktopSize */
    -224,                              /* LastRect */
    -232,                              /* PointerPos */
    -240,                              /* XCursor */
    -257,                /* QEMU's pointer motion: relative pointers */
    -258,                /* QEMU's extended keys: message 255, harmless */
    -259,                /* QEMU's audio: message 255 with other lengths */
    -305,                /* gii: message 253 */
    -307,                /* DesktopName */
    -308,                /* ExtendedDesktopSize: message 251 */
    -309,                /* xvp: message 250 */
    -312,                /* Fence: message 248 */
    -313,                /* ContinuousUpdates: message 150 */
    -316,                /* ExtendedMouseButtons: pointers of another length */
    -1063131698,         /* extended clipboard: cut text of a negative length */
    -65536,              /* UltraVNC's */
    -65530,      -65529, /* SupportedMessages, SupportedEncodings,
                            ServerIdentity */
    -65528,
};

enum {
    XENCENTER_COUNT = sizeof(xencenter) / sizeof(xencenter[0]),
    EVERYTHING_COUNT = sizeof(everything) / sizeof(everything[0]),
};

/* What a viewer has been sent, in the encodings of this file. */
struct received {
    int rects;
    int kinds;
    int32_t encodings[KINDS_MAX];
    int bells;
    int cut_texts;
};

static bool
has_received(const struct received *r, int32_t encoding)
{
    for (int i = 0; i < r->kinds; i++) {
        if (r->encodings[i] == encoding) {
            return true;
        }
    }
    return false;
}

static void
pass_over(struct rfb_client *c, size_t len)
{
    uint8_t bytes[512];

    while (len > 0) {
        size_t part = len < sizeof(bytes) ? len : sizeof(bytes);
        rfb_client_take(c, bytes, part);
        len -= part;
    }
}

/* RRE and CoRRE: a count, a background, and so many parts of `len` bytes. */
static void
skip_parts(struct rfb_client *c, size_t len)
{
    uint8_t count[4];

    rfb_client_take(c, count, sizeof(count));
    pass_over(c, PIXEL + (size_t)wire_get_u32(count) * len);
}

static void
take_rect(struct rfb_client *c, struct received *r)
{
    uint8_t header[12];

    rfb_client_take(c, header, sizeof(header));
    size_t width = wire_get_u16(header + 4);
    size_t height = wire_get_u16(header + 6);
    int32_t encoding = (int32_t)wire_get_u32(header + 8);
    uint8_t len[4];

    switch (encoding) {
    case RAW:
        pass_over(c, width * height * PIXEL);
        break;
    case COPY_RECT:
        pass_over(c, 4);
        break;
    case RRE:
        skip_parts(c, PIXEL + 8);
        break;
    case CORRE:
        skip_parts(c, PIXEL + 4);
        break;
    case CURSOR:
        pass_over(c, width * height * PIXEL + (width + 7) / 8 * height);
        break;
    case -232: /* PointerPos */
        break;
    case -307: /* DesktopName */
        rfb_client_take(c, len, sizeof(len));
        pass_over(c, wire_get_u32(len));
        break;
    default:
        fail_msg("a rectangle in encoding %d", encoding);
    }
    r->rects++;
    if (!has_received(r, encoding)) {
        assert_true(r->kinds < KINDS_MAX);
        r->encodings[r->kinds] = encoding;
        r->kinds++;
    }
}

/* Takes all that there is; any other message than RFB 3.3's fails. */
static void
take_all(struct fixture *f, struct rfb_client *c, struct received *r)
{
    uint8_t header[8];

    fixture_run(f);
    rfb_client_read(c, SIZE_MAX);
    while (c->len > 0) {
        rfb_client_take(c, header, 1);
        switch (header[0]) {
        case 0: /* FramebufferUpdate */
            rfb_client_take(c, header + 1, 3);
            for (int i = wire_get_u16(header + 2); i > 0; i--) {
                take_rect(c, r);
            }
            break;
        case 2: /* Bell */
            r->bells++;
            break;
        case 3: /* ServerCutText */
            rfb_client_take(c, header + 1, 7);
            assert_true(wire_get_u32(header + 4) <= INT32_MAX);
            pass_over(c, wire_get_u32(header + 4));
            r->cut_texts++;
            break;
        default:
            fail_msg("message %u", header[0]);
        }
        fixture_run(f);
        rfb_client_read(c, SIZE_MAX);
    }
}

static struct rfb_client *
connect_through_agent(struct fixture *f, const int32_t *list, unsigned count)
{
    struct rfb_client *c = fixture_connect_peer(f);

    fixture_say(f, c, "RFB 003.003\n\1", 13);
    rfb_client_expect(c, "RFB 003.003\n\0\0\0\1", 16);
    rfb_client_take_init(c);
    fixture_set_encodings(f, c, list, count);
    return c;
}

/*
 * All that can become of a terminal: repaints, changes, scrolls both ways,
 * titles, bells, clipboards, and somebody else who moves the pointer.
 */
static void
live(struct fixture *f, struct rfb_client *c, struct received *r)
{
    struct rfb_client *other = connect_through_agent(f, everything, 4);

    for (uint32_t i = 0; i < 12; i++) {
        struct rect area = {.y = 16, .width = WIDTH, .height = 32};
        char title[16] = "title ";

        title[6] = (char)('a' + i);
        fixture_advance_ms(f, 1000);
        rfb_client_request(c, i % 4 == 0 ? RFB_CLIENT_ALL : RFB_CLIENT_CHANGES);
        fixture_run(f);
        if (i % 3 == 0) {
            fixture_paint(f, i);
        } else {
            vnc_scroll(f->vnc, area, i % 2 == 0 ? 16 : -16);
            area.height = 16;
            vnc_mark(f->vnc, area);
        }
        vnc_flush(f->vnc);
        vnc_set_name(f->vnc, title);
        vnc_bell(f->vnc);
        vnc_set_cut_text(f->vnc, 0, title, strlen(title));
        fixture_say(f, other, (const uint8_t[]){5, 0, 0, (uint8_t)i, 0, 9}, 6);
        take_all(f, c, r);
    }
}

static void
agent_greets_with_3_3_and_stays_there(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect_peer(f);

    fixture_say(f, c, "RFB 003.008\n\1", 13);
    rfb_client_expect(c, "RFB 003.003\n\0\0\0\1", 16);
    rfb_client_take_init(c);
    assert_int_equal(f->arrivals, 1);
}

static void
xencenter_gets_only_what_it_has_listed(void **state)
{
    struct fixture *f = *state;
    struct received r = {.rects = 0};
    struct rfb_client *c = connect_through_agent(f, xencenter, XENCENTER_COUNT);

    live(f, c, &r);
    for (int i = 0; i < r.kinds; i++) {
        bool is_listed = false;
        for (size_t k = 0; k < XENCENTER_COUNT; k++) {
            is_listed |= xencenter[k] == r.encodings[i];
        }
        assert_true(is_listed);
    }
    assert_true(has_received(&r, CORRE));
    assert_true(has_received(&r, COPY_RECT));
    assert_true(has_received(&r, CURSOR));
    assert_false(has_received(&r, -223));
    assert_int_equal(r.bells, 12);
    assert_int_equal(r.cut_texts, 12);
    assert_false(c->is_closed);
}

/* take_rect() and take_all() refuse what would be an invitation. */
static void
viewer_that_lists_everything_is_invited_to_nothing(void **state)
{
    struct fixture *f = *state;
    struct received r = {.rects = 0};
    struct rfb_client *c =
        connect_through_agent(f, everything, EVERYTHING_COUNT);

    live(f, c, &r);
    assert_true(has_received(&r, RAW));
    assert_true(has_received(&r, COPY_RECT));
    assert_true(has_received(&r, -307)); /* a name makes nobody answer */
    assert_false(has_received(&r, -223));
}

/* One who sends it all the same is neither obeyed nor answered nor closed. */
static void
size_requests_are_ignored(void **state)
{
    struct fixture *f = *state;
    struct received r = {.rects = 0};
    struct rfb_client *c =
        connect_through_agent(f, everything, EVERYTHING_COUNT);

    fixture_ask_for_all(f, c);
    rfb_client_send_desktop_size(c, (struct pixel_size){80, 60});
    take_all(f, c, &r);
    assert_int_equal(f->size_requests, 0);
    assert_int_equal(r.rects, 0);
    assert_false(c->is_closed);
}

static void
scancodes_of_xencenter_are_swallowed(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = connect_through_agent(f, xencenter, XENCENTER_COUNT);

    fixture_say(f, c, "\xfe\1\0\0\0\0\0\x1e\4\1\0\0\0\0\0c", 16);
    assert_int_equal(f->keys, 1);
    assert_int_equal(f->keysym, 'c');
    assert_false(c->is_closed);
}

static void
paste_of_xencenter_arrives_in_its_order(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = connect_through_agent(f, xencenter, XENCENTER_COUNT);

    fixture_say(f, c, "\6\0\0\0\0\0\0\4a\r\nb\5\2\0\0\0\0", 18);
    assert_string_equal(f->cut_text, "a\r\nb");
    assert_int_equal(f->buttons, 2);
    assert_int_equal(f->pointer_x, 0);
    assert_int_equal(f->pointer_y, 0);
    fixture_say(f, c, "\5\0\0\0\0\0", 6);
    assert_int_equal(f->buttons, 0);
    assert_int_equal(f->pointers, 2);
}

#define AGENT_TEST(name)                                        \
    cmocka_unit_test_setup_teardown(name, fixture_set_up_agent, \
                                    fixture_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        AGENT_TEST(agent_greets_with_3_3_and_stays_there),
        AGENT_TEST(xencenter_gets_only_what_it_has_listed),
        AGENT_TEST(viewer_that_lists_everything_is_invited_to_nothing),
        AGENT_TEST(size_requests_are_ignored),
        AGENT_TEST(scancodes_of_xencenter_are_swallowed),
        AGENT_TEST(paste_of_xencenter_arrives_in_its_order),
    };

    log_set_level(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests_name("vnc_agent", tests, NULL, NULL);
}
