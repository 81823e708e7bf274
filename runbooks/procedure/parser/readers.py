"""Readers: each takes one value of a YAML text and gives it back in its type, or finds an error
and gives None. Groups of keys are declared as tables of `Key`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar, cast

from lib.units import lengths
from runbooks.enums import ParameterType, ValueType
from runbooks.procedure import patterns
from runbooks.procedure.model import ParameterSpec
from runbooks.procedure.parser.findings import Findings, did_you_mean, normalised, one_of
from runbooks.procedure.parser.yamltext import Value

_SECRET = re.compile(r"password|passphrase|secret|token|(?:^|_)(?:key|passwd|credentials?)(?:_|$)")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_IDENTIFIER = re.compile(r"[A-Za-z][\w-]*")
Word = TypeVar("Word", bound=StrEnum)


@dataclass
class Context:
    """What readers know of the rest of the runbook. `recorded` grows while guards are read in
    ticking order: the values that are known by then. Without `all_parameters`, some declarations
    could not be read, and nobody is told that a parameter is unknown."""

    findings: Findings
    parameters: Mapping[str, ParameterSpec] = field(default_factory=dict)
    sections: frozenset[str] = frozenset()
    steps: frozenset[str] = frozenset()
    recorded: dict[str, ValueType] = field(default_factory=dict)
    all_parameters: bool = True

    def error(self, code: str, at: Value, sentence: str, suggestion: str = "") -> None:
        self.findings.error(code, at.line, at.column, sentence, suggestion)


Read = TypeVar("Read")
Kept = TypeVar("Kept")
#: What reads a value of a given name; None where it is wrong, which the context is told.
Reader = Callable[[Value, str, Context], Read | None]


@dataclass(frozen=True)
class Key:
    """One key of a group: how it is read, and what the reference says about it."""

    name: str
    read: Reader[object]
    takes: str = ""
    example: str = ""
    demands: str = ""
    required: bool = False


def wrong_type(value: Value, name: str, wanted: str, context: Context, hint: str = "") -> None:
    context.error(
        "wrong_type", value, f"`{name}` must be {wanted}, but here is {value.kind}.", hint
    )


def text(value: Value, name: str, context: Context) -> str | None:
    read = value.sentence()
    if read is None or not read.strip():
        wrong_type(value, name, "a text", context)
        return None
    return read.strip()


def boolean(value: Value, name: str, context: Context) -> bool | None:
    read = value.boolean()
    if read is None:
        wrong_type(value, name, "`true` or `false`", context)
    return read


def duration(value: Value, name: str, context: Context) -> int | None:
    """Seconds."""
    try:
        return int(lengths.read(value.text() or "").total_seconds())
    except ValueError as error:
        wrong_type(value, name, "a duration", context, str(error) if value.text() else lengths.HINT)
        return None


def texts(value: Value, name: str, context: Context) -> tuple[str, ...] | None:
    """A list of texts; a single text is a list of one."""
    items = value.items()
    if items is None:
        only = text(value, name, context)
        return None if only is None else (only,)
    read = [text(item, name, context) for item in items]
    return tuple(item for item in read if item is not None)


def word(words: Iterable[Word]) -> Reader[Word]:
    """One of some words of an enumeration."""
    known = {str(word): word for word in words}

    def read(value: Value, name: str, context: Context) -> Word | None:
        written = value.text()
        if written in known:
            return known[written]
        hint = did_you_mean((written or "").replace(" ", "-"), known)
        wrong_type(value, name, one_of(known), context, hint)
        return None

    return read


def parameter(*kinds: ParameterType) -> Reader[str]:
    """The name of a declared parameter of one of the given types."""

    def read(value: Value, name: str, context: Context) -> str | None:
        written = value.text()
        if not written:
            wrong_type(value, name, "the name of a parameter", context)
            return None
        spec = context.parameters.get(normalised(written))
        if spec is None and not context.all_parameters:
            return None
        if spec is None:
            known = [p.name for p in context.parameters.values() if p.type in kinds]
            hint = did_you_mean(written, known) or "Declare it under `parameters:` at the top."
            context.error(
                "unknown_parameter",
                value,
                f"`{name}` names `{written}`, which is no declared parameter.",
                hint,
            )
            return None
        if spec.type not in kinds:
            context.error(
                "wrong_parameter",
                value,
                f"`{name}` needs a parameter of type {one_of(kinds)}, "
                f"but `{spec.name}` is of type `{spec.type}`.",
            )
            return None
        return spec.name

    return read


def target(*, steps: bool) -> Reader[str]:
    """The id of a section or, when `steps`, of a step."""
    place = "section or step" if steps else "section"

    def read(value: Value, name: str, context: Context) -> str | None:
        written = (value.text() or "").strip().removeprefix("#")
        known = context.sections | context.steps if steps else context.sections
        if not written:
            wrong_type(value, name, f"the id of a {place}", context)
            return None
        if written not in known:
            hint = did_you_mean_id(written, known)
            context.error(
                "unknown_target",
                value,
                f"`{name}` names `{written}`, which is no {place} of this runbook.",
                hint or f"Give the {place} an id: `{{#{_as_id(written)}}}`.",
            )
            return None
        return written

    return read


def did_you_mean_id(written: str, known: frozenset[str]) -> str:
    """Ids keep their hyphens, so they are compared in the spelling of names."""
    spelled = {normalised(key): key for key in sorted(known)}
    hint = did_you_mean(written, spelled)
    for name, key in spelled.items():
        if hint == f"Did you mean `{name}`?":
            return f"Did you mean `{key}`?"
    return ""


def _as_id(written: str) -> str:
    return re.sub(r"[^\w-]+", "-", written.lower()).strip("-") or "id"


def pattern(value: Value, name: str, context: Context) -> str | None:
    written = value.text()
    if not written:
        wrong_type(value, name, "a regular expression", context)
        return None
    try:
        patterns.check(written)
    except patterns.UnreadablePattern as error:
        sentence = f"`{name}` cannot be read as a regular expression: {error.why}."
        context.error("pattern", value, sentence, error.suggestion)
        return None
    return written


def group(
    value: Value, name: str, keys: Sequence[Key], context: Context, kept: type[Kept]
) -> Kept | None:
    """The values of a group of declared keys, a dictionary of the type `kept`; keys with an error
    are left out.

    None when `value` is no group at all or a required key is missing.
    """
    pairs = value.pairs()
    if pairs is None:
        hint = "Write `" + ", ".join(f"{k.name}: …" for k in keys[:2]) + "`."
        sentence = f"{_capital(name)} must be a group of keys, but here is {value.kind}."
        context.error("wrong_type", value, sentence, hint)
        return None
    declared = {key.name: key for key in keys}
    read: dict[str, object] = {}
    seen: set[str] = set()
    for key_node, item in pairs:
        written = key_node.text() or ""
        if not is_new(key_node, written, seen, context):
            continue
        if written not in declared:
            hint = did_you_mean(written, declared) or f"Known here: {', '.join(declared)}."
            context.error("unknown_key", key_node, f"`{written}` is not known in {name}.", hint)
            continue
        got = declared[written].read(item, written, context)
        if got is not None:
            read[written] = got
    missing = [k.name for k in keys if k.required and k.name not in seen]
    for absent in missing:
        context.error("missing_key", value, f"{_capital(name)} lacks `{absent}`.")
    return None if any(k.required and k.name not in read for k in keys) else cast("Kept", read)


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def is_new(key: Value, written: str, seen: set[str], context: Context) -> bool:
    """Note a key; False, with an error found, when it was there before."""
    if written in seen:
        context.error("duplicate_key", key, f"`{written}` stands here twice.", "Keep one of them.")
        return False
    seen.add(written)
    return True


def new_name(key: Value, kind: str, context: Context) -> str | None:
    """The name of something declared here: a parameter or a value."""
    written = key.text() or ""
    name = normalised(written)
    if not _NAME.fullmatch(name):
        context.error(
            "bad_name",
            key,
            f"`{written}` cannot be the name of a {kind}.",
            "Begin with a letter; use letters, digits and `_`.",
        )
        return None
    if _SECRET.search(name):
        context.error(
            "secret",
            key,
            f"`{written}` looks like a secret, and what is entered in a run is kept in its log.",
            "Say where the secret is found; never ask for it.",
        )
        return None
    return name
