"""The file of anchors: heads of logs, outside of the database, in lines that only grow.

A line is canonical JSON (`runbooks.log.chain.canonical`) and a line feed:

    {"at":"2026-11-22T03:12:45.000000Z","heads":[[run,sequence,digest],…],"number":7,"previous":"…"}

`previous` is the SHA-256 of the bytes of the line before (without its line feed; nothing for the
first), so a line that was changed, taken out or put in shows. Nothing here knows the database.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runbooks.log.chain import canonical

#: Heads in one line, and the longest line that is read: no file makes the reader take memory.
MOST_HEADS, LONGEST_LINE = 500, 1 << 20
_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Head:
    """The last event of a run's log at some moment."""

    run: int
    sequence: int
    digest: str


@dataclass(frozen=True)
class AnchorLine:
    """A line as it was read or written. `digest` is the SHA-256 of its bytes; `at` aware, UTC."""

    number: int
    at: datetime
    heads: tuple[Head, ...]
    previous: str
    digest: str
    text: str


@dataclass(frozen=True)
class Flaw:
    """Something in the file that was not written by this product, in a sentence."""

    sentence: str


class AnchorFile:
    """The file, open and locked for appending. Use `appending`."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._unfinished, self._number, self._previous = _end(descriptor)

    @property
    def is_empty(self) -> bool:
        return self._number == 0

    def append(self, heads: Sequence[Head], *, at: datetime) -> AnchorLine:
        """Write a line with `heads` (at most `MOST_HEADS`); when this returns, it is on the disk.

        A line that a crash left unfinished is ended first; the new line is chained to it as it
        stands. Raises `OSError` when not everything could be written.
        """
        line = _line(self._number + 1, at, heads, self._previous)
        data = (b"\n" if self._unfinished else b"") + line.text.encode() + b"\n"
        self._unfinished = True
        if os.write(self._descriptor, data) != len(data):
            raise OSError("only a part of the line was written: is the disk full?")
        os.fsync(self._descriptor)
        self._unfinished, self._number, self._previous = False, line.number, line.digest
        return line


@contextmanager
def appending(path: Path) -> Iterator[AnchorFile]:
    """The file at `path`, made when it is missing, for one writer at a time. Raises `OSError`."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if new:
            _keep_name(path.parent)
        yield AnchorFile(descriptor)
    finally:
        os.close(descriptor)


def read(path: Path) -> Iterator[AnchorLine | Flaw]:
    """The lines of the file in order, and between them whatever is wrong with it.

    A last line without its end is passed over: it is being written, or a crash cut it off. The line
    after such a one vouches for it. Memory does not grow with the file. Raises `OSError`.
    """
    last, previous, unread = 0, "", 0
    with path.open("rb") as file:
        while raw := file.readline(LONGEST_LINE):
            if not raw.endswith(b"\n"):
                if len(raw) == LONGEST_LINE:
                    yield Flaw(f"Line {last + 1} is longer than any anchor; the rest is not read.")
                break
            line = parse(raw[:-1])
            follows = line is not None and line.previous == previous
            if unread and not follows:
                yield Flaw(f"Line {unread} is no anchor.")
            if line is None:
                last, unread = last + 1, last + 1
            else:
                if not follows or line.number != last + 1:
                    yield Flaw(_broken(last + 1))
                last, unread = line.number, 0
                yield line
            previous = hashlib.sha256(raw[:-1]).hexdigest()
    if unread:
        yield Flaw(f"Line {unread} is no anchor.")


def parse(raw: bytes) -> AnchorLine | None:
    """A line without its line feed, or None when it is no anchor."""
    try:
        text = raw.decode()
        data: Any = json.loads(text)
        return AnchorLine(
            number=int(data["number"]),
            at=datetime.strptime(data["at"], _TIME).replace(tzinfo=UTC),
            heads=tuple(_head(*head) for head in data["heads"]),
            previous=str(data["previous"]),
            digest=hashlib.sha256(raw).hexdigest(),
            text=text,
        )
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None


def _head(run: Any, sequence: Any, digest: Any) -> Head:
    """Raises `ValueError` for numbers that no database of ours can hold."""
    head = Head(int(run), int(sequence), str(digest))
    if not (0 < head.run < 1 << 63 and 0 < head.sequence < 1 << 31):
        raise ValueError("Nothing can have such a number.")
    return head


def _broken(number: int) -> str:
    return (
        f"Line {number} does not follow from the line before it: something was changed, taken out"
        " or put in there."
    )


def _line(number: int, at: datetime, heads: Sequence[Head], previous: str) -> AnchorLine:
    text = canonical(
        {
            "at": at.astimezone(UTC).strftime(_TIME),
            "heads": [[head.run, head.sequence, head.digest] for head in heads],
            "number": number,
            "previous": previous,
        }
    )
    digest = hashlib.sha256(text.encode()).hexdigest()
    return AnchorLine(number, at.astimezone(UTC), tuple(heads), previous, digest, text)


def _end(descriptor: int) -> tuple[bool, int, str]:
    """Whether the last line is unfinished, its number, and its digest. Lines that are no anchors
    count on from the last one that is."""
    position, tail = os.fstat(descriptor).st_size, b""
    unfinished = position > 0 and os.pread(descriptor, 1, position - 1) != b"\n"
    while True:
        lines = tail.removesuffix(b"\n").split(b"\n")
        complete = lines if position == 0 else lines[1:]
        for back, raw in enumerate(reversed(complete)):
            if line := parse(raw):
                return unfinished, line.number + back, _digest(lines[-1])
        if position == 0:
            number = len(lines) if tail else 0
            return unfinished, number, _digest(lines[-1]) if tail else ""
        size = min(_BLOCK, position)
        position -= size
        tail = os.pread(descriptor, size, position) + tail


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _keep_name(folder: Path) -> None:
    """Bring the new file's name to the disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
