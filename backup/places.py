"""Where backups lie: two folders that do not die together, one dated folder in them for each."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from backup import Stopped, files, manifest

_NAME = re.compile(r"countersign-\d{8}T\d{6}Z")
LOCK = ".countersign.lock"


def name_of(taken: datetime) -> str:
    """The folder of a backup taken at an aware time; sorts by time."""
    return f"countersign-{taken.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def agreed(given: Sequence[Path], *, live: Sequence[Path], same_disk: bool) -> list[Path]:
    """The places, resolved. Raises `Stopped` unless they are two or more, different, there, outside
    the `live` data, and on different disks (or `same_disk` says that this is known)."""
    places = [place.resolve() for place in given]
    if len(set(places)) < 2:
        raise Stopped(
            "A backup goes to two places, so that one may be lost: write --to twice, with"
            " different folders, best on different machines (a mounted one will do)."
        )
    for place in places:
        if not place.is_dir():
            raise Stopped(f"{place} is not there. Mount it or make it: a backup makes no place.")
        if any(place.is_relative_to(data.resolve()) for data in live):
            raise Stopped(f"{place} is inside the live data, and would be lost with it.")
        for other in places:
            if other != place and other.is_relative_to(place):
                raise Stopped(f"{other} is inside {place}: that is one place.")
    disks = {place.stat().st_dev for place in places}
    if len(disks) < len(places) and not same_disk:
        raise Stopped(
            "Two of these places are on one disk (or look so from here) and die together. Choose"
            " another one, or say with --same-disk that you know."
        )
    return places


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """Nobody else writes backups there inside; what a killed one left is removed."""
    number = os.open(place / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stopped(f"Another backup is being written to {place}. Wait for it.") from None
        for left in place.glob(".countersign-*.part"):
            shutil.rmtree(left, ignore_errors=True)
        yield
    finally:
        os.close(number)


@contextmanager
def unfinished(place: Path, name: str) -> Iterator[Path]:
    """A folder to fill. It gets its name when everything in it is on the disk, and is removed when
    something fails: what has the name is whole. Raises `Stopped` when the name is taken."""
    final, part = place / name, place / f".{name}.part"
    if final.exists():
        raise Stopped(f"{final} is there already; nothing is ever overwritten. Wait a second.")
    part.mkdir(mode=0o700)
    try:
        yield part
        files.flush_all(part)
        part.rename(final)
        files.flush(place)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def kept(place: Path) -> list[Path]:
    """The finished backups of a place, oldest first."""
    return sorted(
        folder
        for folder in place.iterdir()
        if _NAME.fullmatch(folder.name) and (folder / manifest.NAME).is_file()
    )


def prune(place: Path, keep: int) -> list[Path]:
    """Remove all but the newest `keep` backups. Call it when the newest was just read back and
    found good: then the last good one is never among those removed."""
    gone = kept(place)[: -max(keep, 1)]
    for folder in gone:
        # Its manifest first: a removal that is cut short must not leave what looks whole.
        (folder / manifest.NAME).unlink()
        shutil.rmtree(folder)
    return gone
