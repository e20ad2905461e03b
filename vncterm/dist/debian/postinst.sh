#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
set -e

# vncterm does without all of this: the ids of its workers are the same ones
# without the user, only nameless, and the folder of state files is made when it
# is needed. So nothing here may keep the package from being installed.
if [ "$1" = configure ]; then
    if command -v systemd-sysusers >/dev/null; then
        systemd-sysusers vncterm.conf || true
    fi
    if command -v systemd-tmpfiles >/dev/null; then
        systemd-tmpfiles --create vncterm.conf || true
    fi
fi
# Consoles that run go on with the program that they have: a restart would end
# the sessions of people.
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
fi
