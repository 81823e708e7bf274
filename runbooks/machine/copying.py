"""What events about copies state: which ones this run made or read, and what is in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from runbooks.machine.requests import Line
from runbooks.machine.state import replace as replaced
from runbooks.machine.statements import CopyAnswer, KnownCopy, Stated


def copy_registered(so_far: Stated, line: Line) -> Stated:
    """A new copy. It counts as read only when the event says how it was read back."""
    return replaced(so_far, copies=(*so_far.copies, _known(line)))


def copy_verified(so_far: Stated, line: Line) -> Stated:
    """The copy that was chosen was read. What one step did not read stays as another read it."""
    found = _known(line)
    before = [copy for copy in so_far.copies if _is_same(copy, found)]
    others = tuple(copy for copy in so_far.copies if not _is_same(copy, found))
    return replaced(so_far, copies=(*others, _merged(before[-1], found) if before else found))


def copies_asked(so_far: Stated, line: Line) -> Stated:
    """The team was asked; who answered before has answered."""
    return replaced(so_far, asked_copies_at=line.at)


def copies_answered(so_far: Stated, line: Line) -> Stated:
    """What somebody answered; it takes the place of what they answered before."""
    data = line.data
    one = CopyAnswer(line.by, data["who"], data["holds"], data["text"], line.at)
    others = tuple(answer for answer in so_far.answers if answer.person != line.by)
    return replaced(so_far, answers=(*others, one))


def _known(line: Line) -> KnownCopy:
    data = line.data
    as_of = data["data_as_of"]
    read = bool(data["how"])
    return KnownCopy(
        copy=data.get("copy"),
        name=data["name"],
        place=data["place"],
        medium=data["medium"],
        of=data["parameter"],
        purpose=data["purpose"],
        step=data["step"],
        sha256=data["sha256"],
        size=data["size"],
        data_as_of=datetime.fromisoformat(as_of) if as_of else None,
        registered_at=line.at,
        verified_at=line.at if read else None,
        verified_by=line.by if read else None,
        fingerprint=data["fingerprint"],
    )


def _is_same(one: KnownCopy, other: KnownCopy) -> bool:
    return (one.of, one.purpose) == (other.of, other.purpose)


def _merged(old: KnownCopy, new: KnownCopy) -> KnownCopy:
    """`new`, with what only `old` knows. Its content counts for as long as the step stands that
    read it."""
    content = new if new.content else old
    return replace(
        new,
        copy=new.copy or old.copy,
        step=content.step,
        sha256=content.sha256,
        fingerprint=content.fingerprint,
        size=new.size if new.size is not None else old.size,
        data_as_of=new.data_as_of or old.data_as_of,
    )
