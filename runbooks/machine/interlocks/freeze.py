"""Writers stopped before anything is written, and started again afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from runbooks.machine.events.event import RunEvent
from runbooks.machine.events.inventory import InstanceFrozen, InstanceThawed
from runbooks.machine.interlocks.interlock import Interlock
from runbooks.machine.state import RunState
from runbooks.procedure.guards.target import Freeze, Thaw
from runbooks.procedure.model import ValueSpec


class FreezeInterlock(Interlock[Freeze]):
    """The evidence is a value with `equals` that the step itself records, else the number of
    writers that are left, which must be 0."""

    judges = Freeze
    source = "B17; Travis CI 2018, pgBackRest: stop writers first, and say how you know; M9"

    def asks(self, state: RunState, index: int) -> tuple[ValueSpec, ...]:
        if any(spec.equals for spec in state.step(index).guard.record):
            return ()
        name = self.facts(state, index).value
        return (self.ask("writers", label=f"Writers that are left on {name}", equals="0"),)

    def events(
        self, state: RunState, index: int, values: Mapping[str, str], at: datetime
    ) -> tuple[RunEvent, ...]:
        name = self.facts(state, index).value
        return (InstanceFrozen(step=index, parameter=self.named(state, index), name=name),)


class ThawInterlock(Interlock[Thaw]):
    """Its writers may write again."""

    judges = Thaw
    source = "B11: the life cycle of an asset says whether it may be written over"

    def events(
        self, state: RunState, index: int, values: Mapping[str, str], at: datetime
    ) -> tuple[RunEvent, ...]:
        name = self.facts(state, index).value
        return (InstanceThawed(step=index, parameter=self.named(state, index), name=name),)


INTERLOCKS = (FreezeInterlock(), ThawInterlock())
