"""What people stated in a run besides its steps, as plain data.

None of it has a table of its own: it is folded from the lines of the log that state it
(`runbooks.machine.reducers`), so no fact is stored twice. People are account ids; times are
aware, UTC; digests are 64 hexadecimal characters; sizes are bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from runbooks.enums import RunRole


@dataclass(frozen=True)
class KnownCopy:
    """A copy that this run made, or read from its first byte to its last.

    `copy`: its id in the inventory. `of`: the parameter whose data it holds, an instance for a
    safety copy, a copy for a duplicate. `data_as_of`: its newest record. `fingerprint`: what a
    live database says of its content, where there is no file that could have a SHA-256.
    """

    copy: int | None
    name: str
    place: str
    medium: str
    of: str
    purpose: str
    step: int
    sha256: str = ""
    size: int | None = None
    data_as_of: datetime | None = None
    registered_at: datetime | None = None
    verified_at: datetime | None = None
    verified_by: int | None = None
    fingerprint: str = ""

    @property
    def content(self) -> str:
        """What two copies have in common when they hold the same; '' when nobody read it."""
        return self.sha256 or self.fingerprint


@dataclass(frozen=True)
class Confirmed:
    """One person's line of a team check. `sequence` is that of its event."""

    step: int
    person: int
    role: RunRole
    at: datetime
    sequence: int


@dataclass(frozen=True)
class Thawed:
    """The writers of an instance write again: since when, and which step let them."""

    step: int
    at: datetime


#: The `basis` of a signature that is for no loss with a copy: nothing of what is deleted is kept.
NOTHING_TO_KEEP = "nothing to keep"
#: Nor is one that a copy in doubt is good all the same.
IN_DOUBT = "copy in doubt"


@dataclass(frozen=True)
class Signed:
    """The decider's signature for a loss, at one attempt of a step: everything that was written
    after `newest` and up to `until`, which was known by `basis`
    (`runbooks.machine.interlocks.loss`). None: nobody knew. With the basis `NOTHING_TO_KEEP` it is
    for everything that is deleted there; with `IN_DOUBT`, for a copy that may not be whole.
    `reason` is why, in the decider's words."""

    step: int
    attempt: int
    newest: datetime | None
    until: datetime | None
    basis: str
    text: str
    by: int
    reason: str = ""


@dataclass(frozen=True)
class Override:
    """A gate of a step (None: of the start or the end of the run) that somebody asked to pass
    without its condition; `label` is the gate in words. Passed once `opened_at` is set: there is
    never more than one that is not."""

    step: int | None
    attempt: int
    gate: str
    by: int
    label: str
    reason: str
    asked_at: datetime
    opened_at: datetime | None = None


@dataclass(frozen=True)
class Replacement:
    """`role` is taken from `person`, who is gone, and given to `to`, whose name is `name`: proposed
    by the person `by`, and `confirmed` once a second person agreed."""

    role: RunRole
    person: int
    to: int
    name: str
    by: int
    reason: str
    at: datetime
    confirmed: bool = False


@dataclass(frozen=True)
class StatedDeviation:
    """A mismatch that was about where, from what, or with which copy. `kind` is a
    `runbooks.enums.Deviation`."""

    kind: str
    step: int
    why: str


@dataclass(frozen=True)
class Fitness:
    """What a person said about their own state. It stays with the run and is never counted."""

    hours_awake: int
    alone: bool
    local_time: str
    at: datetime


@dataclass(frozen=True)
class AnsweredIncident:
    """The incident that the run answers, as far as it says what is lost: when it was noticed, when
    the writes on wrong data were stopped, and whether it is closed."""

    number: int
    noticed: datetime | None
    writes_stopped: datetime | None
    closed: bool


@dataclass(frozen=True)
class CopyAnswer:
    """What a member of the team answered to “does anyone hold a newer copy?”."""

    person: int
    name: str
    holds: bool
    text: str
    at: datetime


@dataclass(frozen=True)
class Stated:
    """All of it. `frozen` are parameters whose writers are stopped, `stopped` when they last were,
    also after they went on; `thawed` those whose writers were let go, and when the last time;
    `incident` is what the run was told of the one it answers; `unlocked` steps whose command was
    laid open, and when; `deleted` parameters whose instance a step deleted, all of it; `misses`
    wrong answers at a step, over all its attempts; `token` the mark of this run; `access` what the
    operator's account can do on what is read; `resumed_at` the end of a hold after which the team
    check is repeated, `confirmed_since` who has repeated it; `held_by_clock`: the last hold was
    because the clock went back; `replacement` is the last one that was proposed, until it is done
    or taken back; `entries` who wrote each line (its sequence) that can be struck out, `struck`
    those that were."""

    copies: tuple[KnownCopy, ...] = ()
    frozen: frozenset[str] = frozenset()
    stopped: Mapping[str, datetime] = field(default_factory=dict)
    thawed: Mapping[str, Thawed] = field(default_factory=dict)
    incident: AnsweredIncident | None = None
    signed: tuple[Signed, ...] = ()
    confirmed: tuple[Confirmed, ...] = ()
    unlocked: Mapping[int, datetime] = field(default_factory=dict)
    deleted: frozenset[str] = frozenset()
    overrides: tuple[Override, ...] = ()
    misses: Mapping[int, int] = field(default_factory=dict)
    deviations: tuple[StatedDeviation, ...] = ()
    fitness: Mapping[int, Fitness] = field(default_factory=dict)
    asked_copies_at: datetime | None = None
    answers: tuple[CopyAnswer, ...] = ()
    resumed_at: datetime | None = None
    confirmed_since: frozenset[int] = frozenset()
    held_by_clock: bool = False
    replacement: Replacement | None = None
    entries: Mapping[int, int] = field(default_factory=dict)
    struck: frozenset[int] = frozenset()
    token: str = ""
    access: str = ""
