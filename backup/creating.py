"""Take a backup: one moment of the database, then the files it names, into every place."""

from __future__ import annotations

import os
import sqlite3
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from backup import Stopped, checking, facts, files, manifest, places, postgres, sqlite
from backup.manifest import Held, Manifest


@dataclass(frozen=True)
class Taken:
    """One copy, what is wrong with it (nothing, when it is good), and what was removed for it."""

    folder: Path
    faults: tuple[str, ...]
    gone: tuple[Path, ...] = ()


def take(
    where: Sequence[Path],
    *,
    at: datetime,
    more: Mapping[str, Path] | None = None,
    keep: int | None = None,
    prove: bool = False,
) -> list[Taken]:
    """Write a backup of this moment, `at` (aware), into each of the places `where`, and read each
    copy back. `more`: further files to put in, by name. `keep`: how many a place keeps (None: all);
    older ones are removed only when every new copy is good.

    Raises `Stopped`. A copy that was finished before that stays and is whole.
    """
    name = places.name_of(at)
    with ExitStack() as stack:
        for place in where:
            stack.enter_context(places.locked(place))
        promised = _first(where[0], name, at=at, more=more or {})
        for place in where[1:]:
            _another(where[0] / name, place, name, promised)
        taken = [_read_back(place / name, prove=prove) for place in where]
        if keep is None or any(copy.faults for copy in taken):
            return taken
        return [
            Taken(copy.folder, (), tuple(places.prune(copy.folder.parent, keep))) for copy in taken
        ]


def _read_back(folder: Path, *, prove: bool) -> Taken:
    return Taken(folder, tuple(checking.faults(folder, prove=prove)))


def _first(place: Path, name: str, *, at: datetime, more: Mapping[str, Path]) -> Manifest:
    with (
        files.disk_errors_as_sentences(f"The backup in {place} was not finished"),
        places.unfinished(place, name) as at_work,
    ):
        database, promised = _database(at_work)
        held = {database.name: Held(*files.digest(database))}
        missing = _evidence(promised.evidence, at_work, held)
        for title, path in more.items():
            held[title] = Held(*files.copy(path, at_work / title))
        page = Manifest(
            taken=at,
            version=version(),
            vendor=connection.vendor,
            database=Path(str(connection.settings_dict["NAME"])).name,
            facts=promised,
            files=held,
            missing=tuple(missing),
        )
        manifest.write(page, at_work)
    return page


def _database(folder: Path) -> tuple[Path, facts.DatabaseFacts]:
    try:
        if connection.vendor == "sqlite":
            target = folder / sqlite.NAME
            return target, sqlite.snapshot(target)
        target = folder / postgres.NAME
        return target, postgres.snapshot(target)
    except (sqlite3.Error, DatabaseError) as error:
        raise Stopped(f"The database could not be copied: {error}.") from error


def _evidence(wanted: Sequence[facts.File], folder: Path, held: dict[str, Held]) -> list[str]:
    """Copy the files of evidence and note them in `held`; what is wrong with the live ones."""
    faults: list[str] = []
    for file in wanted:
        source = Path(settings.MEDIA_ROOT) / file.path
        if not source.is_file():
            faults.append(f"The live data lacks the evidence {file.path}.")
            continue
        title = f"evidence/{file.path}"
        if title in held:
            continue
        held[title] = Held(*files.copy(source, folder / title))
        if held[title].sha256 != file.sha256:
            faults.append(
                f"The live evidence {file.path} has other bytes than when it was attached."
            )
    return faults


def _another(source: Path, place: Path, name: str, promised: Manifest) -> None:
    """Copy a finished backup into another place."""
    doing = f"The backup in {place} was not finished (the one in {source.parent} is)"
    with files.disk_errors_as_sentences(doing), places.unfinished(place, name) as part:
        for title, held in promised.files.items():
            if Held(*files.copy(source / title, part / title)) != held:
                raise Stopped(f"{source / title} reads otherwise than it was written.")
        files.copy(source / manifest.NAME, part / manifest.NAME)


def version() -> str:
    """The version of this code."""
    project = tomllib.loads((settings.ROOT / "pyproject.toml").read_text("utf-8"))
    return str(project["project"]["version"])


def further_files(*, secret_key: bool) -> dict[str, Path]:
    """What goes in beside database and evidence: the anchors of the logs, and the secret key only
    when asked for. Who has it can sign in as anybody, and to lose it only signs everybody out.
    Raises `Stopped`."""
    anchors = Path(getattr(settings, "ANCHOR_FILE", settings.DATA / "anchors.jsonl"))
    further = {"anchors.jsonl": anchors} if anchors.is_file() else {}
    if not secret_key:
        return further
    path = Path(os.environ.get("COUNTERSIGN_SECRET_KEY_FILE") or settings.DATA / "secret_key")
    if not path.is_file():
        raise Stopped(
            "The secret key is in no file (COUNTERSIGN_SECRET_KEY is set). Keep it with the other"
            " secrets of the machine, and leave --with-secret-key away."
        )
    return {**further, "secret_key": path}
