"""What is measured, by the number of its target. Each function gives the lines of its targets."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bench.cases import pages, ticks
from bench.results import Result
from bench.session import Session

CASES: dict[tuple[str, ...], Callable[[Session], Iterable[Result]]] = {
    ("T1", "T2"): ticks.ticks,
    ("T7",): pages.run_page,
}
