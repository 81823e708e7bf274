"""A door: how people reach the product. The verbs themselves, for the terminal; tests have one that
goes through the API. Every refusal comes out as `Refused` or `Invalid`, whichever door it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Protocol

from accounts.models import User
from incidents import actions, decisions, losses, notifications, records
from incidents.enums import Moment
from incidents.models import Incident
from inventory import copies
from inventory.models import Copy, Instance, System
from runbooks.enums import Deviation, RunKind, RunRole
from runbooks.library import revisions, waivers
from runbooks.machine.move import Move
from runbooks.machine.state import RunState
from runbooks.models import Revision, Run, Runbook
from runbooks.runs import moves, persistence, preparation


class StoryInterface(Protocol):
    """What people do in the story. `who` is a user name; ids are primary keys."""

    at: datetime

    def prepare(
        self, who: str, runbook: str, kind: RunKind, parameters: Mapping[str, int | str]
    ) -> int:
        """Open a run of the newest revision; its number."""

    def move(self, who: str, run: int, move: type[Move], **data: Any) -> None:
        """Make one move."""

    def register_copy(self, who: str, system: str, **facts: Any) -> int:
        """Put a copy into the inventory; its id."""

    def verify_copy(self, who: str, copy: int, how: str) -> None:
        """Say that a copy was read and is good."""

    def save(self, who: str, source: str, name: str) -> tuple[str, int]:
        """Save a runbook; its slug and the number of the revision."""

    def approve(self, who: str, runbook: str, revision: int) -> None:
        """Approve a revision, with its waivers."""

    def waive(self, who: str, runbook: str, run: int, reason: str) -> None:
        """Let the revision that `run` ran be run live again."""

    def incident(self, who: str, incident: int, part: str, **facts: Any) -> None:
        """State one thing of an incident; `part` is the end of its address in the API, an `owner` a
        user name."""


class Verbs:
    """The door that is no door: the verbs, called as a page calls them."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def prepare(
        self, who: str, runbook: str, kind: RunKind, parameters: Mapping[str, int | str]
    ) -> int:
        revision = Revision.objects.filter(runbook__slug=runbook).latest("number")
        texts = {name: str(value) for name, value in parameters.items()}
        run = preparation.prepare(
            revision=revision, kind=kind, parameters=texts, by=user(who), at=self.at
        )
        return run.pk

    def move(self, who: str, run: int, move: type[Move], **data: Any) -> None:
        key = data.pop("key", None)
        moves.make_sent(run, move, _typed(data), by=user(who), at=self.at, key=key)

    def register_copy(self, who: str, system: str, **facts: Any) -> int:
        owner = System.objects.get(slug=system)
        return copies.register(system=owner, by=user(who), at=self.at, **facts).pk

    def verify_copy(self, who: str, copy: int, how: str) -> None:
        copies.verify(Copy.objects.get(pk=copy), how=how, by=user(who), at=self.at)

    def save(self, who: str, source: str, name: str) -> tuple[str, int]:
        known = Runbook.objects.filter(title=name).first()
        revision = revisions.save(
            source=source.encode(), by=user(who), at=self.at, name=name, runbook=known
        )
        return revision.runbook.slug, revision.number

    def approve(self, who: str, runbook: str, revision: int) -> None:
        saved = Revision.objects.get(runbook__slug=runbook, number=revision)
        seen = [code for code, _ in saved.procedure["waive"]]
        revisions.approve(saved, by=user(who), at=self.at, waivers_seen=seen)

    def waive(self, who: str, runbook: str, run: int, reason: str) -> None:
        revision = Run.objects.get(pk=run).revision
        waivers.waive(revision, run=run, reason=reason, by=user(who), at=self.at)

    def incident(self, who: str, incident: int, part: str, **facts: Any) -> None:
        kept = Incident.objects.get(pk=incident)
        if facts.get("owner"):
            facts["owner"] = user(facts["owner"])
        if part in _GUARDED:
            facts["seen"] = None
        _PARTS[part](kept, **facts, by=user(who), at=self.at)


_PARTS: dict[str, Callable[..., object]] = {
    "status": records.change_status,
    "clock/recovery-point": partial(records.set_time, moment=Moment.RECOVERY_POINT),
    "clock/restored": partial(records.set_time, moment=Moment.RESTORED),
    "losses": losses.state,
    "reconciliation": decisions.reconcile,
    "notified": notifications.state,
    "saved-by": decisions.say_saved_by,
    "actions": actions.add,
}
#: Verbs that ask what their sender had seen: people of the story have just looked.
_GUARDED = {"status", "clock/recovery-point", "clock/restored", "reconciliation", "saved-by"}


def _typed(sent: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent as text, as the fields of a move have it."""
    words: dict[str, type[StrEnum]] = {"role": RunRole, "deviation": Deviation}
    return {name: words[name](value) if name in words else value for name, value in sent.items()}


def user(name: str) -> User:
    """A person of the demonstration."""
    return User.objects.get(username=name)


def state_of(run: int) -> RunState:
    """A run as it is now."""
    return persistence.load(run)[1]


def instance(name: str) -> int:
    """An instance of the demonstration."""
    return Instance.objects.get(name=name).pk


def later(door: StoryInterface, seconds: float) -> None:
    """Let time pass."""
    door.at += timedelta(seconds=seconds)
