"""Near misses in the log of a run, with every way in which one is noticed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from runbooks.log import chain
from runbooks.machine.events.kinds import from_data
from runbooks.models import Event, Run
from runbooks.models.sql import carry_out


def logged(run: Run, kind: str, *, by: User, at: datetime, **data: Any) -> Event:
    """An event at the end of the log of `run`, chained as the product chains it."""
    with transaction.atomic():
        run.refresh_from_db()
        _, written = chain.append(
            run, [from_data(kind, data)], by=by, role="operator", at=at, key=None
        )
        carry_out(written)
        run.save(update_fields=["sequence", "digest"])
    return Event.objects.get(run=run, sequence=run.sequence)


def refused(run: Run, guard: str, *, by: User, at: datetime, **data: Any) -> Event:
    """A refusal by `guard`, which caught the wrong target; '' is the table of moves, which catches
    nothing."""
    content: dict[str, Any] = {
        "move": "tick",
        "step": 0,
        "guard": guard,
        "counts": bool(guard),
        "caught": "wrong-target" if guard else "",
        "code": "wrong_target" if guard else "out_of_order",
        "sentence": "This is not the target.",
        "remedy": "Read the identifiers again.",
        "tried": {"values": "{'entries': 'hunter2'}"},
    }
    return logged(run, "move.refused", by=by, at=at, **content | data)


def deviated(run: Run, caught: str, *, by: User, at: datetime, **data: Any) -> Event:
    """A mismatch; with what a guard `caught` it is a near miss."""
    content = {
        "step": 0,
        "why": "Neither identifier fits.",
        "values": {},
        "measured_by": "operator",
    }
    return logged(run, "step.mismatched", by=by, at=at, **content | {"caught": caught} | data)


def overridden(run: Run, gate: str, *, by: User, at: datetime, **data: Any) -> Event:
    """A gate that was opened by an override."""
    content = {
        "step": 0,
        "attempt": 1,
        "gate": gate,
        "label": gate,
        "guard": "",
        "reason": "Alone at night; the second person is on a plane.",
        "waited": 120,
        "done": False,
    }
    return logged(run, "gate.overridden", by=by, at=at, **content | data)


def missed(run: Run, by: User, at: datetime) -> None:
    """One of each, a second apart."""
    moments = (at + timedelta(seconds=number) for number in range(1, 7))
    refused(run, "", by=by, at=next(moments))
    refused(run, "overwrite", by=by, at=next(moments))
    refused(run, "identify", by=by, at=next(moments))
    refused(run, "freeze", by=by, at=next(moments), sentence="One writer is left.")
    deviated(run, "wrong-target", guard="identify", by=by, at=next(moments))
    overridden(run, "countersign", by=by, at=next(moments))
