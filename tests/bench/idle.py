# SPDX-License-Identifier: GPL-2.0-or-later
"""What vncterm does, and holds, while nothing happens."""
import collections
import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import time

import harness
import rfb
from parts import both, cpu_s, ending, memory_kib
from report import Row, Skip, at_most

VIEWERS = 3
SETTLE_S = 1
CROWD_S = 3


def system_calls(bench):
    """Two servers at the same time, as either takes ten seconds."""
    if shutil.which("strace") is None:
        raise Skip("no strace")
    seconds = bench.either(3, 10)
    with contextlib.ExitStack() as stack:
        alone = stack.enter_context(bench.echo(bench.open_options()))
        seen = stack.enter_context(bench.echo(bench.open_options()))
        for _ in range(VIEWERS):
            client = stack.enter_context(
                seen.client(encodings=(rfb.HEXTILE,)))
            client.refresh()
            client.request()
        time.sleep(SETTLE_S)
        traces = [stack.enter_context(Trace(both(vncterm)))
                  for vncterm in (alone, seen)]
        time.sleep(seconds)
        counts = [trace.stop() for trace in traces]
    return [Row(f"idle, {viewers} viewers: system calls",
                sum(count.values()), "", budget=at_most(0),
                note=f"in {seconds} s, both processes" +
                "".join(f"; {n} {name}" for name, n in count.most_common(4)))
            for viewers, count in zip((0, VIEWERS), counts)]


class Trace:
    """strace attached to processes."""

    # A call that lasts until the end does not count.
    ENDED_CALL = re.compile(r"^\d+ +(?:<\.\.\. )?(\w+).*\) += ")

    ATTACHED_S = 0.3

    def __init__(self, pids):
        self.pids = pids

    def __enter__(self):
        self.output = tempfile.NamedTemporaryFile("r")
        argv = ["strace", "-f", "-o", self.output.name]
        for pid in self.pids:
            argv += ["-p", str(pid)]
        self.process = subprocess.Popen(argv, stderr=subprocess.PIPE,
                                        text=True)
        try:
            self.wait_until_attached()
        except BaseException:
            self.__exit__()
            raise
        # Attaching interrupts epoll_wait(), and the loop goes round once.
        time.sleep(self.ATTACHED_S)
        self.output.seek(0, os.SEEK_END)
        return self

    def wait_until_attached(self):
        missing = len(self.pids)
        while missing > 0:
            line = self.process.stderr.readline()
            if not line or "ptrace" in line:
                raise Skip("strace may not attach: " + line.strip())
            missing -= "attached" in line

    def stop(self):
        """Returns how often each system call was made."""
        with ending(self.process):
            pass
        calls = map(self.ENDED_CALL.match, self.output.read().splitlines())
        return collections.Counter(call[1] for call in calls if call)

    def __exit__(self, *_):
        with ending(self.process), self.process.stderr, self.output:
            pass


def memory(bench):
    """Before any viewer, and after one came and went."""
    write_back(harness.PROGRAM)
    rows = []
    with bench.echo(bench.open_options()) as vncterm:
        time.sleep(SETTLE_S)
        rows += memory_rows(vncterm, "before any viewer")
        with vncterm.client(encodings=(rfb.HEXTILE,)) as client:
            client.refresh()
            client.type("hello")
            client.refresh()
        time.sleep(SETTLE_S)
        rows += memory_rows(vncterm, "after a viewer")
    return rows


def crowd(bench):
    """A host has hundreds: what a console costs when it is one of many."""
    count = bench.either(20, 300)
    write_back(harness.PROGRAM)
    with contextlib.ExitStack() as stack:
        crowd = [stack.enter_context(bench.echo(bench.open_options()))
                 for _ in range(count)]
        time.sleep(SETTLE_S)
        pids = [pid for vncterm in crowd for pid in both(vncterm)]
        pss = sum(pss_kib(pid) for pid in pids) / 1024
        before = cpu_s(pids)
        time.sleep(CROWD_S)
        cpu = cpu_s(pids) - before
    return [Row(f"{count} consoles: PSS in all", pss, "MB",
                budget=at_most(400 * count / 300)),
            Row(f"{count} consoles: PSS of each", pss / count, "MB",
                budget=at_most(2.0)),
            Row(f"{count} consoles: CPU", 1000 * cpu, "ms",
                budget=at_most(0), note=f"in {CROWD_S} s")]


def write_back(path):
    """A program fresh from the linker would count as dirty memory."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())


def memory_rows(vncterm, when):
    rows = []
    for name, size_kib, budget in (("private dirty", private_dirty_kib, 1.2),
                                   ("PSS", pss_kib, 2.0)):
        parts = [size_kib(pid) for pid in both(vncterm)]
        rows.append(Row(f"memory {when}: {name}", sum(parts) / 1024, "MB",
                        budget=at_most(budget),
                        note=f"monitor {parts[0]:.0f} kB, "
                             f"worker {parts[1]:.0f} kB"))
    return rows


def private_dirty_kib(pid):
    """What the two share since the fork counts half in each: nobody else
    has it, so it belongs to them."""
    return memory_kib(pid, "Private_Dirty") + \
        memory_kib(pid, "Shared_Dirty") / 2


def pss_kib(pid):
    return memory_kib(pid, "Pss")
