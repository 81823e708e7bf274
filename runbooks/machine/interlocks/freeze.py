"""Writers stopped before anything is written, and started again afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from runbooks.enums import ValueType
from runbooks.machine.events.event import RunEvent
from runbooks.machine.interlocks.interlock import Interlock
from runbooks.machine.requests import NewEvent
from runbooks.machine.state import RunState
from runbooks.procedure.model import ValueSpec


class Freeze(Interlock):
    """The evidence is a value with `equals` that the step itself records, else the number of
    writers that are left, which must be 0."""

    key = "freeze"
    source = "B17; Travis CI 2018, pgBackRest: stop writers first, and say how you know; M9"
    words = {"writers": ("Writers that are left", ValueType.NUMBER)}

    def asks(self, state: RunState, index: int) -> tuple[ValueSpec, ...]:
        if any(spec.equals for spec in state.step(index).guard.record):
            return ()
        name = self.facts(state, index).value
        return (self.ask("writers", label=f"Writers that are left on {name}", equals="0"),)

    def events(
        self, state: RunState, index: int, values: Mapping[str, str], at: datetime
    ) -> tuple[RunEvent, ...]:
        return (_told("instance.frozen", state, index, self),)

    def promise(self, data: Mapping[str, Any]) -> str:
        return f"Freezes {data['of']}: its writers are stopped, with a number that shows it"


class Thaw(Interlock):
    """Its writers may write again."""

    key = "thaw"
    source = "B11: the life cycle of an asset says whether it may be written over"

    def events(
        self, state: RunState, index: int, values: Mapping[str, str], at: datetime
    ) -> tuple[RunEvent, ...]:
        return (_told("instance.thawed", state, index, self),)

    def promise(self, data: Mapping[str, Any]) -> str:
        return f"Thaws {data['of']}: its writers write again"


def _told(kind: str, state: RunState, index: int, lock: Interlock) -> RunEvent:
    name = lock.facts(state, index).value
    return NewEvent(kind, {"step": index, "parameter": lock.named(state, index), "name": name})
