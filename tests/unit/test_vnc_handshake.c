/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vnc/handshake.h"

static int
feed(struct handshake *h, const char *data, size_t len,
     struct handshake_reply *reply)
{
    return handshake_feed(h, (const uint8_t *)data, len, HANDSHAKE_ROOM, reply);
}

struct version_case {
    enum vnc_rfb offered;
    int minor;
    int agreed;
};

static void
version_is_one_that_exists_and_was_offered(void **state)
{
    static const struct version_case cases[] = {
        {VNC_RFB_3_8, 3, 3},   {VNC_RFB_3_8, 0, 3},   {VNC_RFB_3_8, 4, 3},
        {VNC_RFB_3_8, 5, 3},   {VNC_RFB_3_8, 6, 3},   {VNC_RFB_3_8, 7, 7},
        {VNC_RFB_3_8, 8, 8},   {VNC_RFB_3_8, 14, 8},  {VNC_RFB_3_8, 889, 8},
        {VNC_RFB_3_8, 999, 8}, {VNC_RFB_3_3, 3, 3},   {VNC_RFB_3_3, 7, 3},
        {VNC_RFB_3_3, 8, 3},   {VNC_RFB_3_3, 889, 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct handshake h;
        struct handshake_reply reply;
        char version[32];
        handshake_begin(&h, cases[i].offered, NULL, &reply);
        assert_int_equal(reply.len, HANDSHAKE_VERSION_SIZE);
        (void)snprintf(version, sizeof(version), "RFB 003.%03d\n",
                       cases[i].minor);
        assert_int_equal(feed(&h, version, 12, &reply), 12);
        assert_int_equal(h.minor, cases[i].agreed);
    }
}

static void
versions_4_and_5_are_3_8_by_another_name(void **state)
{
    static const char *const versions[] = {"RFB 004.000\n", "RFB 004.001\n",
                                           "RFB 005.000\n", "RFB 005.999\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        struct handshake h;
        struct handshake_reply reply;
        handshake_begin(&h, VNC_RFB_3_8, NULL, &reply);
        assert_int_equal(feed(&h, versions[i], 12, &reply), 12);
        assert_int_equal(h.minor, 8);
        handshake_begin(&h, VNC_RFB_3_3, NULL, &reply);
        assert_int_equal(feed(&h, versions[i], 12, &reply), 12);
        assert_int_equal(h.minor, 3);
    }
}

static void
malformed_version_is_an_error(void **state)
{
    static const char *const bad[] = {
        "RFB 003.00\n\n", "RFB 006.000\n", "RFB 103.008\n",
        "RFB 004.00x\n",  "RFB 003.008 ",  "RFB 003.-08\n",
        "RFB 003.0x8\n",  "rfb 003.008\n", "RFB 002.008\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct handshake h;
        struct handshake_reply reply;
        handshake_begin(&h, VNC_RFB_3_8, NULL, &reply);
        assert_int_equal(feed(&h, bad[i], 12, &reply), -EPROTO);
    }
}

static void
half_a_version_is_waited_for(void **state)
{
    struct handshake h;
    struct handshake_reply reply;

    (void)state;
    handshake_begin(&h, VNC_RFB_3_8, NULL, &reply);
    for (size_t len = 0; len < HANDSHAKE_VERSION_SIZE; len++) {
        assert_int_equal(feed(&h, "RFB 003.008\n", len, &reply), 0);
        assert_int_equal(reply.len, 0);
    }
}

static void
macos_leaves_client_init_out(void **state)
{
    struct handshake h;
    struct handshake_reply reply;

    (void)state;
    handshake_begin(&h, VNC_RFB_3_8, NULL, &reply);
    assert_int_equal(feed(&h, "RFB 003.889\n", 12, &reply), 12);
    assert_int_equal(feed(&h, "\1", 1, &reply), 1);
    assert_int_equal(h.step, HANDSHAKE_DONE);
    assert_int_equal(reply.len, 4);
}

static void
wrong_security_type_ends_3_7_without_a_word(void **state)
{
    struct handshake h;
    struct handshake_reply reply;

    (void)state;
    handshake_begin(&h, VNC_RFB_3_8, NULL, &reply);
    assert_int_equal(feed(&h, "RFB 003.007\n", 12, &reply), 12);
    assert_int_equal(feed(&h, "\2", 1, &reply), -EPROTO);
    assert_int_equal(reply.len, 0);
}

static void
nothing_is_taken_after_the_end(void **state)
{
    struct handshake h;
    struct handshake_reply reply;

    (void)state;
    handshake_begin(&h, VNC_RFB_3_3, NULL, &reply);
    assert_int_equal(feed(&h, "RFB 003.003\n", 12, &reply), 12);
    assert_int_equal(feed(&h, "\0", 1, &reply), 1);
    assert_int_equal(h.step, HANDSHAKE_DONE);
    assert_int_equal(feed(&h, "x", 1, &reply), -EPROTO);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_is_one_that_exists_and_was_offered),
        cmocka_unit_test(versions_4_and_5_are_3_8_by_another_name),
        cmocka_unit_test(malformed_version_is_an_error),
        cmocka_unit_test(half_a_version_is_waited_for),
        cmocka_unit_test(macos_leaves_client_init_out),
        cmocka_unit_test(wrong_security_type_ends_3_7_without_a_word),
        cmocka_unit_test(nothing_is_taken_after_the_end),
    };

    return cmocka_run_group_tests_name("vnc_handshake", tests, NULL, NULL);
}
