# SPDX-License-Identifier: GPL-2.0-or-later
"""Real viewers, used as a person does: look, type, point, copy, paste, resize,
leave and return.

Each runs on an X server of its own. What it shows is compared, pixel by pixel,
with what our own client gets. All viewers that are tried, here and elsewhere:

viewer       picture  keys  pointer  copy     paste    return  size     test
TigerVNC        x      x       x     any      any        x     asks     here
TightVNC        x      x       x     Latin-1  Latin-1    x     -        here
gvncviewer      x      x       x     -        -          x     asks     here
Remmina         x      x       x     Latin-1  Latin-1    x     follows  here
libvncclient    x      x       x     Latin-1  Latin-1    x     asks     library
noVNC           x      x       x     any      any        x     asks     web
gvnccapture     x      -       -     -        -          x     -        real
vncsnapshot     x      -       -     -        -          x     -        real

What is not there the viewer cannot do. Copy and paste: which text it can have.
With Latin-1 it knows the protocol's first clipboard only, and gets question
marks for the rest; gvncviewer has no clipboard. Size: the terminal takes that
of the window of who asks; who asks or follows takes that which another one has
asked for; TightVNC keeps its window, and shows of the picture what fits.
gvnccapture and vncsnapshot take one picture and end. The tests elsewhere are
test_library_viewer.py, test_web.py and test_real_viewers.py.
"""
import os
import shutil
import struct
import subprocess
import tempfile
import unittest

from display import DISPLAY_PROGRAMS, Display
from harness import (CELL_HEIGHT, CELL_WIDTH, Vncterm, main, skip,
                     wait_for_text, wait_until)
from rfb import DESKTOP_SIZE, EXTENDED_DESKTOP_SIZE, RAW, TimedOut

# What is typed is kept in a file, and shown.
GUEST = (r"printf '\033[?25l\033[1;31mbold red\033[m \033[7mreverse\033[m "
         r"\033[44;37mblue\033[m \303\251\342\202\254\350\252\236\n'; "
         r"seq 1 18; printf 'the end\n'; "
         r'stty raw -echo; exec tee -a "$0"')
# In Latin-1, in the Basic Multilingual Plane, and two columns wide.
SAMPLE = "\u00e9\u20ac\u8a9e"
# A keyboard with an accented letter. xdotool would change another one for it,
# for too short a time for some viewers.
LAYOUT = ("us", "-variant", "altgr-intl")
E_ACUTE = "108+26"  # AltGr and E, by their places
REST = (21, 70)  # a row and a column where nothing is
# Where the clipboard's items are in TightVNC's menu.
TO_REMOTE, FROM_REMOTE = ("80", "100"), ("80", "128")
REMMINA_PREFERENCES = """\
[remmina_pref]
disable_tray_icon=true
hide_connection_toolbar=true
"""
REMMINA_PROFILE = """\
[remmina]
name=the console
protocol=VNC
server={}:{}
colordepth=32
quality=9
viewmode=1
window_width=900
window_height=700
"""
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

    def row(self, x, y, width):
        """As a client has it."""
        row = bytearray(self.pixels[self.stride * y + 4 * x:][:4 * width])
        row[3::4] = bytes(len(row) // 4)  # a byte of padding
        return row

    def find(self, row):
        """Where the first row of pixels like this begins, or None. Menus and
        frames are around the picture."""
        for y in range(self.height):
            at = self.row(0, y, self.width).find(row)
            if at >= 0:
                return at // 4, y
        return None


class Desk(Display):
    """With viewers of any kind."""

    def open(self, *command, **environment):
        process = subprocess.Popen(command,
                                   env=dict(self.environment, **environment),
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

    def clipboard(self, which):
        done = subprocess.run(["xclip", "-o", "-selection", which],
                              env=self.environment, timeout=60,
                              capture_output=True, check=False)
        return done.stdout


class Viewer:
    """The tests, for one viewer each."""

    command = ()
    title = ""
    draws_pointer = False  # into the picture, which is all of its window
    largest = (1280, 1024)  # of the picture it shows this much from its corner

    def setUp(self):
        self.display = self.enterContext(Desk())
        subprocess.run(["setxkbmap", *LAYOUT], check=True, timeout=60,
                       env=self.display.environment)
        self.file = self.enterContext(tempfile.NamedTemporaryFile())
        self.vncterm = self.enterContext(
            Vncterm("sh", "-c", GUEST, self.file.name))
        self.client = self.enterContext(
            self.vncterm.client(encodings=(RAW, DESKTOP_SIZE)))
        wait_for_text(self.client, "the end")
        self.open()

    def start(self):
        host, port = self.vncterm.address
        words = {"DISPLAY": f"{host}:{port - 5900}", "PORT": f"{host}::{port}"}
        return self.display.open(*(words.get(w, w) for w in self.command))

    def open(self):
        self.process = self.start()
        wait_until(lambda: self.display.window(self.title),
                   what="the viewer's window")
        self.id = self.display.window(self.title)
        self.await_picture()
        self.display.focus(self.id)

    def await_picture(self):
        wait_until(self.is_right, what="the right picture")

    def is_right(self):
        """Whether it shows what is there; notes where it is."""
        top, left = REST[0] * CELL_HEIGHT, REST[1] * CELL_WIDTH
        if self.draws_pointer:
            self.display.run("mousemove", "--window", self.id, str(left + 1),
                             str(top + 8))
        client = self.client.refresh()
        dump = Dump(self.id, self.display.environment)
        width, height = map(min, self.largest, (client.width, client.height))
        ours = [row[:4 * width] for row in client.rows[:height]]
        place = dump.find(ours[0])
        if not place:
            return False
        x, y = place
        self.place = dump.x + x, dump.y + y
        seen = [dump.row(x, y + row, width) for row in range(height)]
        if self.draws_pointer:
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
        self.process.kill()
        self.process.wait(20)
        self.open()

    def test_keys_arrive(self):
        self.start_typing()
        self.display.run("type", "Typed |")
        self.display.run("key", E_ACUTE, "ctrl+a", "alt+x", "Up", "F5",
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

    def test_another_viewer_s_size_is_followed(self):
        with self.vncterm.client(
                encodings=(RAW, EXTENDED_DESKTOP_SIZE)) as other:
            other.refresh().set_desktop_size(400, 480)
            self.await_size(400, 480)
        self.await_picture()

    def await_size(self, *size):
        def has_come():
            self.client.refresh()
            return (self.client.width, self.client.height) == size
        wait_until(has_come, what="another size")


class Resizing(Viewer):
    """For viewers that ask for the size of their window."""

    def test_the_window_s_size_is_the_terminal_s(self):
        above = Dump(self.id, self.display.environment).height - \
            self.client.height
        self.display.run("windowsize", self.id, "800", str(512 + above))
        self.await_size(800, 512)
        wait_for_text(self.client, "the end")
        self.await_picture()


class Pasting(Viewer):
    """For viewers that offer the clipboard of their display."""

    selection = "primary"  # they fill this one, too
    coding = "utf-8"  # of the display's clipboard
    protocol = "utf-8"  # the coding of what comes and goes

    def test_the_clipboard_is_pasted(self):
        self.start_typing()
        self.copy()

        def is_pasted():
            # It may not have offered the text yet.
            self.offer()
            self.display.run("key", "shift+Insert")
            return "pasted" in self.typed()
        wait_until(is_pasted, what="the paste")
        self.assertIn("pasted " + self.as_sent(SAMPLE), self.typed())

    def as_sent(self, text):
        return text.encode(self.protocol, "replace").decode(self.protocol)

    def copy(self):
        self.display.copy(f"pasted {SAMPLE}".encode(self.coding, "replace"))

    def offer(self):
        """What makes the viewer look at the clipboard."""

    def test_what_is_selected_is_copied(self):
        self.start_typing()
        self.select()

        def is_copied():
            self.accept()
            return self.display.clipboard(self.selection) == \
                self.as_sent(f"blue {SAMPLE}").encode(self.coding)
        wait_until(is_copied, what="the copy")

    def select(self):
        """The blue word and what is behind it, in the first row; after a click
        elsewhere, so that none is a double click."""
        self.point(*REST, "click", "1")
        self.point(0, 17, "mousedown", "1")
        self.point(0, 20)
        self.point(0, 26, "mouseup", "1")

    def accept(self):
        """What makes the viewer fill the clipboard."""


class TigerVnc(Pasting, Resizing, unittest.TestCase):
    command = ("vncviewer", "-ReconnectOnError=0", "-AlertOnFatalError=0",
               "PORT")
    title = "TigerVNC"


class TightVnc(Pasting, unittest.TestCase):
    command = ("xtightvncviewer", "PORT")
    title = "TightVNC"
    draws_pointer = True
    largest = (640, 384)  # its first picture's size stays its window's
    coding = protocol = "latin-1"  # what it asks for has no other

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


class GtkVnc(Resizing, unittest.TestCase):
    """It has no clipboard."""

    command = ("gvncviewer", "DISPLAY")
    title = "vncterm"


class Remmina(Pasting, unittest.TestCase):
    title = "the console"
    selection = "clipboard"
    protocol = "latin-1"

    def start(self):
        home = self.enterContext(tempfile.TemporaryDirectory())
        os.mkdir(os.path.join(home, "remmina"))
        with open(os.path.join(home, "remmina", "remmina.pref"), "w",
                  encoding="ascii") as file:
            file.write(REMMINA_PREFERENCES)
        profile = os.path.join(home, "console.remmina")
        with open(profile, "w", encoding="ascii") as file:
            file.write(REMMINA_PROFILE.format(*self.vncterm.address))
        return self.display.open(
            "remmina", "--connect", profile, HOME=home, XDG_CONFIG_HOME=home,
            XDG_CACHE_HOME=home, XDG_DATA_HOME=home, LC_ALL="C.UTF-8",
            # Else it looks for one that runs already.
            DBUS_SESSION_BUS_ADDRESS="disabled:", GTK_USE_PORTAL="0")

    def offer(self):
        """Again: it passes over what comes too soon after another text."""
        self.copy()

    def accept(self):
        self.select()


if __name__ == "__main__":
    for program in (*DISPLAY_PROGRAMS, "xwd", "xclip", "setxkbmap", "xkbcomp",
                    "xtightvncviewer", "gvncviewer", "remmina"):
        if not shutil.which(program):
            skip(f"no {program}")
    main()
