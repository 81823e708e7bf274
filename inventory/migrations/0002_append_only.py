from __future__ import annotations

from django.db import migrations

from lib.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]

    operations = [protect("inventory_change")]
