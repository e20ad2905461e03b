/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Recorded sessions of programs, read in different ways: each must give the
 * same screen, scrollback and replies.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "term_rig.h"

enum {
    RECORDING_MAX = 1 << 17,
    RECORDINGS_MIN = 30,
};

struct recording {
    const char *name;
    unsigned char bytes[RECORDING_MAX];
    size_t len;
    enum key_dialect dialect;
    enum coding coding;
    struct cell_size size;
};

static bool
ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);

    return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

static void
read_recording(struct recording *r, const char *name)
{
    char path[4096];
    int len = snprintf(path, sizeof(path), "%s/%s", RECORDINGS, name);

    assert_true(len > 0 && len < (int)sizeof(path));
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    r->name = name;
    r->len = fread(r->bytes, 1, sizeof(r->bytes), file);
    (void)fclose(file); /* it was only read */
    assert_in_range(r->len, 1, sizeof(r->bytes) - 1);
}

static struct rig *
rig_for(const struct recording *r)
{
    return rig_new_with((struct term_config){
        .size = r->size,
        .scrollback_max = RIG_SCROLLBACK,
        .dialect = r->dialect,
        .coding = r->coding,
    });
}

static struct rig *
read_whole(const struct recording *r)
{
    struct rig *rig = rig_for(r);

    rig_feed_bytes(rig, r->bytes, r->len);
    return rig;
}

/* Takes both. */
static void
assert_same(const struct recording *r, struct rig *a, struct rig *b)
{
    struct rig_bytes state_a = rig_state(a);
    struct rig_bytes state_b = rig_state(b);

    if (state_a.len != state_b.len ||
        memcmp(state_a.data, state_b.data, state_a.len) != 0) {
        fail_msg("%s: the screens differ at %dx%d", r->name, r->size.cols,
                 r->size.rows);
    }
    assert_string_equal(a->replies, b->replies);
    assert_int_equal(a->bells, b->bells);
    assert_int_equal(a->titles, b->titles);
    free(state_a.data);
    free(state_b.data);
    rig_free(a);
    rig_free(b);
}

static void
check_fast_path(const struct recording *r)
{
    struct rig *slow = rig_for(r);

    term_set_fast_path(slow->term, false);
    rig_feed_bytes(slow, r->bytes, r->len);
    assert_same(r, read_whole(r), slow);
}

static void
check_split(const struct recording *r)
{
    struct rig *split = rig_for(r);

    for (size_t i = 0; i < r->len; i++) {
        rig_feed_bytes(split, r->bytes + i, 1);
    }
    assert_same(r, read_whole(r), split);
}

static void
check_renewal(const struct recording *r)
{
    struct rig *renewed = rig_for(r);

    for (size_t i = 0; i < r->len; i++) {
        rig_feed_bytes(renewed, r->bytes + i, 1);
        if (i % 7 == 0) {
            term_renew_vt(renewed->term);
        }
    }
    assert_same(r, read_whole(r), renewed);
}

/* Every recording, as every kind of terminal, at sizes that do not fit, too. */
static void
for_each_recording(void (*check)(const struct recording *r))
{
    static const struct cell_size sizes[] = {
        {.cols = 80, .rows = 24},
        {.cols = 120, .rows = 40},
        {.cols = 37, .rows = 11},
    };
    static struct recording r;
    int count = 0;
    DIR *folder = opendir(RECORDINGS);

    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (!ends_with(entry->d_name, ".bytes")) {
            continue;
        }
        read_recording(&r, entry->d_name);
        count++;
        r.coding = strstr(r.name, "latin1") != NULL  ? CODING_LATIN1
                   : strstr(r.name, "cp437") != NULL ? CODING_CP437
                                                     : CODING_UTF8;
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            r.size = sizes[i];
            r.dialect = i == 0   ? KEY_DIALECT_LINUX
                        : i == 1 ? KEY_DIALECT_XTERM
                                 : KEY_DIALECT_VT220;
            check(&r);
        }
    }
    (void)closedir(folder);
    assert_in_range(count, RECORDINGS_MIN, 1000);
}

static void
fast_path_equals_libvterm(void **state)
{
    (void)state;
    for_each_recording(check_fast_path);
}

static void
any_split_gives_the_same_screen(void **state)
{
    (void)state;
    for_each_recording(check_split);
}

static void
renewing_libvterm_changes_nothing(void **state)
{
    (void)state;
    for_each_recording(check_renewal);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fast_path_equals_libvterm),
        cmocka_unit_test(any_split_gives_the_same_screen),
        cmocka_unit_test(renewing_libvterm_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
