"""Values that are typed as tools and people write them, and would be read as something else."""

from __future__ import annotations

from django.urls import reverse

from demo.attempts.attempt import Attempt, World, demand
from demo.day.crew import PASSWORD
from inventory.models import Copy, System
from runbooks.machine.moves.steps import Record
from runbooks.machine.moves.unlock import Unlock
from runbooks.procedure.guards.copies import Verify

_FOUND = "newest_found"
_LEFT_OUT = "2026-03-29 02:30 Europe/Berlin"
_TWICE = "2026-10-25 02:30 Europe/Berlin"


def _registered(world: World, size: str) -> tuple[str, int | None]:
    """The page that answers a copy whose size was typed so, and the size that is kept."""
    ledger = System.objects.get(slug="ledger")
    sent = {
        "name": "typed.dump",
        "taken_at": world.verbs.at.isoformat(),
        "medium": "disk",
        "place": "vault-9:/typed.dump",
        "holder": "vault-9",
        "size_bytes": size,
        "encrypted": "yes",
    }
    answer = world.client("operator").post(reverse("inventory:copy_new", args=[ledger.slug]), sent)
    kept = Copy.objects.filter(name="typed.dump").first()
    return answer.content.decode(), kept.size_bytes if kept else None


def _decimal_comma(world: World) -> str:
    _, kept = _registered(world, "1,23 GB")
    demand(kept == 1_230_000_000, f"1,23 GB was kept as {kept} bytes.")
    return f"1,23 GB is kept as {kept} bytes."


def _unit_of_ls(world: World) -> str:
    page, kept = _registered(world, "4096K")
    demand(kept is None, f"4096K was kept as {kept} bytes.")
    both = "can mean 4,096,000 bytes (kB) or 4,194,304 bytes (KiB"
    demand(both in page, "The page does not tell both readings.")
    return f"4096K {both}, as ls -h and du -h print it)."


def _at_the_reading(world: World, name: str, typed: str) -> str:
    """Record `said` for the value `name` of the demonstration's restore; it must not be read."""
    crew = world.restore()
    step = next(
        step.index
        for step in crew.state.procedure.steps
        if any(value.name == name for value in step.guard.record)
    )
    crew.go_on(until=step)
    return world.refused(
        "invalid", lambda: crew.press("operator", Record, step, values={name: typed})
    )


def _hour_left_out(world: World) -> str:
    sentence = _at_the_reading(world, _FOUND, _LEFT_OUT)
    demand("no such moment" in sentence, f"It said: {sentence}")
    return sentence


def _hour_twice(world: World) -> str:
    sentence = _at_the_reading(world, _FOUND, _TWICE)
    both = "2026-10-25 00:30 UTC (CEST) or 2026-10-25 01:30 UTC (CET)"
    demand(both in sentence, f"It said: {sentence}")
    return sentence


def _thousand(world: World) -> str:
    sentence = _at_the_reading(world, "entries_found", "12,000")
    demand("12000 or 12.000" in sentence, f"It said: {sentence}")
    return sentence


def _rough(world: World) -> str:
    crew = world.restore()
    step = next(step.index for step in crew.state.procedure.steps if Verify in step.guard)
    crew.go_on(until=step)
    values = {**crew.values(step), "verify.size": "48 MB"}
    return world.refused("invalid", lambda: crew.press("operator", Record, step, values=values))


def _other_host(world: World) -> str:
    crew, act = world.restore_to_the_act()
    host = crew.state.facts["target"].fields["host"]
    sentence = world.refused(
        "wrong_name",
        lambda: crew.press("operator", Unlock, act, name="ledger @ db-other-1", password=PASSWORD),
    )
    crew.press("operator", Unlock, act, name=f"ledger @ {host}", password=PASSWORD)
    demand(act in crew.state.stated.unlocked, "The name as the page writes it is refused.")
    return sentence


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(25, "A decimal comma multiplies a size by ten", _decimal_comma),
    Attempt(25, "The K of ls -h is read as a thousand", _unit_of_ls),
    Attempt(25, "A step takes an hour that the clocks left out", _hour_left_out),
    Attempt(25, "A step takes an hour that happened twice for one of them", _hour_twice),
    Attempt(25, "Twelve thousand entries are read as twelve, or the other way round", _thousand),
    Attempt(26, "A size that fits two copies passes for the right one", _rough),
    Attempt(26, "The name of the target, with another host behind it", _other_host),
)
