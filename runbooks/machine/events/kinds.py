"""Every kind of event, and how one is made of the data that the log holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from runbooks.machine.events import branches, copies, gates, inventory, notes, people, run, steps
from runbooks.machine.events.event import DECLARED, RunEvent, UnknownEvent
from runbooks.machine.state import ParameterFacts

#: The modules that declare events, in the order of the reference.
SUBJECTS = (run, people, steps, branches, gates, notes, inventory, copies)
_ORDER = [subject.__name__ for subject in SUBJECTS]
KINDS: Mapping[str, type[RunEvent]] = dict(
    sorted(DECLARED.items(), key=lambda declared: _ORDER.index(declared[1].__module__))
)
#: Kinds that state something besides the steps.
STATING = frozenset(kind for kind, event in KINDS.items() if event.has_statement)
#: Kinds that hold what somebody measured.
MEASURED = frozenset(kind for kind, event in KINDS.items() if event.is_measured)
Read = Callable[[Any], object]


def from_data(kind: str, data: Mapping[str, Any]) -> RunEvent:
    """The event of `kind` that the log holds as `data`. Raises `ValueError` when `data` has not the
    fields of its kind."""
    read = _READERS.get(kind)
    return read(data) if read else UnknownEvent(name=kind, data=data)


def _reader_of(event: type[RunEvent]) -> Callable[[Mapping[str, Any]], RunEvent]:
    """How the events of one class are read: worked out once, for a replay reads thousands. The
    classes do nothing when an event is made, so its fields need not go through `__init__`."""
    hints, kept = get_type_hints(event), [each for each in fields(event) if each.init]
    names, renamed, new = frozenset(each.name for each in kept), event.renamed, object.__new__
    defaults = {each.name: each.default for each in kept if each.default is not MISSING}
    by_name = {each.name: _reader(hints[each.name]) for each in kept}
    readers, count = [(name, read) for name, read in by_name.items() if read], len(names)

    def read(data: Mapping[str, Any]) -> RunEvent:
        made = new(event)
        values = made.__dict__
        values.update(defaults)
        if renamed:
            data = {renamed.get(name, name): value for name, value in data.items()}
        values.update(data)
        if len(values) != count:
            named = ", ".join(sorted(values.keys() ^ names))
            raise ValueError(f"{event.kind} has other fields: {named}")
        for name, convert in readers:
            value = values[name]
            if value is not None:
                values[name] = convert(value)
        return made

    return read


def _reader(hint: Any) -> Read | None:
    """How a value of the type `hint` is made of its plain form; None when it is that already."""
    if get_origin(hint) is tuple:
        return tuple
    if get_origin(hint) is not None and issubclass(get_origin(hint), Mapping):
        inner = get_args(hint)[1]
        return _facts_by_name if inner is ParameterFacts else None
    kinds = [kind for kind in get_args(hint) or (hint,) if isinstance(kind, type)]
    for kind in kinds:
        if issubclass(kind, datetime):
            return _moment
        if issubclass(kind, StrEnum):
            return kind
        if hasattr(kind, "__dataclass_fields__"):
            return partial(_made, kind)
    return None


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _made(kind: Callable[..., object], data: Mapping[str, Any]) -> object:
    return kind(**data)


def _facts_by_name(data: Mapping[str, Any]) -> Mapping[str, ParameterFacts]:
    return {name: facts_from(facts) for name, facts in data.items()}


def facts_from(data: Mapping[str, Any]) -> ParameterFacts:
    """The facts of a parameter, of their plain form."""
    identifiers, kinds = data["identifiers"], data.get("kinds", ())
    return ParameterFacts(data["value"], dict(data["fields"]), tuple(identifiers), tuple(kinds))


class FieldType(NamedTuple):
    """A field of an event as the reference tells it: its name in the log, and its type in words."""

    name: str
    type: str
    is_optional: bool


def field_types(event: type[RunEvent]) -> tuple[FieldType, ...]:
    """The fields of `event`, by the names that the log has for them."""
    hints, names = get_type_hints(event), {name: key for key, name in event.renamed.items()}
    types = []
    for each in fields(event):
        if each.init:
            words, is_optional = _words(hints[each.name]), bool(each.metadata)
            words = words.removesuffix(" or null") if is_optional else words
            types.append(FieldType(names.get(each.name, each.name), words, is_optional))
    return tuple(types)


_TYPES = {int: "number", str: "text", bool: "true or false", datetime: "time", type(None): "null"}


def _words(hint: Any) -> str:
    """A type in words."""
    inner, origin = get_args(hint), get_origin(hint)
    if origin is tuple:
        return f"list of {_words(inner[0])}s"
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return f"{_words(inner[1])} by name"
    if inner:
        return " or ".join(_words(part) for part in inner)
    if is_dataclass(hint):
        return f"({', '.join(each.name for each in fields(hint))})"
    if issubclass(hint, StrEnum):
        return " / ".join(hint)
    return _TYPES[hint]


_READERS = {kind: _reader_of(event) for kind, event in KINDS.items()}
