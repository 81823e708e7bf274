"""Where a new copy lies, on what, whether encrypted: asked where the author left it open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from inventory.enums import Answer, Medium
from runbooks.enums import ValueType
from runbooks.machine.interlocks.interlock import Interlock
from runbooks.machine.state import RunState
from runbooks.procedure.model import ValueSpec

#: Media that are no file, and have no SHA-256: their content is told by a fingerprint, such as the
#: number of rows and the newest one.
WITHOUT_FILE = frozenset({Medium.LIVE_DATABASE, Medium.REPLICA, Medium.SNAPSHOT})
WHERE: dict[str, tuple[str, ValueType]] = {
    "place": ("Where it lies: machine and path, or room and shelf", ValueType.TEXT),
    "medium": ("Medium", ValueType.CHOICE),
    "encrypted": ("Encrypted", ValueType.CHOICE),
}
#: Of a copy in the inventory.
LONGEST_NAME = 120
_PLACEHOLDER = re.compile(r"<([A-Za-z][\w -]*?)(?:\.(\w+))?>")


class NewCopy(Interlock):
    """A guard whose step makes a new copy."""

    def where(self, state: RunState, index: int) -> tuple[ValueSpec, ...]:
        """What is asked of where the copy lies."""
        data = self.data(state, index)
        wanted = (
            ("into", self.ask("place")),
            ("medium", self.ask("medium", options=tuple(Medium))),
            ("encrypted", self.ask("encrypted", options=tuple(Answer))),
        )
        return tuple(spec for key, spec in wanted if not data.get(key))

    def lies(self, state: RunState, index: int, values: Mapping[str, str]) -> dict[str, str]:
        """`place`, `medium` and `encrypted`, as the author or the performer said; '' where nobody
        has yet."""
        data = self.data(state, index)
        said = {word: values.get(f"{self.key}.{word}", "") for word in WHERE}
        into = str(data.get("into", ""))
        return {
            "place": filled(into, state) if into else said["place"],
            "medium": str(data.get("medium") or said["medium"]),
            "encrypted": str(data.get("encrypted") or said["encrypted"]),
        }

    def called(self, state: RunState, index: int, what: str) -> str:
        """The name under which the inventory keeps a copy that this step makes."""
        attempt = state.steps[index].attempt
        again = f"-{attempt}" if attempt > 1 else ""
        made = f"-run-{state.number}-step-{state.step(index).number}{again}"
        return f"{what[: LONGEST_NAME - len(made)]}{made}"

    def said_where(self, data: Mapping[str, Any]) -> str:
        """Where the author wants it, in words."""
        return f" into {data['into']}" if data.get("into") else ", elsewhere than its source"


def filled(text: str, state: RunState) -> str:
    """`text` with the values of the parameters that it names, such as `<vault>` or `<run>`."""

    def value(found: re.Match[str]) -> str:
        name = re.sub(r"[\s-]+", "_", found[1].strip().lower())
        if name == "run":
            return state.stated.token if found[2] else str(state.number)
        facts = state.facts.get(name)
        if facts is None:
            return found[0]
        return facts.fields.get(found[2].lower(), found[0]) if found[2] else facts.value

    return _PLACEHOLDER.sub(value, text)
