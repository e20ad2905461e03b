/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system calls that a locked worker may make. The list holds what the
 * worker, the C library and LibVNCServer do with what is open already, and
 * arguments are checked where another value would reach beyond that: no new
 * sockets of the host, no names, no processes, no code, and nothing but lines
 * for what stderr leads to.
 */
#ifndef VNCTERM_SANDBOX_FILTER_H
#define VNCTERM_SANDBOX_FILTER_H

enum {
    /* Descriptors are below: the limit is to be set. 16 viewers, 32 half open,
     * 16 text clients and our own are below 100. */
    FILTER_DESCRIPTORS_MAX = 256,
};

enum filter_action {
    FILTER_KILL, /* a call that is not on the list ends the process */
    FILTER_LOG,  /* it fails with EPERM, and its name is logged once */
};

/*
 * Restricts this process, for good; no_new_privs must be set. Of all files
 * only `memory_file`, a number above those of the standard descriptors, may be
 * truncated, positioned and duplicated; it must stay open. FILTER_LOG handles
 * SIGSYS, which must not be blocked. Calls of another ABI (32 bit, x32) end the
 * process in either way. Returns 0 or -errno, and logs nothing.
 */
int filter_load(enum filter_action action, int memory_file);

#endif
