# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest that boots, as its console shows it, and typing into its shell."""
import os
import unittest

from agent import XenTest, as_rows, assert_shows, history, wait_for_row


class WithTheCDaemon(XenTest):
    environment = ""

    def test_boot_log_and_typing(self):
        console = self.console(environment=self.environment)
        viewer = self.viewer(console)
        wait_for_row(viewer, "pv1#")
        rows = history(viewer)
        log = as_rows(self.guest.log_text())
        self.assertIn("Linux version", log[0])
        self.assertGreater(len(log), 100)
        assert_shows(self, rows, log)

        viewer.type("echo $((6 * 7)); uname -s\n")
        rows = wait_for_row(viewer, "Linux")
        at = rows.index("pv1# echo $((6 * 7)); uname -s")
        self.assertEqual(rows[at + 1:at + 4], ["42", "Linux", "pv1#"])
        self.assertEqual(as_rows(self.guest.log_text())[-len(rows[at:]):],
                         rows[at:])


class WithTheOcamlDaemon(WithTheCDaemon):
    store = "ocaml"


class WithSanitizers(WithTheCDaemon):
    """The sanitizer build; it cannot look for leaks behind the lock."""

    program = os.environ.get("VNCTERM_SANITIZED")
    environment = "ASAN_OPTIONS=detect_leaks=0"

    def setUp(self):
        if not self.program:
            self.skipTest("no sanitizer build was given")
        super().setUp()


if __name__ == "__main__":
    unittest.main(verbosity=2)
