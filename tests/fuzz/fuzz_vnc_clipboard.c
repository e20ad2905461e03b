/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bodies of extended cut texts: what is taken is well-formed and within its
 * limits, however much it claims to be, and what is owed for it is one text at
 * most. The input is bodies with their length, 16 bits, before each; a length
 * of 0 is a text of ours.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "fuzz/fuzz.h"
#include "vnc/clipboard.h"
#include "vnc/vnc.h"
#include "vnc/wire.h"

static void
take(struct clipboard *c, const uint8_t *body, size_t len)
{
    char *text;
    size_t text_len;
    int r = clipboard_take(c, body, len, &text, &text_len);

    assert(c->inflated <= (size_t)VNC_CUT_TEXT_MAX + 8);
    assert(c->inflated == 0 || clipboard_is_compressed(body, len));
    c->inflated = 0;
    if (r == CLIPBOARD_TEXT) {
        assert(text_len <= VNC_CUT_TEXT_MAX);
        assert(utf8_is_valid(text, text_len));
        assert(memchr(text, '\0', text_len) == NULL);
        /* It fits back. */
        int r_set = clipboard_set_text(c, text, text_len);
        assert(r_set == 0);
        free(text);
    } else {
        assert(r == CLIPBOARD_NOTHING || r == -EMSGSIZE || r == -EINVAL);
    }
}

static void
push(struct clipboard *c)
{
    struct bytes out;

    bytes_init(&out, (size_t)4 * VNC_CUT_TEXT_MAX);
    int r = clipboard_push(c, &out);
    assert(r == 0);
    for (size_t at = 0; at < bytes_len(&out);) {
        const uint8_t *message = bytes_peek(&out) + at;
        assert(message[0] == 3);
        uint32_t len = wire_get_u32(message + 4);
        at += 8 + (size_t)(len > INT32_MAX ? 0 - len : len);
        assert(at <= bytes_len(&out));
    }
    bytes_clear(&out);
    r = clipboard_push(c, &out);
    assert(r == 0 && bytes_len(&out) == 0); /* nothing is owed twice */
    bytes_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct clipboard c;
    size_t at = 0;

    clipboard_init(&c);
    clipboard_set_extended(&c, true);
    while (at + 2 <= len) {
        size_t size = wire_get_u16(data + at);
        at += 2;
        size = size < len - at ? size : len - at;
        if (size == 0) {
            int r = clipboard_set_text(&c, "a\n\xe2\x82\xac\r\n", 7);
            assert(r == 0);
        } else {
            take(&c, data + at, size);
        }
        at += size;
        push(&c);
    }
    clipboard_fini(&c);
    return 0;
}
