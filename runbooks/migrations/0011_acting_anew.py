from __future__ import annotations

from typing import Any

from django.db import migrations

from accounts.append_only import drop, protect
from runbooks.acting import digest
from runbooks.procedurejson import from_json
from runbooks.titles import title_key


def lift(apps: Any, editor: Any) -> None:
    for statement in drop(editor.connection.vendor, "runbooks_revision"):
        editor.execute(statement, params=None)


def fill(apps: Any, editor: Any) -> None:
    """What acts, and what titles are told apart by, as it is reckoned now."""
    for revision in apps.get_model("runbooks", "Revision").objects.iterator():
        acts = digest(from_json(revision.procedure))
        type(revision).objects.filter(pk=revision.pk).update(acts=acts)
    model = apps.get_model("runbooks", "Runbook")
    taken = set(model.objects.values_list("title_key", flat=True))
    for runbook in model.objects.order_by("pk"):
        key = title_key(runbook.title)
        if key and key not in taken:
            taken.add(key)
            model.objects.filter(pk=runbook.pk).update(title_key=key)


class Migration(migrations.Migration):
    dependencies = [("runbooks", "0010_one_title")]

    operations = [
        migrations.RunPython(lift, migrations.RunPython.noop),
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
