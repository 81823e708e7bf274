"""What is true of a run at one moment: plain, immutable data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from runbooks.enums import RunKind, RunRole, RunStatus, StepStatus
from runbooks.machine.statements import Signed, Stated
from runbooks.procedure.model import Procedure, Step

#: A step in one of these needs nothing more.
FINISHED = frozenset({StepStatus.DONE, StepStatus.NOT_APPLICABLE, StepStatus.STRUCK})
#: A run in one of these is frozen.
ENDED = frozenset({RunStatus.COMPLETED, RunStatus.ABORTED})


@dataclass(frozen=True)
class ParameterFacts:
    """A parameter as chosen. `fields` are what `<name.field>` may reach (name, host, place, …);
    `identifiers` are an instance's two identifying values, and `kinds` what kind each is of."""

    value: str
    fields: Mapping[str, str] = field(default_factory=dict)
    identifiers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class StepState:
    """The newest attempt at one step. People are account ids; times are aware, UTC."""

    index: int
    attempt: int = 1
    status: StepStatus = StepStatus.LOCKED
    started_at: datetime | None = None
    started_by: int | None = None
    done_at: datetime | None = None
    done_by: int | None = None
    countersigned_at: datetime | None = None
    countersigned_by: int | None = None
    released_at: datetime | None = None
    released_by: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    verified_values: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""
    reason: str = ""
    touched: int = 0

    @property
    def is_fresh(self) -> bool:
        """Locked, and nothing was done on this attempt yet."""
        return self == StepState(self.index, self.attempt, touched=self.touched)


@dataclass(frozen=True)
class Outside:
    """What is so outside of the log at the moment, as whoever loaded the state was told
    (`runbooks.runs.outside`). No event changes it and no replay knows it: it decides what is
    accepted now, never what became of what was. `gone` are accounts (ids) that are disabled, among
    those whose word counts in the run; `locked` says why its text may not be run live, '' if it
    may. `sizes`: by parameter, what its copies are compared with now
    (`inventory.plausibility.written`); those that the current step does not copy or read are left
    out."""

    gone: frozenset[int] = frozenset()
    locked: str = ""
    sizes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RunState:
    """A run. `entered` are the asides opened, in order. `past` are the superseded attempts.

    `last_at` is the time of the last event, and `turned` the sequence of the last one that changed
    the run as a whole. `deviation` is in what it went wrong (`runbooks.enums.Deviation`), '' when
    it did not; it is stated when the run ends. `overridden` gates were passed without their
    condition. `stated` is what people stated in the run besides its steps. `outside` is no part of
    the log.
    """

    number: int
    kind: RunKind
    status: RunStatus
    procedure: Procedure
    facts: Mapping[str, ParameterFacts]
    people: Mapping[int, RunRole]
    steps: tuple[StepState, ...]
    last_at: datetime
    past: tuple[StepState, ...] = ()
    entered: tuple[str, ...] = ()
    held_at: datetime | None = None
    held_by: int | None = None
    held_for_mismatch: bool = False
    hand_over_by: int | None = None
    hand_over_to: int | None = None
    turned_back: bool = False
    deviation: str = ""
    overridden: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    sequence: int = 0
    turned: int = 0
    stated: Stated = field(default_factory=Stated)
    outside: Outside = field(default_factory=Outside)

    def step(self, index: int) -> Step:
        """The text of a step."""
        return self.procedure.steps[index]

    def name_of(self, parameter: str) -> str:
        """What was chosen for `parameter` in this run, as people call it."""
        return self.facts[parameter].value if parameter in self.facts else parameter

    def holder(self, role: RunRole) -> int | None:
        """The first person who holds `role` and whose account is not disabled."""
        gone = self.outside.gone
        return next((p for p, r in self.people.items() if r is role and p not in gone), None)

    def occupant(self, role: RunRole) -> int | None:
        """The first person who holds `role`, even when their account is disabled."""
        return next((p for p, r in self.people.items() if r is role), None)

    @property
    def signed(self) -> tuple[Signed, ...]:
        """The decider's signatures that count: a disabled account signs for nothing."""
        return tuple(
            signature for signature in self.stated.signed if signature.by not in self.outside.gone
        )

    def on_main_path(self, index: int) -> bool:
        return self.procedure.steps[index].section not in self.procedure.asides


State = TypeVar("State", RunState, StepState, Stated)


def replace(state: State, **changes: object) -> State:
    """A copy of `state` with `changes`, as `dataclasses.replace` makes it, several times as fast:
    neither class does anything when it is made, so the fields need not go through its `__init__`.
    Raises `TypeError` for a field that there is not."""
    made = object.__new__(type(state))
    made.__dict__.update(state.__dict__, **changes)
    if len(made.__dict__) != len(state.__dict__):
        raise TypeError(f"{type(state).__name__} has not all of the fields {sorted(changes)}.")
    return made


def in_section(state: RunState, key: str) -> list[int]:
    """Indexes of the steps of a section, in ticking order."""
    return [s.index for s in state.procedure.steps if s.section == key]


def not_taken(state: RunState, index: int, answer: str) -> list[str]:
    """Keys of the sections on the main path that `answer` to the decision `index` passes by."""
    decision = state.step(index).guard.decide
    options = dict(decision.options) if decision else {}
    asides, taken = state.procedure.asides, options.get(answer)
    return sorted({key for key in options.values() if key and key not in asides | {taken}})


def passed_by_others(state: RunState, indexes: list[int]) -> set[str]:
    """Keys of the sections that decisions outside of `indexes` pass by, and so stay struck."""
    others = [s for s in state.steps if s.answer and s.index not in indexes]
    return {key for s in others for key in not_taken(state, s.index, s.answer)}


def taken_back(state: RunState, index: int) -> list[int]:
    """Indexes of the steps that are done again when step `index` is taken back: everything on the
    main path from there, but not the branches that an earlier decision passed by."""
    later = [i for i in range(index, len(state.steps)) if state.on_main_path(i)]
    passed_by = passed_by_others(state, later)
    return [i for i in later if state.step(i).section not in passed_by]


def current(state: RunState) -> int | None:
    """The one step that may be acted on now: the first unfinished one of the aside entered last,
    else of the main path. None when nothing is left, or the run is not under way."""
    if state.status not in {RunStatus.RUNNING, RunStatus.ON_HOLD}:
        return None
    for key in reversed(state.entered):
        for index in in_section(state, key):
            if state.steps[index].status not in FINISHED:
                return index
    for index in state.procedure.main_path:
        if state.steps[index].status not in FINISHED:
            return index
    return None


def last_finished(state: RunState) -> int | None:
    """The step that was finished last, by the log's order: what a read-back must name."""
    done = [s for s in state.steps if s.status in {StepStatus.DONE, StepStatus.NOT_APPLICABLE}]
    return max(done, key=lambda s: s.touched).index if done else None


def place(state: RunState) -> str:
    """Number of the step finished last, or "none": the answer that a read-back must give."""
    index = last_finished(state)
    return "none" if index is None else state.step(index).number
