"""Is this the machine that is meant? Identified by what it is, marked like a site of surgery."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import permutations

from inventory.enums import IdentifierKind
from inventory.identifiers import NAMED, normal, plain
from runbooks.enums import Deviation
from runbooks.machine.interlocks.interlock import Interlock, Wrong
from runbooks.machine.state import ParameterFacts, RunState
from runbooks.procedure.guards.target import Identify, MarkTarget
from runbooks.procedure.model import ValueSpec

_PLACES = ("first", "second")
#: What says nothing by itself about which machine answers: its names, and the role it has now.
_NOT_ALONE = NAMED | {IdentifierKind.ROLE}


class IdentifyInterlock(Interlock[Identify]):
    """Two identifiers of different kinds, read off the machine and typed blind."""

    judges = Identify
    source = "NPSG.01.01.01: two identifiers, neither a room number; M4 of the story"

    def asks(self) -> tuple[ValueSpec, ...]:
        facts = self.facts
        return tuple(
            self.ask(place, label=_label(facts, kind))
            for place, kind in zip(_PLACES, facts.kinds, strict=False)
        )

    def wrong(self, values: Mapping[str, str], at: datetime) -> Wrong | None:
        facts, other = self.facts, unlike(self.facts, values)
        if not other:
            return None
        fit = [kind for kind in shared(facts) if kind not in other]
        also = facts.fields.get("shared_with", "")
        nothing = f" The {' and the '.join(fit)} matches, but {also} has the same one."
        return Wrong(
            f"The {' and the '.join(other)} that you read {'is' if len(other) == 1 else 'are'} not"
            " what the inventory has for"
            f" {facts.value}.{nothing if fit else ''} You may be on another machine: stop and find"
            " out which one answered.",
            Deviation.WRONG_TARGET,
        )


def unlike(facts: ParameterFacts, values: Mapping[str, str]) -> list[str]:
    """The kinds of identifiers that were read otherwise than the inventory has them."""
    known = zip(_PLACES, facts.kinds, facts.identifiers, strict=False)
    return [
        kind
        for place, kind, expected in known
        if (typed := values.get(f"{Identify.key}.{place}")) is not None
        and not _is(kind, typed, expected, facts)
    ]


def _is(kind: str, typed: str, expected: str, facts: ParameterFacts) -> bool:
    """Whether a typed identifier is the expected one. A name may have its host behind it, as pages
    write it."""
    if kind == IdentifierKind.NAME:
        return names(typed, ParameterFacts(expected, facts.fields))
    return normal(kind, typed) == normal(kind, expected)


def fits(state: RunState, index: int) -> bool:
    """Whether what was read at the identifying step `index` is what the inventory has."""
    name = state.step(index).guard[Identify].of
    return name not in state.facts or not unlike(state.facts[name], state.steps[index].values)


class MarkTargetInterlock(Interlock[MarkTarget]):
    """The token of the run is put on a harmless place of the target, and read back from there."""

    judges = MarkTarget
    source = "Universal Protocol, mark the site (Joint Commission UP.01.02.01); B10"

    def asks(self) -> tuple[ValueSpec, ...]:
        label = f"The mark, read back on {self.facts.value}"
        return (self.ask("read_back", label=label),)

    def wrong(self, values: Mapping[str, str], at: datetime) -> Wrong | None:
        typed = values.get("mark.read_back")
        if typed is None or plain(typed) == plain(self.state.stated.token):
            return None
        return Wrong(
            f"What you read back is not the mark of this run. What you look at is not"
            f" {self.facts.value}, or the mark of another run stands there.",
            Deviation.WRONG_TARGET,
        )


def shared(facts: ParameterFacts) -> tuple[str, ...]:
    """The kinds of identifiers that another instance had, too, when the run was prepared: they do
    not tell it apart."""
    text = facts.fields.get("shared_kinds", "")
    return tuple(kind for kind in text.split(", ") if kind)


def only_named(kinds: Iterable[str]) -> bool:
    """Whether identifiers of these kinds show no machine: what people call it, and its role."""
    return set(kinds) <= _NOT_ALONE


@dataclass(frozen=True)
class Proof:
    """What shows that a machine is the one that is meant: the identifiers of these `kinds`. Each
    by itself, or `together`, on one line, where none of them tells it apart alone."""

    kinds: tuple[str, ...]
    values: tuple[str, ...]
    together: bool

    @property
    def asked(self) -> str:
        """What is to be read off the machine, in words."""
        return (" and its " if self.together else " or its ").join(self.kinds)

    def fits(self, typed: str) -> bool:
        """Whether `said` is what the inventory has."""
        values = [normal(kind, value) for kind, value in zip(self.kinds, self.values, strict=True)]
        if self.together:
            return plain(typed) in {" ".join(order) for order in permutations(values)}
        return any(normal(kind, typed) in values for kind in self.kinds)


def proof_of(facts: ParameterFacts) -> Proof:
    """What identifies a machine when one line is asked for: an identifier that is read off it and
    that no other machine has. Where there is none (a standby has the system identifier of its
    primary, and every primary has the role of one), all of them together."""
    kinds = facts.kinds or ("identifier", "second identifier")[: len(facts.identifiers)]
    known = list(zip(kinds, facts.identifiers, strict=False))
    weak = _NOT_ALONE | set(shared(facts))
    alone = [pair for pair in known if pair[0] not in weak]
    asked = alone or known
    return Proof(tuple(k for k, _ in asked), tuple(v for _, v in asked), not alone)


def _label(facts: ParameterFacts, kind: str) -> str:
    label = f"{kind[:1].upper()}{kind[1:]}, read off {facts.value}"
    if kind not in shared(facts):
        return label
    also = facts.fields.get("shared_with", "")
    return f"{label}. {also} has the same one: it does not tell them apart"


def names(typed: str, facts: ParameterFacts) -> bool:
    """Whether a typed name is that of a thing: by itself, or with its host, as pages write it."""
    host = facts.fields.get("host", "")
    known = {facts.value, f"{facts.value} @ {host}"} if host else {facts.value}
    return _at_host(typed) in {_at_host(name) for name in known}


def _at_host(text: str) -> str:
    """`text` as it is compared; blanks round an @ do not count either."""
    return re.sub(r"\s*@\s*", " @ ", plain(text))


INTERLOCKS = (IdentifyInterlock, MarkTargetInterlock)
