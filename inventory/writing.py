"""What every verb of the inventory does the same way: lock, set, check, save, and keep history."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.models import User
from accounts.texts import UNREADABLE, says_something, too_long
from inventory import history
from inventory.models import Copy, Instance, System
from lib.refusals import Invalid
from richtext.signs import refusal

Kept = TypeVar("Kept", System, Instance, Copy)
_LARGEST = 2**63 - 1
#: What a thing is told by.
_NAMING = frozenset({"name", "host", "place", "first_value", "second_value"})
#: What is typed as a machine says it: no machine writes a dash for a hyphen.
_READ_OFF = frozenset({"host", "first_value", "second_value"})


def locked(rows: models.QuerySet[Kept], thing: Kept, seen: int | None) -> Kept:
    """The row of `thing` as it is now, locked until the transaction ends.

    Raises `Refused` ("changed_meanwhile") when it was changed after history line `seen`.
    """
    row = rows.select_for_update().get(pk=thing.pk)
    history.check_seen(row, seen)
    return row


def put(thing: Kept, changes: Mapping[str, object], editable: Collection[str]) -> None:
    """Set `changes` on `thing`, texts without the spaces around them, and names without what nobody
    can see: two that look alike are one (M4 of the story). Saves nothing.

    Raises `Invalid` for a field that cannot be edited.
    """
    unknown = {
        name: f"{history.label(name)} cannot be edited." for name in changes if name not in editable
    }
    if unknown:
        raise Invalid(unknown)
    for name, value in changes.items():
        text = _visible(value) if isinstance(value, str) and name in _NAMING else value
        setattr(thing, name, str(text).strip() if isinstance(text, str) else text)


def _visible(text: str) -> str:
    """`text` without format characters (zero width, direction), its letters composed."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(sign for sign in composed if unicodedata.category(sign) != "Cf")


def field_problems(thing: Kept) -> dict[str, str]:
    """One sentence a field for what no field may hold: nothing where something is needed, too long
    a text, a word that is not offered, control characters, a time without zone, a huge number."""
    problems = {}
    for field in thing._meta.concrete_fields:
        if field.primary_key or field.name in {"slug", "identity"}:
            continue
        problem = _problem(field, getattr(thing, field.attname))
        if problem:
            problems[field.name] = problem
    return problems


def _problem(field: models.Field[object, object], value: object) -> str:
    label = history.label(field.name)
    if value is None or value == "":
        return "" if field.null or field.blank else f"The {label} is missing."
    if isinstance(value, str):
        return _text_problem(field, label, value)
    if isinstance(value, datetime) and timezone.is_naive(value):
        return f"Write the time zone of the {label}."
    if isinstance(field, models.PositiveBigIntegerField) and not 0 <= int(str(value)) <= _LARGEST:
        return f"The {label} must be a number from 0 to {_LARGEST}."
    return ""


def _text_problem(field: models.Field[object, object], label: str, value: str) -> str:
    allowed = "\n\r\t" if isinstance(field, models.TextField) else ""
    if any(ord(sign) < 32 and sign not in allowed for sign in value):
        return f"The {label} holds a control character (such as a tab or a zero byte): remove it."
    if field.name in _NAMING and (sentence := refusal(value, dashes=field.name in _READ_OFF)):
        return f"The {label} is misleading. {sentence}"
    if field.max_length and (sentence := too_long(value, field.max_length)):
        return sentence
    if field.choices and value not in {word for word, _ in field.flatchoices}:
        return f"“{value}” is none of the words offered for the {label}."
    if not says_something(value):
        return f"The {label} says nothing. {UNREADABLE}"
    return ""


def add(thing: Kept, *, taken: str, reason: str = "", by: User, at: datetime) -> Kept:
    """Save a new `thing` and its first line of history. Call it in a transaction. `reason` is kept
    beside the values.

    Raises `Invalid` with the sentence `taken` at the name when somebody took it in this moment.
    """
    _save(thing, taken)
    texts = {name: text for name, text in history.facts(thing).items() if text}
    fields = history.differences({}, texts)
    if reason:
        fields["reason"] = ["", _checked(reason)]
    history.record(thing, verb="registered", fields=fields, by=by, at=at)
    return thing


def amend(
    thing: Kept,
    *,
    before: Mapping[str, str],
    verb: str,
    taken: str = "",
    reason: str = "",
    by: User,
    at: datetime,
) -> Kept:
    """Save a changed `thing` and what differs from `before` (`history.facts`).

    Call it in a transaction. Nothing is written when nothing differs. `reason` is kept beside the
    values.
    """
    fields = history.differences(before, history.facts(thing))
    if not fields:
        return thing
    _save(thing, taken)
    if reason:
        fields["reason"] = ["", _checked(reason)]
    history.record(thing, verb=verb, fields=fields, by=by, at=at)
    return thing


def _checked(reason: str) -> str:
    if not says_something(reason):
        raise Invalid({"reason": UNREADABLE})
    return reason


def _save(thing: Kept, taken: str) -> None:
    try:
        with transaction.atomic():
            thing.save()
    except IntegrityError:
        # Every other constraint was checked before: only the name can have been taken meanwhile.
        if not taken:
            raise
        raise Invalid({"name": taken}) from None
