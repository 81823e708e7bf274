"""The brief: what is chosen before a run, and what each choice would cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from inventory.enums import Environment, IdentifierKind
from inventory.models import Copy, Instance
from runbooks.enums import RunKind, RunRole
from runbooks.machine.interlocks.loss import LossVerdict, last_write
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.run import Complete, Start
from runbooks.machine.moves.steps import Tick
from runbooks.models import Revision, Run
from runbooks.procedure.serialization import from_json
from runbooks.runs import choices, moves, preparation
from runbooks.screen import briefs
from tests.factories import inventory
from tests.factories.library import approved, kept

SignIn = Callable[[User], Client]
SOURCE = b"""---
title: Restore it
system: ledger
purpose: Bring it back.
worst_case: All is gone.
abort_rule: Anyone stops it.
entry: [An incident is open]
do_not_use_if: [The disk is failing]
waive: {L05: "no room"}
parameters:
  dump: {type: copy, label: The backup, max_age: 48h}
  target: {type: instance, label: What is replaced, environment: [production, staging]}
  side: {type: text, label: New name, default: beside, pattern: "[a-z]+"}
---

- [ ] Do it

  ```guard
  overwrite: {target: target, from: dump}
  duration: {expected: 30m}
  ```
"""


@dataclass(frozen=True)
class World:
    revision: Revision
    dump: Copy
    old: Copy
    production: Instance
    staging: Instance
    laptop: Instance

    @property
    def page(self) -> str:
        return f"/runbooks/restore-it/{self.revision.number}/start/"

    def sent(self, **more: Any) -> dict[str, Any]:
        return {
            "kind": "live",
            "title": "",
            "key": "k-1",
            "parameter_dump": self.dump.pk,
            "parameter_target": self.production.pk,
            "parameter_side": "beside",
        } | more


@pytest.fixture
def world(operator: User, author: User, approver: User) -> World:
    now = datetime.now(UTC)
    system = inventory.system(operator, now)
    second = {"second_kind": IdentifierKind.HOST}
    return World(
        approved(author, approver, now, SOURCE),
        inventory.copy(system, operator, now, good=True),
        inventory.copy(
            system,
            operator,
            now,
            name="old.dump",
            taken_at=now - timedelta(days=60),
            data_as_of=now - timedelta(days=61),
        ),
        inventory.instance(system, operator, now),
        *(
            inventory.instance(
                system,
                operator,
                now,
                name=name,
                environment=environment,
                host=f"db-{name}",
                first_value=f"73{n}",
                second_value=f"host-{n}",
                **second,
            )
            for n, (name, environment) in enumerate(
                [("staging", Environment.STAGING), ("laptop", Environment.DEVELOPMENT)]
            )
        ),
    )


def test_the_brief_says_what_would_be_lost(world: World, operator: User, signed_in: SignIn) -> None:
    text = signed_in(operator).get(world.page).content.decode()
    for words in (
        "Bring it back.",
        "All is gone.",
        "Anyone stops it.",
        "The disk is failing",
        "An incident is open",
        "are lost, about 26 h, up to",
        "RPO 1 h: NOT MET.",
        "LAST GOOD COPY",
        "backup-1:/srv/backup",
        "verified by Operator",
        "61 days old",
        "takes no copy older than 2 d",
        "db-prod-1",
        "It has never been run",
        "30 min",
        "RTO 2 h: leaves 1 h 30 min",
        "no room",
        'value="beside"',
    ):
        assert words in text
    assert "db-laptop" not in text
    assert text.index("The disk is failing") < text.index("The backup")
    assert text.count("LAST GOOD COPY") == 1


def test_preparing_leads_to_the_run_and_counts_once(
    world: World, operator: User, signed_in: SignIn
) -> None:
    browser = signed_in(operator)
    for _ in range(2):  # a double click
        answer = browser.post(world.page, world.sent())
        assert answer.status_code == 303
    run = Run.objects.get()
    assert answer["Location"] == f"/runs/{run.pk}/"
    assert (run.kind, run.title, run.prepared_by) == ("live", "Restore it", operator)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kind": ""}, "live or a drill"),
        ({"parameter_dump": ""}, "Choose: The backup."),
        ({"parameter_dump": "987654"}, "There is no such copy of this system in the inventory."),
        (
            {"parameter_side": "Not This"},
            "does not match the format that the runbook asks for: `[a-z]+`",
        ),
        ({"parameter_side": ""}, "Fill in: New name."),
        ({"kind": "drill"}, "A drill never writes into production"),
        ({"title": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    wrong: dict[str, str], sentence: str, world: World, operator: User, signed_in: SignIn
) -> None:
    answer = signed_in(operator).post(world.page, world.sent(title="At night") | wrong)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in text
    assert wrong.get("title", "At night") in text
    assert (
        f'value="{world.production.pk}" id="id_parameter_target_{world.production.pk}" checked'
        in text
    )
    assert not Run.objects.exists()


def test_too_old_a_copy_is_refused_beside_its_field(
    world: World, operator: User, signed_in: SignIn
) -> None:
    answer = signed_in(operator).post(world.page, world.sent(parameter_dump=world.old.pk))
    assert answer.status_code == 422
    assert "61 days old; at most 2 d is allowed here" in answer.content.decode()


def test_an_unapproved_text_can_only_be_drilled(
    world: World, author: User, operator: User, signed_in: SignIn
) -> None:
    draft = kept(author, datetime.now(UTC), SOURCE + b"\n", runbook=world.revision.runbook, seen=1)
    page, browser = f"/runbooks/restore-it/{draft.number}/start/", signed_in(operator)
    assert 'value="live"' not in browser.get(page).content.decode()
    answer = browser.post(page, world.sent())
    assert answer.status_code == 422
    assert "only be drilled" in answer.content.decode()
    drill = world.sent(kind="drill", parameter_target=world.staging.pk)
    assert browser.post(page, drill).status_code == 303


def test_a_viewer_reads_the_brief_and_starts_nothing(
    world: World, viewer: User, signed_in: SignIn
) -> None:
    browser = signed_in(viewer)
    assert "Prepare the run" not in browser.get(world.page).content.decode()
    answer = browser.post(world.page, world.sent())
    assert answer.status_code == 403
    assert not Run.objects.exists()


def test_the_last_run_is_told(world: World, operator: User, signed_in: SignIn) -> None:
    browser = signed_in(operator)
    browser.post(world.page, world.sent())
    text = browser.get(world.page).content.decode()
    assert "was prepared and not started" in text
    last = briefs.last_run(world.revision.runbook)
    assert last is not None
    assert last.mismatches == ()


def test_an_incident_takes_the_brief_over(world: World, operator: User, signed_in: SignIn) -> None:
    answer = signed_in(operator).get(world.page + "?incident=7")
    assert answer["Location"] == "/incidents/7/start/restore-it/1/"


def test_loss_is_honest_about_what_is_not_known(world: World) -> None:
    now = datetime.now(UTC)
    world.dump.data_as_of = None
    unread = choices.lost_with(world.dump, last_write(now=now))
    assert (unread.state, unread.verdict) == (LossVerdict.UNKNOWN, "")
    assert "nobody has read the newest record" in unread.text()
    world.old.data_as_of = now - timedelta(minutes=20)
    loss = choices.lost_with(world.old, last_write(now=now))
    assert (loss.state, loss.verdict) == (LossVerdict.WITHIN, "RPO 1 h: met")
    assert "about 20 min" in loss.text()


def test_a_plan_longer_than_the_rto_says_so(world: World) -> None:
    procedure, system = from_json(world.revision.procedure), world.revision.runbook.system
    assert system is not None
    system.rto = timedelta(minutes=10)
    plan = briefs.time_plan(procedure, system)
    assert (plan.expected, plan.timed, plan.count.steps, plan.met) == ("30 min", 1, 1, False)
    assert "Longer than the RTO of 10 min" in plan.verdict
    assert briefs.time_plan(procedure, None).met is None


def test_the_brief_costs_the_same_for_any_number_of_copies(
    world: World,
    operator: User,
    signed_in: SignIn,
    django_assert_max_num_queries: Callable[[int], Any],
) -> None:
    for n in range(9):
        now = datetime.now(UTC)
        inventory.copy(world.dump.system, operator, now, name=f"more-{n}", good=True)
    browser = signed_in(operator)
    # PostgreSQL is asked for the time too: its clock judges the copies.
    most = 17 if connection.vendor == "postgresql" else 16
    with django_assert_max_num_queries(most):
        assert browser.get(world.page).content.decode().count("LAST GOOD COPY") == 0


def test_the_last_run_is_told_only_as_far_as_it_went(
    author: User, operator: User, at: datetime
) -> None:
    """A run that nobody started proves nothing about its values."""
    revision = kept(author, at)
    given: dict[str, Any] = {"kind": RunKind.DRILL, "parameters": {}, "by": operator}
    run = preparation.prepare(revision=revision, at=at, **given)

    def shown() -> str:
        last = briefs.last_run(revision.runbook)
        assert last is not None
        return last.undisturbed

    assert shown() == ""
    moves.make_move(run.pk, TakeRole(role=RunRole.OPERATOR), by=operator, at=at)
    moves.make_move(run.pk, Start(acknowledged=True, conditions=True), by=operator, at=at)
    assert shown() == "No value differed from what was expected, as far as it went."
    for step in range(2):
        moves.make_move(run.pk, Tick(step=step, values={}), by=operator, at=at)
    moves.make_move(run.pk, Complete(summary=""), by=operator, at=at)
    assert shown() == "No value differed from what was expected."
