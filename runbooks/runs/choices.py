"""What can be chosen for a run's parameters, and what each choice would mean: the age of a copy,
what is lost with it, whether it is the last good one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from inventory.board import is_marked
from inventory.enums import CopyState, Lifecycle
from inventory.models import Copy, Instance, System
from lib.times import stamp
from lib.units.durations import age, words
from runbooks.machine.freshness import is_fresh
from runbooks.machine.interlocks.loss import LastWrite, Loss, LossVerdict, last_write
from runbooks.procedure.model import ParameterSpec

#: In use, or there to be written over: no reason against choosing it.
_HARMLESS = (Lifecycle.ACTIVE.value, Lifecycle.SCRATCH.value)


@dataclass(frozen=True)
class CopyChoice:
    """A copy, with everything in words that one chooses by. `loss` is a sentence; `met` says
    whether the RPO would be kept (None when it is not known); `behind` compares its newest record
    with the newest that is known of the system: "61 days older than …", '' for nothing to say.
    `doubts` are reasons against it; `allowed` is False when the runbook does not take it, and one
    of the doubts says why."""

    copy: Copy
    data_as_of: str
    age: str
    loss: str
    met: bool | None
    last_good: bool
    doubts: tuple[str, ...]
    allowed: bool = True
    behind: str = ""


@dataclass(frozen=True)
class InstanceChoice:
    """An instance, with its doubts in words."""

    instance: Instance
    doubts: tuple[str, ...]


def copies_for(
    spec: ParameterSpec, system: System | None, *, at: datetime, until: LastWrite | None = None
) -> tuple[CopyChoice, ...]:
    """Copies of `system` (of every system when the runbook names none), the one with the newest
    record first, and last what was kept as it was found. Destroyed and quarantined ones cannot be
    chosen. `at` is aware; `until` is the last good write, None while no more is known than that it
    can be now. Two queries."""
    copies = Copy.objects.marked().select_related("system", "verified_by", "taken_from")
    if system is not None:
        copies = copies.filter(system=system)
    rows = list(copies)
    away = {CopyState.DESTROYED.value, CopyState.QUARANTINED.value}
    newest = _newest(rows)
    last = until or last_write(now=at)
    chosen = [
        _copy_choice(c, spec, newest.get(c.system_id), at, last)
        for c in rows
        if c.state not in away
    ]
    return tuple(sorted(chosen, key=lambda c: (c.copy.as_found, c.copy.data_as_of is None)))


def instances_for(spec: ParameterSpec, system: System | None) -> tuple[InstanceChoice, ...]:
    """Instances of `system` (of every one when the runbook names none) in the environments that
    the runbook allows. One query."""
    instances = Instance.objects.select_related("system").exclude(
        lifecycle=Lifecycle.DECOMMISSIONED.value
    )
    if system is not None:
        instances = instances.filter(system=system)
    if spec.environment:
        instances = instances.filter(environment__in=spec.environment)
    if spec.not_environment:
        instances = instances.exclude(environment__in=spec.not_environment)
    return tuple(
        InstanceChoice(
            instance,
            ()
            if instance.lifecycle in _HARMLESS
            else (f"The inventory calls it {instance.lifecycle}.",),
        )
        for instance in instances
    )


def lost_with(copy: Copy, until: LastWrite) -> Loss:
    """What is lost when `copy` is put live, and what its system was promised."""
    return Loss(copy.data_as_of, until, rpo=copy.system.rpo)


def _sentence(copy: Copy, lost: Loss) -> str:
    promised = lost.verdict or ("The system has no RPO" if copy.system.rpo is None else "")
    loss = lost.text(stamp)
    parts = [f"{loss[:1].upper()}{loss[1:]}", promised if lost.span is not None else ""]
    return " ".join(f"{part}." for part in parts if part)


_MET = {LossVerdict.WITHIN: True, LossVerdict.BEYOND: False, LossVerdict.UNKNOWN: None}


def _newest(copies: list[Copy]) -> dict[int, Copy]:
    """By system, the copy with the newest record that anybody knows of, a replica or a copy of the
    live data itself among them: the live data is at least as new."""
    newest: dict[int, Copy] = {}
    for copy in copies:
        best = newest.get(copy.system_id)
        if not copy.data_as_of or copy.as_found:
            continue
        if best is None or copy.data_as_of > _dated(best):
            newest[copy.system_id] = copy
    return newest


def _dated(copy: Copy) -> datetime:
    assert copy.data_as_of is not None  # noqa: S101 - `_newest` keeps no other
    return copy.data_as_of


def _behind(copy: Copy, newest: Copy | None) -> str:
    """How far its data is behind the newest that is known, when a minute or more."""
    if newest is None or copy.data_as_of is None:
        return ""
    if _dated(newest) - copy.data_as_of < timedelta(minutes=1):
        return ""
    behind = age(_dated(newest), copy.data_as_of)
    return f"{behind} older than the newest data that is known, in {newest}."


def _copy_choice(
    copy: Copy, spec: ParameterSpec, newest: Copy | None, at: datetime, until: LastWrite
) -> CopyChoice:
    lost = lost_with(copy, until)
    doubts = []
    as_of = copy.data_as_of or copy.taken_at  # what `runbooks.runs.parameters` measures
    too_old = spec.max_age is not None and not is_fresh(as_of, at, timedelta(seconds=spec.max_age))
    if spec.max_age is not None and too_old:
        limit = words(timedelta(seconds=spec.max_age))
        doubts.append(f"This runbook takes no copy older than {limit}.")
    if copy.state == CopyState.SUSPECT.value:
        doubts.append("Somebody marked it as suspect.")
    if copy.doubt and not copy.doubt_accepted:
        doubts.append(f"It is in doubt. {copy.doubt}")
    if copy.as_found:
        doubts.append("A run kept it as it was found, before it was written over: it may be wrong.")
    return CopyChoice(
        copy,
        stamp(copy.data_as_of) if copy.data_as_of else "not known",
        age(at, copy.data_as_of) if copy.data_as_of else "",
        _sentence(copy, lost),
        _MET[lost.state],
        is_marked(copy),
        tuple(doubts),
        not too_old,
        _behind(copy, newest),
    )
