"""Rules about what must have happened before the first irreversible step."""

from __future__ import annotations

from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book import Book
from runbooks.lint.remarks import Remark, Scope
from runbooks.lint.rules import rule


@rule(
    "L01",
    Level.ERROR,
    "No step identifies the target before the first irreversible step",
    "The wrong host is the commonest act of loss (GitLab 2017; M4 of the story).",
    scope=Scope.RESTORES,
)
def unidentified(book: Book) -> Iterator[Remark]:
    for act in book.acts[:1]:
        first = book.first_lock("identify")
        if first is None or first.index > act.index:
            yield book.at(
                act,
                f"Nothing identifies the machine before step {act.number} overwrites its data.",
                "Put a step with `identify: target` before it, directly above the time-out.",
            )


@rule(
    "L10",
    Level.ERROR,
    "No step stops the writers before the first irreversible step",
    "What is written while the data is replaced lands on the wrong data, or is lost (M9 of the"
    " story).",
    scope=Scope.RESTORES,
)
def unfrozen(book: Book) -> Iterator[Remark]:
    for act in book.acts[:1]:
        first = book.first_lock("freeze")
        if first is None or first.index > act.index:
            yield book.at(
                act,
                f"Step {act.number} replaces the data while it may still be written to.",
                "Put a step with `freeze: target` and `record: {clients: {type: number, equals:"
                " 0}}` before it.",
            )
