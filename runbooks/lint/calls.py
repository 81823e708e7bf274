"""What a command block does, piece by piece: a program that is called, a query that is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from runbooks.lint.shell import Statement, Word


@dataclass(frozen=True)
class Call:
    """A program that is called: its name without the path, and its words.

    `line` and `column` count from 0 in the block. `assigned` are `NAME=value` words ahead of it; a
    line of nothing else is a call of no program. `fed_by` is the program whose output it reads, ''
    for none. `inside` is what it is handed to: `ssh`, or what runs it in a container. `folder` is
    the one that the block went to before, '' when it went nowhere.
    """

    program: str
    words: tuple[Word, ...]
    statement: Statement
    line: int
    column: int
    assigned: tuple[Word, ...] = ()
    fed_by: str = ""
    inside: str = ""
    folder: str = ""

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Its arguments, without quotes."""
        return tuple(word.text for word in self.words)

    @property
    def said(self) -> str:
        """The call as one line, short enough for a sentence."""
        said = " ".join([self.program, *(" ".join(word.raw.split()) for word in self.words)])
        return said if len(said) <= 60 else said[:57].rstrip() + "…"

    def has(self, *options: str) -> bool:
        """Whether one of these options is given: `-c` (or `-xc`), `--jobs` (or `--jobs=2`)."""
        return any(_is_option(text, option) for text in self.texts for option in options)

    def value(self, *options: str) -> str | None:
        """What one of these options is set to: `-d x`, `-dx`, `--dbname=x`; None when not given."""
        texts = self.texts
        for place, text in enumerate(texts):
            for option in options:
                if text == option:
                    return texts[place + 1] if place + 1 < len(texts) else ""
                if option.startswith("--") and text.startswith(f"{option}="):
                    return text[len(option) + 1 :]
                if len(option) == 2 and text.startswith(option) and text[1:2] != "-":
                    return text[2:]
        return None


@dataclass(frozen=True)
class Query:
    """One SQL statement, without comments, with strings emptied; or a line of a script. `line` and
    `column` from 0. `by` is the client that sends it, where one is called."""

    text: str
    line: int
    column: int
    by: Call | None = None

    @property
    def said(self) -> str:
        said = " ".join(self.text.split())
        return said if len(said) <= 60 else said[:57].rstrip() + "…"


def _is_option(text: str, option: str) -> bool:
    if text == option or (option.startswith("--") and text.startswith(f"{option}=")):
        return True
    short = len(option) == 2 and option[0] == "-"
    return short and bool(re.match(r"-[A-Za-z]+$", text)) and option[1] in text[1:]
