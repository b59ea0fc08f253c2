"""The promises of docs/design.md, measured: `make bench`, or with ARGS=--quick a first look.

Prints figures, and ends with 0 whatever they are: a busy machine is no fault of the code. mockrec
and a bare aiohttp application take turns on one core, the load comes from another; what is printed
are medians of all rounds.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench import notifications, plugin, scenarios, wrk
from tests.bench.handshakes import handshakes
from tests.bench.measures import MEASURES, NEED_WRK, QUICK, THOROUGH, Figure

EVERY = (
    *MEASURES,
    *plugin.MEASURES,
    *notifications.MEASURES,
    handshakes,
    *scenarios.MEASURES,
)
_WIDTHS = (50, 42, 12, 16)


def main() -> None:
    """Measure, a line at a time."""
    parser = argparse.ArgumentParser(description="Measure the promises of docs/design.md.")
    parser.add_argument("--quick", action="store_true", help="in less than a minute, roughly")
    parser.add_argument("--only", metavar="NAME", action="append", help=_names())
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    print(
        f"Python {platform.python_version()}, aiohttp {version('aiohttp')}, "
        f"{os.cpu_count()} cores, load {load:.1f} before the start"
    )
    if not wrk.there():
        print("wrk is missing (Debian: apt-get install wrk): what needs it is left out.")
    _print(("", "mockrec", "bare", "promise", ""))
    for measure in EVERY:
        if asked.only and measure.__name__ not in asked.only:
            continue
        if measure in NEED_WRK | scenarios.NEED_WRK and not wrk.there():
            print(f"{measure.__name__}: left out, there is no wrk")
            continue
        for figure in measure(QUICK if asked.quick else THOROUGH):
            _print(_cells(figure))


def _names() -> str:
    return "measure this only: " + ", ".join(measure.__name__ for measure in EVERY)


def _cells(figure: Figure) -> Iterable[str]:
    verdict = {True: "kept", False: "NOT KEPT", None: ""}[figure.kept]
    return figure.what, figure.measured, figure.bare, figure.promise, verdict


def _print(cells: Iterable[str]) -> None:
    *padded, last = cells
    columns = (cell.ljust(width) for cell, width in zip(padded, _WIDTHS, strict=True))
    print("  ".join((*columns, last)).rstrip(), flush=True)


if __name__ == "__main__":
    main()
