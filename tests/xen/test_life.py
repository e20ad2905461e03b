# SPDX-License-Identifier: GPL-2.0-or-later
"""The ends and beginnings of a guest, and what its console makes of them."""
import unittest

from agent import SECONDS, Console, Guest, XenTest, as_rows, assert_shows, \
    history, wait_for_row
from harness import read_to_end, screen, wait_until

CRASH = "echo c > /proc/sysrq-trigger\n"
PANIC = "Kernel panic - not syncing: sysrq triggered crash"
PANIC_END = "Kernel Offset:"


class Life(XenTest):
    def assert_ends(self, console, *viewers):
        """The process ends by itself, its viewers before it."""
        for viewer in viewers:
            self.assertTrue(read_to_end(viewer))
        self.assertEqual(console.wait_for_end(), 0)
        self.assertFalse(console.is_running())

    def assert_answers(self, viewer, word="answer"):
        # The shell puts the pieces together: the row is not what was typed.
        viewer.type(f"echo {word[:2]}''{word[2:]}\n")
        wait_for_row(viewer, word)

    def wait_for_prompt(self, console, prompt="pv1#"):
        viewer = self.viewer(console)
        wait_for_row(viewer, prompt)
        return viewer

    def wait_for_domain(self, old):
        """The guest's next domain."""
        wait_until(lambda: self.guest.domain not in (None, old), SECONDS,
                   "the guest's new domain")
        return self.guest.domain


class WithTheCDaemon(Life):
    def test_reboot_is_a_new_domain_and_a_new_process(self):
        old = self.console()
        viewer = self.wait_for_prompt(old)
        viewer.type("echo old''screen; reboot -f\n")
        domain = self.wait_for_domain(old.domain)
        self.assert_ends(old, viewer)
        console = Console(self.dom0, domain)
        viewer = self.wait_for_prompt(console)
        self.assert_answers(viewer)
        self.assertNotIn("oldscreen", screen(viewer))

    def test_destroy_ends_it(self):
        console = self.console()
        viewer = self.wait_for_prompt(console)
        self.dom0.run(f"xl destroy {self.guest.name}")
        self.assert_ends(console, viewer)

    def test_save_and_restore(self):
        old = self.console()
        viewer = self.wait_for_prompt(old)
        viewer.type("word=kept\n")
        self.dom0.run(f"xl save {self.guest.name} /tmp/saved")
        self.assert_ends(old, viewer)
        self.dom0.run("xl restore /tmp/saved")
        console = self.console()
        self.assertNotEqual(console.domain, old.domain)
        viewer = self.viewer(console)
        viewer.type("echo is $word\n")
        wait_for_row(viewer, "is kept")

    def test_checkpoint_and_pause_leave_it_alone(self):
        console = self.console()
        viewer = self.wait_for_prompt(console)
        self.dom0.run(f"xl save -c {self.guest.name} /tmp/saved")
        self.assert_answers(viewer, "checkpoint")

        self.dom0.run(f"xl pause {self.guest.name}")
        viewer.type("echo pau''se\n")
        self.dom0.run(f"xl unpause {self.guest.name}")
        wait_for_row(viewer, "pause")
        self.assertTrue(console.is_running())


class WithTheOcamlDaemon(WithTheCDaemon):
    store = "ocaml"


class Crash(Life):
    def crash(self, guest):
        """Returns once the guest's log has the last of the panic."""
        console = self.console(guest)
        viewer = self.wait_for_prompt(console, f"{guest.name}#")
        viewer.type(CRASH)
        self.dom0.run(f"until grep -q '{PANIC_END}' {guest.log}; do "
                      "sleep 0.1; done")
        return console, viewer

    def test_with_destroy_the_last_line_is_in_the_last_frame(self):
        console, viewer = self.crash(self.guest)
        viewer.request()
        self.assert_ends(console, viewer)
        log = as_rows(self.guest.log_text())
        self.assertIn(PANIC, "\n".join(log))
        self.assertEqual(screen(viewer), log[-24:])

    def test_with_preserve_it_stays_readable(self):
        guest = Guest.start(self.dom0, "pv2", 'on_crash="preserve"')
        guest.wait()
        console, viewer = self.crash(guest)
        self.dom0.run(f"until xl list {guest.name} | grep -q -- '--.*c'; "
                      "do sleep 0.1; done")
        viewer.close()
        with console.viewer() as late:
            rows = history(late)
            self.assertIn(PANIC, "\n".join(rows))
            assert_shows(self, rows, as_rows(guest.log_text()))
        self.assertTrue(console.is_running())


if __name__ == "__main__":
    unittest.main(verbosity=2)
