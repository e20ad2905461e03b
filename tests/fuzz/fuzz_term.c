/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes, with resizes and scrolled views between them, drive the guard,
 * libvterm and the screen; then what must always hold is checked.
 *
 * The first three bytes are columns, rows and dialect. After that 0xfe takes
 * two bytes: a new size, or (columns 0) what a viewer does; the rest is fed.
 */
#include "fuzz/fuzz.h"
#include "term_rig.h"

enum {
    COMMAND = 0xfe, /* never part of UTF-8 */
    COLS_MAX = 100,
    ROWS_MAX = 40,
};

static int
drop(void *data, const void *bytes, size_t len)
{
    (void)data;
    (void)bytes;
    (void)len;
    return 0;
}

static void
check(struct rig *rig)
{
    const char *broken = rig_broken(rig);

    if (broken != NULL) {
        rig_fail(broken);
    }
}

static void
check_damage(struct rig *rig)
{
    struct damage damage;
    struct cell_size size = term_size(rig->term);

    if (!term_take_damage(rig->term, &damage)) {
        return;
    }
    for (int row = 0; row < size.rows; row++) {
        struct row_span span = damage.rows[row];
        if (span.begin < span.end && (span.begin < 0 || span.end > size.cols)) {
            rig_fail("damage outside");
        }
    }
    if (damage.scroll.lines != 0 &&
        (damage.scroll.top < 0 || damage.scroll.bottom > size.rows ||
         damage.scroll.left < 0 || damage.scroll.right > size.cols ||
         damage.scroll.left >= damage.scroll.right ||
         abs(damage.scroll.lines) >=
             damage.scroll.bottom - damage.scroll.top)) {
        rig_fail("scroll outside");
    }
}

/* Begins or extends a selection somewhere, and looks at its text. */
static void
select_text(struct rig *rig, int how)
{
    enum {
        TEXT_MAX = 1000 /* less than there can be */
    };
    struct cell_size size = term_size(rig->term);
    struct selection_point at = {.row = how * 7 % (size.rows + 2) - 1,
                                 .col = how * 13 % (size.cols + 2) - 1,
                                 .edge = how * 11 % (size.cols + 2)};
    struct bytes text;

    if (how % 2 == 0) {
        term_select_begin(rig->term, (enum selection_unit)(how / 2 % 4), at);
    } else {
        term_select_extend(rig->term, at);
    }
    bytes_init(&text, TEXT_MAX);
    bool is_whole = term_selection_text(rig->term, &text);
    if (!utf8_is_valid(bytes_peek(&text), bytes_len(&text)) ||
        (!is_whole && bytes_len(&text) < TEXT_MAX / 2)) {
        rig_fail("text of a selection");
    }
    bytes_fini(&text);
}

static void
act(struct rig *rig, uint8_t cols, uint8_t rows)
{
    if (cols != 0) {
        struct cell_size size = {
            .cols = 1 + cols % COLS_MAX,
            .rows = 1 + rows % ROWS_MAX,
        };
        if (term_resize(rig->term, size) != 0) {
            rig_fail("resize");
        }
        return;
    }
    switch (rows % 4) {
    case 0:
        term_scroll_view(rig->term, rows / 4 - 32);
        break;
    case 1:
        if (rows / 4 < 16) {
            term_scroll_view_to_bottom(rig->term);
        } else {
            select_text(rig, rows / 4 - 16);
        }
        break;
    case 2:
        check_damage(rig);
        break;
    default:
        (void)term_write_state(rig->term, SIZE_MAX, drop, NULL);
        break;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < 3) {
        return 0;
    }
    struct rig *rig = rig_new_with((struct term_config){
        .size = {.cols = 1 + data[0] % COLS_MAX,
                 .rows = 1 + data[1] % ROWS_MAX},
        .scrollback_max = 4096,
        .dialect = (enum key_dialect)(data[2] % 3),
        .allows = {.checksums = true,
                   .title_report = true,
                   .as_xterm = true,
                   .size_max = {.cols = COLS_MAX, .rows = ROWS_MAX},
                   .clipboard = true},
    });
    size_t at = 3;

    while (at < len) {
        const uint8_t *end = memchr(data + at, COMMAND, len - at);
        size_t count = end == NULL ? len - at : (size_t)(end - data) - at;

        rig_feed_bytes(rig, data + at, count);
        check(rig);
        at += count;
        if (len - at < 3) {
            break;
        }
        act(rig, data[at + 1], data[at + 2]);
        check(rig);
        at += 3;
    }
    check_damage(rig);
    (void)term_write_state(rig->term, SIZE_MAX, drop, NULL);
    rig_free(rig);
    return 0;
}
