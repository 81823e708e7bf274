"""What every part of the API shares: who asks, how often, what is sent and answered, how it is
described. It stands on the lowest floor, because the parts of all floors are built on it."""

from __future__ import annotations
