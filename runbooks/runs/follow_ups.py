"""What the events of a move cause outside of the log, in the same transaction: who is paged, which
notices are settled, and which review is opened. A page goes out exactly when the line stands in the
log."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.models import User
from runbooks.machine.events.copies import CopiesAsked
from runbooks.machine.events.event import LogLine
from runbooks.machine.events.gates import GateOverridden, OverrideAsked
from runbooks.machine.events.people import ReplacementConfirmed, ReplacementProposed
from runbooks.machine.events.run import RunHeld
from runbooks.machine.state import RunState
from runbooks.models import Run
from runbooks.runs import paging, reviews


def follow(run: Run, state: RunState, lines: Iterable[LogLine], *, by: User) -> None:
    """Do what `lines`, just appended to the log of `run` by the person `by`, demand. `state` is the
    one after them."""
    for line in lines:
        paging.settle(run, line)
        match line.event:
            case RunHeld() as event:
                paging.of_stop(run, state, line, event, by)
            case ReplacementProposed() as event:
                paging.of_proposed_replacement(run, state, line, event, by)
            case ReplacementConfirmed() as event:
                paging.of_replacement(run, state, line, event, by)
            case CopiesAsked() as event:
                paging.of_asked_copies(run, state, line, event, by)
            case OverrideAsked() as event:
                paging.of_asked_override(run, state, line, event, by)
            case GateOverridden() as event:
                reviews.begin(run, line, by)
                paging.of_override(run, state, line, event, by)
