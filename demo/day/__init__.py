"""The day that this product must make impossible, replayed against it.

An engineer wanted a copy of production on a laptop. The clicks restored an old file into it; he
tried again; and the last backup was written over. Each of the twenty mistakes of that day is made
once more here, through an `interface`: the product's own verbs, or its API. Each must be refused;
then the same people do it right, to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from demo.day.closing import closing
from demo.day.copying import copying
from demo.day.restoring import restoring
from demo.day.story import Day, StoryLine

#: Its chapters, in order: a title, and what is told of it.
CHAPTERS: tuple[tuple[str, Callable[[Day], Iterator[StoryLine]]], ...] = (
    ("The morning: production is to be read, a laptop to be written into", copying),
    ("The night: the ledger is restored", restoring),
    ("The days after: the incident is closed", closing),
)
