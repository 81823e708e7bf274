"""Moves by which the operator's role goes to another person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from accounts.enums import Right
from runbooks.enums import Caught
from runbooks.machine.entries import line, somebody, text
from runbooks.machine.events.people import HandOverAccepted, HandOverOffered, HandOverWithdrawn
from runbooks.machine.interlocks.identify import proof_of
from runbooks.machine.move import (
    ANYBODY,
    NOT_ENDED,
    ON_HOLD,
    OPERATOR,
    RUNNING,
    Move,
    Request,
    Rule,
)
from runbooks.machine.moves.hold import READ_BACK, read_back
from runbooks.machine.requests import Malformed, Outcome, Refusal
from runbooks.machine.state import RunState, place
from runbooks.procedure.guards.target import Identify


@dataclass(frozen=True, kw_only=True)
class HandOver(Move):
    """Offer the operator's role to the person `to`, with the state of the run in four sentences.
    Your own account id withdraws the offer."""

    kind = "hand_over"
    title, button = "Hand over", "Offer the hand-over"
    rule = Rule(RUNNING | ON_HOLD, OPERATOR, moving=False)
    first_events = frozenset({"hand_over.offered", "hand_over.withdrawn"})
    looked_up = frozenset({"to_name"})

    to: int = field(
        metadata=somebody(
            "Who takes over",
            empty="Choose the person who takes over.",
            described="Account id of the person; one's own withdraws the offer.",
            example=5,
        )
    )
    position: str = field(
        default="",
        metadata=text(
            "Where the run stands", empty="Say where the run stands.", example="Step 3 is done."
        ),
    )
    running: str = field(
        default="",
        metadata=text(
            "What is running now",
            empty="Say what is running now; “nothing” if nothing is.",
            example="nothing",
        ),
    )
    next_step: str = field(
        default="",
        metadata=text("What comes next", empty="Say what comes next.", example="Step 4, rename."),
    )
    worries: str = field(
        default="",
        metadata=text(
            "What worries you",
            empty="Say what worries you; “nothing” if nothing does.",
            example="nothing",
        ),
    )
    to_name: str = ""

    def decide(self, state: RunState, request: Request) -> Outcome:
        if self.to == request.by:
            if state.hand_over_to is None:
                return Malformed({"to": "Choose the person who takes over."})
            return (HandOverWithdrawn(),)
        asked = {
            "position": (self.position, "Say where the run stands."),
            "running": (
                self.running,
                "Say what is running now; write “nothing” if nothing is.",
            ),
            "next_step": (self.next_step, "Say what comes next."),
            "worries": (self.worries, "Say what worries you; write “nothing” if nothing does."),
        }
        errors = {name: empty for name, (text, empty) in asked.items() if not text.strip()}
        if errors:
            return Malformed(errors)
        return (
            HandOverOffered(
                to=self.to,
                to_name=self.to_name,
                position=self.position.strip(),
                running=self.running.strip(),
                next_step=self.next_step.strip(),
                worries=self.worries.strip(),
            ),
        )


@dataclass(frozen=True, kw_only=True)
class AcceptHandOver(Move):
    """Take over as operator: read back the number of the last finished step, and identify the
    target again."""

    kind = "accept_hand_over"
    title, button = "Take over", "Take over as operator"
    rule = Rule(NOT_ENDED, ANYBODY, moving=False)
    first_events = frozenset({"hand_over.accepted"})
    needs = (Right.OPERATE,)

    read_back: str = field(metadata=READ_BACK)
    identifier: str = field(
        default="",
        metadata=line(
            "Identifier of the target",
            help="Read it off the machine itself, not from this page, a prompt or a note.",
            max_length=200,
            mono=True,
            example="db-prod-1",
        ),
    )

    @classmethod
    def precondition(
        cls, state: RunState, person: int, index: int | None, at: datetime
    ) -> Refusal | None:
        if state.hand_over_to is None:
            return Refusal(
                "no_hand_over", "No hand-over is offered.", "The operator offers it first."
            )
        if state.hand_over_to != person:
            return Refusal(
                "not_offered_to_you", "The hand-over is for somebody else.", "Ask the operator."
            )
        return None

    def decide(self, state: RunState, request: Request) -> Outcome:
        wrong = read_back(state, self.read_back) or self._not_identified(state)
        if wrong:
            return wrong
        left = state.people.get(request.by)
        left_role = left.value if left else ""
        return (HandOverAccepted(read_back=place(state), left_role=left_role),)

    def _not_identified(self, state: RunState) -> Refusal | Malformed | None:
        target = state.facts.get(state.procedure.written_into())
        if target is None or not target.identifiers:
            return None
        typed, proof = self.identifier.strip(), proof_of(target)
        if not typed:
            line = ", on one line" if proof.together else ""
            return Malformed({"identifier": f"Read off {target.value} its {proof.asked}{line}."})
        if proof.fits(typed):
            return None
        return Refusal(
            "wrong_target",
            f"{typed} is not what identifies {target.value}: its {proof.asked}.",
            "Stop. Find out which machine you are on before you take over.",
            guard=Identify.key,
            caught=Caught.TARGET,
        )
