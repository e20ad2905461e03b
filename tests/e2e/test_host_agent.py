# SPDX-License-Identifier: GPL-2.0-or-later
"""The host agent's part: how it starts a console, finds it, and ends it.

The process is started as the agent starts it: PATH as the whole environment,
/ as the working directory, a session of its own, standard input a null device
opened for writing, and standard output and error one pipe to the system log.
"""
import os
import pty
import re
import signal
import stat
import subprocess
import tempfile
import time
import tty
import unittest

from harness import PROGRAM, SANITIZED, is_running, main, screen, \
    skip, wait_for_text, wait_until
from rfb import Client
from xenstored import KINDS, Xenstored, reason_to_skip

AGENT_PATH = "/sbin:/usr/sbin:/bin:/usr/bin"


class Console:
    """A vncterm as the agent spawns it."""

    def __init__(self, store, *argv):
        reader, writer = os.pipe()
        null = os.open("/dev/null", os.O_WRONLY)
        # The store's socket is the one thing that a test cannot have where
        # the library looks for it.
        self.process = subprocess.Popen(
            [PROGRAM, *argv], stdin=null, stdout=writer, stderr=writer,
            cwd="/", start_new_session=True,
            env={"PATH": AGENT_PATH, "XENSTORED_PATH": store.socket,
                 **sanitizer_options()})
        os.close(null)
        os.close(writer)
        os.set_blocking(reader, False)
        self.log_pipe = reader
        self.log = b""

    @property
    def pid(self):
        return self.process.pid

    @property
    def worker(self):
        path = f"/proc/{self.pid}/task/{self.pid}/children"
        with open(path, encoding="ascii") as children:
            return int(children.read().split()[0])

    def read_log(self):
        try:
            self.log += os.read(self.log_pipe, 1 << 16)
        except BlockingIOError:
            pass
        return self.log.decode(errors="replace")

    def cmdline(self):
        with open(f"/proc/{self.pid}/cmdline", "rb") as file:
            return file.read().rstrip(b"\0").decode().split("\0")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.log_pipe)


def sanitizer_options():
    """A sanitizer build cannot look for leaks behind the lock."""
    return {"ASAN_OPTIONS": "detect_leaks=0"} if SANITIZED else {}


def ports(store, base):
    """Waits for both, as the agent watches for them."""
    wait_until(lambda: store.exists(f"{base}/tc-port") and
               store.exists(f"{base}/vnc-port"), what="the ports")
    return int(store.read(f"{base}/vnc-port")), \
        int(store.read(f"{base}/tc-port"))


class Guest(unittest.TestCase):
    """A PV guest's console, from start to end, with either daemon."""

    def live(self, kind):
        with Xenstored(kind) as store:
            domain = "/local/domain/7"
            base = f"{domain}/console"
            store.write(f"{base}/port", "2")
            argv = ("-x", base, "-T", "-v", "127.0.0.1:1")
            with Console(store, *argv) as console:
                vnc_port, text_port = ports(store, base)
                self.assertGreaterEqual(vnc_port, 5901)
                self.assertGreaterEqual(text_port, 9501)
                self.assertFalse(store.exists(f"{base}/tty"))
                # What makes it the agent's process.
                self.assertEqual(console.cmdline(), [PROGRAM, *argv])

                master, slave = pty.openpty()
                tty.setraw(slave)
                store.write(f"{base}/tty", os.ttyname(slave))
                os.write(master, b"Linux version 6.1\r\nlogin: ")
                with Client(("127.0.0.1", vnc_port)) as viewer:
                    self.assertEqual(viewer.greeting, b"RFB 003.003\n")
                    wait_for_text(viewer, "login:")
                    viewer.type("root\n")
                    self.assertEqual(read_exactly(master, 5), b"root\r")

                self.end(console)
                os.close(slave)
                os.close(master)

    def end(self, console):
        worker = console.worker
        begin = time.monotonic()
        console.process.send_signal(signal.SIGTERM)
        self.assertEqual(console.process.wait(10), 0)
        seconds = time.monotonic() - begin
        print(f"from SIGTERM to gone: {seconds * 1000:.1f} ms")
        self.assertFalse(os.path.exists(f"/proc/{console.pid}"))
        wait_until(lambda: not is_running(worker))

    def test_with_the_c_daemon(self):
        self.live("c")

    def test_with_the_ocaml_daemon(self):
        self.live("ocaml")


class Host(unittest.TestCase):
    """The physical host's console: a command, and the ports in the store."""

    def live(self, kind):
        with Xenstored(kind) as store, tempfile.TemporaryDirectory() as tmp:
            base = "/local/domain/0/console"
            store.write("/local/domain/0/name", "Domain-0")
            login = os.path.join(tmp, "login")
            os.chmod(tmp, 0o755)
            with open(login, "w", encoding="ascii") as script:
                script.write("#!/bin/sh\nprintf 'login: '\nread -r name\n"
                             "echo \"Welcome, $name\"\nsleep 0.2\n")
            os.chmod(login, 0o755)
            argv = ("-v", "127.0.0.1:0", "-r", "-x", base, "-T", "-c", login)
            with Console(store, *argv) as console:
                vnc_port, _ = ports(store, base)
                self.assertEqual(console.cmdline(), [PROGRAM, *argv])
                with Client(("127.0.0.1", vnc_port)) as viewer:
                    wait_for_text(viewer, "login:")
                    viewer.type("me\n")
                    rows = wait_for_text(viewer, "Welcome, me")
                    self.assertIn("login: me", "\n".join(rows))
                    viewer.pump(lambda: True)
                    wait_until(lambda: self.logins(viewer) == 2,
                               what="the second login")
                self.assertFalse(store.exists(f"{base}/tty"))
                console.process.send_signal(signal.SIGTERM)
                self.assertEqual(console.process.wait(10), 0)

    @staticmethod
    def logins(viewer):
        viewer.refresh()
        return sum(row.startswith("login:") for row in screen(viewer))

    def test_with_the_c_daemon(self):
        self.live("c")

    def test_with_the_ocaml_daemon(self):
        self.live("ocaml")


class Log(unittest.TestCase):
    """Its reader is the system log's, which may be slow or gone."""

    def test_a_full_or_closed_pipe_holds_up_nothing(self):
        with Xenstored("c") as store:
            base = "/local/domain/7/console"
            store.write(f"{base}/port", "2")
            with Console(store, "-x", base, "-v", "127.0.0.1:1") as console:
                fill = os.open(f"/proc/{console.pid}/fd/2",
                               os.O_WRONLY | os.O_NONBLOCK)
                with self.assertRaises(BlockingIOError):
                    while True:
                        os.write(fill, b"x" * 4096)
                os.close(fill)
                self.serve(store, base, "with a full pipe")
                os.close(console.log_pipe)
                console.log_pipe = os.open("/dev/null", os.O_RDONLY)
                self.serve(store, base, "with a closed pipe")

    def serve(self, store, base, text):
        wait_until(lambda: store.exists(f"{base}/vnc-port"))
        port = int(store.read(f"{base}/vnc-port"))
        master, slave = pty.openpty()
        tty.setraw(slave)
        store.write(f"{base}/tty", os.ttyname(slave))
        os.write(master, text.encode())
        with Client(("127.0.0.1", port)) as viewer:
            wait_for_text(viewer, text)
        os.close(slave)
        os.close(master)


class State(unittest.TestCase):
    """SIGUSR1 and -l, as a suspend and a resume use them."""

    def test_a_screen_is_saved_and_comes_back(self):
        with Xenstored("c") as store, tempfile.TemporaryDirectory() as tmp:
            base = "/local/domain/7/console"
            store.write(f"{base}/port", "2")
            argv = ("-x", base, "-v", "127.0.0.1:1", "--state-dir", tmp)
            master, slave = pty.openpty()
            tty.setraw(slave)
            store.write(f"{base}/tty", os.ttyname(slave))
            with Console(store, *argv) as console:
                wait_until(lambda: store.exists(f"{base}/vnc-port"))
                os.write(master, b"\033[31mred\033[0m and\r\n\033]2;a name\a"
                         b"the last line before")
                with Client(("127.0.0.1",
                             int(store.read(f"{base}/vnc-port")))) as viewer:
                    wait_for_text(viewer, "the last line before")
                path = f"{tmp}/{console.pid}/vncterm.statefile"
                console.process.send_signal(signal.SIGUSR1)
                wait_until(lambda: store.exists(f"{base}/statefile"))
                self.assertEqual(store.read(f"{base}/statefile"), path)
                mode = os.stat(path).st_mode
                self.assertEqual(stat.S_IMODE(mode), 0o600)
                console.process.send_signal(signal.SIGTERM)
                console.process.wait(10)
            with open(path, "rb") as file:
                self.assertTrue(file.read().startswith(b"\033]7717;1;"))
            store.remove(f"{base}/vnc-port")
            with Console(store, *argv, "-l", path):
                wait_until(lambda: store.exists(f"{base}/vnc-port"))
                with Client(("127.0.0.1",
                             int(store.read(f"{base}/vnc-port")))) as viewer:
                    wait_for_text(viewer, "the last line before")
                    self.assertTrue(viewer.name.startswith("a name"))
                    os.write(master, b", and after")
                    wait_for_text(viewer, "the last line before, and after")
            os.close(slave)
            os.close(master)

    def test_a_bad_state_is_a_warning_and_an_empty_screen(self):
        good = b"\033]7717;1;80;24\033\\\033c\033%Gold text"
        cases = {
            "truncated": good,
            "of another version": good.replace(b";1;", b";9;") +
            b"\033]7717;end\033\\",
            "too large": good + b"\033c" * (4 << 20),
            "of another kind": os.urandom(1 << 16),
            "empty": b"",
        }
        with Xenstored("c") as store, tempfile.TemporaryDirectory() as tmp:
            for name, content in cases.items():
                path = os.path.join(tmp, "state")
                with open(path, "wb") as file:
                    file.write(content)
                with self.subTest(name):
                    self.start_with(store, path)
            for path in ("/no/such/file", tmp, "/dev/zero"):
                with self.subTest(path):
                    self.start_with(store, path)

    def start_with(self, store, path):
        base = "/local/domain/7/console"
        store.write(f"{base}/port", "2")
        if store.exists(f"{base}/vnc-port"):
            store.remove(f"{base}/vnc-port")
        with Console(store, "-x", base, "-v", "127.0.0.1:1",
                     "-l", path) as console:
            wait_until(lambda: store.exists(f"{base}/vnc-port"))
            with Client(("127.0.0.1",
                         int(store.read(f"{base}/vnc-port")))) as viewer:
                viewer.refresh()
                self.assertEqual(set(screen(viewer)[1:]), {""})
                self.assertNotIn("old text", screen(viewer)[0])
            wait_until(lambda: "warning: state: cannot" in console.read_log())
            self.assertEqual(console.read_log().count("warning"), 1)
            console.process.send_signal(signal.SIGTERM)
            self.assertEqual(console.process.wait(10), 0)

    def test_a_storm_of_requests_ends_with_a_whole_file(self):
        with Xenstored("c") as store, tempfile.TemporaryDirectory() as tmp:
            base = "/local/domain/7/console"
            store.write(f"{base}/port", "2")
            with Console(store, "-x", base, "-v", "127.0.0.1:1",
                         "--state-dir", tmp) as console:
                wait_until(lambda: store.exists(f"{base}/vnc-port"))
                path = f"{tmp}/{console.pid}/vncterm.statefile"
                for _ in range(300):
                    console.process.send_signal(signal.SIGUSR1)
                    console.process.send_signal(signal.SIGUSR2)
                    if os.path.exists(path):
                        with open(path, "rb") as file:
                            content = file.read()
                        self.assertTrue(content.endswith(b";end\033\\"))
                wait_until(lambda: os.path.exists(path))
                self.assertIsNone(console.process.poll())
                self.assertEqual(os.listdir(os.path.dirname(path)),
                                 ["vncterm.statefile"])
                console.process.send_signal(signal.SIGTERM)
                self.assertEqual(console.process.wait(10), 0)

    def test_a_full_disk_leaves_the_old_file(self):
        if os.geteuid() != 0:
            self.skipTest("mounting a small file system needs root")
        with Xenstored("c") as store, tempfile.TemporaryDirectory() as tmp:
            mounted = subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp],
                capture_output=True, check=False)
            if mounted.returncode != 0:
                self.skipTest("cannot mount a file system here")
            try:
                self.fill_disk(store, tmp)
            finally:
                subprocess.run(["umount", tmp], check=True)

    def fill_disk(self, store, tmp):
        base = "/local/domain/7/console"
        store.write(f"{base}/port", "2")
        master, slave = pty.openpty()
        tty.setraw(slave)
        store.write(f"{base}/tty", os.ttyname(slave))
        with Console(store, "-x", base, "-v", "127.0.0.1:1",
                     "--state-dir", tmp) as console:
            path = f"{tmp}/{console.pid}/vncterm.statefile"
            wait_until(lambda: store.exists(f"{base}/vnc-port"))
            console.process.send_signal(signal.SIGUSR1)
            wait_until(lambda: os.path.exists(path))
            with open(path, "rb") as file:
                old = file.read()
            line = b"a line that makes the state larger than the disk\r\n"
            for _ in range(4000):
                os.write(master, line)
            os.write(master, b"all is written")
            with Client(("127.0.0.1",
                         int(store.read(f"{base}/vnc-port")))) as viewer:
                wait_for_text(viewer, "all is written")
            console.process.send_signal(signal.SIGUSR1)
            wait_until(lambda: "No space left" in console.read_log())
            self.assertRegex(console.read_log(),
                             re.escape(f"warning: state: cannot write {path}"))
            with open(path, "rb") as file:
                self.assertEqual(file.read(), old)
            self.assertEqual(os.listdir(os.path.dirname(path)),
                             ["vncterm.statefile"])
            console.process.send_signal(signal.SIGTERM)
            self.assertEqual(console.process.wait(10), 0)
        os.close(slave)
        os.close(master)


def read_exactly(fd, count):
    data = b""
    while len(data) < count:
        data += os.read(fd, count - len(data))
    return data


if __name__ == "__main__":
    for daemon in KINDS:
        if reason_to_skip(daemon):
            skip(reason_to_skip(daemon))
    main()
