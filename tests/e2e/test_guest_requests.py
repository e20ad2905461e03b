# SPDX-License-Identifier: GPL-2.0-or-later
"""What a guest asks for beside text: another size, the clipboard, to be told
what it has no business with."""
import os
import sys
import tempfile
import unittest

from harness import Vncterm, main, wait_for_text, wait_until
from rfb import DESKTOP_SIZE, RAW

# Sends what it is given and writes down what it is told, then its size.
GUEST = r"""
import os, signal, sys, tty
send, end, path = sys.argv[1:]
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGWINCH])
tty.setraw(0)
os.write(1, send.encode("latin-1").decode("unicode_escape").encode("latin-1"))
got = b""
while not got.endswith(b"\033[0n"):
    got += os.read(0, 4096)
while end and "%dx%d" % os.get_terminal_size(1) != end:
    if signal.sigtimedwait([signal.SIGWINCH], 20) is None:
        break
with open(path + ".part", "w") as out:
    out.write("%s %dx%d" % (ascii(got), *os.get_terminal_size(1)))
os.rename(path + ".part", path)
signal.pause()
"""


class GuestRequests(unittest.TestCase):
    def setUp(self):
        home = self.enterContext(tempfile.TemporaryDirectory())
        self.path = os.path.join(home, "told")

    def start(self, send, *options, end=""):
        """A guest that sends `send` and waits to have the size `end`."""
        self.vncterm = self.enterContext(
            Vncterm(sys.executable, "-c", GUEST, send + r"\033[5n", end,
                    self.path, options=options))

    def told(self):
        """Answers of the terminal, then the guest's size."""
        wait_until(lambda: os.path.exists(self.path), what="the guest's word")
        with open(self.path, encoding="ascii") as told:
            return told.read()

    def test_guest_does_not_resize_by_default(self):
        self.start(r"\033[8;30;100t\033[18t")
        self.assertEqual(self.told(), r"b'\x1b[8;24;80t\x1b[0n' 80x24")

    def test_guest_resizes_terminal_picture_and_pty(self):
        self.start(r"\033[8;30;100t\033[18t", "--guest-resize", end="100x30")
        self.assertEqual(self.told(), r"b'\x1b[8;30;100t\x1b[0n' 100x30")
        client = self.enterContext(
            self.vncterm.client(encodings=(RAW, DESKTOP_SIZE)))
        self.assertEqual((client.width, client.height), (800, 480))

    def test_132_columns_reach_the_pty(self):
        self.start(r"\033[?40h\033[?3h\033[18t", "--conformance", end="132x24")
        self.assertEqual(self.told(), r"b'\x1b[8;24;132t\x1b[0n' 132x24")

    def test_a_size_is_as_large_as_can_be_served(self):
        self.start(r"\033[8;9999;9999t\033[18t", "--guest-resize",
                   end="240x67")
        self.assertEqual(self.told(), r"b'\x1b[8;67;240t\x1b[0n' 240x67")

    def test_guest_is_not_told_title_and_screen_by_default(self):
        self.start(r"\033]2;secret\007\033[21t\033[1;1;1;1;1;1*y")
        self.assertEqual(self.told(), r"b'\x1b[0n' 80x24")

    def test_conformance_tells_title_and_screen(self):
        self.start(r"\033]2;open\007\033[21tA\033[1;1;1;1;1;1*y",
                   "--conformance")
        self.assertEqual(
            self.told(),
            r"b'\x1b]lopen\x1b\\\x1bP1!~FFBF\x1b\\\x1b[0n' 80x24")

    def test_clipboard_is_never_read(self):
        self.start(r"\033]52;c;?\033\\", "--osc52", "--conformance")
        self.assertEqual(self.told(), r"b'\x1b[0n' 80x24")


class Clipboard(unittest.TestCase):
    # Sets the clipboard at a key, and rings when that is done.
    COMMAND = ("sh", "-c", r"stty raw -echo; printf ready; head -c 1 >/dev/null; "
               r"printf '\033]52;c;aGVsbG8=\007\007'; cat >/dev/null")

    def start(self, *options):
        vncterm = self.enterContext(Vncterm(*self.COMMAND, options=options))
        return self.enterContext(vncterm.client())

    def test_guest_sets_it_where_it_may(self):
        client = self.start("--osc52")
        wait_for_text(client, "ready")
        client.type("x")
        client.pump(lambda: client.cut_text is not None)
        self.assertEqual(client.cut_text, "hello")

    def test_guest_does_not_set_it_by_default(self):
        client = self.start()
        wait_for_text(client, "ready")
        client.type("x")
        client.pump(lambda: client.bells > 0)
        self.assertIsNone(client.cut_text)


if __name__ == "__main__":
    main()
