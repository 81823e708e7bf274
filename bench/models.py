"""What the harness keeps in its own databases. It is no installed app: `create` makes the tables,
and the product's settings never hear of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import connection, models


class BenchLine(models.Model):
    """A row for the bases to read and to insert."""

    text = models.TextField()
    objects: ClassVar[models.Manager[BenchLine]] = models.Manager()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return self.text[:60]


class Made(models.Model):
    """A part of the measured data that is complete, and which version of its maker made it."""

    part = models.CharField(max_length=40, unique=True)
    version = models.PositiveIntegerField()
    objects: ClassVar[models.Manager[Made]] = models.Manager()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return f"{self.part} {self.version}"


def create() -> None:
    """Make the tables where they are missing, with the line that base A reads."""
    known = connection.introspection.table_names()
    with connection.schema_editor() as editor:
        for model in (BenchLine, Made):
            if model._meta.db_table not in known:
                editor.create_model(model)
    if not BenchLine.objects.exists():
        BenchLine.objects.create(text="A line that the base reads.")
