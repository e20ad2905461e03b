/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Replays a corpus through a fuzz target without libFuzzer:
 *
 *     fuzz_NAME DIRECTORY|FILE...
 *
 * It exits with 1 when something cannot be read or when there was nothing to
 * replay, so that a corpus that moved is not taken for a success.
 */

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include "fuzz/fuzz.h"

/* Larger than any seed; tools/fuzz makes inputs of at most 4096 bytes. */
#define INPUT_MAX ((size_t)1 << 20)

static bool
replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return false;
    }

    uint8_t *buffer = malloc(INPUT_MAX);
    size_t len = buffer == NULL ? 0 : fread(buffer, 1, INPUT_MAX, file);
    bool ok = buffer != NULL && ferror(file) == 0 && len < INPUT_MAX;
    (void)fclose(file); /* it was only read */

    /* A copy of the exact size lets the sanitizers see one byte too far. */
    uint8_t *input = ok ? malloc(len > 0 ? len : 1) : NULL;
    if (input == NULL) {
        fprintf(stderr, "%s: cannot be read, or too large\n", path);
        free(buffer);
        return false;
    }
    if (len > 0) {
        memcpy(input, buffer, len);
    }
    free(buffer);

    fprintf(stderr, "%s: %zu bytes\n", path, len);
    (void)LLVMFuzzerTestOneInput(input, len); /* findings end the process */
    free(input);
    return true;
}

static int
is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int
replay_directory(const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_visible, alphasort);
    if (count < 0) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }

    int replayed = 0;
    for (int i = 0; i < count; i++) {
        char *file = NULL;
        if (asprintf(&file, "%s/%s", path, entries[i]->d_name) < 0) {
            abort();
        }
        replayed = replayed >= 0 && replay_file(file) ? replayed + 1 : -1;
        free(file);
        free(entries[i]);
    }
    free(entries);
    return replayed;
}

int
main(int argc, char **argv)
{
    int replayed = 0;

    for (int i = 1; i < argc; i++) {
        struct stat info;
        int count;
        if (stat(argv[i], &info) == 0 && S_ISDIR(info.st_mode)) {
            count = replay_directory(argv[i]);
        } else {
            count = replay_file(argv[i]) ? 1 : -1;
        }
        if (count < 0) {
            return EXIT_FAILURE;
        }
        replayed += count;
    }

    fprintf(stderr, "%d inputs replayed\n", replayed);
    return replayed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
