from __future__ import annotations

from typing import Any

from django.db import migrations, models

from lib.append_only import protect
from runbooks.library.reading import title_key
from runbooks.procedure.executable import digest
from runbooks.procedure.serialization import from_json


def fill(apps: Any, editor: Any) -> None:
    """What earlier texts do, and what their titles are told apart by."""
    for revision in apps.get_model("runbooks", "Revision").objects.iterator():
        acts = digest(from_json(revision.procedure))
        type(revision).objects.filter(pk=revision.pk).update(acts=acts)
    taken: set[str] = set()
    for runbook in apps.get_model("runbooks", "Runbook").objects.order_by("pk"):
        key = title_key(runbook.title)
        runbook.title_key = key if key and key not in taken else f"{key} #{runbook.pk}"
        taken.add(runbook.title_key)
        runbook.save(update_fields=["title_key"])


class Migration(migrations.Migration):
    dependencies = [("runbooks", "0008_sent_keys")]

    operations = [
        migrations.AddField(
            model_name="revision",
            name="acts",
            field=models.CharField(blank=True, db_index=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="revision",
            name="approval_reason",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="runbook",
            name="title_key",
            field=models.CharField(max_length=800, null=True),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        protect(
            "runbooks_revision",
            (
                "runbook_id",
                "number",
                "source",
                "sha256",
                "procedure",
                "acts",
                "author_id",
                "created_at",
                "summary",
            ),
        ),
    ]
