#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
set -e

if [ "$1" = configure ]; then
    # Without them the ids are the same ones, without a name, and the folder is
    # made when it is needed.
    if command -v systemd-sysusers >/dev/null; then
        systemd-sysusers vncterm.conf
    fi
    if command -v systemd-tmpfiles >/dev/null; then
        systemd-tmpfiles --create vncterm.conf
    fi
fi
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
fi
