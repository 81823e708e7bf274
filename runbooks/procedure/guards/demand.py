"""What every guard key of the format is: one frozen dataclass, from which everything follows."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar

from runbooks.enums import ValueType


@dataclass(frozen=True)
class Demand:
    """One demand that an author writes in a guard block, and that an interlock enforces.

    The fields of a subclass are its arguments (`runbooks.procedure.guards.arguments`); its
    docstring is what the reference of the format says. `key` is its word in the format; `takes` and
    `example` are in the reference; `name` is what it watches over, for people who read about a
    refusal.

    `values` are the values that it asks the performer for, as label and type, under the names that
    follow the key and a dot. `question` and `help` head them on the page, where `{thing}` is what
    the demand is about and `{token}` the mark of the run; `asked_first`: before the values that the
    step itself records. `masked`: what was typed is shown to nobody, because somebody is to read it
    off the machine again. `summary` are the values that a short list of what was done shows.

    `begins`: the step is begun (the circle) before it is ticked. `bare` is the argument that may
    stand alone, without a group of keys; `grouped`: it may stand in a group, too.
    """

    key: ClassVar[str]
    takes: ClassVar[str]
    example: ClassVar[str]
    name: ClassVar[str]
    question: ClassVar[str] = ""
    help: ClassVar[str] = ""
    values: ClassVar[Mapping[str, tuple[str, ValueType]]] = {}
    summary: ClassVar[tuple[str, ...]] = ()
    asked_first: ClassVar[bool] = False
    masked: ClassVar[bool] = False
    begins: ClassVar[bool] = False
    bare: ClassVar[str] = ""
    grouped: ClassVar[bool] = True

    @property
    def about(self) -> str:
        """The parameter that the demand is about; '' for none."""
        return ""

    @property
    def read_from(self) -> str:
        """The parameter that the runbook reads from, '' where the demand does not say it."""
        return ""

    @property
    def written_into(self) -> str:
        """The parameter that the runbook writes into, '' where the demand does not say it."""
        return ""

    @property
    def deleted(self) -> str:
        """The parameter whose data the runbook deletes, '' where the demand does not say it."""
        return ""

    def is_renewed(self, targets: Collection[str]) -> bool:
        """Whether a second attempt at an irreversible act on one of `targets` demands it again."""
        return False

    def promise(self) -> str:
        """What is demanded, in words, for people who read the runbook before it is run."""
        raise NotImplementedError


@dataclass(frozen=True)
class Act(Demand):
    """An act that cannot be taken back, on the instance parameter `target`. It marks the act, not
    its command: a step that runs a script of one's own is the act because its guard says so."""

    begins = True

    target: str

    @property
    def about(self) -> str:
        return self.target
