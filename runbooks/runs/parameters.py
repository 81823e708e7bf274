"""Parameters of a run: choosing them against the inventory, and judging what is typed for the
commands into which it is written (`runbooks.machine.placeholders`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from inventory import doubts, instances, plausibility
from inventory.board import is_last_good
from inventory.enums import CopyState, Lifecycle
from inventory.models import Copy, Instance, System
from lib.units.durations import age, words
from richtext.signs import refusal
from runbooks.enums import ParameterType, RunKind
from runbooks.machine.freshness import went_back
from runbooks.machine.interlocks.identify import only_named
from runbooks.machine.placeholders import Placeholder, places
from runbooks.machine.state import ParameterFacts
from runbooks.procedure import typed
from runbooks.procedure.code_kinds import Fills, kind_of
from runbooks.procedure.guards.target import Direction, Identify
from runbooks.procedure.model import ParameterSpec, Procedure
from runbooks.runs.destinations import Chosen, forbidden

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_$]*|\d+(\.\d+)?")
_IN_QUOTES = {Fills.QUOTED: r"[\w@%+=:,./-]*", Fills.SQL: r"[\w@%+=:,./ -]*"}
_PLAIN_ANYWHERE = re.compile(r"[\w./:@=+,][\w./:@=+,-]*")


def choose(
    procedure: Procedure,
    system: System | None,
    raw: Mapping[str, str],
    *,
    kind: RunKind,
    at: datetime,
) -> tuple[dict[str, Chosen], dict[str, str]]:
    """What was chosen, and what is wrong: parameter name → sentence.

    `raw` gives each parameter as text; an instance or a copy by its primary key.
    """
    chosen: dict[str, Chosen] = {}
    errors = {
        name: "This runbook has no such parameter."
        for name in raw
        if name not in procedure.parameters_by_name
    }
    standing = [
        (step.number, place) for step in procedure.steps for place in places(step.body_html)
    ]
    for spec in procedure.parameters:
        text = (raw.get(spec.name) or spec.default).strip()
        try:
            chosen[spec.name] = _choose(spec, system, text, at)
            _check_text(standing, spec, chosen[spec.name].facts)
        except ValueError as error:
            errors[spec.name] = str(error)
    errors |= forbidden(procedure, system, chosen, kind)
    return chosen, errors | _unfit(procedure, chosen)


def _unfit(procedure: Procedure, chosen: Mapping[str, Chosen]) -> dict[str, str]:
    """What the guards of the steps do not take: as what is identified an instance that nothing
    observed tells apart (db-01 and db-02), as what is written into the last good copy (M12)."""
    demands = list(procedure.demands())
    errors = {}
    for name, choice in chosen.items():
        if choice.instance and Identify(name) in demands and only_named(choice.facts.kinds):
            errors[name] = (
                f"{choice.instance} is identified only by a name, or by a role that others have"
                f" too ({' and '.join(choice.facts.kinds)}). Give it an identifier in the"
                " inventory that is read off the machine itself, such as its machine id."
            )
        into = any(isinstance(d, Direction) and d.into == name for d in demands)
        if choice.copy and into and is_last_good(choice.copy):
            errors[name] = (
                f"{choice.copy} is the LAST GOOD COPY of {choice.copy.system}: nothing is written"
                " into it. Make a second copy first, and verify it."
            )
    return errors


def _choose(spec: ParameterSpec, system: System | None, text: str, at: datetime) -> Chosen:
    if not text:
        raise ValueError(f"Choose: {spec.label}.")
    if spec.type is ParameterType.INSTANCE:
        return _instance(spec, system, text)
    if spec.type is ParameterType.COPY:
        return _copy(spec, system, text, at)
    return Chosen(ParameterFacts(typed.plain(spec, text, at, timezone.get_default_timezone())))


def _instance(spec: ParameterSpec, system: System | None, text: str) -> Chosen:
    rows = Instance.objects.select_related("system").filter(pk=text if text.isdecimal() else 0)
    row = rows.filter(system=system).first() if system else rows.first()
    if row is None:
        raise ValueError("There is no such instance of this system in the inventory.")
    if row.lifecycle == Lifecycle.DECOMMISSIONED.value:
        raise ValueError(f"{row} is decommissioned.")
    if spec.environment and row.environment not in spec.environment:
        raise ValueError(f"{row} is {row.environment}; wanted is {' or '.join(spec.environment)}.")
    if row.environment in spec.not_environment:
        raise ValueError(
            f"{row} is {row.environment}; that is what this runbook never takes here. Choose"
            " another instance."
        )
    fields = {
        "name": row.name,
        "host": row.host,
        "environment": row.environment,
        "system": row.system.name,
        "lifecycle": row.lifecycle,
        "earlier_sizes": doubts.sizes_before(row),
        **_promised(row.system),
        **_shared(row),
    }
    identifiers, kinds = (row.first_value, row.second_value), (row.first_kind, row.second_kind)
    return Chosen(ParameterFacts(row.name, fields, identifiers, kinds), instance=row)


def _copy(spec: ParameterSpec, system: System | None, text: str, at: datetime) -> Chosen:
    rows = Copy.objects.select_related("system").filter(pk=text if text.isdecimal() else 0)
    row = rows.filter(system=system).first() if system else rows.first()
    if row is None:
        raise ValueError("There is no such copy of this system in the inventory.")
    if row.state in {CopyState.DESTROYED.value, CopyState.QUARANTINED.value}:
        raise ValueError(f"{row} is {row.state}.")
    if nothing := plausibility.holds_nothing(row.size_bytes, row.sha256):
        raise ValueError(f"{row} is no good copy. {nothing}")
    as_of = row.data_as_of or row.taken_at
    if spec.max_age is not None and went_back(as_of, at):
        raise ValueError(
            f"The data in {row} is dated in the future, so its age is not known. Read its newest"
            " record again."
        )
    if spec.max_age is not None and at - as_of > timedelta(seconds=spec.max_age):
        most = words(timedelta(seconds=spec.max_age))
        raise ValueError(
            f"The data in {row} is {age(at, as_of)} old; at most {most} is allowed here."
        )
    fields = {
        "name": row.name,
        "place": row.place,
        "holder": row.holder,
        "medium": row.medium,
        "sha256": row.sha256,
        "data_as_of": as_of.isoformat(),
        "size": "" if row.size_bytes is None else str(row.size_bytes),
        "earlier_sizes": doubts.sizes_before(row),
        **_promised(row.system),
    }
    return Chosen(ParameterFacts(row.name, fields), copy=row)


def _shared(row: Instance) -> dict[str, str]:
    """Which of its identifiers other instances have, too, and which instances those are."""
    identifiers = instances.shared(row)
    kinds, others = (
        {identifier.kind: "" for identifier in identifiers},
        {str(identifier.other): "" for identifier in identifiers},
    )
    return (
        {"shared_kinds": ", ".join(kinds), "shared_with": " and ".join(others)}
        if identifiers
        else {}
    )


def _promised(system: System) -> dict[str, str]:
    """What the owner of a system was promised: its RPO in seconds."""
    return {"rpo": str(int(system.rpo.total_seconds()))} if system.rpo is not None else {}


def _check_text(
    places: list[tuple[str, Placeholder]], spec: ParameterSpec, facts: ParameterFacts
) -> None:
    """Refuse a value that would have to be quoted where it cannot be: in SQL, between quotes in a
    shell command, and in code of another kind; and one that a shell command would take for an
    option. Guessing the quoting of a command that overwrites data is no option."""
    for number, place in places:
        name, _, field = place.name.partition(".")
        if name != spec.name:
            continue
        value = facts.fields.get(field, facts.value)
        _check_place(place, value, number)


def _check_place(place: Placeholder, value: str, number: str) -> None:
    """Refuse a value that cannot be written to a place in a block of step `number`."""
    fills = kind_of(place.label).fills
    if fills is not Fills.ANY and (sentence := refusal(value)):
        raise ValueError(f"{value!r} is written into a command of step {number}. {sentence}")
    if fills is Fills.PLAIN and not _PLAIN_ANYWHERE.fullmatch(value):
        raise ValueError(_unknown(value, number, place.label))
    if fills in (Fills.PLAIN, Fills.ANY):
        return
    shell = fills is Fills.QUOTED
    if shell and value.startswith("-") and place.begins:
        raise ValueError(_option(value, number))
    if not shell and not place.quoted and not _PLAIN.fullmatch(value):
        raise ValueError(_unsafe(value, number, "SQL"))
    # Inside "$(…)" a blank would part one word into two: a shell gets none.
    if place.quoted and not re.fullmatch(_IN_QUOTES[fills], value):
        raise ValueError(_unsafe(value, number, "quotes, a here-document or a second shell"))


def _option(value: str, number: str) -> str:
    return (
        f"{value!r} begins with a hyphen: the command of step {number} would take it for an option."
        f" Write a path as {'./' + value!r}; anything else needs another name."
    )


def _unknown(value: str, number: str, label: str) -> str:
    return (
        f"{value!r} stands in the `{label}` block of step {number}, whose quoting is not known."
        " Choose a name of letters, digits and _./:@=+,- that does not begin with a hyphen."
    )


def _unsafe(value: str, number: str, where: str) -> str:
    return (
        f"{value!r} would need quoting inside {where} in the command of step {number}."
        " Choose a name of letters, digits and underscores."
    )
