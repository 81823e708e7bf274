from __future__ import annotations

from django.db import migrations

from lib.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_endpoints")]

    operations = [protect("webhooks_endpointchange")]
