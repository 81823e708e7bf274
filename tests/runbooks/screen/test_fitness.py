"""How somebody is: said in the run, answered with a suggestion, counted nowhere."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from config.digest import compose, last_week
from runbooks.audit import near_misses
from runbooks.audit.near_misses import NearMissFilters
from runbooks.machine.decide import decide
from runbooks.machine.move import Request
from runbooks.machine.moves.fitness import StateFitness
from runbooks.machine.moves.run import Abort
from runbooks.machine.refusals import refused
from runbooks.machine.requests import Malformed, Refusal
from runbooks.machine.statements import Fitness
from runbooks.screen import fitness
from tests.factories.runs import play
from tests.runbooks import texts
from tests.runbooks.machine.table import OPERATOR, START, Game
from tests.sources import FLOORS, ROOT, sources
from webhooks import kinds

#: Where the kind or the field may be named: said, folded, told in the run; and the two exceptions
#: that keep it out of what leaves the run.
_HOME = {
    "incidents/timeline.py",
    "runbooks/machine/events/people.py",
    "runbooks/screen/fitness.py",
    "runbooks/procedure/guard_names.py",
    "runbooks/screen/page.py",
    "runbooks/screen/people.py",
    "runbooks/machine/moves/__init__.py",
    "runbooks/machine/moves/fitness.py",
    "runbooks/machine/statements.py",
    "webhooks/kinds.py",
}


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ((15, False, ""), ""),
        ((16, False, ""), "16 hours awake: ask for a second person; take the pauses."),
        ((3, True, "14:00"), "Alone: ask for a second person; take the pauses."),
        ((3, False, "00:59"), ""),
        ((3, False, "05:59"), "The hours in which everyone is slow: ask for a second person;"
         " take the pauses."),
        ((3, False, "06:00"), ""),
    ],
)  # fmt: skip
def test_what_is_suggested(stated: tuple[int, bool, str], expected: str) -> None:
    assert fitness.advice(Fitness(*stated, at=START)) == expected


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"hours_awake": 73}, "hours_awake"),
        ({"hours_awake": -1}, "hours_awake"),
        ({"hours_awake": True}, "hours_awake"),
        ({"hours_awake": "17"}, "hours_awake"),
        ({}, "hours_awake"),
        ({"hours_awake": 3, "local_time": "25:00"}, "local_time"),
    ],
)
def test_what_cannot_be_read(sent: dict[str, Any], wrong: str) -> None:
    outcome = Game.from_source(texts.PLAIN).ask(StateFitness, OPERATOR, **sent)
    assert isinstance(outcome, Malformed)
    assert set(outcome.errors) == {wrong}


def test_the_newest_word_counts() -> None:
    game = Game.from_source(texts.PLAIN, started=False)
    game.must(StateFitness, OPERATOR, hours_awake=3)
    game.must(StateFitness, OPERATOR, hours_awake=0, alone=True, local_time="3:40")
    assert game.state.stated.fitness[OPERATOR] == Fitness(0, True, "3:40", START)


def test_it_is_no_near_miss() -> None:
    game = Game.from_source(texts.PLAIN)
    game.must(Abort, OPERATOR, reason="No.")
    request = Request(StateFitness(hours_awake=30), OPERATOR, game.at)
    refusal = decide(game.state, request)
    assert isinstance(refusal, Refusal)
    assert refused(game.state, request, refusal) == ()


def test_nothing_else_names_it() -> None:
    """A reader that counts it would have to name it, and no module out of the run does."""
    word = re.compile(r"fitness|hours_awake", re.IGNORECASE)
    naming = {
        str(path.relative_to(ROOT))
        for path in sources(*FLOORS)
        if word.search(path.read_text("utf-8"))
    }
    assert naming - _HOME == set()
    assert "fitness" not in Path(ROOT, "config/metrics.py").read_text("utf-8")


def test_it_is_in_no_count_and_leaves_the_run_nowhere(db: None, at: datetime) -> None:
    run = play(texts.PLAIN, at)
    counted = near_misses.tallies(NearMissFilters())
    digest = compose(last_week(at), at)
    run.move(StateFitness, hours_awake=20, alone=True)
    assert near_misses.tallies(NearMissFilters()) == counted
    assert compose(last_week(at), at) == digest
    assert not kinds.wanted("fitness.stated", ["*", "fitness.*", "fitness.stated"])
    assert not kinds.known("fitness.stated")


def test_the_page_of_the_run_tells_it(db: None, at: datetime, signed_in: Any) -> None:
    run = play(texts.PLAIN, at)
    run.move(StateFitness, hours_awake=20, alone=True)
    page = signed_in(run.people["verifier"]).get(f"/runs/{run.run.pk}/").content.decode()
    assert "20 hours awake, alone: ask for a second person; take the pauses." in page
