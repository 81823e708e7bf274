from __future__ import annotations

from django.db import migrations

from lib.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial"), ("inventory", "0002_append_only")]

    operations = [protect("incidents_timelineentry")]
