# SPDX-License-Identifier: GPL-2.0-or-later
"""What a healthy viewer feels of hostile ones: from key to picture, beside the
same viewer before the attack."""
import statistics

from abuse import ATTACKS, Scene
from report import Row, at_most_times_floor


def abuse(bench):
    rows = []
    for attack in ATTACKS:
        with Scene() as scene:
            felt = scene.feel(attack, bench.either(1, 5))
        rows.append(Row(
            f"beside {attack.tried}",
            1000 * statistics.median(felt.attacked_s), "ms",
            1000 * statistics.median(felt.quiet_s), at_most_times_floor(2),
            f"most {1000 * max(felt.attacked_s):.1f} ms, quiet "
            f"{1000 * max(felt.quiet_s):.1f} ms; {felt.memory_kb // 1024} MiB"))
    return rows
