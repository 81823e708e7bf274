"""A deletion played through by operator, verifier and decider: log, inventory, page and API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.enums import Scope
from accounts.models import User
from inventory import history
from inventory.enums import Lifecycle
from inventory.models import Change, Instance
from lib.refusals import Invalid
from runbooks.enums import RunKind, RunStatus
from runbooks.log import texts
from runbooks.machine.move import Move
from runbooks.machine.moves.branches import Undo
from runbooks.machine.moves.run import Complete, Start
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Release, Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.runs.replay import verify
from runbooks.runs.transaction import MoveRefused
from tests.factories.deletion import (
    DELETE,
    NAME,
    RESTORE,
    TELL,
    TEXT,
    THAW,
    WHY,
    Deletion,
    deletion,
)
from tests.factories.people import PASSWORD
from tests.factories.runs import cast, play
from tests.factories.tokens import program

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def people() -> Mapping[str, User]:
    return cast()


def refused(game: Deletion, move: type[Move], by: str = "operator", **sent: object) -> str:
    with pytest.raises(MoveRefused) as met:
        game.move(move, by=by, step=DELETE, **sent)
    return met.value.code


def target(game: Deletion) -> Instance:
    instance = game.run.parameters.get(name="target").instance
    assert instance is not None
    return Instance.objects.get(pk=instance.pk)


def test_the_whole(people: Mapping[str, User], at: datetime, settings: Any) -> None:
    settings.SIGN_AGAIN = "overwrite"
    game = deletion(people, at).begun()
    unlock = {"name": NAME, "password": PASSWORD}
    assert refused(game, Unlock, **unlock) == "gate_countersigned"
    game.move(Countersign, by="verifier", step=DELETE, values={}, password=PASSWORD)
    assert refused(game, Unlock, **unlock) == "gate_safety_copy"
    for role in ("operator", "verifier"):
        assert refused(game, Release, by=role, reason=WHY) == "wrong_role"
    game.move(Release, by="decider", step=DELETE, reason=WHY)
    assert refused(game, Unlock, name="ledger", password=PASSWORD) == "wrong_name"
    with pytest.raises(Invalid):
        game.move(Unlock, step=DELETE, name=NAME)  # a signature: the password again
    assert target(game).lifecycle == Lifecycle.FROZEN
    game.move(Unlock, step=DELETE, **unlock)
    game.move(Tick, step=DELETE, values={}, password=PASSWORD)
    gone = target(game)
    assert gone.lifecycle == Lifecycle.DECOMMISSIONED
    line = Change.objects.about(gone).first()
    assert line is not None
    assert f"run {game.run.pk}, step 4" in history.tell(line)
    game.tick(TELL)
    game.move(Complete, summary="")
    assert game.run.status == RunStatus.COMPLETED
    assert verify(game.run).ok
    (signed,) = texts.of_kinds(game.run, ["step.released"])
    assert signed.event.to_data()["reason"] == WHY
    assert signed.event.to_data()["loss"] == f"nothing of {NAME} is kept"
    assert signed.by == people["decider"].pk
    (deleted,) = texts.of_kinds(game.run, ["instance.deleted"])
    assert (deleted.event.to_data()["instance"], deleted.event.to_data()["name"]) == (gone.pk, NAME)


def test_the_rollback_identifies_what_the_inventory_calls_gone_and_puts_it_in_service(
    people: Mapping[str, User], at: datetime
) -> None:
    game = deletion(people, at).deleted()
    game.move(Undo, step=DELETE, reason="The wrong one.")
    game.tick(RESTORE, **game.values(RESTORE))
    game.tick(THAW)
    assert target(game).lifecycle == Lifecycle.ACTIVE


def test_what_somebody_else_has_deleted_is_not_deleted_again(
    people: Mapping[str, User], at: datetime
) -> None:
    game = deletion(people, at).upto(DELETE)
    gone = target(game)
    Instance.objects.filter(pk=gone.pk).update(lifecycle=Lifecycle.DECOMMISSIONED)
    game.move(BeginStep, step=DELETE)
    game.move(Release, by="decider", step=DELETE, reason=WHY)
    game.move(Countersign, by="verifier", step=DELETE, values={}, password=PASSWORD)
    assert refused(game, Unlock, name=NAME, password=PASSWORD) == "inventory_changed"


def test_of_two_deletions_of_one_database_the_first_goes_first(
    people: Mapping[str, User], at: datetime
) -> None:
    first = deletion(people, at).unlocked()
    given = {"target": str(target(first).pk)}
    made = play(TEXT.replace(b"title: Delete", b"title: Remove"), first.at, people=people,
                parameters=given)  # fmt: skip
    second = Deletion(made.run, made.people, made.at, made.answers).signed()
    with pytest.raises(MoveRefused) as met:
        second.move(Unlock, step=DELETE, name=NAME, password=PASSWORD)
    assert met.value.code == "other_run"
    assert f"Run {first.run.pk} is deleting {NAME} now." in met.value.sentence


def test_a_drill_deletes_no_production_and_leaves_it_in_the_inventory(
    people: Mapping[str, User], at: datetime
) -> None:
    with pytest.raises(Invalid) as met:
        deletion(people, at, kind=RunKind.DRILL)
    assert "never deletes or overwrites production" in str(met.value.errors)
    assert Instance.objects.get(name=NAME).lifecycle == Lifecycle.ACTIVE


def test_a_drill_on_a_test_instance_is_taken_down(people: Mapping[str, User], at: datetime) -> None:
    game = deletion(people, at, kind=RunKind.DRILL, environment="test").deleted()
    assert target(game).lifecycle == Lifecycle.DECOMMISSIONED


def test_a_part_leaves_the_instance_as_it_is(people: Mapping[str, User], at: datetime) -> None:
    source = TEXT.replace(
        b"{target: target}\n  undo", b"{target: target, part: table audit}\n  undo"
    )
    game = deletion(people, at, source=source).deleted()
    assert target(game).lifecycle == Lifecycle.FROZEN
    (line,) = texts.of_kinds(game.run, ["instance.deleted"])
    deleted = line.event.to_data()
    assert (deleted["part"], deleted["instance"]) == (
        "table audit",
        target(game).pk,
    )


def page(game: Deletion, signed_in: SignIn, who: str) -> str:
    return signed_in(game.people[who]).get(f"/runs/{game.run.pk}/").content.decode()


def test_the_page_says_delete_what_is_lost_and_who_signs(
    people: Mapping[str, User], signed_in: SignIn
) -> None:
    game = deletion(people, datetime.now(UTC) - timedelta(minutes=3), started=False)
    brief = page(game, signed_in, "decider")
    assert "nothing takes its place" in brief
    assert "WRITE INTO" not in brief
    game.move(Start, acknowledged=True, conditions=True)
    game.begun()
    mine = page(game, signed_in, "decider")
    assert f"Your signature is wanted: nothing of {NAME} is kept." in mine
    assert "Sign: nothing to keep, and release step 4" in mine
    for words in (
        "Will be deleted",
        "everything in it",
        "nothing yet: no safety copy was read back",
    ):
        assert words in mine
    game.move(Release, by="decider", step=DELETE, reason=WHY)
    game.move(Countersign, by="verifier", step=DELETE, values={}, password=PASSWORD)
    operator = page(game, signed_in, "operator")
    assert f"nothing, because: {WHY}" in operator
    assert f"This DELETES {NAME}" in operator
    assert f"DELETE {NAME} @ db-old-1" in operator
    assert "OVERWRITES" not in operator
    log = signed_in(game.people["viewer"]).get(f"/runs/{game.run.pk}/log/").content.decode()
    assert f"nothing to keep (nothing of {NAME} is kept), because: {WHY}" in log


def test_the_api_names_it_and_offers_what_the_page_offers(people: Mapping[str, User]) -> None:
    game = deletion(people, datetime.now(UTC) - timedelta(minutes=3)).begun()
    read = program(game.people["decider"], Scope.RUN).get(f"/api/v1/runs/{game.run.pk}/").json()
    step = read["steps"][DELETE]
    assert step["guard"]["deletes"] == "target"
    assert step["guard"]["overwrites"] is None
    offered = {(allowed["move"], allowed["step"]) for allowed in read["allowed_moves"]}
    assert ("release", DELETE) in offered
    keys = {gate["key"] for gate in read["gates"] if not gate["open"]}
    assert keys == {"countersigned", "safety_copy", "unlocked"}
