"""A long command: what its first line must look like, what bad looks like, how to stop it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from inventory.identifiers import plain
from runbooks.enums import Deviation
from runbooks.machine.interlocks.interlock import Interlock, Wrong
from runbooks.machine.state import RunState
from runbooks.procedure.guards.acts import Wait
from runbooks.procedure.model import ValueSpec

FIRST_LINE = "wait.first_line"


class WaitInterlock(Interlock[Wait]):
    """The first line of the output is pasted while the command runs, and compared at once."""

    judges = Wait
    source = "“Writing backup to file… 1 %” was read too late (M15); D16"

    def asks(self) -> tuple[ValueSpec, ...]:
        return (self.ask("first_line"),)

    def wrong(self, values: Mapping[str, str], at: datetime) -> Wrong | None:
        line = values.get(FIRST_LINE)
        if line is None:
            return None
        wait = self.demand
        bad = _found(line, wait.bad)
        if bad:
            cancel = wait.cancel or "The runbook does not say how: ask before you press."
            return Wrong(
                f"The output says “{bad}”, which it must never say here. Cancel now: {cancel}",
                Deviation.WRONG_DIRECTION,
                hold=True,
            )
        if _found(line, wait.expect):
            return None
        wanted = " or ".join(f"“{text}”" for text in wait.expect)
        cancel = f" To cancel: {wait.cancel}" if wait.cancel else ""
        return Wrong(f"The first line of the output does not say {wanted}.{cancel}")


def unchecked(state: RunState, index: int) -> bool:
    """Whether step `index` runs a long command whose first line is still to be read."""
    waits = Wait in state.step(index).guard
    return waits and FIRST_LINE not in state.steps[index].values


def _found(line: str, texts: Iterable[str]) -> str:
    """The first of `texts` that stands in `line`, whatever its capitals and blanks; else ''."""
    return next((text for text in texts if plain(text) in plain(line)), "")


INTERLOCKS = (WaitInterlock,)
