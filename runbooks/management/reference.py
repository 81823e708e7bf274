"""The pages of docs/reference that tell the rules of a run, made from the tables that decide."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from runbooks.enums import RunRole, RunStatus, StepStatus
from runbooks.machine.events.event import RunEvent
from runbooks.machine.events.kinds import KINDS, field_types
from runbooks.machine.freshness import WENT_BACK
from runbooks.machine.move import Move, Rule
from runbooks.machine.moves import MOVES
from runbooks.machine.moves.branches import Diagnose, Reopen, ReportMismatch, Undo
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.run import Abort, Complete, Start
from runbooks.machine.moves.second_person import Countersign, Object
from runbooks.machine.moves.steps import BeginStep, Decide, NotApplicable, Tick

#: Which moves lead a run, and a step, from one state to another. The tests play each of them.
RUN_WAYS: tuple[tuple[RunStatus, type[Move], RunStatus], ...] = (
    (RunStatus.BRIEFING, Start, RunStatus.RUNNING),
    (RunStatus.BRIEFING, Abort, RunStatus.ABORTED),
    (RunStatus.RUNNING, Hold, RunStatus.ON_HOLD),
    (RunStatus.ON_HOLD, Resume, RunStatus.RUNNING),
    (RunStatus.RUNNING, Complete, RunStatus.COMPLETED),
    (RunStatus.RUNNING, Abort, RunStatus.ABORTED),
    (RunStatus.ON_HOLD, Abort, RunStatus.ABORTED),
)
STEP_WAYS: tuple[tuple[StepStatus, type[Move], StepStatus], ...] = (
    (StepStatus.LOCKED, Tick, StepStatus.OPEN),
    (StepStatus.OPEN, BeginStep, StepStatus.STARTED),
    (StepStatus.OPEN, Tick, StepStatus.DONE),
    (StepStatus.STARTED, Tick, StepStatus.DONE),
    (StepStatus.STARTED, Tick, StepStatus.AWAITING),
    (StepStatus.AWAITING, Countersign, StepStatus.DONE),
    (StepStatus.AWAITING, Object, StepStatus.MISMATCH),
    (StepStatus.OPEN, Decide, StepStatus.DONE),
    (StepStatus.OPEN, NotApplicable, StepStatus.NOT_APPLICABLE),
    (StepStatus.STARTED, ReportMismatch, StepStatus.MISMATCH),
    (StepStatus.MISMATCH, Diagnose, StepStatus.DIAGNOSED),
    (StepStatus.DIAGNOSED, Reopen, StepStatus.OPEN),
    (StepStatus.DONE, Undo, StepStatus.LOCKED),
)
_INTRODUCTION = """# States and moves of a run

Each move is decided by `runbooks.machine`, which is pure. What stands here is made from its
tables.

A step is locked until every step before it is finished; then it is open, and it is the only one.
The old attempt of a step that is opened again stays readable. An aborted run, and a branch that was
not taken, strike what was not finished.
"""
_MOVES = """A person holds one role in a run. “Performer” is the role that the step names, the
operator when it names none. “After others” says whether the move is taken from somebody who has not
seen the newest event. While a hand-over is pending, only the moves marked † are made.
"""


def run_states_page() -> str:
    """Markdown: two diagrams, and the table of moves."""
    return "\n".join(
        [
            _INTRODUCTION,
            "## A run\n",
            _diagram(RUN_WAYS, RunStatus.BRIEFING, (RunStatus.COMPLETED, RunStatus.ABORTED)),
            "## A step\n",
            _diagram(STEP_WAYS, StepStatus.LOCKED, (StepStatus.DONE, StepStatus.NOT_APPLICABLE)),
            "## Moves\n",
            _MOVES,
            "| move | in a run that is | by | on a step that is | after others | what it does |",
            "|---|---|---|---|---|---|",
            *(_row(move) for move in MOVES),
            "",
        ]
    )


def events_page() -> str:
    """Markdown: every kind of event, what it means, whether it changes the state, and its data."""
    rows = [
        f"| `{kind}` | {event.reference()} | {_yes(event.changes_state)} |"
        f" {_yes(event.changes_run)} | {_fields(event)} |"
        for kind, event in KINDS.items()
    ]
    head = (
        "# Events\n\nWhat stands in the log of a run; [its form](log.md) has a page of its own."
        " “Changes the run” events make everybody stale who has not seen them. A field with a"
        " question mark is left out where there is nothing to say; any event can have"
        " `clock_went_back?`, the time that the clock showed.\n\n"
        "| kind | what it means | changes the state | changes the run as a whole | data |\n"
        "|---|---|---|---|---|\n"
    )
    return head + "\n".join(rows) + "\n"


def _fields(event: type[RunEvent]) -> str:
    """The fields of an event as the log names them, each with its type."""
    named = [field for field in field_types(event) if field.name != WENT_BACK]
    shown = [f"`{f.name}{'?' if f.is_optional else ''}` {f.type}" for f in named]
    return ", ".join(shown) or "—"


def _diagram(
    ways: Iterable[tuple[RunStatus | StepStatus, type[Move], RunStatus | StepStatus]],
    first: RunStatus | StepStatus,
    last: Iterable[RunStatus | StepStatus],
) -> str:
    lines = [f"    [*] --> {_id(first)}"]
    lines += [f"    {_id(a)} --> {_id(b)}: {_why(a, move)}" for a, move, b in ways]
    lines += [f"    {_id(state)} --> [*]" for state in last]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```", ""])


def _why(state: RunStatus | StepStatus, move: type[Move]) -> str:
    """A locked step is opened by what finishes the one before it, not by a move of its own."""
    return "the one before is finished" if state is StepStatus.LOCKED else _words(move)


def _id(state: RunStatus | StepStatus) -> str:
    return state.value.replace(" ", "_")


def _words(move: type[Move]) -> str:
    return move.kind.replace("_", " ")


def _row(move: type[Move]) -> str:
    rule = move.rule
    mark = "" if rule.moving else " †"
    steps = _listed(StepStatus, rule.steps) if rule.steps else "—"
    does = " ".join((move.__doc__ or "").partition("\n\n")[0].split())
    runs = _listed(RunStatus, rule.runs)
    return (
        f"| {_words(move)}{mark} | {runs} | {_who(rule)} | {steps} |"
        f" {_yes(rule.independent)} | {does} |"
    )


def _who(rule: Rule) -> str:
    if rule.roles is None:
        return "performer"
    if not rule.roles:
        return "anybody"
    return "everybody in it" if rule.roles == set(RunRole) else _listed(RunRole, rule.roles)


def _listed(kind: type[StrEnum], members: Iterable[StrEnum]) -> str:
    return ", ".join(word.value.replace("_", " ") for word in kind if word in members)


def _yes(true: bool) -> str:
    return "yes" if true else "no"
