"""What a run did, as the inventory takes it down: its history names the run.

No second right is asked for: whoever may do the step did it, and the register says what is so. The
rules are those of the verbs that people use (`inventory.copies`, `inventory.instances`). Call all
of it in the transaction of the run's move; `Refused` and `Invalid` undo the move.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from accounts.models import User
from inventory import instances, keeping, writing
from inventory.enums import CopyState, Lifecycle
from inventory.models import Copy, Instance, System


def set_lifecycle(
    instance: Instance, *, lifecycle: Lifecycle, run: str, by: User, at: datetime
) -> Instance:
    """The instance is frozen or active now, because `run` ("run 7, step 3") made it so."""
    kept = writing.locked(Instance.objects.all(), instance, None)
    return instances.live_on(kept, lifecycle, reason=run, by=by, at=at)


def register_copy(
    system: System,
    facts: Mapping[str, object],
    *,
    how: str,
    accept: str = "",
    run: str,
    by: User,
    at: datetime,
) -> Copy:
    """A new copy that `run` made; good at once when it says `how` it was read back. `accept`: why,
    although its size is in doubt."""
    copy = keeping.add(system, facts, reason=run, by=by, at=at)
    if not how:
        return copy
    return keeping.confirm(copy, how=how, measured={}, accept=accept, reason=run, by=by, at=at)


def set_aside(
    system: System, facts: Mapping[str, object], *, run: str, by: User, at: datetime
) -> Copy:
    """What `run` replaced, in quarantine."""
    given = {**facts, "state": CopyState.QUARANTINED.value}
    return keeping.add(system, given, reason=run, by=by, at=at)


def verify_copy(
    copy: Copy,
    *,
    how: str,
    measured: Mapping[str, object],
    restored: bool = False,
    accept: str = "",
    run: str,
    by: User,
    at: datetime,
) -> Copy:
    """`run` read the copy back and found it good; `restored`: it was restored, and compared;
    `accept`: why it is good although its size is in doubt."""
    kept = writing.locked(Copy.objects.select_related("system"), copy, None)
    return keeping.confirm(
        kept,
        how=how,
        measured=measured,
        restored=restored,
        accept=accept,
        reason=run,
        by=by,
        at=at,
    )
