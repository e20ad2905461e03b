/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VNCTERM_TESTS_UNIT_VNC_FIXTURE_H
#define VNCTERM_TESTS_UNIT_VNC_FIXTURE_H

/*
 * A struct vnc on a fake loop, its viewers on unix socket pairs, and a handler
 * that writes down what it is told.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/loop.h"
#include "unit/rfb_client.h"
#include "vnc/vnc.h"

enum {
    WIDTH = 64,
    HEIGHT = 48,
    FIXTURE_CLIENTS_MAX = 20,
};

struct fixture {
    struct loop *loop;
    struct vnc *vnc;
    int listener;
    int memory_file;
    uint16_t port;
    struct rfb_client clients[FIXTURE_CLIENTS_MAX];
    int client_count;

    int arrivals;
    int departures;
    int keys;
    uint32_t keysym;
    uint64_t key_takes_us; /* of the fake loop's time */
    int pointers;
    int pointer_x;
    int pointer_y;
    unsigned buttons;
    int cut_texts;
    char *cut_text;
    size_t cut_text_len;
    enum vnc_text cut_text_form;
    int size_requests;
    struct pixel_size size_asked;
    uint64_t size_takes_us; /* of the fake loop's time */
    bool refuses_sizes;
    int frames_wanted;
    int repaints;
    uint32_t paint_before_repaint; /* a seed, or 0 for nothing to paint */
};

/* For cmocka: RFB 3.8 and all extensions, or as the host agent wants it, or
 * with the password "secret", or for viewers that only see. */
int fixture_set_up(void **state);
int fixture_set_up_password(void **state);
int fixture_set_up_view_only(void **state);
int fixture_set_up_agent(void **state);
int fixture_tear_down(void **state);

/* Handles everything that is ready, until nothing is. */
void fixture_run(struct fixture *f);

void fixture_advance_ms(struct fixture *f, uint64_t ms);

/* A peer that has said nothing yet. Freed at the end of the test. */
struct rfb_client *fixture_connect_peer(struct fixture *f);

/* A viewer, past a handshake of 3.8. */
struct rfb_client *fixture_connect(struct fixture *f);

/* Sends, and reads what comes back. */
void fixture_say(struct fixture *f, struct rfb_client *c, const void *data,
                 size_t len);

/* Understands all that is sent. */
void fixture_receive(struct fixture *f, struct rfb_client *c);

void fixture_set_encodings(struct fixture *f, struct rfb_client *c,
                           const int32_t *list, unsigned count);

/* Requests the whole picture and receives it. A second goes by. */
void fixture_ask_for_all(struct fixture *f, struct rfb_client *c);

/* Asks for pictures until the socket is full, and reads nothing. */
void fixture_stall(struct fixture *f, struct rfb_client *c);

/* Draws and marks something that is different everywhere. */
void fixture_paint(struct fixture *f, uint32_t seed);

void fixture_assert_same_picture(struct fixture *f, const struct rfb_client *c);

#endif
