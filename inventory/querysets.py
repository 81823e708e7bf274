"""Questions that are asked of one kind of row, in the words of the domain."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q

from inventory.enums import CopyState, Lifecycle

if TYPE_CHECKING:
    from inventory.models import Change, Copy, Instance, System  # noqa: F401


class InstanceQuerySet(models.QuerySet["Instance"]):
    def of(self, system: System) -> Self:
        """Instances of `system`."""
        return self.filter(system=system)

    def same_machine(self, instance: Instance) -> Self:
        """Instances of any system whose two identifiers are those of `instance`, in either order;
        itself too."""
        return self.filter(identity=instance.identity)

    def sharing(self, instance: Instance) -> Self:
        """Other instances in use, of any system, that have one of the identifiers of `instance`."""
        keys = instance.identity.split("\n")
        either = reduce(
            or_, (Q(identity__startswith=f"{k}\n") | Q(identity__endswith=f"\n{k}") for k in keys)
        )
        others = self.filter(either).exclude(lifecycle=Lifecycle.DECOMMISSIONED.value)
        return others.exclude(pk=instance.pk)


#: To be restored from.
GOOD = Q(state=CopyState.GOOD.value, as_found=False)


class CopyQuerySet(models.QuerySet["Copy"]):
    def of(self, system: System) -> Self:
        """Copies of the data of `system`."""
        return self.filter(system=system)

    def same_bytes(self, copy: Copy) -> Self:
        """Other copies of the system of `copy` with its SHA-256; none where that is not known."""
        known = self.of(copy.system).filter(sha256=copy.sha256).exclude(sha256="")
        return known.exclude(pk=copy.pk)

    def good(self) -> Self:
        """Copies that somebody read back and found whole, and that nobody has doubted since; not
        those of data as it was found, which is kept because it was wrong."""
        return self.filter(GOOD)

    def existing(self) -> Self:
        """Copies that have not been destroyed."""
        return self.exclude(state=CopyState.DESTROYED.value)

    def marked(self) -> Self:
        """With `last_good`: whether a copy is the LAST GOOD COPY of its system: good, and no other
        is. Everything that names a copy asks this, and nothing else decides it."""
        others = self.model._default_manager.filter(
            GOOD, ~Q(pk=OuterRef("pk")), system=OuterRef("system")
        )
        return self.annotate(last_good=ExpressionWrapper(GOOD & ~Exists(others), BooleanField()))

    def newest_first(self) -> Self:
        """By the newest record in it, not by the date of the file; undated ones come last."""
        return self.order_by(F("data_as_of").desc(nulls_last=True), "-taken_at", "pk")


class ChangeQuerySet(models.QuerySet["Change"]):
    def of(self, thing: System | Instance | Copy) -> Self:
        """History of `thing`, newest first."""
        return self.filter(kind=thing._meta.model_name or "", object_id=thing.pk).order_by("-pk")
