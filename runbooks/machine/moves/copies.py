"""Does anyone hold a newer copy? The question to the whole team, and what each answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from accounts.texts import says_something
from runbooks.machine.entries import text, yes
from runbooks.machine.events.copies import CopiesAnswered, CopiesAsked
from runbooks.machine.move import ANYBODY, CREW, NOT_ENDED, Move, Request, Rule
from runbooks.machine.requests import Malformed, Outcome, Refusal
from runbooks.machine.state import RunState


@dataclass(frozen=True, kw_only=True)
class AskCopies(Move):
    """Ask everybody who can see the run whether they hold a newer copy. `text` says of what."""

    kind = "ask_copies"
    title, button = "Ask the team for copies", "Ask: does anyone hold a newer one?"
    rule = Rule(NOT_ENDED, CREW, moving=False, independent=True)
    first_events = frozenset({"copies.asked"})

    text: str = field(
        default="",
        metadata=text(
            "Of what?",
            help="Everybody who may look here is told, and can answer: I hold one, or I hold none."
            " Think of laptops, sticks, replicas, a coworker’s database.",
            example="The ledger, from after the night of the 20th.",
        ),
    )

    def decide(self, state: RunState, request: Request) -> Outcome:
        return (CopiesAsked(text=self.text.strip()),)


@dataclass(frozen=True, kw_only=True)
class AnswerCopies(Move):
    """Answer the question for copies: whether you hold one, and which. No role is needed."""

    kind = "answer_copies"
    title, button = "Answer", "Answer"
    rule = Rule(NOT_ENDED, ANYBODY, moving=False, independent=True)
    first_events = frozenset({"copies.answered"})
    looked_up = frozenset({"who"})

    holds: bool = field(
        metadata=yes(
            "Do you hold a copy of this data, of any age, anywhere?",
            choices=(("yes", "I hold one"), ("no", "I hold none")),
            empty="Say whether you hold one.",
            example=True,
        )
    )
    text: str = field(
        default="",
        metadata=text(
            "Which one",
            rows=3,
            help="Where it lies, from when its newest record is, and how you know. Do not plug it"
            " in, and do not write on it.",
            described="Which one: where it lies, from when, how you know.",
            example="My development database was restored from the dump of this morning.",
        ),
    )
    who: str = ""

    @classmethod
    def precondition(
        cls, state: RunState, person: int, index: int | None, at: datetime
    ) -> Refusal | None:
        if state.stated.asked_copies_at is None:
            return Refusal(
                "copies_not_asked",
                "Nobody has asked the team for copies in this run.",
                "Register the copy in the inventory, and tell the operator.",
            )
        return None

    def decide(self, state: RunState, request: Request) -> Outcome:
        text = self.text.strip()
        if self.holds and not says_something(text):
            return Malformed(
                {"text": "Say which: where it lies, from when it is, and how you know."}
            )
        return (CopiesAnswered(holds=self.holds, text=text, who=self.who),)
