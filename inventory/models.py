"""What is protected: systems, the instances where their data lives, and the copies of it."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.urls import reverse

from inventory.enums import (
    CopyState,
    DataClass,
    Environment,
    IdentifierKind,
    Lifecycle,
    Medium,
    YesNoUnknown,
    choices,
)
from inventory.plausibility import EMPTY_FILE


class System(models.Model):
    """Something whose data matters. RPO: how much data, in time, may be lost. RTO: how soon it must
    work again. MTD: the longest it may be away at all; never below the RTO (NIST SP 800-34)."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    description = models.TextField(blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    rpo = models.DurationField(null=True, blank=True)
    rto = models.DurationField(null=True, blank=True)
    mtd = models.DurationField(null=True, blank=True)
    data_class = models.CharField(max_length=20, choices=choices(DataClass))

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rto__isnull=True) | Q(mtd__isnull=True) | Q(mtd__gte=F("rto")),
                name="system_mtd_not_below_rto",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inventory:system_detail", args=[self.slug])


class InstanceQuerySet(models.QuerySet["Instance"]):
    def of_system(self, system: System) -> Self:
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


class Instance(models.Model):
    """One place where a system's data lives, with two identifiers of different kinds, because a
    host name is a room number and not a person (NPSG.01.01.01; the databases db-01 and db-02)."""

    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="instances")
    name = models.CharField(max_length=80)
    environment = models.CharField(max_length=20, choices=choices(Environment))
    host = models.CharField(max_length=120)
    first_kind = models.CharField(max_length=40, choices=choices(IdentifierKind))
    first_value = models.CharField(max_length=200)
    second_kind = models.CharField(max_length=40, choices=choices(IdentifierKind))
    second_value = models.CharField(max_length=200)
    lifecycle = models.CharField(
        max_length=20, choices=choices(Lifecycle), default=Lifecycle.ACTIVE.value
    )

    # Both identifiers as they are compared (`inventory.identifiers`), for the constraint below.
    identity = models.TextField(blank=True, editable=False)

    objects = InstanceQuerySet.as_manager()

    class Meta:
        ordering = ["system__name", "environment", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "name"], name="instance_name_unique_in_system"
            ),
            models.CheckConstraint(
                condition=~Q(first_kind=F("second_kind")),
                name="instance_identifiers_differ_in_kind",
            ),
            models.UniqueConstraint(
                fields=["identity"],
                condition=~Q(lifecycle=Lifecycle.DECOMMISSIONED.value),
                name="instance_registered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} @ {self.host}"

    def get_absolute_url(self) -> str:
        return reverse("inventory:instance_detail", args=[self.pk])


#: What may be restored from.
_GOOD = Q(state=CopyState.GOOD.value, as_found=False)


class CopyQuerySet(models.QuerySet["Copy"]):
    def of_system(self, system: System) -> Self:
        """Copies of the data of `system`."""
        return self.filter(system=system)

    def same_bytes(self, copy: Copy) -> Self:
        """Other copies of the system of `copy` with its SHA-256; none where that is not known."""
        known = self.of_system(copy.system).filter(sha256=copy.sha256).exclude(sha256="")
        return known.exclude(pk=copy.pk)

    def good(self) -> Self:
        """Copies that somebody read back and found whole, and that nobody has doubted since; not
        those of data as it was found, which is kept because it was wrong."""
        return self.filter(_GOOD)

    def existing(self) -> Self:
        """Copies that have not been destroyed."""
        return self.exclude(state=CopyState.DESTROYED.value)

    def marked(self) -> Self:
        """With `last_good`: whether a copy is the LAST _GOOD COPY of its system: good, and no other
        is. Everything that names a copy asks this, and nothing else decides it."""
        others = self.model._default_manager.filter(
            _GOOD, ~Q(pk=OuterRef("pk")), system=OuterRef("system")
        )
        return self.annotate(last_good=ExpressionWrapper(_GOOD & ~Exists(others), BooleanField()))

    def newest_first(self) -> Self:
        """By the newest record in it, not by the date of the file; undated ones come last."""
        return self.order_by(F("data_as_of").desc(nulls_last=True), "-taken_at", "pk")


class Copy(models.Model):
    """A backup copy. `data_as_of` is the newest record in it, which is not the date of the file."""

    system = models.ForeignKey(System, on_delete=models.PROTECT, related_name="copies")
    taken_from = models.ForeignKey(
        Instance, on_delete=models.PROTECT, related_name="copies", null=True, blank=True
    )
    name = models.CharField(max_length=120)
    taken_at = models.DateTimeField()
    data_as_of = models.DateTimeField(null=True, blank=True)
    medium = models.CharField(max_length=40, choices=choices(Medium))
    place = models.CharField(max_length=200)
    holder = models.CharField(max_length=120)
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    encrypted = models.CharField(
        max_length=10, choices=choices(YesNoUnknown), default=YesNoUnknown.UNKNOWN.value
    )
    state = models.CharField(
        max_length=20, choices=choices(CopyState), default=CopyState.UNVERIFIED.value
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verified_how = models.CharField(max_length=200, blank=True)
    restore_proven_at = models.DateTimeField(null=True, blank=True)
    delete_not_before = models.DateTimeField(null=True, blank=True)
    # Kept by a run before it wrote over what is in it: it may hold the very data that was wrong.
    as_found = models.BooleanField(default=False)
    # Why it may not hold what it should (`inventory.doubts`); why it is called good all the same.
    doubt = models.CharField(max_length=500, blank=True)
    doubt_accepted = models.CharField(max_length=200, blank=True)

    objects = CopyQuerySet.as_manager()

    class Meta:
        ordering = ["system__name", F("data_as_of").desc(nulls_last=True), "-taken_at", "pk"]
        verbose_name_plural = "copies"
        constraints = [
            models.UniqueConstraint(fields=["system", "name"], name="copy_name_unique_in_system"),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True, verified_by__isnull=True)
                | Q(verified_at__isnull=False, verified_by__isnull=False),
                name="copy_verified_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=~Q(state=CopyState.GOOD.value) | Q(verified_at__isnull=False),
                name="copy_good_only_when_verified",
            ),
            models.CheckConstraint(
                condition=~Q(state=CopyState.GOOD.value)
                | Q(~Q(sha256=EMPTY_FILE), Q(size_bytes__isnull=True) | Q(size_bytes__gt=0)),
                name="copy_good_never_empty",
            ),
            models.CheckConstraint(
                condition=~Q(sha256=EMPTY_FILE) | Q(size_bytes__isnull=True) | Q(size_bytes=0),
                name="copy_empty_file_has_no_bytes",
            ),
            models.CheckConstraint(
                condition=~Q(state=CopyState.GOOD.value) | Q(doubt="") | ~Q(doubt_accepted=""),
                name="copy_good_only_without_doubt",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("inventory:copy_detail", args=[self.pk])


class ChangeQuerySet(models.QuerySet["Change"]):
    def about(self, thing: System | Instance | Copy) -> Self:
        """History of `thing`, newest first."""
        return self.filter(kind=thing._meta.model_name or "", object_id=thing.pk).order_by("-pk")


class Change(models.Model):
    """One line of the inventory's history: who changed what, from which value to which.

    Append-only by triggers. Holds names as text and no foreign key to the thing described, so that
    it can be read for as long as the database lives.
    """

    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20)
    object_id = models.PositiveBigIntegerField()
    object_name = models.CharField(max_length=200)
    verb = models.CharField(max_length=40)
    fields = models.JSONField(encoder=DjangoJSONEncoder)  # {"rpo": ["1 h", "30 min"]}: old, new

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["kind", "object_id", "-at"], name="change_of_object")]

    def __str__(self) -> str:
        return f"{self.verb} {self.kind} {self.object_name}"
