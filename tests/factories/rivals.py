"""Two live runs that name one database as their target."""

from __future__ import annotations

from datetime import timedelta

from runbooks.enums import RunKind, RunRole
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Start
from runbooks.runs import preparation
from tests.factories.cutover import Cutover


def rival(first: Cutover, *, started: bool = True, seconds: int = 1) -> Cutover:
    """Another live run of the same text into the same database, prepared `seconds` later."""
    given = {
        row.name: str(row.instance_id or row.copy_id or row.value)
        for row in first.run.parameters.all()
    }
    at = first.at + timedelta(seconds=seconds)
    run = preparation.prepare(
        revision=first.run.revision,
        kind=RunKind.LIVE,
        parameters=given,
        by=first.people["operator"],
        at=at,
    )
    second = Cutover(run, first.people, at)
    for role in (RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER):
        second.move(TakeRole, by=role.value, role=role)
    if started:
        second.move(Start, acknowledged=True, conditions=True)
    return second
