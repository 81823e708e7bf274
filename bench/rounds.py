"""Interleaved rounds: every case once a round, in an order shuffled anew, so that whatever else the
machine does falls on all of them alike. A base entered twice shows how far the numbers lie."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median

from bench.calls import Call, Caller, Work

WARMUPS = 5


@dataclass(frozen=True)
class Case:
    """Something that is timed: `next_call` gives the request of the next round (untimed), and
    `prepare` makes ready for so many calls."""

    name: str
    next_call: Callable[[], Call | Work]
    prepare: Callable[[int], None] = lambda calls: None


def always(name: str, call: Call) -> Case:
    """The same request each time."""
    return Case(name, lambda: call)


@dataclass(frozen=True)
class Timed:
    """Seconds of each case, one list a repeat."""

    seconds: dict[str, list[list[float]]]

    def ratio(self, name: str, base: str) -> float:
        """The median over the repeats of median time by median time."""
        pairs = zip(self.seconds[name], self.seconds[base], strict=True)
        return median(median(mine) / median(theirs) for mine, theirs in pairs)

    def milliseconds(self, name: str) -> float:
        return 1000 * median(median(repeat) for repeat in self.seconds[name])


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    rounds: int = 60
    repeats: int = 3


def interleave(caller: Caller, cases: Sequence[Case], effort: Effort, *, seed: int = 1) -> Timed:
    """Time `cases` in shuffled rounds, after warm-up calls in each repeat."""
    shuffler = Random(seed)
    times: dict[str, list[list[float]]] = {case.name: [] for case in cases}
    for _ in range(effort.repeats):
        for case in cases:
            case.prepare(effort.rounds + WARMUPS)
        for case in cases:
            times[case.name].append([])
        gc.collect()
        for number in range(-WARMUPS, effort.rounds):
            for case in shuffler.sample(list(cases), len(cases)):
                seconds = caller.time(case.next_call())
                if number >= 0:
                    times[case.name][-1].append(seconds)
    return Timed(times)
