"""Who changed what in the inventory, from which value to which. Nobody can edit it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from accounts.models import User
from inventory.models import Change, Copy, Instance, System
from lib import times
from lib.refusals import ChangedMeanwhile
from lib.units import durations

Thing = System | Instance | Copy


_REMEDY = "What you typed is still here. Compare it with the change, then save again."
_LABELS = {
    "rpo": "RPO",
    "rto": "RTO",
    "mtd": "MTD",
    "sha256": "SHA-256",
    "size_bytes": "size in bytes",
    "first_kind": "kind of the first identifier",
    "first_value": "first identifier",
    "second_kind": "kind of the second identifier",
    "second_value": "second identifier",
    "verified_how": "way it was verified",
    "doubt_accepted": "reason why it is good all the same",
}
_UNTOLD = {"id", "slug", "identity"}


def label(field: str) -> str:
    """What people call a field: "data as of", "RPO"."""
    return _LABELS.get(field, field.replace("_", " "))


def readable(value: object) -> str:
    """A value as the history keeps it: text that needs no program to be read; '' for none."""
    if value is None:
        return ""
    if isinstance(value, timedelta):
        return durations.words(value)
    if isinstance(value, datetime):
        return times.typed(value.replace(microsecond=0))
    return str(value)


def facts(thing: Thing) -> dict[str, str]:
    """All that the history tells of `thing`, field by field, as readable text."""
    names = (field.name for field in thing._meta.concrete_fields)
    return {name: readable(getattr(thing, name)) for name in names if name not in _UNTOLD}


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, list[str]]:
    """`{field: [old, new]}` of the fields whose text differs; one that is absent is ''."""
    pairs = {name: [old.get(name, ""), new.get(name, "")] for name in (*old, *new)}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def record(
    thing: Thing, *, verb: str, fields: Mapping[str, list[str]], by: User, at: datetime
) -> Change:
    """Write one line: `by` did `verb` to `thing` at `at`. Call it in that transaction."""
    return Change.objects.create(
        at=at,
        by=by,
        by_name=str(by),
        kind=thing._meta.model_name or "",
        object_id=thing.pk,
        object_name=str(thing)[:200],
        verb=verb,
        fields=dict(fields),
    )


def last(thing: Thing) -> int:
    """Number of the newest line about `thing`; 0 when there is none. An edit form carries it."""
    return Change.objects.about(thing).values_list("pk", flat=True).first() or 0


def check_seen(thing: Thing, seen: int | None) -> None:
    """Raise `ChangedMeanwhile` when somebody changed `thing` after line `seen`.

    Two people who edit one thing at once must not undo each other without knowing. `None`: the
    sender has looked at nothing (a program), and is let through.
    """
    if seen is None:
        return
    newer = list(Change.objects.about(thing).filter(pk__gt=seen)[:5])
    if newer:
        sentences = " ".join(
            f"{change.by_name}, {times.stamp(change.at)}: {tell(change)}." for change in newer
        )
        sentence = f"{thing} was changed after you opened this page. {sentences}"
        raise ChangedMeanwhile(sentence, _REMEDY, seen=newer[0].pk)


def tell(change: Change) -> str:
    """One line in words: "edited (RPO from “1 h” to “30 min”)"."""
    texts = [
        f"{label(name)} from “{old}” to “{new}”" if old else f"{label(name)} “{new}”"
        for name, (old, new) in change.fields.items()
    ]
    return f"{change.verb} ({'; '.join(texts)})" if texts else change.verb
