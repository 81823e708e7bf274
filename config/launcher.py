"""The embedded set-up in one command: `python -m config.launcher`.

Prepares the database, loads the demonstration, starts the children, starts again what dies, and
leaves nothing behind when it is stopped or killed. The children: `web` serves the pages, `worker`
does the background's jobs in four threads, `beat` wakes it every few seconds. For one machine;
docs/how-to/production.md says what to run otherwise.
"""

from __future__ import annotations

import argparse
import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from types import FrameType

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections
from django.urls import reverse

PR_SET_PDEATHSIG = 1  # linux/prctl.h
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a child that died is started again
LIVED_WELL = 60.0  # seconds after which an earlier death no longer counts
STOP_WITHIN = 8.0  # seconds that children get to stop by themselves
ANSWERS_WITHIN = 60.0  # seconds that the web child gets to answer for the first time


def say(text: str) -> None:
    """A line for the person at the terminal."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@dataclass
class Child:
    """A process that must run as long as the launcher does."""

    name: str
    command: Sequence[str]
    files: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE

    def tend(self, now: float) -> None:
        """Start the child when it is due; notice when it has died. `now` is monotonic seconds."""
        if self.process is None:
            if now >= self.due:
                self._start(now)
        elif (code := self.process.poll()) is not None:
            if now - self.started > LIVED_WELL:
                self.pause = FIRST_PAUSE
            how = f"signal {-code}" if code < 0 else f"status {code}"
            say(f"The {self.name} process ended ({how}); starting it again in {self.pause:g} s.")
            self.process, self.due = None, now + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def _start(self, now: float) -> None:
        self.started = now
        self.process = subprocess.Popen(  # noqa: S603 (our own command line)
            self.command,
            pass_fds=self.files,
            process_group=0,  # Ctrl-C reaches the launcher alone, which stops its children in order
            preexec_fn=_die_with(os.getpid()),
        )

    def stop(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


@dataclass
class Launcher:
    """Keeps `children` running until it is told to stop, and `later` ones once these are up."""

    children: tuple[Child, ...]
    later: tuple[Child, ...] = ()
    told: bool = field(default=False)

    def tell(self, number: int, frame: FrameType | None) -> None:
        """Signal handler: stop at the next round."""
        self.told = True

    def run(self, *, once_up: Callable[[], bool]) -> None:
        """Tend the children. `once_up` is asked each round until it says that it is done."""
        signal.signal(signal.SIGTERM, self.tell)
        signal.signal(signal.SIGINT, self.tell)
        done = False
        while not self.told:
            for child in self._all() if done else self.children:
                child.tend(time.monotonic())
            done = done or once_up()
            time.sleep(0.1)
        self._stop()

    def _all(self) -> tuple[Child, ...]:
        return (*self.children, *self.later)

    def _stop(self) -> None:
        say("Stopping.")
        for child in self._all():
            child.stop(signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN
        for child in self._all():
            if child.process is not None:
                try:
                    child.process.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    child.stop(signal.SIGKILL)
                    child.process.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until stopped. The exit status: 0, or 1 with a sentence when it could not start."""
    options = _options(arguments)
    try:
        door = _bind(options.host, options.port)
    except OSError as error:
        say(
            f"Port {options.port} on {options.host} cannot be used: {error.strerror}."
            f" Stop what uses it, or choose another one: make run PORT={options.port + 1}"
        )
        return 1
    with door:
        return _launch(options, door)


def _launch(options: argparse.Namespace, door: socket.socket) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
        sign_ins = _prepare(demonstration=options.demonstration)
    except (ImproperlyConfigured, OperationalError, CommandError) as error:
        say(f"Countersign cannot start: {str(error).strip()}")
        return 1
    deadline = time.monotonic() + ANSWERS_WITHIN

    def once_up() -> bool:
        if _answers(options.host, options.port):
            _welcome(options.host, options.port, sign_ins)
        elif time.monotonic() < deadline:
            return False
        else:
            say("The sign-in page does not come as it should; the messages above say why.")
        return True

    say("Starting.")
    # The first page does not wait for the background to start.
    Launcher(children=(_web(door),), later=(_worker(), _beat())).run(once_up=once_up)
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m config.launcher", description="Run Countersign."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument(
        "--no-demonstration", dest="demonstration", action="store_false", help="start with no data"
    )
    return parser.parse_args(arguments)


def _bind(host: str, port: int) -> socket.socket:
    """The listening socket. The launcher keeps it, so that browsers wait instead of being refused
    while the web child is started again. Raises `OSError` when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((host, port))
        door.listen(1024)
    except (OSError, OverflowError):
        door.close()
        raise
    return door


def _prepare(*, demonstration: bool) -> tuple[tuple[str, str], ...]:
    """Bring the database up to date; load the demonstration and return its sign-ins."""
    say("Preparing the database.")
    call_command("migrate", interactive=False, verbosity=0)
    sign_ins: tuple[tuple[str, str], ...] = ()
    if demonstration and not settings.PRODUCTION:
        call_command("load_demonstration")
        # By name: it imports models, which cannot be imported before django.setup().
        sign_ins = import_module("config.demonstration").SIGN_INS
    connections.close_all()  # the children have their own
    return sign_ins


def _web(door: socket.socket) -> Child:
    number = door.fileno()
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--fd", str(number)]
    command += ["--log-level", "warning", "--no-server-header", "--no-proxy-headers"]
    command += ["--timeout-graceful-shutdown", "3"]
    return Child("web", command, files=(number,))


def _worker() -> Child:
    # Threads: children of a pool could outlive a worker that is killed, and need more memory.
    command = [*_celery(), "worker", "--pool", "threads", "--concurrency", "4"]
    return Child(
        "worker", [*command, "--without-gossip", "--without-mingle", "--without-heartbeat"]
    )


def _beat() -> Child:
    # A process of its own: inside the worker, it would outlive a worker that is killed.
    return Child("beat", [*_celery(), "beat", "--pidfile", ""])


def _celery() -> list[str]:
    # Messages carry a number and nothing that runs, so its warning to root is none here.
    quiet = ["-W", "ignore:You're running the worker with superuser privileges"]
    return [sys.executable, *quiet, "-m", "celery", "--quiet", "--app", "config.celery"]


def _answers(host: str, port: int) -> bool:
    """Whether the sign-in page comes. Waits for it at most two seconds."""
    link = http.client.HTTPConnection(host, port, timeout=2)
    try:
        link.request("GET", reverse("account_login"), headers={"Host": "localhost"})
        return link.getresponse().status < 500
    except OSError:
        return False
    finally:
        link.close()


def _welcome(host: str, port: int, sign_ins: Sequence[tuple[str, str]]) -> None:
    say(f"\nCountersign is running at http://{host}:{port}/")
    if sign_ins:
        say("Sign in as one of the demonstration's people:")
        for name, password in sign_ins:
            say(f"  {name:<12} {password}")
        if host not in {"127.0.0.1", "localhost", "::1"}:
            say("Others can reach this address, and the passwords are public: nothing real here.")
    say("Stop it with Ctrl-C.\n")


def _die_with(parent: int) -> Callable[[], None]:
    """What a child does before it runs: ask Linux for SIGTERM when the launcher dies, however it
    dies. Other systems have no such thing; there, `kill -9` of the launcher leaves its children."""
    if not sys.platform.startswith("linux"):
        return lambda: None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask


if __name__ == "__main__":
    raise SystemExit(main())
