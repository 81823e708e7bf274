"""Verbs on instances: register one, edit it, move it through its life."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from accounts import access
from accounts.enums import Right
from accounts.models import User
from accounts.refusals import Invalid
from inventory import history, writing
from inventory.enums import Environment, IdentifierKind, Lifecycle
from inventory.models import Instance, System

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
        _check_registered_once(instance, "second_value")
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
        if {"first_kind", "first_value", "second_kind", "second_value"} & changes.keys():
            _check_registered_once(kept, "second_value")
        return writing.amend(kept, before=before, verb="edited", taken=_taken(kept), by=by, at=at)


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
    if gone:
        _check_registered_once(kept, "lifecycle")
    verb = f"set to {kept.lifecycle}"
    return writing.amend(kept, before=before, verb=verb, reason=reason, by=by, at=at)


def _check(instance: Instance) -> None:
    errors = writing.field_problems(instance)
    if instance.first_kind == instance.second_kind and "second_kind" not in errors:
        errors["second_kind"] = (
            f"Both identifiers are of the kind “{instance.first_kind}”: choose a second kind,"
            " so that one mistake cannot fool both."
        )
    same_name = Instance.objects.of(instance.system).filter(name__iexact=instance.name)
    if "name" not in errors and same_name.exclude(pk=instance.pk).exists():
        errors["name"] = _taken(instance)
    if errors:
        raise Invalid(errors)


def _check_registered_once(instance: Instance, field: str) -> None:
    """Raises `Invalid` at `field` when another instance in use has both identifiers: two entries of
    one machine would let two runs overwrite it at once."""
    if instance.lifecycle == Lifecycle.DECOMMISSIONED:
        return
    others = Instance.objects.same_machine(instance).exclude(pk=instance.pk)
    other = others.exclude(lifecycle=Lifecycle.DECOMMISSIONED).select_related("system").first()
    if other is not None:
        raise Invalid(
            {
                field: f"{other.name} of the system {other.system.name} has the same two"
                " identifiers: it is the same machine, and is registered once. Use that instance,"
                " decommission it, or correct the identifiers."
            }
        )


def _taken(instance: Instance) -> str:
    return f"{instance.system} has already an instance called {instance.name}: choose another name."
