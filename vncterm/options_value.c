/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options_value.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include <arpa/inet.h>

#include "options.h"

/* Longer than any address, even with leading zeros that somebody types. */
#define ADDRESS_TEXT_MAX 63

/* Returns where the number ends, or NULL when there is none or it is out of
 * range. */
static const char *
read_number(const char *text, long low, long high, long *out)
{
    bool is_negative = low < 0 && *text == '-';
    const char *digits = is_negative ? text + 1 : text;
    const char *at;
    long value = 0;

    for (at = digits; *at >= '0' && *at <= '9'; at++) {
        value = value * 10 + (*at - '0');
        if (value > INT32_MAX) {
            return NULL;
        }
    }
    value = is_negative ? -value : value;
    if (at == digits || value < low || value > high) {
        return NULL;
    }
    *out = value;
    return at;
}

bool
options_value_number(const char *text, long low, long high, long *out)
{
    long value = 0;
    const char *end = read_number(text, low, high, &value);

    if (end == NULL || *end != '\0') {
        return false;
    }
    *out = value;
    return true;
}

bool
options_value_size(const char *text, struct cell_size *out)
{
    long cols = 0;
    long rows = 0;
    const char *end = read_number(text, 1, OPTIONS_COLS_MAX, &cols);

    if (end == NULL || *end != 'x' ||
        !options_value_number(end + 1, 1, OPTIONS_ROWS_MAX, &rows)) {
        return false;
    }
    *out = (struct cell_size){.cols = (int)cols, .rows = (int)rows};
    return true;
}

bool
options_value_bytes(const char *text, long max, size_t *out)
{
    long number = 0;
    long unit = 1;
    const char *end = read_number(text, 0, max, &number);

    if (end != NULL && *end == 'k') {
        unit = 1L << 10;
        end++;
    } else if (end != NULL && *end == 'M') {
        unit = 1L << 20;
        end++;
    }
    if (end == NULL || *end != '\0' || number > max / unit) {
        return false;
    }
    *out = (size_t)(number * unit);
    return true;
}

bool
options_value_address(const char *text, size_t len, struct in_addr *out)
{
    /* inet_aton() would take anything behind a blank. */
    static const char characters[] = "0123456789abcdefABCDEFxX.";
    char copy[ADDRESS_TEXT_MAX + 1];
    struct in_addr address;

    if (len > ADDRESS_TEXT_MAX) {
        return false;
    }
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (strspn(copy, characters) != len || inet_aton(copy, &address) == 0) {
        return false;
    }
    *out = address;
    return true;
}

bool
options_value_colour(const char *text, int32_t *out)
{
    static const char digits[] = "0123456789abcdefABCDEF";
    int32_t value = 0;

    if (text[0] != '#' || strlen(text) != 7 || strspn(text + 1, digits) != 6) {
        return false;
    }
    for (const char *at = text + 1; *at != '\0'; at++) {
        int digit = (int)(strchr(digits, *at) - digits);
        value = value << 4 | (digit < 16 ? digit : digit - 6);
    }
    *out = value;
    return true;
}

int
options_value_name(const char *text, const char *const names[])
{
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(text, names[i]) == 0) {
            return i;
        }
    }
    return -1;
}

const char *
options_value_store_path_fault(const char *path)
{
    size_t len = strlen(path);

    static_assert(OPTIONS_STORE_PATH_MAX == 255, "the message below names it");
    if (len > OPTIONS_STORE_PATH_MAX) {
        return "the path is longer than 255 bytes";
    }
    if (path[0] != '/') {
        return "the path does not start with /";
    }
    if (path[len - 1] == '/' || strstr(path, "//") != NULL) {
        return "a part of the path is empty";
    }
    for (const char *at = path; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f) {
            return "there is a control character in the path";
        }
    }
    return NULL;
}
