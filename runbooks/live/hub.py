"""One hub a process: reads the log once for all viewers and fans out. Idle, it costs nothing."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from secrets import token_hex

from django.db import Error, connection
from django.utils import timezone

from runbooks.live import presence, wake
from runbooks.live.authentication import Sender, Ticket, TurnedAway, admit
from runbooks.live.database_thread import DatabaseThread
from runbooks.live.reading import News, news

log = logging.getLogger(__name__)

QUEUE = 64  # messages that may wait for a slow viewer before it is dropped


@dataclass(frozen=True)
class Timing:
    """Seconds between two rounds of each duty. A browser says "not connected" after 10 s of
    silence, so two pings may be lost; a presence row is stale after 30 s, so two refreshes may."""

    poll: float = 0.03
    safety: float = 3.0
    ping: float = 4.0
    refresh: float = 10.0
    recheck: float = 20.0


def message(event: str, data: str, sequence: int | None = None) -> bytes:
    """One server-sent event. Only log messages have an id: it is what a browser resumes from."""
    head = "" if sequence is None else f"id: {sequence}\n"
    return f"{head}event: {event}\ndata: {data}\n\n".encode()


PING = message("ping", "{}")


@dataclass(eq=False)
class Viewer:
    """One open stream. `seen` is the last sequence that was put into its queue. `screen`: None for
    a program, for behind it nobody looks at the run."""

    ticket: Ticket
    sender: Sender
    seen: int
    screen: presence.OpenScreen | None
    people: str = ""
    queue: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(QUEUE))
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def offer(self, text: bytes) -> None:
        """Queue `text`; a viewer that is too slow is dropped: it reconnects and misses nothing."""
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            self.ended.set()

    def show(self, item: News) -> None:
        """Queue what is new to this viewer."""
        if item.events and item.events[-1][0] > self.seen:
            before, self.seen = self.seen, item.events[-1][0]
            if before not in item.messages:
                kinds = [kind for sequence, kind in item.events if sequence > before]
                data = json.dumps({"sequence": self.seen, "kinds": kinds})
                item.messages[before] = message("log", data, self.seen)
            self.offer(item.messages[before])
        if item.people != self.people:
            self.people = item.people
            self.offer(message("presence", item.people))


class Hub:
    """Knows its viewers and does four duties for them while there are any: tail, ping, keep
    presence, re-check sessions. All state of the log is in the viewers: the tail reads from the
    one who is furthest behind, so joining late, resuming and following are the same thing."""

    def __init__(self, timing: Timing | None = None) -> None:
        self.timing = timing or Timing()
        self.viewers: set[Viewer] = set()
        self.stopping = False
        self._name = token_hex(8)
        self._tail_thread = DatabaseThread("tail")
        self._authentication_thread = DatabaseThread("authentication")
        self._opened: set[presence.OpenScreen] = set()
        self._closed: set[presence.OpenScreen] = set()
        self._look_now = asyncio.Event()
        self._presence_now = asyncio.Event()
        self._empty = asyncio.Event()
        self._looked = 0.0
        self._work: asyncio.Task[None] | None = None

    async def admit(self, sender: Sender, run: int) -> Ticket:
        """`admit`, in the thread that does such work. Raises `TurnedAway`."""
        return await self._authentication_thread.run(admit, sender, run)

    def join(self, ticket: Ticket, sender: Sender, after: int) -> Viewer:
        """A new viewer, who will get every event after `after`."""
        screen = None
        if not sender.is_program:
            screen = presence.OpenScreen(ticket.run, ticket.person, f"{self._name}-{token_hex(8)}")
            self._opened.add(screen)
        # Beyond the head means that the database was restored: follow what there is.
        viewer = Viewer(ticket, sender, min(after, ticket.head), screen)
        viewer.offer(PING)
        self.viewers.add(viewer)
        self._empty.clear()
        self._look_now.set()
        self._presence_now.set()
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._serve())
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """The stream of `viewer` is over."""
        self.viewers.discard(viewer)
        if viewer.screen is not None:
            self._opened.discard(viewer.screen)
            self._closed.add(viewer.screen)
            self._presence_now.set()
        if not self.viewers:
            self._empty.set()

    def stop(self) -> None:
        """End every stream, and let nobody in any more."""
        self.stopping = True
        for viewer in self.viewers:
            viewer.ended.set()

    async def finished(self) -> None:
        """Wait until nothing of the hub runs any more. Call `stop` first."""
        if self._work is not None:
            await self._work
        await self._rest()

    async def _serve(self) -> None:
        while self.viewers:
            duties: list[Callable[[], Awaitable[None]]] = [
                self._tail,
                self._ping,
                self._keep_presence,
                self._refresh,
                self._recheck,
            ]
            if connection.vendor == "postgresql":
                duties.append(self._listen)
            tasks = [asyncio.create_task(self._for_ever(duty)) for duty in duties]
            await self._empty.wait()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._once(self._write_presence)
            await self._rest()

    async def _rest(self) -> None:
        for thread in (self._tail_thread, self._authentication_thread):
            await thread.rest()

    async def _for_ever(self, duty: Callable[[], Awaitable[None]]) -> None:
        while True:
            if not await self._once(duty):
                await asyncio.sleep(wake.RETRY_AFTER)

    async def _once(self, duty: Callable[[], Awaitable[None]]) -> bool:
        """Do `duty`; a failure is logged and must not end the others."""
        try:
            await duty()
        except Error as error:
            log.warning("The database did not answer the live streams: %s", error)
        except Exception:
            log.exception("A duty of the live streams failed")
        else:
            return True
        return False

    async def _tail(self) -> None:
        """Wait until something may have changed, then look."""
        watching_file = connection.vendor == "sqlite"
        version = wake.FileVersion()
        last = 0.0
        clock = asyncio.get_running_loop().time
        while True:
            woken = await self._woken(self.timing.poll if watching_file else self.timing.safety)
            self._look_now.clear()
            due = clock() - last >= self.timing.safety
            if watching_file and not await self._tail_thread.run(version.changed):
                self._looked = clock()
                if not (woken or due):
                    continue
            await self._look()
            self._looked = last = clock()

    async def _woken(self, timeout: float) -> bool:
        # Not wait_for: before Python 3.12 it loses a cancellation that comes with the wake-up, and
        # a stop would wait for ever.
        try:
            async with asyncio.timeout(timeout):
                await self._look_now.wait()
        except TimeoutError:
            return False
        return True

    async def _look(self) -> None:
        viewers = list(self.viewers)
        positions: dict[int, int] = {}
        for viewer in viewers:
            run = viewer.ticket.run
            positions[run] = min(viewer.seen, positions.get(run, viewer.seen))
        latest = await self._tail_thread.run(news, positions, at=timezone.now())
        # Not to those who came meanwhile: they may stand further behind than was asked for, and
        # have set `_look_now`.
        for viewer in viewers:
            viewer.show(latest[viewer.ticket.run])

    async def _ping(self) -> None:
        """A ping says more than "the socket is open": this process has read the log just now."""
        await asyncio.sleep(self.timing.ping)
        silence = asyncio.get_running_loop().time() - self._looked
        if silence < self.timing.safety + self.timing.ping:
            for viewer in self.viewers:
                viewer.offer(PING)

    async def _keep_presence(self) -> None:
        await self._presence_now.wait()
        self._presence_now.clear()
        await self._write_presence()
        self._look_now.set()

    async def _write_presence(self) -> None:
        opened, self._opened = self._opened, set()
        closed, self._closed = self._closed, set()
        if opened or closed:
            await self._authentication_thread.run(
                presence.change, opened=opened, closed=closed, at=timezone.now()
            )

    async def _refresh(self) -> None:
        await asyncio.sleep(self.timing.refresh)
        screens = [viewer.screen for viewer in self.viewers if viewer.screen]
        await self._authentication_thread.run(presence.refresh, screens=screens, at=timezone.now())

    async def _recheck(self) -> None:
        """End the streams of people who signed out, were disabled or changed their password, and of
        tokens that were revoked or expired."""
        await asyncio.sleep(self.timing.recheck)
        for viewer in list(self.viewers):
            try:
                await self.admit(viewer.sender, viewer.ticket.run)
            except TurnedAway:
                viewer.ended.set()

    async def _listen(self) -> None:
        await wake.listen(self._heard)

    def _heard(self, run: int) -> None:
        if not run or any(viewer.ticket.run == run for viewer in self.viewers):
            self._look_now.set()
