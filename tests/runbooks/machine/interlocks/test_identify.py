"""An identification rests on what tells machines apart, at its step and at a hand-over."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from accounts.models import User
from inventory.enums import IdentifierKind
from runbooks.enums import RunKind
from runbooks.machine.interlocks import asks
from runbooks.machine.interlocks.identify import proof_of
from runbooks.machine.moves.hand_over import AcceptHandOver, HandOver
from runbooks.machine.moves.steps import Tick
from runbooks.machine.requests import Malformed
from runbooks.machine.state import ParameterFacts
from runbooks.runs.parameters import choose
from tests.factories import inventory as make
from tests.runbooks.machine.guarded import FRONT, guarded
from tests.runbooks.machine.table import OPERATOR, RELIEF, Game
from tests.runbooks.texts import procedure, text

SYSTEM, ROLE, HOST = "database system identifier", "role it reports", "host name"
SHARED = {"shared_kinds": SYSTEM, "shared_with": "ledger-standby @ db-2"}
IDENTIFY = "Where am I\nidentify: target"


def _target(first: str, second: str, values: tuple[str, str], **fields: str) -> ParameterFacts:
    return ParameterFacts("ledger", {"host": "db-1", **fields}, values, (first, second))


def _handed(facts: ParameterFacts) -> Game:
    swap = "Swap\noverwrite: {target: target, from: dump}\nundo: back"
    game = guarded(IDENTIFY, swap, "# Back {.aside}", "Undo", facts={"target": facts})
    words: dict[str, Any] = {"position": "none", "running": "-", "next_step": "1", "worries": "-"}
    game.must(HandOver, OPERATOR, to=RELIEF, to_name="Relief", **words)
    return game


PRIMARY = _target(SYSTEM, ROLE, ("7301442", "primary"), **SHARED)


def test_the_step_says_which_identifier_is_shared() -> None:
    first, second = asks(guarded(IDENTIFY, facts={"target": PRIMARY}).state, 0)
    assert first.label == (
        "Database system identifier, read off ledger. ledger-standby @ db-2 has the same one: it"
        " does not tell them apart"
    )
    assert second.label == "Role it reports, read off ledger"


def test_only_the_shared_identifier_fits() -> None:
    game = guarded(IDENTIFY, facts={"target": PRIMARY})
    values = {"identify.first": "7301442", "identify.second": "t"}
    game.must(Tick, OPERATOR, 0, values=values)
    why = next(
        str(line.event.to_data()["why"]) for line in game.lines if line.kind == "step.mismatched"
    )
    assert "The role it reports that you read is not what the inventory has for ledger." in why
    assert f"The {SYSTEM} matches, but ledger-standby @ db-2 has the same one." in why
    game = guarded(IDENTIFY, facts={"target": PRIMARY})
    game.must(Tick, OPERATOR, 0, values={"identify.first": "7", "identify.second": "t"})
    why = next(
        str(line.event.to_data()["why"]) for line in game.lines if line.kind == "step.mismatched"
    )
    assert "and the role it reports that you read are not what the inventory has" in why
    only = guarded(IDENTIFY, facts={"target": PRIMARY})
    assert isinstance(only.ask(Tick, OPERATOR, 0, values={"identify.first": "7301442"}), Malformed)


def test_both_fit_as_postgresql_prints_them() -> None:
    game = guarded(IDENTIFY, facts={"target": PRIMARY})
    values = {"identify.first": "7301442", "identify.second": "f"}
    assert "step.ticked" in game.must(Tick, OPERATOR, 0, values=values)


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        (_target(HOST, SYSTEM, ("db-1", "7301442")), SYSTEM),
        (_target(HOST, SYSTEM, ("db-1", "7301442"), **SHARED), f"{HOST} and its {SYSTEM}"),
        (_target(SYSTEM, ROLE, ("7301442", "primary")), SYSTEM),
        (PRIMARY, f"{SYSTEM} and its {ROLE}"),
        (_target("machine id", SYSTEM, ("b08d", "7301442"), **SHARED), "machine id"),
        (_target("machine id", "serial number", ("b08d", "77")), "machine id or its serial number"),
    ],
)
def test_what_is_asked_on_one_line(facts: ParameterFacts, asked: str) -> None:
    assert proof_of(facts).asked == asked


@pytest.mark.parametrize("typed", ["7301442", "primary", "7301442 standby", "x"])
def test_who_takes_over_names_no_shared_identifier_alone(typed: str) -> None:
    game = _handed(PRIMARY)
    code = game.refused(AcceptHandOver, RELIEF, read_back="none", identifier=typed)
    assert code == "wrong_target"


@pytest.mark.parametrize("typed", ["7301442 primary", "Primary  7301442"])
def test_who_takes_over_writes_both_on_one_line(typed: str) -> None:
    game = _handed(PRIMARY)
    missing: Any = game.ask(AcceptHandOver, RELIEF, read_back="none")
    assert "on one line" in missing.errors["identifier"]
    game.must(AcceptHandOver, RELIEF, read_back="none", identifier=typed)


@pytest.mark.django_db
def test_a_run_is_told_what_is_shared_and_takes_no_role_alone(operator: User, at: datetime) -> None:
    ledger = make.system(operator, at)
    known = {"first_kind": IdentifierKind.SYSTEM_IDENTIFIER, "first_value": "7301442"}
    role = {"second_kind": IdentifierKind.ROLE, "second_value": "primary"}
    target = make.instance(ledger, operator, at, **known, **role)
    make.instance(ledger, operator, at, name="standby", host="db-2", **known)
    dump = make.copy(ledger, operator, at)
    read = procedure(text(IDENTIFY, front=FRONT))

    def chosen(instance: int) -> Any:
        raw = {"target": str(instance), "dump": str(dump.pk), "vault": "v"}
        return choose(read, ledger, raw, kind=RunKind.DRILL, at=at)

    choices, errors = chosen(target.pk)
    assert errors == {}
    fields = choices["target"].facts.fields
    assert (fields["shared_kinds"], fields["shared_with"]) == (SYSTEM, "standby @ db-2")
    host = {"first_kind": IdentifierKind.HOST, "first_value": "db-3"}
    weak = make.instance(ledger, operator, at, name="weak", **host, **role)
    assert "by a role that others have" in chosen(weak.pk)[1]["target"]
