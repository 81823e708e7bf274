"""The commands of a runbook, each with its place and with what it does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from richtext.htmlcode import html_code
from runbooks.enums import Level
from runbooks.lint.book.remarks import Remark
from runbooks.lint.commands.calls import ProgramCall, SqlQuery
from runbooks.lint.commands.script import Script, script
from runbooks.lint.dangers.danger import Danger
from runbooks.lint.dangers.destroyers import dangers, renames, restores
from runbooks.lint.dangers.kept_copies import NOTHING_KEPT, KeptCopies
from runbooks.procedure.model import Step
from runbooks.procedure.sections import StrayCommand

#: What opens or closes a fenced block. Possessive: a line of nothing but blanks is looked at once.
FENCE = re.compile(
    r"[ \t>]*+(?:[-*+]|\d{1,9}[.)])?[ \t]*+(?P<mark>`{3,}+|~{3,}+)\s*+(?P<label>\w*)"
)
#: What a sentence says before a command that is not to be run.
TELLS_NOT = re.compile(r"(?:\b(?:not|never|instead of|no longer)\b|n['’]t\b)[^.;]*$", re.IGNORECASE)
#: A span of code with a blank in it.
SPAN = re.compile(r"(?<!`)`([^`\n]+[ \t][^`\n]+)`(?!`)")


@dataclass(frozen=True)
class CommandBlock:
    """A block or a span of code that is run. `line` is the source line of its first line, `indent`
    its columns in front of it; `kept` are the copies that it must leave alone."""

    label: str
    text: str
    line: int
    indent: int
    kept: KeptCopies = field(default=NOTHING_KEPT, kw_only=True)

    @cached_property
    def script(self) -> Script:
        return script(self.label, self.text)

    @cached_property
    def dangers(self) -> tuple[tuple[ProgramCall | SqlQuery, Danger], ...]:
        """What it destroys, in order."""
        return tuple(dangers(self.script, self.kept))

    @cached_property
    def restores(self) -> tuple[ProgramCall | SqlQuery, ...]:
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
        self,
        place: ProgramCall | SqlQuery,
        sentence: str,
        suggestion: str = "",
        level: Level | None = None,
    ) -> Remark:
        """A remark at a call or a query of this block."""
        column = self.indent + place.column + 1
        return Remark(self.line + place.line, column, sentence, suggestion, level)


@dataclass(frozen=True)
class StepCommand(CommandBlock):
    """A command of a step."""

    step: Step


@dataclass(frozen=True)
class StrayBlock(CommandBlock):
    """A command that is in no step."""

    code: StrayCommand


def stray_blocks(
    codes: Iterable[StrayCommand], kept: KeptCopies = NOTHING_KEPT
) -> Iterator[StrayBlock]:
    """The commands among those outside steps, without the inline ones that the sentence tells not
    to run."""
    for code in codes:
        if not TELLS_NOT.search(code.before):
            yield StrayBlock(code.label, code.text, code.line, code.indent, code, kept=kept)


def step_commands(
    step: Step, coded: list[int], lines: list[str], kept: KeptCopies
) -> Iterator[StepCommand]:
    """The command blocks of a step with their places. `coded` are the lines of its code, `kept` the
    copies that it must leave alone."""
    place = 0
    for label, text in step.commands:
        first = text.split("\n", 1)[0]
        matching = (n for n in range(place, len(coded)) if lines[coded[n] - 1].endswith(first))
        begins = next(matching, None)
        if begins is None:
            yield StepCommand(label, text, step.line, 0, step, kept=kept)
            continue
        line, place = coded[begins], begins + 1 + text.count("\n")
        yield StepCommand(label, text, line, len(lines[line - 1]) - len(first), step, kept=kept)


def inline_commands(
    step: Step, lines: Sequence[tuple[int, str]], kept: KeptCopies
) -> Iterator[StepCommand]:
    """The commands in the running text of a step, except those that it tells not to run. `lines`
    are those outside of its fenced blocks, with their numbers."""
    for number, line in lines:
        for match in SPAN.finditer(line):
            if not TELLS_NOT.search(line[: match.start()]):
                yield StepCommand("", match[1], number, match.start(1), step, kept=kept)
    # What a step writes as HTML, the parser takes for text.
    for start, code in html_code(text := "\n".join(line for _, line in lines)):
        row = text.count("\n", 0, start) + (len(code) - len(code.lstrip("\n")))
        yield StepCommand("", code.strip("\n"), lines[row][0], 0, step, kept=kept)
