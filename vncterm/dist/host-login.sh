#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What runs on the console of the physical host: asks who is there. It ends with
# each session, and vncterm -r starts it again.
set -eu

# A service manager or host agent may have set none.
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH

# Whoever comes next must find the terminal in order, and must not be able to
# scroll back to what the last one has seen.
printf '\033c\033[3J'

# It shows /etc/issue with its escapes, asks for the name, and leaves the
# password to login.
if command -v agetty >/dev/null; then
    exec agetty - "${TERM:-linux}"
fi
if [ -r /etc/issue ]; then
    cat /etc/issue
fi
exec login
