"""What the incident that a run answers tells the run: when it was noticed, when its writes stopped.

The run cannot read incidents, which stand a floor above it; and what it goes by must stand in its
own log, or a replay would judge by other facts. So the incident's verbs tell it, here.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from runbooks.live import notify
from runbooks.log import chain
from runbooks.machine.events.run import IncidentUpdated
from runbooks.machine.reducers import apply
from runbooks.machine.state import ENDED
from runbooks.machine.statements import AnsweredIncident
from runbooks.models.sql import carry_out
from runbooks.runs import cache, persistence


def tell(run_id: int, incident: AnsweredIncident, *, title: str, by: User, at: datetime) -> None:
    """Tell a run of the `incident` that it answers. Nothing happens where the run knows it already,
    or has ended: what it went by then stays as it was."""
    with transaction.atomic():
        run, state, _, now = persistence.load_locked(run_id, key=None)
        if state.status in ENDED or state.stated.incident == incident:
            return
        event = IncidentUpdated(
            incident=incident.number,
            title=title,
            closed=incident.closed,
            noticed=incident.noticed,
            writes_stopped=incident.writes_stopped,
        )
        role = state.people.get(by.pk) or ""
        # Never ahead of the clock that judges the run, and never before its last event.
        moment = max(min(at, now), state.last_at)
        (line,), written = chain.append(run, [event], by=by, role=role, at=moment, key=None)
        after = apply(state, line)
        written += persistence.changes(run, state, after)
        carry_out([*written, *notify.telling(run.pk, run.sequence)])
        cache.states.put((run.pk, run.digest), after)
