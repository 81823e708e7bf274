from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from lib.append_only import protect


class Migration(migrations.Migration):
    dependencies = [
        ("runbooks", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="AnchoredHead",
            fields=[
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="anchored",
                        serialize=False,
                        to="runbooks.run",
                    ),
                ),
                ("sequence", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="LogCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("took", models.DurationField()),
                ("runs", models.PositiveBigIntegerField()),
                ("events", models.PositiveBigIntegerField()),
                ("heads", models.PositiveBigIntegerField(default=0)),
                ("faults", models.JSONField(default=list)),
                ("fault_count", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Anchor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("file", models.CharField(max_length=400)),
                ("number", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("heads", models.PositiveIntegerField()),
            ],
            options={
                "ordering": ["pk"],
                "indexes": [models.Index(fields=["file", "number"], name="anchor_by_file")],
            },
        ),
        protect("runbooks_logcheck"),
        protect("runbooks_anchor"),
    ]
