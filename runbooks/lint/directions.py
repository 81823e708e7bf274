"""Rules about the words for the direction of data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from runbooks.enums import Level
from runbooks.lint.book import Book
from runbooks.lint.remarks import Remark
from runbooks.lint.rules import rule

_DATA = (
    r"(?:data(?:base|set|bases)?|dumps?|files?|backups?|cop(?:y|ies)|snapshots?|tables?|rows?"
    r"|volumes?|disks?|buckets?|records?|contents?|everything|it|them|db)"
)
_EITHER_WAY = re.compile(
    r"\W*(?:then |now |next,? )?(?:"
    r"(sync(?:hroni[sz]e)?|re-?sync|load|copy (?:\w+ )?(?:over|across)|move (?:\w+ )?over|transfer)"
    rf"\b[^.\n]{{0,60}}?\b{_DATA}\b|(copy|move) {_DATA} (?:over|across)\b)",
    re.IGNORECASE,
)
_FROM = re.compile(r"\b(?:from|out of|off)\b", re.IGNORECASE)
_INTO = re.compile(r"\b(?:to|into|onto|in)\b", re.IGNORECASE)


@rule(
    "L54",
    Level.WARNING,
    "A word that leaves open which way the data goes",
    "Load, sync, copy over: each is said of both directions. In the story backup and restore were"
    " mixed up three times (M2, M15). READ FROM and WRITE INTO cannot be.",
)
def either_way(book: Book) -> Iterator[Remark]:
    for step in book.procedure.steps:
        found = _EITHER_WAY.match(step.title)
        if found and not (_FROM.search(step.title) and _INTO.search(step.title)):
            verb = (found[1] or found[2]).lower()
            yield book.at(
                step,
                f"“{verb}” leaves open what is read and what is written over in step"
                f" {step.number}.",
                "Say both ends: read from …, write into ….",
            )
