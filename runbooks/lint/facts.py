"""What is known of a runbook's system besides its text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from runbooks.enums import RunRole


@dataclass(frozen=True)
class LintFacts:
    """What is known of a runbook's system besides its text; None or nothing where it is not known.

    `rpo`, `rto`, `mtd` are the system's promises. `instances` and `hosts` are the names of its
    instances and of the machines they are on; `copies` the places of its registered copies;
    `people` names of persons; `unfilled` the roles of
    a run that no one of them may take, when somebody else operates. `restore_time` was measured in
    the last drill, which was at `drilled_at`. `reviewed_at` and `approved_at` are those
    of the revision, `changed_at` that of the system. All moments are aware; `now` is the moment at
    which the text is read.
    """

    rpo: timedelta | None = None
    rto: timedelta | None = None
    mtd: timedelta | None = None
    instances: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    copies: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    unfilled: frozenset[RunRole] = frozenset()
    restore_time: timedelta | None = None
    drilled_at: datetime | None = None
    drill_every: timedelta | None = None
    reviewed_at: datetime | None = None
    review_every: timedelta | None = None
    approved_at: datetime | None = None
    changed_at: datetime | None = None
    confidential: bool | None = None
    now: datetime | None = None
