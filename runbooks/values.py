"""Reading and judging observed values. Pure.

What is typed becomes one *normal* text (0 and 0.0 are the same number, 03:12+01:00 and 02:12Z the
same moment), which is what the log keeps and later steps compare with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from accounts.texts import too_long
from inventory.quantities import parse_duration, parse_size, parse_time
from runbooks import patterns
from runbooks.enums import ValueType
from runbooks.procedure import ValueSpec

LONGEST_TEXT = 4000
#: A time that must be recent may lie this far ahead of the server's own clock.
CLOCKS_DIFFER_BY = timedelta(minutes=5)


@dataclass(frozen=True)
class Reading:
    """`normal`: the value as kept. `wrong`: '' or the sentence that says which expectation it
    misses, without telling the expected value when the value is blind."""

    normal: str
    wrong: str = ""


def normal(kind: ValueType, raw: str) -> str:
    """The one text that stands for `raw`: numbers lose trailing zeros, times become ISO 8601 in
    UTC, durations seconds, sizes bytes. Raises `ValueError` with a sentence when it cannot be read.
    """
    raw = raw.strip()
    if not raw:
        raise ValueError("Write what you observed.")
    if sentence := too_long(raw, LONGEST_TEXT):
        raise ValueError(f"{sentence} Attach longer output as a file.")
    return _READERS[kind](raw)


def judge(
    spec: ValueSpec,
    raw: str,
    *,
    earlier: Mapping[str, str],
    at: datetime,
    kinds: Mapping[str, ValueType],
) -> Reading:
    """Read `raw` for `spec` and compare it with every constraint.

    `earlier` holds the normal texts recorded so far in the run and `kinds` their types.
    Raises `ValueError` with a sentence when it cannot be read.
    """
    value = normal(spec.type, raw)
    if spec.type is ValueType.CHOICE and value not in spec.options:
        raise ValueError("Choose one of: " + ", ".join(spec.options) + ".")
    for wrong in (
        _exact(spec, value),
        out_of_bounds(spec.type, value, spec.min, spec.max),
        _age(spec, value, at),
    ):
        if wrong:
            return Reading(value, wrong)
    if spec.within and spec.within.of in earlier:
        kind = kinds.get(spec.within.of, spec.type)
        other = earlier[spec.within.of]
        if kind is ValueType.SHA256 and value != other:
            return Reading(value, "It is not the one read before: another file, or a changed one.")
        if not close(kind, value, other, spec.within.tolerance):
            return Reading(
                value,
                f"It differs from {spec.within.of} ({other}) by more than {spec.within.tolerance}.",
            )
    return Reading(value)


def agree(spec: ValueSpec, mine: str, theirs: str) -> bool:
    """Whether an independent measurement confirms the first. Both are normal texts.

    Free text is not compared: two people never write the same sentence. With `within`, its
    tolerance is the measure; everything else must be equal.
    """
    if spec.type is ValueType.TEXT and not spec.equals and not spec.matches:
        return True
    if spec.within:
        return close(spec.type, mine, theirs, spec.within.tolerance)
    return mine.casefold() == theirs.casefold()


def close(kind: ValueType, one: str, other: str, tolerance: str) -> bool:
    """Whether two normal texts lie within `tolerance`: a number, `5 %`, or for times a duration.
    Two checksums are equal or not."""
    if kind is ValueType.DATETIME:
        gap = abs(datetime.fromisoformat(one) - datetime.fromisoformat(other))
        return gap <= _duration(tolerance)
    if kind is ValueType.SHA256:
        return one == other
    try:
        a, b = Decimal(one), Decimal(other)
    except InvalidOperation:
        return one == other
    if tolerance.strip().endswith("%"):
        return abs(a - b) <= abs(b) * Decimal(tolerance.strip().rstrip("% ")) / 100
    if kind is ValueType.DURATION:
        return abs(a - b) <= Decimal(_duration(tolerance).total_seconds())
    return abs(a - b) <= Decimal(parse_size(tolerance) if kind is ValueType.BYTES else tolerance)


def contradiction(spec: ValueSpec) -> str:
    """'', or the sentence that says why what `spec` wants to be equal to is refused by its other
    constraints."""
    expected = normal(spec.type, spec.equals)
    if spec.matches and not patterns.fits(spec.matches, expected):
        return patterns.refusal(spec.matches)
    return out_of_bounds(spec.type, expected, spec.min, spec.max)


def _exact(spec: ValueSpec, value: str) -> str:
    if spec.equals and value.casefold() != normal(spec.type, spec.equals).casefold():
        return "It is not the expected value." if spec.blind else f"Expected is {spec.equals}."
    if spec.matches and not patterns.fits(spec.matches, value):
        return (
            "It does not have the expected format."
            if spec.blind
            else patterns.refusal(spec.matches)
        )
    return ""


def out_of_bounds(kind: ValueType, value: str, least: str, most: str) -> str:
    """'', or the sentence that says which bound the normal text `value` misses. The bounds are as
    the author wrote them, '' for none."""
    if kind not in _ORDERED:
        return ""
    read = _ORDERED[kind]
    if least and read(value) < read(normal(kind, least)):
        return f"It is below {least}."
    if most and read(value) > read(normal(kind, most)):
        return f"It is above {most}."
    return ""


def too_old(value: str, max_age: int, at: datetime) -> str:
    """'', or the sentence that says why the normal text `value` of a time is not recent at `at`."""
    if datetime.fromisoformat(value) - at > CLOCKS_DIFFER_BY:
        return "It lies in the future."
    if at - datetime.fromisoformat(value) > timedelta(seconds=max_age):
        return f"It is older than {max_age // 60} minutes."
    return ""


def _age(spec: ValueSpec, value: str, at: datetime) -> str:
    if spec.type is not ValueType.DATETIME or spec.max_age is None:
        return ""
    return too_old(value, spec.max_age, at)


def _number(raw: str) -> str:
    try:
        value = Decimal(raw.replace(" ", ""))
    except InvalidOperation:
        raise ValueError("Write a number, such as 0 or 12.5.") from None
    if not value.is_finite() or abs(value.adjusted()) > 30:
        raise ValueError("Write a number of ordinary size.")
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def _moment(raw: str) -> str:
    return parse_time(raw).astimezone(UTC).isoformat()


def _duration(raw: str) -> timedelta:
    return parse_duration(raw)


def _seconds(raw: str) -> str:
    return str(int(parse_duration(raw).total_seconds()))


def _sha256(raw: str) -> str:
    found = re.match(r"[0-9a-fA-F]{64}(?=\s|$)", raw)
    if not found:
        raise ValueError("A SHA-256 has 64 characters, 0-9 and a-f. Paste the whole line.")
    return found.group().lower()


_READERS: dict[ValueType, Callable[[str], str]] = {
    ValueType.TEXT: lambda raw: raw.replace("\r\n", "\n"),
    ValueType.NUMBER: _number,
    ValueType.DATETIME: _moment,
    ValueType.DURATION: _seconds,
    ValueType.BYTES: lambda raw: str(parse_size(raw)),
    ValueType.SHA256: _sha256,
    ValueType.CHOICE: lambda raw: raw,
    ValueType.FILE: _sha256,
}
_ORDERED: dict[ValueType, Callable[[str], Any]] = {
    ValueType.NUMBER: Decimal,
    ValueType.BYTES: Decimal,
    ValueType.DURATION: Decimal,
    ValueType.DATETIME: datetime.fromisoformat,
}
