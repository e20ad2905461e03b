/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * viewer PORT ENCODING...
 *
 * A viewer that always asks for what has changed, one request at a time. It
 * says "ready" when the whole picture has come and nothing more does. For
 * each line on stdin it prints "UPDATES BYTES SPAN_NS GAP_NS" since the last
 * one and starts anew; the span is from the first update to the last, the gap
 * the longest time without one. It ends with stdin.
 */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench/rfb_skip.h"
#include "bench/util.h"

enum {
    ENCODINGS_MAX = 16,
    QUIET_MS = 100,
};

struct count {
    uint64_t updates;
    uint64_t received_before;
    uint64_t first_ns; /* update */
    uint64_t last_ns;  /* update, or the beginning of the count */
    uint64_t gap_ns;
};

static struct count
new_count(const struct rfb_skip *viewer)
{
    return (struct count){.received_before = rfb_skip_received(viewer),
                          .last_ns = util_now_ns()};
}

/* The time without an update ends. */
static void
end_gap(struct count *count, uint64_t now_ns)
{
    if (now_ns - count->last_ns > count->gap_ns) {
        count->gap_ns = now_ns - count->last_ns;
    }
}

static void
take_message(struct rfb_skip *viewer, struct count *count)
{
    struct rfb_skip_update update;

    if (!rfb_skip_next(viewer, &update)) {
        return;
    }
    rfb_skip_request(viewer, RFB_SKIP_CHANGES);
    uint64_t now_ns = util_now_ns();
    end_gap(count, now_ns);
    if (count->updates == 0) {
        count->first_ns = now_ns;
    }
    count->last_ns = now_ns;
    count->updates++;
}

static void
print_line(const char *line)
{
    if (puts(line) < 0 || fflush(stdout) != 0) {
        util_die_errno("stdout");
    }
}

static void
print_count(struct rfb_skip *viewer, struct count *count)
{
    char line[100];
    uint64_t size = rfb_skip_received(viewer) - count->received_before;
    uint64_t span_ns =
        count->updates > 0 ? count->last_ns - count->first_ns : 0;

    end_gap(count, util_now_ns());
    (void)snprintf(line, sizeof(line), "%llu %llu %llu %llu",
                   (unsigned long long)count->updates, (unsigned long long)size,
                   (unsigned long long)span_ns,
                   (unsigned long long)count->gap_ns);
    print_line(line);
    *count = new_count(viewer);
}

/* Returns false at the end of stdin. */
static bool
serve_stdin(struct rfb_skip *viewer, struct count *count)
{
    char line[80];

    if (read(STDIN_FILENO, line, sizeof(line)) <= 0) {
        return false;
    }
    print_count(viewer, count);
    return true;
}

static void
serve(struct rfb_skip *viewer, struct count *count)
{
    struct pollfd ends[] = {{.fd = rfb_skip_fd(viewer), .events = POLLIN},
                            {.fd = STDIN_FILENO, .events = POLLIN}};

    for (;;) {
        if (poll(ends, 2, -1) < 0) {
            util_die_errno("poll");
        }
        if (ends[1].revents != 0 && !serve_stdin(viewer, count)) {
            return;
        }
        if (ends[0].revents != 0) {
            do {
                take_message(viewer, count);
            } while (rfb_skip_is_ahead(viewer));
        }
    }
}

int
main(int argc, char *argv[])
{
    int32_t encodings[ENCODINGS_MAX];

    if (argc < 3 || argc - 2 > ENCODINGS_MAX) {
        util_die("usage: viewer PORT ENCODING...");
    }
    for (int i = 2; i < argc; i++) {
        encodings[i - 2] = (int32_t)util_number(argv[i], UINT16_MAX);
    }
    uint16_t port = (uint16_t)util_number(argv[1], UINT16_MAX);
    struct rfb_skip *viewer = rfb_skip_new(port, encodings, (size_t)argc - 2);
    struct count count = new_count(viewer);
    rfb_skip_request(viewer, RFB_SKIP_ALL);
    do {
        take_message(viewer, &count);
    } while (rfb_skip_wait(viewer, QUIET_MS));
    count = new_count(viewer);
    print_line("ready");
    serve(viewer, &count);
    rfb_skip_free(viewer);
    return EXIT_SUCCESS;
}
