"""The cast that plays in every test, a fixed clock, and what a test may not touch."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connection
from django.test import Client

from accounts.enums import Role
from accounts.models import User
from tests import flushing
from tests.factories.people import person

# The browser's driver runs an event loop in the thread of the test, which Django takes for a view.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = os.environ.get("COUNTERSIGN_CHROMIUM") or shutil.which("chromium")


def pytest_configure() -> None:
    # The same hasher as in earnest, so that a process which a test starts can read its passwords.
    PBKDF2PasswordHasher.iterations = 1
    flushing.lift_triggers_while_flushing()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if connection.vendor != "sqlite":
        # What asks no database has been tried with the first one.
        pure = [item for item in items if not _asks_a_database(item)]
        config.hook.pytest_deselected(items=pure)
        items[:] = [item for item in items if item not in pure]
    # The browser's driver leaves an event loop behind, in which asyncio starts no second one.
    items.sort(key=lambda item: "browser" in item.keywords)
    if CHROMIUM:
        return
    missing = pytest.mark.skip(reason="no Chromium: apt install chromium, or COUNTERSIGN_CHROMIUM")
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(missing)


def _asks_a_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    marks = {"django_db", "processes"} & {mark.name for mark in item.iter_markers()}
    return bool(marks) or bool(fixtures & {"db", "transactional_db", "live_server"})


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium; it refuses to sandbox itself when it runs as root."""
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": ["--no-sandbox"] if os.geteuid() == 0 else [],
    }


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test opens no connection, unless it is marked as one that does. (The driver of PostgreSQL
    connects in C and is not met by this.)"""
    if {"browser", "processes"} & set(request.node.keywords):
        return
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX:
            raise AssertionError(f"A test wanted to connect to {address!r}.")
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket.socket, "connect_ex", connect)


_folders = count()


@pytest.fixture(autouse=True)
def evidence_folder(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each test keeps evidence in a folder of its own, made when something is put there."""
    folder = tmp_path_factory.getbasetemp() / f"evidence-{next(_folders)}"
    settings.MEDIA_ROOT = folder
    return folder


@pytest.fixture(autouse=True)
def anchor_file(settings: Any, evidence_folder: Path) -> Path:
    """Each test has its own file of anchors, made when something is anchored."""
    file = evidence_folder.with_suffix(".anchors")
    settings.ANCHOR_FILE = file
    return file


@pytest.fixture(autouse=True)
def no_second_password(settings: Any) -> None:
    """Moves are signed by who sends them; `tests/runbooks/runs/test_signing.py` asks for
    passwords."""
    settings.SIGN_AGAIN = "off"


@pytest.fixture
def at() -> datetime:
    """The moment at which a test begins: a night in March, UTC."""
    return datetime(2026, 3, 4, 3, 12, 45, tzinfo=UTC)


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A browser of its own for each person: `signed_in(operator).get(…)`."""

    def sign_in(someone: User) -> Client:
        client = Client()
        client.force_login(someone)
        return client

    return sign_in


@pytest.fixture
def operator(db: None) -> User:
    return person("operator", "op", Role.RESPONDER)


@pytest.fixture
def verifier(db: None) -> User:
    return person("verifier", "vf", Role.RESPONDER)


@pytest.fixture
def decider(db: None) -> User:
    return person("decider", "dc", Role.RESPONDER)


@pytest.fixture
def relief(db: None) -> User:
    return person("relief", "rl", Role.RESPONDER)


@pytest.fixture
def author(db: None) -> User:
    return person("author", "au", Role.AUTHOR)


@pytest.fixture
def approver(db: None) -> User:
    return person("approver", "ap", Role.APPROVER)


@pytest.fixture
def manager(db: None) -> User:
    return person("manager", "mg", Role.MANAGER)


@pytest.fixture
def admin(db: None) -> User:
    return person("admin", "ad", Role.ADMIN)


@pytest.fixture
def viewer(db: None) -> User:
    return person("viewer", "vw", Role.VIEWER)


@pytest.fixture
def outsider(db: None) -> User:
    """Signed in, and without any role."""
    return person("outsider", "os")
