"""What a run knows that its incident may want: times, counted losses, who was told. Pure.

Only what stands in the run is a fact: a step that is done and was not taken back, a value that was
recorded. What the run does not know is no fact, and nothing is worked out of it. Nor is what it did
to anything but production: a restore into staging ends no incident.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from incidents.enums import Moment
from inventory.enums import Environment
from runbooks.enums import RunStatus, StepStatus, ValueType
from runbooks.machine.state import ENDED, RunState, StepState
from runbooks.procedure.guards.acts import Overwrite
from runbooks.procedure.guards.copies import Verify
from runbooks.procedure.guards.target import Freeze, Thaw
from runbooks.procedure.irreversible import acts, target_of
from runbooks.procedure.model import ValueSpec

#: A recorded number whose name ends so counts what was lost: `orders_lost`.
LOST = "_lost"
#: A recorded text whose name ends so names who was told of the loss: `people_told`.
TOLD = "_told"


@dataclass(frozen=True)
class Fact:
    """One thing that run number `run` knows from its step `step` (as people count). `moment` None:
    a loss (`amount` of `unit`), or who was told (`whom`), stated at `time` (aware). `name` is what
    tells it from the other facts of that step: an instance, a value."""

    run: int
    step: str
    name: str
    time: datetime
    moment: Moment | None = None
    amount: int | None = None
    unit: str = ""
    whom: str = ""

    @property
    def source(self) -> str:
        """Where it is from, for the history."""
        return f"from run {self.run}, step {self.step}"


def facts(state: RunState, own: Collection[str]) -> Iterator[Fact]:
    """What the run knows, in the order of its steps. `own`: its parameters that are instances of
    the system of the incident; those that were no production when the run was prepared say nothing.

    While the run goes on it knows no more than when writers were stopped: everything else may still
    be taken back. After it went its way back, nothing was restored.
    """
    live = {name for name in own if _production(state, name)}
    done = [step for step in state.steps if step.status is StepStatus.DONE and step.done_at]
    for step in done:
        yield from _frozen(state, step, live)
    if state.status not in ENDED:
        return
    targets = _targets(state)
    if targets & live:
        for step in done:
            yield from _recorded(state, step)
    if not state.turned_back:
        yield from _restored(state, done, live, restores=bool(targets))


def _production(state: RunState, name: str) -> bool:
    return state.facts[name].fields.get("environment") == Environment.PRODUCTION.value


def _targets(state: RunState) -> set[str]:
    """What the run may write into or delete, done or not."""
    return {target_of(step.guard) for step in acts(state.procedure)}


def _fact(state: RunState, step: StepState, name: str, **known: object) -> Fact:
    assert step.done_at is not None  # noqa: S101 - only steps that are done are asked
    values = {"time": step.done_at, **known}
    return Fact(state.number, state.step(step.index).number, name, **values)  # type: ignore[arg-type]


def _frozen(state: RunState, step: StepState, own: Collection[str]) -> Iterator[Fact]:
    freeze = state.step(step.index).guard.get(Freeze)
    if freeze and freeze.of in own:
        yield _fact(state, step, state.facts[freeze.of].value, moment=Moment.WRITES_STOPPED)


def _restored(
    state: RunState, done: list[StepState], own: Collection[str], *, restores: bool
) -> Iterator[Fact]:
    """The data was put live by an overwrite; how new it is stands where its copy was verified.
    `restores`: the run is there to change something for good, whether that is of `own` or not."""
    over = False
    for step in done:
        guard = state.step(step.index).guard
        overwrite, thaw = guard.get(Overwrite), guard.get(Thaw)
        if overwrite and overwrite.target in own and not _rolled_back(state, step):
            over = True
            yield from _recovery_point(state, done, overwrite.source)
            name = state.facts[overwrite.target].value
            yield _fact(state, step, name, moment=Moment.RESTORED)
        # Opened as it was found, by a run that was given up or restored elsewhere, is not back in
        # service.
        opened = over or (state.status is RunStatus.COMPLETED and not restores)
        if thaw and thaw.of in own and opened:
            name = state.facts[thaw.of].value
            yield _fact(state, step, name, moment=Moment.REOPENED)


def _rolled_back(state: RunState, step: StepState) -> bool:
    """Whether the run was given up on the way back from this step."""
    undo = state.step(step.index).guard.undo
    return state.status is RunStatus.ABORTED and bool(undo) and undo in state.entered


def _recovery_point(state: RunState, done: list[StepState], copy: str) -> Iterator[Fact]:
    for step in reversed(done):
        newest = step.values.get("verify.newest")
        verify = state.step(step.index).guard.get(Verify)
        if newest and verify and verify.of == copy:
            time = datetime.fromisoformat(newest)
            name = state.facts[copy].value
            yield _fact(state, step, name, moment=Moment.RECOVERY_POINT, time=time)
            return


def _recorded(state: RunState, step: StepState) -> Iterator[Fact]:
    for spec in state.step(step.index).guard.record:
        value = step.values.get(spec.name, "")
        if _counts_loss(spec) and value.isascii() and value.isdigit():
            unit = spec.name.removesuffix(LOST).replace("_", " ")
            yield _fact(state, step, spec.name, amount=int(value), unit=unit)
        if spec.type is ValueType.TEXT and spec.name.endswith(TOLD) and value.strip():
            yield _fact(state, step, spec.name, whom=value.strip())


def _counts_loss(spec: ValueSpec) -> bool:
    return spec.type is ValueType.NUMBER and spec.name.endswith(LOST)
