"""What is done before an irreversible act, and what a second attempt at it demands again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from runbooks.enums import StepStatus
from runbooks.machine.interlocks import holdings
from runbooks.machine.interlocks.interlock import Interlock
from runbooks.machine.requests import Gate
from runbooks.machine.state import FINISHED, RunState
from runbooks.machine.statements import KnownCopy
from runbooks.procedure.guards.demand import Act, Demand
from runbooks.procedure.guards.target import Freeze, Identify
from runbooks.procedure.irreversible import target_of

AnyAct = TypeVar("AnyAct", bound=Act, covariant=True)


class ActInterlock(Interlock[AnyAct]):
    """An act that cannot be taken back: the gates that an overwrite and a deletion share."""

    def identified(self) -> Gate:
        target, name = self.parameter, self.facts.value
        return self.gate(
            "identified",
            f"{name} identified",
            done(self.state, since_thaw(self.state, self.index, target), Identify(target)),
            "A step that identifies it comes first. If this runbook has none, hold the run and"
            " use another runbook.",
        )

    def stopped(self, how: str) -> Gate:
        """Whether its writers were stopped, and still are."""
        target, name = self.parameter, self.facts.value
        since = since_thaw(self.state, self.index, target)
        frozen = holdings.frozen(self.state, target) and done(self.state, since, Freeze(target))
        return self.gate("frozen", f"Writers of {name} stopped", frozen, how)

    def typed(self, act: str, how: str) -> Gate:
        """Whether the name of what the `act` changes was typed."""
        label = f"{act} {self.facts.value}: name typed"
        return self.gate("unlocked", label, self.index in self.state.stated.unlocked, how)


def renewed(state: RunState, indexes: Iterable[int]) -> list[int]:
    """The finished steps that must be done again, because a second attempt at an act among
    `indexes` begins: those that identified, marked, stated, copied and agreed (D3, M13)."""
    targets = {target_of(state.step(i).guard) for i in indexes if not state.steps[i].is_fresh} - {
        ""
    }
    if not targets or state.turned_back:
        return []
    return [
        step.index
        for step in state.procedure.steps
        if state.steps[step.index].status is StepStatus.DONE
        and any(demand.is_renewed(targets) for demand in step.guard.demands)
    ]


def since_thaw(state: RunState, index: int, target: str) -> datetime | None:
    """When the writers of `target` were let go before step `index`: what was identified, frozen and
    copied earlier says nothing about the data of now. None when they were not."""
    thaw = holdings.thawed(state, target)
    return thaw.at if thaw and state.steps[index].status not in FINISHED else None


def kept_copy(state: RunState, index: int) -> KnownCopy | None:
    """The safety copy of what the act of step `index` changes: read back in this run, and made
    after its writers were last let go. None when there is none."""
    target = target_of(state.step(index).guard)
    safe, since = holdings.safety_copy(state, target), since_thaw(state, index, target)
    return safe if safe is not None and is_after(safe.registered_at, since) else None


def is_after(at: datetime | None, since: datetime | None) -> bool:
    """Whether something was done at `at` (None: never), and after `since`, where that is given."""
    return since is None or (at is not None and at > since)


def done(state: RunState, since: datetime | None, demand: Demand) -> bool:
    """Whether a step with this very demand was done, after `since`."""
    return any(
        state.steps[step.index].status is StepStatus.DONE
        and is_after(state.steps[step.index].done_at, since)
        for step in state.procedure.steps
        if demand in step.guard.demands
    )
