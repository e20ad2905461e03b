/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input/compose.h"

#include <assert.h>

#include <xkbcommon/xkbcommon-keysyms.h>

#include "base/utf8.h"
#include "input/compose_table.h"

/*
 * What dead keys type by themselves, from X11's Compose file for UTF-8: with a
 * space, and typed twice; and the mark of those that have no such character.
 */
static const struct dead_key {
    uint32_t keysym;
    uint16_t spaced;
    uint16_t twice;
    uint16_t mark;
} dead_keys[] = {
    {XKB_KEY_dead_grave, '`', '`', 0},
    {XKB_KEY_dead_acute, '\'', 0x00b4, 0},
    {XKB_KEY_dead_circumflex, '^', '^', 0},
    {XKB_KEY_dead_tilde, '~', '~', 0},
    {XKB_KEY_dead_macron, 0x00af, 0x00af, 0},
    {XKB_KEY_dead_breve, 0x02d8, 0x02d8, 0},
    {XKB_KEY_dead_abovedot, 0x02d9, 0x02d9, 0},
    {XKB_KEY_dead_diaeresis, '"', 0x00a8, 0},
    {XKB_KEY_dead_abovering, 0x00b0, 0x00b0, 0},
    {XKB_KEY_dead_doubleacute, 0x02dd, 0x02dd, 0},
    {XKB_KEY_dead_caron, 0x02c7, 0x02c7, 0},
    {XKB_KEY_dead_cedilla, 0x00b8, 0x00b8, 0},
    {XKB_KEY_dead_ogonek, 0x02db, 0x02db, 0},
    {XKB_KEY_dead_iota, 0x037a, 0x037a, 0},
    {XKB_KEY_dead_voiced_sound, 0x309b, 0x309b, 0},
    {XKB_KEY_dead_semivoiced_sound, 0x309c, 0x309c, 0},
    {XKB_KEY_dead_belowdot, 0, 0, 0x0323},
    {XKB_KEY_dead_hook, 0, 0, 0x0309},
    {XKB_KEY_dead_horn, 0, 0, 0x031b},
    {XKB_KEY_dead_stroke, '/', '/', 0},
    {XKB_KEY_dead_abovecomma, 0x1fbd, 0x1fbd, 0},
    {XKB_KEY_dead_abovereversedcomma, 0x1ffe, 0x1ffe, 0},
    {XKB_KEY_dead_doublegrave, 0, 0, 0x030f},
    {XKB_KEY_dead_belowring, 0, 0, 0x0325},
    {XKB_KEY_dead_belowmacron, 0, 0, 0x0331},
    {XKB_KEY_dead_belowcircumflex, 0, 0, 0x032d},
    {XKB_KEY_dead_belowtilde, 0, 0, 0x0330},
    {XKB_KEY_dead_belowbreve, 0, 0, 0x032e},
    {XKB_KEY_dead_belowdiaeresis, 0, 0, 0x0324},
    {XKB_KEY_dead_invertedbreve, 0, 0, 0x0311},
    {XKB_KEY_dead_belowcomma, ',', ',', 0},
    {XKB_KEY_dead_currency, 0x00a4, 0x00a4, 0},
    {XKB_KEY_dead_greek, 0x00b5, 0x00b5, 0},
};

/* What a viewer's accents are: places in the table, counted from 1. 0: none. */
static uint8_t
find_accent(uint32_t keysym)
{
    static_assert(sizeof(dead_keys) / sizeof(dead_keys[0]) <= UINT8_MAX,
                  "accents are bytes");
    for (size_t i = 0; i < sizeof(dead_keys) / sizeof(dead_keys[0]); i++) {
        if (dead_keys[i].keysym == keysym) {
            return (uint8_t)(i + 1);
        }
    }
    return 0;
}

static const struct dead_key *
dead_key_of(uint8_t accent)
{
    return &dead_keys[accent - 1];
}

bool
compose_is_dead(uint32_t keysym)
{
    return find_accent(keysym) != 0;
}

uint32_t
compose_character(uint32_t keysym)
{
    uint8_t accent = find_accent(keysym);

    return accent != 0 ? dead_key_of(accent)->spaced : 0;
}

bool
compose_waits(const struct input_viewer *viewer)
{
    return viewer->accents[0] != 0;
}

void
compose_cancel(struct input_viewer *viewer)
{
    for (int i = 0; i < INPUT_ACCENTS_MAX; i++) {
        viewer->accents[i] = 0;
    }
}

size_t
compose_begin(struct input_viewer *viewer, uint32_t keysym,
              char out[INPUT_BYTES_MAX])
{
    uint8_t accent = find_accent(keysym);
    int last = 0;

    assert(accent != 0);
    if (viewer->accents[0] == accent && viewer->accents[1] == 0 &&
        dead_key_of(accent)->twice != 0) {
        compose_cancel(viewer);
        return utf8_encode(dead_key_of(accent)->twice, out);
    }
    /* One too many takes the place of the last. */
    while (last < INPUT_ACCENTS_MAX - 1 && viewer->accents[last] != 0) {
        last++;
    }
    viewer->accents[last] = accent;
    return 0;
}

/* The character that an accent makes of another; 0: there is none, or `code`
 * is 0. The table has the last bytes of the keysyms, all of which begin with
 * 0xfe. */
static uint32_t
combine(uint8_t accent, uint32_t code)
{
    size_t first = 0;
    size_t end = sizeof(compositions) / sizeof(compositions[0]);
    uint32_t wanted = (dead_key_of(accent)->keysym & 0xff) << 16 | code;

    if (code == 0 || code > UINT16_MAX) {
        return 0;
    }
    while (first < end) {
        size_t middle = first + (end - first) / 2;
        uint32_t here = (uint32_t)compositions[middle].dead << 16 |
                        compositions[middle].base;
        if (here == wanted) {
            return compositions[middle].made;
        }
        if (here < wanted) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return 0;
}

/* The same with all accents, whichever was typed first. */
static uint32_t
combine_all(const uint8_t accents[INPUT_ACCENTS_MAX], uint32_t code)
{
    if (accents[1] == 0) {
        return combine(accents[0], code);
    }
    uint32_t made = combine(accents[1], combine(accents[0], code));

    return made != 0 ? made : combine(accents[0], combine(accents[1], code));
}

size_t
compose_end(struct input_viewer *viewer, uint32_t code,
            char out[INPUT_BYTES_MAX])
{
    uint32_t made = combine_all(viewer->accents, code);
    size_t len = 0;
    bool has_mark = false;

    if (made != 0) {
        compose_cancel(viewer);
        return utf8_encode(made, out);
    }
    for (int i = 0; i < INPUT_ACCENTS_MAX && viewer->accents[i] != 0; i++) {
        const struct dead_key *key = dead_key_of(viewer->accents[i]);
        if (key->spaced != 0) {
            len += utf8_encode(key->spaced, out + len);
        }
        has_mark = has_mark || key->mark != 0;
    }
    if (code != ' ' || has_mark) {
        len += utf8_encode(code, out + len);
    }
    for (int i = 0; i < INPUT_ACCENTS_MAX && viewer->accents[i] != 0; i++) {
        const struct dead_key *key = dead_key_of(viewer->accents[i]);
        if (key->mark != 0) {
            len += utf8_encode(key->mark, out + len);
        }
    }
    compose_cancel(viewer);
    return len;
}
