"""Read a backup back, from its place: every byte, and the database opened as a database."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.utils.module_loading import import_string

from backup import Stopped, facts, files, manifest, postgres, sqlite
from backup.manifest import Manifest


def faults(folder: Path, *, prove: bool = False) -> list[str]:
    """Everything that is wrong with the backup in `folder`, as sentences; none when it is good.

    `prove`: also replay the log of every run; on PostgreSQL the dump is restored into a database
    made for that, which is dropped again.
    """
    try:
        promised = manifest.read(folder)
    except Stopped as error:
        return [str(error)]
    return [*promised.missing, *damage(folder, promised, prove=prove)]


def damage(folder: Path, promised: Manifest, *, prove: bool = False) -> list[str]:
    """What is wrong with the backup in `folder` besides what it says itself was wrong with the live
    data: sentences, none when it is what its manifest promised."""
    if folder.name.startswith("."):
        return [f"{folder} is what a backup left that did not come to its end."]
    faults = _files(folder, promised)
    return faults + (_database(folder, promised, prove=prove) if not faults or prove else [])


def _files(folder: Path, promised: Manifest) -> list[str]:
    faults: list[str] = []
    present = files.all_below(folder) - {manifest.NAME}
    faults += [f"{name} is missing." for name in sorted({*promised.files} - present)]
    faults += [f"{name} does not belong to it." for name in sorted(present - {*promised.files})]
    for name in sorted(present & {*promised.files}):
        if (folder / name).is_symlink():
            faults.append(f"{name} is a link and no file.")
            continue
        try:
            sha256, size = files.digest(folder / name)
        except OSError as error:
            faults.append(f"{name} cannot be read: {error.strerror}.")
            continue
        held = promised.files[name]
        if size != held.size:
            faults.append(f"{name} has {size} bytes, not {held.size}.")
        elif sha256 != held.sha256:
            faults.append(f"{name} has other bytes than when it was written.")
    return faults


def _database(folder: Path, promised: Manifest, *, prove: bool) -> list[str]:
    if promised.vendor == "sqlite":
        path = folder / sqlite.NAME
        faults = sqlite.check(path)
        return faults or _opened(sqlite.settings_of_copy(path), promised, prove=prove)
    path = folder / postgres.NAME
    faults = postgres.check(path, promised.facts)
    if faults or not prove:
        return faults
    if connection.vendor != "postgresql":
        return ["A dump of PostgreSQL can be proven only where the product uses PostgreSQL."]
    name = f"countersign_proof_{promised.taken.astimezone(UTC):%Y%m%d_%H%M%S}_{os.getpid()}"
    try:
        database = postgres.beside(name, path)
        try:
            return _opened(database, promised, prove=True)
        finally:
            postgres.drop(name)
    except Stopped as error:
        return [str(error)]


def _opened(database: Mapping[str, object], promised: Manifest, *, prove: bool) -> list[str]:
    try:
        with facts.opened(database):
            faults = facts.differences(promised.facts, facts.read())
            if prove and not faults:
                faults = content() if same_version(promised) else [OTHER_VERSION]
    except DatabaseError as error:
        return [f"The database cannot be read: {error}."]
    return faults


OTHER_VERSION = (
    "It is of another version of Countersign, so the logs cannot be replayed here: manage.py"
    " restore puts it beside, brings it up to date, and replays them."
)


def same_version(promised: Manifest) -> bool:
    """Whether this code has exactly the migrations of the backup."""
    return promised.facts.migrations == tuple(sorted(known_migrations()))


def known_migrations() -> set[str]:
    """The migrations of this code, as `app.name`."""
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def content() -> list[str]:
    """What the product itself finds wrong in the default database, as sentences. A backup knows no
    table of it: `settings.BACKUP_PROOF` names the function that does."""
    faults_of_content: Callable[[], list[str]] = import_string(settings.BACKUP_PROOF)
    return faults_of_content()
