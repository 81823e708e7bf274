"""What a move of a run does to the inventory, in the same transaction.

An instance that a step froze is frozen in the inventory, one that it deleted is decommissioned; a
copy that a step made, read or put away is there, with the run in its history; its id goes into the
event. What the inventory refuses, the move is refused with, and nothing of it remains but the
refusal. What a drill does to production and its copies is practice, and stays in the drill."""

from __future__ import annotations

import unicodedata
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
from runbooks.machine.events.copies import CopyRegistered, CopyVerified
from runbooks.machine.events.event import RunEvent
from runbooks.machine.events.inventory import (
    DataCompared,
    InstanceDeleted,
    InstanceFrozen,
    InstanceThawed,
    InventoryEvent,
)
from runbooks.machine.move import Request
from runbooks.machine.requests import Malformed, Outcome, Refusal
from runbooks.machine.state import RunState
from runbooks.models import Run, RunParameter
from runbooks.procedure.guards.copies import MakeCopy, Protect, Quarantine, Verify
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
    if not any(isinstance(event, InventoryEvent) for event in outcome):
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


def _followed(run: Run, state: RunState, request: Request, event: RunEvent, by: User) -> RunEvent:
    if not isinstance(event, InventoryEvent):
        return event
    chosen = run.parameters.select_related("instance__system", "copy__system", "copy__taken_from")
    row = chosen.get(name=event.parameter)
    if state.kind is RunKind.DRILL and _of_production(row):
        return event
    where = f"run {run.pk}, step {state.step(event.step).number}"
    return _carried_out(event, Deed(by, request.at, where, row))


def _of_production(row: RunParameter) -> bool:
    """Whether it is production, or a copy of it. A copy whose source is not known may be one."""
    source = row.instance or (row.copy.taken_from if row.copy else None)
    return source is None or source.environment == Environment.PRODUCTION


def _carried_out(event: InventoryEvent, deed: Deed) -> InventoryEvent:
    """The event with the id of what it changed in the inventory."""
    match event:
        case InstanceFrozen():
            return replace(event, instance=_set_lifecycle(deed, Lifecycle.FROZEN))
        case InstanceThawed():
            return replace(event, instance=_set_lifecycle(deed, Lifecycle.ACTIVE))
        case InstanceDeleted() if event.part:  # the inventory knows no parts
            return replace(event, instance=_instance(deed).pk)
        case InstanceDeleted():
            return replace(event, instance=_set_lifecycle(deed, Lifecycle.DECOMMISSIONED))
        case CopyRegistered():
            return replace(event, copy=_register(event, deed))
        case CopyVerified():
            return replace(event, copy=_verify(event, deed))
        case DataCompared():
            copy, how = _copy(deed), f"restored and compared in {deed.where}"
            following.verify_copy(copy, how=how, measured={}, restored=True, **deed.signed)
            return replace(event, copy=copy.pk)
    return event


def _set_lifecycle(deed: Deed, lifecycle: Lifecycle) -> int:
    instance = _instance(deed)
    following.set_lifecycle(instance, lifecycle=lifecycle, **deed.signed)
    return instance.pk


def _register(event: CopyRegistered, deed: Deed) -> int:
    """A copy of an instance, a duplicate of a copy, or what was replaced."""
    facts: dict[str, object] = {
        "name": event.name,
        "taken_at": deed.at,
        "data_as_of": event.data_as_of,
        "medium": event.medium,
        "place": _line(event.place),
        "holder": str(deed.by),
        "size_bytes": event.size,
        "sha256": event.sha256,
        "encrypted": event.encrypted,
        "taken_from": deed.chosen.instance,
        "as_found": event.purpose is Purpose.SAFETY,
    }
    if event.purpose is Purpose.QUARANTINE:
        facts["delete_not_before"] = event.delete_not_before
        return following.set_aside(deed.system, facts, **deed.signed).pk
    original = deed.chosen.copy
    if original is not None:
        facts |= {"taken_from": original.taken_from, "data_as_of": original.data_as_of}
    how = _line(event.how)[:HOW_LENGTH]
    accepted = event.accepted or (original.doubt_accepted if original is not None else "")
    accept = _line(accepted)[:HOW_LENGTH]
    return following.register_copy(deed.system, facts, how=how, accept=accept, **deed.signed).pk


def _verify(event: CopyVerified, deed: Deed) -> int:
    """The copy that was chosen; only what was read now is measured."""
    copy = _copy(deed)
    measured: dict[str, object] = {"sha256": event.sha256} if event.sha256 else {}
    if event.data_as_of is not None:
        measured |= {"data_as_of": event.data_as_of, "size_bytes": event.size}
    how = _line(event.how)[:HOW_LENGTH]
    accept = _line(event.accepted or "")[:HOW_LENGTH]
    following.verify_copy(copy, how=how, measured=measured, accept=accept, **deed.signed)
    return copy.pk


def _guard(events: tuple[RunEvent, ...]) -> str:
    """The key of the interlock whose event the inventory refused."""
    guards = [event.guard for event in events if isinstance(event, InventoryEvent) and event.guard]
    if guards:
        return guards[0]
    registered = [event for event in events if isinstance(event, CopyRegistered)]
    if any(isinstance(event, CopyVerified) for event in events):
        return Protect.key if registered else Verify.key
    replaced = any(event.purpose is Purpose.QUARANTINE for event in registered)
    return Quarantine.key if replaced else MakeCopy.key


def _instance(deed: Deed) -> Instance:
    assert deed.chosen.instance is not None  # noqa: S101 - the parser lets no other parameter in
    return deed.chosen.instance


def _copy(deed: Deed) -> Copy:
    assert deed.chosen.copy is not None  # noqa: S101 - the parser lets no other parameter in
    return deed.chosen.copy


def _line(text: str) -> str:
    """On one line, as the inventory keeps it: without the control characters that the output of a
    terminal may hold."""
    plain = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in text)
    return " ".join(plain.split())
