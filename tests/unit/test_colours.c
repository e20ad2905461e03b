/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/colours.h"

static void
each_scheme_has_its_own_named_colours(void **state)
{
    static const struct {
        enum colour_scheme scheme;
        uint32_t brown;
        uint32_t bright_blue;
        uint32_t fg;
    } cases[] = {
        {COLOURS_LINUX, 0xaa5500, 0x5555ff, 0xaaaaaa},
        {COLOURS_VGA, 0xaa5500, 0x5555ff, 0xaaaaaa},
        {COLOURS_XTERM, 0xcdcd00, 0x5c5cff, 0xe5e5e5},
        {COLOURS_TANGO, 0xc4a000, 0x729fcf, 0xd3d7cf},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t colours[PALETTE_ENTRIES];

        colours_init(colours, cases[i].scheme);
        assert_int_equal(colours[3], cases[i].brown);
        assert_int_equal(colours[12], cases[i].bright_blue);
        assert_int_equal(colours[PALETTE_FG], cases[i].fg);
        assert_int_equal(colours[PALETTE_BG], 0x000000);
        assert_int_equal(colours[PALETTE_CURSOR], cases[i].fg);
    }
}

static void
the_cube_and_the_greys_are_those_of_xterm(void **state)
{
    static const struct {
        unsigned index;
        uint32_t rgb;
    } cases[] = {
        {16, 0x000000},  {17, 0x00005f},  {21, 0x0000ff},  {22, 0x005f00},
        {52, 0x5f0000},  {110, 0x87afd7}, {196, 0xff0000}, {231, 0xffffff},
        {232, 0x080808}, {255, 0xeeeeee},
    };

    (void)state;
    for (int scheme = COLOURS_LINUX; scheme <= COLOURS_TANGO; scheme++) {
        uint32_t colours[PALETTE_ENTRIES];

        colours_init(colours, (enum colour_scheme)scheme);
        for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
            assert_int_equal(colours[cases[i].index], cases[i].rgb);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_scheme_has_its_own_named_colours),
        cmocka_unit_test(the_cube_and_the_greys_are_those_of_xterm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
