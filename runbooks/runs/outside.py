"""What the machine is told of the world outside of the log: disabled accounts, locked texts, sizes
of copies.

It is read whenever a run is loaded to be shown or moved, and only where it matters: an ordinary
step, which waits for nobody else and reads no copy, asks nothing. Whoever replays a log is told
nothing of it.
"""

from __future__ import annotations

from accounts.models import User
from inventory import doubts
from runbooks.enums import CountersignTiming, RunKind, RunStatus
from runbooks.library import failures
from runbooks.machine.state import Outside, RunState, current, replace
from runbooks.models import Run
from runbooks.procedure.guards.acts import TeamCheck
from runbooks.procedure.guards.copies import MakeCopy, Protect, Verify
from runbooks.procedure.guards.demand import Act

#: Demands that wait for the word of others.
_AGREED = (TeamCheck, Act)
#: Demands whose step measures a copy, which the register compares with the earlier ones of now.
_MEASURES = (MakeCopy, Protect, Verify)


def seen(run: Run, state: RunState) -> RunState:
    """`state` of `run`, with what is so outside of it now. One query where the word of others
    counts; where a copy is measured one for what was chosen, and one for each system's earlier
    copies; before the start of a live run those that look for a lock, too."""
    wanted = counted(state)
    disabled = (
        User.objects.filter(pk__in=wanted, is_active=False) if wanted else User.objects.none()
    )
    gone = frozenset(disabled.values_list("pk", flat=True))
    briefing = state.status is RunStatus.BRIEFING
    locked = failures.lock_on(run) if briefing and state.kind is RunKind.LIVE else ""
    sizes = _sizes(run, state)
    if not (gone or locked or sizes):
        return state
    return replace(state, outside=Outside(gone, locked, sizes))


def _sizes(run: Run, state: RunState) -> dict[str, str]:
    """What the copies that the current step measures are compared with now: the run itself may have
    made some since it was prepared."""
    index = current(state)
    demands = () if index is None else state.step(index).guard.demands
    names = {demand.about for demand in demands if isinstance(demand, _MEASURES)}
    if not names:
        return {}
    rows = run.parameters.filter(name__in=names).select_related("instance__system", "copy__system")
    return {
        row.name: doubts.sizes_before(thing) for row in rows if (thing := row.instance or row.copy)
    }


def counted(state: RunState) -> frozenset[int]:
    """The accounts (ids) whose word counts for what comes next: before the start of everybody with
    a role; at a step that waits for others, theirs and that of who countersigned or released it."""
    if state.status is RunStatus.BRIEFING:
        return frozenset(state.people)
    index = current(state)
    if index is None:
        return frozenset()
    guard, step = state.step(index).guard, state.steps[index]
    before = guard.countersign is CountersignTiming.BEFORE
    agreed = (*_AGREED, *_MEASURES) in guard
    waits = before or guard.hold or agreed or state.stated.resumed_at
    signed = {by for by in (step.countersigned_by, step.released_by) if by is not None}
    signed |= {signature.by for signature in state.stated.signed}
    return frozenset(state.people) | signed if waits else frozenset()
