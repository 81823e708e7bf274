"""Reading the value of a parameter that is typed: neither an instance nor a copy. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from accounts.texts import too_long
from richtext.signs import refusal
from runbooks.enums import ParameterType, ValueType
from runbooks.procedure import patterns
from runbooks.procedure.model import ParameterSpec
from runbooks.procedure.observed import normal, out_of_bounds, too_old

LONGEST_PARAMETER = 400


def plain(spec: ParameterSpec, text: str, at: datetime | None = None, zone: tzinfo = UTC) -> str:
    """The normal text of what was typed for `spec`. `at`: the moment a time must be recent at; None
    judges no age. `zone`: the zone of the settings. Raises `ValueError` with a sentence."""
    if spec.type is ParameterType.TEXT:
        return _text(spec, text)
    if spec.type is ParameterType.CHOICE and text not in spec.options:
        raise ValueError("Choose one of: " + ", ".join(spec.options) + ".")
    kind = ValueType(spec.type.value)
    value = normal(kind, text, zone)
    wrong = out_of_bounds(kind, value, spec.min, spec.max)
    if not wrong and kind is ValueType.DATETIME and spec.max_age is not None and at is not None:
        wrong = too_old(value, spec.max_age, at)
    if wrong:
        raise ValueError(wrong)
    return value


def _text(spec: ParameterSpec, text: str) -> str:
    if any(ord(letter) < 32 for letter in text):
        raise ValueError("Write it on one line.")
    if sentence := refusal(text, dashes=False):
        raise ValueError(sentence)
    if sentence := too_long(text, LONGEST_PARAMETER):
        raise ValueError(sentence)
    if spec.pattern and not patterns.fits(spec.pattern, text):
        example = spec.default if spec.default != text else ""
        raise ValueError(patterns.refusal(spec.pattern, example))
    return text
