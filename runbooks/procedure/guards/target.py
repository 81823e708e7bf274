"""Demands about what is worked on: is it the one that is meant, and does anything write into it?"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from runbooks.enums import ValueType
from runbooks.procedure.guards.arguments import ANY_PLACE, INSTANCE, SOURCE, parameter
from runbooks.procedure.guards.demand import Demand


@dataclass(frozen=True)
class _OfInstance(Demand):
    """A demand about one instance, which an author names by its parameter alone."""

    takes = "name of an instance parameter"
    example = "target"
    bare = "of"

    of: str = field(metadata=parameter(INSTANCE))

    @property
    def about(self) -> str:
        return self.of


@dataclass(frozen=True)
class Identify(_OfInstance):
    """Two identifiers of different kinds, typed blind, compared with the inventory."""

    key = "identify"
    name = "the target’s identity"
    question = "Is this {thing}?"
    help = (
        "Read both off the machine itself, not off this page, a prompt, a tab or a note."
        " What they should be is not shown on this page."
    )
    values = {
        "first": ("First identifier", ValueType.TEXT),
        "second": ("Second identifier", ValueType.TEXT),
    }
    asked_first = True
    masked = True

    def is_renewed(self, targets: Collection[str]) -> bool:
        return self.of in targets

    def promise(self) -> str:
        return f"Identified: two identifiers of {self.of}, of different kinds, typed blind"


@dataclass(frozen=True)
class MarkTarget(_OfInstance):
    """The token of the run, `<run.token>`, is put on a harmless place there and read back."""

    key = "mark"
    name = "the mark on the target"
    question = "Mark {thing}, and read the mark back"
    help = (
        "Put {token} where the step says, with the connection that you will write with;"
        " read it there again."
    )
    values = {"read_back": ("The mark, read back", ValueType.TEXT)}
    asked_first = True

    def is_renewed(self, targets: Collection[str]) -> bool:
        return self.of in targets

    def promise(self) -> str:
        return f"Marked: a token of the run is put on {self.of} and read back"


@dataclass(frozen=True)
class Direction(Demand):
    """The operator states both; the name of what is written into is typed."""

    key = "direction"
    takes = "`{from, into}`, names of parameters"
    example = "{from: dump, into: target}"
    name = "from where, into what"
    question = "Which way?"
    help = (
        "Say what you are about to do, from your own head: what is read, and what is written into."
    )
    values = {
        "from": ("READ FROM", ValueType.CHOICE),
        "into": ("WRITE INTO", ValueType.TEXT),
    }
    asked_first = True

    source: str = field(metadata=parameter(SOURCE, "from"))
    into: str = field(metadata=parameter(ANY_PLACE))

    @property
    def read_from(self) -> str:
        return self.source

    @property
    def written_into(self) -> str:
        return self.into

    def is_renewed(self, targets: Collection[str]) -> bool:
        return self.into in targets

    def promise(self) -> str:
        return f"Direction stated: READ FROM {self.source}, WRITE INTO {self.into}"


@dataclass(frozen=True)
class Freeze(_OfInstance):
    """Its writers are stopped, with evidence; the inventory says frozen."""

    key = "freeze"
    name = "stopped writers"
    question = "Has every writer of {thing} stopped?"
    help = "Count what can still write, on {thing} itself."
    values = {"writers": ("Writers that are left", ValueType.NUMBER)}

    def promise(self) -> str:
        return f"Freezes {self.of}: its writers are stopped, with a number that shows it"


@dataclass(frozen=True)
class Thaw(_OfInstance):
    """Its writers are started; the inventory says active."""

    key = "thaw"
    name = "writers that start again"
    question = "Are the writers of {thing} back?"
    help = "Count them on {thing} itself."

    def promise(self) -> str:
        return f"Thaws {self.of}: its writers write again"


DEMANDS = (Identify, MarkTarget, Direction, Freeze, Thaw)
