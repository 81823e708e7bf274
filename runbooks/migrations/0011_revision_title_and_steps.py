from __future__ import annotations

from typing import Any

from django.db import migrations, models

from lib.append_only import drop, protect
from runbooks.procedure.counting import count_steps
from runbooks.procedure.serialization import from_json


def lift(apps: Any, editor: Any) -> None:
    for statement in drop(editor.connection.vendor, "runbooks_revision"):
        editor.execute(statement, params=None)


def fill(apps: Any, editor: Any) -> None:
    """The title and the counts of each text, as its own procedure has them."""
    for revision in apps.get_model("runbooks", "Revision").objects.iterator():
        procedure = from_json(revision.procedure)
        count = count_steps(procedure)
        type(revision).objects.filter(pk=revision.pk).update(
            title=procedure.title,
            steps=count.steps,
            substeps=count.substeps,
            contingency_steps=count.contingency,
        )


def _count(name: str) -> migrations.AddField:
    field = models.PositiveIntegerField(default=0)
    return migrations.AddField("revision", name, field, preserve_default=False)


class Migration(migrations.Migration):
    dependencies = [("runbooks", "0010_one_title")]

    operations = [
        migrations.RunPython(lift, migrations.RunPython.noop),
        migrations.AddField(
            model_name="revision",
            name="title",
            field=models.CharField(default="", max_length=200),
            preserve_default=False,
        ),
        _count("steps"),
        _count("substeps"),
        _count("contingency_steps"),
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
                "title",
                "steps",
                "substeps",
                "contingency_steps",
                "author_id",
                "created_at",
                "summary",
            ),
        ),
    ]
