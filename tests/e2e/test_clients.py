# SPDX-License-Identifier: GPL-2.0-or-later
"""Real viewers, used as a person does: look, type, point, paste, resize,
leave and return.

Each runs on an X server of its own. What it shows is compared, pixel by pixel,
with what our own client gets.
"""
import shutil
import struct
import subprocess
import tempfile
import unittest

from display import DISPLAY_PROGRAMS, Display
from harness import (CELL_HEIGHT, CELL_WIDTH, Vncterm, main, screen, skip,
                     wait_for_text, wait_until)
from rfb import DESKTOP_SIZE, RAW, TimedOut

# What is typed is kept in a file, and shown.
GUEST = (r"printf '\033[?25l\033[1;31mbold red\033[m \033[7mreverse\033[m "
         r"\033[44;37mblue\033[m \303\251\n'; seq 1 18; printf 'the end\n'; "
         r'stty raw -echo; exec tee -a "$0"')
REST = (21, 70)  # a row and a column where nothing is
# Where the clipboard's items are in TightVNC's menu.
TO_REMOTE, FROM_REMOTE = ("80", "100"), ("80", "128")
MOUSE = "\033[?1000;1006h"


class Dump:
    """What a window shows, from xwd."""

    def __init__(self, window, environment):
        done = subprocess.run(["xwd", "-silent", "-id", window],
                              env=environment, timeout=60, check=True,
                              capture_output=True)
        head = struct.unpack(">25I", done.stdout[:100])
        assert head[7] == 0 and head[11] == 32, head  # little endian, 32 bits
        self.width, self.height, self.stride = head[4], head[5], head[12]
        self.x, self.y = head[22], head[23]
        self.pixels = done.stdout[head[0] + 12 * head[19]:]

    def bottom(self, width, height):
        """Rows of its lower left part, as a client has them; a menu may be
        above it."""
        rows = []
        for y in range(self.height - height, self.height):
            row = bytearray(self.pixels[self.stride * y:][:4 * width])
            row[3::4] = bytes(width)  # a byte of padding
            rows.append(row)
        return rows


class Desk(Display):
    """With viewers of any kind."""

    def open(self, *command):
        process = subprocess.Popen(command, env=self.environment,
                                   stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def window(self, name):
        """The identity of the window with this title."""
        found = self.run("search", "--onlyvisible", "--name", name)
        return (found.stdout.split() or [b""])[-1].decode()

    def copy(self, data):
        """The clipboard as another program here would fill it. xclip goes on
        in the background, until another one takes its place."""
        for which in ("primary", "clipboard"):
            subprocess.run(["xclip", "-i", "-selection", which],
                           env=self.environment, timeout=60, check=True,
                           input=data, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)

    def clipboard(self):
        done = subprocess.run(["xclip", "-o", "-selection", "primary"],
                              env=self.environment, timeout=60,
                              capture_output=True, check=False)
        return done.stdout


class Viewer:
    """The tests, for one viewer each."""

    command = ()
    title = ""
    draws_pointer = False  # into what it shows

    def setUp(self):
        self.display = self.enterContext(Desk())
        self.file = self.enterContext(tempfile.NamedTemporaryFile())
        self.vncterm = self.enterContext(
            Vncterm("sh", "-c", GUEST, self.file.name))
        self.client = self.enterContext(
            self.vncterm.client(encodings=(RAW, DESKTOP_SIZE)))
        wait_for_text(self.client, "the end")
        self.open()

    def open(self):
        host, port = self.vncterm.address
        words = {"DISPLAY": f"{host}:{port - 5900}", "PORT": f"{host}::{port}"}
        self.process = self.display.open(*(words.get(w, w)
                                           for w in self.command))
        wait_until(lambda: self.display.window(self.title),
                   what="the viewer's window")
        self.id = self.display.window(self.title)
        self.await_picture()
        self.display.focus(self.id)

    def await_picture(self):
        wait_until(self.is_right, what="the right picture")

    def is_right(self):
        """Whether it shows what is there; notes where it is."""
        client = self.client.refresh()
        dump = Dump(self.id, self.display.environment)
        self.place = dump.x, dump.y + dump.height - client.height
        if dump.width < client.width or dump.height < client.height:
            return False
        seen = dump.bottom(client.width, client.height)
        ours = [bytearray(row) for row in client.rows]
        if self.draws_pointer:
            self.point(*REST)
            top, left = REST[0] * CELL_HEIGHT, REST[1] * CELL_WIDTH
            for row in seen[top:top + 32] + ours[top:top + 32]:
                row[4 * (left - 16):4 * (left + 32)] = bytes(4 * 48)
        return seen == ours

    def point(self, row, col, *what):
        self.display.run("mousemove",
                         str(self.place[0] + CELL_WIDTH * col + 1),
                         str(self.place[1] + CELL_HEIGHT * row + 8), *what)

    def typed(self):
        with open(self.file.name, newline="", encoding="utf-8") as file:
            return file.read()

    def assert_typed(self, text):
        try:
            wait_until(lambda: len(self.typed()) >= len(text))
        except TimedOut:
            pass
        self.assertEqual(self.typed(), text)

    def start_typing(self):
        """A viewer may take its time to have the keyboard. What was typed
        until then is gone."""
        self.point(*REST)
        def is_there():
            self.display.run("key", "x")
            return self.typed()
        wait_until(is_there, what="the keyboard")
        self.display.run("key", "y")
        wait_until(lambda: self.typed().endswith("y"), what="the last key")
        with open(self.file.name, "w", encoding="utf-8"):
            pass

    def test_it_is_right_and_is_so_after_a_return(self):
        self.start_typing()
        self.display.run("type", "ab")
        self.await_picture()
        self.process.terminate()
        self.process.wait(20)
        self.open()

    def test_keys_arrive(self):
        self.start_typing()
        self.display.run("type", "Typed |")
        self.display.run("key", "eacute", "ctrl+a", "alt+x", "Up", "F5",
                         "shift+Tab", "Return")
        self.assert_typed("Typed |\u00e9\1\033x\033[A\033[15~\033[Z\r")

    def test_the_pointer_arrives(self):
        self.start_typing()
        # What is typed is shown, and so obeyed.
        self.display.run("key", "Escape")
        self.display.run("type", MOUSE[1:])
        self.assert_typed(MOUSE)
        self.client.refresh()
        self.point(4, 9, "click", "1")
        self.point(5, 8, "click", "4")
        self.assert_typed(f"{MOUSE}\033[<0;10;5M\033[<0;10;5m\033[<64;9;6M")


class Pasting(Viewer):
    """For viewers that offer the clipboard of their display."""

    coding = "utf-8"

    def test_the_clipboard_is_pasted(self):
        self.start_typing()
        self.display.copy("pasted \u00e9".encode(self.coding))

        def is_pasted():
            # It may not have offered the text yet.
            self.offer()
            self.display.run("key", "shift+Insert")
            return "pasted" in self.typed()
        wait_until(is_pasted, what="the paste")
        self.assertIn("pasted \u00e9", self.typed())

    def offer(self):
        """What makes the viewer look at the clipboard."""

    def test_what_is_selected_is_copied(self):
        """The accent and the word before it, in the first row."""
        self.start_typing()
        self.point(0, 17, "mousedown", "1")
        self.point(0, 20)
        self.point(0, 23, "mouseup", "1")

        def is_copied():
            self.accept()
            return self.display.clipboard() == \
                "blue \u00e9".encode(self.coding)
        wait_until(is_copied, what="the copy")

    def accept(self):
        """What makes the viewer fill the clipboard."""


class TigerVnc(Pasting, unittest.TestCase):
    command = ("vncviewer", "-ReconnectOnError=0", "-AlertOnFatalError=0",
               "PORT")
    title = "TigerVNC"

    def test_the_window_s_size_is_the_terminal_s(self):
        self.display.run("windowsize", self.id, "800", "512")

        def has_come():
            self.client.refresh()
            return (self.client.width, self.client.height) == (800, 512)
        wait_until(has_come, what="another size")
        wait_for_text(self.client, "the end")
        self.await_picture()


class TightVnc(Pasting, unittest.TestCase):
    command = ("xtightvncviewer", "PORT")
    title = "TightVNC"
    draws_pointer = True
    coding = "latin-1"  # what it asks for has no other

    def offer(self):
        """The menu is surer than coming back to the window: there it asks for
        the time of the selection, which xclip does not tell."""
        self.choose(TO_REMOTE)

    def accept(self):
        self.choose(FROM_REMOTE)

    def choose(self, item):
        self.display.run("key", "F8")
        wait_until(lambda: self.display.window("TightVNC popup"),
                   what="the menu")
        menu = self.display.window("TightVNC popup")
        self.display.run("mousemove", "--window", menu, *item,
                         "click", "1")
        wait_until(lambda: not self.display.window("TightVNC popup"),
                   what="the end of the menu")
        self.point(*REST)


class GtkVnc(Viewer, unittest.TestCase):
    """It has no clipboard, and asks for no size."""

    command = ("gvncviewer", "DISPLAY")
    title = "vncterm"


if __name__ == "__main__":
    for program in (*DISPLAY_PROGRAMS, "xwd", "xclip", "xtightvncviewer",
                    "gvncviewer"):
        if not shutil.which(program):
            skip(f"no {program}")
    main()
