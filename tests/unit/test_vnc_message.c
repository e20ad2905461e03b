/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "vnc/message.h"
#include "vnc/wire.h"

/* Parses, after checking that no shorter part is taken for a message. */
static struct message
parse(const void *data, size_t len)
{
    struct message m = {.len = 0};

    assert_int_equal(message_parse(data, len, VNC_DIALECT_FULL, &m), 0);
    assert_true(m.len <= len);
    for (size_t part = 0; part < m.len; part++) {
        struct message rest;
        assert_int_equal(message_parse(data, part, VNC_DIALECT_FULL, &rest),
                         -EAGAIN);
    }
    return m;
}

static void
update_request_is_parsed(void **state)
{
    (void)state;
    struct message m = parse("\3\1\0\2\1\0\0\4\0\5", 10);
    assert_int_equal(m.type, MESSAGE_UPDATE_REQUEST);
    assert_int_equal(m.len, 10);
    assert_true(m.request.is_incremental);
    assert_int_equal(m.request.area.x, 2);
    assert_int_equal(m.request.area.y, 256);
    assert_int_equal(m.request.area.width, 4);
    assert_int_equal(m.request.area.height, 5);
}

static void
key_is_parsed(void **state)
{
    (void)state;
    struct message m = parse("\4\1xx\1\0\x20\xac", 8);
    assert_int_equal(m.type, MESSAGE_KEY);
    assert_true(m.key.is_down);
    assert_int_equal(m.key.keysym, 0x10020ac);
}

static void
pointer_is_parsed(void **state)
{
    (void)state;
    struct message m = parse("\5\x10\xff\xff\0\1", 6);
    assert_int_equal(m.type, MESSAGE_POINTER);
    assert_int_equal(m.pointer.buttons, 16);
    assert_int_equal(m.pointer.x, 65535);
    assert_int_equal(m.pointer.y, 1);
}

static void
cut_text_is_complete_with_its_last_byte(void **state)
{
    (void)state;
    struct message m = parse("\6xxx\0\0\0\3abcd", 12);
    assert_int_equal(m.type, MESSAGE_CUT_TEXT);
    assert_int_equal(m.len, 11);
    assert_int_equal(m.cut_text.len, 3);
    assert_memory_equal(m.cut_text.latin1, "abc", 3);
}

static void
cut_text_beyond_the_limit_is_not_waited_for(void **state)
{
    (void)state;
    struct message m = parse("\6xxx\0\x10\0\1", 8);
    assert_int_equal(m.type, MESSAGE_CUT_TEXT_TOO_LONG);
    assert_int_equal(m.len, 8);
    assert_int_equal(m.swallow, VNC_CUT_TEXT_MAX + 1);
    m = parse("\6xxx\x7f\xff\xff\xff", 8);
    assert_int_equal(m.swallow, INT32_MAX);
}

static void
negative_cut_text_is_the_extended_clipboard(void **state)
{
    (void)state;
    struct message m = parse("\6xxx\xff\xff\xff\xfb\2\0\0\1xy", 14);
    assert_int_equal(m.type, MESSAGE_EXTENDED_CUT_TEXT);
    assert_int_equal(m.len, 13);
    assert_int_equal(m.extended.len, 5);
    assert_memory_equal(m.extended.body, "\2\0\0\1x", 5);
    m = parse("\6xxx\x80\0\0\0", 8);
    assert_int_equal(m.type, MESSAGE_CUT_TEXT_TOO_LONG);
    assert_int_equal(m.swallow, UINT32_C(0x80000000));
}

static void
negative_cut_text_is_ignored_in_the_agents_dialect(void **state)
{
    static const uint8_t data[] = "\6xxx\xff\xff\xff\xfb";
    struct message m;

    (void)state;
    assert_int_equal(message_parse(data, 8, VNC_DIALECT_AGENT, &m), 0);
    assert_int_equal(m.type, MESSAGE_IGNORED);
    assert_int_equal(m.len, 8);
    assert_int_equal(m.swallow, 5);
}

static void
encodings_beyond_the_limit_are_swallowed(void **state)
{
    uint8_t data[4 + 4 * VNC_ENCODINGS_MAX] = {2, 0, 0xff, 0xff};

    (void)state;
    struct message m = parse(data, sizeof(data));
    assert_int_equal(m.type, MESSAGE_SET_ENCODINGS);
    assert_int_equal(m.len, sizeof(data));
    assert_int_equal(m.encodings.count, VNC_ENCODINGS_MAX);
    assert_int_equal(m.swallow, 4 * (65535 - VNC_ENCODINGS_MAX));
}

static void
desktop_size_needs_all_its_screens(void **state)
{
    uint8_t data[8 + 2 * 16] = {251, 0, 2, 0, 1, 0, 1, 0};

    (void)state;
    data[8 + 8] = 2; /* width */
    data[8 + 10] = 1;
    struct message m = parse(data, 8 + 16);
    assert_int_equal(m.type, MESSAGE_SET_DESKTOP_SIZE);
    assert_int_equal(m.desktop.size.width, 512);
    assert_int_equal(m.desktop.size.height, 256);
    assert_true(m.desktop.is_one_screen);

    data[8 + 5] = 1; /* what some leave unset: not at the left edge */
    assert_true(parse(data, 8 + 16).desktop.is_one_screen);
    data[8 + 9] = 1; /* another width */
    assert_false(parse(data, 8 + 16).desktop.is_one_screen);
    data[8 + 9] = 0;
    data[6] = 2;
    assert_false(parse(data, sizeof(data)).desktop.is_one_screen);
    data[6] = 0;
    assert_false(parse(data, 8).desktop.is_one_screen);
}

static void
scancode_is_ignored(void **state)
{
    (void)state;
    struct message m = parse("\xfe\1\0\0\0\0\0\x1e", 8);
    assert_int_equal(m.type, MESSAGE_IGNORED);
    assert_int_equal(m.len, 8);
    assert_int_equal(m.swallow, 0);
}

static void
fence_has_a_payload(void **state)
{
    uint8_t data[9 + 255] = {248, 0, 0, 0, 0x80, 0, 0, 5, 3, 'a', 'b', 'c'};
    struct message m;

    (void)state;
    m = parse(data, sizeof(data));
    assert_int_equal(m.type, MESSAGE_FENCE);
    assert_int_equal(m.len, 12);
    assert_int_equal(m.fence.flags, 0x80000005);
    assert_int_equal(m.fence.len, 3);
    assert_memory_equal(m.fence.payload, "abc", 3);
    data[8] = 64;
    assert_int_equal(parse(data, sizeof(data)).fence.len, 64);
    data[8] = 65;
    assert_int_equal(message_parse(data, sizeof(data), VNC_DIALECT_FULL, &m),
                     -EBADMSG);
}

static void
continuous_updates_are_parsed(void **state)
{
    (void)state;
    struct message m = parse("\x96\1\0\1\0\2\0\3\0\4", 10);
    assert_int_equal(m.type, MESSAGE_CONTINUOUS);
    assert_true(m.continuous.is_on);
    assert_int_equal(m.continuous.area.x, 1);
    assert_int_equal(m.continuous.area.y, 2);
    assert_int_equal(m.continuous.area.width, 3);
    assert_int_equal(m.continuous.area.height, 4);
}

static void
agent_knows_neither_fences_nor_continuous_updates(void **state)
{
    uint8_t data[64] = {248};
    struct message m;

    (void)state;
    assert_int_equal(message_parse(data, 1, VNC_DIALECT_AGENT, &m), -EPROTO);
    data[0] = 150;
    assert_int_equal(message_parse(data, 1, VNC_DIALECT_AGENT, &m), -EPROTO);
}

static void
all_other_types_are_refused(void **state)
{
    static const uint8_t known[] = {0, 2, 3, 4, 5, 6, 150, 248, 251, 254};
    uint8_t data[64] = {0};

    (void)state;
    for (int type = 0; type < 256; type++) {
        struct message m;
        data[0] = (uint8_t)type;
        if (memchr(known, type, sizeof(known)) == NULL) {
            assert_int_equal(message_parse(data, 1, VNC_DIALECT_FULL, &m),
                             -EPROTO);
            assert_int_equal(
                message_parse(data, sizeof(data), VNC_DIALECT_FULL, &m),
                -EPROTO);
        } else {
            assert_int_equal(message_parse(data, 1, VNC_DIALECT_FULL, &m),
                             -EAGAIN);
        }
    }
}

struct format_case {
    uint8_t format[13];
    bool is_usable;
};

static void
format_must_fit_its_pixels(void **state)
{
    /* bits, depth, big endian, true colour, maxima, shifts */
    static const struct format_case cases[] = {
        {{32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0}, true},
        {{32, 32, 1, 1, 0, 255, 0, 255, 0, 255, 24, 16, 8}, true},
        {{32, 30, 0, 1, 3, 255, 3, 255, 3, 255, 20, 10, 0}, true},
        {{16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0}, true},
        {{8, 6, 0, 1, 0, 3, 0, 3, 0, 3, 4, 2, 0}, true},
        {{8, 8, 0, 0, 9, 9, 9, 9, 9, 9, 99, 99, 99}, true},
        /* 24 bits of depth in 16: the library would read too far */
        {{16, 24, 0, 1, 0, 255, 0, 255, 0, 255, 0, 0, 8}, false},
        {{16, 16, 0, 1, 0, 255, 0, 255, 0, 255, 0, 0, 8}, false},
        /* sizes that are none */
        {{0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 2, 1, 0}, false},
        {{24, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0}, false},
        {{64, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0}, false},
        {{16, 8, 0, 0, 0, 255, 0, 255, 0, 255, 16, 8, 0}, false},
        /* shifts beyond the pixel, maxima that are no mask, overlaps */
        {{32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 25, 8, 0}, false},
        {{32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 255, 8, 0}, false},
        {{32, 24, 0, 1, 0, 254, 0, 255, 0, 255, 16, 8, 0}, false},
        {{32, 24, 0, 1, 0, 0, 0, 255, 0, 255, 16, 8, 0}, false},
        {{32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 15, 0}, false},
        {{32, 33, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0}, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint8_t message[MESSAGE_FORMAT_SIZE] = {0};
        struct message m;
        memcpy(message + 4, cases[i].format, sizeof(cases[i].format));
        int r = message_parse(message, sizeof(message), VNC_DIALECT_FULL, &m);
        assert_int_equal(r, cases[i].is_usable ? 0 : -EINVAL);
    }
}

static struct encodings
choose(const int32_t *list, unsigned count, enum vnc_dialect dialect)
{
    uint8_t wire[4 * 64];
    struct encodings e;

    assert_true(count <= 64);
    for (unsigned i = 0; i < count; i++) {
        wire_put_u32(wire + (size_t)4 * i, (uint32_t)list[i]);
    }
    encodings_choose(wire, count, dialect, &e);
    assert_int_equal(e.message[0], 2);
    assert_int_equal(e.message_len, 4 + 4 * wire_get_u16(e.message + 2));
    return e;
}

static void
assert_chosen(const struct encodings *e, const int32_t *list, unsigned count)
{
    assert_int_equal(wire_get_u16(e->message + 2), count);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal((int32_t)wire_get_u32(e->message + 4 + (size_t)4 * i),
                         list[i]);
    }
}

static void
known_encodings_keep_their_order(void **state)
{
    const int32_t list[] = {16, 5, 0, 1, -239, -223, -224};

    (void)state;
    struct encodings e = choose(list, 7, VNC_DIALECT_AGENT);
    assert_chosen(&e, list, 7);
}

static void
what_the_library_must_not_see_is_left_out(void **state)
{
    /* Extended clipboard, xvp, Fence, ContinuousUpdates, QEMU keys, quality
     * levels, UltraVNC's messages and identity, TightPng, H.264. */
    const int32_t list[] = {-1063131698, -309, -312, -313,   -258, -32, -23,
                            -512,        -412, 5,    -65536, -260, 50,  8};
    const int32_t left[] = {5};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct encodings e =
            choose(list, 14, i == 0 ? VNC_DIALECT_AGENT : VNC_DIALECT_FULL);
        assert_chosen(&e, left, 1);
    }
}

static void
duplicates_are_left_out(void **state)
{
    const int32_t list[] = {5, 5, 1, 5, 1};
    const int32_t left[] = {5, 1};

    (void)state;
    struct encodings e = choose(list, 5, VNC_DIALECT_FULL);
    assert_chosen(&e, left, 2);
}

static void
compression_level_is_clamped(void **state)
{
    const int32_t list[] = {-247, 7}; /* 9 */
    const int32_t left[] = {7, -250}; /* 6 */
    const int32_t low[] = {-255};

    (void)state;
    struct encodings e = choose(list, 2, VNC_DIALECT_FULL);
    assert_chosen(&e, left, 2);
    e = choose(low, 1, VNC_DIALECT_FULL);
    assert_chosen(&e, low, 1);
}

static void
extensions_depend_on_the_dialect(void **state)
{
    const int32_t list[] = {0, -307, -308, -1063131698};
    const int32_t full[] = {0, -308};

    (void)state;
    struct encodings e = choose(list, 4, VNC_DIALECT_FULL);
    assert_true(e.has_desktop_name);
    assert_true(e.has_extended_clipboard);
    assert_true(e.has_extended_desktop_size);
    assert_chosen(&e, full, 2);

    e = choose(list, 4, VNC_DIALECT_AGENT);
    assert_true(e.has_desktop_name); /* it makes nobody send anything */
    assert_false(e.has_extended_desktop_size);
    assert_false(e.has_extended_clipboard);
    assert_chosen(&e, list, 1);
}

static void
every_known_encoding_at_once_fits(void **state)
{
    const int32_t list[] = {0,    1,    2,    4,    5,    6,    7,
                            9,    16,   17,   -223, -224, -232, -239,
                            -240, -247, -248, -249, -250, -251, -252,
                            -253, -254, -255, -256, -307, -308};

    (void)state;
    struct encodings e = choose(list, 27, VNC_DIALECT_FULL);
    assert_int_equal(wire_get_u16(e.message + 2), 17);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(update_request_is_parsed),
        cmocka_unit_test(key_is_parsed),
        cmocka_unit_test(pointer_is_parsed),
        cmocka_unit_test(cut_text_is_complete_with_its_last_byte),
        cmocka_unit_test(cut_text_beyond_the_limit_is_not_waited_for),
        cmocka_unit_test(negative_cut_text_is_the_extended_clipboard),
        cmocka_unit_test(negative_cut_text_is_ignored_in_the_agents_dialect),
        cmocka_unit_test(encodings_beyond_the_limit_are_swallowed),
        cmocka_unit_test(desktop_size_needs_all_its_screens),
        cmocka_unit_test(scancode_is_ignored),
        cmocka_unit_test(fence_has_a_payload),
        cmocka_unit_test(continuous_updates_are_parsed),
        cmocka_unit_test(agent_knows_neither_fences_nor_continuous_updates),
        cmocka_unit_test(all_other_types_are_refused),
        cmocka_unit_test(format_must_fit_its_pixels),
        cmocka_unit_test(known_encodings_keep_their_order),
        cmocka_unit_test(what_the_library_must_not_see_is_left_out),
        cmocka_unit_test(duplicates_are_left_out),
        cmocka_unit_test(compression_level_is_clamped),
        cmocka_unit_test(extensions_depend_on_the_dialect),
        cmocka_unit_test(every_known_encoding_at_once_fits),
    };

    return cmocka_run_group_tests_name("vnc_message", tests, NULL, NULL);
}
