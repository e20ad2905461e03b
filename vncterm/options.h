/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line. Pure: it reads and opens nothing.
 */
#ifndef VNCTERM_OPTIONS_H
#define VNCTERM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netinet/in.h>

#include "base/coding.h"
#include "base/colours.h"
#include "base/geom.h"
#include "base/key.h"
#include "base/log.h"

enum {
    OPTIONS_ERROR_MAX = 256,
    OPTIONS_FPS_MAX = 1000,
    OPTIONS_FPS_DEFAULT = 60, /* a frame at most every 16 ms */

    /* These are what term/ and render/ can do; session.c compares them. */
    OPTIONS_COLS_MAX = 1000,
    OPTIONS_ROWS_MAX = 500,
    /* A picture of 8x16 cells this large is just below 8 MiB. */
    OPTIONS_VIEWER_COLS_DEFAULT = 240,
    OPTIONS_VIEWER_ROWS_DEFAULT = 67,
    OPTIONS_SCROLLBACK_MAX = 256 << 20,
    OPTIONS_SCROLLBACK_DEFAULT = 1 << 20,
    OPTIONS_FONT_SIZE_MIN = 6,
    OPTIONS_FONT_SIZE_MAX = 64,
    OPTIONS_FONT_SIZE_DEFAULT = 16,

    /* More than any console's path has, and it fits into a message of
     * xenstored with a key behind it. */
    OPTIONS_STORE_PATH_MAX = 255,
};

/* Where the host agent looks for state files. */
#define OPTIONS_STATE_DIR_DEFAULT "/var/xen/vncterm"

enum options_action {
    OPTIONS_RUN,
    OPTIONS_HELP,
    OPTIONS_VERSION,
};

enum options_source {
    OPTIONS_SOURCE_COMMAND, /* -c */
    OPTIONS_SOURCE_PTY,     /* -p */
    OPTIONS_SOURCE_STORE,   /* -x alone: the tty that the store names */
};

enum options_rfb {
    OPTIONS_RFB_3_3,
    OPTIONS_RFB_3_8,
};

enum options_sandbox {
    OPTIONS_SANDBOX_ON,
    OPTIONS_SANDBOX_LOG, /* on, but what is forbidden fails and is logged */
    OPTIONS_SANDBOX_OFF, /* never with -x */
};

/* Strings are borrowed from argv. */
struct options {
    enum options_action action;
    enum options_source source;
    char *const *command; /* NULL-terminated, or NULL for the user's shell */
    const char *pty;
    const char *store_path; /* of the console in the store, or NULL */
    bool agent;             /* speak as the host agent understands; with -x */
    struct in_addr address; /* of both ports */
    uint16_t port;          /* the first TCP port to try */
    const char *unix_path;  /* instead of TCP, or NULL */
    bool allow_remote;
    bool view_only;
    const char *password_file; /* or NULL; never with -x */
    bool text;                 /* serve text clients, too */
    uint16_t text_port;        /* the first TCP port to try; 0 without -T */
    bool text_replay; /* show text clients first what was on the screen */
    bool restart;
    bool stay;
    bool stay_root; /* the worker keeps ids and root directory */
    enum options_sandbox sandbox;
    const char *load_state; /* file, or NULL */
    const char *state_dir;  /* absolute */
    const char *title;      /* NULL for the default */
    enum options_rfb rfb;
    struct cell_size size;
    struct cell_size size_max; /* that viewers may ask for */
    const char *font;          /* NULL for the built-in one */
    int font_size;
    enum key_dialect dialect;
    enum coding charset; /* of a guest that never says */
    enum colour_scheme palette;
    int32_t fg; /* 0xRRGGBB, or negative for the palette's */
    int32_t bg;
    bool guest_resize; /* the guest may give the terminal another size */
    bool osc52;        /* it may set the viewers' clipboard */
    bool conformance;  /* resize, and all that tests of a terminal ask for */
    bool blink;
    bool bold_bright;        /* bold text has the bright one of its colour */
    bool backspace_sends_bs; /* rather than DEL */
    size_t scrollback_max;
    int fps;
    enum log_level log_level;
};

/*
 * Reads the command line. What follows the first operand belongs to the
 * command. -h and --version end the reading where they stand. What -x changes
 * of the defaults may be set back before or behind it. Returns 0, or
 * -EINVAL with one clear sentence in `error` that names the option and the
 * cause; `out` is written only on success. Not reentrant (getopt_long()).
 */
int options_parse(struct options *out, int argc, char *const argv[],
                  char error[OPTIONS_ERROR_MAX]);

/* What --help prints. */
extern const char options_help[];

/* The TERM that `dialect` is known by. */
const char *options_term(enum key_dialect dialect);

#endif
