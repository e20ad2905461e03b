# SPDX-License-Identifier: GPL-2.0-or-later
"""What a person sees who drags the window of a viewer."""
import os
import shutil
import signal
import subprocess
import tempfile
import unittest

from harness import Vncterm, main, screen, wait_for_text, wait_until
from rfb import EXTENDED_DESKTOP_SIZE, HEXTILE

CELL_WIDTH, CELL_HEIGHT = 8, 16
LONG = "".join(f"{n:03d}," for n in range(40))


def rows_in(cols, text):
    return [text[at:at + cols] for at in range(0, len(text), cols)]


class Sized(unittest.TestCase):
    """A client that follows the size, and may ask for one."""

    def start(self, *command, options=()):
        self.vncterm = self.enterContext(Vncterm(*command, options=options))
        self.connect()

    def connect(self):
        self.client = self.enterContext(self.vncterm.client(
            encodings=(HEXTILE, EXTENDED_DESKTOP_SIZE)))
        self.client.refresh()

    def ask(self, cols, rows):
        self.client.set_desktop_size(cols * CELL_WIDTH, rows * CELL_HEIGHT)

    def wait_for_size(self, cols, rows):
        self.client.pump(lambda: (self.client.width, self.client.height) ==
                         (cols * CELL_WIDTH, rows * CELL_HEIGHT))

    def resize(self, cols, rows):
        self.ask(cols, rows)
        self.wait_for_size(cols, rows)

    def wait_for_rows(self, expected):
        seen = []

        def is_there():
            seen[:] = screen(self.client)
            return seen[:len(expected)] == expected

        try:
            self.client.pump(is_there)
        except Exception:
            self.assertEqual(seen[:len(expected)], expected)
            raise


class Resize(Sized):
    def test_text_is_kept_when_it_gets_narrow_and_wide_again(self):
        self.start("sh", "-c", f"seq 3; echo {LONG}; printf end; read x")
        wide = ["1", "2", "3", *rows_in(80, LONG), "end"]
        self.wait_for_rows(wide)
        self.resize(33, 24)
        self.wait_for_rows(["1", "2", "3", *rows_in(33, LONG), "end"])
        self.resize(200, 24)
        self.wait_for_rows(["1", "2", "3", LONG, "end"])
        self.resize(80, 24)
        self.wait_for_rows(wide)

    def test_larger_size_brings_text_back(self):
        self.start("sh", "-c", "seq 100; printf end; read x")
        full = [str(n) for n in range(78, 101)] + ["end"]
        self.wait_for_rows(full)
        self.resize(80, 5)
        self.wait_for_rows(["97", "98", "99", "100", "end"])
        self.resize(80, 24)
        self.wait_for_rows(full)

    def test_every_program_sees_the_last_of_many_sizes(self):
        self.start("sh", "-c", "trap 'echo size $(stty size)' WINCH; "
                   "echo ready; while :; do read line; done")
        wait_for_text(self.client, "ready")
        for cols in range(40, 90):
            self.ask(cols, 10 + cols % 7)
        self.ask(61, 13)
        wait_for_text(self.client, "size 13 61")
        self.assertEqual((self.client.width, self.client.height),
                         (61 * CELL_WIDTH, 13 * CELL_HEIGHT))

    def test_line_being_edited_survives(self):
        self.start("bash", "--norc", "-i")
        wait_for_text(self.client, "$")
        self.client.type("echo " + LONG)
        line = "$ echo " + LONG
        self.wait_for_rows(rows_in(80, line))
        for cols in (30, 17, 50, 21, 80):
            self.resize(cols, 24)
            self.wait_for_rows([*rows_in(cols, line), ""])
        self.client.type("\n")
        self.wait_for_rows([*rows_in(80, line), *rows_in(80, LONG), "$"])

    def test_shell_comes_back_whole_after_a_full_screen_program(self):
        self.start("bash", "--norc", "-i")
        wait_for_text(self.client, "$")
        self.client.type(f"echo {LONG}; less /etc/passwd\n")
        wait_for_text(self.client, "root:")
        for cols, rows in ((30, 9), (100, 30), (40, 24)):
            self.resize(cols, rows)
        self.client.type("q")
        line = f"$ echo {LONG}; less /etc/passwd"
        self.wait_for_rows([*rows_in(40, line), *rows_in(40, LONG), "$"])

    def test_state_is_restored_into_another_size(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        self.start("sh", "-c", f"seq 40; echo {LONG}; printf end; read x",
                   options=("--state-dir", folder))
        wait_for_text(self.client, "end")
        self.vncterm.process.send_signal(signal.SIGUSR1)
        state = os.path.join(folder, str(self.vncterm.process.pid),
                             "vncterm.statefile")
        wait_until(lambda: os.path.exists(state))
        self.start("sh", "-c", "read x",
                   options=("-l", state, "--geometry", "40x10"))
        tail = [*rows_in(40, LONG), "end"]
        self.wait_for_rows(
            [str(n) for n in range(41 - (10 - len(tail)), 41)] + tail)


@unittest.skipUnless(all(map(shutil.which,
                             ("Xvfb", "xdotool", "xtigervncviewer"))),
                     "no X server, xdotool or TigerVNC viewer")
class RealViewer(Sized):
    """TigerVNC's viewer asks for the size that its window has."""

    def setUp(self):
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        xvfb = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24",
             "-nolisten", "tcp"], pass_fds=(write,), stderr=subprocess.DEVNULL)
        os.close(write)
        self.addCleanup(xvfb.wait)
        self.addCleanup(xvfb.terminate)
        number = os.read(read, 16).decode().strip()
        self.home = self.enterContext(tempfile.TemporaryDirectory())
        self.env = dict(os.environ, DISPLAY=f":{number}", HOME=self.home)

    def window(self):
        found = subprocess.run(
            ["xdotool", "search", "--sync", "--onlyvisible", "--name",
             "TigerVNC"], env=self.env, stdout=subprocess.PIPE, timeout=60,
            check=True, text=True)
        return found.stdout.split()[0]

    def test_window_is_dragged(self):
        self.start("sh", "-c", f"echo {LONG}; trap 'stty size' WINCH; "
                   "printf end; while :; do read x; done")
        host, port = self.vncterm.address
        viewer = subprocess.Popen(
            ["xtigervncviewer", "-RemoteResize=1", "-Shared=1",
             f"{host}::{port}"], env=self.env,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(viewer.wait)
        self.addCleanup(viewer.terminate)
        window = self.window()
        for cols, rows in ((70, 30), (60, 20), (50, 20)):
            subprocess.run(["xdotool", "windowsize", window,
                            str(cols * CELL_WIDTH), str(rows * CELL_HEIGHT)],
                           env=self.env, check=True, timeout=60)
        self.wait_for_size(50, 20)
        wait_for_text(self.client, "20 50")
        self.assertEqual(screen(self.client)[:4], rows_in(50, LONG))


if __name__ == "__main__":
    main()
