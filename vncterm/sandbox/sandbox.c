/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sandbox/sandbox.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/fd.h"
#include "base/log.h"
#include "sandbox/filter.h"

enum {
    /*
     * How often the empty directory is made. It is made again when another
     * start has removed it, which each does once.
     */
    EMPTY_ROOT_ATTEMPTS = 1000,
};

static_assert(FILTER_DESCRIPTORS_MAX <= FD_SETSIZE, "LibVNCServer uses fd_set");

static const char users_file[] = "/etc/passwd";

/*
 * Names of the empty directory, the second for where /run cannot be written to.
 * They are the same for every start, so that whatever a start that is killed
 * leaves behind is used and removed by the next.
 */
static const char *const empty_roots[] = {"/run/vncterm.empty",
                                          "/tmp/vncterm.empty"};

#if VNCTERM_SANITIZED
/* Of the sanitizers' runtime, which has these in headers of its own. */
void __sanitizer_sandbox_on_notify(void *arguments);
int __lsan_is_turned_off(void);

static bool is_locked; /* the runtime's question has no argument of ours */

/* Looking for leaks takes a second process and /proc. */
int
__lsan_is_turned_off(void)
{
    return is_locked;
}

/* A report names modules and offsets; the map has to be read while it can. */
static void
prepare_sanitizer(void)
{
    __sanitizer_sandbox_on_notify(NULL);
    is_locked = true;
}
#else
static void
prepare_sanitizer(void)
{
}
#endif

/* It may have died before the signal was asked for. */
static int
tie_to_parent(pid_t parent)
{
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) {
        int err = errno;
        log_error_errno(err, "sandbox: cannot be tied to the parent");
        return -err;
    }
    return getppid() == parent ? 0 : -ESRCH;
}

static int
replace_stdin_and_stdout(void)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    bool is_done =
        fd >= 0 && dup2(fd, STDIN_FILENO) >= 0 && dup2(fd, STDOUT_FILENO) >= 0;
    int err = errno;

    if (fd > STDERR_FILENO) {
        fd_close(&fd);
    }
    if (!is_done) {
        log_error_errno(err, "sandbox: cannot open /dev/null");
        return -err;
    }
    return 0;
}

/*
 * A terminal's stderr can be read: what a person types there. Lines go to a
 * description that cannot; it takes stderr's place.
 */
static int
replace_stderr(void)
{
    int fd = log_get_fd();

    if (fd == STDERR_FILENO) {
        return 0;
    }
    if (dup2(fd, STDERR_FILENO) < 0) {
        int err = errno;
        log_error_errno(err, "sandbox: cannot replace stderr");
        return -err;
    }
    log_set_fd(STDERR_FILENO);
    fd_close(&fd);
    return 0;
}

/*
 * The id of SANDBOX_BASE_USER. Only the file is asked: the user belongs to this
 * machine, and name services leave libraries and connections of their own in
 * the process. Returns 0, or -ENOENT without such a user.
 */
static int
find_base_user(uid_t *out)
{
    FILE *users = fopen(users_file, "re");
    const struct passwd *user = NULL;
    int r = -ENOENT;

    if (users == NULL) {
        return -errno;
    }
    while (r == -ENOENT && (user = fgetpwent(users)) != NULL) {
        if (strcmp(user->pw_name, SANDBOX_BASE_USER) == 0) {
            *out = user->pw_uid;
            r = 0;
        }
    }
    (void)fclose(users); /* it was only read */
    return r;
}

static int
choose_id(uint16_t port, uid_t *out)
{
    uid_t base = SANDBOX_BASE_ID;
    /* (uid_t)-1 means "no id" to the kernel. */
    const uid_t base_max = UINT32_MAX - 1 - SANDBOX_NO_PORT_ID;
    int r = find_base_user(&base);

    if (r < 0 && r != -ENOENT) {
        log_error_errno(-r, "sandbox: cannot read %s", users_file);
        return r;
    }
    if (base < SANDBOX_BASE_ID_MIN || base > base_max) {
        log_error("sandbox: the id of user %s, %u, is not between %d and %u",
                  SANDBOX_BASE_USER, (unsigned)base, SANDBOX_BASE_ID_MIN,
                  (unsigned)base_max);
        return -ERANGE;
    }
    *out = base + (port != 0 ? port : SANDBOX_NO_PORT_ID);
    return 0;
}

/* Sockets that are open stay where they are; others would lead nowhere. */
static int
leave_network(bool is_strict)
{
    if (unshare(CLONE_NEWNET) == 0) {
        return 0;
    }
    int err = errno;

    if (is_strict) {
        log_error_errno(err, "sandbox: cannot leave the network");
        return -err;
    }
    log_warning_errno(err, "sandbox: stays in the network of the host");
    return 0;
}

/* In a folder for everybody, its owner could rename it: another is removed. */
static int
check_ours(int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0) {
        return -errno;
    }
    return st.st_uid == geteuid() ? 0 : -EPERM;
}

/*
 * Makes the directory or takes the one that is there, and removes its name.
 * Other starts do the same at the same time. So the name may be gone already,
 * and then the directory is as empty; two that share one share nothing. Returns
 * a descriptor or -errno, -EAGAIN when it was removed before it was opened.
 */
static int
take_directory(const char *path)
{
    if (mkdir(path, S_IRWXU) < 0 && errno != EEXIST) {
        return -errno;
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return errno == ENOENT ? -EAGAIN : -errno;
    }
    int r = check_ours(fd);
    if (r == 0 && rmdir(path) < 0 && errno != ENOENT) {
        r = -errno;
    }
    if (r < 0) {
        fd_close(&fd);
    }
    return r < 0 ? r : fd;
}

/* A directory without a name. Returns a descriptor or -errno. */
static int
open_empty_root(const char *path)
{
    int r = -EAGAIN;

    for (int i = 0; i < EMPTY_ROOT_ATTEMPTS && r == -EAGAIN; i++) {
        r = take_directory(path);
    }
    return r;
}

/* The kernel lets nobody create anything in a directory that was removed. */
static int
enter_empty_root(void)
{
    const char *path = empty_roots[0];
    int fd = open_empty_root(path);

    if (fd == -ENOENT || fd == -EROFS || fd == -EACCES) {
        path = empty_roots[1];
        fd = open_empty_root(path);
    }
    int r = fd < 0 ? fd : 0;
    if (r == 0 && (fchdir(fd) < 0 || chroot(".") < 0)) {
        r = -errno;
    }
    fd_close(&fd);
    if (r < 0) {
        log_error_errno(-r, "sandbox: cannot take %s for an empty root", path);
    }
    return r;
}

/* Whether these are all our ids, and root is out of reach. */
static bool
has_only_id(uid_t id)
{
    uid_t uids[3];
    gid_t gids[3];

    if (getresuid(&uids[0], &uids[1], &uids[2]) < 0 ||
        getresgid(&gids[0], &gids[1], &gids[2]) < 0 ||
        getgroups(0, NULL) != 0) {
        return false;
    }
    for (int i = 0; i < 3; i++) {
        if (uids[i] != id || gids[i] != id) {
            return false;
        }
    }
    return setresuid(0, 0, 0) < 0 && setresgid(0, 0, 0) < 0;
}

static int
become(uid_t id)
{
    if (setgroups(0, NULL) < 0 || setresgid(id, id, id) < 0 ||
        setresuid(id, id, id) < 0) {
        int err = errno;
        log_error_errno(err, "sandbox: cannot take the id %u", (unsigned)id);
        return -err;
    }
    if (!has_only_id(id)) {
        log_error("sandbox: has other ids than %u", (unsigned)id);
        return -EPERM;
    }
    return 0;
}

static int
leave_host(const struct sandbox_config *config)
{
    uid_t id = 0;
    /* The root directory that follows hides the list of users. */
    int r = config->stays_root ? 0 : choose_id(config->port, &id);

    if (r == 0) {
        r = leave_network(config->is_strict);
    }
    if (r < 0) {
        return r;
    }
    if (config->stays_root) {
        log_warning("sandbox: the worker stays root");
        return 0;
    }
    r = enter_empty_root();
    return r == 0 ? become(id) : r;
}

/*
 * Neither value is raised, so it takes no rights; a security module may refuse
 * nevertheless. Returns 0 or -errno.
 */
static int
drop_limit(int resource, rlim_t max)
{
    struct rlimit limit;

    if (getrlimit((__rlimit_resource_t)resource, &limit) < 0) {
        return -errno;
    }
    if (limit.rlim_cur > max) {
        limit.rlim_cur = max;
    }
    if (limit.rlim_max > max) {
        limit.rlim_max = max;
    }
    return setrlimit((__rlimit_resource_t)resource, &limit) < 0 ? -errno : 0;
}

/* The limit of a file's size is one of all files, and a log can be large. */
static rlim_t
file_size_limit(const struct sandbox_config *config)
{
    struct stat st;
    bool logs_to_file =
        fstat(STDERR_FILENO, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;

    return config->file_size_max + (logs_to_file ? (rlim_t)st.st_size : 0);
}

static int
drop_limits(const struct sandbox_config *config)
{
    const struct {
        int resource;
        rlim_t max;
    } limits[] = {
        {RLIMIT_AS, config->memory_max},
        {RLIMIT_NOFILE, FILTER_DESCRIPTORS_MAX},
        {RLIMIT_NPROC, 0},
        {RLIMIT_CORE, 0},
        {RLIMIT_FSIZE, file_size_limit(config)},
    };
    int r = 0;

    /* A file that grows too much is an error code, not the end. */
    (void)signal(SIGXFSZ, SIG_IGN); /* a valid number */
    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]) && r == 0; i++) {
        /* Of what a sanitizer maps, a thousandth is in use. */
        if (!VNCTERM_SANITIZED || limits[i].resource != RLIMIT_AS) {
            r = drop_limit(limits[i].resource, limits[i].max);
        }
    }
    return r;
}

/*
 * Of every user: root keeps them beside its id, and others may have been given
 * some. There is no wrapper in the C library.
 */
static int
drop_capabilities(void)
{
    struct __user_cap_header_struct header = {.version =
                                                  _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

    return syscall(SYS_capset, &header, none) < 0 ? -errno : 0;
}

/* Nobody but root may attach to the process or read its memory. */
static int
hide(void)
{
    return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ? -errno : 0;
}

static int
load_filter(const struct sandbox_config *config)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
        return -errno;
    }
    return filter_load(config->mode == SANDBOX_LOG ? FILTER_LOG : FILTER_KILL,
                       config->memory_file);
}

static int
lock(const struct sandbox_config *config)
{
    bool is_root = geteuid() == 0;
    int r = is_root ? leave_host(config) : 0;

    if (r < 0) {
        return r;
    }
    r = drop_limits(config);
    if (r == 0) {
        r = drop_capabilities();
    }
    if (r == 0) {
        r = hide();
    }
    if (r < 0) {
        log_error_errno(-r, "sandbox: cannot drop privileges");
        return r;
    }
    /* Other ids have made the kernel forget it. */
    r = tie_to_parent(config->parent);
    if (r < 0) {
        return r;
    }
    if (!is_root) {
        log_info("sandbox: without root there are no own ids, no empty root "
                 "directory and no empty network");
    }
    r = load_filter(config);
    if (r < 0) {
        log_error_errno(-r, "sandbox: cannot restrict system calls");
    }
    return r;
}

int
sandbox_lock(const struct sandbox_config *config)
{
    int r = tie_to_parent(config->parent);

    if (r == 0) {
        r = replace_stdin_and_stdout();
    }
    if (r == 0) {
        r = replace_stderr();
    }
    if (r < 0 || config->mode == SANDBOX_OFF) {
        return r;
    }
    prepare_sanitizer();
    return lock(config);
}
