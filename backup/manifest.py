"""The one page that says what a backup must hold, and the digest that shows when it was edited."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from backup import Stopped, facts, files

FORMAT = "countersign-backup/1"
NAME = "manifest.json"


@dataclass(frozen=True)
class Held:
    """A file of the backup."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """When and of what: `vendor` is sqlite or postgresql, `database` the name of the live one.
    `missing`: what was wrong with the live data already, as sentences."""

    taken: datetime
    version: str
    vendor: str
    database: str
    facts: facts.DatabaseFacts
    files: Mapping[str, Held]
    missing: tuple[str, ...]


def write(manifest: Manifest, folder: Path) -> None:
    """Put the manifest into `folder`, down to the disk. Raises `OSError`."""
    content = asdict(manifest) | {"format": FORMAT, "taken": manifest.taken.isoformat()}
    content["sha256"] = _digest(content)
    path = folder / NAME
    with path.open("x", encoding="utf-8") as handle:
        json.dump(content, handle, indent=1, sort_keys=True, ensure_ascii=False)
        handle.write("\n")
    path.chmod(0o600)
    files.flush(path)


def read(folder: Path) -> Manifest:
    """The manifest of a backup. Raises `Stopped` when there is none, or it cannot be trusted."""
    path = folder / NAME
    if not path.is_file():
        raise Stopped(f"{folder} is no finished backup: it has no {NAME}.")
    try:
        content = json.loads(path.read_text("utf-8"))
        if content.get("format") != FORMAT:
            raise Stopped(
                f"{path} is of format {content.get('format')!r}; this version reads {FORMAT}."
            )
        sealed = content.pop("sha256")
        if sealed != _digest(content):
            raise Stopped(f"{path} was changed after it was written.")
        manifest = _from(content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Stopped(f"{path} cannot be read: {error!r}.") from error
    # Whoever can write to the place can write such a page too, and seal it.
    if outside := sorted(name for name in manifest.files if not _is_inside(name)):
        raise Stopped(f"{path} names {outside[0]!r}, which is no file inside of the backup.")
    return manifest


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return str(path) == name and not path.is_absolute() and ".." not in path.parts


def _from(content: Mapping[str, Any]) -> Manifest:
    given = content["facts"]
    held = facts.DatabaseFacts(
        counts=given["counts"],
        migrations=tuple(given["migrations"]),
        runs=given["runs"],
        heads=given["heads"],
        newest=given["newest"],
        evidence=tuple(facts.File(**record) for record in given["evidence"]),
    )
    return Manifest(
        taken=datetime.fromisoformat(content["taken"]),
        version=content["version"],
        vendor=content["vendor"],
        database=content["database"],
        facts=held,
        files={name: Held(**record) for name, record in content["files"].items()},
        missing=tuple(content["missing"]),
    )


def _digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the content, whatever its layout."""
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()
