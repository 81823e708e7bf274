"""Whatever people press through the verbs, the stored rows are what the log says."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runbooks.enums import RunStatus
from runbooks.log import texts
from runbooks.machine.reducers import apply, genesis
from runbooks.machine.state import RunState
from runbooks.models import Run
from runbooks.procedure.model import Procedure
from runbooks.runs import persistence, replay
from tests.soak.person import choose, send
from tests.soak.round import disagreements
from tests.soak.stage import Stage


@pytest.fixture
def stage(db: None) -> Stage:
    return Stage.build()


def replayed(run: Run, procedure: Procedure) -> RunState:
    """The state that the log alone gives."""
    lines = run.events.order_by("sequence").values_list("text", flat=True)
    first, *rest = map(texts.read, lines)
    return reduce(apply, rest, genesis(run.pk, procedure, first))


def stored(number: int) -> tuple[Run, RunState]:
    """The run and its state as the rows have it."""
    run = Run.objects.select_related("revision").get(pk=number)
    return run, persistence.state_of(run, persistence.procedure_of(run))


def untouched(before: RunState, after: RunState) -> bool:
    """Whether a refusal left its near miss and nothing else; the third wrong answer at a step
    holds the run, and that is all."""
    if after.status is RunStatus.ON_HOLD and before.status is not RunStatus.ON_HOLD:
        return after.steps == before.steps and after.sequence == before.sequence + 2
    stated = replace(before.stated, misses=after.stated.misses)
    sequence = before.sequence + 1
    return after == replace(before, sequence=sequence, last_at=after.last_at, stated=stated)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(dice=st.randoms(use_true_random=False))
def test_the_rows_are_what_the_log_says_after_every_move(stage: Stage, dice: Random) -> None:
    number = stage.begin(dice)
    answers, before = {}, stored(number)[1]
    for count in range(20):
        press = choose(number, stage.people, dice, f"press-{count}")
        heard = send(press, stage.people)
        answers[press.key] = heard
        run, state = stored(number)
        assert persistence.load(number)[1] == state  # what this process remembers
        assert state == replayed(run, state.procedure)
        if heard.code and state != before:
            assert untouched(before, state)
        again = send(press, stage.people)
        assert (again.code, again.kind) == (heard.code, heard.kind)
        assert stored(number)[1] == state
        before = state
    run = Run.objects.get(pk=number)
    assert replay.verify(run).faults == ()
    assert list(disagreements(run, answers, set(answers))) == []
