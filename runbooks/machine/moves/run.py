"""Moves on the run as a whole: start, hold, resume, abort, complete."""

from __future__ import annotations

from dataclasses import dataclass, field

from runbooks.enums import Deviation
from runbooks.machine.entries import choice, line, text, yes
from runbooks.machine.move import (
    BRIEFING,
    CREW,
    DECIDING,
    EVERYONE,
    HELD,
    NOT_ENDED,
    OPERATOR,
    RUNNING,
    Move,
    Rule,
)


@dataclass(frozen=True, kw_only=True)
class Start(Move):
    """Start the run: the brief was read, and the entry conditions hold. A live run does not start
    while its runbook is locked after a failure."""

    kind = "start"
    title, button = "Start", "Start the run"
    rule = Rule(BRIEFING, OPERATOR)
    first_events = frozenset({"run.started"})

    acknowledged: bool = field(
        metadata=yes(
            "I have read the purpose, the worst case and the abort rule.",
            empty="Read the purpose, the worst case and the abort rule first.",
            example=True,
        )
    )
    conditions: bool = field(
        default=True,
        metadata=yes(
            "Every entry condition holds.",
            empty="Every entry condition must hold before the start.",
            example=True,
        ),
    )
    access: str = field(
        default="",
        metadata=choice(
            choices=(("read", "only read it"), ("write", "write on it as well")),
            empty="Say what your account can do there.",
            described="`read` or `write`: what the account can do on what is read, in a run that"
            " copies out of production.",
            max_length=10,
        ),
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


@dataclass(frozen=True, kw_only=True)
class Resume(Move):
    """Resume a run that is on hold, after reading back the number of the last finished step."""

    kind = "resume"
    title, button = "Resume", "Resume the run"
    rule = Rule(HELD, CREW, moving=False)
    first_events = frozenset({"run.resumed"})

    read_back: str = field(
        metadata=line(
            "Number of the step that was finished last",
            help="Read the form from the top to the last slash. Write “none” if there is none.",
            empty="Write the number of the step that was finished last.",
            max_length=40,
            example="3.1",
        )
    )
    comment: str = field(
        default="",
        metadata=text("Why it is right to go on", example="Found it: the mount was read-only."),
    )


@dataclass(frozen=True, kw_only=True)
class Abort(Move):
    """End the run early, with a `reason`. Where the runbook names a rollback, the run enters it
    first. `deviation`: what went wrong, if something did."""

    kind = "abort"
    title, button = "Abort the run", "Abort the run"
    rule = Rule(NOT_ENDED, DECIDING, moving=False)
    first_events = frozenset({"run.turned_back", "run.aborted"})

    reason: str = field(
        metadata=text("Why", empty="Say why the run is aborted.", example="The primary came back.")
    )
    deviation: Deviation | None = field(
        default=None,
        metadata=choice(
            "Did something go wrong?",
            words=Deviation,
            choices=(
                (
                    Deviation.WRONG_TARGET,
                    "Wrong target: the wrong machine, database or place",
                ),
                (Deviation.WRONG_DIRECTION, "Wrong direction: from and into were confused"),
                (
                    Deviation.WRONG_COPY,
                    "Wrong copy: not the one that was meant, or not a good one",
                ),
                (Deviation.OTHER, "Something else went wrong"),
            ),
            help="A live run at the wrong target or in the wrong direction locks its runbook until"
            " it is changed, or until an approver waives it.",
            described="In what it went wrong, if it did.",
        ),
    )


@dataclass(frozen=True, kw_only=True)
class Complete(Move):
    """Complete the run, when every step is finished."""

    kind = "complete"
    title, button = "Complete", "Complete the run"
    rule = Rule(RUNNING, OPERATOR)
    first_events = frozenset({"run.completed"})

    summary: str = field(
        default="",
        metadata=text(
            "Summary",
            rows=3,
            help="What was reached, what is left to do.",
            example="Every book is back.",
        ),
    )
