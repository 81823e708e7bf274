"""Whether the inventory still says what the run was prepared with.

A run keeps the facts of its briefing. Before what cannot be taken back, they are compared with the
inventory of now: somebody may have corrected an identifier, or destroyed the copy, meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator

from inventory.enums import CopyState, Environment, Lifecycle
from inventory.models import Copy, Instance
from runbooks.enums import Caught, RunKind, StepStatus
from runbooks.machine.interlocks import holdings
from runbooks.machine.move import Request
from runbooks.machine.moves.branches import Undo
from runbooks.machine.moves.steps import Decide, Tick
from runbooks.machine.moves.unlock import Unlock
from runbooks.machine.requests import Refusal
from runbooks.machine.state import ParameterFacts, RunState
from runbooks.models import Run
from runbooks.procedure.guards.acts import Overwrite
from runbooks.procedure.guards.copies import Protect, Verify
from runbooks.procedure.guards.demand import Act, Demand
from runbooks.procedure.guards.target import Direction, Identify, MarkTarget
from runbooks.procedure.irreversible import acts, target_of

#: Guards at whose tick the grounds are looked at. What comes after an overwrite is not among them:
#: then it is too late to refuse, and the ledger would stay frozen.
LOOKED_AT = (Identify, MarkTarget, Direction, Protect, Verify)
_AWAY = {CopyState.DESTROYED.value, CopyState.QUARANTINED.value}
_GONE = {Lifecycle.DECOMMISSIONED.value, Lifecycle.QUARANTINED.value}


def changed(run: Run, state: RunState, request: Request) -> Refusal | None:
    """The refusal of a move whose guards rest on something that the inventory no longer says. One
    query, and only for steps with such guards; three before an irreversible act. Before an undo:
    whether somebody else has let the writers go of what was overwritten or deleted."""
    names = _named(state, request)
    if not names:
        return None
    rows = run.parameters.filter(name__in=names).select_related("instance", "copy").order_by("name")
    problems, other = list[str](), False
    for row in rows:
        facts = state.facts[row.name]
        target: list[str] = []
        if not isinstance(request.move, Undo):
            back = row.name in state.stated.deleted
            target += [*_instance(row.instance, facts, back)] if row.instance else []
            problems += [*_copy(row.copy, facts)] if row.copy else []
        if isinstance(request.move, Unlock | Undo):
            target += [*_thawed(row.instance, state, row.name)] if row.instance else []
        problems, other = problems + target, other or bool(target)
        if isinstance(request.move, Unlock):
            problems += _lost(state, row.name)
    if not problems:
        return None
    return Refusal(
        "inventory_changed",
        f"The inventory changed after this run was prepared: {' '.join(dict.fromkeys(problems))}",
        "Stop and find out which is right. Then abort this run and prepare a new one.",
        guard=next((demand.key for demand in _demands(state, request)), Overwrite.key),
        caught=Caught.TARGET if other else Caught.COPY,
    )


def _acted(state: RunState) -> set[str]:
    """What an undo would put back: the targets of the acts that were done."""
    return {
        target_of(step.guard)
        for step in acts(state.procedure)
        if state.steps[step.index].status is StepStatus.DONE
    }


def _demands(state: RunState, request: Request) -> list[Demand]:
    if request.step is None or not 0 <= request.step < len(state.steps):
        return []
    demands = state.step(request.step).guard.demands
    if isinstance(request.move, Unlock):
        return [demand for demand in demands if isinstance(demand, Act)]
    if isinstance(request.move, Tick | Decide):
        return [demand for demand in demands if isinstance(demand, LOOKED_AT)]
    return []


def _named(state: RunState, request: Request) -> set[str]:
    """The parameters that these demands are about."""
    if isinstance(request.move, Undo):
        return _acted(state)
    named = {
        name
        for demand in _demands(state, request)
        for name in (demand.about, demand.read_from, demand.written_into)
    }
    return named & state.facts.keys()


def _instance(row: Instance, facts: ParameterFacts, deleted_here: bool) -> Iterator[str]:
    """What the inventory says otherwise. That it is decommissioned since this run deleted it is no
    news: the rollback puts it back."""
    now = {"name": row.name, "host": row.host, "environment": row.environment}
    for name, value in now.items():
        if value != facts.fields.get(name, value):
            yield f"the {name} of {facts.value} is now {value}, and was {facts.fields[name]}."
    if facts.identifiers and (row.first_value, row.second_value) != facts.identifiers:
        yield f"{facts.value} has other identifiers."
    elif facts.kinds and (row.first_kind, row.second_kind) != facts.kinds:
        yield f"the identifiers of {facts.value} are of other kinds."
    if row.lifecycle in _GONE and not deleted_here:
        yield f"{facts.value} is {row.lifecycle}."


def _copy(row: Copy, facts: ParameterFacts) -> Iterator[str]:
    if row.state in _AWAY:
        yield f"{facts.value} is {row.state}."
    for name, value in (("SHA-256", row.sha256), ("place", row.place)):
        before = facts.fields.get(name.lower().replace("-", ""), "")
        if before and value != before:
            yield f"the {name} of {facts.value} is another one."


def _thawed(row: Instance, state: RunState, name: str) -> Iterator[str]:
    """This run stopped its writers, and somebody else has said since that they write again."""
    if holdings.frozen(state, name) and row.lifecycle == Lifecycle.ACTIVE and _followed(row, state):
        yield f"{row.name} is active again, so something may write into it."


def _followed(row: Instance, state: RunState) -> bool:
    """Whether the inventory was told: what a drill does to production is practice."""
    return state.kind is RunKind.LIVE or row.environment != Environment.PRODUCTION


def _lost(state: RunState, name: str) -> list[str]:
    """The copies that this run counts on, and that somebody has marked since as no good."""
    safety = holdings.safety_copy(state, name)
    counted = [*holdings.good_copies(state, name), *((safety,) if safety else ())]
    copies = Copy.objects.filter(
        pk__in=[counted_copy.copy for counted_copy in counted if counted_copy.copy is not None]
    )
    lost = copies.filter(state__in=[*_AWAY, CopyState.SUSPECT.value]).order_by("name")
    return [f"{copy.name} is {copy.state}." for copy in lost]
