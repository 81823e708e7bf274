"""What the tests of runs by API begin with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.core.cache import caches

from accounts.models import User
from tests.factories.api import Programs
from tests.factories.story import story


@pytest.fixture
def counters() -> Iterator[None]:
    """The API's limits of one test are not those of the next."""
    caches["throttle"].clear()
    yield
    caches["throttle"].clear()


@pytest.fixture
def programs(
    counters: None,
    operator: User,
    verifier: User,
    decider: User,
    relief: User,
    author: User,
    approver: User,
    viewer: User,
    at: datetime,
) -> Programs:
    """A run in its briefing, and a program for each person."""
    cast = (operator, verifier, decider, relief, author, approver, viewer)
    people = {person.username: person for person in cast}
    return Programs(story(people, at), people)
