# SPDX-License-Identifier: GPL-2.0-or-later
"""The processes that measurements are made of, and what /proc says of them."""
import contextlib
import dataclasses
import os
import pathlib
import socket
import subprocess
import tempfile

import harness

LOG, SGR, UTF8, REDRAW = "log", "sgr", "utf8", "redraw"
HELPER_TIMEOUT_S = 60
NS = 1e-9


@dataclasses.dataclass(frozen=True)
class Bench:
    """What to measure, and how thoroughly."""
    build: pathlib.Path
    quick: bool

    def helper(self, name):
        return str(self.build / "tests" / "bench" / f"bench_{name}")

    def either(self, quick, full):
        return quick if self.quick else full

    def run_helper(self, name, *args):
        """Runs a helper that prints pairs of numbers; returns the second
        ones of each index."""
        done = subprocess.run([self.helper(name), *map(str, args)],
                              stdout=subprocess.PIPE, check=True, text=True,
                              timeout=HELPER_TIMEOUT_S)
        samples = ([], [])
        for line in done.stdout.splitlines():
            index, value = line.split()
            samples[int(index)].append(int(value))
        return samples

    def open_options(self):
        """Options that let a normal user look at the worker."""
        text = subprocess.run([harness.PROGRAM, "--help"], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        if os.geteuid() != 0 and "--sandbox" in text:
            return ("--sandbox=off",)
        return ()

    def echo(self, options=()):
        """A vncterm whose guest writes back what is typed."""
        return harness.Vncterm(self.helper("guest_echo"), options=options)


def both(vncterm):
    return vncterm.monitor, vncterm.worker


def cpu_s(pids):
    """CPU seconds of processes. schedstat counts nanoseconds, where stat's
    utime and stime have steps of 10 ms."""
    total = 0
    for pid in pids:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
    return total * NS


def memory_kib(pid, field):
    """A field of smaps_rollup, as Pss or Private_Dirty."""
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in text.splitlines()
                if line.startswith(field + ":"))


@contextlib.contextmanager
def ending(process):
    """Ends a helper of ours when the block does."""
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def floor_echo(bench):
    """Yields the port of a server that echoes through a pty."""
    argv = [bench.helper("floor_echo"), bench.helper("guest_echo")]
    with ending(subprocess.Popen(argv, stdout=subprocess.PIPE,
                                 text=True)) as process:
        with process.stdout:
            yield int(process.stdout.readline())


class Guest:
    """The other end of guest_flood, to be started inside a console."""

    def __init__(self, connection):
        self.connection = connection
        self.answers = connection.makefile("r")

    def obey(self, command):
        """Returns how many bytes it wrote, and how many seconds they took."""
        self.connection.sendall(command.encode() + b"\n")
        answer = self.answers.readline()
        if not answer:
            raise ConnectionError("the guest has ended")
        size, time_ns = map(int, answer.split())
        return size, time_ns * NS

    def flood(self, kind, size):
        return self.obey(f"flood {kind} {size}")


class GuestDoor:
    """The socket on which a guest reports."""

    def __init__(self, bench):
        self.bench = bench
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        path = os.path.join(folder, "guest")
        self.listener = self.stack.enter_context(
            socket.socket(socket.AF_UNIX))
        self.listener.bind(path)
        self.listener.listen()
        self.listener.settimeout(HELPER_TIMEOUT_S)
        self.command = [self.bench.helper("guest_flood"), path]
        return self

    def __exit__(self, *_):
        self.stack.close()

    def accept(self):
        connection, _ = self.listener.accept()
        connection.settimeout(HELPER_TIMEOUT_S)
        self.stack.enter_context(connection)
        return Guest(connection)


@contextlib.contextmanager
def flooding_vncterm(bench):
    """Yields a vncterm and the guest in it."""
    with GuestDoor(bench) as door:
        with harness.Vncterm(*door.command) as vncterm:
            yield vncterm, door.accept()


@contextlib.contextmanager
def flooding_floor(bench):
    """Yields the pid of a bare reader and the guest on its pty."""
    with GuestDoor(bench) as door:
        argv = [bench.helper("floor_reader"), *door.command]
        with ending(subprocess.Popen(argv)) as process:
            yield process.pid, door.accept()


@dataclasses.dataclass(frozen=True)
class Seen:
    """What a viewer got between two marks."""
    updates: int
    size: int
    span_s: float
    longest_gap_s: float

    @property
    def rate(self):
        """Updates a second, from the first to the last."""
        return (self.updates - 1) / self.span_s if self.updates > 1 else 0


class Viewer:
    """A viewer in its own process that takes all it can get."""

    def __init__(self, bench, vncterm, encodings):
        argv = [bench.helper("viewer"), str(vncterm.address[1]),
                *map(str, encodings)]
        self.process = subprocess.Popen(argv, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        if self.process.stdout.readline() != "ready\n":
            self.__exit__()
            raise ConnectionError("the viewer does not get its picture")
        return self

    def __exit__(self, *_):
        with ending(self.process), self.process.stdout, self.process.stdin:
            pass

    def mark(self):
        """What it has seen since the last mark."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        updates, size, span_ns, gap_ns = map(int, line.split())
        return Seen(updates, size, span_ns * NS, gap_ns * NS)
