"""What is measured, by the numbers of the targets. Each function gives the lines of its targets."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bench.cases import chain, connections, lists, live, load, pages, parser, ticks
from bench.results import Result
from bench.session import Session

Measure = Callable[[Session], Iterable[Result]]

CASES: tuple[tuple[tuple[str, ...], Measure], ...] = (
    (("T1", "T2", "T3"), ticks.ticks),
    (("T4",), ticks.growth),
    (("T4",), load.watched),
    (("T5",), load.together),
    (("T7", "T8", "T9"), pages.run_page),
    (("T10",), live.few),
    (("T11",), live.many),
    (("T12", "T13"), lists.first_page),
    (("T13",), lists.growth),
    (("T20",), chain.whole),
    (("T21",), chain.verify_one),
    (("T22",), parser.reading),
    (("T22",), parser.importing),
    (("T23",), load.memory),
    (("T24",), pages.roles),
    (("T25",), connections.fresh),
)
