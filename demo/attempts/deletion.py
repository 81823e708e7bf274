"""Attempts to delete without what the guard `destroy` asks for, or to use it for something else."""

from __future__ import annotations

from demo.attempts.attempt import EVERYBODY, Attempt, World, demand
from demo.day.crew import PASSWORD, Crew
from demo.day.interface import instance
from inventory.enums import Lifecycle
from inventory.models import Instance
from runbooks.enums import RunKind
from runbooks.machine.moves.run import Start
from runbooks.machine.moves.steps import BeginStep, Release
from runbooks.machine.moves.unlock import Unlock

_TITLE = "Delete the old ledger database"
_ACT = "Delete the database"
_WHY = "It holds nothing but what the new one has."
_TEXT = f"""---
title: {_TITLE}
system: ledger
operation: delete
purpose: Remove what is no longer used.
worst_case: The database that is in use is deleted.
abort_rule: Anyone may stop the run at any step.
parameters:
  target: {{type: instance, label: The database that is deleted}}
---

## Delete

- [ ] Tell the team what is deleted, and when

- [ ] Identify the database

  ```guard
  identify: target
  ```

- [ ] Stop every writer of the database

  ```guard
  freeze: target
  ```

- [ ] Check the target as a team

  ```guard
  team_check: {{fresh_for: 10m}}
  ```

- [ ] {_ACT}

  This is the point of no return.

  ```sh
  ./delete-ledger.sh --host <target.host>
  ```

  ```guard
  destroy: {{target: target}}
  ```
"""


def _saved(world: World, text: str = _TEXT) -> tuple[str, int]:
    return world.verbs.save("author", text, _TITLE)


def begun_deletion(world: World) -> tuple[Crew, int]:
    """A live deletion of production whose act (its index) is begun, and agreed by everyone: there
    is no safety copy, nobody has signed, and nobody has countersigned."""
    slug, number = _saved(world)
    world.verbs.approve("approver", slug, number)
    run = world.verbs.prepare("operator", slug, RunKind.LIVE, {"target": instance("ledger")})
    crew = Crew(world.verbs, run)
    crew.man(*EVERYBODY)
    crew.press("operator", Start, acknowledged=True, conditions=True)
    act = crew.step(_ACT)
    crew.go_on(until=act)
    crew.press("operator", BeginStep, act)
    crew.agree(act)
    return crew, act


def _at_the_act(world: World) -> tuple[Crew, int]:
    """The same, countersigned."""
    crew, act = begun_deletion(world)
    crew.confirm(act)
    return crew, act


def _unlock(world: World, crew: Crew, act: int, code: str, name: str = "ledger") -> str:
    return world.refused(
        code, lambda: crew.press("operator", Unlock, act, name=name, password=PASSWORD)
    )


def _nothing_kept(world: World) -> str:
    crew, act = _at_the_act(world)
    sentence = _unlock(world, crew, act, "gate_safety_copy")
    page = world.client("operator").get(f"/runs/{crew.run}/").content.decode()
    demand("delete-ledger.sh" not in page, "The page holds the command that deletes.")
    lifecycle = Instance.objects.get(pk=instance("ledger")).lifecycle
    demand(lifecycle == Lifecycle.FROZEN, f"The inventory says {lifecycle}.")
    return sentence


def _signed_by_oneself(world: World) -> str:
    crew, act = _at_the_act(world)
    return world.refused("wrong_role", lambda: crew.press("operator", Release, act, reason=_WHY))


def _another_name(world: World) -> str:
    crew, act = _at_the_act(world)
    crew.press("decider", Release, act, reason=_WHY)
    return _unlock(world, crew, act, "wrong_name", name="ledger-staging")


def _restore_as_deletion(world: World) -> str:
    text = _TEXT.replace(
        "./delete-ledger.sh --host <target.host>", "pg_restore -d ledger ledger.dump"
    )
    slug, number = _saved(world, text)
    return world.refused("open_errors", lambda: world.verbs.approve("approver", slug, number))


def _unmarked(world: World) -> str:
    text = _TEXT.replace("\n  ```guard\n  destroy: {target: target}\n  ```\n", "")
    slug, number = _saved(world, text)
    return world.refused("open_errors", lambda: world.verbs.approve("approver", slug, number))


def _drill(world: World) -> str:
    slug, _ = _saved(world)
    chosen = {"target": instance("ledger")}
    return world.refused(
        "invalid", lambda: world.verbs.prepare("operator", slug, RunKind.DRILL, chosen)
    )


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(23, "Production is deleted without a copy, and nobody signs for it", _nothing_kept),
    Attempt(23, "The operator signs that there is nothing to keep", _signed_by_oneself),
    Attempt(23, "The name of another database is typed before a deletion", _another_name),
    Attempt(23, "A step that is guarded as a deletion restores", _restore_as_deletion),
    Attempt(23, "A script deletes in a step without a guard", _unmarked),
    Attempt(23, "A drill deletes production", _drill),
)
