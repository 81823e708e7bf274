"""The guard keys that interlocks enforce: one frozen dataclass each, which is parsed, kept, judged,
asked for and explained from this one declaration.

A new guard is a class in one of these modules, and the class that judges it in
`runbooks.machine.interlocks`.
"""

from __future__ import annotations

from runbooks.enums import ValueType
from runbooks.procedure.guards import acts, copies, target
from runbooks.procedure.guards.demand import Demand

#: Every demand by its key, in the order of the reference.
DEMANDS: dict[str, type[Demand]] = {
    kind.key: kind for kind in (*target.DEMANDS, *copies.DEMANDS, *acts.DEMANDS)
}


def value_asked(name: str) -> tuple[str, ValueType] | None:
    """Label and type of a value that a demand asks for, by its dotted name; None for others."""
    key, _, rest = name.partition(".")
    return DEMANDS[key].values.get(rest) if key in DEMANDS else None


def is_masked(name: str) -> bool:
    """Whether what was typed under the dotted `name` is shown to nobody."""
    key, dot, _ = name.partition(".")
    return bool(dot) and key in DEMANDS and DEMANDS[key].masked


def comparable(kind: type[Demand]) -> dict[str, ValueType]:
    """The values that a demand asks for, by their dotted names: later steps may compare with them.
    Those that nobody is shown are not among them."""
    if kind.masked:
        return {}
    return {f"{kind.key}.{word}": value_type for word, (_, value_type) in kind.values.items()}
