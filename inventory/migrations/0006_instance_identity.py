from __future__ import annotations

from typing import Any

from django.db import migrations, models

from inventory import identifiers


def fill(apps: Any, schema_editor: Any) -> None:
    """Both identifiers of every instance, as they are compared."""
    for row in apps.get_model("inventory", "Instance").objects.all():
        first = identifiers.key(row.first_kind, row.first_value)
        second = identifiers.key(row.second_kind, row.second_value)
        row.identity = identifiers.together(first, second)
        row.save(update_fields=["identity"])


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0005_copy_doubt"),
    ]

    operations = [
        migrations.AddField(
            model_name="instance",
            name="identity",
            field=models.TextField(blank=True, editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="instance",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifecycle", "decommissioned"), _negated=True),
                fields=("identity",),
                name="instance_registered_once",
            ),
        ),
    ]
