"""Headers on real answers, the settings of production, and the checks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from config import checks

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "COUNTERSIGN_PRODUCTION": "yes",
    "COUNTERSIGN_SECRET_KEY": "cJ8dk2Lq0vXw7Zt4Rm1Yb6Ns3Hf9Gp5Ka8Ue2Wi7Ox1-aQ4zE9",
    "COUNTERSIGN_HOSTS": "countersign.example.org",
    "COUNTERSIGN_EMAIL_HOST": "mail.example.org",
    "DATABASE_URL": "",
}


def manage(tmp_path: Path, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
    ours = ("COUNTERSIGN_", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    env = {**kept, **PRODUCTION, "COUNTERSIGN_DATA": str(tmp_path), **changed}
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)


@pytest.mark.processes
def test_djangos_own_check_finds_nothing_in_production(tmp_path: Path) -> None:
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "secret_key").exists()


@pytest.mark.processes
@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"COUNTERSIGN_SECRET_KEY": ""}, "COUNTERSIGN_SECRET_KEY"),
        ({"COUNTERSIGN_HOSTS": ""}, "COUNTERSIGN_HOSTS"),
        ({"COUNTERSIGN_DEBUG": "yes"}, "COUNTERSIGN_DEBUG"),
    ],
)
def test_production_does_not_start(tmp_path: Path, changed: dict[str, str], named: str) -> None:
    done = manage(tmp_path, "check", **changed)
    assert done.returncode != 0
    assert named in done.stderr


@pytest.mark.processes
def test_cookies_and_transport_in_production(tmp_path: Path) -> None:
    names = [
        "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "DEBUG",
    ]  # fmt: skip
    code = (
        "import json; from django.conf import settings;"
        f"print(json.dumps([getattr(settings, name) for name in {names}]))"
    )
    done = manage(tmp_path, "shell", "--no-imports", "-c", code)
    assert json.loads(done.stdout) == [
        "__Host-countersign_session", "__Host-countersign_csrf", True, True, True, 31536000, True,
        False,
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/accounts/login/", "/no/such/page/", "/people/"])
def test_every_answer_carries_the_headers(viewer: User, signed_in, path: str) -> None:
    for client in (Client(), signed_in(viewer)):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "private" in headers["Cache-Control"]
        assert "camera=()" in headers["Permissions-Policy"]


def test_cookies_cannot_be_read_by_scripts(client: Client, viewer: User) -> None:
    client.get("/accounts/login/")
    answer = client.post(
        "/accounts/login/", {"login": "viewer", "password": "countersign-demo", "remember": "on"}
    )
    cookie = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.django_db
def test_a_form_without_token_is_not_saved_and_says_so() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
    assert answer.status_code == 403
    assert "Nothing was saved" in answer.content.decode()


def test_the_check_refuses_connections_that_do_not_persist(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert checks.connections_persist(None) == []
    monkeypatch.setitem(settings.DATABASES["default"], "CONN_MAX_AGE", 0)
    (error,) = checks.connections_persist(None)
    assert error.id == "countersign.E001"
