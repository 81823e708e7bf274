"""No signature tells whether a password is somebody's, unless it was theirs to give."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.urls import reverse

from accounts import limits
from accounts.enums import Role
from accounts.models import TryCounter
from lib.refusals import Invalid, Refused
from notices.models import Notice
from runbooks.enums import RunRole
from runbooks.machine.move import Move
from runbooks.machine.moves.overrides import UseOverride
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.runs import signing
from tests.factories.people import PASSWORD, person
from tests.factories.runs import Play, cast, play
from tests.runbooks import texts
from tests.runbooks.live.live_world import World, open_world
from tests.runbooks.runs.test_races import together

SECRET = "of-the-sea-9921"  # noqa: S105 - typed by a person who guesses
BEFORE = texts.text("Rename it\ncountersign: before", "Tell")
NONE_ASKED = texts.text("Rename it", "Tell")


@pytest.fixture(autouse=True)
def signed_everywhere(settings: Any) -> None:
    settings.SIGN_AGAIN = "all"


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that are compared."""
    passwords: list[str] = []

    def noted(password: str, encoded: str) -> bool:
        passwords.append(password)
        return check_password(password, encoded)

    monkeypatch.setattr(signing, "check_password", noted)
    return passwords


@pytest.fixture
def run(db: None, at: datetime) -> Play:
    game = play(BEFORE, at)
    game.move(BeginStep, step=0)
    return game


def refusal(run: Play, move: type[Move] = Countersign, **sent: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        run.move(move, **sent)
    return refused.value.code, refused.value.sentence


@pytest.mark.parametrize("signer", ["admin", "relief", "decider", "operator"])
def test_right_and_wrong_get_one_answer_where_none_is_asked_of_them(
    run: Play, compared: list[str], signer: str
) -> None:
    person("admin", "ad", Role.ADMIN)
    sent: dict[str, Any] = {"step": 0, "signer": signer}
    assert refusal(run, password=SECRET, **sent) == refusal(run, password=PASSWORD, **sent)
    assert compared == []


@pytest.mark.parametrize("step", [0, 1, 7])
def test_a_step_that_asks_for_none_compares_none(
    db: None, at: datetime, compared: list[str], step: int
) -> None:
    run = play(NONE_ASKED, at)
    run.move(BeginStep, step=0)
    sent: dict[str, Any] = {"step": step, "signer": "verifier"}
    assert refusal(run, password=SECRET, **sent) == refusal(run, password=PASSWORD, **sent)
    assert compared == []


@pytest.mark.parametrize("host", ["relief", "viewer", "observer"])
def test_nobody_tries_from_outside_of_the_run(run: Play, compared: list[str], host: str) -> None:
    if host == "observer":
        run.move(TakeRole, by="relief", role=RunRole.OBSERVER)
    sent: dict[str, Any] = {"by": host.replace("observer", "relief"), "step": 0}
    sent["signer"] = "verifier"
    assert refusal(run, password=SECRET, **sent) == refusal(run, password=PASSWORD, **sent)
    assert compared == []


def test_ones_own_password_is_not_tried_where_none_is_asked(run: Play, compared: list[str]) -> None:
    for move in (Unlock, UseOverride, Countersign):
        assert refusal(run, move, step=1, password=SECRET) == refusal(
            run, move, step=1, password=PASSWORD
        )
    assert compared == []


def test_the_sixth_waits_and_is_told_until_when(run: Play, compared: list[str]) -> None:
    verifier, host = run.people["verifier"], run.people["operator"]
    counters = limits.signature_counters(verifier, host)
    for _ in range(5):
        limits.consume(counters, at=run.at)
    with pytest.raises(Refused) as refused:
        run.move(Countersign, step=0, signer="verifier", password=PASSWORD)
    assert (refused.value.code, refused.value.status) == ("too_many_tries", 429)
    opens = run.at + timedelta(seconds=4)
    assert refused.value.remedy == f"Try again after {opens:%H:%M:%S} UTC (in 4 s)."
    assert compared == []
    # Nobody else's guesses keep the verifier from signing: not on another screen, not on their own.
    run.move(Countersign, by="verifier", step=0, password=PASSWORD)


def test_a_right_signature_begins_anew(run: Play) -> None:
    with pytest.raises(Refused):
        run.move(Countersign, step=0, signer="verifier", password=SECRET)
    run.move(Countersign, step=0, signer="verifier", password=PASSWORD)
    counters = limits.signature_counters(run.people["verifier"], run.people["operator"])
    pair = TryCounter.objects.get(key=counters[0].key)
    assert pair.failures == 0
    (left,) = limits.failures(run.people["verifier"], at=run.at)
    assert (left.kind, left.count) == ("signature", 1)


def test_a_signature_sent_again_is_not_compared_again(run: Play, compared: list[str]) -> None:
    sent: dict[str, Any] = {"step": 0, "signer": "verifier", "password": PASSWORD, "key": "once"}
    run.move(Countersign, **sent)
    run.move(Tick, step=0)
    assert run.move(Countersign, **sent).replayed
    assert compared == [PASSWORD]


def test_signer_and_admins_are_told_of_many(run: Play) -> None:
    admin, verifier = person("admin", "ad", Role.ADMIN), run.people["verifier"]
    for _ in range(2 * signing.TOLD_AFTER):
        run.at += timedelta(minutes=6)
        signing._fits(verifier, SECRET, host=run.people["operator"], at=run.at)
    for who in (admin, verifier):
        notices = Notice.objects.filter(person=who, key__startswith="signatures:")
        assert [n.subject for n in notices.order_by("pk")] == [
            "5 wrong passwords at signatures as Verifier",
            "10 wrong passwords at signatures as Verifier",
        ]
    assert SECRET not in "".join(Notice.objects.values_list("text", flat=True))


def test_an_admin_sees_them_on_the_persons_page(client: Any, run: Play) -> None:
    with pytest.raises(Refused):
        run.move(Countersign, step=0, signer="verifier", password=SECRET)
    TryCounter.objects.update(last_try="2100-01-01T00:00:00Z")
    client.force_login(person("admin", "ad", Role.ADMIN))
    page = client.get(reverse("accounts:person_detail", args=[run.people["verifier"].pk]))
    assert "1 at a signature" in page.content.decode()


def test_a_missing_password_is_asked_for(run: Play) -> None:
    with pytest.raises(Invalid):
        run.move(Countersign, step=0, signer="verifier")


@pytest.fixture(scope="module")
def world(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(django_db_blocker, tmp_path_factory.mktemp("guesses")) as opened:
        yield opened


@pytest.mark.processes
def test_of_forty_guesses_at_once_at_most_five_are_compared(
    world: World, at: datetime, compared: list[str]
) -> None:
    people = cast()
    run = play(BEFORE, at, people=people)
    run.move(BeginStep, step=0)
    verifier, operator = people["verifier"], people["operator"]

    def guess() -> bool:
        return signing._fits(verifier, SECRET, host=operator, at=at)

    came = together(*[guess] * 40)
    assert len(compared) == 5
    assert came.count(False) == 5
    assert [r.code for r in came if isinstance(r, Refused)] == ["too_many_tries"] * 35
