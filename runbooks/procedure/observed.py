"""Judging observed values. Pure; each kind is read by its reader in `lib.units`.

What is typed becomes one *normal* text (0 and 0.0 are the same number, 03:12+01:00 and 02:12Z the
same moment), which is what the log keeps and later steps compare with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from fractions import Fraction
from typing import Any

from accounts.texts import too_long
from lib.units import checksums, lengths, moments, numbers, sizes
from runbooks.enums import ValueType
from runbooks.procedure import patterns
from runbooks.procedure.model import ValueSpec

LONGEST_TEXT = 4000
#: A time that must be recent may lie this far ahead of the server's own clock.
CLOCKS_DIFFER_BY = timedelta(minutes=5)


@dataclass(frozen=True)
class CheckedValue:
    """`normal`: the value as kept. `wrong`: '' or the sentence that says which expectation it
    misses, without telling the expected value when the value is blind."""

    normal: str
    wrong: str = ""


def normal(kind: ValueType, raw: str, zone: tzinfo = UTC, *, or_day: bool = False) -> str:
    """The one text that stands for `raw`: numbers lose trailing zeros, times become ISO 8601 in
    UTC, durations seconds, sizes bytes. Raises `ValueError` with a sentence when it cannot be read.

    `zone` is the zone of the settings, whose abbreviations are read in what a person types; texts
    of a runbook are read without one. `or_day`: a plain day is a time too, its start in `zone`.
    """
    raw = raw.strip()
    if not raw:
        raise ValueError("Write what you observed.")
    if sentence := too_long(raw, LONGEST_TEXT):
        raise ValueError(f"{sentence} Attach longer output as a file.")
    if kind is ValueType.DATETIME:
        read = moments.read_from if or_day else moments.read
        return read(raw, zone).isoformat()
    return _READERS[kind](raw)


def judge(
    spec: ValueSpec,
    raw: str,
    *,
    earlier: Mapping[str, str],
    at: datetime,
    kinds: Mapping[str, ValueType],
    zone: tzinfo = UTC,
) -> CheckedValue:
    """Read `raw` for `spec` and compare it with every constraint.

    `earlier` holds the normal texts recorded so far in the run and `kinds` their types; `zone` is
    the zone of the settings.
    Raises `ValueError` with a sentence when it cannot be read.
    """
    value = normal(spec.type, raw, zone, or_day=spec.or_day)
    if spec.precise:
        sizes.read(raw, precise=True)
    if spec.type is ValueType.CHOICE and value not in spec.options:
        raise ValueError("Choose one of: " + ", ".join(spec.options) + ".")
    for wrong in (
        _exact(spec, value),
        out_of_bounds(spec.type, value, spec.min, spec.max),
        _age(spec, value, at),
    ):
        if wrong:
            return CheckedValue(value, wrong)
    if spec.within and spec.within.of in earlier:
        kind = kinds.get(spec.within.of, spec.type)
        other = earlier[spec.within.of]
        if kind is ValueType.SHA256 and value != other:
            return CheckedValue(
                value, "It is not the one read before: another file, or a changed one."
            )
        if not close(kind, value, other, spec.within.tolerance):
            return CheckedValue(
                value,
                f"It differs from {spec.within.of} ({other}) by more than {spec.within.tolerance}.",
            )
    return CheckedValue(value)


def agree(spec: ValueSpec, mine: str, theirs: str) -> bool:
    """Whether an independent measurement confirms the first. Both are normal texts.

    Free text is not compared: two people never write the same sentence. With `within`, its
    tolerance is the measure; everything else must be equal.
    """
    if spec.type is ValueType.TEXT and not spec.equals and not spec.matches:
        return True
    if spec.within:
        return close(spec.type, mine, theirs, spec.within.tolerance)
    return _equal(spec.type, mine, theirs)


def _equal(kind: ValueType, left: str, right: str) -> bool:
    """Whether two normal texts are the same value; sizes at the precision that was typed."""
    if kind is ValueType.BYTES and left and right:
        return sizes.alike(int(left), int(right))
    return left.casefold() == right.casefold()


def close(kind: ValueType, left: str, right: str, tolerance: str) -> bool:
    """Whether two normal texts lie within `tolerance`: a number, `5 %`, or for times a duration.
    Two checksums, and two texts, are equal or not."""
    if kind is ValueType.DATETIME:
        gap = abs(datetime.fromisoformat(left) - datetime.fromisoformat(right))
        return gap <= lengths.read(tolerance)
    if kind not in _ORDERED:
        return left == right
    if kind is ValueType.BYTES and _equal(kind, left, right):
        return True
    a, b = Fraction(left), Fraction(right)
    share = percent(tolerance)
    most = abs(b) * share if share is not None else Fraction(normal(kind, tolerance))
    return abs(a - b) <= most


def percent(tolerance: str) -> Fraction | None:
    """The share that a tolerance such as `5 %` or `2,5 %` names; None for one without a percent
    sign. Raises `ValueError` with a sentence when what comes before the sign is no number."""
    before, sign, after = tolerance.strip().partition("%")
    if not sign or after:
        return None
    share = numbers.read(before)
    if share < 0:
        raise ValueError(f"A tolerance is not below zero, and here is {tolerance}.")
    return share / 100


def contradiction(spec: ValueSpec) -> str:
    """'', or the sentence that says why what `spec` wants to be equal to is refused by its other
    constraints."""
    expected = normal(spec.type, spec.equals)
    if spec.matches and not patterns.fits(spec.matches, expected):
        return patterns.refusal(spec.matches)
    return out_of_bounds(spec.type, expected, spec.min, spec.max)


def _exact(spec: ValueSpec, value: str) -> str:
    if spec.equals and not _equal(spec.type, value, normal(spec.type, spec.equals)):
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


def _seconds(raw: str) -> str:
    return numbers.plain(Fraction(lengths.read(raw) // timedelta(microseconds=1), 1_000_000))


_READERS: dict[ValueType, Callable[[str], str]] = {
    ValueType.TEXT: lambda raw: raw.replace("\r\n", "\n"),
    ValueType.NUMBER: lambda raw: numbers.plain(numbers.read(raw)),
    ValueType.DURATION: _seconds,
    ValueType.BYTES: lambda raw: str(sizes.read(raw)),
    ValueType.SHA256: checksums.read,
    ValueType.CHOICE: lambda raw: raw,
    ValueType.FILE: checksums.read,
}
_ORDERED: dict[ValueType, Callable[[str], Any]] = {
    ValueType.NUMBER: Decimal,
    ValueType.BYTES: Decimal,
    ValueType.DURATION: Decimal,
    ValueType.DATETIME: datetime.fromisoformat,
}
