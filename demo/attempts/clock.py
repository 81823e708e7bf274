"""Attempts at the clock that judges a run, at the wait of an override, and at a role whose holder
is gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from demo.attempts.attempt import Attempt, GotThrough, World, demand
from demo.day.crew import PASSWORD, Crew
from runbooks.enums import RunRole, RunStatus
from runbooks.machine.freshness import WENT_BACK
from runbooks.machine.moves.hand_over import AcceptHandOver
from runbooks.machine.moves.hold import Hold, Resume
from runbooks.machine.moves.overrides import AskOverride, UseOverride
from runbooks.machine.moves.replacement import ConfirmReplacement, ProposeReplacement
from runbooks.machine.moves.steps import BeginStep, Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.machine.overriding import OVERRIDE_WAITS, closed_gates
from runbooks.models import Run
from runbooks.runs import replay


def _stale_on_a_slow_server(world: World) -> str:
    """The clock that is handed in is an hour behind, 126 seconds after the countersign."""
    crew, act = world.restore_to_the_act()
    world.verbs.at += timedelta(seconds=126) - timedelta(hours=1)
    answer = world.refused(
        WENT_BACK,
        lambda: crew.press("operator", Unlock, act, name="ledger", password=PASSWORD),
    )
    demand(crew.state.status is RunStatus.ON_HOLD, "The run goes on by a clock that went back.")
    demand(replay.verify(Run.objects.get(pk=crew.run)).ok, "The log goes backwards.")
    return answer


def _hold_shortened(world: World) -> str:
    """A hold of an hour looks like one of a minute, so that its team check need not be repeated."""
    crew, _ = world.restore_to_the_act()
    crew.press("verifier", Hold)
    world.verbs.at -= timedelta(hours=1)
    return world.refused(WENT_BACK, lambda: crew.press("operator", Resume, read_back=crew.place))


def _stop_by_a_wrong_clock(world: World) -> str:
    """STOP is never refused because of a clock."""
    crew, _ = world.restore_to_the_act()
    world.verbs.at -= timedelta(hours=1)
    try:
        crew.press("verifier", Hold)
    except Exception as error:
        raise GotThrough("STOP was refused.") from error
    demand(crew.state.status is RunStatus.ON_HOLD, "The run is not held.")
    return "STOP was accepted, dated like the last event, and marked: clock went back."


def _two_gates_closed(world: World) -> tuple[Crew, int, list[str]]:
    """A run at its overwrite, whose team check is stale: the gates that could be overridden."""
    crew, act = world.restore_to_the_act(agreed=False)
    crew.press("operator", BeginStep, act)
    world.verbs.at += timedelta(minutes=20)
    closed = [gate.key for gate in closed_gates(crew.state, act, world.verbs.at)]
    demand(len(closed) > 1, "Only one gate is closed; nothing can be asked for side by side.")
    return crew, act, closed


def _seven_at_once(world: World) -> str:
    """Every gate of the overwrite is asked for at once, to be used after one wait."""
    crew, act, (first, second, *_) = _two_gates_closed(world)
    crew.press("operator", AskOverride, act, gate=first, reason="Alone.")
    sent: dict[str, Any] = {"gate": second, "reason": "Alone.", "again": True}
    return world.refused("one_at_a_time", lambda: crew.press("operator", AskOverride, act, **sent))


def _second_without_a_look(world: World) -> str:
    """A second gate is asked for as if it were the first."""
    crew, act, (first, second, *_) = _two_gates_closed(world)
    crew.press("operator", AskOverride, act, gate=first, reason="Alone.")
    world.verbs.at += OVERRIDE_WAITS
    crew.press("operator", UseOverride, act, gate=first, password=PASSWORD)
    sent: dict[str, Any] = {"gate": second, "reason": "Alone."}
    return world.refused("invalid", lambda: crew.press("operator", AskOverride, act, **sent))


def _instead(world: World, who: str) -> dict[str, Any]:
    """`who` is to be the operator, because the operator is gone."""
    return {"role": "operator", "to": world.person(who).pk, "reason": "No answer."}


def _taken_by_one(world: World) -> str:
    """The decider alone takes the run away from its operator."""
    crew = world.restore()
    sent = _instead(world, "decider")
    crew.press("decider", ProposeReplacement, **sent)
    return world.refused("second_person", lambda: crew.press("decider", ConfirmReplacement))


def _taken_without_the_decider(world: World) -> str:
    """The verifier proposes and confirms that they are the operator now."""
    crew = world.restore()
    sent = _instead(world, "verifier")
    crew.press("verifier", ProposeReplacement, **sent)
    return world.refused("second_person", lambda: crew.press("verifier", ConfirmReplacement))


def _replaced_and_still_at_it(world: World) -> str:
    """The operator who was replaced ticks on; who takes over identifies nothing."""
    crew = world.restore()
    sent = _instead(world, "decider")
    crew.press("decider", ProposeReplacement, **sent)
    crew.press("verifier", ConfirmReplacement)
    world.refused("hand_over_pending", lambda: crew.press("operator", Tick, 0))
    answer = world.refused(
        "wrong_target",
        lambda: crew.press(
            "decider", AcceptHandOver, read_back=crew.place, identifier="db-scratch-9"
        ),
    )
    demand(crew.state.holder(RunRole.OPERATOR) is None, "Somebody operates unidentified.")
    return answer


_TRIED: tuple[tuple[int, str, Callable[[World], str]], ...] = (
    (13, "A countersign that is stale is used by a clock an hour behind", _stale_on_a_slow_server),
    (13, "A long hold is made short by setting the clock back", _hold_shortened),
    (13, "STOP is kept away by setting the clock back", _stop_by_a_wrong_clock),
    (14, "All gates of an overwrite are overridden after one wait", _seven_at_once),
    (14, "A second gate is overridden without looking at the first", _second_without_a_look),
    (15, "The decider alone takes the run away from its operator", _taken_by_one),
    (15, "The verifier alone makes themselves the operator", _taken_without_the_decider),
    (15, "A new operator takes over without identifying the target", _replaced_and_still_at_it),
)
ATTEMPTS: tuple[Attempt, ...] = tuple(Attempt(*tried) for tried in _TRIED)
