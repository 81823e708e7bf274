"""A runbook as the rules see it: its text, its steps in order, its commands and their effects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from runbooks.enums import Level, ParameterType
from runbooks.lint.book.blocks import (
    FENCE,
    CommandBlock,
    StepCommand,
    StrayBlock,
    inline_commands,
    step_commands,
    stray_blocks,
)
from runbooks.lint.book.effects import Effects
from runbooks.lint.book.remarks import Remark
from runbooks.lint.book.words import StepWords
from runbooks.lint.dangers.kept_copies import KeptCopies
from runbooks.lint.facts import LintFacts
from runbooks.procedure.guards.acts import Overwrite
from runbooks.procedure.guards.target import Direction
from runbooks.procedure.model import AnyDemand, Procedure, Step
from runbooks.procedure.sections import Section

_LINE_END = re.compile(r"\r\n?|\n")


def named_step(step: Step) -> str:
    """A step as the beginning of a sentence: `Step 3, “Restore it”`; a long title is cut."""
    title = " ".join(step.title.split())
    return f"Step {step.number}, “{title if len(title) <= 60 else title[:57].rstrip() + '…'}”"


@dataclass(frozen=True)
class Book:
    """One runbook. `source` is the text that `procedure` was read from."""

    procedure: Procedure
    source: str
    facts: LintFacts = field(default_factory=LintFacts)

    @cached_property
    def lines(self) -> list[str]:
        return _LINE_END.sub("\n", self.source).split("\n")

    @cached_property
    def path(self) -> tuple[Step, ...]:
        """The steps of the main path, in ticking order."""
        return tuple(self.procedure.steps[index] for index in self.procedure.main_path)

    @cached_property
    def sections(self) -> tuple[tuple[Section, tuple[Step, ...]], ...]:
        """The sections with their steps, asides too."""
        steps: dict[str, list[Step]] = {}
        for step in self.procedure.steps:
            steps.setdefault(step.section, []).append(step)
        return tuple((s, tuple(steps.get(s.key, ()))) for s in self.procedure.sections)

    @cached_property
    def kept(self) -> KeptCopies:
        """The copies that the commands must leave alone: those that are registered, and the
        parameters that are copies, except those that a guard says are written into."""
        into = {direction.into for _, direction in self.with_demand(Direction)}
        into |= {overwrite.target for _, overwrite in self.with_demand(Overwrite)}
        names = {
            parameter.name
            for parameter in self.procedure.parameters
            if parameter.type is ParameterType.COPY
        }
        return KeptCopies(self.facts.copies, frozenset(names - into))

    @cached_property
    def commands(self) -> tuple[StepCommand, ...]:
        """Every command block of every step, in the order of the steps."""
        return tuple(
            command
            for step in self.procedure.steps
            for command in step_commands(step, self._coded(step), self.lines, self.kept)
        )

    @cached_property
    def stray(self) -> tuple[StrayBlock, ...]:
        """Every command that is in no step, those in running text too, in the order of the text."""
        return tuple(stray_blocks(self.procedure.stray_commands, self.kept))

    @cached_property
    def blocks(self) -> tuple[CommandBlock, ...]:
        """Every command block, in a step or not, in the order of the text."""
        outside = (block for block in self.stray if not block.code.inline)
        return tuple(sorted((*self.commands, *outside), key=lambda command: command.line))

    @cached_property
    def effects(self) -> Effects:
        """What the steps do to data."""
        prose = {step.index: self.words(step).prose for step in self.procedure.steps}
        return Effects(self.procedure, self.path, self.commands, prose)

    def inline_commands(self, step: Step) -> Iterator[StepCommand]:
        """The commands in the running text of a step, except those that it tells not to run."""
        return inline_commands(step, self.words(step).lines, self.kept)

    def commands_of(self, step: Step) -> tuple[StepCommand, ...]:
        """The command blocks of a step."""
        return tuple(command for command in self.commands if command.step.index == step.index)

    def with_demand(self, kind: type[AnyDemand]) -> tuple[tuple[Step, AnyDemand], ...]:
        """The steps of the main path whose guard has a demand of this kind, with it."""
        demands = ((step, step.guard.get(kind)) for step in self.path)
        return tuple((step, demand) for step, demand in demands if demand is not None)

    def mentions(self, steps: Iterable[Step], pattern: re.Pattern[str]) -> bool:
        """Whether one of the steps says something that fits `pattern`, in prose or in a command."""
        return any(pattern.search(self.words(step).text) for step in steps)

    @property
    def named_act(self) -> str:
        """The first irreversible step, as a remark at it calls it."""
        if self.effects.acts:
            return "this step, which cannot be taken back"
        deleting = self.effects.deletes and not self.effects.restores
        return "the deletion" if deleting else "the restore"

    def at_act(self, sentence: str, suggestion: str) -> Remark:
        """A remark at the first irreversible step, or at the front matter where there is none."""
        if not self.effects.acts:
            return self.at_front("title", sentence, suggestion)
        return self.at(self.effects.acts[0], sentence, suggestion)

    def at(
        self, step: Step, sentence: str, suggestion: str = "", level: Level | None = None
    ) -> Remark:
        """A remark at a step's title."""
        title = step.title.split("\n")[0][:40]
        return replace(self.at_text(step.line, title, sentence, suggestion), level=level)

    def at_guard(
        self,
        step: Step,
        key: str,
        sentence: str,
        suggestion: str = "",
        level: Level | None = None,
    ) -> Remark:
        """A remark at a key of a step's guard block; at its title when the key is not found."""
        for number in self._own(step):
            line = self.lines[number - 1]
            column = line.find(key)
            if column >= 0 and re.match(rf"{re.escape(key)}\s*:", line[column:]):
                return Remark(number, column + 1, sentence, suggestion, level)
        return self.at(step, sentence, suggestion, level)

    def at_front(self, key: str, sentence: str, suggestion: str = "") -> Remark:
        """A remark at a key of the front matter; at the first line when it is not there."""
        for number, line in enumerate(self.lines, 1):
            if number > 1 and line.rstrip() in ("---", "..."):
                break
            if line.lstrip().startswith(f"{key}:"):
                return Remark(number, len(line) - len(line.lstrip()) + 1, sentence, suggestion)
        return Remark(1, 1, sentence, suggestion)

    def at_text(self, line: int, text: str, sentence: str, suggestion: str = "") -> Remark:
        """A remark at the first place of `text` on a line of the source; else at its beginning."""
        written = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Remark(max(line, 1), max(written.find(text), 0) + 1, sentence, suggestion)

    def words(self, step: Step) -> StepWords:
        """What a step says outside of its fenced blocks."""
        return self._words[step.index]

    @cached_property
    def _words(self) -> dict[int, StepWords]:
        return {step.index: StepWords(step, self._outside(step)) for step in self.procedure.steps}

    def _outside(self, step: Step) -> tuple[tuple[int, str], ...]:
        """The lines of a step's own text that are in no fenced block: number and line."""
        return tuple((n, line) for n, line, label in self._labelled(step) if label is None)

    def _coded(self, step: Step) -> list[int]:
        """The source lines of a step that may hold commands: fenced, or indented."""
        return [
            number
            for number, line, label in self._labelled(step)
            if (line.startswith("    ") if label is None else label != "guard")
        ]

    def _labelled(self, step: Step) -> Iterator[tuple[int, str, str | None]]:
        """The lines of a step without those of its fences: number, line, and the label of the
        fenced block in which it stands, None outside."""
        fence, label = "", ""
        for number in self._own(step):
            line = self.lines[number - 1]
            opening = FENCE.match(line)
            if opening and not fence:
                fence, label = opening["mark"], opening["label"]
            elif opening and opening["mark"].startswith(fence) and not opening["label"]:
                fence = ""
            else:
                yield number, line, label if fence else None

    def _own(self, step: Step) -> list[int]:
        """The source lines of a step without those of its sub-steps."""
        return self._own_lines[step.index]

    @cached_property
    def _own_lines(self) -> dict[int, list[int]]:
        owner: dict[int, int] = {}
        for step in sorted(self.procedure.steps, key=lambda s: s.depth):
            last = min(step.last_line, len(self.lines))
            owner.update(dict.fromkeys(range(step.line, last + 1), step.index))
        own: dict[int, list[int]] = {step.index: [] for step in self.procedure.steps}
        for number in sorted(owner):
            own[owner[number]].append(number)
        return own
