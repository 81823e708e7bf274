"""What is done before an irreversible act, and what a second attempt at it demands again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from runbooks.enums import StepStatus
from runbooks.machine.interlocks import holdings
from runbooks.machine.interlocks.interlock import Interlock
from runbooks.machine.requests import Gate
from runbooks.machine.state import FINISHED, RunState
from runbooks.machine.statements import KnownCopy
from runbooks.procedure.irreversible import target_of

#: Guards that a second attempt at an irreversible act demands again.
RENEWED = ("identify", "mark", "direction", "copy", "team_check")


class Irreversible(Interlock):
    """An act that cannot be taken back: the gates that an overwrite and a deletion share."""

    begins = True

    def named(self, state: RunState, index: int) -> str:
        return str(self.data(state, index)["target"])

    def identified(self, state: RunState, index: int) -> Gate:
        target, name = self.named(state, index), self.facts(state, index).value
        return self.gate(
            "identified",
            f"{name} identified",
            done(state, since_thaw(state, index, target), "identify", of=target),
            "A step that identifies it comes first. If this runbook has none, hold the run and"
            " use another runbook.",
        )

    def stopped(self, state: RunState, index: int, how: str) -> Gate:
        """Whether its writers were stopped, and still are."""
        target, name = self.named(state, index), self.facts(state, index).value
        since = since_thaw(state, index, target)
        frozen = holdings.frozen(state, target) and done(state, since, "freeze", of=target)
        return self.gate("frozen", f"Writers of {name} stopped", frozen, how)

    def typed(self, state: RunState, index: int, act: str, how: str) -> Gate:
        """Whether the name of what the `act` changes was typed."""
        label = f"{act} {self.facts(state, index).value}: name typed"
        return self.gate("unlocked", label, index in state.stated.unlocked, how)


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
        and any(_guards(step.guard.locks.get(key), key, targets) for key in RENEWED)
    ]


def _guards(data: Mapping[str, Any] | None, key: str, targets: set[str]) -> bool:
    """Whether a guard with `data` under `key` is about one of `targets`, or about everything."""
    if data is None:
        return False
    if key == "copy":
        return data["of"] in targets and data.get("purpose") == "safety"
    return key == "team_check" or (data.get("of") or data.get("into")) in targets


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


def done(state: RunState, since: datetime | None, key: str, **said: str) -> bool:
    """Whether a step with the guard `key` that says this was done, after `since`."""
    return any(
        state.steps[step.index].status is StepStatus.DONE
        and said.items() <= step.guard.locks[key].items()
        and is_after(state.steps[step.index].done_at, since)
        for step in state.procedure.steps
        if key in step.guard.locks
    )
