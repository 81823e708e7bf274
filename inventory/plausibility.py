"""Whether a copy can hold what it is called a copy of. Pure: the register and the runs ask it.

Certain: 0 bytes, and the SHA-256 of something that holds nothing. Likely: a size far below that of
earlier copies, compared like with like: a dump with dumps, a log archive with log archives.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from statistics import median_low

from inventory.enums import Medium
from lib.units.sizes import words as size_words

#: Media that are no file: there is no SHA-256 of one, and the size of a snapshot says little.
WITHOUT_FILE = frozenset({Medium.LIVE_DATABASE.value, Medium.REPLICA.value, Medium.SNAPSHOT.value})
#: What programs write when they were given nothing: only what they always write, to the byte.
_NOTHING: tuple[tuple[str, bytes], ...] = (
    ("an empty file", b""),
    ("a file that is one empty line", b"\n"),
    ("an empty tar archive", bytes(10240)),
    ("an empty tar archive", bytes(1024)),
    ("an empty zip archive", b"PK\x05\x06" + bytes(18)),
    *(
        ("an empty file, compressed", bytes.fromhex(written))
        for written in (
            "1f8b080000000000000303000000000000000000",  # gzip
            "1f8b080000000000020303000000000000000000",  # gzip -9
            "1f8b080000000000040303000000000000000000",  # gzip -1
            "425a683917724538509000000000",  # bzip2
            "fd377a585a000004e6d6b446000000001cdf44211fb6f37d010000000004595a",  # xz
            "28b52ffd240001000099e9d851",  # zstd
            "04224d186440a700000000055dcc02",  # lz4
        )
    ),
)
#: SHA-256 of each, with what it is, and its size in bytes.
EMPTY: dict[str, tuple[str, int]] = {
    hashlib.sha256(content).hexdigest(): (words, len(content)) for words, content in _NOTHING
}
EMPTY_FILE = hashlib.sha256(b"").hexdigest()
#: People type a moment to the minute: two newest records less than this apart are one.
SAME_MOMENT = timedelta(minutes=1)
#: Between the size of a copy and what it is compared with.
LESS = ", less than "
#: So many earlier copies are compared with: their median.
_LAST = 5
#: A copy is in doubt below 1/2 of copies of its own kind, below 1/10 of any other.
_SAME_KIND, _OTHER_KIND = 2, 10
_ENDING = re.compile(
    r"\.((?:[a-z][a-z0-9]{0,9}\.)?(?:gz|bz2|xz|zst|lz4|gpg|age|enc)|[a-z][a-z0-9]{0,9})$"
)


@dataclass(frozen=True)
class Earlier:
    """An earlier good copy: its kind (`kind_of`), and its size in bytes."""

    kind: str
    size: int


def kind_of(medium: str, name: str, place: str) -> str:
    """What a copy is compared with: the ending of its file (".dump"), the medium where it is no
    file, '' where neither is known."""
    if medium in WITHOUT_FILE:
        return medium
    path = place.replace("\\", "/").rpartition("/")
    for text in (name, path[2] if path[1] else ""):
        if match := _ENDING.search(text.strip().casefold()):
            return f".{match[1]}"
    return ""


def contradiction(size: int | None, sha256: str) -> str:
    """Why a file of `size` bytes (None: not known) cannot have this SHA-256; '' when it can."""
    kind, wanted = EMPTY.get(sha256, ("", None))
    if not kind or size is None or size == wanted:
        return ""
    return f"This is the SHA-256 of {kind}; a file of {size} bytes cannot have it."


def holds_nothing(size: int | None, sha256: str) -> str:
    """Why a copy of `size` bytes with this SHA-256 ('' or None: not known) holds nothing; ''."""
    if size == 0:
        return "It has 0 bytes, so it holds nothing."
    kind, _ = EMPTY.get(sha256, ("", 0))
    return f"Its SHA-256 is that of {kind}: it holds nothing." if kind else ""


def far_below(size: int | None, kind: str, earlier: Sequence[Earlier]) -> str:
    """Why a copy of `size` bytes may not be whole, compared with `earlier` ones, the newest first;
    '' when it is not far below them, or nothing can be compared."""
    usual, same = _usual(kind, earlier)
    if size is None or usual is None or size * (_SAME_KIND if same else _OTHER_KIND) >= usual:
        return ""
    part = "half" if same else "a tenth"
    return f"It has {size_words(size)}{LESS}{part} of {_words(kind, earlier)}."


def compared(size: int | None, kind: str, earlier: Sequence[Earlier]) -> str:
    """With what a size was compared, in a few words."""
    if size is None:
        return "the size is not known"
    if _usual(kind, earlier)[0] is None:
        return "nothing to compare with: no earlier good copy has a known size"
    return f"compared with {_words(kind, earlier)}"


def earlier_words(kind: str, earlier: Sequence[Earlier]) -> str:
    """What earlier copies have, as a sentence; '' when there are none."""
    usual, _ = _usual(kind, earlier)
    return "" if usual is None else f"Earlier copies of this system have {size_words(usual)}."


def written(earlier: Iterable[Earlier]) -> str:
    """`earlier` as one text, as a run keeps it: ".dump 48117760, .dump 48117000"."""
    return ", ".join(f"{copy.kind} {copy.size}".strip() for copy in earlier)


def read(text: str) -> tuple[Earlier, ...]:
    """The inverse of `written`."""
    parts = (part.rpartition(" ") for part in text.split(", ") if part)
    return tuple(Earlier(kind, int(size)) for kind, _, size in parts)


def _usual(kind: str, earlier: Sequence[Earlier]) -> tuple[int | None, bool]:
    """The median size of the last copies of the same kind, else of the last files; whether they
    are of the same kind. None: there are none."""
    same = [copy.size for copy in earlier if copy.kind == kind][:_LAST]
    others = [copy.size for copy in earlier if copy.kind not in WITHOUT_FILE][:_LAST]
    sizes = same or ([] if kind in WITHOUT_FILE else others)
    return (median_low(sizes) if sizes else None), bool(same)


def _words(kind: str, earlier: Sequence[Earlier]) -> str:
    usual, same = _usual(kind, earlier)
    assert usual is not None  # noqa: S101 - whoever asks has looked
    like = (copy.kind == kind if same else copy.kind not in WITHOUT_FILE for copy in earlier)
    count = min(sum(like), _LAST)
    about = f" ({kind})" if same and kind else " of other kinds" if not same else ""
    if count == 1:
        return f"the last good copy{about} before it, which has {size_words(usual)}"
    return f"the last {count} good copies{about} before it, whose median is {size_words(usual)}"
