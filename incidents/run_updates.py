"""What the runs of an incident are told of it: what they count a loss by."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from incidents.enums import Moment, Status
from incidents.models import Incident
from runbooks.machine.interlocks.loss import LastWrite, last_write
from runbooks.machine.statements import AnsweredIncident
from runbooks.runs import incident_times


def runs(incident: Incident, *, by: User, at: datetime) -> None:
    """Tell every run that answers `incident`, in the transaction of the verb that changed it."""
    known = _known(incident)
    for number in incident.runs.order_by("run_id").values_list("run_id", flat=True):
        incident_times.tell(number, known, title=incident.title, by=by, at=at)


def until(incident: Incident, at: datetime) -> LastWrite:
    """The last good write as `incident` knows it at `at` (aware), for who chooses a copy."""
    known = _known(incident)
    now = None if known.closed else at
    return last_write(stopped=known.writes_stopped, noticed=known.noticed, now=now)


def _known(incident: Incident) -> AnsweredIncident:
    clock = dict(incident.times.values_list("moment", "at"))
    return AnsweredIncident(
        incident.pk,
        clock.get(Moment.NOTICED.value),
        clock.get(Moment.WRITES_STOPPED.value),
        incident.status == Status.CLOSED.value,
    )
