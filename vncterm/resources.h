/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the worker opens by name, or needs of the system, before it locks
 * itself down; afterwards it can open nothing. Files are only read here: what
 * is in them is parsed behind the lock.
 */
#ifndef VNCTERM_RESOURCES_H
#define VNCTERM_RESOURCES_H

#include <stddef.h>
#include <stdint.h>

#include "options.h"

enum {
    RESOURCES_FONT_MAX = 64 << 20, /* bytes; the largest CJK fonts are 30 MB */
    RESOURCES_PASSWORD_MAX = 1 << 10, /* bytes of its file */
};

struct resources {
    int listener;
    uint16_t port;     /* 0 for a socket file */
    int text_listener; /* -1 without text clients */
    uint16_t text_port;
    int memory_file; /* of vnc/ */
    void *font;      /* NULL for the built-in one */
    size_t font_len;
    void *state; /* NULL when there is none to restore */
    size_t state_len;
    char *password; /* that viewers need, or NULL */
};

/*
 * Listens, and reads the font, the password and the state. Failures are logged
 * here, with the object they are about; without its state a console starts
 * empty. Returns 0 or -errno.
 */
int resources_open(struct resources *out, const struct options *options);

void resources_close(struct resources *r);

/* Frees the state to restore, which is needed once. */
void resources_drop_state(struct resources *r);

/* The same for the password, of which nothing stays in memory. */
void resources_drop_password(struct resources *r);

/* Says where viewers and text clients find us. */
void resources_tell_addresses(const struct resources *r,
                              const struct options *options);

/* The most bytes of a state file that are read, and so the most that are to be
 * written. */
size_t resources_state_max(const struct options *options);

#endif
