/* SPDX-License-Identifier: GPL-2.0-or-later */
#define ZLIB_CONST /* zlib.h: what is read is const */
#include "vnc/clipboard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/utf8.h"
#include "vnc/cut_text.h"
#include "vnc/vnc.h"
#include "vnc/wire.h"

/* Flags: formats in the low 16 bits, actions in the high 8. */
enum {
    FORMAT_TEXT = 1 << 0,
    ACTION_CAPS = 1 << 24,
    ACTION_REQUEST = 1 << 25,
    ACTION_PEEK = 1 << 26,
    ACTION_NOTIFY = 1 << 27,
    ACTION_PROVIDE = 1 << 28,
    ACTIONS = ACTION_REQUEST | ACTION_PEEK | ACTION_NOTIFY | ACTION_PROVIDE,
};

enum {
    TYPE_SERVER_CUT_TEXT = 3,
    HEADER_SIZE = 8, /* type, padding, negative length */
    FLAGS_SIZE = 4,
    LENGTH_SIZE = 4, /* of a text, inside what is compressed */
    /* What a viewer without capabilities of its own takes: rfbproto's. */
    TEXT_MAX_DEFAULT = 20 << 20,
    /* A megabyte in milliseconds. */
    ZLIB_LEVEL = 1,
};

void
clipboard_init(struct clipboard *c)
{
    *c = (struct clipboard){
        .actions = ACTION_REQUEST | ACTION_NOTIFY | ACTION_PROVIDE,
        .text_max = TEXT_MAX_DEFAULT,
    };
}

static void
forget_text(struct clipboard *c)
{
    free(c->text);
    c->text = NULL;
    c->text_len = 0;
    free(c->provide);
    c->provide = NULL;
}

static bool
has_text(const struct clipboard *c)
{
    return c->text != NULL || c->provide != NULL;
}

void
clipboard_fini(struct clipboard *c)
{
    forget_text(c);
}

void
clipboard_set_extended(struct clipboard *c, bool is_extended)
{
    c->is_extended = is_extended;
    c->owes_caps = is_extended; /* each time that it is listed */
    if (!is_extended) {
        c->owes_notify = false;
        c->owes_request = false;
        c->owes_provide = false;
    }
}

int
clipboard_set_text(struct clipboard *c, const char *utf8, size_t len)
{
    char *copy = malloc(len + 1);

    if (copy == NULL) {
        return -ENOMEM;
    }
    if (len > 0) {
        memcpy(copy, utf8, len);
    }
    forget_text(c);
    c->text = copy;
    c->text_len = len;
    c->owes_provide = false; /* of the text before */
    c->owes_text = true;
    return 0;
}

/* Returns whether exactly `len` bytes could be inflated. */
static bool
inflate_bytes(z_stream *z, void *out, size_t len)
{
    z->next_out = out;
    z->avail_out = (uInt)len;
    /*
     * Streams in the wild end, or are flushed and go on in the next message,
     * or break off: what counts is that the bytes are there.
     */
    (void)inflate(z, Z_SYNC_FLUSH);
    return z->avail_out == 0;
}

/* Lines end in CR LF on the wire. Returns the new length. */
static size_t
to_line_feeds(char *text, size_t len)
{
    size_t kept = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] != '\r' || i + 1 == len || text[i + 1] != '\n') {
            text[kept] = text[i];
            kept++;
        }
    }
    return kept;
}

static int
inflate_text(z_stream *z, char **out, size_t *out_len)
{
    uint8_t wire[LENGTH_SIZE];

    if (!inflate_bytes(z, wire, sizeof(wire))) {
        return -EINVAL;
    }
    size_t len = wire_get_u32(wire);
    if (len > VNC_CUT_TEXT_MAX + 1) { /* there is a NUL at the end */
        return -EMSGSIZE;
    }
    char *text = malloc(len + 1);
    if (text == NULL) {
        return -ENOMEM;
    }
    if (len > 0 && !inflate_bytes(z, text, len)) {
        free(text);
        return -EINVAL;
    }
    len = strnlen(text, len);
    if (len > VNC_CUT_TEXT_MAX || !utf8_is_valid(text, len)) {
        int r = len > VNC_CUT_TEXT_MAX ? -EMSGSIZE : -EINVAL;
        free(text);
        return r;
    }
    *out_len = to_line_feeds(text, len);
    *out = text;
    return 0;
}

/* A text comes first, whatever other formats there are. */
static int
take_provide(struct clipboard *c, const uint8_t *zipped, size_t len, char **out,
             size_t *out_len)
{
    z_stream z = {.next_in = zipped, .avail_in = (uInt)len};

    if (inflateInit(&z) != Z_OK) {
        return -ENOMEM;
    }
    int r = inflate_text(&z, out, out_len);
    c->inflated += z.total_out;
    (void)inflateEnd(&z); /* fails for a stream that breaks off */
    return r < 0 ? r : CLIPBOARD_TEXT;
}

static int
take_nothing(char **out, size_t *out_len)
{
    *out = calloc(1, 1);
    *out_len = 0;
    return *out == NULL ? -ENOMEM : CLIPBOARD_TEXT;
}

static int
take_caps(struct clipboard *c, uint32_t flags, const uint8_t *sizes, size_t len)
{
    c->actions = flags & ACTIONS;
    c->text_max = 0;
    if ((flags & FORMAT_TEXT) == 0) {
        c->actions = 0;
        return CLIPBOARD_NOTHING;
    }
    if (len < sizeof(uint32_t)) {
        return -EINVAL;
    }
    c->text_max = wire_get_u32(sizes); /* the lowest format's is first */
    return CLIPBOARD_NOTHING;
}

bool
clipboard_is_compressed(const uint8_t *body, size_t len)
{
    uint32_t flags = len >= FLAGS_SIZE ? wire_get_u32(body) : 0;

    return (flags & (ACTION_CAPS | ACTIONS)) == ACTION_PROVIDE &&
           (flags & FORMAT_TEXT) != 0;
}

int
clipboard_take(struct clipboard *c, const uint8_t *body, size_t len, char **out,
               size_t *out_len)
{
    if (len < FLAGS_SIZE) {
        return -EINVAL;
    }
    uint32_t flags = wire_get_u32(body);
    const uint8_t *rest = body + FLAGS_SIZE;
    bool is_text = (flags & FORMAT_TEXT) != 0;

    len -= FLAGS_SIZE;
    if ((flags & ACTION_CAPS) != 0) {
        return take_caps(c, flags, rest, len);
    }
    switch (flags & ACTIONS) {
    case ACTION_REQUEST:
        c->owes_provide |= is_text && has_text(c);
        return CLIPBOARD_NOTHING;
    case ACTION_PEEK:
        c->owes_notify = true;
        return CLIPBOARD_NOTHING;
    case ACTION_NOTIFY:
        c->owes_request = is_text;
        return is_text ? CLIPBOARD_NOTHING : take_nothing(out, out_len);
    case ACTION_PROVIDE:
        return is_text ? take_provide(c, rest, len, out, out_len)
                       : take_nothing(out, out_len);
    default:
        return -EINVAL; /* none, or more than one */
    }
}

static void
put_header(uint8_t *out, uint32_t flags, size_t body_len)
{
    memset(out, 0, HEADER_SIZE);
    out[0] = TYPE_SERVER_CUT_TEXT;
    wire_put_u32(out + 4, 0 - (uint32_t)(FLAGS_SIZE + body_len));
    wire_put_u32(out + HEADER_SIZE, flags);
}

static int
push_caps(struct bytes *out)
{
    uint8_t message[HEADER_SIZE + FLAGS_SIZE + 4];

    put_header(message, ACTION_CAPS | ACTIONS | FORMAT_TEXT, 4);
    wire_put_u32(message + HEADER_SIZE + FLAGS_SIZE, VNC_CUT_TEXT_MAX);
    return bytes_push(out, message, sizeof(message));
}

static int
push_flags(struct bytes *out, uint32_t flags)
{
    uint8_t message[HEADER_SIZE + FLAGS_SIZE];

    put_header(message, flags, 0);
    return bytes_push(out, message, sizeof(message));
}

/* The bytes of the text as it is sent, with CR LF and a NUL. */
static size_t
wire_len(const struct clipboard *c)
{
    size_t len = c->text_len + 1;

    for (size_t i = 0; i < c->text_len; i++) {
        if (c->text[i] == '\n' && (i == 0 || c->text[i - 1] != '\r')) {
            len++;
        }
    }
    return len;
}

static void
put_text(const struct clipboard *c, uint8_t *out)
{
    for (size_t i = 0; i < c->text_len; i++) {
        if (c->text[i] == '\n' && (i == 0 || c->text[i - 1] != '\r')) {
            *out++ = '\r';
        }
        *out++ = (uint8_t)c->text[i];
    }
    *out = '\0';
}

/* Makes the message out of the text. */
static int
make_provide(struct clipboard *c)
{
    size_t len = LENGTH_SIZE + wire_len(c);
    uLong zipped_len = compressBound(len);
    uint8_t *plain = malloc(len);
    uint8_t *message = malloc(HEADER_SIZE + FLAGS_SIZE + (size_t)zipped_len);
    int r = -ENOMEM;

    if (plain != NULL && message != NULL) {
        wire_put_u32(plain, (uint32_t)(len - LENGTH_SIZE));
        put_text(c, plain + LENGTH_SIZE);
        if (compress2(message + HEADER_SIZE + FLAGS_SIZE, &zipped_len, plain,
                      len, ZLIB_LEVEL) == Z_OK) {
            put_header(message, ACTION_PROVIDE | FORMAT_TEXT, zipped_len);
            forget_text(c);
            c->provide = message;
            c->provide_len = HEADER_SIZE + FLAGS_SIZE + (size_t)zipped_len;
            message = NULL;
            r = 0;
        }
    }
    free(plain);
    free(message);
    return r;
}

static int
push_provide(struct clipboard *c, struct bytes *out)
{
    if (c->provide == NULL) {
        int r = make_provide(c);
        if (r < 0) {
            return r;
        }
    }
    return bytes_push(out, c->provide, c->provide_len);
}

/* How a text of ours gets to this viewer. */
static int
push_text(struct clipboard *c, struct bytes *out)
{
    if (!c->is_extended) {
        int r = cut_text_push(out, c->text, c->text_len);
        forget_text(c); /* nobody can ask for it again */
        return r;
    }
    if ((c->actions & ACTION_PROVIDE) != 0 && wire_len(c) <= c->text_max) {
        c->owes_provide = true;
    } else if ((c->actions & ACTION_NOTIFY) != 0) {
        c->owes_notify = true;
    }
    return 0;
}

int
clipboard_push(struct clipboard *c, struct bytes *out)
{
    int r = 0;

    if (c->owes_caps) {
        c->owes_caps = false;
        r = push_caps(out);
    }
    if (r == 0 && c->owes_text) {
        c->owes_text = false;
        r = push_text(c, out);
    }
    if (r == 0 && c->owes_provide) {
        c->owes_provide = false;
        r = has_text(c) ? push_provide(c, out) : 0;
    }
    if (r == 0 && c->owes_notify) {
        c->owes_notify = false;
        r = push_flags(out, ACTION_NOTIFY |
                                (has_text(c) ? (uint32_t)FORMAT_TEXT : 0));
    }
    if (r == 0 && c->owes_request) {
        c->owes_request = false;
        r = push_flags(out, ACTION_REQUEST | FORMAT_TEXT);
    }
    return r;
}
