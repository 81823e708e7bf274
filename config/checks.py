"""What `manage.py check` asks of the settings beyond Django's own questions."""

from __future__ import annotations

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error


def connections_persist(
    app_configs: Sequence[AppConfig] | None, **options: object
) -> list[CheckMessage]:
    """A new connection for each request costs several times the request itself, and on SQLite it
    sets the journal mode anew each time: refuse a database that closes after every request."""
    return [
        Error(
            f"The database {alias!r} closes its connection after every request.",
            hint="Set CONN_MAX_AGE to some minutes, or to None.",
            id="countersign.E001",
        )
        for alias, database in settings.DATABASES.items()
        if database.get("CONN_MAX_AGE", 0) == 0
    ]
