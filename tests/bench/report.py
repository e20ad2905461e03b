# SPDX-License-Identifier: GPL-2.0-or-later
"""Rows of the benchmark's table, and how they are printed."""
import dataclasses
import json
import math
import typing


class Skip(Exception):
    """A measurement that cannot be taken here, with the reason."""


@dataclasses.dataclass(frozen=True)
class Budget:
    """A bound for what was measured, or for its ratio to the floor."""
    value: float
    is_least: bool = False
    of_ratio: bool = False

    def text(self, unit):
        sign = ">=" if self.is_least else "<="
        return f"{sign} {number(self.value)}" + \
            ("x" if self.of_ratio else f" {unit}".rstrip())

    def holds(self, value):
        return value >= self.value if self.is_least else value <= self.value


def at_most(value):
    return Budget(value)


def at_least(value):
    return Budget(value, is_least=True)


def at_most_times_floor(value):
    return Budget(value, of_ratio=True)


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table; `trouble` stands for a value that is missing."""
    what: str
    measured: typing.Optional[float] = None
    unit: str = ""
    floor: typing.Optional[float] = None
    budget: typing.Optional[Budget] = None
    note: str = ""
    trouble: str = ""

    @property
    def ratio(self):
        if self.measured is None or not self.floor:
            return None
        return self.measured / self.floor

    @property
    def result(self):
        if self.trouble:
            return self.trouble
        value = self.ratio if self.budget and self.budget.of_ratio \
            else self.measured
        if self.budget is None or value is None:
            return ""
        shown = float(number(value))  # what the reader can check
        return "ok" if self.budget.holds(shown) else "missed"

    def cells(self):
        return (self.what, quantity(self.measured, self.unit),
                quantity(self.floor, self.unit),
                "" if self.ratio is None else number(self.ratio) + "x",
                "" if self.budget is None else self.budget.text(self.unit),
                self.result, self.note)

    def as_dict(self):
        return {"what": self.what, "measured": self.measured,
                "unit": self.unit, "floor": self.floor, "ratio": self.ratio,
                "budget": self.budget and dataclasses.asdict(self.budget),
                "result": self.result, "note": self.note}


def number(value):
    """Three digits that mean something, or all of a whole number."""
    if value == int(value):
        return str(int(value))
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{digits}f}"


def quantity(value, unit):
    return "" if value is None else f"{number(value)} {unit}".rstrip()


HEAD = ("what", "measured", "floor", "ratio", "budget", "result", "note")


def print_table(rows):
    lines = [HEAD] + [row.cells() for row in rows]
    widths = [max(len(line[column]) for line in lines)
              for column in range(len(HEAD))]
    lines.insert(1, tuple("-" * width for width in widths))
    for line in lines:
        print("  ".join(text.ljust(width)
                        for text, width in zip(line, widths)).rstrip())


def write_json(path, about, rows):
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"about": about, "rows": [row.as_dict() for row in rows]},
                  file, indent=2)
        file.write("\n")


def percentile(values, share):
    """The smallest value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
