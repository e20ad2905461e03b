/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any bytes as a state: it is refused, or there is a whole terminal, whose own
 * state comes back as it is.
 *
 * The first two bytes are columns and rows of the terminal. If the next is 0,
 * what follows is the file; else this byte and the next are columns and rows of
 * a file whose middle follows, so that few inputs fail for want of a start.
 */
#include "fuzz/fuzz.h"
#include "term_rig.h"

enum {
    COLS_MAX = 60,
    ROWS_MAX = 20,
    SCROLLBACK = 4096,
};

static struct rig *
make(uint8_t cols, uint8_t rows)
{
    return rig_new_with((struct term_config){
        .size = {.cols = 1 + cols % COLS_MAX, .rows = 1 + rows % ROWS_MAX},
        .scrollback_max = SCROLLBACK,
        .dialect = KEY_DIALECT_XTERM,
    });
}

static struct rig_bytes
make_file(const uint8_t *data, size_t len)
{
    struct rig_bytes file = {0};
    char start[32];

    if (data[0] == 0) {
        (void)rig_append(&file, data + 1, len - 1);
        return file;
    }
    int start_len = snprintf(start, sizeof(start), "\033]7717;1;%d;%d\033\\",
                             1 + data[0] % COLS_MAX, 1 + data[1] % ROWS_MAX);
    (void)rig_append(&file, start, (size_t)start_len);
    (void)rig_append(&file, data + 2, len - 2);
    (void)rig_append(&file, STATE_END, strlen(STATE_END));
    return file;
}

static void
check(const struct rig *rig)
{
    const char *broken = rig_broken(rig);

    if (broken != NULL) {
        rig_fail(broken);
    }
    if (rig->replies_total > 0 || rig->bells > 0 || rig->titles > 0) {
        rig_fail("a handler was called");
    }
}

/* Restores the rig's own state in it and returns what that was. */
static struct rig_bytes
pass_on(struct rig *rig)
{
    struct rig_bytes state = rig_state(rig);

    rig_restore(rig, state);
    check(rig);
    return state;
}

/*
 * The first state may have lines that a resize has left wider than the screen;
 * in pieces they may not all have a place. From then on nothing changes.
 */
static void
check_states(struct rig *rig)
{
    struct rig_bytes first = pass_on(rig);
    struct rig_bytes second = pass_on(rig);
    struct rig_bytes third = rig_state(rig);

    if (second.len != third.len ||
        memcmp(second.data, third.data, third.len) != 0) {
        rig_fail("a state does not come back as it is");
    }
    struct rig_bytes cut = rig_state_within(rig, third.len);
    if (cut.len != third.len) {
        rig_fail("a state that has room is cut");
    }
    struct rig_bytes shown = {0};
    if (term_write_shown(rig->term, third.len, rig_append, &shown) != 0 ||
        shown.len > third.len) {
        rig_fail("what is shown takes more than everything");
    }
    free(shown.data);
    free(first.data);
    free(second.data);
    free(third.data);
    free(cut.data);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < 4) {
        return 0;
    }
    struct rig *rig = make(data[0], data[1]);
    struct rig_bytes file = make_file(data + 2, len - 2);

    rig_feed(rig, "what was there before");
    int error = term_restore(rig->term, file.data, file.len);
    check(rig);
    if (error == 0) {
        check_states(rig);
    } else if (strcmp(rig_row(rig, 0), "") == 0) {
        rig_fail("a refused state has changed something");
    }
    free(file.data);
    rig_free(rig);
    return 0;
}
