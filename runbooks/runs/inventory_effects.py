"""What a move of a run does to the inventory, in the same transaction.

An instance that a step froze is frozen in the inventory, one that it deleted is decommissioned; a
copy that a step made, read or put away is there, with the run in its history; its id goes into the
event. What the inventory refuses, the move is refused with, and nothing of it remains but the
refusal. What a drill does to production and its copies is practice, and stays in the drill."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from inventory import following
from inventory.enums import Environment, Lifecycle
from inventory.models import Copy, Instance, System
from lib.refusals import Invalid, Refused
from runbooks.enums import Caught, Purpose, RunKind
from runbooks.machine.requests import Malformed, NewEvent, Outcome, Refusal, Request
from runbooks.machine.state import RunState
from runbooks.models import Run, RunParameter
from runbooks.runs import inventory_checks, other_runs

HOW_LENGTH = 200  # of what the inventory keeps of how a copy was read; the log has all of it


#: Refusals of the inventory that caught something: another copy, or one that anybody could read.
_CAUGHT = {
    "sha256_differs": Caught.COPY,
    "size_differs": Caught.COPY,
    "holds_nothing": Caught.COPY,
    "same_bytes": Caught.COPY,
    "destroyed": Caught.COPY,
    "not_encrypted": Caught.PLACE,
}


@dataclass(frozen=True)
class Deed:
    """Who did it, when, in which step ("run 7, step 3"), and what was chosen for the parameter."""

    by: User
    at: datetime
    where: str
    chosen: RunParameter

    @property
    def system(self) -> System:
        thing = self.chosen.instance or self.chosen.copy
        assert thing is not None  # noqa: S101 - guards name instances and copies only
        return thing.system

    @property
    def signed(self) -> dict[str, Any]:
        """What every verb of the inventory is told."""
        return {"run": self.where, "by": self.by, "at": self.at}


def follow(run: Run, state: RunState, request: Request, outcome: Outcome, *, by: User) -> Outcome:
    """The `outcome` of `request`, with everything done to the inventory that its events entail; or
    the refusal, when the inventory says no or is no longer what the run was prepared with."""
    if isinstance(outcome, Refusal | Malformed):
        return outcome
    changed = inventory_checks.changed(run, state, request) or other_runs.in_the_way(
        run, state, request
    )
    if changed:
        return changed
    if not any(event.kind in KINDS for event in outcome):
        return outcome
    try:
        with transaction.atomic():
            return tuple(_followed(run, state, request, event, by) for event in outcome)
    except Refused as no:
        caught = _CAUGHT.get(no.code, "")
        guard = _guard(outcome)
        return Refusal(no.code, no.sentence, no.remedy, guard=guard, counts=True, caught=caught)
    except Invalid as no:
        return Refusal(
            "inventory",
            f"The inventory does not take it: {' '.join(no.errors.values())}",
            "Mend what it names, here or in the inventory; nothing was done.",
            guard=_guard(outcome),
        )


def _followed(run: Run, state: RunState, request: Request, event: NewEvent, by: User) -> NewEvent:
    deed = KINDS.get(event.kind)
    if deed is None:
        return event
    index, name = event.data["step"], event.data["parameter"]
    chosen = run.parameters.select_related("instance__system", "copy__system", "copy__taken_from")
    row = chosen.get(name=name)
    if state.kind is RunKind.DRILL and _of_production(row):
        return event
    where = f"run {run.pk}, step {state.step(index).number}"
    found = deed(event.data, Deed(by, request.at, where, row))
    return replace(event, data={**event.data, **found})


def _of_production(row: RunParameter) -> bool:
    """Whether it is production, or a copy of it. A copy whose source is not known may be one."""
    source = row.instance or (row.copy.taken_from if row.copy else None)
    return source is None or source.environment == Environment.PRODUCTION


def _lifecycle(lifecycle: Lifecycle) -> Callable[[Mapping[str, Any], Deed], dict[str, Any]]:
    def deed(data: Mapping[str, Any], deed: Deed) -> dict[str, Any]:
        instance = _instance(deed)
        following.set_lifecycle(instance, lifecycle=lifecycle, **deed.signed)
        return {"instance": instance.pk}

    return deed


def _deleted(data: Mapping[str, Any], deed: Deed) -> dict[str, Any]:
    """An instance that is gone as a whole. Of one that lost a part, the inventory knows no
    parts."""
    if data["part"]:
        return {"instance": _instance(deed).pk}
    return _lifecycle(Lifecycle.DECOMMISSIONED)(data, deed)


def _registered(data: Mapping[str, Any], deed: Deed) -> dict[str, Any]:
    """A copy of an instance, a duplicate of a copy, or what was replaced."""
    facts: dict[str, object] = {
        "name": data["name"],
        "taken_at": deed.at,
        "data_as_of": _moment(data["data_as_of"]),
        "medium": data["medium"],
        "place": _line(data["place"]),
        "holder": str(deed.by),
        "size_bytes": data["size"],
        "sha256": data["sha256"],
        "encrypted": data["encrypted"],
        "taken_from": deed.chosen.instance,
        "as_found": data["purpose"] == Purpose.SAFETY,
    }
    if data["purpose"] == Purpose.QUARANTINE:
        facts["delete_not_before"] = _moment(data["delete_not_before"])
        return {"copy": following.set_aside(deed.system, facts, **deed.signed).pk}
    original = deed.chosen.copy
    if original is not None:
        facts |= {"taken_from": original.taken_from, "data_as_of": original.data_as_of}
    how = _line(data["how"])[:HOW_LENGTH]
    accepted = data["accepted"] or (original.doubt_accepted if original is not None else "")
    accept = _line(accepted)[:HOW_LENGTH]
    made = following.register_copy(deed.system, facts, how=how, accept=accept, **deed.signed)
    return {"copy": made.pk}


def _verified(data: Mapping[str, Any], deed: Deed) -> dict[str, Any]:
    """The copy that was chosen; only what was read now is measured."""
    copy, read = _copy(deed), _moment(data["data_as_of"])
    measured: dict[str, object] = {"sha256": data["sha256"]} if data["sha256"] else {}
    if read is not None:
        measured |= {"data_as_of": read, "size_bytes": data["size"]}
    how = _line(data["how"])[:HOW_LENGTH]
    accept = _line(data["accepted"])[:HOW_LENGTH]
    following.verify_copy(copy, how=how, measured=measured, accept=accept, **deed.signed)
    return {"copy": copy.pk}


def _compared(data: Mapping[str, Any], deed: Deed) -> dict[str, Any]:
    """A restore from the copy is proven."""
    copy, how = _copy(deed), f"restored and compared in {deed.where}"
    following.verify_copy(copy, how=how, measured={}, restored=True, **deed.signed)
    return {"copy": copy.pk}


#: What each kind of event does; it gives what the event tells besides.
KINDS: dict[str, Callable[[Mapping[str, Any], Deed], dict[str, Any]]] = {
    "instance.frozen": _lifecycle(Lifecycle.FROZEN),
    "instance.thawed": _lifecycle(Lifecycle.ACTIVE),
    "instance.deleted": _deleted,
    "copy.registered": _registered,
    "copy.verified": _verified,
    "data.compared": _compared,
}
_GUARDS = {
    "instance.frozen": "freeze",
    "instance.thawed": "thaw",
    "instance.deleted": "destroy",
    "data.compared": "compare",
}


def _guard(events: tuple[NewEvent, ...]) -> str:
    """The key of the interlock whose event the inventory refused."""
    kinds = [event.kind for event in events]
    found = [_GUARDS[kind] for kind in kinds if kind in _GUARDS]
    if found:
        return found[0]
    if "copy.verified" in kinds:
        return "protect" if "copy.registered" in kinds else "verify"
    purposes = {event.data["purpose"] for event in events if event.kind == "copy.registered"}
    return "quarantine" if Purpose.QUARANTINE in purposes else "copy"


def _instance(deed: Deed) -> Instance:
    assert deed.chosen.instance is not None  # noqa: S101 - the parser lets no other parameter in
    return deed.chosen.instance


def _copy(deed: Deed) -> Copy:
    assert deed.chosen.copy is not None  # noqa: S101 - the parser lets no other parameter in
    return deed.chosen.copy


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _line(text: str) -> str:
    """On one line, as the inventory keeps it: without the control characters that the output of a
    terminal may hold."""
    plain = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return " ".join(plain.split())
