"""The embedded set-up in one command: `python -m config.launcher`.

Prepares the database, loads the demonstration, starts the children, starts again what dies or
hangs, and leaves nothing behind when it is stopped or killed. The children: `web` serves the pages,
`worker` does the background's jobs in four threads, `beat` wakes it every few seconds. For one
machine; docs/how-to/production.md says what to run otherwise.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import sys
import time
from collections.abc import Sequence
from importlib import import_module
from io import StringIO

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, OperationalError, connections
from django.urls import reverse
from django.utils import timezone

from config import environment
from config.processes import Child, Launcher, Probe, say

ANSWERS_WITHIN = 60.0  # seconds that a child gets until it answers for the first time
#: The web child hangs when it leaves so many probes in a row without an answer for so long.
WEB_MISSES, WEB_WITHIN = 6, 5.0
#: Worker and beat hang when the background gives no sign of life (`jobs.heartbeat`) so many times.
BACKGROUND_MISSES, BACKGROUND_EVERY = 3, 20.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until stopped. The exit status: 0, or 1 with a sentence when it could not start."""
    options = _options(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        if not environment.boolean("COUNTERSIGN_PRODUCTION", False):
            # Where links in mails lead. In production a proxy is in front, and hosts are named.
            os.environ.setdefault("COUNTERSIGN_URL", address(options.host, options.port))
        django.setup()
    except ImproperlyConfigured as error:
        say(f"Countersign cannot start: {error}")
        return 1
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


def address(host: str, port: int) -> str:
    """Where a browser on this machine finds what listens at `host` and `port`."""
    name = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)  # noqa: S104
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _launch(options: argparse.Namespace, door: socket.socket) -> int:
    try:
        sign_ins = _prepare(demonstration=options.demonstration)
    except (OperationalError, CommandError) as error:
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
    web = _web(door)
    web.probe = Probe(
        lambda: _alive(options.host, options.port), WEB_WITHIN, WEB_MISSES, ANSWERS_WITHIN
    )
    background = (_worker(), _beat())
    for child in background:
        child.probe = Probe(_at_work, BACKGROUND_EVERY, BACKGROUND_MISSES, ANSWERS_WITHIN)
    Launcher(children=(web,), later=background).run(once_up=once_up)
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
        words = StringIO()
        call_command("load_demonstration", stdout=words)
        say(words.getvalue().rstrip())
        # By name: it imports models, which cannot be imported before django.setup().
        sign_ins = import_module("demo.load").SIGN_INS
    connections.close_all()  # the children have their own
    return sign_ins


def _web(door: socket.socket) -> Child:
    number = door.fileno()
    command = [sys.executable, "-m", "config.serve", "--fd", str(number)]
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
    return (_status(host, port, reverse("account_login"), within=2.0) or 500) < 500


def _alive(host: str, port: int) -> bool:
    """Whether the web child answers at all, in time."""
    return _status(host, port, "/livez", within=WEB_WITHIN) == 200


def _status(host: str, port: int, path: str, *, within: float) -> int:
    """The status of the answer; 0 when none comes `within` seconds."""
    link = http.client.HTTPConnection(host, port, timeout=within)
    try:
        link.request("GET", path, headers={"Host": "localhost"})
        return link.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        link.close()


def _at_work() -> bool:
    """Whether the background gives signs of life; yes while the database cannot be asked. Which
    of its two processes hangs cannot be told from outside, so both are replaced."""
    try:
        # By name: it imports models, which cannot be imported before django.setup().
        return not import_module("jobs.heartbeat").last_heartbeat(timezone.now()).late
    except DatabaseError:
        return True
    finally:
        connections.close_all()


def _welcome(host: str, port: int, sign_ins: Sequence[tuple[str, str]]) -> None:
    say(f"\nCountersign is running at {address(host, port)}/")
    if not settings.EMAIL_HOST:
        say(f"Mail is not sent: it is written to files in {settings.EMAIL_FILE_PATH}")
    if sign_ins:
        say("Sign in as one of the demonstration's people:")
        for name, password in sign_ins:
            say(f"  {name:<12} {password}")
        if host not in {"127.0.0.1", "localhost", "::1"}:
            say("Others can reach this address, and the passwords are public: nothing real here.")
    say("Stop it with Ctrl-C.\n")


if __name__ == "__main__":
    raise SystemExit(main())
