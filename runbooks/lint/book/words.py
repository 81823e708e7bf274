"""What a step of a runbook says in words, apart from its commands and its guard."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from runbooks.procedure.model import Step

# Bounded: each opening that nothing closes would be looked at up to the end of the text.
_COMMENT = re.compile(
    r"<!--.*?(?:-->|\Z)|<%.{0,200}?%>|\{%.{0,200}?%\}|\{\{.{0,200}?\}\}", re.DOTALL
)
_BOX = re.compile(r"^[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[[ xX]\][ \t]*")
_OPENS = re.compile(r"^[ \t>]*(?:[-*+]|\d{1,9}[.)]|#{1,6}|\||!\[)(?:[ \t]|\[|$)")
_CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)?\)|\[[^\[\]]*\])")
_ADDRESS = re.compile(r"<?\bhttps?://\S+")
_SENTENCE_END = re.compile(r"(?<=[.!?:;])[\"'*_)]*\s+(?=\S)")


@dataclass(frozen=True)
class Sentence:
    """A sentence of a step, without code, links' addresses and comments. `line` is where its
    paragraph begins."""

    line: int
    text: str

    @property
    def words(self) -> list[str]:
        return re.findall(r"[^\W\d_][\w'’-]*", self.text)


@dataclass(frozen=True)
class StepWords:
    """The text of a step. `lines` are those outside of its fenced blocks, each with its number; the
    first is the title."""

    step: Step
    lines: tuple[tuple[int, str], ...]

    @cached_property
    def prose(self) -> str:
        return "\n".join(line for _, line in self.lines)

    @cached_property
    def text(self) -> str:
        """Everything a step says: title, prose and commands, without its guard block."""
        commands = (text for _, text in self.step.commands)
        return "\n".join([_COMMENT.sub(" ", self.prose), *commands])

    @cached_property
    def plain(self) -> tuple[tuple[int, str], ...]:
        """The lines without code spans, addresses and comments, each with its number. What is
        taken out leaves a blank."""
        numbers = (number for number, _ in self.lines)
        return tuple(zip(numbers, _plain(self.prose).split("\n"), strict=True))

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """The sentences; a title, a list item, a paragraph ends one in any case."""
        return tuple(self._sentences())

    def _sentences(self) -> Iterator[Sentence]:
        paragraph: list[str] = []
        begun, before = self.step.line, self.step.line
        for number, line in [*self.plain, (0, "")]:
            if paragraph and (not line.strip(" \t>") or _OPENS.match(line) or number != before + 1):
                yield from _split(begun, " ".join(paragraph))
                paragraph = []
            if line.strip(" \t>"):
                begun = begun if paragraph else number
                paragraph.append(_BOX.sub("", line).strip(" \t>"))
            before = number

    def matches(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
        """Where the plain prose fits `pattern`: the line's number, and the match."""
        for number, line in self.plain:
            for match in pattern.finditer(line):
                yield number, match


def records_value(steps: Iterable[Step], pattern: re.Pattern[str]) -> bool:
    """Whether one of the steps records a value whose name or label fits `pattern`."""
    values = (value for step in steps for value in step.guard.record)
    return any(pattern.search(f"{v.name.replace('_', ' ')}: {v.label}") for v in values)


def _plain(text: str) -> str:
    """Prose without code, addresses and comments, with its line feeds where they were."""
    for pattern in (_COMMENT, _CODE):
        text = pattern.sub(_blank, text)
    text = _LINK.sub(lambda m: m[1] + "\n" * (m[0].count("\n") - m[1].count("\n")), text)
    return _ADDRESS.sub(" ", text)


def _blank(match: re.Match[str]) -> str:
    return " " + "\n" * match[0].count("\n")


def _split(line: int, paragraph: str) -> Iterator[Sentence]:
    for text in _SENTENCE_END.split(paragraph):
        if text.strip():
            yield Sentence(line, text.strip())
