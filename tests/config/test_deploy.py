"""The files of deploy/, read by the programs that they are for; and both proxies in earnest."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import IO, Any

import pytest
from django.utils import timezone

from jobs import heartbeat
from tests.runbooks.live import live_world
from tests.runbooks.live.live_world import PATIENCE, ROOT, Server, World, open_world, wait_until

pytestmark = pytest.mark.processes
DEPLOY = ROOT / "deploy"
KEY = "c9x-topsecretkey"
RESET = f"/accounts/password/reset/key/1-{KEY}/"
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
BIN = Path(sys.executable).parent


def program(name: str) -> str:
    """The path of a program, or the test is skipped."""
    path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


def run(*command: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=60, **more
    )


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with the programs where they are here."""
    for path in DEPLOY.glob("countersign-*"):
        text = path.read_text("utf-8").replace("/opt/countersign/.venv/bin", str(BIN))
        (tmp_path / path.name).write_text(text)
    return tmp_path


def test_systemd_reads_the_units(units: Path) -> None:
    done = run(program("systemd-analyze"), "verify", "--man=no", *sorted(units.iterdir()))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_the_units_hardened(units: Path, unit: str) -> None:
    command = [program("systemd-analyze"), "security", "--offline=yes", "--threshold=20"]
    done = run(*command, units / unit)
    assert done.returncode == 0, done.stdout


def exec_start(unit: str) -> list[str]:
    text = (DEPLOY / unit).read_text("utf-8").replace("\\\n", " ")
    (line,) = re.findall(r"^ExecStart=(.+)$", text, flags=re.MULTILINE)
    return str(line).replace("/opt/countersign/.venv/bin", str(BIN)).split()


def test_the_environment_is_made_of_known_settings() -> None:
    lines = (DEPLOY / "environment.example").read_text("utf-8").splitlines()
    names = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]
    known = (ROOT / "docs/reference/settings.md").read_text("utf-8")
    assert names
    assert [name for name in names if name.removesuffix("_FILE") not in known] == []


@pytest.fixture(scope="module")
def world(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(django_db_blocker, tmp_path_factory.mktemp("deploy")) as made:
        yield made


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        number: int = door.getsockname()[1]
    return number


@dataclass(frozen=True)
class Got:
    """A whole answer."""

    status: int
    headers: Message
    text: str


def get(port: int, path: str, *, tls: bool = False, **headers: str) -> Got:
    link, answer = connect(port, tls=tls, path=path, headers=headers)
    try:
        return Got(answer.status, answer.headers, answer.read().decode())
    finally:
        answer.close()
        link.close()


def connect(
    port: int, *, tls: bool, path: str, headers: dict[str, str]
) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    if tls:
        trusting = ssl._create_unverified_context()
        link: http.client.HTTPConnection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=PATIENCE, context=trusting
        )
    else:
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    link.request("GET", path, headers={"Host": "countersign.example.org", **headers})
    return link, link.getresponse()


def answers(port: int) -> bool:
    try:
        return get(port, "/livez").status == 200
    except OSError:
        return False


@contextmanager
def started(command: list[str], world: World, **more: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command, cwd=ROOT, env={**world.environment, **more}, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def test_the_web_units_command_serves_counts_and_stops(world: World, tmp_path: Path) -> None:
    port = free_port()
    command = exec_start("countersign-web.service")
    command[command.index("--port") + 1] = str(port)
    more = {
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path),
        "COUNTERSIGN_LOG_FORMAT": "json",
        "COUNTERSIGN_HOSTS": "countersign.example.org",
    }
    with started(command, world, **more) as web:
        wait_until(lambda: answers(port))
        for _ in range(8):
            get(port, "/accounts/login/")
        get(port, f"{RESET}?from={KEY}")
        text = get(port, "/metrics").text
        process_id = web.pid
        os.kill(process_id, signal.SIGTERM)
        log = web.communicate(timeout=PATIENCE)[1]
    assert web.returncode in {0, -signal.SIGTERM}
    counted = 'countersign_requests_total{method="GET",status="200",view="account_login"} 8.0'
    assert counted in text, "two processes, one count"
    lines = [json.loads(line) for line in log.splitlines()]
    assert [line["view"] for line in lines if line["event"] == "request"] == [
        *(["account_login"] * 8),
        "account_reset_password_from_key",
    ]
    assert KEY not in log


def test_a_web_process_that_hangs_is_replaced(world: World) -> None:
    """By uvicorn, which watches its processes when there are two or more."""
    port = free_port()
    command = exec_start("countersign-web.service")
    command[command.index("--port") + 1] = str(port)
    with started(command, world, COUNTERSIGN_HOSTS="countersign.example.org") as web:
        wait_until(lambda: answers(port))
        before = children(web.pid)
        os.kill(before[-1], signal.SIGSTOP)
        wait_until(lambda: before[-1] not in children(web.pid), within=2 * PATIENCE)
        wait_until(lambda: len(children(web.pid)) == len(before))
        web.terminate()
        web.communicate(timeout=PATIENCE)


def children(pid: int) -> list[int]:
    """The processes that serve, of the server `pid`."""
    numbers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [
        int(number)
        for number in numbers
        if "spawn_main" in Path(f"/proc/{number}/cmdline").read_text()
    ]


def test_the_commands_of_the_background_work_and_stop(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Worker and beat, as the units start them: a sweep comes through, and both end when asked."""
    monkeypatch.setattr(live_world, "PATIENCE", 60.0)  # three processes start, and one sweeps
    before = timezone.now()
    worker, beat = (exec_start(f"countersign-{part}.service") for part in ("worker", "beat"))
    json_lines = {"COUNTERSIGN_LOG_FORMAT": "json"}
    with started(worker, world, **json_lines) as first, started(beat, world, **json_lines) as other:
        wait_until(lambda: (heartbeat.last_heartbeat(timezone.now()).at or before) > before)
        for process in (first, other):
            process.send_signal(signal.SIGTERM)
        logs = [process.communicate(timeout=60)[1] for process in (first, other)]
    assert [json.loads(line)["event"] for line in logs[0].splitlines()][-1:] == [
        "worker: Warm shutdown (MainProcess)"
    ]
    assert logs[1] == ""
    assert (first.returncode, other.returncode) == (0, 0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with cert.pem and key.pem of countersign.example.org."""
    folder = tmp_path_factory.mktemp("tls")
    done = run(
        program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        "-subj", "/CN=countersign.example.org", "-keyout", folder / "key.pem",
        "-out", folder / "cert.pem",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[Server]:
    os.environ["COUNTERSIGN_HOSTS"] = "countersign.example.org"
    os.environ["COUNTERSIGN_BEHIND_PROXY"] = "yes"
    try:
        made = Server(world)
    finally:
        del os.environ["COUNTERSIGN_HOSTS"], os.environ["COUNTERSIGN_BEHIND_PROXY"]
    yield made
    made.end()


def nginx_site(folder: Path, certificate: Path, upstream: int, port: int, plain: int) -> Path:
    """deploy/nginx.conf in a whole configuration, with other ports and paths and nothing else."""
    site = (DEPLOY / "nginx.conf").read_text("utf-8")
    changes = {
        "127.0.0.1:8000": f"127.0.0.1:{upstream}",
        "    listen [::]:443 ssl http2;\n": "",
        "    listen [::]:80;\n": "",
        "listen 443": f"listen 127.0.0.1:{port}",
        "listen 80": f"listen 127.0.0.1:{plain}",
        "/etc/ssl/countersign.pem": str(certificate / "cert.pem"),
        "/etc/ssl/private/countersign.key": str(certificate / "key.pem"),
    }
    for before, after in changes.items():
        assert before in site, before
        site = site.replace(before, after)
    paths = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = folder / "whole.conf"
    whole.write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error;\n"
        f"events {{}}\nhttp {{\naccess_log {folder}/access;\n{paths}{site}}}\n"
    )
    return whole


@contextmanager
def proxied(
    command: list[str], port: int, errors: int | IO[bytes] = subprocess.DEVNULL
) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)

    def listens() -> bool:
        assert process.poll() is None, "the proxy ended"
        with socket.socket() as door:
            return door.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_until(listens)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def a_page_and_a_stream(world: World, port: int, *, tls: bool) -> None:
    """What a proxy must do: pass an event on while the stream stays open, say who asks, hide the
    metrics, and leave the secure cookie alone."""
    assert get(port, "/readyz", tls=tls).status == 200
    assert get(port, "/metrics", tls=tls).status == 404
    page = get(port, "/accounts/login/", tls=tls)
    assert page.status == 200
    assert len(page.headers["X-Request-Id"]) >= 16
    assert get(port, "/live/runs/1", tls=tls).status == 401
    story = world.run()
    cookie = world.cookie(world.person())
    link, stream = connect(
        port, tls=tls, path=f"/live/runs/{story.pk}?after=0", headers={"Cookie": cookie}
    )
    assert stream.status == 200
    for _ in range(3):
        sequence = world.event(story)
        while stream.readline() != f"id: {sequence}\n".encode():
            pass
    stream.close()
    link.close()


def test_nginx_passes_pages_and_streams(
    world: World, server: Server, certificate: Path, tmp_path: Path
) -> None:
    nginx, port, plain = program("nginx"), free_port(), free_port()
    whole = nginx_site(tmp_path, certificate, server.port, port, plain)
    done = run(nginx, "-t", "-q", "-p", tmp_path, "-c", whole)
    assert (done.returncode, done.stderr) == (0, "")
    wait_until(lambda: answers(server.port))
    with proxied([nginx, "-p", str(tmp_path), "-c", str(whole)], port):
        a_page_and_a_stream(world, port, tls=True)
        moved = get(plain, "/runs/?status=on_hold")
        assert moved.status == 308
        assert moved.headers["Location"] == "https://countersign.example.org/runs/?status=on_hold"
        # A stranger's word on who they are does not arrive.
        forged = get(port, "/accounts/login/", tls=True, **{"X-Request-Id": "forged-by-me"})
        assert forged.headers["X-Request-Id"] != "forged-by-me"
        assert get(port, RESET, tls=True).status == 200
        assert get(plain, RESET).status == 308
    assert KEY not in written(tmp_path)


def test_nginx_names_no_key_when_nothing_answers(certificate: Path, tmp_path: Path) -> None:
    port, plain = free_port(), free_port()
    whole = nginx_site(tmp_path, certificate, free_port(), port, plain)
    with proxied([program("nginx"), "-p", str(tmp_path), "-c", str(whole)], port):
        assert get(port, RESET, tls=True).status == 502
        assert get(port, "/accounts/login/", tls=True).status == 502
    lines = written(tmp_path)
    assert "/accounts/login/" in lines
    assert KEY not in lines


def written(folder: Path) -> str:
    """What a proxy left behind in `folder`."""
    return "".join((folder / name).read_text("utf-8") for name in ("access", "error"))


@contextmanager
def caddied(folder: Path, upstream: int, port: int) -> Iterator[None]:
    """Caddy with deploy/Caddyfile, on other ports and without TLS; its lines go to `error`."""
    caddy = program("caddy")
    env = {**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    ours = ["--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    done = run(caddy, "validate", *ours, env=env)
    assert done.returncode == 0, done.stderr
    text = (DEPLOY / "Caddyfile").read_text("utf-8")
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    text = text.replace("{\n", "{\n\tadmin off\n\tauto_https off\n", 1)
    text = text.replace("countersign.example.org {", f"http://countersign.example.org:{port} {{")
    here = folder / "Caddyfile"
    here.write_text(text)
    command = [caddy, "run", "--adapter", "caddyfile", "--config", str(here)]
    with (folder / "error").open("ab") as errors, proxied(command, port, errors):
        yield


def test_caddy_passes_pages_and_streams(world: World, server: Server, tmp_path: Path) -> None:
    port = free_port()
    wait_until(lambda: answers(server.port))
    with caddied(tmp_path, server.port, port):
        a_page_and_a_stream(world, port, tls=False)
        assert get(port, RESET).status == 200
    assert KEY not in (tmp_path / "error").read_text("utf-8")


def test_caddy_names_no_key_when_nothing_answers(tmp_path: Path) -> None:
    port = free_port()
    with caddied(tmp_path, free_port(), port):
        assert get(port, RESET).status == 502
    lines = (tmp_path / "error").read_text("utf-8")
    assert '"status":502' in lines
    assert KEY not in lines
