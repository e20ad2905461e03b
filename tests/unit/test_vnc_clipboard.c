/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The extended clipboard: messages as rfbproto has them, byte by byte, and what
 * of them reaches the handler. What is compressed was so by zlib's own tools.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "fakes/fake_loop.h"
#include "unit/rfb_client.h"
#include "unit/vnc_fixture.h"
#include "vnc/clipboard.h"
#include "vnc/vnc.h"
#include "vnc/wire.h"

/* Flags of the wire: text, and actions. */
#define CAPS_TEXT      "\x1f\0\0\1" /* caps, request, peek, notify, provide */
#define REQUEST_TEXT   "\2\0\0\1"
#define PEEK           "\4\0\0\0"
#define NOTIFY_TEXT    "\x8\0\0\1"
#define NOTIFY_NOTHING "\x8\0\0\0"
#define PROVIDE_TEXT   "\x10\0\0\1"

/* 00000007 "h\u20ac\r\n\0", compressed. */
#define ZIPPED_EURO                                                            \
    "\x78\x9c\x63\x60\x60\x60\xcf\x78\xd4\xb4\x86\x97\x8b\x01\x00\x0d\xdc\x02" \
    "\x97"

/* A viewer's clipboard, past its capabilities: it wants to be asked. */
static void
begin(struct clipboard *c)
{
    clipboard_init(c);
    clipboard_set_extended(c, true);
    c->owes_caps = false;
    assert_int_equal(
        clipboard_take(c, (const uint8_t *)CAPS_TEXT "\0\0\0\0", 8, NULL, NULL),
        CLIPBOARD_NOTHING);
}

static void
expect_pushed(struct clipboard *c, const void *wire, size_t len)
{
    struct bytes out;

    bytes_init(&out, 1 << 20);
    assert_int_equal(clipboard_push(c, &out), 0);
    assert_int_equal(bytes_len(&out), len);
    if (len > 0) {
        assert_memory_equal(bytes_peek(&out), wire, len);
    }
    bytes_fini(&out);
}

static void
capabilities_are_sent_each_time_it_is_listed(void **state)
{
    static const char caps[] =
        "\3\0\0\0\xff\xff\xff\xf8\x1f\0\0\1\0\x10\0\0"; /* 1 MiB */
    struct clipboard c;

    (void)state;
    clipboard_init(&c);
    expect_pushed(&c, "", 0);
    for (int i = 0; i < 2; i++) {
        clipboard_set_extended(&c, true);
        expect_pushed(&c, caps, 16);
        expect_pushed(&c, "", 0);
    }
    clipboard_fini(&c);
}

static void
text_is_announced_and_provided_when_asked_for(void **state)
{
    struct clipboard c;

    (void)state;
    begin(&c);
    assert_int_equal(clipboard_set_text(&c, "h\u20ac\n", 5), 0);
    expect_pushed(&c, "\3\0\0\0\xff\xff\xff\xfc" NOTIFY_TEXT, 12);

    for (int i = 0; i < 2; i++) { /* as often as it likes */
        assert_int_equal(
            clipboard_take(&c, (const uint8_t *)REQUEST_TEXT, 4, NULL, NULL),
            CLIPBOARD_NOTHING);
        struct bytes out;
        bytes_init(&out, 1 << 20);
        assert_int_equal(clipboard_push(&c, &out), 0);
        const uint8_t *m = bytes_peek(&out);
        assert_int_equal(bytes_len(&out), 8 + (0 - wire_get_u32(m + 4)));
        assert_memory_equal(m, "\3\0\0\0\xff\xff\xff", 7);
        assert_memory_equal(m + 8, PROVIDE_TEXT, 4);

        /* What is sent is understood. */
        struct clipboard peer;
        char *text;
        size_t len;
        clipboard_init(&peer);
        assert_int_equal(
            clipboard_take(&peer, m + 8, bytes_len(&out) - 8, &text, &len),
            CLIPBOARD_TEXT);
        assert_int_equal(len, 5);
        assert_memory_equal(text, "h\u20ac\n", 5);
        assert_int_equal(peer.inflated, 4 + 7); /* CR LF and a NUL */
        free(text);
        clipboard_fini(&peer);
        bytes_fini(&out);
    }
    clipboard_fini(&c);
}

static void
text_is_provided_at_once_to_who_takes_it(void **state)
{
    struct clipboard c;
    struct bytes out;

    (void)state;
    begin(&c);
    /* Text of up to 3 bytes, and HTML of more. */
    assert_int_equal(
        clipboard_take(&c, (const uint8_t *)"\x1f\0\0\5\0\0\0\3\0\1\0\0", 12,
                       NULL, NULL),
        CLIPBOARD_NOTHING);
    bytes_init(&out, 1 << 20);
    assert_int_equal(clipboard_set_text(&c, "\n", 1), 0); /* CR LF NUL: fits */
    assert_int_equal(clipboard_push(&c, &out), 0);
    assert_memory_equal(bytes_peek(&out) + 8, PROVIDE_TEXT, 4);
    bytes_fini(&out);
    assert_int_equal(clipboard_set_text(&c, "abc", 3), 0);
    expect_pushed(&c, "\3\0\0\0\xff\xff\xff\xfc" NOTIFY_TEXT, 12);
    clipboard_fini(&c);
}

static void
viewer_that_does_not_take_text_hears_nothing(void **state)
{
    struct clipboard c;

    (void)state;
    begin(&c);
    assert_int_equal(clipboard_take(&c, (const uint8_t *)"\x1f\0\0\2\0\1\0\0",
                                    8, NULL, NULL),
                     CLIPBOARD_NOTHING);
    assert_int_equal(clipboard_set_text(&c, "abc", 3), 0);
    expect_pushed(&c, "", 0);
    clipboard_fini(&c);
}

static void
peek_is_answered_with_what_there_is(void **state)
{
    struct clipboard c;

    (void)state;
    begin(&c);
    assert_int_equal(clipboard_take(&c, (const uint8_t *)PEEK, 4, NULL, NULL),
                     CLIPBOARD_NOTHING);
    expect_pushed(&c, "\3\0\0\0\xff\xff\xff\xfc" NOTIFY_NOTHING, 12);
    assert_int_equal(
        clipboard_take(&c, (const uint8_t *)REQUEST_TEXT, 4, NULL, NULL),
        CLIPBOARD_NOTHING);
    expect_pushed(&c, "", 0); /* nothing to provide */
    clipboard_fini(&c);
}

static void
announced_text_is_asked_for(void **state)
{
    struct clipboard c;
    char *text;
    size_t len;

    (void)state;
    begin(&c);
    assert_int_equal(
        clipboard_take(&c, (const uint8_t *)NOTIFY_TEXT, 4, &text, &len),
        CLIPBOARD_NOTHING);
    expect_pushed(&c, "\3\0\0\0\xff\xff\xff\xfc" REQUEST_TEXT, 12);
    /* It has something else, or nothing any more. */
    assert_int_equal(
        clipboard_take(&c, (const uint8_t *)NOTIFY_NOTHING, 4, &text, &len),
        CLIPBOARD_TEXT);
    assert_int_equal(len, 0);
    free(text);
    expect_pushed(&c, "", 0);
    clipboard_fini(&c);
}

static void
provided_text_has_line_feeds(void **state)
{
    static const char body[] = PROVIDE_TEXT ZIPPED_EURO;
    struct clipboard c;
    char *text;
    size_t len;

    (void)state;
    begin(&c);
    assert_int_equal(clipboard_take(&c, (const uint8_t *)body, sizeof(body) - 1,
                                    &text, &len),
                     CLIPBOARD_TEXT);
    assert_int_equal(len, 5);
    assert_memory_equal(text, "h\u20ac\n", 5);
    free(text);
    clipboard_fini(&c);
}

struct body {
    const char *data;
    size_t len;
    int result;
};

static void
malformed_bodies_are_refused(void **state)
{
    static const struct body bodies[] = {
        {"", 0, -EINVAL},
        {"\2\0\0", 3, -EINVAL},
        {"\0\0\0\1", 4, -EINVAL},         /* no action */
        {"\x18\0\0\1", 4, -EINVAL},       /* two of them */
        {"\x1f\0\0\1\0\0\0", 7, -EINVAL}, /* no size */
        {PROVIDE_TEXT, 4, -EINVAL},       /* no stream */
        {PROVIDE_TEXT "rubbish", 11, -EINVAL},
        {PROVIDE_TEXT ZIPPED_EURO, 16, -EINVAL}, /* cut short */
        /* A length of 200 before "abc", and one of 2^32 - 1. */
        {PROVIDE_TEXT "\x78\x9c\x63\x60\x60\x38\x91\x98\x94\xcc\x00\x00\x07"
                      "\x60\x01\xef",
         20, -EINVAL},
        {PROVIDE_TEXT "\x78\x9c\xfb\xff\xff\xff\xff\x44\x06\x00\x12\xb6\x04"
                      "\x5e",
         18, -EMSGSIZE},
        /* 00000003 ff fe 00 */
        {PROVIDE_TEXT "\x78\x9c\x63\x60\x60\x60\xfe\xff\x8f\x01\x00\x05\x0c"
                      "\x02\x01",
         19, -EINVAL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct clipboard c;
        char *text;
        size_t len;
        begin(&c);
        assert_int_equal(clipboard_take(&c, (const uint8_t *)bodies[i].data,
                                        bodies[i].len, &text, &len),
                         bodies[i].result);
        assert_true(c.inflated <= 16);
        expect_pushed(&c, "", 0);
        clipboard_fini(&c);
    }
}

static const int32_t extended[] = {0, -1063131698};

/* Sends a text of `len` times `c`, compressed. */
static void
say_provide(struct fixture *f, struct rfb_client *client, char c, size_t len)
{
    struct clipboard sender;
    struct bytes out;
    char *text = malloc(len);

    assert_non_null(text);
    memset(text, c, len);
    clipboard_init(&sender);
    sender.is_extended = true;
    assert_int_equal(clipboard_set_text(&sender, text, len), 0);
    bytes_init(&out, 8 << 20);
    assert_int_equal(clipboard_push(&sender, &out), 0);
    uint8_t *message = malloc(bytes_len(&out));
    assert_non_null(message);
    memcpy(message, bytes_peek(&out), bytes_len(&out));
    message[0] = 6; /* the same in the other direction */
    fixture_say(f, client, message, bytes_len(&out));
    free(message);
    bytes_fini(&out);
    clipboard_fini(&sender);
    free(text);
}

static void
both_directions_work_through_the_gate(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_set_encodings(f, c, extended, 2);
    fixture_say(f, c, "\6\0\0\0\xff\xff\xff\xf8\x1f\0\0\1\0\0\0\0", 16);
    rfb_client_expect(c, "\3\0\0\0\xff\xff\xff\xf8\x1f\0\0\1\0\x10\0\0", 16);
    fixture_say(f, c, "\6\0\0\0\xff\xff\xff\xfc" NOTIFY_TEXT, 12);
    rfb_client_expect(c, "\3\0\0\0\xff\xff\xff\xfc" REQUEST_TEXT, 12);
    fixture_say(f, c, "\6\0\0\0\xff\xff\xff\xe9" PROVIDE_TEXT ZIPPED_EURO, 31);
    assert_string_equal(f->cut_text, "h\u20ac\n");
    assert_int_equal(f->cut_texts, 1);

    vnc_set_cut_text(f->vnc, 0, "\u20ac", 3);
    fixture_run(f);
    rfb_client_read(c, SIZE_MAX);
    rfb_client_expect(c, "\3\0\0\0\xff\xff\xff\xfc" NOTIFY_TEXT, 12);
    fixture_say(f, c, "\6\0\0\0\xff\xff\xff\xfc" REQUEST_TEXT, 12);
    uint8_t head[12];
    rfb_client_take(c, head, sizeof(head));
    assert_memory_equal(head + 8, PROVIDE_TEXT, 4);
    assert_int_equal(c->len, 0 - wire_get_u32(head + 4) - 4);
}

static void
compressed_texts_are_taken_at_a_limited_rate(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_set_encodings(f, c, extended, 2);
    say_provide(f, c, 'a', 1 << 20);
    assert_int_equal(f->cut_text_len, 1 << 20);
    for (int i = 0; i < 5; i++) {
        say_provide(f, c, 'b', 1 << 20);
        assert_int_equal(f->cut_text_len, 0); /* nor is an older one pasted */
    }
    say_provide(f, c, 'c', 3);
    fixture_advance_ms(f, 100);
    assert_int_equal(f->cut_text_len, 0);
    fixture_advance_ms(f, 10);
    assert_string_equal(f->cut_text, "ccc"); /* the newest */
    assert_int_equal(fake_loop_count_armed(f->loop), 0);
}

static void
text_beyond_the_limit_clears_the_clipboard(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_set_encodings(f, c, extended, 2);
    say_provide(f, c, 'a', 3);
    fixture_advance_ms(f, 1);
    say_provide(f, c, 'b', VNC_CUT_TEXT_MAX + 1);
    assert_int_equal(f->cut_text_len, 0);
    fixture_say(f, c, "\4\1\0\0\0\0\0q", 8); /* the stream is in step */
    assert_int_equal(f->keysym, 'q');
}

static void
stalled_viewer_that_asks_without_end_is_owed_one_text(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect(f);

    fixture_set_encodings(f, c, extended, 2);
    vnc_set_cut_text(f->vnc, 0, "abc", 3);
    fixture_paint(f, 1);
    fixture_stall(f, c);
    for (int i = 0; i < 1000; i++) {
        rfb_client_send(c, "\6\0\0\0\xff\xff\xff\xfc" REQUEST_TEXT, 12);
        fixture_run(f);
    }
    /* All that was held back, and then one text. */
    size_t before = 0;
    do {
        before = c->len;
        fixture_run(f);
        rfb_client_read(c, SIZE_MAX);
    } while (c->len > before);
    static const uint8_t provide[] = {3, 0, 0, 0, 0xff, 0xff, 0xff};
    int found = 0;
    const uint8_t *end = c->data + c->len;
    const uint8_t *at = c->data;
    while ((at = memmem(at, (size_t)(end - at), provide, sizeof(provide))) !=
           NULL) {
        at += sizeof(provide) + 1;
        assert_true(end - at >= 4);
        found += memcmp(at, PROVIDE_TEXT, 4) == 0;
    }
    assert_int_equal(found, 2); /* the first came before it stalled */
}

#define CLIPBOARD_TEST(name) \
    cmocka_unit_test_setup_teardown(name, fixture_set_up, fixture_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(capabilities_are_sent_each_time_it_is_listed),
        cmocka_unit_test(text_is_announced_and_provided_when_asked_for),
        cmocka_unit_test(text_is_provided_at_once_to_who_takes_it),
        cmocka_unit_test(viewer_that_does_not_take_text_hears_nothing),
        cmocka_unit_test(peek_is_answered_with_what_there_is),
        cmocka_unit_test(announced_text_is_asked_for),
        cmocka_unit_test(provided_text_has_line_feeds),
        cmocka_unit_test(malformed_bodies_are_refused),
        CLIPBOARD_TEST(both_directions_work_through_the_gate),
        CLIPBOARD_TEST(compressed_texts_are_taken_at_a_limited_rate),
        CLIPBOARD_TEST(text_beyond_the_limit_clears_the_clipboard),
        CLIPBOARD_TEST(stalled_viewer_that_asks_without_end_is_owed_one_text),
    };

    log_set_level(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests_name("vnc_clipboard", tests, NULL, NULL);
}
