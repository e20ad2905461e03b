/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys and values of a guest's console in the store. */
#ifndef VNCTERM_TESTS_UNIT_STORE_PATHS_H
#define VNCTERM_TESTS_UNIT_STORE_PATHS_H

#define DOMAIN     "/local/domain/7"
#define CONSOLE    DOMAIN "/console"
#define TTY        CONSOLE "/tty"
#define VNC_PORT   CONSOLE "/vnc-port"
#define TEXT_PORT  CONSOLE "/tc-port"
#define STATE_FILE CONSOLE "/statefile"
#define PTS        "/dev/pts/1"
#define OTHER_PTS  "/dev/pts/2"

#endif
