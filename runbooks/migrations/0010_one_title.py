from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runbooks", "0009_acting")]

    operations = [
        migrations.AlterField(
            model_name="runbook",
            name="title_key",
            field=models.CharField(max_length=800, unique=True),
        ),
    ]
