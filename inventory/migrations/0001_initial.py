from __future__ import annotations

import django.core.serializers.json
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from lib.append_only import protect


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="System",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, unique=True)),
                ("slug", models.SlugField(max_length=80, unique=True)),
                ("description", models.TextField(blank=True)),
                ("rpo", models.DurationField(blank=True, null=True)),
                ("rto", models.DurationField(blank=True, null=True)),
                ("mtd", models.DurationField(blank=True, null=True)),
                (
                    "data_class",
                    models.CharField(
                        choices=[
                            ("public", "public"),
                            ("internal", "internal"),
                            ("confidential", "confidential"),
                            ("restricted", "restricted"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Instance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                (
                    "environment",
                    models.CharField(
                        choices=[
                            ("production", "production"),
                            ("staging", "staging"),
                            ("test", "test"),
                            ("development", "development"),
                        ],
                        max_length=20,
                    ),
                ),
                ("host", models.CharField(max_length=120)),
                (
                    "first_kind",
                    models.CharField(
                        choices=[
                            ("name", "name"),
                            ("host name", "host name"),
                            ("database system identifier", "database system identifier"),
                            ("machine id", "machine id"),
                            ("role it reports", "role it reports"),
                            ("network address", "network address"),
                            ("serial number", "serial number"),
                            ("fingerprint of its data", "fingerprint of its data"),
                        ],
                        max_length=40,
                    ),
                ),
                ("first_value", models.CharField(max_length=200)),
                (
                    "second_kind",
                    models.CharField(
                        choices=[
                            ("name", "name"),
                            ("host name", "host name"),
                            ("database system identifier", "database system identifier"),
                            ("machine id", "machine id"),
                            ("role it reports", "role it reports"),
                            ("network address", "network address"),
                            ("serial number", "serial number"),
                            ("fingerprint of its data", "fingerprint of its data"),
                        ],
                        max_length=40,
                    ),
                ),
                ("second_value", models.CharField(max_length=200)),
                (
                    "lifecycle",
                    models.CharField(
                        choices=[
                            ("active", "active"),
                            ("frozen", "frozen"),
                            ("standby", "standby"),
                            ("scratch", "scratch"),
                            ("quarantined", "quarantined"),
                            ("decommissioned", "decommissioned"),
                        ],
                        default="active",
                        max_length=20,
                    ),
                ),
                ("identity", models.TextField(blank=True, editable=False)),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instances",
                        to="inventory.system",
                    ),
                ),
            ],
            options={
                "ordering": ["system__name", "environment", "name"],
            },
        ),
        migrations.CreateModel(
            name="Copy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("taken_at", models.DateTimeField()),
                ("data_as_of", models.DateTimeField(blank=True, null=True)),
                (
                    "medium",
                    models.CharField(
                        choices=[
                            ("disk", "disk"),
                            ("object store", "object store"),
                            ("snapshot", "snapshot"),
                            ("replica", "replica"),
                            ("tape", "tape"),
                            ("removable disk or stick", "removable disk or stick"),
                            ("laptop", "laptop"),
                            ("live database", "live database"),
                        ],
                        max_length=40,
                    ),
                ),
                ("place", models.CharField(max_length=200)),
                ("holder", models.CharField(max_length=120)),
                ("size_bytes", models.PositiveBigIntegerField(blank=True, null=True)),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "encrypted",
                    models.CharField(
                        choices=[("yes", "yes"), ("no", "no"), ("unknown", "unknown")],
                        default="unknown",
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("good", "good"),
                            ("unverified", "unverified"),
                            ("suspect", "suspect"),
                            ("destroyed", "destroyed"),
                            ("quarantined", "quarantined"),
                        ],
                        default="unverified",
                        max_length=20,
                    ),
                ),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("verified_how", models.CharField(blank=True, max_length=200)),
                ("restore_proven_at", models.DateTimeField(blank=True, null=True)),
                ("delete_not_before", models.DateTimeField(blank=True, null=True)),
                ("as_found", models.BooleanField(default=False)),
                ("doubt", models.CharField(blank=True, max_length=500)),
                ("doubt_accepted", models.CharField(blank=True, max_length=200)),
                (
                    "verified_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taken_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="inventory.instance",
                    ),
                ),
                (
                    "system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copies",
                        to="inventory.system",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "copies",
                "ordering": [
                    "system__name",
                    models.OrderBy(models.F("data_as_of"), descending=True, nulls_last=True),
                    "-taken_at",
                    "pk",
                ],
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=20)),
                ("object_id", models.PositiveBigIntegerField()),
                ("object_name", models.CharField(max_length=200)),
                ("verb", models.CharField(max_length=40)),
                (
                    "fields",
                    models.JSONField(encoder=django.core.serializers.json.DjangoJSONEncoder),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "indexes": [
                    models.Index(fields=["kind", "object_id", "-at"], name="change_of_object")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="system",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("rto__isnull", True),
                    ("mtd__isnull", True),
                    ("mtd__gte", models.F("rto")),
                    _connector="OR",
                ),
                name="system_mtd_not_below_rto",
            ),
        ),
        migrations.AddConstraint(
            model_name="instance",
            constraint=models.UniqueConstraint(
                fields=("system", "name"), name="instance_name_unique_in_system"
            ),
        ),
        migrations.AddConstraint(
            model_name="instance",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_kind", models.F("second_kind")), _negated=True),
                name="instance_identifiers_differ_in_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="instance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifecycle", "decommissioned"), _negated=True),
                fields=("identity",),
                name="instance_registered_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="copy",
            constraint=models.UniqueConstraint(
                fields=("system", "name"), name="copy_name_unique_in_system"
            ),
        ),
        migrations.AddConstraint(
            model_name="copy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("verified_at__isnull", True), ("verified_by__isnull", True)),
                    models.Q(("verified_at__isnull", False), ("verified_by__isnull", False)),
                    _connector="OR",
                ),
                name="copy_verified_at_and_by_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="copy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "good"), _negated=True),
                    ("verified_at__isnull", False),
                    _connector="OR",
                ),
                name="copy_good_only_when_verified",
            ),
        ),
        migrations.AddConstraint(
            model_name="copy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "good"), _negated=True),
                    models.Q(
                        models.Q(
                            (
                                "sha256",
                                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                            ),
                            _negated=True,
                        ),
                        models.Q(
                            ("size_bytes__isnull", True), ("size_bytes__gt", 0), _connector="OR"
                        ),
                    ),
                    _connector="OR",
                ),
                name="copy_good_never_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="copy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "sha256",
                            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                        ),
                        _negated=True,
                    ),
                    ("size_bytes__isnull", True),
                    ("size_bytes", 0),
                    _connector="OR",
                ),
                name="copy_empty_file_has_no_bytes",
            ),
        ),
        migrations.AddConstraint(
            model_name="copy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "good"), _negated=True),
                    ("doubt", ""),
                    models.Q(("doubt_accepted", ""), _negated=True),
                    _connector="OR",
                ),
                name="copy_good_only_without_doubt",
            ),
        ),
        protect("inventory_change"),
    ]
