"""The chosen copy is opened with its own tool, and what would be lost with it is counted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from inventory.durations import age, words
from runbooks.enums import Deviation, ValueType
from runbooks.interlocks.copies import chosen, too_new
from runbooks.interlocks.interlock import Interlock, Signature, Wrong
from runbooks.procedure import ValueSpec
from runbooks.requests import Gate, NewEvent
from runbooks.state import RunState


@dataclass(frozen=True)
class Loss:
    """What the live data has and a copy lacks. `length` is below zero when the copy is newer;
    `limit`: the most that may be lost without a signature, None when nobody promised anything."""

    length: timedelta
    limit: timedelta | None

    @property
    def text(self) -> str:
        """Against the live data: "61 days older than the live data"."""
        since = datetime.min.replace(tzinfo=UTC)
        said = age(since + abs(self.length), since)
        if self.length > timedelta(0):
            return f"{said} older than the live data"
        return f"{said} newer than the live data" if self.length else "as new as the live data"

    @property
    def within(self) -> bool:
        return self.limit is None or self.length <= self.limit


class Verify(Interlock):
    """Size, newest record, and how they were read. The newest record is compared with that of the
    live data, never with a date of a file."""

    key = "verify"
    source = "B12, B14, D26; the file was never looked into, and was 61 days old (M5, M10)"
    words = {
        "size": ("Size of the copy", ValueType.BYTES),
        "newest": ("Newest record in the copy", ValueType.DATETIME),
        "live": ("Newest record of the live data", ValueType.DATETIME),
        "how": ("How you opened it and read it", ValueType.TEXT),
    }

    def asks(self, state: RunState, index: int) -> tuple[ValueSpec, ...]:
        name = self.facts(state, index).value
        known = _recorded(state, self.data(state, index).get("live", ""))
        return (
            self.ask("size", label=f"Size of {name}", min="1"),
            self.ask("newest", label=f"Newest record in {name}"),
            *(() if known else (self.ask("live"),)),
            self.ask("how"),
        )

    def gates(self, state: RunState, index: int, at: datetime) -> tuple[Gate, ...]:
        found = loss(state, index, state.steps[index].values)
        if found is None or found.limit is None:
            return ()
        said = f"Loss: {found.text}, at most {words(found.limit)}"
        if found.within:
            return (self.gate("loss_signed", said, True, ""),)
        wanted = self._signature(state, index, found)
        how = (
            "This is more than may be lost. Keep what you read without ticking; then the decider"
            " reads it and releases the step, and so signs for the loss. Or choose another copy."
        )
        is_open = signed(state, index, wanted)
        return (self.gate("loss_signed", f"The decider has signed. {said}", is_open, how),)

    def signs(self, state: RunState, index: int) -> Signature | None:
        found = loss(state, index, state.steps[index].values)
        if found is None or found.within:
            return None
        return self._signature(state, index, found)

    def _signature(self, state: RunState, index: int, found: Loss) -> Signature:
        seconds = math.ceil(found.length.total_seconds())
        return Signature(f"{self.facts(state, index).value} is {found.text}", seconds)

    def wrong(
        self, state: RunState, index: int, values: Mapping[str, str], at: datetime
    ) -> Wrong | None:
        facts = self.facts(state, index)
        size, known = values.get("verify.size"), facts.fields.get("size")
        if size is not None and known and int(size) != int(known):
            return Wrong(
                f"{facts.value} has {known} bytes in the inventory, and you read {size}: it is"
                " another file, or it was cut short or has grown since. Do not restore from it.",
                Deviation.WRONG_COPY,
            )
        for what, word in ((f"The newest record in {facts.value}", "newest"), ("It", "live")):
            future = too_new(what, values.get(f"verify.{word}"), at)
            if future:
                return future
        return None

    def events(
        self, state: RunState, index: int, values: Mapping[str, str], at: datetime
    ) -> tuple[NewEvent, ...]:
        name, found = self.named(state, index), loss(state, index, values)
        data = {
            "step": index,
            "parameter": name,
            **chosen(state, name),
            "sha256": "",
            "fingerprint": "",
            "size": int(values["verify.size"]),
            "data_as_of": values["verify.newest"],
            "how": values["verify.how"],
            "loss": found.text if found else "",
        }
        return (NewEvent("copy.verified", data),)

    def promise(self, data: Mapping[str, Any]) -> str:
        return (
            f"Verifies {data['of']}: opened with its own tool; a loss beyond the RPO is signed by"
            " the decider"
        )


def loss(state: RunState, index: int, values: Mapping[str, str]) -> Loss | None:
    """What would be lost with the copy that step `index` verifies, given its `values` (normal
    texts): the newest record of the live data against that of the copy. None while one of the two
    is not known."""
    data = state.step(index).guard.locks["verify"]
    newest = values.get("verify.newest")
    live = _recorded(state, data.get("live", "")) or values.get("verify.live")
    if not newest or not live:
        return None
    name = str(data["of"])
    facts, spec = state.facts.get(name), state.procedure.parameters_by_name[name]
    rpo = facts.fields.get("rpo") if facts else None
    limits = [int(rpo)] if rpo else []
    limits += [spec.max_age] if spec.max_age is not None else []
    most = timedelta(seconds=min(limits)) if limits else None
    return Loss(datetime.fromisoformat(live) - datetime.fromisoformat(newest), most)


def signed(state: RunState, index: int, wanted: Signature) -> bool:
    """Whether the decider signed at this attempt of step `index` for that much, or more."""
    attempt = state.steps[index].attempt
    return any(
        (one.step, one.attempt) == (index, attempt) and wanted.seconds <= one.seconds
        for one in state.stated.signed
    )


def _recorded(state: RunState, name: str) -> str:
    """The newest value that was recorded under `name` in this run; '' when none was."""
    found = [step for step in state.steps if name in step.values]
    return max(found, key=lambda step: step.touched).values[name] if found else ""
