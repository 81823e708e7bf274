"""The password at a signature: asked for again, kept nowhere; and a second person on one screen."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.test import Client

from accounts.models import User
from lib.refusals import Invalid, Refused
from runbooks.enums import StepStatus
from runbooks.forms.by_move import form_of
from runbooks.machine.decide import decide
from runbooks.machine.move import Move, PasswordCheck, Request
from runbooks.machine.moves.overrides import UseOverride
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.machine.refusals import refused
from runbooks.machine.requests import Refusal
from runbooks.machine.signature import demanded
from runbooks.models import Event
from runbooks.runs.transaction import MoveRefused
from tests.factories.people import PASSWORD
from tests.factories.runs import Play, play
from tests.runbooks import texts
from tests.runbooks.machine.interlocks.test_overwrite import WRITE, begun
from tests.runbooks.machine.table import OPERATOR, VERIFIER

SECRET = "of-the-sea-9921"  # noqa: S105 - typed by a person who mistook it
BEFORE = texts.text("Rename it\ncountersign: before", "Tell")
HERE: dict[str, Any] = {"step": 0, "signer": "verifier"}


@pytest.fixture
def run(db: None, at: datetime, settings: Any) -> Play:
    settings.SIGN_AGAIN = "all"
    begun = play(BEFORE, at)
    begun.move(BeginStep, step=0)
    return begun


def everything_kept() -> str:
    """Every value of every row, as text."""
    return "\n".join(
        str(value)
        for model in apps.get_models()
        for row in model._default_manager.values()
        for value in row.values()
    )


def code(refused: pytest.ExceptionInfo[Refused]) -> str:
    return refused.value.code


@pytest.mark.parametrize(
    ("setting", "move", "step", "expected"),
    [
        ("overwrite", Unlock, WRITE, True),
        ("overwrite", Countersign, WRITE, True),
        ("overwrite", UseOverride, WRITE, True),
        ("overwrite", UseOverride, None, True),
        ("overwrite", Countersign, 0, False),
        ("all", Countersign, 0, True),
        ("all", Tick, WRITE, False),
        ("off", Unlock, WRITE, False),
    ],
)
def test_where_it_is_asked_for(
    setting: str, move: type[Move], step: int | None, expected: bool
) -> None:
    assert demanded(begun().state, move, step, setting) is expected


def test_what_is_not_signed_is_no_signature() -> None:
    game = begun()
    empty = game.ask(Countersign, VERIFIER, WRITE, password=PasswordCheck("overwrite"))
    assert set(getattr(empty, "errors", ())) == {"password"}
    wrong = game.ask(Countersign, VERIFIER, WRITE, password=PasswordCheck("overwrite", fits=False))
    assert isinstance(wrong, Refusal)
    assert (wrong.code, wrong.guard, wrong.counts) == ("signature_wrong", "signature", True)
    game.must(Countersign, VERIFIER, WRITE, password=PasswordCheck("overwrite", fits=True))


def test_a_near_miss_tells_neither_password_nor_name() -> None:
    game = begun()
    check = PasswordCheck("all", fits=False)
    request = Request(Countersign(step=WRITE), VERIFIER, game.at, password=check)
    refusal = decide(game.state, request)
    assert isinstance(refusal, Refusal)
    (event,) = refused(game.state, request, refusal)
    assert event.to_data()["tried"] == {}


def test_it_is_asked_for_again(run: Play) -> None:
    with pytest.raises(Invalid) as invalid:
        run.move(Countersign, by="verifier", step=0)
    assert set(invalid.value.errors) == {"password"}
    with pytest.raises(MoveRefused) as refused:
        run.move(Countersign, by="verifier", step=0, password=SECRET)
    assert code(refused) == "signature_wrong"
    run.move(Countersign, by="verifier", step=0, password=PASSWORD)


def test_a_wrong_one_is_a_near_miss_and_the_third_holds_the_run(run: Play) -> None:
    for _ in range(3):
        with pytest.raises(MoveRefused):
            run.move(Countersign, by="verifier", step=0, password=SECRET)
    run.run.refresh_from_db()
    assert run.run.status == "on_hold"
    missed = Event.objects.filter(kind="move.refused", text__contains='"guard":"signature"')
    assert missed.count() == 3


def test_somebody_without_a_role_holds_nothing_with_wrong_passwords(run: Play) -> None:
    for _ in range(4):
        with pytest.raises(MoveRefused) as refused:
            run.move(Countersign, by="relief", step=0, password=SECRET)
        assert code(refused) == "not_in_run"
    assert run.run.status == "running"


def test_the_second_person_signs_on_the_operators_screen(run: Play) -> None:
    run.move(Countersign, **HERE, password=PASSWORD)
    event = Event.objects.get(kind="step.countersigned")
    operator, verifier = run.people["operator"], run.people["verifier"]
    assert event.by == verifier
    assert f'"on_screen_of":{{"id":{operator.pk},"name":"Operator"}}' in event.text


@pytest.mark.parametrize("login", ["VERIFIER@example.org", " verifier ", "Verifier"])
def test_by_mail_address_or_name(run: Play, login: str) -> None:
    run.move(Countersign, step=0, signer=login, password=PASSWORD)
    assert Event.objects.get(kind="step.countersigned").by == run.people["verifier"]


def test_a_wrong_password_of_who_is_to_sign(run: Play) -> None:
    with pytest.raises(MoveRefused) as refused:
        run.move(Countersign, **HERE, password=SECRET)
    error = refused.value
    assert (error.code, error.sentence) == (
        "signature_wrong", "This name and this password do not fit together.",
    )  # fmt: skip


@pytest.mark.parametrize("password", [SECRET, PASSWORD])
@pytest.mark.parametrize("signer", ["relief", "relief@example.org", "stranger", "nul\0", "\ud800"])
def test_a_name_without_a_role_here_gets_one_answer(run: Play, signer: str, password: str) -> None:
    sent = {"signer": signer, "password": password}
    with pytest.raises(MoveRefused) as refused:
        run.move(Countersign, step=0, **sent)
    error = refused.value
    assert (error.code, error.sentence) == (
        "not_in_run", "Nobody with this name has a role in this run.",
    )  # fmt: skip
    missed = Event.objects.filter(kind="move.refused").latest("pk")
    assert missed.by == run.people["operator"]
    assert sent["signer"] not in missed.text.replace('"by":', "")


def test_whoever_signs_there_needs_the_role_and_is_another(run: Play) -> None:
    for signer, expected in (("relief", "not_in_run"), ("decider", "wrong_role")):
        with pytest.raises(MoveRefused) as refused:
            run.move(Countersign, step=0, signer=signer, password=PASSWORD)
        assert code(refused) == expected
    with pytest.raises(MoveRefused) as refused:
        run.move(Countersign, step=0, signer="operator", password=PASSWORD)
    assert code(refused) == "own_step"
    with pytest.raises(MoveRefused) as refused:
        run.move(Countersign, by="relief", **HERE, password=PASSWORD)
    assert code(refused) == "not_in_run"
    with pytest.raises(Invalid):
        run.move(Countersign, **HERE)


def test_a_disabled_person_signs_nothing(run: Play) -> None:
    User.objects.filter(username="verifier").update(is_active=False)
    with pytest.raises(MoveRefused) as refused:
        run.move(Countersign, **HERE, password=PASSWORD)
    assert code(refused) == "not_in_run"


def test_the_blind_measurement_is_not_made_on_the_screen_that_shows_it(
    db: None, at: datetime
) -> None:
    after = texts.text("Count\nrecord: {rows: {type: number}}\ncountersign: after", "Tell")
    run = play(after, at)
    run.tick(0, rows="12")
    with pytest.raises(MoveRefused) as refused:
        run.move(Countersign, **HERE, password=PASSWORD, values={"rows": "12"})
    assert code(refused) == "not_blind"
    assert StepStatus.AWAITING.value in run.run.steps.values_list("status", flat=True)


def test_no_page_row_or_log_keeps_what_was_typed(
    run: Play, caplog: pytest.LogCaptureFixture, client: Client
) -> None:
    caplog.set_level(logging.DEBUG)
    client.force_login(run.people["operator"])
    sent = {
        "key": "k1", "seen": str(run.run.sequence), "step": "0", "signer": "verifier",
        "password": SECRET, "comment": "Seen.",
    }  # fmt: skip
    answer = client.post(f"/runs/{run.run.pk}/countersign/", sent)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert ("signature_wrong" in page, "Seen." in page, SECRET in page) == (True, True, False)
    assert SECRET not in caplog.text
    assert SECRET not in everything_kept()
    before = dict(client.session)
    right = client.post(
        f"/runs/{run.run.pk}/countersign/", {**sent, "key": "k2", "password": PASSWORD}
    )
    assert right.status_code == 303
    assert dict(client.session) == before
    assert PASSWORD not in everything_kept() + caplog.text


def test_the_forms_ask_for_it_where_the_machine_does(settings: Any) -> None:
    state = begun().state
    for setting, move, step, asked in (
        ("overwrite", Unlock, WRITE, True),
        ("overwrite", Countersign, WRITE, True),
        ("overwrite", Tick, WRITE, False),
        ("off", Unlock, WRITE, False),
    ):
        settings.SIGN_AGAIN = setting
        kind = move
        form = form_of(kind)(move=kind, state=state, step=step, person=OPERATOR)
        assert ("password" in form.fields) is asked
        sent = {"password": SECRET, "key": "k", "seen": "1", "step": str(step)}
        bound = form_of(kind)(sent, move=kind, state=state, step=step, person=OPERATOR)
        assert SECRET not in bound.as_p()


def test_signing_never_signs_out(run: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """A password stored anew, because its hash is of an older kind, would end every session of
    its owner: in the middle of an act that cannot be taken back."""
    before = User.objects.get(username="verifier").password
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", PBKDF2PasswordHasher.iterations + 1)
    run.move(Countersign, **HERE, password=PASSWORD)
    assert User.objects.get(username="verifier").password == before
