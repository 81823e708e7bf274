"""Ways around the interlocks that somebody tried, with the verbs and the inventory: each stays
closed, and nobody who does it right stands before a door."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from accounts.models import User
from inventory import copies, instances
from inventory.enums import CopyState, Environment, Lifecycle
from inventory.models import Copy, Instance
from lib.refusals import Invalid
from runbooks.enums import RunKind, RunRole
from runbooks.machine.move import Move
from runbooks.machine.moves.roles import TakeRole
from runbooks.machine.moves.second_person import Countersign
from runbooks.machine.moves.steps import BeginStep, Record, Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.runs.parameters import choose
from runbooks.runs.transaction import MoveRefused
from tests.factories import inventory as make
from tests.factories.cutover import FREEZE, WRITE, Cutover, cutover
from tests.factories.runs import cast
from tests.runbooks.texts import procedure, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> dict[str, User]:
    return cast()


def test_a_move_whose_answer_was_lost_is_sent_again(people, at) -> None:
    game = cutover(people, at).upto(FREEZE)
    game.move(Record, step=FREEZE, values={"freeze.writers": "0"})
    for _ in range(2):
        game.move(Tick, step=FREEZE, values={}, key="tick")
    game.signed()
    for _ in range(2):
        game.move(Unlock, step=WRITE, name="ledger", key="unlock")
    assert [answer.replayed for answer in game.answers[-2:]] == [False, True]


def refusal(game: Cutover, move: type[Move], by: str = "operator", **sent: Any) -> str:
    with pytest.raises(MoveRefused) as caught:
        game.move(move, by=by, **sent)
    return f"{caught.value.code}: {caught.value.sentence}"


@pytest.mark.parametrize(
    ("named", "state"),
    [("safety", CopyState.DESTROYED), ("duplicate", CopyState.SUSPECT), ("0606.dump", "suspect")],
)
def test_a_copy_that_somebody_lost_meanwhile_is_no_ground(people, admin, at, named, state) -> None:
    game = cutover(people, at).signed()
    made = Copy.objects.filter(name__contains=named).order_by("pk")[0]
    copies.mark(made, state=state, reason="The disk is gone.", by=admin, at=game.at)
    refused = refusal(game, Unlock, step=WRITE, name="ledger")
    assert refused.startswith("inventory_changed")
    assert f"{made.name} is {state}" in refused


def test_writers_that_another_run_started_are_no_ground(people, admin, at) -> None:
    game = cutover(people, at).signed()
    target = Instance.objects.get()
    instances.set_lifecycle(target, lifecycle=Lifecycle.ACTIVE, by=admin, at=game.at)
    assert "active again" in refusal(game, Unlock, step=WRITE, name="ledger")
    instances.set_lifecycle(target, lifecycle=Lifecycle.FROZEN, by=admin, at=game.at)
    game.move(Unlock, step=WRITE, name="ledger")


BETWEEN = (
    "operation: restore\nparameters:\n"
    "  source: {type: %s, label: S}\n  target: {type: %s, label: T}"
)


def chosen(front: str, kind: RunKind, at: datetime, *steps: str, **given: Any) -> dict[str, str]:
    """What is wrong with what is chosen for a run of these steps."""
    texts = {name: str(getattr(value, "pk", value)) for name, value in given.items()}
    return choose(procedure(text(*steps, front=front)), None, texts, kind=kind, at=at)[1]


def test_from_and_into_are_two_things_with_two_names(admin, at) -> None:
    ledger = make.system(admin, at)
    live, dump = make.instance(ledger, admin, at), make.copy(ledger, admin, at, name="Ledger")
    step, kind = "Say it\ndirection: {from: source, into: target}", RunKind.LIVE
    both, copied = BETWEEN % ("instance", "instance"), BETWEEN % ("copy", "instance")
    assert set(chosen(both, kind, at, step, source=live, target=live)) == {"target"}
    assert set(chosen(copied, kind, at, step, source=dump, target=live)) == {"target"}
    other = make.copy(ledger, admin, at)
    assert chosen(copied, kind, at, step, source=other, target=live) == {}


def test_a_drill_writes_into_production_by_no_parameter(admin, at) -> None:
    ledger = make.system(admin, at)
    live = make.instance(ledger, admin, at)
    side = make.instance(ledger, admin, at, name="side", environment=Environment.STAGING)
    steps = ("A\ndirection: {from: d, into: side}", "B\noverwrite: {from: d, target: live}")
    front = "parameters:\n" + "".join(
        f"  {name}: {{type: {kind}, label: X}}\n"
        for name, kind in {"d": "copy", "side": "instance", "live": "instance"}.items()
    )
    given = {"d": make.copy(ledger, admin, at), "side": side, "live": live}
    assert set(chosen(front, RunKind.DRILL, at, *steps, **given)) == {"live"}
    assert chosen(front, RunKind.LIVE, at, *steps, **given) == {}


@pytest.mark.parametrize(
    ("into", "refused"),
    [
        (" LEDGER", True),
        ("db-prod-1:/var/lib", True),
        ("postgres://admin@db-prod-1.example.org/ledger", True),
        ("laptop-7:/tmp/ledger", False),
        ("backup-1:/copies/db-prod-1", False),
    ],
)
def test_production_is_no_into_of_a_copy_out_by_its_typed_name(admin, at, into, refused) -> None:
    live = make.instance(make.system(admin, at), admin, at)
    front = (BETWEEN % ("instance", "text")).replace("restore", "copy-out")
    step = "Say it\ndirection: {from: source, into: target}"
    errors = chosen(front, RunKind.LIVE, at, step, source=live, target=into)
    assert set(errors) == ({"target"} if refused else set())


def test_copying_out_and_back_in_is_no_copying_out(admin, at) -> None:
    ledger = make.system(admin, at)
    live = make.instance(ledger, admin, at)
    side = make.instance(ledger, admin, at, name="side", environment=Environment.STAGING)
    front = (BETWEEN % ("instance", "instance")).replace("restore", "copy-out")
    steps = ("A\ndirection: {from: source, into: target}",
             "B\ndirection: {from: target, into: source}")  # fmt: skip
    assert set(chosen(front, RunKind.LIVE, at, *steps, source=live, target=side)) == {"source"}


def test_two_names_that_look_alike_are_one(admin, at) -> None:
    ledger = make.system(admin, at)
    make.instance(ledger, admin, at)
    with pytest.raises(Invalid, match="already"):
        make.instance(ledger, admin, at, name="led\u200bger\u200f")


def test_nobody_sees_what_a_text_parameter_hides(admin, at) -> None:
    live = make.instance(make.system(admin, at), admin, at)
    front = BETWEEN % ("instance", "text")
    step = "Say it\ndirection: {from: source, into: target}"
    errors = chosen(front, RunKind.LIVE, at, step, source=live, target="/srv/\u202elive")
    assert "which nobody can see. Type it again." in errors["target"]


def test_nobody_from_outside_uses_up_the_tries_of_the_second_person(people, at, counters) -> None:
    game = cutover(people, at).upto(WRITE)
    game.move(BeginStep, step=WRITE)
    password = "correct horse battery staple"
    people["verifier"].set_password(password)
    people["verifier"].save()
    login = people["verifier"].username
    game.move(TakeRole, by="relief", role=RunRole.OBSERVER)
    for who, code in (("viewer", "not_in_run"), ("relief", "wrong_role")) * 4:
        guess = {"signer": login, "password": "guessed", "values": {}}
        assert refusal(game, Countersign, by=who, step=WRITE, **guess).startswith(code)
    assert game.state.status == "running"
    right = {"signer": login, "password": password, "values": {}}
    game.move(Countersign, step=WRITE, **right)
    assert game.state.steps[WRITE].countersigned_by == people["verifier"].pk
