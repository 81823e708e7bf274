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
from django.core.management import call_command
from django.db import connection

from config.safekeeping import Stopped, checking, files, manifest, taking
from config.safekeeping.taking import Taken
from runbooks.models import Event
from tests.factories.kept import Kept, kept_world

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
    found = [tmp_path / "one", tmp_path / "two"]
    for place in found:
        place.mkdir()
    return found


def copies(two: list[Path], at: datetime = NIGHT, **more: Any) -> list[Taken]:
    return taking.take(two, at=at, **more)


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
        told = checking.faults(folder, prove=True)
        assert told == [
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
        with lifted():
            Event.objects.filter(pk=first.pk).update(text=first.text.replace("live", "lied"))
        try:
            faults = copies(two, prove=True)[0].faults
        finally:
            with lifted():
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


def lifted() -> Any:
    from tests.flushing import triggers_lifted

    return triggers_lifted()
