"""Moves before an irreversible act: the team check, and unlocking the command."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from inventory.identifiers import plain
from runbooks.enums import Caught, ParameterType, StepStatus
from runbooks.machine.entries import line
from runbooks.machine.events.gates import StepUnlocked, TeamCheckConfirmed
from runbooks.machine.gates import closed_gate, not_yet, repeats_check
from runbooks.machine.interlocks.identify import names
from runbooks.machine.interlocks.team_check import confirmed
from runbooks.machine.move import (
    CREW,
    PERFORMER,
    READY,
    RUNNING,
    Request,
    RestsOnTime,
    Rule,
    StepMove,
)
from runbooks.machine.own_step import vouched_for
from runbooks.machine.requests import Malformed, Outcome, Refusal
from runbooks.machine.state import RunState
from runbooks.procedure.guards.acts import TeamCheck
from runbooks.procedure.guards.demand import Act
from runbooks.procedure.irreversible import act_key, deletes, target_of


@dataclass(frozen=True, kw_only=True)
class ConfirmTeamCheck(StepMove):
    """Confirm the team check at the step: target, direction, copy and rollback are as agreed."""

    kind = "confirm_team_check"
    title = "Confirm the team check again"
    button = "Confirm: target, direction, copy, way back"
    rule = Rule(RUNNING, CREW, READY, independent=True, rests_on_time=RestsOnTime.ALWAYS)
    first_events = frozenset({"team_check.confirmed"})

    @classmethod
    def step_precondition(
        cls, state: RunState, person: int, index: int, at: datetime
    ) -> Refusal | None:
        asks = (TeamCheck, Act) in state.step(index).guard
        repeats = repeats_check(state)
        if not asks and not repeats:
            return Refusal("no_team_check", "This step has no team check.", "Write a note instead.")
        then = state.stated.unlocked.get(index, at)
        wanted = asks and not confirmed(state, person, then)
        if wanted or (repeats and person not in state.stated.confirmed_since):
            return None
        return Refusal(
            "confirmed_already",
            "You have confirmed the team check, and it counts.",
            "Wait for the others; or say STOP, if you are in doubt.",
            logged=False,
        )

    def decide(self, state: RunState, request: Request) -> Outcome:
        return (TeamCheckConfirmed(step=self.step, role=state.people[request.by]),)


@dataclass(frozen=True, kw_only=True)
class Unlock(StepMove):
    """Unlock the command of the step, which overwrites or deletes: type the name of what it acts
    on."""

    kind = "unlock"
    title, button = "Write into", "WRITE INTO"
    rule = Rule(
        RUNNING,
        PERFORMER,
        frozenset({StepStatus.STARTED}),
        rests_on_time=RestsOnTime.ALWAYS,
    )
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

    @classmethod
    def step_precondition(
        cls, state: RunState, person: int, index: int, at: datetime
    ) -> Refusal | None:
        if not act_key(state.step(index).guard):
            return Refusal("no_overwrite", "This step overwrites and deletes nothing.", "Tick it.")
        if index in state.stated.unlocked:
            return Refusal(
                "unlocked_already", "The command is laid open already.", "Tick it when done.", False
            )
        return vouched_for(state, person, index)

    @classmethod
    def waits_for(cls, state: RunState, index: int | None, at: datetime) -> Refusal | None:
        closed = closed_gate(state, index, at, but="unlocked") if index is not None else None
        return not_yet(closed) if closed else None

    def decide(self, state: RunState, request: Request) -> Outcome:
        guard = state.step(self.step).guard
        target = target_of(guard)
        does, done = ("deletes", "deleted") if deletes(guard) else ("writes into", "overwritten")
        facts, typed = state.facts[target], self.name.strip()
        if not typed:
            return Malformed({"name": f"Type the name of what is {done}."})
        if names(typed, facts):
            return (StepUnlocked(step=self.step, name=facts.value),)
        return Refusal(
            "wrong_name",
            f"You typed {typed}; this step {does} {facts.value}.",
            "Stop. Look once more at what this run was prepared for, and say aloud what is"
            f" {done}.",
            guard=act_key(guard),
            counts=True,
            caught=Caught.TARGET if _is_another(state, target, typed) else "",
        )


def _is_another(state: RunState, target: str, typed: str) -> bool:
    """Whether what was typed for the parameter `target` names another thing that the run knows: an
    instance or copy that was chosen, its host, or a copy made or read here. Else it is a slip."""
    own = plain(state.facts[target].fields.get("host", ""))
    kinds = {ParameterType.INSTANCE, ParameterType.COPY}
    named = (spec.name for spec in state.procedure.parameters if spec.type in kinds)
    others = [state.facts[name] for name in named if name in state.facts and name != target]
    hosts = {plain(facts.fields.get("host", "")) for facts in others} - {own, ""}
    copies = {plain(copy.name) for copy in state.stated.copies}
    return plain(typed) in hosts | copies or any(names(typed, facts) for facts in others)
