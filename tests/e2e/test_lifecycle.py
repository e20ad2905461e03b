# SPDX-License-Identifier: GPL-2.0-or-later
"""Start, end, restart, and what is left behind."""
import fcntl
import os
import pty
import select
import signal
import socket
import stat
import subprocess
import tempfile
import time
import tty
import unittest

from harness import (PROGRAM, Vncterm, is_running, main, read_to_end,
                     wait_for_text, wait_until)
from rfb import Client


class CommandEnds(unittest.TestCase):
    def test_the_viewer_sees_the_last_line_before_the_end(self):
        with Vncterm("sh", "-c", "echo ready; read line; "
                     "printf 'the last line'") as v:
            with v.client() as client:
                wait_for_text(client, "ready")
                client.type("\n")
                wait_for_text(client, "the last line")
                self.assertTrue(read_to_end(client))
            self.assertEqual(v.wait(), 0)

    def test_without_a_viewer_it_ends_with_the_command(self):
        with Vncterm("true") as v:
            self.assertEqual(v.wait(), 0)

    def test_a_viewer_that_takes_nothing_delays_the_end_by_a_second(self):
        with Vncterm("sh", "-c", "echo ready; read line; seq 1 100") as v:
            with v.client() as client:
                wait_for_text(client, "ready")
                client.type("\n")
                begin = time.monotonic()
                self.assertEqual(v.wait(10), 0)
                self.assertLess(time.monotonic() - begin, 5)

    def test_stay_keeps_the_last_screen(self):
        with Vncterm("echo", "the last screen", options=("-s",)) as v:
            with v.client() as client:
                wait_for_text(client, "the last screen")
            time.sleep(0.2)
            with v.client() as again:
                wait_for_text(again, "the last screen")

    def test_restart_runs_the_command_again_on_the_same_pty(self):
        with Vncterm("sh", "-c", "tty; read line", options=("-r",)) as v:
            with v.client() as client:
                first = wait_for_text(client, "/dev/pts/")
                client.type("\n")
                client.pump(lambda: True)
                wait_until(lambda: self.lines(client).count(first[0]) == 2)

    def lines(self, client):
        from harness import screen
        client.refresh()
        return screen(client)

    def test_a_failing_command_is_restarted_ever_more_slowly(self):
        with tempfile.NamedTemporaryFile("r") as log:
            script = f"date +%s.%N >> {log.name}; exit 1"
            starts = []

            def has_started_four_times():
                starts.extend(float(line) for line in log)
                return len(starts) >= 4

            with Vncterm("sh", "-c", script, options=("-r",)):
                wait_until(has_started_four_times)
            self.assertGreater(starts[2] - starts[1], 0.9)
            self.assertGreater(starts[3] - starts[2], 1.9)

    def test_a_command_that_hangs_up_its_terminal_goes_on(self):
        script = ("import os, time; os.closerange(0, 3); time.sleep(0.3); "
                  "os.open('/dev/tty', os.O_RDWR); "
                  "os.write(0, b'after the break'); time.sleep(60)")
        with Vncterm("/usr/bin/python3", "-c", script) as v:
            with v.client() as client:
                wait_for_text(client, "after the break")


class Signals(unittest.TestCase):
    def test_sigterm_ends_both_processes_at_once(self):
        with Vncterm("cat") as v, v.client() as client:
            client.refresh()
            worker = v.worker
            begin = time.monotonic()
            status, _ = v.stop()
            self.assertLess(time.monotonic() - begin, 2)
            self.assertEqual(status, 0)
            wait_until(lambda: not is_running(worker))

    def test_sigterm_during_the_start_ends_it_in_order(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "console")
            for _ in range(50):
                argv = [PROGRAM, "-v", f"unix:{path}", "-c", "cat"]
                with subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                      stderr=subprocess.PIPE) as process:
                    # The worker says so before the monitor may know.
                    line = process.stderr.readline()
                    while line and b"listening" not in line:
                        line = process.stderr.readline()  # on the lock-down
                    process.send_signal(signal.SIGTERM)
                    self.assertEqual(process.wait(20), 0)
                    self.assertEqual(process.stderr.read(), b"")
                self.assertIn(b"listening", line)
                self.assertFalse(os.path.exists(path))

    def test_signals_that_never_end_it_do_not_during_the_start(self):
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(20):
                argv = [PROGRAM, "-v", "127.0.0.1:100", "--state-dir", folder,
                        "-c", "cat"]
                with subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL) as process:
                    try:
                        self.storm(process, folder)
                    finally:
                        process.kill()

    def storm(self, process, folder):
        # From its first statement on, not while it is loaded.
        wait_until(lambda: self.holds_signals(process.pid))
        for signo in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP):
            process.send_signal(signo)
        path = f"{folder}/{process.pid}/vncterm.statefile"
        wait_until(lambda: os.path.exists(path))
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(20), 0)

    @staticmethod
    def holds_signals(pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            masks = dict(line.split(":\t") for line in status
                         if line.startswith(("SigBlk", "SigCgt")))
        bit = 1 << (signal.SIGUSR2 - 1)
        return any(int(mask, 16) & bit for mask in masks.values())

    def test_killing_the_monitor_takes_the_worker_along(self):
        with Vncterm("cat") as v:
            worker = v.worker
            os.kill(v.monitor, signal.SIGKILL)
            v.wait()
            wait_until(lambda: not is_running(worker), 5)

    def test_killing_the_worker_ends_the_monitor_with_an_error(self):
        with Vncterm("cat") as v:
            os.kill(v.worker, signal.SIGKILL)
            self.assertEqual(v.wait(), 3)
            self.assertIn("worker", v.log_text())

    def test_the_command_gets_default_signals_and_a_terminal(self):
        script = ("grep -E 'Sig(Blk|Ign)' /proc/self/status; tty; "
                  "echo TERM=$TERM; stty size; ls /proc/self/fd | wc -l; "
                  "read line")
        with Vncterm("sh", "-c", script) as v, v.client() as client:
            rows = wait_for_text(client, "24 80")
            text = "\n".join(rows)
            self.assertRegex(text, r"SigBlk:\s+0{16}")
            self.assertRegex(text, r"SigIgn:\s+0{16}")
            self.assertIn("TERM=xterm-256color", text)


class Inherited(unittest.TestCase):
    def test_descriptors_of_the_caller_are_not_kept(self):
        # One that a pipe gives is beyond those that the program opens itself.
        reader, writer = os.pipe()
        high = fcntl.fcntl(writer, fcntl.F_DUPFD, 200)
        os.set_inheritable(high, True)
        os.close(writer)
        with Vncterm("sh", "-c", "read end", pass_fds=(high,)) as v:
            with v.client() as client:  # both processes have started
                client.refresh()
            os.close(high)
            # The end of the file: nobody holds the other side any more.
            self.assertTrue(select.select([reader], [], [], 20)[0])
            self.assertEqual(os.read(reader, 1), b"")
        os.close(reader)


class Pty(unittest.TestCase):
    def setUp(self):
        self.master, slave = pty.openpty()
        self.path = os.ttyname(slave)
        tty.setraw(slave)
        self.vncterm = self.enterContext(Vncterm(pty=self.path))
        os.close(slave)

    def test_bytes_go_both_ways_until_the_hang_up(self):
        with self.vncterm.client() as client:
            os.write(self.master, b"from the guest")
            wait_for_text(client, "from the guest")
            client.type("typed")
            typed = b""
            while len(typed) < 5:
                typed += os.read(self.master, 5)
            self.assertEqual(typed, b"typed")
            os.close(self.master)
            self.assertTrue(read_to_end(client))
        self.assertEqual(self.vncterm.wait(), 0)

    def test_a_guest_that_does_not_read_cannot_block_the_picture(self):
        with self.vncterm.client() as client:
            client.refresh()
            bells = client.bells
            # Far more than the pty and the queue of typed keys hold.
            for _ in range(30):
                client.wire.send(b"\x04\x01\0\0\0\0\0x" * 8192)
                os.write(self.master, b".")
            os.write(self.master, b"still drawn")
            wait_for_text(client, "still drawn")
            client.pump(lambda: client.bells > bells)
        os.close(self.master)


class Listening(unittest.TestCase):
    def test_a_busy_port_is_stepped_over(self):
        with Vncterm("cat") as first:
            number = first.address[1] - 5900
            with Vncterm("cat", listen=f"127.0.0.1:{number}") as second:
                self.assertGreater(second.address[1], first.address[1])

    def test_a_socket_file_is_private_and_removed(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "console")
            with Vncterm("echo", "hi", options=("-s",),
                         listen=f"unix:{path}") as v:
                self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
                with Client(path) as client:
                    wait_for_text(client, "hi")
                v.stop()
                self.assertFalse(os.path.exists(path))

    def test_a_start_that_fails_leaves_no_socket_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "console")
            for argv in (("--font", "/no/such/font", "-c", "cat"),
                         ("--font", "/etc/passwd", "-c", "cat"),
                         ("--geometry", "1000x500", "-c", "cat"),
                         ("-p", "/no/such/pty")):
                with self.subTest(argv):
                    result = run("-v", f"unix:{path}", *argv)
                    self.assertEqual(result.returncode, 1)
                    self.assertFalse(os.path.exists(path))

    def test_whoever_listens_for_other_machines_is_warned(self):
        result = run("--allow-remote", "-v", "0.0.0.0:100", "-c", "true")
        self.assertEqual(result.returncode, 0)
        self.assertIn("warning: vnc: other machines", result.stderr)
        result = run("--allow-remote", "-v", "127.0.0.2:100", "-c", "true")
        self.assertEqual(result.returncode, 0)
        self.assertNotIn("other machines", result.stderr)

    def test_a_stale_socket_file_is_replaced_and_a_file_is_not(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "console")
            stale = socket.socket(socket.AF_UNIX)
            stale.bind(path)
            stale.close()
            with Vncterm("cat", listen=f"unix:{path}"):
                pass
            with open(path, "w", encoding="ascii") as precious:
                precious.write("keep")
            result = run("-v", f"unix:{path}", "-c", "cat")
            self.assertEqual(result.returncode, 1)
            self.assertIn(path, result.stderr)
            with open(path, encoding="ascii") as precious:
                self.assertEqual(precious.read(), "keep")


def run(*argv):
    return subprocess.run([PROGRAM, *argv], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=20,
                          check=False)


class CommandLine(unittest.TestCase):
    def test_help_is_on_stdout(self):
        result = run("--help")
        self.assertEqual(result.returncode, 0)
        self.assertIn("--vnclisten", result.stdout)

    def test_what_cannot_be_printed_is_a_failure(self):
        for option in ("--help", "--version"):
            with self.subTest(option), open("/dev/full", "wb") as full:
                result = subprocess.run([PROGRAM, option], stdout=full,
                                        timeout=20, check=False)
                self.assertEqual(result.returncode, 1)

    def test_errors_name_the_object_and_the_cause(self):
        for argv, named in (
                (("--geometry", "0x0", "-c"), "geometry"),
                (("--password-file", "/dev/null", "-c"), "/dev/null"),
                (("--password-file", "/nowhere/p", "-c"), "/nowhere/p"),
                (("-v", "0.0.0.0:1", "-c"), "--allow-remote"),
                (("-c", "no-such-program-here"), "no-such-program-here"),
                (("-p", "/dev/null"), "/dev/null"),
                (("-p", "/no/such/pty"), "/no/such/pty"),
                (("--font", "/no/such/font", "-c", "cat"), "/no/such/font"),
                (("--font", "/etc/passwd", "-c", "cat"), "/etc/passwd"),
                (("-x", "/local/domain/1/console"), "x"),
                ((), "-c")):
            with self.subTest(argv):
                result = run(*argv)
                self.assertEqual(result.returncode, 1, result.stderr)
                self.assertIn(named, result.stderr)


if __name__ == "__main__":
    main()
