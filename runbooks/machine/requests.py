"""What comes out of the machine: new events, a refusal, or what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runbooks.machine.events.event import RunEvent


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


Outcome = tuple[RunEvent, ...] | Refusal | Malformed
