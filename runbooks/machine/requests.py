"""What goes into the machine, and the three things that come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from accounts.texts import says_something
from runbooks.enums import Move
from runbooks.machine.events.event import RunEvent
from runbooks.machine.events.kinds import from_data


@dataclass(frozen=True)
class Request:
    """One attempted move: who, when (aware, UTC), on which step (index), with what.

    `seen` is the sequence of the last event its sender knew; None when the sender vouches for
    having looked just now (commands on the server itself). `clock` is what the clock showed when it
    had gone back behind the last event, whose time `at` is then (`runbooks.machine.timing`).
    `zone` is the zone of the settings, in which typed times are read.
    """

    move: Move
    by: int
    at: datetime
    step: int | None = None
    seen: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    clock: datetime | None = None
    zone: tzinfo = UTC

    @property
    def shown(self) -> datetime:
        """What the clock showed."""
        return self.clock or self.at

    def text(self, name: str) -> str:
        """The typed text `name`, without blanks around it; '' when it was not sent."""
        return str(self.data.get(name) or "").strip()

    def prose(self, name: str) -> str:
        """The same for a text that is needed and read by people: '' also for one in which no letter
        and no digit can be seen."""
        text = self.text(name)
        return text if says_something(text) else ""


def NewEvent(kind: str, data: Mapping[str, Any]) -> RunEvent:
    return from_data(kind, data)


@dataclass(frozen=True)
class Refusal:
    """The move is not allowed now. `logged` is False for a sender who was merely late. `guard` is
    the key of the interlock that refused, '' for the table of moves; `counts`: what was given was
    wrong, and the third wrong answer at a step holds the run. `caught` makes it a near miss: what
    the guard caught, a `runbooks.enums.Caught`; '' for what is not done yet, mistyped, or not for
    this person."""

    code: str
    sentence: str
    remedy: str
    logged: bool = True
    guard: str = ""
    counts: bool = False
    caught: str = ""


@dataclass(frozen=True)
class Malformed:
    """What was typed cannot be read: field → sentence. Neither an event nor a near miss."""

    errors: Mapping[str, str]


@dataclass(frozen=True)
class Gate:
    """One thing a step still waits for, or waited for. `guard` is the key of the interlock that
    keeps it; `overridden`: it was passed without its condition, loudly."""

    key: str
    label: str
    open: bool
    how: str
    guard: str = ""
    overridden: bool = False


@dataclass(frozen=True)
class Allowed:
    """A control that a person may use now."""

    move: Move
    step: int | None = None


Outcome = tuple[RunEvent, ...] | Refusal | Malformed


def index_of(request: Request) -> int:
    """The step that `request` is about. Raises `ValueError` for one about none."""
    if request.step is None:
        raise ValueError(f"{request.move} is about a step; the table lets none through without.")
    return request.step
