"""Events about copies: made, read, asked for."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime

from lib.units.sizes import words as size_words
from runbooks.enums import Purpose
from runbooks.machine.events.event import LogLine, RunEvent, Wording, optional
from runbooks.machine.events.inventory import InventoryEvent
from runbooks.machine.state import replace
from runbooks.machine.statements import CopyAnswer, KnownCopy, Stated


@dataclass(frozen=True, kw_only=True)
class CopyEvent(InventoryEvent):
    """A copy with what was read in it. `how`: how it was read, '' when it was not; `accepted`: why
    the decider takes it although it is in doubt; `copy`: its id in the inventory, once that has
    followed."""

    purpose: Purpose
    place: str
    medium: str
    sha256: str
    fingerprint: str
    size: int | None
    data_as_of: datetime | None
    how: str
    accepted: str | None = optional(None)
    copy: int | None = optional(None)

    def known(self, line: LogLine) -> KnownCopy:
        """The copy as the state has it. It counts as read only when it says how it was read."""
        return KnownCopy(
            copy=self.copy,
            name=self.name,
            place=self.place,
            medium=self.medium,
            of=self.parameter,
            purpose=self.purpose,
            step=self.step,
            sha256=self.sha256,
            size=self.size,
            data_as_of=self.data_as_of,
            registered_at=line.at,
            verified_at=line.at if self.how else None,
            verified_by=line.by if self.how else None,
            fingerprint=self.fingerprint,
        )

    def content(self, words: Wording) -> str:
        """How big it is, what is in it, how it was read; in brackets."""
        parts = [
            size_words(self.size) if self.size is not None else "",
            f"SHA-256 {self.sha256[:12]}…" if self.sha256 else "",
            f"fingerprint {self.fingerprint}" if self.fingerprint else "",
            f"newest record {words.moment(self.data_as_of)}" if self.data_as_of else "",
            self.how,
            f"good all the same: {self.accepted}" if self.accepted else "",
        ]
        text = ", ".join(part for part in parts if part)
        return f" ({text})" if text else ""


@dataclass(frozen=True, kw_only=True)
class CopyRegistered(CopyEvent):
    """A copy was made or put away; it is in the inventory now."""

    kind = "copy.registered"

    encrypted: str
    delete_not_before: datetime | None = optional(None)

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        return replace(stated, copies=(*stated.copies, self.known(line)))

    def describe(self, words: Wording) -> str:
        if self.delete_not_before is not None:
            return (
                f"put away what was replaced as {self.name}, at {self.place};"
                f" not to be deleted before {words.moment(self.delete_not_before)}"
            )
        content = self.content(words)
        return f"registered {self.name} ({self.purpose}), at {self.place}{content}"


@dataclass(frozen=True, kw_only=True)
class CopyVerified(CopyEvent):
    """The chosen copy was read in this run. `loss`: what would be lost with it."""

    kind = "copy.verified"

    loss: str | None = optional(None)

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        """What one step did not read stays as another read it."""
        read = self.known(line)
        before = [copy for copy in stated.copies if _is_same(copy, read)]
        others = tuple(copy for copy in stated.copies if not _is_same(copy, read))
        return replace(stated, copies=(*others, _merged(before[-1], read) if before else read))

    def describe(self, words: Wording) -> str:
        lost = f"; {self.loss}" if self.loss else ""
        return f"verified {self.name}, at {self.place}{self.content(words)}{lost}"


@dataclass(frozen=True, kw_only=True)
class CopiesAsked(RunEvent):
    """Everybody was asked for a newer copy."""

    kind = "copies.asked"

    text: str

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        return replace(stated, asked_copies_at=line.at)

    def describe(self, words: Wording) -> str:
        text = f" {self.text}" if self.text else ""
        return f"asked everybody: does anyone hold a newer copy?{text}"


@dataclass(frozen=True, kw_only=True)
class CopiesAnswered(RunEvent):
    """Somebody said whether they hold a copy. `who` is their name."""

    kind = "copies.answered"

    holds: bool
    text: str
    who: str

    def record_in(self, stated: Stated, line: LogLine) -> Stated:
        """It takes the place of what they answered before."""
        answer = CopyAnswer(line.by, self.who, self.holds, self.text, line.at)
        others = tuple(answer for answer in stated.answers if answer.person != line.by)
        return replace(stated, answers=(*others, answer))

    def describe(self, words: Wording) -> str:
        text = "answered: I hold one" if self.holds else "answered: I hold none"
        return f"{text}. {self.text}" if self.text else text


def _is_same(copy: KnownCopy, other: KnownCopy) -> bool:
    return (copy.of, copy.purpose) == (other.of, other.purpose)


def _merged(old: KnownCopy, new: KnownCopy) -> KnownCopy:
    """`new`, with what only `old` knows. Its content counts for as long as the step stands that
    read it."""
    content = new if new.content else old
    return dataclasses.replace(
        new,
        copy=new.copy or old.copy,
        step=content.step,
        sha256=content.sha256,
        fingerprint=content.fingerprint,
        size=new.size if new.size is not None else old.size,
        data_as_of=new.data_as_of or old.data_as_of,
    )
