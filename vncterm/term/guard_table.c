/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/guard_table.h"

#include <stddef.h>

#define FINAL_FIRST '@'
#define FINAL_LAST  '~'

#define FINAL(c) [(c)-FINAL_FIRST]

static const uint8_t csi_kinds[FINAL_LAST - FINAL_FIRST + 1] = {
    FINAL('@') = GUARD_ICH,         FINAL('A') = GUARD_CUU,
    FINAL('B') = GUARD_CUD,         FINAL('C') = GUARD_CUF,
    FINAL('D') = GUARD_CUB,         FINAL('E') = GUARD_CNL,
    FINAL('F') = GUARD_CPL,         FINAL('G') = GUARD_CHA,
    FINAL('H') = GUARD_CUP,         FINAL('I') = GUARD_CHT,
    FINAL('J') = GUARD_ED,          FINAL('K') = GUARD_EL,
    FINAL('L') = GUARD_IL,          FINAL('M') = GUARD_DL,
    FINAL('P') = GUARD_DCH,         FINAL('S') = GUARD_SU,
    FINAL('T') = GUARD_SD,          FINAL('X') = GUARD_ECH,
    FINAL('Z') = GUARD_CBT,         FINAL('^') = GUARD_SD,
    FINAL('`') = GUARD_CHA,         FINAL('a') = GUARD_HPR,
    FINAL('b') = GUARD_REP,         FINAL('c') = GUARD_DA1,
    FINAL('d') = GUARD_VPA,         FINAL('e') = GUARD_VPR,
    FINAL('f') = GUARD_CUP,         FINAL('g') = GUARD_TBC,
    FINAL('h') = GUARD_SM,          FINAL('l') = GUARD_RM,
    FINAL('m') = GUARD_SGR,         FINAL('n') = GUARD_DSR,
    FINAL('x') = GUARD_DECREQTPARM, FINAL('r') = GUARD_DECSTBM,
    FINAL('s') = GUARD_DECSLRM,     FINAL('t') = GUARD_XTWINOPS,
    FINAL('u') = GUARD_SCORC,
};

/* Sequences with a leader or an intermediate byte. The formatter would put two
 * into a line. */
/* clang-format off */
static const struct {
    uint8_t leader;
    uint8_t middle;
    uint8_t final;
    uint8_t kind;
} csi_special_kinds[] = {
    {'?', 0, 'h', GUARD_DECSET},
    {'?', 0, 'l', GUARD_DECRST},
    {'?', 0, 'J', GUARD_DECSED},
    {'?', 0, 'K', GUARD_DECSEL},
    {'?', 0, 'n', GUARD_DECDSR},
    {'?', '$', 'p', GUARD_DECRQM},
    {0, '$', 'p', GUARD_DECRQM_ANSI},
    {0, '!', 'p', GUARD_DECSTR},
    {0, ' ', 'q', GUARD_DECSCUSR},
    {0, '"', 'q', GUARD_DECSCA},
    {'=', 0, 'c', GUARD_DA3},
    {0, '"', 'p', GUARD_DECSCL},
    {'?', 0, 's', GUARD_XTSAVE},
    {'?', 0, 'r', GUARD_XTRESTORE},
    {'?', 0, 'W', GUARD_DECST8C},
    {0, '*', '|', GUARD_DECSNLS},
    {0, '$', '|', GUARD_DECSCPP},
    {0, '$', 'w', GUARD_DECRQPSR},
    {'>', 0, 't', GUARD_XTSMTITLE},
    {'>', 0, 'T', GUARD_XTRMTITLE},
    {'>', 0, 'q', GUARD_XTVERSION},
    {'>', 0, 'c', GUARD_DA2},
    {0, '\'', '}', GUARD_DECIC},
    {0, '\'', '~', GUARD_DECDC},
    {0, ' ', '@', GUARD_SL},
    {0, ' ', 'A', GUARD_SR},
    {0, '$', 'v', GUARD_DECCRA},
    {0, '$', 'x', GUARD_DECFRA},
    {0, '$', 'z', GUARD_DECERA},
    {0, '$', '{', GUARD_DECSERA},
    {0, '$', 'r', GUARD_DECCARA},
    {0, '$', 't', GUARD_DECRARA},
    {0, '*', 'x', GUARD_DECSACE},
    {0, '*', 'y', GUARD_DECRQCRA},
    {0, '#', 'y', GUARD_XTCHECKSUM},
    {0, '#', '{', GUARD_XTPUSHSGR},
    {0, '#', 'p', GUARD_XTPUSHSGR},
    {0, '#', '}', GUARD_XTPOPSGR},
    {0, '#', 'q', GUARD_XTPOPSGR},
    {0, '#', '|', GUARD_XTREPORTSGR},
    {'>', 0, 'm', GUARD_XTMODKEYS},
    {'>', 0, 'n', GUARD_XTMODKEYS_OFF},
    {'?', 0, 'm', GUARD_XTQMODKEYS},
};
/* clang-format on */

/* ESC and one byte, without arguments. */
static const uint8_t escape_kinds[FINAL_LAST + 1] = {
    ['6'] = GUARD_DECBI, ['9'] = GUARD_DECFI,   ['7'] = GUARD_DECSC,
    ['8'] = GUARD_DECRC, ['='] = GUARD_DECKPAM, ['>'] = GUARD_DECKPNM,
    ['D'] = GUARD_IND,   ['E'] = GUARD_NEL,     ['V'] = GUARD_SPA,
    ['W'] = GUARD_EPA,   ['H'] = GUARD_HTS,     ['M'] = GUARD_RI,
    ['Z'] = GUARD_DA1,   ['c'] = GUARD_RIS,
};

/* VT510 programmer reference, SCS; xterm's ctlseqs; console_codes(4). */
static const struct charset_name {
    uint8_t second;
    uint8_t final;
    uint8_t charset; /* enum guard_charset */
} charset_names[] = {
    {0, 'B', GUARD_CHARSET_ASCII},
    {0, '1', GUARD_CHARSET_ASCII}, /* alternate ROM */
    {0, 'A', GUARD_CHARSET_UK},
    {0, '0', GUARD_CHARSET_DEC_GRAPHICS},
    {0, '2', GUARD_CHARSET_DEC_GRAPHICS}, /* alternate ROM */
    {0, '<', GUARD_CHARSET_DEC_SUPPLEMENTAL},
    {'%', '5', GUARD_CHARSET_DEC_SUPPLEMENTAL},
    {0, '>', GUARD_CHARSET_DEC_TECHNICAL},
    {0, 'U', GUARD_CHARSET_CP437}, /* Linux: the null mapping */
    {0, '4', GUARD_CHARSET_DUTCH},
    {0, 'C', GUARD_CHARSET_FINNISH},
    {0, '5', GUARD_CHARSET_FINNISH},
    {0, 'R', GUARD_CHARSET_FRENCH},
    {0, 'f', GUARD_CHARSET_FRENCH},
    {0, 'Q', GUARD_CHARSET_FRENCH_CANADIAN},
    {0, '9', GUARD_CHARSET_FRENCH_CANADIAN},
    {0, 'K', GUARD_CHARSET_GERMAN}, /* Linux: the user's mapping */
    {0, 'Y', GUARD_CHARSET_ITALIAN},
    {0, '`', GUARD_CHARSET_NORWEGIAN},
    {0, 'E', GUARD_CHARSET_NORWEGIAN},
    {0, '6', GUARD_CHARSET_NORWEGIAN},
    {'%', '6', GUARD_CHARSET_PORTUGUESE},
    {0, 'Z', GUARD_CHARSET_SPANISH},
    {0, 'H', GUARD_CHARSET_SWEDISH},
    {0, '7', GUARD_CHARSET_SWEDISH},
    {0, '=', GUARD_CHARSET_SWISS},
};

enum guard_charset
guard_charset_94(uint8_t second, uint8_t final)
{
    for (size_t i = 0; i < sizeof(charset_names) / sizeof(charset_names[0]);
         i++) {
        const struct charset_name *name = &charset_names[i];
        if (name->second == second && name->final == final) {
            return (enum guard_charset)name->charset;
        }
    }
    return GUARD_CHARSETS;
}

enum guard_charset
guard_charset_96(uint8_t second, uint8_t final)
{
    return second == 0 && final == 'A' ? GUARD_CHARSET_LATIN1 : GUARD_CHARSETS;
}

enum guard_kind
guard_escape_kind(uint8_t final)
{
    return final <= FINAL_LAST ? escape_kinds[final] : GUARD_NONE;
}

enum guard_kind
guard_line_kind(uint8_t final)
{
    switch (final) {
    case '3':
        return GUARD_DECDHL_TOP;
    case '4':
        return GUARD_DECDHL_BOTTOM;
    case '5':
        return GUARD_DECSWL;
    case '6':
        return GUARD_DECDWL;
    case '8':
        return GUARD_DECALN;
    default:
        return GUARD_NONE;
    }
}

enum guard_kind
guard_csi_kind(uint8_t leader, uint8_t middle, uint8_t final)
{
    if (final < FINAL_FIRST || final > FINAL_LAST) {
        return GUARD_NONE;
    }
    if (leader == 0 && middle == 0) {
        return csi_kinds[final - FINAL_FIRST];
    }
    for (size_t i = 0;
         i < sizeof(csi_special_kinds) / sizeof(csi_special_kinds[0]); i++) {
        if (csi_special_kinds[i].leader == leader &&
            csi_special_kinds[i].middle == middle &&
            csi_special_kinds[i].final == final) {
            return csi_special_kinds[i].kind;
        }
    }
    return GUARD_NONE;
}
