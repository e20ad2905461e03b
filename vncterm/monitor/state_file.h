/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state file, DIR/PID/vncterm.statefile: appears whole or not at all.
 *
 * It is written under no name where the file system can do that (O_TMPFILE),
 * so that not even a kill leaves half a file, and is then put in place of the
 * one before by a rename. Its folder is made only then, too. Who has written it
 * may still hold it: what a worker has said is to be trusted as little as a
 * guest.
 */
#ifndef VNCTERM_MONITOR_STATE_FILE_H
#define VNCTERM_MONITOR_STATE_FILE_H

#include <stdbool.h>

enum {
    STATE_FILE_PID_MAX = 16, /* a number and the end of the string */
};

struct state_file {
    const char *dir;
    char *path;                   /* of the file */
    char pid[STATE_FILE_PID_MAX]; /* the name of its folder */
    bool has_folder;              /* DIR/PID was made or taken over */
    int dir_fd;    /* while something is being written, else -1 */
    int fd;        /* of what is being written, or -1 */
    bool has_name; /* while it is being written; see new_name() */
};

/*
 * `dir`, an absolute path, is borrowed for its life; what is missing of it is
 * made when it is needed. Removes the file of an earlier process of our number,
 * since whoever asks for a state waits for a file to appear, and what killed
 * processes have left half-way.
 */
void state_file_init(struct state_file *f, const char *dir);

/* Gives up what is being written, and removes the folder if it is empty, since
 * who has taken the file away needs it no more. */
void state_file_fini(struct state_file *f);

/*
 * Opens a new file, readable by its owner only, and returns its descriptor,
 * borrowed until one of the next two, or -errno: -EBUSY while another is being
 * written.
 */
int state_file_begin(struct state_file *f);

bool state_file_is_open(const struct state_file *f);

/*
 * Puts it at its path. Returns 0, or -errno when the one before is still there:
 * -ENOTDIR, -EPERM when the folder is no folder of ours.
 */
int state_file_commit(struct state_file *f);

/* Leaves the one before as it is. */
void state_file_abort(struct state_file *f);

#endif
