/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * OSC 52: a guest sets the viewers' clipboard, where that is allowed. It never
 * reads it: who may set what is pasted next can do harm enough.
 */
#include <string.h>

#include "base/utf8.h"
#include "term/palette.h"
#include "term/term_internal.h"

/* The value of a character of RFC 4648's base64, or -1. */
static int
base64_value(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                 "abcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c == '\0' ? NULL : strchr(digits, c);

    return at == NULL ? -1 : (int)(at - digits);
}

/* Decodes all of `text`; returns the length, or -1 when it is no base64. */
static int
decode_base64(struct osc_text text, char *out)
{
    unsigned bits = 0;
    int count = 0;
    int len = 0;

    while (text.len > 0 && text.bytes[text.len - 1] == '=') {
        text.len--;
    }
    for (size_t at = 0; at < text.len; at++) {
        int value = base64_value(text.bytes[at]);

        if (value < 0) {
            return -1;
        }
        bits = bits << 6 | (unsigned)value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            out[len++] = (char)(bits >> count & 0xff);
        }
    }
    return len;
}

/* Text as a person would copy it: no controls but those of lines. */
static bool
is_plain_text(const char *bytes, size_t len)
{
    for (size_t at = 0; at < len; at++) {
        unsigned char byte = (unsigned char)bytes[at];

        if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') ||
            byte == 0x7f) {
            return false;
        }
    }
    return utf8_is_valid(bytes, len);
}

void
clipboard_apply(struct term *t, struct osc_text text)
{
    char bytes[GUARD_STRING_MAX];

    if (!t->allows.clipboard || t->handler.on_clipboard == NULL ||
        t->guard.string_len == GUARD_STRING_MAX) { /* it has been cut */
        return;
    }
    (void)osc_take_field(&text); /* which selection: there is one */
    int len = decode_base64(text, bytes);

    if (len > 0 && is_plain_text(bytes, (size_t)len)) {
        t->handler.on_clipboard(t->data, bytes, (size_t)len);
    }
}
