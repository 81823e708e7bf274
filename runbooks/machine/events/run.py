"""Events about the run as a whole: prepared, started, held, turned back, ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from runbooks.enums import Deviation, RunKind, RunStatus
from runbooks.machine.attempts import strike
from runbooks.machine.events.event import LogLine, RunEvent, Wording, optional
from runbooks.machine.state import ParameterFacts, RunState, in_section, replace
from runbooks.machine.statements import AnsweredIncident, Stated

#: After a longer hold nobody still has the picture that the team check gave them (RUNS, resume).
LONG_HOLD = timedelta(minutes=15)


@dataclass(frozen=True)
class NamedRevision:
    """The revision that a run follows. `sha256` is that of its source, `procedure` the digest of
    its stored reading."""

    runbook: str
    number: int
    sha256: str
    procedure: str


@dataclass(frozen=True, kw_only=True)
class RunPrepared(RunEvent):
    """A run was opened in its briefing; names revision and parameters."""

    kind = "run.prepared"
    renamed = {"kind": "run_kind"}

    run_kind: RunKind
    title: str
    parameters: Mapping[str, ParameterFacts]
    revision: NamedRevision
    token: str

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        return replace(stated, token=self.token)

    def describe(self, words: Wording) -> str:
        chosen = ", ".join(f"{name} = {facts.value}" for name, facts in self.parameters.items())
        named = f"{self.revision.runbook}, revision {self.revision.number}"
        text = f"prepared a {self.run_kind} run of {named}"
        return f"{text} ({chosen})" if chosen else text


@dataclass(frozen=True, kw_only=True)
class RunStarted(RunEvent):
    """The brief was acknowledged and the run began. `access` is what the operator's account can do
    on what is read."""

    kind = "run.started"
    changes_run = True

    conditions: tuple[str, ...]
    access: str = optional("")

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        return replace(state, status=RunStatus.RUNNING, started_at=line.at)

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        return replace(stated, access=self.access)

    def describe(self, words: Wording) -> str:
        return "started the run"


@dataclass(frozen=True, kw_only=True)
class RunHeld(RunEvent):
    """STOP: nothing moves until the run is resumed. With `mismatch` only a second person resumes
    it; `clock`: the clock went back."""

    kind = "run.held"
    changes_run = True

    mismatch: bool
    reason: str
    clock: bool = optional(False)

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        return replace(
            state,
            status=RunStatus.ON_HOLD,
            held_at=line.at,
            held_by=line.by,
            held_for_mismatch=self.mismatch,
        )

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        """A command that was unlocked is locked again, and has to be unlocked anew."""
        return replace(stated, unlocked={}, held_by_clock=self.clock)

    def describe(self, words: Wording) -> str:
        text = _HELD_FOR_SECOND if self.mismatch else "held the run"
        return f"{text}: {self.reason}" if self.reason else text

    def describe_without_values(self, words: Wording) -> str:
        return _HELD_FOR_SECOND if self.mismatch else self.describe(words)


@dataclass(frozen=True, kw_only=True)
class RunResumed(RunEvent):
    """A hold ended with the read-back."""

    kind = "run.resumed"
    changes_run = True

    read_back: str
    comment: str
    held_seconds: int

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        return replace(state, status=RunStatus.RUNNING, **_NOT_HELD)

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        if self.held_seconds <= LONG_HOLD.total_seconds():
            return stated
        return replace(stated, resumed_at=line.at, confirmed_since=frozenset())

    def describe(self, words: Wording) -> str:
        return f"resumed the run after reading back step {self.read_back}"


@dataclass(frozen=True, kw_only=True)
class EndedEarly(RunEvent):
    """The run does not go on as planned: why; in what it went wrong (`runbooks.enums.Deviation`, ''
    when it did not), and at which step."""

    reason: str
    deviation: str
    failed_step: int | None = None

    def to_data(self) -> dict[str, object]:
        data = super().to_data()
        if not self.deviation:
            del data["failed_step"]
        return data

    def described(self, verb: str, words: Wording) -> str:
        """`verb` and why; then in what the run went wrong, and where, when that was said."""
        text = f"{verb}: {self.reason}" if self.reason else verb
        if not self.deviation:
            return text
        where = words.step(self.failed_step)
        return f"{text} — went wrong: {deviation_words(self.deviation)}" + (
            f", at {where}" if where else ""
        )


@dataclass(frozen=True, kw_only=True)
class RunTurnedBack(EndedEarly):
    """The run goes the way back before it is aborted."""

    kind = "run.turned_back"
    changes_run = True

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        main = [s.index for s in state.steps if state.on_main_path(s.index)]
        other = [i for key in state.entered for i in in_section(state, key)]
        return replace(
            strike(state, main + other, line.sequence),
            status=RunStatus.RUNNING,
            turned_back=True,
            deviation=self.deviation,
            **_NOT_HELD,
        )

    def describe(self, words: Wording) -> str:
        return self.described("turned back", words)


@dataclass(frozen=True, kw_only=True)
class RunAborted(EndedEarly):
    """The run ended early."""

    kind = "run.aborted"
    changes_run = True

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        return _ended(state, line, RunStatus.ABORTED, self.deviation)

    def describe(self, words: Wording) -> str:
        return self.described("aborted the run", words)


@dataclass(frozen=True, kw_only=True)
class RunCompleted(RunEvent):
    """Every step was finished."""

    kind = "run.completed"
    changes_run = True

    summary: str
    live: bool

    def apply_to(self, state: RunState, line: LogLine) -> RunState:
        return _ended(state, line, RunStatus.COMPLETED, "")

    def describe(self, words: Wording) -> str:
        return f"completed the run: {self.summary}" if self.summary else "completed the run"


@dataclass(frozen=True, kw_only=True)
class IncidentUpdated(RunEvent):
    """What the incident that the run answers says of the last good write."""

    kind = "incident.updated"

    incident: int
    title: str
    closed: bool
    noticed: datetime | None
    writes_stopped: datetime | None

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        incident = AnsweredIncident(self.incident, self.noticed, self.writes_stopped, self.closed)
        return replace(stated, incident=incident)

    def describe(self, words: Wording) -> str:
        moments = (("noticed", self.noticed), ("writes stopped", self.writes_stopped))
        known = ", ".join(f"{name} {words.moment(at)}" for name, at in moments if at)
        text = f"said that the run answers incident {self.incident}, {self.title}"
        return text + (f" ({known})" if known else "") + ("; it is closed" if self.closed else "")

    def to_data(self) -> dict[str, object]:
        return {name: "" if value is None else value for name, value in super().to_data().items()}


def deviation_words(kind: str) -> str:
    """In what a run went wrong, in a few words."""
    return "something else" if kind == Deviation.OTHER else kind.replace("-", " ")


_HELD_FOR_SECOND = "held the run until a second person has looked"
_NOT_HELD = {"held_at": None, "held_by": None, "held_for_mismatch": False}


def _ended(state: RunState, line: LogLine, status: RunStatus, deviation: str) -> RunState:
    return replace(
        strike(state, [s.index for s in state.steps], line.sequence),
        status=status,
        ended_at=line.at,
        hand_over_by=None,
        hand_over_to=None,
        deviation=deviation,
        **_NOT_HELD,
    )
