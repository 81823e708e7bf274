"""Files kept with a run. Stored once under their digest, never overwritten, never executed.

A file is served only as a download (see the view), so its type decides nothing but which files make
no sense as evidence: what a browser or a desktop would run is refused.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from django.conf import settings

from lib.refusals import Invalid

#: What people attach: output, tables, pictures, documents, archives of logs.
TYPES: dict[str, str] = {
    ".txt": "text/plain", ".log": "text/plain", ".out": "text/plain", ".md": "text/plain",
    ".csv": "text/csv", ".tsv": "text/tab-separated-values", ".json": "application/json",
    ".yaml": "text/plain", ".yml": "text/plain", ".sql": "text/plain", ".diff": "text/plain",
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp",
    ".heic": "image/heic", ".pdf": "application/pdf", ".gz": "application/gzip",
    ".zst": "application/zstd", ".zip": "application/zip",
}  # fmt: skip


class Upload(Protocol):
    """What a view hands in: Django's uploaded file."""

    @property
    def name(self) -> str | None: ...

    def chunks(self) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class Kept:
    """A stored file. `path` is below the evidence folder."""

    name: str
    sha256: str
    size: int
    content_type: str
    path: str


def keep(run_id: int, file: Upload) -> Kept:
    """Store the bytes of `file` for the run and say under which digest.

    Raises `Invalid` (field `file`) for an empty, too large or unwanted file. Bytes go to a nameless
    file beside their place, are flushed to the disk, and are linked under their digest: a reader
    never sees half a file, and a file that is there already is left as it is.
    """
    name, content_type = _name(file.name or "")
    folder = Path(settings.MEDIA_ROOT) / f"run-{run_id}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    size, seen = 0, hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=folder, delete=True) as handle:
        for chunk in file.chunks():
            size += len(chunk)
            if size > settings.EVIDENCE_MAX_BYTES:
                most = settings.EVIDENCE_MAX_BYTES // (1024 * 1024)
                raise Invalid(
                    {"file": f"The file is larger than {most} MB. Attach the part that matters."}
                )
            seen.update(chunk)
            handle.write(chunk)
        if not size:
            raise Invalid({"file": "The file is empty."})
        handle.flush()
        os.fsync(handle.fileno())
        place = folder / seen.hexdigest()
        with suppress(FileExistsError):
            os.link(handle.name, place)
    return Kept(
        name, seen.hexdigest(), size, content_type, str(place.relative_to(settings.MEDIA_ROOT))
    )


def _name(given: str) -> tuple[str, str]:
    name = re.sub(r"[^\w.() +-]", "_", given.replace("\\", "/").rsplit("/", 1)[-1]).strip(". ")
    suffix = Path(name).suffix.lower()
    if suffix not in TYPES:
        wanted = ", ".join(sorted(TYPES))
        raise Invalid({"file": f"Files of this kind are not kept. These are: {wanted}."})
    return name[-200:], TYPES[suffix]
