"""What cannot be taken back: the steps whose guard says that they overwrite or delete. Pure."""

from __future__ import annotations

from runbooks.procedure.guards.acts import Destroy
from runbooks.procedure.guards.demand import Act
from runbooks.procedure.model import Guard, Procedure, Step


def act_key(guard: Guard) -> str:
    """The key of the irreversible act that a step is, '' for every other step."""
    act = guard.get(Act)
    return act.key if act else ""


def target_of(guard: Guard) -> str:
    """Name of the instance parameter whose data the act changes for good; '' for no act."""
    act = guard.get(Act)
    return act.target if act else ""


def deletes(guard: Guard) -> bool:
    """Whether the act deletes: nothing takes the place of what was there."""
    return isinstance(guard.get(Act), Destroy)


def part_of(guard: Guard) -> str:
    """What of its target a deletion takes, in the author's words; '' for all of it."""
    deletion = guard.get(Destroy)
    return deletion.part if deletion else ""


def deleted(procedure: Procedure) -> str:
    """Name of the parameter that a runbook deletes, '' when it deletes nothing or writes into
    something as well."""
    writes = any(demand.written_into for demand in procedure.demands())
    return "" if writes else procedure.written_into()


def acts(procedure: Procedure) -> tuple[Step, ...]:
    """The steps that are such an act, those in asides as well, in ticking order."""
    return tuple(step for step in procedure.steps if Act in step.guard)
