"""The log: canonical, chained, append-only; and every way of forging it shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import F

from accounts.models import User
from lib import times
from runbooks.log import chain
from runbooks.machine.moves.log import Note
from runbooks.machine.moves.second_person import Countersign
from runbooks.models import Event, Evidence, Revision, Run, RunPerson, RunStep
from runbooks.runs import replay
from tests.factories.runs import Play, play
from tests.flushing import forging, settle
from tests.runbooks import texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def game(at: datetime) -> Play:
    """A run with a countersign, a note, and all steps done."""
    made = play(texts.AFTER, at)
    made.tick(0)
    made.tick(1, rows="12", seen="alles – ✓")
    made.move(Countersign, by="verifier", step=1, values={"rows": "12", "seen": "ja"})
    made.move(Note, by="decider", text="well done")
    made.tick(2)
    return made


def faults(game: Play) -> str:
    game.run.refresh_from_db()
    return " ".join(replay.verify(Run.objects.get(pk=game.run.pk)).faults)


def test_the_chain_is_what_the_documentation_says(game: Play) -> None:
    previous = ""
    for event in game.run.events.order_by("sequence"):
        content = json.loads(event.text)
        assert set(content) == {"at", "by", "data", "kind", "name", "role", "run", "sequence"}
        assert event.text == chain.canonical(content)
        assert event.digest == hashlib.sha256((previous + event.text).encode()).hexdigest()
        assert content["at"].endswith("Z")
        previous = event.digest
    game.run.refresh_from_db()
    assert game.run.digest == previous


def test_the_canonical_form() -> None:
    assert chain.canonical({"b": [1, None, True], "a": "ü ✓ \u2028"}) == (
        '{"a":"ü ✓ \u2028","b":[1,null,true]}'
    )
    with pytest.raises(ValueError):
        chain.canonical({"a": float("nan")})


def test_times_are_kept_to_the_microsecond_in_utc() -> None:
    here = datetime(2026, 3, 4, 4, 12, 45, 123456, tzinfo=timezone(timedelta(hours=1)))
    assert times.microseconds(here) == 1772593965123456
    assert times.microseconds(here) == times.microseconds(here.astimezone(UTC))


def _event(game: Play, sequence: int) -> Any:
    return Event.objects.filter(run=game.run, sequence=sequence)


def _rechain(game: Play) -> None:
    """What somebody does who knows how the chain is made."""
    previous = ""
    for event in Event.objects.filter(run=game.run).order_by("sequence"):
        previous = chain.digest(previous, event.text)
        Event.objects.filter(pk=event.pk).update(digest=previous)
    Run.objects.filter(pk=game.run.pk).update(digest=previous)


def text_changed(game: Play) -> None:
    event = _event(game, 9).get()
    _event(game, 9).update(text=event.text.replace("12", "13"))


def column_changed(game: Play) -> None:
    _event(game, 7).update(at=F("at") - 1)


def person_changed(game: Play) -> None:
    _event(game, 7).update(by=User.objects.get(username="verifier"))


def last_deleted(game: Play) -> None:
    _event(game, game.run.sequence).delete()


def middle_deleted(game: Play) -> None:
    _event(game, 8).delete()


def one_inserted(game: Play) -> None:
    last = _event(game, game.run.sequence).get()
    last.pk, last.sequence, last.key = None, last.sequence + 1, None
    last.save()


def two_swapped(game: Play) -> None:
    for old, new in ((8, 1000), (9, 8), (1000, 9)):
        _event(game, old).update(sequence=new)


def all_deleted(game: Play) -> None:
    Event.objects.filter(run=game.run).delete()
    Run.objects.filter(pk=game.run.pk).update(sequence=0, digest="")


def rechained_without_its_tail(game: Play) -> None:
    _event(game, game.run.sequence).delete()
    Run.objects.filter(pk=game.run.pk).update(sequence=game.run.sequence - 1)
    _rechain(game)


def value_forged_and_rechained(game: Play) -> None:
    event = _event(game, 9).get()
    _event(game, 9).update(text=event.text.replace('"rows":"12"', '"rows":"99"'))
    _rechain(game)


def source_changed(game: Play) -> None:
    Revision.objects.update(source=b"- [ ] something else")


def digest_of_the_source_changed(game: Play) -> None:
    Revision.objects.update(sha256="0" * 64)


def procedure_changed(game: Play) -> None:
    revision = Revision.objects.get()
    revision.procedure["steps"][2]["title"] = "Tell nobody"
    Revision.objects.update(procedure=revision.procedure)


def procedure_unreadable(game: Play) -> None:
    Revision.objects.update(procedure={})


def step_forged(game: Play) -> None:
    RunStep.objects.filter(run=game.run, step=1).update(values={"rows": "99"})


def step_deleted(game: Play) -> None:
    RunStep.objects.filter(run=game.run, step=1).delete()


def run_forged(game: Play) -> None:
    Run.objects.filter(pk=game.run.pk).update(turned_back=True)


def role_forged(game: Play) -> None:
    RunPerson.objects.filter(run=game.run, role="verifier").update(role="observer")


FORGERIES: dict[Callable[[Play], None], str] = {
    text_changed: "Event 9: the text does not fit its digest.",
    column_changed: "Event 7: a column differs",
    person_changed: "Event 7: a column differs",
    last_deleted: "The run names event",
    middle_deleted: "Event 8 is missing; 9 stands in its place.",
    one_inserted: "does not fit its digest.",
    two_swapped: "Event 8: the text does not fit its digest.",
    all_deleted: "The log is empty.",
    rechained_without_its_tail: "differ at step 3",
    value_forged_and_rechained: "differ at step 2",
    source_changed: "The text of the revision is not the one",
    digest_of_the_source_changed: "The text of the revision is not the one",
    procedure_changed: "The stored reading of the revision is not the one",
    procedure_unreadable: "The stored rows cannot be read",
    step_forged: "differ at step 2",
    step_deleted: "The stored rows cannot be read",
    run_forged: "turned back is not what the log says",
    role_forged: "people is not what the log says",
}


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_every_forgery_is_named(game: Play, forge: Callable[[Play], None]) -> None:
    assert faults(game) == ""
    with forging():
        forge(game)
    assert FORGERIES[forge] in faults(game)


TABLES = ("runbooks_event", "runbooks_evidence", "runbooks_revision")


@pytest.mark.parametrize("table", TABLES)
def test_the_database_refuses_to_rewrite_history(game: Play, table: str) -> None:
    if table == "runbooks_evidence":
        Evidence.objects.create(
            run=game.run, file="x", name="x", content_type="x", size=1, sha256="0" * 64,
            at=game.at, by=game.people["operator"],
        )  # fmt: skip
    column = {"runbooks_event": "text", "runbooks_evidence": "name"}.get(table, "summary")
    statements = [f"UPDATE {table} SET {column} = 'forged'", f"DELETE FROM {table}"]
    if connection.vendor == "postgresql":
        statements.append(f"TRUNCATE {table} CASCADE")
    settle()
    for statement in statements:
        refused = pytest.raises(DatabaseError, match="append-only")
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert faults(game) == ""


def test_a_revision_may_still_be_approved_and_nothing_else(game: Play) -> None:
    Revision.objects.update(approved_at=game.at)
    for column in ("source", "procedure", "number", "sha256"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Revision.objects.update(**{column: F(column)})


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (RunStep, {"countersigned_by": F("done_by"), "countersigned_at": F("done_at")}),
        (RunStep, {"done_by": None}),
        (RunStep, {"done_at": None}),
        (RunStep, {"started_by": None}),
        (RunStep, {"released_at": F("done_at")}),
        (RunStep, {"done_at": None, "done_by": None}),
        (RunStep, {"step": 0}),
        (Run, {"status": "on_hold"}),
        (Run, {"held_by": 1}),
        (Run, {"status": "completed"}),
        (Run, {"ended_at": F("prepared_at")}),
        (Run, {"hand_over_by": 1}),
        (Run, {"hand_over_by": F("prepared_by"), "hand_over_to": F("prepared_by")}),
        (RunPerson, {"role": "operator"}),
        (RunPerson, {"person": F("run__prepared_by")}),
    ],
)
def test_the_database_knows_the_rules_too(game: Play, model: Any, changes: dict[str, Any]) -> None:
    if "person" in changes:
        changes = {"person": game.people["operator"]}
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(**changes)


@pytest.mark.parametrize("key", [None, "k"])
def test_one_sequence_and_one_key_once(game: Play, key: str | None) -> None:
    by = game.people["operator"]
    rows = [
        Event(
            run=game.run, sequence=100 + n if key else 100, key=key, kind="x", at=0, by=by,
            text="{}", digest="0" * 64,
        )
        for n in range(2)
    ]  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.bulk_create(rows)


def test_the_command_looks_at_every_run(game: Play) -> None:
    out = StringIO()
    call_command("verify_log", stdout=out)
    assert f"run {game.run.pk}: {game.run.sequence} events, good" in out.getvalue()
    with forging():
        text_changed(game)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_log", str(game.run.pk), stdout=out)
    assert ended.value.code == 1
    assert "Event 9: the text does not fit its digest." in out.getvalue()
    with pytest.raises(CommandError, match="no run 999"):
        call_command("verify_log", "999")
