"""Copies that are none, and a standby that is taken for its primary."""

from __future__ import annotations

import hashlib

from demo.attempts.attempt import Attempt, World, demand
from demo.day.crew import Crew
from inventory import board, copies, instances
from inventory.enums import CopyState, Medium
from inventory.models import Copy, Instance, System
from runbooks.machine.moves.hand_over import AcceptHandOver, HandOver
from runbooks.machine.moves.steps import Tick

_SAFETY = "Write a safety copy of the live database"
_EMPTY_FILE = hashlib.sha256(b"").hexdigest()


def _at_the_safety_copy(world: World) -> tuple[Crew, int]:
    crew = world.restore()
    step = crew.step(_SAFETY)
    crew.go_on(until=step)
    return crew, step


def _not_ticked(crew: Crew, step: int, **typed: str) -> None:
    """What was measured is something different: it is neither ticked nor registered."""
    values = {**crew.values(step), **typed}
    before = Copy.objects.count()
    crew.press("operator", Tick, step, values=values)
    demand(crew.state.steps[step].done_at is None, "The step is ticked.")
    demand(Copy.objects.count() == before, "The copy is registered.")


def _empty_safety_copy(world: World) -> str:
    crew, step = _at_the_safety_copy(world)
    _not_ticked(crew, step, **{"copy.size": "14", "copy.sha256": _EMPTY_FILE})
    page = str(world.client("operator").get(f"/runs/{crew.run}/").content.decode())
    sentence = "a file of 14 bytes cannot have it"
    demand(sentence in page, "The page does not say that size and SHA-256 contradict each other.")
    demand("Earlier copies of this system have 48117760 bytes" in page, "Nor what others have.")
    return "This is the SHA-256 of an empty file; a file of 14 bytes cannot have it."


def _small_safety_copy(world: World) -> str:
    crew, step = _at_the_safety_copy(world)
    values = {**crew.values(step), "copy.size": "14"}
    return world.refused(
        "gate_doubt_accepted", lambda: crew.press("operator", Tick, step, values=values)
    )


def _backup_as_safety_copy(world: World) -> str:
    crew, step = _at_the_safety_copy(world)
    backup = crew.state.facts["dump"].fields
    _not_ticked(crew, step, **{"copy.size": backup["size"], "copy.sha256": backup["sha256"]})
    page = str(world.client("operator").get(f"/runs/{crew.run}/").content.decode())
    demand("it is the same file" in page, "The page does not say that one file was told as two.")
    return "This is the SHA-256 of the backup, whose newest record is another: the same file."


def _one_file_as_two(world: World) -> str:
    """This night's copy is registered again as that of today, with its SHA-256."""
    night = Copy.objects.filter(name__startswith="ledger-2").latest("taken_at")
    made = copies.register(
        system=night.system,
        name="ledger-today.dump",
        taken_at=world.at,
        data_as_of=world.at,
        medium=Medium.DISK,
        place="/srv/backup/ledger-today.dump",
        holder="backup-1",
        size_bytes=night.size_bytes,
        sha256=night.sha256,
        by=world.person("operator"),
        at=world.at,
    )
    line = board.summary(night.system, world.at)
    demand(line.newest == night, "The board counts the same file as a newer copy.")
    return world.refused(
        "same_bytes",
        lambda: copies.verify(made, how="exit code 0", by=world.person("operator"), at=world.at),
    )


def _nothing_is_good(world: World) -> str:
    made = copies.register(
        system=System.objects.get(slug="ledger"),
        name="ledger-empty.dump",
        taken_at=world.at,
        medium=Medium.DISK,
        place="/srv/backup/ledger-empty.dump",
        holder="backup-1",
        size_bytes=0,
        by=world.person("operator"),
        at=world.at,
    )
    sentence = world.refused(
        "holds_nothing",
        lambda: copies.verify(made, how="exit code 0", by=world.person("operator"), at=world.at),
    )
    made.refresh_from_db()
    demand(made.state == CopyState.UNVERIFIED, "A copy of nothing is good.")
    page = str(world.client("viewer").get("/inventory/").content.decode())
    demand("0 bytes, so it holds nothing" in page, "The board does not say why.")
    return sentence


def _with_standby(world: World) -> Crew:
    """A standby of the ledger is registered, with the system identifier of its primary."""
    primary = Instance.objects.get(name="ledger")
    instances.register(
        system=primary.system,
        name="ledger-standby",
        environment=primary.environment,
        host="db-prod-2",
        first_kind=primary.first_kind,
        first_value="db-prod-2",
        second_kind=primary.second_kind,
        second_value=primary.second_value,
        by=world.person("operator"),
        at=world.at,
    )
    return world.restore()


def _by_the_shared_one(world: World) -> str:
    crew = _with_standby(world)
    step = crew.step("Identify the server")
    crew.go_on(until=step)
    values = {**crew.values(step), "identify.first": "db-prod-2"}
    crew.press("operator", Tick, step, values=values)
    demand(crew.state.steps[step].done_at is None, "The standby is taken for its primary.")
    page = str(world.client("operator").get(f"/runs/{crew.run}/").content.decode())
    sentence = "matches, but ledger-standby @ db-prod-2 has the same one."
    demand(sentence in page, "The page does not say that the identifier is shared.")
    return f"The database system identifier {sentence}"


def _take_over_by_the_shared_one(world: World) -> str:
    crew = _with_standby(world)
    crew.press(
        "operator",
        HandOver,
        to=world.person("relief").pk,
        position="none",
        running="nothing",
        next_step="1",
        worries="nothing",
    )
    shared = crew.state.facts["target"].identifiers[1]
    return world.refused(
        "wrong_target",
        lambda: crew.press("relief", AcceptHandOver, read_back=crew.place, identifier=shared),
    )


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(27, "A copy of 0 bytes is verified, because the program ended well", _nothing_is_good),
    Attempt(27, "The safety copy is an empty file", _empty_safety_copy),
    Attempt(27, "The safety copy is a millionth of the earlier copies", _small_safety_copy),
    Attempt(27, "The backup is measured as the safety copy", _backup_as_safety_copy),
    Attempt(27, "One file is registered as two copies of two moments", _one_file_as_two),
    Attempt(28, "A primary is identified by what its standby shares", _by_the_shared_one),
    Attempt(28, "A run is taken over by the shared identifier alone", _take_over_by_the_shared_one),
)
