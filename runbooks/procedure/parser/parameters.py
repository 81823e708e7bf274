"""`parameters:` of the front matter."""

from __future__ import annotations

from typing import Required, TypedDict

from runbooks.enums import ParameterType, ValueType
from runbooks.procedure.model import ParameterSpec
from runbooks.procedure.parser.findings import one_of
from runbooks.procedure.parser.readers import (
    Context,
    Key,
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
from runbooks.procedure.parser.values import all_unread, crossed, scalar, wanted
from runbooks.procedure.parser.yamltext import Value
from runbooks.procedure.typed import plain

RESERVED = "run"

PARAMETER_KEYS = (
    Key(
        "type",
        word(ParameterType),
        one_of(ParameterType),
        "instance",
        "What is chosen.",
        required=True,
    ),
    Key(
        "label",
        text,
        "text",
        "The database that will be replaced",
        "What the operator is asked for.",
    ),
    Key(
        "environment",
        texts,
        "list of texts",
        "[production]",
        "`instance`, `copy`: only of these environments.",
    ),
    Key(
        "not_environment",
        texts,
        "list of texts",
        "[production]",
        "`instance`, `copy`: of none of these environments.",
    ),
    Key(
        "max_age",
        duration,
        "duration",
        "24h",
        "`copy`, `datetime`: how old its data may be at most.",
    ),
    Key("pattern", pattern, "regular expression", "[a-z_]+", "`text`: the whole text must match."),
    Key(
        "min",
        scalar,
        "a value of the type",
        "1",
        "`number`, `datetime`, `duration`: the least value.",
    ),
    Key(
        "max",
        scalar,
        "a value of the type",
        "10",
        "`number`, `datetime`, `duration`: the greatest value.",
    ),
    Key("options", texts, "list of texts", "[fast, safe]", "`choice`: what can be chosen."),
    Key(
        "default",
        scalar,
        "a value of the type",
        "ledger_restored",
        "Filled in beforehand; not for `instance` and `copy`.",
    ),
)


class ParameterKeys(TypedDict, total=False):
    """What was read of `PARAMETER_KEYS`."""

    type: Required[ParameterType]
    label: str
    environment: tuple[str, ...]
    not_environment: tuple[str, ...]
    max_age: int
    pattern: str
    min: str
    max: str
    options: tuple[str, ...]
    default: str


_FITS: dict[ParameterType, set[str]] = {
    ParameterType.INSTANCE: {"environment", "not_environment"},
    ParameterType.COPY: {"environment", "not_environment", "max_age"},
    ParameterType.TEXT: {"pattern", "default"},
    ParameterType.NUMBER: {"min", "max", "default"},
    ParameterType.DATETIME: {"min", "max", "max_age", "default"},
    ParameterType.DURATION: {"min", "max", "default"},
    ParameterType.CHOICE: {"options", "default"},
}


def parameters(value: Value, name: str, context: Context) -> tuple[ParameterSpec, ...] | None:
    """The declared parameters, in the order of the text."""
    pairs = [] if value.is_empty else value.pairs()
    if pairs is None:
        wrong_type(value, name, "a group of named parameters", context)
        return None
    specs: list[ParameterSpec] = []
    seen: set[str] = set()
    for key, item in pairs:
        declared = new_name(key, "parameter", context)
        if declared is None or not is_new(key, declared, seen, context):
            continue
        if declared == RESERVED:
            context.error("bad_name", key, "`run` is the run itself and cannot be declared.")
            continue
        spec = _parameter(declared, item, context)
        if spec is not None:
            specs.append(spec)
    return tuple(specs)


def _parameter(name: str, value: Value, context: Context) -> ParameterSpec | None:
    got = group(value, f"the parameter `{name}`", PARAMETER_KEYS, context, ParameterKeys)
    if got is None:
        return None
    kind = got["type"]
    places = {key.text(): item for key, item in value.pairs() or []}
    for key in [k for k in got if k not in _FITS[kind] | {"type", "label"}]:
        context.error(
            "unfit", places[key], f"`{key}` means nothing for a parameter of type `{kind}`."
        )
    if kind is ParameterType.CHOICE and not got.get("options"):
        context.error("missing_key", value, f"The choice `{name}` lacks its `options`.")
    readable = _check_values(kind, got, places, context)
    got["label"] = got.get("label") or name.replace("_", " ").capitalize()
    spec = ParameterSpec(name=name, **got)
    if readable and spec.default:
        try:
            plain(spec, spec.default)
        except ValueError as error:
            sentence = f"`default` breaks the other rules of `{name}`. {error}"
            context.error("contradiction", places["default"], sentence)
    return spec


def _check_values(
    kind: ParameterType, got: ParameterKeys, places: dict[str | None, Value], context: Context
) -> bool:
    """Whether the default and the bounds can be read."""
    if kind in (ParameterType.INSTANCE, ParameterType.COPY):
        return False
    like = ValueType(kind.value)
    limits = {"min": got.get("min"), "max": got.get("max"), "default": got.get("default")}
    unreadable = all_unread(like, limits, got.get("options", ()))
    for key, why in unreadable.items():
        wrong_type(places[key], key, wanted(like), context, why)
    if not unreadable and crossed(like, limits):
        context.error("order", places["min"], "`min` is greater than `max`.")
    return not unreadable
