/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

#include <cmocka.h>

#include "options.h"

#define ARGS_MAX 32

/* A command line in the making, and what it gives. */
struct line {
    char text[1024];
    char *argv[ARGS_MAX + 2];
    int argc;
    struct options options;
    char error[OPTIONS_ERROR_MAX];
};

/* Parses "vncterm" and the words of `words`, parted by one blank; two blanks
 * make an empty word. */
static int
parse_words(struct line *line, const char *words)
{
    static char name[] = "vncterm";

    *line = (struct line){.argv = {name}, .argc = 1};
    assert_true(strlen(words) < sizeof(line->text));
    memcpy(line->text, words, strlen(words));

    char *rest = line->text;
    for (char *word = strsep(&rest, " "); word != NULL;
         word = strsep(&rest, " ")) {
        assert_true(line->argc <= ARGS_MAX);
        line->argv[line->argc++] = word;
    }
    return options_parse(&line->options, line->argc, line->argv, line->error);
}

static void
expect_accepted(struct line *line, const char *words)
{
    if (parse_words(line, words) != 0) {
        fail_msg("refused: %s", line->error);
    }
}

/* Expects that `words` are refused with exactly this sentence. */
static void
expect_refused(const char *words, const char *sentence)
{
    struct line line;

    assert_int_equal(parse_words(&line, words), -EINVAL);
    assert_string_equal(line.error, sentence);
    assert_null(line.options.pty); /* nothing was written */
}

static void
defaults_are_what_the_help_says(void **state)
{
    (void)state;
    struct line line;
    expect_accepted(&line, "-c");
    const struct options *o = &line.options;

    assert_int_equal(o->action, OPTIONS_RUN);
    assert_int_equal(o->source, OPTIONS_SOURCE_COMMAND);
    assert_null(o->command);
    assert_null(o->pty);
    assert_int_equal(ntohl(o->address.s_addr), INADDR_LOOPBACK);
    assert_int_equal(o->port, 5900);
    assert_null(o->unix_path);
    assert_false(o->allow_remote);
    assert_null(o->password_file);
    assert_false(o->view_only);
    assert_null(o->store_path);
    assert_false(o->agent);
    assert_false(o->text);
    assert_int_equal(o->text_port, 0);
    assert_false(o->text_replay);
    assert_false(o->guest_resize);
    assert_false(o->osc52);
    assert_false(o->conformance);
    assert_false(o->restart);
    assert_false(o->stay);
    assert_false(o->stay_root);
    assert_int_equal(o->sandbox, OPTIONS_SANDBOX_ON);
    assert_null(o->load_state);
    assert_string_equal(o->state_dir, "/var/xen/vncterm");
    assert_null(o->title);
    assert_int_equal(o->rfb, OPTIONS_RFB_3_8);
    assert_int_equal(o->size.cols, 80);
    assert_int_equal(o->size.rows, 24);
    assert_int_equal(o->size_max.cols, 240);
    assert_int_equal(o->size_max.rows, 67);
    assert_null(o->font);
    assert_int_equal(o->font_size, 16);
    assert_int_equal(o->dialect, KEY_DIALECT_XTERM);
    assert_int_equal(o->palette, COLOURS_XTERM);
    assert_true(o->fg < 0);
    assert_true(o->bg < 0);
    assert_true(o->bold_bright);
    assert_false(o->blink);
    assert_int_equal(o->charset, CODING_UTF8);
    assert_int_equal(o->scrollback_max, 1 << 20);
    assert_int_equal(o->fps, 60);
    assert_int_equal(o->log_level, LOG_LEVEL_INFO);
}

static void
all_options_are_taken_over(void **state)
{
    (void)state;
    struct line line;
    expect_accepted(&line, "-rs -t title -v :7 --rfb 3.3 --geometry 132x43 "
                           "--font /f.ttf --font-size=20 -p /dev/pts/3");
    const struct options *o = &line.options;

    assert_int_equal(o->source, OPTIONS_SOURCE_PTY);
    assert_string_equal(o->pty, "/dev/pts/3");
    assert_true(o->restart);
    assert_true(o->stay);
    assert_string_equal(o->title, "title");
    assert_int_equal(o->port, 5907);
    assert_int_equal(o->rfb, OPTIONS_RFB_3_3);
    assert_int_equal(o->size.cols, 132);
    assert_int_equal(o->size.rows, 43);
    assert_string_equal(o->font, "/f.ttf");
    assert_int_equal(o->font_size, 20);

    struct line more;
    expect_accepted(&more,
                    "--term vt220 --scrollback 64k --fps 25 --log-level debug "
                    "--charset cp437 --allow-remote -v 0.0.0.0:1 "
                    "--password-file /p --view-only --cmd");
    assert_true(more.options.view_only);
    assert_string_equal(more.options.password_file, "/p");
    assert_int_equal(more.options.dialect, KEY_DIALECT_VT220);
    assert_int_equal(more.options.charset, CODING_CP437);
    assert_int_equal(more.options.scrollback_max, 64 << 10);
    assert_int_equal(more.options.fps, 25);
    assert_int_equal(more.options.log_level, LOG_LEVEL_DEBUG);
    assert_true(more.options.allow_remote);
    assert_int_equal(more.options.address.s_addr, INADDR_ANY);
    assert_int_equal(more.options.source, OPTIONS_SOURCE_COMMAND);

    struct line looks;
    expect_accepted(&looks,
                    "--palette tango --fg #fFeE09 --bg=#000000 --blink --cmd");
    assert_true(looks.options.blink);
    assert_int_equal(looks.options.palette, COLOURS_TANGO);
    assert_int_equal(looks.options.fg, 0xffee09);
    assert_int_equal(looks.options.bg, 0);

    struct line rest;
    expect_accepted(&rest, "-TS --text-replay -l /s --state-dir /tmp/states "
                           "--sandbox=log -x /local/domain/7/console");
    assert_true(rest.options.text);
    assert_true(rest.options.text_replay);
    assert_true(rest.options.stay_root);
    assert_string_equal(rest.options.load_state, "/s");
    assert_string_equal(rest.options.state_dir, "/tmp/states");
    assert_int_equal(rest.options.sandbox, OPTIONS_SANDBOX_LOG);
    assert_string_equal(rest.options.store_path, "/local/domain/7/console");
    assert_int_equal(rest.options.source, OPTIONS_SOURCE_STORE);
}

static void
long_names_are_the_letters(void **state)
{
    (void)state;
    struct line line;
    expect_accepted(&line, "--pty=/dev/pts/3 --restart --stay --title t "
                           "--vnclisten 127.0.0.1:2");
    assert_string_equal(line.options.pty, "/dev/pts/3");
    assert_true(line.options.restart);
    assert_true(line.options.stay);
    assert_string_equal(line.options.title, "t");
    assert_int_equal(line.options.port, 5902);

    struct line store;
    expect_accepted(&store, "--xenstore /c --text --stay-root --loadstate=s");
    assert_string_equal(store.options.store_path, "/c");
    assert_true(store.options.text);
    assert_true(store.options.stay_root);
    assert_string_equal(store.options.load_state, "s");
}

/* How xenopsd starts us for a guest. */
static void
the_host_agents_line_for_a_guest_is_read(void **state)
{
    (void)state;
    struct line line;
    expect_accepted(&line, "-x /local/domain/7/console -T -v 127.0.0.1:1");
    const struct options *o = &line.options;

    assert_int_equal(o->source, OPTIONS_SOURCE_STORE);
    assert_string_equal(o->store_path, "/local/domain/7/console");
    assert_null(o->command);
    assert_null(o->pty);
    assert_int_equal(ntohl(o->address.s_addr), INADDR_LOOPBACK);
    assert_int_equal(o->port, 5901);
    assert_true(o->text);
    assert_int_equal(o->text_port, 9501);
    assert_true(o->agent);
    assert_int_equal(o->rfb, OPTIONS_RFB_3_3);
    assert_int_equal(o->dialect, KEY_DIALECT_LINUX);
    assert_false(o->restart);
}

/* How the console of the physical host is started. */
static void
the_line_for_the_hosts_own_console_is_read(void **state)
{
    (void)state;
    struct line line;
    expect_accepted(&line, "-v 127.0.0.1:0 -r -x /local/domain/0/console -T "
                           "-c /opt/login.sh");
    const struct options *o = &line.options;

    assert_int_equal(o->source, OPTIONS_SOURCE_COMMAND);
    assert_string_equal(o->command[0], "/opt/login.sh");
    assert_null(o->command[1]);
    assert_string_equal(o->store_path, "/local/domain/0/console");
    assert_int_equal(o->port, 5900);
    assert_int_equal(o->text_port, 9500);
    assert_true(o->restart);
    assert_true(o->agent);
    assert_int_equal(o->rfb, OPTIONS_RFB_3_3);
    assert_int_equal(o->dialect, KEY_DIALECT_LINUX);
}

static void
a_store_beside_a_console_is_for_publishing(void **state)
{
    (void)state;
    struct line pty;
    expect_accepted(&pty, "-x /a -p /dev/pts/3");
    assert_int_equal(pty.options.source, OPTIONS_SOURCE_PTY);
    assert_string_equal(pty.options.store_path, "/a");
    assert_string_equal(pty.options.pty, "/dev/pts/3");

    struct line command;
    expect_accepted(&command, "-x /a -c");
    assert_int_equal(command.options.source, OPTIONS_SOURCE_COMMAND);
    assert_string_equal(command.options.store_path, "/a");
    assert_null(command.options.command);
}

static void
what_the_store_changes_can_be_set_back_on_either_side(void **state)
{
    static const char *const lines[] = {
        "-x /a --rfb 3.8 --term vt220",
        "--rfb 3.8 --term vt220 -x /a",
        "--rfb 3.8 -x /a --term vt220 -p /dev/pts/3",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(char *); i++) {
        struct line line;
        expect_accepted(&line, lines[i]);
        assert_true(line.options.agent);
        assert_int_equal(line.options.rfb, OPTIONS_RFB_3_8);
        assert_int_equal(line.options.dialect, KEY_DIALECT_VT220);
    }

    struct line one;
    expect_accepted(&one, "--term xterm -x /a");
    assert_int_equal(one.options.dialect, KEY_DIALECT_XTERM);
    assert_int_equal(one.options.rfb, OPTIONS_RFB_3_3);
}

static void
the_palette_goes_with_the_dialect(void **state)
{
    static const struct {
        const char *words;
        enum colour_scheme palette;
    } cases[] = {
        {"-c", COLOURS_XTERM},
        {"--term linux -c", COLOURS_LINUX},
        {"--term vt220 -c", COLOURS_LINUX},
        {"-x /a", COLOURS_LINUX},
        {"-x /a --term xterm", COLOURS_XTERM},
        {"-x /a --palette xterm", COLOURS_XTERM},
        {"--palette vga -c", COLOURS_VGA},
        {"--palette linux --term xterm -c", COLOURS_LINUX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct line line;
        expect_accepted(&line, cases[i].words);
        assert_int_equal(line.options.palette, cases[i].palette);
    }
}

static void
bold_is_bright_but_on_a_vt220_or_as_told(void **state)
{
    static const struct {
        const char *words;
        bool bright;
    } cases[] = {
        {"-c", true},
        {"--term linux -c", true},
        {"--term vt220 -c", false},
        {"-x /a", true},
        {"-x /a --term vt220", false},
        {"-x /a --bold-bright off", false},
        {"--term vt220 --bold-bright=on -c", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct line line;
        expect_accepted(&line, cases[i].words);
        assert_int_equal(line.options.bold_bright, cases[i].bright);
    }
    expect_refused("--bold-bright yes -c", "--bold-bright yes: not on or off");
}

static void
colours_are_six_digits(void **state)
{
    (void)state;
    expect_refused("--fg red -c",
                   "--fg red: not a colour as #rrggbb in hexadecimal digits");
    expect_refused("--fg #fff -c",
                   "--fg #fff: not a colour as #rrggbb in hexadecimal digits");
    expect_refused(
        "--bg #ffffffff -c",
        "--bg #ffffffff: not a colour as #rrggbb in hexadecimal digits");
    expect_refused(
        "--bg #-00001 -c",
        "--bg #-00001: not a colour as #rrggbb in hexadecimal digits");
    expect_refused(
        "--bg=1ffffff -c",
        "--bg 1ffffff: not a colour as #rrggbb in hexadecimal digits");
}

static void
store_paths_are_absolute_and_plain(void **state)
{
    static const char no_slash[] = "the path does not start with /";
    static const char empty[] = "a part of the path is empty";
    static const char control[] = "there is a control character in the path";
    const struct {
        const char *path;
        const char *quoted; /* NULL if as it is */
        const char *cause;
    } cases[] = {
        {"", NULL, no_slash},
        {"local/domain/7", NULL, no_slash},
        {"7", NULL, no_slash},
        {"/", NULL, empty},
        {"//", NULL, empty},
        {"/local//domain", NULL, empty},
        {"//local", NULL, empty},
        {"/local/domain/7/console/", NULL, empty},
        {"/a\nb", "/a\\x0ab", control},
        {"/a\033[2J", "/a\\x1b[2J", control},
        {"/a\x7f", "/a\\x7f", control},
    };
    char words[128];
    char sentence[128];

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *quoted =
            cases[i].quoted != NULL ? cases[i].quoted : cases[i].path;
        (void)snprintf(words, sizeof(words), "-x %s", cases[i].path);
        (void)snprintf(sentence, sizeof(sentence), "-x %s: %s", quoted,
                       cases[i].cause);
        expect_refused(words, sentence);
    }
}

static void
store_paths_have_a_length(void **state)
{
    char words[3 + OPTIONS_STORE_PATH_MAX + 1 + 1] = "-x /";
    struct line line;

    (void)state;
    memset(words + 4, 'p', OPTIONS_STORE_PATH_MAX - 1);
    expect_accepted(&line, words);
    assert_int_equal(strlen(line.options.store_path), OPTIONS_STORE_PATH_MAX);

    words[sizeof(words) - 2] = 'p';
    assert_int_equal(parse_words(&line, words), -EINVAL);
    assert_non_null(
        strstr(line.error, "...: the path is longer than 255 bytes"));
}

static void
the_text_port_goes_with_the_display(void **state)
{
    const struct {
        const char *words;
        int port;
        int text_port;
    } cases[] = {
        {"-c -T", 5900, 9500},
        {"-c -T -v :3", 5903, 9503},
        {"-c -v :3 -T", 5903, 9503},
        {"-c -T -v 127.0.0.1", 5900, 9500},
        {"-c -T -v :-3", 5897, 9497},
        {"-c -T -v :-5899", 1, 3601},
        {"-c -T -v :56035", 61935, 65535},
        {"-c -T -v :3 -v unix:/x", 5900, 9500},
        {"-c -v :56036", 61936, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct line line;
        expect_accepted(&line, cases[i].words);
        assert_int_equal(line.options.port, cases[i].port);
        assert_int_equal(line.options.text_port, cases[i].text_port);
    }
    expect_refused("-c -T -v :56036",
                   "-T: the display of -v is higher than 56035, the last that "
                   "has a text port");
    expect_refused("-v :59635 -x /a -T",
                   "-T: the display of -v is higher than 56035, the last that "
                   "has a text port");
}

static void
guest_is_allowed_what_is_asked_for(void **state)
{
    struct line one;
    struct line other;

    (void)state;
    expect_accepted(&one, "--guest-resize -c");
    assert_true(one.options.guest_resize);
    assert_false(one.options.osc52 || one.options.conformance);
    expect_accepted(&other, "--osc52 --conformance -c");
    assert_false(other.options.guest_resize);
    assert_true(other.options.osc52 && other.options.conformance);
}

static void
text_replay_needs_text_clients(void **state)
{
    (void)state;
    struct line line;
    expect_accepted(&line, "--text-replay -T -c");
    assert_true(line.options.text_replay);
    expect_refused("-c --text-replay",
                   "--text-replay: there are no text clients without -T");
}

static void
guests_of_the_store_always_meet_a_sandbox(void **state)
{
    static const char sentence[] =
        "--sandbox off: not with -x, where guests are never trusted";

    (void)state;
    struct line off;
    expect_accepted(&off, "-c --sandbox=off");
    assert_int_equal(off.options.sandbox, OPTIONS_SANDBOX_OFF);
    struct line on;
    expect_accepted(&on, "-x /a --sandbox off --sandbox on");
    assert_int_equal(on.options.sandbox, OPTIONS_SANDBOX_ON);

    expect_refused("--sandbox=off -x /a", sentence);
    expect_refused("-x /a --sandbox=off -p /dev/pts/1", sentence);
    expect_refused("-x /a --sandbox=off -c bash", sentence);
    expect_refused("-c --sandbox=no", "--sandbox no: not on, log or off");
}

static void
state_files_have_paths(void **state)
{
    (void)state;
    expect_refused("-c -l ", "-l: the path is empty");
    expect_refused("-c --state-dir=",
                   "--state-dir : the path does not start with /");
    expect_refused("-c --state-dir=tmp",
                   "--state-dir tmp: the path does not start with /");
}

static void
starting_a_viewer_is_left_to_others(void **state)
{
    static const char sentence[] = "-V: vncterm starts no viewer; start one "
                                   "yourself when vncterm is running";

    (void)state;
    expect_refused("-c -V", sentence);
    expect_refused("-V -c", sentence);
    expect_refused("-Vopts -c", sentence);
    expect_refused("--vncviewer -c", sentence);
    expect_refused("--vncviewer=-a;-b -c", sentence);
}

static void
the_command_is_what_follows_the_options(void **state)
{
    (void)state;
    struct line line;
    expect_accepted(&line, "-c -r vi -r --version -p x");
    assert_true(line.options.restart);
    assert_int_equal(line.options.action, OPTIONS_RUN);
    assert_null(line.options.pty);
    assert_ptr_equal(line.options.command, &line.argv[3]);
    assert_string_equal(line.options.command[0], "vi");
    assert_string_equal(line.options.command[1], "-r");
    assert_null(line.options.command[5]);

    struct line dashes;
    expect_accepted(&dashes, "-c -- -vi");
    assert_string_equal(dashes.options.command[0], "-vi");

    struct line host;
    expect_accepted(&host, "-v 127.0.0.1:0 -r -c /bin/login root");
    assert_string_equal(host.options.command[0], "/bin/login");
    assert_string_equal(host.options.command[1], "root");
}

static void
help_and_version_end_the_reading(void **state)
{
    (void)state;
    struct line help;
    expect_accepted(&help, "-h --no-such-option");
    assert_int_equal(help.options.action, OPTIONS_HELP);
    struct line long_help;
    expect_accepted(&long_help, "-c --help");
    assert_int_equal(long_help.options.action, OPTIONS_HELP);
    struct line version;
    expect_accepted(&version, "--version");
    assert_int_equal(version.options.action, OPTIONS_VERSION);
    assert_non_null(strstr(options_help, "--vnclisten"));
}

static void
exactly_one_console_is_needed(void **state)
{
    static const char none[] =
        "no console: -c COMMAND, -p PATH or -x PATH must be given";
    static const char both[] = "-c and -p: only one of them can be the console";

    (void)state;
    expect_refused("-r", none);
    expect_refused("-v :1 -t x", none);
    expect_refused("-T -S -l /s", none);
    expect_refused("-c -p /dev/pts/1", both);
    expect_refused("-x /a -c -p /dev/pts/1", both);
    expect_refused("-p /dev/pts/1 -c bash", both);
    expect_refused("bash",
                   "bash: it is no option, and a command needs -c before it");
    expect_refused("-p /dev/pts/1 bash",
                   "bash: it is no option, and a command needs -c before it");
    expect_refused("-x /a bash",
                   "bash: it is no option, and a command needs -c before it");
    expect_refused("-c  ", "-c: the command is empty");
    expect_refused("-p  ", "-p: the path is empty");
}

static void
an_empty_command_line_is_refused(void **state)
{
    char *argv[] = {NULL};
    struct options options;
    char error[OPTIONS_ERROR_MAX] = "";

    (void)state;
    assert_int_equal(options_parse(&options, 0, argv, error), -EINVAL);
    assert_string_equal(error, "no console: -c COMMAND, -p PATH or -x PATH "
                               "must be given");
}

static void
unknown_options_are_named(void **state)
{
    (void)state;
    expect_refused("-c -X", "-X: there is no such option");
    expect_refused("--stay -cq", "-q: there is no such option");
    expect_refused("-\xff", "-\\xff: there is no such option");
    expect_refused("--bogus=1 -c", "--bogus=1: there is no such option");
    expect_refused("--\033[2J", "--\\x1b[2J: there is no such option");
    expect_refused("--textual", "--textual: there is no such option");
    expect_refused("--F", "--F: there is no such option");
}

static void
an_abbreviation_must_be_unique(void **state)
{
    struct line line;

    (void)state;
    expect_accepted(&line, "-c --geo 90x30");
    assert_int_equal(line.options.size.cols, 90);
    expect_accepted(&line, "-c --text");
    assert_true(line.options.text);
    assert_false(line.options.text_replay);
    expect_refused("-c --te",
                   "--te: it is ambiguous, several options begin with it");
    expect_refused("--f=12 -c",
                   "--f: it is ambiguous, several options begin with it");
    expect_refused("--=1 -c",
                   "--: it is ambiguous, several options begin with it");
}

static void
missing_and_superfluous_arguments_are_named(void **state)
{
    (void)state;
    expect_refused("-c -t", "--title: the argument is missing");
    expect_refused("-x", "--xenstore: the argument is missing");
    expect_refused("-c -l", "--loadstate: the argument is missing");
    expect_refused("--geometry", "--geometry: the argument is missing");
    expect_refused("--password-file /p -x /local/domain/7/console",
                   "--password-file: not with -x, where the host agent knows "
                   "of none");
    expect_refused("-c --password-file=", "--password-file: the path is empty");
    expect_refused("--stay=yes -c",
                   "--stay: there is an argument, but it takes none");
    expect_refused("--text=9500 -c",
                   "--text: there is an argument, but it takes none");
    expect_refused("--help=me",
                   "--help: there is an argument, but it takes none");
}

static void
a_long_value_is_cut_in_the_error(void **state)
{
    char words[600] = "--fps ";
    struct line line;

    (void)state;
    memset(words + 6, '9', 500);
    assert_int_equal(parse_words(&line, words), -EINVAL);
    assert_true(strlen(line.error) < 160);
    assert_non_null(strstr(line.error, "...: not a number from 1 to 1000"));
}

static void
listen_addresses_are_read(void **state)
{
    const struct {
        const char *words;
        uint32_t address;
        int port;
    } cases[] = {
        {"-c -v :0", 0x7f000001, 5900},
        {"-c -v :59635", 0x7f000001, 65535},
        {"-c -v :-5899", 0x7f000001, 1},
        {"-c -v :-3", 0x7f000001, 5897},
        {"-c -v 127.0.0.1", 0x7f000001, 5900},
        {"-c -v 127.1.2.3:12", 0x7f010203, 5912},
        {"-c -v127.0.0.1:1", 0x7f000001, 5901},
        {"-c -v 127.1:1", 0x7f000001, 5901}, /* as inet_aton(3) reads it */
        {"-c -v 0x7f.0.0.01:1", 0x7f000001, 5901},
        {"-c --allow-remote -v 10.0.0.1:1", 0x0a000001, 5901},
        {"-c -v 0.0.0.0:1 --allow-remote", 0, 5901},
        {"-c -v 0:1 --allow-remote", 0, 5901},
        {"-c -v unix:/x -v :2", 0x7f000001, 5902},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct line line;
        expect_accepted(&line, cases[i].words);
        assert_int_equal(ntohl(line.options.address.s_addr), cases[i].address);
        assert_int_equal(line.options.port, cases[i].port);
        assert_null(line.options.unix_path);
    }
}

static void
bad_listen_addresses_are_refused(void **state)
{
    static const char *const bad_displays[] = {
        ":",          ":59636",
        ":-5900",     ":x",
        ":1x",        ":+1",
        ":0x1",       ":-",
        ":1:2",       ":99999999999999999999",
        "127.0.0.1:", "127.0.0.1:1.5",
    };
    static const char *const bad_addresses[] = {
        "localhost:1",    "256.0.0.1", "127.0.0.1.1:1", "127.0.0.1\t:1",
        "127.0.0.1\nx:1", "x:1",       "*:1",           "::1",
        "[::1]:1",        "unix",      "Unix:/x",       "4294967296",
    };
    char words[128];
    char sentence[128];

    (void)state;
    for (size_t i = 0; i < sizeof(bad_displays) / sizeof(char *); i++) {
        (void)snprintf(words, sizeof(words), "-c -v %s", bad_displays[i]);
        (void)snprintf(sentence, sizeof(sentence),
                       "-v %s: the display is not a number from -5899 to "
                       "59635",
                       bad_displays[i]);
        expect_refused(words, sentence);
    }
    for (size_t i = 0; i < sizeof(bad_addresses) / sizeof(char *); i++) {
        struct line line;
        (void)snprintf(words, sizeof(words), "-c -v %s", bad_addresses[i]);
        assert_int_equal(parse_words(&line, words), -EINVAL);
    }
    struct line zeros;
    (void)snprintf(words, sizeof(words), "-c -v 127.0.0.%060d", 1);
    assert_int_equal(parse_words(&zeros, words), -EINVAL);
    expect_refused("-c -v ::1",
                   "-v ::1: the display is not a number from -5899 to 59635");
    expect_refused("-c -v localhost:1",
                   "-v localhost:1: the address is not an IPv4 address");
    expect_refused("-v  -c", "-v: neither an address nor a display is given");
}

static void
other_than_loopback_needs_to_be_allowed(void **state)
{
    static const char *const addresses[] = {
        "0.0.0.0:1", "10.0.0.1",       "0:1", "1", "126.255.255.255:0",
        "128.0.0.0", "255.255.255.255"};
    char words[128];
    char sentence[128];

    (void)state;
    for (size_t i = 0; i < sizeof(addresses) / sizeof(char *); i++) {
        (void)snprintf(words, sizeof(words), "-c -v %s", addresses[i]);
        (void)snprintf(sentence, sizeof(sentence),
                       "-v %s: only a loopback address may be listened on "
                       "without --allow-remote",
                       addresses[i]);
        expect_refused(words, sentence);
    }
}

static void
unix_paths_have_the_length_of_an_address(void **state)
{
    char longest[107 + 1];
    char words[160];
    struct line line;

    (void)state;
    memset(longest, 'p', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    (void)snprintf(words, sizeof(words), "-c -v unix:%s", longest);
    expect_accepted(&line, words);
    assert_string_equal(line.options.unix_path, longest);

    (void)snprintf(words, sizeof(words), "-c -v unix:%sp", longest);
    expect_refused(words, "-v unix: the path is longer than 107 bytes");
    expect_refused("-c -v unix:", "-v unix: the path is empty");
}

static void
geometry_has_bounds(void **state)
{
    static const char *const bad[] = {"80",
                                      "80x",
                                      "x24",
                                      "80X24",
                                      "0x24",
                                      "80x0",
                                      "80x501",
                                      "1001x24",
                                      "80x24x",
                                      "-80x24",
                                      "+8x2",
                                      "80x 4",
                                      "99999999999999999999x1",
                                      ""};
    char words[64];
    char sentence[128];

    (void)state;
    struct line least;
    expect_accepted(&least, "-c --geometry 1x1");
    assert_int_equal(least.options.size.cols, 1);
    assert_int_equal(least.options.size.rows, 1);
    struct line most;
    expect_accepted(&most, "-c --geometry 1000x500");
    assert_int_equal(most.options.size.cols, 1000);
    assert_int_equal(most.options.size.rows, 500);

    expect_accepted(&most, "-c --max-geometry=1000x1");
    assert_int_equal(most.options.size_max.cols, 1000);
    assert_int_equal(most.options.size_max.rows, 1);
    assert_int_equal(most.options.size.cols, 80);
    expect_refused("-c --max-geometry 0x1",
                   "--max-geometry 0x1: not COLSxROWS with 1 to 1000 columns "
                   "and 1 to 500 rows");

    for (size_t i = 0; i < sizeof(bad) / sizeof(char *); i++) {
        (void)snprintf(words, sizeof(words), "-c --geometry=%s", bad[i]);
        (void)snprintf(sentence, sizeof(sentence),
                       "--geometry %s: not COLSxROWS with 1 to 1000 columns "
                       "and 1 to 500 rows",
                       bad[i]);
        if (strchr(bad[i], ' ') == NULL) {
            expect_refused(words, sentence);
        }
    }
}

static void
scrollback_has_units_and_a_bound(void **state)
{
    const struct {
        const char *value;
        size_t bytes;
    } good[] = {
        {"0", 0},
        {"1", 1},
        {"4k", 4096},
        {"0M", 0},
        {"256M", 256 << 20},
        {"268435456", 256 << 20},
        {"262144k", 256 << 20},
    };
    static const char *const bad[] = {
        "",    "-1",  "k",    "M",       "1K",        "1m",
        "1G",  "1kk", "257M", "262145k", "268435457", "99999999999999999999",
        "1.5M"};
    char words[64];
    char sentence[128];

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct line line;
        (void)snprintf(words, sizeof(words), "-c --scrollback=%s",
                       good[i].value);
        expect_accepted(&line, words);
        assert_int_equal(line.options.scrollback_max, good[i].bytes);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(char *); i++) {
        (void)snprintf(words, sizeof(words), "-c --scrollback=%s", bad[i]);
        (void)snprintf(sentence, sizeof(sentence),
                       "--scrollback %s: not a number of bytes from 0 to "
                       "256M",
                       bad[i]);
        expect_refused(words, sentence);
    }
}

static void
numbers_have_bounds(void **state)
{
    (void)state;
    struct line least;
    expect_accepted(&least, "-c --font-size 6 --fps 1");
    assert_int_equal(least.options.font_size, 6);
    assert_int_equal(least.options.fps, 1);
    struct line most;
    expect_accepted(&most, "-c --font-size 64 --fps 1000");
    assert_int_equal(most.options.font_size, 64);
    assert_int_equal(most.options.fps, 1000);

    expect_refused("-c --font-size 5",
                   "--font-size 5: not a number from 6 to 64");
    expect_refused("-c --font-size 65",
                   "--font-size 65: not a number from 6 to 64");
    expect_refused("-c --font-size 16px",
                   "--font-size 16px: not a number from 6 to 64");
    expect_refused("-c --fps 0", "--fps 0: not a number from 1 to 1000");
    expect_refused("-c --fps -1", "--fps -1: not a number from 1 to 1000");
    expect_refused("-c --fps 1001", "--fps 1001: not a number from 1 to 1000");
    expect_refused("-c --fps 4294967297",
                   "--fps 4294967297: not a number from 1 to 1000");
    expect_refused("-c --font=", "--font: the path is empty");
}

static void
names_are_exact(void **state)
{
    (void)state;
    struct line line;
    expect_accepted(&line, "-c --term linux --log-level error --rfb 3.8");
    assert_int_equal(line.options.dialect, KEY_DIALECT_LINUX);
    assert_int_equal(line.options.log_level, LOG_LEVEL_ERROR);
    assert_int_equal(line.options.rfb, OPTIONS_RFB_3_8);

    expect_refused("-c --term vt100",
                   "--term vt100: not linux, vt220 or xterm");
    expect_refused("-c --term xterm-256color",
                   "--term xterm-256color: not linux, vt220 or xterm");
    expect_refused("-c --palette cga",
                   "--palette cga: not linux, xterm, vga or tango");
    expect_refused("-c --charset UTF-8",
                   "--charset UTF-8: not utf8, latin1 or cp437");
    expect_refused("-c --backspace ^H", "--backspace ^H: not del or bs");
    expect_refused("-c --rfb 3.7", "--rfb 3.7: not 3.3 or 3.8");
    expect_refused("-c --rfb=", "--rfb : not 3.3 or 3.8");
    expect_refused("-c --log-level warn",
                   "--log-level warn: not error, warning, info or debug");
}

static void
backspace_is_that_of_the_terminal_type_unless_given(void **state)
{
    static const struct {
        const char *words;
        bool sends_bs;
    } cases[] = {
        {"-c", false},
        {"-c --term linux", false},
        {"-c --term vt220", true},
        {"-x /a", false},
        {"--term vt220 -x /a", true},
        {"--backspace bs -c", true},
        {"--backspace=bs -x /a", true},
        {"--backspace del --term vt220 -x /a", false},
        {"--term vt220 --backspace del -c", false},
        {"--backspace bs --backspace del -c", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct line line;
        expect_accepted(&line, cases[i].words);
        assert_int_equal(line.options.backspace_sends_bs, cases[i].sends_bs);
    }
}

static void
the_last_of_several_counts(void **state)
{
    (void)state;
    struct line line;
    expect_accepted(&line, "-c --fps 1 --fps 2 -v :1 -v unix:/run/x");
    assert_int_equal(line.options.fps, 2);
    assert_string_equal(line.options.unix_path, "/run/x");
}

static void
each_dialect_has_its_term(void **state)
{
    (void)state;
    assert_string_equal(options_term(KEY_DIALECT_LINUX), "linux");
    assert_string_equal(options_term(KEY_DIALECT_VT220), "vt220");
    assert_string_equal(options_term(KEY_DIALECT_XTERM), "xterm-256color");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_what_the_help_says),
        cmocka_unit_test(all_options_are_taken_over),
        cmocka_unit_test(long_names_are_the_letters),
        cmocka_unit_test(the_host_agents_line_for_a_guest_is_read),
        cmocka_unit_test(the_line_for_the_hosts_own_console_is_read),
        cmocka_unit_test(a_store_beside_a_console_is_for_publishing),
        cmocka_unit_test(what_the_store_changes_can_be_set_back_on_either_side),
        cmocka_unit_test(the_palette_goes_with_the_dialect),
        cmocka_unit_test(bold_is_bright_but_on_a_vt220_or_as_told),
        cmocka_unit_test(colours_are_six_digits),
        cmocka_unit_test(store_paths_are_absolute_and_plain),
        cmocka_unit_test(store_paths_have_a_length),
        cmocka_unit_test(the_text_port_goes_with_the_display),
        cmocka_unit_test(guest_is_allowed_what_is_asked_for),
        cmocka_unit_test(text_replay_needs_text_clients),
        cmocka_unit_test(guests_of_the_store_always_meet_a_sandbox),
        cmocka_unit_test(state_files_have_paths),
        cmocka_unit_test(starting_a_viewer_is_left_to_others),
        cmocka_unit_test(the_command_is_what_follows_the_options),
        cmocka_unit_test(help_and_version_end_the_reading),
        cmocka_unit_test(exactly_one_console_is_needed),
        cmocka_unit_test(an_empty_command_line_is_refused),
        cmocka_unit_test(unknown_options_are_named),
        cmocka_unit_test(an_abbreviation_must_be_unique),
        cmocka_unit_test(missing_and_superfluous_arguments_are_named),
        cmocka_unit_test(a_long_value_is_cut_in_the_error),
        cmocka_unit_test(listen_addresses_are_read),
        cmocka_unit_test(bad_listen_addresses_are_refused),
        cmocka_unit_test(other_than_loopback_needs_to_be_allowed),
        cmocka_unit_test(unix_paths_have_the_length_of_an_address),
        cmocka_unit_test(geometry_has_bounds),
        cmocka_unit_test(scrollback_has_units_and_a_bound),
        cmocka_unit_test(numbers_have_bounds),
        cmocka_unit_test(names_are_exact),
        cmocka_unit_test(the_last_of_several_counts),
        cmocka_unit_test(backspace_is_that_of_the_terminal_type_unless_given),
        cmocka_unit_test(each_dialect_has_its_term),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
