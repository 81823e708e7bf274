"""Moves that stop a run and resume it. Resuming begins with reading back where the run stands: the
number of the step that was finished last (interrupted checklists lose their place:
NASA/TM-2010-216396)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from runbooks.machine.entries import line, text
from runbooks.machine.events.run import RunHeld, RunResumed
from runbooks.machine.move import CREW, EVERYONE, ON_HOLD, RUNNING, Move, Request, RestsOnTime, Rule
from runbooks.machine.requests import Malformed, Outcome, Refusal
from runbooks.machine.state import RunState, place

READ_BACK = line(
    "Number of the step that was finished last",
    help="Read the form from the top to the last slash. Write “none” if there is none.",
    empty="Write the number of the step that was finished last.",
    max_length=40,
    example="3",
)


@dataclass(frozen=True, kw_only=True)
class Hold(Move):
    """Stop the run. No reason is needed."""

    kind = "hold"
    title, button = "Stop, I am not sure", "Stop, I am not sure"
    rule = Rule(RUNNING, EVERYONE, moving=False, independent=True)
    first_events = frozenset({"run.held"})
    by_a_look = True

    reason: str = field(
        default="", metadata=text(hidden=True, example="The host name looks wrong.")
    )

    def decide(self, state: RunState, request: Request) -> Outcome:
        return (RunHeld(mismatch=False, reason=self.reason.strip()),)


@dataclass(frozen=True, kw_only=True)
class Resume(Move):
    """Resume a run that is on hold, after reading back the number of the last finished step."""

    kind = "resume"
    title, button = "Resume", "Resume the run"
    rule = Rule(ON_HOLD, CREW, moving=False, rests_on_time=RestsOnTime.ALWAYS)
    first_events = frozenset({"run.resumed"})

    read_back: str = field(metadata=READ_BACK)
    comment: str = field(
        default="",
        metadata=text("Why it is right to go on", example="Found it: the mount was read-only."),
    )

    @classmethod
    def precondition(
        cls, state: RunState, person: int, index: int | None, at: datetime
    ) -> Refusal | None:
        if state.held_for_mismatch and person == state.held_by:
            return Refusal(
                "second_person",
                "What was found did not fit; a second person resumes the run.",
                "Ask the verifier or the decider to look at it and to resume.",
            )
        return None

    def decide(self, state: RunState, request: Request) -> Outcome:
        wrong = read_back(state, self.read_back)
        if wrong:
            return wrong
        held = int((request.at - state.held_at).total_seconds()) if state.held_at else 0
        comment = self.comment.strip()
        return (RunResumed(read_back=place(state), comment=comment, held_seconds=held),)


def read_back(state: RunState, typed: str) -> Refusal | Malformed | None:
    """What is wrong with the number that was read back; None when it fits."""
    number = typed.strip().lower().removeprefix("step ").rstrip(".")
    if not number:
        return Malformed({"read_back": "Write the number of the step that was finished last."})
    if number != place(state):
        return Refusal(
            "read_back_wrong",
            f"Step {number} is not the step that was finished last.",
            "Read the form from the top to the last slash, and write that number (or: none).",
        )
    return None
