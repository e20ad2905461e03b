/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sys/un.h>

#include "options_table.h"
#include "options_value.h"

/* Display 0, RFC 6143 section 6. */
#define RFB_PORT 5900

/* Of display 0, where the host agent looks for it. */
#define TEXT_PORT 9500

/* What is read before it is known to be right. */
struct parser {
    struct options options;
    char error[OPTIONS_ERROR_MAX];
    bool has_command;
    bool has_rfb;         /* else -x decides */
    bool has_dialect;     /* the same */
    bool has_backspace;   /* else the dialect decides */
    bool has_palette;     /* the same */
    bool has_bold_bright; /* the same */
    const char *listen;   /* argument of -v, or NULL */
    int display;          /* N of -v */
};

/* Writes the error. Returns -EINVAL. */
__attribute__((format(printf, 2, 3))) static int
refuse(struct parser *p, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(p->error, sizeof(p->error), format, args); /* cut if long */
    va_end(args);
    return -EINVAL;
}

/* The argument of an option that must be something else. */
static int
refuse_value(struct parser *p, const char *option, const char *value,
             const char *cause)
{
    char quoted[OPTIONS_QUOTE_MAX];

    log_escape(quoted, sizeof(quoted), value, strlen(value));
    return refuse(p, "%s %s: %s", option, quoted, cause);
}

static int
set_int(struct parser *p, const char *option, const char *value, int low,
        int high, int *out)
{
    char cause[64];
    long number = 0;

    if (!options_value_number(value, low, high, &number)) {
        (void)snprintf(cause, sizeof(cause), "not a number from %d to %d", low,
                       high);
        return refuse_value(p, option, value, cause);
    }
    *out = (int)number;
    return 0;
}

static int
set_path(struct parser *p, const char *option, const char *value,
         const char **out)
{
    if (*value == '\0') {
        return refuse(p, "%s: the path is empty", option);
    }
    *out = value;
    return 0;
}

/* The value must be one of `names`, which end with NULL: *out is its index. */
static int
set_name(struct parser *p, const char *option, const char *value,
         const char *const names[], const char *cause, int *out)
{
    int index = options_value_name(value, names);

    if (index < 0) {
        return refuse_value(p, option, value, cause);
    }
    *out = index;
    return 0;
}

static int
set_rfb(struct parser *p, const char *value)
{
    static const char *const names[] = {
        [OPTIONS_RFB_3_3] = "3.3", [OPTIONS_RFB_3_8] = "3.8", NULL};
    int index = 0;
    int r = set_name(p, "--rfb", value, names, "not 3.3 or 3.8", &index);

    if (r == 0) {
        p->options.rfb = (enum options_rfb)index;
        p->has_rfb = true;
    }
    return r;
}

static int
set_term(struct parser *p, const char *value)
{
    static const char *const names[] = {[KEY_DIALECT_LINUX] = "linux",
                                        [KEY_DIALECT_VT220] = "vt220",
                                        [KEY_DIALECT_XTERM] = "xterm",
                                        NULL};
    int index = 0;
    int r = set_name(p, "--term", value, names, "not linux, vt220 or xterm",
                     &index);

    if (r == 0) {
        p->options.dialect = (enum key_dialect)index;
        p->has_dialect = true;
    }
    return r;
}

static int
set_palette(struct parser *p, const char *value)
{
    static const char *const names[] = {[COLOURS_LINUX] = "linux",
                                        [COLOURS_XTERM] = "xterm",
                                        [COLOURS_VGA] = "vga",
                                        [COLOURS_TANGO] = "tango",
                                        NULL};
    int index = 0;
    int r = set_name(p, "--palette", value, names,
                     "not linux, xterm, vga or tango", &index);

    if (r == 0) {
        p->options.palette = (enum colour_scheme)index;
        p->has_palette = true;
    }
    return r;
}

static int
set_bold_bright(struct parser *p, const char *value)
{
    static const char *const names[] = {"off", "on", NULL};
    int index = 0;
    int r = set_name(p, "--bold-bright", value, names, "not on or off", &index);

    if (r == 0) {
        p->options.bold_bright = index == 1;
        p->has_bold_bright = true;
    }
    return r;
}

static int
set_colour(struct parser *p, const char *option, const char *value,
           int32_t *out)
{
    if (!options_value_colour(value, out)) {
        return refuse_value(p, option, value,
                            "not a colour as #rrggbb in hexadecimal digits");
    }
    return 0;
}

static int
set_charset(struct parser *p, const char *value)
{
    static const char *const names[] = {[CODING_UTF8] = "utf8",
                                        [CODING_LATIN1] = "latin1",
                                        [CODING_CP437] = "cp437",
                                        NULL};
    int index = 0;
    int r = set_name(p, "--charset", value, names, "not utf8, latin1 or cp437",
                     &index);

    if (r == 0) {
        p->options.charset = (enum coding)index;
    }
    return r;
}

static int
set_sandbox(struct parser *p, const char *value)
{
    static const char *const names[] = {[OPTIONS_SANDBOX_ON] = "on",
                                        [OPTIONS_SANDBOX_LOG] = "log",
                                        [OPTIONS_SANDBOX_OFF] = "off",
                                        NULL};
    int index = 0;
    int r =
        set_name(p, "--sandbox", value, names, "not on, log or off", &index);

    if (r == 0) {
        p->options.sandbox = (enum options_sandbox)index;
    }
    return r;
}

static int
set_backspace(struct parser *p, const char *value)
{
    static const char *const names[] = {"del", "bs", NULL};
    int index = 0;
    int r = set_name(p, "--backspace", value, names, "not del or bs", &index);

    if (r == 0) {
        p->options.backspace_sends_bs = index == 1;
        p->has_backspace = true;
    }
    return r;
}

static int
set_geometry(struct parser *p, const char *option, const char *value,
             struct cell_size *out)
{
    static_assert(OPTIONS_COLS_MAX == 1000 && OPTIONS_ROWS_MAX == 500,
                  "the message below names them");
    if (!options_value_size(value, out)) {
        return refuse_value(
            p, option, value,
            "not COLSxROWS with 1 to 1000 columns and 1 to 500 rows");
    }
    return 0;
}

static int
set_scrollback(struct parser *p, const char *value)
{
    static_assert(OPTIONS_SCROLLBACK_MAX == 256 << 20,
                  "the message below names it");
    if (!options_value_bytes(value, OPTIONS_SCROLLBACK_MAX,
                             &p->options.scrollback_max)) {
        return refuse_value(p, "--scrollback", value,
                            "not a number of bytes from 0 to 256M");
    }
    return 0;
}

static int
set_store_path(struct parser *p, const char *value)
{
    const char *cause = options_value_store_path_fault(value);

    if (cause != NULL) {
        return refuse_value(p, "-x", value, cause);
    }
    p->options.store_path = value;
    return 0;
}

static int
set_state_dir(struct parser *p, const char *value)
{
    /* Others are told of it, and they have another working directory. */
    if (value[0] != '/') {
        return refuse_value(p, "--state-dir", value,
                            "the path does not start with /");
    }
    p->options.state_dir = value;
    return 0;
}

static int
set_listen_unix(struct parser *p, const char *path)
{
    const struct sockaddr_un *name = NULL;

    if (*path == '\0') {
        return refuse(p, "-v unix: the path is empty");
    }
    if (strlen(path) >= sizeof(name->sun_path)) {
        return refuse(p, "-v unix: the path is longer than %zu bytes",
                      sizeof(name->sun_path) - 1);
    }
    p->options.unix_path = path;
    return 0;
}

/* Reads [ADDRESS][:N]. */
static int
set_listen_tcp(struct parser *p, const char *value)
{
    static const char bad_display[] = "the display is not a number from -5899 "
                                      "to 59635";
    size_t len = strcspn(value, ":");
    struct in_addr address = p->options.address;
    long display = 0;

    if (*value == '\0') {
        return refuse(p, "-v: neither an address nor a display is given");
    }
    if (len > 0 && !options_value_address(value, len, &address)) {
        return refuse_value(p, "-v", value,
                            "the address is not an IPv4 address");
    }
    if (value[len] == ':' &&
        !options_value_number(value + len + 1, 1 - RFB_PORT,
                              UINT16_MAX - RFB_PORT, &display)) {
        return refuse_value(p, "-v", value, bad_display);
    }
    p->options.address = address;
    p->options.port = (uint16_t)(RFB_PORT + display);
    p->display = (int)display;
    return 0;
}

/* When all options are read, so that --allow-remote may stand behind -v. */
static int
set_listen(struct parser *p, const char *value)
{
    static const char unix_prefix[] = "unix:";
    size_t prefix_len = sizeof(unix_prefix) - 1;

    if (strncmp(value, unix_prefix, prefix_len) == 0) {
        return set_listen_unix(p, value + prefix_len);
    }
    int r = set_listen_tcp(p, value);
    bool is_loopback = ntohl(p->options.address.s_addr) >> 24 == IN_LOOPBACKNET;
    if (r == 0 && !is_loopback && !p->options.allow_remote) {
        return refuse_value(p, "-v", value,
                            "only a loopback address may be listened on "
                            "without --allow-remote");
    }
    return r;
}

/* When -v is read. */
static int
set_text_port(struct parser *p)
{
    int port = TEXT_PORT + p->display;

    static_assert(TEXT_PORT > RFB_PORT,
                  "no display is too low if the viewers' port is valid");
    if (port > UINT16_MAX) {
        return refuse(p,
                      "-T: the display of -v is higher than %d, the last "
                      "that has a text port",
                      UINT16_MAX - TEXT_PORT);
    }
    p->options.text_port = (uint16_t)port;
    return 0;
}

/* Takes over one option; `value` is its argument, if it has one. */
static int
/* NOLINTNEXTLINE(readability-function-size): a flat switch */
set_option(struct parser *p, int option, const char *value)
{
    struct options *o = &p->options;

    switch (option) {
    case 'c':
        p->has_command = true;
        return 0;
    case 'p':
        return set_path(p, "-p", value, &o->pty);
    case 'r':
        o->restart = true;
        return 0;
    case 's':
        o->stay = true;
        return 0;
    case 't':
        o->title = value;
        return 0;
    case 'v':
        p->listen = value;
        return 0;
    case 'x':
        return set_store_path(p, value);
    case 'S':
        o->stay_root = true;
        return 0;
    case 'V':
        return refuse(p, "-V: vncterm starts no viewer; start one yourself "
                         "when vncterm is running");
    case 'l':
        return set_path(p, "-l", value, &o->load_state);
    case 'T':
        o->text = true;
        return 0;
    case OPTION_TEXT_REPLAY:
        o->text_replay = true;
        return 0;
    case OPTION_STATE_DIR:
        return set_state_dir(p, value);
    case OPTION_SANDBOX:
        return set_sandbox(p, value);
    case OPTION_GUEST_RESIZE:
        o->guest_resize = true;
        return 0;
    case OPTION_OSC52:
        o->osc52 = true;
        return 0;
    case OPTION_CONFORMANCE:
        o->conformance = true;
        return 0;
    case OPTION_ALLOW_REMOTE:
        o->allow_remote = true;
        return 0;
    case OPTION_PASSWORD_FILE:
        return set_path(p, "--password-file", value, &o->password_file);
    case OPTION_VIEW_ONLY:
        o->view_only = true;
        return 0;
    case OPTION_RFB:
        return set_rfb(p, value);
    case OPTION_GEOMETRY:
        return set_geometry(p, "--geometry", value, &o->size);
    case OPTION_MAX_GEOMETRY:
        return set_geometry(p, "--max-geometry", value, &o->size_max);
    case OPTION_FONT:
        return set_path(p, "--font", value, &o->font);
    case OPTION_FONT_SIZE:
        return set_int(p, "--font-size", value, OPTIONS_FONT_SIZE_MIN,
                       OPTIONS_FONT_SIZE_MAX, &o->font_size);
    case OPTION_CHARSET:
        return set_charset(p, value);
    case OPTION_TERM:
        return set_term(p, value);
    case OPTION_PALETTE:
        return set_palette(p, value);
    case OPTION_FG:
        return set_colour(p, "--fg", value, &o->fg);
    case OPTION_BG:
        return set_colour(p, "--bg", value, &o->bg);
    case OPTION_BLINK:
        o->blink = true;
        return 0;
    case OPTION_BOLD_BRIGHT:
        return set_bold_bright(p, value);
    case OPTION_BACKSPACE:
        return set_backspace(p, value);
    case OPTION_SCROLLBACK:
        return set_scrollback(p, value);
    case OPTION_FPS:
        return set_int(p, "--fps", value, 1, OPTIONS_FPS_MAX, &o->fps);
    case OPTION_LOG_LEVEL:
        return log_level_parse(value, &o->log_level) == 0
                   ? 0
                   : refuse_value(p, "--log-level", value,
                                  "not error, warning, info or debug");
    default:
        assert(false); /* each entry of the tables is above */
        return -EINVAL;
    }
}

/* Which console it is; `rest` is what follows the options. */
static int
finish_source(struct parser *p, char *const *rest)
{
    struct options *o = &p->options;

    if (p->has_command && o->pty != NULL) {
        return refuse(p, "-c and -p: only one of them can be the console");
    }
    if (!p->has_command && *rest != NULL) {
        char quoted[OPTIONS_QUOTE_MAX];
        log_escape(quoted, sizeof(quoted), *rest, strlen(*rest));
        return refuse(p,
                      "%s: it is no option, and a command needs -c before "
                      "it",
                      quoted);
    }
    if (*rest != NULL && **rest == '\0') {
        return refuse(p, "-c: the command is empty");
    }
    if (p->has_command) {
        o->source = OPTIONS_SOURCE_COMMAND;
    } else if (o->pty != NULL) {
        o->source = OPTIONS_SOURCE_PTY;
    } else if (o->store_path != NULL) {
        o->source = OPTIONS_SOURCE_STORE;
    } else {
        return refuse(p, "no console: -c COMMAND, -p PATH or -x PATH must be "
                         "given");
    }
    o->command = *rest != NULL ? rest : NULL;
    return 0;
}

/* What the host agent and the guests' consoles expect. */
static void
set_agent_defaults(struct parser *p)
{
    p->options.agent = true;
    if (!p->has_rfb) {
        p->options.rfb = OPTIONS_RFB_3_3;
    }
    if (!p->has_dialect) {
        p->options.dialect = KEY_DIALECT_LINUX;
    }
}

/* When the dialect is known: programs choose colours by what it names. */
static void
set_dialect_defaults(struct parser *p)
{
    struct options *o = &p->options;

    if (!p->has_palette) {
        o->palette =
            o->dialect == KEY_DIALECT_XTERM ? COLOURS_XTERM : COLOURS_LINUX;
    }
    if (!p->has_bold_bright) {
        o->bold_bright = o->dialect != KEY_DIALECT_VT220;
    }
    if (!p->has_backspace) {
        o->backspace_sends_bs = o->dialect == KEY_DIALECT_VT220; /* kbs */
    }
}

/* Checks what belongs together, in whatever order it was given. */
static int
finish(struct parser *p, char *const *rest)
{
    const struct options *o = &p->options;
    int r = finish_source(p, rest);

    if (r == 0 && p->listen != NULL) {
        r = set_listen(p, p->listen);
    }
    if (r == 0 && o->text) {
        r = set_text_port(p);
    }
    if (r < 0) {
        return r;
    }
    if (o->text_replay && !o->text) {
        return refuse(p, "--text-replay: there are no text clients without "
                         "-T");
    }
    if (o->store_path != NULL && o->sandbox == OPTIONS_SANDBOX_OFF) {
        return refuse(p, "--sandbox off: not with -x, where guests are never "
                         "trusted");
    }
    if (o->store_path != NULL && o->password_file != NULL) {
        return refuse(p, "--password-file: not with -x, where the host agent "
                         "knows of none");
    }
    if (o->store_path != NULL) {
        set_agent_defaults(p);
    }
    set_dialect_defaults(p);
    return 0;
}

static void
set_defaults(struct options *o)
{
    *o = (struct options){
        .action = OPTIONS_RUN,
        .address.s_addr = htonl(INADDR_LOOPBACK),
        .port = RFB_PORT,
        .rfb = OPTIONS_RFB_3_8,
        .size = {.cols = 80, .rows = 24},
        .size_max = {.cols = OPTIONS_VIEWER_COLS_DEFAULT,
                     .rows = OPTIONS_VIEWER_ROWS_DEFAULT},
        .sandbox = OPTIONS_SANDBOX_ON,
        .state_dir = OPTIONS_STATE_DIR_DEFAULT,
        .font_size = OPTIONS_FONT_SIZE_DEFAULT,
        .dialect = KEY_DIALECT_XTERM,
        .palette = COLOURS_XTERM,
        .fg = -1,
        .bg = -1,
        .scrollback_max = OPTIONS_SCROLLBACK_DEFAULT,
        .fps = OPTIONS_FPS_DEFAULT,
        .log_level = LOG_LEVEL_INFO,
    };
}

static int
parse(struct parser *p, int argc, char *const argv[])
{
    int option;

    opterr = 0; /* the errors are ours */
    optind = 0; /* glibc: start again */
    while ((option = getopt_long(argc, argv, options_letters, options_names,
                                 NULL)) != -1) {
        if (option == 'h' || option == OPTION_VERSION) {
            p->options.action = option == 'h' ? OPTIONS_HELP : OPTIONS_VERSION;
            return 0;
        }
        if (option == '?' || option == ':') {
            options_name_fault(option, optopt, argv[optind - 1], p->error);
            return -EINVAL;
        }
        int r = set_option(p, option, optarg);
        if (r < 0) {
            return r;
        }
    }
    return finish(p, argv + optind);
}

int
options_parse(struct options *out, int argc, char *const argv[],
              char error[OPTIONS_ERROR_MAX])
{
    struct parser p = {.listen = NULL};

    set_defaults(&p.options);
    int r = parse(&p, argc, argv);
    if (r < 0) {
        memcpy(error, p.error, sizeof(p.error));
        return r;
    }
    *out = p.options;
    return 0;
}

const char *
options_term(enum key_dialect dialect)
{
    switch (dialect) {
    case KEY_DIALECT_LINUX:
        return "linux";
    case KEY_DIALECT_VT220:
        return "vt220";
    case KEY_DIALECT_XTERM:
        return "xterm-256color";
    }
    assert(false); /* there are no others */
    return NULL;
}
