/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "term/state_writer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "term/pen.h"

void
state_writer_init(struct state_writer *w, term_write_fn *write, void *data)
{
    w->write = write;
    w->data = data;
    w->error = 0;
    w->total = 0;
    w->pen = cell_default();
    w->charsets = charsets_default();
    w->origin = false;
    w->len = 0;
}

void
state_flush(struct state_writer *w)
{
    if (w->error >= 0 && w->len > 0) {
        w->error = w->write(w->data, w->buffer, w->len);
    }
    w->len = 0;
}

void
state_put_bytes(struct state_writer *w, const char *bytes, size_t len)
{
    w->total += len;
    if (w->write == NULL) {
        return;
    }
    if (len > sizeof(w->buffer) - w->len) {
        state_flush(w);
    }
    assert(len <= sizeof(w->buffer));
    memcpy(w->buffer + w->len, bytes, len);
    w->len += len;
}

void
state_put_text(struct state_writer *w, const char *text)
{
    state_put_bytes(w, text, strlen(text));
}

void
state_put_format(struct state_writer *w, const char *format, ...)
{
    char text[STATE_FORMAT_MAX];
    va_list args;

    va_start(args, format);
    int len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    assert(len >= 0 && (size_t)len < sizeof(text));
    state_put_bytes(w, text, (size_t)len);
}

void
state_put_code(struct state_writer *w, uint32_t code)
{
    char utf8[UTF8_MAX];

    state_put_bytes(w, utf8, utf8_encode(code, utf8));
}

void
state_put_pen(struct state_writer *w, struct cell pen)
{
    char sgr[PEN_SGR_MAX];

    if (cell_equals(w->pen, pen)) {
        return;
    }
    state_put_bytes(w, sgr, pen_write_sgr(pen, sgr));
    if (((w->pen.attrs ^ pen.attrs) & CELL_PROTECTED) != 0) {
        state_put_text(w, (pen.attrs & CELL_PROTECTED) != 0 ? "\033[1\"q"
                                                            : "\033[0\"q");
    }
    w->pen = pen;
}
