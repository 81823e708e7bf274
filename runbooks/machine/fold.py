"""What each event does to the state. `apply` is total over the kinds of `EFFECTS`; everything else
in the log (notes, refusals, late entries) changes nothing but the count. The same fold serves the
verbs, which store what it gives, and `runs.replay.verify`, which replays."""

from __future__ import annotations

from collections.abc import Callable

from runbooks.enums import RunKind, RunRole, RunStatus, StepStatus
from runbooks.machine.attempts import put, strike
from runbooks.machine.effects_step import STEP_EFFECTS
from runbooks.machine.requests import Line
from runbooks.machine.state import Facts, RunState, StepState, current, in_section, replace
from runbooks.machine.stating import STATED
from runbooks.machine.stating import state as state_one
from runbooks.machine.stating import stated as states
from runbooks.procedure.model import Procedure


def genesis(number: int, procedure: Procedure, line: Line) -> RunState:
    """The state after the first event, `run.prepared`. Raises `ValueError` for any other kind."""
    if line.kind != "run.prepared":
        raise ValueError(f"A log begins with run.prepared, not with {line.kind}.")
    facts = {
        name: Facts(
            f["value"], dict(f["fields"]), tuple(f["identifiers"]), tuple(f.get("kinds", ()))
        )
        for name, f in line.data["parameters"].items()
    }
    return RunState(
        stated=states((line,)),
        number=number,
        kind=RunKind(line.data["kind"]),
        status=RunStatus.BRIEFING,
        procedure=procedure,
        facts=facts,
        people={},
        steps=tuple(StepState(step.index) for step in procedure.steps),
        last_at=line.at,
        sequence=line.sequence,
        turned=line.sequence,
    )


def apply(state: RunState, line: Line) -> RunState:
    """The state after `line`. The step that is now current is open, and no other."""
    if line.kind in STATED:
        state = replace(state, stated=state_one(state.stated, line))
    effect = EFFECTS.get(line.kind)
    if effect is None:
        return replace(state, sequence=line.sequence, last_at=line.at)
    turned = line.sequence if line.kind in TURNING else state.turned
    after = replace(effect(state, line), sequence=line.sequence, last_at=line.at, turned=turned)
    return _open_current(after, line.sequence)


def _open_current(state: RunState, sequence: int) -> RunState:
    now, opened = current(state), StepStatus.OPEN
    for step in [step for step in state.steps if step.status is opened and step.index != now]:
        state = put(state, replace(step, status=StepStatus.LOCKED, touched=sequence))
    if now is not None and state.steps[now].status is StepStatus.LOCKED:
        state = put(state, replace(state.steps[now], status=opened, touched=sequence))
    return state


def _started(state: RunState, line: Line) -> RunState:
    return replace(state, status=RunStatus.RUNNING, started_at=line.at)


def _role_taken(state: RunState, line: Line) -> RunState:
    return replace(state, people={**state.people, line.by: RunRole(line.data["role"])})


def _role_released(state: RunState, line: Line) -> RunState:
    return replace(state, people={p: r for p, r in state.people.items() if p != line.by})


def _held(state: RunState, line: Line) -> RunState:
    return replace(
        state,
        status=RunStatus.HELD,
        held_at=line.at,
        held_by=line.by,
        held_for_mismatch=line.data["mismatch"],
    )


def _resumed(state: RunState, line: Line) -> RunState:
    return replace(
        state, status=RunStatus.RUNNING, held_at=None, held_by=None, held_for_mismatch=False
    )


def _offered(state: RunState, line: Line) -> RunState:
    return replace(state, hand_over_by=line.by, hand_over_to=line.data["to"])


def _withdrawn(state: RunState, line: Line) -> RunState:
    return replace(state, hand_over_by=None, hand_over_to=None)


def _accepted(state: RunState, line: Line) -> RunState:
    people: dict[int, RunRole] = {
        p: r for p, r in state.people.items() if r is not RunRole.OPERATOR
    }
    people[line.by] = RunRole.OPERATOR
    return replace(state, people=people, hand_over_by=None, hand_over_to=None)


def _replaced(state: RunState, line: Line) -> RunState:
    """Who is gone has no role any more. Another decider has theirs at once; another operator still
    reads back and identifies, and until then nothing moves, as in a hand-over."""
    gone, to = line.data["person"], line.data["to"]
    people = {p: r for p, r in state.people.items() if p != gone}
    if line.data["role"] == RunRole.DECIDER:
        return replace(state, people={**people, to: RunRole.DECIDER})
    return replace(state, people=people, hand_over_by=gone, hand_over_to=to)


def _turned_back(state: RunState, line: Line) -> RunState:
    main = [s.index for s in state.steps if state.on_main_path(s.index)]
    other = [i for key in state.entered for i in in_section(state, key)]
    state = strike(state, main + other, line.sequence)
    deviation = line.data.get("deviation", "")
    return replace(_resumed(state, line), turned_back=True, deviation=deviation)


def _ended(status: RunStatus) -> Callable[[RunState, Line], RunState]:
    def effect(state: RunState, line: Line) -> RunState:
        state = strike(state, [s.index for s in state.steps], line.sequence)
        return replace(
            state,
            status=status,
            ended_at=line.at,
            held_at=None,
            held_by=None,
            held_for_mismatch=False,
            hand_over_by=None,
            hand_over_to=None,
            deviation=line.data.get("deviation", ""),
        )

    return effect


EFFECTS: dict[str, Callable[[RunState, Line], RunState]] = {
    **STEP_EFFECTS,
    "role.taken": _role_taken,
    "role.released": _role_released,
    "run.started": _started,
    "run.held": _held,
    "run.resumed": _resumed,
    "hand_over.offered": _offered,
    "hand_over.withdrawn": _withdrawn,
    "hand_over.accepted": _accepted,
    "replacement.confirmed": _replaced,
    "run.turned_back": _turned_back,
    "run.aborted": _ended(RunStatus.ABORTED),
    "run.completed": _ended(RunStatus.COMPLETED),
}

#: Events after which a sender who has not seen them is stale, whatever the step.
TURNING = frozenset(
    {
        "run.started",
        "run.held",
        "run.resumed",
        "hand_over.offered",
        "hand_over.withdrawn",
        "hand_over.accepted",
        "replacement.proposed",
        "replacement.confirmed",
        "replacement.withdrawn",
        "section.entered",
        "step.undone",
        "run.turned_back",
        "run.aborted",
        "run.completed",
    }
)
