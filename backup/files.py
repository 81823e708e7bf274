"""Files that are really on the disk, and their digests."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backup import Stopped

CHUNK = 1024 * 1024


def copy(source: Path, target: Path) -> tuple[str, int]:
    """Copy the bytes to a new file that only its owner may read, down to the disk; their SHA-256
    and number. Raises `OSError`, also when `target` is there already."""
    seen, size = hashlib.sha256(), 0
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with source.open("rb") as read, target.open("xb") as write:
        os.fchmod(write.fileno(), 0o600)
        while chunk := read.read(CHUNK):
            seen.update(chunk)
            size += len(chunk)
            write.write(chunk)
        write.flush()
        os.fsync(write.fileno())
    return seen.hexdigest(), size


def digest(path: Path) -> tuple[str, int]:
    """SHA-256 and size of a file, read from its disk and not from what memory still knows of it
    (where the system can be told so). Raises `OSError`."""
    seen, size = hashlib.sha256(), 0
    with path.open("rb") as read:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(read.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while chunk := read.read(CHUNK):
            seen.update(chunk)
            size += len(chunk)
    return seen.hexdigest(), size


def flush(path: Path) -> None:
    """Make sure that a file, or the names in a folder, are on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def flush_all(folder: Path) -> None:
    """`flush` a folder and everything below it."""
    for below in folder.rglob("*"):
        flush(below)
    flush(folder)


def all_below(folder: Path) -> set[str]:
    """The names of all files below `folder`, relative to it; what is no plain file counts too."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_symlink() or not path.is_dir()
    }


@contextmanager
def disk_errors_as_sentences(doing: str) -> Iterator[None]:
    """Turn an error of the disk into a sentence: `doing` is what could not be done."""
    try:
        yield
    except OSError as error:
        more = " Make room and start again." if error.errno == errno.ENOSPC else ""
        raise Stopped(f"{doing}: {error.strerror or error}.{more}") from error
