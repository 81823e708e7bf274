"""Doors beside the guarded one: a rollback after the database is back in service, a second run."""

from __future__ import annotations

from config.attempts.trying import Attempt, GotThrough, World, demand
from config.day.right import Crew
from runbooks.enums import Move
from runbooks.library import approve, save
from runbooks.machine import Allowed, allowed
from runbooks.models import Run

_OVERWRITE, _THAW = "Put the restored database in the place", "Open the ledger to its application"


def _reopened(world: World) -> Crew:
    crew = world.restore()
    crew.go_on(until=crew.step(_THAW))
    demand(_offers_undo(world, crew), "The rollback was not open before the ledger was.")
    crew.do(crew.step(_THAW))
    return crew


def _offers_undo(world: World, crew: Crew) -> bool:
    state, operator = crew.state, world.person("operator").pk
    return Allowed(Move.UNDO, crew.step(_OVERWRITE)) in allowed(state, operator, crew.door.at)


def _late_undo(world: World) -> str:
    crew = _reopened(world)
    demand(not _offers_undo(world, crew), "The rollback is still among the allowed moves.")
    act = crew.step(_OVERWRITE)
    answer = world.refused(
        "rollback_closed", lambda: crew.press("operator", Move.UNDO, act, reason="Wrong copy.")
    )
    read = crew.step("Read the newest entry of the live database")
    world.refused(
        "rollback_closed", lambda: crew.press("operator", Move.UNDO, read, reason="Wrong copy.")
    )
    if "rename-back" in crew.state.entered:
        raise GotThrough("The run entered the rollback.")
    return answer


def _second_restore(world: World) -> str:
    """Both teams have everything but the typed name; the second to start types it."""
    act = _OVERWRITE
    first, second = world.restore(), world.restore()
    first.go_on(until=first.step(act))
    second.go_on(until=second.step(act))
    overwrite = second.step(act)

    def deed() -> None:
        second.before(overwrite)

    answer = world.refused("other_run", deed)
    first.before(first.step(act))
    return answer


def _walk_round(world: World) -> str:
    """Wrong target, then the same text with a blank line, and again under a title in capitals."""
    crew = world.restore()
    crew.press("operator", Move.ABORT, reason="The standby.", deviation="wrong-target")
    crew.press("operator", Move.ABORT, reason="The standby.", deviation="wrong-target")
    failed = Run.objects.get(pk=crew.run)
    source = bytes(failed.revision.source)
    title = failed.revision.runbook.title
    author, approver = world.person("author"), world.person("approver")

    def capitals() -> None:
        text = source.replace(title.encode(), title.upper().encode())
        save(source=text, by=author, at=world.verbs.at)

    world.refused("invalid", capitals)
    later = save(
        source=source + b"\n", by=author, at=world.verbs.at, runbook=failed.revision.runbook
    )
    seen = [code for code, _ in later.procedure["waive"]]
    approve(later, by=approver, at=world.verbs.at, waivers_seen=seen, reason="Better laid out.")
    return world.refused("locked", lambda: world.restore())


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(10, "The overwrite is taken back after bookings are let in again", _late_undo),
    Attempt(11, "A second run unlocks the overwrite of the same database", _second_restore),
    Attempt(12, "A blank line or a title in capitals frees a text that is locked", _walk_round),
)
