/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "term_rig.h"

/* What test_term_properties.c does not: what the stream looks like, what is
 * refused, and what a restored terminal is like otherwise. */

static int
drop(void *data, const void *bytes, size_t len)
{
    (void)data;
    (void)bytes;
    (void)len;
    return 0;
}

static int
fail_second(void *data, const void *bytes, size_t len)
{
    int *calls = data;

    (void)bytes;
    (void)len;
    (*calls)++;
    return *calls == 2 ? -5 : 0;
}

/* Of the processor, so that others do not count. */
static uint64_t
cpu_time_ns(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now), 0);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void
begins_with_the_version_and_a_reset(void **state)
{
    static const char expected[] = "\033]7717;1;80;25\033\\\033c\033%G";
    struct rig *rig = rig_new(80, 25);
    struct rig_bytes written = rig_state(rig);

    (void)state;
    assert_memory_equal(written.data, expected, sizeof(expected) - 1);
    free(written.data);
    rig_free(rig);
}

static void
blank_terminal_is_short(void **state)
{
    struct rig *rig = rig_new(80, 25);
    struct rig_bytes written = rig_state(rig);

    (void)state;
    assert_true(written.len < 100);
    free(written.data);
    rig_free(rig);
}

/* On the smallest screen nothing makes up for what they take. */
static void
titles_colours_and_modes_fit_what_is_promised(void **state)
{
    struct rig *rig = rig_new(1, 1);
    char title[TERM_TITLE_MAX + 1];

    (void)state;
    memset(title, 'x', TERM_TITLE_MAX);
    title[TERM_TITLE_MAX] = '\0';
    for (int i = 0; i <= TITLE_STACK_MAX; i++) {
        title[0] = (char)('a' + i);
        rig_feedf(rig, "\033]2;%s\a", title);
        title[0] = (char)('A' + i);
        rig_feedf(rig, "\033]1;%s\a\033[22t", title);
    }
    rig_feed(rig, "\033]0;other\a");
    for (int i = 0; i < 256; i++) {
        rig_feedf(rig, "\033]4;%d;#123456\a", i);
    }
    for (int i = 0; i < SPECIAL_COLOURS; i++) {
        rig_feedf(rig, "\033]5;%d;#123456\a", i);
    }
    rig_feed(rig, "\033]10;red;red;red;red;red;red;red;red;red;red\a");
    rig_feed(rig, "\033[?40;3;95;45;1045;41;4;18;19;69;1;5;6;25;67h");
    rig_feed(rig, "\033[?1003;1015;1004;2004;2026h\033[4;20h\033=\033 G");
    rig_feed(rig, "\033[?1;3;5;7;25;1000s\033[63#y\033[2*x\033[>0;1t\033V");
    rig_feed(rig, "\033[4 q\033)0\033*<\033+U\033[1;38;2;1;2;3m\0337\016x");
    struct rig_bytes written = rig_state(rig);

    assert_in_range(written.len, 8000, 99999);
    assert_true(written.len <=
                term_state_screens_max((struct cell_size){1, 1}));
    free(written.data);
    rig_free(rig);
}

static void
first_error_stops_the_writing(void **state)
{
    struct rig *rig = rig_new(80, 25);
    int calls = 0;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        rig_feedf(rig, "a line of text with the number %d\r\n", i);
    }
    assert_int_equal(term_write_state(rig->term, SIZE_MAX, fail_second, &calls),
                     -5);
    assert_int_equal(calls, 2);
    assert_int_equal(term_write_state(rig->term, SIZE_MAX, drop, NULL), 0);
    rig_free(rig);
}

static void
wrapped_text_is_written_in_one_piece(void **state)
{
    struct rig *rig = rig_new(5, 4);

    (void)state;
    rig_feed(rig, "abcdefghijkl");
    struct rig_bytes written = rig_state(rig);
    assert_non_null(strstr(written.data, "abcdefghijkl"));
    free(written.data);
    rig_free(rig);
}

/* A narrower reader wraps where it must and joins what was joined. */
static void
narrower_reader_keeps_the_text(void **state)
{
    struct rig *wide = rig_new(20, 3);
    struct rig *narrow = rig_new(7, 3);

    (void)state;
    rig_feed(wide, "0123456789abcdef\r\nnext");
    struct rig_bytes written = rig_state(wide);
    rig_feed_bytes(narrow, written.data, written.len);
    assert_string_equal(rig_row(narrow, 0), "ef");
    assert_string_equal(rig_row(narrow, 1), "next");
    assert_int_equal(scrollback_lines(screen_scrollback(narrow->term->screen)),
                     2);
    free(written.data);
    rig_free(wide);
    rig_free(narrow);
}

static void
lines_wider_than_the_screen_are_written(void **state)
{
    struct rig *rig = rig_new(20, 2);
    struct rig *copy = rig_new(6, 2);

    (void)state;
    rig_feed(rig, "0123456789abcdef\r\nb\r\nc\r\nd");
    assert_int_equal(term_resize(rig->term, (struct cell_size){6, 2}), 0);
    struct rig_bytes once = rig_state(rig);
    rig_feed_bytes(copy, once.data, once.len);
    struct rig_bytes twice = rig_state(copy);
    assert_int_equal(once.len, twice.len);
    assert_memory_equal(once.data, twice.data, once.len);
    free(once.data);
    free(twice.data);
    rig_free(rig);
    rig_free(copy);
}

/* Charset, coding and REP come last: nothing can be written after them. */
static void
codings_survive(void **state)
{
    static const char *const texts[] = {
        "\033%@",
        "\033[11m",
        "\033%@\033(U",
        "\033)0\016",
        "\033%@\033[11m",
        "\033*0\033N",
        "\033.A\033n",
        "\033+<\033o",
        "\xe4\xbd\xa0",
        "\033%@\xff",
        "\033]7717;last;1f600\a",
        "\033%@\033)0\033~",
        "\033%@\033|\033+>",
        "\033[?42h\033(K",
        "\033[?42h\033(Z\033)%6\0337\033[?42l",
        "\033*%5\033]7717;cp437\a",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct rig *rig = rig_new(9, 3);
        struct rig *copy = rig_new(9, 3);
        rig_feed(rig, texts[i]);
        struct rig_bytes written = rig_state(rig);

        rig_feed_bytes(copy, written.data, written.len);
        assert_null(rig_difference(rig, copy));
        rig_feed(rig, "\xc9q|\033[2b");
        rig_feed(copy, "\xc9q|\033[2b");
        assert_null(rig_difference(rig, copy));

        free(written.data);
        rig_free(rig);
        rig_free(copy);
    }
}

/* A guest may send our own OSC; it gains nothing. */
static void
own_sequence_from_a_guest_is_harmless(void **state)
{
    struct rig *rig = rig_new(9, 3);

    (void)state;
    rig_feed(rig, "\033]7717;pending\a\033]7717;1;500;400\a\033]7717;end\a");
    assert_null(rig_broken(rig));
    assert_int_equal(term_size(rig->term).cols, 9);
    rig_feed(rig, "\033]7717;last;9b\a\033[3b\033]7717;last;d800\a\033[3b"
                  "\033]7717;last;301\a\033[3b\033]7717;last;ffffff\a\033[3b"
                  "\033]7717;last\a\033[b\033]7717\a\033]7717;wrapped;x\a");
    assert_null(rig_broken(rig));
    assert_string_equal(rig_row(rig, 0), "");
    rig_free(rig);
}

static void
ends_with_the_end(void **state)
{
    struct rig *rig = rig_new(80, 25);
    size_t end_len = strlen(STATE_END);

    (void)state;
    rig_feed(rig, "x\033N\033[11m");
    struct rig_bytes written = rig_state(rig);
    assert_string_equal(written.data + written.len - end_len, STATE_END);
    free(written.data);
    rig_free(rig);
}

/* Each line of these takes nine bytes. */
static void
feed_numbered_lines(struct rig *rig, int count)
{
    for (int i = 100; i < 100 + count; i++) {
        rig_feedf(rig, "line%d\r\n", i);
    }
}

static size_t
length_within(const struct rig *rig, size_t max)
{
    struct rig_bytes written = rig_state_within(rig, max);

    free(written.data);
    return written.len;
}

static void
as_few_old_lines_as_needed_are_left_out(void **state)
{
    struct rig *rig = rig_new(20, 5);

    (void)state;
    feed_numbered_lines(rig, 50);
    size_t whole = length_within(rig, SIZE_MAX);
    assert_int_equal(length_within(rig, whole), whole);
    assert_int_equal(length_within(rig, whole - 1), whole - 9);
    assert_int_equal(length_within(rig, whole - 9), whole - 9);
    assert_int_equal(length_within(rig, whole - 10), whole - 18);

    struct rig_bytes written = rig_state_within(rig, whole - 18);
    assert_null(strstr(written.data, "line101"));
    assert_non_null(strstr(written.data, "line102"));
    free(written.data);
    rig_free(rig);
}

static uint64_t
time_to_write(const struct rig *rig, size_t max)
{
    uint64_t begin = cpu_time_ns();

    assert_int_equal(term_write_state(rig->term, max, drop, NULL), 0);
    return cpu_time_ns() - begin;
}

static void
lines_that_are_left_out_cost_nothing(void **state)
{
    struct rig *rig = rig_new_with((struct term_config){
        .size = {.cols = 80, .rows = 25},
        .scrollback_max = 4 << 20,
        .dialect = KEY_DIALECT_XTERM,
    });

    (void)state;
    for (int i = 0; i < 50000; i++) {
        rig_feedf(rig, "a line of a log with the number %d\r\n", i);
    }
    uint64_t all = time_to_write(rig, SIZE_MAX);
    uint64_t few = time_to_write(rig, 16 << 10);
    if (few > all / 10) {
        fail_msg("a hundredth takes %d us, all of it %d us", (int)(few / 1000),
                 (int)(all / 1000));
    }
    rig_free(rig);
}

/* They are what it was started with, and no part of a state. */
static void
restored_terminal_keeps_its_own_colours(void **state)
{
    uint32_t colours[PALETTE_ENTRIES];
    struct rig *rig = rig_new(80, 25);
    struct rig_bytes written = rig_state(rig);
    struct screen_view view;

    (void)state;
    rig_free(rig);
    colours_init(colours, COLOURS_TANGO);
    rig = rig_new_with((struct term_config){
        .size = {80, 25}, .dialect = KEY_DIALECT_XTERM, .colours = colours});
    assert_int_equal(term_restore(rig->term, written.data, written.len), 0);
    term_view(rig->term, &view);
    assert_memory_equal(view.colours, colours, sizeof(colours));
    free(written.data);
    rig_free(rig);
}

/* The line above ends by printing what is below it, also half of that. */
static void
wide_character_of_the_scrollback_follows_in_one_piece(void **state)
{
    struct rig *rig = rig_new(4, 2);

    (void)state;
    rig_feed(rig, "abcd\u4f60\u4f60\u4f60\r\n\r\n\r\n");
    struct rig_bytes written = rig_state(rig);
    assert_non_null(strstr(written.data, "abcd\u4f60\u4f60\u4f60"));
    free(written.data);
    rig_free(rig);
}

/* What somebody sees who has been written what is shown, within `max`. */
static struct rig *
rig_of_shown(const struct rig *rig, size_t max)
{
    struct cell_size size = term_size(rig->term);
    struct rig *copy = rig_new(size.cols, size.rows);
    struct rig_bytes out = {0};

    assert_int_equal(term_write_shown(rig->term, max, rig_append, &out), 0);
    assert_true(out.len <= max);
    rig_restore(copy, out);
    free(out.data);
    return copy;
}

static void
hidden_alternate_screen_is_not_shown(void **state)
{
    struct rig *rig = rig_new(20, 5);

    (void)state;
    feed_numbered_lines(rig, 9);
    rig_feed(rig, "\033[?47hhidden\033[?47l");
    struct rig *copy = rig_of_shown(rig, SIZE_MAX);
    assert_string_equal(rig_row(copy, 3), "line108");
    assert_int_equal(scrollback_lines(screen_scrollback(copy->term->screen)),
                     5);
    rig_feed(copy, "\033[?47h");
    assert_string_equal(rig_row(copy, 4), "");
    rig_free(copy);
    rig_free(rig);
}

static void
shown_alternate_screen_comes_with_what_is_under_it(void **state)
{
    struct rig *rig = rig_new(20, 5);

    (void)state;
    feed_numbered_lines(rig, 9);
    rig_feed(rig, "\033[?1049hshown");
    struct rig *copy = rig_of_shown(rig, SIZE_MAX);
    assert_null(rig_difference(rig, copy));
    rig_free(copy);
    rig_free(rig);
}

static void
main_screen_without_room_is_left_out_of_what_is_shown(void **state)
{
    struct rig *rig = rig_new(20, 5);
    size_t alternate_only = 150;
    struct rig_bytes out = {0};

    (void)state;
    for (int i = 0; i < 20; i++) {
        rig_feedf(rig, "\r\n\033[38;2;1;2;%dmcolour", i);
    }
    rig_feed(rig, "\033[?1049h\033[m\033[Hshown\033[2;3H");
    assert_int_equal(
        term_write_state(rig->term, alternate_only, rig_append, &out), -EFBIG);
    struct rig *copy = rig_of_shown(rig, alternate_only);
    assert_string_equal(rig_row(copy, 0), "shown");
    assert_true(rig_same_cursor(&rig->term->cursor, &copy->term->cursor));
    rig_feed(copy, "\033[?1049l");
    rig_feed(rig, "\033[?1049l");
    assert_string_equal(rig_row(copy, 4), "");
    assert_true(rig_same_cursor(&rig->term->cursor, &copy->term->cursor));
    rig_free(copy);
    rig_free(rig);
}

static void
shown_screen_without_room_is_an_error(void **state)
{
    static const char *const screens[] = {"", "\033[?1049h"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct rig *rig = rig_new(20, 5);
        struct rig_bytes out = {0};

        rig_feedf(rig, "%s%090d", screens[i], 0);
        assert_int_equal(term_write_shown(rig->term, 90, rig_append, &out),
                         -EFBIG);
        assert_int_equal(out.len, 0);
        rig_free(rig);
    }
}

static void
screens_without_room_are_not_written(void **state)
{
    struct rig *rig = rig_new(20, 5);
    struct rig_bytes out = {0};

    (void)state;
    feed_numbered_lines(rig, 5);
    assert_int_equal(scrollback_lines(screen_scrollback(rig->term->screen)), 1);
    size_t screens = length_within(rig, SIZE_MAX) - 9;
    assert_int_equal(length_within(rig, screens), screens);
    assert_int_equal(term_write_state(rig->term, screens - 1, rig_append, &out),
                     -EFBIG);
    assert_int_equal(out.len, 0);
    rig_free(rig);
}

/* Every cell with a pen of its own, all marks, and the longest of everything */
static void
fill_with_the_worst(struct rig *rig)
{
    struct cell_size size = term_size(rig->term);

    for (int row = 0; row < size.rows; row++) {
        rig_feedf(rig, "\033[%dH", row + 1);
        for (int col = 0; col < size.cols; col++) {
            rig_feedf(rig,
                      "\033[0;1;2;3;4:5;5;7;8;9;53;38;2;%d;255;255;"
                      "48;2;255;255;%d;58:2::255:255:255m\033[%d\"q",
                      100 + col % 100, 100 + col / 100, col % 2);
            rig_feed(rig, "\U00010000");
            for (int i = 0; i < CELL_MARKS_MAX; i++) {
                rig_feed(rig, "\U00010a01");
            }
        }
    }
    rig_feed(rig, "\0337");
}

static void
least_room_holds_the_worst_screens(void **state)
{
    static const struct cell_size sizes[] = {
        {1, 1}, {2, 1}, {1, 300}, {80, 24}, {1000, 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct rig *rig = rig_new(sizes[i].cols, sizes[i].rows);
        size_t room = term_state_screens_max(sizes[i]);

        for (int colour = 0; colour < 256; colour++) {
            rig_feedf(rig, "\033]4;%d;#abcdef\a", colour);
        }
        rig_feedf(rig, "\033]2;%0127d\a", 0);
        for (int col = 1; col <= sizes[i].cols; col++) {
            rig_feedf(rig, "\033[%dG\033H", col);
        }
        fill_with_the_worst(rig);
        rig_feed(rig, "\033[?47h");
        fill_with_the_worst(rig);
        rig_feed(rig, "\033[?1003;1005;5;67;2004;1004;2026;6h\033[4;20h\033=");
        for (int pen = 0; pen < PEN_STACK_MAX; pen++) {
            rig_feedf(rig,
                      "\033[1;2;3;4:5;5;7;8;9;53;38;2;%d;255;255m"
                      "\033[1;2;3;4;5;7;8;9;10;11;21;30;31#{",
                      200 + pen);
        }
        size_t len = length_within(rig, room);
        assert_true(len > room / 2);
        rig_free(rig);
    }
}

static void
state_comes_back_with_title_and_without_a_word(void **state)
{
    struct rig *rig = rig_new(30, 3);
    struct rig *copy = rig_new(30, 3);

    (void)state;
    rig_feed(rig, "\033]2;caf\u00e9\a\033[31mred\033[?1049halt\033[2;2H");
    struct rig_bytes written = rig_state(rig);
    rig_restore(copy, written);
    assert_null(rig_difference(rig, copy));
    assert_string_equal(term_title(copy->term), "caf\u00e9");
    assert_int_equal(copy->titles, 0);
    free(written.data);
    rig_free(rig);
    rig_free(copy);
}

static void
what_was_there_before_a_restore_is_gone(void **state)
{
    struct rig *rig = rig_new(9, 3);
    struct rig *copy = rig_new(9, 3);

    (void)state;
    rig_feed(rig, "new");
    rig_feed(copy, "1\n2\n3\n4\n5\033]2;old\a\033[?1000h\033[?1049h\033]4;");
    struct rig_bytes written = rig_state(rig);
    rig_restore(copy, written);
    assert_null(rig_difference(rig, copy));
    free(written.data);
    rig_free(rig);
    rig_free(copy);
}

static void
restored_terminal_reports_as_before(void **state)
{
    struct rig *rig = rig_new(9, 3);
    struct rig_bytes written = rig_state(rig);

    (void)state;
    rig_restore(rig, written);
    rig_feed(rig, "ab\a\033[6n\033]2;t\a\033[c");
    assert_string_equal(rig_take_replies(rig),
                        "\033[1;3R\033[?64;6;9;15;17;21;22;28c");
    assert_int_equal(rig->bells, 1);
    assert_string_equal(rig->title, "t");
    free(written.data);
    rig_free(rig);
}

static void
restore_damages_all_and_returns_the_view(void **state)
{
    struct rig *rig = rig_new(9, 3);
    struct rig_bytes written = rig_state(rig);
    struct damage damage;
    struct screen_view view;

    (void)state;
    rig_feed(rig, "1\n2\n3\n4\n5");
    (void)term_scroll_view(rig->term, 1);
    (void)term_take_damage(rig->term, &damage);
    rig_restore(rig, written);
    term_view(rig->term, &view);
    assert_int_equal(view.lines_back, 0);
    assert_true(term_take_damage(rig->term, &damage));
    assert_int_equal(damage.scroll.lines, 0);
    for (int row = 0; row < 3; row++) {
        assert_int_equal(damage.rows[row].begin, 0);
        assert_int_equal(damage.rows[row].end, 9);
    }
    free(written.data);
    rig_free(rig);
}

static int
restore_text(struct rig *rig, const char *text)
{
    return term_restore(rig->term, text, strlen(text));
}

static void
what_is_no_state_changes_nothing(void **state)
{
    static const struct {
        const char *text;
        int error;
    } cases[] = {
        {"", -EBADMSG},
        {"text", -EBADMSG},
        {STATE_END, -EBADMSG},
        {"\033]7717;1\033\\" STATE_END, -EBADMSG},
        {"\033]7717;1;9\033\\" STATE_END, -EBADMSG},
        {"\033]7717;1;;3\033\\" STATE_END, -EBADMSG},
        {"\033]7717;1;9;3\a" STATE_END, -EBADMSG},
        {"\033]7717;1;9;3\033\\text", -EBADMSG},
        {"\033]7717;1;9;3\033\\" STATE_END " ", -EBADMSG},
        {"\033]7717;1;9;-3\033\\" STATE_END, -EBADMSG},
        {"\033]7717;2;9;3\033\\" STATE_END, -EBADMSG},
        {"\033]7717;11;9;3\033\\" STATE_END, -EBADMSG},
        {"\033]7717;1;0;3\033\\" STATE_END, -EINVAL},
        {"\033]7717;1;9;501\033\\" STATE_END, -EINVAL},
        {"\033]7717;1;1001;3\033\\" STATE_END, -EINVAL},
        {"\033]7717;1;4294967297;3\033\\" STATE_END, -EINVAL},
    };
    struct rig *rig = rig_new(9, 3);
    struct rig *untouched = rig_new(9, 3);

    (void)state;
    rig_feed(rig, "text");
    rig_feed(untouched, "text");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(restore_text(rig, cases[i].text), cases[i].error);
    }
    assert_null(rig_difference(rig, untouched));
    rig_free(rig);
    rig_free(untouched);
}

static void
only_what_states_are_made_of_is_carried_out(void **state)
{
    struct rig *rig = rig_new(9, 3);

    (void)state;
    assert_int_equal(
        restore_text(rig, "\033]7717;1;9;3\033\\abc\a\033c\033[2J\033#8\033[6n"
                          "\033[c\033]0;no\a\033[?1049h\033[?1047h\033[5b\t\b"
                          "\033[L\033[2T\033[4hx\033[44m\n\033[m" STATE_END),
        0);
    assert_null(rig_broken(rig));
    assert_string_equal(rig_row(rig, 0), "abc");
    assert_true(cell_equals(rig_cell(rig, 1, 0), cell_default()));
    assert_int_equal(rig->bells, 0);
    assert_int_equal(rig->replies_total, 0);
    assert_string_equal(term_title(rig->term), "");
    assert_false(term_input_modes(rig->term)->alternate_screen);
    rig_free(rig);
}

static struct rig *
rig_with_backspace(bool sends_bs)
{
    return rig_new_with((struct term_config){.size = {.cols = 9, .rows = 3},
                                             .backspace_sends_bs = sends_bs});
}

/* What is not the guest's choice is the reader's. */
static void
backspace_is_in_a_state_when_the_guest_chose_it(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 8; bits++) {
        bool writer_bs = bits & 1;
        bool reader_bs = bits & 2;
        bool chosen = bits & 4;
        struct rig *writer = rig_with_backspace(writer_bs);
        struct rig *reader = rig_with_backspace(reader_bs);
        const struct input_modes *modes = term_input_modes(writer->term);

        rig_feedf(writer, "\033[?67%c", chosen ? 'h' : 'l');
        assert_int_equal(modes->backspace_sends_bs, chosen);
        struct rig_bytes written = rig_state(writer);
        rig_restore(reader, written);
        modes = term_input_modes(reader->term);
        assert_int_equal(modes->backspace_sends_bs,
                         chosen != writer_bs ? chosen : reader_bs);
        rig_feed(reader, "\033c");
        modes = term_input_modes(reader->term);
        assert_int_equal(modes->backspace_sends_bs, reader_bs);
        free(written.data);
        rig_free(writer);
        rig_free(reader);
    }
}

/* A line that a coloured screen is scrolled by is blank in a state. */
static void
lines_of_a_restored_state_come_in_without_colour(void **state)
{
    struct rig *rig = rig_new(4, 2);

    (void)state;
    assert_int_equal(restore_text(rig, "\033]7717;1;4;2\033\\\033[44m\n\n\n"
                                       "\033[m" STATE_END),
                     0);
    assert_true(cell_equals(rig_cell(rig, 1, 0), cell_default()));
    rig_free(rig);
}

/* These would make long lines of few bytes. */
static void
what_no_line_of_a_state_has_is_ignored(void **state)
{
    struct rig *rig = rig_new(9, 3);

    (void)state;
    assert_int_equal(restore_text(rig, "\033]7717;1;9;3\033\\a\nb\r\nc"
                                       "\033[1;2r\033[Hno\r\n" STATE_END),
                     0);
    assert_string_equal(rig_row(rig, 0), "ab");
    assert_string_equal(rig_row(rig, 1), "c");
    rig_free(rig);
}

/* What a state says first, and then over and over again. */
struct costly {
    const char *size;
    const char *begin;
    const char *again;
};

static uint64_t
time_to_restore(const struct costly *what)
{
    enum {
        LEN = 1 << 12
    };
    struct rig *rig = rig_new(80, 25);
    char *file = malloc(LEN + 256);
    char *at = file;

    assert_non_null(file);
    at += snprintf(at, 256, "\033]7717;1;%s\033\\%s", what->size, what->begin);
    while (at < file + LEN) {
        at = stpcpy(at, what->again);
    }
    at = stpcpy(at, STATE_END);
    uint64_t before = cpu_time_ns();
    assert_int_equal(term_restore(rig->term, file, (size_t)(at - file)), 0);
    uint64_t took = cpu_time_ns() - before;
    free(file);
    rig_free(rig);
    return took;
}

static void
keep_least(uint64_t *least, uint64_t value)
{
    if (value < *least) {
        *least = value;
    }
}

/*
 * How many times as long as colours' bytes others take. What else the machine
 * does makes some of the runs longer and none shorter, so the least of several
 * counts, on either side: short ones in turns, for a screen that is long or
 * wide, since that of the largest area takes more time to make than to fill.
 */
static double
times_as_long_as_sgr(const struct costly *what)
{
    static const struct costly sgr = {"10;500", "", "\033[1m"};
    uint64_t least = UINT64_MAX;
    uint64_t least_of_sgr = UINT64_MAX;

    for (int i = 0; i < 30; i++) {
        keep_least(&least_of_sgr, time_to_restore(&sgr));
        keep_least(&least, time_to_restore(what));
    }
    return (double)least / (double)least_of_sgr;
}

static void
no_byte_of_a_state_costs_much(void **state)
{
    static const struct costly cases[] = {
        {"10;500", "\033[500H", "\n"},
        {"10;500", "\033[500H", "x\n"},
        {"1000;2", "\033[2H\033[44m", "\n"},
        {"10;500", "\033[?47h\033[500H", "\n"},
        {"10;500", "\033[1;499r\033[499H", "\n"},
        {"1000;2", "", "\033[3g"},
        {"1000;2", "", "\033H\033[3g"},
        {"10;500", "", "\033[?5h\033[?5l"},
        {"10;500", "", "\033[?47h\033[?47l"},
        {"1;500", "\033[500H", "x"},
        {"1000;2", "\033[2H", "\033#3\033#4"},
        {"10;500", "\033[500H", "\033#6\n"},
        {"10;500", "", "\033[22t"},
        {"10;500", "", "\033V"},
        {"10;500", "\033[?69h\033[2;9s\033[500H", "x\n"},
    };
    /* They take five times as long at most, as measured, and twice that with
     * sanitizers. Scrolling by moving a row at a time takes 12 and libvterm's
     * tab stops 24 times as long. Code that is checked, or not optimised,
     * spends more on calls. */
#if defined(__OPTIMIZE__)
    double limit = VNCTERM_SANITIZED ? 24 : 8;
#else
    double limit = 24;
#endif

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double times = times_as_long_as_sgr(&cases[i]);

        if (times > limit) {
            fail_msg("case %d takes %.1f times as long", (int)i, times);
        }
    }
}

static void
restore_at_another_size_is_a_resize(void **state)
{
    static const struct cell_size sizes[] = {{20, 8}, {5, 2}, {9, 5}};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct rig *rig = rig_new(9, 4);
        struct rig *copy = rig_new(sizes[i].cols, sizes[i].rows);

        rig_feed(rig, "one\r\ntwo\r\nthree of it\r\nfour\r\nfive\033[31m");
        struct rig_bytes written = rig_state(rig);
        rig_restore(copy, written);
        assert_int_equal(term_resize(rig->term, sizes[i]), 0);
        assert_null(rig_difference(rig, copy));
        free(written.data);
        rig_free(rig);
        rig_free(copy);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_with_the_version_and_a_reset),
        cmocka_unit_test(blank_terminal_is_short),
        cmocka_unit_test(titles_colours_and_modes_fit_what_is_promised),
        cmocka_unit_test(first_error_stops_the_writing),
        cmocka_unit_test(wrapped_text_is_written_in_one_piece),
        cmocka_unit_test(narrower_reader_keeps_the_text),
        cmocka_unit_test(lines_wider_than_the_screen_are_written),
        cmocka_unit_test(codings_survive),
        cmocka_unit_test(own_sequence_from_a_guest_is_harmless),
        cmocka_unit_test(ends_with_the_end),
        cmocka_unit_test(as_few_old_lines_as_needed_are_left_out),
        cmocka_unit_test(lines_that_are_left_out_cost_nothing),
        cmocka_unit_test(restored_terminal_keeps_its_own_colours),
        cmocka_unit_test(wide_character_of_the_scrollback_follows_in_one_piece),
        cmocka_unit_test(hidden_alternate_screen_is_not_shown),
        cmocka_unit_test(shown_alternate_screen_comes_with_what_is_under_it),
        cmocka_unit_test(main_screen_without_room_is_left_out_of_what_is_shown),
        cmocka_unit_test(shown_screen_without_room_is_an_error),
        cmocka_unit_test(screens_without_room_are_not_written),
        cmocka_unit_test(least_room_holds_the_worst_screens),
        cmocka_unit_test(state_comes_back_with_title_and_without_a_word),
        cmocka_unit_test(what_was_there_before_a_restore_is_gone),
        cmocka_unit_test(restored_terminal_reports_as_before),
        cmocka_unit_test(restore_damages_all_and_returns_the_view),
        cmocka_unit_test(what_is_no_state_changes_nothing),
        cmocka_unit_test(only_what_states_are_made_of_is_carried_out),
        cmocka_unit_test(backspace_is_in_a_state_when_the_guest_chose_it),
        cmocka_unit_test(lines_of_a_restored_state_come_in_without_colour),
        cmocka_unit_test(what_no_line_of_a_state_has_is_ignored),
        cmocka_unit_test(no_byte_of_a_state_costs_much),
        cmocka_unit_test(restore_at_another_size_is_a_resize),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
