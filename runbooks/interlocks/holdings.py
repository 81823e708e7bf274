"""What a run holds: which copies it read, where they lie, whose writers it stopped.

Pure readings of what was stated. "Good" is never a mark that somebody set: it is what this run
itself read, from the first byte to the last, in places that differ.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

from runbooks.state import RunState
from runbooks.stated import KnownCopy

#: What a copy is for, as the log says it. An ORIGINAL is the copy that was chosen for the run.
ORIGINAL, DUPLICATE, SAFETY = "original", "duplicate", "safety"
BACKUP, TRANSFER, QUARANTINE = "backup", "transfer", "quarantine"
#: Of what was put away, nothing is restored.
_PUT_AWAY = frozenset({QUARANTINE})
_WORDS = re.compile(r"[^\s:/,;@()\[\]\\]+")


def good_copies(state: RunState, parameter: str) -> tuple[KnownCopy, ...]:
    """The copies of `parameter` that this run verified and that are one content in different
    places, the first of each place: the largest such set. Of a copy that was chosen, only what
    equals the content it was found with counts. One that was only registered is not among them.
    """
    read = [
        copy
        for copy in state.stated.copies
        if copy.of == parameter
        and copy.verified_at is not None
        and copy.content
        and copy.purpose not in _PUT_AWAY
    ]
    original = next((copy.content for copy in reversed(read) if copy.purpose == ORIGINAL), "")
    contents = [original] if original else list(dict.fromkeys(copy.content for copy in read))
    sets = [_apart(copy for copy in read if copy.content == content) for content in contents]
    return max(sets, key=len, default=())


def safety_copy(state: RunState, parameter: str) -> KnownCopy | None:
    """The newest safety copy of the instance `parameter` that was made and read back in this run;
    None when there is none."""
    return next(
        (
            copy
            for copy in reversed(state.stated.copies)
            if (copy.of, copy.purpose) == (parameter, SAFETY) and copy.verified_at is not None
        ),
        None,
    )


def frozen(state: RunState, parameter: str) -> bool:
    """Whether the writers of the instance `parameter` were stopped in this run, and still are."""
    return parameter in state.stated.frozen


def same_place(a: str, b: str) -> bool:
    """Whether two places, as people write them, are one: capitals, blanks, doubled and trailing
    slashes, `.` and `..` do not make a second place of the first. Nowhere is every place, because
    nobody can show that it is another."""
    one, other = _place(a), _place(b)
    return not one or not other or one == other


def on_host(place: str, host: str) -> bool:
    """Whether `place` names the machine `host`, with or without its domain."""
    wanted = host.strip().casefold()
    return bool(wanted) and any(
        _one_host(word.casefold(), wanted) for word in _WORDS.findall(place)
    )


def _one_host(word: str, host: str) -> bool:
    """Equal, or one is the short name of the other. (The first number of an address is not.)"""
    short, long = sorted((word.rstrip("."), host.rstrip(".")), key=len)
    return short == long or (long.startswith(f"{short}.") and not short.isdigit())


def _apart(copies: Iterable[KnownCopy]) -> tuple[KnownCopy, ...]:
    found: list[KnownCopy] = []
    for copy in copies:
        known = any(same_place(copy.place, other.place) for other in found)
        listed = copy.copy is not None and any(copy.copy == other.copy for other in found)
        if not (known or listed):
            found.append(copy)
    return tuple(found)


def _place(text: str) -> str:
    """A place without what spelling adds to it: the machine, then the path on it."""
    plain = re.sub(r"\s*([:/,])\s*", r"\1", " ".join(text.casefold().replace("\\", "/").split()))
    machine, slash, path = plain.removeprefix("file://").partition("/")
    path = posixpath.normpath(f"/{path.rstrip('.,;')}").lstrip("/") if slash else ""
    return f"{machine.strip(' .,:;')}/{path}".rstrip("/") or slash
