"""Is this the machine that is meant? Identified by what it is, marked like a site of surgery."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from inventory.enums import IdentifierKind
from runbooks.enums import Deviation, ValueType
from runbooks.interlocks.interlock import Interlock, Wrong
from runbooks.procedure import ValueSpec
from runbooks.state import Facts, RunState

_PLACES = ("first", "second")
#: What people call a machine. It says where one meant to be, not where one is.
NAMED = frozenset({IdentifierKind.NAME, IdentifierKind.HOST, IdentifierKind.ADDRESS})


class Identify(Interlock):
    """Two identifiers of different kinds, read off the machine and typed blind."""

    key = "identify"
    source = "NPSG.01.01.01: two identifiers, neither a room number; M4 of the story"
    masked = True
    words = {
        "first": ("First identifier", ValueType.TEXT),
        "second": ("Second identifier", ValueType.TEXT),
    }

    def asks(self, state: RunState, index: int) -> tuple[ValueSpec, ...]:
        facts = self.facts(state, index)
        return tuple(
            self.ask(place, label=f"{kind[:1].upper()}{kind[1:]}, read off {facts.value}")
            for place, kind in zip(_PLACES, facts.kinds, strict=False)
        )

    def wrong(
        self, state: RunState, index: int, values: Mapping[str, str], at: datetime
    ) -> Wrong | None:
        facts, other = self.facts(state, index), unlike(self.facts(state, index), values)
        if not other:
            return None
        return Wrong(
            f"The {' and the '.join(other)} that you read is not what the inventory has for"
            f" {facts.value}. You may be on another machine: stop and find out which one answered.",
            Deviation.WRONG_TARGET,
        )

    def promise(self, data: Mapping[str, Any]) -> str:
        return f"Identified: two identifiers of {data['of']}, of different kinds, typed blind"


def unlike(facts: Facts, values: Mapping[str, str]) -> list[str]:
    """The kinds of identifiers that were read otherwise than the inventory has them."""
    known = zip(_PLACES, facts.kinds, facts.identifiers, strict=False)
    return [
        kind
        for place, kind, expected in known
        if (said := values.get(f"{Identify.key}.{place}")) is not None
        and not _is(kind, said, expected, facts)
    ]


def _is(kind: str, said: str, expected: str, facts: Facts) -> bool:
    """Whether a typed identifier is the expected one. A name may have its host behind it, as pages
    write it."""
    if kind == IdentifierKind.NAME:
        return names(said, Facts(expected, facts.fields))
    return plain(said) == plain(expected)


def fits(state: RunState, index: int) -> bool:
    """Whether what was read at the identifying step `index` is what the inventory has."""
    name = str(state.step(index).guard.locks[Identify.key]["of"])
    return name not in state.facts or not unlike(state.facts[name], state.steps[index].values)


class Mark(Interlock):
    """The token of the run is put on a harmless place of the target, and read back from there."""

    key = "mark"
    source = "Universal Protocol, mark the site (Joint Commission UP.01.02.01); B10"
    words = {"read_back": ("The mark, read back", ValueType.TEXT)}

    def asks(self, state: RunState, index: int) -> tuple[ValueSpec, ...]:
        label = f"The mark, read back on {self.facts(state, index).value}"
        return (self.ask("read_back", label=label),)

    def wrong(
        self, state: RunState, index: int, values: Mapping[str, str], at: datetime
    ) -> Wrong | None:
        said = values.get("mark.read_back")
        if said is None or plain(said) == plain(state.stated.token):
            return None
        return Wrong(
            f"What you read back is not the mark of this run. What you look at is not"
            f" {self.facts(state, index).value}, or the mark of another run stands there.",
            Deviation.WRONG_TARGET,
        )

    def promise(self, data: Mapping[str, Any]) -> str:
        return f"Marked: a token of the run is put on {data['of']} and read back"


def proofs(facts: Facts) -> dict[str, str]:
    """What shows which machine it is, by kind: the identifiers that are read off it. A host name
    alone never does, unless nothing else is known of it."""
    known = dict(
        zip(facts.kinds or ("identifier", "second identifier"), facts.identifiers, strict=False)
    )
    return {kind: value for kind, value in known.items() if kind not in NAMED} or known


def names(said: str, facts: Facts) -> bool:
    """Whether a typed name is that of a thing: by itself, or with its host, as pages write it."""
    host = facts.fields.get("host", "")
    known = {facts.value, f"{facts.value} @ {host}"} if host else {facts.value}
    return _at_host(said) in {_at_host(name) for name in known}


def _at_host(text: str) -> str:
    """`text` as it is compared; blanks round an @ do not count either."""
    return re.sub(r"\s*@\s*", " @ ", plain(text))


def plain(text: str) -> str:
    """A typed text as it is compared: blanks and capitals do not count, nor how a letter with an
    accent is put together, nor what nobody can see and pasting brings along."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return " ".join(text.split()).casefold()
