"""Every way around a guard that was once found, tried again against this product.

`manage.py try_the_doors` makes each attempt of `ATTEMPTS` once, in a database of its own, and ends
with 1 if one of them gets through. To add one: a function that takes a `World`, tries, and returns
what was said to it, or raises `GotThrough`; and its line in the table of its module.
"""

from __future__ import annotations

from itertools import chain
from operator import attrgetter

from demo.attempts import (
    access,
    attempt,
    blocks,
    clock,
    copies,
    deletion,
    hidden_commands,
    idempotency_keys,
    loss,
    outcome,
    outside_steps,
    second_runs,
    secrets_in_logs,
    session,
    statements,
    values,
)
from demo.attempts.attempt import Attempt

__all__ = ["ATTEMPTS"]

_MODULES = (
    access,
    blocks,
    clock,
    copies,
    deletion,
    second_runs,
    secrets_in_logs,
    hidden_commands,
    idempotency_keys,
    loss,
    outcome,
    statements,
    session,
    outside_steps,
    attempt,
    values,
)
#: All attempts, in the order of their points.
ATTEMPTS: tuple[Attempt, ...] = tuple(
    sorted(chain.from_iterable(module.ATTEMPTS for module in _MODULES), key=attrgetter("point"))
)
