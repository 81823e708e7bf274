"""Two people who save at the same moment, over two connections."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier

import pytest
from django.db import connections

from accounts.models import User
from lib.refusals import Invalid, Refused
from runbooks.models import Revision, Runbook
from tests.factories.library import PLAIN, kept

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def _at_once(*saves: Callable[[], Revision]) -> list[str]:
    """What came of each: the number of its revision, or the code of its refusal."""
    barrier = Barrier(len(saves))

    def attempt(save: Callable[[], Revision]) -> str:
        barrier.wait(timeout=10)
        try:
            return str(save().number)
        except Refused as refusal:
            return refusal.code
        except Invalid:
            return "invalid"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(saves)) as pool:
        return sorted(pool.map(attempt, saves))


def test_one_of_two_next_revisions_is_kept(author: User, at: datetime) -> None:
    first = kept(author, at)

    def save(text: bytes) -> Callable[[], Revision]:
        return lambda: kept(author, at, PLAIN + text, runbook=first.runbook, seen=1)

    assert _at_once(save(b"one\n"), save(b"two\n"), save(b"three\n")) == [
        "2",
        "changed_meanwhile",
        "changed_meanwhile",
    ]
    assert list(Revision.objects.values_list("number", flat=True)) == [2, 1]


def test_one_of_two_runbooks_gets_the_title(author: User, at: datetime) -> None:
    outcomes = _at_once(lambda: kept(author, at), lambda: kept(author, at, PLAIN + b"more\n"))
    assert outcomes == ["1", "invalid"]
    assert Runbook.objects.count() == 1
