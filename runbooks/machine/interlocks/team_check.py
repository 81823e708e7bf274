"""The team check: everyone stops, and says the same five things from their own screen."""

from __future__ import annotations

from datetime import datetime, timedelta

from lib.units.durations import words
from runbooks.enums import RunRole
from runbooks.machine.freshness import is_fresh
from runbooks.machine.interlocks.interlock import Interlock
from runbooks.machine.requests import Gate
from runbooks.machine.state import RunState
from runbooks.procedure.guards.acts import TeamCheck
from runbooks.procedure.irreversible import acts

#: Immediately before the act: where the author gives no other time, ten minutes is the most.
FRESH_FOR = timedelta(minutes=10)
CONFIRMING = (RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER)


class TeamCheckInterlock(Interlock[TeamCheck]):
    """Everyone with a role confirms target, direction, copy and way back; it expires."""

    judges = TeamCheck
    source = "Universal Protocol, time-out (Joint Commission UP.01.03.01); D9; M14 of the story"

    def gates(self, at: datetime) -> tuple[Gate, ...]:
        return (team_check_gate(self.state, at, self.judges.key),)


def team_check_gate(state: RunState, at: datetime, guard: str) -> Gate:
    """Open while the team check of everyone with a role is fresh at `at`."""
    missing = unconfirmed(state, at)
    names = ", ".join(role.value for role in missing)
    return Gate(
        TeamCheck.key,
        "Team check: everyone confirmed" + (f"; missing: {names}" if missing else ""),
        not missing,
        "Each person with a role confirms target, direction, copy and way back from their own"
        f" screen. It counts for {words(fresh_for(state))}.",
        guard=guard,
    )


def unconfirmed(state: RunState, at: datetime) -> tuple[RunRole, ...]:
    """The roles whose holders did not confirm, or whose confirmation is no longer fresh at `at`.
    Nobody speaks for a disabled account: a role that it holds, or that was given back, is missing
    where the run could not have started without it: or
    two people would agree, one after the other, for three."""
    lasts = fresh_for(state)
    confirmed = state.stated.confirmed
    fresh = {(line.person, line.role) for line in confirmed if is_fresh(line.at, at, lasts)}
    crew = [pair for pair in state.people.items() if pair[0] not in state.outside.gone]
    missing = {role for person, role in crew if (person, role) not in fresh}
    if _needs_everyone(state):
        missing |= set(CONFIRMING) - {role for _, role in crew}
    return tuple(role for role in CONFIRMING if role in missing)


def confirmed(state: RunState, person: int, at: datetime) -> bool:
    """Whether `person` confirmed in the role that they hold, and it still counts at `at`."""
    since, role = at - fresh_for(state), state.people.get(person)
    return any(
        (line.person, line.role) == (person, role) and line.at >= since
        for line in state.stated.confirmed
    )


def _needs_everyone(state: RunState) -> bool:
    """Whether something is overwritten or deleted, and nobody passed the demand for every role at
    the start by an override."""
    alone = any(passed.gate == "roles" and passed.opened_at for passed in state.stated.overrides)
    return not alone and bool(acts(state.procedure))


def fresh_for(state: RunState) -> timedelta:
    """How long a confirmation counts: the shortest that the runbook asks for."""
    asked = [
        check.fresh_for for step in state.procedure.steps if (check := step.guard.get(TeamCheck))
    ]
    return timedelta(seconds=min(asked)) if asked else FRESH_FOR


INTERLOCKS = (TeamCheckInterlock,)
