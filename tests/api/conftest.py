"""What the tests of the API begin with."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import caches


@pytest.fixture(autouse=True)
def counters() -> Iterator[None]:
    """The limits of one test are not those of the next."""
    caches["throttle"].clear()
    yield
    caches["throttle"].clear()
