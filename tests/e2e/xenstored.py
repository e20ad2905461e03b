# SPDX-License-Identifier: GPL-2.0-or-later
"""Real daemons of xenstore without Xen, and a client of theirs.

    xenstored.py c|ocaml PROGRAM [ARGUMENT...]

runs a program with XENSTORED_PATH set to a fresh store, which is started again,
empty, when it dies. It ends with the program's exit status.

VNCTERM_XENSTUB names the library that stands in for Xen (tests/xenstored).
"""
import glob
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

SKIPPED = 77  # ctest's SKIP_RETURN_CODE
KINDS = {"c": "xenstored", "ocaml": "oxenstored"}
START_SECONDS = 20

# The wire protocol: xen/io/xs_wire.h, docs/misc/xenstore.txt.
HEADER = struct.Struct("=IIII")  # type, request, transaction, length
(DIRECTORY, READ, GET_PERMS, TRANSACTION_START, TRANSACTION_END, INTRODUCE,
 RELEASE, WRITE, RM, SET_PERMS, ERROR) = (1, 2, 3, 6, 7, 8, 9, 11, 13, 14, 16)

OXENSTORED_CONF = """\
pid-file = {0}/pid
persistent = false
merge-activate = true
perms-activate = true
quota-activate = true
quota-maxentity = 1000
quota-maxsize = 2048
quota-maxwatch = 100
quota-transaction = 10
xenstored-log-file = {0}/oxenstored.log
xenstored-kva = /proc/xen/xsd_kva
xenstored-port = /proc/xen/xsd_port
"""


def daemon_path(kind):
    found = sorted(glob.glob(f"/usr/lib/xen-*/bin/{KINDS[kind]}"))
    return found[-1] if found else None


def is_lockable():
    """With -x root gets the whole lock-down, a network namespace too, or an
    error."""
    if os.geteuid() != 0:
        return True
    done = subprocess.run(["unshare", "--net", "true"], capture_output=True,
                          check=False)
    return done.returncode == 0


def reason_to_skip(kind, runs_vncterm=True):
    """Why that daemon, or a vncterm with it, cannot be run here, or None."""
    if runs_vncterm and not is_lockable():
        return "root that may not make a network namespace cannot use -x"
    if not daemon_path(kind):
        return f"no {KINDS[kind]} (package xen-utils)"
    if not os.environ.get("VNCTERM_XENSTUB"):
        return "no headers of libxenctrl when the tests were built"
    return None


class StoreError(Exception):
    """What the daemon answers when it refuses, such as "ENOENT"."""


class Connection:
    """Requests on one connection, each waiting for its answer."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(START_SECONDS)
        try:
            self.socket.connect(path)
        except OSError:
            self.socket.close()
            raise

    def take(self, count):
        data = b""
        while len(data) < count:
            part = self.socket.recv(count - len(data))
            if not part:
                raise ConnectionError("the store has closed the connection")
            data += part
        return data

    def ask(self, kind, payload, transaction=0):
        self.socket.sendall(HEADER.pack(kind, 0, transaction, len(payload)) +
                            payload)
        answer, _, _, length = HEADER.unpack(self.take(HEADER.size))
        body = self.take(length)
        if answer == ERROR:
            raise StoreError(body.rstrip(b"\0").decode())
        return body

    def close(self):
        self.socket.close()


class Xenstored:
    """A running daemon with a directory of its own."""

    def __init__(self, kind="c"):
        self.kind = kind
        self.folder = tempfile.TemporaryDirectory(prefix="xenstored-")
        self.socket = os.path.join(self.folder.name, "socket")
        self.process = None
        self.connection = None
        self.start()

    def start(self):
        folder = self.folder.name
        environment = dict(os.environ,
                           LD_PRELOAD=os.environ["VNCTERM_XENSTUB"])
        if self.kind == "c":
            environment["XENSTORED_RUNDIR"] = folder
            options = ["-N", "-I"]
        else:
            environment["XENSTUB_DIR"] = folder
            conf = os.path.join(folder, "conf")
            with open(conf, "w", encoding="ascii") as out:
                out.write(OXENSTORED_CONF.format(folder))
            options = ["--no-fork", "--no-access-log", "--config-file", conf]
        environment.pop("XENSTORED_PATH", None)
        with open(os.path.join(folder, "log"), "ab") as log:
            self.process = subprocess.Popen(
                [daemon_path(self.kind), *options], env=environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.wait_until_ready()

    def wait_until_ready(self):
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self.connection = Connection(self.socket)
                self.exists("/")
                return
            except OSError as error:
                self.disconnect()
                ended = self.process.poll() is not None
                if ended or time.monotonic() > end:
                    self.kill()
                    raise AssertionError(self.log_text()) from error
                time.sleep(0.005)

    def log_text(self):
        with open(os.path.join(self.folder.name, "log"),
                  encoding="utf-8", errors="replace") as log:
            return log.read()

    def disconnect(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    # Nodes. Values are bytes, or text in Latin-1.

    @staticmethod
    def encode(value):
        return value if isinstance(value, bytes) else value.encode("latin-1")

    def ask(self, kind, path, payload=b"\0", transaction=0):
        return self.connection.ask(kind, path.encode() + payload, transaction)

    def read(self, path, transaction=0):
        return self.ask(READ, path, transaction=transaction).decode("latin-1")

    def write(self, path, value, transaction=0):
        self.ask(WRITE, path, b"\0" + self.encode(value), transaction)

    def remove(self, path, transaction=0):
        self.ask(RM, path, transaction=transaction)

    def list(self, path):
        names = self.ask(DIRECTORY, path).split(b"\0")
        return sorted(name.decode() for name in names if name)

    def permissions(self, path):
        """As in xenstore-ls: owner first, such as ["n0", "r7"]."""
        return self.ask(GET_PERMS, path).rstrip(b"\0").decode().split("\0")

    def set_permissions(self, path, *permissions):
        self.ask(SET_PERMS, path,
                 b"".join(b"\0" + p.encode() for p in permissions) + b"\0")

    def exists(self, path):
        try:
            self.read(path)
        except StoreError as error:
            if str(error) != "ENOENT":
                raise
            return False
        return True

    def start_transaction(self):
        return int(self.ask(TRANSACTION_START, "").rstrip(b"\0"))

    def end_transaction(self, transaction, commit=True):
        self.ask(TRANSACTION_END, "T" if commit else "F",
                 transaction=transaction)

    # Domains. Watches of @introduceDomain and @releaseDomain fire.

    def introduce(self, domain):
        self.ask(INTRODUCE, f"{domain}\0{0}\0{domain + 1}")

    def release(self, domain):
        self.ask(RELEASE, str(domain))

    # The process.

    def kill(self):
        """As a crash."""
        self.disconnect()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def stop(self):
        """Hangs: it answers nothing until cont()."""
        self.process.send_signal(signal.SIGSTOP)

    def cont(self):
        self.process.send_signal(signal.SIGCONT)

    def restart(self):
        """Another one in its place, empty."""
        self.kill()
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        self.folder.cleanup()


def run_with_store(kind, argv):
    """Runs `argv` with a store that is there again soon after it has died."""
    is_over = False

    with Xenstored(kind) as store:
        environment = dict(os.environ, XENSTORED_PATH=store.socket)
        with subprocess.Popen(argv, env=environment) as program:
            def wait_for_program():
                nonlocal is_over
                program.wait()
                is_over = True
                store.process.kill()

            waiter = threading.Thread(target=wait_for_program)
            waiter.start()
            while True:
                store.process.wait()
                if is_over:
                    break
                store.start()
            waiter.join()
            return program.returncode


def main():
    kind, argv = sys.argv[1], sys.argv[2:]
    reason = reason_to_skip(kind, runs_vncterm=False)
    if reason:
        print(f"SKIP: {reason}")
        sys.exit(SKIPPED)
    status = run_with_store(kind, argv)
    sys.exit(status if status >= 0 else 1)


if __name__ == "__main__":
    main()
