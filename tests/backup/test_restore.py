"""Restoring Countersign itself: beside first, compared, and in place only when that is typed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from backup import (  # fmt: skip
    Stopped,
    checking,
    creating,
    facts,
    files,
    manifest,
    postgres,
    replacing,
    restoring,
)
from runbooks.models import Event, Run
from runbooks.runs import replay
from tests.factories.kept import Kept, kept_world
from tests.runbooks.live.live_world import PATIENCE, ROOT

pytestmark = pytest.mark.processes
NIGHT = datetime(2026, 3, 4, 3, 12, 45, tzinfo=UTC)
LATER = NIGHT + timedelta(days=2)


@pytest.fixture(scope="module")
def kept(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with kept_world(django_db_blocker, tmp_path_factory.mktemp("kept"), NIGHT) as made:
        yield made
        for name in databases():
            if name != connection.settings_dict["NAME"]:
                postgres.drop(name)


@pytest.fixture(autouse=True)
def _its_evidence(kept: Kept, settings: Any) -> None:
    settings.MEDIA_ROOT, settings.DATA = kept.evidence, kept.world.data


@pytest.fixture
def backup(tmp_path: Path, kept: Kept) -> Path:
    """One good backup of now."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    taken = creating.take([tmp_path / "one", tmp_path / "two"], at=NIGHT)
    assert not taken[0].faults
    return taken[0].folder


def databases() -> list[str]:
    """The world's databases, the one beside too; none with SQLite."""
    if connection.vendor == "sqlite":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database ORDER BY 1")
        ours = str(connection.settings_dict["NAME"])
        return [name for (name,) in cursor.fetchall() if name.startswith(ours)]


def everything(kept: Kept) -> tuple[set[str], list[str]]:
    return files.all_below(kept.world.data), databases()


def command(folder: Path, *arguments: str) -> str:
    out = StringIO()
    call_command("restore", str(folder), *arguments, stdout=out)
    return out.getvalue()


class TestBeside:
    def test_it_stands_beside_and_is_the_same(self, backup: Path, kept: Kept) -> None:
        live = facts.read()
        restored = restoring.restore(backup, at=LATER)
        try:
            assert str(restored.database["NAME"]) != str(connection.settings_dict["NAME"])
            with facts.opened(restored.database):
                assert facts.read() == live
                assert all(replay.verify(run).ok for run in Run.objects.all())
                with pytest.raises(Exception, match="append-only"):  # the triggers came with it
                    Event.objects.all().update(kind="x")
            assert files.all_below(restored.evidence) == files.all_below(kept.evidence)
            assert facts.read() == live
        finally:
            restoring.discard(restored)

    def test_it_says_what_replacing_would_lose(self, backup: Path, kept: Kept) -> None:
        kept.play.at += timedelta(hours=61)
        kept.grow()
        lost = kept.attach(f"a file of {kept.play.at}".encode()).relative_to(kept.evidence)
        restored = restoring.restore(backup, at=LATER)
        try:
            text = "\n".join(restoring.compared(restored))
        finally:
            restoring.discard(restored)
        assert "The backup is 61 h OLDER than the live data." in text
        assert "2 would be LOST." in next(
            line for line in text.splitlines() if line.startswith("runbooks_event:")
        )
        assert f"Evidence that would be LOST: {lost}." in text
        assert "Logs of runs end elsewhere" in text

    def test_nothing_lost_is_said_too(self, backup: Path) -> None:
        restored = restoring.restore(backup, at=LATER)
        lines = restoring.compared(restored)
        restoring.discard(restored)
        assert lines[0].startswith("The newest event is the same in both")
        assert lines[1:] == ["Every table has as many rows as the live one."]

    def test_the_command_leaves_the_live_data_alone(self, backup: Path, kept: Kept) -> None:
        before = facts.read()
        output = command(backup)
        assert "The live data was not touched" in output
        assert "Verified: the rows of every table, 1 logs, every file." in output
        assert facts.read() == before

    def test_discarding_leaves_nothing(self, backup: Path, kept: Kept) -> None:
        before = everything(kept)
        restoring.discard(restoring.restore(backup, at=LATER))
        assert everything(kept) == before


def broken_bytes(folder: Path) -> None:
    path = next(folder.glob("database.*"))
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 4
    path.write_bytes(content)


def edited(folder: Path, **changed: Any) -> None:
    """Write the manifest anew, as somebody would who wants it to be believed."""
    page = manifest.read(folder)
    (folder / manifest.NAME).unlink()
    manifest.write(manifest.Manifest(**{**vars(page), **changed}), folder)


class TestRefused:
    def refused(self, folder: Path, kept: Kept) -> str:
        before = everything(kept)
        with pytest.raises(Stopped) as stopped:
            restoring.restore(folder, at=LATER)
        assert everything(kept) == before
        return str(stopped.value)

    def test_a_damaged_copy(self, backup: Path, kept: Kept) -> None:
        broken_bytes(backup)
        assert "Take the other copy" in self.refused(backup, kept)

    def test_a_copy_that_was_not_finished(self, backup: Path, kept: Kept) -> None:
        (backup / manifest.NAME).unlink()
        assert "no finished backup" in self.refused(backup, kept)

    def test_one_of_a_newer_version(self, backup: Path, kept: Kept) -> None:
        page = manifest.read(backup)
        given = {**vars(page.facts), "migrations": (*page.facts.migrations, "runbooks.9000_new")}
        edited(backup, facts=facts.DatabaseFacts(**given), version="9.0")
        refusal = self.refused(backup, kept)
        assert "9.0" in refusal or "migrations" in refusal

    def test_one_of_another_kind_of_database(self, backup: Path, kept: Kept) -> None:
        other = "postgresql" if connection.vendor == "sqlite" else "sqlite"
        edited(backup, vendor=other)
        assert self.refused(backup, kept)

    def test_what_does_not_come_out_as_it_went_in(
        self, backup: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(checking, "content", lambda: ["Run 1: the log is empty."])
        refusal = self.refused(backup, kept)
        assert "was removed again" in refusal
        assert "Run 1" in refusal

    @pytest.mark.parametrize("name", ["evidence/../../planted", "/planted", "evidence//planted"])
    def test_one_that_would_write_elsewhere(self, backup: Path, kept: Kept, name: str) -> None:
        """Sealed anew by whoever can write there, who also says that the file is known to lack."""
        (backup.parent / "planted").write_text("* * * * * root id")
        held = manifest.Held(*files.digest(backup.parent / "planted"))
        faults = (f"{name} is missing.",)
        edited(backup, files={**manifest.read(backup).files, name: held}, missing=faults)
        assert "no file inside" in self.refused(backup, kept)

    def test_one_that_excuses_its_own_damage(self, backup: Path, kept: Kept) -> None:
        broken_bytes(backup)
        faults = checking.faults(backup)
        edited(backup, missing=tuple(faults))
        assert "Take the other copy" in self.refused(backup, kept)

    def test_one_with_a_link_in_it(self, backup: Path, kept: Kept) -> None:
        path = next(path for path in (backup / "evidence").rglob("*") if path.is_file())
        path.rename(backup.parent / "elsewhere")
        path.symlink_to(backup.parent / "elsewhere")
        assert "is a link and no file" in self.refused(backup, kept)

    def test_it_never_writes_over_what_stands_there(self, backup: Path, kept: Kept) -> None:
        restored = restoring.restore(backup, at=LATER)
        try:
            before = everything(kept)
            with pytest.raises(Stopped, match="File exists"):
                restoring.restore(backup, at=LATER)
            assert everything(kept) == before
        finally:
            restoring.discard(restored)


def test_an_older_backup_is_brought_up_to_date_beside(
    tmp_path: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its list of migrations lacks one, as that of an older version would."""
    recorder = MigrationRecorder(connection)
    brought = []

    def migrate(name: str, **more: Any) -> None:
        brought.append((name, str(connection.settings_dict["NAME"])))
        MigrationRecorder(connection).record_applied("sessions", "0001_initial")

    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    recorder.record_unapplied("sessions", "0001_initial")
    try:
        folder = creating.take([tmp_path / "one", tmp_path / "two"], at=NIGHT)[0].folder
    finally:
        recorder.record_applied("sessions", "0001_initial")
    assert checking.faults(folder, prove=True) == [checking.OTHER_VERSION]
    assert checking.faults(folder) == []
    monkeypatch.setattr(restoring, "call_command", migrate)
    restored = restoring.restore(folder, at=LATER)
    restoring.discard(restored)
    assert brought == [("migrate", str(restored.database["NAME"]))]


class TestReplacing:
    def test_it_must_be_typed(self, backup: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        before = facts.read()
        monkeypatch.setattr("builtins.input", lambda _: "yes")
        with pytest.raises(CommandError, match="Nothing was replaced"):
            command(backup, "--replace")
        assert facts.read() == before

    def test_in_place_the_old_is_kept_and_the_way_back_works(
        self, backup: Path, kept: Kept
    ) -> None:
        kept.grow("lost by restoring")
        kept.attach(f"lost file {kept.play.at}".encode())
        newer, files_before = facts.read(), files.all_below(kept.evidence)
        output = command(backup, "--replace", "--yes-i-typed", replacing.target())
        assert "Replaced. The data that was live is kept as" in output
        assert facts.read() == manifest.read(backup).facts
        assert files.all_below(kept.evidence) < files_before
        assert checking.content() == []
        # And back, by the very commands that were printed.
        connection.close()
        lines = output.split("To go back")[1].splitlines()[1:]
        for line in filter(None, (line.strip() for line in lines)):
            server = connection.settings_dict
            host = f"-h {server['HOST']} -p {server['PORT'] or 5432} -U {server['USER']}"
            done = subprocess.run(line.replace("psql", f"psql {host}", 1), shell=True, text=True)
            assert done.returncode == 0, line
        assert facts.read() == newer
        assert files.all_below(kept.evidence) == files_before

    def test_not_while_a_server_is_connected(self, backup: Path, kept: Kept) -> None:
        before = facts.read()
        connection.close()
        idle = subprocess.Popen(
            [sys.executable, "-c", _IDLE],
            cwd=ROOT,
            env=kept.world.environment | {"DJANGO_SETTINGS_MODULE": "config.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert idle.stdin is not None
        assert idle.stdout is not None
        try:
            assert idle.stdout.readline() == "idle\n"
            with pytest.raises(CommandError, match="systemctl stop countersign-web"):
                command(backup, "--replace", "--yes-i-typed", replacing.target())
        finally:
            idle.communicate("")
        assert idle.wait(PATIENCE) == 0
        assert facts.read() == before

    def test_a_step_that_fails_moves_everything_back(
        self, backup: Path, kept: Kept, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before, names = facts.read(), files.all_below(kept.evidence)
        restored = restoring.restore(backup, at=LATER + timedelta(hours=5))
        aside = restoring.beside_evidence(restored.stamp, "replaced")
        aside.mkdir()
        with pytest.raises(Stopped, match="is there already"):
            replacing.replace(restored)
        aside.rmdir()
        restoring.discard(restored)
        assert facts.read() == before
        assert files.all_below(kept.evidence) == names


_IDLE = """
import django, sys
django.setup()
from runbooks.models import Run
Run.objects.count()
print("idle", flush=True)
sys.stdin.read()
"""


def test_a_live_file_that_is_no_database_any_more_can_be_replaced(backup: Path, kept: Kept) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("A server does not lose its database in this way.")
    live = Path(str(connection.settings_dict["NAME"]))
    connection.close()
    safe = live.with_suffix(".safe")
    live.rename(safe)
    for rest in live.parent.glob(f"{live.name}-*"):
        rest.unlink()
    live.write_bytes(b"overwritten by a script " * 500)
    try:
        output = command(backup, "--replace", "--yes-i-typed", live.name)
        assert "there is no comparison" in output
        assert facts.read() == manifest.read(backup).facts
        aside = next(live.parent.glob(f"{live.name}.replaced-*"))
        assert aside.read_bytes().startswith(b"overwritten")
    finally:
        connection.close()
        for rest in live.parent.glob(f"{live.name}-*"):
            rest.unlink()
        safe.replace(live)
