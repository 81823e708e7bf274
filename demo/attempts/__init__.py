"""Every way around a guard that was once found, tried again against this product.

`manage.py try_the_doors` makes each attempt of `ATTEMPTS` once, in a database of its own, and ends
with 1 if one of them gets through. To add one: a function that takes a `World`, tries, and returns
what was said to it, or raises `GotThrough`; and its line in the table of its module.
"""

from __future__ import annotations

from demo.attempts import (
    access,
    blocks,
    clock,
    copies,
    deletion,
    doors,
    ground,
    hidden,
    keys,
    loss,
    outcome,
    sayings,
    session,
    stray,
    trying,
    values,
)
from demo.attempts.trying import Attempt

__all__ = ["ATTEMPTS"]

_MODULES = (
    access,
    blocks,
    clock,
    copies,
    deletion,
    doors,
    ground,
    hidden,
    keys,
    loss,
    outcome,
    sayings,
    session,
    stray,
    trying,
    values,
)
#: All attempts, in the order of their points.
ATTEMPTS: tuple[Attempt, ...] = tuple(
    sorted((attempt for module in _MODULES for attempt in module.ATTEMPTS), key=lambda attempt: attempt.point)
)
