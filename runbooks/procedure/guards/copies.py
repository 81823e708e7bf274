"""Demands about copies: made, duplicated, opened, put aside, compared with what was restored."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from inventory.enums import Medium, YesNoUnknown
from runbooks.enums import Purpose, ValueType
from runbooks.procedure.guards.arguments import COPY, INSTANCE, ArgumentKind, parameter, written
from runbooks.procedure.guards.demand import Demand

_WHERE = {
    "place": ("Where it lies: machine and path, or room and shelf", ValueType.TEXT),
    "medium": ("Medium", ValueType.CHOICE),
    "encrypted": ("Encrypted", ValueType.CHOICE),
}


@dataclass(frozen=True)
class NewCopy(Demand):
    """A demand whose step makes a new copy: `into` where, on what `medium`, whether `encrypted`, as
    far as the author says it."""

    of: str
    into: str = field(default="", metadata=written(ArgumentKind.TEXT))
    medium: Medium | None = field(default=None, metadata=written(ArgumentKind.WORD, *Medium))
    encrypted: YesNoUnknown | None = field(
        default=None, metadata=written(ArgumentKind.WORD, *YesNoUnknown)
    )

    @property
    def about(self) -> str:
        return self.of

    @property
    def where(self) -> str:
        """Where the author wants it, in words."""
        return f" into {self.into}" if self.into else ", elsewhere than its source"


@dataclass(frozen=True)
class MakeCopy(NewCopy):
    """A new copy is registered, elsewhere than its source, and read back. One that holds nothing,
    or has the bytes of other data, is refused; one far smaller than earlier copies waits for the
    decider's signature."""

    key = "copy"
    takes = "`{of, purpose, into, medium, encrypted}`; `of` is an instance parameter"
    example = "{of: target, purpose: safety, into: /srv/vault}"
    name = "a new copy, elsewhere than its source"
    question = "The copy of {thing}"
    help = "READ FROM {thing}. Write what the copy itself says, read where it lies now."
    values = {
        **_WHERE,
        "size": ("Size of the copy", ValueType.BYTES),
        "sha256": ("SHA-256 of the copy", ValueType.SHA256),
        "fingerprint": ("Fingerprint of its content", ValueType.TEXT),
        "data_as_of": ("Newest record in the copy", ValueType.DATETIME),
        "read_back": ("How you read it back", ValueType.TEXT),
    }
    summary = ("place", "size", "data_as_of")

    of: str = field(metadata=parameter(INSTANCE))
    purpose: Purpose = field(
        default=Purpose.BACKUP,
        metadata=written(ArgumentKind.WORD, Purpose.SAFETY, Purpose.BACKUP, Purpose.TRANSFER),
    )

    def is_renewed(self, targets: Collection[str]) -> bool:
        return self.purpose is Purpose.SAFETY and self.of in targets

    def promise(self) -> str:
        return f"Makes a {self.purpose} copy of {self.of}{self.where}; it is measured and read back"


@dataclass(frozen=True)
class Protect(NewCopy):
    """Two copies with one SHA-256 in two places, both read in this run. A doubt about the copy is
    handled as at `copy`."""

    key = "protect"
    takes = "name of a copy parameter, or `{of, into, medium, encrypted}`"
    example = "dump"
    name = "two equal copies in two places"
    question = "The duplicate of {thing}"
    help = "READ FROM {thing}. Read both from the first byte to the last, now, each where it lies."
    values = {
        **_WHERE,
        "original": ("SHA-256 of the original, read now", ValueType.SHA256),
        "duplicate": ("SHA-256 of the duplicate, read now", ValueType.SHA256),
        "original_content": ("Fingerprint of the original, read now", ValueType.TEXT),
        "duplicate_content": ("Fingerprint of the duplicate, read now", ValueType.TEXT),
    }
    summary = ("place",)
    bare = "of"

    of: str = field(metadata=parameter(COPY))

    def promise(self) -> str:
        return f"Protects {self.of}: duplicated{self.where}; both are read and are the same"


@dataclass(frozen=True)
class Verify(Demand):
    """The copy is opened with its own tool; the loss is within the RPO, or the decider signs. A
    doubt about the copy is handled as at `copy`."""

    key = "verify"
    takes = "name of a copy parameter, or `{of, live}`"
    example = "{of: dump, live: newest_found}"
    name = "the copy, opened with its own tool"
    question = "What is in {thing}?"
    help = "READ FROM {thing}. Open it with its own tool; its name and its date prove nothing."
    values = {
        "size": ("Size of the copy", ValueType.BYTES),
        "newest": ("Newest record in the copy", ValueType.DATETIME),
        "live": ("Newest record of the data as found", ValueType.DATETIME),
        "how": ("How you opened it and read it", ValueType.TEXT),
    }
    summary = ("newest", "live")
    bare = "of"

    of: str = field(metadata=parameter(COPY))
    live: str = field(default="", metadata=written(ArgumentKind.RECORDED_TIME))

    @property
    def about(self) -> str:
        return self.of

    def promise(self) -> str:
        return (
            f"Verifies {self.of}: opened with its own tool; a loss beyond the RPO, or without"
            " one, is signed by the decider"
        )


@dataclass(frozen=True)
class Quarantine(Demand):
    """What was replaced is kept apart, with the day before which nobody deletes it."""

    key = "quarantine"
    takes = "name of an instance parameter"
    example = "target"
    name = "the data that was put aside"
    question = "Where is what was replaced?"
    help = "Nobody deletes it before the day that you write here."
    values = {
        "place": ("Where what was replaced lies now", ValueType.TEXT),
        "medium": ("Medium", ValueType.CHOICE),
        "delete_not_before": ("Not to be deleted before", ValueType.DATETIME),
    }
    summary = ("place", "delete_not_before")
    bare = "of"

    of: str = field(metadata=parameter(INSTANCE))

    @property
    def about(self) -> str:
        return self.of

    def promise(self) -> str:
        return f"Puts away what {self.of} was, with a day before which nobody deletes it"


@dataclass(frozen=True)
class Compare(Demand):
    """The restored data's newest record is what `verify` read in that copy."""

    key = "compare"
    takes = "name of a copy parameter"
    example = "dump"
    name = "the restored data against the copy"
    question = "Is it the data of {thing}?"
    help = "Read the newest record in the restored data, with a query of your own."
    values = {"newest": ("Newest record of the restored data", ValueType.DATETIME)}
    bare = "of"

    of: str = field(metadata=parameter(COPY))

    @property
    def about(self) -> str:
        return self.of

    def promise(self) -> str:
        return f"Compares: the newest restored record is what {self.of} promised"


DEMANDS = (MakeCopy, Protect, Verify, Quarantine, Compare)
