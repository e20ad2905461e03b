# SPDX-License-Identifier: GPL-2.0-or-later
"""LibVNCServer's client library, which Remmina and others are made of."""
import os
import subprocess
import tempfile
import unittest

from harness import (CELL_HEIGHT, CELL_WIDTH, INSERT, SHIFT, Vncterm, main,
                     open_log, wait_for_text, wait_until)
from rfb import EXTENDED_DESKTOP_SIZE, RAW

PROGRAM = os.environ["VNCTERM_LIBRARY_VIEWER"]
ENCODINGS = ("raw", "copyrect hextile", "copyrect zrle", "copyrect tight",
             "copyrect zlib", "copyrect ultra", "copyrect rre",
             "copyrect corre")
# It scrolls once, and asks for the mouse.
GUEST = (r"printf '\033[?25l\033[1;31mbold red\033[m \033[7mreverse\033[m "
         r"\033[44;37mblue\033[m\n'; seq 1 40; "
         r"printf '\033[?1000;1006hthe end \303\251'; "
         r'stty raw -echo; exec tee -a "$0"')


class Viewer:
    """The program; see its head."""

    def __init__(self, address, encodings):
        self.out = open_log()
        self.folder = tempfile.TemporaryDirectory()
        self.saved = 0
        # At its end the library keeps the shape of the pointer.
        environment = dict(os.environ, ASAN_OPTIONS="detect_leaks=0")
        self.process = subprocess.Popen(
            [PROGRAM, str(address[1]), encodings], stdin=subprocess.PIPE,
            stdout=self.out, stderr=subprocess.DEVNULL, env=environment)

    def lines(self):
        self.out.seek(0)
        return self.out.read().decode("latin-1").splitlines()

    def say(self, line):
        self.process.stdin.write(line.encode("latin-1") + b"\n")
        self.process.stdin.flush()

    def press(self, *keysyms):
        for keysym in keysyms:
            self.say(f"key {keysym} 1")
        for keysym in reversed(keysyms):
            self.say(f"key {keysym} 0")

    def picture(self):
        self.saved += 1
        path = os.path.join(self.folder.name, str(self.saved))
        self.say(f"save {path}")
        wait_until(lambda: f"saved {path}" in self.lines(), what="a picture")
        with open(path, "rb") as file:
            pixels = bytearray(file.read())
        pixels[3::4] = bytes(len(pixels) // 4)  # padding may be anything
        return pixels

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        status = self.process.wait(20)
        self.out.close()
        self.folder.cleanup()
        if status != 0:
            raise AssertionError(f"the viewer has ended with {status}")


class LibraryViewer(unittest.TestCase):
    def setUp(self):
        self.file = self.enterContext(tempfile.NamedTemporaryFile())
        self.vncterm = self.enterContext(
            Vncterm("sh", "-c", GUEST, self.file.name))
        self.client = self.enterContext(
            self.vncterm.client(encodings=(RAW, EXTENDED_DESKTOP_SIZE)))
        wait_for_text(self.client, "the end")

    def viewer(self, encodings="copyrect hextile"):
        return self.enterContext(Viewer(self.vncterm.address, encodings))

    def await_picture(self, viewer):
        wait_until(lambda: viewer.picture() == self.client.refresh().picture(),
                   what="the right picture")

    def assert_typed(self, text):
        def is_typed():
            with open(self.file.name, newline="", encoding="utf-8") as file:
                return file.read() == text
        wait_until(is_typed, what=text)

    def test_every_encoding_gives_the_same_picture(self):
        viewers = [self.viewer(encodings) for encodings in ENCODINGS]
        for encodings, viewer in zip(ENCODINGS, viewers):
            with self.subTest(encodings):
                self.await_picture(viewer)
        # What is typed scrolls all but the first line away.
        self.client.type("\r\n".join(str(n) for n in range(30)) + " scrolled")
        wait_for_text(self.client, "scrolled")
        for encodings, viewer in zip(ENCODINGS, viewers):
            with self.subTest(encodings):
                self.await_picture(viewer)

    def test_keys_pointer_and_clipboard_arrive(self):
        viewer = self.viewer()
        self.await_picture(viewer)
        for keysym in (ord("a"), 0xE9, 0x010020AC):
            viewer.press(keysym)
        viewer.say(f"pointer {9 * CELL_WIDTH} {4 * CELL_HEIGHT} 1")
        viewer.say(f"pointer {9 * CELL_WIDTH} {4 * CELL_HEIGHT} 0")
        viewer.say("cut pasted \u00e9")
        viewer.press(SHIFT, INSERT)
        self.assert_typed("a\u00e9\u20ac\033[<0;10;5M\033[<0;10;5m"
                          "pasted \u00e9")

    def test_what_is_selected_is_copied(self):
        """With Shift, for the program has the mouse."""
        viewer = self.viewer()
        self.await_picture(viewer)
        viewer.say(f"key {SHIFT} 1")
        for col, buttons in ((4, 1), (9, 1), (9, 0)):
            viewer.say(f"pointer {col * CELL_WIDTH + 1} {23 * CELL_HEIGHT + 8} "
                       f"{buttons}")
        viewer.say(f"key {SHIFT} 0")
        wait_until(lambda: "cut end \u00e9" in viewer.lines(), what="the copy")

    def test_it_leaves_and_returns(self):
        with Viewer(self.vncterm.address, "tight") as viewer:
            self.await_picture(viewer)
            viewer.press(ord("x"))
            self.assert_typed("x")
        viewer = self.viewer("tight")
        self.await_picture(viewer)
        viewer.press(ord("y"))
        self.assert_typed("xy")

    def test_it_changes_the_size_and_follows_another(self):
        viewer = self.viewer()
        self.await_picture(viewer)
        viewer.say("size 800 512")
        wait_until(lambda: "size 800 512" in viewer.lines(),
                   what="another size")
        self.await_picture(viewer)
        self.assertEqual((self.client.width, self.client.height), (800, 512))
        self.client.set_desktop_size(400, 480)
        wait_until(lambda: "size 400 480" in viewer.lines(),
                   what="the size that another viewer has asked for")
        self.await_picture(viewer)


if __name__ == "__main__":
    main()
