#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
set -e

# An upgrade leaves consoles alone: they go on with the program that they have.
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    systemctl stop vncterm-host.service 'vncterm@*.service'
fi
