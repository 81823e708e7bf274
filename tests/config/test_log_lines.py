"""The lines that whole processes write: JSON alone when JSON is asked for, and never a key."""

from __future__ import annotations

import http.client
import json
import logging
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import checks as django_checks
from django.core.mail import EmailMessage
from django.test import override_settings

from config import environment
from notices.mail import NoServer, NoServerError
from tests.config.test_deploy import free_port
from tests.runbooks.live.live_world import PATIENCE, ROOT, wait_until

KEY = "c9x-topsecretkey"
RESET = f"/accounts/password/reset/key/1-{KEY}/"


def surroundings(folder: Path, **more: str) -> dict[str, str]:
    given = {"COUNTERSIGN_DATA": str(folder), "DATABASE_URL": "", "COUNTERSIGN_LOG_FORMAT": "json"}
    return {**os.environ, **given, **more}


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("name", ["uvicorn.access", "django.server"])
def test_a_servers_own_access_line_is_never_written(name: str) -> None:
    """Whoever hangs handlers on it: the filter of the logger itself refuses each."""
    logger = logging.getLogger(name)
    assert not logger.filter(logger.makeRecord(name, logging.INFO, "x", 1, RESET, (), None))


@pytest.mark.processes
@pytest.mark.parametrize(
    "command",
    [
        ["-m", "config.serve", "--workers", "2"],
        ["-m", "config.launcher"],
        ["-m", "celery", "--quiet", "--app", "config.celery", "worker"],
        ["-m", "celery", "--quiet", "--app", "config.celery", "beat"],
        ["-m", "uvicorn", "config.asgi:application"],
        ["manage.py", "check"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_wrong_setting_at_the_start_is_a_line(command: list[str], tmp_path: Path) -> None:
    env = surroundings(tmp_path, COUNTERSIGN_EMAIL_PORT="many")
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert done.stdout == ""
    (line,) = lines(done.stderr)
    assert "COUNTERSIGN_EMAIL_PORT is 'many'" in json.dumps(line)


@pytest.mark.processes
def test_warnings_and_what_nobody_catches_are_lines(tmp_path: Path) -> None:
    program = f"""
import threading, warnings
import django
django.setup()
warnings.warn("odd", stacklevel=1)
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
class Sour:
    def __del__(self):
        raise KeyError("sour")
Sour()
raise ValueError("It broke.\\n{KEY}")
"""
    env = surroundings(tmp_path, DJANGO_SETTINGS_MODULE="config.settings")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, text=True
    )
    warned, *faults = lines(done.stderr)
    assert warned["logger"] == "py.warnings"
    assert "odd" in warned["event"]
    assert [fault["fault"].splitlines()[-1] for fault in faults] == [
        "ZeroDivisionError: division by zero", "KeyError: 'sour'", "ValueError: It broke.",
    ]  # fmt: skip
    assert KEY not in done.stderr
    assert done.returncode == 1


@pytest.mark.processes
def test_started_by_uvicorns_own_command_no_line_holds_a_key(tmp_path: Path) -> None:
    env = surroundings(tmp_path)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=env, check=True)
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port)]
    with (tmp_path / "lines").open("w") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)

    def status() -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as link:
            try:
                link.request("GET", f"{RESET}?again={KEY}")
                return link.getresponse().status
            except OSError:
                return 0

    try:
        wait_until(lambda: status() == 200)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(PATIENCE)
    text = (tmp_path / "lines").read_text("utf-8")
    assert KEY not in text
    assert "account_reset_password_from_key" in text


def deploy_errors() -> set[str]:
    errors = django_checks.run_checks(include_deployment_checks=True)
    return {message.id or "" for message in errors if message.level >= django_checks.ERROR}


@pytest.mark.parametrize(
    ("production", "host", "refused"),
    [(True, "", True), (True, "mail.example.org", False), (False, "", False)],
)
def test_production_without_a_mail_server_is_no_deployment(
    production: bool, host: str, refused: bool
) -> None:
    with override_settings(PRODUCTION=production, EMAIL_HOST=host):
        assert ("countersign.E002" in deploy_errors()) is refused


@pytest.mark.parametrize(
    ("host", "production", "backend"),
    [("mail.example.org", True, "smtp"), ("", True, "notices.mail"), ("", False, "filebased")],
)
def test_no_mail_is_ever_printed(host: str, production: bool, backend: str) -> None:
    assert backend in environment.mail_backend(host, production=production)


def test_mail_without_a_server_fails_and_says_why(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NoServerError, match="Set COUNTERSIGN_EMAIL_HOST"):
        NoServer().send_messages([EmailMessage("Hello", KEY, None, ["a@example.org"])])
    assert capfd.readouterr() == ("", "")
    assert settings.EMAIL_FILE_PATH.parent == settings.DATA
