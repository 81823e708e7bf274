"""Each statement that is written out says what its twin, built from the models, says."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, transaction

from accounts.access import holds
from accounts.backend import Backend
from accounts.enums import Right
from accounts.models import User
from bench import orm_equivalents
from incidents import listing
from incidents.models import Incident
from lib.sql import sql as named
from runbooks.audit.chains import chains
from runbooks.models import Event, Presence, Run, RunStep, sql
from tests.factories.story import Story, story


@pytest.fixture
def run(
    operator: User, verifier: User, decider: User, author: User, approver: User, at: datetime
) -> Run:
    people = (operator, verifier, decider, author, approver)
    played: Story = story({person.username: person for person in people}, at).start().agreed()
    return Run.objects.get(pk=played.run.pk)


def columns(row: Any) -> dict[str, Any]:
    """What the columns of a row hold, with their types."""
    held = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: (type(value), value) for name, value in held.items()}


def test_the_lock_reads_the_row_and_what_the_key_caused(run: Run) -> None:
    key = Event.objects.filter(run=run, key__isnull=False).latest("sequence").key
    for asked in (key, "never used", None):
        with transaction.atomic():
            row, before, _ = sql.lock(run.pk, asked)
            twin, caused = orm_equivalents.lock(run.pk, asked)
        assert columns(row) == columns(twin)
        assert before == caused
        assert (before is not None) == (asked == key)
    with pytest.raises(Run.DoesNotExist):
        sql.lock(run.pk + 1, None)


def test_the_first_question_of_the_page(run: Run, operator: User, author: User) -> None:
    now = run.prepared_at
    seen = [(author, 5), (operator, 0), (operator, 1), (operator, -60)]
    for number, (person, minutes) in enumerate(seen):
        moment = now + timedelta(minutes=minutes)
        Presence.objects.create(run=run, person=person, connection=str(number), seen_at=moment)
    for since in (now, now + timedelta(minutes=3), now + timedelta(hours=1)):
        row, here, _ = sql.glance(run.pk, since)
        twin, people = orm_equivalents.glance(run.pk, since)
        assert (columns(row), here) == (columns(twin), people)
    with pytest.raises(Run.DoesNotExist):
        sql.glance(run.pk + 1, now)
    with pytest.raises(Run.DoesNotExist):
        sql.glance(sql.NO_KEY, now)


def test_the_other_questions_of_the_page(run: Run, operator: User, viewer: User) -> None:
    assert sql.system_of(run) == orm_equivalents.system_of(run)
    for last in (0, 2, 100):
        read, twin = sql.lines(run, last=last), orm_equivalents.lines(run, last=last)
        assert [columns(event) for event in read] == [columns(event) for event in twin]
    assert len(sql.lines(run, last=2)) >= 2
    for wanted in ([viewer.pk], [viewer.pk, operator.pk]):
        assert sql.names(wanted) == orm_equivalents.names(wanted)
    User.objects.filter(pk=operator.pk).update(is_active=False)
    assert sql.names([operator.pk]) == orm_equivalents.names([operator.pk])


@pytest.mark.parametrize("right", Right)
def test_who_holds_a_right(
    right: Right, operator: User, decider: User, author: User, viewer: User
) -> None:
    User.objects.filter(pk=decider.pk).update(is_active=False)
    people = User.objects.annotate(operates=holds(right)).order_by("pk")
    held = [(person.pk, bool(person.operates)) for person in people]
    assert held == list(orm_equivalents.holding(right).order_by("pk").values_list("pk", "operates"))


def test_a_person_with_their_rights(operator: User, viewer: User, approver: User) -> None:
    for person in (operator, viewer, approver):
        loaded = Backend().get_user(person.pk)
        assert loaded is not None
        assert columns(loaded) == columns(User.objects.get(pk=person.pk))
        assert loaded.get_all_permissions() == orm_equivalents.rights(person.pk)
        assert loaded.get_all_permissions()


def test_the_logs_of_all_runs(run: Run, django_assert_num_queries: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.LOGS)
        assert [tuple(row) for row in cursor.fetchall()] == list(orm_equivalents.logs())
    assert [chain.holds for chain in chains()] == [True] * Run.objects.count()


def test_what_a_replay_reads(run: Run) -> None:
    (read,) = Run.objects.raw(sql.REPLAYED, [run.pk])
    assert columns(read) == columns(run)
    held = vars(read)
    assert bytes(held["source"]) == bytes(run.revision.source)
    assert json.loads(held["reading"]) == run.revision.procedure
    names = ("sequence", "kind", "at", "by_id", "text", "digest")
    events = Event.objects.filter(run=run, sequence__gt=1).order_by("sequence")
    with connection.cursor() as cursor:
        cursor.execute(sql.EVENTS, [run.pk, 1, 2])
        assert cursor.fetchall() == list(events.values_list(*names)[:2])
        cursor.execute(sql.HEAD, [run.pk])
        assert cursor.fetchall() == [(run.sequence, run.digest)]


def test_how_many_runs_are_linked(run: Run) -> None:
    read = Incident.objects.annotate(linked=listing._LINKED).order_by()
    assert dict(read.values_list("pk", "linked")) == orm_equivalents.linked()


def test_a_row_is_written_as_the_models_write_it(run: Run) -> None:
    row = RunStep.objects.filter(run=run, done_at__isnull=False).first()
    assert row is not None
    before = columns(row)
    row.reason, row.values = "A reason, 'quoted' – and %s", {"entries": "1", "ä": '"'}
    row.done_at = run.prepared_at
    new = {n: v for n, (_, v) in columns(row).items() if n != "id"}
    sql.carry_out(sql.insert(RunStep, [new], unique="run_id, step, attempt"))
    written = columns(RunStep.objects.get(pk=row.pk))
    RunStep.objects.filter(pk=row.pk).update(**{n: v for n, (_, v) in before.items() if n != "id"})
    row.save()
    assert written == columns(RunStep.objects.get(pk=row.pk)) != before
    changed = {"reason": "another", "done_at": run.prepared_at + timedelta(hours=1), "values": {}}
    sql.carry_out([sql.update(RunStep, row.pk, changed)])
    written = columns(RunStep.objects.get(pk=row.pk))
    row.save()
    RunStep.objects.filter(pk=row.pk).update(**changed)
    assert written == columns(RunStep.objects.get(pk=row.pk))


def test_a_column_that_is_not_there_is_an_error_at_once() -> None:
    assert named("SELECT {run.revision} FROM {run}", run=Run) == (
        'SELECT "revision_id" FROM "runbooks_run"'
    )
    with pytest.raises(FieldDoesNotExist):
        named("SELECT {run.colour}", run=Run)
