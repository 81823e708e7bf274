"""Words and signs of the inventory in templates: ages, moments, lengths, states."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils.html import format_html, format_html_join

from inventory import board, history, keeping
from inventory.enums import CopyState, Lifecycle
from inventory.models import Change, Copy
from lib import times
from lib.units import durations
from lib.units.sizes import words as size_words

register = template.Library()

_SIGNS = {
    CopyState.GOOD.value: "good",
    CopyState.UNVERIFIED.value: "warn",
    CopyState.SUSPECT.value: "bad",
    CopyState.QUARANTINED.value: "bad",
    CopyState.DESTROYED.value: "off",
    Lifecycle.ACTIVE.value: "good",
    Lifecycle.FROZEN.value: "warn",
    Lifecycle.STANDBY.value: "good",
    Lifecycle.SCRATCH.value: "off",
    Lifecycle.DECOMMISSIONED.value: "off",
}


@register.filter
def moment(value: datetime | None) -> str:
    """`<time>` with the moment and its zone; nothing for none."""
    if value is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), times.stamp(value))


@register.filter
def age(since: datetime | None, at: datetime) -> str:
    """How old `since` is at `at`: "26 h"; nothing for none."""
    return "" if since is None else durations.age(at, since)


@register.filter
def duration(value: timedelta | None) -> str:
    """A length of time: "1 h 30 min"; nothing for none."""
    return "" if value is None else durations.words(value)


@register.filter
def sign(word: str) -> str:
    """Class of the sign beside the state of a copy or the lifecycle of an instance."""
    return _SIGNS[word]


@register.filter
def severity_sign(line: board.SystemSummary) -> str:
    """Class of the sign beside a system on the board."""
    return {0: "bad", 1: "bad", 2: "warn", 3: "warn"}.get(line.severity, "good")


@register.filter
def exposed(copy: Copy) -> bool:
    """Whether secret data may lie open on a medium that is carried about."""
    return keeping.exposed(copy)


@register.filter
def size(count: int | None) -> str:
    """Bytes exactly, and roughly in a unit: "734003200 bytes (700 MiB)"."""
    return "" if count is None else size_words(count)


@register.filter
def breakable(value: str) -> str:
    """A long digest or identifier that may break on a phone; copied from there it is unchanged."""
    if " " in value:
        return value
    parts = ((value[start : start + 8],) for start in range(0, len(value), 8))
    return format_html_join("", "{}<wbr>", parts)


@register.filter
def changed_fields(change: Change) -> list[tuple[str, str, str]]:
    """What a line of history says, field by field: its name, the old value, the new value."""
    return [(history.label(name), old, new) for name, (old, new) in change.fields.items()]
