from __future__ import annotations

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runbooks", "0004_run_deviation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(
                    ("kind__in", ("move.refused", "step.mismatched", "gate.overridden"))
                ),
                fields=["-at", "-id"],
                name="event_missed",
            ),
        ),
    ]
