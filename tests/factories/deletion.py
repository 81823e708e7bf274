"""A deletion with every interlock, played step by step up to the act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from accounts.enums import Role
from accounts.models import User
from runbooks.enums import RunKind
from runbooks.machine.moves.run import Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Release, Tick
from runbooks.machine.moves.unlock import ConfirmTeamCheck, Unlock
from runbooks.machine.state import RunState
from runbooks.runs import persistence
from tests.factories import inventory
from tests.factories.cutover import SECRET
from tests.factories.people import PASSWORD, person
from tests.factories.runs import Play, play

(IDENTIFY, FREEZE, TEAM_CHECK, DELETE, TELL, RESTORE, THAW) = range(7)
NAME = "ledger-old"
WHY = "It was a copy for the tests of last year."
TEXT = f"""---
title: Delete the old ledger
system: ledger
operation: delete
purpose: Remove what the move to new storage left behind.
worst_case: The database that is in use is deleted.
abort_rule: Anyone may stop the run at any step.
parameters:
  target: {{type: instance, label: The database that is deleted}}
---

## Find out

- [ ] Identify the server

  ```guard
  identify: target
  ```

- [ ] Stop every writer

  ```guard
  freeze: target
  ```

## Delete

- [ ] Hold the team check

  ```guard
  team_check: {{fresh_for: 10m}}
  ```

- [ ] Delete the database

  > Nothing takes its place.

  ```sh
  /opt/{SECRET} --on <target.host> --run <run>
  ```

  ```guard
  destroy: {{target: target}}
  undo: bring-back
  duration: {{expected: 2m, max: 10m}}
  ```

- [ ] Tell the team

## Bring it back {{#bring-back .aside}}

- [ ] Identify the server that was made again

  ```guard
  identify: target
  ```

- [ ] Put it back in service

  ```guard
  thaw: target
  ```
""".encode()


class Deletion(Play):
    """The run, with its steps by name."""

    @property
    def state(self) -> RunState:
        return persistence.load(self.run.pk)[1]

    def values(self, index: int) -> dict[str, str]:
        """What the operator writes at a step."""
        first, second = self.state.facts["target"].identifiers
        identified = {"identify.first": first, "identify.second": second}
        written = {IDENTIFY: identified, FREEZE: {"freeze.writers": "0"}, RESTORE: identified}
        return written.get(index, {})

    def upto(self, step: int) -> Deletion:
        """Do what comes before `step`, from where the run stands."""
        for index in range(step):
            if self.state.steps[index].done_at is None:
                if index == TEAM_CHECK:
                    self.confirm()
                self.tick(index, **self.values(index))
        return self

    def confirm(self, step: int = TEAM_CHECK) -> Deletion:
        """Everyone says the team check."""
        for role in ("operator", "verifier", "decider"):
            self.move(ConfirmTeamCheck, by=role, step=step)
        return self

    def begun(self) -> Deletion:
        """The deletion is begun, and nobody has signed that there is nothing to keep."""
        self.upto(DELETE).move(BeginStep, step=DELETE)
        return self

    def signed(self) -> Deletion:
        """Everything is met but the typed name."""
        self.begun().move(Release, by="decider", step=DELETE, reason=WHY)
        self.move(Countersign, by="verifier", step=DELETE, values={}, password=PASSWORD)
        return self

    def unlocked(self) -> Deletion:
        """The command is shown."""
        self.signed().move(Unlock, step=DELETE, name=NAME, password=PASSWORD)
        return self

    def deleted(self) -> Deletion:
        """The command was given, and the step is ticked."""
        self.unlocked().move(Tick, step=DELETE, values={}, password=PASSWORD)
        return self


def deletion(
    people: Mapping[str, User],
    at: datetime,
    *,
    started: bool = True,
    kind: RunKind = RunKind.LIVE,
    environment: str = "production",
    source: bytes = TEXT,
) -> Deletion:
    """A run of the text, with a database called ledger-old in the inventory."""
    keeper = person("keeper", "kp", *Role)
    ledger = inventory.system(keeper, at)
    target = inventory.instance(
        ledger, keeper, at, name=NAME, host="db-old-1", environment=environment
    )
    given = {"target": str(target.pk)}
    made = play(source, at, people=people, kind=kind, parameters=given, started=False)
    game = Deletion(made.run, made.people, made.at, made.answers)
    if started:
        game.move(Start, acknowledged=True, conditions=True)
    return game
