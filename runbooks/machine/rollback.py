"""Until when a rollback is open. What was overwritten can be put back while nobody writes into what
took its place; afterwards that would throw away what was written since. So a rollback closes when
the writers are let go, unless it is guarded itself as an overwrite is. A rollback is what a step
names as its `undo`, and every aside that acts, whatever leads into it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from runbooks.enums import CountersignTiming, Purpose
from runbooks.machine.interlocks import holdings
from runbooks.machine.interlocks.interlock import utc
from runbooks.machine.requests import Refusal
from runbooks.machine.state import RunState
from runbooks.machine.statements import Thawed
from runbooks.procedure.guards.acts import Overwrite
from runbooks.procedure.guards.copies import MakeCopy
from runbooks.procedure.guards.demand import Demand
from runbooks.procedure.guards.target import Direction, Freeze, Identify, Thaw
from runbooks.procedure.irreversible import act_of, target_of
from runbooks.procedure.model import Procedure, Step


def is_guarded(procedure: Procedure, section: str, target: str) -> bool:
    """Whether a section overwrites the instance `target` only after it identified, froze and copied
    it, and said which way, within the section itself."""
    wanted: set[type[Demand]] = {Identify, Direction, Freeze, MakeCopy}
    for step in procedure.steps:
        if step.section != section:
            continue
        overwrite = step.guard.get(Overwrite)
        if overwrite and overwrite.target == target:
            return not wanted
        wanted -= {type(demand) for demand in step.guard.demands if _is_about(demand, target)}
    return False


def is_acting(procedure: Procedure, section: str) -> bool:
    """Whether `section` is an aside that acts: a step of it overwrites or deletes, or is
    countersigned before it is done."""
    return section in procedure.asides and any(
        act_of(step.guard) or step.guard.countersign is CountersignTiming.BEFORE
        for step in procedure.steps
        if step.section == section
    )


def closed(state: RunState, section: str) -> Thawed | None:
    """What closed the rollback `section`; None while it is open, and for any other section."""
    if not state.stated.thawed:
        return None
    ways = [s for s in state.procedure.steps if _leads(state.procedure, s, section)]
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


def closing_step(procedure: Procedure, section: str, *, acts: bool = False) -> Step | None:
    """The step of the main path that will close the rollback `section`; None when none does.
    `acts`: that it acts is known from more than its guards."""
    acting = acts or is_acting(procedure, section)
    ways = [s.index for s in procedure.steps if _leads(procedure, s, section)]
    targets: set[str] = set()
    for step in (procedure.steps[i] for i in procedure.main_path):
        if act_of(step.guard):
            targets.add(target_of(step.guard))
        thaw = step.guard.get(Thaw)
        if thaw and thaw.of in targets and (acting or any(way < step.index for way in ways)):
            return None if is_guarded(procedure, section, thaw.of) else step
    return None


def _acted(state: RunState) -> Iterator[tuple[Step, datetime]]:
    """The steps whose overwrite or deletion was done, even if it was taken back since, and when,
    the last time."""
    for step in state.procedure.steps:
        if act_of(step.guard):
            attempts = [old for old in state.past if old.index == step.index]
            times = [one.done_at for one in (*attempts, state.steps[step.index]) if one.done_at]
            if times:
                yield step, max(times)


def _leads(procedure: Procedure, step: Step, section: str) -> bool:
    """Whether `step` names the section as its rollback."""
    named = procedure.section_of(step.guard.undo) if step.guard.undo else None
    return named is not None and named.aside and named.key == section


def _is_about(demand: Demand, target: str) -> bool:
    """Whether a demand is about `target`, or says that it is written into. Of copies, only a safety
    copy counts."""
    is_safe = not isinstance(demand, MakeCopy) or demand.purpose is Purpose.SAFETY
    return is_safe and target in {demand.about, demand.written_into}
