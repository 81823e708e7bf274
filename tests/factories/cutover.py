"""A restore with every interlock, played step by step up to the act that overwrites."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from accounts.enums import Role
from accounts.models import User
from runbooks.machine.moves.run import Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Record, Release, Tick
from runbooks.machine.moves.unlock import ConfirmTeamCheck, Unlock
from runbooks.machine.state import RunState
from runbooks.runs import persistence
from tests.factories import inventory
from tests.factories.people import PASSWORD, person
from tests.factories.runs import Play, play

#: A word of the command that overwrites, which stands nowhere else.
SECRET = "cutover-now"
SHA256 = "0f" * 32
(IDENTIFY, FREEZE, READ, PROTECT, VERIFY, COPY, DIRECTION, TEAM_CHECK, WRITE, COMPARE) = range(10)
TEXT = b"""---
title: Put the ledger back
system: ledger
operation: restore
purpose: Bring the ledger back to the last good backup.
worst_case: Production is overwritten by a backup that is no good.
abort_rule: Anyone may stop the run at any step.
entry:
  - An incident is open.
parameters:
  dump:   {type: copy, label: The backup to restore}
  target: {type: instance, label: The database that will be replaced}
---

## Find out

- [ ] Identify the server

  ```guard
  identify: target
  ```

- [ ] Stop every writer of the ledger

  ```guard
  freeze: target
  ```

- [ ] Read the newest row as you found it

  ```guard
  record:
    newest_found: {type: datetime, label: Newest entry}
  ```

- [ ] Duplicate the backup

  ```guard
  protect: dump
  ```

- [ ] Open the duplicate

  ```guard
  verify: {of: dump, live: newest_found}
  ```

- [ ] Write a safety copy

  ```guard
  copy: {of: target, purpose: safety}
  ```

- [ ] State the direction

  ```guard
  direction: {from: dump, into: target}
  ```

## Cut over

- [ ] Hold the team check

  ```guard
  team_check: {fresh_for: 10m}
  ```

- [ ] Put the restored database in the place of the live one

  > The live ledger is renamed, not dropped.

  ```sh
  /opt/cutover-now --into <target.host> --run <run>
  ```

  ```guard
  overwrite: {target: target, from: dump}
  undo: rename-back
  wait: {expect: renaming, bad: [dropping, writing backup], cancel: press Ctrl-C once}
  duration: {expected: 2m, max: 10m}
  ```

- [ ] Compare

  ```guard
  compare: dump
  ```

## Rename back {#rename-back .aside}

- [ ] Rename the old database back
"""


class Cutover(Play):
    """The run, with its steps by name."""

    @property
    def state(self) -> RunState:
        return persistence.load(self.run.pk)[1]

    def upto(self, step: int) -> Cutover:
        """Do what comes before `step`, from where the run stands."""
        for index in range(step):
            if self.state.steps[index].done_at is None:
                self._do(index)
        return self

    def confirm(self, step: int = TEAM_CHECK) -> Cutover:
        """Everyone says the team check."""
        for role in ("operator", "verifier", "decider"):
            self.move(ConfirmTeamCheck, by=role, step=step)
        return self

    def sign_for_the_loss(self) -> None:
        """The backup is a day old and the RPO is an hour: the decider reads it and signs."""
        self.move(Record, step=VERIFY, values=self.values(VERIFY))
        self.move(Release, by="decider", step=VERIFY, reason="There is no other.")

    def signed(self) -> Cutover:
        """Everything is open but the typed name."""
        self.upto(WRITE).move(BeginStep, step=WRITE)
        self.move(Countersign, by="verifier", step=WRITE, values={}, password=PASSWORD)
        return self

    def unlocked(self) -> Cutover:
        """The command is laid open."""
        self.signed().move(Unlock, step=WRITE, name="ledger", password=PASSWORD)
        return self

    def written(self) -> Cutover:
        """The command was given, and the step is ticked."""
        line = {"wait.first_line": "renaming ledger to ledger_old"}
        self.unlocked().move(Tick, step=WRITE, values=line, password=PASSWORD)
        return self

    def _do(self, index: int) -> None:
        if index == TEAM_CHECK:
            self.confirm()
        if index == VERIFY:
            self.sign_for_the_loss()
        self.tick(index, **self.values(index))

    def values(self, index: int) -> Mapping[str, str]:
        """What the operator writes at a step."""
        newest = (self.at - timedelta(days=61)).isoformat()
        first, second = self.state.facts["target"].identifiers
        written: dict[int, dict[str, str]] = {
            IDENTIFY: {"identify.first": first, "identify.second": second},
            FREEZE: {"freeze.writers": "0"},
            READ: {"newest_found": newest},
            PROTECT: {
                "protect.place": "vault-2:/srv/copies",
                "protect.medium": "disk",
                "protect.encrypted": "yes",
                "protect.original": SHA256,
                "protect.duplicate": SHA256,
            },
            VERIFY: {
                "verify.size": "734003200",
                "verify.newest": (self.at - timedelta(hours=26)).isoformat(),
                "verify.how": "pg_restore --list, and a query in a scratch database",
            },
            COPY: {
                "copy.place": "vault-3:/srv/safety",
                "copy.medium": "disk",
                "copy.encrypted": "yes",
                "copy.size": "700 MiB",
                "copy.sha256": hashlib.sha256(f"{self.run.pk}".encode()).hexdigest(),
                "copy.data_as_of": newest,
                "copy.read_back": "restored into a scratch database",
            },
            DIRECTION: {"direction.from": "ledger-0606.dump", "direction.into": "ledger"},
        }
        return written.get(index, {})


def cutover(
    people: Mapping[str, User],
    at: datetime,
    *,
    started: bool = True,
    system: str = "ledger",
    keeper: User | None = None,
) -> Cutover:
    """A live run of the text, with a database called ledger of the `system` in the inventory."""
    keeper = keeper or person("keeper", "kp", *Role)
    ledger = inventory.system(keeper, at, name=system)
    target = inventory.instance(ledger, keeper, at)
    dump = inventory.copy(ledger, keeper, at, good=True)
    given = {"dump": str(dump.pk), "target": str(target.pk)}
    text = TEXT.replace(b"system: ledger", f"system: {ledger.slug}".encode())
    text = text.replace(b"Put the ledger back", f"Put the {system} back".encode())
    made = play(text, at, people=people, parameters=given, started=False)
    game = Cutover(made.run, made.people, made.at, made.answers)
    if started:
        game.move(Start, acknowledged=True, conditions=True)
    return game


def cutovers(people: Mapping[str, User], keeper: User, at: datetime) -> dict[str, str]:
    """Runs in the states in which their interlocks look different: state → number."""

    def made(state: str, *, started: bool = True) -> Cutover:
        return cutover(people, at, started=started, system=f"books of {state}", keeper=keeper)

    brief, asked = made("a brief", started=False), made("a copy")
    paused, ready = made("a team check"), made("a signature")
    laid, wrong, owed = made("an open command"), made("a bad sign"), made("what is owed")
    asked.upto(COPY)
    paused.upto(TEAM_CHECK).move(ConfirmTeamCheck, by="verifier", step=TEAM_CHECK)
    ready.signed()
    laid.unlocked()
    wrong.unlocked().move(Record, step=WRITE, values={"wait.first_line": "dropping ledger"})
    owed.written().tick(COMPARE, **{"compare.newest": newest(owed)})
    games = {"brief": brief, "asked": asked, "paused": paused, "ready": ready}
    games |= {"laid": laid, "bad": wrong, "owed": owed}
    return {f"cutover_{state}": str(game.run.pk) for state, game in games.items()}


def newest(game: Cutover) -> str:
    """The newest record that was read in the backup."""
    return game.state.steps[VERIFY].values["verify.newest"]
