"""The last good copy, and copies that are kept until a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from inventory import board, copies
from inventory.models import Copy, System
from lib.refusals import Invalid, Refused
from tests.factories import inventory as make
from tests.factories.tokens import program

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def ledger(operator: User, at: datetime) -> System:
    return make.system(operator, at)


def good(system: System, by: User, at: datetime, name: str, **facts: Any) -> Copy:
    return make.copy(system, by, at, good=True, name=name, **facts)


def test_the_last_good_copy_is_one_alone(ledger: System, operator: User, at: datetime) -> None:
    first = good(ledger, operator, at, "first")
    unread = make.copy(ledger, operator, at, name="unread")
    other = make.system(operator, at, name="other")
    good(other, operator, at, "elsewhere")
    assert board.is_last_good(first)
    assert not board.is_last_good(unread)
    second = good(ledger, operator, at, "second")
    assert not board.is_last_good(first)
    copies.mark(second, state="suspect", reason="x", by=operator, at=at)
    marked = Copy.objects.marked().in_bulk()
    assert board.is_marked(marked[first.pk])
    assert not board.is_marked(marked[second.pk])


def test_every_page_and_the_api_name_the_last_good_copy(
    ledger: System, operator: User, at: datetime, signed_in: SignIn
) -> None:
    target = make.instance(ledger, operator, at)
    copy = good(ledger, operator, at, "first", taken_from=target)
    browser = signed_in(operator)
    pages = [
        ledger.get_absolute_url(),
        target.get_absolute_url(),
        *(f"/inventory/copies/{copy.pk}/{end}" for end in ("", "edit/", "mark/", "verify/")),
    ]
    assert [page for page in pages if "LAST GOOD COPY" not in browser.get(page).text] == []
    api = program(operator)
    assert api.get(f"/api/v1/copies/{copy.pk}/").json()["last_good"] is True
    assert [line["last_good"] for line in api.get("/api/v1/copies/").json()["results"]] == [True]
    good(ledger, operator, at, "second")
    assert [page for page in pages if "LAST GOOD COPY" in browser.get(page).text] == []
    assert api.get(f"/api/v1/copies/{copy.pk}/").json()["last_good"] is False


def test_nobody_destroys_a_copy_before_its_day(
    ledger: System, operator: User, at: datetime
) -> None:
    until = at + timedelta(days=30)
    copy = make.copy(ledger, operator, at, delete_not_before=until)
    gone: dict[str, Any] = {"state": "destroyed", "reason": "shredded", "by": operator}
    for early in (at, until - timedelta(seconds=1)):
        with pytest.raises(Refused) as caught:
            copies.mark(copy, at=early, **gone)
        assert caught.value.code == "kept_until"
        assert "2026-04-03 03:12 UTC" in caught.value.sentence
    copies.mark(copy, state="suspect", reason="unreadable", by=operator, at=at)
    assert copies.mark(copy, at=until, **gone).state == "destroyed"


def test_the_day_can_be_put_off_and_not_brought_forward(
    ledger: System, operator: User, at: datetime
) -> None:
    until = at + timedelta(days=30)
    copy = make.copy(ledger, operator, at, delete_not_before=until)
    for earlier in (None, until - timedelta(seconds=1)):
        with pytest.raises(Invalid) as caught:
            copies.edit(copy, changes={"delete_not_before": earlier}, by=operator, at=at)
        assert list(caught.value.errors) == ["delete_not_before"]
    later = until + timedelta(days=1)
    kept = copies.edit(copy, changes={"delete_not_before": later}, by=operator, at=at)
    assert kept.delete_not_before == later


def test_a_good_copy_stays_good_when_its_day_is_set(
    ledger: System, operator: User, at: datetime
) -> None:
    copy = good(ledger, operator, at, "first")
    changes = {"delete_not_before": at + timedelta(days=1)}
    assert copies.edit(copy, changes=changes, by=operator, at=at).state == "good"


def test_the_day_is_typed_and_shown(
    ledger: System, operator: User, at: datetime, signed_in: SignIn
) -> None:
    browser = signed_in(operator)
    typed = {
        "name": "kept.dump",
        "taken_at": "2026-03-01 03:00 UTC",
        "medium": "disk",
        "place": "x:/y",
        "holder": "x",
        "encrypted": "yes",
        "delete_not_before": "2126-04-03 03:00 UTC",
    }
    sent = browser.post("/inventory/systems/ledger/new-copy/", typed, follow=True)
    assert "Not to be deleted before" in sent.text
    assert "2126-04-03 03:00 UTC" in sent.text


def test_data_as_found_is_no_good_copy_and_everything_that_shows_it_says_so(
    ledger: System, operator: User, at: datetime, signed_in: SignIn
) -> None:
    kept = good(ledger, operator, at, "as found")
    Copy.objects.filter(pk=kept.pk).update(as_found=True)
    assert not board.is_last_good(kept)
    browser = signed_in(operator)
    for address in (kept.get_absolute_url(), ledger.get_absolute_url()):
        text = browser.get(address).text
        assert "data as found" in text.lower()
        assert "not counted as a good copy" in text
    api = program(operator)
    assert api.get(f"/api/v1/copies/{kept.pk}/").json()["as_found"] is True
    (line,) = api.get("/api/v1/copies/").json()["results"]
    assert line["as_found"] is True
