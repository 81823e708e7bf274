"""What was done before an irreversible act, and what a second attempt at it demands again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from runbooks.enums import StepStatus
from runbooks.interlocks import holdings
from runbooks.irreversible import target_of
from runbooks.state import FINISHED, RunState

#: Guards that a second attempt at an irreversible act demands again.
RENEWED = ("identify", "mark", "direction", "copy", "timeout")


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
    return key == "timeout" or (data.get("of") or data.get("into")) in targets


def since_thaw(state: RunState, index: int, target: str) -> datetime | None:
    """When the writers of `target` were let go before step `index`: what was identified, frozen and
    copied earlier says nothing about the data of now. None when they were not."""
    thaw = holdings.thawed(state, target)
    return thaw.at if thaw and state.steps[index].status not in FINISHED else None


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
