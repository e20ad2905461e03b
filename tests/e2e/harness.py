# SPDX-License-Identifier: GPL-2.0-or-later
"""Starts the real program for a test, and reads its screen as text.

Text is read from pixels, by the bitmaps of the built-in font: the glyphs are
learned once from a screen that shows every ASCII character in a known order.
"""
import fcntl
import os
import pathlib
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from rfb import Client, Closed, RAW, TimedOut

PROGRAM = os.environ.get("VNCTERM", "")
TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
SANITIZED = bool(os.environ.get("VNCTERM_SANITIZE"))
CELL_WIDTH, CELL_HEIGHT = 8, 16
# For tests that look into the worker, which a user may not when it is locked.
VISIBLE = () if os.geteuid() == 0 else ("--sandbox=off",)
SKIPPED = 77  # ctest's SKIP_RETURN_CODE

BACKSPACE, TAB, RETURN, ESCAPE, DELETE = 0xFF08, 0xFF09, 0xFF0D, 0xFF1B, 0xFFFF
HOME, LEFT, UP, RIGHT, DOWN = 0xFF50, 0xFF51, 0xFF52, 0xFF53, 0xFF54
PAGE_UP, PAGE_DOWN, END, INSERT = 0xFF55, 0xFF56, 0xFF57, 0xFF63
F1, F10 = 0xFFBE, 0xFFC7
SHIFT, CONTROL, ALT = 0xFFE1, 0xFFE3, 0xFFE9


def open_log():
    """A file for what a program says. It is appended to: reading moves the
    place that its writers share."""
    log = tempfile.TemporaryFile()
    fcntl.fcntl(log, fcntl.F_SETFL, os.O_APPEND)
    return log


class Vncterm:
    """A running vncterm; `options` come before -c COMMAND (or -p PATH).

    With `store`, an Xenstored and a path in it, the command may be left out.
    """

    def __init__(self, *command, options=(), listen="127.0.0.1:100",
                 pty=None, env=None, log_level="info", pass_fds=(),
                 store=None):
        what = ["-p", pty] if pty else ["-c", *command]
        argv = [PROGRAM, "-v", listen, "--log-level", log_level, *options]
        environment = dict(os.environ, LC_ALL="C.UTF-8", PS1="$ ",
                           **(env or {}))
        if store:
            daemon, path = store
            argv += ["-x", path]
            environment["XENSTORED_PATH"] = daemon.socket
        if command or not store:
            argv += what
        self.log = open_log()
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                        stderr=self.log, env=environment,
                                        pass_fds=pass_fds)
        self.address = self.wait_for_address()

    def log_text(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    def wait_for_address(self):
        end = time.monotonic() + 20
        while time.monotonic() < end:
            text = self.log_text()
            found = re.search(r"vnc: listening on (\S+)", text)
            if found and found[1].startswith("unix:"):
                return found[1][len("unix:"):]
            if found:
                host, port = found[1].rsplit(":", 1)
                return host, int(port)
            if self.process.poll() is not None:
                raise AssertionError(f"vncterm ended: {text}")
            time.sleep(0.005)
        raise TimedOut("vncterm does not listen: " + self.log_text())

    def client(self, **kwargs):
        return Client(self.address, **kwargs)

    @property
    def monitor(self):
        return self.process.pid

    @property
    def worker(self):
        """The first child; the command is forked later."""
        path = f"/proc/{self.monitor}/task/{self.monitor}/children"
        with open(path, encoding="ascii") as children:
            return int(children.read().split()[0])

    def wait(self, seconds=20):
        return self.process.wait(seconds)

    def stop(self):
        """Ends it and returns the exit status and the log."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        return status, self.log_text()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        _, log = self.stop()
        self.log.close()
        for sign in ("ERROR: AddressSanitizer", "runtime error:",
                     "LeakSanitizer", "Assertion"):
            if sign in log:
                raise AssertionError(log)


class Tool:
    """A running tools/web or tools/run: it starts our program with the command
    and says how to look at it."""

    def __init__(self, name, *command, options=()):
        self.out = open_log()
        self.process = subprocess.Popen(
            [TOOLS / name, "--program", PROGRAM, *options, "--", *command],
            stdin=subprocess.DEVNULL, stdout=self.out, stderr=self.out)
        wait_until(lambda: "End it:" in self.text() or
                   self.process.poll() is not None, what="the address")

    def text(self):
        self.out.seek(0)
        return self.out.read().decode(errors="replace")

    def find(self, pattern):
        """The group of a line that it has written."""
        found = re.search(pattern, self.text(), re.M)
        if not found:
            raise AssertionError(self.text())
        return found[1]

    def stop(self, signo=signal.SIGINT):
        """Ends it, and returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signo)
        return self.process.wait(20)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.out.close()


def is_running(pid):
    """Whether the process exists and is more than a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(condition, seconds=20, what="the condition"):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimedOut(f"{what} did not come true")
        time.sleep(0.005)


class Glyphs:
    """Bitmaps of the built-in font to characters."""

    def __init__(self):
        self.chars = {}
        self.rows = {}  # pixels of a row to its text: most rows do not change
        self.learn()

    def learn(self):
        chars = "".join(chr(c) for c in range(0x21, 0x7F))
        # The cursor is hidden and nothing blinks: what is there is the glyph.
        script = r"""printf '\033[2J\033[H\033[?25l%s\n%s\n' "$1" "$2"; cat"""
        with Vncterm("sh", "-c", script, "sh", chars[:47], chars[47:]) as v:
            with v.client() as client:
                client.pump(lambda: self.cell(client, 1, 46) != 0)
                for index, char in enumerate(chars):
                    row, col = divmod(index, 47)
                    self.chars[self.cell(client, row, col)] = char
        assert len(self.chars) == len(chars), "two glyphs look the same"
        self.chars[0] = " "

    @staticmethod
    def cell(client, row, col):
        """The pixels of a cell that differ from its most common colour."""
        pixels = []
        for y in range(row * CELL_HEIGHT, (row + 1) * CELL_HEIGHT):
            line = client.rows[y]
            start = 4 * col * CELL_WIDTH
            pixels += [bytes(line[i:i + 4]) for i in
                       range(start, start + 4 * CELL_WIDTH, 4)]
        background = max(set(pixels), key=pixels.count)
        bits = 0
        for pixel in pixels:
            bits = bits << 1 | (pixel != background)
        return bits

    def row(self, client, row):
        """A row as text; what is not ASCII is shown as U+FFFD."""
        pixels = b"".join(client.rows[row * CELL_HEIGHT:
                                      (row + 1) * CELL_HEIGHT])
        if pixels not in self.rows:
            cols = client.width // CELL_WIDTH
            text = "".join(self.chars.get(self.cell(client, row, col),
                                          "\ufffd") for col in range(cols))
            self.rows[pixels] = text.rstrip()
        return self.rows[pixels]

    def screen(self, client):
        return [self.row(client, row)
                for row in range(client.height // CELL_HEIGHT)]


_glyphs = None


def glyphs():
    global _glyphs
    if _glyphs is None:
        _glyphs = Glyphs()
    return _glyphs


def screen(client):
    return glyphs().screen(client)


def wait_for_text(client, text, seconds=20):
    """Until some row contains `text`; returns the screen."""
    reader = glyphs()
    seen = []

    def is_there():
        seen[:] = reader.screen(client)
        return any(text in row for row in seen)

    try:
        client.pump(is_there, seconds)
    except TimedOut:
        raise TimedOut(f"{text!r} is not on the screen:\n" +
                       "\n".join(seen)) from None
    return seen


def read_to_end(client):
    """Takes updates; returns whether the server closes the connection."""
    try:
        while client.message() is not None:
            client.request_if_updated()
    except (Closed, ConnectionResetError, BrokenPipeError):
        return True
    return False


def skip(reason):
    """Ends the whole script as skipped, with the reason for the summary."""
    print(f"SKIP: {reason}")
    sys.exit(SKIPPED)


def main():
    if not PROGRAM:
        sys.exit("VNCTERM must name the program")
    unittest.main(verbosity=2)
