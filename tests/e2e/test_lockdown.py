# SPDX-License-Identifier: GPL-2.0-or-later
"""What is left to the worker, seen from outside and tried from inside."""
import os
import pty
import re
import shutil
import signal
import subprocess
import tempfile
import unittest
from unittest import mock

import harness
from harness import PROGRAM, SANITIZED, Vncterm, main, skip, wait_for_text
from rfb import Client
from xenstored import is_lockable

PROBE = os.environ.get("VNCTERM_PROBE", "")
BASE_ID = 0x70000000
NOBODY = 65534
EPERM = 1
EBADF = 9

# The unit tests have the whole list.
FORBIDDEN = ("openat", "socket", "connect", "clone", "kill", "ptrace",
             "tiocsti", "read_stderr", "truncate_stderr")

# A sanitizer's runtime may try these for its report, and gets an error.
REFUSED_IF_SANITIZED = ("openat", "clone")


def proc(pid, name):
    with open(f"/proc/{pid}/{name}", encoding="ascii") as file:
        return file.read()


def proc_link(pid, name):
    return os.readlink(f"/proc/{pid}/{name}")


def descriptors(pid):
    """What each descriptor leads to."""
    folder = f"/proc/{pid}/fd"
    return {int(fd): os.readlink(f"{folder}/{fd}")
            for fd in os.listdir(folder)}


def status(pid):
    """The fields of /proc/PID/status, each a list of words."""
    fields = {}
    for line in proc(pid, "status").splitlines():
        name, _, value = line.partition(":")
        fields[name] = value.split()
    return fields


def limits(pid):
    """The soft and hard limits by the kernel's names."""
    found = {}
    for line in proc(pid, "limits").splitlines()[1:]:
        words = re.split(r"\s{2,}", line)
        found[words[0]] = words[1:3]
    return found


def probe(pid, call):
    """Makes the process call, and returns what the probe tells."""
    result = subprocess.run([PROBE, str(pid), call], capture_output=True,
                            text=True, timeout=60, check=True)
    return result.stdout.strip()


def serves(test, vncterm):
    with vncterm.client() as client:
        wait_for_text(client, "ready")
    test.assertIsNone(vncterm.process.poll())


READY = ("sh", "-c", "echo ready; read line")


class FromOutside(unittest.TestCase):
    def setUp(self):
        self.vncterm = self.enterContext(Vncterm(*READY))
        self.worker = self.vncterm.worker

    def test_its_ids_are_its_own(self):
        port = self.vncterm.address[1]
        fields = status(self.worker)
        self.assertEqual(fields["Uid"], [str(BASE_ID + port)] * 4)
        self.assertEqual(fields["Gid"], [str(BASE_ID + port)] * 4)
        self.assertEqual(fields["Groups"], [])

    def test_it_has_no_privileges_and_gets_none(self):
        fields = status(self.worker)
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertEqual(int(fields[name][0], 16), 0, name)
        self.assertEqual(fields["NoNewPrivs"], ["1"])
        self.assertEqual(fields["Seccomp"], ["2"])

    def test_its_root_is_empty_and_exists_nowhere(self):
        root = f"/proc/{self.worker}/root"
        self.assertEqual(os.listdir(root), [])
        self.assertEqual(os.stat(root).st_nlink, 0)
        path = os.readlink(root)
        self.assertTrue(path.endswith(" (deleted)"), path)
        self.assertFalse(os.path.exists(path.removesuffix(" (deleted)")))
        with self.assertRaises(FileNotFoundError):
            os.mkdir(root + "/folder")
        self.assertEqual(proc_link(self.worker, "cwd"), path)

    def test_its_network_is_its_own(self):
        self.assertNotEqual(proc_link(self.worker, "ns/net"),
                            proc_link("self", "ns/net"))
        self.assertEqual(proc_link(self.vncterm.monitor, "ns/net"),
                         proc_link("self", "ns/net"))

    def test_its_limits_are_set_for_good(self):
        found = limits(self.worker)
        self.assertEqual(found["Max open files"], ["256", "256"])
        self.assertEqual(found["Max processes"], ["0", "0"])
        self.assertEqual(found["Max core file size"], ["0", "0"])
        bounded = ["Max file size"]
        if not SANITIZED:
            bounded.append("Max address space")
        for name in bounded:
            self.assertRegex(found[name][1], r"^\d+$", name)
            self.assertEqual(found[name][0], found[name][1], name)

    def test_its_descriptors_are_those_it_works_with(self):
        serves(self, self.vncterm)
        found = descriptors(self.worker)
        self.assertEqual(found.pop(0), "/dev/null")
        self.assertEqual(found.pop(1), "/dev/null")
        found.pop(2)  # the log
        pipes = [target for target in found.values()
                 if target.startswith("pipe:")]
        allowed = re.compile(r"socket:\[\d+\]|anon_inode:\[(eventpoll|timerfd)"
                             r"\]|/memfd:\w+ \(deleted\)|/dev/(pts/)?ptmx|pipe:")
        for target in found.values():
            self.assertRegex(target, allowed)
        # The event loop may have a pipe to itself; nobody else has an end.
        for pipe in pipes:
            self.assertEqual(pipes.count(pipe), 2)
            self.assertNotIn(pipe, descriptors(self.vncterm.monitor).values())

    def test_without_a_tcp_port_its_id_is_beyond_those_of_ports(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "console")
            with Vncterm(*READY, listen=f"unix:{path}") as vncterm:
                self.assertEqual(status(vncterm.worker)["Uid"],
                                 [str(BASE_ID + 65535)] * 4)
                with Client(path) as client:
                    wait_for_text(client, "ready")

    def test_the_log_has_no_word_of_it(self):
        serves(self, self.vncterm)
        self.assertNotIn("sandbox", self.vncterm.log_text())


@unittest.skipUnless(PROBE, "no probe for this processor")
class FromInside(unittest.TestCase):
    def test_an_allowed_call_is_made_and_the_worker_goes_on(self):
        with Vncterm(*READY) as vncterm:
            worker = vncterm.worker
            # It sees its own id: there is no namespace of process ids.
            self.assertEqual(probe(worker, "getpid"), f"result {worker}")
            serves(self, vncterm)

    def test_any_other_ends_the_worker_and_then_the_monitor(self):
        for call in FORBIDDEN:
            with self.subTest(call), Vncterm(*READY) as vncterm:
                told = probe(vncterm.worker, call)
                if SANITIZED and call in REFUSED_IF_SANITIZED:
                    self.assertEqual(told, f"result {-EPERM}")
                    continue
                self.assertEqual(told, f"ended by signal {signal.SIGSYS:d}")
                self.assertEqual(vncterm.wait(), 3)
                self.assertIn("worker", vncterm.log_text())

    def test_in_log_mode_it_fails_and_is_named_once(self):
        with Vncterm(*READY, options=("--sandbox=log",)) as vncterm:
            for _ in range(2):
                self.assertEqual(probe(vncterm.worker, "socket"),
                                 f"result {-EPERM}")
            self.assertEqual(probe(vncterm.worker, "tiocsti"),
                             f"result {-EPERM}")
            serves(self, vncterm)
            lines = [line for line in vncterm.log_text().splitlines()
                     if "sandbox" in line]
            self.assertEqual(lines, [
                f"warning: sandbox: system call '{call}' is not on the list"
                for call in ("socket", "ioctl")])

    def test_without_the_sandbox_it_is_made(self):
        with Vncterm(*READY, options=("--sandbox=off",)) as vncterm:
            self.assertRegex(probe(vncterm.worker, "socket"), r"result \d+")
            self.assertEqual(probe(vncterm.worker, "kill"), "result 0")
            serves(self, vncterm)


class Terminal:
    """A terminal, in the place of the file that vncterm logs to."""

    def __init__(self):
        self.ours, self.theirs = pty.openpty()
        os.set_blocking(self.ours, False)
        self.name = os.ttyname(self.theirs)
        self.text = b""

    def fileno(self):
        return self.theirs

    def seek(self, _):
        """All is read, every time."""

    def read(self):
        try:
            while data := os.read(self.ours, 4096):
                self.text += data
        except BlockingIOError:
            pass
        return self.text

    def close(self):
        os.close(self.ours)
        os.close(self.theirs)


class StderrIsATerminal(unittest.TestCase):
    def start(self, *options):
        self.terminal = Terminal()
        with mock.patch("harness.tempfile.TemporaryFile",
                        return_value=self.terminal):
            vncterm = Vncterm(*READY, options=options)
        return self.enterContext(vncterm)

    def assert_only_written_to(self, pid):
        found = descriptors(pid)
        self.assertEqual(found[2], self.terminal.name)
        self.assertEqual(list(found.values()).count(self.terminal.name), 1)
        flags = int(re.search(r"flags:\s+(\d+)", proc(pid, "fdinfo/2"))[1], 8)
        self.assertEqual(flags & os.O_ACCMODE, os.O_WRONLY)

    def test_the_worker_can_only_write_to_it(self):
        vncterm = self.start()
        self.assert_only_written_to(vncterm.worker)
        serves(self, vncterm)

    @unittest.skipUnless(PROBE, "no probe for this processor")
    def test_what_is_typed_there_cannot_be_read(self):
        vncterm = self.start()
        os.write(self.terminal.ours, b"secret\n")
        self.assertEqual(probe(vncterm.worker, "read_stderr"),
                         f"ended by signal {signal.SIGSYS:d}")

    @unittest.skipUnless(PROBE, "no probe for this processor")
    def test_nor_without_the_sandbox(self):
        vncterm = self.start("--sandbox=off")
        self.assert_only_written_to(vncterm.worker)
        os.write(self.terminal.ours, b"secret\n")
        self.assertEqual(probe(vncterm.worker, "read_stderr"),
                         f"result {-EBADF}")
        serves(self, vncterm)


class Options(unittest.TestCase):
    def test_log_mode_gives_up_the_same(self):
        with Vncterm(*READY, options=("--sandbox=log",)) as vncterm:
            fields = status(vncterm.worker)
            self.assertNotEqual(fields["Uid"][0], "0")
            self.assertEqual(fields["NoNewPrivs"], ["1"])
            self.assertEqual(fields["Seccomp"], ["2"])
            serves(self, vncterm)
            self.assertNotIn("is not on the list", vncterm.log_text())

    def test_off_gives_up_only_the_standard_descriptors(self):
        with Vncterm(*READY, options=("--sandbox=off",)) as vncterm:
            fields = status(vncterm.worker)
            self.assertEqual(fields["Uid"], ["0"] * 4)
            self.assertEqual(fields["Seccomp"], ["0"])
            self.assertEqual(proc_link(vncterm.worker, "fd/0"), "/dev/null")
            self.assertEqual(proc_link(vncterm.worker, "root"), "/")
            serves(self, vncterm)

    def test_staying_root_keeps_ids_and_is_a_warning(self):
        with Vncterm(*READY, options=("-S",)) as vncterm:
            fields = status(vncterm.worker)
            self.assertEqual(fields["Uid"], ["0"] * 4)
            self.assertEqual(fields["Seccomp"], ["2"])
            self.assertEqual(int(fields["CapEff"][0], 16), 0)
            self.assertEqual(proc_link(vncterm.worker, "root"), "/")
            serves(self, vncterm)
            self.assertIn("warning: sandbox: the worker stays root",
                          vncterm.log_text())


@unittest.skipUnless(shutil.which("setpriv"), "no setpriv")
class LessThanRoot(unittest.TestCase):
    def start(self, *setpriv):
        """vncterm as `setpriv` makes it, from a place that all can read."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        os.chmod(folder, 0o755)
        program = shutil.copy(PROGRAM, folder)
        os.chmod(program, 0o755)
        wrapper = os.path.join(folder, "wrapper")
        with open(wrapper, "w", encoding="ascii") as script:
            # Both replace themselves: the process is the monitor.
            script.write("#!/bin/sh\nexec setpriv " + " ".join(setpriv) +
                         f" {program} \"$@\"\n")
        os.chmod(wrapper, 0o755)
        with mock.patch.object(harness, "PROGRAM", wrapper):
            return self.enterContext(Vncterm(*READY))

    def test_a_user_gets_what_the_kernel_grants_and_one_line(self):
        vncterm = self.start(f"--reuid={NOBODY}", f"--regid={NOBODY}",
                             "--clear-groups")
        fields = status(vncterm.worker)
        self.assertEqual(fields["Uid"], [str(NOBODY)] * 4)
        self.assertEqual(fields["NoNewPrivs"], ["1"])
        self.assertEqual(fields["Seccomp"], ["2"])
        self.assertEqual(limits(vncterm.worker)["Max open files"],
                         ["256", "256"])
        serves(self, vncterm)
        lines = [line for line in vncterm.log_text().splitlines()
                 if "sandbox" in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith("info: "), lines)
        if PROBE:
            told = probe(vncterm.worker, "socket")
            self.assertEqual(told, f"ended by signal {signal.SIGSYS:d}")

    def test_root_in_a_container_is_warned_of_the_network(self):
        vncterm = self.start("--bounding-set=-sys_admin")
        fields = status(vncterm.worker)
        self.assertNotEqual(fields["Uid"][0], "0")
        self.assertEqual(fields["NoNewPrivs"], ["1"])
        self.assertEqual(fields["Seccomp"], ["2"])
        self.assertTrue(proc_link(vncterm.worker, "root").endswith(
            " (deleted)"))
        self.assertEqual(proc_link(vncterm.worker, "ns/net"),
                         proc_link("self", "ns/net"))
        serves(self, vncterm)
        lines = [line for line in vncterm.log_text().splitlines()
                 if "sandbox" in line]
        self.assertEqual(len(lines), 1, lines)
        self.assertTrue(lines[0].startswith("warning: "), lines)


if __name__ == "__main__":
    if os.geteuid() != 0:
        skip("it takes root to look into a locked process")
    if not is_lockable():
        skip("root may not make a network namespace")
    main()
