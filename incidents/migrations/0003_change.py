from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from lib.append_only import protect


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="timelineentry",
            name="reason",
            field=models.CharField(blank=True, default="", max_length=300),
            preserve_default=False,
        ),
        # SQLite adds a column by writing the table anew: its triggers go with the old one.
        protect("incidents_timelineentry"),
        migrations.CreateModel(
            name="IncidentChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=120)),
                ("verb", models.CharField(max_length=40)),
                ("fields", models.JSONField()),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="incidents.incident",
                    ),
                ),
            ],
            options={
                "ordering": ["incident", "version"],
                "indexes": [
                    models.Index(fields=["incident", "-at"], name="incident_change_by_time")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("incident", "version"), name="incident_change_makes_one_version"
                    )
                ],
            },
        ),
        protect("incidents_incidentchange"),
    ]
