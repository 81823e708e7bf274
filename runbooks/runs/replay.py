"""The verification of a log: its chain, and its replay. Nothing that is stored is believed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import connection, transaction

from lib import times
from runbooks.log import texts
from runbooks.log.chain import canonical, digest
from runbooks.machine.events.event import LogLine
from runbooks.machine.events.run import RunPrepared
from runbooks.machine.reducers import apply, genesis
from runbooks.machine.state import RunState
from runbooks.models import Run, sql
from runbooks.procedure.model import Procedure
from runbooks.procedure.serialization import from_json
from runbooks.runs import cache, persistence

#: Readings of a run that moves, before it is locked; events that are fetched together.
TRIES, PIECE = 3, 2000
_UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, AssertionError)

_Row = tuple[int, str, int, int, str, str]
_FIRST = -(2**63)  # below every number that a column takes: a forged one shows


@dataclass(frozen=True)
class Verdict:
    """What `verify` found: every fault in a sentence, none when the log and the columns hold."""

    faults: tuple[str, ...]
    events: int

    @property
    def ok(self) -> bool:
        return not self.faults


def verify(run: Run) -> Verdict:
    """Check the chain of `run`, its columns against the hashed texts and its revision against the
    first event, and replay the events: the stored state must be what the log says.

    Nobody waits meanwhile. The log is read without a lock, and its end is compared with a state
    whose run had the same head before and after it was read. A run that keeps moving is locked
    after `TRIES` readings, for the events that came last. Raises `Run.DoesNotExist`.
    """
    replay = _Replay(run.pk)
    for _ in range(TRIES):
        verdict = replay.compare()
        if replay.faults or replay.head_of_run() == replay.compared:
            return verdict
    with transaction.atomic():
        return replay.compare(lock=True)


def faults_of_all() -> list[str]:
    """What is wrong with the logs of all runs of the default database, replayed one by one."""
    return [
        f"Run {run.pk}: {fault}"
        for run in Run.objects.order_by("pk").iterator(chunk_size=100)
        for fault in verify(run).faults
    ]


class _Replay:
    """The log of a run, as far as it has been read. `faults` are those of the log itself, which no
    later reading can mend; `compared` is the head of the run that the last comparison was with."""

    def __init__(self, run: int) -> None:
        self.faults: list[str] = []
        self.compared = (0, "")
        self._run = run
        self._count, self._head = 0, ""
        self._state: RunState | None = None

    def head_of_run(self) -> tuple[int, str]:
        """The head as the run's row has it now."""
        with connection.cursor() as cursor:
            cursor.execute(sql.HEAD, [self._run])
            head: tuple[int, str] = cursor.fetchone()
        return head

    def compare(self, *, lock: bool = False) -> Verdict:
        """Read the run with its state, then the log to its end, and compare."""
        run = self._read_run(lock)
        self.compared = run.sequence, run.digest
        try:
            procedure, named = _reading(vars(run)["reading"])
        except _UNREADABLE as error:
            return self._unreadable(run, error)
        try:
            stored = persistence.state_of(run, procedure)
        except _UNREADABLE as error:
            # Some of it is read from the log itself, which says better where it is wrong.
            self._read_on(lambda first: self._begin(run, procedure, named, first))
            return (
                Verdict(tuple(self.faults), self._count)
                if self.faults
                else self._unreadable(run, error)
            )
        self._read_on(lambda first: self._begin(run, procedure, named, first))
        faults = [*self.faults]
        if self.compared != (self._count, self._head) and not faults:
            faults = [
                f"The run names event {run.sequence} as its head; the log ends at {self._count}."
            ]
        if self._state is None and not faults:
            faults = ["The log is empty."]
        if self._state and not faults:
            faults = persistence.differences(stored, self._state)
        return Verdict(tuple(faults), self._count)

    def _unreadable(self, run: Run, error: Exception) -> Verdict:
        self.faults = [f"The stored rows cannot be read: {error!r}."]
        return Verdict(tuple(self.faults), run.events.count())

    def _read_run(self, lock: bool) -> Run:
        # On SQLite the transaction of a writer has locked everything already.
        locking = lock and connection.features.has_select_for_update
        text = sql.REPLAYED + (connection.ops.for_update_sql(of=("run",)) if locking else "")
        for run in Run.objects.raw(text, [self._run]):
            return run
        raise Run.DoesNotExist

    def _read_on(self, begin: Callable[[LogLine], RunState]) -> None:
        """Replay what follows, in pieces: until nothing does, or it makes no sense."""
        while True:
            with connection.cursor() as cursor:
                cursor.execute(sql.EVENTS, [self._run, self._count or _FIRST, PIECE])
                rows = cursor.fetchall()
            for row in rows:
                if not self._take(row, begin):
                    return
            if len(rows) < PIECE:
                return

    def _take(self, row: _Row, begin: Callable[[LogLine], RunState]) -> bool:
        """Check an event and replay it. False when nothing behind it can be checked."""
        sequence, kind, at, by, text, head = row
        self._count += 1
        if sequence != self._count:
            return self._fault(f"Event {self._count} is missing; {sequence} stands in its place.")
        if digest(self._head, text) != head:
            return self._fault(f"Event {sequence}: the text does not fit its digest.")
        self._head = head
        try:
            data = texts.parse(text)
            event = texts.line(data)
            if self._state and event.at < self._state.last_at:
                self._fault(backwards(sequence))
            self._state = apply(self._state, event) if self._state else begin(event)
            hashed = data["run"], event.sequence, event.kind, times.microseconds(event.at), event.by
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            return self._fault(f"Event {sequence} cannot be replayed: {error}.")
        if hashed != (self._run, sequence, kind, at, by):
            self._fault(f"Event {sequence}: a column differs from the hashed text.")
        return True

    def _fault(self, sentence: str) -> bool:
        self.faults.append(sentence)
        return False

    def _begin(self, run: Run, procedure: Procedure, named: str, first: LogLine) -> RunState:
        if not isinstance(first.event, RunPrepared):
            return genesis(run.pk, procedure, first)
        revision = first.event.revision
        stored = vars(run)
        digests = {hashlib.sha256(bytes(stored["source"])).hexdigest(), stored["sha256"]}
        if digests != {revision.sha256}:
            self._fault("The text of the revision is not the one that the first event names.")
        if named != revision.procedure:
            self._fault("The stored reading of the revision is not the one the first event names.")
        return genesis(run.pk, procedure, first)


def backwards(sequence: int) -> str:
    """The fault of an event that says it came before the one that it follows."""
    return f"Event {sequence} is dated before event {sequence - 1}: the clock went back."


def _reading(text: str) -> tuple[Procedure, str]:
    """What the stored reading of a revision says, and its digest. It is remembered under what was
    just read, so a text that was altered is never taken for the one before."""

    def read() -> tuple[Procedure, str]:
        procedure_data = json.loads(text)
        return from_json(procedure_data), procedure_digest(procedure_data)

    return cache.readings.get_or(hashlib.sha256(text.encode()).hexdigest(), read)


def procedure_digest(procedure: Mapping[str, object]) -> str:
    """SHA-256 of the stored reading of a revision, in canonical form. The first event holds it, so
    that a rewritten procedure shows, not only a rewritten source."""
    return hashlib.sha256(canonical(json.loads(json.dumps(procedure))).encode()).hexdigest()
