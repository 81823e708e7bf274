from __future__ import annotations

from django.db import migrations

from lib.append_only import protect


class Migration(migrations.Migration):
    dependencies = [("runbooks", "0001_initial"), ("inventory", "0002_append_only")]

    operations = [
        protect("runbooks_event"),
        protect("runbooks_evidence"),
        protect(
            "runbooks_revision",
            (
                "runbook_id",
                "number",
                "source",
                "sha256",
                "procedure",
                "author_id",
                "created_at",
                "summary",
            ),
        ),
    ]
