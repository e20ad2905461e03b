# SPDX-License-Identifier: GPL-2.0-or-later
"""An X server for real viewers, and the hands of the person before it."""
import os
import subprocess

from harness import wait_until

DISPLAY_PROGRAMS = ("vncviewer", "Xvfb", "xdotool")


class Display:
    """An X server without a screen, and what a person does there."""

    def __init__(self):
        reader, writer = os.pipe()
        self.processes = [subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", "1280x1024x24",
             "-nolisten", "tcp", "-noreset",
             "-r"],  # a key held down by a busy machine is one key
            pass_fds=[writer],
            stderr=subprocess.DEVNULL)]
        os.close(writer)
        with os.fdopen(reader) as number:
            self.environment = dict(os.environ,
                                    DISPLAY=f":{number.readline().strip()}")

    def start_viewer(self, port):
        """Returns the window of a new vncviewer."""
        return self.start("vncviewer", "-ReconnectOnError=0",
                          "-AlertOnFatalError=0", f"127.0.0.1::{port}")

    def start(self, *command):
        """The same, for a command that starts one. It has this window when it
        is connected, and others before."""
        before = self.windows()
        self.processes.append(subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL))
        wait_until(lambda: len(self.windows()) > len(before),
                   what="the viewer's window")
        return (self.windows() - before).pop()

    def run(self, *command):
        return subprocess.run(["xdotool", *command], env=self.environment,
                              capture_output=True, timeout=60, check=False)

    def windows(self):
        found = self.run("search", "--onlyvisible", "--name", "TigerVNC")
        return set(found.stdout.split())

    def focus(self, window):
        self.run("windowfocus", "--sync", window)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """The X server tidies up. A viewer need not, and vncviewer may miss
        a signal."""
        server, *viewers = self.processes
        for process in viewers:
            process.kill()
            process.wait(20)
        server.terminate()
        server.wait(20)
