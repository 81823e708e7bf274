"""Anchors: they give away what the database alone cannot."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jobs.models import Job
from runbooks.audit import anchors
from runbooks.audit.anchors import CastAnchors, Comparison
from runbooks.machine.moves.log import Note
from runbooks.machine.moves.second_person import Countersign
from runbooks.models import Anchor, AnchoredHead, Event, Run, RunPerson, RunStep
from runbooks.runs import replay
from tests.factories.forging import forging, rewrite, shorten
from tests.factories.runs import Play, cast, play
from tests.runbooks import texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def game(at: datetime) -> Play:
    """A run that has recorded the value 12."""
    made = play(texts.AFTER, at)
    made.tick(0)
    made.tick(1, rows="12", seen="all")
    made.move(Countersign, by="verifier", step=1, values={"rows": "12", "seen": "all"})
    return made


def faults(path: Path, *, witness: bool = True, runs: set[int] | None = None) -> list[str]:
    return [fault.sentence for fault in Comparison(path, runs, witness).faults()]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def test_the_heads_are_written_and_chained(game: Play, anchor_file: Path, at: datetime) -> None:
    assert anchors.cast(anchor_file, at=at) == CastAnchors(heads=1, lines=1)
    before = game.run.sequence
    game.move(Note, text="on it goes")
    anchors.cast(anchor_file, at=at + timedelta(minutes=15))
    first, second = lines(anchor_file)
    assert [head[:2] for head in first["heads"]] == [[game.run.pk, before]]
    assert second["heads"] == [[game.run.pk, before + 1, game.run.digest]]
    raw = anchor_file.read_bytes().splitlines()
    assert (first["number"], first["previous"]) == (1, "")
    assert (second["number"], second["previous"]) == (2, hashlib.sha256(raw[0]).hexdigest())
    assert second["at"] == "2026-03-04T03:27:45.000000Z"
    assert anchor_file.stat().st_mode & 0o777 == 0o600
    assert faults(anchor_file) == []


def test_nothing_is_written_while_nothing_moves(
    game: Play, anchor_file: Path, at: datetime
) -> None:
    anchors.cast(anchor_file, at=at)
    size = anchor_file.stat().st_size
    assert anchors.cast(anchor_file, at=at) == CastAnchors(heads=0, lines=0)
    assert anchor_file.stat().st_size == size
    assert Anchor.objects.count() == 1


def test_a_consistent_rewrite_passes_verify_and_not_the_anchors(
    game: Play, anchor_file: Path, at: datetime
) -> None:
    anchors.cast(anchor_file, at=at)
    rewrite(game.run, '"12"', '"99"')
    assert RunStep.objects.filter(run=game.run, values__rows="99").exists()
    assert replay.verify(Run.objects.get(pk=game.run.pk)).ok
    (fault,) = faults(anchor_file)
    assert fault == (
        f"Event {game.run.sequence} was anchored 2026-03-04 03:12 UTC and has another digest now."
        " The log was rewritten."
    )


def test_the_forged_head_does_not_cover_the_anchored_one(
    game: Play, anchor_file: Path, at: datetime
) -> None:
    """The forged log is anchored in its turn, and goes on: the old line still stands."""
    anchors.cast(anchor_file, at=at)
    rewrite(game.run, '"12"', '"99"')
    assert anchors.cast(anchor_file, at=at).heads == 1
    game.move(Note, text="as if nothing had happened")
    anchors.cast(anchor_file, at=at)
    assert len(faults(anchor_file)) == 1


def test_a_shortened_log_shows(game: Play, anchor_file: Path, at: datetime) -> None:
    anchors.cast(anchor_file, at=at)
    last = game.run.sequence
    shorten(game.run, upto=last - 1)
    assert replay.verify(Run.objects.get(pk=game.run.pk)).ok
    (fault,) = faults(anchor_file)
    assert fault.startswith(f"Event {last} was anchored")
    assert fault.endswith(f"is not there any more; the log ends at {last - 1}.")


def test_a_lost_run_shows(game: Play, anchor_file: Path, at: datetime) -> None:
    anchors.cast(anchor_file, at=at)
    with forging():
        for model in (Event, RunPerson, RunStep, AnchoredHead):
            model.objects.filter(run=game.run).delete()
        Run.objects.filter(pk=game.run.pk).delete()
    (fault,) = Comparison(anchor_file).faults()
    assert fault.run == game.run.pk
    assert "The run is lost" in fault.sentence


def test_each_run_is_told_once(game: Play, anchor_file: Path, at: datetime) -> None:
    for _ in range(3):
        anchors.cast(anchor_file, at=at)
        game.move(Note, text="and on")
    shorten(game.run, upto=8)
    assert len(faults(anchor_file)) == 1


def _changed(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"2026-03-04T03:12", b"2026-03-04T03:11"))


def _second_taken_out(path: Path) -> None:
    raw = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(raw[0] + raw[2])


def _shortened(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _lost(path: Path) -> None:
    path.unlink()


def _garbage_put_in(path: Path) -> None:
    raw = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(raw[0] + b"[1, 2]\n" + b"".join(raw[1:]))


def _garbage_at_the_end(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\xff\xfe\n")


@pytest.mark.parametrize(
    ("forge", "says"),
    [
        (_changed, "Line 2 does not follow from the line before it"),
        (_second_taken_out, "Line 2 does not follow from the line before it"),
        (_shortened, "line 3, written 2026-03-04 03:42 UTC, is not there any more"),
        (_emptied, "line 1, written 2026-03-04 03:12 UTC, is not there any more"),
        (_lost, "cannot be read: No such file or directory."),
        (_garbage_put_in, "Line 2 is no anchor."),
        (_garbage_at_the_end, "Line 4 is no anchor."),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_the_file_shows_what_was_done_to_it(
    game: Play, anchor_file: Path, at: datetime, forge: Any, says: str
) -> None:
    for number in range(3):
        game.move(Note, text="on")
        anchors.cast(anchor_file, at=at + number * timedelta(minutes=15))
    assert faults(anchor_file) == []
    forge(anchor_file)
    assert says in " ".join(faults(anchor_file))


def test_a_file_that_was_shortened_and_goes_on_still_shows(
    game: Play, anchor_file: Path, at: datetime
) -> None:
    for number in range(3):
        game.move(Note, text="on")
        anchors.cast(anchor_file, at=at + number * timedelta(minutes=15))
    _shortened(anchor_file)
    for number in range(3, 5):
        game.move(Note, text="on")
        anchors.cast(anchor_file, at=at + number * timedelta(minutes=15))
    (fault,) = faults(anchor_file)
    assert "line 3, written 2026-03-04 03:42 UTC, is not there any more" in fault


def test_a_line_that_a_crash_cut_off_is_no_fault(
    game: Play, anchor_file: Path, at: datetime
) -> None:
    anchors.cast(anchor_file, at=at)
    with anchor_file.open("ab") as file:
        file.write(b'{"at":"2026-03-04T03:27:45.000')
    assert faults(anchor_file) == []
    game.move(Note, text="the machine is up again")
    anchors.cast(anchor_file, at=at)
    assert faults(anchor_file) == []
    assert len(anchor_file.read_bytes().splitlines()) == 3
    game.move(Note, text="and on")
    anchors.cast(anchor_file, at=at)
    assert faults(anchor_file) == []


def test_a_line_that_the_database_lost_in_a_crash_is_written_again(
    game: Play, anchor_file: Path, at: datetime
) -> None:
    anchors.cast(anchor_file, at=at)
    with forging():
        AnchoredHead.objects.all().delete()
        Anchor.objects.all().delete()
    assert anchors.cast(anchor_file, at=at).heads == 1
    assert faults(anchor_file) == []


def test_a_new_file_begins_with_all_runs(game: Play, anchor_file: Path, at: datetime) -> None:
    """After a restore of the database an older file is kept as it is, and a new one is named."""
    anchors.cast(anchor_file, at=at)
    other = anchor_file.with_suffix(".second")
    assert anchors.cast(other, at=at).heads == 1
    assert faults(other) == []


def test_many_runs_are_written_in_lines_of_some(
    at: datetime, anchor_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runbooks.audit.anchor_file.MOST_HEADS", 2)
    monkeypatch.setattr("runbooks.audit.anchors._AT_ONCE", 2)
    people, first = cast(), None
    for _ in range(5):
        first = first or play(texts.AFTER, at, people=people)
    for _ in range(4):
        Run.objects.create(
            revision=first.run.revision, kind="live", status="briefing", title="x", sequence=0,
            prepared_at=at, prepared_by=people["operator"],
        )  # fmt: skip
    assert anchors.cast(anchor_file, at=at) == CastAnchors(heads=5, lines=3)


def test_the_comparison_asks_less_than_once_a_head(
    game: Play, anchor_file: Path, at: datetime
) -> None:
    for _ in range(12):
        game.move(Note, text="on")
        anchors.cast(anchor_file, at=at)
    with CaptureQueriesContext(connection) as asked:
        assert faults(anchor_file) == []
    assert len(asked) <= 3


def test_lines_are_put_as_jobs_where_that_is_wanted(
    game: Play, anchor_file: Path, at: datetime, settings: Any
) -> None:
    anchors.cast(anchor_file, at=at)
    assert not Job.objects.exists()
    settings.ANCHOR_EMAIL = "auditor@example.org"
    settings.ANCHOR_WEBHOOK = "https://witness.example.org/"
    game.move(Note, text="on")
    anchors.cast(anchor_file, at=at)
    line = anchor_file.read_text().splitlines()[1]
    digest = hashlib.sha256(line.encode()).hexdigest()
    assert {(job.kind, job.key, job.data["line"]) for job in Job.objects.all()} == {
        ("runbooks.mail_anchor", digest, line),
        ("runbooks.post_anchor", digest, line),
    }


def _command(*given: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify_log", *given, stdout=out)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_the_command_compares_with_the_anchors(
    game: Play, anchor_file: Path, at: datetime, tmp_path: Path
) -> None:
    anchors.cast(anchor_file, at=at)
    elsewhere = tmp_path / "kept-by-the-auditor.jsonl"
    elsewhere.write_bytes(anchor_file.read_bytes())
    assert _command("--anchors", str(elsewhere))[0] == 0
    rewrite(game.run, '"12"', '"99"')
    anchor_file.unlink()
    code, output = _command("--anchors", str(elsewhere))
    assert code == 1
    assert f"run {game.run.pk}: NOT AS ANCHORED" in output
    assert "The log was rewritten." in output
    assert "1 run with 11 events verified, 1 anchored head compared; 1 fault." in output
    with pytest.raises(CommandError, match="no file"):
        call_command("verify_log", "--anchors", str(tmp_path / "nothing"))


def test_before_the_first_anchor_there_is_nothing_to_compare(
    game: Play, anchor_file: Path, at: datetime
) -> None:
    assert anchors.kept() is None
    anchors.cast(anchor_file, at=at)
    assert anchors.kept() == anchor_file
    anchor_file.unlink()
    assert anchors.kept() == anchor_file
