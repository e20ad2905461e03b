/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of a state on their way out: buffered, or only counted, and left
 * out where the reader has already what they would say. For what writes a state
 * only.
 */
#ifndef VNCTERM_TERM_STATE_WRITER_H
#define VNCTERM_TERM_STATE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "term/cell.h"
#include "term/charset.h"
#include "term/term.h"

enum {
    STATE_BUFFER_SIZE = 4096,
    STATE_FORMAT_MAX = 64, /* the longest text of state_put_format() */
};

struct state_writer {
    term_write_fn *write; /* NULL: bytes are only counted */
    void *data;
    int error;    /* of the first write that failed */
    size_t total; /* bytes until now */

    /* What the reader has by now, of what costs bytes to say. */
    struct cell pen;
    struct charsets charsets;
    bool origin;

    size_t len;
    char buffer[STATE_BUFFER_SIZE];
};

/* For a reader that has just been reset. */
void
state_writer_init(struct state_writer *w, term_write_fn *write, void *data);

/* Hands over what is buffered. */
void state_flush(struct state_writer *w);

/* At most STATE_BUFFER_SIZE bytes. */
void state_put_bytes(struct state_writer *w, const char *bytes, size_t len);
void state_put_text(struct state_writer *w, const char *text);
__attribute__((format(printf, 2, 3))) void
state_put_format(struct state_writer *w, const char *format, ...);
void state_put_code(struct state_writer *w, uint32_t code);

/* Has the reader take this pen, unless it has. */
void state_put_pen(struct state_writer *w, struct cell pen);

#endif
