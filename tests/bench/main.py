# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures vncterm and prints one table; tools/bench is the way in."""
import argparse
import os
import pathlib
import platform
import signal
import sys
import time

E2E = pathlib.Path(__file__).resolve().parent.parent / "e2e"


def measurements():
    """By name, in the order of the table."""
    # Late: the harness reads the name of the program when it is imported.
    import abuse_latency
    import flood
    import host
    import idle
    import latency
    import resize
    import scroll
    import slow
    import startup
    import wire
    return {
        "latency": latency.key_to_picture,
        "typing": latency.typing,
        "flood": flood.unwatched,
        "viewer": flood.watched,
        "wire": wire.wire,
        "scroll": scroll.scroll,
        "resize": resize.resize,
        "slow-link": slow.slow_link,
        "idle": idle.system_calls,
        "memory": idle.memory,
        "crowd": idle.crowd,
        "start": startup.start,
        "stalled": latency.stalled,
        "abuse": abuse_latency.abuse,
        "ends": host.ends,
        "guest": host.idle_guest,
        "guest-memory": host.guest_memory,
        "hanging-store": host.hanging_store,
    }


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tools/bench",
                                     description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True,
                        metavar="FOLDER", help="what to measure")
    parser.add_argument("--quick", action="store_true",
                        help="fewer samples, under two minutes")
    parser.add_argument("--json", metavar="FILE",
                        help="write the table there, too")
    parser.add_argument("name", nargs="*", metavar="NAME",
                        help="what to measure, all without any")
    return parser, parser.parse_args()


def measure(name, function, bench):
    from report import Row, Skip
    print(f"{name} ...", file=sys.stderr)
    try:
        return function(bench)
    except Skip as reason:
        return [Row(name, trouble="skipped", note=str(reason))]
    except Exception as error:  # the other measurements are still worth it
        return [Row(name, trouble="BROKEN",
                    note=f"{type(error).__name__}: {error}".splitlines()[0])]


def about(bench):
    """What explains that another run gives other numbers."""
    return (f"{platform.system()} {platform.release()}, "
            f"{len(os.sched_getaffinity(0))} cores, load "
            f"{os.getloadavg()[0]:.1f}" + (", quick" if bench.quick else ""))


def main():
    parser, args = parse_arguments()
    os.environ["VNCTERM"] = str(args.build / "vncterm" / "vncterm")
    sys.path.insert(0, str(E2E))
    from parts import Bench
    from report import print_table, write_json

    # What we have started is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    known = measurements()
    unknown = set(args.name) - set(known)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known are "
                     f"{', '.join(known)}")
    bench = Bench(args.build, args.quick)
    description = about(bench)
    start = time.monotonic()
    rows = []
    for name in args.name or known:
        rows += measure(name, known[name], bench)
    print(f"{description}; {time.monotonic() - start:.0f} s")
    print_table(rows)
    if args.json:
        write_json(args.json, description, rows)
    return any(row.trouble == "BROKEN" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
