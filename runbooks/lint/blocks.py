"""The commands of a runbook, each with its place and with what it does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from runbooks.enums import Level
from runbooks.lint.calls import Call, Query
from runbooks.lint.danger import Danger
from runbooks.lint.destroyers import dangers, renames, restores
from runbooks.lint.kept import NOTHING_KEPT, Kept
from runbooks.lint.remarks import Remark
from runbooks.lint.script import Script, script
from runbooks.procedure import Step
from runbooks.sections import StrayCommand

#: What opens or closes a fenced block. Possessive: a line of nothing but blanks is looked at once.
FENCE = re.compile(
    r"[ \t>]*+(?:[-*+]|\d{1,9}[.)])?[ \t]*+(?P<mark>`{3,}+|~{3,}+)\s*+(?P<label>\w*)"
)
#: What a sentence says before a command that is not to be run.
TELLS_NOT = re.compile(r"(?:\b(?:not|never|instead of|no longer)\b|n['’]t\b)[^.;]*$", re.IGNORECASE)


@dataclass(frozen=True)
class Command:
    """A block or a span of code that is run. `line` is the source line of its first line, `indent`
    its columns in front of it; `kept` are the copies that it must leave alone. Those of steps are
    `StepCommand`, all others are in no step."""

    label: str
    text: str
    line: int
    indent: int
    kept: Kept = field(default=NOTHING_KEPT, kw_only=True)

    @cached_property
    def script(self) -> Script:
        return script(self.label, self.text)

    @cached_property
    def dangers(self) -> tuple[tuple[Call | Query, Danger], ...]:
        """What it destroys, in order."""
        return tuple(dangers(self.script, self.kept))

    @cached_property
    def restores(self) -> tuple[Call | Query, ...]:
        """Where it puts a backup's data somewhere, over something or not."""
        return tuple(restores(self.script, self.kept))

    @property
    def acts(self) -> bool:
        """Whether it destroys something, or exchanges one database for another."""
        return bool(self.dangers) or renames(self.script)

    @cached_property
    def assigned(self) -> frozenset[str]:
        """Variables that the block itself sets to something."""
        words = (word.raw.partition("=") for call in self.script.calls for word in call.assigned)
        return frozenset(name for name, _, value in words if value.strip("\"'"))

    def at(
        self, place: Call | Query, sentence: str, suggestion: str = "", level: Level | None = None
    ) -> Remark:
        """A remark at a call or a query of this block."""
        column = self.indent + place.column + 1
        return Remark(self.line + place.line, column, sentence, suggestion, level)


@dataclass(frozen=True)
class StepCommand(Command):
    """A command of a step."""

    step: Step


def stray(found: Iterable[StrayCommand], kept: Kept = NOTHING_KEPT) -> Iterator[Command]:
    """The commands among those outside steps, without the inline ones that the sentence tells not
    to run."""
    for one in found:
        if not TELLS_NOT.search(one.before):
            yield Command(one.label, one.text, one.line, one.indent, kept=kept)


def commands_of(
    step: Step, coded: list[int], lines: list[str], kept: Kept
) -> Iterator[StepCommand]:
    """The command blocks of a step with their places. `coded` are the lines of its code, `kept` the
    copies that it must leave alone."""
    place = 0
    for label, text in step.commands:
        first = text.split("\n", 1)[0]
        found = (n for n in range(place, len(coded)) if lines[coded[n] - 1].endswith(first))
        begins = next(found, None)
        if begins is None:
            yield StepCommand(label, text, step.line, 0, step, kept=kept)
            continue
        line, place = coded[begins], begins + 1 + text.count("\n")
        yield StepCommand(label, text, line, len(lines[line - 1]) - len(first), step, kept=kept)
