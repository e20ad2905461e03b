/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "render/composite.h"

#include <stddef.h>

#include "render/composite_table.h"

/* The Unicode standard, 3.12, "Conjoining Jamo Behavior". */
enum {
    SYLLABLE_FIRST = 0xac00,
    INITIAL_FIRST = 0x1100,
    VOWEL_FIRST = 0x1161,
    FINAL_FIRST = 0x11a7, /* one less than the first: 0 is for none */
    INITIALS = 19,
    VOWELS = 21,
    FINALS = 28,
    SYLLABLES = INITIALS * VOWELS * FINALS,
};

static uint32_t
hangul_of(uint32_t base, uint32_t mark)
{
    if (base - INITIAL_FIRST < INITIALS && mark - VOWEL_FIRST < VOWELS) {
        uint32_t index = (base - INITIAL_FIRST) * VOWELS + mark - VOWEL_FIRST;
        return SYLLABLE_FIRST + index * FINALS;
    }
    if (base - SYLLABLE_FIRST < SYLLABLES &&
        (base - SYLLABLE_FIRST) % FINALS == 0 && mark > FINAL_FIRST &&
        mark - FINAL_FIRST < FINALS) {
        return base + mark - FINAL_FIRST;
    }
    return 0;
}

uint32_t
composite_of(uint32_t base, uint32_t mark)
{
    size_t begin = 0;
    size_t end = sizeof(composites) / sizeof(composites[0]);

    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        const struct composite *c = &composites[middle];

        if (c->base == base && c->mark == mark) {
            return c->code;
        }
        if (c->base < base || (c->base == base && c->mark < mark)) {
            begin = middle + 1;
        } else {
            end = middle;
        }
    }
    return hangul_of(base, mark);
}
