# SPDX-License-Identifier: GPL-2.0-or-later
"""What a host with many guests asks of one console: that it ends at once, and
that its store and text port cost nothing while nothing happens."""
import contextlib
import os
import pty
import select
import signal
import socket
import statistics
import subprocess
import time
import tty

import harness
import rfb
import xenstored
from idle import SETTLE_S, VIEWERS, Trace, memory_rows, write_back
from parts import both
from report import Row, Skip, at_most

DOMAIN = "/local/domain/7"
CONSOLE = f"{DOMAIN}/console"
END_MS = 100
END_WAIT_S = 20


def end_ms(signals, watched):
    """From sending a signal to the end of processes, in milliseconds.
    `signals` are pairs of a process and a signal."""
    with contextlib.ExitStack() as stack:
        ends = []
        for pid in watched:
            ends.append(os.pidfd_open(pid))
            stack.callback(os.close, ends[-1])
        begin = time.monotonic()
        for pid, signo in signals:
            os.kill(pid, signo)
        for end in ends:
            if not select.select([end], [], [], END_WAIT_S)[0]:
                raise AssertionError("it does not end")
        return 1000 * (time.monotonic() - begin)


def plain_end_ms(signo):
    """The floor: a process that does nothing."""
    with subprocess.Popen(["sleep", "60"]) as process:
        try:
            return end_ms([(process.pid, signo)], [process.pid])
        finally:
            process.kill()


def measure_end(bench, signo, of_worker):
    with bench.echo() as vncterm, contextlib.ExitStack() as viewers:
        for _ in range(VIEWERS):
            viewers.enter_context(vncterm.client()).refresh()
        target = vncterm.worker if of_worker else vncterm.monitor
        took_ms = end_ms([(target, signo)], both(vncterm))
        vncterm.wait()
        return took_ms


def ends(bench):
    """With viewers connected; both processes are gone."""
    rows = []
    count = bench.either(5, 50)
    for what, signo, of_worker in (
            ("SIGTERM", signal.SIGTERM, False),
            ("SIGKILL of the monitor", signal.SIGKILL, False),
            ("SIGKILL of the worker", signal.SIGKILL, True)):
        times = [measure_end(bench, signo, of_worker) for _ in range(count)]
        floor = statistics.median(plain_end_ms(signo) for _ in range(count))
        rows.append(Row(f"{what} to all gone", statistics.median(times), "ms",
                        floor, at_most(END_MS),
                        f"{VIEWERS} viewers, {count} times; "
                        f"most {max(times):.1f} ms"))
    return rows


@contextlib.contextmanager
def guest_console(bench, options=()):
    """A daemon and a vncterm that has joined the console of a guest."""
    stub = bench.build / "tests" / "xenstored" / "libxenstub.so"
    if stub.exists():
        os.environ["VNCTERM_XENSTUB"] = str(stub)
    reason = xenstored.reason_to_skip("c")
    if reason:
        raise Skip(reason)
    with xenstored.Xenstored("c") as store:
        store.write(f"{CONSOLE}/port", "2")
        with harness.Vncterm(options=options, store=(store, CONSOLE)) \
                as vncterm:
            master, slave = pty.openpty()
            tty.setraw(slave)
            store.write(f"{CONSOLE}/tty", os.ttyname(slave))
            harness.wait_until(lambda: "joined" in vncterm.log_text())
            os.close(slave)
            try:
                yield store, vncterm
            finally:
                os.close(master)


def idle_guest(bench):
    """As the agent runs it, with a text client and viewers."""
    seconds = bench.either(3, 10)
    with guest_console(bench, ("-T",)) as (store, vncterm), \
            contextlib.ExitStack() as stack:
        port = int(store.read(f"{CONSOLE}/tc-port"))
        stack.enter_context(socket.create_connection(("127.0.0.1", port)))
        for _ in range(VIEWERS):
            client = stack.enter_context(
                vncterm.client(encodings=(rfb.CORRE,)))
            client.refresh()
            client.request()
        time.sleep(SETTLE_S)
        trace = stack.enter_context(Trace(both(vncterm)))
        time.sleep(seconds)
        count = trace.stop()
    return [Row(f"idle with -x -T, {VIEWERS} viewers: system calls",
                sum(count.values()), "", budget=at_most(0),
                note=f"in {seconds} s, both processes" +
                "".join(f"; {n} {name}" for name, n in count.most_common(4)))]


def guest_memory(bench):
    """The same, without anybody connected."""
    if os.geteuid() != 0:
        raise Skip("the worker of -x can be looked into by root only")
    write_back(harness.PROGRAM)
    with guest_console(bench, ("-T",)) as (_, vncterm):
        time.sleep(SETTLE_S)
        return memory_rows(vncterm, "with -x -T")


def hanging_store(bench):
    """The store has stopped: it must hold up nothing but itself."""
    times = []
    count = bench.either(3, 20)
    for _ in range(count):
        with guest_console(bench) as (store, vncterm):
            store.stop()
            try:
                # So that a call is under way.
                os.kill(vncterm.monitor, signal.SIGUSR1)
                times.append(end_ms([(vncterm.monitor, signal.SIGTERM)],
                                    both(vncterm)))
                vncterm.wait()
            finally:
                store.cont()
    return [Row("SIGTERM to all gone, the store hangs",
                statistics.median(times), "ms", budget=at_most(END_MS),
                note=f"{count} times; most {max(times):.1f} ms")]
