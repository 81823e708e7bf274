"""What the machine is told of the world outside of the log: disabled accounts, locked texts.

It is read whenever a run is loaded to be shown or moved, and only where it matters: an ordinary
step, which waits for nobody else, asks nothing. Whoever replays a log is told nothing of it.
"""

from __future__ import annotations

from accounts.models import User
from runbooks import slips
from runbooks.enums import Countersign, RunKind, RunStatus
from runbooks.irreversible import ACTS
from runbooks.machine import Outside, RunState, current
from runbooks.models import Run
from runbooks.state import replace

_AGREED = {"timeout", *ACTS}


def seen(run: Run, state: RunState) -> RunState:
    """`state` of `run`, with what is so outside of it now. One query where the word of others
    counts; before the start of a live run those that look for a lock, too."""
    wanted = counted(state)
    disabled = (
        User.objects.filter(pk__in=wanted, is_active=False) if wanted else User.objects.none()
    )
    gone = frozenset(disabled.values_list("pk", flat=True))
    briefing = state.status is RunStatus.BRIEFING
    locked = slips.lock_on(run) if briefing and state.kind is RunKind.LIVE else ""
    return replace(state, outside=Outside(gone, locked)) if gone or locked else state


def counted(state: RunState) -> frozenset[int]:
    """The accounts (ids) whose word counts for what comes next: before the start of everybody with
    a role; at a step that waits for others, theirs and that of who countersigned or released it."""
    if state.status is RunStatus.BRIEFING:
        return frozenset(state.people)
    index = current(state)
    if index is None:
        return frozenset()
    guard, step = state.step(index).guard, state.steps[index]
    before = guard.countersign is Countersign.BEFORE
    waits = before or guard.hold or _AGREED & guard.locks.keys() or state.stated.resumed_at
    signed = {by for by in (step.countersigned_by, step.released_by) if by is not None}
    return frozenset(state.people) | signed if waits else frozenset()
