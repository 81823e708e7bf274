"""Writers stopped before anything is written, and started again afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from runbooks.machine.events.event import RunEvent
from runbooks.machine.events.inventory import InstanceFrozen, InstanceThawed
from runbooks.machine.interlocks.interlock import Interlock
from runbooks.procedure.guards.target import Freeze, Thaw
from runbooks.procedure.model import ValueSpec


class FreezeInterlock(Interlock[Freeze]):
    """The evidence is a value with `equals` that the step itself records, else the number of
    writers that are left, which must be 0."""

    judges = Freeze
    source = "B17; Travis CI 2018, pgBackRest: stop writers first, and say how you know; M9"

    def asks(self) -> tuple[ValueSpec, ...]:
        if any(spec.equals for spec in self.state.step(self.index).guard.record):
            return ()
        name = self.facts.value
        return (self.ask("writers", label=f"Writers that are left on {name}", equals="0"),)

    def events(self, values: Mapping[str, str], at: datetime) -> tuple[RunEvent, ...]:
        name = self.facts.value
        return (InstanceFrozen(step=self.index, parameter=self.parameter, name=name),)


class ThawInterlock(Interlock[Thaw]):
    """Its writers may write again."""

    judges = Thaw
    source = "B11: the life cycle of an asset says whether it may be written over"

    def events(self, values: Mapping[str, str], at: datetime) -> tuple[RunEvent, ...]:
        name = self.facts.value
        return (InstanceThawed(step=self.index, parameter=self.parameter, name=name),)


INTERLOCKS = (FreezeInterlock, ThawInterlock)
