# SPDX-License-Identifier: GPL-2.0-or-later
"""Consoles that xenstore names, with both daemons."""
import contextlib
import os
import pty
import select
import signal
import socket
import subprocess
import tempfile
import time
import tty
import unittest

from harness import (PROGRAM, Vncterm, is_running, main, read_to_end, screen,
                     wait_for_text, wait_until)
from xenstored import StoreError, Xenstored, reason_to_skip

DOMAIN = "/local/domain/7"
CONSOLE = f"{DOMAIN}/console"
TTY = f"{CONSOLE}/tty"
BUSY_SECONDS = 2
BUSY_MAX = 0.05  # of processor time in that
STARTS = 12  # more than a daemon's backlog
ATTEMPTS = 5  # to get a number that another program may take


class Pty:
    """A guest's end, as the console daemon opens it: raw, the slave held."""

    def __init__(self):
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.name = os.ttyname(self.slave)

    def write(self, text):
        os.write(self.master, text.encode())

    def read(self, count):
        """What was typed; fails when it does not come."""
        data = b""
        while len(data) < count:
            ready, _, _ = select.select([self.master], [], [], 20)
            if not ready:
                raise AssertionError(f"only {data!r} was typed")
            data += os.read(self.master, count - len(data))
        return data.decode()

    def wait_for_terminal(self):
        """Until a terminal answers: "joined" is in the log before the worker
        has it, and what is typed until then goes elsewhere."""
        self.write("\033[5n")
        answer = self.read(4)
        if answer != "\033[0n":
            raise AssertionError(f"{answer!r} is no answer")

    def has_input(self):
        return bool(select.select([self.master], [], [], 0)[0])

    def hang_up(self):
        for fd in (self.slave, self.master):
            if fd >= 0:
                os.close(fd)
        self.master = self.slave = -1

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hang_up()


def take_number(name):
    """A pty with the name of one that was closed, or None."""
    others = []
    try:
        for _ in range(64):
            other = Pty()
            if other.name == name:
                return other
            others.append(other)
        return None
    finally:
        for other in others:
            other.hang_up()


def processor_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Rows:
    """Run with each kind of daemon."""

    kind = None

    @classmethod
    def setUpClass(cls):
        reason = reason_to_skip(cls.kind)
        if reason:
            print(f"SKIP: {reason}")  # for the summary
            raise unittest.SkipTest(reason)

    def setUp(self):
        self.store = self.enterContext(Xenstored(self.kind))

    def start(self, *command, path=CONSOLE, options=()):
        return Vncterm(*command, store=(self.store, path), options=options)

    def pty(self):
        return self.enterContext(Pty())

    def join(self, vncterm, guest):
        """Names the pty, until it is joined."""
        joined = vncterm.log_text().count("joined")
        self.store.write(TTY, guest.name)
        self.wait_for_log(vncterm, "joined", joined + 1)
        guest.wait_for_terminal()

    def wait_for_log(self, vncterm, text, count=1):
        wait_until(lambda: vncterm.log_text().count(text) >= count,
                   what=f"{text!r} in the log")

    def assert_types(self, client, guest, text):
        client.type(text)
        self.assertEqual(guest.read(len(text)), text)

    def wait_for(self, path):
        wait_until(lambda: self.store.exists(path), what=path)

    # Publishing

    def test_ports_are_published_before_there_is_a_tty(self):
        with self.start(options=("-T",)) as v:
            self.wait_for(f"{CONSOLE}/tc-port")
            self.assertEqual(self.store.read(f"{CONSOLE}/vnc-port"),
                             str(v.address[1]))
            text = int(self.store.read(f"{CONSOLE}/tc-port"))
            socket.create_connection(("127.0.0.1", text)).close()
            self.assertEqual(self.store.list(CONSOLE),
                             ["tc-port", "vnc-port"])

    def test_keys_belong_to_whom_the_domain_does(self):
        self.store.write(f"{DOMAIN}/name", "guest")
        self.store.set_permissions(DOMAIN, "n0", "r7")
        with self.start():
            self.wait_for(f"{CONSOLE}/vnc-port")
            self.assertEqual(self.store.permissions(f"{CONSOLE}/vnc-port"),
                             ["n0", "r7"])

    def test_a_serial_console_is_a_console(self):
        serial = f"{DOMAIN}/serial/0"
        guest = self.pty()
        with self.start(path=serial) as v:
            self.wait_for(f"{serial}/vnc-port")
            self.store.write(f"{serial}/tty", guest.name)
            guest.write("serial line")
            with v.client() as client:
                wait_for_text(client, "serial line")

    # The terminal

    def test_an_empty_tty_is_no_tty_and_a_late_one_is(self):
        guest = self.pty()
        with self.start() as v, v.client() as client:
            self.store.write(TTY, "")
            self.join(v, guest)
            guest.write("hello")
            wait_for_text(client, "hello")
            self.assert_types(client, guest, "typed")
            self.assertNotIn("refused", v.log_text())
            # Of two writes that come together the second may be told twice.
            self.assertLessEqual(v.log_text().count("joined"), 2)

    def test_hostile_values_are_refused_with_a_warning(self):
        guest = self.pty()
        link = os.path.join(self.store.folder.name, "link")
        os.symlink(guest.name, link)
        for value in ("/etc/passwd", "/dev/pts/../null", "/dev/pts/ptmx",
                      "/dev/pts/0/", "/dev/pts/4000000", link, "x" * 2000,
                      "/dev/tty", "/dev/null", guest.name + "\0x",
                      guest.name + "\n", "\033[2J", "/dev/pts/../.." +
                      guest.name):
            with self.subTest(value[:40]), self.start() as v:
                self.store.write(TTY, value)
                self.wait_for_log(v, "warning")
                self.join(v, guest)
                with v.client() as client:
                    self.assert_types(client, guest, "typed")
                log = v.log_text()
                self.assertEqual(log.count("warning"), 1, log)
                self.assertNotIn("\033", log)
            self.store.remove(TTY)

    def test_the_largest_value_is_refused(self):
        with self.start() as v:
            try:
                self.store.write(TTY, "x" * 4000)
            except StoreError as error:  # its quota holds for us, too
                self.skipTest(f"the daemon refuses it: {error}")
            self.wait_for_log(v, "warning")
            self.assertIsNone(v.process.poll())

    def test_another_pty_is_joined_and_the_screen_stays(self):
        first, second = self.pty(), self.pty()
        with self.start() as v, v.client() as client:
            self.join(v, first)
            first.write("from the first")
            wait_for_text(client, "from the first")
            self.join(v, second)
            second.write(", from the second")
            wait_for_text(client, "from the first, from the second")
            self.assert_types(client, second, "typed")
            self.assertFalse(first.has_input())

    def test_after_a_hang_up_only_a_write_joins_again(self):
        for _ in range(ATTEMPTS):
            if self.hang_up_and_take_number():
                return
        self.skipTest("other programs take the numbers of our ptys")

    def hang_up_and_take_number(self):
        """Returns False if another program has taken the pty's number."""
        first = Pty()
        with self.start() as v, v.client() as client:
            self.join(v, first)
            first.write("before")
            wait_for_text(client, "before")
            first.hang_up()
            self.wait_for_log(v, "hung up")
            foreign = take_number(first.name)
            if foreign is None:
                return False
            with foreign:
                foreign.write("secret")
                client.type("lost")
                # This is behind both: nobody has opened it until then.
                with Pty() as other:
                    self.join(v, other)
                    self.assert_types(client, other, "typed")
                    self.assertFalse(foreign.has_input())
                    self.assertEqual(os.read(foreign.slave, 16), b"secret")
                self.wait_for_log(v, "hung up", 2)
                # The same name again, written, is a console.
                self.join(v, foreign)
                self.assert_types(client, foreign, "again")
                foreign.write(" after")
                wait_for_text(client, "before after")
            return True

    def restart_with_same_name(self, brings_back):
        """Names another pty like the old one in a store that is started again,
        before vncterm connects. Returns False if it cannot be had."""
        first = Pty()
        with self.start() as v, v.client() as client:
            self.wait_for(f"{CONSOLE}/vnc-port")
            self.join(v, first)
            port = self.store.read(f"{CONSOLE}/vnc-port")
            self.store.kill()
            self.wait_for_log(v, "store: connection lost")
            first.hang_up()
            self.wait_for_log(v, "hung up")
            second = take_number(first.name)
            if second is None:
                self.store.start()
                return False
            v.process.send_signal(signal.SIGSTOP)
            with second:
                self.store.start()
                if brings_back:
                    self.store.write(f"{CONSOLE}/vnc-port", port)
                self.store.write(TTY, second.name)
                v.process.send_signal(signal.SIGCONT)
                self.wait_for_log(v, "store: connected again")
                if brings_back:
                    with Pty() as other:  # this is behind it
                        self.join(v, other)
                        self.assertEqual(v.log_text().count("joined"), 2)
                    return True
                self.wait_for_log(v, "joined", 2)
                second.wait_for_terminal()
                self.assert_types(client, second, "typed")
                second.write("another pty")
                wait_for_text(client, "another pty")
                self.assertEqual(v.log_text().count("joined"), 2)
            return True

    def test_a_restarted_daemon_may_name_another_pty_of_the_same_name(self):
        if not any(self.restart_with_same_name(brings_back=False)
                   for _ in range(ATTEMPTS)):
            self.skipTest("other programs take the numbers of our ptys")

    def test_a_value_that_a_daemon_brought_back_is_not_joined_again(self):
        if not any(self.restart_with_same_name(brings_back=True)
                   for _ in range(ATTEMPTS)):
            self.skipTest("other programs take the numbers of our ptys")

    def test_the_same_value_written_again_joins_again(self):
        guest = self.pty()
        with self.start() as v, v.client() as client:
            self.join(v, guest)
            self.join(v, guest)
            self.assert_types(client, guest, "typed")

    # The end

    def end_by(self, remove):
        guest = self.pty()
        with self.start(options=("-T",)) as v, v.client() as client:
            self.join(v, guest)
            guest.write("booted\r\n")
            wait_for_text(client, "booted")
            client.request()  # as a viewer does that waits for more
            text_port = int(self.store.read(f"{CONSOLE}/tc-port"))
            text = self.enterContext(
                socket.create_connection(("127.0.0.1", text_port)))
            begin = time.monotonic()
            self.store.remove(remove)
            guest.write("the last words")
            # A hang-up throws away what nobody has read, and this shows when
            # it has been.
            while not text.recv(100).endswith(b"words"):
                pass
            guest.hang_up()
            self.assertTrue(read_to_end(client))
            self.assertIn("the last words", screen(client)[1])
            self.assertEqual(v.wait(), 0)
            print(f"from removal to gone: {time.monotonic() - begin:.3f} s")
            self.assertLess(time.monotonic() - begin, 10)

    def test_a_removed_tty_is_the_end_after_the_last_words(self):
        self.end_by(TTY)

    def test_a_removed_domain_is_the_end_after_the_last_words(self):
        self.end_by(DOMAIN)

    def test_a_console_that_does_not_hang_up_does_not_delay_the_end(self):
        guest = self.pty()
        with self.start() as v:
            self.join(v, guest)
            begin = time.monotonic()
            self.store.remove(DOMAIN)
            self.assertEqual(v.wait(), 0)
            print(f"from removal to gone: {time.monotonic() - begin:.3f} s")
            self.assertLess(time.monotonic() - begin, 10)
            self.assertFalse(self.store.exists(DOMAIN))

    def test_a_domain_that_goes_without_a_tty_is_the_end(self):
        """Of what is below the domain only the ports are watched then."""
        self.store.write(f"{DOMAIN}/name", "guest")
        with self.start() as v:
            self.wait_for(f"{CONSOLE}/vnc-port")
            self.store.remove(DOMAIN)
            self.assertEqual(v.wait(), 0)

    def test_a_release_alone_changes_nothing(self):
        guest = self.pty()
        with self.start() as v, v.client() as client:
            self.join(v, guest)
            self.store.introduce(7)
            self.store.release(7)
            self.join(v, guest)  # which is behind it
            self.assert_types(client, guest, "typed")
            self.assertNotIn("ended", v.log_text())

    # The daemon's death

    def test_a_dead_daemon_leaves_the_console_alone(self):
        guest = self.pty()
        with self.start() as v, v.client() as client:
            self.join(v, guest)
            self.store.kill()
            self.wait_for_log(v, "store: connection lost")
            before = [processor_seconds(p) for p in (v.monitor, v.worker)]
            time.sleep(BUSY_SECONDS)
            after = [processor_seconds(p) for p in (v.monitor, v.worker)]
            self.assertLess(sum(after) - sum(before), BUSY_MAX)
            guest.write("still here")
            wait_for_text(client, "still here")
            self.assert_types(client, guest, "typed")
            self.assertEqual(v.log_text().count("warning"), 1)

    def test_a_restarted_daemon_is_told_again_once_the_domain_is_there(self):
        guest, next_guest = self.pty(), self.pty()
        with self.start(options=("-T",)) as v, v.client() as client:
            self.join(v, guest)
            self.store.restart()
            self.wait_for_log(v, "store: connected again")
            self.assertFalse(self.store.exists("/local/domain/7"))
            self.assert_types(client, guest, "old pty")
            self.store.write("/local/domain/8/name", "another guest")
            self.store.write(f"{DOMAIN}/name", "guest")
            self.wait_for(f"{CONSOLE}/tc-port")
            self.assertEqual(self.store.read(f"{CONSOLE}/vnc-port"),
                             str(v.address[1]))
            # The tty is absent, which is not its removal.
            self.assert_types(client, guest, "still")
            self.join(v, next_guest)
            self.assert_types(client, next_guest, "new pty")
            self.store.remove(DOMAIN)
            next_guest.hang_up()
            self.assertEqual(v.wait(), 0)

    def test_a_daemon_that_hangs_delays_neither_typing_nor_the_end(self):
        guest = self.pty()
        with tempfile.TemporaryDirectory() as folder, \
                self.start(options=("--state-dir", folder)) as v, \
                v.client() as client:
            self.join(v, guest)
            worker = v.worker
            self.store.stop()
            # Its path is written to the store, which does not answer.
            v.process.send_signal(signal.SIGUSR1)
            self.wait_for_log(v, "state: written")
            self.assert_types(client, guest, "typed")
            guest.write("shown")
            wait_for_text(client, "shown")
            begin = time.monotonic()
            v.process.send_signal(signal.SIGTERM)
            self.assertEqual(v.wait(), 0)
            print("from SIGTERM to gone: "
                  f"{(time.monotonic() - begin) * 1000:.1f} ms")
            self.assertLess(time.monotonic() - begin, 5)
            wait_until(lambda: not is_running(worker))
            self.store.cont()

    def test_starting_does_not_wait_for_a_daemon_that_hangs(self):
        """Each start is a connection, which the daemon's backlog holds."""
        host = "/local/domain/0/console"
        self.store.stop()
        with contextlib.ExitStack() as stack:
            hosts = [stack.enter_context(
                self.start("sh", "-c", "echo ready; exec cat", path=host))
                for _ in range(STARTS)]
            guest = stack.enter_context(self.start())
            for v in hosts:
                with v.client() as client:
                    wait_for_text(client, "ready")
            begin = time.monotonic()
            for v in (*hosts, guest):
                self.assertEqual(v.stop()[0], 0)
            print(f"to stop {STARTS + 1}: {time.monotonic() - begin:.3f} s")
        with self.start() as v:  # the first to publish when it goes on
            self.store.cont()
            self.wait_for(f"{CONSOLE}/vnc-port")
            self.assertNotIn("warning", v.log_text())

    # The host's own console

    def test_with_a_command_the_store_only_learns_the_ports(self):
        host = "/local/domain/0/console"
        self.store.write(f"{host}/tty", "/etc/passwd")
        with self.start("sh", "-c", "echo ready; exec cat", path=host,
                        options=("-T",)) as v, v.client() as client:
            wait_for_text(client, "ready")
            self.wait_for(f"{host}/tc-port")
            self.store.write(f"{host}/tty", "/dev/pts/0")
            self.store.remove(f"{host}/tty")
            self.store.restart()
            self.wait_for_log(v, "store: connected again")
            self.assertFalse(self.store.exists(host))
            self.store.write("/local/domain/0/name", "Domain-0")
            self.wait_for(f"{host}/tc-port")
            client.type("echo\n")
            wait_for_text(client, "echo")
            self.assertNotIn("console:", v.log_text())


class WithC(Rows, unittest.TestCase):
    kind = "c"


class WithOcaml(Rows, unittest.TestCase):
    kind = "ocaml"


class WithoutStore(unittest.TestCase):
    def test_it_ends_with_one_error_and_starts_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            shell = os.path.join(folder, "shell")
            started = os.path.join(folder, "started")
            with open(shell, "w", encoding="ascii") as script:
                script.write(f"#!/bin/sh\n: >{started}\n")
            os.chmod(shell, 0o755)
            environment = dict(os.environ, SHELL=shell,
                               XENSTORED_PATH=os.path.join(folder, "none"))
            for command in ((), ("-c",), ("-c", shell)):
                with self.subTest(command):
                    result = subprocess.run(
                        [PROGRAM, "-v", "127.0.0.1:100", "-x", CONSOLE,
                         *command], env=environment, capture_output=True,
                        stdin=subprocess.DEVNULL, text=True, timeout=20,
                        check=False)
                    self.assertEqual(result.returncode, 1)
                    self.assertEqual(result.stderr.count("\n"), 1)
                    self.assertIn("error: -x", result.stderr)
                    self.assertFalse(os.path.exists(started))

    def test_a_file_in_place_of_the_store_is_left_alone(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"precious")
            file.flush()
            result = subprocess.run(
                [PROGRAM, "-v", "127.0.0.1:100", "-x", CONSOLE],
                env=dict(os.environ, XENSTORED_PATH=file.name),
                stdin=subprocess.DEVNULL, capture_output=True, timeout=20,
                check=False)
            self.assertEqual(result.returncode, 1)
            file.seek(0)
            self.assertEqual(file.read(), b"precious")


if __name__ == "__main__":
    main()
