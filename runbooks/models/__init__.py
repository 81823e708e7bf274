"""Tables of runbooks and runs: the library of texts, the runs, and the log of each run."""

from __future__ import annotations

from runbooks.models.library import Revision, Runbook
from runbooks.models.log import Event, Evidence, Presence
from runbooks.models.runs import Run, RunParameter, RunPerson, RunStep

__all__ = [
    "Event",
    "Evidence",
    "Presence",
    "Revision",
    "Run",
    "RunParameter",
    "RunPerson",
    "RunStep",
    "Runbook",
]
