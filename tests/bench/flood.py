# SPDX-License-Identifier: GPL-2.0-or-later
"""What much output costs, with nobody watching and with a viewer."""
import statistics

import rfb
from parts import (LOG, REDRAW, SGR, UTF8, Viewer, both, cpu_s,
                   flooding_floor, flooding_vncterm)
from report import Row, at_least, at_most

MB = 1e6
UNIT = "MB/CPU s"
KINDS = ((LOG, "log lines", 40), (SGR, "dense SGR", 25),
         (UTF8, "CJK, UTF-8", 25), (REDRAW, "redraws", 40))

# A flood that would take longer is cut down, so that the bench ends in time.
FLOOD_MAX_S = 4
CALIBRATION_SIZE = 4 << 20


def speeds(guest, pids, kind, size):
    """MB a second, and MB for each second of CPU time."""
    before = cpu_s(pids)
    written, took_s = guest.flood(kind, size)
    return written / MB / took_s, written / MB / (cpu_s(pids) - before)


def size_for(guest, kind, seconds, most):
    """How much the guest gets rid of in so many seconds."""
    written, took_s = guest.flood(kind, CALIBRATION_SIZE)
    return int(min(most, max(CALIBRATION_SIZE, written * seconds / took_s)))


def unwatched(bench):
    """CPU time of both processes for streams that nobody looks at."""
    size_max = bench.either(8, 32) << 20
    rounds = bench.either(1, 3)
    rows = []
    with flooding_vncterm(bench) as (vncterm, guest), \
            flooding_floor(bench) as (floor_pid, floor_guest):
        for kind, name, budget in KINDS:
            size = size_for(guest, kind, FLOOD_MAX_S, size_max)
            measured, floor = [], []
            for _ in range(rounds):
                floor.append(speeds(floor_guest, [floor_pid], kind, size))
                measured.append(speeds(guest, both(vncterm), kind, size))
            rows.append(Row(f"flood, no viewer: {name}",
                            median_of(measured, 1), UNIT,
                            median_of(floor, 1), at_least(budget),
                            f"{size / MB:.0f} MB, median of {rounds}"))
    return rows


def watched(bench):
    """How much slower output is taken because one viewer looks at it."""
    rounds = bench.either(4, 8)
    seconds = bench.either(0.4, 0.7)
    alone, together, seen = [], [], []
    with flooding_vncterm(bench) as (vncterm, guest):
        pids = both(vncterm)
        guest.flood(LOG, CALIBRATION_SIZE)
        size = size_for(guest, LOG, seconds, 1 << 30)
        for _ in range(rounds):
            alone.append(speeds(guest, pids, LOG, size))
            with Viewer(bench, vncterm, (rfb.COPYRECT, rfb.HEXTILE)) as viewer:
                together.append(speeds(guest, pids, LOG, size))
                seen.append(viewer.mark())
    # Neighbours in time, as the machine's other load comes and goes.
    kept = statistics.median(with_it[0] / without[0]
                             for with_it, without in zip(together, alone))
    note = f"Hextile, {size / MB:.0f} MB, median of {rounds}"
    return [
        Row("flood with a viewer: loss of speed", (1 - kept) * 100, "%",
            budget=at_most(10), note=f"{note} pairs"),
        Row("flood with a viewer: speed", median_of(together, 0), "MB/s",
            median_of(alone, 0), note="the floor is without a viewer"),
        Row("flood with a viewer: per CPU", median_of(together, 1), UNIT,
            median_of(alone, 1), note="likewise"),
        Row("flood with a viewer: updates",
            statistics.median(s.rate for s in seen), "/s",
            budget=at_most(60)),
        Row("flood with a viewer: longest gap",
            statistics.median(s.longest_gap_s for s in seen) * 1000, "ms",
            budget=at_most(100),
            note=f"without an update, median of {rounds}"),
    ]


def median_of(pairs, index):
    return statistics.median(pair[index] for pair in pairs)

