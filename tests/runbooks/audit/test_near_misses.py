"""Near misses, read from the logs: what counts as one, what narrows them, what they never tell."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta

import pytest
from django.db import connection

from accounts.models import User
from lib.refusals import Refused
from runbooks.audit import near_misses
from runbooks.audit.near_misses import NearMissFilters
from runbooks.enums import NoticedBy, RunKind, RunRole
from runbooks.machine.events.gates import AttemptRefused, GateOverridden
from runbooks.machine.events.steps import StepMismatched
from runbooks.machine.interlocks import INTERLOCKS
from runbooks.machine.moves.steps import BeginStep, Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.models import Event, Run
from runbooks.models.log import MISSED, NOTICED_KINDS
from runbooks.procedure.guard_names import NAMES, RULES
from runbooks.procedure.guards import DEMANDS
from runbooks.procedure.parser.guardkeys import GUARD_KEYS
from tests.factories.cutover import WRITE, cutover
from tests.factories.missed import deviated, overridden, refused
from tests.factories.people import PASSWORD
from tests.factories.story import Story, story

#: Guard keys that close nothing, so that no refusal can come from them.
DEMAND_NOTHING = {"optional", "undo", "on_mismatch"}


@pytest.fixture
def cast(
    operator: User, verifier: User, decider: User, author: User, approver: User
) -> dict[str, User]:
    people = (operator, verifier, decider, author, approver)
    return {person.username: person for person in people}


@pytest.fixture
def game(cast: dict[str, User], at: datetime) -> Story:
    """A run in which everything happens once, a minute apart."""
    played = story(cast, at).start()
    by, run = cast["operator"], played.run
    steps = (
        lambda when: refused(run, "", by=by, at=when),
        lambda when: refused(run, "overwrite", by=by, at=when),
        lambda when: refused(run, "identify", by=by, at=when),
        lambda when: deviated(run, "wrong-target", guard="identify", by=by, at=when),
        lambda when: deviated(run, "", by=by, at=when),
        lambda when: overridden(run, "countersigned", by=by, at=when),
    )
    for number, step in enumerate(steps):
        step(at + timedelta(hours=1, minutes=number))
    return played


def kinds(filters: NearMissFilters) -> list[tuple[str, str]]:
    return [(row.noticed_by.value, row.guard) for row in near_misses.page(filters).rows]


def test_every_guard_has_words() -> None:
    assert {key.name for key in GUARD_KEYS} - DEMAND_NOTHING <= set(NAMES)
    assert set(INTERLOCKS) == set(DEMANDS.values())
    assert set(DEMANDS) <= set(NAMES)
    assert set(NOTICED_KINDS.values()) == set(MISSED)


def test_a_wrong_name_at_the_act_is_one(cast: dict[str, User], at: datetime) -> None:
    played = cutover(cast, at).signed()
    assert near_misses.page(NearMissFilters()).rows == ()
    with pytest.raises(Refused) as refusal:
        played.move(Unlock, step=WRITE, name="ledger-0606.dump", password=PASSWORD)
    (row,) = near_misses.page(NearMissFilters()).rows
    assert (row.sentence, row.remedy) == (refusal.value.sentence, refusal.value.remedy)
    assert (row.run, row.kind) == (played.run.pk, RunKind.LIVE)
    assert (row.tried, row.guard, row.caught) == ("unlock", "overwrite", "wrong target")
    assert Event.objects.get(run=played.run, sequence=row.sequence).kind == "move.refused"


def test_what_counts_as_one(game: Story) -> None:
    assert kinds(NearMissFilters()) == [
        ("mismatch", "identify"),
        ("refusal", "identify"),
        ("refusal", "overwrite"),
    ]
    assert game.run.events.near_misses().count() == 3
    mismatch = StepMismatched(step=0, values={}, why="x", measured_by=RunRole.OPERATOR)
    assert replace(mismatch, caught="wrong-copy").is_near_miss
    assert not replace(mismatch, guard="wait", deviation="wrong-copy").is_near_miss
    assert not AttemptRefused(
        step=None,
        move="tick",
        guard="wait",
        counts=True,
        caught="",
        code="x",
        sentence="x",
        remedy="x",
        tried={},
    ).is_near_miss
    assert not GateOverridden(
        step=None,
        attempt=1,
        gate="identify",
        label="x",
        guard="identify",
        reason="x",
        waited=120,
        done=False,
    ).is_near_miss


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (NearMissFilters(noticed_by=NoticedBy.REFUSAL), 2),
        (NearMissFilters(noticed_by=NoticedBy.MISMATCH), 1),
        (NearMissFilters(noticed_by=NoticedBy.OVERRIDE), 1),
        (NearMissFilters(guard="identify"), 2),
        (NearMissFilters(guard=RULES), 0),
        (NearMissFilters(guard="countersign"), 0),
        (NearMissFilters(guard="countersign", noticed_by=NoticedBy.OVERRIDE), 1),
        (NearMissFilters(runbook="restore-the-books"), 3),
        (NearMissFilters(runbook="another"), 0),
        (NearMissFilters(kind=RunKind.LIVE), 3),
        (NearMissFilters(kind=RunKind.DRILL), 0),
        (NearMissFilters(run=0), 0),
    ],
)
def test_what_narrows_them(game: Story, filters: NearMissFilters, count: int) -> None:
    assert len(kinds(filters)) == count


def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(
    game: Story, at: datetime
) -> None:
    first = at + timedelta(hours=1)
    second = first + timedelta(minutes=1)
    assert len(kinds(NearMissFilters(since=second))) == 3
    assert len(kinds(NearMissFilters(since=second + timedelta(microseconds=1)))) == 2
    assert len(kinds(NearMissFilters(until=first + timedelta(minutes=3)))) == 2
    assert len(kinds(NearMissFilters(until=first))) == 0


def test_pages_lose_and_repeat_nothing(game: Story) -> None:
    whole = near_misses.page(NearMissFilters()).rows
    for size in (1, 2, 3, 4):
        rows: list[near_misses.NearMiss] = []
        before: near_misses.NearMissPlace | None = None
        while True:
            page = near_misses.page(NearMissFilters(), before=before, size=size)
            rows += page.rows
            if page.older is None:
                break
            before = near_misses.NearMissPlace.read(str(page.older))
        assert tuple(rows) == whole
    assert near_misses.NearMissPlace.read("1-2-3") is None
    assert near_misses.NearMissPlace.read("tomorrow") is None


def test_tallies_by_guard_and_by_runbook(game: Story) -> None:
    counted = near_misses.tallies(NearMissFilters())
    assert (counted.n, counted.mismatches, counted.overrides) == (3, 1, 1)
    assert [(t.key, t.n, t.mismatches, t.overrides) for t in counted.guards] == [
        ("identify", 2, 1, 0),
        ("overwrite", 1, 0, 0),
        ("countersign", 0, 0, 1),
    ]
    assert [(t.key, t.n, t.overrides) for t in counted.runbooks] == [("restore-the-books", 3, 1)]
    narrow = near_misses.tallies(NearMissFilters(guard="identify"))
    assert (narrow.n, len(narrow.guards), narrow.runbooks[0].n) == (2, 3, 2)
    assert near_misses.tallies(NearMissFilters(kind=RunKind.DRILL)).guards == ()


def test_nothing_counted_names_anybody(game: Story, cast: dict[str, User]) -> None:
    counted = repr(asdict(near_misses.tallies(NearMissFilters())))
    rows = repr([asdict(row) for row in near_misses.page(NearMissFilters()).rows])
    for person in cast.values():
        assert person.name not in counted + rows
        assert person.username not in counted + rows
    fields = set(asdict(near_misses.page(NearMissFilters()).rows[0]))
    assert not fields & {"by", "by_id", "name", "who", "person", "initials", "role"}


def test_what_was_typed_is_not_told(game: Story) -> None:
    whole = near_misses.page(NearMissFilters())
    assert "hunter2" not in repr(whole)
    assert {row.tried for row in whole.rows} == {"tick", "values that do not fit"}


def test_they_are_found_by_their_own_index(game: Story) -> None:
    """Among a hundred thousand events, no other than the near misses is read."""
    _many(game.run, 100_000)
    for filters in (
        NearMissFilters(),
        NearMissFilters(guard="identify"),
        NearMissFilters(noticed_by=NoticedBy.REFUSAL, kind=RunKind.LIVE),
        NearMissFilters(noticed_by=NoticedBy.OVERRIDE, runbook="restore-the-books"),
    ):
        newest = filters.matching().order_by("-at", "-pk")[:50]
        assert "event_missed" in newest.explain(), filters
        assert "event_missed" in filters.matching().order_by().values("guard").explain(), filters


def _many(run: Run, count: int) -> None:
    head = Event.objects.filter(run=run).latest("pk")
    Event.objects.bulk_create(
        (
            Event(
                run=run,
                sequence=head.sequence + number + 1,
                kind="note.added",
                at=head.at + number,
                by_id=head.by_id,
                text='{"data":{}}',
                digest=head.digest,
            )
            for number in range(count)
        ),
        batch_size=5000,
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE runbooks_event")


WAITS = b"""---
title: Write it
---
# Write it

- [ ] Wait for it

  ```guard
  wait: {expect: restoring, bad: writing backup, cancel: press Ctrl-C once}
  ```
"""


@pytest.mark.parametrize(
    ("gate", "guard"),
    [
        ("countersigned", "countersign"),
        ("released", "hold"),
        ("file:listing", "record"),
        ("identified", "overwrite"),
    ],
)
def test_a_gate_belongs_to_its_guard(
    cast: dict[str, User], at: datetime, gate: str, guard: str
) -> None:
    played = story(cast, at)
    kept = guard if guard == "overwrite" else ""
    overridden(played.run, gate, by=cast["operator"], at=at, guard=kept)
    assert kinds(NearMissFilters()) == []
    assert kinds(NearMissFilters(noticed_by=NoticedBy.OVERRIDE, guard=guard)) == [
        ("override", guard)
    ]


def test_a_mismatch_that_an_interlock_saw_names_it(cast: dict[str, User], at: datetime) -> None:
    played = story(cast, at, source=WAITS).start()
    played.do(BeginStep, "operator", step=0)
    played.do(Tick, "operator", step=0, values={"wait.first_line": "Writing backup 1 of 9"})
    assert kinds(NearMissFilters()) == [("mismatch", "wait")]
    (row,) = near_misses.page(NearMissFilters()).rows
    assert row.step == "step 1, Wait for it"
    assert "Ctrl-C" in row.sentence
