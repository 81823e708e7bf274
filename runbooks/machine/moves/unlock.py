"""Moves before an irreversible act: the team check, and unlocking the command."""

from __future__ import annotations

from dataclasses import dataclass, field

from runbooks.enums import StepStatus
from runbooks.machine.entries import line
from runbooks.machine.move import CREW, PERFORMER, READY, RUNNING, Rule, StepMove


@dataclass(frozen=True, kw_only=True)
class ConfirmTeamCheck(StepMove):
    """Confirm the team check at the step: target, direction, copy and rollback are as agreed."""

    kind = "confirm_team_check"
    title = "Confirm the team check again"
    button = "Confirm: target, direction, copy, way back"
    rule = Rule(RUNNING, CREW, READY, independent=True)
    first_events = frozenset({"team_check.confirmed"})


@dataclass(frozen=True, kw_only=True)
class Unlock(StepMove):
    """Unlock the command of the step, which overwrites or deletes: type the name of what it acts
    on."""

    kind = "unlock"
    title, button = "Write into", "WRITE INTO"
    rule = Rule(RUNNING, PERFORMER, frozenset({StepStatus.STARTED}))
    first_events = frozenset({"step.unlocked"})
    signature = True

    name: str = field(
        metadata=line(
            empty="Type the name of what is overwritten or deleted.",
            max_length=200,
            mono=True,
            example="ledger-primary",
        )
    )
