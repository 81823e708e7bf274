"""Attempts to close an incident without its outcome, and to make a figure look as promised."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import DatabaseError, transaction

from config.attempts.trying import Attempt, GotThrough, World, demand
from incidents import offers, reading, records, verdicts
from incidents.enums import Certainty, Moment, SavedBy, Status
from incidents.models import Incident
from incidents.outcome import Figure, Outcome
from inventory import systems


def _incident(world: World) -> tuple[Incident, dict[str, Any]]:
    who: dict[str, Any] = {"by": world.person("manager"), "at": world.at}
    return Incident.objects.latest("pk"), who


def _figures(incident: Incident, world: World) -> tuple[Figure, Figure, Figure]:
    return reading.figures(incident, reading.clock(incident.times.all()), world.at)


def _set(incident: Incident, world: World, moment: Moment, ago: timedelta) -> None:
    _, who = _incident(world)
    given: dict[str, Any] = {"time": world.at - ago, "certainty": Certainty.EXACT, "seen": None}
    records.set_time(incident, moment=moment, **given, **who)


def _moved_promise(world: World) -> str:
    incident, _ = _incident(world)
    by = world.person("operator")
    systems.edit(incident.system, changes={"rpo": timedelta(days=9)}, by=by, at=world.at)
    incident.refresh_from_db()
    rpo, _, _ = _figures(incident, world)
    demand(rpo.target == timedelta(hours=1), "The promise of that day became that of today.")
    try:
        with transaction.atomic():
            Incident.objects.filter(pk=incident.pk).update(rpo=timedelta(days=9))
    except DatabaseError as error:
        return str(error).splitlines()[0]
    raise GotThrough("The promise was changed in the database.")


def _backwards(world: World) -> str:
    incident, _ = _incident(world)
    _set(incident, world, Moment.WRITES_STOPPED, timedelta(minutes=30))
    _set(incident, world, Moment.RECOVERY_POINT, timedelta(minutes=10))
    rpo, _, _ = _figures(incident, world)
    demand(rpo.state is Outcome.INVALID, f"Times in the wrong order are “{rpo.state.value}”.")
    demand(rpo.actual is None, f"Times in the wrong order make {rpo.text}.")
    return rpo.why


def _closed_unmeasured(world: World) -> str:
    incident, who = _incident(world)
    verdicts.say_saved_by(incident, saved_by=SavedBy.CONTROL, seen=None, **who)

    def close() -> None:
        records.change_status(incident, status=Status.CLOSED, seen=None, **who)

    said = world.refused("unfinished", close)
    for lack in ("“recovery point” is not set", "“restored” is not set"):
        demand(lack in said, f"Closing does not ask for it: {lack}.")
    return said


def _overwritten_by_a_run(world: World) -> str:
    incident, who = _incident(world)
    seen = incident.version
    _set(incident, world, Moment.RESTORED, timedelta(minutes=1))
    keys = ["1:22:restored:ledger"]

    def use() -> None:
        offers.use(incident, offers=keys, seen=seen, **who)

    return world.refused("changed_meanwhile", use)


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(8, "What was promised changes after the incident was declared", _moved_promise),
    Attempt(8, "A recovery point after the end of writes counts as nothing lost", _backwards),
    Attempt(8, "An incident closes without restored and recovery point", _closed_unmeasured),
    Attempt(8, "A run's time replaces what somebody set meanwhile", _overwritten_by_a_run),
)
