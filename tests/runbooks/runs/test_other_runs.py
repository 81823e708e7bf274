"""Two live runs on one database: only one of them overwrites it, and everybody is told of both."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from inventory.enums import Lifecycle
from inventory.models import Instance
from runbooks.machine.moves.hold import Hold
from runbooks.machine.moves.run import Abort
from runbooks.machine.moves.unlock import Unlock
from runbooks.models import Run
from runbooks.runs import other_runs, replay
from runbooks.runs.transaction import MoveRefused
from tests.factories.cutover import WRITE, Cutover, cutover
from tests.factories.people import PASSWORD
from tests.factories.rivals import rival
from tests.factories.runs import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def first(people: dict[str, User], at: Any) -> Cutover:
    return cutover(people, at)


@pytest.fixture
def people() -> dict[str, User]:
    return cast()


def unlock(game: Cutover) -> str:
    """The code with which the command stays hidden; '' when it is unlocked."""
    try:
        game.move(Unlock, step=WRITE, name="ledger", password=PASSWORD)
    except MoveRefused as refused:
        return refused.code
    return ""


def sentences(game: Cutover) -> list[tuple[str, bool]]:
    others = other_runs.beside(Run.objects.get(pk=game.run.pk), game.state, game.at)
    return [(other.sentence, other.blocks) for other in others]


def test_the_run_that_started_first_unlocks_and_the_other_waits(first: Cutover) -> None:
    second = rival(first)
    second.signed()
    assert unlock(second) == "other_run"
    with pytest.raises(MoveRefused, match=f"Run {first.run.pk} is restoring ledger now") as caught:
        second.move(Unlock, step=WRITE, name="ledger", password=PASSWORD)
    assert f"Join run {first.run.pk}" in caught.value.remedy
    first.at = second.at
    first.signed()
    assert unlock(first) == ""
    missed = second.run.events.filter(kind="move.refused")
    assert missed.count() == 2
    assert not replay.verify(second.run).faults


def test_when_the_other_was_aborted_without_an_overwrite_it_goes_on(first: Cutover) -> None:
    second = rival(first)
    first.at = second.at
    first.move(Hold)
    second.signed()
    assert unlock(second) == "other_run"
    first.move(Abort, by="decider", reason="The other run does it.")
    assert unlock(second) == ""


def test_what_was_overwritten_since_is_not_overwritten_by_an_older_run(first: Cutover) -> None:
    second = rival(first)
    first.at = second.at
    first.written()
    first.move(Abort, reason="Enough.")
    second.at = first.at
    second.signed()
    assert unlock(second) == "overwritten_since"
    third = rival(second)
    third.signed()
    assert unlock(third) == "other_run"  # the second still stands there, started before
    second.at = third.at
    second.move(Abort, reason="Too late.")
    assert unlock(third) == ""


def test_a_prepared_run_is_shown_and_keeps_nobody(first: Cutover) -> None:
    forgotten = rival(first, started=False)
    assert sentences(first) == [
        (f"Run {forgotten.run.pk} was prepared for ledger and has not started.", False)
    ]
    assert sentences(forgotten) == [(f"Run {first.run.pk} is restoring ledger now.", True)]
    first.at = forgotten.at
    assert unlock(first.signed()) == ""


def test_a_run_in_which_nothing_happened_for_a_day_keeps_nobody(
    first: Cutover, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert timedelta(hours=24) == other_runs.FORGOTTEN_AFTER
    monkeypatch.setattr(other_runs, "FORGOTTEN_AFTER", timedelta(minutes=5))
    first.move(Hold)
    second = rival(first, seconds=600)
    ((sentence, blocks),) = sentences(second)
    assert "nothing has happened in it since" in sentence
    assert not blocks
    assert unlock(second.signed()) == ""
    assert sentences(first)[0] == (f"Run {second.run.pk} is restoring ledger now.", True)


def test_an_unlocked_run_keeps_the_others_however_long_it_takes(
    first: Cutover, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(other_runs, "FORGOTTEN_AFTER", timedelta(minutes=5))
    first.unlocked()
    second = rival(first, seconds=600)
    assert unlock(second.signed()) == "other_run"


def test_another_database_is_another_matter(first: Cutover, people: dict[str, User]) -> None:
    keeper = User.objects.get(username="keeper")
    other = cutover(people, first.at, system="books", keeper=keeper)
    assert sentences(other) == []
    assert unlock(other.signed()) == ""


def test_one_machine_under_two_names_is_one(first: Cutover, people: dict[str, User]) -> None:
    """Two entries of one server: the first is decommissioned while its run goes on."""
    keeper = User.objects.get(username="keeper")
    second = cutover(people, first.at, system="books", keeper=keeper)
    target = Instance.objects.get(system__name="books")
    Instance.objects.filter(system__name="ledger").update(
        first_kind=target.second_kind,
        first_value=target.second_value.upper(),
        second_kind=target.first_kind,
        second_value=target.first_value,
        identity=target.identity,
        lifecycle=Lifecycle.DECOMMISSIONED.value,
    )
    assert [blocks for _, blocks in sentences(second)] == [True]
    assert unlock(second.signed()) == "other_run"


def test_everybody_is_told(people: dict[str, User], client: Client) -> None:
    first = cutover(people, datetime.now(UTC) - timedelta(minutes=5))
    second = rival(first, started=False)
    client.force_login(first.people["operator"])
    words = f"Run {first.run.pk} is restoring ledger now."
    link = f'href="{reverse("runbooks:run_detail", args=[first.run.pk])}"'
    revision = first.run.revision
    start = reverse("runbooks:run_prepare", args=[revision.runbook.slug, revision.number])
    page = reverse("runbooks:run_detail", args=[second.run.pk])
    for address in (start, page):
        text = client.get(address).content.decode()
        assert words in text
        assert link in text
    (other,) = client.get(reverse("api:run_detail", args=[second.run.pk])).json()["other_runs"]
    assert (other["id"], other["blocks"], other["instance"]) == (first.run.pk, True, "ledger")
    assert client.get(reverse("api:run_detail", args=[first.run.pk])).json()["other_runs"][0][
        "status"
    ] == ("briefing")
