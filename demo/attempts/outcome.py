"""Attempts to close an incident without its outcome, and to make a figure look as promised."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import DatabaseError, transaction

from demo.attempts.attempt import EVERYBODY, RESTORE, Attempt, GotThrough, World, demand
from demo.day.crew import Crew
from demo.day.interface import instance
from incidents import decisions, links, offers, records, summary
from incidents.enums import Certainty, Kind, Moment, SavedBy, Status
from incidents.models import Incident
from incidents.objectives import Figure, Outcome
from inventory import systems
from inventory.enums import DataClass
from inventory.models import Copy
from runbooks.enums import RunKind
from runbooks.machine.moves.run import Start
from runbooks.models import Revision, Run
from runbooks.procedure.guards.target import Freeze


def _incident(world: World) -> tuple[Incident, dict[str, Any]]:
    who: dict[str, Any] = {"by": world.person("manager"), "at": world.at}
    return Incident.objects.latest("pk"), who


def _figures(incident: Incident, world: World) -> tuple[Figure, Figure, Figure]:
    return summary.figures(incident, summary.clock(incident.times.all()), world.at)


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


def _detour(world: World) -> str:
    incident, who = _incident(world)
    by, ledger = world.person("operator"), incident.system
    other = systems.register(
        name="Other", owner=by, data_class=DataClass.INTERNAL, by=by, at=world.at
    )
    systems.edit(ledger, changes={"rpo": timedelta(days=9)}, by=by, at=world.at)
    ledger.refresh_from_db()
    facts: dict[str, Any] = {"title": incident.title, "what_happened": incident.what_happened}
    for system in (other, ledger):
        kind = Kind(incident.kind)
        records.edit(incident, **facts, kind=kind, system=system, seen=None, **who)
    incident.refresh_from_db()
    demand(incident.rpo == timedelta(hours=1), f"The promise is {incident.rpo} by now.")
    return "The system has the promise again that it had when the incident was declared."


def _staging(world: World) -> str:
    """A run of the demonstration's restore, into staging, up to where staging is frozen."""
    incident, who = _incident(world)
    revision = Revision.objects.filter(runbook__slug=RESTORE).latest("number")
    source = bytes(revision.source).decode()
    source = source.replace("environment: [production]", "environment: [production, staging]")
    source = source.replace("title: Restore the ledger", "title: Restore the staging ledger")
    slug, number = world.verbs.save("author", source, "restore-staging.md")
    world.verbs.approve("approver", slug, number)
    dump = Copy.objects.filter(name__startswith="ledger-2").latest("taken_at").pk
    chosen = {"dump": dump, "target": instance("ledger-staging")}
    crew = Crew(world.verbs, world.verbs.prepare("operator", slug, RunKind.LIVE, chosen))
    crew.man(*EVERYBODY)
    crew.press("operator", Start, acknowledged=True, conditions=True)
    links.link_run(incident, run=Run.objects.get(pk=crew.run), **who)
    freeze = next(s.index for s in crew.state.procedure.steps if Freeze in s.guard)
    crew.go_on(until=freeze)
    crew.do(freeze)
    incident.refresh_from_db()
    ticks = summary.clock(incident.times.all())
    offered = offers.read(incident, ticks, incident.runs.with_runbook())
    demand(not offered, f"Staging is taken for production: {[o.label for o in offered]}.")
    return "The run is linked and offers the incident nothing: its clock goes on."


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
    decisions.say_saved_by(incident, saved_by=SavedBy.CONTROL, seen=None, **who)

    def close() -> None:
        records.change_status(incident, status=Status.CLOSED, seen=None, **who)

    sentence = world.refused("unfinished", close)
    for lack in ("“recovery point” is not set", "“restored” is not set"):
        demand(lack in sentence, f"Closing does not ask for it: {lack}.")
    return sentence


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
    Attempt(8, "A detour over another system brings the promise of today", _detour),
    Attempt(8, "A freeze of staging ends the contaminated writes of production", _staging),
    Attempt(8, "A recovery point after the end of writes counts as nothing lost", _backwards),
    Attempt(8, "An incident closes without restored and recovery point", _closed_unmeasured),
    Attempt(8, "A run's time replaces what somebody set meanwhile", _overwritten_by_a_run),
)
