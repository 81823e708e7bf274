"""Tables of incidents: the incident and what answers it, and what is stated about its end."""

from __future__ import annotations

from incidents.models.follow_ups import ActionItem, LossMeasure, Notification
from incidents.models.incidents import (
    Incident,
    IncidentChange,
    IncidentPerson,
    IncidentRun,
    IncidentTime,
    TimelineEntry,
)

__all__ = [
    "ActionItem",
    "Incident",
    "IncidentChange",
    "IncidentPerson",
    "IncidentRun",
    "IncidentTime",
    "LossMeasure",
    "Notification",
    "TimelineEntry",
]
