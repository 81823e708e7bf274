"""From where, and into what: data of the run, and said by the operator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from inventory.identifiers import plain
from runbooks.enums import Deviation, ParameterType
from runbooks.machine.interlocks.identify import names
from runbooks.machine.interlocks.interlock import Interlock, Wrong
from runbooks.procedure.guards.target import Direction
from runbooks.procedure.model import ValueSpec

_THINGS = {ParameterType.INSTANCE, ParameterType.COPY}


class DirectionInterlock(Interlock[Direction]):
    """The operator chooses what is READ FROM and types the name of what is WRITTEN INTO."""

    judges = Direction
    source = "Both disasters of the story were one slip of direction (M2, M13); B8"

    def asks(self) -> tuple[ValueSpec, ...]:
        things = [p.name for p in self.state.procedure.parameters if p.type in _THINGS]
        facts = self.state.facts
        chosen = [facts[name].value for name in (*things, self.demand.into) if name in facts]
        options = tuple(dict.fromkeys(chosen))
        return self.ask("from", options=options), self.ask(
            "into", label="WRITE INTO: type its name"
        )

    def wrong(self, values: Mapping[str, str], at: datetime) -> Wrong | None:
        direction, unlike = self.demand, []
        into = self.state.facts[direction.into]
        source, target = self.state.facts[direction.source].value, into.value
        if plain(values.get("direction.from", source)) != plain(source):
            unlike.append(f"You said that {values['direction.from']} is READ FROM.")
        if not names(values.get("direction.into", target), into):
            unlike.append(f"You said that {values['direction.into']} is WRITTEN INTO.")
        if not unlike:
            return None
        return Wrong(
            f"{' '.join(unlike)} This run reads from {source} and writes into {target}. Stop: what"
            " you have in mind is not what this runbook does.",
            Deviation.WRONG_DIRECTION,
        )


INTERLOCKS = (DirectionInterlock,)
