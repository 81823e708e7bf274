"""What tells machines apart: compared as written, shared by a standby, read by a preset."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import User
from inventory import identifiers, instances
from inventory.enums import IdentifierKind, Lifecycle
from inventory.models import Instance, System
from lib.refusals import Invalid
from tests.factories import inventory as make

HOST, SYSTEM, ROLE = (
    IdentifierKind.HOST,
    IdentifierKind.SYSTEM_IDENTIFIER,
    IdentifierKind.ROLE,
)
SignIn = Callable[[User], Client]


@pytest.fixture
def ledger(operator: User, at: datetime) -> System:
    return make.system(operator, at)


def _known_by(kind: IdentifierKind, value: str, second: IdentifierKind, other: str) -> Any:
    return {"first_kind": kind, "first_value": value, "second_kind": second, "second_value": other}


PRIMARY = _known_by(HOST, "db-1.example.org", SYSTEM, "7301442")


@pytest.mark.parametrize(
    ("kind", "left", "other", "equal"),
    [
        (HOST, "DB-1.example.org.", "db-1.example.org", True),
        (HOST, "db-1", "db-1.example.org", False),
        (SYSTEM, " 7301442 ", "7301442", True),
        (IdentifierKind.FINGERPRINT, "a  B", "A b", True),
        (ROLE, "f", "Primary", True),
        (ROLE, "t", "standby", True),
        (ROLE, "t", "primary", False),
    ],
)
def test_how_identifiers_are_compared(kind: str, left: str, other: str, equal: bool) -> None:
    assert (identifiers.normal(kind, left) == identifiers.normal(kind, other)) is equal


def test_every_kind_says_how_it_is_read() -> None:
    assert set(identifiers.READ_BY) == set(IdentifierKind)
    assert "pg_is_in_recovery()" in identifiers.READ_BY[ROLE]


@pytest.mark.parametrize(
    "facts",
    [
        PRIMARY,
        _known_by(SYSTEM, "7301442", HOST, "db-1.example.org"),
        _known_by(HOST, "DB-1.Example.org.", SYSTEM, "7301442 "),
        _known_by(HOST, "db-1", SYSTEM, "7301442"),
    ],
    ids=["equal", "turned", "spelled otherwise", "without its domain"],
)
def test_one_machine_is_registered_once(
    facts: Any, ledger: System, operator: User, at: datetime
) -> None:
    make.instance(ledger, operator, at, **PRIMARY)
    books = make.system(operator, at, name="books")
    with pytest.raises(Invalid) as caught:
        make.instance(books, operator, at, name="copy", **facts)
    assert list(caught.value.errors) == ["second_value"]
    other = make.instance(books, operator, at, name="copy")
    with pytest.raises(Invalid):
        instances.edit(other, changes=facts, by=operator, at=at)


def test_the_database_keeps_it(ledger: System, operator: User, at: datetime) -> None:
    first = make.instance(ledger, operator, at, **PRIMARY)
    second = make.instance(ledger, operator, at, name="other")
    rows = Instance.objects.filter(pk=second.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(identity=first.identity)
    rows.update(identity=first.identity, lifecycle=Lifecycle.DECOMMISSIONED.value)
    second.refresh_from_db()
    instances.edit(second, changes={**PRIMARY, "host": "x"}, by=operator, at=at)
    with pytest.raises(Invalid) as caught:
        instances.set_lifecycle(second, lifecycle=Lifecycle.ACTIVE, by=operator, at=at)
    assert list(caught.value.errors) == ["lifecycle"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("host", ["db-1.example.org", "DB-1"])
def test_of_two_at_the_same_moment_one_is_refused(operator: User, at: datetime, host: str) -> None:
    """Also where only one of them writes the domain of the host."""
    ledger = make.system(operator, at)
    gate, came = threading.Barrier(2, timeout=20), list[object]()

    def register(name: str, host: str) -> None:
        facts = {**PRIMARY, "first_value": host}
        try:
            gate.wait()
            came.append(make.instance(ledger, operator, at, name=name, **facts))
        except Invalid as error:
            came.append(list(error.errors))
        finally:
            connection.close()

    both = [
        threading.Thread(target=register, args=each)
        for each in (("one", PRIMARY["first_value"]), ("two", host))
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert ["second_value"] in came
    assert Instance.objects.count() == 1


def test_a_standby_is_another_machine_and_its_page_says_what_is_shared(
    ledger: System, operator: User, at: datetime, signed_in: SignIn
) -> None:
    primary = make.instance(ledger, operator, at, **_known_by(SYSTEM, "7301442", ROLE, "primary"))
    standby = make.instance(
        ledger, operator, at, name="standby", host="db-2",
        **_known_by(SYSTEM, "7301442", ROLE, "standby"),
    )  # fmt: skip
    (shared,) = instances.shared(primary)
    assert (shared.kind, shared.other) == (SYSTEM.value, standby)
    text = signed_in(operator).get(primary.get_absolute_url()).content.decode()
    assert "The database system identifier is also that of" in text
    assert "does not tell the two apart" in text
    assert "After a failover the roles change" in text
    instances.set_lifecycle(standby, lifecycle=Lifecycle.DECOMMISSIONED, by=operator, at=at)
    assert instances.shared(primary) == []


def test_a_second_standby_is_told_how_to_be_registered(
    ledger: System, operator: User, at: datetime
) -> None:
    facts = _known_by(SYSTEM, "7301442", ROLE, "standby")
    make.instance(ledger, operator, at, **facts)
    with pytest.raises(Invalid) as caught:
        make.instance(ledger, operator, at, name="second", **{**facts, "second_value": "t"})
    assert "such as a second standby" in caught.value.errors["second_value"]


def test_after_a_failover_the_roles_are_exchanged_as_the_refusal_says(
    ledger: System, operator: User, at: datetime
) -> None:
    first = make.instance(ledger, operator, at, **_known_by(SYSTEM, "7301442", ROLE, "primary"))
    second = make.instance(
        ledger, operator, at, name="second", **_known_by(SYSTEM, "7301442", ROLE, "standby")
    )

    def correct(instance: Instance, role: str) -> None:
        instances.edit(instance, changes={"second_value": role}, by=operator, at=at)

    with pytest.raises(Invalid) as caught:
        correct(second, "primary")
    sentence = caught.value.errors["second_value"]
    assert sentence.endswith(
        " After a failover, first enter “unknown” as the role of ledger, then correct second, then"
        " ledger."
    )
    correct(first, "unknown")
    correct(second, "primary")
    correct(first, "standby")
    roles = {instance.name: instance.second_value for instance in Instance.objects.all()}
    assert roles == {"ledger": "standby", "second": "primary"}


def test_the_preset_proposes_kinds_and_commands(
    ledger: System, operator: User, signed_in: SignIn
) -> None:
    browser = signed_in(operator)
    address = f"/inventory/systems/{ledger.slug}/new-instance/"
    plain = browser.get(address).content.decode()
    assert 'href="?preset=postgresql"' in plain
    text = browser.get(f"{address}?preset=postgresql").content.decode()
    for kind in (SYSTEM, ROLE):
        assert f'<option value="{kind.value}" selected>' in text
    assert text.count("Read it on the server: ") == 3
    typed = {
        "name": "ledger", "environment": "production", "host": "db-1", "lifecycle": "active",
        "first_kind": SYSTEM.value, "first_value": "7301442",
        "second_kind": ROLE.value, "second_value": "primary",
    }  # fmt: skip
    assert browser.post(f"{address}?preset=postgresql", typed).status_code == 303
    again = browser.post(f"{address}?preset=postgresql", typed)
    assert again.status_code == 422
    assert "Read it on the server: " in again.content.decode()


def test_the_api_takes_the_same_kinds(ledger: System, operator: User, signed_in: SignIn) -> None:
    browser = signed_in(operator)
    body = {
        "system": ledger.slug, "name": "ledger", "environment": "production", "host": "db-1",
        "first_kind": SYSTEM.value, "first_value": "7301442",
        "second_kind": ROLE.value, "second_value": "primary",
    }  # fmt: skip

    def post(**more: str) -> Any:
        return browser.post("/api/v1/instances/", body | more, content_type="application/json")

    assert post().status_code == 201
    assert "same two identifiers" in post(name="x", second_value="f").content.decode()
