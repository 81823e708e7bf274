"""`python -m tests.locks`: install each lock as it is documented, and start what it is for.

Each goes into an environment of its own, with the oldest pip that Countersign promises, wheels
alone, and nothing resolved. Needs Python and nothing else; Redis is skipped where there is none.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTALL = ("-m", "pip", "install", "-qq", "--no-compile", "--no-deps", "--require-hashes", "-r")
ANSWERS_WITHIN = 300.0  # seconds; only a broken lock on a busy machine waits this long
#: What would let an installation differ from a stranger's, or the product from its defaults.
STRANGE = ("COUNTERSIGN_", "DATABASE_URL", "DJANGO_", "PYTHON", "VIRTUAL_ENV", "PROMETHEUS_")


class Broken(Exception):
    """A lock that cannot be installed, or does not start what it is for."""


class Place:
    """A clean environment in `folder`, made from the lock called `name`."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder / name, name
        self.python = self.folder / "venv/bin/python"
        self.folder.mkdir()
        kept = {k: v for k, v in os.environ.items() if not k.startswith(STRANGE)}
        self.environment = kept | {
            # A source distribution would be built by tools that no lock holds.
            "PIP_ONLY_BINARY": ":all:",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PYTHONPYCACHEPREFIX": str(self.folder / "bytecode"),
            "COUNTERSIGN_DATA": str(self.folder / "data"),
        }

    def install(self) -> str:
        self.run(sys.executable, "-m", "venv", self.folder / "venv")
        self.run(self.python, *INSTALL, ROOT / "requirements/oldest-pip.txt")
        self.run(self.python, *INSTALL, ROOT / f"requirements/{self.name}.lock")
        self.run(self.python, "-m", "pip", "check")
        return self.run(self.python, "-m", "pip", "--version").split()[1]

    def run(self, *command: str | Path) -> str:
        words = list(map(str, command))
        done = subprocess.run(words, cwd=ROOT, env=self.environment, capture_output=True, text=True)
        if done.returncode:
            output = _tail(done.stdout + done.stderr)
            raise Broken(f"{' '.join(words)} ended with {done.returncode}:\n{output}")
        return done.stdout

    @contextmanager
    def started(self, *command: str | Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """A process that runs inside, and is stopped afterwards; its lines go to a file."""
        words = list(map(str, command))
        with (self.folder / "lines").open("ab") as lines:
            environment: Mapping[str, str] = self.environment | more
            process = subprocess.Popen(words, cwd=ROOT, env=environment, stdout=lines, stderr=lines)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def wait(self, true: Callable[[], bool], processes: Sequence[subprocess.Popen[bytes]]) -> None:
        """Return when `true()`; raise when that takes too long or one of `processes` ends."""
        deadline = time.monotonic() + ANSWERS_WITHIN
        while not true():
            ended = [process for process in processes if process.poll() is not None]
            if ended or time.monotonic() > deadline:
                words = (self.folder / "lines").read_text("utf-8", "replace")
                what = f"{ended[0].args!r} ended" if ended else "no answer in time"
                raise Broken(f"{what}:\n{_tail(words)}")
            time.sleep(0.2)


def start_run(place: Place) -> str:
    """The whole embedded set-up: pages, worker and beat."""
    port = _free_port()
    command = ("-m", "config.launcher", "--port", str(port), "--no-demonstration")
    with place.started(place.python, *command) as launcher:
        place.wait(lambda: _check(port, "background") == "ok", [launcher])
    return "pages answer, worker and beat are at work"


def start_production(place: Place) -> str:
    """Pages, and worker and beat over Redis, each as deploy/ starts it."""
    place.run(place.python, "-c", "import psycopg; psycopg.pq.version()")
    if shutil.which("redis-server") is None:
        return "psycopg loads; SKIPPED worker and beat: no redis-server (apt install redis-server)"
    place.run(place.python, "manage.py", "migrate", "--verbosity", "0")
    port, redis_port = _free_port(), _free_port()
    broker = {"COUNTERSIGN_BROKER_URL": f"redis://127.0.0.1:{redis_port}/0"}
    redis = ("redis-server", "--port", str(redis_port), "--save", "", "--appendonly", "no")
    programs = place.folder / "venv/bin"
    celery = (programs / "celery", "--quiet", "--app", "config.celery")
    web = (place.python, "-m", "config.serve", "--port", str(port))
    with ExitStack() as stack:
        begin: list[subprocess.Popen[bytes]] = []
        for command in (
            redis,
            (*celery, "worker", "--pool", "threads", "--concurrency", "1"),
            (*celery, "beat", "--pidfile="),
            web,
        ):
            begin.append(stack.enter_context(place.started(*command, **broker)))
        place.wait(lambda: _check(port, "background") == "ok", begin)
    return "psycopg loads, pages answer, worker and beat are at work over Redis"


def start_dev(place: Place) -> str:
    """The tools that `make check` runs."""
    programs = place.folder / "venv/bin"
    for name in ("pytest", "mypy", "ruff", "djade"):
        place.run(programs / name, "--version")
    place.run(place.python, "-c", "import playwright.sync_api, schemathesis, psycopg, redis")
    return "pytest, mypy, ruff and djade start"


STARTS = {"dev": start_dev, "production": start_production, "run": start_run}


def main() -> int:
    """0 when every lock does what it is for; 1 with what went wrong."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(len(STARTS)) as pool:
        done = {lock: pool.submit(_try, Path(name), lock) for lock in STARTS}
        good = [_tell(lock, future) for lock, future in done.items()]
    print(f"{sum(good)} of {len(good)} locks hold ({time.monotonic() - began:.0f} s)")
    return 0 if all(good) else 1


def _try(folder: Path, lock: str) -> str:
    place = Place(folder, lock)
    pip = place.install()
    return f"installed with pip {pip}; {STARTS[lock](place)}"


def _tell(lock: str, future: Future[str]) -> bool:
    try:
        print(f"requirements/{lock}.lock: {future.result()}", flush=True)
    except Broken as error:
        print(f"requirements/{lock}.lock: BROKEN: {error}", flush=True)
        return False
    return True


def _check(port: int, name: str) -> str:
    """The word of one check of /readyz; '' while nothing answers."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        link.request("GET", "/readyz")
        return str(json.loads(link.getresponse().read())["checks"].get(name, ""))
    except (OSError, http.client.HTTPException):
        return ""
    finally:
        link.close()


def _free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        number: int = door.getsockname()[1]
    return number


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-15:])


if __name__ == "__main__":
    sys.exit(main())
