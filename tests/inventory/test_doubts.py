"""Copies in doubt: refused where it is certain, accepted with a reason where it is not, shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User
from inventory import board, copies
from inventory.enums import CopyState
from inventory.models import Change, Copy, System
from lib.refusals import Invalid, Refused
from tests.factories import inventory as make

EMPTY_FILE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
HOUR = timedelta(hours=1)
SignIn = Callable[[User], Client]


@pytest.fixture
def ledger(operator: User, at: datetime) -> System:
    """A system with two good dumps of 700 MiB."""
    made = make.system(operator, at)
    for number in (1, 2):
        make.copy(made, operator, at, good=True, name=f"night-{number}.dump")
    return made


def _verify(copy: Copy, by: User, at: datetime, **more: Any) -> Copy:
    return copies.verify(copy, how="exit code 0", by=by, at=at, **more)


def _refused(code: str, copy: Copy, by: User, at: datetime, **more: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        _verify(copy, by, at, **more)
    assert caught.value.code == code
    assert Copy.objects.get(pk=copy.pk).state == CopyState.UNVERIFIED
    return caught.value


def test_a_copy_of_nothing_is_never_good(ledger: System, operator: User, at: datetime) -> None:
    empty = make.copy(ledger, operator, at, name="tonight.dump", size_bytes=0, sha256="")
    assert empty.doubt == "It has 0 bytes, so it holds nothing."
    error = _refused("holds_nothing", empty, operator, at, accept="It is small today.")
    assert "0 bytes, so it holds nothing" in error.sentence
    unknown = make.copy(ledger, operator, at, name="x", size_bytes=None, sha256="")
    _refused("holds_nothing", unknown, operator, at, sha256=EMPTY_FILE)


def test_the_digest_of_an_empty_file_with_a_size_is_refused(
    ledger: System, operator: User, at: datetime
) -> None:
    facts: dict[str, Any] = {"name": "tonight.dump", "size_bytes": 14, "sha256": EMPTY_FILE.upper()}
    with pytest.raises(Invalid) as caught:
        make.copy(ledger, operator, at, **facts)
    sentence = caught.value.errors["sha256"]
    assert "SHA-256 of an empty file; a file of 14 bytes cannot have it" in sentence
    assert "Earlier copies of this system have 734003200 bytes" in sentence
    kept = make.copy(ledger, operator, at, **facts | {"sha256": ""})
    with pytest.raises(Invalid):
        copies.edit(kept, changes={"sha256": EMPTY_FILE}, by=operator, at=at)


def test_a_far_smaller_copy_is_good_only_with_a_reason(
    ledger: System, operator: User, at: datetime
) -> None:
    small = make.copy(ledger, operator, at, name="tonight.dump", size_bytes=14)
    assert small.doubt.startswith("It has 14 bytes, less than half of the last 2 good copies")
    error = _refused("size_doubted", small, operator, at)
    assert small.doubt in error.sentence
    kept = _verify(small, operator, at, accept="The table was emptied on purpose.")
    assert (kept.state, kept.doubt_accepted) == ("good", "The table was emptied on purpose.")
    change = Change.objects.about(kept)[0]
    assert change.fields["doubt_accepted"][1] == kept.doubt_accepted
    again = _verify(kept, operator, at + HOUR)
    assert again.doubt_accepted == "The table was emptied on purpose."
    edited = copies.edit(again, changes={"size_bytes": 15}, by=operator, at=at + HOUR)
    assert (edited.state, edited.doubt_accepted) == ("unverified", "")


@pytest.mark.parametrize("reason", [".", "…", "\u200b", "two\nlines", "x" * 201])
def test_a_reason_says_something_on_one_line(
    ledger: System, operator: User, at: datetime, reason: str
) -> None:
    """Kept all the same, it would be refused with every later change of the copy."""
    small = make.copy(ledger, operator, at, name="tonight.dump", size_bytes=14)
    with pytest.raises(Invalid) as caught:
        _verify(small, operator, at, accept=reason)
    assert list(caught.value.errors) == ["accept"]
    with pytest.raises(Invalid) as caught:
        copies.verify(small, how=reason, accept="It is small.", by=operator, at=at)
    assert list(caught.value.errors) == ["how"]


def test_the_first_copy_is_compared_with_nothing(operator: User, at: datetime) -> None:
    other = make.system(operator, at, name="other")
    assert make.copy(other, operator, at, good=True, size_bytes=14).doubt == ""


def test_an_old_copy_is_not_compared_with_what_the_data_grew_to(
    ledger: System, operator: User, at: datetime
) -> None:
    """A yearly archive is verified again, and is as good as it was."""
    old = make.copy(
        ledger,
        operator,
        at,
        name="2024.dump",
        size_bytes=90_000_000,
        taken_at=at - 700 * 24 * HOUR,
        data_as_of=at - 701 * 24 * HOUR,
    )
    assert old.doubt == ""
    assert _verify(old, operator, at).state == CopyState.GOOD
    assert _verify(old, operator, at + HOUR).state == CopyState.GOOD


def test_a_duplicate_of_a_good_copy_is_as_good(
    ledger: System, operator: User, at: datetime
) -> None:
    small = make.copy(ledger, operator, at, name="small.dump", size_bytes=14)
    _verify(small, operator, at, accept="The table was emptied on purpose.")
    twin = make.copy(ledger, operator, at, name="twin.dump", size_bytes=14, sha256=small.sha256)
    assert twin.doubt == ""
    assert _verify(twin, operator, at).state == CopyState.GOOD


def test_one_digest_has_one_size(ledger: System, operator: User, at: datetime) -> None:
    first = Copy.objects.get(name="night-1.dump")
    other = make.system(operator, at, name="other")
    with pytest.raises(Invalid) as caught:
        make.copy(other, operator, at, name="x", sha256=first.sha256, size_bytes=5)
    assert "night-1.dump of ledger has the same SHA-256" in caught.value.errors["sha256"]


def test_the_same_bytes_hold_the_same_data(ledger: System, operator: User, at: datetime) -> None:
    first = Copy.objects.get(name="night-1.dump")
    assert first.data_as_of is not None
    facts: dict[str, Any] = {"name": "today.dump", "sha256": first.sha256}
    same = make.copy(ledger, operator, at, **facts)
    assert same.doubt == ""
    later = make.copy(
        ledger, operator, at, **facts | {"name": "later.dump"}, data_as_of=first.data_as_of + HOUR
    )
    assert "It has the SHA-256 of night-1.dump, so it is the same bytes" in later.doubt
    _refused("same_bytes", later, operator, at, accept="They are alike.")
    right = copies.edit(later, changes={"data_as_of": first.data_as_of}, by=operator, at=at)
    assert right.doubt == ""
    assert _verify(right, operator, at).state == CopyState.GOOD


def test_a_reading_corrects_the_duplicates_and_no_other_copy(
    ledger: System, operator: User, at: datetime
) -> None:
    first = Copy.objects.get(name="night-1.dump")
    assert first.data_as_of is not None
    facts: dict[str, Any] = {"sha256": first.sha256}
    same = make.copy(ledger, operator, at, name="duplicate.dump", good=True, **facts)
    read = first.data_as_of - HOUR
    assert _verify(first, operator, at, data_as_of=read).state == CopyState.GOOD
    same.refresh_from_db()
    assert (same.data_as_of, same.state) == (read, CopyState.GOOD)
    change = Change.objects.about(same)[0]
    assert change.fields["reason"][1].startswith("the same bytes as night-1.dump")
    later = make.copy(
        ledger, operator, at, name="later.dump", data_as_of=first.data_as_of + HOUR, **facts
    )
    with pytest.raises(Refused):
        _verify(first, operator, at, data_as_of=read - HOUR)
    later.refresh_from_db()
    assert later.data_as_of == first.data_as_of + HOUR


@pytest.mark.parametrize(
    "facts",
    [{"size_bytes": 0}, {"sha256": EMPTY_FILE, "size_bytes": None}, {"doubt": "x"}],
    ids=["no bytes", "empty file", "doubt"],
)
def test_the_database_keeps_them_from_being_good(
    facts: dict[str, Any], ledger: System, operator: User, at: datetime
) -> None:
    good = Copy.objects.filter(name="night-1.dump")
    with pytest.raises(IntegrityError), transaction.atomic():
        good.update(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        Copy.objects.filter(pk=good.get().pk).update(sha256=EMPTY_FILE, state="unverified")


def test_the_board_says_why_a_copy_does_not_count(
    ledger: System, operator: User, at: datetime, signed_in: SignIn
) -> None:
    small = make.copy(ledger, operator, at, name="tonight.dump", size_bytes=14)
    line = board.summary(ledger, at)
    assert (line.good, line.doubtful, line.copies) == (2, 1, 3)
    assert line.doubt.startswith("tonight.dump is in doubt: It has 14 bytes, less than half")
    browser = signed_in(operator)
    for address in ("/inventory/", ledger.get_absolute_url(), small.get_absolute_url()):
        assert "less than half of the last 2 good copies" in browser.get(address).content.decode()
    assert "nothing to compare with" not in browser.get(small.get_absolute_url()).content.decode()
    board_line = browser.get("/api/v1/board/").json()["lines"][0]
    assert board_line["doubted_copy"]["doubt"] == small.doubt


def test_home_says_why_nothing_can_be_restored(
    operator: User, at: datetime, signed_in: SignIn
) -> None:
    other = make.system(operator, at)
    make.copy(other, operator, at, name="tonight.dump", size_bytes=0, sha256="")
    text = signed_in(operator).get("/").content.decode()
    assert "tonight.dump is in doubt: It has 0 bytes" in text


def test_no_copy_is_no_green(operator: User, at: datetime, signed_in: SignIn) -> None:
    other = make.system(operator, at)
    line = board.summary(other, at)
    assert (line.copies, line.lights[-1].lit) == (0, False)
    browser = signed_in(operator)
    assert ">no copy</span>" in browser.get(other.get_absolute_url()).content.decode()
    assert ">no copy</td>" in browser.get("/inventory/").content.decode()
