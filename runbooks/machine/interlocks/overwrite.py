"""The irreversible act, and all that stands before it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from runbooks.machine.interlocks import holdings
from runbooks.machine.interlocks.before import ActInterlock, done, kept_copy, since_thaw
from runbooks.machine.interlocks.interlock import Signature
from runbooks.machine.interlocks.loss import (
    LossVerdict,
    for_loss,
    loss_sentence,
    loss_with,
    signed_for,
    why,
)
from runbooks.machine.interlocks.team_check import team_check_gate
from runbooks.machine.requests import Gate
from runbooks.procedure.guards.acts import Overwrite
from runbooks.procedure.guards.target import Direction

GOOD_COPIES = 2


class OverwriteInterlock(ActInterlock[Overwrite]):
    """What is written over is identified, frozen and copied; what is written is held twice; two
    people are there, and the name was typed, before the command is even shown."""

    judges = Overwrite
    source = "PostgreSQL, restic and SQL Server demand a copy first; M2, M3, M12, M14 of the story"

    def gates(self, at: datetime) -> tuple[Gate, ...]:
        name, source = self.facts.value, self.demand.source
        how = "When everything else is open, the operator types the name of what is overwritten."
        freeze = "Stop the writers in a step that freezes it, with evidence."
        return (
            self.identified(),
            self._direction(),
            self.stopped(freeze),
            self.gate(
                "safety_copy",
                f"Safety copy of {name}, read back",
                kept_copy(self.state, self.index) is not None,
                "Copy what will be lost to another place in this run, and read it back.",
            ),
            *self._two_copies(source),
            *self._loss(at),
            team_check_gate(self.state, at, self.judges.key),
            self.typed("WRITE INTO", how),
        )

    def _direction(self) -> Gate:
        overwrite = self.demand
        since = since_thaw(self.state, self.index, overwrite.target)
        return self.gate(
            "direction",
            "Direction stated",
            done(self.state, since, Direction(overwrite.source, overwrite.target)),
            "A step in which the operator states what is read from and what is written into"
            " comes first.",
        )

    def _two_copies(self, source: str) -> Iterable[Gate]:
        """None where live data is read: it is not used up."""
        if not self.state.procedure.is_copy(source):
            return ()
        count = len(holdings.good_copies(self.state, source))
        name = self.state.name_of(source)
        last = "; take it for the LAST GOOD COPY" if count < GOOD_COPIES else ""
        gate = self.gate(
            "good_copies",
            f"{GOOD_COPIES} good copies of {name}: {count} of {GOOD_COPIES}{last}",
            count >= GOOD_COPIES,
            "Duplicate it first, and read both in this run: same SHA-256, two places. The last good"
            " copy is never worked with.",
        )
        return (gate,)

    def _loss(self, at: datetime) -> tuple[Gate, ...]:
        """What is lost with the copy is judged once more when it is written in, for it may be more
        than when the copy was read."""
        source = self.demand.source
        if not self.state.procedure.is_copy(source):
            return ()
        loss = loss_with(self.state, source, at)
        if loss.state is LossVerdict.WITHIN:
            label = loss_sentence(loss)
            return (self.gate("loss_signed", label[:1].upper() + label[1:], True, ""),)
        how = (
            f"{why(loss)} The decider reads it and releases the step, and so signs for the loss. Or"
            " stop, and choose another copy."
        )
        is_open = self.index in self.state.stated.unlocked or signed_for(self.state, source, loss)
        label = f"The decider has signed for the loss ({loss_sentence(loss)})"
        return (self.gate("loss_signed", label, is_open, how),)

    def signs(self, at: datetime) -> Signature | None:
        if all(gate.open for gate in self._loss(at)):
            return None
        source = self.demand.source
        return for_loss(self.state.name_of(source), loss_with(self.state, source, at))


INTERLOCKS = (OverwriteInterlock,)
