"""Verbs on systems: register one, edit it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count

from django.db import transaction
from django.utils.text import slugify

from accounts import access
from accounts.enums import Right
from accounts.models import User
from inventory import history, writing
from inventory.enums import DataClass
from inventory.models import System
from lib.refusals import Invalid
from lib.units import durations

EDITABLE = ("name", "description", "owner", "rpo", "rto", "mtd", "data_class")


def register(
    *,
    name: str,
    owner: User,
    data_class: DataClass | str,
    description: str = "",
    rpo: timedelta | None = None,
    rto: timedelta | None = None,
    mtd: timedelta | None = None,
    by: User,
    at: datetime,
) -> System:
    """Add a system. Its address is made from its name, once: a later rename breaks no link.

    Raises `Refused` 403 without the right to keep the inventory; `Invalid` for a name that exists
    (whatever its case), or an MTD below the RTO (NIST SP 800-34).
    """
    access.check(by, Right.KEEP_INVENTORY)
    with transaction.atomic():
        system = System(owner=owner, rpo=rpo, rto=rto, mtd=mtd)
        texts = {"name": name, "data_class": str(data_class), "description": description}
        writing.put(system, texts, EDITABLE)
        _check(system)
        system.slug = _free_slug(system.name)
        return writing.add(system, taken=_taken(system), by=by, at=at)


def edit(
    system: System,
    *,
    changes: Mapping[str, object],
    seen: int | None = None,
    by: User,
    at: datetime,
) -> System:
    """Change fields of `EDITABLE`; returns the system as kept.

    `seen`: the last line of its history that the sender knew. Raises as `register` does, and
    `Refused` ("changed_meanwhile") when there is a newer line.
    """
    access.check(by, Right.KEEP_INVENTORY)
    with transaction.atomic():
        kept = writing.locked(System.objects.all(), system, seen)
        before = history.facts(kept)
        writing.put(kept, changes, EDITABLE)
        _check(kept)
        return writing.amend(kept, before=before, verb="edited", taken=_taken(kept), by=by, at=at)


def _check(system: System) -> None:
    errors = writing.field_problems(system)
    for name in ("rpo", "rto", "mtd"):
        length = getattr(system, name)
        if length is not None and length <= timedelta(0):
            errors[name] = f"The {history.label(name)} must be longer than zero."
    if system.rto and system.mtd and system.mtd < system.rto:
        errors["mtd"] = (
            f"The MTD ({durations.words(system.mtd)}) is shorter than the RTO"
            f" ({durations.words(system.rto)}): the system would be away too long by plan."
        )
    same_name = System.objects.filter(name__iexact=system.name)
    if "name" not in errors and same_name.exclude(pk=system.pk).exists():
        errors["name"] = _taken(system)
    if errors:
        raise Invalid(errors)


def _taken(system: System) -> str:
    return f"There is already a system called {system.name}: choose another name."


def _free_slug(name: str) -> str:
    stem = slugify(name)[:70] or "system"
    taken = set(System.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    return next(slug for n in count(1) if (slug := stem if n == 1 else f"{stem}-{n}") not in taken)
