"""The day of the story: each of its mistakes is made again, and refused; then it is done right."""

from __future__ import annotations

from datetime import datetime

import pytest

from config.day.copying import copying
from config.day.doors import Verbs
from config.day.restoring import restoring
from config.day.telling import Day
from config.demonstration import load

pytestmark = pytest.mark.django_db


def test_by_verbs(at: datetime) -> None:
    load(at=at)
    day = Day(Verbs(at))
    for line in [*copying(day), *restoring(day)]:
        print(line)
    assert 0
