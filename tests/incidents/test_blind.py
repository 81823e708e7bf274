"""Whoever is to measure without knowing the first value does not read it in an incident either."""

from __future__ import annotations

import re
from typing import Any

import pytest

from accounts.enums import Scope
from accounts.models import User
from incidents import links
from runbooks.machine.moves.second_person import Countersign
from tests.factories.api import Programs
from tests.factories.tokens import program
from tests.incidents import world
from tests.runbooks.conftest import counters, programs

__all__ = ["counters", "programs"]

WHO = [("operator", True), ("verifier", False), ("viewer", False), ("relief", False)]


@pytest.fixture
def incident(programs: Programs, operator: User, at: Any) -> int:
    """An incident that the run of the story answers; the operator has measured 48211."""
    programs.run.start().measured()
    opened = world.incident(operator, at)
    links.link_run(opened, run=programs.run.run, by=operator, at=at)
    return opened.pk


@pytest.mark.parametrize(("who", "knows"), WHO)
def test_a_value_waits_for_the_second_measurement(
    programs: Programs, signed_in: Any, incident: int, who: str, knows: bool
) -> None:
    person = programs.people[who]
    page = signed_in(person).get(f"/incidents/{incident}/").content.decode()
    answer = program(person, Scope.READ).get(f"/api/v1/incidents/{incident}/timeline/")
    assert answer.status_code == 200
    assert bool(re.search(r"\b48211\b", page)) is knows
    assert bool(re.search(r"\b48211\b", answer.content.decode())) is knows


def test_then_everybody_reads_it(programs: Programs, signed_in: Any, incident: int) -> None:
    programs.run.do(Countersign, "verifier", step=0, values={"entries": "48211"})
    page = signed_in(programs.people["viewer"]).get(f"/incidents/{incident}/").content.decode()
    assert "recorded Entries: 48211" in page
