# SPDX-License-Identifier: GPL-2.0-or-later
"""xenconsoled dies and comes back; meanwhile its pty's name is somebody's."""
import unittest

from agent import SECONDS, XenTest, wait_for_row
from harness import screen, wait_for_text, wait_until

# A guest's process that goes on writing: more than the ring of 2 KiB takes,
# so that it is held up until the daemon is back.
COUNT = "i=0; while [ $i -lt 2000 ]; do i=$((i+1)); echo line $i; done\n"


class WithTheCDaemon(XenTest):
    def kill_xenconsoled(self):
        self.dom0.run("kill -9 $(cat /run/xen/xenconsoled.pid)")

    def test_screen_and_viewers_stay_and_what_was_held_up_arrives(self):
        console = self.console()
        viewer = self.viewer(console)
        wait_for_row(viewer, "pv1#")
        viewer.type("sleep 2; " + COUNT)
        wait_for_text(viewer, "sleep 2", SECONDS)
        self.kill_xenconsoled()
        wait_until(lambda: not console.ptys(), SECONDS, "the hang-up")
        self.assertIn("sleep 2", "\n".join(screen(viewer)))
        with console.viewer() as late:
            self.assertIn("disconnected", late.name)

        self.dom0.run("sleep 4; console-start")
        wait_for_row(viewer, "line 2000")
        viewer.type("echo back''again\n")
        wait_for_row(viewer, "backagain")
        self.assertTrue(console.is_running())

    def test_who_gets_the_name_of_the_dead_pty_is_left_alone(self):
        console = self.console()
        viewer = self.viewer(console)
        wait_for_row(viewer, "pv1#")
        (name,) = set(console.ptys())
        self.kill_xenconsoled()
        wait_until(lambda: not console.ptys(), SECONDS, "the hang-up")

        # telnetd opens a pty for a program that keeps what is typed to it.
        self.dom0.run("echo '#!/bin/sh' >/tmp/taker; chmod +x /tmp/taker; "
                      "echo 'tty >/tmp/its; cat >>/tmp/its' >>/tmp/taker; "
                      "telnetd -b 127.0.0.1:2323 -l /tmp/taker")
        self.dom0.start("sleep 1000 | nc 127.0.0.1 2323")
        self.dom0.run("until [ -s /tmp/its ]; do sleep 0.1; done")
        self.assertEqual(self.dom0.run("cat /tmp/its"), name)
        self.assertEqual(
            self.dom0.run(f"xenstore-read {console.base}/tty"), name)
        viewer.type("not for you\n")
        viewer.refresh()  # by now the keys have been handled
        self.assertEqual(console.ptys(), [])
        self.assertEqual(self.dom0.run("cat /tmp/its"), name)

        self.dom0.run("console-start")
        wait_until(console.ptys, SECONDS, "the new pty")
        self.assertNotIn(name, console.ptys())
        viewer.type("echo back''again\n")
        wait_for_row(viewer, "backagain")
        self.assertEqual(self.dom0.run("cat /tmp/its"), name)


class WithTheOcamlDaemon(WithTheCDaemon):
    store = "ocaml"


if __name__ == "__main__":
    unittest.main(verbosity=2)
