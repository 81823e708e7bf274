"""What cannot be taken back: the two guards that mark a step as such an act. Pure.

The guard marks the act, not its command: a step that runs a script of one's own is the act because
it says `overwrite` or `destroy`.
"""

from __future__ import annotations

from runbooks.procedure.model import Guard, Procedure, Step

ACTS = ("overwrite", "destroy")


def act_of(guard: Guard) -> str:
    """The key of the irreversible act that a step is, '' for every other step."""
    return next((key for key in ACTS if key in guard.locks), "")


def target_of(guard: Guard) -> str:
    """Name of the instance parameter whose data the act changes for good; '' for no act."""
    key = act_of(guard)
    return str(guard.locks[key]["target"]) if key else ""


def deletes(guard: Guard) -> bool:
    """Whether the act deletes: nothing takes the place of what was there."""
    return act_of(guard) == "destroy"


def part_of(guard: Guard) -> str:
    """What of its target a deletion takes, in the author's words; '' for all of it."""
    return str(guard.locks.get("destroy", {}).get("part") or "")


def deleted(procedure: Procedure) -> str:
    """Name of the parameter that a runbook deletes, '' when it deletes nothing or writes into
    something as well."""
    writes = procedure.named(overwrite="target", direction="into")
    return "" if writes else procedure.named(destroy="target")


def acts(procedure: Procedure) -> tuple[Step, ...]:
    """The steps that are such an act, those in asides as well, in ticking order."""
    return tuple(step for step in procedure.steps if act_of(step.guard))
