"""Rules about the text of commands: what destroys, and how it names what it destroys."""

from __future__ import annotations

from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book import Book
from runbooks.lint.remarks import Remark
from runbooks.lint.rules import rule


@rule(
    "L22",
    Level.ERROR,
    "A command that destroys data in a step without `overwrite`",
    "A step that is not marked as irreversible asks for none of the guards that stand before one;"
    " the command is seen and copied like any other (M2, M3 of the story).",
)
def unmarked(book: Book) -> Iterator[Remark]:
    for command in book.commands:
        if "overwrite" in command.step.guard.locks:
            continue
        for place, danger in command.dangers:
            yield command.at(
                place,
                f"`{place.said}` {danger.does}, but the step is not marked as irreversible.",
                "Give the step `overwrite: {target: …, from: …}`, or move the command out of it.",
            )
