from __future__ import annotations

from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="mark",
            name="read_at",
            field=models.DateTimeField(default=timezone.now),
            preserve_default=False,
        ),
    ]
