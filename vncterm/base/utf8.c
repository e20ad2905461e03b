/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/utf8.h"

/* The range of any continuation byte; only a second byte can be narrower. */
#define CONTINUATION_LOWER 0x80
#define CONTINUATION_UPPER 0xbf

static enum utf8_result
begin(struct utf8_decoder *d, uint32_t code, uint8_t missing)
{
    d->code = code;
    d->missing = missing;
    d->lower = CONTINUATION_LOWER;
    d->upper = CONTINUATION_UPPER;
    return UTF8_MORE;
}

/* The Unicode standard, table 3-7, "Well-Formed UTF-8 Byte Sequences". */
static enum utf8_result
decode_first(struct utf8_decoder *d, uint8_t byte, uint32_t *out)
{
    if (byte < 0x80) {
        *out = byte;
        return UTF8_DONE;
    }
    if (byte < 0xc2 || byte > 0xf4) {
        *out = UTF8_REPLACEMENT;
        return UTF8_BAD;
    }
    if (byte < 0xe0) {
        return begin(d, byte & 0x1fU, 1);
    }
    if (byte < 0xf0) {
        (void)begin(d, byte & 0x0fU, 2); /* always UTF8_MORE */
        if (byte == 0xe0) {
            d->lower = 0xa0; /* below is overlong */
        } else if (byte == 0xed) {
            d->upper = 0x9f; /* above are surrogates */
        }
        return UTF8_MORE;
    }
    (void)begin(d, byte & 0x07U, 3); /* always UTF8_MORE */
    if (byte == 0xf0) {
        d->lower = 0x90; /* below is overlong */
    } else if (byte == 0xf4) {
        d->upper = 0x8f; /* above is past UNICODE_MAX */
    }
    return UTF8_MORE;
}

enum utf8_result
utf8_decode_multibyte(struct utf8_decoder *d, uint8_t byte, uint32_t *out)
{
    if (d->missing == 0) {
        return decode_first(d, byte, out);
    }
    if (byte < d->lower || byte > d->upper) {
        d->missing = 0;
        *out = UTF8_REPLACEMENT;
        return UTF8_BAD_RETRY;
    }
    uint32_t code = d->code << 6 | (byte & 0x3fU);

    d->missing--;
    if (d->missing == 0) {
        *out = code;
        return UTF8_DONE;
    }
    d->code = code;
    d->lower = CONTINUATION_LOWER;
    d->upper = CONTINUATION_UPPER;
    return UTF8_MORE;
}

size_t
utf8_encode(uint32_t code, char out[UTF8_MAX])
{
    if (code > UNICODE_MAX || (code >= 0xd800 && code <= 0xdfff)) {
        code = UTF8_REPLACEMENT;
    }
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

bool
utf8_is_valid(const void *bytes, size_t len)
{
    const uint8_t *in = bytes;
    struct utf8_decoder d = {0};

    for (size_t i = 0; i < len; i++) {
        uint32_t code;
        enum utf8_result result = utf8_decode(&d, in[i], &code);
        if (result == UTF8_BAD || result == UTF8_BAD_RETRY) {
            return false;
        }
    }
    return d.missing == 0;
}

size_t
latin1_to_utf8(const void *latin1, size_t len, char *out)
{
    const uint8_t *in = latin1;
    size_t written = 0;

    for (size_t i = 0; i < len; i++) {
        if (in[i] < 0x80) {
            out[written++] = (char)in[i];
        } else {
            out[written++] = (char)(0xc0 | in[i] >> 6);
            out[written++] = (char)(0x80 | (in[i] & 0x3f));
        }
    }
    return written;
}

static uint8_t
latin1_of(uint32_t code)
{
    return code <= 0xff ? (uint8_t)code : '?';
}

size_t
utf8_to_latin1(const char *utf8, size_t len, void *out)
{
    uint8_t *latin1 = out;
    size_t written = 0;
    struct utf8_decoder d = {0};

    for (size_t i = 0; i < len; i++) {
        uint8_t byte = (uint8_t)utf8[i];
        uint32_t code;
        enum utf8_result result = utf8_decode(&d, byte, &code);
        if (result == UTF8_BAD_RETRY) {
            latin1[written++] = latin1_of(code);
            /* At the start of a character there is never another retry. */
            result = utf8_decode(&d, byte, &code);
        }
        if (result != UTF8_MORE) {
            latin1[written++] = latin1_of(code);
        }
    }
    if (d.missing > 0) {
        latin1[written++] = latin1_of(UTF8_REPLACEMENT);
    }
    return written;
}
