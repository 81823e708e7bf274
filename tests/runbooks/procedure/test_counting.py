"""How many steps a runbook has: one count with one meaning, on every page and in the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from incidents import links
from runbooks.enums import RunKind
from runbooks.library import queries
from runbooks.procedure.counting import StepCount, count_steps, count_timed
from runbooks.procedure.model import Procedure
from runbooks.procedure.parser import parse
from runbooks.procedure.serialization import from_json
from runbooks.runs import preparation
from runbooks.screen import briefs
from tests.factories import inventory
from tests.factories.library import approved, kept
from tests.factories.tokens import program
from tests.incidents.world import incident

SignIn = Callable[[User], Client]
DEMONSTRATION = sorted((Path(__file__).resolve().parents[3] / "demo/runbooks").glob("*.md"))
#: Three steps, of which one has two sub-steps (and one of them two of its own); two aside.
TEXT = b"""---
title: Move house
---

- [ ] Pack

  ```guard
  duration: {expected: 10m}
  ```

- [ ] Carry

  - [ ] Books

    - [ ] Heavy ones
    - [ ] Light ones

  - [ ] Lamps

- [ ] Unpack

## It rains {.aside}

- [ ] Wait

  - [ ] Look out
"""
WORDS = "3 steps, 4 sub-steps, 2 more in contingency sections"


def read(source: bytes) -> Procedure:
    procedure = parse(source).procedure
    assert procedure is not None
    return procedure


def test_steps_are_the_numbered_ones_of_the_main_path() -> None:
    count = count_steps(read(TEXT))
    assert count == StepCount(steps=3, substeps=4, contingency=2)
    assert str(count) == WORDS
    assert str(StepCount(1, 1, 0)) == "1 step, 1 sub-step"
    assert str(StepCount(0, 0, 0)) == "0 steps"


@pytest.mark.parametrize("path", DEMONSTRATION, ids=lambda path: path.stem)
def test_the_count_is_the_last_number_and_nothing_is_left_out(path: Path) -> None:
    procedure = read(path.read_bytes())
    count = count_steps(procedure)
    main = [procedure.steps[index] for index in procedure.main_path]
    assert max(int(step.number.split(".")[0]) for step in main) == count.steps
    assert count.steps + count.substeps + count.contingency == len(procedure.steps)


def test_a_step_is_timed_by_itself_or_by_all_its_sub_steps() -> None:
    assert count_timed(read(TEXT)) == 1
    timed = b"```guard\n%bduration: {expected: 1m}\n%b```\n"
    inner = TEXT
    for title, indent in ((b"Heavy ones", b"      "), (b"Light ones", b"      ")):
        guard = b"\n\n" + indent + timed.replace(b"%b", indent)
        inner = inner.replace(title, title + guard)
    assert count_timed(read(inner)) == 1  # the lamps say nothing
    guard = b"\n\n    " + timed.replace(b"%b", b"    ")
    assert count_timed(read(inner.replace(b"Lamps", b"Lamps" + guard))) == 2


def test_every_page_and_the_api_say_the_same(
    author: User, approver: User, operator: User, at: datetime, signed_in: SignIn
) -> None:
    system = inventory.system(operator, at)
    text = TEXT.replace(b"title: Move house", b"title: Move house\nsystem: ledger")
    revision = approved(author, approver, at, text)
    slug, client = revision.runbook.slug, signed_in(operator)

    def page(address: str) -> str:
        return client.get(address).content.decode()

    assert WORDS in page(f"/runbooks/{slug}/")
    assert WORDS in page(f"/runbooks/{slug}/1/print/")
    assert f"{WORDS}." in page(f"/runbooks/{slug}/1/start/")
    assert "counting the 1 of 3 steps that say how long they take" in page(
        f"/runbooks/{slug}/1/start/"
    )
    assert "3<br><small>4 sub-steps, 2 more in contingency sections</small>" in page("/runbooks/")
    opened = incident(operator, at, system=system)
    links.link_runbook(opened, runbook=revision.runbook, by=operator, at=at)
    assert f"revision 1, {WORDS}" in page(f"/incidents/{opened.pk}/")
    for address in (f"/api/v1/runbooks/{slug}/", f"/api/v1/runbooks/{slug}/revisions/1/"):
        body = program(operator).get(address).json()
        body = body.get("revision", body)
        counted = body["steps"], body["substeps"], body["contingency_steps"]
        assert counted == (3, 4, 2)


def test_the_printed_run_says_it(
    author: User, approver: User, operator: User, at: datetime, signed_in: SignIn
) -> None:
    revision = approved(author, approver, at, TEXT)
    run = preparation.prepare(
        revision=revision, kind=RunKind.LIVE, parameters={}, by=operator, at=at
    )
    assert (
        f"revision 1, {WORDS}" in signed_in(operator).get(f"/runs/{run.pk}/print/").content.decode()
    )


def test_an_import_says_how_many_steps_it_kept(
    author: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "house.md"
    path.write_bytes(TEXT)
    call_command("import_runbook", str(path), author=author.username)
    assert f"kept as revision 1 of “Move house”, {WORDS}" in capsys.readouterr().out


def test_a_list_counts_without_a_procedure(author: User, at: datetime) -> None:
    kept(author, at, TEXT)
    [line] = queries.overview()
    assert line.counts is not None
    assert str(line.counts.step_count) == WORDS
    assert {"procedure", "source"} <= line.counts.get_deferred_fields()


def test_the_plan_and_the_kept_counts_agree(author: User, at: datetime) -> None:
    revision = kept(author, at, TEXT)
    plan = briefs.time_plan(from_json(revision.procedure), None)
    assert plan.count == revision.step_count
