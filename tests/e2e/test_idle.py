# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing to do means nothing done: no system call in either process."""
import os
import shutil
import subprocess
import tempfile
import time
import unittest

from harness import SANITIZED, Vncterm, main, skip, wait_for_text, wait_until
from rfb import HEXTILE

SECONDS = 10


def trace_idle(pids):
    """What strace sees of `pids` in SECONDS.

    Attaching makes epoll_wait() return once; what follows that is left out.
    """
    with tempfile.NamedTemporaryFile("r") as trace:
        argv = ["strace", "-o", trace.name]
        for pid in pids:
            argv += ["-p", str(pid)]
        with subprocess.Popen(argv, stderr=subprocess.PIPE,
                              text=True) as strace:
            for _ in pids:
                line = strace.stderr.readline()
                if "attached" not in line:
                    strace.terminate()
                    return None
            time.sleep(0.5)
            trace.read()
            time.sleep(SECONDS)
            lines = trace.read().splitlines()
            strace.terminate()
        return lines


class Idle(unittest.TestCase):
    def test_idle_with_three_viewers_makes_no_system_call(self):
        with Vncterm("sh") as vncterm:
            viewers = [self.enterContext(vncterm.client(encodings=(HEXTILE,)))
                       for _ in range(3)]
            for viewer in viewers:
                wait_for_text(viewer, "$")
                viewer.request()
            # One of them holds a button at an edge where nothing can scroll.
            viewers[0].pointer(100, 100, 1)
            viewers[0].pointer(100, 0, 1)
            wait_until(lambda: all(v.message(0.3) is None for v in viewers))
            calls = trace_idle([vncterm.monitor, vncterm.worker])
            if calls is None:
                self.skipTest("strace may not attach here")
            self.assertEqual(calls, [])


if __name__ == "__main__":
    if not shutil.which("strace"):
        skip("no strace")
    if SANITIZED:
        skip("LeakSanitizer and strace do not go together")
    if os.environ.get("VNCTERM"):
        main()
