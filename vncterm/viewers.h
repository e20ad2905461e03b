/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What viewers do: keys and pointers to the guest or the scrollback, clipboard
 * text to be pasted, wishes for another size.
 */
#ifndef VNCTERM_VIEWERS_H
#define VNCTERM_VIEWERS_H

#include "console/stream.h"
#include "frames.h"
#include "input/input.h"
#include "loop/loop.h"
#include "render/render.h"
#include "term/term.h"
#include "vnc/vnc.h"

struct viewers;

/* All borrowed for the life of `struct viewers`. */
struct viewers_config {
    struct loop *loop;
    struct stream *stream;
    struct term *term;
    struct render *render;
    struct input_config input;
    struct cell_size size_max; /* that they may ask for */
};

void viewers_new(struct viewers **out, const struct viewers_config *config);

void viewers_free(struct viewers *v);

/* The handler for vnc_new(), with the viewers as its data. */
extern const struct vnc_handler viewers_handler;

/* For the stream's on_paste_end. */
void viewers_paste_ended(struct viewers *v);

/* What they act upon, before the first of them arrives; borrowed. */
void viewers_join(struct viewers *v, struct vnc *vnc, struct frames *frames);

#endif
