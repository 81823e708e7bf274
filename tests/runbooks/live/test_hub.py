"""The hub alone: what no viewer must miss, whenever it comes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from runbooks.live.authentication import Sender, Ticket
from runbooks.live.hub import Hub, Viewer
from runbooks.live.presence import OpenScreen
from runbooks.live.reading import News


def viewer(seen: int) -> Viewer:
    return Viewer(
        Ticket(run=1, person=1, head=10), Sender(), seen, OpenScreen(1, 1, f"screen-{seen}")
    )


def test_who_comes_while_the_log_is_read_misses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look() -> tuple[int, int]:
        hub, here, late = Hub(), viewer(9), viewer(5)
        hub.viewers.add(here)

        async def read(work: Any, positions: Mapping[int, int], **options: Any) -> dict[int, News]:
            assert positions == {1: 9}
            hub.viewers.add(late)
            return {1: News(events=[(10, "note.added")])}

        monkeypatch.setattr(hub._tail_thread, "run", read)
        await hub._look()
        return here.seen, late.seen

    assert asyncio.run(look()) == (10, 5)  # 6 to 9 come with its own look
