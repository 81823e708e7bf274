"""The margin of the run page: parameters, copies, way back, evidence, the newest log lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from inventory.board import is_marked
from inventory.enums import CopyState
from inventory.models import Copy
from lib.times import stamp
from lib.units.durations import age
from runbooks.log.blind_values import telling
from runbooks.machine.events.event import LogLine
from runbooks.machine.events.gates import AttemptRefused
from runbooks.machine.events.notes import EvidenceAttached
from runbooks.machine.interlocks.loss import Basis, Loss, last_write_in, restored
from runbooks.machine.state import RunState, current
from runbooks.screen.context import PageContext
from runbooks.screen.rollbacks import at_step
from runbooks.screen.words import address, place_name


@dataclass(frozen=True)
class RecentEvent:
    """A line of the log: when, by whom, what. `refused`: nothing was done; `near_miss`: a guard
    caught something."""

    sequence: int
    clock: str
    day: str
    name: str
    role: str
    text: str
    refused: bool
    near_miss: bool
    digest: str = ""
    struck: bool = False


@dataclass(frozen=True)
class CopyLine:
    """A copy of the system: where it lies, how old its data is, in words, what it is for in this
    run, and when the run itself read it ('' when it did not)."""

    name: str
    remark: str
    age: str
    state: str
    read: str
    last_good: bool


@dataclass(frozen=True)
class CopiesQuestion:
    """The question whether anyone holds a newer copy: when it was put to the team, and what they
    answered (name, whether they do, text)."""

    at: str
    answers: tuple[tuple[str, bool, str], ...]


@dataclass(frozen=True)
class FileLine:
    """A file kept with the run."""

    name: str
    url: str
    remark: str


@dataclass(frozen=True)
class Side:
    """All of the margin."""

    parameters: tuple[tuple[str, str, str], ...]
    copies: tuple[CopyLine, ...]
    asked: CopiesQuestion | None
    rollback: tuple[str, ...]
    asides: tuple[str, ...]
    abort_rule: str
    worst_case: str
    files: tuple[FileLine, ...]
    events: tuple[RecentEvent, ...]


def side(
    page: PageContext,
    *,
    copies: Iterable[Copy],
    evidence: Iterable[EvidenceAttached],
    events: Iterable[RecentEvent],
) -> Side:
    """The margin for the person of `page`; `events` are the newest lines, newest first."""
    state, procedure = page.state, page.state.procedure
    return Side(
        parameters=tuple(
            (spec.label or spec.name, place_name(facts), facts.fields.get("environment", ""))
            for spec in procedure.parameters
            if (facts := state.facts.get(spec.name))
        ),
        copies=tuple(sorted((_copy(page, c) for c in copies), key=lambda line: not line.read)),
        asked=asked(state),
        rollback=at_step(state, current(state)),
        asides=tuple(s.title for s in procedure.sections if s.aside and s.key not in state.entered),
        abort_rule=procedure.abort_rule,
        worst_case=procedure.worst_case,
        files=tuple(_file(state.number, row) for row in evidence),
        events=tuple(events),
    )


def tell(
    page: PageContext,
    line: LogLine,
    name: str,
    role: str,
    digest: str = "",
    *,
    struck: bool = False,
) -> RecentEvent:
    """One line of the log in words. What was measured at a step that waits for this person's own
    measurement is not told, nor any digest meanwhile: a number could be guessed from it."""
    local = timezone.localtime(line.at)
    return RecentEvent(
        line.sequence,
        f"{local:%H:%M:%S}",
        f"{local:%Y-%m-%d}",
        name,
        role,
        telling(line.event, page.state, page.blind),
        line.kind == AttemptRefused.kind,
        line.event.is_near_miss,
        "" if page.blind else digest,
        struck,
    )


def _copy(page: PageContext, copy: Copy) -> CopyLine:
    """One of the copies, which are marked (`last_good`)."""
    here = [stated for stated in page.state.stated.copies if stated.copy == copy.pk]
    read = max((stated.verified_at for stated in here if stated.verified_at), default=None)
    purpose = f"{here[-1].purpose} copy of this run" if here and here[-1].purpose else ""
    return CopyLine(
        copy.name,
        " · ".join(part for part in (copy.place, purpose) if part),
        _age(page, copy.data_as_of),
        _STATES.get(copy.state, copy.state),
        f"read in this run, {stamp(read)}" if read else "",
        is_marked(copy),
    )


#: The state of a copy, as the margin says it.
_STATES = {CopyState.GOOD.value: "verified", CopyState.UNVERIFIED.value: "not verified"}


def _age(page: PageContext, as_of: datetime | None) -> str:
    """How old the data in a copy is, and what would be lost with it; only how old, once something
    was restored: the live data is another since."""
    if as_of is None:
        return "age of data unknown"
    old = f"data {age(page.at, as_of)} old"
    if restored(page.state):
        return old
    lost = Loss(as_of, last_write_in(page.state, page.at))
    if lost.until.basis in {Basis.NOW, Basis.UNKNOWN}:
        return old
    when = "the writers stopped" if lost.until.basis is Basis.STOPPED else "it was noticed"
    return f"{old}; {lost.length} before {when}" if lost.span else f"{old}; newer than when {when}"


def asked(state: RunState) -> CopiesQuestion | None:
    """The question for copies, and what was answered; None when nobody asked."""
    stated = state.stated
    if stated.asked_copies_at is None:
        return None
    answers = tuple((answer.name, answer.holds, answer.text) for answer in stated.answers)
    return CopiesQuestion(stamp(stated.asked_copies_at), answers)


def _file(run: int, file: EvidenceAttached) -> FileLine:
    size = f"{file.size / 1024:.0f} kB" if file.size >= 1024 else f"{file.size} bytes"
    url = address("runbooks:evidence_file", run, file.evidence or 0)
    return FileLine(file.name, url, f"{size} · SHA-256 {file.sha256[:12]}…")
