"""What each event states about the run besides its steps: the fold that makes `RunState.stated`.

The same functions serve the verbs, the replay, and the reading of a run whose state is not in
memory, which folds these lines of the log over what the rows say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce

from runbooks.requests import Line
from runbooks.state import replace
from runbooks.stated import Deviation, Stated


def stated(lines: Iterable[Line]) -> Stated:
    """What `lines`, in the order of the log, state."""
    return reduce(state, lines, Stated())


def state(so_far: Stated, line: Line) -> Stated:
    """What is stated after `line`."""
    effect = STATED.get(line.kind)
    return effect(so_far, line) if effect else so_far


def _prepared(so_far: Stated, line: Line) -> Stated:
    return replace(so_far, token=line.data.get("token", ""))


def _refused(so_far: Stated, line: Line) -> Stated:
    return _missed(so_far, line) if line.data.get("counts") else so_far


def _mismatched(so_far: Stated, line: Line) -> Stated:
    kind, index = line.data.get("deviation", ""), line.data["step"]
    found = (Deviation(kind, index, line.data["why"]),) if kind else ()
    return _missed(replace(so_far, deviations=(*so_far.deviations, *found)), line)


def _missed(so_far: Stated, line: Line) -> Stated:
    index = line.data["step"]
    if index is None:
        return so_far
    misses = {**so_far.misses, index: so_far.misses.get(index, 0) + 1}
    return replace(so_far, misses=misses)


STATED: dict[str, Callable[[Stated, Line], Stated]] = {
    "run.prepared": _prepared,
    "move.refused": _refused,
    "step.mismatched": _mismatched,
}
