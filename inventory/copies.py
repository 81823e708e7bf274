"""Verbs on copies: register, edit, verify, and mark as suspect, quarantined or destroyed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts import access
from accounts.enums import Right
from accounts.models import User
from accounts.refusals import Invalid, Refused
from inventory import history, times, writing
from inventory.enums import Answer, CopyState, DataClass, Medium
from inventory.models import Copy, Instance, System

EDITABLE = (
    "name",
    "taken_from",
    "taken_at",
    "data_as_of",
    "medium",
    "place",
    "holder",
    "size_bytes",
    "sha256",
    "encrypted",
)
#: What a verification was about: when one of these is changed, the verification no longer holds.
VERIFIED_FACTS = frozenset(EDITABLE) - {"name", "place", "holder"}
MARKS = (CopyState.SUSPECT, CopyState.QUARANTINED, CopyState.DESTROYED)
CARRIED_AWAY = frozenset({Medium.REMOVABLE.value, Medium.LAPTOP.value, Medium.TAPE.value})
SECRET = frozenset({DataClass.CONFIDENTIAL.value, DataClass.RESTRICTED.value})
#: Copies that go on changing: their newest record may be younger than the copy.
LIVING = frozenset({Medium.LIVE_DATABASE.value, Medium.REPLICA.value})
HOW_LENGTH = 200
_DO_NOT_RESTORE = (
    "Do not restore from it. Check that you read the right file; if so, mark the copy suspect."
)
_SHA256 = re.compile(r"[0-9a-f]{64}")


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
    encrypted: Answer | str = Answer.UNKNOWN,
    by: User,
    at: datetime,
) -> Copy:
    """Add a copy of the data of `system`; it is unverified until somebody has read it back.

    `taken_at`, `data_as_of` (the newest record in it): aware. Raises `Refused` 403 without the
    right to keep the inventory; `Invalid` for a name that the system has already, a time in the
    future or without zone, a SHA-256 not of 64 hexadecimal digits, another system's instance.
    """
    access.check(by, Right.KEEP_INVENTORY)
    with transaction.atomic():
        copy = Copy(system=system)
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
        }
        writing.put(copy, given, EDITABLE)
        _check(copy, at)
        return writing.add(copy, taken=_taken(copy), by=by, at=at)


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
        before = history.facts(kept)
        writing.put(kept, changes, EDITABLE)
        _check(kept, at)
        changed = history.differences(before, history.facts(kept))
        if VERIFIED_FACTS & changed.keys():
            _forget_verification(kept)
        return writing.amend(kept, before=before, verb="edited", taken=_taken(kept), by=by, at=at)


def verify(
    copy: Copy,
    *,
    how: str,
    sha256: str = "",
    size_bytes: int | None = None,
    data_as_of: datetime | None = None,
    restored: bool = False,
    seen: int | None = None,
    by: User,
    at: datetime,
) -> Copy:
    """Say that `by` read the copy back at `at` and found it good; returns it as kept.

    `how`: what was done, in words. What was measured (`sha256`, `size_bytes`, `data_as_of`) is kept
    where the register had nothing; `restored` says that a restore from it was proven now. Raises
    `Refused` and changes nothing when the SHA-256 or the size differs from the registered one, when
    the copy is destroyed, or when secret data lies unencrypted on a medium that is carried about.
    """
    access.check(by, Right.KEEP_INVENTORY)
    with transaction.atomic():
        kept = writing.locked(Copy.objects.select_related("system"), copy, seen)
        before = history.facts(kept)
        measured = kept.sha256, kept.size_bytes
        found: dict[str, object] = {"verified_how": how}
        found |= {"sha256": sha256} if sha256.strip() else {}
        found |= {"size_bytes": size_bytes} if size_bytes is not None else {}
        found |= {"data_as_of": data_as_of} if data_as_of is not None else {}
        writing.put(kept, found, found)
        _check_how(kept.verified_how)
        _check(kept, at)
        _refuse_verification(kept, *measured)
        kept.state = CopyState.GOOD.value
        kept.verified_at, kept.verified_by = at, by
        kept.restore_proven_at = at if restored else kept.restore_proven_at
        return writing.amend(kept, before=before, verb="verified", by=by, at=at)


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
    already; `Invalid` without a reason or with another state (good comes from `verify` alone).
    """
    access.check(by, Right.KEEP_INVENTORY)
    errors = {} if reason.strip() else {"reason": "Say why: the next reader needs it."}
    if state not in MARKS:
        errors["state"] = "A copy can be marked suspect, quarantined or destroyed."
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        kept = writing.locked(Copy.objects.all(), copy, seen)
        _refuse_destroyed(kept)
        if kept.state == state:
            raise Refused("same_state", f"{kept} is already {state}.", "Nothing needs to be done.")
        before = history.facts(kept)
        kept.state = str(state)
        verb = f"marked {state}"
        return writing.amend(kept, before=before, verb=verb, reason=reason.strip(), by=by, at=at)


def exposed(copy: Copy) -> bool:
    """Whether secret data is on a medium that is carried about and not known to be encrypted."""
    return (
        copy.system.data_class in SECRET
        and copy.medium in CARRIED_AWAY
        and copy.encrypted != Answer.YES.value
    )


def _check_how(how: str) -> None:
    if not how:
        raise Invalid({"how": "Say how you verified it."})
    if len(how) > HOW_LENGTH:
        raise Invalid({"how": f"Say how you verified it in at most {HOW_LENGTH} characters."})


def _check(copy: Copy, at: datetime) -> None:
    copy.sha256 = copy.sha256.lower()
    errors = writing.field_problems(copy)
    for name in ("taken_at", "data_as_of"):
        moment = getattr(copy, name)
        if name not in errors and moment is not None and moment > at:
            errors[name] = f"The time is in the future: it is {times.stamp(at)} now."
    if not errors.keys() & {"taken_at", "data_as_of"} and _younger_than_itself(copy):
        errors["data_as_of"] = (
            "The newest record cannot be younger than the copy itself, which was taken"
            f" {times.stamp(copy.taken_at)}."
        )
    if copy.sha256 and not _SHA256.fullmatch(copy.sha256):
        errors["sha256"] = (
            f"A SHA-256 has 64 hexadecimal digits (0-9, a-f); this has {len(copy.sha256)} signs."
        )
    if copy.taken_from is not None and copy.taken_from.system_id != copy.system_id:
        errors["taken_from"] = f"{copy.taken_from} is no instance of {copy.system}."
    same_name = Copy.objects.of(copy.system).filter(name__iexact=copy.name)
    if "name" not in errors and same_name.exclude(pk=copy.pk).exists():
        errors["name"] = _taken(copy)
    if errors:
        raise Invalid(errors)


def _younger_than_itself(copy: Copy) -> bool:
    return (
        copy.data_as_of is not None
        and copy.medium not in LIVING
        and timezone.is_aware(copy.taken_at)
        and copy.data_as_of > copy.taken_at
    )


def _refuse_destroyed(copy: Copy) -> None:
    if copy.state == CopyState.DESTROYED.value:
        raise Refused(
            "destroyed",
            f"{copy} is destroyed; a destroyed copy stays destroyed.",
            "If there is another copy after all, register it under its own name.",
        )


def _refuse_verification(found: Copy, sha256: str, size_bytes: int | None) -> None:
    """Refuse what was `found` when it contradicts the register, or may not be called good."""
    _refuse_destroyed(found)
    if sha256 and found.sha256 != sha256:
        raise Refused(
            "sha256_differs",
            f"The SHA-256 you measured ({found.sha256[:12]}…) is not the registered one"
            f" ({sha256[:12]}…): what you read is not the copy registered as {found}, or it was"
            " changed since.",
            _DO_NOT_RESTORE,
        )
    if size_bytes is not None and found.size_bytes != size_bytes:
        raise Refused(
            "size_differs",
            f"You measured {found.size_bytes} bytes and {size_bytes} are registered: what you read"
            f" is not the copy registered as {found}, or it was cut short or has grown since.",
            _DO_NOT_RESTORE,
        )
    if exposed(found):
        raise Refused(
            "not_encrypted",
            f"{found} holds {found.system.data_class} data on a medium that is carried about"
            f" ({found.medium}), and is not known to be encrypted.",
            "Encrypt it, or copy it to a safe place that stays; then say so in the copy's facts.",
        )


def _forget_verification(copy: Copy) -> None:
    if copy.state == CopyState.GOOD.value:
        copy.state = CopyState.UNVERIFIED.value
    copy.verified_at = copy.verified_by = copy.restore_proven_at = None
    copy.verified_how = ""


def _taken(copy: Copy) -> str:
    return f"{copy.system} has already a copy called {copy.name}: choose another name."
