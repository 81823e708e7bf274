"""A run of a small runbook, driven by the verbs of `runbooks.runs.moves`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from accounts.models import User
from runbooks.enums import RunKind, RunRole
from runbooks.machine.move import Move
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import Tick
from runbooks.machine.state import RunState
from runbooks.models import Revision, Run
from runbooks.runs import moves, persistence, preparation
from tests.factories.library import approved
from tests.factories.moves import filled

#: A step that measures, one with a sub-step, one that is confirmed before, one with a free text.
SHEET = b"""---
title: Restore the books
purpose: Bring the books back.
worst_case: The wrong server is overwritten.
abort_rule: Anyone may stop.
entry:
  - An incident is open.
parameters:
  folder: {type: text, label: Folder, default: /srv/vault}
---

## Find out

- [ ] Read the newest entry

  > Look, do not touch.

  ```sh
  ls -l <folder>
  ```

  ```guard
  record:
    entries: {type: number, label: Entries}
  countersign: after
  ```

- [ ] Stop the writers

  - [ ] Stop the jobs

## Act

- [ ] Rename it

  ```sh
  mv -n <folder>/new <folder>/live
  ```

  ```guard
  countersign: before
  undo: put-back
  ```

- [ ] Tell people

  ```guard
  optional: true
  ```

## Put back {#put-back .aside}

- [ ] Rename it back
"""


@dataclass
class Story:
    """A run and its people. `do` makes a move a minute later than the one before."""

    run: Run
    people: dict[str, User]
    at: datetime
    keys: Any = field(default_factory=count)

    @property
    def state(self) -> RunState:
        return persistence.load(self.run.pk)[1]

    def do(self, move: type[Move], who: str, **sent: Any) -> None:
        self.at += timedelta(minutes=1)
        key = f"story-{next(self.keys)}"
        words = filled(move, sent)
        moves.make_sent(self.run.pk, move, words, by=self.people[who], at=self.at, key=key)

    def start(self) -> Story:
        for role in (RunRole.OPERATOR, RunRole.VERIFIER, RunRole.DECIDER):
            self.do(TakeRole, role.value, role=role)
        self.do(Start, "operator", acknowledged=True, conditions=True)
        return self

    def measured(self, entries: str = "48211") -> Story:
        """The first step is ticked and waits for the second measurement."""
        self.do(Tick, "operator", step=0, values={"entries": entries})
        return self

    def agreed(self) -> Story:
        self.measured().do(Countersign, "verifier", step=0, values={"entries": "48211"})
        return self


def story(
    people: dict[str, User],
    at: datetime,
    *,
    source: bytes = SHEET,
    revision: Revision | None = None,
) -> Story:
    """A run in its briefing. `people` by role: operator, verifier, decider, author, approver."""
    text = revision or approved(people["author"], people["approver"], at, source)
    run = preparation.prepare(
        revision=text,
        kind=RunKind.LIVE,
        parameters={},
        by=people["operator"],
        at=at,
        key=uuid4().hex,
    )
    return Story(run, people, at)
