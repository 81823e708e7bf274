"""`record`: the values that a step observes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, cast

from runbooks.enums import ValueType
from runbooks.procedure.model import ValueSpec, Within
from runbooks.procedure.observed import contradiction, normal, out_of_bounds, percent
from runbooks.procedure.parser.findings import did_you_mean, one_of
from runbooks.procedure.parser.readers import (
    Context,
    Key,
    boolean,
    duration,
    group,
    is_new,
    new_name,
    pattern,
    text,
    texts,
    word,
    wrong_type,
)
from runbooks.procedure.parser.yamltext import Value


def scalar(value: Value, name: str, context: Context) -> str | None:
    """The words of a value, as written; its type is checked when the type is known."""
    written = value.text()
    if written is None or not written.strip():
        wrong_type(value, name, "a value", context)
        return None
    return written.strip()


WITHIN_KEYS = (
    Key("of", text, required=True),
    Key("tolerance", scalar, required=True),
)


def _within(value: Value, name: str, context: Context) -> Within | None:
    got = group(value, f"`{name}`", WITHIN_KEYS, context, dict[str, str])
    return Within(**got) if got else None


VALUE_KEYS = (
    Key(
        "type",
        word(ValueType),
        one_of(ValueType),
        "number",
        "What kind of value it is; `text` when left out.",
    ),
    Key("label", text, "text", "Clients still connected", "What the operator is asked for."),
    Key("unit", text, "text", "rows", "Shown beside the field."),
    Key("equals", scalar, "a value of the type", "0", "The value must be this one."),
    Key("matches", pattern, "regular expression", "ledger_.*", "The whole text must match."),
    Key("min", scalar, "a value of the type", "1", "The least value that is right."),
    Key("max", scalar, "a value of the type", "500", "The greatest value that is right."),
    Key("max_age", duration, "duration", "24h", "How old a time may be at most."),
    Key(
        "within",
        _within,
        "`{of, tolerance}`",
        "{of: newest_found, tolerance: 5m}",
        "Compare with a value recorded earlier.",
    ),
    Key(
        "blind",
        boolean,
        "`true` or `false`",
        "false",
        "Hide the expected value until one is entered; `true` when left out.",
    ),
    Key("options", texts, "list of texts", "[green, red]", "The answers of a `choice`."),
    Key(
        "file", boolean, "`true` or `false`", "true", "Demand an upload; the same as `type: file`."
    ),
)


class _SpecKeys(TypedDict, total=False):
    type: ValueType
    label: str
    unit: str
    equals: str
    matches: str
    min: str
    max: str
    max_age: int
    within: Within
    blind: bool
    options: tuple[str, ...]


class ValueKeys(_SpecKeys, total=False):
    """What was read of `VALUE_KEYS`."""

    file: bool


_ORDERED = {"equals", "min", "max", "within"}
_FITS: dict[ValueType, set[str]] = {
    ValueType.TEXT: {"equals", "matches", "unit"},
    ValueType.NUMBER: {*_ORDERED, "unit"},
    ValueType.DATETIME: {*_ORDERED, "max_age"},
    ValueType.DURATION: _ORDERED,
    ValueType.BYTES: {*_ORDERED, "unit"},
    ValueType.SHA256: {"equals", "within"},
    ValueType.CHOICE: {"equals", "options"},
    ValueType.FILE: set(),
}
_ALWAYS = {"type", "label", "blind", "file"}


def record(value: Value, name: str, context: Context) -> tuple[ValueSpec, ...] | None:
    """The declared values of a step, in the order of the text."""
    pairs = value.pairs()
    if not pairs:
        hint = "Write `record:` and below it, indented, `name: {type: number}`."
        wrong_type(value, name, "a group of named values", context, hint)
        return None
    specs: list[ValueSpec] = []
    seen: set[str] = set()
    for key, item in pairs:
        declared = new_name(key, "value", context)
        if declared is None or not is_new(key, declared, seen, context):
            continue
        spec = _value(declared, item, context)
        if spec is not None:
            specs.append(spec)
    return tuple(specs)


def _value(name: str, value: Value, context: Context) -> ValueSpec | None:
    got: ValueKeys | None = {}
    if not value.is_empty:
        got = group(value, f"the value `{name}`", VALUE_KEYS, context, ValueKeys)
    if got is None:
        return None
    kind = _kind(name, value, got, context)
    if kind is None:
        return None
    for key in sorted(set(got) - _FITS[kind] - _ALWAYS):
        context.error(
            "unfit", _at(value, key), f"`{key}` means nothing for a value of type `{kind}`."
        )
    if kind is ValueType.CHOICE and not got.get("options"):
        context.error("missing_key", value, f"The choice `{name}` lacks its `options`.")
    readable = _check_values(kind, value, got, context)
    got.pop("file", None)
    got["type"], got["label"] = kind, got.get("label") or name.replace("_", " ").capitalize()
    spec = ValueSpec(name=name, **cast("_SpecKeys", got))
    if readable and spec.equals and (why := contradiction(spec)):
        sentence = (
            f"No value can be right: `{spec.equals}` breaks the other rules of `{name}`. {why}"
        )
        context.error("contradiction", _at(value, "equals"), sentence)
    return spec


def _kind(name: str, value: Value, got: ValueKeys, context: Context) -> ValueType | None:
    if got.get("file") and got.get("type", ValueType.FILE) is not ValueType.FILE:
        context.error(
            "unfit",
            _at(value, "file"),
            f"`{name}` cannot be a file and of type `{got['type']}`.",
            "Record the file as a value of its own.",
        )
        return None
    default = ValueType.FILE if got.get("file") else ValueType.TEXT
    return ValueType(got.get("type", default))


def _check_values(kind: ValueType, value: Value, got: ValueKeys, context: Context) -> bool:
    """Whether `equals` and the bounds can be read."""
    limits = {"equals": got.get("equals"), "min": got.get("min"), "max": got.get("max")}
    unreadable = all_unread(kind, limits, got.get("options", ()))
    for key, why in unreadable.items():
        wrong_type(_at(value, key), key, wanted(kind), context, why)
    if "within" in got:
        _check_within(kind, _at(value, "within"), got["within"], context)
    if not unreadable and crossed(kind, limits):
        context.error("order", _at(value, "min"), "`min` is greater than `max`.")
    return not unreadable


def all_unread(
    kind: ValueType, limits: Mapping[str, str | None], options: tuple[str, ...]
) -> dict[str, str]:
    """By name, why those of the `limits` that were given cannot be read."""
    reasons = {key: unread(kind, text, options) for key, text in limits.items() if text is not None}
    return {key: why for key, why in reasons.items() if why}


def crossed(kind: ValueType, limits: Mapping[str, str | None]) -> bool:
    """Whether the readable `min` of a value or parameter lies above its `max`."""
    least, most = limits.get("min"), limits.get("max")
    return bool(least and most and out_of_bounds(kind, normal(kind, least), "", most))


def _check_within(kind: ValueType, at: Value, within: Within, context: Context) -> None:
    of = within.of
    if of not in context.recorded:
        hint = did_you_mean(of, context.recorded)
        context.error("comparison", at, f"`{of}` is not recorded before this step.", hint)
    elif context.recorded[of] is not kind:
        context.error(
            "comparison",
            at,
            f"A value of type `{kind}` cannot be compared with `{of}`, which is "
            f"of type `{context.recorded[of]}`.",
        )
    if kind is ValueType.SHA256:
        if within.tolerance != "0":
            tolerance = _at(at, "tolerance")
            context.error("comparison", tolerance, "Two checksums are equal or not.", "Write `0`.")
        return
    times = (ValueType.DATETIME, ValueType.DURATION)
    measure = ValueType.DURATION if kind in times else kind
    if why := _unread_tolerance(kind, measure, within.tolerance):
        wrong_type(_at(at, "tolerance"), "tolerance", wanted(measure), context, why)


def _unread_tolerance(kind: ValueType, measure: ValueType, tolerance: str) -> str:
    """'', or the sentence that says why a tolerance cannot be read."""
    try:
        share = percent(tolerance)
    except ValueError as error:
        return str(error)
    if share is not None and kind is not ValueType.DATETIME:
        return ""
    why = unread(measure, tolerance)
    below_zero = not why and tolerance.strip().startswith(("-", "−"))
    return f"A tolerance is not below zero, and here is {tolerance}." if below_zero else why


def unread(kind: ValueType, written: str, options: tuple[str, ...] = ()) -> str:
    """'' when a constraint is a value of its type, read as an observed value would be; else the
    sentence that says why not."""
    if kind is ValueType.CHOICE:
        return "" if written in options else f"The options are: {', '.join(options)}."
    try:
        normal(kind, written)
    except ValueError as error:
        return str(error)
    return ""


def wanted(kind: ValueType) -> str:
    return {
        ValueType.NUMBER: "a number",
        ValueType.DATETIME: "a date and time with its zone, such as `2026-03-01 08:00 UTC`",
        ValueType.DURATION: "a duration such as `5m`",
        ValueType.BYTES: "a number of bytes, such as `1048576` or `20 MB`",
        ValueType.SHA256: "64 hexadecimal digits",
        ValueType.CHOICE: "one of the `options`",
    }.get(kind, "a text")


def _at(value: Value, key: str) -> Value:
    """The place of a key's value, for a finding."""
    for name, item in value.pairs() or []:
        if name.text() == key:
            return item
    return value
