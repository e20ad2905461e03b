# SPDX-License-Identifier: GPL-2.0-or-later
"""Kills and stops things around a console, in any order.

Whatever happens, the console serves while it lives, what ends leaves nothing
behind, and nothing spins. VNCTERM_CHAOS_SECONDS sets how long it goes on for
(5), VNCTERM_CHAOS_SEED repeats a run.
"""
import glob
import os
import pty
import random
import signal
import socket
import subprocess
import tempfile
import time
import tty
import unittest

from harness import PROGRAM, SANITIZED, TimedOut, is_running, main, \
    open_log, skip, wait_until
from rfb import Client, Closed
from xenstored import KINDS, Xenstored, reason_to_skip

BASE = "/local/domain/7/console"
SECONDS = float(os.environ.get("VNCTERM_CHAOS_SECONDS", "5"))
# What both processes may use of a processor while nobody asks for anything.
QUIET_SHARE = 0.25 if SANITIZED else 0.05
TICKS = os.sysconf("SC_CLK_TCK")


def processes_of_session(session):
    """The pids of a session, zombies left out."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and is_running(int(entry)):
            try:
                if os.getsid(int(entry)) == session:
                    found.append(int(entry))
            except ProcessLookupError:
                pass
    return found


def processor_seconds(pids):
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        except FileNotFoundError:
            pass
    return total / TICKS


def roots():
    """Where workers get their root directory from, for a moment."""
    return {path for place in ("/run", "/tmp")
            for path in glob.glob(f"{place}/vncterm*")}


class World:
    """A store, a guest's pty, a vncterm, viewers and text clients."""

    def __init__(self, kind, seed):
        self.random = random.Random(seed)
        self.store = Xenstored(kind)
        self.is_stopped = False
        self.roots_before = roots()
        self.clients = []
        self.master = None
        self.state_dir = tempfile.TemporaryDirectory()
        self.log = open_log()
        self.process = None
        self.store.write(f"{BASE}/port", "2")
        self.start()

    def close(self):
        self.resume_store()
        self.drop_clients()
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(20)
            self.check_nothing_is_left()
        finally:
            self.close_pty()
            self.store.__exit__()
        text = self.log_text()
        self.log.close()
        self.state_dir.cleanup()
        for sign in ("system call", "AddressSanitizer", "runtime error:",
                     "Assertion"):
            assert sign not in text, text

    def log_text(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace")

    # What lives

    def store_runs(self):
        return self.store.process.poll() is None

    def start(self):
        self.resume_store()
        if not self.store_runs():
            self.store.restart()
        self.store.write(f"{BASE}/port", "2")
        environment = dict(os.environ, XENSTORED_PATH=self.store.socket)
        if SANITIZED:
            environment["ASAN_OPTIONS"] = "detect_leaks=0"
        for name in ("vnc-port", "tc-port", "tty"):
            if self.store.exists(f"{BASE}/{name}"):
                self.store.remove(f"{BASE}/{name}")
        self.process = subprocess.Popen(
            [PROGRAM, "-x", BASE, "-T", "-v", "127.0.0.1:1", "--state-dir",
             self.state_dir.name], stdin=subprocess.DEVNULL, stderr=self.log,
            env=environment, cwd="/", start_new_session=True)
        wait_until(lambda: self.store.exists(f"{BASE}/tc-port"),
                   what="the ports")
        self.vnc_port = int(self.store.read(f"{BASE}/vnc-port"))
        self.text_port = int(self.store.read(f"{BASE}/tc-port"))
        self.open_pty()

    def is_alive(self):
        return self.process.poll() is None

    def await_end(self):
        self.process.wait(20)
        self.check_nothing_is_left()

    def check_nothing_is_left(self):
        wait_until(lambda: not processes_of_session(self.process.pid), 5,
                   "the end of all processes")
        wait_until(lambda: roots() <= self.roots_before, 5,
                   "the end of all root directories")
        for name in os.listdir(self.state_dir.name):
            if not name.endswith(".new"):  # the next start removes it
                names = os.listdir(os.path.join(self.state_dir.name, name))
                assert names == ["vncterm.statefile"], names
        half = glob.glob(f"{self.state_dir.name}/*.new")
        assert all(f".{self.process.pid}." in path for path in half), half

    def worker(self):
        path = f"/proc/{self.process.pid}/task/{self.process.pid}/children"
        with open(path, encoding="ascii") as children:
            return int(children.read().split()[0])

    # Things to happen

    def open_pty(self):
        self.close_pty()
        if not self.store_runs() or self.is_stopped:
            return
        self.master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(self.master, False)
        self.store.write(f"{BASE}/tty", os.ttyname(slave))
        time.sleep(0.05)  # else it may be closed before it was ever joined
        os.close(slave)

    def close_pty(self):
        if self.master is not None:
            os.close(self.master)
            self.master = None

    def flood(self):
        if self.master is not None:
            try:
                for _ in range(100):
                    os.write(self.master, b"some text of the guest\r\n" * 100)
            except BlockingIOError:
                pass

    def connect_viewer(self):
        self.clients.append(Client(("127.0.0.1", self.vnc_port)))
        self.clients[-1].request(incremental=False)

    def connect_text(self):
        client = socket.create_connection(("127.0.0.1", self.text_port))
        client.sendall(b"typed text")
        self.clients.append(client)

    def drop_clients(self):
        for client in self.clients:
            client.close()
        self.clients.clear()

    def kill_store(self):
        self.resume_store()
        if self.store_runs():
            self.store.kill()

    def restart_store(self):
        self.kill_store()
        self.store.restart()
        self.store.write(f"{BASE}/port", "2")

    def stop_store(self):
        if self.store_runs() and not self.is_stopped:
            self.store.stop()
            self.is_stopped = True

    def resume_store(self):
        if self.is_stopped:
            self.store.cont()
            self.is_stopped = False

    def save(self):
        self.process.send_signal(signal.SIGUSR1)

    def toggle_log(self):
        self.process.send_signal(signal.SIGUSR2)
        self.process.send_signal(signal.SIGUSR2)

    def hang_up(self):
        self.process.send_signal(signal.SIGHUP)

    def end_by(self, act):
        self.drop_clients()
        act()
        self.await_end()
        self.start()

    def kill_worker(self):
        self.end_by(lambda: os.kill(self.worker(), signal.SIGKILL))

    def kill_monitor(self):
        self.end_by(self.process.kill)

    def terminate(self):
        self.end_by(self.process.terminate)

    def remove_domain(self):
        self.resume_store()
        if self.store_runs():
            # A removal counts only if it has seen the domain in this store.
            wait_until(lambda: self.store.exists(f"{BASE}/tc-port"),
                       what="the ports")
            self.end_by(lambda: self.store.remove("/local/domain/7"))

    def be_quiet(self):
        """Nobody does anything: neither may it."""
        self.drop_clients()
        time.sleep(0.3)
        pids = processes_of_session(self.process.pid)
        before = processor_seconds(pids)
        time.sleep(0.7)
        used = processor_seconds(pids) - before
        assert used <= 0.7 * QUIET_SHARE + 2 / TICKS, f"it spins: {used} s"

    def serves(self):
        """A viewer is greeted and gets a picture, whatever is gone."""
        with Client(("127.0.0.1", self.vnc_port)) as viewer:
            viewer.refresh()

    def act(self):
        actions = [
            self.open_pty, self.open_pty, self.close_pty, self.flood,
            self.connect_viewer, self.connect_viewer, self.connect_text,
            self.connect_text, self.drop_clients, self.kill_store,
            self.restart_store, self.stop_store, self.resume_store, self.save,
            self.toggle_log, self.hang_up, self.kill_worker, self.kill_monitor,
            self.terminate, self.remove_domain, self.be_quiet, self.serves,
            self.serves]
        action = self.random.choice(actions)
        if len(self.clients) >= 12:
            self.drop_clients()
        try:
            action()
        except (Closed, ConnectionError, TimedOut) as error:
            raise AssertionError(f"{action.__name__}: {error!r}") from error
        if not self.is_alive():
            raise AssertionError(f"it ended after {action.__name__}")
        return action.__name__


class Chaos(unittest.TestCase):
    def play(self, kind):
        seed = int(os.environ.get("VNCTERM_CHAOS_SEED", "0")) or \
            random.SystemRandom().randrange(1, 1 << 32)
        print(f"VNCTERM_CHAOS_SEED={seed}")
        world = World(kind, seed)
        history = []
        end = time.monotonic() + SECONDS
        try:
            while time.monotonic() < end:
                history.append(world.act())
        except BaseException:
            print("the last of", len(history), "actions:", history[-20:])
            print(world.log_text()[-4000:])
            raise
        finally:
            world.close()
        print(len(history), "actions")

    def test_with_the_c_daemon(self):
        self.play("c")

    def test_with_the_ocaml_daemon(self):
        self.play("ocaml")


if __name__ == "__main__":
    for daemon in KINDS:
        if reason_to_skip(daemon):
            skip(reason_to_skip(daemon))
    main()
