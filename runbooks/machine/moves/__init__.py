"""The moves: one frozen dataclass for each thing that a person can do to a run.

To add one, write its class in the module of its subject: `kind`, `title`, `button`, `rule`,
`first_events`, the fields that are sent with it, and `decide`, which gives the events that it
causes or says why not. `precondition` says what it demands beyond its rule. Its form, its address
in the API, its documentation and its part of the tests are built from that; write its verdicts
into `tests/runbooks/machine/test_square.py`.
"""

from __future__ import annotations

from runbooks.machine.move import Move
from runbooks.machine.moves import (
    branches,
    copies,
    fitness,
    hand_over,
    hold,
    log,
    overrides,
    replacement,
    roles,
    run,
    second_person,
    steps,
    unlock,
)

_MODULES = (
    roles, run, steps, second_person, branches, unlock, hold, hand_over, replacement, log,
    overrides, fitness, copies,
)  # fmt: skip

#: Every kind of move, in the order in which pages and documents list them.
MOVES: tuple[type[Move], ...] = tuple(
    kind
    for module in _MODULES
    for kind in vars(module).values()
    if isinstance(kind, type) and issubclass(kind, Move) and "kind" in vars(kind)
)
BY_KIND: dict[str, type[Move]] = {move.kind: move for move in MOVES}
