"""The quick reading of all chains: every forgery of a log makes it doubtful."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from lib import times
from runbooks.audit import chains
from runbooks.models import Event
from tests.factories.runs import Play, cast, play
from tests.flushing import forging
from tests.runbooks import texts
from tests.runbooks.log import test_chain as forgeries
from tests.runbooks.log.test_chain import game as made

pytestmark = pytest.mark.django_db
game = made

#: What is altered beside the log shows in a replay only.
IN_THE_LOG = [
    forgeries.text_changed,
    forgeries.column_changed,
    forgeries.person_changed,
    forgeries.last_deleted,
    forgeries.middle_deleted,
    forgeries.one_inserted,
    forgeries.two_swapped,
    forgeries.all_deleted,
]


def doubtful() -> list[int]:
    return [chain.run for chain in chains.chains() if not chain.holds]


@pytest.mark.parametrize("forge", IN_THE_LOG, ids=lambda forge: forge.__name__)
def test_every_forgery_of_a_log_makes_it_doubtful(
    game: Play, forge: Callable[[Play], None]
) -> None:
    assert doubtful() == []
    with forging():
        forge(game)
    assert doubtful() == [game.run.pk]


@pytest.mark.parametrize("column", ["kind", "at", "by_id", "sequence", "digest"])
def test_a_column_that_differs_from_the_text(game: Play, column: str) -> None:
    other = {
        "kind": "note.adde",
        "at": times.microseconds(game.at),
        "by_id": game.people["relief"].pk,
        "sequence": 1000,
        "digest": "0" * 64,
    }
    with forging():
        Event.objects.filter(run=game.run, sequence=7).update(**{column: other[column]})
    assert doubtful() == [game.run.pk]


def test_each_run_is_told_with_its_length(at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the pieces that are fetched together end in the middle of a run."""
    monkeypatch.setattr(chains, "EVENTS", 3)
    monkeypatch.setattr(chains, "RUNS", 2)
    people = cast()
    runs = []
    for number in range(5):
        text = texts.PLAIN.replace(b"title: Tried", f"title: Tried {number}".encode())
        runs.append(play(text, at + timedelta(days=number), people=people))
        for step in range(number % 3):
            runs[-1].tick(step)
    rows = [(chain.run, chain.events, chain.holds) for chain in chains.chains()]
    assert rows == [(game.run.pk, game.run.sequence, True) for game in runs]


def test_a_text_that_quotes_the_form_itself(at: datetime) -> None:
    game = play(texts.PLAIN, at)
    trap = '},"kind":"step.ticked","name":"","run":1,"sequence":1}'
    game.people["operator"].name = f'O"{trap}'
    game.tick(0)
    game.run.refresh_from_db()
    assert doubtful() == []
    with forging():
        Event.objects.filter(run=game.run, kind="step.begun").update(kind="step.ticked")
    assert doubtful() == [game.run.pk]


def test_the_command(game: Play) -> None:
    out = StringIO()
    call_command("verify_log", "--chains", stdout=out)
    assert "0 of the chains do not hold" in out.getvalue()
    with forging():
        forgeries.text_changed(game)
    with pytest.raises(SystemExit):
        call_command("verify_log", "--chains", stdout=out)
    assert "Event 9: the text does not fit its digest." in out.getvalue()
