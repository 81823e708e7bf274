"""Replacing somebody who is gone, on the pages and by API."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts import people
from accounts.enums import Role, Scope
from accounts.models import User
from lib.refusals import Invalid, Refused
from runbooks.enums import RunRole
from runbooks.machine.move import Move
from runbooks.machine.moves import BY_KIND
from runbooks.machine.moves.hand_over import AcceptHandOver
from runbooks.machine.moves.replacement import ConfirmReplacement, ProposeReplacement
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.steps import Tick
from runbooks.runs import moves as runs
from runbooks.runs import replay
from tests.factories.people import person
from tests.factories.runs import Play, play
from tests.factories.tokens import program
from tests.runbooks import texts

pytestmark = pytest.mark.django_db
REASON = "Called three times."


@pytest.fixture
def run(at: datetime) -> Play:
    return play(texts.PLAIN, at)


def page(run: Play, who: str) -> str:
    client = Client()
    client.force_login(run.people[who])
    return client.get(f"/runs/{run.run.pk}/").content.decode()


def press(run: Play, who: str, move: type[Move], **sent: Any) -> Any:
    run.run.refresh_from_db()
    client = Client()
    client.force_login(run.people[who])
    data = {"key": uuid4().hex, "seen": run.run.sequence, **sent}
    return client.post(f"/runs/{run.run.pk}/{move.kind}/", data)


def test_on_the_pages(run: Play) -> None:
    """The operator's account is disabled in a run that is under way: it goes on."""
    relief = run.people["relief"].pk
    sent = {"role": "operator", "to": relief, "reason": REASON}
    assert 'data-move="propose_replacement"' in page(run, "decider")
    assert press(run, "decider", ProposeReplacement, **sent).status_code == 303
    mine, second = page(run, "operator"), page(run, "verifier")
    assert "It is you who is to be replaced." in mine
    assert "Object: I am here" in mine
    assert 'data-move="tick"' in mine
    assert 'data-move="confirm_replacement"' not in mine + page(run, "decider")
    assert f"Decider proposes {run.people['relief']} as operator instead of Operator" in second
    assert press(run, "verifier", ConfirmReplacement).status_code == 303
    assert "takes over from Operator, who is gone" in page(run, "verifier")
    assert press(run, "operator", Tick, step=0).status_code == 409
    assert press(run, "relief", AcceptHandOver, read_back="none").status_code == 303
    assert press(run, "relief", Tick, step=0).status_code == 303
    run.run.refresh_from_db()
    assert replay.verify(run.run).ok
    assert run.run.people.get(role=RunRole.OPERATOR.value).person_id == relief
    text = run.people["operator"].notices.latest("pk").text
    assert "The role of operator was taken from who is gone." in text
    first = run.people["operator"].notices.earliest("pk").text
    assert REASON in first
    assert "open the run and object" in first


def test_by_program(run: Play) -> None:
    def send(who: str, move: type[Move], **sent: Any) -> Any:
        run.run.refresh_from_db()
        return program(run.people[who]).post(
            f"/api/v1/runs/{run.run.pk}/moves/{move.kind}/",
            {"seen": run.run.sequence, **sent},
            content_type="application/json",
            headers={"Idempotency-Key": uuid4().hex},
        )

    relief = run.people["relief"]
    sent = {"role": "decider", "to": relief.pk, "reason": REASON}
    assert send("verifier", ProposeReplacement, **sent).status_code == 200
    now = program(relief).get(f"/api/v1/runs/{run.run.pk}/").json()
    assert now["replacement"]["role"] == "decider"
    named = {"id": relief.pk, "name": relief.name, "initials": relief.initials}
    assert now["replacement"]["to"] == named
    assert now["replacement"]["person"]["id"] == run.people["decider"].pk
    assert "confirm_replacement" in {allowed["move"] for allowed in now["allowed_moves"]}
    assert send("relief", ConfirmReplacement, read_back="7").json()["code"] == "read_back_wrong"
    assert send("relief", ConfirmReplacement, read_back="none").status_code == 200
    now = program(relief).get(f"/api/v1/runs/{run.run.pk}/").json()
    assert (now["replacement"], now["role"]) == (None, "decider")


def test_who_may_not(run: Play, at: datetime) -> None:
    relief = run.people["relief"]
    to_viewer: dict[str, Any] = {
        "role": RunRole.DECIDER,
        "to": run.people["viewer"].pk,
        "reason": REASON,
    }
    with pytest.raises(Invalid, match="may be the decider"):
        runs.make_move(
            run.run.pk, ProposeReplacement(**to_viewer), by=run.people["verifier"], at=run.at
        )
    run.move(TakeRole, by="viewer", role=RunRole.OBSERVER)
    sent: dict[str, Any] = {"role": RunRole.OPERATOR, "to": relief.pk, "reason": REASON}
    with pytest.raises(Refused) as caught:
        runs.make_move(run.run.pk, ProposeReplacement(**sent), by=run.people["viewer"], at=run.at)
    assert caught.value.code == "no_right"
    gone: User = run.people["relief"]
    people.disable(gone, by=_admin(), at=at)
    with pytest.raises(Invalid):
        runs.make_move(run.run.pk, ProposeReplacement(**sent), by=run.people["decider"], at=run.at)


def _admin() -> User:
    return person("admin", "am", Role.ADMIN)


def test_nobody_is_shown_what_their_account_may_not(run: Play) -> None:
    """A viewer who watches does not count as a second person; a verifier whose account lost its
    right may still look, note, and say STOP."""
    run.move(TakeRole, by="viewer", role=RunRole.OBSERVER)
    assert 'data-move="propose_replacement"' in page(run, "verifier")
    relief = run.people["relief"].pk
    sent = {"role": "operator", "to": relief, "reason": REASON}
    press(run, "decider", ProposeReplacement, **sent)
    run.people["verifier"].groups.set(run.people["viewer"].groups.all())
    for who in ("viewer", "verifier"):
        listed = program(User.objects.get(pk=run.people[who].pk), *Scope).get(
            f"/api/v1/runs/{run.run.pk}/"
        )
        moves = {allowed["move"] for allowed in listed.json()["allowed_moves"]}
        assert {"hold", "note"} <= moves
        assert moves.isdisjoint({"confirm_replacement", "propose_replacement"})
        seen = page(run, who)
        assert 'data-move="hold"' in seen
        assert "_replacement" not in seen
        for move in moves - {"hold"}:
            assert press(run, who, BY_KIND[move]).status_code != 403
