"""Restore next to the live data, prove what came out, and say what replacing would lose."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection

from backup import Stopped, checking, facts, files, manifest, postgres, sqlite
from backup.manifest import Manifest


@dataclass(frozen=True)
class Restored:
    """What stands beside: Django's settings of the database (`NAME` is its path or name) and the
    folder of evidence. `notes` are sentences for the person who restores."""

    promised: Manifest
    database: Mapping[str, object]
    evidence: Path
    stamp: str
    notes: tuple[str, ...]


def restore(folder: Path, *, at: datetime) -> Restored:
    """Put the backup in `folder` beside the live data at `at` (aware), and prove it: figures as
    promised, every log replayed, every file by its digest.

    Raises `Stopped`; then nothing stands beside, and the live data was not touched in any case.
    """
    promised = manifest.read(folder)
    _check_good(folder, promised)
    behind = _check_version(promised)
    stamp = f"{at.astimezone(UTC):%Y%m%d_%H%M%S_%f}"[:-3]
    evidence = beside_evidence(stamp)
    with files.disk_errors_as_sentences(f"{evidence} cannot be made"):
        evidence.mkdir(mode=0o700, parents=True)
    try:
        with files.disk_errors_as_sentences("The evidence could not be restored beside"):
            _evidence(folder, promised, evidence)
        database = _database(folder, promised, stamp)
    except BaseException:
        shutil.rmtree(evidence, ignore_errors=True)
        raise
    restored = Restored(promised, database, evidence, stamp, tuple(promised.missing))
    try:
        _prove(restored, behind)
    except BaseException:
        discard(restored)
        raise
    return restored


def beside_evidence(stamp: str, word: str = "restored") -> Path:
    """The folder next to the live evidence."""
    live = Path(settings.MEDIA_ROOT)
    return live.with_name(f"{live.name}.{word}-{stamp}")


def _check_good(folder: Path, promised: Manifest) -> None:
    if bad := checking.damage(folder, promised):
        raise Stopped(
            "This backup is not good, and nothing was restored. Take the other copy.\n"
            + "\n".join(f"  {fault}" for fault in bad)
        )
    if promised.vendor != connection.vendor:
        raise Stopped(
            f"This is a backup of {promised.vendor}; DATABASE_URL leads to {connection.vendor}."
            " Set DATABASE_URL to a database of the same kind first."
        )


def _check_version(promised: Manifest) -> set[str]:
    """The migrations that the backup lacks. Raises `Stopped` when it is of a newer version."""
    known, has = checking.known_migrations(), set(promised.facts.migrations)
    if newer := sorted(has - known):
        raise Stopped(
            f"This backup is of a newer version ({promised.version}) of Countersign: this one does"
            f" not know {newer[0]}. Install that version first."
        )
    return known - has


def _evidence(folder: Path, promised: Manifest, target: Path) -> None:
    for title, held in promised.files.items():
        if title.startswith("evidence/"):
            path = target / title.removeprefix("evidence/")
            if files.copy(folder / title, path)[0] != held.sha256:
                raise Stopped(f"{title} reads otherwise than a moment ago. Take the other copy.")
    files.flush_all(target)


def _database(folder: Path, promised: Manifest, stamp: str) -> Mapping[str, object]:
    if promised.vendor == "postgresql":
        name = f"{connection.settings_dict['NAME']}_restored_{stamp}"
        return postgres.beside(name, folder / postgres.NAME)
    live = sqlite.live_path(connection.settings_dict)
    target = live.with_name(f"{live.name}.restored-{stamp}")
    with files.disk_errors_as_sentences("The database could not be restored beside"):
        files.copy(folder / sqlite.NAME, target)
        files.flush(target.parent)
    return sqlite.settings_of(target)


def _prove(restored: Restored, behind: set[str]) -> None:
    try:
        with facts.opened(restored.database):
            faults = facts.differences(restored.promised.facts, facts.read())
            if behind and not faults:
                call_command("migrate", interactive=False, verbosity=0)
            faults = faults or checking.content()
    except DatabaseError as error:
        faults = [f"It cannot be read: {error}."]
    if faults:
        raise Stopped(
            "What came out of the backup is not what went in, and was removed again:\n"
            + "\n".join(f"  {fault}" for fault in faults)
        )


def discard(restored: Restored) -> None:
    """Remove what stands beside."""
    shutil.rmtree(restored.evidence, ignore_errors=True)
    name = str(restored.database["NAME"])
    if connection.vendor == "postgresql":
        postgres.drop(name)
        return
    for path in (Path(name), *sqlite.companions(Path(name))):
        path.unlink(missing_ok=True)


def compared(restored: Restored) -> list[str]:
    """What replacing the live data would change, in sentences for the person who decides."""
    with facts.opened(restored.database):
        backup = facts.read()
    try:
        live = facts.read()
    except DatabaseError as error:
        return [f"The live database cannot be read ({_first(error)}): there is no comparison."]
    return [_ages(backup, live), *_tables(backup, live), *_files(backup, live)]


def _ages(backup: facts.DatabaseFacts, live: facts.DatabaseFacts) -> str:
    if backup.newest == live.newest:
        return f"The newest event is the same in both: {facts.moment(live.newest)}."
    here, there = facts.moment(backup.newest), facts.moment(live.newest)
    newest = f"Newest event: {here} in the backup, {there} live"
    if backup.newest is None or live.newest is None:
        return f"{newest}."
    apart = live.newest - backup.newest
    word = "OLDER" if apart > 0 else "newer"
    return f"{newest}. The backup is {_span(abs(apart))} {word} than the live data."


def _span(microseconds: int) -> str:
    seconds = microseconds // 1_000_000
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _tables(backup: facts.DatabaseFacts, live: facts.DatabaseFacts) -> list[str]:
    sentences = []
    for table in sorted({*backup.counts, *live.counts}):
        here, there = backup.counts.get(table, 0), live.counts.get(table, 0)
        if there > here:
            sentences.append(f"{table}: {here} rows, {there} live: {there - here} would be LOST.")
        elif here > there:
            sentences.append(f"{table}: {here} rows, {there} live: {here - there} would come back.")
    if not sentences:
        sentences = ["Every table has as many rows as the live one."]
    if backup.heads != live.heads:
        sentences.append("Logs of runs end elsewhere than the live ones.")
    return sentences


def _files(backup: facts.DatabaseFacts, live: facts.DatabaseFacts) -> list[str]:
    lost = {file.path for file in live.evidence} - {file.path for file in backup.evidence}
    return [f"Evidence that would be LOST: {path}." for path in sorted(lost)]


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0]
