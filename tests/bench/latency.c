/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * latency KEYS TARGET TARGET
 *
 * Sends keys to two targets in turns, so that noise of the machine meets
 * both, and prints "INDEX NANOSECONDS" for each. A target is rfb:PORT, a VNC
 * server whose guest echoes (from sending the key until the whole update that
 * shows it is here), or echo:PORT, floor_echo (from byte to byte).
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/rfb_skip.h"
#include "bench/util.h"

enum {
    TARGETS = 2,
    WARM_UP = 10,
    COLS = 80,
    ROWS = 24,
    HEXTILE = 5,
    QUIET_MS = 200,
    /* Two pauses are longer than a frame of 1/60 s: a key finds quiet, and
     * meets the server at no fixed phase. */
    PAUSE_NS = 10 * 1000 * 1000,
    PAUSE_SPREAD_NS = 5 * 1000 * 1000,
};

struct target {
    struct rfb_skip *viewer; /* NULL for the floor */
    int fd;
    unsigned keys;
};

/* Takes updates until none comes for `quiet_ms`; one request stays open. */
static void
settle(struct rfb_skip *viewer, int quiet_ms)
{
    struct rfb_skip_update update;

    while (rfb_skip_wait(viewer, quiet_ms)) {
        if (rfb_skip_next(viewer, &update)) {
            rfb_skip_request(viewer, RFB_SKIP_CHANGES);
        }
    }
}

static void
open_target(struct target *t, const char *name)
{
    static const int32_t encodings[] = {HEXTILE};
    const char *colon = strchr(name, ':');

    if (colon == NULL) {
        util_die("a target is rfb:PORT or echo:PORT");
    }
    uint16_t port = (uint16_t)util_number(colon + 1, UINT16_MAX);
    if (strncmp(name, "echo:", 5) == 0) {
        t->fd = util_connect(port);
        return;
    }
    t->viewer = rfb_skip_new(port, encodings, 1);
    rfb_skip_request(t->viewer, RFB_SKIP_ALL);
    settle(t->viewer, QUIET_MS);
}

static uint64_t
time_picture(struct target *t, char key)
{
    struct rfb_skip *viewer = t->viewer;
    struct rfb_skip_update update;
    int col = (int)(t->keys % COLS);
    int row = (int)(t->keys / COLS % ROWS);
    bool is_shown = false;

    settle(viewer, 0);
    rfb_skip_watch(viewer, col * rfb_skip_width(viewer) / COLS,
                   row * rfb_skip_height(viewer) / ROWS);
    uint64_t start_ns = util_now_ns();
    rfb_skip_key(viewer, (uint32_t)key, true);
    while (!is_shown) {
        if (!rfb_skip_next(viewer, &update)) {
            continue;
        }
        is_shown = update.is_hit;
        if (!is_shown) {
            rfb_skip_request(viewer, RFB_SKIP_CHANGES);
        }
    }
    uint64_t time_ns = util_now_ns() - start_ns;
    rfb_skip_key(viewer, (uint32_t)key, false);
    rfb_skip_request(viewer, RFB_SKIP_CHANGES);
    return time_ns;
}

static uint64_t
time_echo(struct target *t, char key)
{
    char echo = 0;
    uint64_t start_ns = util_now_ns();

    util_write_all(t->fd, &key, 1);
    util_read_all(t->fd, &echo, 1);
    return util_now_ns() - start_ns;
}

static uint64_t
time_key(struct target *t)
{
    char key = (char)('a' + t->keys % 26);
    uint64_t time_ns =
        t->viewer != NULL ? time_picture(t, key) : time_echo(t, key);

    t->keys++;
    return time_ns;
}

int
main(int argc, char *argv[])
{
    struct target targets[TARGETS] = {0};
    uint32_t random = 1;

    if (argc != 2 + TARGETS) {
        util_die("usage: latency KEYS TARGET TARGET");
    }
    uint64_t keys = util_number(argv[1], COLS * ROWS - WARM_UP);
    for (int i = 0; i < TARGETS; i++) {
        open_target(&targets[i], argv[2 + i]);
    }
    for (uint64_t key = 0; key < WARM_UP + keys; key++) {
        for (int i = 0; i < TARGETS; i++) {
            uint64_t time_ns = time_key(&targets[i]);
            if (key >= WARM_UP) {
                (void)printf("%d %llu\n", i, (unsigned long long)time_ns);
            }
            util_sleep_ns(PAUSE_NS + util_random(&random, PAUSE_SPREAD_NS));
        }
    }
    for (int i = 0; i < TARGETS; i++) {
        rfb_skip_free(targets[i].viewer);
    }
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
