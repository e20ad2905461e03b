/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same input in four ways gives the same terminal: at once; byte by byte;
 * byte by byte with libvterm made anew after each; with libvterm asked for
 * everything. And the state that is written gives the same terminal again.
 *
 * The first two bytes are columns, and rows with the coding of a guest that
 * never says. 0xfe takes two bytes more, a new size.
 */
#include "fuzz/fuzz.h"
#include "term_rig.h"

enum {
    COMMAND = 0xfe,
    COLS_MAX = 24,
    ROWS_MAX = 8,
    /* Making libvterm anew for each byte takes its time. */
    LEN_MAX = 1024,
};

enum way {
    WAY_AT_ONCE,
    WAY_BYTES,
    WAY_RENEW,
    WAY_SLOW_PATH,
    WAYS,
};

static const char *const way_names[WAYS] = {
    "at once",
    "in bytes",
    "renewed",
    "slow path",
};

static struct cell_size
size_of(uint8_t cols, uint8_t rows)
{
    return (struct cell_size){
        .cols = 1 + cols % COLS_MAX,
        .rows = 1 + rows % ROWS_MAX,
    };
}

static enum coding
coding_of(uint8_t byte)
{
    return (enum coding)(byte / ROWS_MAX % (CODING_CP437 + 1));
}

static struct rig *
make(struct cell_size size, enum coding coding)
{
    return rig_new_with((struct term_config){
        .size = size,
        .scrollback_max = 2048,
        .dialect = KEY_DIALECT_XTERM,
        .allows = {.checksums = true, .title_report = true, .as_xterm = true},
        .coding = coding,
    });
}

static void
feed(struct rig *rig, enum way way, const uint8_t *data, size_t len)
{
    if (way == WAY_AT_ONCE || way == WAY_SLOW_PATH) {
        rig_feed_bytes(rig, data, len);
        return;
    }
    for (size_t i = 0; i < len; i++) {
        rig_feed_bytes(rig, data + i, 1);
        if (way == WAY_RENEW) {
            term_renew_vt(rig->term);
        }
    }
}

/* Returns whether the input has a resize. */
static bool
run(struct rig *rig, enum way way, const uint8_t *data, size_t len)
{
    size_t at = 0;
    bool resized = false;

    term_set_fast_path(rig->term, way != WAY_SLOW_PATH);
    while (at < len) {
        const uint8_t *end = memchr(data + at, COMMAND, len - at);
        size_t count = end == NULL ? len - at : (size_t)(end - data) - at;

        feed(rig, way, data + at, count);
        at += count;
        if (len - at < 3) {
            break;
        }
        if (term_resize(rig->term, size_of(data[at + 1], data[at + 2])) != 0) {
            rig_fail("resize");
        }
        resized = true;
        at += 3;
    }
    return resized;
}

static void
check(const struct rig *a, const struct rig *b, const char *what)
{
    const char *difference = rig_difference(a, b);

    if (difference != NULL) {
        (void)fprintf(stderr, "%s: ", what);
        rig_fail(difference);
    }
}

static void
check_state(struct rig *rig)
{
    rig_feed_bytes(rig, "\030", 1); /* a sequence cut short is no state */

    struct rig_bytes state = rig_state(rig);
    /* A state says how its bytes are coded, whatever its reader begins with. */
    struct rig *copy = make(term_size(rig->term), CODING_LATIN1);

    rig_feed_bytes(copy, state.data, state.len);
    check(rig, copy, "state");
    rig_free(copy);
    free(state.data);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len < 2 || len > LEN_MAX) {
        return 0;
    }
    struct rig *rigs[WAYS];
    bool resized = false;

    for (enum way way = 0; way < WAYS; way++) {
        rigs[way] = make(size_of(data[0], data[1]), coding_of(data[1]));
        resized = run(rigs[way], way, data + 2, len - 2);
    }
    for (enum way way = 1; way < WAYS; way++) {
        check(rigs[0], rigs[way], way_names[way]);
        if (rigs[0]->replies_total != rigs[way]->replies_total ||
            strcmp(rigs[0]->replies, rigs[way]->replies) != 0 ||
            rigs[0]->bells != rigs[way]->bells ||
            rigs[0]->titles != rigs[way]->titles) {
            rig_fail("reports differ");
        }
    }
    if (!resized) {
        check_state(rigs[0]);
    }
    for (enum way way = 0; way < WAYS; way++) {
        rig_free(rigs[way]);
    }
    return 0;
}
