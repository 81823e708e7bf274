"""The acts that cannot be taken back, and what is demanded right before and after the command."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from lib.units.durations import words
from runbooks.enums import Rearmed, ValueType
from runbooks.procedure.guards.arguments import INSTANCE, SOURCE, ArgumentKind, parameter, written
from runbooks.procedure.guards.demand import Act, Demand


@dataclass(frozen=True)
class Overwrite(Act):
    """The irreversible act that replaces what is there with other data, once every condition is
    met."""

    key = "overwrite"
    takes = "`{target, from}`, names of parameters"
    example = "{target: target, from: dump}"
    name = "the irreversible act"
    question = "What will be overwritten?"
    help = "Type its name. What you type here is overwritten for everybody."

    target: str = field(metadata=parameter(INSTANCE))
    source: str = field(metadata=parameter(SOURCE, "from"))

    @property
    def read_from(self) -> str:
        return self.source

    @property
    def written_into(self) -> str:
        return self.target

    def promise(self) -> str:
        return (
            f"OVERWRITES {self.target} from {self.source}: only when it is identified, frozen"
            " and copied, with two good copies, a loss within the RPO or signed for, a fresh"
            " team check and a second person; its name is typed"
        )


@dataclass(frozen=True)
class Destroy(Act):
    """An irreversible deletion. It has no source, and asks for a safety copy or the decider's
    signature that there is nothing to keep."""

    key = "destroy"
    takes = (
        "`{target, part}`; `target` is an instance parameter, `part` what of it is deleted, all of"
        " it when left out"
    )
    example = "{target: target}"
    name = "the deletion"
    question = "What will be deleted?"
    help = "Type its name. What you type here is deleted for everybody."

    target: str = field(metadata=parameter(INSTANCE))
    part: str = field(default="", metadata=written(ArgumentKind.TEXT))

    @property
    def deleted(self) -> str:
        return self.target

    def promise(self) -> str:
        part = f"{self.part} of " if self.part else ""
        return (
            f"DELETES {part}{self.target}: only when it is identified, with a safety copy or the"
            " decider’s signature that there is nothing to keep, a fresh team check and a second"
            " person; its name is typed"
        )


@dataclass(frozen=True)
class TeamCheck(Demand):
    """Everyone with a role confirms target, direction, copy and way back."""

    key = "team_check"
    takes = "`{fresh_for}`, a duration"
    example = "{fresh_for: 10m}"
    name = "the team check before the act"

    fresh_for: int = field(metadata=written(ArgumentKind.DURATION))

    def is_renewed(self, targets: Collection[str]) -> bool:
        return True

    def promise(self) -> str:
        fresh = words(timedelta(seconds=self.fresh_for))
        return f"Team check: everyone confirms target, direction, copy and way back, within {fresh}"


@dataclass(frozen=True)
class Wait(Demand):
    """A long command: its first line is compared; a bad one stops the run."""

    key = "wait"
    takes = "`{expect, bad, cancel}`; `expect` and `bad` are texts or lists of texts"
    example = "{expect: restoring, bad: writing backup, cancel: press Ctrl-C once}"
    name = "the output of a long command"
    question = "Is it the right command?"
    help = "Paste the first line as soon as it is there; do not wait for the end."
    values = {"first_line": ("First line of the output, pasted", ValueType.TEXT)}
    asked_first = True
    begins = True

    expect: tuple[str, ...] = field(metadata=written(ArgumentKind.TEXTS))
    bad: tuple[str, ...] = field(default=(), metadata=written(ArgumentKind.TEXTS))
    cancel: str = field(default="", metadata=written(ArgumentKind.TEXT))

    def promise(self) -> str:
        parts = [f"expected: {' or '.join(self.expect)}"] if self.expect else []
        parts += [f"bad sign: {' or '.join(self.bad)}"] if self.bad else []
        parts += [f"to cancel: {self.cancel}"] if self.cancel else []
        return f"The first line of the output is checked ({'; '.join(parts)})"


@dataclass(frozen=True)
class Rearm(Demand):
    """Each is said to be on again, or not used here."""

    key = "rearm"
    takes = "list of what is switched on again"
    example = f"[{', '.join(Rearmed)}]"
    name = "what must be on again afterwards"
    question = "What is switched on again?"
    help = "Look at each of them. What this system does not have is “not used here”."
    values = {thing: (thing.capitalize(), ValueType.CHOICE) for thing in Rearmed}
    bare, grouped = "things", False

    things: tuple[Rearmed, ...] = field(metadata=written(ArgumentKind.WORDS, *Rearmed, word="what"))

    def promise(self) -> str:
        return f"Says of each that it is on again, or not used: {', '.join(self.things)}"


DEMANDS = (Overwrite, Destroy, TeamCheck, Wait, Rearm)
