"""What the events of a move cause outside of the log, in the same transaction: who is paged, which
notices are settled, and which review is opened. A page goes out exactly when the line stands in the
log."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from accounts.models import User
from runbooks.machine.requests import Line
from runbooks.machine.state import RunState
from runbooks.models import Run
from runbooks.runs import paging, reviews

Consequence = Callable[[Run, RunState, Line, User], None]

CONSEQUENCES: dict[str, tuple[Consequence, ...]] = {
    "run.held": (paging.of_stop,),
    "replacement.proposed": (paging.of_proposed_replacement,),
    "replacement.confirmed": (paging.of_replacement,),
    "copies.asked": (paging.of_asked_copies,),
    "override.asked": (paging.of_asked_override,),
    "gate.overridden": (reviews.begin, paging.of_override),
}


def follow(run: Run, state: RunState, lines: Iterable[Line], *, by: User) -> None:
    """Do what `lines`, just appended to the log of `run` by the person `by`, demand. `state` is the
    one after them."""
    for line in lines:
        paging.settle(run, line)
        for consequence in CONSEQUENCES.get(line.kind, ()):
            consequence(run, state, line, by)
