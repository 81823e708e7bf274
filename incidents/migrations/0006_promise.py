from __future__ import annotations

from django.db import migrations, models

from lib.append_only import fix


class Migration(migrations.Migration):
    dependencies = [("incidents", "0005_aftermath")]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="rpo",
            field=models.DurationField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="incident",
            name="rto",
            field=models.DurationField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="incident",
            name="mtd",
            field=models.DurationField(blank=True, null=True),
        ),
        # Promised is what the system promised on that day, whatever it promises later.
        fix("incidents_incident", columns=("rpo", "rto", "mtd"), unless="system_id"),
        migrations.AlterField(
            model_name="incidenttime",
            name="at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="incidenttime",
            name="unknown",
            field=models.CharField(blank=True, default="", max_length=300),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="incidenttime",
            constraint=models.CheckConstraint(
                condition=models.Q(("at__isnull", False), ("unknown", ""))
                | models.Q(("at__isnull", True), models.Q(("unknown", ""), _negated=True)),
                name="incident_moment_known_or_why_not",
            ),
        ),
    ]
