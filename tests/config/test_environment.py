"""The readers of the environment: pure functions of a mapping."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment as env

LONG = "k" * 50


def test_text_prefers_the_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from the file\n")
    assert env.text("A", env={"A": "plain", "A_FILE": str(secret)}) == "from the file"
    assert env.text("A", "default", env={}) == "default"
    with pytest.raises(ImproperlyConfigured, match="A_FILE names"):
        env.text("A", env={"A_FILE": str(tmp_path / "missing")})


@pytest.mark.parametrize(("raw", "value"), [("yes", True), ("ON", True), ("0", False), ("", True)])
def test_boolean(raw: str, value: bool) -> None:
    assert env.boolean("A", True, env={"A": raw}) is value


def test_boolean_refuses_other_words() -> None:
    with pytest.raises(ImproperlyConfigured, match="A is 'maybe'; write yes or no"):
        env.boolean("A", True, env={"A": "maybe"})


@pytest.mark.parametrize("raw", ["many", "1.5", "0"])
def test_integer_refuses(raw: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="A is"):
        env.integer("A", 3, minimum=1, env={"A": raw})


def test_integer_and_words() -> None:
    assert env.integer("A", 3, env={"A": " 12 "}) == 12
    assert env.words("A", env={"A": " a, b ,,c"}) == ["a", "b", "c"]


def test_debug_is_refused_in_production() -> None:
    assert env.debug("D", production=False, env={"D": "yes"})
    assert not env.debug("D", production=True, env={})
    with pytest.raises(ImproperlyConfigured):
        env.debug("D", production=True, env={"D": "yes"})


@pytest.mark.parametrize("raw", ["", "*", "a.example.org,*"])
def test_hosts_are_named_in_production(raw: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="missing or a wildcard"):
        env.hosts("H", production=True, env={"H": raw})
    assert env.hosts("H", production=False, env={}) == ["localhost", "127.0.0.1", "[::1]"]


def test_hosts_and_networks() -> None:
    hosts = env.hosts_and_networks("A", env={"A": "Chat.internal., 10.1.0.0/16,fd00::/8, ::1"})
    assert hosts == ["chat.internal", "10.1.0.0/16", "fd00::/8", "::1"]
    assert env.hosts_and_networks("A", env={}) == []


@pytest.mark.parametrize("raw", ["10.0.0.1/8", "10.0.0.0/40", "http://chat", "*", "a b"])
def test_a_network_that_is_none_is_refused(raw: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="A holds"):
        env.hosts_and_networks("A", env={"A": raw})


def test_zone() -> None:
    assert env.zone("Z", "UTC", env={"Z": "Europe/Berlin"}) == "Europe/Berlin"
    with pytest.raises(ImproperlyConfigured, match="write a zone"):
        env.zone("Z", "UTC", env={"Z": "Mars/Olympus"})


def test_the_embedded_secret_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    first = env.secret_key(tmp_path, production=False, env={})
    assert len(first) > 50
    assert env.secret_key(tmp_path, production=False, env={}) == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("given", ["", "short"])
def test_production_refuses_to_start_without_a_secret_key(tmp_path: Path, given: str) -> None:
    env.secret_key(tmp_path, production=False, env={})
    with pytest.raises(ImproperlyConfigured, match="COUNTERSIGN_SECRET_KEY"):
        env.secret_key(tmp_path, production=True, env={"COUNTERSIGN_SECRET_KEY": given})
    key = {"COUNTERSIGN_SECRET_KEY": LONG}
    assert env.secret_key(tmp_path, production=True, env=key) == LONG


def test_database(tmp_path: Path) -> None:
    embedded = env.database("", tmp_path)
    assert embedded["NAME"] == str(tmp_path / "countersign.sqlite3")
    assert embedded["OPTIONS"]["transaction_mode"] == "IMMEDIATE"  # type: ignore[index]
    server = env.database("postgres://me:p%40ss@db.example.org:5433/countersign", tmp_path)
    assert (server["USER"], server["PASSWORD"], server["PORT"]) == ("me", "p@ss", "5433")
    assert (server["HOST"], server["NAME"]) == ("db.example.org", "countersign")
    with pytest.raises(ImproperlyConfigured, match="'mysql'"):
        env.database("mysql://host/name", tmp_path)


def test_the_address_of_the_product() -> None:
    hosts = ["countersign.example.org", "other.example.org"]
    assert env.site("U", hosts, production=True, env={}) == "https://countersign.example.org"
    assert env.site("U", hosts, production=False, env={}) == "http://localhost:8000"
    given = {"U": "https://c.example.org:8443/"}
    assert env.site("U", hosts, production=True, env=given) == "https://c.example.org:8443"
    for bad in ("c.example.org", "ftp://c.example.org", "https://c.example.org/path"):
        with pytest.raises(ImproperlyConfigured, match="write the protocol and the host"):
            env.site("U", hosts, production=True, env={"U": bad})
