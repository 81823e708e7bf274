"""The state machine of a run: pure, total, and the only place that knows its rules.

`decide(state, request)` gives events or says why not; `apply(state, line)` gives the state after an
event; `allowed` and `gates` answer what a person sees. See docs/reference/run-states.md, which is
made from these tables.
"""

from __future__ import annotations

from runbooks.machine import rollback
from runbooks.machine.barred import barred
from runbooks.machine.decide import allowed, decide, offered, open_roles
from runbooks.machine.fold import EFFECTS, TURNING, apply, genesis
from runbooks.machine.gates import (
    COUNTERSIGN_COUNTS_FOR,
    gates,
    needs_begin,
    overridden,
    remarks,
    required_roles,
    run_gates,
)
from runbooks.machine.misses import refused
from runbooks.machine.overriding import (
    OVERRIDE_LASTS,
    OVERRIDE_WAITS,
    closed_gates,
    not_before,
    pending,
    so_far,
    waiting,
)
from runbooks.machine.pace import haste, ticks
from runbooks.machine.particulars import countersigner
from runbooks.machine.replacing import proposed as replacement
from runbooks.machine.replacing import replaceable
from runbooks.machine.rules import RULES, Rule, standing
from runbooks.machine.signature import demanded, may_sign
from runbooks.machine.stating import STATED, stated
from runbooks.machine.timing import stamped, timed
from runbooks.requests import (
    Allowed,
    Gate,
    Line,
    Malformed,
    NewEvent,
    Outcome,
    Refusal,
    Request,
)
from runbooks.state import (
    ENDED,
    FINISHED,
    Facts,
    Outside,
    RunState,
    StepState,
    current,
    in_section,
    last_finished,
    place,
)

__all__ = [
    "COUNTERSIGN_COUNTS_FOR",
    "EFFECTS",
    "OVERRIDE_LASTS",
    "OVERRIDE_WAITS",
    "ENDED",
    "FINISHED",
    "RULES",
    "STATED",
    "TURNING",
    "Allowed",
    "Facts",
    "Gate",
    "Line",
    "Malformed",
    "NewEvent",
    "Outcome",
    "Outside",
    "Refusal",
    "Request",
    "Rule",
    "RunState",
    "StepState",
    "allowed",
    "apply",
    "barred",
    "closed_gates",
    "countersigner",
    "current",
    "decide",
    "demanded",
    "gates",
    "genesis",
    "haste",
    "in_section",
    "last_finished",
    "may_sign",
    "needs_begin",
    "not_before",
    "offered",
    "open_roles",
    "overridden",
    "pending",
    "place",
    "refused",
    "remarks",
    "replaceable",
    "replacement",
    "required_roles",
    "rollback",
    "run_gates",
    "so_far",
    "stamped",
    "standing",
    "stated",
    "ticks",
    "timed",
    "waiting",
]
