"""A long command: what its first line must look like, what bad looks like, how to stop it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from inventory.identifiers import plain
from runbooks.enums import Deviation, ValueType
from runbooks.machine.interlocks.interlock import Interlock, Wrong
from runbooks.machine.state import RunState
from runbooks.procedure.model import ValueSpec

FIRST_LINE = "wait.first_line"


class Wait(Interlock):
    """The first line of the output is pasted while the command runs, and compared at once."""

    key = "wait"
    source = "“Writing backup to file… 1 %” was read too late (M15); D16"
    begins = True
    words = {"first_line": ("First line of the output, pasted", ValueType.TEXT)}

    def asks(self, state: RunState, index: int) -> tuple[ValueSpec, ...]:
        return (self.ask("first_line"),)

    def wrong(
        self, state: RunState, index: int, values: Mapping[str, str], at: datetime
    ) -> Wrong | None:
        line = values.get(FIRST_LINE)
        if line is None:
            return None
        data = self.data(state, index)
        bad = _found(line, data.get("bad") or ())
        if bad:
            cancel = data.get("cancel") or "The runbook does not say how: ask before you press."
            return Wrong(
                f"The output says “{bad}”, which it must never say here. Cancel now: {cancel}",
                Deviation.WRONG_DIRECTION,
                hold=True,
            )
        # A text that was read before this was compared may expect nothing.
        if not data["expect"] or _found(line, data["expect"]):
            return None
        wanted = " or ".join(f"“{text}”" for text in data["expect"])
        cancel = f" To cancel: {data['cancel']}" if data.get("cancel") else ""
        return Wrong(f"The first line of the output does not say {wanted}.{cancel}")

    def promise(self, data: Mapping[str, Any]) -> str:
        said = [f"expected: {' or '.join(data['expect'])}"] if data["expect"] else []
        said += [f"bad sign: {' or '.join(data['bad'])}"] if data.get("bad") else []
        said += [f"to cancel: {data['cancel']}"] if data.get("cancel") else []
        return f"The first line of the output is checked ({'; '.join(said)})"


def unchecked(state: RunState, index: int) -> bool:
    """Whether step `index` runs a long command whose first line is still to be read."""
    waits = Wait.key in state.step(index).guard.locks
    return waits and FIRST_LINE not in state.steps[index].values


def _found(line: str, texts: Iterable[str]) -> str:
    """The first of `texts` that stands in `line`, whatever its capitals and blanks; else ''."""
    return next((text for text in texts if plain(text) in plain(line)), "")
