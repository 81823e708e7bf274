"""What a run must never write into, whatever its text allows: judged when it is prepared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from inventory.enums import Environment
from inventory.identifiers import plain
from inventory.models import Copy, Instance, System
from runbooks.enums import RunKind
from runbooks.machine.interlocks.holdings import on_host
from runbooks.machine.state import ParameterFacts
from runbooks.procedure.irreversible import acts, target_of
from runbooks.procedure.model import Procedure

#: What stands before the machine in a place: a scheme, an account.
_BEFORE = re.compile(r"^(\w+://)?([^@/\s]+@)?")
_AFTER = re.compile(r"[:/\\\s]")


@dataclass(frozen=True)
class Chosen:
    """One parameter as chosen: the facts that the run keeps, and the row they come from."""

    facts: ParameterFacts
    instance: Instance | None = None
    copy: Copy | None = None


def forbidden(
    procedure: Procedure, system: System | None, chosen: Mapping[str, Chosen], kind: RunKind
) -> dict[str, str]:
    """Parameter name → why what was chosen for it is never written into. A drill never writes into
    production (NIST SP 800-53 CP-9(1): test restores go elsewhere)."""
    errors = _out_of_production(procedure, system, chosen) if procedure.copies_out else {}
    if kind is RunKind.DRILL:
        for target in {target_of(step.guard) for step in acts(procedure)} & chosen.keys():
            if _is_production(chosen[target]):
                errors[target] = "A drill never deletes or overwrites production. Choose another."
    for source, target in _ways(procedure):
        origin, other = chosen.get(source), chosen.get(target)
        if origin is not None and other is not None and _same(origin, other, source == target):
            errors[target] = (
                f"{other.facts.value} is what is read from as well, or is called the same: nobody"
                " could say which of the two is overwritten. Choose another, or rename one."
            )
        if kind is RunKind.DRILL and other is not None and _is_production(other):
            errors[target] = "A drill never writes into production. Choose another instance."
    return errors


def _ways(procedure: Procedure) -> Iterator[tuple[str, str]]:
    """Every FROM and INTO that a step names, as parameters."""
    for demand in procedure.demands():
        if demand.read_from and demand.written_into:
            yield demand.read_from, demand.written_into


def _same(source: Chosen, target: Chosen, one_parameter: bool) -> bool:
    """Whether FROM and INTO are one thing, or two that are called the same."""
    return one_parameter or plain(source.facts.value) == plain(target.facts.value)


def _is_production(chosen: Chosen) -> bool:
    return (
        chosen.instance is not None and chosen.instance.environment == Environment.PRODUCTION.value
    )


def _out_of_production(
    procedure: Procedure, system: System | None, chosen: Mapping[str, Chosen]
) -> dict[str, str]:
    """What copies out of production writes nowhere into it, whatever it calls its parameters, and
    not by a name that is typed either (M2 of the story)."""
    written = {target for _, target in _ways(procedure)}
    written |= {target_of(step.guard) for step in acts(procedure)}
    source = procedure.read_from()
    errors = {}
    for name, choice in chosen.items():
        production = choice.instance if _is_production(choice) else None
        if name in written and choice.instance is None and choice.copy is None:
            production = _typed(system or _system_of(chosen.get(source)), choice.facts.value)
        if production is not None and (name != source or name in written):
            errors[name] = (
                f"{production} is production, and this runbook copies out of production. It is only"
                " ever read; choose the place that is written into."
            )
    return errors


def _system_of(chosen: Chosen | None) -> System | None:
    return chosen.instance.system if chosen is not None and chosen.instance is not None else None


def _typed(system: System | None, text: str) -> Instance | None:
    """The production instance of `system` that a typed text names: its name, or a place on its
    machine."""
    if system is None:
        return None
    machine = _AFTER.split(_BEFORE.sub("", text.strip()))[0]
    production = Instance.objects.of_system(system).filter(environment=Environment.PRODUCTION.value)
    return next(
        (
            instance
            for instance in production
            if plain(instance.name) in {plain(text), plain(machine)}
            or on_host(machine, instance.host)
        ),
        None,
    )
