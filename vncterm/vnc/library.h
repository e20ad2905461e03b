/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LibVNCServer as an encoder that touches no socket.
 *
 * With owed.c the only user of its headers. One memory file stands for all
 * sockets: a message is written into it, the library is called, and what it
 * wrote behind the message is appended to a queue. So the library never waits,
 * is never cut short, and sees only what the caller passes on. What it keeps
 * for a viewer is a client here; the pixels are the caller's.
 */
#ifndef VNCTERM_VNC_LIBRARY_H
#define VNCTERM_VNC_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/geom.h"
#include "vnc/vnc.h"

struct library;
struct library_client;

enum {
    /*
     * More than any update: raw 32-bit pixels, an eighth for headers of
     * tiles and rectangles, and what the cursor and a palette take.
     */
    LIBRARY_UPDATE_MAX = VNC_PICTURE_MAX + VNC_PICTURE_MAX / 8 + (64 << 10),
};

enum library_request {
    LIBRARY_REQUEST_CHANGES,
    LIBRARY_REQUEST_ALL,
};

/* The result codes of ExtendedDesktopSize. */
enum library_size_answer {
    LIBRARY_SIZE_OK = 0,
    LIBRARY_SIZE_PROHIBITED = 1,
    LIBRARY_SIZE_NO_RESOURCES = 2,
    LIBRARY_SIZE_INVALID = 3,
};

/*
 * `file` is the memory file, and `name` the desktop name, at most VNC_NAME_MAX
 * bytes; both borrowed for the library's life. Returns 0 or -errno.
 */
int library_new(struct library **out, int file, struct pixel_size size,
                const char *name);

/* Every client must be removed before. */
void library_free(struct library *lib);

/* What is sent from now on: lines of the library's size, without padding. */
void library_set_pixels(struct library *lib, uint32_t *pixels);

/*
 * Another size and other pixels, all of them modified. Viewers that know of
 * size changes are told with their next update.
 */
void
library_resize(struct library *lib, struct pixel_size size, uint32_t *pixels);

/* The pixels of `area`, inside the picture, have changed. */
void library_mark(struct library *lib, struct rect area);

/* Moves the pixels of `area`, inside the picture, up by `dy`. */
void library_scroll(struct library *lib, struct rect area, int dy);

/* Encrypts 16 bytes with a password of 8, padded with zeros, as VncAuth does.
 */
void library_encrypt_challenge(uint8_t challenge[16], const char password[8]);

/* A new client; ServerInit is appended to `out_queue`. Returns 0 or -errno. */
int library_client_new(struct library_client **out, struct library *lib,
                       struct bytes *out_queue);

void library_client_free(struct library_client *client);

/*
 * SetPixelFormat and SetEncodings, complete and checked. What it replies is
 * appended. Returns 0, or -errno when the client is lost.
 */
int library_client_feed(struct library_client *client, const uint8_t *message,
                        size_t len, struct bytes *out_queue);

/* A FramebufferUpdateRequest; `area` is clipped. */
void library_client_request(struct library_client *client, struct rect area,
                            enum library_request what);

/* Requests that are not answered yet never were. */
void library_client_forget_requests(struct library_client *client);

/* Whether a request is not answered yet. */
bool library_client_is_waiting(const struct library_client *client);

/* Whether marked pixels have not been sent yet. */
bool library_client_is_behind(const struct library_client *client);

/*
 * Appends an update, if the client waits and there is something for it.
 * Returns 0, or -errno when the client is lost.
 */
int
library_client_update(struct library_client *client, struct bytes *out_queue);

/*
 * Whose viewer asks for a size while library_resize() is called, or NULL: it
 * and the others are told so along with the size.
 */
void library_set_size_asker(struct library *lib, struct library_client *client);

/* The answer to a request for a size that was not followed by a resize. */
void library_client_answer_size(struct library_client *client,
                                enum library_size_answer answer);

/*
 * The client's viewer has moved its pointer. Returns whether there are others
 * that show it, in an update.
 */
bool library_client_move_pointer(struct library_client *client, int x, int y);

#endif
