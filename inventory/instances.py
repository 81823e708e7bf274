"""Verbs on instances: register one, edit it, move it through its life."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from inventory import history, identifiers, writing
from inventory.enums import Environment, IdentifierKind, Lifecycle
from inventory.identifiers import same_host
from inventory.models import Instance, System
from lib.refusals import Invalid

EDITABLE = (
    "name",
    "environment",
    "host",
    "first_kind",
    "first_value",
    "second_kind",
    "second_value",
)


def register(
    *,
    system: System,
    name: str,
    environment: Environment | str,
    host: str,
    first_kind: IdentifierKind | str,
    first_value: str,
    second_kind: IdentifierKind | str,
    second_value: str,
    lifecycle: Lifecycle | str = Lifecycle.ACTIVE,
    by: User,
    at: datetime,
) -> Instance:
    """Add a place where the data of `system` lives, with two identifiers of different kinds.

    Raises `Refused` 403 without the right to keep the inventory; `Invalid` for a name that the
    system has already, two identifiers of one kind, those of another instance that is not
    decommissioned, or a word that is not offered.
    """
    access.check(by, Right.KEEP_INVENTORY)
    with transaction.atomic():
        instance = Instance(system=system)
        given = {
            "name": name,
            "environment": environment,
            "host": host,
            "first_kind": first_kind,
            "first_value": first_value,
            "second_kind": second_kind,
            "second_value": second_value,
            "lifecycle": lifecycle,
        }
        writing.put(instance, given, (*EDITABLE, "lifecycle"))
        _check(instance)
        with _registered_once(instance, "second_value"):
            return writing.add(instance, taken=_taken(instance), by=by, at=at)


def edit(
    instance: Instance,
    *,
    changes: Mapping[str, object],
    seen: int | None = None,
    by: User,
    at: datetime,
) -> Instance:
    """Change fields of `EDITABLE`; returns the instance as kept.

    `seen`: the last line of its history that the sender knew. Raises as `register` does, and
    `Refused` ("changed_meanwhile") when there is a newer line.
    """
    access.check(by, Right.KEEP_INVENTORY)
    with transaction.atomic():
        kept = writing.locked(Instance.objects.all(), instance, seen)
        before = history.facts(kept)
        writing.put(kept, changes, EDITABLE)
        _check(kept)
        taken = _taken(kept)
        with _registered_once(kept, "second_value"):
            return writing.amend(kept, before=before, verb="edited", taken=taken, by=by, at=at)


def set_lifecycle(
    instance: Instance,
    *,
    lifecycle: Lifecycle | str,
    reason: str = "",
    seen: int | None = None,
    by: User,
    at: datetime,
) -> Instance:
    """Say that the instance is now active, frozen, standby, scratch, quarantined or decommissioned.

    Raises `Refused` 403, `Refused` ("changed_meanwhile"), or `Invalid` for another word.
    """
    access.check(by, Right.KEEP_INVENTORY)
    with transaction.atomic():
        kept = writing.locked(Instance.objects.all(), instance, seen)
        return live_on(kept, lifecycle, reason=reason.strip(), by=by, at=at)


def live_on(
    kept: Instance, lifecycle: Lifecycle | str, *, reason: str, by: User, at: datetime
) -> Instance:
    """What `set_lifecycle` does to `kept`, whose row is locked, whoever's right was asked for."""
    before, gone = history.facts(kept), kept.lifecycle == Lifecycle.DECOMMISSIONED
    writing.put(kept, {"lifecycle": lifecycle}, ("lifecycle",))
    _check(kept)
    verb, taken = f"set to {kept.lifecycle}", _taken(kept)
    with _registered_once(kept, "lifecycle") if gone else nullcontext():
        return writing.amend(
            kept, before=before, verb=verb, taken=taken, reason=reason, by=by, at=at
        )


@dataclass(frozen=True)
class Shared:
    """An identifier that does not tell an instance from `other`: its kind, as people call it."""

    kind: str
    other: Instance


def shared(instance: Instance) -> list[Shared]:
    """The identifiers that other instances in use have, too, such as a standby and its primary.
    One query."""
    mine = dict(zip(_keys(instance), (instance.first_kind, instance.second_kind), strict=True))
    others = Instance.objects.sharing(instance).select_related("system")
    return [
        Shared(kind, other)
        for other in others
        for value, kind in mine.items()
        if value in _keys(other)
    ]


def _check(instance: Instance) -> None:
    instance.identity = identifiers.together(*_keys(instance))
    errors = writing.field_problems(instance)
    if instance.first_kind == instance.second_kind and "second_kind" not in errors:
        errors["second_kind"] = (
            f"Both identifiers are of the kind “{instance.first_kind}”: choose a second kind,"
            " so that one mistake cannot fool both."
        )
    same_name = Instance.objects.of_system(instance.system).filter(name__iexact=instance.name)
    if "name" not in errors and same_name.exclude(pk=instance.pk).exists():
        errors["name"] = _taken(instance)
    if errors:
        raise Invalid(errors)


@contextmanager
def _registered_once(instance: Instance, field: str) -> Iterator[None]:
    """Raises `Invalid` at `field` when another instance in use has both identifiers: two entries of
    one machine would let two runs overwrite it at once. Also when somebody saves it at the same
    moment: everybody who registers waits at one row, that of the oldest system, until the one
    before is saved."""
    list(System.objects.select_for_update(no_key=True).order_by("pk")[:1])
    _refuse_same_machine(instance, field)
    try:
        yield
    except Invalid:
        _refuse_same_machine(instance, field)
        raise


def _refuse_same_machine(instance: Instance, field: str) -> None:
    if instance.lifecycle == Lifecycle.DECOMMISSIONED:
        return
    for identifier in shared(instance):
        other = identifier.other
        if other.identity == instance.identity:
            raise Invalid(
                {
                    field: f"{other.name} of the system {other.system.name} has the same two"
                    " identifiers: it is the same machine, and is registered once. Use that"
                    " instance, decommission it, or correct the identifiers. If it is another"
                    " machine, such as a second standby, give each an identifier that differs:"
                    f" its host name or its machine id.{_failed_over(instance, other)}"
                }
            )
        if _same_host_besides(instance, other, identifier.kind):
            raise Invalid(
                {
                    field: f"{other.name} of the system {other.system.name} has the same"
                    f" {identifier.kind}, and a host name that may be the same one with its domain."
                    " Write both host names in full, or use that instance."
                }
            )


def _failed_over(instance: Instance, other: Instance) -> str:
    """How two that are registered exchange their roles: neither can take the other's first."""
    if instance.pk is None or IdentifierKind.ROLE not in {
        instance.first_kind,
        instance.second_kind,
    }:
        return ""
    return (
        f" After a failover, first enter “unknown” as the role of {other.name}, then correct"
        f" {instance.name}, then {other.name}."
    )


def _same_host_besides(instance: Instance, other: Instance, kind: str) -> bool:
    """Whether two that share an identifier of `kind` have the same host name as the second, one of
    them without its domain."""
    mine, theirs = (
        {i.first_kind: i.first_value, i.second_kind: i.second_value} for i in (instance, other)
    )
    host = IdentifierKind.HOST.value
    return (
        kind != host and host in mine.keys() & theirs.keys() and same_host(mine[host], theirs[host])
    )


def _keys(instance: Instance) -> tuple[str, str]:
    return (
        identifiers.key(instance.first_kind, instance.first_value),
        identifiers.key(instance.second_kind, instance.second_value),
    )


def _taken(instance: Instance) -> str:
    return f"{instance.system} has already an instance called {instance.name}: choose another name."
