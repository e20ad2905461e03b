# SPDX-License-Identifier: GPL-2.0-or-later
"""The host agent's part in dom0: it starts a vncterm for each guest.

For tests VNCTERM names the program, VNCTERM_XEN the folder for what is made
once, and VNCTERM_XEN_IMAGE what to boot. All are set by tests/xen/check.
"""
import os
import pathlib
import re
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import image
from harness import screen, wait_until
from machine import Cabinet
from rfb import Client

PROGRAM = "/opt/vncterm"
WHEEL_UP, WHEEL_LINES = 1 << 3, 3
MIDDLE = 1 << 1
# An emulated machine beside other load is slow; a test waits for as long.
SECONDS = 90

_cabinet = None


def cabinet():
    global _cabinet
    if _cabinet is None:
        _cabinet = Cabinet(os.environ["VNCTERM_XEN"],
                           image.Image(os.environ["VNCTERM_XEN_IMAGE"]))
    return _cabinet


def program_tree(program):
    tree = image.Tree()
    tree.add_program(PROGRAM.lstrip("/"), program)
    return tree


def machine(store, program=None):
    """A machine with pv1 up, and the program in dom0."""
    running = cabinet().machine(store)
    try:
        running.put(program_tree(program or os.environ["VNCTERM"]))
    except BaseException:
        running.close()
        raise
    return running


class Guest:
    """A guest by its name, whatever its domain id is at the moment."""

    def __init__(self, dom0, name="pv1"):
        self.dom0 = dom0
        self.name = name
        self.log = f"/var/log/xen/console/guest-{name}.log"

    @classmethod
    def start(cls, dom0, name, *settings):
        quoted = " ".join(f"'{setting}'" for setting in settings)
        dom0.run(f"guest-start {name} {quoted}")
        return cls(dom0, name)

    def wait(self):
        self.dom0.run(f"guest-wait {self.name}")

    @property
    def domain(self):
        """None when there is none."""
        status, out = self.dom0.try_run(f"xl domid {self.name}")
        return int(out) if status == 0 else None

    def log_text(self):
        """All that it has said since it was first started, to the byte."""
        return self.dom0.try_run(f"cat {self.log}")[1]


class Console:
    """A vncterm as the agent spawns it: PATH as the whole environment, / as
    the working directory, a session of its own."""

    SPAWN = (
        "cd / && rm -f /tmp/agent-{0}.status && "
        "setsid sh -c 'env -i PATH=/sbin:/usr/sbin:/bin:/usr/bin {2} "
        "{1} -x /local/domain/{0}/console -T -v 127.0.0.1:1 0>/dev/null & "
        "echo $! >/tmp/agent-{0}.pid; wait $!; "
        "echo $? >/tmp/agent-{0}.status' "
        "</dev/null >/tmp/agent-{0}.log 2>&1 &"
        "until [ -s /tmp/agent-{0}.pid ]; do :; done")

    def __init__(self, dom0, domain, environment=""):
        self.dom0 = dom0
        self.domain = domain
        self.base = f"/local/domain/{domain}/console"
        dom0.run(self.SPAWN.format(domain, PROGRAM, environment))
        self.pid = int(dom0.run(f"cat /tmp/agent-{domain}.pid"))
        self.ports = {}

    def port(self, key="vnc-port"):
        """The loopback port here of what the store names."""
        if key not in self.ports:
            # libxl may make the directory anew while we look.
            port = self.dom0.run(
                f"until xenstore-read {self.base}/{key} 2>/dev/null; do :; "
                "done")
            self.ports[key] = self.dom0.forward_local(int(port))
        return self.ports[key]

    def viewer(self):
        return Client(("127.0.0.1", self.port()), version="3.3",
                      timeout=SECONDS)

    def log_text(self):
        return self.dom0.run(f"cat /tmp/agent-{self.domain}.log")

    def is_running(self):
        return self.dom0.try_run(f"[ -d /proc/{self.pid} ]")[0] == 0

    def worker(self):
        children = self.dom0.run(f"cat /proc/{self.pid}/task/{self.pid}/"
                                 "children").split()
        return int(children[0])

    def ptys(self):
        """What the two processes have open below /dev/pts."""
        out = self.dom0.run(f"ls -l /proc/{self.pid}/fd "
                            f"/proc/{self.worker()}/fd")
        return re.findall(r"-> (/dev/pts/\d+)", out)

    def wait_for_end(self):
        """Returns its exit status."""
        path = f"/tmp/agent-{self.domain}.status"
        wait_until(lambda: self.dom0.try_run(f"[ -s {path} ]")[0] == 0,
                   SECONDS, f"the end of vncterm {self.domain}")
        return int(self.dom0.run(f"cat {path}"))


def history(viewer):
    """Everything that the console has said, scrollback included, as rows.

    While the view is scrolled back, a mark at the right end of its first row,
    such as -12/345, says how far and of how much: so the end of the very first
    row is missing.
    """
    newest = screen(viewer.refresh())
    rows = {}
    # A page less a row, as the first one is not whole.
    steps = (len(newest) - 1) // WHEEL_LINES
    back, lines = 0, None
    while back != lines:
        for _ in range(steps):
            viewer.pointer(100, 100, WHEEL_UP)
            viewer.pointer(100, 100, 0)
        page = screen(viewer.refresh())
        mark = re.search(r"-(\d+)/(\d+)$", page[0])
        back, lines = int(mark[1]), int(mark[2])
        for number, row in enumerate(page[1:], lines - back + 1):
            rows[number] = row
    rows[0] = page[0][:mark.start()]
    rows.update(enumerate(newest, lines))
    return [rows[number] for number in range(len(rows))]


def assert_shows(test, rows, log):
    """That rows of history() are those of the log."""
    test.assertTrue(log[0].startswith(rows[0].rstrip()), (log[0], rows[0]))
    test.assertEqual(rows[1:], log[1:])


def as_rows(text, cols=80):
    """Console output as rows: what a terminal makes of plain lines."""
    rows = []
    for line in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).split("\n"):
        line = line.replace("\r", "").expandtabs(8)
        rows += [line[at:at + cols].rstrip()
                 for at in range(0, max(len(line), 1), cols)]
    return rows


def wait_for_row(viewer, row):
    """Until some row of the screen is exactly that; returns the screen."""
    seen = []

    def is_there():
        seen[:] = screen(viewer)
        return row in seen

    viewer.pump(is_there, SECONDS)
    return seen


class XenTest(unittest.TestCase):
    """A test with a machine of its own; `store` and `program` are its."""

    store = "c"
    program = None

    def setUp(self):
        self.dom0 = self.enterContext(machine(self.store, self.program))
        self.guest = Guest(self.dom0)

    def console(self, guest=None, **kwargs):
        console = Console(self.dom0, (guest or self.guest).domain, **kwargs)
        self.addCleanup(self.check_log, console)
        return console

    def check_log(self, console):
        """No sanitizer, no assertion, no crash."""
        text = console.log_text()
        for sign in ("ERROR: AddressSanitizer", "runtime error:", "Assertion",
                     "ended by signal"):
            self.assertNotIn(sign, text)

    def viewer(self, console):
        return self.enterContext(console.viewer())
