"""Attempts with what is written outside every step: no gate stands before it."""

from __future__ import annotations

from html import unescape

from demo.attempts.attempt import Attempt, World, demand
from runbooks.enums import RunKind
from runbooks.library.linting import of_revision
from runbooks.library.revisions import approve, save
from runbooks.models import Revision
from runbooks.runs.preparation import prepare

_COMMAND = "dropdb -h db-prod-1"
_NOTE = f"""---
title: {{title}}
system: ledger
---

If it must be quick, run `{_COMMAND} books` at once.

## Restore

```sh
{_COMMAND} ledger
pg_restore --create -h db-prod-1 -d postgres /srv/backup/ledger.dump
```

{{steps}}
"""


def _kept(world: World, title: str, steps: str) -> Revision:
    source = _NOTE.format(title=title, steps=steps).encode()
    return save(source=source, by=world.person("author"), at=world.verbs.at)


def _approve_without_steps(world: World) -> str:
    revision = _kept(world, "Ledger in words", "1. Tell the team that it is done")
    seen = [code for code, _ in revision.procedure["waive"]]

    def deed() -> None:
        approve(revision, by=world.person("approver"), at=world.verbs.at, waivers_seen=seen)

    answer = world.refused("no_steps", deed)
    client = world.client("approver")
    page = client.post(f"/runbooks/{revision.runbook.slug}/{revision.number}/approve/")
    demand(page.status_code == 409, f"The page answers {page.status_code}.")
    revision.refresh_from_db()
    demand(revision.approved_at is None, "It is approved.")
    return answer


def _drill_without_steps(world: World) -> str:
    revision = _kept(world, "Ledger in words", "Tell the team that it is done.")
    return world.refused("no_steps", lambda: _drill(world, revision))


def _drill(world: World, revision: Revision) -> int:
    run = prepare(
        revision=revision,
        kind=RunKind.DRILL,
        parameters={},
        by=world.person("operator"),
        at=world.verbs.at,
    )
    return int(run.pk)


def _approve_outside(world: World) -> str:
    revision = _kept(world, "Ledger note", "- [ ] Tell the team that it is done")

    def deed() -> None:
        approve(revision, by=world.person("approver"), at=world.verbs.at)

    answer = world.refused("open_errors", deed)
    codes = [finding.code for finding in of_revision(revision, at=world.verbs.at).errors]
    demand(codes.count("L56") == 2, f"The findings are {', '.join(codes)}.")
    return answer


def _read_in_drill(world: World) -> str:
    """By a viewer, before any role is taken: on the page, its fragment, the brief and the paper."""
    revision = _kept(world, "Ledger note", "- [ ] Tell the team that it is done")
    run, viewer = _drill(world, revision), world.client("viewer")
    brief = f"/runbooks/{revision.runbook.slug}/{revision.number}/start/"
    for address in (f"/runs/{run}/", f"/runs/{run}/?fragment=1", f"/runs/{run}/print/", brief):
        answer = viewer.get(address)
        demand(answer.status_code == 200, f"{address} answers {answer.status_code}.")
        text = unescape(answer.content.decode())
        demand(_COMMAND not in text, f"{address} holds the command.")
    sentence = "is not shown in a run: it destroys data and is not part of a step"
    demand(sentence in viewer.get(f"/runs/{run}/").content.decode(), "Its place does not say why.")
    return f"The command of line 11 {sentence}."


ATTEMPTS: tuple[Attempt, ...] = (
    Attempt(21, "A text with commands and without steps is approved", _approve_without_steps),
    Attempt(21, "It is prepared as a drill", _drill_without_steps),
    Attempt(21, "A text that destroys outside its steps is approved", _approve_outside),
    Attempt(21, "A viewer of its drill reads the command before a role is taken", _read_in_drill),
)
