"""The chains of all runs in one reading: which logs hold, and which need a closer look.

`replay.verify` reads one run, replays it and says in sentences what is wrong. Over a million
events, replaying is almost all of the cost. Here every digest is computed, every column compared
with the hashed text, and each time with the one before, without reading the text as JSON: its
canonical form says where each value stands. What does not hold here is for `replay.verify` to
explain.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from itertools import chain, islice
from typing import Any

from django.db import connection, transaction

from runbooks.models import Run
from runbooks.models.sql import LOGS

EVENTS, RUNS = 5000, 500  # that are fetched together
_EARLIEST = -(2**63)
_DAY = 86_400_000_000  # in microseconds


@dataclass(frozen=True)
class Chain:
    """The log of a run: how many events it has, and whether they hold: every digest, every column,
    none dated before the one that it follows, and the head that the run names."""

    run: int
    events: int
    holds: bool


def chains() -> Iterator[Chain]:
    """Every run's chain, by number, in constant memory.

    Ticks go on meanwhile: a run that moves while it is read may be called doubtful, never the other
    way round. `replay.verify`, which reads on where a run moves, has the last word.
    """
    with _one_moment():
        followed = _followed()
        while page := list(islice(followed, RUNS)):
            runs = Run.objects.filter(pk__in=[run for run, _, _ in page]).order_by()
            heads = {pk: head for pk, *head in runs.values_list("pk", "sequence", "digest")}
            for run, count, digest in page:
                yield Chain(run, count, count > 0 and heads.get(run) == [count, digest])


def _followed() -> Iterator[tuple[int, int, str]]:
    """For each run how far its chain holds, and the digest of its last event: '' if it breaks."""
    current = count = last = 0
    head, holds = "", False
    for run, sequence, kind, at, by, text, digest in _rows():
        if run != current:
            if current:
                yield current, count, head
            current, count, head, holds = run, 0, "", sequence is not None
            last = _EARLIEST
        if not holds:
            continue
        count += 1
        if (
            sequence == count
            and at >= last
            and sha256((head + text).encode()).hexdigest() == digest
            and text.startswith(f'{{"at":"{_written(at)}","by":{by},"data":{{')
            and text.endswith(f',"run":{run},"sequence":{sequence}}}')
            and f'}},"kind":"{kind}","name":"' in text
        ):
            head, last = digest, at
        else:
            count, head, holds = count - 1, "", False
    if current:
        yield current, count, head


@lru_cache(maxsize=64)  # what one move caused carries one time
def _written(at: int) -> str:
    """Microseconds since 1970 as an event's text has them."""
    day, rest = divmod(at, _DAY)
    seconds, micro = divmod(rest, 1_000_000)
    minutes, second = divmod(seconds, 60)
    return f"{_date(day)}T{minutes // 60:02}:{minutes % 60:02}:{second:02}.{micro:06}Z"


@lru_cache(maxsize=64)
def _date(day: int) -> str:
    return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day):%Y-%m-%d}"


def _one_moment() -> AbstractContextManager[object]:
    """PostgreSQL hands out rows piece by piece only in a transaction. On SQLite a transaction would
    keep everybody from writing, and a query reads one moment anyway."""
    return transaction.atomic() if connection.vendor == "postgresql" else nullcontext()


def _rows() -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(LOGS)
        yield from chain.from_iterable(iter(lambda: cursor.fetchmany(EVENTS), []))
