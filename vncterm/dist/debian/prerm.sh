#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
set -e

# An upgrade leaves consoles alone: they go on with the program that they have.
# What fails here, such as a stop that takes too long, must not keep the package
# from being removed.
if [ "$1" = remove ]; then
    if [ -d /run/systemd/system ]; then
        systemctl stop vncterm-host.service 'vncterm@*.service' || true
    fi
    # It is looked up by its unit, which is about to go. This needs no systemd
    # that runs.
    if command -v systemctl >/dev/null; then
        systemctl disable vncterm-host.service || true
    fi
fi
