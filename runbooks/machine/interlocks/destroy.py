"""An irreversible deletion: nothing takes the place of what is there, so no source is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from runbooks.enums import StepStatus
from runbooks.machine.events.event import RunEvent
from runbooks.machine.events.inventory import InstanceDeleted
from runbooks.machine.interlocks.before import ActInterlock, kept_copy
from runbooks.machine.interlocks.interlock import Signature
from runbooks.machine.interlocks.team_check import team_check_gate
from runbooks.machine.requests import Gate
from runbooks.machine.state import RunState
from runbooks.machine.statements import NOTHING_TO_KEEP, Signed
from runbooks.procedure.guards.acts import Destroy
from runbooks.procedure.guards.target import Freeze


class DestroyInterlock(ActInterlock[Destroy]):
    """What is deleted is identified, and copied unless the decider signs that there is nothing to
    keep; everyone agreed, a second person is there, and its name was typed, before the command is
    even shown. Where the runbook stops its writers, they are still stopped."""

    judges = Destroy
    source = "A deletion cannot be taken back, so it has the conditions of an overwrite (B18, M3)"

    def gates(self, at: datetime) -> tuple[Gate, ...]:
        how = "When everything else is met, the operator types the name of what is deleted."
        return (
            self.identified(),
            *self._stopped(),
            self._kept(),
            team_check_gate(self.state, at, self.judges.key),
            self.typed("DELETE", how),
        )

    def _stopped(self) -> Iterable[Gate]:
        """Only where a step before it stops its writers: what nobody uses any more has none."""
        target = self.parameter
        if not any(
            Freeze(target) in step.guard.demands
            and self.state.steps[step.index].status is not StepStatus.STRUCK
            for step in self.state.procedure.steps[: self.index]
        ):
            return ()
        how = "Stop the writers in the step that freezes it, with evidence."
        return (self.stopped(how),)

    def _kept(self) -> Gate:
        name, signed = self.facts.value, nothing_to_keep(self.state, self.index)
        if signed is not None:
            label = f"Nothing of {name} to keep, signed by the decider: {signed.reason}"
            return self.gate("safety_copy", label, True, "")
        return self.gate(
            "safety_copy",
            f"Safety copy of {name}, read back, or nothing to keep",
            kept_copy(self.state, self.index) is not None,
            "Copy what will be deleted to another place in this run, and read it back. Or the"
            " decider releases this step with the reason why there is nothing to keep, and so signs"
            " for it.",
        )

    def signs(self, at: datetime) -> Signature | None:
        if (
            kept_copy(self.state, self.index)
            or nothing_to_keep(self.state, self.index)
            or self.index in self.state.stated.unlocked
        ):
            return None
        name = self.facts.value
        return Signature(f"nothing of {name} is kept", None, None, NOTHING_TO_KEEP)

    def events(self, values: Mapping[str, str], at: datetime) -> tuple[RunEvent, ...]:
        event = InstanceDeleted(
            step=self.index,
            parameter=self.parameter,
            name=self.facts.value,
            part=self.demand.part,
        )
        return (event,)


def nothing_to_keep(state: RunState, index: int) -> Signed | None:
    """The decider's signature, at this attempt of step `index`, that there is nothing to keep. Once
    the command was shown, it counts as it stood at that moment."""
    signatures = state.stated.signed if index in state.stated.unlocked else state.signed
    place = (index, state.steps[index].attempt, NOTHING_TO_KEEP)
    return next((s for s in signatures if (s.step, s.attempt, s.basis) == place), None)


INTERLOCKS = (DestroyInterlock,)
