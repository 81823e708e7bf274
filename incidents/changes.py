"""What every verb on an incident does the same way: lock it, check what its sender had seen, write
a line of history. Nothing else writes `IncidentChange`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Model

from accounts.models import User
from accounts.texts import UNREADABLE, plain_ends, says_something, too_long
from incidents import lifecycle, words
from incidents.enums import Status
from incidents.models import Incident, IncidentChange
from lib import times
from lib.refusals import ChangedMeanwhile, Invalid, Refused

#: Control characters, and halves of a surrogate pair.
_UNKEPT = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")


_REMEDY = "Your text is still here. Compare it with the change, then send it again."


def locked(
    incident: Incident, *, fields: Collection[str], seen: int | None, closed: bool = False
) -> Incident:
    """The row of `incident` as it is now, locked until the transaction ends.

    `fields` are those the sender is about to write, `seen` the version it had read (None: a program
    that looked at nothing). Raises `Refused` "closed" unless `closed` ones are welcome, and
    "changed_meanwhile" when one of `fields` was changed after `seen`: two people may change
    different facts at once, but nobody undoes another's change without having read it.
    """
    row = Incident.objects.select_for_update(of=("self",)).select_related("system")
    now = row.get(pk=incident.pk)
    if not closed and not lifecycle.takes_changes(Status(now.status)):
        raise Refused(
            "closed",
            "This incident is closed: its facts stand as they are.",
            "Add an entry to the timeline, or reopen the incident with a reason.",
        )
    if seen is not None:
        _check_seen(now, frozenset(fields), seen)
    return now


def _check_seen(incident: Incident, fields: frozenset[str], seen: int) -> None:
    newer = [
        line
        for line in incident.changes.filter(version__gt=seen)
        if fields.intersection(line.fields)
    ]
    if newer:
        lines = " ".join(
            f"{line.by_name} at {times.stamp(line.at)}: {words.change(line.verb, line.fields)}."
            for line in newer[-3:]
        )
        raise ChangedMeanwhile(
            f"This was changed after you opened the page, and nothing of yours is saved. {lines}",
            _REMEDY,
            seen=incident.version,
        )


def write(
    incident: Incident,
    verb: str,
    fields: Mapping[str, tuple[str, str]],
    *,
    reason: str = "",
    opening: bool = False,
    by: User,
    at: datetime,
) -> IncidentChange:
    """Save `incident` as its next version, and the line that says what changed.

    `fields` maps each to its old and new value as text, '' for none. Call it in the transaction
    that locked the incident. `opening`: its first version was just saved, and no other follows.
    """
    if not opening:
        incident.version += 1
        incident.save()
    return IncidentChange.objects.create(
        incident=incident,
        version=incident.version,
        at=at,
        by=by,
        by_name=str(by),
        verb=verb,
        fields={name: list(pair) for name, pair in fields.items()},
        reason=reason,
    )


def text(value: str, label: str, *, longest: int, needed: str = "", one_line: bool = False) -> str:
    """`value` without the blanks around it and with plain line ends.

    Raises `ValueError` with a sentence: `needed` when it is empty (unless that is ''), no letter
    and no digit to be seen, more than `longest` characters, or a control character, which
    PostgreSQL would refuse to keep.
    """
    clean = plain_ends(value).strip()
    if one_line:
        clean = " ".join(clean.split())
    if not clean and needed:
        raise ValueError(needed)
    if sentence := too_long(clean, longest):
        raise ValueError(sentence)
    if _UNKEPT.search(clean):
        raise ValueError(f"The {label} holds a control character: remove it.")
    if clean and not says_something(clean):
        raise ValueError(f"{needed} {UNREADABLE}".strip())
    return clean


def reason(value: str, needed: str = "", *, field: str = "reason") -> str:
    """A reason as it is kept. Raises `Invalid` at the field `field`."""
    try:
        return text(value, field, longest=300, needed=needed, one_line=True)
    except ValueError as problem:
        raise Invalid({field: str(problem)}) from None


def put_texts(
    row: Model, texts: Mapping[str, tuple[str, int, str]], errors: dict[str, str]
) -> None:
    """Set the one-line fields `texts` (field → text, most characters, sentence when it is empty and
    may not be); put a sentence into `errors` for each that cannot be kept."""
    for name, (value, longest, needed) in texts.items():
        label = words.label(name)
        try:
            setattr(row, name, text(value, label, longest=longest, needed=needed, one_line=True))
        except ValueError as problem:
            errors[name] = str(problem)
