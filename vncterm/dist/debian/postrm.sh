#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
set -e

# The user vncterm_base stays, as Debian recommends: it owns no files, and its
# id shall not become somebody else's.
if [ "$1" = purge ]; then
    rm -rf /var/xen/vncterm
    rmdir --ignore-fail-on-non-empty /var/xen 2>/dev/null || true
    # Gone already, unless `systemctl disable` failed.
    rm -f /etc/systemd/system/multi-user.target.wants/vncterm-host.service
fi
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload || true
fi
