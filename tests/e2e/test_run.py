# SPDX-License-Identifier: GPL-2.0-or-later
"""tools/run: a shell on a port that only who started it can use."""
import os
import shlex
import shutil
import signal
import tempfile
import unittest

from display import DISPLAY_PROGRAMS, Display
from harness import Tool, main, wait_for_text, wait_until
from rfb import Client, Closed


class Run(Tool):
    def __init__(self, *command, options=()):
        super().__init__("run", *command, options=options)
        self.command = shlex.split(self.find(r"^Look at it: +(.*)"))
        self.secret_file = self.command[-2]
        self.address = self.to_address(self.command[-1])
        self.password = self.find(r"password: (\S+)$")

    @staticmethod
    def to_address(display):
        host, number = display.split(":")
        return host, 5900 + int(number)

    def client(self, password, **kwargs):
        return Client(self.address, password=password, **kwargs)


class Running(unittest.TestCase):
    def test_it_lets_in_only_who_knows_its_password(self):
        with Run("sh", "-c", "echo hello; cat") as run:
            self.assertEqual(run.address[0], "127.0.0.1")
            for version in ("3.3", "3.7", "3.8"):
                with run.client(run.password, version=version) as client:
                    wait_for_text(client, "hello")
                for password in (None, "", run.password[:7] + "!"):
                    with self.subTest(version, password=password):
                        self.assertRaises(Closed, run.client, password,
                                          version=version)

    def test_nobody_else_can_read_the_password(self):
        with Run("cat") as run:
            folder = os.path.dirname(run.secret_file)
            self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)
            files = [file for file in os.scandir(folder) if file.is_file()]
            self.assertEqual([file.stat().st_mode & 0o777 for file in files],
                             [0o600, 0o600])
            self.assertNotIn("warning", run.text())
            with open(run.secret_file, "rb") as file:
                self.assertNotIn(run.password.encode(), file.read())
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    with open(f"/proc/{pid}/cmdline", "rb") as file:
                        words = file.read()
                except (FileNotFoundError, ProcessLookupError):
                    continue
                self.assertNotIn(run.password.encode(), words)

    def test_each_run_has_a_password_and_a_port_of_its_own(self):
        with Run("cat") as one, Run("cat") as other:
            self.assertNotEqual(one.password, other.password)
            self.assertNotEqual(one.address, other.address)
            self.assertRaises(Closed, one.client, other.password)

    def test_the_end_leaves_nothing_behind(self):
        for signo in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signo), Run("cat") as run:
                self.assertEqual(run.stop(signo), 0)
                self.assertFalse(os.path.exists(
                    os.path.dirname(run.secret_file)))
        with Run("sh", "-c", "read line") as run:
            with run.client(run.password) as client:
                client.type("\n")
                self.assertEqual(run.process.wait(20), 0)
            self.assertFalse(os.path.exists(os.path.dirname(run.secret_file)))

    def test_a_picture_is_taken(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        path = os.path.join(folder, "a.png")
        with Run("sh", "-c", "echo hello; cat",
                 options=("--shot", path, "--geometry", "40x10")) as run:
            wait_until(lambda: "Picture:" in run.text(), what="the picture")
            with open(path, "rb") as file:
                head = file.read(24)
        self.assertEqual(head[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual((int.from_bytes(head[16:20], "big"),
                          int.from_bytes(head[20:24], "big")), (320, 160))

    def test_the_command_it_tells_opens_a_viewer(self):
        for program in DISPLAY_PROGRAMS:
            if not shutil.which(program):
                print(f"SKIP: no {program}, so no viewer was opened")
                raise unittest.SkipTest(f"no {program}")
        display = self.enterContext(Display())
        with Run("cat") as run:
            display.start(*run.command)


if __name__ == "__main__":
    main()
