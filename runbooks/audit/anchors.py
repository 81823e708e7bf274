"""Anchors: what gives a rewritten history away. The heads of all logs that have moved are written
to a file outside of the database, and each line is sent to wherever else it is wanted.

Whoever owns the database can compute a whole new chain, and `replay.verify` finds it good. The
anchors still name the old digests (docs/threat-model.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from jobs import queue
from lib.times import stamp
from runbooks.audit import anchor_file
from runbooks.audit.anchor_file import AnchorFile, AnchorLine, Flaw, Head
from runbooks.models import Anchor, AnchoredHead, Event, Run

MAIL, POST = "runbooks.mail_anchor", "runbooks.post_anchor"
#: Heads that are looked up in one query; runs that are named before a comparison stops.
_AT_ONCE, MOST_FAULTS = 200, 1000


@dataclass(frozen=True)
class Fault:
    """Something that does not hold, in a sentence; `run` is None when it is about no single run."""

    run: int | None
    sentence: str


@dataclass(frozen=True)
class CastAnchors:
    """What was written: how many heads in how many lines."""

    heads: int
    lines: int


def kept() -> Path | None:
    """The file that this installation writes, or None as long as nothing was anchored in it. A file
    that was there once and is not any more is named: it is missed."""
    path: Path = settings.ANCHOR_FILE
    there = path.exists() or Anchor.objects.in_file(path).exists()
    return path if there else None


def cast(path: Path, *, at: datetime) -> CastAnchors:
    """Append the heads of all runs that have moved since the last anchor to the file at `path`; of
    all runs when the file is new. Nothing moved: nothing is written.

    Each line is on the disk before the database knows of it, and is put as jobs for mail and
    webhook, where these are configured, with what the database knows. Raises `OSError`; what was
    written until then holds.
    """
    heads = lines = last = 0
    with anchor_file.appending(path) as file:
        runs = Run.objects.all()
        wanted = runs if file.is_empty else runs.moved_since_anchored()
        while True:
            written, last = _cast_some(file, path, wanted.filter(pk__gt=last), at=at)
            if not written:
                return CastAnchors(heads, lines)
            heads, lines = heads + written, lines + 1


@transaction.atomic
def _cast_some(
    file: AnchorFile, path: Path, wanted: QuerySet[Run], *, at: datetime
) -> tuple[int, int]:
    """One line. Returns how many heads it has, and the number of the last run."""
    rows = wanted.order_by("pk").values_list("pk", "sequence", "digest")
    heads = [Head(*row) for row in rows[: anchor_file.MOST_HEADS]]
    if not heads:
        return 0, 0
    line = file.append(heads, at=at)
    Anchor.objects.create(
        at=at, file=str(path), number=line.number, digest=line.digest, heads=len(heads)
    )
    AnchoredHead.objects.bulk_create(
        [AnchoredHead(run_id=h.run, sequence=h.sequence, digest=h.digest) for h in heads],
        update_conflicts=True,
        unique_fields=["run"],
        update_fields=["sequence", "digest"],
    )
    if settings.ANCHOR_EMAIL:
        queue.put(MAIL, line.digest, {"line": line.text}, at=at)
    if settings.ANCHOR_WEBHOOK:
        queue.put(POST, line.digest, {"line": line.text}, at=at)
    return len(heads), heads[-1].run


@dataclass
class Comparison:
    """The database against the file of anchors at `path`. `heads` counts while `faults` are read.

    `runs`: only these when given. `witness`: this database writes this very file, so every anchor
    that it knows must be in it.
    """

    path: Path
    runs: Collection[int] | None = None
    witness: bool = False
    heads: int = 0

    def faults(self) -> Iterator[Fault]:
        """What does not agree: flaws of the file, anchors that are gone from it, logs that were
        rewritten or shortened, runs that are lost; each run once. Memory grows with the faults
        alone, and after `MOST_FAULTS` runs the rest is not read."""
        differing: set[int] = set()
        batch: list[tuple[Head, datetime]] = []
        try:
            for item in self._read():
                if isinstance(item, Fault):
                    yield item
                    continue
                self.heads += 1
                batch.append(item)
                if len(batch) == _AT_ONCE:
                    yield from _disagreements(batch, differing)
                    batch.clear()
                if len(differing) > MOST_FAULTS:
                    yield Fault(None, "More runs differ than can be told; the rest was not read.")
                    return
        except OSError as error:
            why = error.strerror or str(error)
            yield Fault(None, f"The file of anchors {self.path} cannot be read: {why}.")
        yield from _disagreements(batch, differing)

    def _read(self) -> Iterator[Fault | tuple[Head, datetime]]:
        known = _KnownAnchors(self.path) if self.witness else None
        for line in anchor_file.read(self.path):
            if isinstance(line, Flaw):
                yield Fault(None, f"The file of anchors: {line.sentence}")
                continue
            yield from known.meet(line) if known else ()
            for head in line.heads:
                if self.runs is None or head.run in self.runs:
                    yield head, line.at
        yield from known.rest() if known else ()


class _KnownAnchors:
    """The anchors that the database knows, walked beside the lines of the file."""

    def __init__(self, path: Path) -> None:
        rows = Anchor.objects.in_file(path)
        # What is cast while the file is read is not looked for: it stands behind what was read.
        newest = rows.order_by("pk").last()
        wanted = rows.filter(pk__lte=newest.pk if newest else 0).order_by("number", "pk")
        self._rows = wanted.iterator(chunk_size=500)
        self._next = next(self._rows, None)

    def meet(self, line: AnchorLine) -> Iterator[Fault]:
        """`line` was read: the anchors that stand before it have been met, or are gone."""
        while self._next and self._next.number <= line.number:
            met = self._next.digest == line.digest
            if not met:
                yield _gone(self._next)
            self._next = next(self._rows, None)
            if met:
                return

    def rest(self) -> Iterator[Fault]:
        """The file has ended: what was not met is gone."""
        while self._next:
            yield _gone(self._next)
            self._next = next(self._rows, None)


def _gone(row: Anchor) -> Fault:
    return Fault(
        None,
        f"The file of anchors: line {row.number}, written {stamp(row.at)}, is not there any more."
        " The file was shortened, changed or replaced.",
    )


def _disagreements(batch: Sequence[tuple[Head, datetime]], differing: set[int]) -> Iterator[Fault]:
    """The faults of runs that are not in `differing` yet; they are added to it."""
    sequences: dict[int, set[int]] = defaultdict(set)
    for head, _ in batch:
        sequences[head.run].add(head.sequence)
    if not sequences:
        return
    each = (Q(run=run, sequence__in=wanted) for run, wanted in sequences.items())
    events = Event.objects.filter(Q(*each, _connector=Q.OR)).order_by()
    rows = events.values_list("run_id", "sequence", "digest")
    stored = {(run, sequence): digest for run, sequence, digest in rows}
    for head, at in batch:
        if stored.get((head.run, head.sequence)) != head.digest and head.run not in differing:
            differing.add(head.run)
            yield _differs(head, at, rewritten=(head.run, head.sequence) in stored)


def _differs(head: Head, at: datetime, *, rewritten: bool) -> Fault:
    number, when = head.sequence, stamp(at)
    if rewritten:
        now = "has another digest now. The log was rewritten."
    elif Run.objects.filter(pk=head.run).exists():
        last = Event.objects.filter(run=head.run).order_by("sequence").last()
        now = f"is not there any more; the log ends at {last.sequence if last else 0}."
    else:
        lost = f"The run is lost: event {number} was anchored {when}, and there is no such run now."
        return Fault(head.run, lost)
    return Fault(head.run, f"Event {number} was anchored {when} and {now}")
