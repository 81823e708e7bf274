"""What a copy must be to be kept, and to be called good: the rules behind every verb on copies,
whoever's right was asked for. Call all of it in a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from accounts.models import User
from inventory import doubts, history, plausibility, writing
from inventory.enums import CopyState, DataClass, Medium, YesNoUnknown
from inventory.models import Copy, System
from lib import times
from lib.refusals import Invalid, Refused
from lib.units import checksums, sizes

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
    "delete_not_before",
)
CARRIED_AWAY = frozenset({Medium.REMOVABLE.value, Medium.LAPTOP.value, Medium.TAPE.value})
SECRET = frozenset({DataClass.CONFIDENTIAL.value, DataClass.RESTRICTED.value})
#: Copies that go on changing: their newest record may be younger than the copy.
LIVING = frozenset({Medium.LIVE_DATABASE.value, Medium.REPLICA.value})
HOW_LENGTH = 200
_DO_NOT_RESTORE = (
    "Do not restore from it. Check that you read the right file; if so, mark the copy suspect."
)


def add(
    system: System, given: Mapping[str, object], *, reason: str = "", by: User, at: datetime
) -> Copy:
    """Keep a new copy of the data of `system`: unverified, or quarantined where `given` says so.

    Raises `Invalid`. `reason` stands in its history.
    """
    copy = Copy(system=system)
    writing.put(copy, given, (*EDITABLE, "state", "as_found"))
    check(copy, at)
    note_doubt(copy)
    return writing.add(copy, taken=taken(copy), reason=reason, by=by, at=at)


def confirm(
    kept: Copy,
    *,
    how: str,
    measured: Mapping[str, object],
    restored: bool = False,
    accept: str = "",
    reason: str = "",
    by: User,
    at: datetime,
) -> Copy:
    """Call `kept`, whose row is locked, good: `by` read it back at `at`. `measured` are the facts
    that were found (`sha256`, `size_bytes`, `data_as_of`), those that were not left out. `accept`
    says why it is good although its size is in doubt.

    Raises `Invalid` and `Refused` as `inventory.copies.verify` says.
    """
    before = history.facts(kept)
    known, as_of = (kept.sha256, kept.size_bytes), kept.data_as_of
    fields = {"verified_how": how, **measured}
    writing.put(kept, fields, fields)
    _check_how(kept)
    check(kept, at)
    _refuse_verification(kept, *known)
    if "data_as_of" in measured and as_of is not None:
        _correct_duplicates(kept, as_of, by=by, at=at)
    _refuse_doubt(kept, accept)
    kept.state = CopyState.GOOD.value
    kept.verified_at, kept.verified_by = at, by
    kept.restore_proven_at = at if restored else kept.restore_proven_at
    return writing.amend(kept, before=before, verb="verified", reason=reason, by=by, at=at)


def exposed(copy: Copy) -> bool:
    """Whether secret data is on a medium that is carried about and not known to be encrypted."""
    return (
        copy.system.data_class in SECRET
        and copy.medium in CARRIED_AWAY
        and copy.encrypted != YesNoUnknown.YES.value
    )


def _check_how(copy: Copy) -> None:
    if not copy.verified_how:
        raise Invalid({"how": "Say how you verified it."})
    if len(copy.verified_how) > HOW_LENGTH:
        raise Invalid({"how": f"Say how you verified it in at most {HOW_LENGTH} characters."})
    _check_said(copy, "verified_how", "how")


def _check_said(copy: Copy, field: str, name: str) -> None:
    """Raise `Invalid` at `name`, as its sender calls it, for a text that `field` may not hold."""
    if problem := writing.field_problems(copy).get(field):
        raise Invalid({name: problem})


def check(copy: Copy, at: datetime) -> None:
    checksum = _checksum(copy)
    errors = writing.field_problems(copy) | checksum
    for name in ("taken_at", "data_as_of"):
        moment = getattr(copy, name)
        if name not in errors and moment is not None and moment > at:
            errors[name] = f"The time is in the future: it is {times.stamp(at)} now."
    if not errors.keys() & {"taken_at", "data_as_of"} and _younger_than_itself(copy):
        errors["data_as_of"] = (
            "The newest record cannot be younger than the copy itself, which was taken"
            f" {times.stamp(copy.taken_at)}."
        )
    if not errors.keys() & {"size_bytes", "sha256", "taken_at"} and (wrong := _impossible(copy)):
        errors["sha256"] = wrong
    if copy.taken_from is not None and copy.taken_from.system_id != copy.system_id:
        errors["taken_from"] = f"{copy.taken_from} is no instance of {copy.system}."
    same_name = Copy.objects.of_system(copy.system).filter(name__iexact=copy.name)
    if "name" not in errors and same_name.exclude(pk=copy.pk).exists():
        errors["name"] = taken(copy)
    if errors:
        raise Invalid(errors)


def _impossible(copy: Copy) -> str:
    """Why no file has this SHA-256, or none of this size; '' when one can."""
    if wrong := plausibility.contradiction(copy.size_bytes, copy.sha256):
        usual = plausibility.earlier_words(doubts.kind(copy), doubts.earlier(copy.system, copy))
        return f"{wrong} {usual} Measure both again.".replace("  ", " ")
    if (other := doubts.other_size(copy)) is not None:
        return (
            f"{other} of {other.system} has the same SHA-256 and {other.size_bytes} bytes: two"
            " files of different sizes cannot have one SHA-256. Measure both again; if the size of"
            f" {other} is wrong, correct it first."
        )
    return ""


def note_doubt(copy: Copy) -> doubts.Doubt | None:
    """Keep with `copy`, unsaved, why it is in doubt, and forget why that was accepted; the doubt,
    None for none."""
    doubt = doubts.find_doubt(copy)
    copy.doubt, copy.doubt_accepted = doubt.sentence if doubt else "", ""
    return doubt


def _correct_duplicates(kept: Copy, as_of: datetime, *, by: User, at: datetime) -> None:
    """The newest record was read in `kept`: copies of the same bytes that were registered with the
    same moment as `kept` before (`as_of`) hold that record, too."""
    for other in doubts.same_reading(kept, as_of).select_for_update().order_by("pk"):
        before = history.facts(other)
        other.data_as_of = kept.data_as_of
        if not _younger_than_itself(other):
            reason = f"the same bytes as {kept}, in which it was read"
            writing.amend(other, before=before, verb="edited", reason=reason, by=by, at=at)


def _refuse_doubt(kept: Copy, accept: str) -> None:
    """Refuse to call `kept` good while it is in doubt, unless the doubt can be accepted and is:
    now, or before, and nothing that it was about has changed."""
    accepted = accept.strip() or kept.doubt_accepted
    doubt = note_doubt(kept)
    if doubt is None:
        return
    if doubt.certain:
        raise Refused(doubt.code, f"{kept} is no good copy. {doubt.sentence}", doubt.remedy)
    if not accepted:
        raise Refused(doubt.code, f"{kept} is in doubt. {doubt.sentence}", doubt.remedy)
    kept.doubt_accepted = accepted
    _check_said(kept, "doubt_accepted", "accept")


def _checksum(copy: Copy) -> dict[str, str]:
    """Put the SHA-256 that was read in what was typed; what is wrong with it."""
    try:
        copy.sha256 = checksums.read(copy.sha256) if copy.sha256 else ""
    except ValueError as error:
        return {"sha256": str(error)}
    return {}


def _younger_than_itself(copy: Copy) -> bool:
    return (
        copy.data_as_of is not None
        and copy.medium not in LIVING
        and timezone.is_aware(copy.taken_at)
        and copy.data_as_of > copy.taken_at
    )


def refuse_destroyed(copy: Copy) -> None:
    if copy.state == CopyState.DESTROYED.value:
        raise Refused(
            "destroyed",
            f"{copy} is destroyed; a destroyed copy stays destroyed.",
            "If there is another copy after all, register it under its own name.",
        )


def _refuse_verification(copy: Copy, sha256: str, size_bytes: int | None) -> None:
    """Refuse what was measured of `copy` when it contradicts the register, or may not be called
    good; of two sizes that are the same, the exact one is kept."""
    refuse_destroyed(copy)
    if sha256 and copy.sha256 != sha256:
        raise Refused(
            "sha256_differs",
            f"The SHA-256 you measured ({copy.sha256[:12]}…) is not the registered one"
            f" ({sha256[:12]}…): what you read is not the copy registered as {copy}, or it was"
            " changed since.",
            _DO_NOT_RESTORE,
        )
    measured = copy.size_bytes
    if size_bytes is not None and measured is not None and not sizes.same(measured, size_bytes):
        raise Refused(
            "size_differs",
            f"You measured {measured} bytes and {size_bytes} are registered: what you read"
            f" is not the copy registered as {copy}, or it was cut short or has grown since.",
            _DO_NOT_RESTORE,
        )
    if size_bytes is not None and measured is not None:
        copy.size_bytes = sizes.finer(measured, size_bytes)
    if exposed(copy):
        raise Refused(
            "not_encrypted",
            f"{copy} holds {copy.system.data_class} data on a medium that is carried about"
            f" ({copy.medium}), and is not known to be encrypted.",
            "Encrypt it, or copy it to a safe place that stays; then say so in the copy's facts.",
        )


def taken(copy: Copy) -> str:
    return f"{copy.system} has already a copy called {copy.name}: choose another name."
