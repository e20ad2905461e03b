# SPDX-License-Identifier: GPL-2.0-or-later
"""Looks at a login prompt: ask_login.py PROGRAM

Nobody may be let in without a name and a password. VNCTERM names the vncterm
that shows the program; the modules are those of the e2e tests.
"""
import sys

from harness import Vncterm, wait_for_text

with Vncterm(sys.argv[1]) as vncterm, vncterm.client() as client:
    wait_for_text(client, "login:")
    client.type("root\n")
    wait_for_text(client, "Password:")
    client.type("\n")
    wait_for_text(client, "incorrect")
