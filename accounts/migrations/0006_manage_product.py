from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from accounts import roles


def write(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    roles.write(apps, editor.connection.alias)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_sign_in_counters"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={
                "ordering": ["name", "pk"],
                "permissions": [
                    ("view_product", "May see systems, runbooks, runs and incidents"),
                    ("operate_runs", "May take a role in runs and act in them"),
                    ("decide_runs", "May be the decider of a run"),
                    ("write_runbooks", "May write runbooks"),
                    ("approve_runbooks", "May approve runbooks written by others"),
                    ("keep_inventory", "May keep systems, instances and copies"),
                    ("keep_incidents", "May open and keep incidents"),
                    ("manage_people", "May invite and disable people and give roles"),
                    ("manage_product", "May adjust background work and outgoing webhooks"),
                ],
            },
        ),
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
