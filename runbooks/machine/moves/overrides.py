"""Moves that pass a closed gate without its condition: ask, wait, use or withdraw."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from accounts.texts import full_stop
from runbooks.enums import StepStatus
from runbooks.machine.entries import line, text, yes
from runbooks.machine.events.gates import GateOverridden, OverrideAsked, OverrideWithdrawn
from runbooks.machine.gates import attempt_at, gates, run_gates
from runbooks.machine.move import (
    AT_WORK,
    BRIEFING,
    DECIDING,
    RUNNING,
    AnyPlaceMove,
    Request,
    RestsOnTime,
    Rule,
    prose,
)
from runbooks.machine.overriding import (
    askable,
    closed_gates,
    may_ask,
    may_use,
    not_used,
    pending,
    so_far,
    usable,
)
from runbooks.machine.requests import Gate, Malformed, Outcome, Refusal
from runbooks.machine.state import RunState
from runbooks.machine.statements import Override

_RULE = Rule(BRIEFING | RUNNING, DECIDING, AT_WORK, or_run=True)
_TIMED_RULE = replace(_RULE, rests_on_time=RestsOnTime.ALWAYS)


@dataclass(frozen=True, kw_only=True)
class GateMove(AnyPlaceMove):
    """A move on one gate of a step, or of the start."""

    gate: str = field(
        metadata=line(
            hidden=True, described="`key` of the gate.", max_length=80, example="countersigned"
        )
    )

    def closed(self, state: RunState, at: datetime) -> Gate | Refusal | Malformed:
        """The closed gate that it names, if it is one that may be overridden."""
        name, index = self.gate.strip(), self.step
        closed = closed_gates(state, index, at)
        for gate in closed:
            if gate.key == name:
                return gate
        every = run_gates(state) if index is None else gates(state, index, at)
        named = next((gate for gate in every if gate.key == name), None)
        if named is None:
            names = ", ".join(gate.key for gate in closed) or "none is closed"
            return Malformed({"gate": f"Choose one of the closed gates: {names}."})
        if named.open:
            return Refusal(
                "gate_open",
                "This gate is open.",
                "Go on; nothing is to be overridden.",
                logged=False,
            )
        return Refusal(
            "override_never",
            "This is never overridden: it needs nobody but you.",
            named.how,
            guard="override",
        )

    def asked(self, state: RunState) -> Override | None:
        """The override that was requested for its gate, and not used."""
        name = self.gate.strip()
        return next((each for each in pending(state, self.step) if each.gate == name), None)


@dataclass(frozen=True, kw_only=True)
class AskOverride(GateMove):
    """Request to pass one gate of the step, or of the start, without its condition. The decider and
    the managers are paged at once."""

    kind = "ask_override"
    title, button = "Override this gate", "Ask for the override"
    rule = _TIMED_RULE
    first_events = frozenset({"override.asked"})

    reason: str = field(
        metadata=text(
            "Why can it not be opened in its own way?",
            empty="Say why it cannot be opened in its own way.",
            help="The decider and the managers are called now and read this. You can use it in two"
            " minutes.",
            example="The verifier is on a plane.",
        )
    )
    again: bool = field(
        default=False,
        metadata=yes(
            empty="Read what was overridden, then confirm that you need one more.",
            described="True when gates of this run were overridden before, and one more is needed.",
        ),
    )

    @classmethod
    def precondition(
        cls, state: RunState, person: int, index: int | None, at: datetime
    ) -> Refusal | None:
        return may_ask(state, person, index, at)

    @classmethod
    def has_choice(cls, state: RunState, person: int, index: int | None, at: datetime) -> bool:
        return bool(askable(state, index, at))

    def decide(self, state: RunState, request: Request) -> Outcome:
        gate = self.closed(state, request.at)
        if not isinstance(gate, Gate):
            return gate
        reason = prose(self.reason)
        if not reason:
            return Malformed({"reason": "Say why it cannot be opened in its own way."})
        passed = so_far(state)
        if passed and not self.again:
            return Malformed({"again": f"{passed} Confirm that you need one more."})
        return (
            OverrideAsked(
                step=self.step,
                attempt=attempt_at(state, self.step),
                gate=gate.key,
                label=gate.label,
                guard=gate.guard,
                reason=reason,
            ),
        )


@dataclass(frozen=True, kw_only=True)
class WithdrawOverride(GateMove):
    """Withdraw the override that was requested for the gate."""

    kind = "withdraw_override"
    title, button = "Withdraw", "Withdraw the override"
    rule = _RULE
    first_events = frozenset({"override.withdrawn"})

    @classmethod
    def precondition(
        cls, state: RunState, person: int, index: int | None, at: datetime
    ) -> Refusal | None:
        return may_use(state, person, index, at)

    def decide(self, state: RunState, request: Request) -> Outcome:
        asked = self.asked(state)
        if asked is None:
            names = ", ".join(each.gate for each in pending(state, self.step))
            return Malformed({"gate": f"Choose one of: {names}."})
        return (OverrideWithdrawn(step=self.step, attempt=asked.attempt, gate=asked.gate),)


@dataclass(frozen=True, kw_only=True)
class UseOverride(GateMove):
    """Pass the gate without its condition, two minutes after the same person requested it. The run
    is marked, and a review is opened."""

    kind = "override"
    title, button = "Use the override", "OVERRIDE this gate"
    rule = _TIMED_RULE
    first_events = frozenset({"gate.overridden"})
    signature = True

    @classmethod
    def precondition(
        cls, state: RunState, person: int, index: int | None, at: datetime
    ) -> Refusal | None:
        return may_use(state, person, index, at)

    @classmethod
    def has_choice(cls, state: RunState, person: int, index: int | None, at: datetime) -> bool:
        return bool(usable(state, person, index, at))

    def decide(self, state: RunState, request: Request) -> Outcome:
        gate = self.closed(state, request.at)
        if not isinstance(gate, Gate):
            return gate
        asked = self.asked(state)
        if asked is None:
            return Refusal(
                "not_asked",
                f"No override was asked for: {full_stop(gate.label)}",
                "Ask for it first, with a reason; it can be used two minutes later.",
            )
        refusal = not_used(asked, request.by, request.at)
        if refusal:
            return refusal
        index = self.step
        event = GateOverridden(
            step=index,
            attempt=attempt_at(state, index),
            gate=gate.key,
            label=gate.label,
            guard=gate.guard,
            reason=asked.reason,
            waited=int((request.at - asked.asked_at).total_seconds()),
            # The step is done with it where it was ticked and waited for the second measurement.
            done=index is not None and state.steps[index].status is StepStatus.AWAITING,
        )
        return (event,)
