# SPDX-License-Identifier: GPL-2.0-or-later
"""An emulated machine with the real Xen, a dom0, and guests.

QEMU runs it in software, so that it needs no rights and no support by the
processor. A machine that has booted is saved, and later ones begin there, in a
second instead of half a minute. It reaches nothing outside; from here, commands
and TCP ports of dom0 are reached through loopback ports.
"""
import base64
import hashlib
import json
import os
import pathlib
import re
import shlex
import socket
import subprocess
import tempfile
import time

import image

STORES = ("c", "ocaml")
COMMAND_PORT = 7000  # of dom0: see dom0/serve-command
RELAY_BASE = 20000   # + port: reaches that port of dom0's 127.0.0.1
DOM0_MIB = 352
# Xen itself, and the kernel and file system that lie beside dom0 at first.
LOADING_MIB = 160
GUEST_MIB = 136  # 128 and what Xen needs for one
GUESTS_MAX = 3
BOOT_SECONDS = 300
RESTORE_SECONDS = 60
COMMAND_SECONDS = 120

XEN_ARGUMENTS = (
    f"console=com1 com1=115200,8n1 dom0_mem={DOM0_MIB}M,max:{DOM0_MIB}M "
    "dom0_max_vcpus=1 loglvl=warning guest_loglvl=none spec-ctrl=no xpti=no "
    "sched=credit bootscrub=0 no-real-mode vga=none")
# What takes long in an emulated processor, and guards against what it lacks.
DOM0_ARGUMENTS = (
    "console=hvc0 rdinit=/init mitigations=off quiet loglevel=3 "
    "cryptomgr.notests rodata=off apparmor=0 audit=0 random.trust_cpu=on "
    "nokaslr init_on_alloc=0 swiotlb=4096 tsc=reliable initcall_blacklist="
    "crypto_kdf108_init,init_kprobe_trace,init_acpi_pm_clocksource")
# Not -cpu max: with SMAP, QEMU 7.2 faults a PV kernel's return to itself.
CPU = "qemu64,+rdrand,+rdseed"


class MachineError(Exception):
    """The machine, or a command in it, failed; the text says how."""


class Qmp:
    """QEMU's control connection (its qmp-spec)."""

    def __init__(self, path, process):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(RESTORE_SECONDS)
        end = time.monotonic() + RESTORE_SECONDS
        while True:
            try:
                self.socket.connect(path)
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > end:
                    self.socket.close()
                    raise MachineError("QEMU does not start") from None
                time.sleep(0.01)
        self.lines = self.socket.makefile("rw", encoding="utf-8")
        self.lines.readline()  # its greeting
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        self.lines.write(json.dumps({"execute": command,
                                     "arguments": arguments}) + "\n")
        self.lines.flush()
        while line := self.lines.readline():
            answer = json.loads(line)
            if "error" in answer:
                raise MachineError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
        raise MachineError("QEMU has ended")

    def monitor(self, line):
        """A command of the monitor that people use; returns what it says."""
        return self.ask("human-monitor-command", **{"command-line": line})

    def close(self):
        self.lines.close()
        self.socket.close()


class Machine:
    """A running machine with one guest, pv1, and room for GUESTS_MAX.

    It boots, or goes on from a saved state; see Cabinet.
    """

    def __init__(self, boot_image, store, state=None):
        self.folder = tempfile.TemporaryDirectory(prefix="xen-")
        self.console_log = os.path.join(self.folder.name, "console")
        self.dom0_log = os.path.join(self.folder.name, "dom0")
        qmp = os.path.join(self.folder.name, "qmp")
        memory = DOM0_MIB + LOADING_MIB + GUESTS_MAX * GUEST_MIB
        argv = [
            "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", CPU,
            "-machine", "pc", "-m", str(memory), "-smp", "2",
            "-nodefaults", "-display", "none", "-no-reboot",
            "-netdev", "user,id=net0,restrict=on,ipv6=off",
            "-device", "e1000,netdev=net0,romfile=",
            "-serial", f"file:{self.console_log}",
            "-serial", f"file:{self.dom0_log}",
            "-qmp", f"unix:{qmp},server=on,wait=off",
            "-kernel", str(boot_image.xen), "-append", XEN_ARGUMENTS,
            # A comma in a module's arguments is doubled.
            "-initrd", f"{boot_image.kernel} " + DOM0_ARGUMENTS.replace(
                ",", ",,") + f" vncterm.store={store} "
            f"vncterm.guests=1,{boot_image.initrd}"]
        if state:
            argv += ["-incoming", f"exec:cat {shlex.quote(str(state))}"]
        with open(os.path.join(self.folder.name, "qemu"), "wb") as log:
            # It ends with whoever has started it.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *argv],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.qmp = None
        self.command_port = None
        try:
            self.qmp = Qmp(qmp, self.process)
            if state:
                self.wait_for_state()
            else:
                self.wait_for_boot()
            self.command_port = self.forward(COMMAND_PORT)
            self.run(f"date -s @{int(time.time())}")
        except MachineError as error:
            text = f"{error}\n{self.log_text()}"
            self.close()
            raise MachineError(text) from None
        except BaseException:
            self.close()
            raise

    def log_text(self):
        """The last of what Xen, dom0 and QEMU have said."""
        text = ""
        for name in ("console", "dom0", "qemu"):
            path = pathlib.Path(self.folder.name, name)
            if path.exists():
                lines = path.read_text(errors="replace").splitlines()
                text += "\n".join(lines[-20:]) + "\n"
        return text

    def wait_for_boot(self):
        end = time.monotonic() + BOOT_SECONDS
        while True:
            said = pathlib.Path(self.dom0_log).read_text(errors="replace") \
                if os.path.exists(self.dom0_log) else ""
            if "READY" in said:
                return
            if "FAILED" in said or self.process.poll() is not None:
                raise MachineError("dom0 does not start")
            if time.monotonic() > end:
                raise MachineError(f"dom0 is not up in {BOOT_SECONDS} s")
            time.sleep(0.05)

    def wait_for_state(self):
        end = time.monotonic() + RESTORE_SECONDS
        while self.qmp.ask("query-status")["status"] != "running":
            if time.monotonic() > end:
                raise MachineError("the saved machine does not run")
            time.sleep(0.02)

    def save(self, path):
        """Ends the machine and keeps its state in a file."""
        making = f"{path}.making"
        self.qmp.ask("migrate-set-parameters", **{"max-bandwidth": 1 << 33})
        # Not stopped before: a machine keeps that when it is restored.
        self.qmp.ask("migrate", uri=f"exec:cat >{shlex.quote(making)}")
        end = time.monotonic() + RESTORE_SECONDS
        while (told := self.qmp.ask("query-migrate"))["status"] != "completed":
            if told["status"] == "failed" or time.monotonic() > end:
                raise MachineError("the machine cannot be saved")
            time.sleep(0.05)
        self.close()
        os.replace(making, path)

    # Reaching dom0

    def forward(self, port):
        """A loopback port here for a port on dom0's network interface."""
        for _ in range(20):
            with socket.socket() as chosen:
                chosen.bind(("127.0.0.1", 0))
                ours = chosen.getsockname()[1]
            # It says something only if another program was faster.
            if not self.qmp.monitor(f"hostfwd_add net0 tcp:127.0.0.1:{ours}"
                                    f"-10.0.2.15:{port}"):
                return ours
        raise MachineError(f"no free port for port {port} of dom0")

    def forward_local(self, port):
        """A loopback port here for a port of dom0's own 127.0.0.1."""
        relay = RELAY_BASE + port
        self.start(f"nc -ll -p {relay} -e nc 127.0.0.1 {port}")
        self.run(f"until netstat -ltn | grep -q ':{relay} '; do :; done")
        return self.forward(relay)

    def connect(self, script, data=b""):
        """Sends a shell script and its standard input; returns the socket."""
        connection = socket.create_connection(("127.0.0.1", self.command_port),
                                              timeout=COMMAND_SECONDS)
        connection.sendall(base64.b64encode(script.encode()) + b"\n" + data)
        connection.shutdown(socket.SHUT_WR)
        return connection

    def try_run(self, script, data=b""):
        """Runs a shell script in dom0; returns its status and output."""
        out = b""
        with self.connect(script, data) as connection:
            while not (found := re.search(rb"\0(\d+)\n\Z", out)):
                try:
                    more = connection.recv(1 << 16)
                except TimeoutError:
                    raise MachineError(
                        f"dom0: {script}: does not end:\n"
                        f"{out.decode(errors='replace')}") from None
                if not more:
                    raise MachineError(f"dom0: {script}: connection lost")
                out += more
        return int(found[1]), out[:found.start()].decode(errors="replace")

    def run(self, script, data=b""):
        """The same for one that must succeed; returns its output."""
        status, out = self.try_run(script, data)
        if status != 0:
            raise MachineError(f"dom0: {script}: status {status}:\n{out}")
        return out.rstrip("\n")

    def start(self, script):
        """Runs a shell script in the background; returns its process id."""
        return int(self.run(f"setsid sh -c {shlex.quote('exec ' + script)} "
                            "</dev/null >/dev/null 2>&1 & echo $!"))

    def put(self, tree):
        """Adds files to dom0; `tree` is an image.Tree."""
        self.run("tar x -C /", tree.tar())

    def close(self):
        if self.qmp:
            self.qmp.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Cabinet:
    """Saved machines, one for each store, made when first asked for."""

    def __init__(self, folder, boot_image=None):
        """Everything is kept in `folder`; the image is made there if none is
        given. Raises Unavailable."""
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.image = boot_image or image.prepare(self.folder)
        version = subprocess.run(["qemu-system-x86_64", "--version"],
                                 capture_output=True, text=True, check=True)
        # What the saved machine is made of, and what must read it again.
        parts = (self.image.folder.name.encode(), version.stdout.encode(),
                 pathlib.Path(__file__).read_bytes())
        self.key = hashlib.sha256(b"\n".join(parts)).hexdigest()[:16]

    def prepare(self, store):
        """Makes the saved machine with that store, unless it is there."""
        path = self.folder / f"state-{store}-{self.key}"
        for old in self.folder.glob(f"state-{store}-*"):
            if old != path:
                old.unlink()
        if not path.exists():
            with Machine(self.image, store) as machine:
                machine.save(path)
        return path

    def machine(self, store):
        """A running machine."""
        return Machine(self.image, store, state=self.prepare(store))
