"""Tell every server process that the log of a run has grown.

The event table is the truth; what is sent here only wakes those who read it, so that a screen
follows at once instead of at the next safety read.
"""

from __future__ import annotations

from django.db import connection

from runbooks.models.sql import Statement, carry_out

CHANNEL = "countersign_events"
PRESENCE = 0  # in place of a sequence: no event, but who has the run open has changed


def telling(run_id: int, sequence: int) -> list[Statement]:
    """What announces that the log of `run_id` reaches `sequence`, to be carried out in the
    transaction that writes the event: PostgreSQL delivers at commit, and never if the transaction
    rolls back.

    On SQLite nothing is sent: readers watch the file's own version counter.
    """
    if connection.vendor != "postgresql":
        return []
    return [("SELECT pg_notify(%s, %s)", [CHANNEL, f"{run_id}:{sequence}"])]


def within(run_id: int, sequence: int) -> None:
    """Announce it now, inside the transaction that writes the event."""
    carry_out(telling(run_id, sequence))


def run_of(payload: str) -> int:
    """The run that a payload of the channel speaks of; 0 when somebody else wrote it."""
    run, _, _ = payload.partition(":")
    return int(run) if run.isdecimal() else 0
