from __future__ import annotations

from django.apps.registry import Apps
from django.core.management import call_command
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def create(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    call_command("createcachetable", database=editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    """The table in which failed sign-ins are counted: one count, however many processes serve."""

    dependencies = [("accounts", "0004_people_are_kept")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
