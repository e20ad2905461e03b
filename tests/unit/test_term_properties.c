/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold for any stream, tried with random streams of sequences that
 * programs send. The fuzz targets do the same with any bytes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "term/width.h"
#include "term_rig.h"

enum {
    STREAMS = 400,
    TOKENS = 120,
    TOKEN_MAX = 64,
};

struct stream {
    struct cell_size size;
    size_t len;
    char bytes[TOKENS * TOKEN_MAX];
};

/* xorshift32: the same streams in every run. */
static uint32_t
next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static int
random_below(uint32_t *seed, int end)
{
    return (int)(next_random(seed) % (uint32_t)end);
}

/* A %d is a small random number, which may be 0 or past the screen. */
static const char *const tokens[] = {
    "text",
    "some longer text that wraps around narrow screens",
    " ",
    "\r\n",
    "\n",
    "\r",
    "\t",
    "\b",
    "\a",
    "\xe4\xbd\xa0\xe5\xa5\xbd",
    "e\xcc\x81",
    "\xcc\x88",
    "\xcc\xa3\xcc\x82",
    "\xe2\x80\x8d\xef\xb8\x8f",
    "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab",
    "\033%%@\xe9\x8eq\033%%G",
    "\033)0\033~",
    "\033}",
    "\033*%%5",
    "\033[?42h\033(K",
    "\033[?42l",
    "\033[4;58;5;%dm",
    "\033[58:2::1:2:%dm",
    "\033[59m",
    "\xf0\x9f\x98\x80",
    "\xc3",
    "\xff",
    "\033[%dA",
    "\033[%dB",
    "\033[%dC",
    "\033[%dD",
    "\033[%dE",
    "\033[%dF",
    "\033[%dG",
    "\033[%dd",
    "\033[%de",
    "\033[%d;%dH",
    "\033[%dI",
    "\033[%dZ",
    "\033[%dJ",
    "\033[%dK",
    "\033[?%dJ",
    "\033[?%dK",
    "\033[%dX",
    "\033[%d@",
    "\033[%dP",
    "\033[%dL",
    "\033[%dM",
    "\033[%dS",
    "\033[%dT",
    "\033[%db",
    "\033[%d;%dr",
    "\033[r",
    "\033[?69h",
    "\033[?69h\033[%d;%ds",
    "\033[%d;%ds",
    "\033[%d;%ds",
    "\033[?69l",
    "\033[%d'}",
    "\033[%d'~",
    "\033[%d @",
    "\033[%d A",
    "\0336",
    "\0339",
    "\033[1;1;%d;%d;1;%d$v",
    "\033[2;3;4;5;1;%d;%d$v",
    "\033[%d;%d;1;9;9$x",
    "\033[88;1;%d;%d$x",
    "\033[%d;%d;8;8$z",
    "\033[%d;%d;8;8${",
    "\033[%d;%d;3;6;1;4$r",
    "\033[%d;%d;3;6;7;5$t",
    "\033[2*x",
    "\033[*x",
    "\033[%d#y",
    "\033[?45h",
    "\033[?45l",
    "\033[?41h",
    "\033[?40h",
    "\033[?3h",
    "\033[?3l",
    "\033[?95h",
    "\033[?4;18;19h",
    "\033V",
    "\033W",
    "\033[?5W",
    "\033[?1;3;7;25;45s",
    "\033[?6;45;69;1047;1000s",
    "\033[?1;3;7;25;45r",
    "\033[?6;45;69;1047;1000r",
    "\033[22;%dt",
    "\033[23;%dt",
    "\033]1;icon %d\a",
    "\033]0;both %d\a",
    "\033P$qm\033\\",
    "\033P$qr\033\\",
    "\033P2$t3/7/%d\033\\",
    "\033[1$w",
    "\033[2$w",
    "\033[8;%d;%dt",
    "\033[>0;1t",
    "\033[>0T",
    "\033]2;414243\a",
    "\033[6%d\"p",
    "\033 G",
    "\033 F",
    "\033D",
    "\033E",
    "\033M",
    "\033H",
    "\033[g",
    "\033[3g",
    "\033[4h",
    "\033[4l",
    "\033[20h",
    "\033[20l",
    "\033[?6h",
    "\033[?6l",
    "\033[?7h",
    "\033[?7l",
    "\033[?5h",
    "\033[?1h",
    "\033[?25l",
    "\033[?47h",
    "\033[?47l",
    "\033[?1047h",
    "\033[?1047l",
    "\033[?1049h",
    "\033[?1049l",
    "\033[?1002;1006h",
    "\033[?2004h",
    "\033[?67h",
    "\033[?1035l",
    "\033[?1037h",
    "\033[>1;3m",
    "\033[>2n",
    "\033[>4;2m",
    "\0337",
    "\0338",
    "\033[m",
    "\033[%d;3%dm",
    "\033[4%dm",
    "\033[38;5;%dm",
    "\033[48;2;1;%d;3m",
    "\033[4:%dm",
    "\033[1\"q",
    "\033[0\"q",
    "\033(0",
    "\033(B",
    "\033)0",
    "\016",
    "\017",
    "\033N",
    "\033[11m",
    "\033[10m",
    "\033%%@",
    "\033%%G",
    "\033[%d q",
    "\033]2;title %d\a",
    "\033]4;%d;rgb:12/34/56\033\\",
    "\033]11;#102030\a",
    "\033]P1abcdef",
    "\033]5;%d;#123456\033\\",
    "\033]1%d;red\a",
    "\033]4;25%d;?\a",
    "\033]105;%d\a",
    "\033]11%d\a",
    "\033]52;c;YWJj\a",
    "\033]R",
    "\033[6n",
    "\033[c",
    "\033[?7$p",
    "\033#8",
    "\033[!p",
    "\033c",
};

static void
make_stream(struct stream *stream, uint32_t seed)
{
    enum {
        SIZES = 8
    };
    static const struct cell_size sizes[SIZES] = {
        {1, 1}, {1, 4}, {2, 2}, {3, 1}, {9, 4}, {20, 6}, {33, 5}, {80, 25},
    };
    /* Resets are rare, so that state builds up. */
    int rare = 3;
    int count = (int)(sizeof(tokens) / sizeof(tokens[0]));

    seed = seed * 2654435761U + 1;
    stream->size = sizes[random_below(&seed, SIZES)];
    stream->len = 0;
    for (int i = 0; i < TOKENS; i++) {
        int index = random_below(&seed, count);
        int first = random_below(&seed, 11);
        int second = random_below(&seed, 11);

        if (index >= count - rare && random_below(&seed, 4) > 0) {
            continue;
        }
        if (random_below(&seed, 20) == 0) {
            first *= 900; /* up to and past the guard's limit */
        }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* our own table */
        stream->len += (size_t)snprintf(stream->bytes + stream->len, TOKEN_MAX,
                                        tokens[index], first, second);
#pragma GCC diagnostic pop
    }
}

static struct rig *
rig_for(const struct stream *stream)
{
    return rig_new_with((struct term_config){
        .size = stream->size,
        .scrollback_max = 4096,
        .dialect = KEY_DIALECT_XTERM,
    });
}

static void
assert_same(struct rig *one, struct rig *other, uint32_t seed)
{
    const char *difference = rig_difference(one, other);

    if (difference != NULL) {
        fail_msg("stream %u: different %s", (unsigned)seed, difference);
    }
    assert_string_equal(one->replies, other->replies);
    assert_int_equal(one->bells, other->bells);
    rig_free(one);
    rig_free(other);
}

static void
any_split_gives_the_same_terminal(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < STREAMS; seed++) {
        struct stream stream;
        make_stream(&stream, seed);
        struct rig *whole = rig_for(&stream);
        struct rig *split = rig_for(&stream);

        rig_feed_bytes(whole, stream.bytes, stream.len);
        for (size_t i = 0; i < stream.len; i++) {
            rig_feed_bytes(split, stream.bytes + i, 1);
        }

        assert_same(whole, split, seed);
    }
}

static void
renewing_libvterm_after_any_byte_changes_nothing(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < STREAMS / 4; seed++) {
        struct stream stream;
        make_stream(&stream, seed);
        struct rig *plain = rig_for(&stream);
        struct rig *renewed = rig_for(&stream);

        rig_feed_bytes(plain, stream.bytes, stream.len);
        for (size_t i = 0; i < stream.len; i++) {
            rig_feed_bytes(renewed, stream.bytes + i, 1);
            term_renew_vt(renewed->term);
        }

        assert_same(plain, renewed, seed);
    }
}

static void
fast_path_equals_libvterm(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < STREAMS; seed++) {
        struct stream stream;
        make_stream(&stream, seed);
        struct rig *fast = rig_for(&stream);
        struct rig *slow = rig_for(&stream);
        term_set_fast_path(slow->term, false);

        rig_feed_bytes(fast, stream.bytes, stream.len);
        rig_feed_bytes(slow, stream.bytes, stream.len);

        assert_same(fast, slow, seed);
    }
}

static void
written_state_gives_the_same_terminal(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < STREAMS; seed++) {
        struct stream stream;
        make_stream(&stream, seed);
        struct rig *origin = rig_for(&stream);
        struct rig *copy = rig_for(&stream);
        rig_feed_bytes(origin, stream.bytes, stream.len);
        rig_feed_bytes(origin, "\030", 1); /* a sequence cut short is lost */
        struct rig_bytes written = rig_state(origin);

        rig_feed_bytes(copy, written.data, written.len);

        copy->bells = origin->bells;
        memcpy(copy->replies, origin->replies, sizeof(copy->replies));
        assert_same(origin, copy, seed);
        free(written.data);
    }
}

static struct rig *
rig_after(const struct stream *stream)
{
    struct rig *rig = rig_for(stream);

    rig_feed_bytes(rig, stream->bytes, stream->len);
    rig_feed_bytes(rig, "\030", 1);
    rig->bells = 0;
    rig->replies[0] = '\0';
    return rig;
}

static void
restored_state_gives_the_same_terminal(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < STREAMS; seed++) {
        struct stream stream;
        make_stream(&stream, seed);
        struct rig *origin = rig_after(&stream);
        struct rig *copy = rig_for(&stream);
        struct rig_bytes written = rig_state(origin);

        rig_restore(copy, written);

        assert_int_equal(copy->titles, 0);
        assert_same(origin, copy, seed);
        free(written.data);
    }
}

static bool
same_bytes(struct rig_bytes a, struct rig_bytes b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* What cannot be left out: the state without its scrollback. */
static size_t
least_length(const struct stream *stream)
{
    struct rig *rig = rig_after(stream);
    struct rig_bytes written;

    screen_clear_scrollback(rig->term->screen);
    written = rig_state(rig);
    free(written.data);
    rig_free(rig);
    return written.len;
}

/* Written in at most `max` bytes it comes back as it was written. */
static void
check_state_within(const struct rig *origin, const struct stream *stream,
                   size_t max, uint32_t seed)
{
    struct rig *copy = rig_for(stream);
    struct rig_bytes cut = rig_state_within(origin, max);

    rig_restore(copy, cut);
    struct rig_bytes again = rig_state(copy);
    if (!same_bytes(cut, again) || !rig_same_rows(origin->term, copy->term)) {
        fail_msg("stream %u: differs within %zu", (unsigned)seed, max);
    }
    free(cut.data);
    free(again.data);
    rig_free(copy);
}

static void
shortened_state_is_a_state_of_the_newest_lines(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < STREAMS; seed++) {
        struct stream stream;
        make_stream(&stream, seed);
        struct rig *origin = rig_after(&stream);
        struct rig_bytes whole = rig_state(origin);
        size_t least = least_length(&stream);

        for (size_t max = whole.len; max >= least; max -= 1 + max / 64) {
            check_state_within(origin, &stream, max, seed);
        }

        free(whole.data);
        rig_free(origin);
    }
}

static void
restore_at_another_size_is_a_resize(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < STREAMS; seed++) {
        struct stream stream;
        make_stream(&stream, seed);
        struct rig *origin = rig_after(&stream);
        struct rig_bytes written = rig_state(origin);
        stream.size = (struct cell_size){.cols = 1 + (int)seed % 90,
                                         .rows = 1 + (int)seed % 13};
        struct rig *copy = rig_for(&stream);

        rig_restore(copy, written);
        struct cell_size before = term_size(origin->term);
        if (before.cols != stream.size.cols ||
            before.rows != stream.size.rows) {
            assert_int_equal(term_set_size(origin->term, stream.size,
                                           SCREEN_REFLOW_CURSOR_LINE),
                             0);
        }

        assert_same(origin, copy, seed);
        free(written.data);
    }
}

static void
shorter_file_of_a_state_is_refused(void **state)
{
    struct stream stream;

    (void)state;
    make_stream(&stream, 7);
    struct rig *origin = rig_after(&stream);
    struct rig *fresh = rig_for(&stream);
    struct rig *copy = rig_for(&stream);
    struct rig_bytes written = rig_state(origin);

    for (size_t len = 0; len < written.len; len++) {
        if (term_restore(copy->term, written.data, len) != -EBADMSG) {
            fail_msg("%zu bytes are taken for a state", len);
        }
    }

    assert_same(fresh, copy, 7);
    rig_free(origin);
    free(written.data);
}

/* Overwrites, from behind the start to before the end, a few bytes. */
static void
corrupt(struct rig_bytes state, uint32_t *seed)
{
    enum {
        START = 16, /* of the version and the size */
    };
    int room = (int)(state.len - START - strlen(STATE_END));

    for (int i = random_below(seed, 8); i >= 0 && room > 0; i--) {
        state.data[START + random_below(seed, room)] =
            (char)random_below(seed, 256);
    }
}

static void
check_corrupt_state(struct rig *rig, struct rig_bytes state, uint32_t seed)
{
    int error = term_restore(rig->term, state.data, state.len);
    const char *broken = rig_broken(rig);

    if (broken != NULL) {
        fail_msg("stream %u: %s", (unsigned)seed, broken);
    }
    /* Digits of the size are among what is overwritten. */
    assert_true(error == 0 || error == -EBADMSG || error == -EINVAL);
    assert_int_equal(rig->replies_total, 0);
    assert_int_equal(rig->bells, 0);
}

static void
corrupt_state_gives_a_whole_terminal(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < STREAMS; seed++) {
        struct stream stream;
        uint32_t random = seed + 1;
        make_stream(&stream, seed);
        struct rig *origin = rig_after(&stream);
        struct rig_bytes written = rig_state(origin);
        struct rig *copy = rig_for(&stream);

        for (int i = 0; i < 10; i++) {
            corrupt(written, &random);
            check_corrupt_state(copy, written, seed);
        }

        free(written.data);
        rig_free(origin);
        rig_free(copy);
    }
}

static void
assert_whole(const struct rig *rig, uint32_t seed, size_t at)
{
    const char *broken = rig_broken(rig);

    if (broken != NULL) {
        fail_msg("stream %u, byte %zu: %s", (unsigned)seed, at, broken);
    }
}

static void
cells_stay_whole_and_the_cursor_inside(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < STREAMS; seed++) {
        struct stream stream;
        make_stream(&stream, seed);
        struct rig *rig = rig_for(&stream);

        for (size_t i = 0; i < stream.len; i++) {
            rig_feed_bytes(rig, stream.bytes + i, 1);
            assert_whole(rig, seed, i);
        }

        rig_free(rig);
    }
}

/*
 * Nothing makes another character wider or narrower: programs add up what
 * wcwidth() gives.
 */
static void
columns_are_the_sum_of_the_widths(void **state)
{
    static const uint32_t codes[] = {
        'a',     '#',     0xad,    0x301,   0x5d0,  0x5bc,   0x915,   0x93f,
        0x94d,   0xe17,   0xe35,   0x1100,  0x1161, 0x11a8,  0x200d,  0x200e,
        0x20e3,  0x231a,  0x2764,  0x304b,  0x3099, 0x4e00,  0xac00,  0xe0b0,
        0xfe0e,  0xfe0f,  0xfeff,  0xff76,  0xff9e, 0x1f1e9, 0x1f3fb, 0x1f3f4,
        0x1f469, 0x1f600, 0xe0067, 0xe0100,
    };
    enum {
        COUNT = sizeof(codes) / sizeof(codes[0])
    };
    struct rig *rig = rig_new(20, 1);

    (void)state;
    for (int i = 0; i < COUNT * COUNT * COUNT; i++) {
        const int picks[3] = {i / COUNT / COUNT, i / COUNT % COUNT, i % COUNT};
        char text[1 + 3 * UTF8_MAX + 1] = "\r";
        size_t len = 1;
        int cols = 0;

        for (int at = 0; at < 3; at++) {
            len += utf8_encode(codes[picks[at]], text + len);
            cols += width_of(codes[picks[at]]);
        }
        rig_feed_bytes(rig, text, len);
        assert_int_equal(rig->term->cursor.pos.col, cols);
        assert_null(rig_broken(rig));
    }
    rig_free(rig);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_split_gives_the_same_terminal),
        cmocka_unit_test(renewing_libvterm_after_any_byte_changes_nothing),
        cmocka_unit_test(fast_path_equals_libvterm),
        cmocka_unit_test(written_state_gives_the_same_terminal),
        cmocka_unit_test(restored_state_gives_the_same_terminal),
        cmocka_unit_test(shortened_state_is_a_state_of_the_newest_lines),
        cmocka_unit_test(restore_at_another_size_is_a_resize),
        cmocka_unit_test(shorter_file_of_a_state_is_refused),
        cmocka_unit_test(corrupt_state_gives_a_whole_terminal),
        cmocka_unit_test(cells_stay_whole_and_the_cursor_inside),
        cmocka_unit_test(columns_are_the_sum_of_the_widths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
