"""Until when a rollback is open, in words: in the brief, in the team check and in the margin."""

from __future__ import annotations

from lib.times import stamp
from runbooks.machine import rollback
from runbooks.machine.state import RunState
from runbooks.procedure.guards.target import Thaw
from runbooks.procedure.irreversible import acts
from runbooks.procedure.rollbacks import closing_step
from runbooks.procedure.sections import Section


def offered(section: Section, state: RunState) -> str:
    """A rollback, and the step that closes it: “Rename back”, until step 23 …"""
    step = closing_step(state.procedure, section.key)
    if step is None:
        return f"“{section.title}”"
    facts = state.facts.get(step.guard[Thaw].of)
    name = facts.value if facts else "the target"
    return f"“{section.title}”, until step {step.number} puts {name} back in service"


def closing(section: Section, state: RunState) -> str:
    """Since when a rollback is closed, and what to do instead; '' while it is open."""
    thaw = rollback.closed(state, section.key)
    if thaw is None:
        return ""
    return (
        f"Closed since {stamp(thaw.at)}: {rollback.went_back(state, thaw)}. What was written since"
        " would be lost. To restore again, start a new restore run."
    )


def of_acts(state: RunState) -> tuple[Section, ...]:
    """The rollbacks of the steps that overwrite or delete."""
    keys = [step.guard.undo for step in acts(state.procedure)]
    sections = (state.procedure.section_of(key) for key in keys if key)
    return tuple(dict.fromkeys(section for section in sections if section is not None))


def at_step(state: RunState, now: int | None) -> tuple[str, ...]:
    """The margin's lines at step `now`: the rollback that it, or the last step before it, names,
    and those of acts that are closed."""
    if now is None:
        named = None
    else:
        before = reversed(state.procedure.steps[: now + 1])
        named = next((s for s in before if s.guard.undo), None)
    section = state.procedure.section_of(named.guard.undo) if named else None
    ends = [closing(section, state) for section in of_acts(state)]
    closed = tuple(line for line in dict.fromkeys(ends) if line)
    if section is None or named is None or closing(section, state):
        return closed
    return (*closed, f"{offered(section, state)}; taken from step {named.number}.")
