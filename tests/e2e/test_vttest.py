# SPDX-License-Identifier: GPL-2.0-or-later
"""vttest's screens, through the program, as text.

Each test of vttest/ is a file: what state_text says of the screens that vttest
stops at, one after the other. A change of them is looked at as vttest asks: its
screens say themselves how they should look. VTTEST_UPDATE=1 in the environment
writes the files anew.
"""
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from harness import Vncterm, main, skip, wait_until
from rfb import TimedOut

VERSION = "2.7 (20221229)"  # others have other screens
STATE_TEXT = os.environ.get("VNCTERM_STATE_TEXT", "")
UPDATE = "VTTEST_UPDATE" in os.environ
EXPECTED = pathlib.Path(__file__).with_name("vttest")

# What vttest waits behind: a page that has been read, a menu, a key.
PAGE, MENU = "Push <RETURN>", "Enter choice number"
STOPS = (PAGE, MENU)
SET_KEY, RESET_KEY = ("NewLine mode set. Push the RETURN key",
                      "NewLine mode reset. Push the RETURN key")


class Run:
    """vttest in a vncterm, which a text client reads and types into."""

    def __init__(self, test, *options):
        self.folder = test.enterContext(tempfile.TemporaryDirectory())
        self.vncterm = test.enterContext(
            Vncterm("vttest", options=("-T", "--state-dir", self.folder,
                                       "--guest-resize", *options)))
        found = []

        def is_told():
            found[:] = re.findall(r"text: listening on (\S+):(\d+)",
                                  self.vncterm.log_text())
            return found
        wait_until(is_told, what="a text port")
        self.socket = test.enterContext(
            socket.create_connection((found[0][0], int(found[0][1])), 20))
        self.viewer = test.enterContext(self.vncterm.client())
        self.bytes = b""
        self.seen = 0
        self.menu = ""

    def prompt(self, *prompts, seconds=20):
        """Reads on to the first of `prompts`; returns it."""
        pattern = re.compile(b"|".join(re.escape(p.encode()) for p in prompts))
        end = time.monotonic() + seconds
        while True:
            found = pattern.search(self.bytes, self.seen)
            if found:
                self.seen = found.end()
                return found[0].decode()
            ready, _, _ = select.select([self.socket], [], [],
                                        max(0, end - time.monotonic()))
            if not ready:
                raise TimedOut(f"none of {prompts} after " +
                               repr(self.bytes[self.seen:][-400:]))
            more = self.socket.recv(65536)
            if not more:
                raise AssertionError("vttest has ended")
            self.bytes += more

    def type(self, text):
        self.socket.sendall(text.encode())

    def screen(self):
        path = f"{self.folder}/{self.vncterm.monitor}/vncterm.statefile"
        if os.path.exists(path):
            os.unlink(path)
        os.kill(self.vncterm.monitor, signal.SIGUSR1)
        wait_until(lambda: os.path.exists(path), what="a state file")
        with open(path, "rb") as state:
            return subprocess.run([STATE_TEXT], stdin=state, check=True,
                                  capture_output=True).stdout.decode()

    def choose(self, *path):
        """Goes from the first menu to one such as "11", "3"."""
        for choice in path:
            self.prompt(MENU)
            self.type(choice + "\r")
        self.menu = ".".join(path)

    def pages(self, choices):
        """The screens of some choices of the menu, each with a line that says
        where it is. A choice is a number, or a number and where vttest
        waits for the key Return itself, which a viewer types."""
        for choice in choices:
            number, *keys = choice if isinstance(choice, tuple) else (choice,)
            self.prompt(MENU)
            self.type(f"{number}\r")
            count = 0
            for wait in keys:
                self.prompt(wait)
                self.viewer.type("\n")
            while self.prompt(*STOPS) != MENU:
                count += 1
                where = f"{self.menu}.{number}".lstrip(".")
                yield f"=== {where}, page {count}\n{self.screen()}"
                self.type("\r")
            menus = re.findall(rb"Menu ([\d.]+):", self.bytes[:self.seen])
            if self.menu and menus[-1].decode() != self.menu:
                raise AssertionError(f"{number} of {self.menu} is a menu")
            self.seen -= len(MENU)  # for the next one who waits for it

    def leave(self):
        for _ in self.menu.split(".") if self.menu else ():
            self.prompt(MENU)
            self.type("0\r")


def readable(screen):
    """No blanks at the ends of lines, where they are not seen."""
    return "\n".join(line.rstrip() for line in screen.splitlines()) + "\n"


class Vttest(unittest.TestCase):
    maxDiff = None

    def check(self, name, *menus, options=()):
        """`menus`: the way to one, such as "11.3", and what to choose there."""
        run = Run(self, *options)
        pages = []
        for menu, *choices in menus:
            run.choose(*filter(None, menu.split(".")))
            pages += map(readable, run.pages(choices))
            run.leave()
        self.compare(name, pages)

    def compare(self, name, pages):
        path = EXPECTED / f"{name}.txt"
        if UPDATE:
            path.write_text("".join(pages), encoding="utf-8")
        expected = re.split("^(?==== )", path.read_text(encoding="utf-8"),
                            flags=re.MULTILINE)[1:]
        for page, wanted in zip(pages, expected):
            self.assertEqual(page, wanted)
        self.assertEqual(len(pages), len(expected))

    def test_cursor_movements(self):
        self.check("cursor", ("", 1))

    def test_screen_features(self):
        self.check("screen", ("", 2))

    def test_character_sets(self):
        # Those in the right half are bytes from 0xa0 on.
        self.check("charsets", ("3", 8, 9, 10, 11),
                   options=("--charset", "latin1"))

    def test_national_character_sets(self):
        # Each of them in G0 beside Latin-1 in G1, with DECNRCM.
        run = Run(self, "--charset", "latin1")
        pages = []
        run.choose("3")
        run.prompt(MENU)
        run.type("3\r")
        for number in range(6, 17):  # from Dutch on, in alphabetic order
            run.prompt(MENU)
            run.type("4\r")
            run.prompt(MENU)
            run.type(f"{number}\r")
            pages += map(readable, run.pages((9,)))
        self.compare("national", pages)

    def test_double_sized_characters(self):
        self.check("double", ("", 4))

    def test_reports(self):
        self.check("reports", ("6", (1, "\5"), (2, SET_KEY, RESET_KEY), 3, 4, 5, 6, 7))

    def test_vt102_insert_and_delete(self):
        self.check("vt102", ("", 8))

    def test_vt220(self):
        self.check("vt220", ("11.1.1.1", 1, 2, 3, 4), ("11.1.2", 2, 3, 4),
                   ("11.1", 3, 6))

    def test_vt320(self):
        self.check("vt320", ("11.2.2", 1, 2),
                   ("11.2.5.2", 2, 3, 4, 5),
                   ("11.2.5.3.1", 7),
                   ("11.2.5.3.2", 3, 1, 3, 2, 3), ("11.2.5.3", 5),
                   ("11.2.5.3.6", *range(1, 11)))

    def test_page_formats(self):
        self.check("pages", ("11.2.3", 1, 2), ("11.3.8", 2))

    def test_window_reports(self):
        self.check("windows", ("11.8", 9), options=("--conformance",))

    def test_vt420_cursor(self):
        self.check("vt420-cursor",
                   ("11.3.2", 7, 8, 9, 10, 2, 3, 4, 5, 7, 8, 9, 10))

    def test_vt420_editing(self):
        self.check("vt420-editing",
                   ("11.3.3", 6, 7, 8, 9, 10, 11, 12, 13, 1, 2, 3, 4,
                    6, 7, 8, 9, 10, 11, 12, 13))

    def test_vt420_rectangles(self):
        self.check("vt420-rectangles",
                   ("11.3.6", 7, 8, 9, 10, 11, 12, 1, 2, 3, 4,
                    7, 8, 9, 10, 11, 12))

    def test_vt420_reports(self):
        self.check("vt420-reports", ("11.3.7.2.2", 1, 2),
                   ("11.3.7.2.3", *range(2, 8)),
                   ("11.3.7.3", *range(2, 10), 12))

    def test_vt520(self):
        self.check("vt520", ("11.4.2", *range(7, 16)), ("11.4.6", 2))

    def test_ecma48_movements(self):
        self.check("ecma48", ("11.5", *range(1, 10)), ("11.7.1", 2, 1, 2),
                   ("11.7", 2, 3, 4, 5, 6))

    def test_colours(self):
        self.check("colours", ("11.6", 2, 3, 4, 5, 9),
                   ("11.6.6", 3), ("11.6.7", 2, 3, 4, 5, 6))

    def test_colours_and_cursor_movements(self):
        self.check("colours-cursor", ("11.6.6", 1))

    def test_colours_and_screen_features(self):
        self.check("colours-screen", ("11.6.6", 2), ("11.6", 8))

    def test_alternate_screens(self):
        self.check("alternate", ("11.8.7", 3, 4, 5))


if __name__ == "__main__":
    if not shutil.which("vttest"):
        skip("vttest is not installed")
    version = subprocess.run(["vttest", "-V"], capture_output=True, check=True,
                             text=True).stdout.strip()
    if not version.endswith(VERSION):
        skip(f"the screens kept are those of vttest {VERSION}")
    main()
