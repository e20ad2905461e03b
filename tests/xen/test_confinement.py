# SPDX-License-Identifier: GPL-2.0-or-later
"""What is left to the worker in a real dom0, where the monitor is root.

The tests of e2e/test_lockdown.py are run there, by a Python of Debian's, and
what the agent's own way to start a console adds is looked at from outside.
"""
import os
import re
import signal
import unittest
from pathlib import Path

import image
from agent import PROGRAM, Console, XenTest, wait_for_row
from packages import PYTHON_PACKAGES, unpacked

BASE_ID = 0x70000000
PROBE = "/opt/probe"
FORBIDDEN = ("openat", "socket")  # the tests that run in dom0 try the rest
# All but those of processes that are less than root.
CLASSES = ("FromOutside", "FromInside", "StderrIsATerminal", "Options")
E2E = Path(__file__).resolve().parent.parent / "e2e"


def probe_tree():
    tree = image.Tree()
    tree.add_program(PROBE.lstrip("/"), os.environ["VNCTERM_PROBE"])
    return tree


def python_tree():
    """Python, and the tests of the lock-down."""
    root, _ = unpacked(os.path.join(os.environ["VNCTERM_XEN"], "python"),
                       PYTHON_PACKAGES)
    tree = probe_tree()
    for file in sorted(root.rglob("*")):
        path = str(file.relative_to(root))
        if path.startswith("usr/share") or file.is_dir():
            continue
        if file.is_symlink():
            tree.add_link(path, os.readlink(file))
        elif "lib-dynload" in path or path.startswith("usr/bin"):
            tree.add_program(path.replace("usr/bin", "opt"), file, root)
        else:
            tree.add_file(path, file)
    for file in E2E.glob("*.py"):
        tree.add_file(f"opt/e2e/{file.name}", file)
    return tree


class Confinement(XenTest):
    def test_the_tests_of_the_lock_down_hold_here(self):
        self.dom0.put(python_tree())
        out = self.dom0.run(
            "cd /opt/e2e; PATH=/opt:$PATH PYTHONDONTWRITEBYTECODE=1 "
            f"VNCTERM={PROGRAM} VNCTERM_PROBE={PROBE} "
            "python3.11 test_lockdown.py " + " ".join(CLASSES))
        self.assertRegex(out, r"\nOK$")
        self.assertGreater(int(re.search(r"Ran (\d+) tests", out)[1]), 15)

    def start(self):
        """A console that serves; what the guest said before may be gone."""
        console = Console(self.dom0, self.guest.domain)
        with console.viewer() as viewer:
            viewer.type("\n")
            wait_for_row(viewer, "pv1#")
        return console

    def test_the_agents_worker_from_outside(self):
        console = self.start()
        worker = console.worker()
        port = int(self.dom0.run(f"xenstore-read {console.base}/vnc-port"))
        fields = dict(re.findall(r"^(\w+):\t(.*)$", self.dom0.run(
            f"cat /proc/{worker}/status"), re.MULTILINE))
        for name in ("Uid", "Gid"):
            self.assertEqual(fields[name].split(), [str(BASE_ID + port)] * 4)
        self.assertEqual(fields["Groups"].split(), [])
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertEqual(int(fields[name], 16), 0, name)
        self.assertEqual(fields["NoNewPrivs"], "1")
        self.assertEqual(fields["Seccomp"], "2")
        links = self.dom0.run(f"cd /proc/{worker}; readlink root; ls -A root/;"
                              "readlink ns/net; readlink /proc/self/ns/net")
        root, its_network, network = links.splitlines()
        self.assertTrue(root.endswith(" (deleted)"), root)
        self.assertNotEqual(its_network, network)
        self.assertEqual(self.dom0.run("ls -A /run | grep vncterm || :"), "")

    def test_the_agents_worker_from_inside(self):
        self.dom0.put(probe_tree())
        for call in FORBIDDEN:
            with self.subTest(call):
                console = self.start()
                told = self.dom0.run(f"{PROBE} {console.worker()} {call}")
                self.assertEqual(told, f"ended by signal {signal.SIGSYS:d}")
                self.assertEqual(console.wait_for_end(), 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
