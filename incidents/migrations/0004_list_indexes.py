from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_change")]

    operations = [
        migrations.RemoveIndex(
            model_name="incident",
            name="incident_by_status",
        ),
        migrations.RemoveIndex(
            model_name="incident",
            name="incident_by_system",
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(fields=["-opened_at", "-id"], name="incident_by_opening"),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                fields=["status", "-opened_at", "-id"], name="incident_by_status_opening"
            ),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                fields=["system", "-opened_at", "-id"], name="incident_by_system_opening"
            ),
        ),
    ]
