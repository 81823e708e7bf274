"""What a move is: one attempted change of a run, with the rules of who may make it and when.

Each kind of move is a frozen dataclass below `runbooks.machine.moves`, which says how to add one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import ClassVar

from accounts.enums import Right
from runbooks.enums import RunRole, RunStatus, StepStatus
from runbooks.machine.entries import Entry, step_index

BRIEFING = frozenset({RunStatus.BRIEFING})
RUNNING = frozenset({RunStatus.RUNNING})
HELD = frozenset({RunStatus.HELD})
NOT_ENDED = BRIEFING | RUNNING | HELD
ANY_STATUS = frozenset(RunStatus)

#: The role that the step names as its performer.
PERFORMER = None
#: Whoever may see the run, with a role in it or without.
ANYBODY = frozenset[RunRole]()
OPERATOR = frozenset({RunRole.OPERATOR})
DECIDING = frozenset({RunRole.OPERATOR, RunRole.DECIDER})
DIAGNOSING = frozenset({RunRole.OPERATOR, RunRole.VERIFIER})
CREW = frozenset({RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER})
EVERYONE = frozenset(RunRole)

READY = frozenset({StepStatus.OPEN, StepStatus.STARTED})
AT_WORK = READY | {StepStatus.AWAITING}

#: The first events of a move by which a step was worked on, whatever else came of it.
WORKED_ON = frozenset({"step.begun", "step.recorded", "step.mismatched"})


@dataclass(frozen=True)
class Rule:
    """`runs`: the states of the run in which the move is made. `roles`: who makes it. `steps`: the
    states of its step; None when it is not about a step. `anywhere`: the step need not be the
    current one. `or_run`: it may be about the run as a whole as well. `moving`: forbidden while a
    hand-over is pending. `independent`: true whatever came between, so a stale sender is served."""

    runs: frozenset[RunStatus]
    roles: frozenset[RunRole] | None
    steps: frozenset[StepStatus] | None = None
    anywhere: bool = False
    or_run: bool = False
    moving: bool = True
    independent: bool = False


@dataclass(frozen=True, kw_only=True)
class Move:
    """One attempted move, with what was sent. The docstring of a kind is its text in the API.

    `kind` is its name in addresses and in the log. `title` and `button` are the words on pages.
    `first_events` are the kinds of event that can be the first of it, which keeps its idempotency
    key. A `signature` may ask for the password again. `needs` are rights of which the sender's
    account holds one, whatever the role; `by_a_look`: their role asks for no further one.
    `takes_file`: a file is sent with it.
    """

    kind: ClassVar[str]
    title: ClassVar[str] = ""
    button: ClassVar[str] = ""
    rule: ClassVar[Rule]
    first_events: ClassVar[frozenset[str]]
    signature: ClassVar[bool] = False
    takes_file: ClassVar[bool] = False
    needs: ClassVar[tuple[Right, ...]] = (Right.VIEW,)
    by_a_look: ClassVar[bool] = False

    @classmethod
    def entries(cls) -> Mapping[str, Entry]:
        """What is sent with a move of this kind, by the name of the field."""
        known = {each.name: each.metadata.get("entry") for each in fields(cls)}
        return {name: entry for name, entry in known.items() if entry is not None}

    @classmethod
    def defaults(cls) -> dict[str, object]:
        """What is sent with a move of this kind where nothing else is."""
        return {
            each.name: each.default
            for each in fields(cls)
            if "entry" in each.metadata and each.default is not MISSING
        }


@dataclass(frozen=True, kw_only=True)
class StepMove(Move):
    """A move on a step."""

    step: int = field(metadata=step_index(described="`index` of the step."))


@dataclass(frozen=True, kw_only=True)
class AnyPlaceMove(Move):
    """A move on a step or on the run as a whole."""

    step: int | None = field(
        default=None, metadata=step_index(described="`index` of the step, if of one.")
    )
