"""The irreversible act, and all that stands before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from runbooks.enums import ParameterType, StepStatus
from runbooks.interlocks import holdings
from runbooks.interlocks.interlock import Interlock, Signature
from runbooks.interlocks.loss import LossState, for_loss, loss_with, signed_for, told, why
from runbooks.interlocks.timeout import timeout_gate
from runbooks.requests import Gate
from runbooks.state import FINISHED, RunState

GOOD_COPIES = 2
#: Guards that a second attempt at an overwrite demands anew.
RENEWED = ("identify", "mark", "direction", "copy", "timeout")


class Overwrite(Interlock):
    """What is written over is identified, frozen and copied; what is written is held twice; two
    people are there, and the name was typed, before the command is even shown."""

    key = "overwrite"
    source = "PostgreSQL, restic and SQL Server demand a copy first; M2, M3, M12, M14 of the story"
    begins = True

    def gates(self, state: RunState, index: int, at: datetime) -> tuple[Gate, ...]:
        data = self.data(state, index)
        target, source = str(data["target"]), str(data["from"])
        name = state.facts[target].value if target in state.facts else target
        since = _since(state, index, target)
        safe = holdings.safety_copy(state, target)
        return (
            *self._agreed(state, since, target, source, name),
            self.gate(
                "frozen",
                f"Writers of {name} stopped",
                holdings.frozen(state, target) and _done(state, since, "freeze", of=target),
                "Stop the writers in a step that freezes it, with evidence.",
            ),
            self.gate(
                "safety_copy",
                f"Safety copy of {name}, read back",
                safe is not None and _is_after(safe.registered_at, since),
                "Copy what will be lost to another place in this run, and read it back.",
            ),
            *self._two_copies(state, source),
            *self._loss(state, index, at),
            timeout_gate(state, at, self.key),
            self.gate(
                "unlocked",
                f"WRITE INTO {name}: name typed",
                index in state.stated.unlocked,
                "When everything else is open, the operator types the name of what is overwritten.",
            ),
        )

    def _agreed(
        self, state: RunState, since: datetime | None, target: str, source: str, name: str
    ) -> Iterable[Gate]:
        yield self.gate(
            "identified",
            f"{name} identified",
            _done(state, since, "identify", of=target),
            "A step that identifies it comes first. If this runbook has none, hold the run and"
            " use another runbook.",
        )
        said = {"into": target, "from": source}
        yield self.gate(
            "direction",
            "Direction stated",
            _done(state, since, "direction", **said),
            "A step in which the operator states what is read from and what is written into"
            " comes first.",
        )

    def _two_copies(self, state: RunState, source: str) -> Iterable[Gate]:
        """None where live data is read: it is not used up."""
        if not _is_copy(state, source):
            return ()
        count = len(holdings.good_copies(state, source))
        name = state.facts[source].value if source in state.facts else source
        last = "; take it for the LAST GOOD COPY" if count < GOOD_COPIES else ""
        gate = self.gate(
            "good_copies",
            f"{GOOD_COPIES} good copies of {name}: {count} of {GOOD_COPIES}{last}",
            count >= GOOD_COPIES,
            "Duplicate it first, and read both in this run: same SHA-256, two places. The last good"
            " copy is never worked with.",
        )
        return (gate,)

    def _loss(self, state: RunState, index: int, at: datetime) -> tuple[Gate, ...]:
        """What is lost with the copy is judged once more when it is written in, for it may be more
        than when the copy was read."""
        source = str(self.data(state, index)["from"])
        if not _is_copy(state, source):
            return ()
        loss = loss_with(state, source, at)
        if loss.state is LossState.WITHIN:
            label = told(loss)
            return (self.gate("loss_signed", label[:1].upper() + label[1:], True, ""),)
        how = (
            f"{why(loss)} The decider reads it and releases the step, and so signs for the loss. Or"
            " stop, and choose another copy."
        )
        is_open = index in state.stated.unlocked or signed_for(state, source, loss)
        label = f"The decider has signed for the loss ({told(loss)})"
        return (self.gate("loss_signed", label, is_open, how),)

    def signs(self, state: RunState, index: int, at: datetime) -> Signature | None:
        if not any(not gate.open for gate in self._loss(state, index, at)):
            return None
        source = str(self.data(state, index)["from"])
        name = state.facts[source].value if source in state.facts else source
        return for_loss(name, loss_with(state, source, at))

    def promise(self, data: Mapping[str, Any]) -> str:
        return (
            f"OVERWRITES {data['target']} from {data['from']}: only when it is identified, frozen"
            " and copied, with two good copies, a loss within the RPO or signed for, a fresh"
            " time-out and a second person; its name is typed"
        )


def renewed(state: RunState, indexes: Iterable[int]) -> list[int]:
    """The finished steps that must be done anew, because a second attempt at an overwrite among
    `indexes` begins: those that identified, marked, stated, copied and agreed (D3, M13)."""
    targets = {
        str(state.step(i).guard.locks["overwrite"]["target"])
        for i in indexes
        if "overwrite" in state.step(i).guard.locks and not state.steps[i].is_fresh
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


def _since(state: RunState, index: int, target: str) -> datetime | None:
    """When the writers of `target` were let go before step `index`: what was identified, frozen and
    copied earlier says nothing about the data of now. None when they were not."""
    thaw = holdings.thawed(state, target)
    return thaw.at if thaw and state.steps[index].status not in FINISHED else None


def _is_copy(state: RunState, source: str) -> bool:
    spec = state.procedure.parameters_by_name.get(source)
    return spec is not None and spec.type is ParameterType.COPY


def _is_after(at: datetime | None, since: datetime | None) -> bool:
    return since is None or (at is not None and at > since)


def _done(state: RunState, since: datetime | None, key: str, **said: str) -> bool:
    """Whether a step with the guard `key` that says this was done, after `since`."""
    return any(
        state.steps[step.index].status is StepStatus.DONE
        and said.items() <= step.guard.locks[key].items()
        and _is_after(state.steps[step.index].done_at, since)
        for step in state.procedure.steps
        if key in step.guard.locks
    )
