"""Attempts at the yardstick of a loss, at what sentences compare, and at counts of near misses."""

from __future__ import annotations

from datetime import timedelta

from demo.attempts.attempt import ACT, RESTORE, Attempt, World, demand
from demo.day.crew import PASSWORD, Crew
from inventory import systems
from inventory.models import System
from runbooks.library.revisions import save
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.steps import BeginStep, Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.models import Event, Revision, Runbook

_VERIFY = "inside the backup"
_IDENTIFY = "Identify the server"
_FREEZE = "- [ ] Close the live database to its writers"
_SAFETY = "- [ ] Write a safety copy of the live database"


def _at_the_backup(world: World) -> tuple[Crew, int]:
    """The night of the story: the data as found are 61 days old, this night's backup is read."""
    newest = f"{world.at - timedelta(days=61):%Y-%m-%d %H:%M:%S} UTC"
    crew = world.restore(reads={"newest_found": newest})
    step = crew.step(_VERIFY)
    crew.go_on(until=step)
    return crew, step


def _page(world: World, crew: Crew) -> str:
    return str(world.client("operator").get(f"/runs/{crew.run}/").content.decode())


def _no_signature(world: World) -> str:
    crew, step = _at_the_backup(world)
    values = crew.values(step)
    return world.refused(
        "gate_loss_signed", lambda: crew.press("operator", Tick, step, values=values)
    )


def _nothing_is_lost(world: World) -> str:
    crew, step = _at_the_backup(world)
    crew.do(step)
    page = _page(world, crew)
    demand("newer than the live data" not in page, "A copy is compared with the damaged data.")
    demand("when the writers stopped" in page, "The page does not say what the loss is counted to.")
    demand("RPO 1 h: NOT MET" in page, "The page does not say that the promise is broken.")
    return "RPO 1 h: NOT MET, up to when the writers stopped."


def _nobody_was_asked(world: World) -> str:
    crew, _ = _at_the_backup(world)
    page = _page(world, crew)
    demand("Not asked:" in page, "The page does not say that nobody was asked.")
    return "Not asked: does anyone hold a newer copy? nobody was asked"


def _standby(world: World) -> tuple[Crew, int]:
    crew = world.restore()
    step = crew.step(_IDENTIFY)
    crew.go_on(until=step)
    values = {**crew.values(step), "in_recovery": "t"}
    crew.press("operator", Tick, step, values=values)
    return crew, step


def _both_fit(world: World) -> str:
    page = _page(world, _standby(world)[0])
    demand("not as in the inventory" not in page, "Both identifiers fit, and the page denies it.")
    return "Two identifiers: as in the inventory"


def _uncounted_standby(world: World) -> str:
    counted = Event.objects.filter(run=_standby(world)[0].run).near_misses().count()
    demand(counted == 1, f"A standby taken for the primary counts {counted} times.")
    return "1 near miss: wrong target"


def _counted_slips(world: World) -> str:
    crew = world.restore()
    early = crew.step(_VERIFY)
    sentence = world.refused("out_of_order", lambda: crew.press("operator", Tick, early))
    crew.press("verifier", Hold)
    world.refused("read_back_wrong", lambda: crew.press("operator", Resume, read_back="9"))
    counted = Event.objects.filter(run=crew.run).near_misses().count()
    demand(counted == 0, f"An early tick and a mistyped number count as {counted} near misses.")
    return f"{sentence} It is in the log, and no near miss."


def _at_the_act(world: World, *, late: bool) -> tuple[Crew, int]:
    """A restore up to its act, with a text that was changed: `late` stops the writers only after
    the copy was judged, and they write on for hours; else nothing is promised of it."""
    text = bytes(Revision.objects.filter(runbook__slug=RESTORE).latest("number").source).decode()
    if late:
        head, rest = text.split(_FREEZE, 1)
        freeze, after = rest.split("\n- [ ] ", 1)
        text = f"{head}- [ ] {after}".replace(_SAFETY, f"{_FREEZE}{freeze}\n{_SAFETY}", 1)
    else:
        text = text.replace("    max_age: 24h\n", "")
        systems.edit(
            System.objects.get(slug="ledger"),
            changes={"rpo": None},
            by=world.person("operator"),
            at=world.at,
        )
    revision = save(
        source=text.encode(),
        by=world.person("author"),
        at=world.at,
        runbook=Runbook.objects.get(slug=RESTORE),
    )
    world.verbs.approve("approver", RESTORE, revision.number)
    crew = world.restore()
    act = crew.step(ACT)
    if late:
        crew.go_on(until=crew.step("Close the live database"))
        crew.door.at += timedelta(hours=7)
    crew.go_on(until=act)
    return crew, act


def _unsigned_at_the_act(world: World) -> str:
    crew, act = _at_the_act(world, late=True)
    crew.press("operator", BeginStep, act)
    crew.agree(act)
    crew.confirm(act)
    return world.refused(
        "gate_loss_signed",
        lambda: crew.press("operator", Unlock, act, name="ledger", password=PASSWORD),
    )


def _signed_without_a_promise(world: World) -> str:
    crew, _ = _at_the_act(world, late=False)
    (signed,) = crew.state.stated.signed
    return f"The decider signed: {signed.text}; no RPO is set"


def _mistyped_at_the_act(world: World) -> str:
    crew, act = world.restore_to_the_act()
    sentence = world.refused(
        "wrong_name",
        lambda: crew.press("operator", Unlock, act, name="ledgr", password=PASSWORD),
    )
    demand(
        Event.objects.filter(run=crew.run).near_misses().count() == 0,
        "A mistyped name counts as a near miss.",
    )
    return f"{sentence} It is in the log, and no near miss."


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(6, "The operator restores a copy of the night without the decider", _no_signature),
    Attempt(
        6, "The damaged data makes a copy that is hours old look like no loss", _nothing_is_lost
    ),
    Attempt(6, "The writers write on for hours after the copy was judged", _unsigned_at_the_act),
    Attempt(6, "A loss goes unsigned where no RPO is set", _signed_without_a_promise),
    Attempt(7, "A question that nobody was asked counts as met", _nobody_was_asked),
    Attempt(7, "A standby makes two right identifiers look wrong", _both_fit),
    Attempt(9, "A standby is taken for the primary, and nobody counts it", _uncounted_standby),
    Attempt(9, "A program's early tick and a typing slip count as near misses", _counted_slips),
    Attempt(9, "A mistyped name at the unlock counts as a near miss", _mistyped_at_the_act),
)
