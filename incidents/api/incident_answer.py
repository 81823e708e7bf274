"""What the answer about an incident is printed from: the incident and what is read beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from incidents import closing, lifecycle, offers, summary
from incidents.contamination import Contamination, contamination
from incidents.enums import Status
from incidents.models import (
    ActionItem,
    Incident,
    IncidentPerson,
    IncidentRun,
    LossMeasure,
    Notification,
)
from incidents.objectives import Figure
from incidents.offers import Offer
from incidents.summary import ClockField
from runbooks.models import Runbook


@dataclass(frozen=True)
class IncidentAnswer:
    """All of an incident but its timeline."""

    incident: Incident
    may_become: Iterable[Status]
    clock: Sequence[ClockField]
    outcome: Sequence[Figure]
    contamination: Contamination | None
    offers: Sequence[Offer]
    people: Iterable[IncidentPerson]
    runbooks: Iterable[Runbook]
    runs: Sequence[IncidentRun]
    ending: closing.Ending

    @property
    def losses(self) -> list[LossMeasure | Notification]:
        return [stated.row for stated in self.ending.losses]

    @property
    def notified(self) -> list[LossMeasure | Notification]:
        return [stated.row for stated in self.ending.notified]

    @property
    def actions(self) -> list[ActionItem]:
        return [action.row for action in self.ending.actions]


def incident_answer(incident: Incident, at: datetime) -> IncidentAnswer:
    """`incident` as it is kept now, as of `at` (aware)."""
    ticks = summary.clock(incident.times.all())
    runs = list(incident.runs.with_runbook())
    offered = offers.read(incident, ticks, runs)
    return IncidentAnswer(
        incident=incident,
        may_become=lifecycle.following(Status(incident.status)),
        clock=ticks,
        outcome=summary.figures(incident, ticks, at, offers.claimed(offered)),
        contamination=contamination(incident, ticks, offered, at),
        offers=offered,
        people=incident.people.select_related("person"),
        runbooks=incident.runbooks.only("slug", "title"),
        runs=runs,
        ending=closing.ending(incident, ticks),
    )
