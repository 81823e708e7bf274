"""The chosen copy is opened with its own tool, and what would be lost with it is counted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from lib.units import sizes
from runbooks.enums import Deviation
from runbooks.machine.events.event import RunEvent
from runbooks.machine.interlocks import doubt
from runbooks.machine.interlocks.copies import accepted, chosen_copy, read_original, too_new
from runbooks.machine.interlocks.interlock import Interlock, Signature, Wrong
from runbooks.machine.interlocks.loss import (
    Loss,
    LossVerdict,
    covers,
    for_loss,
    loss_sentence,
    loss_with,
    why,
)
from runbooks.machine.requests import Gate
from runbooks.machine.state import RunState
from runbooks.procedure.guards.copies import Verify
from runbooks.procedure.model import ValueSpec


class VerifyInterlock(Interlock[Verify]):
    """Size, newest record, and how they were read. What is lost is counted from the newest record,
    never from a date of a file, and never against what the damaged data still holds."""

    judges = Verify
    source = "B12, B14, D26; the file was never looked into, and was 61 days old (M5, M10)"

    def asks(self) -> tuple[ValueSpec, ...]:
        name = self.facts.value
        registered = self.facts.fields.get("size")
        known = _recorded(self.state, self.demand.live)
        return (
            self.ask("size", label=f"Size of {name}", min="1", precise=bool(registered)),
            self.ask("newest", label=f"Newest record in {name}"),
            *(() if known else (self.ask("live"),)),
            self.ask("how"),
        )

    def gates(self, at: datetime) -> tuple[Gate, ...]:
        return (*self._size(), *self._loss(at))

    def _size(self) -> tuple[Gate, ...]:
        if "verify.size" not in self.recorded:
            return ()
        copy = self._copy()
        return doubt.gates(self, copy, copy.doubt)

    def _copy(self) -> doubt.Measured:
        size = doubt.whole(self.recorded, "verify.size")
        return chosen_copy(self.state, self.parameter, size)

    def _loss(self, at: datetime) -> tuple[Gate, ...]:
        lost = loss(self.state, self.index, self.recorded, at)
        if lost is None:
            return ()
        text = loss_sentence(lost)
        if lost.state is LossVerdict.WITHIN:
            return (self.gate("loss_signed", text[:1].upper() + text[1:], True, ""),)
        how = (
            f"{why(lost)} Keep what you read without ticking; then the decider"
            " reads it and releases the step, and so signs for the loss. Or choose another copy."
        )
        is_open = signed(self.state, self.index, lost)
        return (
            self.gate("loss_signed", f"The decider has signed for the loss ({text})", is_open, how),
        )

    def signs(self, at: datetime) -> Signature | None:
        copy = self._copy()
        if doubted := doubt.signature(self.state, copy, copy.doubt):
            return doubted
        lost = loss(self.state, self.index, self.recorded, at)
        if lost is None or lost.state is LossVerdict.WITHIN or signed(self.state, self.index, lost):
            return None
        return for_loss(self.facts.value, lost)

    def wrong(self, values: Mapping[str, str], at: datetime) -> Wrong | None:
        facts = self.facts
        size, known = values.get("verify.size"), facts.fields.get("size")
        if size is not None and known and not sizes.same(int(size), int(known)):
            return Wrong(
                f"{facts.value} has {known} bytes in the inventory, and you read {size}: it is"
                " another file, or it was cut short or has grown since. Do not restore from it.",
                Deviation.WRONG_COPY,
            )
        for subject, word in ((f"The newest record in {facts.value}", "newest"), ("It", "live")):
            future = too_new(subject, values.get(f"verify.{word}"), at)
            if future:
                return future
        return None

    def events(self, values: Mapping[str, str], at: datetime) -> tuple[RunEvent, ...]:
        name, lost = self.parameter, loss(self.state, self.index, values, at)
        registered, read = self.facts.fields.get("size"), int(values["verify.size"])
        event = read_original(
            self.state,
            self.index,
            name,
            size=sizes.finer(read, int(registered)) if registered else read,
            data_as_of=datetime.fromisoformat(values["verify.newest"]),
            how=values["verify.how"],
            loss=lost.text() if lost else "",
            accepted=accepted(self.state, name, doubt.whole(values, "verify.size")),
        )
        return (event,)


def loss(state: RunState, index: int, values: Mapping[str, str], at: datetime) -> Loss | None:
    """What would be lost at `at` with the copy that step `index` verifies, given its `values`
    (normal texts); None while its newest record was not read."""
    newest = values.get("verify.newest")
    if not newest:
        return None
    name = state.step(index).guard[Verify].of
    return loss_with(state, name, at, newest=datetime.fromisoformat(newest))


def signed(state: RunState, index: int, lost: Loss) -> bool:
    """Whether the decider signed at this attempt of step `index` for that much, or more."""
    attempt = state.steps[index].attempt
    return any(
        (signature.step, signature.attempt) == (index, attempt) and covers(signature, lost)
        for signature in state.signed
    )


def _recorded(state: RunState, name: str) -> bool:
    """Whether a value was recorded under `name` in this run."""
    return any(name in step.values for step in state.steps)


INTERLOCKS = (VerifyInterlock,)
