"""What the steps of a runbook say in words, apart from their commands and their guards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from richtext.htmlcode import html_code
from runbooks.lint.blocks import TELLS_NOT, StepCommand
from runbooks.lint.book import Book
from runbooks.lint.remarks import Remark
from runbooks.procedure import Step

# Bounded: each opening that nothing closes would be looked at up to the end of the text.
_COMMENT = re.compile(
    r"<!--.*?(?:-->|\Z)|<%.{0,200}?%>|\{%.{0,200}?%\}|\{\{.{0,200}?\}\}", re.DOTALL
)
_BOX = re.compile(r"^[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[[ xX]\][ \t]*")
_OPENS = re.compile(r"^[ \t>]*(?:[-*+]|\d{1,9}[.)]|#{1,6}|\||!\[)(?:[ \t]|\[|$)")
_CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)?\)|\[[^\[\]]*\])")
_ADDRESS = re.compile(r"<?\bhttps?://\S+")
_SPAN = re.compile(r"(?<!`)`([^`\n]+[ \t][^`\n]+)`(?!`)")
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


def text_of(book: Book, step: Step) -> str:
    """Everything a step says: title, prose and commands, without its guard block."""
    prose = "\n".join(line for _, line in book.prose(step))
    return "\n".join([_COMMENT.sub(" ", prose), *(text for _, text in step.commands)])


def mention(book: Book, steps: Iterable[Step], pattern: re.Pattern[str]) -> bool:
    """Whether one of the steps says something that fits `pattern`, in prose or in a command."""
    return any(pattern.search(text_of(book, step)) for step in steps)


def records(steps: Iterable[Step], pattern: re.Pattern[str]) -> bool:
    """Whether one of the steps records a value whose name or label fits `pattern`."""
    values = (value for step in steps for value in step.guard.record)
    return any(pattern.search(f"{v.name.replace('_', ' ')}: {v.label}") for v in values)


def prose(book: Book, step: Step) -> Iterator[tuple[int, str]]:
    """The lines of a step's prose without code spans, addresses and comments, each with its
    number. What is taken out leaves a blank."""
    lines = list(book.prose(step))
    text = _plain("\n".join(line for _, line in lines))
    yield from zip((number for number, _ in lines), text.split("\n"), strict=True)


def sentences(book: Book, step: Step) -> Iterator[Sentence]:
    """The sentences of a step; a title, a list item, a paragraph ends one in any case."""
    paragraph: list[str] = []
    begun, before = step.line, step.line
    for number, line in [*prose(book, step), (0, "")]:
        if paragraph and (not line.strip(" \t>") or _OPENS.match(line) or number != before + 1):
            yield from _sentences(begun, " ".join(paragraph))
            paragraph = []
        if line.strip(" \t>"):
            begun = begun if paragraph else number
            paragraph.append(_BOX.sub("", line).strip(" \t>"))
        before = number


def says(book: Book, step: Step, pattern: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
    """Where the prose of a step fits `pattern`: the line's number, and the match."""
    for number, line in prose(book, step):
        for match in pattern.finditer(line):
            yield number, match


def inline_commands(book: Book, step: Step) -> Iterator[StepCommand]:
    """The commands in the running text of a step, except those that it tells not to run."""
    for number, line in book.prose(step):
        for found in _SPAN.finditer(line):
            if not TELLS_NOT.search(line[: found.start()]):
                yield StepCommand("", found[1], number, found.start(1), step, kept=book.kept)
    yield from _html_commands(book, step)


def _html_commands(book: Book, step: Step) -> Iterator[StepCommand]:
    """The commands that a step writes as HTML, which the parser takes for text."""
    lines = list(book.prose(step))
    text = "\n".join(line for _, line in lines)
    for start, code in html_code(text):
        line = text.count("\n", 0, start) + (len(code) - len(code.lstrip("\n")))
        yield StepCommand("", code.strip("\n"), lines[line][0], 0, step, kept=book.kept)


def at_act(book: Book, sentence: str, suggestion: str) -> Remark:
    """A remark at the first irreversible step, or at the front matter where there is none."""
    if not book.acts:
        return book.at_front("title", sentence, suggestion)
    return book.at(book.acts[0], sentence, suggestion)


def named_act(book: Book) -> str:
    """The first irreversible step, as the remark at it calls it."""
    return "this step, which cannot be taken back" if book.acts else _meant(book)


def _meant(book: Book) -> str:
    return "the restore" if book.restores or not book.deletes else "the deletion"


def before_act(book: Book) -> tuple[Step, ...]:
    """The steps of the main path up to the first irreversible one, which is the last of them."""
    first = book.acts[0].index if book.acts else len(book.procedure.steps)
    return tuple(step for step in book.path if step.index <= first)


def before_use(book: Book) -> tuple[Step, ...]:
    """The steps of the main path up to the first that uses the backup, or cannot be undone."""
    found = [step.index for step in (*book.acts, *book.uses)]
    first = min(found, default=len(book.procedure.steps))
    return tuple(step for step in book.path if step.index <= first)


def last_act(book: Book) -> Step | None:
    """The last step that puts other data in the place of what was there. What is destroyed after
    it is cleaning up; what is restored into something new puts nothing in a place yet."""
    over = tuple(step for step in book.uses if not book.is_beside(step))
    return (over[-1:] or book.replacing[:1] or book.uses[-1:] or book.acts[:1] or (None,))[0]


def after_act(book: Book) -> tuple[Step, ...]:
    """The steps of the main path behind that last one."""
    act = last_act(book)
    return tuple(step for step in book.path if act is None or step.index > act.index)


def _plain(text: str) -> str:
    """Prose without code, addresses and comments, with its line feeds where they were."""
    for pattern in (_COMMENT, _CODE):
        text = pattern.sub(_blank, text)
    text = _LINK.sub(lambda m: m[1] + "\n" * (m[0].count("\n") - m[1].count("\n")), text)
    return _ADDRESS.sub(" ", text)


def _blank(match: re.Match[str]) -> str:
    return " " + "\n" * match[0].count("\n")


def _sentences(line: int, paragraph: str) -> Iterator[Sentence]:
    for text in _SENTENCE_END.split(paragraph):
        if text.strip():
            yield Sentence(line, text.strip())
