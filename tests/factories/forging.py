"""What somebody does who owns the database and knows how the chain is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields

from django.db import connection

from runbooks.log import chain, texts
from runbooks.machine.reducers import apply, genesis
from runbooks.machine.state import RunState
from runbooks.models import Event, Run, RunStep
from runbooks.procedure.serialization import from_json
from tests.flushing import triggers_lifted


def settle() -> None:
    """Foreign keys wait for the commit on PostgreSQL; no table is altered before they are looked
    at."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@contextmanager
def forging() -> Iterator[None]:
    """No trigger of ours fires inside."""
    settle()
    with triggers_lifted():
        yield
        settle()


def rechain(run: Run) -> None:
    """Compute the digests of the whole log anew, and store the state that it then leads to."""
    procedure, previous = from_json(run.revision.procedure), ""
    state: RunState | None = None
    for event in Event.objects.filter(run=run).order_by("sequence"):
        previous = chain.digest(previous, event.text)
        Event.objects.filter(pk=event.pk).update(digest=previous)
        content = texts.read(event.text)
        state = apply(state, content) if state else genesis(run.pk, procedure, content)
    assert state is not None
    for step in state.steps:
        row = RunStep.objects.filter(run=run, step=step.index, attempt=step.attempt)
        row.update(**{_column(f.name): getattr(step, f.name) for f in fields(step)[2:]})
    names = ("status", "turned", "started_at", "ended_at", "sequence")
    columns = {name: getattr(state, name) for name in names}
    Run.objects.filter(pk=run.pk).update(**columns, digest=previous)


def _column(name: str) -> str:
    return f"{name}_id" if name.endswith("_by") else name


def rewrite(run: Run, old: str, new: str) -> None:
    """Replace a text in every event of `run`, so that nothing in the database gives it away."""
    with forging():
        for event in Event.objects.filter(run=run, text__contains=old):
            Event.objects.filter(pk=event.pk).update(text=event.text.replace(old, new))
        rechain(run)


def shorten(run: Run, upto: int) -> None:
    """Take away every event after `upto`, so that nothing in the database gives it away."""
    with forging():
        Event.objects.filter(run=run, sequence__gt=upto).delete()
        rechain(run)
