"""Backups of Countersign itself: two copies, read back, and every way in which one can be bad."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from backup import Stopped, checking, creating, files, last_backup, manifest, places
from backup.creating import Taken
from config import metrics
from runbooks.models import Event
from tests.factories.kept import Kept, kept_world
from tests.flushing import triggers_lifted

pytestmark = pytest.mark.processes
NIGHT = datetime(2026, 3, 4, 3, 12, 45, tzinfo=UTC)


@pytest.fixture(scope="module")
def kept(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with kept_world(django_db_blocker, tmp_path_factory.mktemp("kept"), NIGHT) as made:
        yield made


@pytest.fixture(autouse=True)
def _its_evidence(kept: Kept, settings: Any) -> None:
    settings.MEDIA_ROOT, settings.DATA = kept.evidence, kept.world.data


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    places = [tmp_path / "one", tmp_path / "two"]
    for place in places:
        place.mkdir()
    return places


def copies(two: list[Path], at: datetime = NIGHT, **more: Any) -> list[Taken]:
    return creating.take(two, at=at, **more)


def good(two: list[Path], at: datetime = NIGHT) -> Path:
    """The first copy of a backup that is good."""
    taken = copies(two, at)
    assert [copy.faults for copy in taken] == [(), ()]
    return taken[0].folder


def database(folder: Path) -> Path:
    name = "database.sqlite3" if connection.vendor == "sqlite" else "database.dump"
    return folder / name


def rewrite(path: Path, change: Any) -> None:
    content = bytearray(path.read_bytes())
    path.write_bytes(change(content))


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("backup", *arguments, stdout=out)
    return out.getvalue()


class TestGood:
    def test_two_copies_are_the_same_and_hold_everything(self, two: list[Path], kept: Kept) -> None:
        first, second = (copy.folder for copy in copies(two))
        assert first.name == second.name == "countersign-20260304T031245Z"
        assert files.all_below(first) == files.all_below(second)
        page = manifest.read(first)
        assert page == manifest.read(second)
        assert page.facts.counts["runbooks_event"] == Event.objects.count()
        assert page.facts.newest == Event.objects.order_by("-at")[0].at
        (file,) = page.facts.evidence[:1]
        assert (first / "evidence" / file.path).read_bytes() == b"ls -l\n"
        assert files.all_below(first) == {*page.files, "manifest.json"}

    def test_the_logs_are_replayed_where_it_is_asked(self, two: list[Path]) -> None:
        assert [copy.faults for copy in copies(two, prove=True)] == [(), ()]

    def test_nobody_else_may_read_them_and_the_key_is_not_in(self, two: list[Path]) -> None:
        folder = good(two)
        assert folder.stat().st_mode & 0o077 == 0
        for name in files.all_below(folder):
            assert (folder / name).stat().st_mode & 0o077 == 0, name
        assert "secret_key" not in files.all_below(folder)

    def test_reading_back_changes_nothing(self, two: list[Path]) -> None:
        folder = good(two)
        before = files.all_below(folder)
        for path in folder.rglob("*"):
            path.chmod(0o500 if path.is_dir() else 0o400)
        assert checking.faults(folder) == []
        assert files.all_below(folder) == before

    def test_a_moved_copy_is_still_good(self, two: list[Path], tmp_path: Path) -> None:
        moved = tmp_path / "a stick #1 & more?"
        shutil.copytree(good(two), moved)
        assert checking.faults(moved, prove=True) == []

    def test_nothing_is_written_over(self, two: list[Path]) -> None:
        folder = good(two)
        before = (folder / "manifest.json").read_bytes()
        with pytest.raises(Stopped, match="nothing is ever overwritten"):
            copies(two)
        assert (folder / "manifest.json").read_bytes() == before
        assert checking.faults(folder) == []


def cut(content: bytearray) -> bytes:
    return bytes(content[: len(content) // 2])


def flip(content: bytearray) -> bytes:
    content[len(content) // 2] ^= 1
    return bytes(content)


def a_file(folder: Path) -> Path:
    return next(path for path in (folder / "evidence").rglob("*") if path.is_file())


class TestBad:
    @pytest.mark.parametrize("change", [cut, flip, lambda content: b""])
    @pytest.mark.parametrize("which", [database, a_file])
    def test_other_bytes_show(self, two: list[Path], which: Any, change: Any) -> None:
        folder = good(two)
        path = which(folder)
        rewrite(path, change)
        (fault,) = checking.faults(folder)
        assert str(path.relative_to(folder)) in fault
        assert "bytes" in fault

    def test_a_missing_and_a_foreign_file_show(self, two: list[Path]) -> None:
        folder = good(two)
        name = str(a_file(folder).relative_to(folder))
        (folder / name).unlink()
        (folder / "database.sqlite3-wal").write_bytes(b"not ours")
        assert checking.faults(folder) == [
            f"{name} is missing.",
            "database.sqlite3-wal does not belong to it.",
        ]

    def test_an_edited_manifest_shows(self, two: list[Path]) -> None:
        folder = good(two)
        page = json.loads((folder / "manifest.json").read_text())
        page["facts"]["counts"]["runbooks_event"] -= 1
        (folder / "manifest.json").write_text(json.dumps(page))
        assert "was changed" in checking.faults(folder)[0]
        del page["sha256"]
        page["sha256"] = manifest._digest(page)
        (folder / "manifest.json").write_text(json.dumps(page))
        faults = checking.faults(folder, prove=True)
        assert faults == [
            f"Table runbooks_event has {Event.objects.count()} rows, not"
            f" {Event.objects.count() - 1} rows."
        ]

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "other/1"}'])
    def test_a_broken_manifest_shows(self, two: list[Path], text: str) -> None:
        folder = good(two)
        (folder / "manifest.json").write_text(text)
        assert len(checking.faults(folder)) == 1

    def test_no_manifest_is_no_backup(self, two: list[Path], tmp_path: Path) -> None:
        (good(two) / "manifest.json").unlink()
        for folder in (two[0] / "countersign-20260304T031245Z", tmp_path / "nowhere"):
            (fault,) = checking.faults(folder)
            assert "no finished backup" in fault

    def test_a_changed_log_shows_when_it_is_proved(self, two: list[Path], kept: Kept) -> None:
        first = Event.objects.filter(run=kept.play.run).order_by("sequence")[0]
        with triggers_lifted():
            Event.objects.filter(pk=first.pk).update(text=first.text.replace("live", "lied"))
        try:
            faults = copies(two, prove=True)[0].faults
        finally:
            with triggers_lifted():
                Event.objects.filter(pk=first.pk).update(text=first.text)
        assert faults == (f"Run {kept.play.run.pk}: Event 1: the text does not fit its digest.",)

    def test_evidence_that_is_lost_already_is_told_and_the_rest_kept(
        self, two: list[Path], kept: Kept
    ) -> None:
        path = kept.attach(b"to be lost")
        path.rename(path.with_suffix(".away"))
        try:
            taken = copies(two)
        finally:
            path.with_suffix(".away").rename(path)
        name = path.relative_to(kept.evidence)
        assert taken[0].faults == (f"The live data lacks the evidence {name}.",)
        rewrite(path, flip)
        try:
            taken = copies(two, NIGHT + timedelta(hours=1))
        finally:
            rewrite(path, flip)
        assert "other bytes than when it was attached" in taken[1].faults[0]


class TestPlaces:
    def refused(self, *arguments: str | Path) -> str:
        with pytest.raises(CommandError) as stopped:
            command(*map(str, arguments))
        return str(stopped.value)

    def test_one_place_is_refused(self, two: list[Path]) -> None:
        place = two[0]
        assert "two places" in self.refused()
        assert "two places" in self.refused("--to", place)
        assert "two places" in self.refused("--to", place, "--to", place / ".." / "one")
        assert list(place.iterdir()) == []

    def test_a_place_within_the_other_is_one_place(self, two: list[Path]) -> None:
        inner = two[0] / "inner"
        inner.mkdir()
        assert "that is one place" in self.refused("--to", two[0], "--to", inner, "--same-disk")

    def test_one_disk_must_be_agreed_to(self, two: list[Path]) -> None:
        assert "--same-disk" in self.refused("--to", two[0], "--to", two[1])
        output = command("--to", str(two[0]), "--to", str(two[1]), "--same-disk")
        assert output.count("good: read back, and its database opened") == 2
        assert "on the disk of the live data" in output

    def test_a_place_that_is_not_mounted_is_not_made(self, two: list[Path]) -> None:
        missing = two[0].parent / "missing"
        assert "is not there" in self.refused("--to", two[0], "--to", missing, "--same-disk")
        assert not missing.exists()

    def test_not_into_the_live_data(self, two: list[Path], kept: Kept) -> None:
        refusal = self.refused("--to", two[0], "--to", kept.evidence, "--same-disk")
        assert "inside the live data" in refusal

    def test_two_at_once_do_not_mix(self, two: list[Path]) -> None:
        with places.locked(two[1]), pytest.raises(Stopped, match="Another backup"):
            copies(two)


class TestKeeping:
    def taken(self, two: list[Path], number: int, **more: Any) -> None:
        for hour in range(number):
            copies(two, NIGHT + timedelta(hours=hour), **more)

    def test_the_newest_are_kept(self, two: list[Path]) -> None:
        self.taken(two, 4, keep=2)
        for place in two:
            (place / "notes.txt").write_text("somebody else's")
            names = [folder.name for folder in places.kept(place)]
            assert names == ["countersign-20260304T051245Z", "countersign-20260304T061245Z"]
        copies(two, NIGHT + timedelta(hours=9), keep=1)
        assert [len(places.kept(place)) for place in two] == [1, 1]
        assert (two[0] / "notes.txt").exists()

    def test_nothing_is_removed_while_the_new_one_is_not_good(
        self, two: list[Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.taken(two, 2)
        real = checking.faults
        bad = lambda folder, **more: ["Bad."] if folder.parent == two[1] else real(folder, **more)  # noqa: E731
        monkeypatch.setattr(checking, "faults", bad)
        taken = copies(two, NIGHT + timedelta(days=1), keep=1)
        assert [copy.faults for copy in taken] == [(), ("Bad.",)]
        assert [len(places.kept(place)) for place in two] == [3, 3]

    def test_zero_is_not_a_number_of_backups(self, two: list[Path]) -> None:
        with pytest.raises(CommandError, match="from 1 up"):
            command("--to", str(two[0]), "--to", str(two[1]), "--keep", "0")


class TestCommand:
    def test_it_checks_an_old_one(self, two: list[Path]) -> None:
        folder = good(two)
        assert "good" in command("--check", str(folder))
        rewrite(database(folder), flip)
        with pytest.raises(CommandError, match="Do not rely"):
            command("--check", str(folder))

    def test_the_key_goes_in_when_it_is_asked_for(self, two: list[Path], settings: Any) -> None:
        to = ["--to", str(two[0]), "--to", str(two[1]), "--same-disk", "--with-secret-key"]
        with pytest.raises(CommandError, match="in no file"):
            command(*to)
        (settings.DATA / "secret_key").write_text("very secret")
        command(*to)
        for place in two:
            (folder,) = places.kept(place)
            assert (folder / "secret_key").read_text() == "very secret"
            assert checking.faults(folder) == []

    def test_the_last_good_one_is_noted_for_the_metrics(
        self, two: list[Path], settings: Any
    ) -> None:
        (settings.DATA / last_backup.NAME).unlink(missing_ok=True)
        assert last_backup.last() is None
        command("--to", str(two[0]), "--to", str(two[1]), "--same-disk")
        taken = last_backup.last()
        assert taken is not None
        text = metrics.exposition(NIGHT).decode()
        (line,) = [line for line in text.splitlines() if line.startswith("countersign_backup_")]
        assert float(line.split()[1]) == taken.timestamp()
