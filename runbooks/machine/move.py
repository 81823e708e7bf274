"""What a move is: one attempted change of a run, with the rules of who may make it and when.

Each kind of move is a frozen dataclass below `runbooks.machine.moves`, which says how to add one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import UTC, datetime, tzinfo
from enum import Enum
from typing import ClassVar

from accounts.enums import Right
from accounts.texts import says_something
from runbooks.enums import RunRole, RunStatus, StepStatus
from runbooks.machine.entries import Entry, misfit, step_index
from runbooks.machine.events.steps import SigningHost
from runbooks.machine.requests import Outcome, Refusal
from runbooks.machine.state import RunState

BRIEFING = frozenset({RunStatus.BRIEFING})
RUNNING = frozenset({RunStatus.RUNNING})
ON_HOLD = frozenset({RunStatus.ON_HOLD})
NOT_ENDED = BRIEFING | RUNNING | ON_HOLD
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


class RestsOnTime(Enum):
    """Whether a move is judged by how long ago something was, or begins a time that is waited for;
    GUARDED: at a step with gates. It is refused while the clock has gone back."""

    NEVER = "never"
    GUARDED = "guarded"
    ALWAYS = "always"


@dataclass(frozen=True)
class Rule:
    """`runs`: the states of the run in which the move is made. `roles`: who makes it. `steps`: the
    states of its step; None when it is not about a step. `anywhere`: the step need not be the
    current one. `or_run`: it may be about the run as a whole as well. `moving`: forbidden while a
    hand-over is pending. `independent`: true whatever came between, so a stale sender is served.
    `of_every_step`: a sender who has not seen the newest change of any step is stale."""

    runs: frozenset[RunStatus]
    roles: frozenset[RunRole] | None
    steps: frozenset[StepStatus] | None = None
    anywhere: bool = False
    or_run: bool = False
    moving: bool = True
    independent: bool = False
    of_every_step: bool = False
    rests_on_time: RestsOnTime = RestsOnTime.NEVER


@dataclass(frozen=True, kw_only=True)
class Move:
    """One attempted move, with what was sent. The docstring of a kind is its text in the API.

    `kind` is its name in addresses and in the log. `title` and `button` are the words on pages.
    `first_events` are the kinds of event that can be the first of it, which keeps its idempotency
    key. A `signature` may ask for the password again. `needs` are rights of which the sender's
    account holds one, whatever the role; `by_a_look`: their role asks for no further one.
    `takes_file`: a file is sent with it. `keeps_refusals`: a refused one is written into the log.
    `looked_up` fields are filled in for the sender: they are no part of what was sent.
    """

    kind: ClassVar[str]
    title: ClassVar[str] = ""
    button: ClassVar[str] = ""
    rule: ClassVar[Rule]
    first_events: ClassVar[frozenset[str]]
    signature: ClassVar[bool] = False
    takes_file: ClassVar[bool] = False
    keeps_refusals: ClassVar[bool] = True
    needs: ClassVar[tuple[Right, ...]] = (Right.VIEW,)
    by_a_look: ClassVar[bool] = False
    looked_up: ClassVar[frozenset[str]] = frozenset()

    @property
    def index(self) -> int | None:
        """The index of the step that the move is about; None for one on the run as a whole."""
        return None

    def decide(self, state: RunState, request: Request) -> Outcome:
        """The events that the move causes, once its rule and preconditions let it through."""
        raise NotImplementedError

    @classmethod
    def precondition(
        cls, state: RunState, person: int, index: int | None, at: datetime
    ) -> Refusal | None:
        """Why `person` may not make it at `at` (aware), beyond its rule. What rests on time may be
        over a minute later."""
        return None

    @classmethod
    def waits_for(cls, state: RunState, index: int | None, at: datetime) -> Refusal | None:
        """What it still waits for, whoever makes it; None for nothing."""
        return None

    @classmethod
    def has_choice(cls, state: RunState, person: int, index: int | None, at: datetime) -> bool:
        """Whether there is anything that `person` could name in it, where they have to choose."""
        return True

    @classmethod
    def entries(cls) -> Mapping[str, Entry]:
        """What is sent with a move of this kind, by the name of the field."""
        known = {each.name: each.metadata.get("entry") for each in fields(cls)}
        return {name: entry for name, entry in known.items() if entry is not None}

    def misfits(self) -> dict[str, str]:
        """Field → why what it holds cannot be what is asked for, where that is so."""
        known = {each.name: each.default for each in fields(self)}
        sentences = {
            name: misfit(entry, value)
            for name, entry in self.entries().items()
            if (value := getattr(self, name)) != known[name]
        }
        return {name: sentence for name, sentence in sentences.items() if sentence}

    @classmethod
    def defaults(cls) -> dict[str, object]:
        """What is sent with a move of this kind where nothing else is."""
        return {
            each.name: each.default
            for each in fields(cls)
            if "entry" in each.metadata and each.default is not MISSING
        }


#: The index of no step: of a move on a step that was sent without one.
NO_STEP = -1


@dataclass(frozen=True, kw_only=True)
class StepMove(Move):
    """A move on a step."""

    step: int = field(metadata=step_index(described="`index` of the step."))

    @property
    def index(self) -> int:
        return self.step

    @classmethod
    def precondition(
        cls, state: RunState, person: int, index: int | None, at: datetime
    ) -> Refusal | None:
        return None if index is None else cls.step_precondition(state, person, index, at)

    @classmethod
    def step_precondition(
        cls, state: RunState, person: int, index: int, at: datetime
    ) -> Refusal | None:
        """The same, of the step `index`, which the rule has found to be one."""
        return None


@dataclass(frozen=True, kw_only=True)
class AnyPlaceMove(Move):
    """A move on a step or on the run as a whole."""

    step: int | None = field(
        default=None, metadata=step_index(described="`index` of the step, if of one.")
    )

    @property
    def index(self) -> int | None:
        return self.step

    def index_in(self, state: RunState) -> int | None:
        """For the event: the step, where the run has such a step."""
        index = self.step
        return index if index is not None and 0 <= index < len(state.steps) else None


@dataclass(frozen=True)
class PasswordCheck:
    """What became of the password that was typed at a signature; the machine sees none.

    `setting` says where one is asked for again. `fits` is None when none was typed, or none was
    compared. `host` is the person (account id) on whose screen another one signs; `unknown`: that
    other one did not, and `signer` is whose name was typed (account id; 0: of nobody in the run).
    """

    setting: str = "off"
    fits: bool | None = None
    host: int | None = None
    host_name: str = ""
    unknown: bool = False
    signer: int = 0

    def on_screen_of(self) -> SigningHost | None:
        """For the event: on whose screen it was signed, when that was not the signer's own."""
        return None if self.host is None else SigningHost(self.host, self.host_name)


NO_PASSWORD = PasswordCheck()


@dataclass(frozen=True)
class Request:
    """One attempted move: which, by whom (account id), and when (aware, UTC).

    `seen` is the sequence of the last event its sender knew; None when the sender vouches for
    having looked just now (commands on the server itself). `clock` is what the clock showed when it
    had gone back behind the last event, whose time `at` is then (`runbooks.machine.timing`).
    `zone` is the zone of the settings, in which typed times are read.
    """

    move: Move
    by: int
    at: datetime
    seen: int | None = None
    password: PasswordCheck = NO_PASSWORD
    clock: datetime | None = None
    zone: tzinfo = UTC

    @property
    def step(self) -> int | None:
        """The index of the step that it is about."""
        return self.move.index

    @property
    def shown(self) -> datetime:
        """What the clock showed."""
        return self.clock or self.at


@dataclass(frozen=True)
class Allowed:
    """A move that a person may make now, on the run or on a step (index)."""

    move: type[Move]
    step: int | None = None


def prose(text: str) -> str:
    """A text that is needed and read by people, without blanks around it; '' also for one in which
    no letter and no digit can be seen."""
    text = text.strip()
    return text if says_something(text) else ""
