"""Other processes: the server as it is deployed, viewers, the raw loop; their time and memory."""

from __future__ import annotations

import http.client
import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.worlds import BenchWorld

PATIENCE = 60.0  # seconds for a process to begin, or a thousand viewers to be let in
TICKS = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Process:
    """A child, its port, and what the kernel says of it."""

    child: subprocess.Popen[str]
    port: int

    def cpu_seconds(self) -> float:
        """Processor time that it has used, in itself and in the kernel for it."""
        fields = Path(f"/proc/{self.child.pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def megabytes(self, kind: str = "Rss") -> float:
        """Resident memory (Rss), or its share of what is shared with others (Pss)."""
        rollup = Path(f"/proc/{self.child.pid}/smaps_rollup").read_text("ascii")
        return int(rollup.split(f"{kind}:")[1].split()[0]) / 1024

    def say(self, line: str) -> None:
        """Write a line to its input."""
        assert self.child.stdin is not None
        self.child.stdin.write(f"{line}\n")
        self.child.stdin.flush()

    def hear(self) -> str:
        """The next line of its output. Raises `RuntimeError` when none comes in a minute."""
        assert self.child.stdout is not None
        ready, _, _ = select.select([self.child.stdout], [], [], PATIENCE)
        line: str = self.child.stdout.readline() if ready else ""
        if not line:
            raise RuntimeError("A process of the harness does not answer, or has ended.")
        return line.strip()

    def end(self) -> None:
        self.child.kill()
        self.child.communicate()


@contextmanager
def started(module: str, *arguments: str, world: BenchWorld | None = None) -> Iterator[Process]:
    """`python -m module`, with a listening socket as its first argument, ended afterwards."""
    environment = {**os.environ}
    if world is not None:
        environment["DATABASE_URL"] = world.url
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as door:
        command = [sys.executable, "-m", module, *arguments]
        command = [word.replace("{fd}", str(door.fileno())) for word in command]
        child = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            pass_fds=(door.fileno(),),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        process = Process(child, door.getsockname()[1])
        try:
            yield process
        finally:
            process.end()


@contextmanager
def serving(world: BenchWorld) -> Iterator[Process]:
    """The product's server, as the launcher starts it, on `world`; it has answered once."""
    arguments = ("config.asgi:application", "--fd", "{fd}", "--log-level", "error")
    with started("uvicorn", *arguments, "--no-access-log", world=world) as server:
        client = Client(server.port, "")
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                status, _ = client.send("GET", "/accounts/login/")
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        assert status == 200, status
        yield server


class Client:
    """A browser's connection, kept open."""

    def __init__(self, port: int, cookie: str, headers: dict[str, str] | None = None) -> None:
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._headers = {"Host": "localhost", **({"Cookie": cookie} if cookie else {})}
        self._headers |= headers or {}

    def send(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        self._link.request(method, path, body, self._headers)
        answer = self._link.getresponse()
        return answer.status, answer.read()


@dataclass(frozen=True)
class ViewerLog:
    """What the viewers saw: for each of them (sequence, nanoseconds of the monotonic clock)."""

    viewers: Sequence[Sequence[tuple[int, int]]]

    @property
    def deliveries(self) -> int:
        return sum(len(viewer) for viewer in self.viewers)

    def in_order(self) -> bool:
        """Whether each viewer saw growing numbers only."""
        return all(
            before < after
            for viewer in self.viewers
            for (before, _), (after, _) in zip(viewer, viewer[1:], strict=False)
        )

    def latencies(self, sent: Sequence[tuple[int, int]]) -> list[float]:
        """Milliseconds from each sending to the first message, in each viewer, that covers it. What
        never came is left out."""
        times = []
        for viewer in self.viewers:
            rest = iter(viewer)
            current = next(rest, None)
            for sequence, at in sent:
                while current is not None and current[0] < sequence:
                    current = next(rest, None)
                if current is not None:
                    times.append((current[1] - at) / 1e6)
        return times


@contextmanager
def watching(port: int, path: str, cookie: str, count: int) -> Iterator[Process]:
    """So many viewers of the stream at `path`, in a process of their own, all let in."""
    with started("bench.viewers", str(port), path, cookie, str(count)) as viewers:
        assert viewers.hear() == "ready"
        yield viewers


def seen_by(viewers: Process) -> ViewerLog:
    """End the watching, and say what was seen."""
    viewers.say("enough")
    viewers_saw: Any = json.loads(viewers.hear())
    return ViewerLog([[(sequence, at) for sequence, at in viewer] for viewer in viewers_saw])
