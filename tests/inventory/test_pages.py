"""Pages of the inventory: who sees them, what forms keep, and how many queries they take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from inventory import history, systems
from inventory.models import Copy, Instance, System
from tests.factories import inventory as make

SignIn = Callable[[User], Client]


@pytest.fixture
def copy(operator: User, at: datetime) -> Copy:
    """A good copy of the ledger, taken from its production instance."""
    ledger = make.system(operator, at)
    return make.copy(
        ledger, operator, at, good=True, taken_from=make.instance(ledger, operator, at)
    )


def _reads(copy: Copy) -> list[str]:
    place = copy.taken_from
    assert place is not None
    return [
        reverse("inventory:system_list"),
        copy.system.get_absolute_url(),
        place.get_absolute_url(),
        copy.get_absolute_url(),
    ]


def _forms(copy: Copy) -> list[str]:
    return [
        reverse("inventory:system_new"),
        reverse("inventory:system_edit", args=[copy.system.slug]),
        reverse("inventory:instance_new", args=[copy.system.slug]),
        reverse("inventory:instance_edit", args=[copy.taken_from_id]),
        reverse("inventory:copy_new", args=[copy.system.slug]),
        reverse("inventory:copy_edit", args=[copy.pk]),
        reverse("inventory:copy_verify", args=[copy.pk]),
        reverse("inventory:copy_mark", args=[copy.pk]),
    ]


@pytest.mark.parametrize("who", ["operator", "manager", "admin"])
def test_keepers_see_all_pages(who: str, copy: Copy, signed_in: SignIn, request: Any) -> None:
    browser = signed_in(request.getfixturevalue(who))
    for address in _reads(copy) + _forms(copy):
        assert browser.get(address).status_code == 200, address
    assert "Register a copy" in browser.get(_reads(copy)[1]).text


@pytest.mark.parametrize("who", ["viewer", "author", "approver"])
def test_viewers_see_no_way_to_change(
    who: str, copy: Copy, signed_in: SignIn, request: Any
) -> None:
    browser = signed_in(request.getfixturevalue(who))
    for address in _reads(copy):
        answer = browser.get(address)
        assert answer.status_code == 200, address
        for form in _forms(copy):
            assert f'href="{form}"' not in answer.text
    for address in _forms(copy):
        assert browser.get(address).status_code == 403, address
        assert browser.post(address, {}).status_code == 403, address


def test_outsiders_see_nothing(copy: Copy, outsider: User, signed_in: SignIn) -> None:
    browser = signed_in(outsider)
    for address in _reads(copy) + _forms(copy):
        assert browser.get(address).status_code == 403, address
    assert Client().get(_reads(copy)[0]).status_code == 302


def test_empty_pages_say_what_to_do(operator: User, signed_in: SignIn, at: datetime) -> None:
    browser = signed_in(operator)
    assert "No systems yet" in browser.get(reverse("inventory:system_list")).text
    bare = make.system(operator, at)
    text = browser.get(bare.get_absolute_url()).text
    assert "No copies" in text
    assert "No instances" in text


def test_the_register_is_kept_by_its_pages(operator: User, signed_in: SignIn) -> None:
    browser = signed_in(operator)
    typed = {"name": "ledger", "owner": operator.pk, "data_class": "internal", "rpo": "1 h"}
    answer = browser.post(reverse("inventory:system_new"), typed)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inventory/systems/ledger/")
    instance = {
        "name": "ledger",
        "environment": "production",
        "host": "db-prod-1",
        "first_kind": "name",
        "first_value": "ledger",
        "second_kind": "machine id",
        "second_value": "b08d",
        "lifecycle": "active",
    }
    browser.post(reverse("inventory:instance_new", args=["ledger"]), instance)
    place = Instance.objects.get()
    copy = {
        "name": "dump",
        "taken_from": place.pk,
        "taken_at": "2026-03-04 02:00 +01:00",
        "medium": "disk",
        "place": "backup-1",
        "holder": "backup-1",
        "size_bytes": "734 003 200",
        "encrypted": "unknown",
    }
    browser.post(reverse("inventory:copy_new", args=["ledger"]), copy)
    kept = Copy.objects.get()
    assert (kept.taken_at.hour, kept.size_bytes, kept.state) == (1, 734003200, "unverified")
    verified = {"how": "read back", "restored": "on", "data_as_of": "2026-03-04 00:59 UTC"}
    browser.post(reverse("inventory:copy_verify", args=[kept.pk]), verified)
    assert "LAST GOOD COPY" in browser.get(kept.get_absolute_url()).text
    browser.post(
        reverse("inventory:copy_mark", args=[kept.pk]), {"state": "suspect", "reason": "too small"}
    )
    html = browser.get(kept.get_absolute_url()).text
    assert "too small" in html
    assert "LAST GOOD COPY" not in html
    lifecycle = {"lifecycle": "frozen", "reason": "overwritten"}
    browser.post(reverse("inventory:instance_lifecycle", args=[place.pk]), lifecycle)
    place.refresh_from_db()
    assert place.lifecycle == "frozen"


def test_bad_input_keeps_what_was_typed(copy: Copy, operator: User, signed_in: SignIn) -> None:
    typed = {
        "name": copy.name,
        "taken_at": "2026-03-04 02:00",
        "medium": "disk",
        "place": "the shelf by the door",
        "holder": "",
        "size_bytes": "many",
        "sha256": "abc",
        "encrypted": "no",
    }
    address = reverse("inventory:copy_new", args=[copy.system.slug])
    answer = signed_in(operator).post(address, typed)
    assert answer.status_code == 422
    for sentence in (
        "Write the time zone",
        "is not a size",
        "Fill this in.",
        'Look again at <a href="#id_holder">Holder</a>',
    ):
        assert sentence in answer.text
    for kept in ("2026-03-04 02:00", "the shelf by the door", "many", "abc"):
        assert f'value="{kept}"' in answer.text
    answer = signed_in(operator).post(
        address, typed | {"taken_at": "2026-03-04 02:00 UTC", "holder": "me", "size_bytes": ""}
    )
    assert answer.status_code == 422
    for sentence in ("already a copy called", "holds no SHA-256"):
        assert sentence in answer.text
    assert Copy.objects.count() == 1


def test_a_refusal_keeps_what_was_typed(copy: Copy, operator: User, signed_in: SignIn) -> None:
    typed = {"how": "read it on db-scratch-1", "sha256": "1e" * 32}
    answer = signed_in(operator).post(reverse("inventory:copy_verify", args=[copy.pk]), typed)
    assert answer.status_code == 409
    assert "Do not restore from it" in answer.text
    assert 'value="read it on db-scratch-1"' in answer.text


def test_two_who_edit_at_once(
    copy: Copy, operator: User, verifier: User, signed_in: SignIn, at: datetime
) -> None:
    ledger, browser = copy.system, signed_in(operator)
    address = reverse("inventory:system_edit", args=[ledger.slug])
    form = browser.get(address).context["form"]
    assert form.initial["seen"] == history.last(ledger)
    systems.edit(ledger, changes={"rpo": timedelta(hours=4)}, by=verifier, at=at)
    typed = {
        "name": "general ledger",
        "owner": operator.pk,
        "data_class": "internal",
        "rpo": "30 min",
        "seen": form.initial["seen"],
    }
    answer = browser.post(address, typed)
    assert answer.status_code == 409
    assert "RPO from “1 h” to “4 h”" in answer.text
    assert 'value="general ledger"' in answer.text
    assert f'name="seen" value="{history.last(ledger)}"' in answer.text
    assert System.objects.get().name == "ledger"
    assert browser.post(address, typed | {"seen": history.last(ledger)}).status_code == 303
    assert System.objects.get().name == "general ledger"


def test_an_edit_that_is_saved_untouched_changes_nothing(
    copy: Copy, operator: User, signed_in: SignIn
) -> None:
    browser, lines = signed_in(operator), history.last(copy)
    address = reverse("inventory:copy_edit", args=[copy.pk])
    form = browser.get(address).context["form"]
    untouched = {bound.html_name: bound.value() for bound in form}
    sent = {name: "" if value is None else value for name, value in untouched.items()}
    sent["taken_from"] = copy.taken_from_id
    assert browser.post(address, sent).status_code == 303
    assert history.last(copy) == lines


def test_names_are_shown_as_text(operator: User, signed_in: SignIn, at: datetime) -> None:
    evil = make.system(operator, at, name="<script>alert(1)</script>")
    make.copy(evil, operator, at, name="<b>x</b>", sha256="", place="<i>")
    for address in (reverse("inventory:system_list"), evil.get_absolute_url()):
        text = signed_in(operator).get(address).text
        assert "<script>alert" not in text
        assert "<b>x</b>" not in text
        assert "<i>" not in text


def test_history_comes_in_pages(copy: Copy, operator: User, signed_in: SignIn) -> None:
    for number in range(35):
        systems.edit(
            copy.system, changes={"description": f"text {number}"}, by=operator, at=copy.taken_at
        )
    browser = signed_in(operator)
    first = browser.get(copy.system.get_absolute_url())
    assert len(first.context["history"]) == 30
    second = browser.get(copy.system.get_absolute_url() + first.context["older"].split("#")[0])
    assert [line.verb for line in second.context["history"]][-1] == "registered"
    assert second.context["older"] == ""
    assert browser.get(copy.system.get_absolute_url() + "?before=x").status_code == 200


def test_queries_do_not_grow_with_rows(copy: Copy, operator: User, signed_in: SignIn) -> None:
    browser = signed_in(operator)

    def queries(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert browser.get(address).status_code == 200
        return len(caught)

    addresses = _reads(copy)
    before = [queries(address) for address in addresses]
    at = copy.taken_at + timedelta(hours=99)
    for number in range(7):
        make.system(operator, at, name=f"system {number}")
        make.instance(copy.system, operator, at, name=f"instance {number}")
        more = {"name": f"copy {number}", "taken_from": copy.taken_from}
        make.copy(copy.system, operator, at, good=bool(number % 2), **more)
    assert [queries(address) for address in addresses] == before
    assert max(before) <= 12
