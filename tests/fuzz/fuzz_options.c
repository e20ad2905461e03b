/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Any words as a command line: what is accepted is within the limits that the
 * header states, and what is refused has its sentence.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "options.h"

#define ARGS_MAX 64

static void
check_source(const struct options *o)
{
    switch (o->source) {
    case OPTIONS_SOURCE_COMMAND:
        assert(o->pty == NULL);
        assert(o->command == NULL || o->command[0][0] != '\0');
        break;
    case OPTIONS_SOURCE_PTY:
        assert(o->pty != NULL && o->pty[0] != '\0' && o->command == NULL);
        break;
    case OPTIONS_SOURCE_STORE:
        assert(o->store_path != NULL && o->pty == NULL && o->command == NULL);
        break;
    }
    assert(o->agent == (o->store_path != NULL));
    if (o->store_path != NULL) {
        size_t len = strlen(o->store_path);
        assert(len > 1 && len <= OPTIONS_STORE_PATH_MAX);
        assert(o->store_path[0] == '/' && o->store_path[len - 1] != '/');
        assert(o->sandbox != OPTIONS_SANDBOX_OFF);
        assert(o->password_file == NULL);
    }
}

static void
check_accepted(const struct options *o)
{
    assert(o->size.cols >= 1 && o->size.cols <= OPTIONS_COLS_MAX);
    assert(o->size.rows >= 1 && o->size.rows <= OPTIONS_ROWS_MAX);
    assert(o->size_max.cols >= 1 && o->size_max.cols <= OPTIONS_COLS_MAX);
    assert(o->size_max.rows >= 1 && o->size_max.rows <= OPTIONS_ROWS_MAX);
    assert(o->font_size >= OPTIONS_FONT_SIZE_MIN);
    assert(o->font_size <= OPTIONS_FONT_SIZE_MAX);
    assert(o->fps >= 1 && o->fps <= OPTIONS_FPS_MAX);
    assert(o->scrollback_max <= OPTIONS_SCROLLBACK_MAX);
    assert(o->port >= 1);
    assert(options_term(o->dialect) != NULL);
    if (o->action != OPTIONS_RUN) {
        return;
    }
    check_source(o);
    assert(o->text == (o->text_port >= 1));
    assert(o->text || !o->text_replay);
    assert(o->state_dir[0] == '/');
    assert(o->load_state == NULL || o->load_state[0] != '\0');
    assert(o->allow_remote || ntohl(o->address.s_addr) >> 24 == 127);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static char name[] = "vncterm";
    char *argv[ARGS_MAX + 2] = {name};
    int argc = 1;
    char *words = calloc(1, len + 1);
    char *error = calloc(1, OPTIONS_ERROR_MAX);
    struct options options;

    if (words == NULL || error == NULL) {
        abort();
    }
    if (len > 0) {
        memcpy(words, data, len);
    }
    /* Each word ends with a newline. */
    char *rest = len > 0 ? words : NULL;
    while (rest != NULL && argc <= ARGS_MAX) {
        argv[argc++] = strsep(&rest, "\n");
    }

    int r = options_parse(&options, argc, argv, error);
    if (r == 0) {
        check_accepted(&options);
    } else {
        assert(r == -EINVAL);
        assert(memchr(error, '\0', OPTIONS_ERROR_MAX) != NULL);
        assert(error[0] != '\0');
    }
    free(words);
    free(error);
    return 0;
}
