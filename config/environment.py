"""Typed readers of the environment. A bad value stops the start with a sentence that names it."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "", *, env: Mapping[str, str] = os.environ) -> str:
    """The variable `name`, or the content of the file that `name`_FILE names (for secrets).

    Raises `ImproperlyConfigured` when the file cannot be read.
    """
    path = env.get(f"{name}_FILE", "")
    if not path:
        return env.get(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names {path}, which cannot be read: {error.strerror}."
        ) from error


def boolean(name: str, default: bool, *, env: Mapping[str, str] = os.environ) -> bool:
    """`1/true/yes/on` or `0/false/no/off`. Raises `ImproperlyConfigured` for any other word."""
    raw = env.get(name, "").strip().lower()
    if not raw:
        return default
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {raw!r}; write yes or no.")


def integer(
    name: str, default: int, *, minimum: int = 0, env: Mapping[str, str] = os.environ
) -> int:
    """A whole number, at least `minimum`. Raises `ImproperlyConfigured` otherwise."""
    raw = env.get(name, "").strip()
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {raw!r}; write a whole number.") from None
    if value < minimum:
        raise ImproperlyConfigured(f"{name} is {value}; the least is {minimum}.")
    return value


def choice(
    name: str, default: str, allowed: Sequence[str], *, env: Mapping[str, str] = os.environ
) -> str:
    """One of the words `allowed`. Raises `ImproperlyConfigured` for any other."""
    given = env.get(name, "").strip().lower() or default
    if given not in allowed:
        raise ImproperlyConfigured(f"{name} is {given!r}; write {' or '.join(allowed)}.")
    return given


def words(name: str, default: str = "", *, env: Mapping[str, str] = os.environ) -> list[str]:
    """A list, separated by commas; blanks round the words do not count."""
    return [word.strip() for word in env.get(name, default).split(",") if word.strip()]


def debug(name: str, *, production: bool, env: Mapping[str, str] = os.environ) -> bool:
    """Whether Django shows its debug pages. Raises `ImproperlyConfigured` in production, where
    they would show settings and data to anybody who meets an error."""
    if not boolean(name, False, env=env):
        return False
    if production:
        raise ImproperlyConfigured(f"{name} is on together with COUNTERSIGN_PRODUCTION.")
    return True


def hosts(name: str, *, production: bool, env: Mapping[str, str] = os.environ) -> list[str]:
    """The host names that are answered; this machine's own when nothing is said.

    Raises `ImproperlyConfigured` in production when none is given, or when one is a wildcard:
    links in mails are made from the host name of a request.
    """
    given = words(name, env=env)
    if production and (not given or "*" in given):
        raise ImproperlyConfigured(
            f"{name} is missing or a wildcard. In production, write the names under which the"
            " product is reached, such as countersign.example.org."
        )
    return given or ["localhost", "127.0.0.1", "[::1]"]


def site(
    name: str, hosts: list[str], *, production: bool, env: Mapping[str, str] = os.environ
) -> str:
    """ "https://host", without a slash at the end: where people reach the product.

    Raises `ImproperlyConfigured` when what is given is no http or https address of a host alone.
    """
    given = text(name, env=env).strip().rstrip("/")
    if not given:
        return f"https://{hosts[0]}" if production else "http://localhost:8000"
    parts = urlsplit(given)
    if parts.scheme not in {"http", "https"} or given != f"{parts.scheme}://{parts.netloc}":
        raise ImproperlyConfigured(
            f"{name} is {given!r}; write the protocol and the host alone, such as"
            " https://countersign.example.org."
        )
    return given


def mail_backend(host: str, *, production: bool) -> str:
    """Django's name for how mail goes out: by the server `host`; without one into files, and in
    production not at all."""
    if host:
        return "django.core.mail.backends.smtp.EmailBackend"
    if production:
        return "notices.mail.NoServer"
    return "django.core.mail.backends.filebased.EmailBackend"


def hosts_and_networks(name: str, *, env: Mapping[str, str] = os.environ) -> list[str]:
    """Host names, addresses and networks, separated by commas; names in lower case.

    Raises `ImproperlyConfigured` for a network that is none, such as 10.0.0.1/8.
    """
    given = [word.lower().rstrip(".") for word in words(name, env=env)]
    for word in given:
        try:
            ip_network(word)
        except ValueError as error:
            if "/" in word or not re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?", word):
                raise ImproperlyConfigured(f"{name} holds {word!r}: {error}.") from None
    return given


def zone(name: str, default: str, *, env: Mapping[str, str] = os.environ) -> str:
    """A time zone of the tz database. Raises `ImproperlyConfigured` for any other word."""
    given = text(name, default, env=env) or default
    if given not in available_timezones():
        raise ImproperlyConfigured(f"{name} is {given!r}; write a zone such as Europe/Berlin.")
    return given


def secret_key(data: Path, *, production: bool, env: Mapping[str, str] = os.environ) -> str:
    """The key that signs sessions: COUNTERSIGN_SECRET_KEY (or …_FILE), else, in the embedded
    set-up only, one made once and kept in the data folder with mode 0600.

    Raises `ImproperlyConfigured` in production when none is given or it is shorter than 50
    characters.
    """
    given = text("COUNTERSIGN_SECRET_KEY", env=env)
    if production and len(given) < 50:
        raise ImproperlyConfigured(
            "COUNTERSIGN_SECRET_KEY is missing or shorter than 50 characters. In production set"
            " it, or COUNTERSIGN_SECRET_KEY_FILE, to a long random text that stays the same"
            " between starts."
        )
    if given:
        return given
    path = data / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(secrets.token_urlsafe(64))
    return path.read_text(encoding="ascii").strip()


def counters(redis: str) -> dict[str, object]:
    """Django's settings for a cache of counters: in Redis, where all processes count together, or
    in the memory of each process when `redis` is ''. A Redis that hangs delays nobody for long."""
    if redis:
        return {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": redis,
            "KEY_PREFIX": "countersign",
            "OPTIONS": {"socket_connect_timeout": 0.2, "socket_timeout": 0.2},
        }
    return {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "throttle",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }


def database(url: str, data: Path) -> dict[str, object]:
    """Django's settings for `url`: '' or `sqlite:///path` (embedded), or `postgres://user@host/name`.

    SQLite runs in WAL with IMMEDIATE transactions (so that a verb locks before it reads) and
    synchronous FULL (a tick that was answered is on the disk). Connections persist, because a new
    one for each request costs four times the request. Raises `ImproperlyConfigured` otherwise.
    """
    parts = urlsplit(url or f"sqlite:///{data / 'countersign.sqlite3'}")
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
        }
    if parts.scheme == "sqlite":
        path = unquote(parts.path)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path[1:] if path.startswith("//") else path,
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
            "TEST": {"NAME": str(data / "test.sqlite3")},
        }
    raise ImproperlyConfigured(
        f"DATABASE_URL begins with {parts.scheme!r};"
        " write sqlite:///path or postgres://user@host/name."
    )
