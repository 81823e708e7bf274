"""The embedded launcher: real processes that are killed."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connections

from config import launcher, processes
from demo import load
from jobs import heartbeat
from tests.runbooks.live.live_world import PATIENCE, ROOT, Reader, World, open_world, wait_until


@pytest.fixture(scope="module")
def world(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(django_db_blocker, tmp_path_factory.mktemp("launcher")) as made:
        yield made


#: What tells a child in its command line.
CHILDREN = {"config.serve": "web", "worker": "worker", "beat": "beat"}


class Launched:
    """A launcher process, its children, and what it said."""

    def __init__(self, world: World, *program: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.process = subprocess.Popen(
            [
                sys.executable,
                *(program or ("-m", "config.launcher")),
                "--port",
                str(self.port),
                "--no-demonstration",
            ],
            cwd=ROOT,
            env=world.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.output = ""
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output += line

    def children(self) -> dict[str, int]:
        """The process id of each child that runs now."""
        pid = self.process.pid
        children: dict[str, int] = {}
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            try:
                words = Path(f"/proc/{child}/cmdline").read_text().split("\0")
            except FileNotFoundError:  # it has just ended
                continue
            children |= {name: int(child) for word, name in CHILDREN.items() if word in words}
        return children

    def web(self) -> int:
        """The process id of the web child; 0 when there is none now."""
        return self.children().get("web", 0)

    def answers(self) -> bool:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            link.request("GET", "/live/elsewhere")
            return link.getresponse().status == 404
        except OSError:
            return False
        finally:
            link.close()


@contextmanager
def launching(world: World, *program: str) -> Iterator[Launched]:
    started = Launched(world, *program)
    running: dict[str, int] = {}
    try:
        wait_until(lambda: "running at" in started.output, within=3 * PATIENCE)
        wait_until(lambda: len(started.children()) == len(CHILDREN))
        running = started.children()
        yield started
    finally:
        if started.process.poll() is None:
            started.process.kill()
            started.process.wait()
        assert started.process.stdout is not None
        started.process.stdout.close()
    wait_until(lambda: all(map(gone, running.values())))


@pytest.fixture
def launched(world: World) -> Iterator[Launched]:
    with launching(world) as started:
        yield started


def gone(pid: int) -> bool:
    """Whether the process has ended; a zombie that nobody has collected yet counts."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.mark.processes
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
class TestKilling:
    def test_the_web_child_is_started_again(self, launched: Launched) -> None:
        assert f"http://127.0.0.1:{launched.port}/" in launched.output
        before = launched.web()
        os.kill(before, signal.SIGKILL)
        # Nobody is refused meanwhile: the launcher holds the socket, and the browser waits.
        assert launched.answers()
        assert launched.web() not in {0, before}
        assert "The web process ended (signal 9)" in launched.output

    @pytest.mark.parametrize("name", ["worker", "beat"])
    def test_the_background_is_started_again(self, launched: Launched, name: str) -> None:
        before = launched.children()[name]
        os.kill(before, signal.SIGKILL)
        wait_until(lambda: launched.children().get(name, before) != before)
        assert f"The {name} process ended (signal 9)" in launched.output

    def test_links_in_mails_lead_to_the_launchers_own_port(self, launched: Launched) -> None:
        given = Path(f"/proc/{launched.children()['worker']}/environ").read_text().split("\0")
        assert f"COUNTERSIGN_URL=http://127.0.0.1:{launched.port}" in given

    def test_a_web_child_that_hangs_is_replaced(self, world: World) -> None:
        hasty = (
            "from config import launcher\n"
            "launcher.WEB_MISSES, launcher.WEB_WITHIN = 3, 2.0\n"
            "raise SystemExit(launcher.main())"
        )
        with launching(world, "-c", hasty) as launched:
            before = launched.web()
            os.kill(before, signal.SIGSTOP)
            # Nobody is refused meanwhile, and the next one answers.
            wait_until(launched.answers, within=3 * PATIENCE)
            assert launched.web() not in {0, before}
            assert "The web process hangs: 3 probes had no answer." in launched.output
            assert gone(before)

    def test_the_launcher_leaves_no_orphan(self, launched: Launched) -> None:
        processes = launched.children().values()
        launched.process.kill()
        wait_until(lambda: all(map(gone, processes)))
        assert not launched.answers()

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_asked_to_stop_it_ends_open_streams(
        self, launched: Launched, world: World, number: signal.Signals
    ) -> None:
        processes = launched.children().values()
        reader = Reader(launched.port, world.run(), world.cookie(world.person()))
        reader.next("ping")
        launched.process.send_signal(number)
        assert launched.process.wait(PATIENCE) == 0
        assert all(map(gone, processes))
        reader.wait_for_end()
        reader.close()


def test_a_taken_port_is_said_and_another_one_suggested(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv("COUNTERSIGN_URL", "http://localhost:8000")  # which main() would set
        assert launcher.main(["--port", str(port)]) == 1
    output = capsys.readouterr().out
    assert f"Port {port} on 127.0.0.1 cannot be used" in output
    assert f"PORT={port + 1}" in output


def process(child: processes.Child) -> subprocess.Popen[bytes]:
    assert child.process is not None
    return child.process


@pytest.mark.processes
def test_what_keeps_dying_is_started_ever_more_slowly() -> None:
    child = processes.Child("sick", [sys.executable, "-c", "raise SystemExit(3)"])

    def dies(at: float) -> float:
        """How long after its death at `at` it is due again."""
        child.tend(at)
        process(child).wait(PATIENCE)
        child.tend(at)
        assert child.process is None
        return child.due - at

    assert dies(0.0) == processes.FIRST_PAUSE
    child.tend(processes.FIRST_PAUSE / 2)
    assert child.process is None  # not yet
    assert dies(100.0) == 2 * processes.FIRST_PAUSE
    child.pause = processes.LONGEST_PAUSE
    assert dies(200.0) == processes.LONGEST_PAUSE
    assert dies(300.0) == processes.LONGEST_PAUSE
    child.tend(400.0)
    process(child).wait(PATIENCE)
    child.tend(400.0 + processes.LIVED_WELL + 1)
    assert child.due == 400.0 + processes.LIVED_WELL + 1 + processes.FIRST_PAUSE


class Clock:
    """Rounds of a launcher, a second apart, which ask a probe about a process started at 0."""

    def __init__(self, ask: Callable[[], bool]) -> None:
        self.probe = processes.Probe(ask, every=1.0, misses=3, start=10.0)
        self.probe.begin(0.0)
        self.now = 0.0

    def look(self) -> bool:
        """One question, and its answer."""
        self.now += 1.0
        self.probe.hangs(self.now, 0.0)
        wait_until(lambda: not self.probe.answers.empty())
        return self.probe.hangs(self.now, 0.0)


def test_misses_count_in_a_row_and_not_during_the_start() -> None:
    answers = iter([False] * 4 + [True, False, False, True, False, False, False])
    clock = Clock(lambda: next(answers))
    assert [clock.look() for _ in range(11)] == [False] * 10 + [True]
    clock.probe.begin(clock.now)
    assert clock.probe.missed == 0


def test_one_that_never_answered_has_its_start_and_no_more() -> None:
    clock = Clock(lambda: False)
    assert [clock.look() for _ in range(13)] == [False] * 12 + [True]


def test_a_slow_answer_is_waited_for_and_holds_nobody_up() -> None:
    came = threading.Event()
    probe = processes.Probe(came.wait, every=1.0, misses=1, start=0.0)
    probe.begin(0.0)
    assert not any(probe.hangs(float(now), 0.0) for now in range(100))
    came.set()
    wait_until(lambda: not probe.answers.empty())
    assert not probe.hangs(101.0, 0.0)


@pytest.mark.django_db
def test_the_background_hangs_when_it_gives_no_sign_of_life(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "close_all", lambda: None)
    now = datetime.now(UTC)
    heartbeat.beat(heartbeat.BackgroundPart.SWEEP, at=now - 2 * heartbeat.LATE)
    assert not launcher._at_work()
    heartbeat.beat(heartbeat.BackgroundPart.WORK, at=now - timedelta(seconds=5))
    assert launcher._at_work()


def test_a_database_that_cannot_be_asked_tells_nothing_about_the_background(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def down(at: datetime) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(heartbeat, "last_heartbeat", down)
    assert launcher._at_work()


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8051"),
        ("0.0.0.0", "http://localhost:8051"),
        ("::", "http://localhost:8051"),
        ("::1", "http://[::1]:8051"),
        ("db7.example.org", "http://db7.example.org:8051"),
    ],
)
def test_the_address_is_one_that_a_browser_can_open(host: str, address: str) -> None:
    assert launcher.address(host, 8051) == address


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The management commands that the launcher calls, which then do nothing."""
    names: list[str] = []
    monkeypatch.setattr(launcher, "call_command", lambda name, **_: names.append(name))
    monkeypatch.setattr(connections, "close_all", lambda: None)
    return names


@pytest.mark.parametrize(
    ("wanted", "production", "loaded"),
    [(True, False, True), (False, False, False), (True, True, False)],
)
def test_the_demonstration_is_loaded_when_it_may_be(
    settings: Any, called: list[str], wanted: bool, production: bool, loaded: bool
) -> None:
    settings.PRODUCTION = production
    sign_ins = launcher._prepare(demonstration=wanted)
    assert called == ["migrate", "load_demonstration"][: 1 + loaded]
    assert sign_ins == (load.SIGN_INS if loaded else ())


def test_a_database_that_does_not_answer_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def down(name: str, **_: Any) -> None:
        raise OperationalError("connection refused\n")

    monkeypatch.setenv("COUNTERSIGN_URL", "http://localhost:8000")  # which main() would set
    monkeypatch.setattr(launcher, "call_command", down)
    assert launcher.main(["--port", "0"]) == 1
    assert capsys.readouterr().out.endswith("Countersign cannot start: connection refused\n")


def test_the_welcome_names_the_people_and_warns_when_others_can_reach_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    launcher._welcome("127.0.0.1", 8000, [("operator", "secret")])
    output = capsys.readouterr().out
    assert "operator     secret" in output
    assert "are public" not in output
    launcher._welcome("0.0.0.0", 8000, [("operator", "secret")])
    assert "are public" in capsys.readouterr().out
