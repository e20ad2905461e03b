/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "monitor/state_file.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>

#include "base/fd.h"
#include "base/mem.h"

/* What the host agent waits for. */
static const char final_name[] = "vncterm.statefile";

/* Around the number of the process, in DIR, while a file has to have a name. */
static const char new_prefix[] = "vncterm.";
static const char new_suffix[] = ".new";

enum {
    NEW_NAME_MAX = sizeof(new_prefix) + STATE_FILE_PID_MAX + sizeof(new_suffix),
};

/* In DIR, of a file that has to have a name. */
static const char *
new_name(const struct state_file *f, char out[NEW_NAME_MAX])
{
    (void)snprintf(out, NEW_NAME_MAX, "%s%s%s", new_prefix, f->pid,
                   new_suffix); /* it fits */
    return out;
}

/* Opens the folder of this process, if it is our own user's. Returns a
 * descriptor or -errno. */
static int
open_folder(const struct state_file *f)
{
    struct stat info;
    int r = 0;
    int fd = openat(f->dir_fd, f->pid,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) < 0) {
        r = -errno;
    } else if (info.st_uid != geteuid()) {
        r = -EPERM;
    }
    if (r < 0) {
        fd_close(&fd);
        return r;
    }
    return fd;
}

/* Whether it is the name of a file that a process which is gone was putting in
 * its place. */
static bool
is_left(const char *name)
{
    size_t prefix_len = sizeof(new_prefix) - 1;
    char *end = NULL;

    if (strncmp(name, new_prefix, prefix_len) != 0) {
        return false;
    }
    errno = 0;
    long pid = strtol(name + prefix_len, &end, 10);
    if (errno != 0 || pid < 1 || pid > INT_MAX ||
        strcmp(end, new_suffix) != 0) {
        return false;
    }
    return kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

/* Whoever was killed between giving a name and the rename has left it. */
static void
remove_left(const struct state_file *f)
{
    int fd = fcntl(f->dir_fd, F_DUPFD_CLOEXEC, 0);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry = NULL;
    struct stat info;

    if (dir == NULL) {
        fd_close(&fd);
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        if (is_left(entry->d_name) &&
            fstatat(f->dir_fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) ==
                0 &&
            S_ISREG(info.st_mode) && info.st_uid == geteuid()) {
            (void)unlinkat(f->dir_fd, entry->d_name, 0); /* or another has */
        }
    }
    (void)closedir(dir); /* closes a directory, which cannot fail */
}

static void
remove_stale(struct state_file *f)
{
    f->dir_fd = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int folder = -1;

    if (f->dir_fd >= 0) {
        remove_left(f);
        folder = open_folder(f);
    }
    if (folder >= 0) {
        (void)unlinkat(folder, final_name, 0);           /* mostly not there */
        (void)unlinkat(f->dir_fd, f->pid, AT_REMOVEDIR); /* if it is empty */
    }
    fd_close(&folder);
    fd_close(&f->dir_fd);
}

void
state_file_init(struct state_file *f, const char *dir)
{
    *f = (struct state_file){.dir = dir, .dir_fd = -1, .fd = -1};
    (void)snprintf(f->pid, sizeof(f->pid), "%d", (int)getpid());

    size_t size = strlen(dir) + 1 + strlen(f->pid) + 1 + sizeof(final_name);
    f->path = xcalloc(1, size);
    (void)snprintf(f->path, size, "%s/%s/%s", dir, f->pid, final_name);
    remove_stale(f);
}

void
state_file_fini(struct state_file *f)
{
    state_file_abort(f);
    if (f->has_folder) {
        *strrchr(f->path, '/') = '\0';
        (void)rmdir(f->path); /* a file in it keeps it */
    }
    free(f->path);
}

/* All parts of `path`. Returns 0 or -errno. */
static int
make_folders(const char *path)
{
    char *part = xstrdup(path);
    int r = 0;

    for (char *end = part; end != NULL && r == 0;) {
        end = strchr(end + 1, '/');
        if (end != NULL) {
            *end = '\0';
        }
        if (mkdir(part, 0755) < 0 && errno != EEXIST) {
            r = -errno;
        }
        if (end != NULL) {
            *end = '/';
        }
    }
    free(part);
    return r;
}

static int
open_dir(struct state_file *f)
{
    int r = make_folders(f->dir);

    if (r < 0) {
        return r;
    }
    f->dir_fd = open(f->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return f->dir_fd < 0 ? -errno : 0;
}

/* Not every file system knows files without a name. */
static int
open_new(struct state_file *f)
{
    int how = O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC;
    char name[NEW_NAME_MAX];

    f->fd = openat(f->dir_fd, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (f->fd < 0) {
        /* One may be left by a process of this number that was killed. */
        (void)unlinkat(f->dir_fd, new_name(f, name), 0);
        f->fd = openat(f->dir_fd, name, how, 0600);
        f->has_name = f->fd >= 0;
    }
    return f->fd < 0 ? -errno : 0;
}

int
state_file_begin(struct state_file *f)
{
    if (f->fd >= 0) {
        return -EBUSY;
    }
    int r = open_dir(f);
    if (r == 0) {
        r = open_new(f);
    }
    if (r < 0) {
        fd_close(&f->dir_fd);
        return r;
    }
    return f->fd;
}

bool
state_file_is_open(const struct state_file *f)
{
    return f->fd >= 0;
}

/* Without a name a file cannot replace another: only a rename can. */
static int
give_name(struct state_file *f)
{
    char by_fd[32];
    char name[NEW_NAME_MAX];

    if (f->has_name) {
        return 0;
    }
    (void)snprintf(by_fd, sizeof(by_fd), "/proc/self/fd/%d", f->fd);
    (void)unlinkat(f->dir_fd, new_name(f, name), 0); /* mostly not there */
    if (linkat(AT_FDCWD, by_fd, f->dir_fd, name, AT_SYMLINK_FOLLOW) < 0) {
        return -errno;
    }
    f->has_name = true;
    return 0;
}

/* Returns a descriptor or -errno. */
static int
make_folder(const struct state_file *f)
{
    if (mkdirat(f->dir_fd, f->pid, 0700) < 0 && errno != EEXIST) {
        return -errno;
    }
    return open_folder(f);
}

static int
put_in_folder(struct state_file *f)
{
    char name[NEW_NAME_MAX];
    int folder = make_folder(f);
    int r = folder < 0 ? folder : 0;

    if (r == 0 &&
        renameat(f->dir_fd, new_name(f, name), folder, final_name) < 0) {
        r = -errno;
    }
    if (r == 0) {
        f->has_name = false;
        f->has_folder = true;
    } else if (folder >= 0) {
        (void)unlinkat(f->dir_fd, f->pid, AT_REMOVEDIR); /* if it is empty */
    }
    fd_close(&folder);
    return r;
}

int
state_file_commit(struct state_file *f)
{
    assert(f->fd >= 0);
    int r = give_name(f);
    if (r == 0) {
        r = put_in_folder(f);
    }
    state_file_abort(f);
    return r;
}

void
state_file_abort(struct state_file *f)
{
    char name[NEW_NAME_MAX];

    if (f->has_name) {
        (void)unlinkat(f->dir_fd, new_name(f, name), 0);
    }
    f->has_name = false;
    fd_close(&f->fd);
    fd_close(&f->dir_fd);
}
