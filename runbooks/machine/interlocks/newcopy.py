"""Where a new copy lies, on what, whether encrypted: asked where the author left it open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from inventory.enums import Medium, YesNoUnknown
from runbooks.machine.interlocks.interlock import Interlock
from runbooks.machine.state import RunState
from runbooks.procedure.guards.copies import NewCopy
from runbooks.procedure.model import ValueSpec

#: Media that are no file, and have no SHA-256: their content is told by a fingerprint, such as the
#: number of rows and the newest one.
WITHOUT_FILE = frozenset({Medium.LIVE_DATABASE, Medium.REPLICA, Medium.SNAPSHOT})
#: Of a copy in the inventory.
LONGEST_NAME = 120
_PLACEHOLDER = re.compile(r"<([A-Za-z][\w -]*?)(?:\.(\w+))?>")
Making = TypeVar("Making", bound=NewCopy, covariant=True)


class NewCopyInterlock(Interlock[Making]):
    """A guard whose step makes a new copy."""

    def where(self) -> tuple[ValueSpec, ...]:
        """What is asked of where the copy lies."""
        copy = self.demand
        wanted = (
            (copy.into, self.ask("place")),
            (copy.medium, self.ask("medium", options=tuple(Medium))),
            (copy.encrypted, self.ask("encrypted", options=tuple(YesNoUnknown))),
        )
        return tuple(spec for written, spec in wanted if not written)

    def lies(self, values: Mapping[str, str]) -> dict[str, str]:
        """`place`, `medium` and `encrypted`, as the author or the performer said; '' where nobody
        has yet."""
        copy, key = self.demand, self.judges.key
        return {
            "place": filled(copy.into, self.state) if copy.into else values.get(f"{key}.place", ""),
            "medium": copy.medium or values.get(f"{key}.medium", ""),
            "encrypted": copy.encrypted or values.get(f"{key}.encrypted", ""),
        }


def called(state: RunState, index: int, name: str) -> str:
    """The name under which the inventory keeps a copy that step `index` makes."""
    attempt = state.steps[index].attempt
    again = f"-{attempt}" if attempt > 1 else ""
    made = f"-run-{state.number}-step-{state.step(index).number}{again}"
    return f"{name[: LONGEST_NAME - len(made)]}{made}"


def filled(text: str, state: RunState) -> str:
    """`text` with the values of the parameters that it names, such as `<vault>` or `<run>`."""

    def value(match: re.Match[str]) -> str:
        name = re.sub(r"[\s-]+", "_", match[1].strip().lower())
        if name == "run":
            return state.stated.token if match[2] else str(state.number)
        facts = state.facts.get(name)
        if facts is None:
            return match[0]
        return facts.fields.get(match[2].lower(), match[0]) if match[2] else facts.value

    return _PLACEHOLDER.sub(value, text)
