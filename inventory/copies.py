"""Verbs on copies: register, edit, verify, and mark as suspect, quarantined or destroyed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from accounts.texts import says_something
from inventory import history, keeping, writing
from inventory.enums import CopyState, Medium, YesNoUnknown
from inventory.keeping import EDITABLE
from inventory.models import Copy, Instance, System
from lib import times
from lib.refusals import Invalid, Refused

#: What a verification was about: when one of these is changed, the verification no longer holds.
VERIFIED_FACTS = frozenset(EDITABLE) - {"name", "place", "holder", "delete_not_before"}
MARKS = (CopyState.SUSPECT, CopyState.QUARANTINED, CopyState.DESTROYED)


def register(
    *,
    system: System,
    name: str,
    taken_at: datetime,
    medium: Medium | str,
    place: str,
    holder: str,
    taken_from: Instance | None = None,
    data_as_of: datetime | None = None,
    size_bytes: int | None = None,
    sha256: str = "",
    encrypted: YesNoUnknown | str = YesNoUnknown.UNKNOWN,
    delete_not_before: datetime | None = None,
    by: User,
    at: datetime,
) -> Copy:
    """Add a copy of the data of `system`; it is unverified until somebody has read it back.

    `taken_at`, `data_as_of` (the newest record in it): aware. Raises `Refused` 403 without the
    right to keep the inventory; `Invalid` for a name that the system has already, a time in the
    future or without zone, a SHA-256 that is none or that no file of this size has, another
    system's instance. Before `delete_not_before` (aware) nobody marks it destroyed.
    """
    access.check(by, Right.KEEP_INVENTORY)
    with transaction.atomic():
        given = {
            "name": name,
            "taken_from": taken_from,
            "taken_at": taken_at,
            "data_as_of": data_as_of,
            "medium": medium,
            "place": place,
            "holder": holder,
            "size_bytes": size_bytes,
            "sha256": sha256,
            "encrypted": encrypted,
            "delete_not_before": delete_not_before,
        }
        return keeping.add(system, given, by=by, at=at)


def edit(
    copy: Copy, *, changes: Mapping[str, object], seen: int | None = None, by: User, at: datetime
) -> Copy:
    """Change fields of `EDITABLE`; returns the copy as kept.

    A good copy whose `VERIFIED_FACTS` change is unverified again: what was read back is no longer
    what is described. `seen`: the last line of its history that the sender knew. Raises as
    `register` does, and `Refused` ("changed_meanwhile") when there is a newer line.
    """
    access.check(by, Right.KEEP_INVENTORY)
    with transaction.atomic():
        kept = writing.locked(Copy.objects.all(), copy, seen)
        before, until = history.facts(kept), kept.delete_not_before
        writing.put(kept, changes, EDITABLE)
        keeping.check(kept, at)
        _refuse_earlier(kept, until)
        changed = history.differences(before, history.facts(kept))
        if VERIFIED_FACTS & changed.keys():
            _forget_verification(kept)
            keeping.note_doubt(kept)
        taken = keeping.taken(kept)
        return writing.amend(kept, before=before, verb="edited", taken=taken, by=by, at=at)


def verify(
    copy: Copy,
    *,
    how: str,
    sha256: str = "",
    size_bytes: int | None = None,
    data_as_of: datetime | None = None,
    restored: bool = False,
    accept: str = "",
    seen: int | None = None,
    by: User,
    at: datetime,
) -> Copy:
    """Say that `by` read the copy back at `at` and found it good; returns it as kept.

    `how`: what was done, in words. What was measured (`sha256`, `size_bytes`, `data_as_of`) is kept
    where the register had nothing; `restored` says that a restore from it was proven now. Raises
    `Refused` and changes nothing when the SHA-256 or the size differs from the registered one, when
    the copy is destroyed, when secret data lies unencrypted on a medium that is carried about, when
    it holds nothing or has the bytes of a copy with other data, or when it is far smaller than
    earlier copies, unless `accept` says why it is good all the same.
    """
    access.check(by, Right.KEEP_INVENTORY)
    with transaction.atomic():
        kept = writing.locked(Copy.objects.select_related("system"), copy, seen)
        measured: dict[str, object] = {"sha256": sha256} if sha256.strip() else {}
        measured |= {"size_bytes": size_bytes} if size_bytes is not None else {}
        measured |= {"data_as_of": data_as_of} if data_as_of is not None else {}
        return keeping.confirm(
            kept, how=how, measured=measured, restored=restored, accept=accept, by=by, at=at
        )


def mark(
    copy: Copy,
    *,
    state: CopyState | str,
    reason: str,
    seen: int | None = None,
    by: User,
    at: datetime,
) -> Copy:
    """Say that the copy is suspect, quarantined or destroyed, and why; returns it as kept.

    This records a fact and is never refused because the copy is the last good one: a register that
    keeps a lost copy as good is worse. Raises `Refused` for a destroyed copy or the state it has
    already, and for a destruction before the day named in `delete_not_before`; `Invalid` without a
    reason or with another state (good comes from `verify` alone).
    """
    access.check(by, Right.KEEP_INVENTORY)
    errors = {} if says_something(reason) else {"reason": "Say why: the next reader needs it."}
    if state not in MARKS:
        errors["state"] = "A copy can be marked suspect, quarantined or destroyed."
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        kept = writing.locked(Copy.objects.all(), copy, seen)
        keeping.refuse_destroyed(kept)
        if kept.state == state:
            raise Refused("same_state", f"{kept} is already {state}.", "Nothing needs to be done.")
        if state == CopyState.DESTROYED:
            _refuse_before_its_day(kept, at)
        before = history.facts(kept)
        kept.state = str(state)
        verb = f"marked {state}"
        return writing.amend(kept, before=before, verb=verb, reason=reason.strip(), by=by, at=at)


def _forget_verification(copy: Copy) -> None:
    if copy.state == CopyState.GOOD.value:
        copy.state = CopyState.UNVERIFIED.value
    copy.verified_at = copy.verified_by = copy.restore_proven_at = None
    copy.verified_how = ""


def _refuse_before_its_day(copy: Copy, at: datetime) -> None:
    until = copy.delete_not_before
    if until is not None and at < until:
        raise Refused(
            "kept_until",
            f"{copy} is not to be destroyed before {times.stamp(until)}.",
            "Keep it until then. If it is lost already, mark it suspect and say so.",
        )


def _refuse_earlier(copy: Copy, until: datetime | None) -> None:
    """The day before which nothing is deleted was promised: it can be put off, no more."""
    if until is not None and (copy.delete_not_before is None or copy.delete_not_before < until):
        raise Invalid(
            {"delete_not_before": f"It was promised until {times.stamp(until)}: name a later day."}
        )
