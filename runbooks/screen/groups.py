"""What a step asks for, in groups: one for each guard, under the question that it puts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from runbooks.machine.state import RunState
from runbooks.procedure.guards import DEMANDS
from runbooks.procedure.guards.demand import Demand
from runbooks.procedure.guards.target import MarkTarget
from runbooks.screen.words import place_name

VALUE = "value_"


@dataclass(frozen=True)
class Group:
    """The fields of one guard: their question, a line of help, and `names`, as the form has
    them."""

    title: str
    help: str
    names: tuple[str, ...]


#: Of a mark that was put there earlier in the run: nothing is put there again.
_AGAIN = (
    "Is this still {thing}?",
    "Read the mark of this run there once more, with the connection that you will write with.",
)
#: What is asked before the values that the step itself records: where one is, which way it goes.
_FIRST = [key for key, kind in DEMANDS.items() if kind.asked_first]


def groups(state: RunState, index: int | None, names: Iterable[str]) -> tuple[Group, ...]:
    """The groups of the fields called `names` of a form about step `index`, in the order of the
    fields. Fields of no guard are in none."""
    if index is None:
        return ()
    by_guard: dict[str, list[str]] = {}
    for name in names:
        key, _, rest = name.removeprefix(VALUE).partition(".")
        if rest and name.startswith(VALUE):
            by_guard.setdefault(key, []).append(name)
    return tuple(_group(state, index, key, tuple(mine)) for key, mine in by_guard.items())


def in_order(names: Iterable[str]) -> list[str]:
    """Names of fields in the order in which they are asked for."""

    def place(name: str) -> int:
        key, _, rest = name.removeprefix(VALUE).partition(".")
        return _FIRST.index(key) if rest and key in _FIRST else len(_FIRST)

    return sorted(names, key=place)


def thing(state: RunState, demand: Demand | None) -> str:
    """What a demand is about, as people call it."""
    name = demand.about if demand else ""
    facts = state.facts.get(name)
    if facts is None:
        return name or "it"
    return place_name(facts) if facts.identifiers else facts.value


def _group(state: RunState, index: int, key: str, names: tuple[str, ...]) -> Group:
    kind = DEMANDS.get(key)
    demand = state.step(index).guard.get(kind) if kind else None
    question = (kind.question, kind.help) if kind else ("", "")
    title, help_text = _AGAIN if _is_marked(state, index, demand) else question
    words = {"thing": thing(state, demand), "token": state.stated.token}
    return Group(title.format(**words), help_text.format(**words), names)


def _is_marked(state: RunState, index: int, demand: Demand | None) -> bool:
    """Whether the demand of step `index` reads a mark that an earlier step put there."""
    return isinstance(demand, MarkTarget) and any(
        demand in step.guard.demands and state.steps[step.index].done_at is not None
        for step in state.procedure.steps[:index]
    )
