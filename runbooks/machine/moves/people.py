"""Moves of the people of a run: roles, the hand-over, and how somebody is."""

from __future__ import annotations

from dataclasses import dataclass, field

from accounts.enums import Right
from runbooks.enums import RunRole
from runbooks.machine.entries import choice, line, number, somebody, text, yes
from runbooks.machine.move import ANYBODY, EVERYONE, HELD, NOT_ENDED, OPERATOR, RUNNING, Move, Rule

MOST_HOURS = 72


@dataclass(frozen=True, kw_only=True)
class TakeRole(Move):
    """Take a role in the run: operator, verifier, decider or observer."""

    kind = "take_role"
    title, button = "Take a role", "Take this role"
    rule = Rule(NOT_ENDED, ANYBODY, moving=False, independent=True)
    first_events = frozenset({"role.taken"})

    role: RunRole = field(metadata=choice(words=RunRole, hidden=True, example="operator"))


@dataclass(frozen=True, kw_only=True)
class ReleaseRole(Move):
    """Give your own role back."""

    kind = "release_role"
    title, button = "Give my role back", "Give my role back"
    rule = Rule(NOT_ENDED, EVERYONE, moving=False, independent=True)
    first_events = frozenset({"role.released"})


@dataclass(frozen=True, kw_only=True)
class HandOver(Move):
    """Offer the operator's role to the person `to`, with the state of the run in four sentences.
    Your own account id withdraws the offer."""

    kind = "hand_over"
    title, button = "Hand over", "Offer the hand-over"
    rule = Rule(RUNNING | HELD, OPERATOR, moving=False)
    first_events = frozenset({"hand_over.offered", "hand_over.withdrawn"})

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


@dataclass(frozen=True, kw_only=True)
class AcceptHandOver(Move):
    """Take over as operator: read back the number of the last finished step, and identify the
    target again."""

    kind = "accept_hand_over"
    title, button = "Take over", "Take over as operator"
    rule = Rule(NOT_ENDED, ANYBODY, moving=False)
    first_events = frozenset({"hand_over.accepted"})
    needs = (Right.OPERATE,)

    read_back: str = field(
        metadata=line(
            "Number of the step that was finished last",
            help="Read the form from the top to the last slash. Write “none” if there is none.",
            empty="Write the number of the step that was finished last.",
            max_length=40,
            example="3",
        )
    )
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


@dataclass(frozen=True, kw_only=True)
class StateFitness(Move):
    """Answer the fatigue check: hours awake, alone or not, and the time where you are. The answer
    stays with the run."""

    kind = "state_fitness"
    title, button = "How are you?", "Say how I am"
    rule = Rule(NOT_ENDED, EVERYONE, moving=False, independent=True)
    first_events = frozenset({"fitness.stated"})

    hours_awake: int = field(
        metadata=number(
            "Hours since you last slept",
            least=0,
            most=MOST_HOURS,
            size=3,
            empty="Write the hours; a guess will do.",
            wrong=f"Write whole hours, 0 to {MOST_HOURS}.",
            example=17,
        )
    )
    local_time: str = field(
        default="",
        metadata=line(
            "Time where you are",
            help="Such as 03:40.",
            described="Where they are, such as `03:40`.",
            max_length=5,
            size=5,
            example="03:40",
        ),
    )
    alone: bool = field(default=False, metadata=yes("I am alone at this.", example=True))
