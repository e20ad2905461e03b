/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/log.h"
#include "fakes/fake_loop.h"
#include "unit/rfb_client.h"
#include "unit/vnc_fixture.h"
#include "vnc/library.h"
#include "vnc/password.h"
#include "vnc/vnc.h"

static void
challenge_is_encrypted_as_viewers_do(void **state)
{
    /* DES in ECB mode, each byte of the key with its bits reversed. */
    static const uint8_t expected[] = {0xb8, 0x66, 0x92, 0x41, 0x25, 0xc8,
                                       0xee, 0xbb, 0x9d, 0xeb, 0xc1, 0xdb,
                                       0x61, 0xc5, 0x38, 0xe2};
    uint8_t challenge[PASSWORD_CHALLENGE_SIZE];
    uint8_t answer[PASSWORD_CHALLENGE_SIZE];
    struct password p;

    (void)state;
    assert_int_equal(vnc_prepare_password("password"), 0);
    password_init(&p, "password and more");
    for (size_t i = 0; i < sizeof(challenge); i++) {
        challenge[i] = (uint8_t)i;
    }
    assert_true(password_is_right(&p, challenge, expected));
    for (size_t i = 0; i < sizeof(expected); i++) {
        memcpy(answer, expected, sizeof(answer));
        answer[i] ^= 1;
        assert_false(password_is_right(&p, challenge, answer));
    }
    password_init(&p, "passwore");
    assert_false(password_is_right(&p, challenge, expected));
}

/* The library refuses the key, and leaves what it should encrypt as it is. */
static void
weak_key_lets_nobody_in(void **state)
{
    uint8_t challenge[PASSWORD_CHALLENGE_SIZE] = {1, 2, 3};
    struct password p;

    (void)state;
    assert_int_equal(vnc_prepare_password(""), -EINVAL);
    password_init(&p, "");
    assert_false(password_is_right(&p, challenge, challenge));
}

static void
challenges_differ(void **state)
{
    uint8_t first[PASSWORD_CHALLENGE_SIZE];
    uint8_t second[PASSWORD_CHALLENGE_SIZE];

    (void)state;
    assert_int_equal(password_make_challenge(first), 0);
    assert_int_equal(password_make_challenge(second), 0);
    assert_memory_not_equal(first, second, sizeof(first));
}

/* A peer that has been sent its challenge, in a handshake of 3.8. */
static struct rfb_client *
connect_asked(struct fixture *f, uint8_t challenge[PASSWORD_CHALLENGE_SIZE])
{
    struct rfb_client *c = fixture_connect_peer(f);

    fixture_say(f, c, "RFB 003.008\n\2", 13);
    rfb_client_expect(c, "RFB 003.008\n\1\2", 14);
    rfb_client_take(c, challenge, PASSWORD_CHALLENGE_SIZE);
    assert_int_equal(c->len, 0);
    return c;
}

/* The fixture's password, "secret". */
static void
answer_right(struct fixture *f, struct rfb_client *c,
             uint8_t challenge[PASSWORD_CHALLENGE_SIZE])
{
    library_encrypt_challenge(challenge, "secret\0");
    fixture_say(f, c, challenge, PASSWORD_CHALLENGE_SIZE);
}

static void
right_password_makes_a_viewer(void **state)
{
    struct fixture *f = *state;
    uint8_t challenge[PASSWORD_CHALLENGE_SIZE];
    struct rfb_client *c = connect_asked(f, challenge);

    answer_right(f, c, challenge);
    rfb_client_expect(c, "\0\0\0\0", 4);
    assert_int_equal(f->arrivals, 0);
    fixture_say(f, c, "\1", 1);
    rfb_client_take_init(c);
    assert_int_equal(f->arrivals, 1);
}

static void
older_versions_ask_too(void **state)
{
    struct fixture *f = *state;
    uint8_t challenge[PASSWORD_CHALLENGE_SIZE];
    struct rfb_client *c = fixture_connect_peer(f);

    fixture_say(f, c, "RFB 003.003\n", 12);
    rfb_client_expect(c, "RFB 003.008\n\0\0\0\2", 16);
    rfb_client_take(c, challenge, sizeof(challenge));
    answer_right(f, c, challenge);
    rfb_client_expect(c, "\0\0\0\0", 4);

    c = fixture_connect_peer(f);
    fixture_say(f, c, "RFB 003.007\n\2", 13);
    rfb_client_expect(c, "RFB 003.008\n\1\2", 14);
    rfb_client_take(c, challenge, sizeof(challenge));
    fixture_say(f, c, challenge, sizeof(challenge));
    rfb_client_expect(c, "\0\0\0\1", 4); /* which has no reason yet */
    assert_int_equal(c->len, 0);
    assert_true(c->is_closed);

    c = fixture_connect_peer(f); /* macOS sends its ClientInit here */
    fixture_advance_ms(f, 100);
    fixture_say(f, c, "RFB 003.889\n\2", 13);
    rfb_client_expect(c, "RFB 003.008\n\1\2", 14);
    rfb_client_take(c, challenge, sizeof(challenge));
    answer_right(f, c, challenge);
    rfb_client_expect(c, "\0\0\0\0", 4);
    assert_int_equal(f->arrivals, 0);
}

static void
none_is_refused_when_a_password_is_asked_for(void **state)
{
    struct fixture *f = *state;
    struct rfb_client *c = fixture_connect_peer(f);

    fixture_say(f, c, "RFB 003.008\n\1", 13);
    rfb_client_expect(
        c, "RFB 003.008\n\1\2\0\0\0\1\0\0\0\x15unknown security type", 43);
    assert_true(c->is_closed);
    assert_int_equal(f->arrivals, 0);
}

static void
wrong_password_is_told_so(void **state)
{
    struct fixture *f = *state;
    uint8_t challenge[PASSWORD_CHALLENGE_SIZE];
    struct rfb_client *c = connect_asked(f, challenge);

    fixture_say(f, c, challenge, sizeof(challenge));
    rfb_client_expect(c, "\0\0\0\1\0\0\0\x0ewrong password", 22);
    assert_true(c->is_closed);
}

static void
guesses_are_looked_at_ten_times_a_second(void **state)
{
    struct fixture *f = *state;
    uint8_t challenges[8][PASSWORD_CHALLENGE_SIZE];
    int closed = 0;

    struct rfb_client *viewer = connect_asked(f, challenges[0]);
    answer_right(f, viewer, challenges[0]);
    fixture_say(f, viewer, "\1", 1);

    for (int i = 0; i < 8; i++) {
        struct rfb_client *c = connect_asked(f, challenges[i]);
        rfb_client_send(c, challenges[i], sizeof(challenges[i]));
    }
    uint8_t right[PASSWORD_CHALLENGE_SIZE];
    struct rfb_client *late = connect_asked(f, right);
    answer_right(f, late, right);
    assert_int_equal(late->len, 0); /* behind the others */

    /* Nobody else feels it. */
    fixture_say(f, viewer, "\4\1\0\0\0\0\0k", 8);
    assert_int_equal(f->keysym, 'k');

    for (int i = 0; i < 8; i++) {
        closed = 0;
        for (int k = 1; k <= 8; k++) {
            rfb_client_read(&f->clients[k], SIZE_MAX);
            closed += f->clients[k].is_closed;
        }
        assert_int_equal(closed, i + 1);
        fixture_advance_ms(f, 100);
        fixture_run(f);
    }
    rfb_client_read(late, SIZE_MAX);
    rfb_client_expect(late, "\0\0\0\0", 4);
    assert_int_equal(f->arrivals, 1);
}

/* Who does not wait for the answer does not make others wait for it. */
static void
guesser_that_is_gone_costs_no_time(void **state)
{
    struct fixture *f = *state;
    uint8_t challenge[PASSWORD_CHALLENGE_SIZE];

    for (int i = 0; i < 4; i++) {
        struct rfb_client *c = connect_asked(f, challenge);
        fixture_say(f, c, challenge, sizeof(challenge));
        rfb_client_fini(c);
        f->client_count--;
        fixture_run(f);
    }
    struct rfb_client *late = connect_asked(f, challenge);
    answer_right(f, late, challenge);
    assert_int_equal(late->len, 0);
    fixture_advance_ms(f, 100);
    fixture_run(f);
    rfb_client_read(late, SIZE_MAX);
    rfb_client_expect(late, "\0\0\0\0", 4);
}

static void
peer_that_talks_before_the_judgement_is_closed(void **state)
{
    struct fixture *f = *state;
    uint8_t challenge[PASSWORD_CHALLENGE_SIZE];
    struct rfb_client *wrong = connect_asked(f, challenge);

    fixture_say(f, wrong, challenge, sizeof(challenge));
    struct rfb_client *c = connect_asked(f, challenge);
    answer_right(f, c, challenge); /* has to wait */
    fixture_say(f, c, "\1", 1);
    assert_true(c->is_closed);
}

#define PASSWORD_TEST(name)                                        \
    cmocka_unit_test_setup_teardown(name, fixture_set_up_password, \
                                    fixture_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(challenge_is_encrypted_as_viewers_do),
        cmocka_unit_test(weak_key_lets_nobody_in),
        cmocka_unit_test(challenges_differ),
        PASSWORD_TEST(right_password_makes_a_viewer),
        PASSWORD_TEST(older_versions_ask_too),
        PASSWORD_TEST(none_is_refused_when_a_password_is_asked_for),
        PASSWORD_TEST(wrong_password_is_told_so),
        PASSWORD_TEST(guesses_are_looked_at_ten_times_a_second),
        PASSWORD_TEST(guesser_that_is_gone_costs_no_time),
        PASSWORD_TEST(peer_that_talks_before_the_judgement_is_closed),
    };

    log_set_level(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests_name("vnc_password", tests, NULL, NULL);
}
