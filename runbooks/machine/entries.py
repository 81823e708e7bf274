"""What a person enters with a move: the words and limits from which forms and the API are built.

A field of a move carries an `Entry` in its metadata, made by one of the functions below:

    reason: str = field(metadata=text("Why", empty="Say why.", example="It was the wrong copy."))

A field without one is looked up, and nobody types it. A field with a dataclass default may be left
out in the API; one without `empty` may be left out on a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass
from datetime import datetime
from enum import Enum, StrEnum
from functools import partial
from typing import ParamSpec


class EntryKind(Enum):
    """TEXT: a few sentences. LINE: one line. CHOICE: one of fixed words. PERSON: an account id.
    VALUES: what was observed, name → text. STEP: the index of a step."""

    TEXT = "text"
    LINE = "line"
    CHOICE = "choice"
    YES = "yes"
    NUMBER = "number"
    PERSON = "person"
    MOMENT = "moment"
    VALUES = "values"
    STEP = "step"


@dataclass(frozen=True)
class Entry:
    """One field as it is asked for. `label` and `help` are for pages, `described` and `example` for
    the API. `empty` is the sentence of a page on which it was left out ('': it may be left out);
    `wrong` that for a number out of bounds. A `hidden` one is filled in by the page. `mono`: copied
    from a machine. `words` or `choices` (value, words beside it): what a choice is between; those
    of the step where neither is given."""

    kind: EntryKind
    label: str = ""
    help: str = ""
    empty: str = ""
    described: str = ""
    example: object = None
    max_length: int = 4000
    rows: int = 2
    mono: bool = False
    size: int = 0
    hidden: bool = False
    least: int = 0
    most: int | None = None
    wrong: str = ""
    words: type[StrEnum] | None = None
    choices: tuple[tuple[str, str], ...] = ()


_P = ParamSpec("_P")


def _as_metadata(build: Callable[_P, Entry]) -> Callable[_P, Mapping[str, Entry]]:
    return lambda *args, **kwargs: {"entry": build(*args, **kwargs)}


_entry = _as_metadata(Entry)

text = partial(_entry, EntryKind.TEXT)
line = partial(_entry, EntryKind.LINE)
choice = partial(_entry, EntryKind.CHOICE)
yes = partial(_entry, EntryKind.YES)
number = partial(_entry, EntryKind.NUMBER)
somebody = partial(_entry, EntryKind.PERSON)
moment = partial(_entry, EntryKind.MOMENT)
observed = partial(
    _entry,
    EntryKind.VALUES,
    described="Name → what was observed, as text, as a person would write it.",
)
step_index = partial(_entry, EntryKind.STEP, hidden=True, example=3)


_TYPES: Mapping[EntryKind, type] = {
    EntryKind.TEXT: str,
    EntryKind.LINE: str,
    EntryKind.CHOICE: str,
    EntryKind.YES: bool,
    EntryKind.NUMBER: int,
    EntryKind.PERSON: int,
    EntryKind.MOMENT: datetime,
    EntryKind.VALUES: Mapping,
    EntryKind.STEP: int,
}


def misfit(entry: Entry, value: object) -> str:
    """Why `value` cannot be what is asked for, in a sentence; '' when it is of the right type.
    Forms and serializers give right types; this is for whoever calls without them."""
    wanted = entry.words or _TYPES[entry.kind]
    if isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool)):
        return ""
    if entry.words:
        return f"Choose one of: {', '.join(entry.words)}."
    return entry.empty or entry.wrong or f"This is no {wanted.__name__.lower()}."


def is_required(field: Field[object]) -> bool:
    """Whether a move cannot be made without this field."""
    return field.default is MISSING and field.default_factory is MISSING
