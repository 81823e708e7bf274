"""What somebody does who owns the database and knows how the chain is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from runbooks import log, rows
from runbooks.machine import apply, genesis
from runbooks.models import Event, Run
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
    previous, state, after = "", None, None
    stored, before = rows.load(run.pk)
    for event in Event.objects.filter(run=run).order_by("sequence"):
        previous = log.digest(previous, event.text)
        Event.objects.filter(pk=event.pk).update(digest=previous)
        told = log.line(event.text)
        state = apply(state, told) if state else genesis(run.pk, before.procedure, told)
    assert state is not None
    after = state
    stored.digest = previous
    rows.store(stored, before, after, {})
    Run.objects.filter(pk=run.pk).update(sequence=after.sequence, digest=previous)


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
