"""Tables of runbooks and runs: the library of texts, the runs, the log of each run, its watch."""

from __future__ import annotations

from runbooks.models.library import Revision, Runbook, Waiver
from runbooks.models.log import Event, Evidence, Presence, SentKey
from runbooks.models.reviews import Review
from runbooks.models.runs import Run, RunParameter, RunPerson, RunStep
from runbooks.models.watch import Anchor, AnchoredHead, LogCheck

__all__ = [
    "Anchor",
    "AnchoredHead",
    "Event",
    "Evidence",
    "LogCheck",
    "Presence",
    "Review",
    "Revision",
    "Run",
    "RunParameter",
    "RunPerson",
    "RunStep",
    "Runbook",
    "SentKey",
    "Waiver",
]
