"""Rollbacks as a text describes them: which sections are one, what guards them, and which step
closes them. Until when one is open in a run: `runbooks.machine.rollback`."""

from __future__ import annotations

from runbooks.enums import CountersignTiming, Purpose
from runbooks.procedure.guards.acts import Overwrite
from runbooks.procedure.guards.copies import MakeCopy
from runbooks.procedure.guards.demand import Demand
from runbooks.procedure.guards.target import Direction, Freeze, Identify, Thaw
from runbooks.procedure.irreversible import act_key, target_of
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
        act_key(step.guard) or step.guard.countersign is CountersignTiming.BEFORE
        for step in procedure.steps
        if step.section == section
    )


def closing_step(procedure: Procedure, section: str, *, acts: bool = False) -> Step | None:
    """The step of the main path that will close the rollback `section`; None when none does.
    `acts`: that it acts is known from more than its guards."""
    acting = acts or is_acting(procedure, section)
    ways = [s.index for s in procedure.steps if leads_to(procedure, s, section)]
    targets: set[str] = set()
    for step in (procedure.steps[i] for i in procedure.main_path):
        if act_key(step.guard):
            targets.add(target_of(step.guard))
        thaw = step.guard.get(Thaw)
        if thaw and thaw.of in targets and (acting or any(way < step.index for way in ways)):
            return None if is_guarded(procedure, section, thaw.of) else step
    return None


def leads_to(procedure: Procedure, step: Step, section: str) -> bool:
    """Whether `step` names the section, an aside, as its rollback."""
    named = procedure.section_of(step.guard.undo) if step.guard.undo else None
    return named is not None and named.aside and named.key == section


def _is_about(demand: Demand, target: str) -> bool:
    """Whether a demand is about `target`, or says that it is written into. Of copies, only a safety
    copy counts."""
    is_safe = not isinstance(demand, MakeCopy) or demand.purpose is Purpose.SAFETY
    return is_safe and target in {demand.about, demand.written_into}
