"""Until when a rollback is open. What was overwritten can be put back while nobody writes into what
took its place; afterwards that would throw away what was written since. So a rollback closes when
the writers are let go, unless it is guarded itself as an overwrite is. A rollback is what a step
names as its `undo`, and every aside that acts, whatever leads into it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from runbooks.machine.interlocks import holdings
from runbooks.machine.interlocks.interlock import utc
from runbooks.machine.requests import Refusal
from runbooks.machine.state import RunState
from runbooks.machine.statements import Thawed
from runbooks.procedure.guards.acts import Overwrite
from runbooks.procedure.guards.target import Thaw
from runbooks.procedure.irreversible import act_key, target_of
from runbooks.procedure.model import Step
from runbooks.procedure.rollbacks import is_acting, is_guarded, leads_to


def closed(state: RunState, section: str) -> Thawed | None:
    """What closed the rollback `section`; None while it is open, and for any other section."""
    if not state.stated.thawed:
        return None
    ways = [s for s in state.procedure.steps if leads_to(state.procedure, s, section)]
    acting = is_acting(state.procedure, section)
    for act, done_at in _acted(state):
        target = target_of(act.guard)
        thaw = holdings.thawed(state, target)
        if thaw is None or thaw.at < done_at or is_guarded(state.procedure, section, target):
            continue
        aside = not state.on_main_path(thaw.step)
        if acting or any(way == act or aside or way.index < thaw.step for way in ways):
            return thaw
    return None


def blocks(state: RunState, index: int) -> Thawed | None:
    """What closed the rollback that step `index` belongs to. A rollback that lets the writers go
    itself may be finished."""
    if state.on_main_path(index):
        return None
    section = state.step(index).section
    thaw = closed(state, section)
    if thaw and state.step(thaw.step).section == section and thaw.step < index:
        return None
    return thaw


def refusal(state: RunState, thaw: Thawed) -> Refusal:
    """The refusal of what leads into a rollback that `thaw` closed."""
    return Refusal(
        "rollback_closed",
        f"The rollback is closed: {went_back(state, thaw)} at {utc(thaw.at)}. What was written"
        " since would be lost.",
        "Go on, or abort. To restore again, start a new restore run: it freezes and copies first"
        " what is there now.",
        guard=Overwrite.key,
    )


def went_back(state: RunState, thaw: Thawed) -> str:
    """Which step put which instance back in service, as the beginning of a sentence."""
    step = state.step(thaw.step)
    facts = state.facts.get(step.guard[Thaw].of)
    return f"step {step.number} put {facts.value if facts else 'it'} back in service"


def _acted(state: RunState) -> Iterator[tuple[Step, datetime]]:
    """The steps whose overwrite or deletion was done, even if it was taken back since, and when,
    the last time."""
    for step in state.procedure.steps:
        if act_key(step.guard):
            attempts = [old for old in state.past if old.index == step.index]
            times = [
                attempt.done_at
                for attempt in (*attempts, state.steps[step.index])
                if attempt.done_at
            ]
            if times:
                yield step, max(times)
