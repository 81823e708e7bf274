from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("runbooks", "0003_watch"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="deviation",
            field=models.CharField(
                blank=True,
                choices=[
                    ("wrong-target", "wrong-target"),
                    ("wrong-direction", "wrong-direction"),
                    ("wrong-copy", "wrong-copy"),
                    ("other", "other"),
                ],
                max_length=20,
            ),
        ),
    ]
